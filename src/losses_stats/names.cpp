#include "losses_stats/names.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace homeward::losses_stats {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_cyrillic(UChar32 c) { return c >= 0x400 && c <= 0x52F; }

std::string ascii_folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

icu::UnicodeString folded(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  if (U_FAILURE(status)) return text;
  icu::UnicodeString out = normalizer->normalize(text, status);
  return U_FAILURE(status) ? text : out;
}

// Latin letters inside a Cyrillic word are slips of the keyboard for those that look alike.
UChar32 lookalike(UChar32 c) {
  switch (c) {
    case 'a':
      return 0x430;
    case 'b':
      return 0x432;
    case 'c':
      return 0x441;
    case 'e':
      return 0x435;
    case 'h':
      return 0x43D;
    case 'i':
      return 0x456;
    case 'k':
      return 0x43A;
    case 'm':
      return 0x43C;
    case 'o':
      return 0x43E;
    case 'p':
      return 0x440;
    case 't':
      return 0x442;
    case 'x':
      return 0x445;
    case 'y':
      return 0x443;
    default:
      return c;
  }
}

// Sounds from а (U+0430) to я: j for zh, c for ch, x for sh, q for ts.
constexpr std::array<const char*, 32> kRussian = {"a", "b", "v", "g",  "d", "e", "j", "z", "i",  "i", "k",
                                                  "l", "m", "n", "o",  "p", "r", "s", "t", "u",  "f", "h",
                                                  "q", "c", "x", "xc", "",  "i", "",  "e", "iu", "ia"};

const char* cyrillic_sound(UChar32 c) {
  if (c >= 0x430 && c <= 0x44F) return kRussian[static_cast<size_t>(c - 0x430)];
  switch (c) {
    case 0x451:
      return "io";  // ё
    case 0x454:
      return "e";  // є
    case 0x456:
    case 0x457:
      return "i";  // і ї
    case 0x458:
      return "i";  // ј
    case 0x491:
    case 0x493:
      return "g";  // ґ ғ
    case 0x45E:
    case 0x4AF:
    case 0x4B1:
      return "u";  // ў ү ұ
    case 0x4D9:
      return "a";  // ә
    case 0x4E9:
      return "o";  // ө
    case 0x49B:
      return "k";  // қ
    case 0x4A3:
      return "n";  // ң
    case 0x4BB:
    case 0x4B3:
      return "h";  // һ ҳ
    case 0x45B:
      return "c";
    case 0x452:
      return "d";
    default:
      return "";
  }
}

// In plain Latin letters as one reads them: for texts that are no names.
std::string spelled(UChar32 c) {
  std::string out;
  for (const char* sound = cyrillic_sound(c); *sound != 0; ++sound) {
    switch (*sound) {
      case 'j':
        out += "zh";
        break;
      case 'c':
        out += "ch";
        break;
      case 'x':
        out += "sh";
        break;
      case 'q':
        out += "ts";
        break;
      default:
        out.push_back(*sound);
    }
  }
  return out;
}

std::string transliterated(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> latin(
      icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, status));
  icu::UnicodeString copy = text;
  if (U_SUCCESS(status) && latin) latin->transliterate(copy);
  std::string out;
  copy.toUTF8String(out);
  return out;
}

// Everything that is no ASCII letter or digit becomes one blank.
std::string blanked(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (keep) {
      out.push_back(c);
    } else if (c == '\'' || c == '`') {
      continue;
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

struct Spelling {
  const char* letters;
  const char* sound;
};
// The longest first.
constexpr Spelling kLatin[] = {{"shch", "xc"}, {"sch", "xc"}, {"sh", "x"}, {"zh", "j"},
                               {"ch", "c"},    {"kh", "h"},   {"ts", "q"}, {"tz", "q"},
                               {"ph", "f"},    {"th", "t"},   {"ck", "k"}, {"y", "i"},
                               {"j", "i"},     {"w", "v"},    {"x", "ks"}, {"q", "k"}};

std::string latin_sound(std::string_view ascii) {
  std::string out;
  for (size_t i = 0; i < ascii.size();) {
    const std::string_view rest = ascii.substr(i);
    const auto* found = std::find_if(std::begin(kLatin), std::end(kLatin),
                                     [&](const Spelling& s) { return rest.starts_with(s.letters); });
    if (found != std::end(kLatin)) {
      out += found->sound;
      i += std::string_view(found->letters).size();
      continue;
    }
    const char c = ascii[i++];
    if (c == 'c') {
      const bool soft = i < ascii.size() && (ascii[i] == 'e' || ascii[i] == 'i' || ascii[i] == 'y');
      out.push_back(soft ? 'q' : 'k');
    } else if (c >= 'a' && c <= 'z') {
      out.push_back(c);
    }
  }
  return out;
}

std::string without_doubles(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.empty() || out.back() != c) out.push_back(c);
  }
  return out;
}

// What spellings of soft vowels have in common: Артём, Artyom, Artem; Поляков, Poliakov; Андреев, Andreyev.
std::string settled(std::string_view sound) {
  const std::string text = without_doubles(sound);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (text[i] == 'i' && next == 'o') {
      out.push_back('e');
      ++i;
    } else if (text[i] == 'i' && (next == 'e' || (i > 0 && (next == 'a' || next == 'u')))) {
      continue;
    } else {
      out.push_back(text[i]);
    }
  }
  out = without_doubles(out);
  if (out.size() > 3 && out.back() == 'f') out.back() = 'v';
  return out;
}

// Given names that differ between languages: the form kept, then the others.
constexpr const char* kForms[][5] = {
    {"Алексей", "Олексій", "Алексий", "Алексі", "Alexey"},
    {"Александр", "Олександр", "Aleksander", "Alexander", ""},
    {"Николай", "Микола", "Николаи", "Nicholas", "Мікалай"},
    {"Андрей", "Андрій", "Andrew", "Андри", "Андрэй"},
    {"Сергей", "Сергій", "Serge", "Serhii", "Сяргей"},
    {"Дмитрий", "Дмитро", "Димитрий", "Дзмітрый", ""},
    {"Владимир", "Володимир", "Уладзімір", "", ""},
    {"Михаил", "Михайло", "Michael", "Міхась", ""},
    {"Евгений", "Євген", "Eugene", "Яўген", ""},
    {"Павел", "Павло", "Paul", "Павал", ""},
    {"Пётр", "Петро", "Peter", "Пятро", ""},
    {"Василий", "Василь", "Basil", "", ""},
    {"Константин", "Костянтин", "Constantine", "", ""},
    {"Фёдор", "Федір", "Theodore", "", ""},
    {"Кирилл", "Кирило", "Cyril", "", ""},
    {"Даниил", "Данило", "Данил", "Daniel", "Даниїл"},
    {"Никита", "Микита", "Мікіта", "", ""},
    {"Игорь", "Ігор", "Ihor", "", ""},
    {"Олег", "Oleh", "", "", ""},
    {"Артём", "Артемий", "", "", ""},
    {"Виктор", "Victor", "", "", ""},
    {"Максим", "Maxim", "Maksym", "", ""},
    {"Станислав", "Станіслав", "", "", ""},
    {"Филипп", "Пилип", "Philip", "", ""},
    {"Степан", "Stephen", "", "", ""},
    {"Юрий", "Юрій", "Yury", "Юри", ""},
    {"Георгий", "Георгій", "George", "", ""},
    {"Григорий", "Григорій", "Hryhorii", "Gregory", ""},
    {"Антон", "Anthony", "", "", ""},
    {"Илья", "Ілля", "Elijah", "", ""},
    {"Елена", "Олена", "Helen", "", ""},
    {"Анна", "Ганна", "Hanna", "", ""},
    {"Наталья", "Наталія", "", "", ""},
    {"Ирина", "Ірина", "Irene", "", ""},
    {"Екатерина", "Катерина", "Catherine", "", ""},
};
constexpr const char* kEndings[] = {"inicna", "ovna", "evna", "ivna", "icna", "ovic", "evic", "ivic", "ic"};

// The sound of what stands before a patronymic's ending, if it has one.
std::string_view patronymic_root(std::string_view sound) {
  for (const std::string_view ending : kEndings) {
    if (sound.size() > ending.size() + 1 && sound.ends_with(ending))
      return sound.substr(0, sound.size() - ending.size());
  }
  return {};
}

using Forms = std::unordered_map<std::string, std::string>;

const Forms& given_forms() {
  static const Forms forms = [] {
    Forms out;
    for (const auto& row : kForms) {
      for (const char* form : row) {
        if (*form != 0) out.emplace(name_sound(form), name_sound(row[0]));
      }
    }
    return out;
  }();
  return forms;
}

// The father's name as it stands before the ending: with the ending's vowels gone.
std::string father_root(std::string_view given) {
  std::string out(given);
  while (out.size() > 3 && std::string_view("aeiou").find(out.back()) != std::string_view::npos)
    out.pop_back();
  return out;
}

const Forms& father_forms() {
  static const Forms forms = [] {
    Forms out;
    for (const auto& row : kForms) {
      for (const char* form : row) {
        if (*form != 0) out.emplace(father_root(name_sound(form)), father_root(name_sound(row[0])));
      }
    }
    return out;
  }();
  return forms;
}

bool known_given(std::string_view word) { return given_forms().contains(name_sound(word)); }

bool is_capitals(std::string_view utf8) {
  const auto text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  int32_t letters = 0;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (!u_isalpha(c)) continue;
    if (!u_isupper(c)) return false;
    ++letters;
  }
  return letters > 1;
}

const std::unordered_set<std::string>& rank_words() {
  static const std::unordered_set<std::string> words = [] {
    std::unordered_set<std::string> out;
    for (const char* word :
         {"рядовой",   "ефрейтор", "младший",  "старший",      "сержант",    "старшина", "прапорщик",
          "лейтенант", "капитан",  "майор",    "подполковник", "полковник",  "генерал",  "матрос",
          "мичман",    "гвардии",  "мл",       "ст",           "солдат",     "рядовий",  "єфрейтор",
          "молодший",  "private",  "corporal", "sergeant",     "lieutenant", "captain",  "major",
          "colonel",   "junior",   "senior",   "mr",           "mrs",        "dr"})
      out.insert(name_sound(word));
    return out;
  }();
  return words;
}

}  // namespace

bool has_cyrillic(std::string_view utf8) {
  // U+0400 to U+052F are the two-byte sequences that begin with D0 to D4.
  return std::any_of(utf8.begin(), utf8.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xD0 && byte <= 0xD4;
  });
}

std::string plain_text(std::string_view utf8) {
  if (is_ascii(utf8)) return blanked(ascii_folded(utf8));
  const icu::UnicodeString text = folded(utf8);
  std::string out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else if (is_cyrillic(c)) {
      out += spelled(c);
    } else if (u_isalnum(c)) {
      out += transliterated(icu::UnicodeString(c));
    } else {
      out.push_back(' ');
    }
  }
  return blanked(out);
}

std::string name_sound(std::string_view utf8) {
  if (is_ascii(utf8)) return settled(latin_sound(ascii_folded(utf8)));
  const icu::UnicodeString text = folded(utf8);
  const bool cyrillic = has_cyrillic(utf8);
  std::string out;
  std::string latin;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    UChar32 c = text.char32At(i);
    if (cyrillic) c = lookalike(c);
    if (is_cyrillic(c)) {
      out += cyrillic_sound(c);
    } else if (c < 0x80) {
      latin.push_back(static_cast<char>(c));
    } else if (u_isalpha(c)) {
      latin += transliterated(icu::UnicodeString(c));
    }
  }
  return settled(out + latin_sound(latin));
}

std::string given_sound(std::string_view utf8) {
  std::string sound = name_sound(utf8);
  const auto found = given_forms().find(sound);
  return found == given_forms().end() ? sound : found->second;
}

std::string patronymic_sound(std::string_view utf8) {
  std::string sound = name_sound(utf8);
  const std::string_view root = patronymic_root(sound);
  if (root.empty()) return sound;
  const std::string father = father_root(root);
  const auto found = father_forms().find(father);
  return (found == father_forms().end() ? father : found->second) + "ovic";
}

bool is_initial(std::string_view utf8) {
  const auto words = name_words(utf8);
  if (words.size() != 1) return false;
  const auto letters =
      icu::UnicodeString::fromUTF8(icu::StringPiece(words[0].data(), static_cast<int32_t>(words[0].size())))
          .countChar32();
  return letters == 1 || (letters == 2 && utf8.ends_with('.'));
}

bool looks_like_patronymic(std::string_view utf8) { return !patronymic_root(name_sound(utf8)).empty(); }

std::vector<std::string> name_words(std::string_view utf8) {
  std::vector<std::string> out;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) out.push_back(std::move(word));
    word.clear();
  };
  for (const char c : utf8) {
    if (c == ' ' || c == '.' || c == ',' || c == '\t' || c == ';') {
      finish();
    } else {
      word.push_back(c);
    }
  }
  finish();
  return out;
}

WholeName split_name(std::string_view utf8) {
  std::vector<std::string> words = name_words(utf8);
  std::erase_if(words, [](const std::string& word) { return rank_words().contains(name_sound(word)); });
  WholeName out;
  if (words.empty()) return out;
  const auto capitals = std::count_if(words.begin(), words.end(), is_capitals);
  auto surname = words.begin();
  if (capitals == 1) {
    surname = std::find_if(words.begin(), words.end(), is_capitals);
  } else if (words.size() > 1 && is_initial(words[0])) {
    surname = words.end() - 1;
  } else if (words.size() > 2 && looks_like_patronymic(words[1]) && !looks_like_patronymic(words[2])) {
    surname = words.begin() + 2;
  } else if (words.size() == 2 && known_given(words[0]) && !known_given(words[1])) {
    surname = words.begin() + 1;
  }
  out.surname = *surname;
  words.erase(surname);
  for (const std::string& word : words) {
    if (out.given.empty()) {
      out.given = word;
    } else if (out.patronymic.empty()) {
      out.patronymic = word;
    }
  }
  if (words.size() == 1 && looks_like_patronymic(words[0]) && name_sound(words[0]).size() > 6)
    std::swap(out.given, out.patronymic);
  return out;
}

std::string consonants(std::string_view sound, size_t most) {
  std::string out;
  for (char c : sound) {
    if (std::string_view("aeiou 0123456789").find(c) != std::string_view::npos) continue;
    switch (c) {
      case 'b':
        c = 'p';
        break;
      case 'd':
        c = 't';
        break;
      case 'g':
      case 'h':
        c = 'k';
        break;
      case 'v':
        c = 'f';
        break;
      case 'z':
      case 'q':
        c = 's';
        break;
      case 'j':
        c = 'x';
        break;
      default:
        break;
    }
    if (!out.empty() && out.back() == c) continue;
    if (out.size() == most) break;
    out.push_back(c);
  }
  return out.empty() ? std::string(sound.substr(0, most)) : out;
}

}  // namespace homeward::losses_stats
