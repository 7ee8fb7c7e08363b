// The fold of the loss register and its figures, against what a person would count by hand.
#include "domain/losses/losses.h"

#include <gtest/gtest.h>

#include <map>

namespace homeward::domain::losses {
namespace {

struct Voice {
  uint8_t who = 1;
  AuthorRole role = AuthorRole::kOrganizer;
};

class Register : public testing::Test {
 protected:
  static Author person(uint8_t who) { return Author::from(Bytes(32, who)); }
  template <class Body>
  bool say(const Body& body, uint16_t kind, Voice by) {
    return fold(kind, encode(body), by);
  }
  template <class Body>
  bool say(const Body& body, uint16_t kind) {
    return fold(kind, encode(body), {});
  }
  bool fold(uint16_t kind, const Bytes& body, Voice by) {
    ++number_;
    EventKey id{};
    id.data[0] = static_cast<uint8_t>(number_);
    id.data[1] = static_cast<uint8_t>(number_ >> 8);
    last_ = ref_of(person(by.who), id);
    return state_.fold({rows_, group_, person(by.who), false, by.role, {1, number_}},
                       {id, kind, {static_cast<int64_t>(number_) * 60'000}, body});
  }
  static Source source(const char* publisher, Facts facts = {}) {
    Source out;
    out.publisher = publisher;
    out.link = "https://example.org/page";
    out.date = parse_span("2022-07-20");
    out.facts = std::move(facts);
    return out;
  }
  static Facts killed(const char* region) {
    Facts out;
    out.state = LossState::kKilled;
    out.region = region;
    return out;
  }
  static Piece piece(uint16_t import, uint16_t index = 0, uint16_t of = 1) {
    Bytes id(ImportId::kSize, static_cast<uint8_t>(import));
    id[0] = static_cast<uint8_t>(import >> 8);
    return {ImportId::from(id), index, of};
  }
  RecordId add(const char* publisher, const Facts& facts, Voice by = {}) {
    ++import_;
    RecordsAdded body{.piece = piece(import_), .records = {{{}, {source(publisher, facts)}}}, .sealed = {}};
    EXPECT_TRUE(say(body, kRecordsAdded, by));
    return record_id(last_, 0);
  }
  bool hear(const RecordId& id, const Source& from, Voice by = {}) {
    return say(SourceAdded{id, from, "ещё один источник"}, kSourceAdded, by);
  }
  bool decide(const RecordId& a, const RecordId& b, Verdict verdict, uint8_t who, uint16_t permille = 500) {
    return say(PairDecided{std::min(a, b), std::max(a, b), verdict, permille, ""}, kPairDecided,
               {who, AuthorRole::kAdviser});
  }
  Count total(const Question& question = {}) { return tabulate(rows_, group_, question).total.count; }
  Count row(const Question& question, const std::string& key) {
    for (const Row& one : tabulate(rows_, group_, question).rows)
      if (one.key == key) return one.count;
    return {};
  }
  KeptRecord kept(const RecordId& id) { return record(rows_, group_, id).value(); }

  static constexpr Voice kMember{9, AuthorRole::kMember};
  MemoryRows rows_;
  State state_;
  GroupKey group_{};
  uint64_t number_ = 0;
  uint16_t import_ = 0;
  Ref last_;
};

TEST_F(Register, TwoIndependentSourcesConfirm) {
  const RecordId man = add("Газета", killed("RU-BU"));
  EXPECT_FALSE(kept(man).confirmed());
  EXPECT_EQ(total().provisional(), 1u);
  EXPECT_TRUE(hear(man, source("ГАЗЕТА", killed("RU-BU")))) << "the same publisher again";
  EXPECT_FALSE(kept(man).confirmed());
  Source quoting = source("Другая газета", killed("RU-BU"));
  quoting.quotes = 0;
  EXPECT_TRUE(hear(man, quoting));
  EXPECT_FALSE(kept(man).confirmed()) << "it only repeats the first";
  EXPECT_TRUE(hear(man, source("Администрация села", killed("RU-BU")), kMember));
  EXPECT_FALSE(kept(man).confirmed()) << "nobody who verifies has looked at it";
  EXPECT_FALSE(say(SourceJudged{man, 3, true, std::nullopt, "видела страницу"}, kSourceJudged, kMember));
  EXPECT_TRUE(say(SourceJudged{man, 3, true, std::nullopt, "видела страницу"}, kSourceJudged));
  EXPECT_TRUE(kept(man).confirmed());
  EXPECT_EQ(total().confirmed, 1u);
  EXPECT_TRUE(say(SourceJudged{man, 3, true, 2, "перепечатка"}, kSourceJudged));
  EXPECT_FALSE(kept(man).confirmed());
  EXPECT_FALSE(say(SourceJudged{man, 0, true, 3, "кольцо"}, kSourceJudged)) << "no ring of quotes";
}

TEST_F(Register, DisagreementsStayAsRanges) {
  Facts first = killed("RU-BU");
  first.died = parse_span("2022-03");
  first.age_low = first.age_high = 21;
  const RecordId man = add("Газета", first);
  Facts second = killed("RU-ZAB");
  second.died = parse_span("2022-03-19");
  second.age_low = second.age_high = 23;
  EXPECT_TRUE(hear(man, source("Военкомат", second)));
  Agreed agreed = kept(man).agreed();
  EXPECT_EQ(text_of_span(*agreed.died), "2022-03-19");
  EXPECT_FALSE(agreed.died_differs);
  EXPECT_EQ(agreed.regions.size(), 2u);
  EXPECT_EQ(*agreed.age_low, 21);
  EXPECT_EQ(*agreed.age_high, 23);
  Facts third;
  third.died = parse_span("2022-04-02");
  EXPECT_TRUE(hear(man, source("Мемориал", third)));
  agreed = kept(man).agreed();
  EXPECT_TRUE(agreed.died_differs);
  EXPECT_EQ(text_of_span(*agreed.died), "2022-03-01/2022-04-02");
  // Of no region is it sure, and in the total he counts once.
  EXPECT_EQ(row({.by = By::kRegion}, "RU-BU").at_least, 0u);
  EXPECT_EQ(row({.by = By::kRegion}, "RU-BU").at_most, 1u);
  EXPECT_EQ(total().at_least, 1u);
  EXPECT_EQ(total().at_most, 1u);
}

TEST_F(Register, PairsTakeTwoPersonsWhereTheyAreHard) {
  const RecordId a = add("Газета", killed("RU-BU"));
  const RecordId b = add("Канал", killed("RU-BU"));
  EXPECT_EQ(total().at_least, 2u);
  EXPECT_FALSE(
      say(PairDecided{std::min(a, b), std::max(a, b), Verdict::kSame, 500, ""}, kPairDecided, kMember));
  EXPECT_TRUE(decide(a, b, Verdict::kSame, 2));
  EXPECT_EQ(men(rows_, group_).size(), 2u);
  EXPECT_EQ(total().at_least, 1u) << "perhaps one";
  EXPECT_EQ(total().at_most, 2u);
  EXPECT_TRUE(decide(a, b, Verdict::kSame, 3));
  ASSERT_EQ(men(rows_, group_).size(), 1u);
  EXPECT_TRUE(men(rows_, group_)[0].confirmed) << "two papers now speak of one man";
  EXPECT_EQ(total().at_most, 1u);
  EXPECT_TRUE(decide(a, b, Verdict::kNone, 3)) << "undo";
  EXPECT_EQ(men(rows_, group_).size(), 2u);
  EXPECT_FALSE(decide(a, b, Verdict::kNone, 3)) << "there is nothing to undo";
  EXPECT_TRUE(decide(a, b, Verdict::kDifferent, 3));
  EXPECT_EQ(decided_pairs(rows_, group_)[0].outcome, Outcome::kDisputed);
  // An easy one takes one person.
  const RecordId c = add("Сайт", killed("RU-BU"));
  EXPECT_TRUE(decide(b, c, Verdict::kSame, 2, 995));
  EXPECT_EQ(men(rows_, group_).size(), 2u);
}

TEST_F(Register, DifferentKeepsALaterSameFromJoining) {
  const RecordId a = add("1", killed("RU-BU"));
  const RecordId b = add("2", killed("RU-BU"));
  const RecordId c = add("3", killed("RU-BU"));
  EXPECT_TRUE(decide(a, b, Verdict::kSame, 2, 999));
  EXPECT_TRUE(decide(a, c, Verdict::kDifferent, 2, 1));
  EXPECT_TRUE(decide(b, c, Verdict::kSame, 2, 999));
  EXPECT_EQ(men(rows_, group_).size(), 2u);
}

TEST_F(Register, ListsAndRecordsCountNobodyTwice) {
  add("Газета", killed("RU-BU"));
  add("Газета", killed("RU-TY"));
  ListAdded list;
  list.source = source("Волонтёры");
  const Month july = month_of(*cases::parse_day("2022-07-01"));
  list.rows = {{.region = "RU-BU", .month = july, .category = std::nullopt, .men = 40},
               {.region = "RU-BU", .month = july - 1, .category = std::nullopt, .men = 5}};
  EXPECT_FALSE(say(list, kListAdded, kMember));
  EXPECT_TRUE(say(list, kListAdded));
  const Ref first = last_;
  ListAdded cut = list;
  cut.same_men_as = first;
  cut.rows = {{.region = "", .month = july, .category = Category::kContract, .men = 44}};
  EXPECT_TRUE(say(cut, kListAdded));
  const Count buryatia = row({.by = By::kRegion}, "RU-BU");
  EXPECT_EQ(buryatia.at_least, 45u);
  EXPECT_EQ(buryatia.at_most, 46u);
  EXPECT_EQ(total().at_least, 45u) << "never the sum of lists and records";
  EXPECT_EQ(total().at_most, 47u) << "two cuts of one list are the same men";
  EXPECT_EQ(row({.by = losses::By::kMonth}, "2022-07").at_least, 44u);
  EXPECT_EQ(row({.by = losses::By::kMonth, .month_of = MonthOf::kDied}, "").at_least, 45u);
  EXPECT_EQ(total({.until = july - 1}).at_least, 5u);
  EXPECT_EQ(total({.confirmed_only = true}).at_most, 0u);
  ListAdded later = list;
  later.rows[0].men = 50;
  later.replaces = first;
  EXPECT_TRUE(say(later, kListAdded));
  EXPECT_EQ(total().at_least, 55u);
  EXPECT_TRUE(say(Withdrawn{Withdrawn::Kind::kList, last_, 0, true, "ошибка"}, kWithdrawn));
  EXPECT_EQ(total().at_least, 44u) << "the cut remains";
}

TEST_F(Register, AnImportShowsWhenItIsWhole) {
  RecordsAdded body{.piece = piece(7, 1, 2), .records = {}, .sealed = {}};
  for (int i = 0; i < 3; ++i) body.records.push_back({{}, {source("Список", killed("RU-BU"))}});
  EXPECT_FALSE(say(body, kRecordsAdded, kMember)) << "many at once are for those who verify";
  EXPECT_TRUE(say(body, kRecordsAdded));
  EXPECT_EQ(total().at_most, 0u);
  EXPECT_EQ(unfinished_imports(rows_, group_), 1u);
  EXPECT_FALSE(say(body, kRecordsAdded)) << "the same piece again";
  body.piece = piece(7, 0, 3);
  EXPECT_FALSE(say(body, kRecordsAdded)) << "of another number of pieces";
  body.piece = piece(7, 0, 2);
  EXPECT_TRUE(say(body, kRecordsAdded));
  EXPECT_EQ(total().at_most, 6u);
  EXPECT_EQ(unfinished_imports(rows_, group_), 0u);
  Ref import = ref_of(person(1), EventKey::from(piece(7).import));
  EXPECT_FALSE(say(Withdrawn{Withdrawn::Kind::kImport, import, 0, true, "не тот файл"}, kWithdrawn, kMember));
  EXPECT_TRUE(say(Withdrawn{Withdrawn::Kind::kImport, import, 0, true, "не тот файл"}, kWithdrawn));
  EXPECT_EQ(total().at_most, 0u);
  EXPECT_TRUE(say(Withdrawn{Withdrawn::Kind::kImport, import, 0, false, "файл верный"}, kWithdrawn));
  EXPECT_EQ(total().at_most, 6u);
}

TEST_F(Register, WhoMay) {
  const RecordId man = add("Газета", killed("RU-BU"), kMember);
  EXPECT_FALSE(kept(man).sources[0].checked);
  Facts better = killed("RU-TY");
  EXPECT_TRUE(say(SourceJudged{man, 0, true, std::nullopt, "проверено"}, kSourceJudged));
  EXPECT_FALSE(say(FactsCorrected{man, 0, better, "опечатка"}, kFactsCorrected, {8, AuthorRole::kMember}));
  EXPECT_TRUE(say(FactsCorrected{man, 0, better, "опечатка"}, kFactsCorrected, kMember));
  EXPECT_FALSE(kept(man).sources[0].checked) << "what was checked was something else";
  EXPECT_FALSE(say(Withdrawn{Withdrawn::Kind::kRecord, batch_of(man), 0, true, "x"}, kWithdrawn,
                   {8, AuthorRole::kMember}));
  EXPECT_TRUE(
      say(Withdrawn{Withdrawn::Kind::kRecord, batch_of(man), 0, true, "ошиблась"}, kWithdrawn, kMember));
  EXPECT_EQ(total().at_most, 0u);
  EXPECT_EQ(kept(man).reason, "ошиблась");
  EXPECT_FALSE(say(Withdrawn{Withdrawn::Kind::kRecord, batch_of(man), 0, false, "нет"}, kWithdrawn, kMember));

  EXPECT_FALSE(say(VerifierNamed{person(9), true, "сама"}, kVerifierNamed, {9, AuthorRole::kAdviser}));
  EXPECT_TRUE(say(VerifierNamed{person(9), true, "ведёт список"}, kVerifierNamed));
  EXPECT_TRUE(
      say(Withdrawn{Withdrawn::Kind::kRecord, batch_of(man), 0, false, "верно"}, kWithdrawn, kMember));
  EXPECT_TRUE(say(VerifierNamed{person(9), false, "ушла"}, kVerifierNamed));
  EXPECT_FALSE(say(SourceJudged{man, 0, true, std::nullopt, "опять"}, kSourceJudged, kMember));
  EXPECT_GE(kRefused.list(rows_, group_).size(), 5u);
  size_t told = 0;
  history(rows_, group_, man, [&](const Context&, const Event&) { return ++told > 0; });
  EXPECT_EQ(told, 5u) << "added, judged, corrected, withdrawn, returned";
}

TEST_F(Register, ClaimsStandBesideEachOther) {
  Claim claim;
  claim.subject = "RU military";
  claim.kind = "killed";
  claim.claimant = "Ministry of Defence";
  claim.as_of = *parse_span("2022-03-25");
  claim.value = 1'351'000;
  EXPECT_TRUE(
      say(ClaimsAdded{.piece = piece(200), .claims = {claim}, .replaces = {}}, kClaimsAdded, kMember));
  const Ref first = last_;
  claim.value = 1'535'000;
  claim.warning = "misprint";
  EXPECT_FALSE(say(ClaimsAdded{piece(201), {claim}, first, 0}, kClaimsAdded, {8, AuthorRole::kMember}));
  EXPECT_TRUE(say(ClaimsAdded{piece(201), {claim}, first, 0}, kClaimsAdded, kMember));
  ASSERT_EQ(claims(rows_, group_).size(), 2u);
  EXPECT_FALSE(claims(rows_, group_)[1].counts());
  EXPECT_TRUE(say(Withdrawn{Withdrawn::Kind::kClaim, last_, 0, true, "повтор"}, kWithdrawn, kMember));
  EXPECT_FALSE(claims(rows_, group_)[0].counts());
}

TEST_F(Register, RefusesWhatDoesNotKeepTheRules) {
  RecordsAdded body{.piece = piece(1), .records = {{{"Имя"}, {source("Газета")}}}, .sealed = {}};
  EXPECT_TRUE(check(body).ok());
  body.records[0].sources[0].link.clear();
  EXPECT_TRUE(check(body).error().is(LossError::kNotPublished));
  body.records[0].open_names.clear();
  EXPECT_TRUE(check(body).ok());
  body.records[0].sources[0].publisher = "  ";
  EXPECT_TRUE(check(body).error().is(LossError::kTextEmpty));
  body.records[0].sources[0] = source("Газета");
  body.records[0].sources[0].quotes = 0;
  EXPECT_FALSE(check(body).ok()) << "itself";
  EXPECT_FALSE(check(SourceAdded{{}, source("x"), " "}).ok()) << "every change has a reason";
  Facts facts;
  facts.age_low = 30;
  EXPECT_FALSE(check(facts).ok());
  facts.age_high = 20;
  EXPECT_FALSE(check(facts).ok());
  EXPECT_FALSE(check(Span{Precision::kMonth, {19'000}, {19'001}}).ok());
  EXPECT_FALSE(check(Span{Precision::kDay, {INT32_MIN}, {INT32_MIN}}).ok());
  EXPECT_FALSE(parse_span("2022-13"));
  EXPECT_FALSE(parse_span("2022-07-20/2022-07-01"));
  for (const char* text : {"2022", "2022-02", "2022-02-28", "2022-02-01/2022-03-15"})
    EXPECT_EQ(text_of_span(*parse_span(text)), text);
  EXPECT_EQ(text_of_month(month_of(*cases::parse_day("1969-12-31"))), "1969-12");
}

TEST_F(Register, ASnapshotIsTheWholeRegister) {
  const RecordId a = add("Газета", killed("RU-BU"));
  const RecordId b = add("Канал", killed("RU-BU"), kMember);
  hear(a, source("Сайт", killed("RU-TY")));
  decide(a, b, Verdict::kUnsure, 2);
  RecordsAdded half{.piece = piece(90, 0, 2), .records = {{{}, {source("Список")}}}, .sealed = Bytes(300, 7)};
  EXPECT_TRUE(say(half, kRecordsAdded));
  EXPECT_TRUE(say(NamesSealed{batch_of(a), Bytes(200, 3), ""}, kNamesSealed));
  EXPECT_EQ(sealed_names(rows_, group_, batch_of(a))->sealed, Bytes(200, 3));
  MemoryRows other;
  ASSERT_TRUE(state_.restore(other, group_, state_.snapshot(rows_, group_)).ok());
  for (Space space : {kRefused.space}) {
    rows_.erase_range(space, {});
    other.erase_range(space, {});
  }
  EXPECT_TRUE(rows_ == other);
  state_.forget(rows_, group_);
  EXPECT_EQ(rows_.size(), 0u);
}

// Anything by anybody, against a model in which a record is what stands below and nothing more.
TEST_F(Register, AsANaiveModelHasIt) {
  struct Naive {
    RecordId id;
    std::set<std::string> heard;    // checked publishers
    std::set<std::string> regions;  // of all sources
    uint8_t by = 0;
    bool withdrawn = false;
  };
  SeededRandom random(7);
  std::vector<Naive> model;
  const char* papers[] = {"А", "Б", "В"};
  const char* regions[] = {"RU-BU", "RU-TY", "RU-DA"};
  const auto any = [&](auto& some) { return some[random.below(std::size(some))]; };
  for (int step = 0; step < 600; ++step) {
    const Voice by{static_cast<uint8_t>(1 + random.below(4)), static_cast<AuthorRole>(1 + random.below(3))};
    const bool verifies = by.role != AuthorRole::kMember;
    const std::string paper = any(papers);
    const std::string region = any(regions);
    if (model.size() < 3 || random.below(4) == 0) {
      const RecordId id = add(paper.c_str(), killed(region.c_str()), by);
      model.push_back({id, {}, {region}, by.who, false});
      if (verifies) model.back().heard.insert(plain_key(paper));
      continue;
    }
    Naive& one = model[random.below(model.size())];
    if (random.below(3) != 0) {
      ASSERT_TRUE(hear(one.id, source(paper.c_str(), killed(region.c_str())), by));
      one.regions.insert(region);
      if (verifies) one.heard.insert(plain_key(paper));
      continue;
    }
    const bool gone = random.below(2) == 0;
    const bool may = verifies || (gone && by.who == one.by);
    const bool done =
        say(Withdrawn{Withdrawn::Kind::kRecord, batch_of(one.id), 0, gone, "x"}, kWithdrawn, by);
    ASSERT_EQ(done, may && gone != one.withdrawn);
    if (done) one.withdrawn = gone;
  }
  uint32_t men = 0, confirmed = 0;
  std::map<std::string, std::pair<uint32_t, uint32_t>> by_region;
  for (const Naive& one : model) {
    if (one.withdrawn) continue;
    ++men;
    confirmed += one.heard.size() >= 2 ? 1 : 0;
    for (const std::string& region : one.regions) {
      by_region[region].second += 1;
      if (one.regions.size() == 1) by_region[region].first += 1;
    }
  }
  EXPECT_EQ(total().at_least, men);
  EXPECT_EQ(total().at_most, men);
  EXPECT_EQ(total().confirmed, confirmed);
  for (const auto& [region, figures] : by_region) {
    EXPECT_EQ(row({.by = By::kRegion}, region).at_least, figures.first) << region;
    EXPECT_EQ(row({.by = By::kRegion}, region).at_most, figures.second) << region;
  }
  MemoryRows other;
  ASSERT_TRUE(state_.restore(other, group_, state_.snapshot(rows_, group_)).ok());
  rows_.erase_range(kRefused.space, {});
  EXPECT_TRUE(rows_ == other) << "what a newcomer gets is what everybody has";
}

}  // namespace
}  // namespace homeward::domain::losses
