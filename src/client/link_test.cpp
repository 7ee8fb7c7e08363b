#include "client/link.h"

#include <gtest/gtest.h>

namespace homeward::client {
namespace {

constexpr Instant kStart{1'000'000'000};

struct Queue {
  explicit Queue(uint8_t number) {
    wire::ReadToken read{};
    wire::WriteToken write{};
    read.data[0] = write.data[1] = number;
    access = wire::QueueAccess::from_tokens(read, write);
    id = wire::queue_id(access.read);
  }
  wire::QueueAccess access;
  wire::QueueId id;
};

class LinkTest : public testing::Test {
 protected:
  LinkTest() {
    link.opening(1);
    link.up();
  }
  Link::Verdict judge(const wire::Answer& said, Instant at = kStart) { return link.judge(said, at, random); }
  Link::Verdict pushed(const Queue& queue, uint64_t first, size_t count, uint64_t last) {
    answer = {0, wire::Entries{queue.id, first, last, std::vector<Bytes>(count, Bytes(512))}};
    return judge(answer);
  }
  std::vector<wire::Request> subscribe(std::vector<group::WantedRead> wanted, Instant at = kStart) {
    return link.subscribe(wanted, at);
  }
  wire::RequestId send(uint64_t handle) { return link.send({handle, a.access.write, Bytes(512)}).id; }
  template <class T>
  static bool is(const Link::Verdict& verdict) {
    return std::holds_alternative<T>(verdict);
  }

  SeededRandom random{1};
  Link link{0, "relay"};
  Queue a{1}, b{2};
  wire::Answer answer;
};

TEST_F(LinkTest, SubscribesWhatIsWantedAndNoMore) {
  const auto first = subscribe({{a.access.read, 7}});
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(std::get<wire::Subscribe>(first[0].body).after, 7u);
  EXPECT_TRUE(subscribe({{a.access.read, 7}}).empty());
  const auto second = subscribe({{b.access.read, 0}});
  ASSERT_EQ(second.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<wire::Subscribe>(second[0].body));
  EXPECT_EQ(std::get<wire::Unsubscribe>(second[1].body).queue, a.id);
  // Entries under way when it was unsubscribed are no offence; after the answer they are.
  EXPECT_TRUE(is<Link::Nothing>(pushed(a, 8, 1, 8)));
  EXPECT_TRUE(is<Link::Nothing>(judge({second[1].id, wire::Done{0}})));
  EXPECT_TRUE(is<Link::Misbehaved>(pushed(a, 9, 1, 9)));
}

TEST_F(LinkTest, TakesInEntriesInOrderOnly) {
  subscribe({{a.access.read, 7}});
  EXPECT_TRUE(is<Link::Misbehaved>(pushed(a, 9, 1, 9)));
  EXPECT_TRUE(is<Link::Misbehaved>(pushed(a, 7, 1, 9)));
  EXPECT_TRUE(is<Link::Misbehaved>(pushed(a, 8, 3, 9)));  // more than the queue holds
  EXPECT_TRUE(is<Link::Misbehaved>(pushed(b, 1, 1, 1)));  // never asked
  const auto taken = pushed(a, 8, 2, 12);
  ASSERT_TRUE(is<Link::TakeIn>(taken));
  EXPECT_EQ(std::get<Link::TakeIn>(taken).first, 8u);
  EXPECT_EQ(std::get<Link::TakeIn>(taken).entries.size(), 2u);
  EXPECT_TRUE(is<Link::TakeIn>(pushed(a, 10, 1, 12)));
}

TEST_F(LinkTest, TheEndOfAQueueIsLearntFromTheAnswer) {
  const auto asked = subscribe({{a.access.read, 7}});
  const auto verdict = judge({asked[0].id, wire::Done{9}});
  ASSERT_TRUE(is<Link::TakeIn>(verdict));
  EXPECT_EQ(std::get<Link::TakeIn>(verdict).first, 8u);
  EXPECT_EQ(std::get<Link::TakeIn>(verdict).last_in_queue, 9u);
  EXPECT_TRUE(is<Link::Misbehaved>(judge({asked[0].id, wire::Done{9}})));  // answered twice
}

TEST_F(LinkTest, OneEntryUnderWayAndItsAnswer) {
  ASSERT_TRUE(link.may_send(kStart));
  const auto id = send(5);
  EXPECT_FALSE(link.may_send(kStart));
  const auto verdict = judge({id, wire::Appended{3}});
  ASSERT_TRUE(is<Link::Sent>(verdict));
  EXPECT_EQ(std::get<Link::Sent>(verdict).handle, 5u);
  EXPECT_TRUE(link.may_send(kStart));
  EXPECT_TRUE(is<Link::Misbehaved>(judge({send(6), wire::Done{}})));
  EXPECT_TRUE(is<Link::Misbehaved>(judge({send(7), wire::Appended{0}})));
  EXPECT_TRUE(is<Link::Misbehaved>(judge({12345, wire::Done{}})));
}

TEST_F(LinkTest, PassingRefusalsArePutOffAndOthersReported) {
  EXPECT_TRUE(is<Link::Nothing>(judge({send(5), wire::Refusal{wire::Reason::kDiskFull, 30, ""}})));
  EXPECT_FALSE(link.may_send(kStart.after_ms(29'000)));
  ASSERT_TRUE(link.next_due());
  EXPECT_FALSE(link.is_due(kStart));
  EXPECT_TRUE(link.is_due(*link.next_due()));
  EXPECT_TRUE(link.may_send(*link.next_due()));
  // A clock that jumps back must not hold it for a year.
  EXPECT_TRUE(link.may_send(kStart.after_ms(-1)));
  const auto verdict = judge({send(6), wire::Refusal{wire::Reason::kQueueFull, 0, ""}});
  ASSERT_TRUE(is<Link::NotSent>(verdict));
  EXPECT_EQ(std::get<Link::NotSent>(verdict).reason, wire::Reason::kQueueFull);
}

TEST_F(LinkTest, OneRefusedQueueDoesNotKeepAnotherWaiting) {
  const auto asked = subscribe({{a.access.read, 0}});
  EXPECT_TRUE(is<Link::Nothing>(judge({asked[0].id, wire::Refusal{wire::Reason::kTooManyRequests, 1, ""}})));
  const auto again = subscribe({{a.access.read, 0}, {b.access.read, 0}});
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(wire::queue_id(std::get<wire::Subscribe>(again[0].body).access), b.id);
  EXPECT_EQ(subscribe({{a.access.read, 0}, {b.access.read, 0}}, *link.next_due()).size(), 1u);
}

TEST_F(LinkTest, AcknowledgesBeforeTheWindowIsFull) {
  subscribe({{a.access.read, 0}});
  size_t bytes = 0;
  std::vector<wire::Request> told;
  for (uint64_t number = 1; told.empty(); ++number) {
    pushed(a, number, 1, number);
    bytes += 64 * 1024;
    told = link.taken_in(a.id, 64 * 1024);
  }
  EXPECT_LT(bytes, wire::kPushWindowBytes / 2);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(std::get<wire::Acknowledge>(told[0].body).number, bytes / (64 * 1024));
}

TEST_F(LinkTest, ALossForgetsAllAndACloseWaitsLongerEachTime) {
  subscribe({{a.access.read, 0}});
  const auto id = send(1);
  link.lost();
  EXPECT_EQ(link.state(), LinkState::kOffline);
  link.up();
  EXPECT_TRUE(is<Link::Misbehaved>(judge({id, wire::Appended{1}})));
  EXPECT_EQ(subscribe({{a.access.read, 0}}).size(), 1u);
  int64_t last_ms = 0;
  for (int i = 0; i < 4; ++i) {
    link.close(kStart, random);
    EXPECT_FALSE(link.may_open(kStart));
    const int64_t waits_ms = link.next_due()->ms - kStart.ms;
    EXPECT_GT(waits_ms, last_ms);
    last_ms = waits_ms;
    link.opening(static_cast<ConnectionId>(i) + 2);
  }
  link.misbehaves();
  EXPECT_EQ(link.state(), LinkState::kMisbehaving);
  link.behaves();
  EXPECT_EQ(link.state(), LinkState::kConnecting);
}

}  // namespace
}  // namespace homeward::client
