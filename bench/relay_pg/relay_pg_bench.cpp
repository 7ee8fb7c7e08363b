// relay_pg_bench [SECONDS]: durable appends of 64 producers to a PostgreSQL cluster with a synchronous
// standby, through the rules and the store of a relay, beside one writer that puts 64 rows into each
// transaction of the same cluster. Starts its own servers in a temporary folder.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "os/postgres/store.h"
#include "os/postgres/testing.h"
#include "relay/relay.h"

namespace homeward::bench {

namespace {

using os::PostgresStore;
using os::postgres::Rows;
using os::postgres::TestCluster;
using Clock = std::chrono::steady_clock;

constexpr size_t kProducers = 64;
constexpr size_t kEntry_bytes = 1'024;

Instant now() {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count()};
}

double rate(uint64_t count, Clock::time_point began) {
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - began).count();
}

// Rows a second of one connection with 64 in each transaction, into the table that the store uses.
double one_writer(const TestCluster& cluster, double seconds, uint64_t seed) {
  const os::postgres::Attempt attempt =
      os::postgres::connect({.conninfo = cluster.conninfo("bench")}, os::postgres::prepare_writer(false));
  HW_ASSERT(attempt.connected != nullptr);
  PGconn* connection = attempt.connected.get();
  const Rows prepared(PQprepare(connection, "flat",
                                "insert into relay_entries select q, n, relay_today(), n, b from "
                                "unnest($1::bytea[], $2::bigint[], $3::bytea[]) as t(q, n, b)",
                                0, nullptr));
  SeededRandom random(seed);
  std::vector<Bytes> queues;
  for (size_t i = 0; i < kProducers; ++i) queues.push_back(random.bytes(32));
  uint64_t stored = 0;
  const auto began = Clock::now();
  for (int64_t number = 1; std::chrono::duration<double>(Clock::now() - began).count() < seconds; ++number) {
    std::vector<Bytes> bodies;
    for (size_t i = 0; i < kProducers; ++i) bodies.push_back(random.bytes(kEntry_bytes));
    const Bytes parameters[] = {os::postgres::bytea_array({queues.begin(), queues.end()}),
                                os::postgres::int8_array(std::vector<int64_t>(kProducers, number)),
                                os::postgres::bytea_array({bodies.begin(), bodies.end()})};
    const char* values[3];
    int lengths[3];
    const int formats[3] = {1, 1, 1};
    for (size_t i = 0; i < 3; ++i) {
      values[i] = reinterpret_cast<const char*>(parameters[i].data());
      lengths[i] = static_cast<int>(parameters[i].size());
    }
    PGresult* result = PQexecPrepared(connection, "flat", 3, values, lengths, formats, 1);
    HW_ASSERT(PQresultStatus(result) == PGRES_COMMAND_OK);
    const Rows done(result);
    stored += kProducers;
  }
  return rate(stored, began);
}

// Entries a second of producers that each wait for their entry to be confirmed, each with a queue of its own.
class Producers {
 public:
  explicit Producers(const TestCluster& cluster) {
    auto opened = PostgresStore::open(loop_, {.stores = {cluster.conninfo("bench")}});
    HW_ASSERT(opened.store != nullptr);
    store_ = std::move(opened.store);
    relay_.emplace(*store_, relay::Limits{.requests_per_second = 1'000'000}, now());
    for (size_t i = 0; i < kProducers; ++i) relay_->open(i + 1, {}, now());
  }
  double run(double seconds) {
    // Sessions come up and queues are created before it counts.
    start_queues();
    while (stored_ < 4 * kProducers) turn();
    stored_ = 0;
    const auto began = Clock::now();
    while (std::chrono::duration<double>(Clock::now() - began).count() < seconds) turn();
    return rate(stored_, began);
  }

 private:
  void start_queues() {
    for (size_t i = 0; i < kProducers; ++i) {
      queues_[i] =
          wire::QueueAccess::from_tokens(random_.fixed<wire::ReadToken>(), random_.fixed<wire::WriteToken>());
      left_[i] = wire::kEntriesPerQueue;
      if (!is_asking_[i]) produce(i);
    }
  }
  void produce(size_t producer) {
    if (left_[producer]-- == 0) {
      queues_[producer] =
          wire::QueueAccess::from_tokens(random_.fixed<wire::ReadToken>(), random_.fixed<wire::WriteToken>());
      left_[producer] = wire::kEntriesPerQueue - 1;
    }
    is_asking_[producer] = true;
    const Bytes frame =
        wire::encode(wire::Request{1, wire::Append{queues_[producer].write, random_.bytes(kEntry_bytes)}});
    relay_->receive(producer + 1, frame, now());
  }
  void turn() {
    while (auto batch = relay_->next_batch(now())) {
      store_->run(std::move(*batch), [this](relay::Batch ran) { relay_->committed(std::move(ran), now()); });
    }
    loop_.restart();
    loop_.run_one();
    loop_.poll();
    for (const relay::Delivery& delivery : relay_->take_deliveries()) {
      HW_ASSERT(!delivery.refused);
      ++stored_;
      is_asking_[delivery.to - 1] = false;
      produce(delivery.to - 1);
    }
  }

  boost::asio::io_context loop_;
  std::unique_ptr<PostgresStore> store_;
  std::optional<relay::Relay> relay_;
  SeededRandom random_{2};
  std::array<wire::QueueAccess, kProducers> queues_;
  std::array<uint64_t, kProducers> left_{};
  std::array<bool, kProducers> is_asking_{};
  uint64_t stored_ = 0;
};

int run(double seconds) {
  TestCluster cluster({.with_standby = true, .settings = "shared_buffers = 128MB"});
  HW_ASSERT(cluster.sql("create database bench"));
  Producers producers(cluster);
  std::vector<std::pair<double, std::pair<double, double>>> rounds;
  for (int i = 0; i < 3; ++i) {
    const double alone = one_writer(cluster, seconds, static_cast<uint64_t>(i) + 10);
    const double through = producers.run(seconds);
    rounds.push_back({through / alone, {through, alone}});
  }
  std::ranges::sort(rounds);
  const auto& [share, rates] = rounds[1];
  std::printf("PostgreSQL with a synchronous standby, 64 producers, 1 KiB   %8.0f entries/s\n", rates.first);
  std::printf("one writer, 64 rows a transaction, the same cluster          %8.0f rows/s\n", rates.second);
  std::printf("share                                                        %8.2f  (target: 0.60 or more)\n",
              share);
  return share >= 0.6 ? 0 : 1;
}

}  // namespace

}  // namespace homeward::bench

int main(int argc, char** argv) { return homeward::bench::run(argc > 1 ? std::atof(argv[1]) : 5); }
