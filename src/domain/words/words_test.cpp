#include "domain/words/words.h"

#include <gtest/gtest.h>

namespace homeward::domain::words {
namespace {

bool found_in(Analyzer& analyzer, std::string_view text, std::string_view query) {
  const Index index{0x1, 0x2};
  MemoryRows rows;
  const GroupKey group{};
  index.add(rows, group, {3, 7}, analyzer.terms(text));
  const auto found = index.find(rows, group, analyzer.query(query));
  EXPECT_LE(found.size(), 1u);
  return !found.empty();
}

TEST(Words, RussianFormsAreFound) {
  Analyzer analyzer;
  EXPECT_TRUE(found_in(analyzer, "Подали рапорты об отказе", "рапорт "));
  EXPECT_TRUE(found_in(analyzer, "рапорт лежит у командира", "рапортами "));
  EXPECT_TRUE(found_in(analyzer, "ЁЛКА у дома", "елки "));
  EXPECT_TRUE(found_in(analyzer, "он едет домой", "домо"));
  EXPECT_FALSE(found_in(analyzer, "он едет домой", "омой"));
  EXPECT_TRUE(found_in(analyzer, "за\u0301мок", "замок"));      // a stress mark
  EXPECT_TRUE(found_in(analyzer, "\u0435\u0308лка", "ёлка "));  // ё in two code points
  EXPECT_FALSE(found_in(analyzer, "Подали рапорт", "рапорт письмо"));
  EXPECT_TRUE(found_in(analyzer, "письмо и рапорт", "рапорт письмо"));
}

TEST(Words, EnglishFormsAndNumbers) {
  Analyzer analyzer;
  EXPECT_TRUE(found_in(analyzer, "Letters were sent", "letter "));
  EXPECT_TRUE(found_in(analyzer, "she is calling the lawyer", "calls lawyers "));
  EXPECT_TRUE(found_in(analyzer, "статья 32", "32"));
  EXPECT_FALSE(found_in(analyzer, "статья 321", "32 "));
  EXPECT_TRUE(found_in(analyzer, "ﬁne", "FINE"));  // a ligature
}

TEST(Words, OnlyTheWordBeingTypedMatchesByBeginning) {
  Analyzer analyzer;
  EXPECT_TRUE(found_in(analyzer, "командование", "команд"));
  EXPECT_FALSE(found_in(analyzer, "переговоры", "перег "));
  EXPECT_TRUE(analyzer.query(" … ").empty());
  EXPECT_FALSE(found_in(analyzer, "слово", ""));
  EXPECT_TRUE(analyzer.terms("\xff").empty());
}

TEST(Words, LongAndManyAreBounded) {
  Analyzer analyzer;
  std::string word;
  for (int i = 0; i < 200; ++i) word += "ы";
  for (const std::string& term : analyzer.terms(word)) EXPECT_LE(term.size(), kLongestTermBytes);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += std::to_string(i * 7919) + " ";
  EXPECT_LE(analyzer.terms(many).size(), kMostTerms);
}

TEST(Words, RemovingLeavesNoRow) {
  Analyzer analyzer;
  const Index index{0x1, 0x2};
  MemoryRows rows;
  GroupKey group{}, other{};
  other.data[0] = 1;
  index.add(rows, other, {1, 1}, analyzer.terms("одно и то же"));
  const MemoryRows before = rows;
  index.add(rows, group, {1, 1}, analyzer.terms("одно и то же"));
  index.remove(rows, group, {1, 1});
  EXPECT_TRUE(rows == before);
  index.forget(rows, other);
  EXPECT_EQ(rows.size(), 0u);
}

}  // namespace
}  // namespace homeward::domain::words
