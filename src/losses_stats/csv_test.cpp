#include "losses_stats/csv.h"

#include <gtest/gtest.h>

namespace homeward::losses_stats {
namespace {

void expect_problem(std::string_view text, size_t line, size_t column) {
  const auto table = parse_csv(text);
  ASSERT_FALSE(table.ok()) << text;
  EXPECT_EQ(table.problem().line, line) << text;
  EXPECT_EQ(table.problem().column, column) << text;
}

TEST(Csv, ReadsWhatTheRfcAllows) {
  const auto table = parse_csv(
      "\xEF\xBB\xBF"
      "a, b ,c\r\n1,\"x, \"\"y\"\"\nz\", \r\n\"\",2,3");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->names, (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(table->rows[0][1].text, "x, \"y\"\nz");
  EXPECT_EQ(table->rows[0][2].text, "");
  EXPECT_EQ(table->rows[1][0].text, "");
  EXPECT_EQ(table->rows[1][2].line, 4U);
}

TEST(Csv, SaysWhereAFileIsWrong) {
  expect_problem("", 1, 1);
  expect_problem("a,b\n1\n", 2, 1);
  expect_problem("a,b\n1,2,3\n", 2, 5);
  expect_problem("a,a\n1,2\n", 1, 3);
  expect_problem("a,,c\n", 1, 3);
  expect_problem("a,b\n1,\"x\n", 2, 3);
  expect_problem("a,b\n1,\"x\"y\n", 2, 6);
  expect_problem("a,b\nй,x\"y\n", 2, 4);
  expect_problem("a,b\n1,2\n\n3,4\n", 3, 0);
  expect_problem("a\xFF,b\n", 0, 0);
}

TEST(Csv, WritesFieldsThatReadBackTheSame) {
  for (const std::string text : {"", "plain", "a,b", "\"", " padded ", "line\nend", "Тыва"}) {
    const auto table = parse_csv("a,b\n" + csv_field(text) + ",x\n");
    ASSERT_TRUE(table.ok()) << text;
    EXPECT_EQ(table->rows.at(0).at(0).text, text);
  }
}

TEST(Csv, TakesOnlyWholeNumbers) {
  EXPECT_EQ(*whole_number({"0042", 1, 1}), 42U);
  for (const char* text : {"", "-1", "1.5", "1e3", " 1", "9999999999999999999"}) {
    EXPECT_FALSE(whole_number({text, 1, 1}).ok()) << text;
  }
  EXPECT_FALSE(whole_number({"11", 1, 1}, 10).ok());
}

}  // namespace
}  // namespace homeward::losses_stats
