// Hours of half load in which nothing may grow: appends over HTTP at half of what the relay can, and a queue
// with five hundred subscribers, who come anew again and again.
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "bench/relay/clients.h"
#include "bench/relay/relay_process.h"
#include "bench/relay/rows.h"

namespace homeward::bench {

namespace {

constexpr uint64_t kSubscribers = 500;
constexpr uint64_t kLivePerSecond = 20;
constexpr double kMostPerSecond = 2'000;  // an hour of it is seven gigabytes
// Queues of the appends over HTTP, far from those of the subscribers.
constexpr uint64_t kAppendQueues = 1'000'000;

struct Sample {
  uint64_t memory_bytes = 0;
  uint64_t handles = 0;
};

// One turn of the subscribers: they come, get entries for a while, and go.
void live_turn(const RelayProcess& relay, uint64_t turn, uint64_t until_ns, std::vector<Sample>& samples) {
  Subscribers subscribers({.port = relay.port(), .connections = kSubscribers, .first_queue = turn});
  Live author(relay.port(), false);
  for (uint64_t i = 0; i < 300 * kLivePerSecond && now_ns() < until_ns; ++i) {
    const uint64_t began = now_ns();
    subscribers.expect(kSubscribers);
    author.send(message({1, wire::Append{queue(turn).write, stamped_entry(1024, i)}}));
    author.await_appended(1);
    subscribers.await();
    if (i % kLivePerSecond == 0) samples.push_back({relay.memory_bytes(), relay.handles()});
    const uint64_t due = began + 1'000'000'000 / kLivePerSecond;
    if (const uint64_t now = now_ns(); now < due) ::usleep(static_cast<useconds_t>((due - now) / 1'000));
  }
}

Sample highest(std::span<const Sample> of) {
  Sample out;
  for (const Sample& each : of) {
    out.memory_bytes = std::max(out.memory_bytes, each.memory_bytes);
    out.handles = std::max(out.handles, each.handles);
  }
  return out;
}

}  // namespace

Rows soak(double seconds) {
  Folder folder;
  RelayProcess relay(
      {.data = folder.path() + "/data", .arguments = {"--max-requests-per-second", "1000000"}});
  const double full =
      HttpAppends(
          {.port = relay.port(), .seconds = std::min(10.0, seconds / 12), .first_queue = 2 * kAppendQueues})
          .await();
  const double half = std::min(full / 2, kMostPerSecond);
  HttpAppends appends(
      {.port = relay.port(), .seconds = seconds, .most_per_second = half, .first_queue = kAppendQueues});
  std::vector<Sample> samples;
  const uint64_t until_ns = now_ns() + static_cast<uint64_t>(seconds * 1e9);
  for (uint64_t turn = 0; now_ns() < until_ns; ++turn) live_turn(relay, turn, until_ns, samples);
  const double reached = appends.await();
  // The first twelfth warms up; then the highest of one tenth is compared with the highest of the last one.
  const size_t warm = samples.size() / 12;
  const size_t tenth = std::max<size_t>(1, samples.size() / 10);
  const Sample before = highest(std::span(samples).subspan(warm, tenth));
  const Sample after = highest(std::span(samples).last(tenth));
  const double growth =
      100.0 * (static_cast<double>(after.memory_bytes) / static_cast<double>(before.memory_bytes) - 1);
  return {{.name = "soak: appends a second over HTTP",
           .unit = "entries/s",
           .measured = reached,
           .floor = full,
           .floor_name = "full load"},
          {.name = "soak: memory after warming up",
           .unit = "MiB",
           .measured = static_cast<double>(before.memory_bytes) / (1 << 20),
           .floor_name = {}},
          {.name = "soak: growth of memory since then",
           .unit = "%",
           .measured = growth,
           .at_most = 5,
           .floor_name = {}},
          {.name = "soak: file handles more than then",
           .unit = "",
           .measured = static_cast<double>(after.handles) - static_cast<double>(before.handles),
           .at_most = 0,
           .floor_name = {}}};
}

}  // namespace homeward::bench
