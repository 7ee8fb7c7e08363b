// What concerns the store: durable appends, reading a backlog, expiry, growth.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "base/environment.h"
#include "bench/relay/clients.h"
#include "bench/relay/relay_process.h"
#include "bench/relay/rows.h"
#include "os/relay/writer_thread.h"
#include "relay/store/store.h"

namespace homeward::bench {

namespace {

constexpr size_t kProducers = 64;

relay::Store open(const std::string& folder) {
  std::filesystem::create_directories(folder);
  auto store = relay::open_sqlite_store({.folder = folder});
  HW_ASSERT(store.ok());
  return std::move(*store);
}

// Stores `entries` entries of `size_bytes` in each of `queues` queues, as of `wall`.
void fill(const std::string& folder, uint64_t queues, uint64_t entries, size_t size_bytes, Instant wall) {
  relay::Store store = open(folder);
  std::vector<relay::StoreAppend> batch;
  uint64_t serial = 0;
  const auto flush = [&] {
    const Result<> stored = store.writer->append(batch, {.wall = wall});
    HW_ASSERT(stored.ok());
    batch.clear();
  };
  for (uint64_t at = 0; at < queues; ++at) {
    const wire::QueueId id = wire::queue_id(queue(at).read);
    for (uint64_t i = 0; i < entries; ++i) {
      batch.push_back({.queue = id, .entry = stamped_entry(size_bytes, ++serial)});
      if (batch.size() == 4'096) flush();
    }
  }
  if (!batch.empty()) flush();
}

// Entries a second where 64 producers each wait for their entry to be on disk.
double append_alone(double seconds) {
  Folder folder;
  relay::Store store = open(folder.path() + "/data");
  const uint64_t start = now_ns();
  const uint64_t end = start + static_cast<uint64_t>(seconds * 1e9);
  std::vector<wire::QueueId> ids;
  uint64_t stored = 0;
  for (uint64_t round = 0; now_ns() < end; ++round) {
    if (round % 5'000 == 0) {
      ids.clear();
      for (size_t i = 0; i < kProducers; ++i)
        ids.push_back(wire::queue_id(queue(round / 5'000 * kProducers + i).read));
    }
    std::vector<relay::StoreAppend> batch;
    for (size_t i = 0; i < kProducers; ++i)
      batch.push_back({.queue = ids[i], .entry = stamped_entry(1024, ++stored)});
    const Result<> done = store.writer->append(batch, {.wall = os::wall_clock_now()});
    HW_ASSERT(done.ok());
  }
  return static_cast<double>(stored) * 1e9 / static_cast<double>(now_ns() - start);
}

double append_through_relay(double seconds) {
  Folder folder;
  RelayProcess relay(
      {.data = folder.path() + "/data", .arguments = {"--max-requests-per-second", "1000000"}});
  return HttpAppends({.port = relay.port(), .connections = kProducers, .seconds = seconds}).await();
}

}  // namespace

Rows durable_appends(const Wanted& wanted) {
  const double seconds = std::max(1.0, 4 * wanted.scale);
  std::vector<std::pair<double, double>> both;  // ratio, relay
  std::vector<double> alone;
  for (int i = 0; i < 3; ++i) {
    alone.push_back(append_alone(seconds));
    const double through = append_through_relay(seconds);
    both.emplace_back(through / alone.back(), through);
  }
  std::ranges::sort(both);
  std::ranges::sort(alone);
  return {{.name = "durable appends over HTTP, 64 connections, 1 KiB",
           .unit = "entries/s",
           .measured = both[1].second,
           .floor = alone[1],
           .floor_name = "the store alone with 64 producers"},
          {.name = "the same as a share of the store alone",
           .unit = "",
           .measured = both[1].first,
           .at_least = 0.6}};
}

Rows backlog(const Wanted&) {
  constexpr uint64_t kQueues = 10, kEntries = 10'000;
  constexpr size_t kEntry_bytes = 1'024;
  Folder folder;
  fill(folder.path() + "/data", kQueues, kEntries, kEntry_bytes, os::wall_clock_now());
  RelayProcess relay({.data = folder.path() + "/data"});
  std::vector<double> rates, cpu;
  for (int i = 0; i < 5; ++i) {
    Live reader(relay.port(), false);
    const uint64_t start = now_ns();
    const uint64_t before = relay.cpu_ns();
    for (uint64_t at = 0; at < kQueues; ++at) {
      for (uint64_t after = 0; after < kEntries;) {
        reader.send(message({1, wire::Read{queue(at).read, after, 0}}));
        const wire::Answer answer = reader.receive();
        after += std::get<wire::Entries>(answer.body).entries.size();
      }
    }
    constexpr double kMegabytes = kQueues * kEntries * kEntry_bytes / 1e6;
    rates.push_back(kMegabytes * 1e9 / static_cast<double>(now_ns() - start));
    cpu.push_back(static_cast<double>(relay.cpu_ns() - before) / 1e6 / kMegabytes);
  }
  std::ranges::sort(rates);
  std::ranges::sort(cpu);
  return {{.name = "a backlog of 100,000 entries of 1 KiB read by one reader",
           .unit = "MB/s",
           .measured = rates[2],
           .at_least = 200},
          {.name = "the relay's CPU for it", .unit = "ms/MB", .measured = cpu[2]}};
}

Rows expiry(const Wanted& wanted) {
  const auto queues = std::max<uint64_t>(1'000, static_cast<uint64_t>(100'000 * wanted.scale));
  constexpr uint64_t kEntries = 10;
  Folder folder;
  const std::string data = folder.path() + "/data";
  fill(data, queues, kEntries, 512, os::wall_clock_now().after_ms(int64_t{-40} * 86'400'000));
  {
    // Something of today: the relay was there yesterday, and believes its clock.
    relay::Store store = open(data);
    std::vector<relay::StoreAppend> one{
        {.queue = wire::queue_id(queue(queues).read), .entry = stamped_entry(512, 0)}};
    const Result<> stored = store.writer->append(one, {.wall = os::wall_clock_now()});
    HW_ASSERT(stored.ok());
  }
  const auto size_of_data = [&] {
    uint64_t out = 0;
    for (const auto& file : std::filesystem::directory_iterator(data)) out += file.file_size();
    return out;
  };
  const uint64_t full_bytes = size_of_data();
  RelayProcess relay({.data = data, .arguments = {"--max-requests-per-second", "1000000"}});
  Live author(relay.port(), false);
  uint64_t serial = 0;
  const auto append_ms = [&] {
    const uint64_t asked = now_ns();
    const uint64_t at = queues + 1 + serial / wire::kEntriesPerQueue;
    author.send(message({1, wire::Append{queue(at).write, stamped_entry(512, ++serial)}}));
    author.await_appended(1);
    return static_cast<double>(now_ns() - asked) / 1e6;
  };
  const uint64_t start = now_ns();
  double slowest_ms = 0, slowest_after_ms = 0;
  for (uint64_t count = 0; count % 20 != 0 || size_of_data() > full_bytes / 4; ++count) {
    slowest_ms = std::max(slowest_ms, append_ms());
    HW_ASSERT(now_ns() < start + 300'000'000'000);
  }
  const uint64_t took_ns = now_ns() - start;
  for (const uint64_t until = now_ns() + took_ns; now_ns() < until;)
    slowest_after_ms = std::max(slowest_after_ms, append_ms());
  return {{.name = "slowest append while " + std::to_string(queues * kEntries) + " entries expire",
           .unit = "ms",
           .measured = slowest_ms,
           .at_most = 50,
           .floor = slowest_after_ms,
           .floor_name = "in as long without expiry"},
          {.name = "how long that takes", .unit = "s", .measured = static_cast<double>(took_ns) / 1e9}};
}

// Cost of an append, and of an append with its delivery, to any of so many queues that are all subscribed to.
Rows growth(const Wanted& wanted) {
  constexpr uint64_t kConnections = 1'000;
  Rows out;
  std::optional<double> first_append, first_delivery;
  for (const uint64_t full : {uint64_t{1'000}, uint64_t{100'000}, uint64_t{1'000'000}}) {
    const auto scaled = static_cast<uint64_t>(static_cast<double>(full) * wanted.scale);
    const uint64_t queues = std::max<uint64_t>(1'000, scaled);
    Folder folder;
    fill(folder.path() + "/data", queues, 1, 512, os::wall_clock_now());
    RelayProcess relay(
        {.data = folder.path() + "/data", .arguments = {"--max-requests-per-second", "1000000"}});
    Live author(relay.port(), false);
    SeededRandom random(5);
    uint64_t serial = queues;
    uint64_t appended = 0;
    const uint64_t times = std::max<uint64_t>(20, static_cast<uint64_t>(1'000 * wanted.scale));
    const auto append_some = [&](uint64_t more) {
      for (uint64_t i = 0; i < more; ++i, appended += kProducers) {
        Bytes all;
        for (size_t each = 0; each < kProducers; ++each) {
          const auto access = queue(random.below(queues)).write;
          append(all, message({1, wire::Append{access, stamped_entry(512, ++serial)}}));
        }
        author.send(all);
        author.await_appended(kProducers);
      }
    };
    const auto cost = [&](const std::function<void()>& act) {
      const uint64_t before = relay.cpu_ns();
      act();
      return static_cast<double>(relay.cpu_ns() - before) / 1e3 / static_cast<double>(times * kProducers);
    };
    // Each queue once: what the relay remembers of queues in use is there, and it stays so.
    for (uint64_t at = 0; at < queues;) {
      Bytes all;
      size_t each = 0;
      for (; each < 256 && at < queues; ++each, ++at)
        append(all, message({1, wire::Append{queue(at).write, stamped_entry(512, ++serial)}}));
      author.send(all);
      author.await_appended(each);
      appended += each;
    }
    append_some(times / 2);
    const double append_us = cost([&] { append_some(times); });
    Subscribers subscribers({.port = relay.port(),
                             .connections = kConnections,
                             .queues = queues,
                             .all_to_the_first = false,
                             .after = 1});
    subscribers.expect(appended);  // what came since the first entry of each
    subscribers.await();
    const double delivery_us = cost([&] {
      subscribers.expect(times * kProducers);
      append_some(times);
      subscribers.await();
    });
    const std::string at = ", " + std::to_string(queues) + " live queues";
    if (!first_append) first_append = append_us;
    if (!first_delivery) first_delivery = delivery_us;
    out.push_back(
        {.name = "CPU per append" + at, .unit = "us", .measured = append_us, .at_most = 1.3 * *first_append});
    out.push_back({.name = "CPU per append and delivery" + at,
                   .unit = "us",
                   .measured = delivery_us,
                   .at_most = 1.3 * *first_delivery});
  }
  return out;
}

}  // namespace homeward::bench
