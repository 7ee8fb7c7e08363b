// What every store of a relay has to do: one suite, which each store's test program includes and hands a way
// to open that store (INSTANTIATE_TEST_SUITE_P(…, StoreConformance, testing::Values(&open_…))).
#pragma once

#include <gtest/gtest.h>

#include "relay/store/store.h"
#include "relay/testing.h"

namespace homeward::relay {

// A store with nothing in it, asked one thing after the other; each call returns when it is done.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual void reopen() = 0;
  virtual Result<> append(std::span<StoreAppend> batch, const StoreWriter::Rules& rules) = 0;
  virtual Result<> put(std::span<StoreChunk> batch, const StoreWriter::Rules& rules) = 0;
  // To its end.
  virtual Result<> expire(Instant wall, uint32_t retention_days) = 0;
  virtual Result<StoreReader::Page> read(const wire::QueueId& queue, uint64_t after, size_t most_bytes) = 0;
  virtual Result<StoreReader::Blob> blob(const wire::BlobId& blob) = 0;
  virtual Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index) = 0;
  virtual uint64_t stored_bytes() = 0;
  // Days of which something is kept apart, to be dropped as a whole.
  virtual size_t entry_days() = 0;
  virtual size_t blob_days() = 0;
};

using OpenStore = std::unique_ptr<StoreUnderTest> (*)();

class StoreConformance : public testing::TestWithParam<OpenStore> {
 protected:
  StoreAppend append(const wire::QueueId& queue, const Bytes& entry) {
    std::vector<StoreAppend> batch{{.queue = queue, .entry = entry}};
    EXPECT_TRUE(store_->append(batch, rules_).ok());
    return batch[0];
  }
  void expire() { ASSERT_TRUE(store_->expire(rules_.wall, 30).ok()); }
  StoreReader::Page read(const wire::QueueId& queue, uint64_t after, size_t most_bytes = SIZE_MAX) {
    auto page = store_->read(queue, after, most_bytes);
    EXPECT_TRUE(page.ok());
    return page.ok() ? std::move(*page) : StoreReader::Page{};
  }
  StoreChunk put(const wire::BlobId& blob, uint16_t index, uint16_t count, const Bytes& chunk,
                 uint16_t days = 30) {
    std::vector<StoreChunk> batch{
        {.blob = blob, .index = index, .count = count, .days = days, .chunk = chunk}};
    EXPECT_TRUE(store_->put(batch, rules_).ok());
    return batch[0];
  }
  StoreReader::Blob status(const wire::BlobId& blob) {
    auto status = store_->blob(blob);
    EXPECT_TRUE(status.ok());
    return status.ok() ? *status : StoreReader::Blob{};
  }
  std::optional<Bytes> chunk(const wire::BlobId& blob, uint16_t index) {
    auto chunk = store_->chunk(blob, index);
    EXPECT_TRUE(chunk.ok());
    return chunk.ok() ? *chunk : std::nullopt;
  }

  SeededRandom random_{3};
  StoreWriter::Rules rules_{.wall = kTestNoon};
  std::unique_ptr<StoreUnderTest> store_ = GetParam()();
  wire::QueueId queue_ = random_.fixed<wire::QueueId>();
};

TEST_P(StoreConformance, NumbersBeginAtOneAndSurviveReopening) {
  std::vector<Bytes> entries;
  for (uint64_t number = 1; number <= 20; ++number) {
    if (number % 7 == 0) store_->reopen();
    entries.push_back(random_.bytes(512));
    EXPECT_EQ(append(queue_, entries.back()).number, number);
  }
  const auto page = read(queue_, 0);
  EXPECT_EQ(page.first, 1u);
  EXPECT_EQ(page.last_in_queue, 20u);
  EXPECT_EQ(page.entries, entries);
  EXPECT_EQ(read(random_.fixed<wire::QueueId>(), 0).last_in_queue, 0u);
}

TEST_P(StoreConformance, TheSameBytesAreStoredOnce) {
  const Bytes entry = random_.bytes(512);
  EXPECT_EQ(append(queue_, entry).outcome, Outcome::kStored);
  append(queue_, random_.bytes(512));
  EXPECT_EQ(append(queue_, entry).outcome, Outcome::kRepeated);
  store_->reopen();
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  append(queue_, random_.bytes(512));
  EXPECT_EQ(append(queue_, entry).number, 1u);
  EXPECT_EQ(append(random_.fixed<wire::QueueId>(), entry).outcome, Outcome::kStored);
  std::vector<StoreAppend> twice;
  const Bytes other = random_.bytes(512);
  for (int i = 0; i < 2; ++i) twice.push_back({.queue = queue_, .entry = other});
  ASSERT_TRUE(store_->append(twice, rules_).ok());
  EXPECT_EQ(twice[0].number, 4u);
  EXPECT_EQ(twice[1].number, 4u);
  EXPECT_EQ(twice[1].outcome, Outcome::kRepeated);
}

TEST_P(StoreConformance, PagesHoldWhatWasAskedForAcrossDays) {
  for (int i = 0; i < 10; ++i) {
    append(queue_, random_.bytes(1024));
    if (i % 3 == 2) rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  }
  EXPECT_EQ(store_->entry_days(), 4u);
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

TEST_P(StoreConformance, ExpiryGivesSpaceBackAndKeepsNumbers) {
  append(queue_, random_.bytes(512));
  append(queue_, random_.bytes(512));
  rules_.wall = rules_.wall.after_ms(20 * kTestDay_ms);
  append(queue_, random_.bytes(512));
  const wire::QueueId other = random_.fixed<wire::QueueId>();
  append(other, random_.bytes(512));
  expire();
  EXPECT_EQ(store_->entry_days(), 2u);
  rules_.wall = rules_.wall.after_ms(11 * kTestDay_ms);
  expire();
  EXPECT_EQ(store_->entry_days(), 1u);
  EXPECT_TRUE(read(queue_, 1).expired);
  EXPECT_FALSE(read(queue_, 2).expired);
  EXPECT_EQ(read(queue_, 2).entries.size(), 1u);
  rules_.wall = rules_.wall.after_ms(31 * kTestDay_ms);
  expire();
  EXPECT_EQ(store_->entry_days(), 0u);
  EXPECT_EQ(store_->stored_bytes(), 0u);
  store_->reopen();
  EXPECT_TRUE(read(queue_, 2).expired);
  EXPECT_EQ(read(queue_, 3).last_in_queue, 3u);
  const StoreAppend next = append(queue_, random_.bytes(512));
  EXPECT_EQ(next.number, 4u);
  EXPECT_FALSE(next.created);
  EXPECT_EQ(append(other, random_.bytes(512)).number, 2u);
}

TEST_P(StoreConformance, AClockSetBackLosesNothing) {
  append(queue_, random_.bytes(512));
  rules_.wall = rules_.wall.after_ms(-5 * kTestDay_ms);
  EXPECT_EQ(append(queue_, random_.bytes(512)).number, 2u);
  expire();
  store_->reopen();
  EXPECT_EQ(read(queue_, 0).entries.size(), 2u);
}

TEST_P(StoreConformance, RulesAreKept) {
  rules_.entries_per_queue = 3;
  for (int i = 0; i < 3; ++i) append(queue_, random_.bytes(512));
  EXPECT_EQ(append(queue_, random_.bytes(512)).outcome, Outcome::kQueueFull);
  rules_.most_new_queues = 1;
  std::vector<StoreAppend> batch;
  for (int i = 0; i < 2; ++i)
    batch.push_back({.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512)});
  batch.push_back(
      {.queue = random_.fixed<wire::QueueId>(), .entry = random_.bytes(512), .may_create = false});
  ASSERT_TRUE(store_->append(batch, rules_).ok());
  EXPECT_EQ(batch[0].outcome, Outcome::kStored);
  EXPECT_TRUE(batch[0].created);
  EXPECT_EQ(batch[1].outcome, Outcome::kTooManyQueues);
  EXPECT_EQ(batch[2].outcome, Outcome::kMayNotCreate);
  EXPECT_EQ(read(batch[1].queue, 0).last_in_queue, 0u);
}

TEST_P(StoreConformance, TheBoundOfTheStoreIsADiskThatIsFull) {
  rules_.most_store_bytes = 200'000;
  uint64_t stored = 0;
  for (;;) {
    std::vector<StoreAppend> batch{{.queue = queue_, .entry = random_.bytes(16'384)}};
    const auto result = store_->append(batch, rules_);
    if (!result.ok()) {
      EXPECT_TRUE(result.error().is(RelayError::kDiskFull));
      break;
    }
    ASSERT_LT(++stored, 20u);
  }
  EXPECT_GT(stored, 5u);
}

TEST_P(StoreConformance, ChunksAreStoredOnceAndReadBack) {
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
  store_->reopen();
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

TEST_P(StoreConformance, BlobsEndOnTheirDayAndGiveSpaceBack) {
  const Bytes bytes = random_.bytes(wire::kChunkBytes);
  const wire::BlobId brief = random_.fixed<wire::BlobId>();
  const wire::BlobId lasting = random_.fixed<wire::BlobId>();
  EXPECT_EQ(put(brief, 0, 2, bytes, 1).ends_s, uint64_t{20'002} * 86'400);
  EXPECT_EQ(put(lasting, 0, 1, bytes, UINT16_MAX).ends_s, uint64_t{20'031} * 86'400);  // bounded by the relay
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  EXPECT_EQ(put(brief, 1, 2, bytes, 30).ends_s, uint64_t{20'002} * 86'400);
  expire();
  EXPECT_EQ(store_->blob_days(), 2u);
  EXPECT_EQ(status(brief).present, (std::vector<bool>{true, true}));
  EXPECT_GT(store_->stored_bytes(), 3 * wire::kChunkBytes);
  rules_.wall = rules_.wall.after_ms(kTestDay_ms);
  expire();
  EXPECT_EQ(store_->blob_days(), 1u);
  EXPECT_EQ(status(brief).count, 0u);
  EXPECT_EQ(chunk(brief, 0), std::nullopt);
  EXPECT_EQ(chunk(lasting, 0), bytes);
  EXPECT_TRUE(put(brief, 0, 1, bytes, 5).created);  // begun anew, under its old name
  rules_.wall = rules_.wall.after_ms(40 * kTestDay_ms);
  expire();
  EXPECT_EQ(store_->blob_days(), 0u);
  EXPECT_EQ(store_->stored_bytes(), 0u);
  store_->reopen();
  EXPECT_EQ(status(lasting).count, 0u);
}

TEST_P(StoreConformance, RulesOfBlobsAreKept) {
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
  ASSERT_TRUE(store_->put(batch, rules_).ok());
  EXPECT_EQ(batch[0].outcome, Outcome::kStored);
  EXPECT_EQ(batch[1].outcome, Outcome::kTooManyQueues);
  EXPECT_EQ(batch[2].outcome, Outcome::kMayNotCreate);
  EXPECT_EQ(batch[3].outcome, Outcome::kStored);
  EXPECT_FALSE(batch[3].created);
  EXPECT_EQ(batch[3].ends_s, batch[0].ends_s);
  EXPECT_EQ(status(batch[1].blob).count, 0u);
  rules_.most_store_bytes = 1;
  const auto refused = store_->put(batch, rules_);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(RelayError::kDiskFull));
}

TEST_P(StoreConformance, ManyQueuesAndEntriesInOneBatchKeepTheirOrder) {
  std::vector<wire::QueueId> queues;
  for (int i = 0; i < 20; ++i) queues.push_back(random_.fixed<wire::QueueId>());
  std::map<wire::QueueId, std::vector<Bytes>> sent;
  for (int round = 0; round < 3; ++round) {
    std::vector<StoreAppend> batch;
    for (int i = 0; i < 100; ++i) {
      batch.push_back({.queue = queues[random_.below(20)], .entry = random_.bytes(512)});
      sent[batch.back().queue].push_back(batch.back().entry);
    }
    ASSERT_TRUE(store_->append(batch, rules_).ok());
    std::map<wire::QueueId, uint64_t> last;
    for (const StoreAppend& append : batch) {
      EXPECT_EQ(append.outcome, Outcome::kStored);
      uint64_t& before = last[append.queue];
      EXPECT_TRUE(before == 0 || append.number == before + 1);
      before = append.number;
    }
  }
  for (const auto& [queue, entries] : sent) EXPECT_EQ(read(queue, 0).entries, entries);
}

TEST_P(StoreConformance, WhoMayNotCreateWaitsForNobodyWhoMay) {
  std::vector<StoreAppend> batch;
  for (int i = 0; i < 3; ++i) {
    batch.push_back({.queue = queue_, .entry = random_.bytes(512), .may_create = i == 1});
  }
  ASSERT_TRUE(store_->append(batch, rules_).ok());
  EXPECT_EQ(batch[0].outcome, Outcome::kMayNotCreate);
  EXPECT_EQ(batch[1].number, 1u);
  EXPECT_EQ(batch[2].number, 2u);
  // Queues that are there take nothing of what may be created.
  rules_.most_new_queues = 1;
  const wire::QueueId other = random_.fixed<wire::QueueId>();
  std::vector<StoreAppend> more{{.queue = queue_, .entry = random_.bytes(512)},
                                {.queue = other, .entry = random_.bytes(512)}};
  ASSERT_TRUE(store_->append(more, rules_).ok());
  EXPECT_EQ(more[0].number, 3u);
  EXPECT_EQ(more[1].number, 1u);
  EXPECT_TRUE(more[1].created);
}

}  // namespace homeward::relay
