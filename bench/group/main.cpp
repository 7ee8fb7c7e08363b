// A group of a thousand members, all of them real clients in this process: what a day costs one member, and
// what it takes to catch up after a day, a week, a month away.
//
//   group_bench [--members N,…] [--days D] [--awake N] [--json] [--check]
//
// A group is made by its members' own doing (invites, proposals, vouches, commits of up to 200), has one day
// with everybody awake, then D days with N awake, so that a run ends; who sleeps costs the others nothing and
// is given nothing.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "bench/group/life.h"
#include "bench/group/report.h"

using namespace homeward;
using namespace homeward::bench;

namespace {

struct Options {
  std::vector<size_t> members;
  int days = 30;
  size_t awake = 12;
  bool json = false;
  bool check = false;
};

// A thousand have 20 joins and 5 removals a day; fewer have fewer, the same share of them.
Day day_of(size_t members, int number) {
  Day day;
  const auto share = [&](size_t of_thousand) {
    const size_t all = of_thousand * members * static_cast<size_t>(number + 1) / 1000;
    return all - of_thousand * members * static_cast<size_t>(number) / 1000;
  };
  day.joins = share(20);
  day.removals = share(5);
  return day;
}

double median(std::vector<double> of) {
  std::ranges::sort(of);
  return of.empty() ? 0 : of[of.size() / 2];
}

Cost cost_of(const Member& member, uint64_t disk_before) {
  return {static_cast<double>(member.spent.received_bytes) / 1e3,
          static_cast<double>(member.spent.sent_bytes) / 1e3, member.spent.cpu_ms,
          (static_cast<double>(member.disk_bytes()) - static_cast<double>(disk_before)) / 1e3};
}

void day_with_everybody(World& world, Life& life, Found& found) {
  std::map<Member*, uint64_t> before;
  for (Member& member : world.members) {
    if (member.gone) continue;
    before[&member] = member.disk_bytes();
    member.spent = {};
  }
  world.entries_by_size.clear();
  const uint64_t epoch = life.epoch();
  const Day day = day_of(found.members, 0);
  life.live(day);
  found.messages = day.messages;
  found.joins = day.joins;
  found.removals = day.removals;
  found.epochs = life.epoch() - epoch;
  found.entries_by_size = world.entries_by_size;
  std::vector<double> received, sent, cpu, vault;
  for (const auto& [member, disk] : before) {
    if (member->gone) continue;
    const Cost one = cost_of(*member, disk);
    received.push_back(one.received_kb);
    sent.push_back(one.sent_kb);
    cpu.push_back(one.cpu_ms);
    vault.push_back(one.vault_kb);
  }
  found.median = {median(received), median(sent), median(cpu), median(vault)};
  found.most.received_kb = *std::ranges::max_element(received);
}

CaughtUp catch_up(World& world, Life& life, Member& member, int days, uint64_t epoch_then) {
  const uint64_t disk = member.disk_bytes();
  member.spent = {};
  world.wake(member);
  world.settle();
  const group::Group* group = member.client->find(life.id());
  if (group == nullptr || group->epoch() != life.epoch() || !group->caught_up()) {
    std::fprintf(stderr, "group_bench: who was away did not catch up\n");
    std::exit(1);
  }
  const Cost cost = cost_of(member, disk);
  CaughtUp out{
      .days = days, .messages = static_cast<uint64_t>(days) * 200, .epochs = life.epoch() - epoch_then};
  out.received_kb = cost.received_kb;
  out.cpu_s = cost.cpu_ms / 1e3;
  out.vault_kb = cost.vault_kb;
  out.round_trips = member.spent.round_trips;
  world.sleep(member);
  return out;
}

void days_away(World& world, Life& life, const Options& options, Found& found) {
  std::vector<Member*> quiet = life.quiet();
  std::vector<std::pair<int, Member*>> away;
  for (const int days : {1, 7, 30})
    if (days <= options.days && away.size() < quiet.size())
      away.emplace_back(days, quiet[quiet.size() - 1 - away.size()]);
  for (const auto& [days, member] : away) life.kept.insert(member);
  size_t awake = 0;
  for (Member* member : life.active())
    if (++awake > options.awake) world.sleep(*member);
  for (Member* member : quiet) world.sleep(*member);
  life.rest_after_joining = true;
  life.only_first = std::min(options.awake, life.active().size());

  const uint64_t epoch = life.epoch();
  const uint64_t received = life.founder().spent.received_bytes;
  for (int day = 1; day <= options.days; ++day) {
    life.live(day_of(found.members, day));
    for (const auto& [days, member] : away)
      if (days == day) found.caught_up.push_back(catch_up(world, life, *member, days, epoch));
  }
  if (options.days > 0)
    found.later_kb = static_cast<double>(life.founder().spent.received_bytes - received) / 1e3 / options.days;
}

Found measure(size_t members, const Options& options) {
  Found found;
  found.members = members;
  World world(members);
  Life life(world, members);
  const double begin = World::cpu_ms();
  const Life::Fifty fifty = life.begin();
  found.build_cpu_s = (World::cpu_ms() - begin) / 1e3;
  found.fifty_persons = fifty.persons;
  found.fifty_commits = fifty.commits;
  found.fifty_kb = static_cast<double>(fifty.received_bytes) / 1e3;
  world.run_until(
      world.now.after_ms(kDay_ms));  // what follows a beginning: keys are announced, leaves renewed
  day_with_everybody(world, life, found);
  days_away(world, life, options, found);
  return found;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    const char* next = i + 1 < argc ? argv[i + 1] : nullptr;
    if (arg == "--json") {
      options.json = true;
    } else if (arg == "--check") {
      options.check = true;
    } else if (next != nullptr && arg == "--members") {
      for (const char* at = argv[++i]; *at != 0;) {
        char* end = nullptr;
        options.members.push_back(std::strtoul(at, &end, 10));
        if (end == at || options.members.back() < 8) return false;
        at = *end == ',' ? end + 1 : end;
      }
    } else if (next != nullptr && arg == "--days") {
      options.days = std::atoi(argv[++i]);
    } else if (next != nullptr && arg == "--awake") {
      options.awake = std::max<size_t>(3, std::strtoul(argv[++i], nullptr, 10));
    } else {
      return false;
    }
  }
  if (options.members.empty()) options.members = {1000, 50};
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "group_bench [--members N,…] [--days D] [--awake N] [--json] [--check]\n");
    return 2;
  }
  std::vector<Found> all;
  bool fits = true;
  for (const size_t members : options.members) {
    all.push_back(measure(members, options));
    if (!options.json) print_text(all.back());
    std::fflush(stdout);
    fits = within_limits(all.back()) && fits;
  }
  if (options.json) print_json(all);
  return options.check && !fits ? 1 : 0;
}
