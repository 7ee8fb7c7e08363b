// Talk through the client: what members do with messages, what is kept and what is gone for good; and the
// roles by which some of it is allowed.
#include "client/test_clients.h"
#include "vault/pages_for_test.h"

namespace homeward::client {
namespace {

constexpr int64_t kDay_ms = 24 * 60 * kMinute_ms;

class TalkTest : public ClientTest {
 protected:
  void SetUp() override {
    anna = &person("Анна");
    bella = &person("Белла");
    clara = &person("Клара");
    group = found(*anna);
    bring_in(*anna, group, *bella);
    bring_in(*anna, group, *clara, bella);
    settle(2);
  }
  group::EventId say(Person& one, Saying saying) {
    const auto id = one.client->say(group, saying, now_);
    EXPECT_TRUE(id.ok());
    return id.ok() ? *id : group::EventId{};
  }
  TalkMessage shown(Person& one, const group::EventId& id) {
    const auto page = one.client->talk(group, 100, std::nullopt);
    for (const TalkMessage& message : page->messages)
      if (message.id == id) return message;
    ADD_FAILURE() << "no such message";
    return {};
  }
  // Days pass; only the clock is shown, nobody needs the network for it.
  void days(int64_t count) {
    now_ = now_.after_ms(count * kDay_ms);
    for (Person& one : people_)
      if (one.client) one.client->tick(now_);
    settle(1);
  }
  Person *anna = nullptr, *bella = nullptr, *clara = nullptr;
  group::GroupId group;
};

TEST_F(TalkTest, RepliesSignsAndMentions) {
  const auto first = say(*anna, {"кто был на собрании?"});
  settle();
  const auto second = say(*bella, {"@Клара была", first, {clara->client->find(group)->me()}});
  settle();
  ASSERT_TRUE(clara->client->sign(group, second, domain::talk::Sign::kAgree, now_).ok());
  settle();
  EXPECT_EQ(clara->client->groups()[0].mentions, 1u);
  EXPECT_EQ(anna->client->groups()[0].mentions, 0u);
  const TalkMessage there = shown(*anna, second);
  ASSERT_TRUE(there.reply_to.has_value());
  EXPECT_EQ(there.reply_to->message, first);
  EXPECT_EQ(there.reply_to->text, "кто был на собрании?");
  ASSERT_EQ(there.signs.size(), 1u);
  EXPECT_EQ(there.signs[0].sign, domain::talk::Sign::kAgree);
  EXPECT_FALSE(there.signs[0].mine);
  EXPECT_TRUE(shown(*clara, second).signs[0].mine);
  EXPECT_TRUE(shown(*clara, second).mentions_me);
  ASSERT_TRUE(clara->client->sign(group, second, domain::talk::Sign::kNone, now_).ok());
  settle();
  EXPECT_TRUE(shown(*anna, second).signs.empty());
}

TEST_F(TalkTest, EditsAndRemovalsReachEverybodyAndTheSearch) {
  const auto id = say(*bella, {"встреча в среду"});
  settle();
  EXPECT_TRUE(anna->client->edit(group, id, {"x"}, now_).error().is(ClientError::kNotAllowed));
  ASSERT_TRUE(bella->client->edit(group, id, {"встреча в четверг"}, now_).ok());
  EXPECT_EQ(shown(*bella, id).text, "встреча в четверг");  // at once, before it went out
  settle();
  EXPECT_EQ(shown(*clara, id).text, "встреча в четверг");
  EXPECT_TRUE(shown(*clara, id).edited);
  EXPECT_TRUE(clara->client->search("среда", group, 10).empty());
  EXPECT_EQ(clara->client->search("четверга", group, 10).size(), 1u);

  EXPECT_TRUE(clara->client->remove_message(group, id, now_).error().is(ClientError::kNotAllowed));
  ASSERT_TRUE(anna->client->remove_message(group, id, now_).ok());  // an organizer
  settle();
  const TalkMessage trace = shown(*clara, id);
  EXPECT_EQ(trace.text, "");
  EXPECT_EQ(trace.removed_by, anna->client->find(group)->me());
  EXPECT_TRUE(clara->client->search("четверг", group, 10).empty());
  EXPECT_EQ(clara->client->groups()[0].unread, 0u);
  EXPECT_TRUE(bella->client->edit(group, id, {"y"}, now_).error().is(ClientError::kNoSuchMessage));
}

TEST_F(TalkTest, WhatWasNeverSentIsTakenBack) {
  go_offline(*bella);
  const auto id = say(*bella, {"лучше не надо"});
  ASSERT_TRUE(bella->client->remove_message(group, id, now_).ok());
  EXPECT_TRUE(texts(*bella, group).empty());
  bella->is_online = true;
  settle(1);
  EXPECT_TRUE(texts(*anna, group).empty());
}

TEST_F(TalkTest, PinsReachNewcomers) {
  const auto id = say(*bella, {"адрес приёмной"});
  settle();
  EXPECT_TRUE(bella->client->pin(group, id, now_).error().is(ClientError::kNotAllowed));
  group::Change adviser;
  adviser.roles = {{bella->client->find(group)->me(), group::Role::kAdviser}};
  ASSERT_TRUE(anna->client->change_policy(group, adviser, now_).ok());
  settle();
  ASSERT_TRUE(bella->client->pin(group, id, now_).ok());
  settle();
  Person& dora = person("Дора");
  bring_in(*anna, group, dora, bella);
  settle(2);
  const auto pins = dora.client->pinned(group);
  ASSERT_EQ(pins.size(), 1u);
  EXPECT_EQ(pins[0].text, "адрес приёмной");
  EXPECT_FALSE(pins[0].message.has_value());
  EXPECT_FALSE(pins[0].can_unpin);
  EXPECT_EQ(dora.client->shared_state_hash(group), anna->client->shared_state_hash(group));
  ASSERT_TRUE(anna->client->unpin(group, pins[0].author, pins[0].said_as, now_).ok());
  settle();
  EXPECT_TRUE(dora.client->pinned(group).empty());
}

TEST_F(TalkTest, DraftsSurviveARestart) {
  const auto id = say(*anna, {"да?"});
  settle();
  ASSERT_TRUE(bella->client->set_draft(group, {"я думаю, что", id}).ok());
  restart(*bella);
  settle();
  EXPECT_EQ(bella->client->draft(group).text, "я думаю, что");
  EXPECT_EQ(bella->client->draft(group).reply_to, id);
  say(*bella, {"я думаю, что да", id});
  EXPECT_EQ(bella->client->draft(group).text, "");
}

TEST_F(TalkTest, ExpiredMessagesLeaveNoByteInTheVault) {
  const std::string secret = "qwzxsecretqwzx";
  const std::string kept = "qwzxkeptqwzx";
  const auto id = say(*bella, {secret + " про сына"});
  settle();
  ASSERT_TRUE(anna->client->sign(group, id, domain::talk::Sign::kHug, now_).ok());
  settle();
  group::Change week;
  week.retention_days = 7;
  ASSERT_TRUE(anna->client->change_policy(group, week, now_).ok());
  settle();
  EXPECT_EQ(clara->client->talk_keeping(group).days(), 7);
  days(6);
  say(*clara, {kept});
  settle(1);
  EXPECT_EQ(texts(*anna, group).size(), 2u);
  days(2);
  for (Person* one : {anna, bella, clara}) {
    EXPECT_EQ(texts(*one, group), (Texts{kept})) << one->name;
    EXPECT_TRUE(one->client->search(secret, group, 10).empty());
    settle(1);
    one->stop();
    const Bytes pages = plain_pages({"home", one->disk.vfs_name()}, "слово", kCheap);
    EXPECT_TRUE(contains(pages, view_of(kept)));
    EXPECT_FALSE(contains(pages, view_of(secret))) << one->name;
    for (const std::string& path : one->disk.files())
      EXPECT_FALSE(contains(one->disk.read_file(path).value_or(Bytes{}), view_of(secret)));
    one->start();
  }
}

TEST_F(TalkTest, AMemberKeepsLessButNeverMore) {
  group::Change week;
  week.retention_days = 7;
  ASSERT_TRUE(anna->client->change_policy(group, week, now_).ok());
  settle();
  say(*anna, {"раз"});
  settle();
  EXPECT_TRUE(bella->client->set_talk_keeping(group, 8, now_).error().is(ClientError::kNotAllowed));
  ASSERT_TRUE(bella->client->set_talk_keeping(group, 1, now_).ok());
  days(2);
  EXPECT_TRUE(texts(*bella, group).empty());
  EXPECT_EQ(texts(*anna, group).size(), 1u);
  // The group's rule becomes shorter than hers.
  ASSERT_TRUE(clara->client->set_talk_keeping(group, 6, now_).ok());
  week.retention_days = 1;
  ASSERT_TRUE(anna->client->change_policy(group, week, now_).ok());
  settle(1);
  EXPECT_TRUE(texts(*clara, group).empty());
  EXPECT_TRUE(texts(*anna, group).empty());
}

TEST_F(TalkTest, AClosedGroupErasesItsTalkAndIsOver) {
  say(*anna, {"прощальное"});
  settle();
  group::Change closing;
  closing.closes = now_.after_ms(3 * kDay_ms);
  ASSERT_TRUE(anna->client->change_policy(group, closing, now_).ok());
  settle();
  days(2);
  EXPECT_EQ(texts(*bella, group).size(), 1u);
  go_offline(*clara);  // a device that hears nothing any more keeps the date all the same
  days(2);
  for (Person* one : {anna, bella, clara}) {
    EXPECT_TRUE(texts(*one, group).empty());
    EXPECT_EQ(one->client->find(group)->standing(), group::Standing::kClosed);
    EXPECT_FALSE(one->client->post(group, "ещё", now_).ok());
    EXPECT_TRUE(one->client->forget(group, now_).ok());
  }
}

TEST_F(TalkTest, TwoOrganizersAndAChain) {
  group::Change both;
  both.roles = {{bella->client->find(group)->me(), group::Role::kOrganizer}};
  ASSERT_TRUE(anna->client->change_policy(group, both, now_).ok());
  settle();
  group::Change name;
  name.name = "Дом у реки";
  const auto change = anna->client->change_policy(group, name, now_);
  ASSERT_TRUE(change.ok());
  settle(1);
  EXPECT_EQ(clara->client->find(group)->name(), "Дом");
  ASSERT_TRUE(bella->client->approve_change(group, *change, now_).ok());
  settle(1);
  EXPECT_EQ(clara->client->find(group)->name(), "Дом у реки");

  Person& dora = person("Дора");
  bring_in(*clara, group, dora, anna);
  settle(1);
  const auto chain = anna->client->find(group)->brought_in(clara->client->find(group)->me(), Instant{0});
  ASSERT_EQ(chain.size(), 1u);
  EXPECT_EQ(chain[0].member.name, "Дора");
  EXPECT_EQ(chain[0].depth, 1u);
  std::vector<group::PersonId> all{clara->client->find(group)->me(), chain[0].member.person};
  ASSERT_TRUE(anna->client->remove_all(group, all, now_).ok());
  settle(2);
  EXPECT_EQ(bella->client->find(group)->members().size(), 2u);
  EXPECT_EQ(dora.client->find(group)->standing(), group::Standing::kRemoved);
  EXPECT_EQ(clara->client->find(group)->standing(), group::Standing::kRemoved);
}

}  // namespace
}  // namespace homeward::client
