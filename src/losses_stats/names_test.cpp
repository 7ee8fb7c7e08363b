#include "losses_stats/names.h"

#include <gtest/gtest.h>

namespace homeward::losses_stats {
namespace {

TEST(Names, SpellingsOfOneSurnameSoundTheSame) {
  const std::vector<std::vector<std::string>> alike = {
      {"Поляков", "ПОЛЯКОВ", "Poliakov", "Polyakov", "Полякoв"},
      {"Щербаков", "Shcherbakov"},
      {"Фёдоров", "Федоров", "Fedorov", "Fyodorov", "Фйодоров"},
      {"Сорокин", "Сорокін", "Sorokin"},
      {"Рыбаков", "Рибаков", "Rybakov"},
      {"Яковлев", "Yakovlev", "Iakovlev", "Яковлєв"},
      {"Цыренов", "Tsyrenov", "Циренов"},
      {"Жуков", "Zhukov"},
      {"Соловьёв", "Соловьев", "Solovyev", "Соловйов"},
  };
  for (const auto& names : alike) {
    for (const std::string& name : names) EXPECT_EQ(name_sound(name), name_sound(names[0])) << name;
  }
  EXPECT_NE(name_sound("Иванов"), name_sound("Петров"));
}

TEST(Names, GivenNamesOfTwoLanguagesAreOne) {
  const std::vector<std::vector<std::string>> alike = {
      {"Алексей", "Олексій", "Aleksey", "Aleksei", "АЛЕКСЕЙ"},
      {"Николай", "Микола", "Nikolay", "Nikolai"},
      {"Дмитрий", "Дмитро", "Dmitry", "Dmitriy"},
      {"Сергей", "Сергій", "Sergey"},
      {"Артём", "Артем", "Artyom", "Artem"},
      {"Илья", "Ілля", "Ilya", "Ilia"},
      {"Пётр", "Петро", "Petr", "Pyotr"},
  };
  for (const auto& names : alike) {
    for (const std::string& name : names) EXPECT_EQ(given_sound(name), given_sound(names[0])) << name;
  }
}

TEST(Names, PatronymicsOfTwoLanguagesAreOne) {
  const std::vector<std::vector<std::string>> alike = {
      {"Николаевич", "Миколайович", "Nikolaevich", "Nikolayevich"},
      {"Андреевич", "Андрійович", "Andreevich"},
      {"Алексеевич", "Олексійович", "Alekseevich"},
      {"Дмитриевич", "Дмитрович", "Dmitrievich"},
      {"Васильевич", "Васильович", "Vasilevich", "Vasilyevich"},
      {"Александрович", "Олександрович", "Aleksandrovich"},
  };
  for (const auto& names : alike) {
    for (const std::string& name : names)
      EXPECT_EQ(patronymic_sound(name), patronymic_sound(names[0])) << name;
  }
  EXPECT_NE(patronymic_sound("Иванович"), patronymic_sound("Петрович"));
}

TEST(Names, InitialsAreSeenInBothScripts) {
  for (const char* text : {"Л.", "Л", "L.", "Yu."}) EXPECT_TRUE(is_initial(text)) << text;
  for (const char* text : {"Ли", "Л.В.", "", "Лев"}) EXPECT_FALSE(is_initial(text)) << text;
}

TEST(Names, AWholeNameIsSplit) {
  const auto check = [](const char* text, const char* surname, const char* given, const char* patronymic) {
    const WholeName name = split_name(text);
    EXPECT_EQ(name.surname, surname) << text;
    EXPECT_EQ(name.given, given) << text;
    EXPECT_EQ(name.patronymic, patronymic) << text;
  };
  check("Ковалёв Л.В.", "Ковалёв", "Л", "В");
  check("старший сержант Лев КОВАЛЁВ", "КОВАЛЁВ", "Лев", "");
  check("Kovalyov Lev Petrovich", "Kovalyov", "Lev", "Petrovich");
  check("Лев Петрович Ковалёв", "Ковалёв", "Лев", "Петрович");
  check("Л.П. Ковалёв", "Ковалёв", "Л", "П");
  check("Сергей Ковалёв", "Ковалёв", "Сергей", "");
  check("Ковалёв Сергей", "Ковалёв", "Сергей", "");
  check("рядовой", "", "", "");
}

TEST(Names, OtherScriptsAndAccentsBecomeLatin) {
  EXPECT_EQ(plain_text("Größe, Čapek"), "grosse capek");
  EXPECT_EQ(plain_text("Новое Тестово"), "novoe testovo");
  EXPECT_FALSE(plain_text("Αθήνα").empty());
}

TEST(Names, ConsonantsOutliveVowels) {
  EXPECT_EQ(consonants("karpov", 4), consonants("korpov", 4));
  EXPECT_EQ(consonants("ia", 4), "ia");
}

}  // namespace
}  // namespace homeward::losses_stats
