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

}  // namespace
}  // namespace homeward::app
