#include "os/postgres/cluster.h"

#include <charconv>
#include <cstdio>

namespace homeward::os::postgres {

using boost::system::error_code;
using relay::Outcome;
using relay::RelayError;
using relay::StoreAppend;

namespace {

constexpr size_t kReaders = 2;
constexpr size_t kReadsAtOnce = 16;
constexpr int64_t kReadPatience_ms = 10'000;
constexpr std::chrono::milliseconds kPollStep{100};
// How long a round of looking at all queues that are listened to takes, with and without news.
constexpr size_t kSlowRound_steps = 300;
constexpr size_t kQuickRound_steps = 10;
constexpr size_t kMostPolls = 500;  // in a step
constexpr size_t kLargestPayload = 7'900;
constexpr int kMostTries = 5;

// Two entries of one queue have the same only if they are the same, but for those of who tries for it.
int64_t short_hash(const wire::QueueId& queue, BytesView entry) {
  Bytes both = copy_of(queue.view());
  append(both, wire::entry_hash(entry).view());
  const Hash hash = wire::entry_hash(both);
  uint64_t out = 0;
  for (size_t i = 0; i < 8; ++i) out = out << 8 | hash.data[i];
  return static_cast<int64_t>(out);
}

std::string hex(BytesView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<wire::QueueId> queue_of(std::string_view digits) {
  wire::QueueId out;
  if (digits.size() != 2 * out.data.size()) return std::nullopt;
  for (size_t i = 0; i < out.data.size(); ++i) {
    const char* at = digits.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, out.data[i], 16);
    if (error != std::errc() || end != at + 2) return std::nullopt;
  }
  return out;
}

}  // namespace

// The appends of one transaction, a group for each queue.
struct Cluster::Appending {
  struct Group {
    Appends appends;
    bool is_over_bound = false;  // no more queues may be created before it is known how many were
  };
  size_t writer = 0;
  relay::StoreWriter::Rules rules;
  uint64_t new_queues_left = 0;
  std::map<wire::QueueId, Group> groups;  // in the order in which every relay locks queues
  std::vector<wire::QueueId> order;       // in which they came
  int tries = 0;
  Stored done;
};

Cluster::Cluster(boost::asio::io_context& loop, Options options)
    : loop_(loop), options_(std::move(options)), poll_timer_(loop), background_(loop) {
  const Target& target = options_.target;
  const auto failed = [this](const std::string& problem) { complain(problem); };
  for (size_t i = 0; i < options_.writers; ++i) {
    writers_.push_back(
        std::make_unique<Session>(loop, Session::Options{.target = target,
                                                         .prepare = prepare_writer(target.is_alone),
                                                         .changed =
                                                             [this](bool is_up) {
                                                               if (is_up) complain({});
                                                             },
                                                         .failed = failed}));
  }
  for (size_t i = 0; i < kReaders; ++i) {
    readers_.push_back(
        std::make_unique<Session>(loop, Session::Options{.target = target,
                                                         .prepare = prepare_reader(target.is_alone),
                                                         .depth = kReadsAtOnce,
                                                         .patience_ms = kReadPatience_ms}));
  }
  const auto changed = [this](bool) {  // news may have been missed
    hears_all_ = false;
    polled_ = {};
  };
  const auto notified = [this](std::string_view payload, bool is_own) {
    if (!is_own) hear(payload);
  };
  listener_ = std::make_unique<Session>(
      loop, Session::Options{
                .target = target, .prepare = prepare_listener(), .changed = changed, .notified = notified});
  poll();
}

Cluster::~Cluster() = default;

void Cluster::complain(const std::string& problem) {
  if (problem == problem_) return;
  problem_ = problem;
  const std::string words = problem.empty() ? "the cluster takes entries again" : problem;
  std::fprintf(stderr, "homeward-relay: store %s: %s\n", id().substr(0, 8).c_str(), words.c_str());
}

void Cluster::post(std::function<void()> work) {
  boost::asio::post(loop_, [is_alive = std::weak_ptr<bool>(is_alive_), work = std::move(work)] {
    if (!is_alive.expired()) work();
  });
}

// --- Appending ---

void Cluster::append(size_t writer, Appends appends, const relay::StoreWriter::Rules& rules, Stored done) {
  auto appending = std::make_shared<Appending>();
  appending->writer = writer;
  appending->rules = rules;
  appending->new_queues_left = rules.most_new_queues;
  appending->done = std::move(done);
  for (StoreAppend* append : appends) {
    auto& group = appending->groups[append->queue];
    if (group.appends.empty()) appending->order.push_back(append->queue);
    group.appends.push_back(append);
  }
  if (stored_bytes_ >= rules.most_store_bytes) {
    post([appending] { appending->done(Error(RelayError::kDiskFull, "bound of the store")); });
    return;
  }
  ask(appending);
}

void Cluster::ask(const std::shared_ptr<Appending>& appending) {
  uint64_t left = appending->new_queues_left;
  std::map<wire::QueueId, int32_t> creators;  // from 1: the first append that may create the queue
  for (const wire::QueueId& queue : appending->order) {
    auto& group = appending->groups.at(queue);
    const auto first = std::ranges::find(group.appends, true, &StoreAppend::may_create);
    group.is_over_bound = first != group.appends.end() && left == 0;
    if (first == group.appends.end() || left == 0) continue;
    --left;
    creators[queue] = static_cast<int32_t>(first - group.appends.begin()) + 1;
  }
  std::vector<Call> all;
  for (const auto& [queue, group] : appending->groups) {
    std::vector<int64_t> hashes;
    std::vector<BytesView> bodies;
    for (const StoreAppend* append : group.appends) {
      hashes.push_back(short_hash(queue, append->entry));
      bodies.emplace_back(append->entry);
    }
    all.push_back(
        {kAppend,
         {copy_of(queue.view()), int4(options_.day), int8_array(hashes), bytea_array(bodies),
          int4(creators.contains(queue) ? creators.at(queue) : 0), int8(appending->rules.entries_per_queue),
          int8(options_.identity.generation), boolean(options_.target.is_alone)}});
  }
  writers_.at(appending->writer)
      ->call({.calls = calls(std::move(all)),
              .is_transaction = true,
              .done = [this, appending](Answer answer) { answered(appending, std::move(answer)); }});
}

void Cluster::answered(const std::shared_ptr<Appending>& appending, Answer answer) {
  if (!answer.ok()) {
    const auto failed = reason(answer, appending->tries, [this, appending] { ask(appending); });
    if (failed) appending->done(failed);
    return;
  }
  complain({});
  std::map<wire::QueueId, Appending::Group> unknown;
  size_t number = 0;
  for (auto& [queue, group] : appending->groups) {
    const Rows& rows = answer.rows.at(number++);
    for (size_t i = 0; i < group.appends.size() && static_cast<int>(i) < rows.count(); ++i) {
      StoreAppend& append = *group.appends[i];
      append.number = static_cast<uint64_t>(rows.number(static_cast<int>(i), 1));
      switch (static_cast<Ending>(rows.number(static_cast<int>(i), 0))) {
        case Ending::kStoredFirst:
          append.created = true;
          --appending->new_queues_left;
          [[fallthrough]];
        case Ending::kStored:
          append.outcome = Outcome::kStored;
          stored_bytes_ += append.entry.size();
          break;
        case Ending::kRepeated:
          append.outcome = Outcome::kRepeated;
          break;
        case Ending::kQueueFull:
          append.outcome = Outcome::kQueueFull;
          break;
        case Ending::kUnknown:
          append.outcome = append.may_create ? Outcome::kTooManyQueues : Outcome::kMayNotCreate;
          if (group.is_over_bound) unknown[queue] = group;
          break;
        case Ending::kDiffers:
          break;
      }
    }
  }
  // Some that were allowed to be created were there already, which leaves room for others.
  if (unknown.empty() || appending->new_queues_left == 0) return appending->done(std::nullopt);
  std::erase_if(appending->order, [&](const wire::QueueId& queue) { return !unknown.contains(queue); });
  appending->groups = std::move(unknown);
  ask(appending);
}

std::optional<Error> Cluster::reason(const Answer& answer, int& tries, std::function<void()> again) {
  if (answer.failed == kNoPartition && ++tries < kMostTries) {
    keep(retention_days_, std::move(again));
    return std::nullopt;
  }
  if (answer.failed == kOtherStores && options_.other_stores) options_.other_stores();
  if (answer.failed == kNoStandby)
    complain("the cluster has no synchronous standby any more; nothing is taken");
  return Error(answer.failed == kDiskIsFull ? RelayError::kDiskFull : RelayError::kStore, "cluster");
}

// --- Reading ---

void Cluster::read(const relay::StoreLink::Query& query, relay::StoreLink::Read done) {
  const size_t most_rows = std::clamp<size_t>(query.most_bytes / wire::kSmallestEntry, 1, 2'048);
  const auto most_bytes = static_cast<int64_t>(std::min<size_t>(query.most_bytes, INT64_MAX));
  // Numbers are bigints; no entry has one that is not.
  const uint64_t after = std::min<uint64_t>(query.after, INT64_MAX);
  const Bytes queue = copy_of(query.queue.view());
  reader().call({.calls = calls({{kLast, {queue}},
                                 {kPage,
                                  {queue, int8(static_cast<int64_t>(after)), int8(most_bytes),
                                   int8(static_cast<int64_t>(most_rows))}}}),
                 .done = [after, done = std::move(done)](Answer answer) {
                   if (!answer.ok()) return done(Error(RelayError::kStore, "cluster"));
                   relay::StoreReader::Page page;
                   const Rows& last = answer.rows.at(0);
                   const Rows& rows = answer.rows.at(1);
                   if (last.count() > 0) page.last_in_queue = static_cast<uint64_t>(last.number(0, 0));
                   if (rows.count() > 0) page.first = static_cast<uint64_t>(rows.number(0, 0));
                   const bool is_gone =
                       rows.count() > 0 ? page.first > after + 1 : after < page.last_in_queue;
                   if (is_gone) {
                     page.first = 0;
                     page.expired = true;
                     return done(std::move(page));
                   }
                   for (int row = 0; row < rows.count(); ++row)
                     page.entries.push_back(copy_of(rows.bytes(row, 1)));
                   // Entries may have come between the two statements.
                   if (rows.count() > 0) {
                     page.last_in_queue = std::max(page.last_in_queue, page.first + page.entries.size() - 1);
                   }
                   done(std::move(page));
                 }});
}

void Cluster::find(const std::vector<wire::QueueId>& queues, Found done) {
  std::vector<Call> all;
  for (const wire::QueueId& queue : queues) all.push_back({kLast, {copy_of(queue.view())}});
  find(std::move(all), std::move(done));
}

void Cluster::find(const std::vector<wire::BlobId>& blobs, Found done) {
  std::vector<Call> all;
  for (const wire::BlobId& blob : blobs) all.push_back({kBlob, {copy_of(blob.view()), int4(options_.day)}});
  find(std::move(all), std::move(done));
}

void Cluster::find(std::vector<Call> all, Found done) {
  reader().call({.calls = calls(std::move(all)), .done = [done = std::move(done)](Answer answer) {
                   if (!answer.ok()) return done(std::nullopt);
                   std::vector<bool> out;
                   for (const Rows& rows : answer.rows) out.push_back(rows.count() > 0);
                   done(std::move(out));
                 }});
}

// --- News ---

void Cluster::listen(const wire::QueueId& queue, bool wanted) {
  if (wanted) {
    listened_.emplace(queue, 0);
  } else {
    listened_.erase(queue);
  }
}

void Cluster::news_of(const wire::QueueId& queue, uint64_t last) {
  const auto found = listened_.find(queue);
  if (found == listened_.end() || found->second >= last) return;
  found->second = last;
  options_.heard(queue, last);
}

void Cluster::hear(std::string_view payload) {
  while (!payload.empty()) {
    const std::string_view item = payload.substr(0, payload.find(' '));
    payload.remove_prefix(std::min(payload.size(), item.size() + 1));
    const size_t colon = item.find(':');
    if (colon == std::string_view::npos) continue;
    const std::optional<wire::QueueId> queue = queue_of(item.substr(0, colon));
    uint64_t last = 0;
    const auto parsed = std::from_chars(item.data() + colon + 1, item.data() + item.size(), last);
    if (queue && parsed.ec == std::errc()) news_of(*queue, last);
  }
}

void Cluster::publish(const wire::QueueId& queue, uint64_t last) {
  if (const auto found = listened_.find(queue); found != listened_.end()) {
    found->second = std::max(found->second, last);
  }
  if (!listener_->is_up()) return;
  uint64_t& told = news_[queue];
  told = std::max(told, last);
  send_news();
}

// Outside the transactions that store: a NOTIFY in them would make commits wait for each other.
void Cluster::send_news() {
  if (is_telling_ || news_.empty()) return;
  std::vector<Call> all;
  std::string payload;
  for (const auto& [queue, last] : news_) {
    if (payload.size() > kLargestPayload - 100) {
      all.push_back({kNotify, {copy_of(view_of(payload))}});
      payload.clear();
    }
    if (!payload.empty()) payload += ' ';
    payload += hex(queue) + ':' + std::to_string(last);
  }
  news_.clear();
  all.push_back({kNotify, {copy_of(view_of(payload))}});
  is_telling_ = true;
  listener_->call({.calls = calls(std::move(all)), .done = [this](Answer) {
                     is_telling_ = false;
                     send_news();
                   }});
}

void Cluster::poll() {
  poll_timer_.expires_after(kPollStep);
  poll_timer_.async_wait([this](error_code error) {
    if (!error) poll();
  });
  if (is_polling_ || listened_.empty()) return;
  const size_t steps = hears_all_ ? kSlowRound_steps : kQuickRound_steps;
  const size_t count = std::min((listened_.size() + steps - 1) / steps, kMostPolls);
  std::vector<wire::QueueId> queues;
  auto next = listened_.upper_bound(polled_);
  for (; next != listened_.end() && queues.size() < count; ++next) queues.push_back(next->first);
  const bool is_round = next == listened_.end();
  polled_ = is_round || queues.empty() ? wire::QueueId{} : queues.back();
  if (queues.empty()) return;
  is_polling_ = true;
  std::vector<Call> all;
  for (const wire::QueueId& queue : queues) all.push_back({kLast, {copy_of(queue.view())}});
  reader().call({.calls = calls(std::move(all)), .done = [this, queues, is_round](Answer answer) {
                   is_polling_ = false;
                   if (!answer.ok()) return;
                   if (is_round && listener_->is_up()) hears_all_ = true;
                   for (size_t i = 0; i < queues.size() && i < answer.rows.size(); ++i) {
                     const Rows& rows = answer.rows[i];
                     if (rows.count() > 0) news_of(queues[i], static_cast<uint64_t>(rows.number(0, 0)));
                   }
                 }});
}

// --- Keeping ---

void Cluster::keep(uint32_t retention_days, std::function<void()> done) {
  retention_days_ = retention_days;
  if (is_keeping_) {
    keep_again_ = keep_again_ || done != nullptr;
    if (done) next_keeping_.push_back(std::move(done));
    return;
  }
  is_keeping_ = true;
  if (done) after_keeping_.push_back(std::move(done));
  background_.run<Kept>(
      [target = options_.target, keeping = Keeping{options_.day, day_now(), retention_days}] {
        return postgres::keep(target, keeping);
      },
      [this](Kept kept) {
        if (kept.problem.empty()) stored_bytes_ = kept.stored_bytes;
        is_keeping_ = false;
        auto after = std::exchange(after_keeping_, std::exchange(next_keeping_, {}));
        if (std::exchange(keep_again_, false)) keep(retention_days_, nullptr);
        for (const auto& each : after) each();
      });
}

}  // namespace homeward::os::postgres
