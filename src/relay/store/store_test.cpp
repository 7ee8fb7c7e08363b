#include "relay/store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "relay/store/faulty_vfs.h"
#include "relay/testing.h"

namespace homeward::relay {
namespace {

// The same rules for both ways of connecting.
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

TEST_P(StoreTest, NumbersBeginAtOneAndSurviveReopening) {
  std::vector<Bytes> entries;
  for (uint64_t number = 1; number <= 20; ++number) {
    if (number % 7 == 0) open();
    entries.push_back(random_.bytes(512));
    EXPECT_EQ(append(queue_, entries.back()).number, number);
  }
  const auto page = read(queue_, 0);
  EXPECT_EQ(page.first, 1u);
  EXPECT_EQ(page.last_in_queue, 20u);
  EXPECT_EQ(page.entries, entries);
  EXPECT_EQ(read(random_.fixed<wire::QueueId>(), 0).last_in_queue, 0u);
}

TEST_P(StoreTest, TheSameBytesAreStoredOnce) {
  const Bytes entry = random_.bytes(512);
  EXPECT_EQ(append(queue_, entry).outcome, Outcome::kStored);
  append(queue_, random_.bytes(512));
  EXPECT_EQ(append(queue_, entry).outcome, Outcome::kRepeated);
  open();
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  append(queue_, random_.bytes(512));
  EXPECT_EQ(append(queue_, entry).number, 1u);
  EXPECT_EQ(append(random_.fixed<wire::QueueId>(), entry).outcome, Outcome::kStored);
  std::vector<StoreAppend> twice;
  const Bytes other = random_.bytes(512);
  for (int i = 0; i < 2; ++i) twice.push_back({.queue = queue_, .entry = other});
  ASSERT_TRUE(store_.writer->append(twice, rules_).ok());
  EXPECT_EQ(twice[0].number, 4u);
  EXPECT_EQ(twice[1].number, 4u);
  EXPECT_EQ(twice[1].outcome, Outcome::kRepeated);
}

TEST_P(StoreTest, PagesHoldWhatWasAskedForAcrossDays) {
  for (int i = 0; i < 10; ++i) {
    append(queue_, random_.bytes(1024));
    if (i % 3 == 2) rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  }
  EXPECT_EQ(files(), 4u);
  uint64_t after = 0;
  while (after < 10) {
    const auto page = read(queue_, after, 4096);
    EXPECT_EQ(page.first, after + 1);
    EXPECT_EQ(page.entries.size(), after == 8 ? 2u : 4u);
    after += page.entries.size();
  }
  EXPECT_EQ(read(queue_, 3, 1).entries.size(), 1u);
  EXPECT_TRUE(read(queue_, 10).entries.empty());
  EXPECT_TRUE(read(queue_, UINT64_MAX).entries.empty());
}

TEST_P(StoreTest, ExpiryGivesSpaceBackAndKeepsNumbers) {
  append(queue_, random_.bytes(512));
  append(queue_, random_.bytes(512));
  rules_.wall = rules_.wall.after_ms(20 * kTestDay_ms);
  append(queue_, random_.bytes(512));
  const wire::QueueId other = random_.fixed<wire::QueueId>();
  append(other, random_.bytes(512));
  expire();
  EXPECT_EQ(files(), 2u);
  rules_.wall = rules_.wall.after_ms(11 * kTestDay_ms);
  expire();
  EXPECT_EQ(files(), 1u);
  EXPECT_TRUE(read(queue_, 1).expired);
  EXPECT_FALSE(read(queue_, 2).expired);
  EXPECT_EQ(read(queue_, 2).entries.size(), 1u);
  rules_.wall = rules_.wall.after_ms(31 * kTestDay_ms);
  expire();
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(store_.writer->stored_bytes(), 0u);
  open();
  EXPECT_TRUE(read(queue_, 2).expired);
  EXPECT_EQ(read(queue_, 3).last_in_queue, 3u);
  const StoreAppend next = append(queue_, random_.bytes(512));
  EXPECT_EQ(next.number, 4u);
  EXPECT_FALSE(next.created);
  EXPECT_EQ(append(other, random_.bytes(512)).number, 2u);
}

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

TEST_P(StoreTest, AClockSetBackLosesNothing) {
  append(queue_, random_.bytes(512));
  rules_.wall = rules_.wall.after_ms(-5 * kTestDay_ms);
  EXPECT_EQ(append(queue_, random_.bytes(512)).number, 2u);
  expire();
  open();
  EXPECT_EQ(read(queue_, 0).entries.size(), 2u);
}

TEST_P(StoreTest, RulesAreKept) {
  rules_.entries_per_queue = 3;
  for (int i = 0; i < 3; ++i) append(queue_, random_.bytes(512));
  EXPECT_EQ(append(queue_, random_.bytes(512)).outcome, Outcome::kQueueFull);
  rules_.most_new_queues = 1;
  std::vector<StoreAppend> batch;
  for (int i = 0; i < 2; ++i)
    batch.push_back({.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512)});
  batch.push_back(
      {.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512), .may_create = false});
  ASSERT_TRUE(store_.writer->append(batch, rules_).ok());
  EXPECT_EQ(batch[0].outcome, Outcome::kStored);
  EXPECT_TRUE(batch[0].created);
  EXPECT_EQ(batch[1].outcome, Outcome::kTooManyQueues);
  EXPECT_EQ(batch[2].outcome, Outcome::kMayNotCreate);
  EXPECT_EQ(read(batch[1].queue, 0).last_in_queue, 0u);
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

TEST_P(StoreTest, TheBoundOfTheStoreIsADiskThatIsFull) {
  rules_.most_store_bytes = 200'000;
  uint64_t stored = 0;
  for (;;) {
    std::vector<StoreAppend> batch{{.queue = queue_, .entry = random_.bytes(16'384)}};
    const auto result = store_.writer->append(batch, rules_);
    if (!result.ok()) {
      EXPECT_TRUE(result.error().is(RelayError::kDiskFull));
      break;
    }
    ASSERT_LT(++stored, 20u);
  }
  EXPECT_GT(stored, 5u);
}

TEST_P(StoreTest, ChunksAreStoredOnceAndReadBack) {
  const wire::BlobId blob = random_.fixed<wire::BlobId>();
  std::vector<Bytes> chunks;
  for (int i = 0; i < 6; ++i) chunks.push_back(random_.bytes(wire::kChunkBytes));
  for (const uint16_t index : {4, 0, 5}) {
    const StoreChunk stored = put(blob, index, 6, chunks[index]);
    EXPECT_EQ(stored.outcome, Outcome::kStored);
    EXPECT_EQ(stored.created, index == 4);
    EXPECT_EQ(stored.ends_s, uint64_t{20'031} * 86'400);
  }
  EXPECT_EQ(put(blob, 4, 6, chunks[4], 3).outcome, Outcome::kRepeated);
  EXPECT_EQ(put(blob, 4, 6, chunks[3]).outcome, Outcome::kDiffers);
  EXPECT_EQ(put(blob, 1, 8, chunks[1]).outcome, Outcome::kDiffers);
  open();
  EXPECT_EQ(status(blob).count, 6u);
  EXPECT_EQ(status(blob).present, (std::vector<bool>{true, false, false, false, true, true}));
  EXPECT_EQ(chunk(blob, 1), std::nullopt);
  for (uint16_t index = 0; index < 6; ++index) put(blob, index, 6, chunks[index]);
  for (uint16_t index = 0; index < 6; ++index) EXPECT_EQ(chunk(blob, index), chunks[index]);
  EXPECT_EQ(chunk(blob, 6), std::nullopt);
  const wire::BlobId unknown = random_.fixed<wire::BlobId>();
  EXPECT_EQ(status(unknown).count, 0u);
  EXPECT_EQ(chunk(unknown, 0), std::nullopt);
}

TEST_P(StoreTest, BlobsEndOnTheirDayAndGiveSpaceBack) {
  const Bytes bytes = random_.bytes(wire::kChunkBytes);
  const wire::BlobId brief = random_.fixed<wire::BlobId>();
  const wire::BlobId lasting = random_.fixed<wire::BlobId>();
  EXPECT_EQ(put(brief, 0, 2, bytes, 1).ends_s, uint64_t{20'002} * 86'400);
  EXPECT_EQ(put(lasting, 0, 1, bytes, UINT16_MAX).ends_s, uint64_t{20'031} * 86'400);  // bounded by the relay
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  EXPECT_EQ(put(brief, 1, 2, bytes, 30).ends_s, uint64_t{20'002} * 86'400);
  expire();
  EXPECT_EQ(files("blobs-"), 2u);
  EXPECT_EQ(status(brief).present, (std::vector<bool>{true, true}));
  EXPECT_GT(store_.writer->stored_bytes(), 3 * wire::kChunkBytes);
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  expire();
  EXPECT_EQ(files("blobs-"), 1u);
  EXPECT_EQ(status(brief).count, 0u);
  EXPECT_EQ(chunk(brief, 0), std::nullopt);
  EXPECT_EQ(chunk(lasting, 0), bytes);
  EXPECT_TRUE(put(brief, 0, 1, bytes, 5).created);  // begun anew, under its old name
  rules_.wall = rules_.wall.after_ms(40 * kTestDay_ms);
  expire();
  EXPECT_EQ(files("blobs-"), 0u);
  EXPECT_EQ(store_.writer->stored_bytes(), 0u);
  open();
  EXPECT_EQ(status(lasting).count, 0u);
}

TEST_P(StoreTest, RulesOfBlobsAreKept) {
  rules_.most_new_blobs = 1;
  const Bytes bytes = random_.bytes(wire::kChunkBytes);
  std::vector<StoreChunk> batch;
  for (int i = 0; i < 3; ++i) {
    batch.push_back(
        {.blob = random_.fixed<wire::BlobId>(), .index = 0, .count = 2, .days = 9, .chunk = bytes});
  }
  batch.push_back(
      {.blob = batch[0].blob, .index = 1, .count = 2, .days = 2, .chunk = bytes, .may_create = false});
  batch[2].may_create = false;
  ASSERT_TRUE(store_.writer->put(batch, rules_).ok());
  refresh();
  EXPECT_EQ(batch[0].outcome, Outcome::kStored);
  EXPECT_EQ(batch[1].outcome, Outcome::kTooManyQueues);
  EXPECT_EQ(batch[2].outcome, Outcome::kMayNotCreate);
  EXPECT_EQ(batch[3].outcome, Outcome::kStored);
  EXPECT_FALSE(batch[3].created);
  EXPECT_EQ(batch[3].ends_s, batch[0].ends_s);
  EXPECT_EQ(status(batch[1].blob).count, 0u);
  rules_.most_store_bytes = 1;
  const auto refused = store_.writer->put(batch, rules_);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(RelayError::kDiskFull));
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

}  // namespace
}  // namespace homeward::relay
