#include "os/postgres/store.h"

#include "os/postgres/keeper.h"
#include "os/postgres/testing.h"
#include "relay/store/store_conformance.h"

namespace homeward::os::postgres {
namespace {

using relay::Outcome;
using relay::StoreAppend;
using relay::StoreConformance;

// Servers that this program's tests share; each store gets a database of its own.
TestCluster& lone_server() {
  static TestCluster cluster({.settings = "fsync = off"});
  return cluster;
}

std::string new_database(const TestCluster& cluster) {
  static int count = 0;
  const std::string name = "relay" + std::to_string(++count);
  HW_ASSERT(cluster.sql("create database " + name));
  return name;
}

// A store that is asked one thing after the other.
class Asked {
 public:
  explicit Asked(const PostgresStoreOptions& options) : options_(options) { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = PostgresStore::open(loop_, options_);
    EXPECT_EQ(opened.problem, "");
    HW_ASSERT(opened.store != nullptr);
    store_ = std::move(opened.store);
  }
  template <class Outcome>
  Outcome await(std::function<void(std::function<void(Outcome)>)> ask) {
    std::optional<Outcome> out;
    ask([&](Outcome outcome) { out.emplace(std::move(outcome)); });
    loop_.restart();
    while (!out) loop_.run_one();
    return std::move(*out);
  }
  relay::Batch run(relay::Batch batch) {
    auto kept = std::make_shared<relay::Batch>(std::move(batch));
    return await<relay::Batch>([&](auto done) { store_->run(std::move(*kept), done); });
  }
  // All in the lane of the first, as the rules would not do with several clusters.
  Result<> append(std::span<StoreAppend> appends, const relay::StoreWriter::Rules& rules) {
    relay::Batch batch;
    batch.retention_days = 30;
    batch.rules = rules;
    batch.appends.assign(appends.begin(), appends.end());
    if (!appends.empty()) batch.lane = store_->lane_of(appends[0].queue);
    batch = run(std::move(batch));
    std::ranges::copy(batch.appends, appends.begin());
    stored_bytes_ = batch.stored_bytes;
    return batch.failed ? Result<>(*batch.failed) : success();
  }
  Result<relay::StoreReader::Page> read(const wire::QueueId& queue, uint64_t after,
                                        size_t most_bytes = SIZE_MAX) {
    return await<Result<relay::StoreReader::Page>>(
        [&](auto done) { store_->read({queue, after, most_bytes}, done); });
  }
  // Until `condition` holds; false if it does not for long.
  bool until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    loop_.restart();
    while (!condition() && std::chrono::steady_clock::now() < end)
      loop_.run_one_for(std::chrono::milliseconds(50));
    return condition();
  }

  boost::asio::io_context loop_;
  PostgresStoreOptions options_;
  std::unique_ptr<PostgresStore> store_;
  uint64_t stored_bytes_ = 0;
};

class PostgresUnderTest final : public relay::StoreUnderTest {
 public:
  PostgresUnderTest()
      : database_(new_database(lone_server())),
        asked_({.stores = {lone_server().conninfo(database_)}, .is_alone = true, .day = 20'000}) {}
  void reopen() override { asked_.reopen(); }
  Result<> append(std::span<StoreAppend> batch, const relay::StoreWriter::Rules& rules) override {
    set_day(rules.wall);
    return asked_.append(batch, rules);
  }
  Result<> put(std::span<relay::StoreChunk> chunks, const relay::StoreWriter::Rules& rules) override {
    set_day(rules.wall);
    relay::Batch batch;
    batch.retention_days = 30;
    batch.rules = rules;
    batch.chunks.assign(chunks.begin(), chunks.end());
    batch = asked_.run(std::move(batch));
    std::ranges::copy(batch.chunks, chunks.begin());
    asked_.stored_bytes_ = batch.stored_bytes;
    return batch.chunks_failed ? Result<>(*batch.chunks_failed) : success();
  }
  Result<> expire(Instant wall, uint32_t) override {
    set_day(wall);
    asked_.await<int>([&](auto done) { asked_.store_->keep([done] { done(0); }); });
    (void)asked_.append({}, {.wall = wall});
    return success();
  }
  Result<relay::StoreReader::Page> read(const wire::QueueId& queue, uint64_t after,
                                        size_t most_bytes) override {
    return asked_.read(queue, after, most_bytes);
  }
  Result<relay::StoreReader::Blob> blob(const wire::BlobId& blob) override {
    return asked_.await<Result<relay::StoreReader::Blob>>(
        [&](auto done) { asked_.store_->read_blob(blob, done); });
  }
  Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index) override {
    return asked_.await<Result<std::optional<Bytes>>>(
        [&](auto done) { asked_.store_->read_chunk(blob, index, done); });
  }
  uint64_t stored_bytes() override { return asked_.stored_bytes_; }
  size_t entry_days() override { return days("relay_entries"); }
  size_t blob_days() override { return days("relay_chunks"); }

 private:
  void set_day(Instant wall) { asked_.store_->set_day(static_cast<int32_t>(wall.ms / relay::kTestDay_ms)); }
  size_t days(const std::string& table) const {
    return std::stoul(lone_server().answer("select count(*) from pg_inherits where inhparent = '" + table +
                                               "'::regclass and pg_relation_size(inhrelid) > 0",
                                           database_));
  }

  std::string database_;
  Asked asked_;
};

std::unique_ptr<relay::StoreUnderTest> open_postgres() { return std::make_unique<PostgresUnderTest>(); }

}  // namespace
}  // namespace homeward::os::postgres

namespace homeward::relay {
INSTANTIATE_TEST_SUITE_P(Postgres, StoreConformance, testing::Values(&os::postgres::open_postgres));
}  // namespace homeward::relay

namespace homeward::os::postgres {
namespace {

class PostgresStoreTest : public testing::Test {
 protected:
  PostgresStoreOptions options(const std::string& database) const {
    return {.stores = {lone_server().conninfo(database)}, .is_alone = true};
  }
  StoreAppend append(Asked& store, const wire::QueueId& queue) {
    std::vector<StoreAppend> batch{{.queue = queue, .entry = random_.bytes(512)}};
    EXPECT_TRUE(store.append(batch, rules_).ok());
    return batch[0];
  }
  SeededRandom random_{5};
  relay::StoreWriter::Rules rules_;
};

TEST_F(PostgresStoreTest, AClusterWithoutAStandbyIsRefusedUnlessItIsSaidToBeAlone) {
  boost::asio::io_context loop;
  PostgresStoreOptions options{.stores = {lone_server().conninfo(new_database(lone_server()))},
                               .patience = std::chrono::seconds(0)};
  const auto refused = PostgresStore::open(loop, options);
  EXPECT_EQ(refused.store, nullptr);
  EXPECT_NE(refused.problem.find("synchronous standby"), std::string::npos) << refused.problem;
  options.is_alone = true;
  EXPECT_NE(PostgresStore::open(loop, options).store, nullptr);
}

TEST_F(PostgresStoreTest, AClusterThatLosesItsListOfStandbysTakesNothing) {
  TestCluster own({.with_standby = true});
  Asked store({.stores = {own.conninfo()}});
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  EXPECT_EQ(append(store, queue).number, 1u);
  ASSERT_TRUE(own.sql("alter system set synchronous_standby_names = ''"));
  ASSERT_TRUE(own.sql("select pg_reload_conf()"));
  std::vector<StoreAppend> batch{{.queue = queue, .entry = random_.bytes(512)}};
  EXPECT_TRUE(TestCluster::await([&] { return !store.append(batch, rules_).ok(); }));
  const uint64_t last = store.read(queue, 0)->last_in_queue;
  EXPECT_FALSE(store.append(batch, rules_).ok());
  ASSERT_TRUE(own.sql("alter system set synchronous_standby_names = 'ANY 1 (*)'"));
  ASSERT_TRUE(own.sql("select pg_reload_conf()"));
  EXPECT_TRUE(TestCluster::await([&] { return store.append(batch, rules_).ok(); }));
  EXPECT_LE(store.read(queue, 0)->last_in_queue, last + 1);
}

TEST_F(PostgresStoreTest, WhatCannotBeReachedIsSaidWithoutNames) {
  boost::asio::io_context loop;
  const auto refused = PostgresStore::open(
      loop, {.stores = {"postgresql://somebody:secret@127.0.0.1:1/db"}, .patience = std::chrono::seconds(0)});
  EXPECT_EQ(refused.store, nullptr);
  for (const char* name : {"somebody", "secret", "127.0.0.1"}) {
    EXPECT_EQ(refused.problem.find(name), std::string::npos) << refused.problem;
  }
}

TEST_F(PostgresStoreTest, TwoRelaysNumberOneQueueWithoutGapsAndHearOfEachOther) {
  const std::string database = new_database(lone_server());
  Asked one(options(database));
  Asked other(options(database));
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  uint64_t heard = 0;
  one.store_->set_heard([&](const wire::QueueId& of, uint64_t last) {
    if (of == queue) heard = std::max(heard, last);
  });
  one.store_->listen(queue, true);
  append(one, queue);
  for (uint64_t number = 2; number < 40; ++number) {
    EXPECT_EQ(append(number % 2 == 0 ? other : one, queue).number, number);
  }
  // Its own last entry it knows; that of the other it hears of.
  ASSERT_EQ(append(other, queue).number, 40u);
  EXPECT_TRUE(one.until([&] { return heard == 40; }));
  EXPECT_EQ(one.read(queue, 0)->entries.size(), 40u);
}

TEST_F(PostgresStoreTest, WithoutNewsItLooksByItself) {
  const std::string database = new_database(lone_server());
  Asked one(options(database));
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  uint64_t heard = 0;
  one.store_->set_heard([&](const wire::QueueId&, uint64_t last) { heard = last; });
  one.store_->listen(queue, true);
  append(one, queue);
  // As if another relay had stored it and its news were lost.
  ASSERT_TRUE(lone_server().sql(
      "select * from relay_append((select queue from relay_queues), -1, array[1]::bigint[], "
      "array['\\x00'::bytea], 0, 100, 1, true)",
      database));
  EXPECT_TRUE(one.until([&] { return heard == 2; }));
}

TEST_F(PostgresStoreTest, AQueueStaysWhereItWasWhenAClusterIsAdded) {
  const std::string first = lone_server().conninfo(new_database(lone_server()));
  const std::string second = lone_server().conninfo(new_database(lone_server()));
  std::vector<wire::QueueId> queues;
  for (int i = 0; i < 40; ++i) queues.push_back(random_.fixed<wire::QueueId>());
  Asked before({.stores = {first}, .is_alone = true});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(append(before, queues[i]).number, 1u);
  Asked after({.stores = {second, first}, .is_alone = true});
  for (int i = 0; i < 40; ++i) EXPECT_EQ(append(after, queues[i]).number, i < 20 ? 2u : 1u);
  after.reopen();
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(after.read(queues[i], 0)->entries.size(), i < 20 ? 2u : 1u);
    EXPECT_EQ(append(after, queues[i]).number, i < 20 ? 3u : 2u);
  }
  // Whoever knows only the first cluster creates no more queues, but goes on with those that are there.
  std::vector<StoreAppend> batch{{.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512)}};
  EXPECT_FALSE(before.append(batch, rules_).ok());
  EXPECT_EQ(append(before, queues[0]).number, 4u);
  // And nobody does without a cluster by mistake.
  boost::asio::io_context loop;
  EXPECT_EQ(
      PostgresStore::open(loop, {.stores = {first}, .is_alone = true, .patience = std::chrono::seconds(0)})
          .store,
      nullptr);
  const auto twice = PostgresStore::open(loop, {.stores = {first, first}, .is_alone = true});
  EXPECT_EQ(twice.store, nullptr);
}

TEST_F(PostgresStoreTest, AFullDiskRefusesAndReadsGoOn) {
  const std::string database = new_database(lone_server());
  Asked store(options(database));
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  append(store, queue);
  // What the server says when a file cannot grow.
  ASSERT_TRUE(
      lone_server().sql("create function fill() returns trigger language plpgsql as $$ begin raise exception "
                        "using errcode = '53100', message = 'could not extend file'; end $$",
                        database));
  ASSERT_TRUE(lone_server().sql(
      "create trigger fill before insert on relay_entries for each row execute function fill()", database));
  std::vector<StoreAppend> batch{{.queue = queue, .entry = random_.bytes(512)},
                                 {.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512)}};
  const auto refused = store.append(batch, rules_);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(relay::RelayError::kDiskFull));
  EXPECT_EQ(batch[0].outcome, Outcome::kPending);
  EXPECT_EQ(store.read(queue, 0)->entries.size(), 1u);
  EXPECT_EQ(store.read(batch[1].queue, 0)->last_in_queue, 0u);
  ASSERT_TRUE(lone_server().sql("drop trigger fill on relay_entries", database));
  ASSERT_TRUE(store.append(batch, rules_).ok());
  EXPECT_EQ(batch[0].number, 2u);
}

TEST_F(PostgresStoreTest, WhatTheServerDoesNotConfirmIsSentAgain) {
  const std::string database = new_database(lone_server());
  Asked store(options(database));
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  append(store, queue);
  // A warning at the commit is what remains when waiting for the standby was cancelled.
  ASSERT_TRUE(lone_server().sql("create sequence warnings", database));
  ASSERT_TRUE(
      lone_server().sql("create function warn() returns trigger language plpgsql as $$ begin if "
                        "nextval('warnings') < 3 then raise warning 'not everywhere'; end if; return null; "
                        "end $$",
                        database));
  ASSERT_TRUE(
      lone_server().sql("create constraint trigger warn after insert on relay_queues deferrable initially "
                        "deferred for each row execute function warn()",
                        database));
  const StoreAppend sent_again = append(store, random_.fixed<wire::QueueId>());
  // Stored by the first try, found by the second.
  EXPECT_EQ(sent_again.outcome, Outcome::kRepeated);
  EXPECT_EQ(sent_again.number, 1u);
}

TEST_F(PostgresStoreTest, AServerThatIsGoneInTheMiddleOfABatchLosesAndDoublesNothing) {
  TestCluster own({});
  Asked store({.stores = {own.conninfo()}, .is_alone = true});
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  append(store, queue);
  for (int round = 0; round < 3; ++round) {
    std::vector<StoreAppend> batch;
    for (int i = 0; i < 200; ++i) batch.push_back({.queue = queue, .entry = random_.bytes(1'024)});
    // The server belongs to this thread and ends with it.
    std::thread appender([&] { EXPECT_TRUE(store.append(batch, rules_).ok()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * round));
    own.kill(own.primary());
    own.start(own.primary());
    appender.join();
    for (size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(batch[i].number, 2 + static_cast<uint64_t>(round) * 200 + i);
    }
  }
  EXPECT_EQ(store.read(queue, 0)->last_in_queue, 601u);
}

TEST_F(PostgresStoreTest, NothingIsDroppedThatIsNotOverByBothClocks) {
  const std::string database = new_database(lone_server());
  auto of = options(database);
  of.day = static_cast<int32_t>(day_now());
  Asked store(of);
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  append(store, queue);
  store.store_->set_day(of.day + 400);  // the cluster's clock, set forward
  store.await<int>([&](auto done) { store.store_->keep([done] { done(0); }); });
  EXPECT_EQ(store.read(queue, 0)->entries.size(), 1u);
  EXPECT_EQ(append(store, queue).number, 2u);
}

TEST_F(PostgresStoreTest, ExpiryHoldsUpNoAppend) {
  const std::string database = new_database(lone_server());
  auto of = options(database);
  of.day = 20'000;
  Asked store(of);
  for (int round = 0; round < 20; ++round) {
    std::vector<StoreAppend> batch;
    for (int i = 0; i < 500; ++i) {
      batch.push_back({.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(1'024)});
    }
    ASSERT_TRUE(store.append(batch, rules_).ok());
  }
  const wire::QueueId queue = random_.fixed<wire::QueueId>();
  append(store, queue);
  store.store_->set_day(20'040);
  append(store, queue);  // its day is made
  bool is_kept = false;
  store.store_->keep([&] { is_kept = true; });
  auto longest = std::chrono::steady_clock::duration::zero();
  uint64_t number = 2;
  while (!is_kept) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(append(store, queue).number, ++number);
    longest = std::max(longest, std::chrono::steady_clock::now() - began);
  }
  EXPECT_LT(longest, std::chrono::seconds(1));
  std::printf("longest append while a day was dropped: %d ms\n",
              static_cast<int>(longest / std::chrono::milliseconds(1)));
  EXPECT_EQ(lone_server().answer("select count(*) from relay_entries where day = 20000", database), "0");
  EXPECT_TRUE(store.read(queue, 0)->expired);
}

}  // namespace
}  // namespace homeward::os::postgres
