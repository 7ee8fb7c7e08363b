// Reports folded under every order of rights, and the count against a model that tries every way in which
// sets can share men.
#include "domain/tallies/tallies.h"

#include <gtest/gtest.h>

#include <map>

#include "domain/tallies/overlap.h"

namespace homeward::domain::tallies {
namespace {

constexpr Day kFirstOfJuly2022 = 19'174;
constexpr Month kJuly2022 = (2022 - 1970) * 12 + 6;

Author author(uint8_t number) {
  Author out;
  out.data[0] = number;
  return out;
}
EventKey key(uint8_t number) {
  EventKey out;
  out.data[0] = number;
  return out;
}

Report example() {
  return {.text = "Из ста отправленных назад десять убиты, двадцать ранены",
          .unit = "11-я бригада",
          .region = "RU-BU",
          .from = kFirstOfJuly2022,
          .until = kFirstOfJuly2022 + 6,
          .figures = {{Counted::kSentBack, 100}, {Counted::kKilled, 10}, {Counted::kWounded, 20}},
          .out_of = 100,
          .source = KnownBy::kPress,
          .source_note = "газета",
          .sureness = Sureness::kLikely,
          .overlaps = {},
          .corrects = std::nullopt};
}

class Tallies : public testing::Test {
 protected:
  bool say(const Author& who, AuthorRole role, uint8_t id, uint16_t kind, BytesView body) {
    const Context context{rows, group, who, false, role, {1, ++number}};
    return state.fold(context, {key(id), kind, Instant{1'000}, body});
  }
  bool report_by(uint8_t who, uint8_t id, const Report& said, AuthorRole role = AuthorRole::kMember) {
    return say(author(who), role, id, kReportKind, encode(said));
  }
  bool withdraw_by(uint8_t who, uint8_t id, const Ref& ref, AuthorRole role = AuthorRole::kMember) {
    return say(author(who), role, id, kWithdrawalKind, encode(Withdrawal{ref, "ошибка"}));
  }
  MemoryRows rows;
  GroupKey group{};
  State state;
  uint64_t number = 0;
};

TEST_F(Tallies, EncodesWhatItReads) {
  Report report = example();
  report.overlaps = {ref_of(author(3), key(9))};
  report.corrects = ref_of(author(4), key(8));
  const auto read = decode_report(encode(report));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, report);
  EXPECT_FALSE(decode_report(view_of("x")).ok());
}

TEST_F(Tallies, ChecksWhatAReportSays) {
  const auto with = [](auto&& edit) {
    Report report = example();
    edit(report);
    return check(report).ok();
  };
  EXPECT_TRUE(with([](Report&) {}));
  EXPECT_FALSE(with([](Report& r) { r.text = "  "; }));
  EXPECT_FALSE(with([](Report& r) { r.figures.clear(); }));
  EXPECT_FALSE(with([](Report& r) { r.figures.push_back({Counted::kKilled, 1}); }));
  EXPECT_FALSE(with([](Report& r) { r.figures[0].count = 101; }));
  EXPECT_FALSE(with([](Report& r) { r.until = r.from - 1; }));
  EXPECT_FALSE(with([](Report& r) { r.until = r.from + kLongestPeriod + 1; }));
  EXPECT_FALSE(with([](Report& r) { r.overlaps.assign(2, Ref{}); }));
}

TEST_F(Tallies, OnlyItsAuthorAnAdviserOrAnOrganizerCorrects) {
  ASSERT_TRUE(report_by(1, 1, example()));
  EXPECT_FALSE(report_by(1, 1, example())) << "the same event twice";
  const Ref first = ref_of(author(1), key(1));
  Report better = example();
  better.corrects = first;
  better.figures[1].count = 11;
  EXPECT_FALSE(report_by(2, 2, better));
  EXPECT_TRUE(report(rows, group, first)->counts());
  EXPECT_TRUE(report_by(3, 3, better, AuthorRole::kAdviser));
  EXPECT_EQ(report(rows, group, first)->corrected_by, ref_of(author(3), key(3)));
  EXPECT_FALSE(report_by(1, 4, better)) << "it was corrected already";
  ASSERT_EQ(reports(rows, group).size(), 2u);
  EXPECT_EQ(reports(rows, group)[0].id, ref_of(author(3), key(3)));
}

TEST_F(Tallies, OnlyItsAuthorOrAnOrganizerWithdraws) {
  ASSERT_TRUE(report_by(1, 1, example()));
  const Ref first = ref_of(author(1), key(1));
  EXPECT_FALSE(withdraw_by(2, 2, first));
  EXPECT_FALSE(withdraw_by(2, 2, first, AuthorRole::kAdviser));
  ASSERT_EQ(kRefused.list(rows, group).size(), 2u);
  EXPECT_EQ(kRefused.list(rows, group)[0].author, author(2));
  EXPECT_TRUE(withdraw_by(1, 3, first));
  EXPECT_FALSE(withdraw_by(1, 4, first));
  EXPECT_EQ(report(rows, group, first)->reason, "ошибка");
  EXPECT_EQ(tabulate({}, reports(rows, group), {}).reports, 0u);
}

TEST_F(Tallies, ANewcomerGetsTheSameAndForgettingLeavesNothing) {
  ASSERT_TRUE(report_by(1, 1, example()));
  ASSERT_TRUE(withdraw_by(1, 2, ref_of(author(1), key(1))));
  ASSERT_TRUE(report_by(2, 3, example()));
  const Bytes snapshot = state.snapshot(rows, group);
  MemoryRows other;
  ASSERT_TRUE(state.restore(other, group, snapshot).ok());
  EXPECT_EQ(rows, other);
  EXPECT_FALSE(state.restore(other, group, view_of("x")).ok());
  state.forget(rows, group);
  EXPECT_EQ(rows.size(), 0u);
}

KeptReport kept(uint8_t id, const Report& said) {
  return {.id = ref_of(author(9), key(id)), .said = said, .place = {}, .at = {}, .reason = {}};
}
Man man(uint8_t id, std::string unit, std::string region, std::vector<std::pair<Counted, Month>> marks,
        Certainty certainty = Certainty::kYes) {
  Man out{.id = ref_of(author(id), key(id)), .further = {}, .unit = unit, .region = region, .marks = {}};
  for (const auto& [state, month] : marks) out.mark(state) = {certainty, month};
  return out;
}

TEST_F(Tallies, TheBrigadeAndTheWeek) {
  Report refused = example();
  refused.unit = "37 бригада";
  refused.figures = {{Counted::kRefused, 29}, {Counted::kHome, 21}};
  refused.out_of = 29;
  const std::vector<KeptReport> said{kept(1, example()), kept(2, refused)};
  std::vector<Man> men;
  for (uint8_t i = 0; i < 14; ++i)
    men.push_back(
        man(i, "37-Бригада", "RU-BU", {{Counted::kRefused, kJuly2022}, {Counted::kHome, kJuly2022}}));
  men.push_back(man(20, "", "", {{Counted::kKilled, kJuly2022}}, Certainty::kPerhaps));
  const Table table = tabulate(men, said, {});
  const auto row = [&](std::string_view name) { return *std::ranges::find(table.rows, name, &Row::key); };
  EXPECT_EQ(row("37 бригада").cell(Counted::kRefused), (Count{29, 43, 14}));
  EXPECT_EQ(row("37 бригада").cell(Counted::kHome), (Count{21, 35, 14}));
  EXPECT_EQ(row("37 бригада").men, (Count{29, 43, 14}));
  EXPECT_EQ(row("37 бригада").label, "37-Бригада");
  EXPECT_EQ(row("11 я бригада").cell(Counted::kKilled), (Count{10, 10, 0}));
  EXPECT_EQ(row("").cell(Counted::kKilled), (Count{0, 1, 1})) << "a rumour";
  EXPECT_TRUE(row("").cell(Counted::kKilled).small());
  EXPECT_FALSE(row("11 я бригада").cell(Counted::kKilled).small());
  EXPECT_EQ(table.total.cell(Counted::kKilled), (Count{10, 11, 1}));
  EXPECT_EQ(table.total.cell(Counted::kRefused), (Count{29, 43, 14}));

  const Sources made_of = sources(men, said, {}, {.key = "37 бригада", .state = Counted::kHome});
  EXPECT_EQ(made_of.men.size(), 14u);
  EXPECT_EQ(made_of.reports, (std::vector<size_t>{1}));
  EXPECT_EQ(sources(men, said, {}, {.key = "", .state = Counted::kKilled, .total = true}).men.size(), 1u);
}

TEST_F(Tallies, ReportsOfTheSameMenAreCappedByHowManyTheseAre) {
  Report other = example();
  other.figures = {{Counted::kKilled, 95}};
  other.overlaps = {kept(1, example()).id};
  const std::vector<KeptReport> said{kept(1, example()), kept(2, other)};
  const Table table = tabulate({}, said, {});
  EXPECT_EQ(table.total.cell(Counted::kKilled), (Count{95, 100, 0}));
  EXPECT_EQ(table.total.men, (Count{100, 100, 0}));
}

TEST_F(Tallies, MonthsAndFilters) {
  Report long_one = example();
  long_one.until = kFirstOfJuly2022 + 40;
  const std::vector<KeptReport> said{kept(1, long_one)};
  const std::vector<Man> men{man(1, "А", "RU-TY", {{Counted::kKilled, kJuly2022 - 1}}),
                             man(2, "", "RU-BU", {{Counted::kKilled, kUndated}})};
  const Table months = tabulate(men, said, {.by = By::kMonth});
  ASSERT_EQ(months.rows.size(), 4u);
  EXPECT_EQ(months.rows[0].key, "");
  EXPECT_EQ(months.rows[1].key, "2022-06");
  EXPECT_EQ(months.rows[2].cell(Counted::kKilled), (Count{0, 10, 0})) << "of which month is not known";
  EXPECT_EQ(months.total.cell(Counted::kKilled), (Count{11, 12, 2}))
      << "who died in June is none of those of July; who died at some time may be";
  const Table june = tabulate(men, said, {.until = kJuly2022 - 1});
  EXPECT_EQ(june.total.cell(Counted::kKilled), (Count{1, 2, 2}));
  EXPECT_EQ(june.reports, 0u);
  const Table tuva = tabulate(men, said, {.region = "RU-TY"});
  EXPECT_EQ(tuva.total.men, (Count{1, 1, 1}));
}

TEST_F(Tallies, OneUnitHoweverItIsTyped) {
  EXPECT_EQ(unit_key("11 ОДШБр"), unit_key(" 11-одшбр. "));
  EXPECT_EQ(unit_key("Учёбная «рота»"), unit_key("учебная рота"));
  EXPECT_NE(unit_key("11 бригада"), unit_key("37 бригада"));
}

// --- Every way to share men, tried ---

struct Sets {
  std::vector<uint32_t> size;
  std::vector<std::vector<bool>> may_share;
};

// The smallest number of persons, by putting one membership after another into a person or a new one.
size_t fewest(const Sets& sets, size_t set, uint32_t placed, std::vector<uint32_t>& persons, size_t best) {
  if (persons.size() >= best) return best;
  while (set < sets.size.size() && placed == sets.size[set]) {
    ++set;
    placed = 0;
  }
  if (set == sets.size.size()) return persons.size();
  for (size_t i = 0; i < persons.size(); ++i) {
    bool fits = (persons[i] >> set & 1u) == 0;
    for (size_t other = 0; other < set && fits; ++other)
      fits = (persons[i] >> other & 1u) == 0 || sets.may_share[set][other];
    if (!fits) continue;
    persons[i] |= 1u << set;
    best = fewest(sets, set, placed + 1, persons, best);
    persons[i] &= ~(1u << set);
  }
  persons.push_back(1u << set);
  best = fewest(sets, set, placed + 1, persons, best);
  persons.pop_back();
  return best;
}

TEST(Overlap, NeverMoreThanTheTruthAndNearlyAlwaysTheTruth) {
  SeededRandom random(7);
  size_t equal = 0;
  constexpr size_t kRuns = 3000;
  for (size_t run = 0; run < kRuns; ++run) {
    Overlaps overlaps;
    Sets sets;
    const size_t reports = 1 + random.below(4);
    const size_t blocks = random.below(3);
    const size_t all = reports + blocks;
    sets.may_share.assign(all, std::vector<bool>(all, false));
    for (size_t i = 0; i < reports; ++i) {
      const auto size = static_cast<uint32_t>(random.below(4));
      sets.size.push_back(size);
      overlaps.reports.push_back({.sure = size, .most = size, .out_of = 0, .same_men_as = i});
      for (size_t j = 0; j < i; ++j) {
        if (random.below(2) == 0) continue;
        overlaps.pairs.emplace_back(j, i);
        sets.may_share[i][j] = sets.may_share[j][i] = true;
      }
    }
    for (size_t block = 0; block < blocks; ++block) {
      KnownMen known{.count = static_cast<uint32_t>(random.below(3)), .reports = {}};
      for (size_t i = 0; i < reports; ++i) {
        if (random.below(2) == 0) continue;
        known.reports.push_back(i);
        sets.may_share[i][reports + block] = sets.may_share[reports + block][i] = true;
      }
      sets.size.push_back(known.count);
      overlaps.known.push_back(known);
    }
    std::vector<uint32_t> persons;
    const size_t truth = fewest(sets, 0, 0, persons, SIZE_MAX);
    ASSERT_LE(at_least(overlaps), truth) << run;
    equal += at_least(overlaps) == truth;
    uint32_t sum = 0;
    for (size_t i = 0; i < reports; ++i) sum += sets.size[i];
    ASSERT_EQ(at_most_of_reports(overlaps.reports), sum);
  }
  EXPECT_GT(equal, kRuns * 98 / 100);
}

TEST(Overlap, ManyReportsThatHangTogetherStayBelowTheTruth) {
  SeededRandom random(8);
  for (size_t run = 0; run < 200; ++run) {
    // A line of reports in which neighbours may share: the truth is known by going along it.
    Overlaps overlaps;
    const size_t count = kExact + 1 + random.below(20);
    uint64_t with = 0, without = 0;
    for (size_t i = 0; i < count; ++i) {
      const auto size = static_cast<uint32_t>(random.below(50));
      overlaps.reports.push_back({.sure = size, .most = size, .out_of = 0, .same_men_as = i});
      if (i > 0) overlaps.pairs.emplace_back(i - 1, i);
      const uint64_t taken = without + size;
      without = std::max(with, without);
      with = taken;
    }
    EXPECT_LE(at_least(overlaps), std::max(with, without));
    EXPECT_GE(at_least(overlaps) * 2, std::max(with, without));
  }
}

// The table against counting man by man, without reports.
TEST(Count, TwentyRandomGroupsWithoutReports) {
  SeededRandom random(9);
  for (size_t run = 0; run < 20; ++run) {
    std::vector<Man> men;
    for (uint8_t i = 0; i < 60; ++i) {
      Man one = man(i, random.below(3) == 0 ? "" : "unit " + std::to_string(random.below(3)),
                    random.below(2) == 0 ? "RU-BU" : "RU-TY", {});
      for (Man::Mark& mark : one.marks)
        if (random.below(4) == 0)
          mark = {random.below(3) == 0 ? Certainty::kPerhaps : Certainty::kYes,
                  static_cast<Month>(kJuly2022 + static_cast<Month>(random.below(3)))};
      men.push_back(one);
    }
    for (const By by : {By::kUnit, By::kRegion, By::kMonth}) {
      const Table table = tabulate(men, {}, {.by = by});
      for (const Row& row : table.rows) {
        for (size_t state = 0; state < kCountedStates; ++state) {
          Count naive;
          for (const Man& one : men) {
            const Man::Mark& mark = one.marks[state];
            const std::string at = by == By::kUnit     ? unit_key(one.unit)
                                   : by == By::kRegion ? one.region
                                                       : month_key(mark.month);
            if (at != row.key || mark.certainty == Certainty::kNo) continue;
            ++naive.from_cases;
            ++naive.at_most;
            naive.at_least += mark.certainty == Certainty::kYes;
          }
          ASSERT_EQ(row.cells[state], naive);
          EXPECT_EQ(sources(men, {}, {.by = by}, {.key = row.key, .state = static_cast<Counted>(state + 1)})
                        .men.size(),
                    naive.from_cases);
        }
      }
    }
  }
}

}  // namespace
}  // namespace homeward::domain::tallies
