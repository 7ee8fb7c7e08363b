// Clients on vaults in memory and a relay of a few lines over the real requests: what one client does with a
// group, a disk and a relay. The faults of whole worlds are sim's.
#include "client/client.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "sim/sim_disk.h"

namespace homeward::client {
namespace {

constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};
constexpr int64_t kMinute_ms = 60'000;

struct Person {
  Person(std::string called, uint64_t seed) : name(std::move(called)), random(seed) { start(); }
  void start() {
    const VaultFiles files{"home", disk.vfs_name()};
    auto vault = *Vault::exists(files) ? Vault::open(files, view_of("слово"), kCheap)
                                       : Vault::create(files, view_of("слово"), kCheap, random);
    ASSERT_TRUE(vault.ok());
    auto loaded = Client::load(std::move(*vault), {.default_relay = "relay", .cost = kCheap}, random,
                               Instant{1'700'000'000'000});
    ASSERT_TRUE(loaded.ok());
    client = std::move(*loaded);
  }
  void stop() { client.reset(); }

  std::string name;
  SeededRandom random;
  sim::SimDisk disk;
  std::unique_ptr<Client> client;
  bool is_online = true;
  std::set<ConnectionId> wanted, up;
  std::map<std::pair<ConnectionId, wire::QueueId>, uint64_t> pushed;  // subscriptions: the last number sent
};

class ClientTest : public testing::Test {
 protected:
  Person& person(const std::string& name) { return people_.emplace_back(name, people_.size() + 1); }

  // Does what everybody asks for until nobody asks for anything; time passes in small steps for `minutes`.
  void settle(int64_t minutes = 0) {
    const Instant until = now_.after_ms(minutes * kMinute_ms);
    for (;;) {
      while (pump()) {
      }
      if (now_ >= until) return;
      now_ = now_.after_ms(2'000);
      for (Person& one : people_)
        if (one.client && one.client->next_tick().value_or(Instant{INT64_MAX}) <= now_)
          one.client->tick(now_);
    }
  }
  bool pump() {
    bool did = false;
    for (Person& one : people_) {
      if (!one.client) continue;
      for (Effect& effect : one.client->take_effects()) {
        did = did || !std::holds_alternative<Notice>(effect);
        obey(one, effect);
      }
      did = connect(one) || push(one) || did;
    }
    return did;
  }
  void obey(Person& one, Effect& effect) {
    if (const auto* open = std::get_if<OpenConnection>(&effect)) {
      one.wanted.insert(open->connection);
    } else if (const auto* close = std::get_if<CloseConnection>(&effect)) {
      one.wanted.erase(close->connection);
      forget(one, close->connection);
    } else if (auto* send = std::get_if<SendRequest>(&effect)) {
      if (one.up.contains(send->connection)) serve(one, send->connection, send->request);
    }
  }
  bool connect(Person& one) {
    for (const ConnectionId id : one.wanted) {
      if (!one.is_online || one.up.contains(id)) continue;
      one.up.insert(id);
      one.client->connection_up(id, now_);
      return true;
    }
    return false;
  }
  void forget(Person& one, ConnectionId id) {
    one.up.erase(id);
    std::erase_if(one.pushed, [&](const auto& entry) { return entry.first.first == id; });
  }
  void go_offline(Person& one) {
    one.is_online = false;
    for (const ConnectionId id : std::set(one.up)) {
      forget(one, id);
      one.client->connection_lost(id, now_);
    }
  }
  void restart(Person& one) {
    one.stop();
    one.up.clear();
    one.wanted.clear();
    one.pushed.clear();
    one.start();
  }

  // --- The relay ---
  void serve(Person& one, ConnectionId connection, const wire::Request& request) {
    ASSERT_TRUE(wire::decode_request(wire::encode(request)).ok());
    const auto answer = [&](wire::AnswerBody body) {
      one.client->answer(connection, {request.id, std::move(body)}, now_);
    };
    if (const auto* append = std::get_if<wire::Append>(&request.body)) {
      if (refuse_) return answer(wire::Refusal{*refuse_, 3, ""});
      auto& queue = queues_[wire::queue_id(append->access)];
      const auto same = std::ranges::find(queue, append->entry);
      const auto number = static_cast<uint64_t>(same - queue.begin()) + 1;
      if (same == queue.end()) queue.push_back(append->entry);
      answer(wire::Appended{number});
    } else if (const auto* subscribe = std::get_if<wire::Subscribe>(&request.body)) {
      const wire::QueueId id = wire::queue_id(subscribe->access);
      one.pushed[{connection, id}] = subscribe->after;
      answer(wire::Done{queues_[id].size()});
    } else if (const auto* unsubscribe = std::get_if<wire::Unsubscribe>(&request.body)) {
      one.pushed.erase({connection, unsubscribe->queue});
      answer(wire::Done{0});
    }
  }
  bool push(Person& one) {
    for (auto& [where, last] : one.pushed) {
      const auto& queue = queues_[where.second];
      if (last >= queue.size() || is_paused_) continue;
      wire::Answer pushed{0, wire::Entries{where.second,
                                           last + 1,
                                           queue.size(),
                                           {queue.begin() + static_cast<std::ptrdiff_t>(last), queue.end()}}};
      last = queue.size();
      if (distort_) distort_(one, std::get<wire::Entries>(pushed.body));
      one.client->answer(where.first, pushed, now_);
      return true;
    }
    return false;
  }

  // --- What the tests begin with ---
  group::GroupId found(Person& one) {
    const auto group =
        one.client->create_group({.name = "Дом", .my_name = one.name, .relay = "", .vouches = 1}, now_);
    EXPECT_TRUE(group.ok());
    settle();
    return *group;
  }
  void bring_in(Person& sponsor, const group::GroupId& group, Person& guest, Person* second = nullptr) {
    const auto invite = sponsor.client->invite(group, now_.after_ms(60 * kMinute_ms), now_);
    ASSERT_TRUE(invite.ok());
    ASSERT_TRUE(
        guest.client->join({.link = invite->link, .my_name = guest.name, .greeting = "это я"}, now_).ok());
    settle();
    const auto requests = sponsor.client->find(group)->requests(now_);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].words, guest.client->joins()[0].words);
    ASSERT_TRUE(sponsor.client->propose(group, requests[0].id, "соседка", now_).ok());
    settle();
    if (second != nullptr) {
      ASSERT_TRUE(second->client->confirm(group, requests[0].id, now_).ok());
    }
    settle(2);
    ASSERT_NE(guest.client->find(group), nullptr);
  }
  std::vector<std::string> texts(Person& one, const group::GroupId& group) {
    std::vector<std::string> out;
    const auto page = one.client->talk(group, 100, std::nullopt);
    for (const TalkMessage& message : page->messages)
      out.push_back(message.text + (message.state == group::SendState::kTakenIn ? "" : " …"));
    return out;
  }
  using Texts = std::vector<std::string>;

  Instant now_{1'700'000'000'000};
  std::deque<Person> people_;
  std::map<wire::QueueId, std::vector<Bytes>> queues_;
  std::optional<wire::Reason> refuse_;
  bool is_paused_ = false;
  std::function<void(Person&, wire::Entries&)> distort_;
};

TEST_F(ClientTest, ThreeTalk) {
  Person &anna = person("Анна"), &bella = person("Белла"), &clara = person("Клара");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  bring_in(bella, group, clara, &anna);
  const auto id = anna.client->post(group, "Письмо про ёлку", now_);
  ASSERT_TRUE(id.ok());
  settle();
  ASSERT_TRUE(clara.client->post(group, "получила", now_).ok());
  settle(1);
  for (Person* one : {&anna, &bella, &clara}) {
    EXPECT_EQ(texts(*one, group), (Texts{"Письмо про ёлку", "получила"})) << one->name;
    EXPECT_EQ(one->client->find(group)->members().size(), 3u);
    EXPECT_EQ(one->client->find(group)->epoch_authenticator_hash(),
              anna.client->find(group)->epoch_authenticator_hash());
    EXPECT_EQ(one->client->shared_state_hash(group), anna.client->shared_state_hash(group));
    EXPECT_TRUE(one->client->warnings(group).empty());
  }
  const auto found_there = bella.client->search("елки ", std::nullopt, 10);
  ASSERT_EQ(found_there.size(), 1u);
  EXPECT_EQ(found_there[0].id, *id);
  EXPECT_EQ(found_there[0].author_name, "Анна");
  EXPECT_EQ(bella.client->groups()[0].unread, 2u);
  ASSERT_TRUE(bella.client->seen(group, now_).ok());
  EXPECT_EQ(bella.client->groups()[0].unread, 0u);
  EXPECT_EQ(anna.client->post(group, "  ", now_).error().is(ClientError::kTextEmpty), true);
  EXPECT_EQ(anna.client->talk(group, 10, group::EventId{}).error().is(ClientError::kNoSuchMessage), true);
}

TEST_F(ClientTest, WhatIsWrittenWithoutNetworkGoesOutInOrderOnce) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  settle(10);
  go_offline(anna);
  for (const char* text : {"раз", "два", "три"}) ASSERT_TRUE(anna.client->post(group, text, now_).ok());
  settle(1);
  EXPECT_EQ(texts(anna, group), (Texts{"раз …", "два …", "три …"}));
  EXPECT_EQ(anna.client->link_state(group), LinkState::kOffline);
  const auto page = anna.client->talk(group, 2, std::nullopt);
  ASSERT_EQ(page->messages.size(), 2u);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(anna.client->talk(group, 2, page->messages[0].id)->messages[0].text, "раз");
  ASSERT_TRUE(bella.client->post(group, "ноль", now_).ok());
  settle();
  restart(anna);  // and the machine is switched off meanwhile
  EXPECT_EQ(texts(anna, group), (Texts{"раз …", "два …", "три …"}));
  anna.is_online = true;
  settle(1);
  EXPECT_EQ(texts(bella, group), (Texts{"ноль", "раз", "два", "три"}));
  EXPECT_EQ(texts(anna, group), texts(bella, group));
}

TEST_F(ClientTest, ARelayThatIsBusyIsAskedAgain) {
  Person& anna = person("Анна");
  const group::GroupId group = found(anna);
  refuse_ = wire::Reason::kDiskFull;
  ASSERT_TRUE(anna.client->post(group, "подожду", now_).ok());
  settle();
  EXPECT_EQ(texts(anna, group), (Texts{"подожду …"}));
  EXPECT_EQ(anna.client->link_state(group), LinkState::kConnected);
  refuse_.reset();
  settle(1);
  EXPECT_EQ(texts(anna, group), (Texts{"подожду"}));
}

TEST_F(ClientTest, AFullDiskRefusesNewWorkAndLosesNothing) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  settle(10);
  anna.disk.set_free_bytes(0);
  int accepted = 0;
  Result<group::EventId> last = ClientError::kVaultFailed;
  for (; accepted < 1000; ++accepted) {
    last = anna.client->post(group, "n" + std::to_string(accepted) + std::string(2000, 'x'), now_);
    if (!last.ok()) break;
  }
  ASSERT_FALSE(last.ok());
  EXPECT_TRUE(last.error().is(ClientError::kDiskFull));
  EXPECT_TRUE(anna.client->disk_full());
  ASSERT_TRUE(bella.client->post(group, "есть кто?", now_).ok());
  settle(1);
  EXPECT_LE(texts(anna, group).size(), static_cast<size_t>(accepted) + 1);
  anna.disk.set_free_bytes(UINT64_MAX);
  settle(3);
  ASSERT_TRUE(anna.client->post(group, "снова место", now_).ok());
  settle(3);
  EXPECT_FALSE(anna.client->disk_full());
  EXPECT_EQ(texts(anna, group).size(), static_cast<size_t>(accepted) + 2);
  EXPECT_EQ(texts(anna, group), texts(bella, group));
}

TEST_F(ClientTest, AMisbehavingRelayIsNamedAndLeftAlone) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  settle(10);
  const auto misbehave = [&](std::function<void(wire::Entries&)> how) {
    distort_ = [&bella, how](Person& one, wire::Entries& entries) {
      if (&one == &bella) how(entries);
    };
    const Texts before = texts(bella, group);
    ASSERT_TRUE(anna.client->post(group, "n" + std::to_string(before.size()), now_).ok());
    settle();
    EXPECT_EQ(bella.client->link_state(group), LinkState::kMisbehaving);
    EXPECT_EQ(texts(bella, group), before);
    settle(1);
    EXPECT_EQ(bella.client->link_state(group), LinkState::kMisbehaving);
    distort_ = nullptr;
    settle(5);
    EXPECT_EQ(bella.client->link_state(group), LinkState::kConnected);
    EXPECT_EQ(texts(bella, group), texts(anna, group));
  };
  misbehave([](wire::Entries& entries) { ++entries.first; });
  misbehave([](wire::Entries& entries) { entries.queue.data[0] ^= 1; });
  misbehave([](wire::Entries& entries) { entries.last_in_queue = 0; });
}

TEST_F(ClientTest, NonsenseFromARelayChangesNothing) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  settle(10);
  SeededRandom random(7);
  std::vector<wire::QueueId> ids;
  for (const auto& [id, entries] : queues_) ids.push_back(id);
  int accused = 0;
  for (int round = 0; round < 300; ++round) {
    if (random.below(4) == 0) {
      ASSERT_TRUE(bella.client->post(group, "n" + std::to_string(round), now_).ok());
    }
    if (bella.up.empty()) {
      settle(3);
      continue;
    }
    const wire::QueueId queue =
        random.below(4) == 0 ? random.fixed<wire::QueueId>() : ids[random.below(ids.size())];
    wire::AnswerBody body;
    switch (random.below(4)) {
      case 0:
        body = wire::Appended{random.below(40)};
        break;
      case 1:
        body = wire::Done{random.below(40)};
        break;
      case 2:
        body = wire::Refusal{static_cast<wire::Reason>(1 + random.below(11)), 1, "no"};
        break;
      case 3: {
        // Made up, or true ones at the wrong place.
        std::vector<Bytes> entries =
            random.below(2) == 0 ? std::vector<Bytes>{random.bytes(512)} : queues_[queue];
        const uint64_t first = 1 + random.below(40);
        body = wire::Entries{queue, first, first + entries.size(), std::move(entries)};
        break;
      }
    }
    // One at a time, so that what is really under way is answered in between.
    bella.client->answer(*bella.up.begin(), {static_cast<wire::RequestId>(random.below(60)), body}, now_);
    if (bella.client->link_state(group) == LinkState::kMisbehaving) ++accused;
    if (random.below(3) == 0) settle(2);
  }
  EXPECT_GT(accused, 0);
  settle(10);
  ASSERT_TRUE(anna.client->post(group, "конец", now_).ok());
  settle(10);
  EXPECT_EQ(bella.client->find(group)->standing(), group::Standing::kActive);
  EXPECT_EQ(bella.client->link_state(group), LinkState::kConnected);
  EXPECT_EQ(texts(bella, group), texts(anna, group));
  EXPECT_EQ(texts(anna, group).back(), "конец");
}

TEST_F(ClientTest, ALinkIsForOnePersonOnce) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  const auto invite = anna.client->invite(group, now_.after_ms(kMinute_ms * 60), now_);
  ASSERT_TRUE(invite.ok());
  const group::Joining::Asking asking{.link = invite->link, .my_name = "Белла", .greeting = ""};
  const auto join = bella.client->join(asking, now_);
  ASSERT_TRUE(join.ok());
  EXPECT_TRUE(bella.client->join(asking, now_).error().is(ClientError::kLinkUsed));
  ASSERT_TRUE(bella.client->cancel_join(*join, now_).ok());
  EXPECT_TRUE(bella.client->joins().empty());
  EXPECT_TRUE(bella.client->cancel_join(*join, now_).error().is(ClientError::kNoSuchJoin));
  EXPECT_TRUE(bella.client->join(asking, now_).ok());
  EXPECT_TRUE(bella.client->join({.link = "homeward:1:x", .my_name = "Белла", .greeting = ""}, now_)
                  .error()
                  .is(group::GroupError::kBadInvite));
}

TEST_F(ClientTest, WhoIsRemovedIsToldAndMayForget) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  settle(10);
  EXPECT_TRUE(bella.client->forget(group, now_).error().is(ClientError::kNotAllowed));
  ASSERT_TRUE(anna.client->remove(group, bella.client->find(group)->me(), now_).ok());
  settle(5);
  EXPECT_EQ(bella.client->find(group)->standing(), group::Standing::kRemoved);
  EXPECT_TRUE(bella.up.empty());
  ASSERT_TRUE(anna.client->post(group, "между нами", now_).ok());
  settle(1);
  EXPECT_TRUE(texts(bella, group).empty());
  EXPECT_TRUE(bella.client->post(group, "эй", now_).error().is(group::GroupError::kNotPossibleNow));
  ASSERT_TRUE(bella.client->forget(group, now_).ok());
  EXPECT_TRUE(bella.client->groups().empty());
  restart(bella);
  EXPECT_TRUE(bella.client->groups().empty());
  EXPECT_TRUE(bella.client->search("между", std::nullopt, 10).empty());
}

// The log of the vault holds erased keys until it is overwritten: that must not wait for the next message.
TEST_F(ClientTest, TheVaultsLogIsOverwrittenSoon) {
  Person& anna = person("Анна");
  settle();
  const auto log_bytes = [&] {
    size_t written = 0;
    for (const std::string& name : anna.disk.files()) {
      if (!name.ends_with("-wal")) continue;
      const Bytes content = anna.disk.read_file(name).value_or(Bytes());
      written += static_cast<size_t>(std::ranges::count_if(content, [](uint8_t byte) { return byte != 0; }));
    }
    return written;
  };
  const auto created = anna.client->create_group({.name = "Дом", .my_name = "Анна", .relay = "relay"}, now_);
  ASSERT_TRUE(created.ok());
  ASSERT_TRUE(anna.client->post(*created, "слово", now_).ok());
  EXPECT_GT(log_bytes(), 1'000u);
  settle(1);
  EXPECT_EQ(log_bytes(), 0u);
  const auto next = anna.client->next_tick();
  EXPECT_TRUE(!next || *next > now_.after_ms(10'000));
}

TEST_F(ClientTest, SettingsAndPassphrase) {
  Person& anna = person("Анна");
  EXPECT_EQ(anna.client->setting("language"), "");
  ASSERT_TRUE(anna.client->set_setting("language", "ru").ok());
  restart(anna);
  EXPECT_EQ(anna.client->setting("language"), "ru");
  EXPECT_FALSE(anna.client->change_passphrase(view_of("не то"), view_of("другое")).ok());
  EXPECT_TRUE(anna.client->change_passphrase(view_of("слово"), view_of("другое")).ok());
}

}  // namespace
}  // namespace homeward::client
