// Invented names in the spellings that families, papers and units use.
#include "domain/names/names.h"

#include <gtest/gtest.h>

namespace homeward::domain::names {
namespace {

TEST(Names, SpellingsOfOneNameSoundTheSame) {
  const std::vector<std::vector<std::string_view>> groups{
      {"Ковалёв", "КОВАЛЕВ", "Kovalyov", "Kovalev", "ковалев ", "Ко\xCC\x81валёв"},
      {"Сергей", "Сергій", "Sergey", "Sergei", "Serhii", "Siarhei"},
      {"Алексей", "Олексій", "Alexey", "Aleksei", "Oleksii"},
      {"Щербаков", "Shcherbakov", "Scherbakov", "Щербаков"},
      {"Михаил", "Mikhail", "Mihail", "Михайло"},
      {"Юлиан", "Yulian", "Julian", "Iulian"},
      {"Дмитрий", "Дмитро", "Dmitry", "Dmitrii"},
      {"Бадмаев", "Badmaev", "Badmayev"},
      {"Хертек", "Khertek", "Hertek"},
      {"Цыренов", "Tsyrenov", "Цыре\xCC\x81нов"},
      {"Володимир", "Владимир", "Vladimir"},
      {"Дар'я", "Дарья", "Darya", "Daria"},
  };
  for (const auto& group : groups)
    for (const std::string_view one : group) EXPECT_EQ(sound(one), sound(group.front())) << one;
  for (size_t i = 0; i < groups.size(); ++i)
    for (size_t j = 0; j < i; ++j) EXPECT_NE(sound(groups[i].front()), sound(groups[j].front()));
}

TEST(Names, OrderPatronymicAndInitialsAreSeen) {
  const auto full = take_apart("Ковалёв Лев Викторович");
  ASSERT_TRUE(full);
  EXPECT_EQ(take_apart("Лев Викторович Ковалёв"), full);
  EXPECT_EQ(take_apart("KOVALEV Lev Viktorovich"), full);
  const auto initials = take_apart("Ковалёв Л.В.");
  ASSERT_TRUE(initials);
  EXPECT_EQ(initials->surname, full->surname);
  EXPECT_EQ(initials->given, full->given.substr(0, 1));
  EXPECT_EQ(take_apart("Л. В. Ковалёв"), initials);
  EXPECT_EQ(take_apart("Хертек Артыш")->surname, sound("Хертек")) << "no ending tells: the first";
  EXPECT_FALSE(take_apart("Л."));
  EXPECT_FALSE(take_apart("  "));
  EXPECT_FALSE(take_apart("\xff\xfe"));
}

TEST(Names, LikenessSeesOneSlip) {
  const auto like = [](std::string_view a, std::string_view b) { return likeness(sound(a), sound(b)); };
  EXPECT_EQ(like("Бадмаев", "badmaev"), 100);
  EXPECT_EQ(like("Бадмаев", "Бадмев"), 90);
  EXPECT_EQ(like("Бадмаев", "Бадмеав"), 90);
  EXPECT_EQ(like("Бад", "Бадмаев"), 80);
  EXPECT_EQ(like("Лев", "Лес"), 0);
  EXPECT_EQ(like("", "Лес"), 0);
}

}  // namespace
}  // namespace homeward::domain::names
