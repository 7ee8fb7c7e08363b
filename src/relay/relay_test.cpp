#include "relay/relay.h"

#include "relay/testing.h"

namespace homeward::relay {
namespace {

using wire::Acknowledge;
using wire::Append;
using wire::Done;
using wire::Entries;
using wire::Read;
using wire::Reason;
using wire::Subscribe;
using wire::Unsubscribe;

// The entries of a connection's answers, checked to be the queue's next ones.
std::vector<Bytes> pushed(const std::vector<wire::Answer>& answers, uint64_t& after) {
  std::vector<Bytes> out;
  for (const wire::Answer& answer : answers) {
    const auto* entries = std::get_if<Entries>(&answer.body);
    if (entries == nullptr) continue;
    EXPECT_EQ(answer.id, 0u);
    EXPECT_EQ(entries->first, after + 1);
    after += entries->entries.size();
    EXPECT_LE(after, entries->last_in_queue);
    out.insert(out.end(), entries->entries.begin(), entries->entries.end());
  }
  return out;
}

TEST(Relay, AppendsAreNumberedAndReadBack) {
  RelayHarness h;
  const auto connection = h.connect();
  const auto access = h.queue();
  std::vector<Bytes> sent;
  for (uint64_t number = 1; number <= 5; ++number) {
    sent.push_back(h.entry(512 << (number - 1)));
    EXPECT_EQ(h.append(connection, access, sent.back()), number);
  }
  EXPECT_EQ(h.append(connection, access, sent[2]), 3u);
  const auto all = std::get<Entries>(h.call(connection, Read{access.read, 0, 0}));
  EXPECT_EQ(all.entries, sent);
  EXPECT_EQ(all.last_in_queue, 5u);
  EXPECT_EQ(all.queue, wire::queue_id(access.read));
  const auto none = std::get<Entries>(h.call(connection, Read{access.read, 5, 0}));
  EXPECT_TRUE(none.entries.empty());
  EXPECT_EQ(none.last_in_queue, 5u);
}

TEST(Relay, NothingIsAnsweredBeforeItIsCommitted) {
  RelayHarness h;
  const auto connection = h.connect();
  const auto access = h.queue();
  h.send(connection, {1, Append{access.write, h.entry()}});
  auto batch = h.relay().next_batch(h.now);
  ASSERT_TRUE(batch);
  EXPECT_FALSE(h.relay().next_batch(h.now));
  h.send(connection, {2, Append{access.write, h.entry()}});
  EXPECT_FALSE(h.relay().next_batch(h.now));
  EXPECT_TRUE(h.relay().take_deliveries().empty());
  run(*batch, *h.store().writer, h.wall);
  EXPECT_TRUE(h.relay().take_deliveries().empty());
  h.relay().committed(std::move(*batch), h.now);
  EXPECT_EQ(h.relay().take_deliveries().size(), 1u);
  EXPECT_EQ(h.take(connection).size(), 1u);
  EXPECT_EQ(h.relay().counters().waiting_append_bytes, 0u);
}

TEST(Relay, OtherTokensOpenNothing) {
  RelayHarness h;
  const auto connection = h.connect();
  const auto access = h.queue();
  ASSERT_EQ(h.append(connection, access, h.entry()), 1u);
  auto wrong = access;
  wrong.read.token.data[0] ^= 1;
  EXPECT_TRUE(std::get<Entries>(h.call(connection, Read{wrong.read, 0, 0})).entries.empty());
  EXPECT_EQ(std::get<Done>(h.call(connection, Subscribe{wrong.read, 0})).last_in_queue, 0u);
  wrong.write.token.data[0] ^= 1;
  EXPECT_EQ(h.append(connection, wrong, h.entry()), 1u);  // a queue of his own, not the other's second entry
  EXPECT_EQ(std::get<Entries>(h.call(connection, Read{access.read, 0, 0})).entries.size(), 1u);
  // Who may only write knows the hash of the read token; as a token it names another queue.
  const wire::ReadAccess forged{wire::ReadToken::from(access.write.read_hash), access.read.write_hash};
  EXPECT_TRUE(std::get<Entries>(h.call(connection, Read{forged, 0, 0})).entries.empty());
}

TEST(Relay, SubscribersGetEveryEntryOnceAndInOrder) {
  RelayHarness h;
  const auto writer = h.connect();
  const auto early = h.connect();
  const auto late = h.connect();
  const auto access = h.queue();
  EXPECT_EQ(std::get<Done>(h.call(early, Subscribe{access.read, 0})).last_in_queue, 0u);
  std::vector<Bytes> sent;
  uint64_t early_after = 0;
  uint64_t late_after = 0;
  std::vector<Bytes> got_early;
  for (int i = 0; i < 50; ++i) {
    sent.push_back(h.entry());
    h.send(writer, {1, Append{access.write, sent.back()}});
    if (i == 20) h.send(late, {2, Subscribe{access.read, 0}});
    if (i % 3 == 0) {
      for (Bytes& entry : pushed(h.take(early), early_after)) got_early.push_back(std::move(entry));
    }
  }
  for (Bytes& entry : pushed(h.take(early), early_after)) got_early.push_back(std::move(entry));
  EXPECT_EQ(got_early, sent);
  EXPECT_EQ(pushed(h.take(late), late_after), sent);
}

TEST(Relay, ASubscriberWhoSubscribesWhileABatchIsOutMissesNothing) {
  RelayHarness h;
  const auto writer = h.connect();
  const auto access = h.queue();
  for (int phase = 0; phase < 3; ++phase) {
    const auto reader = h.connect();
    h.send(writer, {1, Append{access.write, h.entry()}});
    auto batch = h.relay().next_batch(h.now);
    ASSERT_TRUE(batch);
    const uint64_t after = static_cast<uint64_t>(phase);
    if (phase == 0) h.send(reader, {2, Subscribe{access.read, after}});
    run(*batch, *h.store().writer, h.wall);
    if (phase == 1) h.send(reader, {2, Subscribe{access.read, after}});
    h.relay().committed(std::move(*batch), h.now);
    if (phase == 2) h.send(reader, {2, Subscribe{access.read, after}});
    uint64_t seen = after;
    EXPECT_EQ(pushed(h.take(reader), seen).size(), 1u) << phase;
    h.relay().close(reader);
  }
}

TEST(Relay, ASlowReaderIsHeldToItsWindowAndResumes) {
  RelayHarness h({.push_window_bytes = 1 << 20});
  const auto writer = h.connect();
  const auto reader = h.connect();
  const auto access = h.queue();
  h.call(reader, Subscribe{access.read, 0});
  for (int i = 0; i < 20; ++i) ASSERT_NE(h.append(writer, access, h.entry(wire::kLargestEntry)), 0u);
  uint64_t after = 0;
  size_t got = pushed(h.take(reader), after).size();
  EXPECT_EQ(got, 3u);  // four of them and their frames are over 1 MiB
  while (after < 20) {
    const uint64_t before = after;
    h.send(reader, {0, Acknowledge{wire::queue_id(access.read), after}});
    const size_t more = pushed(h.take(reader), after).size();
    ASSERT_GT(after, before);
    EXPECT_LE(more, 3u);
    got += more;
  }
  EXPECT_EQ(got, 20u);
}

TEST(Relay, OneQueueThatIsNotAcknowledgedHoldsUpOthersOnlyByTheWindow) {
  RelayHarness h({.push_window_bytes = 1 << 20});
  const auto writer = h.connect();
  const auto reader = h.connect();
  const auto first = h.queue();
  const auto second = h.queue();
  h.call(reader, Subscribe{first.read, 0});
  h.call(reader, Subscribe{second.read, 0});
  for (int i = 0; i < 5; ++i) h.append(writer, first, h.entry(wire::kLargestEntry));
  h.append(writer, second, h.entry(wire::kLargestEntry));
  uint64_t after = 0;
  EXPECT_EQ(pushed(h.take(reader), after).size(), 3u);
  h.send(reader, {9, Unsubscribe{wire::queue_id(first.read)}});
  uint64_t second_after = 0;
  EXPECT_EQ(pushed(h.take(reader), second_after).size(), 1u);
}

TEST(Relay, ReadsWaitForAnEntryOrTheirTime) {
  RelayHarness h;
  const auto writer = h.connect({.live = false});
  const auto reader = h.connect({.live = false});
  const auto access = h.queue();
  h.send(reader, {5, Read{access.read, 0, 10}});
  EXPECT_TRUE(h.take(reader).empty());
  EXPECT_EQ(h.relay().counters().waiting_reads, 1u);
  const Bytes entry = h.entry();
  h.append(writer, access, entry);
  auto answers = h.take(reader);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].id, 5u);
  EXPECT_EQ(std::get<Entries>(answers[0].body).entries, std::vector<Bytes>{entry});

  h.send(reader, {6, Read{access.read, 1, 10}});
  h.now = h.now.after_ms(9'999);
  h.relay().tick(h.now);
  EXPECT_TRUE(h.take(reader).empty());
  EXPECT_EQ(h.relay().next_due().ms, h.now.ms + 1);
  h.now = h.now.after_ms(1);
  h.relay().tick(h.now);
  answers = h.take(reader);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(std::get<Entries>(answers[0].body).entries.empty());
  EXPECT_EQ(h.relay().counters().waiting_reads, 0u);

  h.send(reader, {7, Read{access.read, 1, 10}});
  h.relay().close(reader);
  EXPECT_EQ(h.relay().counters().waiting_reads, 0u);
  EXPECT_EQ(h.append(writer, access, h.entry()), 2u);
}

TEST(Relay, LimitsAreRefusedWithReasons) {
  RelayHarness h({.requests_per_second = 10,
                  .new_queues_per_hour = 3,
                  .subscriptions_per_connection = 2,
                  .waits_per_connection = 1,
                  .waiting_append_bytes = 4096});
  const auto connection = h.connect();
  const auto access = h.queue();
  EXPECT_EQ(h.refused(connection, Append{access.write, Bytes(513)}), Reason::kEntrySize);
  EXPECT_EQ(h.refused(connection, Append{access.write, {}}), Reason::kEntrySize);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(h.append(connection, h.queue(), h.entry()), 1u);
  EXPECT_EQ(h.refused(connection, Append{access.write, h.entry()}), Reason::kTooManyQueues);
  h.now = h.now.after_ms(1'300'000);
  EXPECT_EQ(h.append(connection, access, h.entry()), 1u);

  EXPECT_FALSE(h.refused(connection, Subscribe{access.read, 0}));
  h.take(connection);
  EXPECT_FALSE(h.refused(connection, Subscribe{h.queue().read, 0}));
  EXPECT_EQ(h.refused(connection, Subscribe{h.queue().read, 0}), Reason::kTooManySubscriptions);
  EXPECT_FALSE(h.refused(connection, Unsubscribe{wire::queue_id(access.read)}));
  EXPECT_FALSE(h.refused(connection, Subscribe{h.queue().read, 0}));

  h.send(connection, {1, Read{access.read, 1, 10}});
  EXPECT_EQ(h.refused(connection, Read{access.read, 1, 10}), Reason::kTooManyRequests);

  const auto other = h.connect();
  for (int i = 0; i < 5; ++i) h.send(other, {1, Append{access.write, h.entry(1024)}});
  auto answers = h.take(other);
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(std::get<wire::Refusal>(answers[0].body).reason, Reason::kTooManyRequests);
  for (int i = 0; i < 20; ++i) h.send(other, {1, Read{access.read, 0, 0}});
  answers = h.take(other);
  EXPECT_EQ(std::get<wire::Refusal>(answers.back().body).reason, Reason::kTooManyRequests);
  EXPECT_GT(std::get<wire::Refusal>(answers.back().body).retry_after_s, 0u);
  h.now = h.now.after_ms(1'000);
  EXPECT_FALSE(h.refused(other, Read{access.read, 0, 0}));
}

TEST(Relay, AFullQueueIsRefusedAndStillAnswersRetries) {
  RelayHarness h({.entries_per_queue = 2});
  const auto connection = h.connect();
  const auto access = h.queue();
  const Bytes entry = h.entry();
  h.append(connection, access, entry);
  h.append(connection, access, h.entry());
  EXPECT_EQ(h.refused(connection, Append{access.write, h.entry()}), Reason::kQueueFull);
  EXPECT_EQ(h.append(connection, access, entry), 1u);
}

TEST(Relay, TheAccessKeyGuardsNewQueuesOnly) {
  RelayHarness h;
  const auto keyed = h.connect();
  const auto keyless = h.connect({.live = true, .may_create_queues = false});
  const auto access = h.queue();
  EXPECT_EQ(h.refused(keyless, Append{access.write, h.entry()}), Reason::kAccessKey);
  EXPECT_EQ(h.append(keyed, access, h.entry()), 1u);
  EXPECT_EQ(h.append(keyless, access, h.entry()), 2u);
}

TEST(Relay, GarbageIsRefusedAndTheConnectionEnds) {
  RelayHarness h;
  const auto connection = h.connect();
  h.relay().receive(connection, h.random.bytes(40), h.now);
  auto deliveries = h.relay().take_deliveries();
  ASSERT_EQ(deliveries.size(), 1u);
  EXPECT_EQ(deliveries[0].refused, Reason::kBadRequest);
  EXPECT_TRUE(deliveries[0].close_after);
  const auto plain = h.connect({.live = false});
  EXPECT_EQ(h.refused(plain, Subscribe{h.queue().read, 0}), Reason::kBadRequest);
  EXPECT_EQ(h.refused(plain, Acknowledge{wire::queue_id(h.queue().read), 1}), Reason::kBadRequest);
}

TEST(Relay, ExpiredEntriesAreSaidToBeGone) {
  RelayHarness h({.retention_days = 2});
  const auto connection = h.connect();
  const auto access = h.queue();
  h.append(connection, access, h.entry());
  h.wall = h.wall.after_ms(3 * kTestDay_ms);
  h.now = h.now.after_ms(3 * kTestDay_ms);
  h.settle();
  EXPECT_EQ(h.refused(connection, Read{access.read, 0, 0}), Reason::kExpired);
  EXPECT_EQ(h.refused(connection, Subscribe{access.read, 0}), Reason::kExpired);
  EXPECT_EQ(std::get<Entries>(h.call(connection, Read{access.read, 1, 0})).last_in_queue, 1u);
  EXPECT_EQ(h.append(connection, access, h.entry()), 2u);
}

TEST(Relay, AFullStoreRefusesAndServesReads) {
  RelayHarness h({.most_store_bytes = 150'000});
  const auto connection = h.connect();
  const auto access = h.queue();
  uint64_t last = 0;
  while (const uint64_t number = h.append(connection, access, h.entry(8'192))) last = number;
  EXPECT_GT(last, 3u);
  EXPECT_EQ(h.refused(connection, Append{access.write, h.entry()}), Reason::kDiskFull);
  EXPECT_EQ(std::get<Entries>(h.call(connection, Read{access.read, 0, 0})).entries.size(), last);
}

TEST(Relay, ARestartKeepsEverything) {
  RelayHarness h;
  const auto access = h.queue();
  const Bytes entry = h.entry();
  EXPECT_EQ(h.append(h.connect(), access, entry), 1u);
  h.restart();
  const auto connection = h.connect();
  EXPECT_EQ(h.append(connection, access, entry), 1u);
  EXPECT_EQ(h.append(connection, access, h.entry()), 2u);
}

TEST(Relay, ShuttingDownTellsEverybodyAndFinishesWhatItTook) {
  RelayHarness h;
  const auto live = h.connect();
  const auto plain = h.connect({.live = false});
  const auto access = h.queue();
  h.send(live, {1, Append{access.write, h.entry()}});
  h.send(plain, {2, Read{access.read, 0, 30}});
  h.relay().shut_down();
  EXPECT_FALSE(h.relay().settled());
  h.send(live, {3, Append{access.write, h.entry()}});
  const auto answers = h.take(live);
  EXPECT_TRUE(h.relay().settled());
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(std::get<wire::Refusal>(answers[0].body).reason, Reason::kShuttingDown);
  EXPECT_EQ(answers[1].id, 3u);
  EXPECT_EQ(std::get<wire::Refusal>(answers[1].body).reason, Reason::kShuttingDown);
  EXPECT_EQ(std::get<wire::Appended>(answers[2].body).number, 1u);
  const auto told = h.take(plain);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(std::get<wire::Refusal>(told[0].body).reason, Reason::kShuttingDown);
}

TEST(Relay, ItForgetsConnectionsThatClose) {
  RelayHarness h;
  const auto access = h.queue();
  for (int i = 0; i < 10; ++i) {
    const auto connection = h.connect();
    h.send(connection, {1, Subscribe{access.read, 0}});
    h.send(connection, {2, Read{access.read, 0, 10}});
    h.send(connection, {3, Append{access.write, h.entry()}});
    h.relay().close(connection);
  }
  h.settle();
  const Counters& counters = h.relay().counters();
  EXPECT_EQ(counters.connections, 0u);
  EXPECT_EQ(counters.subscriptions, 0u);
  EXPECT_EQ(counters.waiting_reads, 0u);
  EXPECT_EQ(counters.appended, 10u);
  EXPECT_NE(metrics_text(counters).find("homeward_relay_appended_total 10\n"), std::string::npos);
}

TEST(Bucket, GivesItsRateAndKeepsItsBurst) {
  Bucket bucket({.per_period = 10, .period_ms = 1000, .burst = 20}, Instant{0});
  EXPECT_TRUE(bucket.take(20, Instant{0}));
  EXPECT_FALSE(bucket.take(1, Instant{99}));
  EXPECT_TRUE(bucket.take(1, Instant{100}));
  EXPECT_EQ(bucket.available(Instant{1'000'000'000'000}), 20u);
}

TEST(Relay, ChunksAreStoredOnceAndReadByWhoMayRead) {
  RelayHarness h;
  const auto connection = h.connect({.live = false});
  const auto access = h.queue();
  const Bytes first = h.entry(wire::kChunkBytes);
  const Bytes second = h.entry(wire::kChunkBytes);
  const auto stored =
      std::get<wire::ChunkStored>(h.call(connection, wire::PutChunk{access.write, 1, 3, 7, second}));
  EXPECT_EQ(stored.ends_s, uint64_t{20'008} * 86'400);
  EXPECT_EQ(std::get<wire::ChunkStored>(h.call(connection, wire::PutChunk{access.write, 0, 3, 1, first})),
            stored);
  EXPECT_EQ(std::get<wire::ChunkStored>(h.call(connection, wire::PutChunk{access.write, 0, 3, 1, first})),
            stored);
  EXPECT_EQ(h.refused(connection, wire::PutChunk{access.write, 0, 3, 7, second}), Reason::kChunkDiffers);
  EXPECT_EQ(h.refused(connection, wire::PutChunk{access.write, 2, 4, 7, second}), Reason::kChunkDiffers);
  EXPECT_EQ(h.refused(connection, wire::PutChunk{access.write, 2, 3, 7, h.entry()}), Reason::kEntrySize);
  EXPECT_EQ(std::get<wire::Chunk>(h.call(connection, wire::GetChunk{access.read, 1})).chunk, second);
  EXPECT_EQ(h.refused(connection, wire::GetChunk{access.read, 2}), Reason::kNoChunk);
  const wire::BlobStatus status{3, stored.ends_s, {true, true, false}};
  EXPECT_EQ(std::get<wire::BlobStatus>(h.call(connection, wire::ReadBlobStatus{access.read})), status);
  EXPECT_EQ(std::get<wire::BlobStatus>(h.call(connection, wire::ReadBlobStatus{access.write})), status);
  // The read token is of no use for writing: in the write token's place it names another blob.
  const wire::WriteAccess swapped{wire::WriteToken::from(access.read.token), access.read.write_hash};
  EXPECT_EQ(std::get<wire::BlobStatus>(h.call(connection, wire::ReadBlobStatus{swapped})).count, 0u);
  EXPECT_EQ(h.refused(connection, wire::GetChunk{h.queue().read, 0}), Reason::kNoChunk);
  // Blobs and queues know nothing of each other.
  EXPECT_EQ(h.append(connection, access, h.entry()), 1u);
  EXPECT_EQ(h.relay().counters().chunks_stored, 2u);
  EXPECT_EQ(h.relay().counters().chunks_repeated, 1u);
  EXPECT_EQ(h.relay().counters().blobs_created, 1u);
  EXPECT_EQ(h.relay().counters().waiting_append_bytes, 0u);
}

TEST(Relay, NoChunkIsAnsweredBeforeItIsCommitted) {
  RelayHarness h;
  const auto connection = h.connect();
  const auto access = h.queue();
  h.send(connection, {1, wire::PutChunk{access.write, 0, 1, 7, h.entry(wire::kChunkBytes)}});
  EXPECT_FALSE(h.relay().settled());
  auto batch = h.relay().next_batch(h.now);
  ASSERT_TRUE(batch);
  run(*batch, *h.store().writer, h.wall);
  EXPECT_TRUE(h.relay().take_deliveries().empty());
  h.relay().committed(std::move(*batch), h.now);
  EXPECT_EQ(h.relay().take_deliveries().size(), 1u);
  h.restart();
  EXPECT_EQ(std::get<wire::BlobStatus>(h.call(h.connect(), wire::ReadBlobStatus{access.read})).count, 1u);
}

TEST(Relay, BlobsAreBoundedInNumberRateAndPlace) {
  RelayHarness h({.most_store_bytes = 900'000, .new_blobs_per_hour = 2, .chunks_per_second = 5});
  const auto stranger = h.connect({.live = true, .may_create_queues = false});
  const auto member = h.connect();
  const auto access = h.queue();
  EXPECT_EQ(h.refused(stranger, wire::PutChunk{access.write, 0, 2, 7, h.entry(wire::kChunkBytes)}),
            Reason::kAccessKey);
  EXPECT_FALSE(h.refused(member, wire::PutChunk{access.write, 0, 2, 7, h.entry(wire::kChunkBytes)}));
  EXPECT_FALSE(h.refused(stranger, wire::PutChunk{access.write, 1, 2, 7, h.entry(wire::kChunkBytes)}));
  EXPECT_FALSE(h.refused(member, wire::PutChunk{h.queue().write, 0, 1, 7, h.entry(wire::kChunkBytes)}));
  EXPECT_EQ(h.refused(member, wire::PutChunk{h.queue().write, 0, 1, 7, h.entry(wire::kChunkBytes)}),
            Reason::kTooManyQueues);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(h.refused(member, wire::GetChunk{access.read, 0}));
  EXPECT_EQ(h.refused(member, wire::GetChunk{access.read, 0}), Reason::kTooManyRequests);
  h.now = h.now.after_ms(1'000);
  EXPECT_FALSE(h.refused(member, wire::GetChunk{access.read, 0}));
  const auto large = h.queue();
  h.now = h.now.after_ms(3'600'000);
  uint16_t index = 0;
  while (!h.refused(member, wire::PutChunk{large.write, index, 64, 7, h.entry(wire::kChunkBytes)})) {
    ASSERT_LT(++index, 20);
    h.now = h.now.after_ms(1'000);
  }
  EXPECT_EQ(h.refused(member, wire::PutChunk{large.write, index, 64, 7, h.entry(wire::kChunkBytes)}),
            Reason::kDiskFull);
  EXPECT_FALSE(h.refused(member, wire::GetChunk{large.read, 0}));
}

// A relay that passes on to another one, both in this process.
class ForwardTest : public testing::Test {
 protected:
  static constexpr const char* kUrl = "https://other.example";
  static Limits limits() {
    Limits out;
    out.other_relays = {kUrl};
    return out;
  }
  // What the asker gets.
  wire::AnswerBody call(const wire::Body& body, bool other_answers = true) {
    near_.send(asker_, {7, wire::Forward{kUrl, wire::encode(wire::Request{3, body})}});
    for (ForwardCall& each : near_.relay().take_forwards()) {
      EXPECT_EQ(each.url, kUrl);
      std::optional<Bytes> answer;
      if (other_answers) {
        const auto request = wire::decode_request(each.request);
        HW_ASSERT(request.ok());
        answer = wire::encode(wire::Answer{0, far_.call(far_asker_, request->body)});
      }
      near_.relay().forwarded(each.id, answer);
    }
    const auto answers = near_.take(asker_);
    HW_ASSERT(answers.size() == 1 && answers[0].id == 7);
    return answers[0].body;
  }
  std::optional<wire::Reason> reason(const wire::AnswerBody& body) {
    const auto* refusal = std::get_if<wire::Refusal>(&body);
    return refusal == nullptr ? std::nullopt : std::optional(refusal->reason);
  }

  RelayHarness near_{limits()}, far_;
  ConnectionId asker_ = near_.connect({.live = false});
  ConnectionId far_asker_ = far_.connect({.live = false});
  wire::QueueAccess queue_ = near_.queue();
};

TEST_F(ForwardTest, TheOtherRelayAnswersAndTheCopyDoesWhenItIsSilent) {
  std::vector<Bytes> entries;
  for (uint64_t number = 1; number <= 40; ++number) {
    entries.push_back(near_.entry());
    const auto appended = call(wire::Append{queue_.write, entries.back()});
    EXPECT_EQ(std::get<wire::Appended>(appended).number, number);
  }
  EXPECT_EQ(reason(call(wire::Read{queue_.read, 10, 0}, false)), wire::Reason::kOtherRelay);
  const auto read = std::get<wire::Entries>(call(wire::Read{queue_.read, 10, 0}));
  EXPECT_EQ(read.first, 11u);
  EXPECT_EQ(read.entries.size(), 30u);
  near_.settle();
  for (const uint64_t after : {10u, 25u, 39u}) {
    const auto copy = std::get<wire::Entries>(call(wire::Read{queue_.read, after, 0}, false));
    EXPECT_EQ(copy.queue, wire::queue_id(queue_.read));
    EXPECT_EQ(copy.first, after + 1);
    EXPECT_EQ(copy.entries,
              std::vector<Bytes>(entries.begin() + static_cast<ptrdiff_t>(after), entries.end()));
  }
  EXPECT_EQ(reason(call(wire::Read{queue_.read, 9, 0}, false)), wire::Reason::kOtherRelay);
  EXPECT_EQ(reason(call(wire::Read{queue_.read, 40, 0}, false)), wire::Reason::kOtherRelay);
  EXPECT_EQ(reason(call(wire::Append{queue_.write, near_.entry()}, false)), wire::Reason::kOtherRelay);
  // What was passed on is in no queue of this relay's own, and nobody can add to the copy.
  EXPECT_EQ(std::get<wire::Entries>(near_.call(asker_, wire::Read{queue_.read, 0, 0})).last_in_queue, 0u);
}

TEST_F(ForwardTest, ACopyHasGapsThatAreNotHiddenAndSurvivesRestarts) {
  for (int i = 0; i < 30; ++i) far_.append(far_asker_, queue_, near_.entry());
  call(wire::Read{queue_.read, 20, 0});
  call(wire::Read{queue_.read, 0, 0});  // older ones are not added behind
  for (int i = 0; i < 5; ++i) far_.append(far_asker_, queue_, near_.entry());
  call(wire::Read{queue_.read, 33, 0});
  near_.settle();
  near_.restart();
  asker_ = near_.connect({.live = false});
  EXPECT_EQ(std::get<wire::Entries>(call(wire::Read{queue_.read, 20, 0}, false)).entries.size(), 10u);
  EXPECT_EQ(reason(call(wire::Read{queue_.read, 30, 0}, false)), wire::Reason::kOtherRelay);
  EXPECT_EQ(std::get<wire::Entries>(call(wire::Read{queue_.read, 33, 0}, false)).entries.size(), 2u);
  EXPECT_EQ(reason(call(wire::Read{queue_.read, 0, 0}, false)), wire::Reason::kOtherRelay);
}

TEST_F(ForwardTest, OnlyWhatIsNamedAndOfUseIsPassedOn) {
  const Bytes read = wire::encode(wire::Request{0, wire::Read{queue_.read, 0, 60}});
  EXPECT_EQ(near_.refused(asker_, wire::Forward{"http://127.0.0.1:22", read}), wire::Reason::kNoForwarding);
  EXPECT_EQ(near_.refused(asker_, wire::Forward{std::string(kUrl) + "/", read}), wire::Reason::kNoForwarding);
  EXPECT_EQ(near_.refused(asker_, wire::Forward{kUrl, Bytes(9)}), wire::Reason::kBadRequest);
  const Bytes again = wire::encode(wire::Request{0, wire::Forward{kUrl, read}});
  EXPECT_EQ(near_.refused(asker_, wire::Forward{kUrl, again}), wire::Reason::kNoForwarding);
  const Bytes subscribe = wire::encode(wire::Request{0, wire::Subscribe{queue_.read, 0}});
  EXPECT_EQ(near_.refused(asker_, wire::Forward{kUrl, subscribe}), wire::Reason::kNoForwarding);
  EXPECT_TRUE(near_.relay().take_forwards().empty());
  near_.send(asker_, {1, wire::Forward{kUrl, read}});
  const auto calls = near_.relay().take_forwards();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].wait_s, 10);
  EXPECT_EQ(std::get<wire::Read>(wire::decode_request(calls[0].request)->body).wait_s, 10);
}

TEST_F(ForwardTest, WhatIsNoAnswerIsNotPassedOn) {
  const auto answered = [&](const Bytes& answer) {
    near_.send(asker_,
               {7, wire::Forward{kUrl, wire::encode(wire::Request{0, wire::Read{queue_.read, 0, 0}})}});
    for (const ForwardCall& each : near_.relay().take_forwards()) near_.relay().forwarded(each.id, answer);
    const auto answers = near_.take(asker_);
    HW_ASSERT(answers.size() == 1);
    return reason(answers[0].body);
  };
  const auto other = wire::queue_id(near_.queue().read);
  const auto mine = wire::queue_id(queue_.read);
  EXPECT_EQ(answered({}), wire::Reason::kOtherRelay);
  EXPECT_EQ(answered(wire::encode(wire::Answer{0, wire::Appended{1}})), wire::Reason::kOtherRelay);
  EXPECT_EQ(answered(wire::encode(wire::Answer{0, wire::Entries{other, 1, 1, {Bytes(512)}}})),
            wire::Reason::kOtherRelay);
  EXPECT_EQ(answered(wire::encode(wire::Answer{0, wire::Entries{mine, 2, 2, {Bytes(512)}}})),
            wire::Reason::kOtherRelay);
  EXPECT_EQ(answered(wire::encode(wire::Answer{0, wire::Refusal{wire::Reason::kExpired, 0, "gone"}})),
            wire::Reason::kExpired);
}

TEST_F(ForwardTest, TooManyAtOnceAreRefusedAndAStopRefusesAll) {
  const Bytes read = wire::encode(wire::Request{0, wire::Read{queue_.read, 0, 0}});
  for (int i = 0; i < 16; ++i) near_.send(asker_, {1, wire::Forward{kUrl, read}});
  EXPECT_EQ(near_.refused(asker_, wire::Forward{kUrl, read}), wire::Reason::kTooManyRequests);
  const auto calls = near_.relay().take_forwards();
  near_.relay().shut_down();
  EXPECT_EQ(near_.take(asker_).size(), 16u);
  for (const ForwardCall& each : calls) near_.relay().forwarded(each.id, std::nullopt);
  EXPECT_TRUE(near_.take(asker_).empty());
}

constexpr int64_t kTestHour_ms = 3'600'000;

TEST(SteadyWallTest, AJumpIsBelievedAfterADay) {
  SteadyWall wall({0});
  Instant steady{0};
  Instant now = kTestNoon;
  EXPECT_EQ(wall.at(now, steady).dating, now);
  const Instant ahead = now.after_ms(40 * kTestDay_ms);
  WallTimes times = wall.at(ahead, steady.after_ms(10));
  EXPECT_EQ(times.dating, ahead);
  EXPECT_EQ(times.expiring, now.after_ms(10));
  times = wall.at(ahead.after_ms(25 * kTestHour_ms), steady.after_ms(25 * kTestHour_ms));
  EXPECT_EQ(times.expiring, ahead.after_ms(25 * kTestHour_ms));
  // Back again: what comes is dated by the later, what goes by the earlier one.
  const Instant back = now.after_ms(26 * kTestHour_ms);
  times = wall.at(back, steady.after_ms(26 * kTestHour_ms));
  EXPECT_EQ(times.expiring, back);
  EXPECT_EQ(times.dating, ahead.after_ms(26 * kTestHour_ms));
}

TEST(SteadyWallTest, AfterARestartALeapAheadIsNotBelievedAtOnce) {
  SteadyWall wall(kTestNoon);
  const Instant later = kTestNoon.after_ms(40 * kTestDay_ms);
  EXPECT_EQ(wall.at(later, {5}).expiring, kTestNoon);
  EXPECT_EQ(wall.at(later.after_ms(24 * kTestHour_ms), Instant{5}.after_ms(24 * kTestHour_ms)).expiring,
            later.after_ms(24 * kTestHour_ms));
  SteadyWall soon(kTestNoon);
  EXPECT_EQ(soon.at(kTestNoon.after_ms(kTestHour_ms), {5}).expiring, kTestNoon.after_ms(kTestHour_ms));
}

// Twelve days with a clock that is set by days, to and fro, each hour of the first eight.
TEST(SteadyWallTest, NothingExpiresEarlyAndNothingLivesForever) {
  constexpr int64_t kHours = 24 * 12, kRetention_days = 2;
  RelayHarness harness({.retention_days = kRetention_days});
  const auto connection = harness.connect();
  const auto access = harness.queue();
  SeededRandom random(8);
  SteadyWall wall({0});
  std::map<uint64_t, int64_t> hour_of;  // of an entry's number
  uint64_t expired = 0;                 // entries up to this number
  for (int64_t hour = 0; hour < kHours; ++hour) {
    const bool jumps = hour > 0 && hour < 24 * 8;
    const int64_t jump_ms = jumps ? (static_cast<int64_t>(random.below(80)) - 40) * kTestDay_ms : 0;
    const Instant steady{hour * kTestHour_ms};
    const WallTimes times = wall.at(kTestNoon.after_ms(hour * kTestHour_ms + jump_ms), steady);
    harness.now = steady.after_ms(1'000);
    harness.send(connection, {1, wire::Append{access.write, harness.entry()}});
    for (auto batch = harness.relay().next_batch(harness.now); batch;
         batch = harness.relay().next_batch(harness.now)) {
      run(*batch, *harness.store().writer, times);
      harness.relay().committed(std::move(*batch), harness.now);
    }
    for (const auto& answer : harness.take(connection))
      hour_of[std::get<wire::Appended>(answer.body).number] = hour;
    while (harness.refused(connection, wire::Read{access.read, expired, 0}) == wire::Reason::kExpired) {
      ++expired;
      ASSERT_GT(hour - hour_of.at(expired), kRetention_days * 24) << "expired early";
    }
  }
  ASSERT_EQ(hour_of.size(), static_cast<size_t>(kHours));
  EXPECT_LE(kHours - hour_of.at(expired + 1), (kRetention_days + 2) * 24) << "lives on";
}

}  // namespace
}  // namespace homeward::relay
