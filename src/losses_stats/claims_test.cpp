#include "losses_stats/claims.h"

#include <gtest/gtest.h>

#include "losses_stats/json.h"
#include "losses_stats/test_data.h"

namespace homeward::losses_stats {
namespace {

constexpr const char* kHead =
    "subject,region_iso,kind,as_of,value,low,high,unit,claimant,basis,quality_note\n";

std::vector<Claim> claims_of(const std::string& rows) {
  const auto read = read_claims(kHead + rows);
  EXPECT_TRUE(read.ok());
  return *read;
}

// Whether tags open and close in order and no bare sign stands in a text: what makes XML well-formed here.
void expect_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  size_t at = svg.find("?>") + 2;
  while ((at = svg.find('<', at)) != std::string::npos) {
    const size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '/') {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(tag.substr(1), open.back());
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    at = end;
  }
  EXPECT_TRUE(open.empty());
  for (size_t i = svg.find('&'); i != std::string::npos; i = svg.find('&', i + 1)) {
    const std::string entity = svg.substr(i, svg.find(';', i) - i + 1);
    EXPECT_TRUE(entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;") << entity;
  }
}

TEST(Claims, WrongFilesAreNamed) {
  const auto said = [](const std::string& text) {
    const auto read = read_claims(text);
    return read.ok() ? "" : describe("c.csv", read.problem());
  };
  EXPECT_EQ(said("a,b\n1,2\n"), "c.csv:1:1: expected the columns as_of, claimant and value, or low and high");
  const std::string head = "as_of,claimant,value,low,high\n";
  EXPECT_EQ(said(head + "soon,X,1,,\n"), "c.csv:2:1: expected a date such as 2022-07-20, 2022-07 or 2022");
  EXPECT_EQ(said(head + "2022,X,many,,\n"),
            "c.csv:2:8: expected a number of at least 0, such as 1351 or 30.86");
  EXPECT_EQ(said(head + "2022,X,,5,3\n"), "c.csv:2: expected low not above high");
  EXPECT_EQ(said(head + "2022,X,,5,\n"), "c.csv:2: expected both low and high, or neither");
  EXPECT_EQ(said(head + "2022,X,,,\n"), "c.csv:2: expected a value, or low and high");
  EXPECT_EQ(said(head + "2022,,1,,\n"), "c.csv:2:6: expected who claims it");
  EXPECT_EQ(said(head), "c.csv:2: expected at least one claim");
  const auto floor = read_floor("date,count\n2022-03-01,5\n2022-02-01,6\n");
  ASSERT_FALSE(floor.ok());
  EXPECT_EQ(describe("f.csv", floor.problem()), "f.csv:3:1: expected a later day than in the line before");
}

TEST(Claims, MisprintsChangedDefinitionsAndImpossibleNumbersAreSaid) {
  const auto claims = claims_of(
      "army,,killed,2022-03-25,1351,,,persons,Ministry,official,\n"
      "army,,killed,2022-03-25,1535,,,persons,Ministry (as reported),secondary,\n"
      "army,,killed or wounded,2022-08-08,,70000,80000,persons,Ministry,official,\n"
      "army,,killed,2022-09-01,1351,,,persons,Elsewhere,official,copied\n");
  const std::vector<FloorPoint> floor = {{{2022, 4, 1}, 1500}, {{2022, 8, 1}, 4000}};
  EXPECT_NE(claim_warnings(claims, 1, floor).at(0).find("misprint"), std::string::npos);
  EXPECT_NE(claim_warnings(claims, 2, floor).at(0).find("Not the same as the claimant counted before"),
            std::string::npos);
  const auto last = claim_warnings(claims, 3, floor);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0], "copied");
  EXPECT_EQ(last[1], "Less than the 4000 that the register knew on that day.");
}

TEST(Claims, TheChartIsWellFormedAndSaysEverythingInWordsToo) {
  const auto claims = claims_of(
      "\"Армия <&\"\" \"\"\",,killed,2022-03-25,1351,,,persons,Министерство,official,\n"
      "\"Армия <&\"\" \"\"\",,killed,2022-07,35000,30000,40000,persons,Other & Sons,intelligence "
      "estimate,approx\n"
      "home,XX-A,confirmed by name,2022,12,,,persons,List,open-source count,\n");
  const std::string svg = claims_chart(claims, {{{2022, 2, 1}, 0}, {{2022, 6, 1}, 900}});
  expect_well_formed(svg);
  for (const char* part :
       {"<title id=\"title\">", "<desc id=\"desc\">", "role=\"img\"", "Министерство", "Other &amp; Sons",
        "30\u202F000 to 40\u202F000", "XX-A", "#0072B2", "the register's own floor", "approx"})
    EXPECT_NE(svg.find(part), std::string::npos) << part;
  for (const char* part : {"href", "<script", "url(", "nan", "inf\""})
    EXPECT_EQ(svg.find(part), std::string::npos) << part;
}

TEST(Claims, ThePublishedOnesAreDrawn) {
  REFERENCE(csv, "claims.csv");
  const auto claims = read_claims(csv);
  ASSERT_TRUE(claims.ok());
  const std::string svg = claims_chart(*claims, {});
  expect_well_formed(svg);
  for (const Claim& claim : *claims) {
    if (claim.claimant.find_first_of("&<\"") != std::string::npos) continue;
    EXPECT_NE(svg.find(claim.claimant), std::string::npos) << claim.claimant;
  }
}

TEST(Json, IsReadStrictly) {
  const auto good = parse_json(" {\"a\": [1, -2.5e1, \"\\u0416\\n\", true, null], \"b\": {}} ");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->find("a")->items[1].number, -25);
  EXPECT_EQ(good->find("a")->items[2].text, "Ж\n");
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1 2", "\"\\ud800\"", "nul", "[1e999]", "\"a"})
    EXPECT_FALSE(parse_json(text).ok()) << text;
  const auto wrong = parse_json("{\n \"a\" 1}");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(describe("m.json", wrong.problem()), "m.json:2:6: expected a colon after a member's name");
  EXPECT_FALSE(parse_json(std::string(1000, '[')).ok());
}

}  // namespace
}  // namespace homeward::losses_stats
