// Names as they sound: one man's name in Russian, Ukrainian, Belarusian or Latin letters becomes the same
// words, so that two families, or a line of a roll, find the same man.
//
// A word is folded (Unicode NFKC with case), its accents are dropped, each letter becomes a sound (ё = е,
// о = а, г = х, й = и; soft and hard signs are silent) and doubled sounds one. What comes out is lower-case
// ASCII and meant for comparing only. Fingerprints depend on it: a change here is a new `kVersion`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeward::domain::names {

inline constexpr uint8_t kVersion = 1;
inline constexpr size_t kMostWords = 8;  // of one name; further ones are dropped

// One word's sound; "" if it has no letter.
std::string sound(std::string_view word);
// The sounds of a text's words, in order. A dot, a blank, a dash ends a word, so that "Л.В." is two.
std::vector<std::string> sounds(std::string_view text);

// A name taken apart. Which word is the surname is told by its ending, or else by standing first.
struct Name {
  std::string surname;
  std::string given;       // a whole word, or an initial
  std::string patronymic;  // likewise
  bool operator==(const Name&) const = default;
};
// Nothing if there is no word of at least two sounds.
std::optional<Name> take_apart(std::string_view text);

// How alike two words are: 100 the same, 90 one slip, 80 one begins with the other (of three sounds or more),
// 0 otherwise.
int likeness(std::string_view a, std::string_view b);

}  // namespace homeward::domain::names
