// One person with two devices: what she sealed, signed and said is hers on both.
#include "client/devices.h"
#include "client/cases.h"
#include "client/guidance.h"
#include "client/sealing.h"
#include "client/test_clients.h"

namespace homeward::client {
namespace {

class DevicesTest : public ClientTest {
 protected:
  void SetUp() override {
    ada = &person("Ада");
    bela = &person("Бэла");
    tablet = &person("Бэла");
    group = found(*ada);
    bring_in(*ada, group, *bela);
    settle(2);
  }
  // By link, words and the other person's yes.
  void add_device(Person& first, Person& second, Person& other) {
    const auto link = first.client->invite_device(group, now_.after_ms(60 * kMinute_ms), now_);
    ASSERT_TRUE(link.ok());
    ASSERT_TRUE(second.client->join({.link = link->link, .my_name = "", .greeting = ""}, now_).ok());
    settle();
    const auto requests = first.client->find(group)->requests(now_);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].device_of, first.client->find(group)->me());
    EXPECT_EQ(requests[0].words, second.client->joins()[0].words);
    ASSERT_TRUE(first.client->propose(group, requests[0].id, "", now_).ok());
    settle();
    ASSERT_TRUE(other.client->confirm(group, requests[0].id, now_).ok());
    settle(2);
    ASSERT_NE(second.client->find(group), nullptr);
  }
  Bytes sealed_by(Person& one, std::string_view text, const std::vector<group::PersonId>& readers) {
    Bytes out;
    const Result<> done = one.client->change(group, now_, [&](const Client::Hand& hand) -> Result<> {
      HW_LET(out, seal_to(hand, readers, "test", view_of("about"), view_of(text)));
      return success();
    });
    EXPECT_TRUE(done.ok());
    return out;
  }
  std::string opened_by(Person& one, BytesView sealed, const group::PersonId& author) {
    std::string out;
    (void)one.client->look(group, [&](const Client::Look& look) -> Result<> {
      if (const auto content = open_sealed(look, sealed, {"test", author, view_of("about")}))
        out = text_of(content->view());
      return success();
    });
    return out;
  }
  group::PersonId id_of(Person& one) { return one.client->find(group)->me(); }

  Person* ada = nullptr;
  Person* bela = nullptr;
  Person* tablet = nullptr;
  group::GroupId group;
};

TEST_F(DevicesTest, WhatIsSealedToHerOpensOnBoth) {
  const Bytes before = sealed_by(*ada, "до", {id_of(*bela)});
  add_device(*bela, *tablet, *ada);
  EXPECT_EQ(id_of(*tablet), id_of(*bela));
  EXPECT_EQ(opened_by(*tablet, before, id_of(*ada)), "до");
  const Bytes after = sealed_by(*tablet, "после", {id_of(*ada)});
  EXPECT_EQ(opened_by(*bela, after, id_of(*bela)), "после");
  EXPECT_EQ(opened_by(*ada, after, id_of(*bela)), "после");
  EXPECT_EQ(opened_by(*ada, before, id_of(*ada)), "до");
}

TEST_F(DevicesTest, NobodyElseOpensWhatIsHers) {
  Person& cem = person("Джем");
  bring_in(*ada, group, cem, bela);
  const Bytes sealed = sealed_by(*ada, "только Бэле", {id_of(*bela)});
  add_device(*bela, *tablet, *ada);
  EXPECT_EQ(opened_by(cem, sealed, id_of(*ada)), "");
  EXPECT_EQ(opened_by(*tablet, sealed, id_of(*ada)), "только Бэле");
}

TEST_F(DevicesTest, WhatSheSaysOnOneIsHersOnTheOther) {
  add_device(*bela, *tablet, *ada);
  ASSERT_TRUE(tablet->client->post(group, "с планшета", now_).ok());
  settle();
  const auto page = bela->client->talk(group, 10, std::nullopt);
  ASSERT_EQ(page->messages.size(), 1u);
  EXPECT_TRUE(page->messages[0].mine);
  EXPECT_EQ(bela->client->groups()[0].unread, 0u);
  EXPECT_EQ(ada->client->groups()[0].unread, 1u);
  EXPECT_TRUE(ada->client->talk(group, 10, std::nullopt)->messages[0].author_name == "Бэла");
  ASSERT_TRUE(bela->client->edit(group, page->messages[0].id, {.text = "с телефона"}, now_).ok());
  settle();
  EXPECT_EQ(texts(*ada, group), Texts{"с телефона"});
}

TEST_F(DevicesTest, HerKeyIsRenewedWhenADeviceGoes) {
  add_device(*bela, *tablet, *ada);
  const uint32_t before = [&] {
    uint32_t out = 0;
    (void)tablet->client->look(group, [&](const Client::Look& look) -> Result<> {
      out = newest_sealing_key(look.rows, look.group);
      return success();
    });
    return out;
  }();
  const group::DeviceId phone = bela->client->find(group)->this_device();
  bela->stop();  // lost
  bela->up.clear();
  bela->wanted.clear();
  bela->pushed.clear();
  ASSERT_TRUE(tablet->client->remove_device(group, phone, now_).ok());
  settle(5);
  uint32_t after = 0;
  (void)tablet->client->look(group, [&](const Client::Look& look) -> Result<> {
    after = newest_sealing_key(look.rows, look.group);
    return success();
  });
  EXPECT_GT(after, before);
  const Bytes sealed = sealed_by(*ada, "новым ключом", {id_of(*tablet)});
  EXPECT_EQ(opened_by(*tablet, sealed, id_of(*ada)), "новым ключом");
  bela->start();
  settle(2);
  EXPECT_EQ(bela->client->find(group)->standing(), group::Standing::kDeviceRemoved);
  EXPECT_EQ(opened_by(*bela, sealed, id_of(*ada)), "");
}

TEST_F(DevicesTest, ANewKeyOfOneDeviceReachesTheOther) {
  add_device(*bela, *tablet, *ada);
  now_ = now_.after_ms(kSealingKeyLasts_ms + 24ll * 3600 * 1000);
  settle(5);
  for (Person* one : {ada, bela, tablet}) one->client->tick(now_);
  settle(5);
  const Bytes sealed = sealed_by(*ada, "после срока", {id_of(*bela)});
  EXPECT_EQ(opened_by(*bela, sealed, id_of(*ada)), "после срока");
  EXPECT_EQ(opened_by(*tablet, sealed, id_of(*ada)), "после срока");
}

TEST_F(DevicesTest, TheRelayForgotWhatSheDidNotRead) {
  go_offline(*bela);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ada->client->post(group, "пока её нет", now_).ok());
  settle();
  expired_ = wire::queue_id(bela->client->find(group)->wanted_reads().front().access);
  bela->is_online = true;
  settle();
  EXPECT_EQ(bela->client->find(group)->standing(), group::Standing::kStuck);
  const auto asks = ada->client->find(group)->requests(now_);
  ASSERT_EQ(asks.size(), 1u);
  ASSERT_TRUE(ada->client->propose(group, asks[0].id, "", now_).ok());
  settle(2);
  EXPECT_EQ(bela->client->find(group)->standing(), group::Standing::kActive);
  ASSERT_TRUE(bela->client->post(group, "снова тут", now_).ok());
  settle();
  EXPECT_EQ(texts(*ada, group).back(), "снова тут");
}

}  // namespace
}  // namespace homeward::client
