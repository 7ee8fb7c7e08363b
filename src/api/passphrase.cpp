#include "api/passphrase.h"

#include <unicode/unistr.h>
#include <zxcvbn.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/secret.h"

namespace homeward::api {
namespace {

// A guesser's dictionary of everyday words has about 2^14 forms; a word in Cyrillic is worth no more than
// that.
constexpr double kWordBits = 14.0;
constexpr double kLog10Of2 = 0.30102999566398120;

const std::map<char32_t, const char*>& keys() {  // ЙЦУКЕН on a QWERTY keyboard
  static const std::map<char32_t, const char*> map = {
      {U'й', "q"}, {U'ц', "w"}, {U'у', "e"}, {U'к', "r"}, {U'е', "t"}, {U'н', "y"}, {U'г', "u"},
      {U'ш', "i"}, {U'щ', "o"}, {U'з', "p"}, {U'х', "["}, {U'ъ', "]"}, {U'ф', "a"}, {U'ы', "s"},
      {U'в', "d"}, {U'а', "f"}, {U'п', "g"}, {U'р', "h"}, {U'о', "j"}, {U'л', "k"}, {U'д', "l"},
      {U'ж', ";"}, {U'э', "'"}, {U'я', "z"}, {U'ч', "x"}, {U'с', "c"}, {U'м', "v"}, {U'и', "b"},
      {U'т', "n"}, {U'ь', "m"}, {U'б', ","}, {U'ю', "."}, {U'ё', "`"}};
  return map;
}

const std::map<char32_t, const char*>& sounds() {
  static const std::map<char32_t, const char*> map = {
      {U'й', "y"},  {U'ц', "c"},  {U'у', "u"},  {U'к', "k"},  {U'е', "e"}, {U'н', "n"}, {U'г', "g"},
      {U'ш', "sh"}, {U'щ', "sh"}, {U'з', "z"},  {U'х', "h"},  {U'ъ', ""},  {U'ф', "f"}, {U'ы', "y"},
      {U'в', "v"},  {U'а', "a"},  {U'п', "p"},  {U'р', "r"},  {U'о', "o"}, {U'л', "l"}, {U'д', "d"},
      {U'ж', "zh"}, {U'э', "e"},  {U'я', "ya"}, {U'ч', "ch"}, {U'с', "s"}, {U'м', "m"}, {U'и', "i"},
      {U'т', "t"},  {U'ь', ""},   {U'б', "b"},  {U'ю', "yu"}, {U'ё', "e"}};
  return map;
}

std::string mapped(const icu::UnicodeString& text, const std::map<char32_t, const char*>& map) {
  std::string out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const auto c = static_cast<char32_t>(text.char32At(i));
    const auto at = map.find(c);
    if (at != map.end()) {
      out += at->second;
    } else {
      out += c < 0x80 ? static_cast<char>(c) : '?';  // one character, one guess, whatever its bytes
    }
  }
  return out;
}

double zxcvbn_bits(std::string& text) {
  const double bits = ZxcvbnMatch(text.c_str(), nullptr, nullptr);
  wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()});
  return bits;
}

bool is_cyrillic(char32_t c) { return c >= 0x400 && c < 0x530; }

// The best a word-by-word guesser can do: Cyrillic words at dictionary price, the rest by zxcvbn.
double word_bits(const icu::UnicodeString& text) {
  double bits = 0;
  int32_t start = 0;
  bool first = true;
  while (start < text.length()) {
    int32_t end = text.indexOf(u' ', start);
    if (end < 0) end = text.length();
    const icu::UnicodeString word = text.tempSubStringBetween(start, end);
    start = end + 1;
    if (word.isEmpty()) continue;
    bool cyrillic = true;
    for (int32_t i = 0; i < word.length(); ++i) cyrillic = cyrillic && is_cyrillic(word.charAt(i));
    std::string plain = mapped(word, keys());
    const double own = zxcvbn_bits(plain);
    bits += cyrillic ? std::min(own, kWordBits) : own;
    if (!first) bits += 1;
    first = false;
  }
  return bits;
}

}  // namespace

double passphrase_guesses_log10(std::string_view passphrase) {
  const auto text =
      icu::UnicodeString::fromUTF8({passphrase.data(), static_cast<int32_t>(passphrase.size())}).toLower();
  std::string keyboard = mapped(text, keys());
  std::string sound = mapped(text, sounds());
  const double bits = std::min({zxcvbn_bits(keyboard), zxcvbn_bits(sound), word_bits(text)});
  return std::max(0.0, bits) * kLog10Of2;
}

}  // namespace homeward::api
