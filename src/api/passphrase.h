// How strong a passphrase is, honestly: zxcvbn over what was typed and over what a guesser would try for
// Russian: the same keys on the Latin layout (пароль = gfhjkm) and the transliteration (parol); words of a
// passphrase count as words.
#pragma once

#include <string_view>

namespace homeward::api {

// log10 of the guesses that a good guesser needs.
double passphrase_guesses_log10(std::string_view passphrase);

// Below this the page says plainly that the passphrase is not enough: at Argon2id's price per guess, 10^10
// guesses cost a well-equipped laboratory weeks.
inline constexpr double kEnoughGuessesLog10 = 10.0;

}  // namespace homeward::api
