#include "wire/wire.h"

#include <gtest/gtest.h>

#include "crypto/crypto.h"

namespace homeward::wire {
namespace {

SeededRandom random_source(7);

QueueAccess random_access() {
  return QueueAccess::from_tokens(random_source.fixed<ReadToken>(), random_source.fixed<WriteToken>());
}

std::vector<Request> sample_requests() {
  const QueueAccess access = random_access();
  return {{1, Append{access.write, random_source.bytes(512)}},
          {2, Append{access.write, random_source.bytes(kLargestEntry)}},
          {3, Read{access.read, 17, 60}},
          {UINT32_MAX, Subscribe{access.read, UINT64_MAX}},
          {5, Unsubscribe{queue_id(access.read)}},
          {6, Acknowledge{queue_id(access.read), 9}},
          {7, Forward{"https://relay.example:8470", encode(Request{0, Read{access.read, 3, 0}})}},
          {8, Forward{std::string(kLargestUrl, 'r'),
                      encode(Request{0, Append{access.write, random_source.bytes(kLargestEntry)}})}},
          {7, PutChunk{access.write, 3, 6, 30, random_source.bytes(kChunkBytes)}},
          {8, PutChunk{access.write, 0, 1, 0, random_source.bytes(100)}},  // the relay refuses it by name
          {9, GetChunk{access.read, kMostChunks - 1}},
          {10, ReadBlobStatus{access.read}},
          {11, ReadBlobStatus{access.write}}};
}

std::vector<Answer> sample_answers() {
  const QueueId queue = queue_id(random_access().read);
  return {
      {1, Appended{1}},
      {2, Entries{queue, 0, 0, {}}},
      {3, Entries{queue,
                  8,
                  10,
                  {random_source.bytes(512), random_source.bytes(1024), random_source.bytes(kLargestEntry)}}},
      {4, Done{12}},
      {5, Refusal{Reason::kTooManyRequests, 30, "slow down"}},
      {0, Refusal{Reason::kInternal, 0, ""}},
      {6, ChunkStored{1'900'000'000}},
      {7, Chunk{random_source.bytes(kChunkBytes)}},
      {8, BlobStatus{}},
      {9, BlobStatus{12, 5, {true, false, true, true, true, true, true, true, false, false, false, true}}},
      {10, BlobStatus{kMostChunks, UINT64_MAX, std::vector<bool>(kMostChunks, true)}}};
}

TEST(Wire, RequestsComeBackEqual) {
  for (const Request& request : sample_requests()) {
    const Bytes frame = encode(request);
    ASSERT_LE(frame.size(), kLargestRequest);
    const auto back = decode_request(frame);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, request);
  }
}

TEST(Wire, AnswersComeBackEqual) {
  for (const Answer& answer : sample_answers()) {
    const Bytes frame = encode(answer);
    ASSERT_LE(frame.size(), kLargestAnswer);
    const auto back = decode_answer(frame);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, answer);
  }
}

TEST(Wire, EveryCutAndEveryTailIsRefused) {
  for (const Request& request : sample_requests()) {
    Bytes frame = encode(request);
    for (size_t size = 0; size < std::min<size_t>(frame.size(), 200); ++size) {
      EXPECT_FALSE(decode_request(BytesView(frame).first(size)).ok());
    }
    frame.push_back(0);
    EXPECT_FALSE(decode_request(frame).ok());
  }
  for (const Answer& answer : sample_answers()) {
    Bytes frame = encode(answer);
    EXPECT_FALSE(decode_answer(BytesView(frame).first(frame.size() - 1)).ok());
    frame.push_back(0);
    EXPECT_FALSE(decode_answer(frame).ok());
  }
}

TEST(Wire, LimitsHold) {
  const QueueAccess access = random_access();
  EXPECT_FALSE(decode_request(encode(Request{1, Append{access.write, Bytes(kLargestEntry + 1)}})).ok());
  EXPECT_FALSE(decode_request(Bytes(kLargestRequest + 1)).ok());
  EXPECT_FALSE(decode_request(encode(Request{1, Read{access.read, 0, kLongestWait_s + 1}})).ok());
  EXPECT_FALSE(decode_request(encode(Request{1, Forward{std::string(kLargestUrl + 1, 'r'), {}}})).ok());
  EXPECT_FALSE(decode_request(encode(Request{1, Forward{"r", Bytes(kLargestDirectRequest + 1)}})).ok());
  EXPECT_FALSE(decode_request(encode(Request{1, Forward{"\xff", {}}})).ok());
  const QueueId queue = queue_id(access.read);
  EXPECT_FALSE(decode_answer(encode(Answer{1, Entries{queue, 1, 1, {Bytes(511)}}})).ok());
  EXPECT_FALSE(decode_answer(encode(Answer{1, Entries{queue, 0, 1, {Bytes(512)}}})).ok());
  EXPECT_FALSE(
      decode_answer(encode(Answer{1, Entries{queue, UINT64_MAX, 1, {Bytes(512), Bytes(512)}}})).ok());
  EXPECT_FALSE(
      decode_answer(encode(Answer{1, Entries{queue, 1, 5, std::vector<Bytes>(5, Bytes(kLargestEntry))}}))
          .ok());
  EXPECT_TRUE(
      decode_answer(encode(Answer{1, Entries{queue, 1, 4, std::vector<Bytes>(4, Bytes(kLargestEntry))}}))
          .ok());
  EXPECT_TRUE(
      decode_answer(encode(Answer{1, Entries{queue, 1, 2048, std::vector<Bytes>(2048, Bytes(512))}})).ok());
}

TEST(Wire, BlobsComeInChunksOfOneSizeAndFewNumbers) {
  std::vector<uint32_t> counts;
  for (uint32_t count = 0; count <= 2 * kMostChunks; ++count) {
    if (is_chunk_count(count)) counts.push_back(count);
  }
  EXPECT_EQ(counts,
            (std::vector<uint32_t>{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512}));
  EXPECT_EQ(chunk_count_for(0), 0u);
  EXPECT_EQ(chunk_count_for(5), 6u);
  EXPECT_EQ(chunk_count_for(401), 512u);
  EXPECT_EQ(chunk_count_for(kMostChunks + 1), 0u);
  const QueueAccess access = random_access();
  EXPECT_EQ(blob_id(access.read), blob_id(access.write));
  const auto put = [&](uint16_t index, uint16_t count, size_t size_bytes) {
    return decode_request(encode(Request{1, PutChunk{access.write, index, count, 1, Bytes(size_bytes)}}))
        .ok();
  };
  EXPECT_TRUE(put(5, 6, kChunkBytes));
  EXPECT_FALSE(put(6, 6, kChunkBytes));
  EXPECT_FALSE(put(0, 5, kChunkBytes));
  EXPECT_FALSE(put(0, 0, kChunkBytes));
  EXPECT_FALSE(put(0, 1, kChunkBytes + 1));
  EXPECT_FALSE(decode_request(encode(Request{1, GetChunk{access.read, kMostChunks}})).ok());
  EXPECT_FALSE(decode_answer(encode(Answer{1, Chunk{Bytes(kChunkBytes - 1)}})).ok());
  EXPECT_FALSE(decode_answer(encode(Answer{1, BlobStatus{5, 1, std::vector<bool>(5)}})).ok());
  EXPECT_FALSE(decode_answer(encode(Answer{1, BlobStatus{0, 1, {}}})).ok());
  Bytes status = encode(Answer{1, BlobStatus{3, 1, std::vector<bool>(3)}});
  status.back() = 0x08;  // a chunk that the blob does not have
  EXPECT_FALSE(decode_answer(status).ok());
  status.back() = 0x04;
  EXPECT_TRUE(decode_answer(status).ok());
}

TEST(Wire, UnknownKindsAndReasonsAreRefused) {
  for (uint8_t kind : {0, 10, 255}) EXPECT_FALSE(decode_request(Bytes{0, 0, 0, 1, kind}).ok());
  for (uint8_t kind : {0, 8, 255}) EXPECT_FALSE(decode_answer(Bytes{0, 0, 0, 1, kind}).ok());
  for (uint8_t reason : {0, 16, 255}) EXPECT_FALSE(decode_answer(Bytes{0, 0, 0, 1, 4, reason, 0, 0, 0}).ok());
}

TEST(Wire, BothHalvesNameOneQueueAndNoOtherTokenDoes) {
  const QueueAccess access = random_access();
  EXPECT_EQ(queue_id(access.read), queue_id(access.write));
  ReadAccess other_read = access.read;
  other_read.token.data[31] ^= 1;
  EXPECT_NE(queue_id(other_read), queue_id(access.read));
  WriteAccess other_write = access.write;
  other_write.token.data[0] ^= 0x80;
  EXPECT_NE(queue_id(other_write), queue_id(access.write));
  // The read token is of no use for writing: in the write token's place it names another queue.
  const WriteAccess swapped{WriteToken::from(access.read.token), access.read.write_hash};
  EXPECT_NE(queue_id(swapped), queue_id(access.read));
  // SHA-256(SHA-256(read token) ‖ SHA-256(write token)), spelled out.
  Bytes both = copy_of(sha256(access.read.token.view()));
  append(both, sha256(access.write.token.view()));
  EXPECT_TRUE(equal(queue_id(access.read), sha256(both)));
}

TEST(Wire, EntrySizesAreThePowersOfTwo) {
  size_t count = 0;
  for (size_t size = 0; size <= kLargestEntry * 2; ++size) count += is_entry_size(size);
  EXPECT_EQ(count, 10u);
  EXPECT_EQ(entry_size_for(0), 512u);
  EXPECT_EQ(entry_size_for(512), 512u);
  EXPECT_EQ(entry_size_for(513), 1024u);
  EXPECT_EQ(entry_size_for(kLargestEntry), kLargestEntry);
  EXPECT_EQ(entry_size_for(kLargestEntry + 1), 0u);
}

}  // namespace
}  // namespace homeward::wire
