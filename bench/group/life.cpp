#include "bench/group/life.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace homeward::bench {
namespace {

constexpr size_t kBySponsor = 20;   // open requests of one sponsor (group/roster.h)
constexpr size_t kMostAdds = 200;   // of one commit (group/rules.h)
constexpr size_t kMostActive = 60;  // who writes in a large group
constexpr int64_t kMorning_ms = 8 * kHour_ms, kWaking_ms = 15 * kHour_ms;

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "group_bench: %s\n", what);
  std::exit(1);
}

// Letters of a message: log-normal, half of them under 45, one in a hundred over 290.
size_t letters(SeededRandom& random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(random.below(1'000'000)) / 1e6;
  return static_cast<size_t>(std::clamp(45.0 * std::exp(0.8 * (sum - 6.0)), 2.0, 2'000.0));
}

std::string text_of(size_t letters, SeededRandom& random) {
  static const std::vector<std::string> kLetters = {"о", "е", "а", "и", "н", "т",
                                                    "с", "р", "в", "л", " ", " "};
  std::string out = "я";
  while (out.size() < letters * 2) out += kLetters[random.below(kLetters.size())];
  return out + "!";
}

}  // namespace

Life::Life(World& world, size_t members) : world_(world), wanted_(members) {}

uint64_t Life::epoch() { return founder_->client->find(group_)->epoch(); }
size_t Life::size() { return founder_->client->find(group_)->members().size(); }

Member& Life::some_active() {
  // The first of them write the most: Zipf's law, roughly.
  const size_t among = std::min(active_.size(), only_first);
  const double at = std::exp(static_cast<double>(world_.random.below(1'000'000)) / 1e6 *
                             std::log(static_cast<double>(among)));
  return *active_[std::min(among - 1, static_cast<size_t>(at) - 1)];
}

std::vector<Member*> Life::quiet() {
  std::vector<Member*> out;
  for (Member& one : world_.members)
    if (!one.gone && std::ranges::find(active_, &one) == active_.end()) out.push_back(&one);
  return out;
}

group::RequestId Life::ask(Member& sponsor, Member& newcomer) {
  const auto invite = world_.with(sponsor, [&](client::Client& client) {
    return client.invite(group_, world_.now.after_ms(7 * kDay_ms), world_.now);
  });
  if (!invite.ok()) die("no invite");
  const auto joined = world_.with(newcomer, [&](client::Client& client) {
    return client.join({.link = invite->link, .my_name = newcomer.name, .greeting = "Здравствуйте, это я."},
                       world_.now);
  });
  if (!joined.ok()) die("no join");
  world_.settle();
  const auto words = newcomer.client->joins().front().words;
  for (const group::JoinRequest& request : sponsor.client->find(group_)->requests(world_.now))
    if (request.words == words) return request.id;
  die("a join request did not arrive");
}

void Life::propose(Member& sponsor, const group::RequestId& request) {
  const auto done = world_.with(sponsor, [&](client::Client& client) {
    return client.propose(group_, request, "Знаю её с весны, вместе стояли у части.", world_.now);
  });
  if (!done.ok()) die("a proposal was refused");
}

void Life::confirm(Member& member, const group::RequestId& request) {
  const auto done = world_.with(
      member, [&](client::Client& client) { return client.confirm(group_, request, world_.now); });
  if (!done.ok()) die("a confirmation was refused");
}

// All of them at once: proposed by the sponsors in turn, then confirmed by one.
uint64_t Life::bring_in(size_t count, std::span<Member* const> sponsors, Member& second) {
  std::vector<Member*> newcomers;
  std::vector<group::RequestId> requests;
  for (size_t i = 0; i < count; ++i) {
    Member& sponsor = *sponsors[i % sponsors.size()];
    Member& newcomer = world_.add_member();
    newcomers.push_back(&newcomer);
    requests.push_back(ask(sponsor, newcomer));
    propose(sponsor, requests.back());
  }
  world_.settle();
  for (const group::RequestId& request : requests) {
    const auto open = second.client->find(group_)->requests(world_.now);
    const auto at = std::ranges::find(open, request, &group::JoinRequest::id);
    if (at != open.end() && at->can_confirm) confirm(second, request);
  }
  uint64_t commits = 0;
  for (size_t before = size(), second_by = 0; second_by < 120; ++second_by) {
    world_.run_until(world_.now.after_ms(kSecond_ms));
    const size_t now_in = size();
    if (now_in != before) commits += (now_in - before + kMostAdds - 1) / kMostAdds;
    before = now_in;
  }
  for (Member* newcomer : newcomers) {
    const group::Group* group = newcomer->client->find(group_);
    if (group == nullptr) die("a newcomer is not in");
    newcomer->person = group->me();
  }
  return commits;
}

Life::Fifty Life::begin() {
  founder_ = &world_.add_member();
  const auto made = world_.with(*founder_, [&](client::Client& client) {
    return client.create_group({.name = "Ждём дома", .my_name = founder_->name, .relay = "", .vouches = 1},
                               world_.now);
  });
  if (!made.ok()) die("no group");
  group_ = *made;
  founder_->person = founder_->client->find(group_)->me();
  world_.settle();
  active_ = {founder_};
  Member* only = founder_;
  bring_in(1, {&only, 1}, *founder_);
  bring_in(4, {&only, 1}, world_.members[1]);
  for (size_t i = 1; i < world_.members.size(); ++i) active_.push_back(&world_.members[i]);

  Fifty fifty;
  if (wanted_ > world_.members.size()) {
    const uint64_t bytes_before = founder_->spent.received_bytes;
    fifty.persons = std::min<size_t>(50, wanted_ - world_.members.size());
    fifty.commits = bring_in(
        fifty.persons, std::span(active_).subspan(1, std::min<size_t>(4, active_.size() - 1)), *founder_);
    fifty.received_bytes = founder_->spent.received_bytes - bytes_before;
  }
  const size_t most_active = std::min(kMostActive, std::max<size_t>(6, wanted_ / 3));
  for (size_t i = active_.size(); i < std::min(world_.members.size(), most_active); ++i)
    active_.push_back(&world_.members[i]);
  while (wanted_ > world_.members.size()) {
    const size_t more = std::min((active_.size() - 1) * kBySponsor, wanted_ - world_.members.size());
    bring_in(more, std::span(active_).subspan(1), *founder_);
  }
  return fifty;
}

void Life::say(Member& member) {
  const std::string text = text_of(letters(world_.random), world_.random);
  const auto done =
      world_.with(member, [&](client::Client& client) { return client.post(group_, text, world_.now); });
  if (!done.ok()) die("a message was refused");
}

void Life::live(const Day& day) {
  enum class What : uint8_t { kSay, kJoin, kRemove };
  std::multimap<int64_t, What> plan;
  const auto at = [&] { return kMorning_ms + static_cast<int64_t>(world_.random.below(kWaking_ms)); };
  for (size_t i = 0; i < day.messages; ++i) plan.emplace(at(), What::kSay);
  for (size_t i = 0; i < day.joins; ++i) plan.emplace(at(), What::kJoin);
  for (size_t i = 0; i < day.removals; ++i) plan.emplace(at(), What::kRemove);
  const Instant begin = world_.now;
  for (const auto& [after_ms, what] : plan) {
    world_.run_until(begin.after_ms(after_ms));
    if (what == What::kSay) {
      say(some_active());
    } else if (what == What::kJoin) {
      Member& sponsor = some_active();
      Member* second = &some_active();
      while (second == &sponsor) second = &some_active();
      Member& newcomer = world_.add_member();
      const group::RequestId request = ask(sponsor, newcomer);
      propose(sponsor, request);
      world_.run_until(world_.now.after_ms(kMinute_ms));
      confirm(*second, request);
      world_.run_until(world_.now.after_ms(30 * kSecond_ms));
      const group::Group* group = newcomer.client->find(group_);
      if (group == nullptr) die("a newcomer is not in");
      newcomer.person = group->me();
      if (!rest_after_joining) continue;
      world_.run_until(world_.now.after_ms(kMinute_ms));
      world_.sleep(newcomer);
    } else {
      std::vector<Member*> others = quiet();
      std::erase_if(others, [&](Member* one) { return kept.contains(one); });
      if (others.empty()) continue;
      Member& out = *others[world_.random.below(others.size())];
      const auto done = world_.with(
          *founder_, [&](client::Client& client) { return client.remove(group_, out.person, world_.now); });
      if (!done.ok()) die("a removal was refused");
      world_.run_until(world_.now.after_ms(30 * kSecond_ms));
      world_.discard(out);
    }
  }
  world_.run_until(begin.after_ms(kDay_ms));
}

}  // namespace homeward::bench
