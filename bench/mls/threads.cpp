#include "bench/mls/threads.h"

#include <atomic>
#include <cstdio>
#include <thread>

#include "bench/mls/measure.h"
#include "bench/mls/warm_group.h"

namespace homeward::bench {
namespace {

double wall_time_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Threads that take the next stretch of checks until there is none or one failed.
mls::CheckRunner runner(size_t threads) {
  if (threads < 2) return {};
  return [threads](size_t count, const std::function<bool(size_t)>& check) {
    constexpr size_t kStretch = 64;
    std::atomic<size_t> next = 0;
    std::atomic<bool> good = true;
    const auto work = [&] {
      while (good) {
        const size_t begin = next.fetch_add(kStretch);
        if (begin >= count) return;
        for (size_t at = begin; at < std::min(count, begin + kStretch); ++at) {
          if (!check(at)) good = false;
        }
      }
    };
    std::vector<std::thread> others;
    for (size_t more = 1; more < threads; ++more) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    return good.load();
  };
}

}  // namespace

void print_join_with_threads(size_t members, size_t threads) {
  SeededRandom random(1);
  std::vector<Person> people;
  mls::CommitParams add_all;
  for (size_t i = 0; i < members; ++i) {
    people.push_back(make_person(i, random));
    if (i > 0) add_all.proposals.push_back(mls::Add{people.back().package});
  }
  mls::Group group = must("create", mls::Group::create(create_params(people.front()), random));
  const mls::PendingCommit pending = must("add all", group.commit(add_all, random));
  const Bytes welcome = copy_of(*pending.welcome());
  mls::JoinParams params;
  params.welcome = welcome;
  params.key_package = &people.back().package;
  params.secrets = &people.back().secrets;
  Samples alone;
  Samples together;
  // In turn, so that a machine that slows down does so for both; the least disturbed of each counts.
  for (int round = 0; round < 9; ++round) {
    for (const bool shared : {false, true}) {
      params.run_checks = runner(shared ? threads : 1);
      const double began = wall_time_us();
      must("join", mls::Group::join(params));
      (shared ? together : alone).add(wall_time_us() - began);
    }
  }
  std::printf("join, %zu members: %.1f ms alone, %.1f ms with %zu threads: %.2f of it\n", members,
              alone.least() / 1000, together.least() / 1000, threads, together.least() / alone.least());
}

}  // namespace homeward::bench
