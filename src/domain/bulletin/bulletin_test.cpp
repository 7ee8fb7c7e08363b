// Who may say what of a bulletin, and what two organizers' word makes of a draft.
#include "domain/bulletin/bulletin.h"

#include <gtest/gtest.h>

namespace homeward::domain::bulletin {
namespace {

constexpr AuthorRole kOrganizer = AuthorRole::kOrganizer;

Author person(uint8_t number) {
  Author out;
  out.data[0] = number;
  return out;
}

Table table_of(uint32_t count) { return {{"", "RU-BU"}, {"2022-06", "2022-07"}, {count, 2, 3, 4}}; }

class Bulletins : public testing::Test {
 protected:
  // The event's ref; none if it changed nothing.
  std::optional<Ref> say(const Author& who, AuthorRole role, uint16_t kind, const Bytes& body) {
    EventKey id;
    id.data[0] = static_cast<uint8_t>(++number_);
    const Context context{rows, group, who, false, role, {1, number_}};
    if (!state.fold(context, {id, kind, {}, body})) return std::nullopt;
    expect_same_for_a_newcomer();
    return ref_of(who, id);
  }
  std::optional<Ref> write(const Author& who, const Author& speaker, const std::string& text) {
    return say(who, AuthorRole::kMember, kStatementKind, encode(Statement{speaker, text, "мать, Бурятия"}));
  }
  Draft draft_now(std::vector<Ref> statements = {}) {
    Draft out{.as_of = 19'000, .losses = table_of(9), .others = table_of(7), .tallies = table_of(8)};
    out.earlier = approved(rows, group);
    out.statements = std::move(statements);
    out.digest.data[0] = 77;
    return out;
  }
  std::optional<Ref> propose(const Draft& draft, const Author& who = person(1),
                             AuthorRole role = kOrganizer) {
    return say(who, role, kDraftKind, encode(draft));
  }
  bool approve(const Ref& draft, uint8_t who, AuthorRole role = kOrganizer, uint8_t digest = 77) {
    Approval word{draft, {}};
    word.digest.data[0] = digest;
    return say(person(who), role, kApprovalKind, encode(word)).has_value();
  }
  void expect_same_for_a_newcomer() {
    MemoryRows other;
    ASSERT_TRUE(state.restore(other, group, state.snapshot(rows, group)).ok());
    kRefused.forget(other, group);
    MemoryRows mine = rows;
    kRefused.forget(mine, group);
    EXPECT_TRUE(mine == other);
  }

  State state;
  MemoryRows rows;
  GroupKey group{};

 private:
  uint64_t number_ = 0;
};

TEST_F(Bulletins, TwoOrganizersMakeADraftABulletin) {
  const auto draft = propose(draft_now());
  ASSERT_TRUE(draft);
  EXPECT_FALSE(approve(*draft, 9, AuthorRole::kMember));
  EXPECT_FALSE(approve(*draft, 9, AuthorRole::kAdviser));
  EXPECT_FALSE(approve(*draft, 1, kOrganizer, 78)) << "other bytes than those of the draft";
  EXPECT_TRUE(approve(*draft, 1));
  EXPECT_FALSE(approve(*draft, 1)) << "one person is one word";
  EXPECT_TRUE(bulletins(rows, group).empty());
  EXPECT_TRUE(approve(*draft, 2));
  ASSERT_EQ(bulletins(rows, group).size(), 1U);
  EXPECT_EQ(bulletins(rows, group)[0].approved_by, (std::vector<Author>{person(1), person(2)}));
  EXPECT_FALSE(approve(*draft, 3));
  EXPECT_FALSE(say(person(2), kOrganizer, kDiscardedKind, encode(Discarded{*draft, ""})));
  EXPECT_EQ(kRefused.list(rows, group).size(), 2U);
}

TEST_F(Bulletins, OnlyOrganizersDraftAndDiscard) {
  EXPECT_FALSE(propose(draft_now(), person(4), AuthorRole::kMember));
  EXPECT_FALSE(propose(draft_now(), person(4), AuthorRole::kAdviser));
  const auto draft = propose(draft_now());
  EXPECT_FALSE(say(person(4), AuthorRole::kMember, kDiscardedKind, encode(Discarded{*draft, "нет"})));
  EXPECT_TRUE(say(person(2), kOrganizer, kDiscardedKind, encode(Discarded{*draft, "ошибка"})));
  EXPECT_FALSE(approve(*draft, 1));
  EXPECT_EQ(drafts(rows, group)[0].reason, "ошибка");
}

TEST_F(Bulletins, ADraftBuildsOnTheBulletinsBeforeIt) {
  const auto one = propose(draft_now());
  const auto beside = propose(draft_now(), person(2));
  ASSERT_TRUE(approve(*beside, 1) && approve(*one, 1) && approve(*one, 2));
  EXPECT_EQ(standing(rows, group, *draft(rows, group, *beside)), Standing::kOvertaken);
  EXPECT_FALSE(approve(*beside, 2));
  Draft stale = draft_now();
  stale.earlier.clear();
  EXPECT_FALSE(propose(stale));
  Draft milder = draft_now();
  milder.threshold = 3;
  EXPECT_FALSE(propose(milder)) << "one threshold for all";
  Draft earlier = draft_now();
  earlier.as_of -= 1;
  EXPECT_FALSE(propose(earlier));
  EXPECT_TRUE(propose(draft_now()));
}

TEST_F(Bulletins, AStatementNeedsTheWordOfWhoSpeaks) {
  const auto own = write(person(5), person(5), "Мы ждём.");
  const auto told = write(person(6), person(5), "Мы ждём его дома.");
  ASSERT_TRUE(own && told);
  EXPECT_TRUE(propose(draft_now({*own})));
  EXPECT_FALSE(propose(draft_now({*told}))) << "nobody asked her";
  EXPECT_FALSE(
      say(person(6), kOrganizer, kConsentKind, encode(Consent{*told, "Мы ждём его дома.", "мать, Бурятия"})));
  EXPECT_FALSE(say(person(5), AuthorRole::kMember, kConsentKind,
                   encode(Consent{*told, "Мы ждём его дома!", "мать, Бурятия"})))
      << "another text";
  EXPECT_FALSE(
      say(person(5), AuthorRole::kMember, kConsentKind, encode(Consent{*told, "Мы ждём его дома.", "мать"})));
  EXPECT_TRUE(say(person(5), AuthorRole::kMember, kConsentKind,
                  encode(Consent{*told, "Мы ждём его дома.", "мать, Бурятия"})));
  EXPECT_TRUE(propose(draft_now({*own, *told})));
}

TEST_F(Bulletins, ConsentCanBeTakenBackUntilTwoApproved) {
  const auto own = write(person(5), person(5), "Мы ждём.");
  const auto draft_ref = propose(draft_now({*own}));
  ASSERT_TRUE(approve(*draft_ref, 1));
  EXPECT_FALSE(say(person(6), kOrganizer, kTakenBackKind, encode(TakenBack{*own}))) << "not hers to take";
  EXPECT_TRUE(say(person(5), AuthorRole::kMember, kTakenBackKind, encode(TakenBack{*own})));
  EXPECT_FALSE(approve(*draft_ref, 2));
  EXPECT_EQ(standing(rows, group, *draft(rows, group, *draft_ref)), Standing::kStatementMissing);
  EXPECT_FALSE(propose(draft_now({*own})));
  EXPECT_FALSE(
      say(person(5), AuthorRole::kMember, kConsentKind, encode(Consent{*own, "Мы ждём.", "мать, Бурятия"})));

  const auto other = write(person(5), person(5), "Верните их.");
  const auto out = propose(draft_now({*other}));
  ASSERT_TRUE(approve(*out, 1) && approve(*out, 2));
  EXPECT_TRUE(say(person(5), AuthorRole::kMember, kTakenBackKind, encode(TakenBack{*other})));
  EXPECT_EQ(bulletins(rows, group).size(), 1U) << "what is out is out";
  EXPECT_FALSE(propose(draft_now({*other})));
}

TEST_F(Bulletins, WhatDoesNotReadChangesNothing) {
  const auto refuse = [&](const Bytes& body) { EXPECT_FALSE(say(person(1), kOrganizer, kDraftKind, body)); };
  const Bytes good = encode(draft_now());
  for (size_t cut = 0; cut < good.size(); ++cut)
    refuse({good.begin(), good.begin() + static_cast<long>(cut)});
  const auto with = [&](const std::function<void(Draft&)>& change) {
    Draft changed = draft_now();
    change(changed);
    EXPECT_FALSE(check(changed).ok());
  };
  with([](Draft& draft) { draft.threshold = 2; });
  with([](Draft& draft) { draft.losses.counts.pop_back(); });
  with([](Draft& draft) { draft.losses.rows = {"RU-BU", "RU-BU"}; });
  with([](Draft& draft) { draft.losses.rows = {"<b>", "RU-BU"}; });
  with([](Draft& draft) { draft.losses.counts[0] = kMostMen + 1; });
  with([](Draft& draft) { draft.publisher = "a\nb"; });
  with([](Draft& draft) { draft.as_of = -1; });
  with([](Draft& draft) { draft.statements = {Ref{}, Ref{}}; });
  EXPECT_FALSE(check(Statement{{}, "  \n ", "мать"}).ok());
  EXPECT_FALSE(check(Statement{{}, "да", "мать\nБурятия"}).ok());
  EXPECT_FALSE(check(Statement{{}, std::string(kMostTextBytes + 1, 'a'), "мать"}).ok());
  EXPECT_FALSE(check(Statement{{}, "a\x1b[31m", "мать"}).ok());
  state.forget(rows, group);
  EXPECT_EQ(rows.size(), 0U);
}

}  // namespace
}  // namespace homeward::domain::bulletin
