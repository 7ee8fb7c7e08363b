// What one client does with a group, a disk and a relay. The faults of whole worlds are sim's.
#include "client/test_clients.h"

namespace homeward::client {
namespace {

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
