// What concerns connections: delivery, its latency, memory.
#include <unistd.h>

#include <cstdio>

#include "bench/relay/clients.h"
#include "bench/relay/floor.h"
#include "bench/relay/relay_process.h"
#include "bench/relay/rows.h"

namespace homeward::bench {

namespace {

constexpr uint64_t kSubscribers = 1'000;
constexpr size_t kEntry_bytes = 1'024;
// Around an entry: head of the message, of the frame and of the entry itself.
constexpr size_t kAround_bytes = 4 + 57 + 2;

double per(uint64_t cpu_ns, uint64_t count) {
  return static_cast<double>(cpu_ns) / static_cast<double>(count) / 1'000;
}

uint64_t rounds(const Wanted& wanted, uint64_t full) {
  return std::max<uint64_t>(5, static_cast<uint64_t>(static_cast<double>(full) * wanted.scale));
}

// Microseconds of processor time for one entry to one subscriber, `burst` entries at once.
double deliver(bool over_tls, uint64_t burst, uint64_t times) {
  Folder folder;
  RelayProcess relay({.data = folder.path() + "/data",
                      .over_tls = over_tls,
                      .arguments = {"--max-requests-per-second", "1000000"}});
  Live author(relay.port(), over_tls);
  author.send(message({1, wire::Append{queue(0).write, stamped_entry(kEntry_bytes, 0)}}));
  author.await_appended(1);
  Subscribers subscribers(
      {.port = relay.port(), .over_tls = over_tls, .connections = kSubscribers, .after = 1});
  uint64_t serial = 0;
  const auto once = [&] {
    subscribers.expect(burst * kSubscribers);
    Bytes all;
    for (uint64_t i = 0; i < burst; ++i)
      append(all, message({1, wire::Append{queue(0).write, stamped_entry(kEntry_bytes, ++serial)}}));
    author.send(all);
    author.await_appended(burst);
    subscribers.await();
  };
  for (int i = 0; i < 5; ++i) once();
  const uint64_t before = relay.cpu_ns();
  for (uint64_t i = 0; i < times; ++i) once();
  return per(relay.cpu_ns() - before, burst * kSubscribers * times);
}

double deliver_bare(uint64_t burst, uint64_t times) {
  const size_t message_bytes = kAround_bytes + burst * (kEntry_bytes + 2);
  Floor floor(kSubscribers, message_bytes);
  Subscribers subscribers(
      {.port = floor.port(), .is_raw = true, .raw_bytes = message_bytes, .connections = kSubscribers});
  const auto once = [&] {
    subscribers.expect(kSubscribers);
    floor.deliver();
    subscribers.await();
  };
  for (int i = 0; i < 5; ++i) once();
  const uint64_t before = floor.cpu_ns();
  for (uint64_t i = 0; i < times; ++i) once();
  return per(floor.cpu_ns() - before, burst * kSubscribers * times);
}

}  // namespace

Rows live_delivery(const Wanted& wanted) {
  const uint64_t times = rounds(wanted, 200);
  const std::string bare = "a bare epoll loop";
  Rows out = {{.name = "CPU per delivery, one entry to 1,000 subscribers",
               .unit = "us",
               .measured = deliver(false, 1, times),
               .at_most = 6,
               .floor = deliver_bare(1, times),
               .floor_name = bare},
              {.name = "the same over TLS",
               .unit = "us",
               .measured = deliver(true, 1, times),
               .at_most = 9,
               .floor = std::nullopt,
               .floor_name = {}},
              {.name = "CPU per delivery, 16 entries at once",
               .unit = "us",
               .measured = deliver(false, 16, times),
               .at_most = 0.7,
               .floor = deliver_bare(16, times),
               .floor_name = bare},
              {.name = "the same over TLS",
               .unit = "us",
               .measured = deliver(true, 16, times),
               .at_most = 1.6,
               .floor = std::nullopt,
               .floor_name = {}}};
  if (const auto nats = deliver_by_nats(kSubscribers, kEntry_bytes, times))
    out.push_back({.name = "nats-server: CPU per delivery, one message of 1 KiB, not durable",
                   .unit = "us",
                   .measured = *nats});
  return out;
}

Rows delivery_latency(const Wanted& wanted) {
  constexpr uint64_t kPerSecond = 100;
  Folder folder;
  RelayProcess relay({.data = folder.path() + "/data", .arguments = {"--max-requests-per-second", "100000"}});
  Subscribers subscribers({.port = relay.port(), .connections = kSubscribers});
  Live author(relay.port(), false);
  const uint64_t count = rounds(wanted, 20 * kPerSecond);
  subscribers.expect(count * kSubscribers);
  const uint64_t start = now_ns();
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t due = start + i * 1'000'000'000 / kPerSecond;
    const uint64_t now = now_ns();
    if (due > now) ::usleep(static_cast<useconds_t>((due - now) / 1'000));
    author.send(message({1, wire::Append{queue(0).write, stamped_entry(kEntry_bytes, i)}}));
    author.await_appended(1);
  }
  subscribers.await();
  const Latencies latencies = subscribers.latencies();
  const auto row = [&](const char* name, double share, double at_most) {
    return Row{.name = name,
               .unit = "ms",
               .measured = latencies.quantile_ms(share),
               .at_most = at_most,
               .floor_name = {}};
  };
  return {row("append to delivery, 1,000 subscribers, 100 entries/s, median", 0.5, 10),
          row("the same, 99th percentile", 0.99, 30)};
}

// What members feel of a flood: new queues from 64 connections as fast as they can, most of them refused.
Rows overload(const Wanted& wanted) {
  constexpr uint64_t kListeners = 200, kPerSecond = 50;
  Rows out;
  for (const bool is_flooded : {false, true}) {
    Folder folder;
    RelayProcess relay(
        {.data = folder.path() + "/data",
         .arguments = {"--max-new-queues-per-hour", "1000", "--max-requests-per-second", "100"}});
    Subscribers subscribers({.port = relay.port(), .connections = kListeners, .first_queue = 500'000'000});
    const uint64_t count = rounds(wanted, 20 * kPerSecond);
    std::optional<HttpAppends> flood;
    if (is_flooded)
      flood.emplace(HttpAppends::Options{.port = relay.port(),
                                         .seconds = static_cast<double>(count) / kPerSecond + 1,
                                         .takes_refusals = true});
    Live author(relay.port(), false);
    subscribers.expect(count * kListeners);
    const uint64_t start = now_ns();
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t due = start + i * 1'000'000'000 / kPerSecond;
      if (const uint64_t now = now_ns(); due > now) ::usleep(static_cast<useconds_t>((due - now) / 1'000));
      author.send(message({1, wire::Append{queue(500'000'000).write, stamped_entry(kEntry_bytes, i)}}));
      author.await_appended(1);
    }
    subscribers.await();
    const double median = subscribers.latencies().quantile_ms(0.5);
    Row row{.name = is_flooded ? "the same under a flood of requests" : "delivery to 200 subscribers, median",
            .unit = "ms",
            .measured = median};
    if (is_flooded) row.at_most = 2 * out[0].measured;
    out.push_back(row);
  }
  return out;
}

Rows idle_memory(const Wanted& wanted) {
  const uint64_t connections = std::max<uint64_t>(500, static_cast<uint64_t>(20'000 * wanted.scale));
  Rows out;
  for (const bool over_tls : {false, true}) {
    Folder folder;
    RelayProcess relay({.data = folder.path() + "/data",
                        .over_tls = over_tls,
                        .arguments = {"--max-connections", "100000"}});
    const uint64_t before = relay.memory_bytes();
    // A queue for each.
    Subscribers subscribers({.port = relay.port(),
                             .over_tls = over_tls,
                             .connections = connections,
                             .queues = connections,
                             .all_to_the_first = false});
    ::sleep(2);
    const double each = static_cast<double>(relay.memory_bytes() - before) / static_cast<double>(connections);
    out.push_back(
        {.name = std::string(over_tls ? "the same over TLS" : "memory of an idle subscribed connection") +
                 ", " + std::to_string(relay.handles()) + " handles open",
         .unit = "KiB",
         .measured = each / 1024,
         .at_most = over_tls ? 25 : 10});
  }
  return out;
}

}  // namespace homeward::bench
