#include "relay/store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "relay/store/faulty_vfs.h"
#include "relay/store/store_conformance.h"

namespace homeward::relay {
namespace {

// The store in a folder, with either way of connecting.
class SqliteUnderTest final : public StoreUnderTest {
 public:
  explicit SqliteUnderTest(bool one_connection) : one_connection_(one_connection) { reopen(); }
  void reopen() override {
    store_.reader.reset();
    store_.writer.reset();
    auto opened = open_sqlite_store({.folder = folder_.path(), .one_connection = one_connection_});
    HW_ASSERT(opened.ok());
    store_ = std::move(*opened);
  }
  Result<> append(std::span<StoreAppend> batch, const StoreWriter::Rules& rules) override {
    return refreshed(store_.writer->append(batch, rules));
  }
  Result<> put(std::span<StoreChunk> batch, const StoreWriter::Rules& rules) override {
    return refreshed(store_.writer->put(batch, rules));
  }
  Result<> expire(Instant wall, uint32_t retention_days) override {
    for (;;) {
      HW_LET(const bool more, store_.writer->expire(wall, retention_days));
      HW_TRY(refreshed(success()));
      if (!more) return success();
    }
  }
  Result<StoreReader::Page> read(const wire::QueueId& queue, uint64_t after, size_t most_bytes) override {
    return store_.reader->read(queue, after, most_bytes);
  }
  Result<StoreReader::Blob> blob(const wire::BlobId& blob) override { return store_.reader->blob(blob); }
  Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index) override {
    return store_.reader->chunk(blob, index);
  }
  uint64_t stored_bytes() override { return store_.writer->stored_bytes(); }
  size_t entry_days() override { return files("entries-"); }
  size_t blob_days() override { return files("blobs-"); }

 private:
  Result<> refreshed(Result<> done) {
    if (store_.writer->take_layout_changed()) HW_TRY(store_.reader->refresh());
    return done;
  }
  size_t files(const char* start) const {
    size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      count += file.path().extension() == ".db" && file.path().filename().string().starts_with(start);
    }
    return count;
  }

  const bool one_connection_;
  TemporaryFolder folder_;
  Store store_;
};

template <bool kOneConnection>
std::unique_ptr<StoreUnderTest> open_sqlite() {
  return std::make_unique<SqliteUnderTest>(kOneConnection);
}
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(&open_sqlite<false>, &open_sqlite<true>),
                         [](const auto& each) { return each.index == 0 ? "Two" : "One"; });

// What only this store has, with either way of connecting.
class StoreTest : public testing::TestWithParam<bool> {
 protected:
  StoreTest() { open(); }

  void open() {
    store_.reader.reset();
    store_.writer.reset();
    auto opened =
        open_sqlite_store({.folder = folder_.path(), .vfs = vfs_.name(), .one_connection = GetParam()});
    ASSERT_TRUE(opened.ok()) << opened.error().context();
    store_ = std::move(*opened);
  }
  StoreAppend append(const wire::QueueId& queue, const Bytes& entry) {
    std::vector<StoreAppend> batch{{.queue = queue, .entry = entry}};
    const auto stored = store_.writer->append(batch, rules_);
    EXPECT_TRUE(stored.ok());
    refresh();
    return batch[0];
  }
  void refresh() {
    if (!store_.writer->take_layout_changed()) return;
    EXPECT_TRUE(store_.reader->refresh().ok());
  }
  void expire(uint32_t retention_days = 30) {
    for (;;) {
      const auto more = store_.writer->expire(rules_.wall, retention_days);
      ASSERT_TRUE(more.ok());
      refresh();
      if (!*more) return;
    }
  }
  StoreReader::Page read(const wire::QueueId& queue, uint64_t after, size_t most_bytes = SIZE_MAX) {
    auto page = store_.reader->read(queue, after, most_bytes);
    EXPECT_TRUE(page.ok());
    return page.ok() ? std::move(*page) : StoreReader::Page{};
  }
  size_t files(const char* start = "entries-") const {
    size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      count += file.path().extension() == ".db" && file.path().filename().string().starts_with(start);
    }
    return count;
  }
  StoreChunk put(const wire::BlobId& blob, uint16_t index, uint16_t count, const Bytes& chunk,
                 uint16_t days = 30) {
    std::vector<StoreChunk> batch{
        {.blob = blob, .index = index, .count = count, .days = days, .chunk = chunk}};
    EXPECT_TRUE(store_.writer->put(batch, rules_).ok());
    refresh();
    return batch[0];
  }
  StoreReader::Blob status(const wire::BlobId& blob) {
    auto status = store_.reader->blob(blob);
    EXPECT_TRUE(status.ok());
    return status.ok() ? *status : StoreReader::Blob{};
  }
  std::optional<Bytes> chunk(const wire::BlobId& blob, uint16_t index) {
    auto chunk = store_.reader->chunk(blob, index);
    EXPECT_TRUE(chunk.ok());
    return chunk.ok() ? *chunk : std::nullopt;
  }

  FaultyVfs vfs_;
  TemporaryFolder folder_;
  SeededRandom random_{3};
  StoreWriter::Rules rules_{.wall = kTestNoon};
  Store store_;
  wire::QueueId queue_ = random_.fixed<wire::QueueId>();
};
INSTANTIATE_TEST_SUITE_P(Connections, StoreTest, testing::Values(false, true),
                         [](const auto& each) { return each.param ? "One" : "Two"; });

TEST_P(StoreTest, ExpiryOfManyQueuesGoesInSteps) {
  std::vector<StoreAppend> batch;
  for (int i = 0; i < 4'500; ++i)
    batch.push_back({.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512)});
  ASSERT_TRUE(store_.writer->append(batch, rules_).ok());
  refresh();
  rules_.wall = rules_.wall.after_ms(40 * kTestDay_ms);
  EXPECT_TRUE(*store_.writer->expire(rules_.wall, 30));
  EXPECT_EQ(append(batch[0].queue, random_.bytes(512)).number, 2u);
  expire();
  EXPECT_EQ(append(batch[4'499].queue, random_.bytes(512)).number, 2u);
  EXPECT_TRUE(read(batch[3'000].queue, 0).expired);
}

TEST_P(StoreTest, AClockSetForwardAndBackKeepsNothingForLong) {
  append(queue_, random_.bytes(512));
  const Instant now = rules_.wall;
  rules_.wall = now.after_ms(3'650 * kTestDay_ms);
  append(queue_, random_.bytes(512));
  rules_.wall = now.after_ms(kTestDay_ms);
  append(queue_, random_.bytes(512));
  EXPECT_EQ(read(queue_, 0).entries.size(), 3u);
  rules_.wall = now.after_ms(31 * kTestDay_ms);
  expire();
  EXPECT_EQ(read(queue_, 1).entries.size(), 2u);
  rules_.wall = now.after_ms(33 * kTestDay_ms);
  expire();
  EXPECT_EQ(files(), 0u);
  EXPECT_TRUE(read(queue_, 2).expired);
}

TEST_P(StoreTest, LargeFilesAreDeletedInSteps) {
  for (int i = 0; i < 300; ++i) {
    std::vector<StoreAppend> batch;
    batch.push_back({.queue = queue_, .entry = random_.bytes(wire::kLargestEntry)});
    ASSERT_TRUE(store_.writer->append(batch, rules_).ok());
  }
  refresh();
  rules_.wall = rules_.wall.after_ms(31 * kTestDay_ms);
  uint64_t steps = 0;
  for (bool more = true; more; ++steps) {
    more = *store_.writer->expire(rules_.wall, 30);
    refresh();
  }
  EXPECT_GE(steps, 5u);
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(append(queue_, random_.bytes(512)).number, 301u);
}

TEST_P(StoreTest, AFullDiskRefusesAndReadsGoOn) {
  for (int i = 0; i < 5; ++i) append(queue_, random_.bytes(512));
  vfs_.fill_up(true);
  std::vector<StoreAppend> batch;
  for (int i = 0; i < 3; ++i) batch.push_back({.queue = queue_, .entry = random_.bytes(512)});
  const auto refused = store_.writer->append(batch, rules_);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(RelayError::kDiskFull));
  EXPECT_EQ(batch[0].outcome, Outcome::kPending);
  EXPECT_EQ(read(queue_, 0).entries.size(), 5u);
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);  // no room for a new day either
  EXPECT_FALSE(store_.writer->append(batch, rules_).ok());
  refresh();
  EXPECT_EQ(read(queue_, 0).entries.size(), 5u);
  vfs_.fill_up(false);
  ASSERT_TRUE(store_.writer->append(batch, rules_).ok());
  refresh();
  EXPECT_EQ(batch[2].number, 8u);
  EXPECT_EQ(read(queue_, 0).entries.size(), 8u);
  open();
  EXPECT_EQ(read(queue_, 0).entries.size(), 8u);
}

TEST_P(StoreTest, AFullDiskRefusesChunksAndTheyAreReadOn) {
  const wire::BlobId blob = random_.fixed<wire::BlobId>();
  const Bytes bytes = random_.bytes(wire::kChunkBytes);
  put(blob, 0, 3, bytes);
  vfs_.fill_up(true);
  std::vector<StoreChunk> batch{
      {.blob = blob, .index = 1, .count = 3, .days = 9, .chunk = bytes},
      {.blob = random_.fixed<wire::BlobId>(), .count = 1, .days = 1, .chunk = bytes}};
  const auto refused = store_.writer->put(batch, rules_);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(RelayError::kDiskFull));
  for (const StoreChunk& each : batch) EXPECT_EQ(each.outcome, Outcome::kPending);
  refresh();
  EXPECT_EQ(chunk(blob, 0), bytes);
  EXPECT_EQ(chunk(blob, 1), std::nullopt);
  vfs_.fill_up(false);
  ASSERT_TRUE(store_.writer->put(batch, rules_).ok());
  refresh();
  EXPECT_EQ(chunk(blob, 1), bytes);
  EXPECT_EQ(status(batch[1].blob).count, 1u);
}

TEST_P(StoreTest, AFolderThatIsNotThereIsAnError) {
  const auto opened = open_sqlite_store({.folder = folder_.path() + "/none"});
  ASSERT_FALSE(opened.ok());
  EXPECT_TRUE(opened.error().is(RelayError::kCannotOpen));
}

// A folder as the first format left it.
TEST_P(StoreTest, SegmentsOfTheFirstFormatAreReadAndGoneOnWithInNewOnes) {
  const Bytes old_entry = random_.bytes(512);
  const int64_t day = rules_.wall.ms / kTestDay_ms;
  append(random_.fixed<wire::QueueId>(), random_.bytes(512));
  store_.reader.reset();
  store_.writer.reset();
  std::filesystem::remove(folder_.path() + "/entries-000001.db");
  sqlite3* old = nullptr;
  ASSERT_EQ(sqlite3_open((folder_.path() + "/entries-000001.db").c_str(), &old), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(old,
                   "CREATE TABLE queues(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, first INTEGER NOT "
                   "NULL, last INTEGER NOT NULL);"
                   "CREATE TABLE entries(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, body BLOB NOT NULL)",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  const auto insert = [&](const char* text, int64_t number, BytesView bytes) {
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(old, text, -1, &statement, nullptr), SQLITE_OK);
    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_blob(statement, 2, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
  };
  uint64_t hash = 0;
  const Hash whole = wire::entry_hash(old_entry);
  for (size_t i = 0; i < 8; ++i) hash = hash << 8 | whole.data[i];
  insert("INSERT INTO queues VALUES (?1, ?2, 1, 1)", 5, queue_);
  insert(("INSERT INTO entries VALUES ((5 << 14) + 1, " + std::to_string(static_cast<int64_t>(hash)) +
          " + 0 * ?1, ?2)")
             .c_str(),
         0, old_entry);
  sqlite3_close(old);
  open();
  EXPECT_EQ(append(queue_, old_entry).outcome, Outcome::kRepeated);
  EXPECT_EQ(append(queue_, random_.bytes(512)).number, 2u);
  EXPECT_EQ(files(), 2u);
  EXPECT_EQ(read(queue_, 0).entries.size(), 2u);
  EXPECT_EQ(read(queue_, 0).entries[0], old_entry);
  rules_.wall = Instant{(day + 32) * kTestDay_ms};
  expire();
  EXPECT_TRUE(read(queue_, 1).expired);
  EXPECT_EQ(append(queue_, random_.bytes(512)).number, 3u);
}

}  // namespace
}  // namespace homeward::relay
