#include "losses_stats/link.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "losses_stats/columns.h"
#include "losses_stats/csv.h"
#include "losses_stats/invented_people.h"
#include "losses_stats/link_files.h"
#include "losses_stats/test_data.h"

namespace homeward::losses_stats {
namespace {

People people_of(const std::vector<std::string>& files) {
  auto read = read_people(files);
  EXPECT_TRUE(std::holds_alternative<People>(read));
  return std::move(*std::get_if<People>(&read));
}

struct Quality {
  double precision = 0;
  double recall = 0;
  double f1() const { return 2 * precision * recall / (precision + recall); }
};

// Of the pairs found, against the person of each record.
Quality quality_of(const std::vector<LinkedPair>& pairs, const std::vector<std::string>& person) {
  std::map<std::string, double> records;
  for (const std::string& one : person) records[one] += 1;
  double all = 0;
  for (const auto& [one, count] : records) all += count * (count - 1) / 2;
  double right = 0;
  for (const LinkedPair& pair : pairs) right += person[pair.a] == person[pair.b];
  return {right / std::max(1.0, static_cast<double>(pairs.size())), right / all};
}

Quality invented_quality(const InventedLists& lists) {
  std::vector<std::string> person;
  for (const auto& list : lists.person) {
    for (const uint32_t one : list) person.push_back(std::to_string(one));
  }
  const People people = people_of(lists.csv);
  return quality_of(link(people, {}).pairs, person);
}

std::vector<std::string> column(const std::string& csv, const std::string& name) {
  const auto table = parse_csv(csv);
  EXPECT_TRUE(table.ok());
  std::vector<std::string> out;
  for (const CsvRow& row : table->rows) out.push_back(row[*table->find(name)].text);
  return out;
}

TEST(Link, Febrl) {
  REFERENCE(csv, "linkage/febrl1.csv");
  std::vector<std::string> person;
  for (const std::string& id : column(csv, "rec_id")) person.push_back(id.substr(4, id.find('-', 4) - 4));
  EXPECT_GE(quality_of(link(people_of({csv}), {}).pairs, person).f1(), 0.99);
}

TEST(Link, RlData) {
  REFERENCE(csv, "linkage/RLdata500.csv");
  const std::vector<std::string> person = column(csv, "true_id");
  EXPECT_GE(quality_of(link(people_of({csv}), {}).pairs, person).f1(), 0.97);
}

TEST(Link, CyrillicListsInThreeSpellings) {
  REFERENCE(csv, "linkage/cyrillic_dev.csv");
  REFERENCE(truth, "linkage/cyrillic_dev_truth.csv");
  const Quality quality = quality_of(link(people_of({csv}), {}).pairs, column(truth, "true_id"));
  EXPECT_GE(quality.precision, 0.97);
  EXPECT_GE(quality.recall, 0.93);
}

TEST(Link, InventedSoldiersOfTwoLists) {
  const Quality quality =
      invented_quality(invented_soldiers({.seed = 3, .people = 1500, .doubled = 0.05, .surnames = 400}));
  EXPECT_GE(quality.precision, 0.97);
  EXPECT_GE(quality.recall, 0.93);
}

TEST(Link, InventedCustomersOfTwoLists) {
  EXPECT_GE(invented_quality(invented_customers({.seed = 4, .people = 1500, .doubled = 0.1})).f1(), 0.99);
}

TEST(Link, InventedPatientsOfOneList) {
  const auto lists = invented_patients(
      {.seed = 5, .people = 1500, .lists = 1, .listed = 1, .doubled = 0.1, .surnames = 250});
  EXPECT_GE(invented_quality(lists).f1(), 0.93);
}

TEST(Link, NobodyIsFoundWhereAllAreDifferentPeople) {
  const auto lists = invented_customers(
      {.seed = 6, .people = 1500, .lists = 1, .listed = 1, .doubled = 0, .surnames = 3000});
  EXPECT_LE(link(people_of(lists.csv), {}).pairs.size(), 2U);
}

TEST(Link, TheAnswerDoesNotDependOnTheNumberOfCores) {
  const auto lists = invented_soldiers({.seed = 7, .people = 600});
  const People people = people_of(lists.csv);
  LinkOptions many;
  many.parallel = [](size_t tasks, const std::function<void(size_t)>& task) {
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        for (size_t i = t; i < tasks; i += 3) task(i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  EXPECT_EQ(pairs_csv(people, link(people, {}).pairs).csv, pairs_csv(people, link(people, many).pairs).csv);
}

TEST(Link, ClustersAreWhole) {
  const auto lists = invented_soldiers({.seed = 8, .people = 500, .lists = 3});
  const People people = people_of(lists.csv);
  const LinkResult made = link(people, {});
  std::map<uint32_t, std::set<uint32_t>> members;
  size_t within = 0;
  for (const LinkedPair& pair : made.pairs) {
    EXPECT_LT(pair.a, pair.b);
    EXPECT_GE(pair.probability, 0.5);
    if (pair.cluster == 0) continue;
    ++within;
    members[pair.cluster].insert({pair.a, pair.b});
  }
  size_t records = 0;
  std::set<uint32_t> seen;
  for (const auto& [cluster, set] : members) {
    records += set.size();
    seen.insert(set.begin(), set.end());
  }
  EXPECT_EQ(records, seen.size()) << "a record is in two clusters";
  EXPECT_GT(within, 300U);
}

TEST(Link, DecisionsHoldAndFeedTheModel) {
  const auto lists = invented_soldiers({.seed = 9, .people = 400});
  const People people = people_of(lists.csv);
  const LinkResult before = link(people, {});
  ASSERT_GT(before.pairs.size(), 10U);
  LinkOptions options;
  const LinkedPair parted = before.pairs[0];
  options.decisions = {{parted.a, parted.b, false}, {0, 1, true}};
  const LinkResult after = link(people, options);
  bool joined = false;
  for (const LinkedPair& pair : after.pairs) {
    EXPECT_FALSE(pair.a == parted.a && pair.b == parted.b);
    joined = joined || (pair.a == 0 && pair.b == 1 && pair.probability > 0.99);
  }
  EXPECT_TRUE(joined);
  EXPECT_NE(link_model_json(people, after.model), link_model_json(people, before.model));
}

TEST(Link, AModelIsReadAsItWasWritten) {
  const auto lists = invented_soldiers({.seed = 10, .people = 400});
  const People people = people_of(lists.csv);
  const LinkResult made = link(people, {});
  const std::string json = link_model_json(people, made.model);
  const auto read = read_link_model(json, people);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(link_model_json(people, *read), json);
  LinkOptions options;
  options.model = *read;
  const LinkResult again = link(people, options);
  EXPECT_NEAR(static_cast<double>(again.pairs.size()), static_cast<double>(made.pairs.size()),
              0.03 * static_cast<double>(made.pairs.size()));
  EXPECT_EQ(link_model_json(people, again.model), json);
  const auto wrong = read_link_model("{\"format\": \"homeward link model 1\",\n \"swapped\": 2}", people);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(describe("m.json", wrong.problem()), "m.json:2:13: expected a probability above 0 and at most 1");
}

TEST(Link, IdsThatStandInTwoFilesTellOnlyPairsAcrossThem) {
  const std::string head = "rec_id,surname,given,birth\n";
  std::string a = head;
  std::string b = head;
  const auto lists = invented_customers({.seed = 11, .people = 300, .lists = 1, .listed = 1});
  const auto table = parse_csv(lists.csv[0]);
  for (size_t i = 0; i < table->rows.size(); ++i) {
    const CsvRow& row = table->rows[i];
    const std::string rest = "," + row[2].text + "," + row[1].text + "," + row[8].text + "\n";
    a += std::to_string(i) + rest;
    b += std::to_string(i) + rest;
    if (i == 5) b += "again" + rest;
  }
  const People people = people_of({a, b});
  const LinkResult made = link(people, {});
  const PairsFile file = pairs_csv(people, made.pairs);
  const auto pairs = parse_csv(file.csv);
  ASSERT_TRUE(pairs.ok());
  size_t same = 0;
  for (const CsvRow& row : pairs->rows) same += row[0].text == row[1].text;
  EXPECT_GE(same, 250U);
  EXPECT_EQ(pairs->rows.size() + file.left_out, made.pairs.size());
}

TEST(People, WrongListsAreNamedByTheirPlace) {
  const std::string good = "rec_id,surname,given\n1,Ashton,Al\n2,Burke,Jo\n";
  const auto check = [&](const std::string& second, const std::string& said) {
    const auto read = read_people({good, second});
    const auto* wrong = std::get_if<FileProblem>(&read);
    ASSERT_NE(wrong, nullptr) << said;
    EXPECT_EQ(wrong->file, 1U);
    EXPECT_EQ(describe("b.csv", wrong->problem), said);
  };
  check("rec_id,surname,given\n1,Ashton,Al\n1,Burke,Jo\n", "b.csv:3:1: expected every record's id only once");
  check("rec_id,surname,given\n", "b.csv:2: expected at least one record");
  check("rec_id,surname,given\n1,Ashton\n", "b.csv:2:3: expected 3 fields as in the header, not 2");
  check("rec_id,surname\n,Ashton\n", "b.csv:2:1: expected the record's id");
  check("rec_id,empty\n1,\n2,\n", "b.csv:1: expected columns that tell people apart: names, dates, places");
}

TEST(Columns, AreKnownByNameAndContent) {
  const auto table = parse_csv(
      "nr,Фамилия,Имя,Отчество,Дата рождения,true_id,PLZ,house,source\n"
      "1,Ларин,Лев,Львович,1990-02-01,7,2000,5,A\n2,Сомов,Ян,Янович,1991-03-04,8,2001,6,B\n"
      "3,Юдин,Пётр,Львович,1992-05-06,9,2002,7,A\n");
  ASSERT_TRUE(table.ok());
  const auto columns = recognise_columns(*table);
  const std::vector<ColumnRole> expected = {
      ColumnRole::kId,         ColumnRole::kSurname, ColumnRole::kGiven,
      ColumnRole::kPatronymic, ColumnRole::kDate,    ColumnRole::kIgnored,
      ColumnRole::kCode,       ColumnRole::kCode,    ColumnRole::kSource};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(columns[i].role, expected[i]) << table->names[i];
  EXPECT_EQ(columns[4].label, "birth");
  EXPECT_EQ(columns[6].label, "postcode");
}

TEST(Dates, AreReadAsPeopleWriteThem) {
  const Date expected{2022, 3, 19};
  for (const char* text : {"2022-03-19", "20220319", "19.03.2022", "19/3/2022", "2022-03-19T10:00"})
    EXPECT_EQ(read_date(text), expected) << text;
  EXPECT_EQ(read_date("2022-03"), (Date{2022, 3, 0}));
  EXPECT_EQ(read_date("2022"), (Date{2022, 0, 0}));
  for (const char* text : {"", "spring", "12", "1.2.3.4", "99999999999"})
    EXPECT_TRUE(read_date(text).empty()) << text;
}

TEST(Dates, LevelsOfAgreement) {
  const Date day{1987, 3, 12};
  EXPECT_EQ(compare_dates(day, day), DateLevel::kSame);
  EXPECT_EQ(compare_dates(day, {1987, 12, 3}), DateLevel::kSlip);
  EXPECT_EQ(compare_dates(day, {1986, 3, 12}), DateLevel::kSlip);
  EXPECT_EQ(compare_dates(day, {1987, 0, 0}), DateLevel::kPart);
  EXPECT_EQ(compare_dates(day, {1988, 0, 0}), DateLevel::kSlip);
  EXPECT_EQ(compare_dates(day, {1950, 3, 12}), DateLevel::kTwoParts);
  EXPECT_EQ(compare_dates({2022, 3, 28}, {2022, 4, 2}), DateLevel::kWeek);
  EXPECT_EQ(compare_dates({2022, 3, 28}, {2022, 4, 20}), DateLevel::kMonth);
  EXPECT_EQ(compare_dates(day, {1990, 7, 1}), DateLevel::kDifferent);
  EXPECT_EQ(compare_dates(day, {}), DateLevel::kMissing);
}

TEST(Compare, EditsAreCounted) {
  EXPECT_EQ(edits("karpov", "karpov", 2), 0U);
  EXPECT_EQ(edits("karpov", "krapov", 2), 1U);
  EXPECT_EQ(edits("karpov", "karpo", 2), 1U);
  EXPECT_EQ(edits("karpov", "kurpof", 2), 2U);
  EXPECT_EQ(edits("karpov", "petrov", 2), 3U);
  EXPECT_EQ(edits("", "ab", 2), 2U);
}

}  // namespace
}  // namespace homeward::losses_stats
