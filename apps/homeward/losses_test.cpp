#include "apps/homeward/losses.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace homeward::app {
namespace {

class Losses : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("losses_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
  std::string text(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(Losses, RatesAreWritten) {
  const std::string regions = file("regions.csv", "iso,men_16_61_census2021\nXX-A,100000\nXX-B,200000\n");
  const std::string deaths =
      file("deaths.csv", "iso,month_confirmed,deaths\nXX-A,2022-03,10\nunknown,2022-03,1\n");
  EXPECT_EQ(losses({"rates", deaths, "--regions", regions, "--by", "month", "--out", path("rates.csv")}), 0);
  const std::string out = text("rates.csv");
  EXPECT_TRUE(out.starts_with(
      "iso,period,deaths,denominator,rate,low,high,midp_low,midp_high,byar_low,byar_high,rank,"
      "rank_low,rank_high,funnel\nXX-A,2022-03,10,100000,10,4.79538"))
      << out;
  EXPECT_FALSE(std::filesystem::exists(path("rates.csv.part")));
}

TEST_F(Losses, MonthsAddUp) {
  const std::string regions = file("regions.csv", "iso,men_16_61_census2021\nXX-A,100000\nXX-B,200000\n");
  const std::string deaths =
      file("deaths.csv", "iso,month,deaths\nXX-A,2022-04,3\nXX-A,2022-03,10\nXX-B,2022-05,4\n");
  EXPECT_EQ(losses({"rates", deaths, "--regions", regions, "--by", "month", "--cumulative", "--out",
                    path("r.csv")}),
            0);
  const std::string out = text("r.csv");
  for (const char* row : {"\nXX-A,2022-03,10,", "\nXX-B,2022-03,0,", "\nXX-A,2022-04,13,",
                          "\nXX-A,2022-05,13,", "\nXX-B,2022-05,4,"})
    EXPECT_NE(out.find(row), std::string::npos) << row << out;
}

TEST_F(Losses, AWrongFileIsNamedWithItsLineAndNothingIsWritten) {
  const std::string regions = file("regions.csv", "iso,men_16_61_census2021\nXX-A,100000\n");
  const std::string deaths = file("deaths.csv", "iso,deaths\nXX-A,1\nXX-A,many\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({"rates", deaths, "--regions", regions, "--out", path("rates.csv")}), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("deaths.csv:3:6: expected a whole number"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("rates.csv")));
  EXPECT_EQ(losses({"rates", path("none.csv"), "--regions", regions, "--out", path("rates.csv")}), 1);
}

TEST_F(Losses, WrongUsageIsSaid) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({}), 2);
  EXPECT_EQ(losses({"guess"}), 2);
  EXPECT_EQ(losses({"estimate", "a.csv", "--method", "magic"}), 2);
  EXPECT_EQ(losses({"estimate", "a.csv", "--seed", "x"}), 2);
  EXPECT_EQ(losses({"rates", "a.csv"}), 2);
  EXPECT_EQ(losses({"rates", "a.csv", "--regions"}), 2);
  EXPECT_EQ(losses({"rates", "a.csv", "--regions", "b.csv", "--by", "week", "--out", "c"}), 2);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("--by takes month"), std::string::npos);
}

TEST_F(Losses, EstimateAnswersInJson) {
  const std::string cells = file(
      "cells.csv", "a,b,c,count\n1,0,0,60\n0,1,0,49\n0,0,1,247\n1,1,0,4\n1,0,1,112\n0,1,1,142\n1,1,1,12\n");
  testing::internal::CaptureStdout();
  EXPECT_EQ(losses({"estimate", cells, "--method", "loglinear", "--json"}), 0);
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(
      out.starts_with("{\"observed\":626,\"lists\":[\"a\",\"b\",\"c\"],\"exists\":true,\"warnings\":["))
      << out;
  EXPECT_NE(out.find("\"best\":{\"model\":\"[12,3]\",\"estimate\":730.92857"), std::string::npos) << out;
  EXPECT_EQ(out.find("\"bayes\""), std::string::npos);
}

TEST_F(Losses, WithoutAnEstimateTheStatusIsFour) {
  const std::string two = file("two.csv", "a,b,count\n1,0,60\n0,1,49\n1,1,12\n");
  const std::string apart = file("apart.csv", "a,b,c,count\n1,0,0,60\n0,1,0,49\n0,0,1,12\n");
  testing::internal::CaptureStdout();
  EXPECT_EQ(losses({"estimate", two, "--json"}), 4);
  std::string out = testing::internal::GetCapturedStdout();
  EXPECT_NE(out.find("\"exists\":false"), std::string::npos);
  EXPECT_NE(out.find("Fewer than three lists"), std::string::npos);
  EXPECT_NE(out.find("\"best\":{\"model\":null,\"estimate\":null"), std::string::npos) << out;
  testing::internal::CaptureStdout();
  EXPECT_EQ(losses({"estimate", apart, "--method", "sparse", "--json"}), 4);
  EXPECT_NE(testing::internal::GetCapturedStdout().find(
                "\"sparse\":{\"exists\":false,\"model\":null,\"estimate\":null"),
            std::string::npos);
  testing::internal::CaptureStdout();
  EXPECT_EQ(losses({"estimate", apart, "--method", "loglinear"}), 4);
  out = testing::internal::GetCapturedStdout();
  EXPECT_NE(out.find("none has a finite estimate"), std::string::npos) << out;
}

constexpr const char* kList =
    "rec_id,surname,given,patronymic,birth\n"
    "1,Ларин,Лев,Львович,1990-02-01\n2,Сомов,Ян,Янович,1991-03-04\n3,Юдин,Пётр,Львович,1992-05-06\n"
    "4,Гужин,Олег,Ильич,1980-07-11\n5,Хомутов,Денис,Олегович,1979-12-30\n6,Цветов,Иван,Янович,1988-01-09\n";
constexpr const char* kOther =
    "rec_id,surname,given,patronymic,birth\n"
    "a,Larin,Lev,Lvovich,1990-02-01\nb,Сомов,Ян,Янович,1991-03-04\nc,Юдін,Петро,Львович,1992-05-06\n"
    "d,Яковлев,Роман,Петрович,1995-05-05\ne,Denis,Khomutov,,1979-12-30\nf,Белов,Егор,Егорович,1999-09-19\n";

TEST_F(Losses, ListsAreLinkedAndTheModelIsWrittenAndRead) {
  const std::string first = file("first.csv", kList);
  const std::string second = file("second.csv", kOther);
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({"link", first, second, "--out", path("pairs.csv"), "--model", path("m.json")}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "12 records, 4 pairs, 8 people\n");
  const std::string pairs = text("pairs.csv");
  EXPECT_TRUE(pairs.starts_with("a,b,probability,cluster\n1,a,0.9")) << pairs;
  for (const char* pair : {"\n2,b,0.9", "\n3,c,0.9", "\n5,e,"})
    EXPECT_NE(pairs.find(pair), std::string::npos) << pairs;
  const std::string model = text("m.json");
  EXPECT_TRUE(model.starts_with("{\n  \"format\": \"homeward link model 1\"")) << model;
  // A model that is there is used and left as it is; with decisions it is learnt again.
  EXPECT_EQ(losses({"link", first, second, "--out", path("pairs.csv"), "--model", path("m.json")}), 0);
  EXPECT_EQ(text("m.json"), model);
  const std::string decisions = file("decisions.csv", "a,b,same\n2,b,no\n4,d,yes\n");
  EXPECT_EQ(losses({"link", first, second, "--out", path("pairs.csv"), "--model", path("m.json"),
                    "--decisions", decisions}),
            0);
  EXPECT_NE(text("m.json"), model);
  EXPECT_EQ(text("pairs.csv").find("\n2,b,"), std::string::npos);
  EXPECT_NE(text("pairs.csv").find("\n4,d,1.0"), std::string::npos);
}

TEST_F(Losses, AWrongListLeavesNothingBehind) {
  const std::string first = file("first.csv", kList);
  const std::string second = file("second.csv", "rec_id,surname\na,Ларин\na,Сомов\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({"link", first, second, "--out", path("pairs.csv"), "--model", path("m.json")}), 1);
  EXPECT_NE(
      testing::internal::GetCapturedStderr().find("second.csv:3:1: expected every record's id only once"),
      std::string::npos);
  const std::string decisions = file("decisions.csv", "a,b,same\n1,9,yes\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({"link", first, "--out", path("pairs.csv"), "--decisions", decisions}), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("decisions.csv:2:3: expected the id of a record"),
            std::string::npos);
  const std::string model = file("wrong.json", "{\"format\": 1}");
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({"link", first, "--out", path("pairs.csv"), "--model", model}), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("wrong.json:1:12: expected the format"),
            std::string::npos);
  // Neither file, when one of them cannot be written.
  std::filesystem::create_directories(path("folder"));
  EXPECT_EQ(losses({"link", first, "--out", path("pairs.csv"), "--model", path("no/such.json")}), 1);
  EXPECT_EQ(losses({"link", first, "--out", path("folder"), "--model", path("m.json")}), 1);
  for (const char* name : {"pairs.csv", "m.json", "pairs.csv.part", "m.json.part", "folder.part"})
    EXPECT_FALSE(std::filesystem::exists(path(name))) << name;
  EXPECT_EQ(losses({"link", first, "--out", path("pairs.csv"), "--least", "2"}), 2);
  EXPECT_EQ(losses({"link", "--out", path("pairs.csv")}), 2);
}

TEST_F(Losses, ClaimsBecomeAChart) {
  const std::string claims = file("claims.csv", "claimant,as_of,value\nМинистерство <1>,2022-03-25,1351\n");
  const std::string floor = file("floor.csv", "date,count\n2022-03-01,20\n2022-04-01,90\n");
  EXPECT_EQ(losses({"claims", claims, "--floor", floor, "--out", path("chart.svg")}), 0);
  const std::string chart = text("chart.svg");
  EXPECT_TRUE(chart.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg ")) << chart;
  EXPECT_NE(chart.find("Министерство &lt;1&gt;"), std::string::npos);
  const std::string wrong = file("wrong.csv", "date,count\n2022-03-01,20\n2022-04-01,x\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(losses({"claims", claims, "--floor", wrong, "--out", path("other.svg")}), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("wrong.csv:3:12: expected a whole number"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("other.svg")));
}

}  // namespace
}  // namespace homeward::app
