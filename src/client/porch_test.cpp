// A porch: what it holds, who is asked further in, and that nobody else sees it.
#include "client/porch.h"

#include "client/cases.h"
#include "client/features.h"
#include "client/guidance.h"
#include "client/sealing.h"
#include "client/test_clients.h"
#include "group/event.h"

namespace homeward::client {
namespace {

constexpr int64_t kDay_ms = 24 * 60 * kMinute_ms;

class PorchTest : public ClientTest {
 protected:
  // An inner group of two, whose organizer opens a porch of so many days and is in it.
  void open_porch(uint16_t days) {
    organizer_ = &person("Аюна");
    second_ = &person("Баирма");
    inner_ = found(*organizer_);
    bring_in(*organizer_, inner_, *second_);
    porch_ = *organizer_->client->create_group(
        {.name = "Помощь", .my_name = "Тётя", .relay = "", .vouches = 1, .is_porch = days}, now_);
    settle();
    ASSERT_TRUE(organizer_->client->change_policy(inner_, {.porch = group::Porch{porch_, days}}, now_).ok());
    settle(1);
    ASSERT_EQ(second_->client->find(inner_)->policy().porch, (group::Porch{porch_, days}));
  }
  void days_go(int64_t days) {
    now_ = now_.after_ms(days * kDay_ms);
    for (Person& one : people_) one.client->tick(now_);
    settle(1);
  }
  Person& newcomer(const std::string& name, Person* second = nullptr) {
    Person& one = person(name);
    bring_in(*organizer_, porch_, one, second);
    settle(1);
    return one;
  }
  group::PersonId in_porch(const Person& one) { return one.client->find(porch_)->me(); }
  std::vector<Note> notes(Person& one, const group::GroupId& group) {
    std::vector<Note> out;
    EXPECT_TRUE(one.client
                    ->look(group,
                           [&](const Client::Look& look) -> Result<> {
                             out = notes_of(look);
                             return success();
                           })
                    .ok());
    return out;
  }
  // The newcomer's tap, and the request at her sponsor's.
  group::RequestId enter(Person& one) {
    const auto came = notes(one, porch_);
    EXPECT_EQ(came.size(), 1u);
    if (came.empty()) return {};
    EXPECT_TRUE(one.client->enter_by_note({porch_, came[0].position, one.name, "это я"}, now_).ok());
    settle();
    const auto requests = organizer_->client->find(inner_)->requests(now_);
    EXPECT_EQ(requests.size(), 1u);
    return requests.empty() ? group::RequestId{} : requests[0].id;
  }
  // Rows of any space whose value holds these words.
  size_t rows_with(Person& one, std::string_view words) {
    size_t found = 0;
    EXPECT_TRUE(one.client
                    ->look(porch_,
                           [&](const Client::Look& look) -> Result<> {
                             for (Space space = 0x1000; space < 0x3200; ++space)
                               look.rows.scan(space, {}, [&](BytesView key, BytesView value) {
                                 for (const BytesView part : {key, value})
                                   found += text_of(part).find(words) != std::string::npos ? 1 : 0;
                                 return true;
                               });
                             return success();
                           })
                    .ok());
    return found;
  }
  Person* organizer_ = nullptr;
  Person* second_ = nullptr;
  group::GroupId inner_, porch_;
};

TEST_F(PorchTest, ANewcomerStaysAndIsBroughtFurtherIn) {
  open_porch(14);
  ASSERT_TRUE(second_->client->post(inner_, "внутри сказано", now_).ok());
  Person& guest = newcomer("Сэсэг");
  Person& other = newcomer("Номин", &guest);
  EXPECT_TRUE(
      organizer_->client->bring_in(porch_, in_porch(guest), "", now_).error().is(PorchError::kTooEarly));
  days_go(13);
  EXPECT_TRUE(
      organizer_->client->bring_in(porch_, in_porch(guest), "", now_).error().is(PorchError::kTooEarly));
  days_go(2);
  ASSERT_TRUE(organizer_->client->bring_in(porch_, in_porch(guest), "пора", now_).ok());
  EXPECT_TRUE(organizer_->client->bring_in(porch_, in_porch(guest), "", now_)
                  .error()
                  .is(group::GroupError::kAlreadyDone));
  settle();
  EXPECT_TRUE(notes(other, porch_).empty());
  ASSERT_EQ(notes(guest, porch_).size(), 1u);
  EXPECT_EQ(notes(guest, porch_)[0].content.words, "пора");
  EXPECT_EQ(rows_with(other, notes(guest, porch_)[0].content.link), 0u);

  const auto request = enter(guest);
  ASSERT_TRUE(organizer_->client->propose(inner_, request, "из прихожей", now_).ok());
  settle();
  const auto seen = second_->client->find(inner_)->requests(now_);
  ASSERT_EQ(seen.size(), 1u);
  ASSERT_TRUE(seen[0].from_porch.has_value());
  EXPECT_EQ(seen[0].from_porch->person, in_porch(guest));
  // The second is not in the porch: her device cannot look, and says so.
  ASSERT_TRUE(second_->client
                  ->look(inner_,
                         [&](const Client::Look& look) -> Result<> {
                           EXPECT_EQ(porch_origin(look.rows, look.group, nullptr, seen[0], now_).check,
                                     PorchCheck::kUnseen);
                           return success();
                         })
                  .ok());
  ASSERT_TRUE(second_->client->confirm(inner_, request, now_).ok());
  settle(2);
  ASSERT_NE(guest.client->find(inner_), nullptr);
  EXPECT_NE(guest.client->find(inner_)->me(), in_porch(guest)) << "the same identity in both";
  EXPECT_EQ(notes(guest, porch_)[0].became, inner_);
  EXPECT_EQ(guest.client->inner_of(porch_), guest.client->find(inner_));
  // She may leave the porch then; who never was further in has nothing of what is said there.
  ASSERT_TRUE(guest.client->leave(porch_, now_).ok());
  settle(2);
  EXPECT_EQ(guest.client->find(porch_)->standing(), group::Standing::kLeft);
  EXPECT_EQ(rows_with(other, "внутри сказано"), 0u);
  EXPECT_GT(rows_with(*organizer_, "внутри сказано"), 0u);
}

TEST_F(PorchTest, OnlyTalkGuidanceAndQuestionsAreThere) {
  open_porch(0);
  Person& guest = newcomer("Сэсэг");
  const auto posted = guest.client->change(porch_, now_, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(open_case(hand, NewCase{.opened = {.card = {.label = "Лис"}, .last_contact = {}, .clock = {}},
                                   .sealed = {},
                                   .readers = {}}));
    return success();
  });
  ASSERT_FALSE(posted.ok());
  EXPECT_TRUE(posted.error().is(ClientError::kNotInPorch));
  for (const uint16_t kind : {0x0400, 0x0500, 0x0700, 0x0800, 0x0900, 0x0A00, 0x0F00})
    EXPECT_FALSE(Features::may_be_in_porch(kind)) << kind;
  for (const uint16_t kind : {0x0001, 0x0100, 0x0200, 0x0300, 0x0600})
    EXPECT_TRUE(Features::may_be_in_porch(kind)) << kind;
  EXPECT_TRUE(guest.client->post(porch_, "здравствуйте", now_).ok());
  settle();
  EXPECT_EQ(texts(*organizer_, porch_), Texts{"здравствуйте"});
}

TEST_F(PorchTest, WhatAChangedProgramSendsThereIsNotFolded) {
  Features features;
  MemoryRows rows;
  const group::GroupId group{};
  const Bytes body =
      domain::cases::encode(domain::cases::Opened{.card = {.label = "Лис"}, .last_contact = {}, .clock = {}});
  group::Fold::Context context{
      .rows = rows, .group = group, .author = {}, .position = {1, 1}, .in_porch = true};
  features.fold(context, {.id = {}, .kind = domain::cases::kOpened, .at = {}, .body = body});
  EXPECT_EQ(rows.size(), 0u);
  // A bundle with cases in it brings none into a porch either.
  MemoryRows elsewhere;
  group::Fold::Context outside{.rows = elsewhere, .group = group, .author = {}, .position = {1, 1}};
  features.fold(outside, {.id = {}, .kind = domain::cases::kOpened, .at = {}, .body = body});
  ASSERT_GT(elsewhere.size(), 0u);
  const Bytes bundle = features.snapshot(elsewhere, group);
  ASSERT_TRUE(features.restore(rows, group, bundle, true).ok());
  size_t cases = 0;
  for (Space space = 0x2400; space < 0x2500; ++space)
    rows.scan(space, {}, [&](BytesView, BytesView) { return ++cases, true; });
  EXPECT_EQ(cases, 0u);
}

TEST_F(PorchTest, WhoWasRemovedMeanwhileIsNotProposed) {
  open_porch(1);
  Person& guest = newcomer("Сэсэг");
  days_go(2);
  ASSERT_TRUE(organizer_->client->bring_in(porch_, in_porch(guest), "", now_).ok());
  settle();
  const auto request = enter(guest);
  ASSERT_TRUE(organizer_->client->remove(porch_, in_porch(guest), now_).ok());
  settle(2);
  EXPECT_TRUE(organizer_->client->propose(inner_, request, "", now_).error().is(PorchError::kNotThere));
}

TEST_F(PorchTest, AMemberWhoIsInBothChecksForHerself) {
  open_porch(3);
  // The second enters the porch by a note, as somebody else.
  ASSERT_TRUE(
      organizer_->client->ask_into_porch(inner_, second_->client->find(inner_)->me(), "помогите", now_).ok());
  settle();
  const auto came = notes(*second_, inner_);
  ASSERT_EQ(came.size(), 1u);
  EXPECT_EQ(came[0].content.purpose, NotePurpose::kIntoPorch);
  ASSERT_TRUE(second_->client->enter_by_note({inner_, came[0].position, "Соседка", ""}, now_).ok());
  settle();
  const auto asked = organizer_->client->find(porch_)->requests(now_);
  ASSERT_EQ(asked.size(), 1u);
  ASSERT_TRUE(organizer_->client->propose(porch_, asked[0].id, "", now_).ok());
  settle(2);
  ASSERT_NE(second_->client->porch_of(inner_), nullptr);
  EXPECT_NE(second_->client->find(porch_)->me(), second_->client->find(inner_)->me());

  Person& guest = newcomer("Сэсэг", second_);
  days_go(4);
  ASSERT_TRUE(organizer_->client->bring_in(porch_, in_porch(guest), "", now_).ok());
  settle();
  const auto request = enter(guest);
  ASSERT_TRUE(organizer_->client->propose(inner_, request, "", now_).ok());
  settle();
  // The rule becomes longer before the second vouches: her device waits.
  ASSERT_TRUE(organizer_->client->change_policy(inner_, {.porch = group::Porch{porch_, 30}}, now_).ok());
  settle(1);
  EXPECT_TRUE(second_->client->confirm(inner_, request, now_).error().is(PorchError::kTooEarly));
  days_go(27);
  EXPECT_TRUE(second_->client->confirm(inner_, request, now_).ok());
  settle(2);
  EXPECT_NE(guest.client->find(inner_), nullptr);
}

TEST_F(PorchTest, ANoteLooksLikeCover) {
  open_porch(0);
  Person& guest = newcomer("Сэсэг");
  Bytes note, cover;
  ASSERT_TRUE(organizer_->client
                  ->change(porch_, now_,
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_LET(note, seal_unseen(hand, in_porch(guest), view_of("ссылка")));
                             HW_LET(cover, seal_unseen(hand, std::nullopt, {}));
                             return success();
                           })
                  .ok());
  EXPECT_EQ(note.size(), cover.size());
  const auto opened = [&](Person& one, const Person& author) {
    std::optional<Secret> out;
    (void)one.client->look(porch_, [&](const Client::Look& look) -> Result<> {
      out = open_unseen(look.rows, look.group, in_porch(author), note);
      return success();
    });
    return out.has_value();
  };
  EXPECT_TRUE(opened(guest, *organizer_));
  EXPECT_FALSE(opened(*organizer_, *organizer_));
  EXPECT_FALSE(opened(guest, guest)) << "another's note under one's own name";
}

TEST_F(PorchTest, NobodyFillsAnothersVaultWithNotes) {
  open_porch(0);
  Person& guest = newcomer("Сэсэг");
  const auto invite = organizer_->client->invite(inner_, now_.after_ms(kDay_ms), now_);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        organizer_->client
            ->change(porch_, now_,
                     [&](const Client::Hand& hand) -> Result<> {
                       HW_LET(const Bytes note,
                              seal_unseen(hand, in_porch(guest),
                                          encode(NoteContent{NotePurpose::kFurtherIn, invite->link, "раз"})));
                       HW_TRY(hand.post(group::kPorchNote, note));
                       HW_TRY(hand.post(group::kPorchNote, Bytes(100, 7)));
                       return success();
                     })
            .ok());
    settle();
  }
  EXPECT_EQ(notes(guest, porch_).size(), 1u);
}

TEST_F(PorchTest, EverybodySendsCoverAndNobodyOpensIt) {
  open_porch(0);
  Person& guest = newcomer("Сэсэг");
  size_t before = 0;
  for (const auto& [id, entries] : queues_) before += entries.size();
  for (int day = 0; day < 21; ++day) days_go(1);
  size_t after = 0;
  for (const auto& [id, entries] : queues_) after += entries.size();
  EXPECT_GE(after, before + 6) << "two devices in three weeks";
  EXPECT_TRUE(notes(guest, porch_).empty());
  EXPECT_TRUE(notes(*organizer_, porch_).empty());
  for (const auto& [id, entries] : queues_)
    for (const Bytes& entry : entries) EXPECT_LE(entry.size(), 64u * 1024);
}

TEST_F(PorchTest, TheNoteGoesOutAfterThePowerWent) {
  open_porch(0);
  Person& guest = newcomer("Сэсэг");
  go_offline(*organizer_);
  ASSERT_TRUE(organizer_->client->bring_in(porch_, in_porch(guest), "", now_).ok());
  organizer_->is_online = true;
  restart(*organizer_);
  settle(1);
  EXPECT_EQ(notes(guest, porch_).size(), 1u);
}

TEST_F(PorchTest, ClaimingToBeThereEarlierDoesNotHelp) {
  open_porch(10);
  Person& guest = newcomer("Сэсэг");
  days_go(1);
  MemoryRows rows;
  const group::Group& porch = *organizer_->client->find(porch_);
  notice_stays(rows, porch, now_);
  // A device that had looked yesterday does not believe that she was there a month ago.
  rows.erase_range(kStaysSpace, prefix_range(porch_));
  notice_stays(rows, porch, now_.after_ms(kDay_ms));
  size_t seen = 0;
  rows.scan(kStaysSpace, prefix_range(porch_), [&](BytesView, BytesView value) {
    Reader in(value);
    EXPECT_EQ(in.u64(), static_cast<uint64_t>(now_.ms)) << "not before it looked the last time";
    return ++seen, true;
  });
  EXPECT_EQ(seen, 2u);
  (void)guest;
}

TEST_F(PorchTest, ThePolicyThatNamesAPorchIsMadeByOrganizersAlone) {
  open_porch(5);
  const group::Porch other{group::GroupId::from(Bytes(16, 9)), 1};
  EXPECT_TRUE(second_->client->change_policy(inner_, {.porch = other}, now_)
                  .error()
                  .is(group::GroupError::kNotAllowed));
  // A porch has none of its own; its days change there.
  EXPECT_FALSE(organizer_->client->change_policy(porch_, {.porch = other}, now_).ok());
  ASSERT_TRUE(organizer_->client->change_policy(porch_, {.porch = group::Porch{{}, 7}}, now_).ok());
  settle(1);
  EXPECT_EQ(organizer_->client->find(porch_)->policy().is_porch, 7);
  ASSERT_TRUE(organizer_->client->change_policy(inner_, {.porch = group::Porch{}}, now_).ok());
  settle(1);
  EXPECT_FALSE(second_->client->find(inner_)->policy().porch.has_value());
  EXPECT_EQ(organizer_->client->inner_of(porch_), nullptr);
}

TEST_F(PorchTest, WhoWentIsRememberedUntilWhen) {
  open_porch(0);
  Person& guest = newcomer("Сэсэг");
  const group::PersonId person = in_porch(guest);
  days_go(1);
  const Instant before = now_;
  ASSERT_TRUE(organizer_->client->remove(porch_, person, now_).ok());
  settle(2);
  ASSERT_TRUE(organizer_->client
                  ->look(porch_,
                         [&](const Client::Look& look) -> Result<> {
                           const auto gone = departed_of(look);
                           EXPECT_EQ(gone.size(), 1u);
                           if (gone.empty()) return success();
                           EXPECT_EQ(gone[0].person, person);
                           EXPECT_EQ(gone[0].name, "Сэсэг");
                           EXPECT_GE(gone[0].noticed, before);
                           return success();
                         })
                  .ok());
}

TEST(PorchNote, HasOneForm) {
  NoteContent note{NotePurpose::kFurtherIn, "homeward:1:x", "слова"};
  EXPECT_FALSE(decode_note(encode(note)).has_value()) << "a link that is none";
}

}  // namespace
}  // namespace homeward::client
