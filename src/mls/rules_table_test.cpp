// The table of rules, the checks and the tests name the same rules (rules.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace homeward::mls {
namespace {

using Ids = std::set<std::string>;

void collect(const std::string& text, const std::regex& form, Ids& out) {
  for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) out.insert((*at)[1]);
}

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

const char* const kId = R"((\d+(?:\.\d+)*/[a-z-]+))";

struct Found {
  Ids checks;
  Ids tests;
};

Found found_in(const std::vector<std::filesystem::path>& folders) {
  const std::regex context(std::string("\"") + kId + ": ");
  const std::regex beside(std::string("\\[") + kId + "\\]");
  const std::regex expected(std::string("\"") + kId + "\"");
  Found out;
  for (const auto& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(".cpp")) continue;
      const std::string text = content_of(entry.path());
      if (name.ends_with("_test.cpp")) {
        collect(text, expected, out.tests);
      } else {
        collect(text, context, out.checks);
        collect(text, beside, out.checks);
      }
    }
  }
  return out;
}

Ids missing(const Ids& from, const Ids& in) {
  Ids out;
  std::ranges::set_difference(in, from, std::inserter(out, out.end()));
  return out;
}

TEST(RulesTable, EveryRuleHasACheckAndATest) {
  Ids table;
  collect(content_of("src/mls/rules.md"), std::regex(std::string("\\n\\| `") + kId + "` \\|"), table);
  const Found found = found_in({"src/mls", "src/codec"});
  EXPECT_GT(table.size(), 120u);
  EXPECT_EQ(missing(found.checks, table), Ids{}) << "in the table without a check";
  EXPECT_EQ(missing(table, found.checks), Ids{}) << "checked, but not in the table";
  EXPECT_EQ(missing(found.tests, table), Ids{}) << "no test breaks it";
  EXPECT_EQ(missing(table, found.tests), Ids{}) << "tested, but not in the table";
}

}  // namespace
}  // namespace homeward::mls
