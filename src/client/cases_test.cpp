// Cases between clients: what is sealed is readable by those it is sealed to and on no other device at all,
// keys are announced once, and what is sealed follows readers and keys.
#include "client/cases.h"

#include "client/features.h"
#include "client/test_clients.h"
#include "domain/sealing/sealing.h"

namespace homeward::client {
namespace {

namespace cases = domain::cases;
using domain::Ref;

constexpr const char* kName = "Батожабай Имярек Невидимкин";
constexpr const char* kWhere = "подвал за школой, второй этаж";

class CasesTest : public ClientTest {
 protected:
  Ref open(Person& by, const group::GroupId& group, const std::vector<group::PersonId>& readers) {
    NewCase made;
    made.opened.card = {.label = "Лис", .unit = "в/ч 11111", .region = "RU-BU"};
    made.sealed = SealedCaseFields{.name = kName, .birth_day = "2000-01-02", .whereabouts = kWhere};
    made.readers = readers;
    Ref ref;
    EXPECT_TRUE(by.client
                    ->change(group, now_,
                             [&](const Client::Hand& hand) -> Result<> {
                               HW_LET(ref, open_case(hand, made));
                               return success();
                             })
                    .ok());
    return ref;
  }
  void tell(Person& by, const group::GroupId& group, const Ref& ref, const std::string& text) {
    std::vector<group::PersonId> readers;
    EXPECT_TRUE(with(by, group, ref, [&](const Client::Look& look, const cases::CaseRow& row) {
      readers = readers_of(look.group, row);
    }));
    cases::EntryAdded entry{.case_ref = ref, .kind = cases::EntryKind::kHeld, .when = {}};
    entry.when.day = cases::day_of(now_);
    EXPECT_TRUE(
        by.client
            ->change(group, now_,
                     [&](const Client::Hand& hand) -> Result<> {
                       HW_TRY(add_entry(hand, entry, {.text = text, .place = {}, .held_with = {}}, readers));
                       return success();
                     })
            .ok());
  }
  template <class Act>
  bool with(Person& by, const group::GroupId& group, const Ref& ref, Act&& act) {
    return by.client
        ->look(group,
               [&](const Client::Look& look) -> Result<> {
                 const auto row = cases::find(look.rows, key_of(group), ref);
                 if (!row) return CaseFileError::kNoSuchCase;
                 act(look, *row);
                 return success();
               })
        .ok();
  }
  std::optional<SealedCaseFields> fields(Person& by, const group::GroupId& group, const Ref& ref) {
    std::optional<SealedCaseFields> out;
    EXPECT_TRUE(with(by, group, ref, [&](const Client::Look& look, const cases::CaseRow& row) {
      out = open_fields(look, row);
    })) << by.name;
    return out;
  }
  // What this person reads of the entries; "-" for what is sealed to others.
  std::vector<std::string> entries(Person& by, const group::GroupId& group, const Ref& ref) {
    std::vector<std::string> out;
    EXPECT_TRUE(with(by, group, ref, [&](const Client::Look& look, const cases::CaseRow& row) {
      for (const cases::Entry& entry : cases::parts(look.rows, key_of(group), row).entries) {
        const auto details = open_details(look, ref, *entry.sealed);
        out.push_back(details ? details->text : "-");
      }
    }));
    return out;
  }
  // Whether any row of the vault holds the text.
  bool holds(Person& by, const group::GroupId& group, std::string_view text) {
    bool found = false;
    (void)by.client->look(group, [&](const Client::Look& look) -> Result<> {
      for (Space space = 0; space < 0x4000; ++space)
        look.rows.scan(space, {}, [&](BytesView key, BytesView value) {
          const auto has = [&](BytesView bytes) { return text_of(bytes).find(text) != std::string::npos; };
          found = found || has(key) || has(value);
          return !found;
        });
      return success();
    });
    return found;
  }
  std::optional<domain::sealing::Announced> key(Person& by, const group::GroupId& group, Person& of) {
    std::optional<domain::sealing::Announced> out;
    (void)by.client->look(group, [&](const Client::Look& look) -> Result<> {
      out = domain::sealing::key_of(look.rows, key_of(group), domain::Author::from(me(of, group)));
      return success();
    });
    return out;
  }
  static group::PersonId me(Person& one, const group::GroupId& group) {
    return one.client->find(group)->me();
  }
};

TEST_F(CasesTest, SealedIsReadableByReadersAlone) {
  Person &mother = person("Мария"), &lawyer = person("Лидия"), &other = person("Ольга");
  const group::GroupId group = found(mother);
  bring_in(mother, group, lawyer);
  bring_in(mother, group, other, &lawyer);
  settle(1);
  const Ref ref = open(mother, group, {me(lawyer, group)});
  EXPECT_EQ(fields(mother, group, ref)->name, kName);  // at once, before it is sent
  settle(1);
  tell(other, group, ref, "его видели во дворе");  // she may tell, and reads what she told
  settle(1);
  tell(mother, group, ref, "звонил тайком");
  settle(1);

  EXPECT_EQ(fields(lawyer, group, ref)->whereabouts, kWhere);
  EXPECT_FALSE(fields(other, group, ref));
  EXPECT_EQ(entries(mother, group, ref), (std::vector<std::string>{"его видели во дворе", "звонил тайком"}));
  EXPECT_EQ(entries(lawyer, group, ref), entries(mother, group, ref));
  EXPECT_EQ(entries(other, group, ref), (std::vector<std::string>{"его видели во дворе", "-"}));
  // Not on her device in any form that opens there; the label, which is open, is.
  for (const char* secret : {kName, kWhere, "звонил тайком"})
    EXPECT_FALSE(holds(other, group, secret)) << secret;
  EXPECT_TRUE(holds(other, group, "Лис"));
  EXPECT_EQ(mother.client->shared_state_hash(group), other.client->shared_state_hash(group));
}

TEST_F(CasesTest, KeysAreAnnouncedOnceAndRenewed) {
  Person &mother = person("Мария"), &lawyer = person("Лидия");
  const group::GroupId group = found(mother);
  bring_in(mother, group, lawyer);
  settle(5);
  for (Person* of : {&mother, &lawyer}) {
    ASSERT_TRUE(key(mother, group, *of)) << of->name;
    EXPECT_EQ(key(mother, group, *of)->number, 1u);
    EXPECT_EQ(key(mother, group, *of), key(lawyer, group, *of));
  }
  restart(mother);
  settle(5);
  EXPECT_EQ(key(lawyer, group, mother)->number, 1u);

  const Ref ref = open(mother, group, {me(lawyer, group)});
  tell(mother, group, ref, "письмо");
  settle(1);
  const auto before = key(mother, group, lawyer);
  now_ = now_.after_ms(kSealingKeyLasts_ms + kMinute_ms);
  ASSERT_TRUE(lawyer.client->post(group, "я здесь", now_).ok());
  ASSERT_TRUE(mother.client->post(group, "и я", now_).ok());
  settle(5);
  EXPECT_EQ(key(mother, group, lawyer)->number, 2u);
  EXPECT_NE(key(mother, group, lawyer)->key, before->key);
  // Sealed anew by her who speaks for him, to the new key.
  EXPECT_TRUE(with(mother, group, ref, [&](const Client::Look& look, const cases::CaseRow& row) {
    EXPECT_FALSE(needs_sealing(look, row));
  }));
  EXPECT_EQ(fields(lawyer, group, ref)->name, kName);
  EXPECT_EQ(entries(lawyer, group, ref), std::vector<std::string>{"письмо"});
}

TEST_F(CasesTest, WhatIsSealedFollowsItsReaders) {
  Person &mother = person("Мария"), &lawyer = person("Лидия"), &sister = person("Соня");
  const group::GroupId group = found(mother);
  bring_in(mother, group, lawyer);
  bring_in(mother, group, sister, &lawyer);
  settle(1);
  const Ref ref = open(mother, group, {me(lawyer, group)});
  settle(1);
  tell(lawyer, group, ref, "была у прокурора");
  settle(1);
  EXPECT_EQ(entries(sister, group, ref), std::vector<std::string>{"-"});
  const auto sealed = fields(mother, group, ref);
  const std::vector<group::PersonId> readers = {me(sister, group)};
  ASSERT_TRUE(mother.client
                  ->change(group, now_,
                           [&](const Client::Hand& hand) { return seal_case(hand, ref, *sealed, readers); })
                  .ok());
  settle(2);
  EXPECT_EQ(fields(sister, group, ref)->name, kName);
  EXPECT_FALSE(fields(lawyer, group, ref));
  EXPECT_EQ(entries(sister, group, ref), std::vector<std::string>{"была у прокурора"});
  EXPECT_EQ(entries(lawyer, group, ref), std::vector<std::string>{"была у прокурора"});  // she wrote it
}

TEST_F(CasesTest, WhoComesLaterGetsTheCasesAndNotTheErased) {
  Person &mother = person("Мария"), &lawyer = person("Лидия"), &late = person("Вера");
  const group::GroupId group = found(mother);
  bring_in(mother, group, lawyer);
  settle(1);
  const Ref stays = open(mother, group, {});
  const Ref goes = open(lawyer, group, {});
  tell(mother, group, stays, "одно");
  settle(1);
  tell(mother, group, goes, "другое");
  settle(1);
  ASSERT_TRUE(lawyer.client
                  ->change(group, now_,
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_TRY(hand.post(cases::kErased, encode(cases::Erased{goes})));
                             return success();
                           })
                  .ok());
  settle(1);
  bring_in(mother, group, late, &lawyer);
  settle(2);
  for (Person* one : {&mother, &lawyer, &late}) {
    EXPECT_TRUE(with(*one, group, stays, [](const Client::Look&, const cases::CaseRow&) {})) << one->name;
    EXPECT_FALSE(with(*one, group, goes, [](const Client::Look&, const cases::CaseRow&) {})) << one->name;
    EXPECT_EQ(one->client->shared_state_hash(group), mother.client->shared_state_hash(group));
  }
}

TEST_F(CasesTest, AClosedGroupLeavesEachWhatIsHers) {
  Person& anna = person("Анна");
  Person& bella = person("Белла");
  const auto group = found(anna);
  bring_in(anna, group, bella);
  settle(1);
  const Ref own = open(bella, group, {});
  const Ref read = open(anna, group, {bella.client->find(group)->me()});
  const Ref hidden = open(anna, group, {});
  settle(1);
  group::Change closing;
  closing.closes = now_.after_ms(24 * 60 * kMinute_ms);
  ASSERT_TRUE(anna.client->change_policy(group, closing, now_).ok());
  settle(1);
  const auto has = [&](Person& one, const Ref& ref) {
    return with(one, group, ref, [](const Client::Look&, const cases::CaseRow&) {});
  };
  EXPECT_TRUE(has(bella, hidden));
  now_ = now_.after_ms(2 * 24 * 60 * kMinute_ms);
  for (Person* one : {&anna, &bella}) one->client->tick(now_);
  settle();
  ASSERT_EQ(bella.client->find(group)->standing(), group::Standing::kClosed);
  EXPECT_TRUE(has(bella, own));
  EXPECT_TRUE(has(bella, read));
  EXPECT_FALSE(has(bella, hidden));
  EXPECT_TRUE(has(anna, hidden));
  EXPECT_FALSE(has(anna, own));
  EXPECT_EQ(fields(bella, group, read)->name, kName);
}

}  // namespace
}  // namespace homeward::client
