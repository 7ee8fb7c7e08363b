// Names as they sound, so that one person's name in Russian, Ukrainian or Latin spelling becomes one string.
//
// All answers are lower-case ASCII. Known scripts are spelled out by a table of sounds, others by the
// transliterators of ICU. Names that only the language tells apart (Олексій, Алексей) are brought together by
// a list of given names; patronymics by the list and by one ending.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace homeward::losses_stats {

// Compatibility forms and case folded (NFKC_Casefold), other scripts in Latin letters, accents dropped, and
// everything but letters and digits a single blank.
std::string plain_text(std::string_view utf8);

// Whether the text has a Cyrillic letter.
bool has_cyrillic(std::string_view utf8);

// The sound of one word, without blanks; "" if it has no letter.
std::string name_sound(std::string_view utf8);
// The same for a given name and for a patronymic, with the forms of other languages brought together.
std::string given_sound(std::string_view utf8);
std::string patronymic_sound(std::string_view utf8);

// "Л.", "Л", "Yu.": one letter or one sound, with or without a dot.
bool is_initial(std::string_view utf8);
bool looks_like_patronymic(std::string_view utf8);

// The words of a name; a dot ends a word, so that "Л.В." is two.
std::vector<std::string> name_words(std::string_view utf8);

// A whole name in one field: "старший сержант КОВАЛЁВ Л.В.", "Лев Ковалёв". Ranks are passed over; a word in
// capitals among others is the surname, as is the first word otherwise when a patronymic or initials follow.
struct WholeName {
  std::string surname;
  std::string given;
  std::string patronymic;
};
WholeName split_name(std::string_view utf8);

// Consonants of a sound with voiced and voiceless ones alike, at most `most` of them: what misspelling
// leaves.
std::string consonants(std::string_view sound, size_t most);

}  // namespace homeward::losses_stats
