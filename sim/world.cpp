#include "sim/world.h"

#include "base/text.h"
#include "crypto/crypto.h"

namespace homeward::sim {

void Statistics::add(const Statistics& other) {
  events += other.events;
  posts += other.posts;
  joins += other.joins;
  removals += other.removals;
  leaves += other.leaves;
  crashes += other.crashes;
  relay_crashes += other.relay_crashes;
  cuts += other.cuts;
  doubled += other.doubled;
  full_disks += other.full_disks;
  jumps += other.jumps;
  old_copies += other.old_copies;
  epochs += other.epochs;
  taken_in += other.taken_in;
  changes += other.changes;
  touches += other.touches;
  family_acts += other.family_acts;
  expired += other.expired;
  notes += other.notes;
  brought_in += other.brought_in;
  devices += other.devices;
  devices_lost += other.devices_lost;
  fell_out += other.fell_out;
  rubbish += other.rubbish;
  anew += other.anew;
  months += other.months;
  files += other.files;
  files_read += other.files_read;
}

bool Clockwork::step(Instant until) {
  if (events_.empty() || events_.top().when > until) {
    now_ = std::max(now_, until);
    return false;
  }
  Due due = events_.top();
  events_.pop();
  now_ = due.when;
  due.what();
  return true;
}

Outcome run(const Options& options) { return World(options).run(); }

Outcome run_twice(const Options& options) {
  Outcome first = run(options);
  if (!first.failure.empty()) return first;
  Outcome second = run(options);
  if (second.trace != first.trace) {
    second.failure = second.failure.empty() ? "the same seed left another trace" : second.failure;
    if (!options.keeps_trace) return second;
    size_t line = 0;
    while (line < std::min(first.lines.size(), second.lines.size()) &&
           first.lines[line] == second.lines[line])
      ++line;
    second.failure += ", from line " + std::to_string(line);
    if (line < first.lines.size()) second.lines.push_back("the first run had: " + first.lines[line]);
  }
  return second;
}

World::World(const Options& options) : options_(options), random_(options.seed * 2 + 1) {
  base_latency_ms_ = 1 + static_cast<int64_t>(below(150));
  cut_per_mille_ = below(30);
  double_per_mille_ = below(40);
  slow_per_mille_ = below(30);
  devices_often_ = options.seed % 4 == 2 || options.canary == Canary::kSneaksDevice;
  reforms_ = options.seed % 4 == 0 || options.canary == Canary::kObeysOne;
  has_porch_ =
      (options.seed % 5 == 3 && options.canary == Canary::kNone) || options.canary == Canary::kTellsPorch;
  has_files_ = options.seed % 3 == 0;
  relay_disk_ = std::make_unique<SimDisk>();
}

World::~World() {
  for (Node& node : nodes_) node.client.reset();
  relay_.reset();
  if (relay_store_) relay_store_->reader.reset();
  relay_store_.reset();
}

void World::trace(std::string_view what, size_t who, uint64_t number) {
  Writer line;
  line.raw(outcome_.trace).u64(static_cast<uint64_t>(clockwork_.now().ms)).text(what).u64(who).u64(number);
  outcome_.trace = sha256(line.view());
  if (!options_.keeps_trace) return;
  std::string text = std::to_string(clockwork_.now().ms - 1'656'000'000'000) + " " + std::string(what) + " " +
                     std::to_string(who) + " " + std::to_string(number);
  if (options_.verbose) std::fprintf(stderr, "%s\n", text.c_str());
  outcome_.lines.push_back(std::move(text));
}

void World::trace_bytes(std::string_view what, size_t who, BytesView bytes) {
  const Hash hash = sha256(bytes);
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | hash.data[i];
  trace(what, who, number);
}

void World::fail(const std::string& what) {
  if (failed()) return;
  outcome_.failure = "seed " + std::to_string(options_.seed) + ": " + what;
  trace("FAIL " + what, 0);
}

Outcome World::run() {
  begin();
  const Instant safe_until = clockwork_.now().after_ms(static_cast<int64_t>(2 + below(10)) * kMinute_ms);
  const int64_t pace_ms = (safe_until.ms - clockwork_.now().ms) / static_cast<int64_t>(20 + below(30));
  Instant next_act = clockwork_.now();
  while (!failed() && clockwork_.now() < safe_until) {
    next_act = next_act.after_ms(1 + static_cast<int64_t>(below(static_cast<uint64_t>(pace_ms) * 2)));
    while (!failed() && clockwork_.step(std::min(next_act, safe_until))) ++outcome_.statistics.events;
    if (!failed()) act();
  }
  if (!failed()) heal();
  std::string why = "healing";
  for (int round = 0; round < 120 && !failed() && !why.empty(); ++round) {
    const Instant until = clockwork_.now().after_ms(15 * kSecond_ms);
    while (!failed() && clockwork_.step(until)) ++outcome_.statistics.events;
    for (Node& node : nodes_) attend(node, 1000);
    if (has_porch_ && round < 8)
      for (Node& node : nodes_) at_the_porch(node);
    if (!files_.empty())
      for (Node& node : nodes_) fetch_files(node, 1000);
    why = unsettled();
    if (why.empty()) why = files_unsettled();
  }
  if (!why.empty()) fail("does not come to rest: " + why);
  if (!failed()) check_end();
  outcome_.statistics.posts = posts_.size();
  for (const SimGroup& group : groups_) outcome_.statistics.epochs += group.authenticators.size();
  return std::move(outcome_);
}

}  // namespace homeward::sim
