// Several relays as a client uses them: spare connections, a way around the one that cannot be reached,
// following the group to another.
#include <list>

#include "client/files.h"
#include "client/test_clients.h"

namespace homeward::client {
namespace {

// Queues by relay, reads that wait, and relays that one person cannot reach.
class RelaysTest : public testing::Test {
 protected:
  struct Woman {
    explicit Woman(std::string called, uint64_t seed) : person(std::move(called), seed) {}
    Person person;
    std::map<ConnectionId, std::string> relay_of;
    std::set<std::string> unreachable;
  };
  struct Held {
    Woman* woman;
    ConnectionId connection;
    wire::RequestId id;
    std::string relay;
    wire::Read read;
    Instant until;
  };
  Woman& woman(const std::string& name) { return women_.emplace_back(name, women_.size() + 1); }
  Client& client(Woman& one) { return *one.person.client; }

  void settle(int64_t seconds = 0) {
    const Instant until = now_.after_ms(seconds * 1'000);
    for (;;) {
      while (pump()) {
      }
      if (now_ >= until) return;
      now_ = now_.after_ms(1'000);
      for (Woman& one : women_)
        if (client(one).next_tick().value_or(Instant{INT64_MAX}) <= now_) client(one).tick(now_);
    }
  }
  bool pump() {
    bool did = false;
    for (Woman& one : women_) {
      for (Effect& effect : client(one).take_effects()) {
        did = did || !std::holds_alternative<Notice>(effect);
        if (const auto* open = std::get_if<OpenConnection>(&effect)) {
          one.relay_of[open->connection] = open->relay;
        } else if (const auto* close = std::get_if<CloseConnection>(&effect)) {
          drop(one, close->connection);
          one.relay_of.erase(close->connection);
        } else if (auto* send = std::get_if<SendRequest>(&effect)) {
          if (one.person.up.contains(send->connection))
            serve(one, send->connection, one.relay_of[send->connection], send->request);
        }
      }
      did = connect(one) || push(one) || did;
    }
    return did || release();
  }
  bool connect(Woman& one) {
    for (const auto& [id, relay] : one.relay_of) {
      if (one.person.up.contains(id) || one.unreachable.contains(relay) || gone_.contains(relay)) continue;
      one.person.up.insert(id);
      client(one).connection_up(id, now_);
      return true;
    }
    return false;
  }
  void drop(Woman& one, ConnectionId id) {
    one.person.up.erase(id);
    std::erase_if(one.person.pushed, [&](const auto& entry) { return entry.first.first == id; });
    held_.remove_if([&](const Held& read) { return read.woman == &one && read.connection == id; });
  }
  void cut(Woman& one, const std::string& relay) {
    const std::set<ConnectionId> up = one.person.up;
    for (const ConnectionId id : up) {
      if (one.relay_of[id] != relay) continue;
      drop(one, id);
      client(one).connection_lost(id, now_);
    }
  }
  void block(Woman& one, const std::string& relay) {
    one.unreachable.insert(relay);
    cut(one, relay);
  }
  void lose(const std::string& relay) {
    gone_.insert(relay);
    for (Woman& one : women_) cut(one, relay);
  }
  void serve(Woman& one, ConnectionId connection, const std::string& relay, const wire::Request& request) {
    ASSERT_TRUE(wire::decode_request(wire::encode(request)).ok());
    const auto answer = [&](wire::AnswerBody body) {
      client(one).answer(connection, {request.id, std::move(body)}, now_);
    };
    if (const auto* forward = std::get_if<wire::Forward>(&request.body)) {
      ++forwards_;
      if (gone_.contains(forward->url)) return answer(wire::Refusal{wire::Reason::kOtherRelay, 1, ""});
      const auto inner = wire::decode_request(forward->request);
      ASSERT_TRUE(inner.ok());
      return serve(one, connection, forward->url, {request.id, inner->body});
    }
    if (const auto* append = std::get_if<wire::Append>(&request.body)) {
      auto& queue = queues_[relay][wire::queue_id(append->access)];
      const auto same = std::ranges::find(queue, append->entry);
      const auto number = static_cast<uint64_t>(same - queue.begin()) + 1;
      if (same == queue.end()) queue.push_back(append->entry);
      answer(wire::Appended{number});
    } else if (const auto* subscribe = std::get_if<wire::Subscribe>(&request.body)) {
      const wire::QueueId id = wire::queue_id(subscribe->access);
      one.person.pushed[{connection, id}] = subscribe->after;
      answer(wire::Done{queues_[relay][id].size()});
    } else if (const auto* unsubscribe = std::get_if<wire::Unsubscribe>(&request.body)) {
      one.person.pushed.erase({connection, unsubscribe->queue});
      answer(wire::Done{0});
    } else if (const auto* read = std::get_if<wire::Read>(&request.body)) {
      held_.push_back({&one, connection, request.id, relay, *read, now_.after_ms(read->wait_s * 1'000)});
    } else {
      ++asked_for_chunks_[relay];  // and is not answered
    }
  }
  bool release() {
    for (auto at = held_.begin(); at != held_.end(); ++at) {
      const wire::QueueId id = wire::queue_id(at->read.access);
      const auto& queue = queues_[at->relay][id];
      if (queue.size() <= at->read.after && now_ < at->until) continue;
      const Held read = *at;
      held_.erase(at);
      const auto from = static_cast<std::ptrdiff_t>(std::min<size_t>(read.read.after, queue.size()));
      client(*read.woman)
          .answer(read.connection,
                  {read.id,
                   wire::Entries{id, read.read.after + 1, queue.size(), {queue.begin() + from, queue.end()}}},
                  now_);
      return true;
    }
    return false;
  }
  bool push(Woman& one) {
    for (auto& [where, last] : one.person.pushed) {
      const auto& queue = queues_[one.relay_of[where.first]][where.second];
      if (last >= queue.size()) continue;
      wire::Answer pushed{0, wire::Entries{where.second,
                                           last + 1,
                                           queue.size(),
                                           {queue.begin() + static_cast<std::ptrdiff_t>(last), queue.end()}}};
      last = queue.size();
      client(one).answer(where.first, pushed, now_);
      return true;
    }
    return false;
  }

  void bring_in(Woman& sponsor, Woman& guest, Woman* second) {
    const auto invite = client(sponsor).invite(group_, now_.after_ms(60 * kMinute_ms), now_);
    ASSERT_TRUE(invite.ok());
    ASSERT_TRUE(
        client(guest).join({.link = invite->link, .my_name = guest.person.name, .greeting = ""}, now_).ok());
    settle();
    const auto requests = client(sponsor).find(group_)->requests(now_);
    ASSERT_EQ(requests.size(), 1u);
    ASSERT_TRUE(client(sponsor).propose(group_, requests[0].id, "", now_).ok());
    settle();
    if (second != nullptr) {
      ASSERT_TRUE(client(*second).confirm(group_, requests[0].id, now_).ok());
    }
    settle(60);
    ASSERT_NE(client(guest).find(group_), nullptr);
  }
  void SetUp() override {
    a_ = &woman("Аюна");
    b_ = &woman("Белла");
    c_ = &woman("Вера");
    group_ =
        *client(*a_).create_group({.name = "Дом", .my_name = "Аюна", .relay = "first", .vouches = 1}, now_);
    settle();
    bring_in(*a_, *b_, nullptr);
    bring_in(*a_, *c_, b_);
    name_relays({"first", "second"});
  }
  void name_relays(std::vector<std::string> relays) {
    group::Change change;
    change.relays = std::move(relays);
    ASSERT_TRUE(client(*a_).change_policy(group_, change, now_).ok());
    settle(10);
  }
  void say(Woman& one, std::string_view text) { ASSERT_TRUE(client(one).post(group_, text, now_).ok()); }
  std::vector<std::string> texts(Woman& one) {
    std::vector<std::string> out;
    const auto page = client(one).talk(group_, 100, std::nullopt);
    for (const TalkMessage& message : page->messages)
      out.push_back(message.text + (message.state == group::SendState::kTakenIn ? "" : " …"));
    return out;
  }
  using Texts = std::vector<std::string>;

  Instant now_{1'700'000'000'000};
  std::deque<Woman> women_;
  Woman *a_ = nullptr, *b_ = nullptr, *c_ = nullptr;
  group::GroupId group_;
  std::map<std::string, std::map<wire::QueueId, std::vector<Bytes>>> queues_;
  std::list<Held> held_;
  std::set<std::string> gone_;
  std::map<std::string, int> asked_for_chunks_;
  size_t forwards_ = 0;
};

TEST_F(RelaysTest, ASpareRelayIsConnected) {
  for (Woman* one : {a_, b_, c_}) {
    const auto relays = client(*one).relays(group_);
    ASSERT_EQ(relays.size(), 2u);
    EXPECT_TRUE(relays[0].orders && relays[0].connected && relays[0].listed);
    EXPECT_TRUE(!relays[1].orders && relays[1].connected && relays[1].listed);
  }
}

TEST_F(RelaysTest, WhoCannotReachTheFirstGoesAround) {
  say(*a_, "раз");
  settle();
  block(*c_, "first");
  say(*a_, "два");
  settle(8);
  EXPECT_EQ(texts(*c_), (Texts{"раз"})) << "it may come back by itself";
  EXPECT_EQ(forwards_, 0u);
  settle(10);
  EXPECT_EQ(client(*c_).link_state(group_), LinkState::kDetour);
  EXPECT_EQ(texts(*c_), (Texts{"раз", "два"}));
  say(*c_, "три");
  settle(15);
  say(*b_, "четыре");
  settle(15);
  for (Woman* one : {a_, b_, c_}) EXPECT_EQ(texts(*one), (Texts{"раз", "два", "три", "четыре"}));
  c_->unreachable.clear();
  settle(15);
  EXPECT_EQ(client(*c_).link_state(group_), LinkState::kConnected);
  const size_t forwards = forwards_;
  say(*c_, "пять");
  settle(5);
  EXPECT_EQ(texts(*a_).back(), "пять");
  EXPECT_EQ(forwards_, forwards);
}

TEST_F(RelaysTest, TheClientFollowsTheGroup) {
  name_relays({"second", "first"});
  lose("first");
  say(*b_, "на новом месте");
  settle(5);
  for (Woman* one : {a_, b_, c_}) {
    EXPECT_EQ(client(*one).link_state(group_), LinkState::kConnected);
    EXPECT_EQ(texts(*one), (Texts{"на новом месте"}));
  }
}

TEST_F(RelaysTest, AFileUnderWayBeginsAnewAtTheNextRelay) {
  domain::Ref file;
  const auto take = [&](const Client::Hand& hand) -> Result<> {
    const Bytes content(1'000, 7);
    HW_LET(file, files::begin(hand, {.name = "рапорт.pdf", .size_bytes = content.size()}));
    HW_TRY(files::put(hand, file, 0, content));
    HW_TRY(files::finish(hand, file, {}));
    return success();
  };
  ASSERT_TRUE(client(*b_).change(group_, now_, take).ok());
  Saying saying{"с рапортом"};
  saying.files = {file};
  ASSERT_TRUE(client(*b_).say(group_, saying, now_).ok());
  settle(5);
  EXPECT_GT(asked_for_chunks_["first"], 0);
  EXPECT_EQ(asked_for_chunks_["second"], 0);
  name_relays({"second", "first"});
  settle(60);
  EXPECT_GT(asked_for_chunks_["second"], 0);
}

TEST_F(RelaysTest, WhenItIsGoneTheyGoOnAtTheSpareOne) {
  say(*a_, "до того");
  settle();
  lose("first");
  say(*c_, "без узла");
  settle(30);
  EXPECT_EQ(client(*c_).link_state(group_), LinkState::kOffline);
  ASSERT_TRUE(client(*a_).recover(group_, "second", now_).ok());
  settle(30);
  EXPECT_EQ(client(*b_).find(group_)->recoveries().at(0).approved_by.size(), 1u);
  ASSERT_TRUE(client(*b_).recover(group_, "second", now_).ok());
  settle(60);
  for (Woman* one : {a_, b_, c_}) {
    EXPECT_EQ(client(*one).find(group_)->relay(), "second");
    EXPECT_EQ(client(*one).link_state(group_), LinkState::kConnected);
    EXPECT_EQ(texts(*one), (Texts{"до того", "без узла"}));
  }
}

}  // namespace
}  // namespace homeward::client
