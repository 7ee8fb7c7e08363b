#include "domain/names/names.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <utility>

namespace homeward::domain::names {
namespace {

// Sounds of Cyrillic letters, as most often written in Latin ones; `settle` then brings both sides together.
struct LetterSound {
  UChar32 letter;
  std::string_view sound;
};
constexpr LetterSound kLetters[] = {
    {U'а', "a"},  {U'б', "b"},  {U'в', "v"},    {U'г', "g"}, {U'ґ', "g"}, {U'д', "d"},  {U'е', "e"},
    {U'ё', "e"},  {U'є', "ie"}, {U'ж', "zh"},   {U'з', "z"}, {U'и', "i"}, {U'і', "i"},  {U'ї', "i"},
    {U'й', "i"},  {U'ј', "i"},  {U'к', "k"},    {U'л', "l"}, {U'м', "m"}, {U'н', "n"},  {U'ң', "n"},
    {U'о', "o"},  {U'ө', "o"},  {U'п', "p"},    {U'р', "r"}, {U'с', "s"}, {U'т', "t"},  {U'у', "u"},
    {U'ү', "u"},  {U'ұ', "u"},  {U'ў', "u"},    {U'ф', "f"}, {U'х', "h"}, {U'һ', "h"},  {U'ц', "ts"},
    {U'ч', "ch"}, {U'ш', "sh"}, {U'щ', "shch"}, {U'ъ', ""},  {U'ы', "i"}, {U'ь', ""},   {U'э', "e"},
    {U'ю', "iu"}, {U'я', "ia"}, {U'қ', "k"},    {U'ғ', "g"}, {U'ә', "a"}, {U'ӏ', ""},   {U'’', ""},
    {U'ß', "s"},  {U'ı', "i"},  {U'ø', "o"},    {U'ł', "l"}, {U'đ', "d"}, {U'æ', "ae"},
};

// Applied in this order, each everywhere.
constexpr std::pair<std::string_view, std::string_view> kSettle[] = {
    {"shch", "S"}, {"sch", "S"}, {"sh", "S"}, {"zh", "Z"}, {"kh", "g"}, {"ch", "C"}, {"ts", "c"}, {"tz", "c"},
    {"ph", "f"},   {"th", "t"},  {"yo", "e"}, {"jo", "e"}, {"y", "i"},  {"j", "i"},  {"h", "g"},  {"w", "v"},
    {"x", "ks"},   {"q", "k"},   {"o", "a"},  {"ia", "a"}, {"iu", "u"}, {"ie", "e"}, {"ei", "i"}, {"ii", "i"},
};

// Given names that only the language tells apart; as `settle` leaves them.
constexpr std::pair<std::string_view, std::string_view> kSame[] = {
    {"dmitra", "dmitri"},      {"mikala", "nikalai"}, {"mikita", "nikita"},  {"pavla", "pavel"},
    {"petra", "petr"},         {"mikaila", "migail"}, {"migaila", "migail"}, {"valadimir", "vladimir"},
    {"uladzimir", "vladimir"}, {"evgen", "evgeni"},   {"danila", "daniil"},  {"danil", "daniil"},
    {"ilia", "ila"},           {"ivgeni", "evgeni"},  {"artem", "artem"},    {"artam", "artem"},
    {"piatr", "petr"},         {"sargi", "sergi"},    {"andrii", "andri"},   {"aleksandar", "aleksandr"},
};

bool is_mark(UChar32 c) { return u_getCombiningClass(c) != 0; }

std::string letters_as_sounds(const icu::UnicodeString& word) {
  std::string out;
  for (int32_t i = 0; i < word.length(); i = word.moveIndex32(i, 1)) {
    const UChar32 c = word.char32At(i);
    if (c >= 'a' && c <= 'z') {
      out += static_cast<char>(c);
      continue;
    }
    const auto* known = std::ranges::find(kLetters, c, &LetterSound::letter);
    if (known != std::end(kLetters)) {
      out += known->sound;
    } else if (u_isalnum(c)) {
      // Of a script that this table does not know: its letters as they are, written in ASCII.
      out += '{' + std::to_string(c) + '}';
    }
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string settle(std::string text) {
  for (const auto& [from, to] : kSettle) replace_all(text, from, to);
  text.erase(std::unique(text.begin(), text.end()), text.end());
  const auto* same =
      std::ranges::find(kSame, std::string_view(text), &std::pair<std::string_view, std::string_view>::first);
  return same == std::end(kSame) ? text : std::string(same->second);
}

icu::UnicodeString folded(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* apart = icu::Normalizer2::getNFDInstance(status);
  const icu::Normalizer2* together = icu::Normalizer2::getNFCInstance(status);
  icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  if (U_FAILURE(status)) return text;
  text = folding->normalize(text, status);
  // Accents go, but not what makes another letter: й and ї are the same sound as и anyway, ё the same as е.
  const icu::UnicodeString spread = apart->normalize(text, status);
  icu::UnicodeString plain;
  for (int32_t i = 0; i < spread.length(); i = spread.moveIndex32(i, 1))
    if (!is_mark(spread.char32At(i))) plain.append(spread.char32At(i));
  plain = together->normalize(plain, status);
  return U_FAILURE(status) ? text : plain;
}

bool is_apostrophe(UChar32 c) { return c == '\'' || c == 0x2019 || c == 0x02BC || c == 0x2018; }

template <class Visit>
void each_word(std::string_view utf8, Visit&& visit) {
  const icu::UnicodeString text = folded(utf8);
  icu::UnicodeString word;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isalnum(c)) {
      word.append(c);
    } else if (!is_apostrophe(c)) {
      if (!word.isEmpty()) visit(word);
      word.remove();
    }
  }
  if (!word.isEmpty()) visit(word);
}

bool ends_with_any(std::string_view word, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) {
    return word.size() > ending.size() + 1 && word.ends_with(ending);
  });
}

bool is_patronymic(std::string_view word) {
  return ends_with_any(word, {"aviC", "eviC", "iviC", "avna", "evna", "iCna"}) || word == "agli" ||
         word == "kizi" || word == "iliC" || word == "kuzmiC" || word == "lukiC" || word == "famiC";
}
bool is_surname(std::string_view word) {
  return ends_with_any(word, {"av", "ev", "ava", "eva", "ski", "skaa", "cki", "enka"});
}
// Given names end so as well.
bool may_be_surname(std::string_view word) { return ends_with_any(word, {"in", "ina", "uk", "ig"}); }

}  // namespace

std::string sound(std::string_view word) {
  std::string out;
  for (const std::string& one : sounds(word)) out += one;
  return out;
}

std::vector<std::string> sounds(std::string_view text) {
  std::vector<std::string> out;
  each_word(text, [&](const icu::UnicodeString& word) {
    std::string settled = settle(letters_as_sounds(word));
    if (!settled.empty() && out.size() < kMostWords) out.push_back(std::move(settled));
  });
  return out;
}

std::optional<Name> take_apart(std::string_view text) {
  std::vector<std::string> words = sounds(text);
  Name name;
  const auto take = [&](auto&& is) {
    const auto found = std::ranges::find_if(words, is);
    if (found == words.end()) return std::string();
    std::string word = std::move(*found);
    words.erase(found);
    return word;
  };
  const auto is_word = [](const std::string& word) { return word.size() > 1; };
  if (words.size() > 2) name.patronymic = take([](const std::string& word) { return is_patronymic(word); });
  name.surname = take([](const std::string& word) { return is_surname(word); });
  if (name.surname.empty()) name.surname = take([](const std::string& word) { return may_be_surname(word); });
  if (name.surname.empty()) name.surname = take(is_word);
  if (name.surname.empty()) return std::nullopt;
  if (!words.empty()) name.given = words.front();
  if (words.size() > 1 && name.patronymic.empty()) name.patronymic = words[1];
  return name;
}

int likeness(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  if (a == b) return 100;
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() >= 4 && b.size() - a.size() <= 1) {
    // One sound changed, left out, or two changed places.
    const auto [first_a, first_b] = std::ranges::mismatch(a, b);
    const std::string_view rest_a(first_a, a.end());
    const std::string_view rest_b(first_b, b.end());
    const bool left_out = a.size() < b.size() && rest_a == rest_b.substr(1);
    const bool changed = a.size() == b.size() && !rest_a.empty() && rest_a.substr(1) == rest_b.substr(1);
    const bool swapped = a.size() == b.size() && rest_a.size() > 1 && rest_a[0] == rest_b[1] &&
                         rest_a[1] == rest_b[0] && rest_a.substr(2) == rest_b.substr(2);
    if (left_out || changed || swapped) return 90;
  }
  return a.size() >= 3 && b.starts_with(a) ? 80 : 0;
}

}  // namespace homeward::domain::names
