#include "losses_stats/invented_people.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace homeward::losses_stats {
namespace {

using Words = std::vector<std::string>;

std::string two(uint64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

size_t below(RandomSource& random, size_t n) { return random.next() % n; }
bool chance(RandomSource& random, double p) { return random.uniform() < p; }

// The i-th of n, the first ones much more often (Zipf's law with exponent about 0.8).
size_t common_first(RandomSource& random, size_t n) {
  const double u = random.uniform();
  return std::min(n - 1, static_cast<size_t>(static_cast<double>(n) * std::pow(u, 3.0)));
}

// Letters of UTF-8 text.
Words letters_of(const std::string& text) {
  Words out;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U && !out.empty()) {
      out.back().push_back(c);
    } else {
      out.emplace_back(1, c);
    }
  }
  return out;
}

std::string joined(const Words& letters) {
  std::string out;
  for (const std::string& letter : letters) out += letter;
  return out;
}

// One slip of the hand: a letter doubled, left out, exchanged with the next, or taken from elsewhere.
std::string slipped(const std::string& text, RandomSource& random) {
  Words letters = letters_of(text);
  if (letters.size() < 3) return text;
  const size_t at = 1 + below(random, letters.size() - 1);
  switch (below(random, 4)) {
    case 0:
      letters.insert(letters.begin() + static_cast<ptrdiff_t>(at), letters[at]);
      break;
    case 1:
      letters.erase(letters.begin() + static_cast<ptrdiff_t>(at));
      break;
    case 2:
      std::swap(letters[at], letters[at - 1]);
      break;
    default:
      letters[at] = letters[below(random, letters.size())];
  }
  return joined(letters);
}

struct Day {
  uint64_t year, month, day;
};

Day some_day(RandomSource& random, uint64_t from, uint64_t to) {
  return {from + below(random, to - from + 1), 1 + below(random, 12), 1 + below(random, 28)};
}

Day wrong_day(Day day, RandomSource& random) {
  switch (below(random, 4)) {
    case 0:
      if (day.day <= 12) std::swap(day.day, day.month);
      break;
    case 1:
      day.year += chance(random, 0.5) ? 1 : -1;
      break;
    case 2:
      day.day = day.day % 10 + 10 * below(random, 3);
      if (day.day == 0) day.day = 1;
      break;
    default:
      day.month = 1 + below(random, 12);
  }
  return day;
}

std::string written(const Day& day) {
  return std::to_string(day.year) + "-" + two(day.month) + "-" + two(day.day);
}

// Syllables put together; no language's list of names.
Words made_up(RandomSource& random, size_t count, const Words& first, const Words& middle,
              const Words& last) {
  Words out;
  while (out.size() < count) {
    std::string word = first[below(random, first.size())];
    if (chance(random, 0.6)) word += middle[below(random, middle.size())];
    out.push_back(word + last[below(random, last.size())]);
  }
  return out;
}

struct Letter {
  const char* from;
  const char* to;
};
constexpr Letter kLatinLetters[] = {
    {"а", "a"},  {"б", "b"},  {"в", "v"},  {"г", "g"},  {"д", "d"},  {"е", "e"},    {"ё", "yo"},
    {"ж", "zh"}, {"з", "z"},  {"и", "i"},  {"й", "y"},  {"к", "k"},  {"л", "l"},    {"м", "m"},
    {"н", "n"},  {"о", "o"},  {"п", "p"},  {"р", "r"},  {"с", "s"},  {"т", "t"},    {"у", "u"},
    {"ф", "f"},  {"х", "kh"}, {"ц", "ts"}, {"ч", "ch"}, {"ш", "sh"}, {"щ", "shch"}, {"ы", "y"},
    {"ь", ""},   {"ъ", ""},   {"э", "e"},  {"ю", "yu"}, {"я", "ya"}};
constexpr Letter kPassportLetters[] = {{"ё", "e"}, {"й", "i"}, {"ю", "iu"}, {"я", "ia"}, {"ъ", "ie"}};
constexpr Letter kUkrainianLetters[] = {{"и", "і"}, {"е", "є"},  {"ы", "и"},
                                        {"э", "е"}, {"ё", "йо"}, {"ъ", ""}};

struct Capital {
  const char* small;
  const char* large;
};
constexpr Capital kCapitals[] = {
    {"а", "А"}, {"б", "Б"}, {"в", "В"}, {"г", "Г"}, {"д", "Д"}, {"е", "Е"}, {"з", "З"}, {"и", "И"},
    {"к", "К"}, {"л", "Л"}, {"м", "М"}, {"н", "Н"}, {"о", "О"}, {"п", "П"}, {"р", "Р"}, {"с", "С"},
    {"т", "Т"}, {"у", "У"}, {"ф", "Ф"}, {"х", "Х"}, {"ц", "Ц"}, {"ч", "Ч"}, {"ш", "Ш"}, {"э", "Э"},
    {"ю", "Ю"}, {"я", "Я"}, {"ж", "Ж"}, {"і", "І"}, {"є", "Є"}, {"ё", "Ё"}, {"ы", "Ы"}, {"щ", "Щ"}};

std::string capitalised(const std::string& word) {
  Words letters = letters_of(word);
  if (letters.empty()) return word;
  if (letters[0][0] >= 'a' && letters[0][0] <= 'z')
    letters[0][0] = static_cast<char>(letters[0][0] - 'a' + 'A');
  for (const Capital& pair : kCapitals) {
    if (letters[0] == pair.small) letters[0] = pair.large;
  }
  return joined(letters);
}

enum class Spelling { kRussian, kLatin, kPassport, kUkrainian };

std::string respelled(const std::string& word, Spelling spelling) {
  std::string out;
  for (const std::string& letter : letters_of(word)) {
    std::string put = letter;
    const auto look = [&](const auto& table) {
      for (const Letter& pair : table) {
        if (letter == pair.from) {
          put = pair.to;
          return true;
        }
      }
      return false;
    };
    if (spelling == Spelling::kUkrainian) look(kUkrainianLetters);
    if (spelling == Spelling::kPassport && !look(kPassportLetters)) look(kLatinLetters);
    if (spelling == Spelling::kLatin) look(kLatinLetters);
    out += put;
  }
  return out;
}

// Given names with their patronymics and Ukrainian forms.
struct Given {
  const char* name;
  const char* patronymic;
  const char* ukrainian;
};
constexpr Given kGiven[] = {{"александр", "александрович", "олександр"},
                            {"сергей", "сергеевич", "сергій"},
                            {"алексей", "алексеевич", "олексій"},
                            {"дмитрий", "дмитриевич", "дмитро"},
                            {"андрей", "андреевич", "андрій"},
                            {"михаил", "михайлович", "михайло"},
                            {"николай", "николаевич", "микола"},
                            {"владимир", "владимирович", "володимир"},
                            {"иван", "иванович", "іван"},
                            {"евгений", "евгеньевич", "євген"},
                            {"павел", "павлович", "павло"},
                            {"артём", "артёмович", "артем"},
                            {"роман", "романович", "роман"},
                            {"виктор", "викторович", "віктор"},
                            {"денис", "денисович", "денис"},
                            {"максим", "максимович", "максим"},
                            {"олег", "олегович", "олег"},
                            {"юрий", "юрьевич", "юрій"},
                            {"константин", "константинович", "костянтин"},
                            {"илья", "ильич", "ілля"},
                            {"никита", "никитич", "микита"},
                            {"руслан", "русланович", "руслан"},
                            {"тимур", "тимурович", "тимур"},
                            {"рустам", "рустамович", "рустам"},
                            {"баир", "баирович", "баір"},
                            {"бато", "батоевич", "бато"},
                            {"аюр", "аюрович", "аюр"},
                            {"магомед", "магомедович", "магомед"},
                            {"ахмед", "ахмедович", "ахмед"},
                            {"ислам", "исламович", "іслам"},
                            {"марат", "маратович", "марат"},
                            {"ильдар", "ильдарович", "ільдар"},
                            {"салим", "салимович", "салім"},
                            {"чингис", "чингисович", "чингіс"},
                            {"мерген", "мергенович", "мерген"},
                            {"георгий", "георгиевич", "георгій"},
                            {"станислав", "станиславович", "станіслав"},
                            {"вадим", "вадимович", "вадим"},
                            {"игорь", "игоревич", "ігор"},
                            {"кирилл", "кириллович", "кирило"}};
constexpr size_t kGivenCount = sizeof(kGiven) / sizeof(kGiven[0]);

struct Soldier {
  std::string surname;
  size_t given, father;
  Day birth, death;
  size_t region, settlement, rank;
};

constexpr const char* kRanks[] = {"рядовой",   "ефрейтор",  "младший сержант",   "сержант", "старший сержант",
                                  "прапорщик", "лейтенант", "старший лейтенант", "капитан", "майор"};

class Barracks {
 public:
  explicit Barracks(const Invention& how) : how_(how), random_(how.seed) {
    const Words first = {"бар", "вер", "гор", "дал", "ел",  "жар", "зим", "ив", "кор", "луг",
                         "мор", "нов", "ост", "пол", "род", "сол", "тул", "уш", "фар", "хал",
                         "цар", "чер", "шум", "щер", "юр",  "яс",  "боч", "гуж"};
    const Words middle = {"ан", "еб", "ил", "ов", "ун", "ыш",  "ят",
                          "ом", "ас", "ер", "ич", "ул", "енк", "ост"};
    const Words last = {"ов", "ев", "ин", "ский", "енко", "ук", "ов", "ев", "оев", "аев"};
    surnames_ = made_up(random_, how.surnames, first, middle, last);
    places_ = made_up(random_, 400, first, middle, {"ово", "ино", "ка", "ское", "град"});
  }

  Soldier soldier() {
    Soldier out;
    out.surname = surnames_[common_first(random_, surnames_.size())];
    out.given = common_first(random_, kGivenCount);
    out.father = common_first(random_, kGivenCount);
    out.birth = some_day(random_, 1965, 2004);
    out.death = some_day(random_, 2022, 2023);
    out.region = common_first(random_, 80);
    out.settlement = (out.region * 7 + common_first(random_, 40)) % places_.size();
    out.rank = common_first(random_, 10);
    return out;
  }

  std::string line(const std::string& id, const Soldier& man, bool foreign) {
    const double u = random_.uniform();
    const Spelling spelling = !foreign || u < 0.35 ? Spelling::kRussian
                              : u < 0.55           ? Spelling::kLatin
                              : u < 0.7            ? Spelling::kPassport
                                                   : Spelling::kUkrainian;
    std::string surname = capitalised(respelled(slip(man.surname), spelling));
    const Given& own = kGiven[man.given];
    std::string given = spelling == Spelling::kUkrainian && chance(random_, 0.6)
                            ? own.ukrainian
                            : respelled(slip(own.name), spelling);
    given = capitalised(given);
    std::string father = capitalised(respelled(slip(kGiven[man.father].patronymic), spelling));
    if (chance(random_, 0.25)) father.clear();
    if (chance(random_, 0.08)) {
      given = letters_of(given)[0] + ".";
      if (!father.empty()) father = letters_of(father)[0] + ".";
    }
    if (chance(random_, 0.03)) std::swap(surname, given);
    return id + "," + surname + "," + given + "," + father + "," + day(man.birth, 0.3, 0.25) + "," +
           day(man.death, 0.25, 0) + "," + (chance(random_, 0.1) ? "" : "XX-" + std::to_string(man.region)) +
           "," + (chance(random_, 0.3) ? "" : capitalised(places_[man.settlement])) + "," +
           (chance(random_, 0.4) ? "" : kRanks[man.rank]) + "\n";
  }
  RandomSource& random() { return random_; }

 private:
  std::string slip(const std::string& word) { return chance(random_, 0.06) ? slipped(word, random_) : word; }
  std::string day(const Day& right, double missing, double year_only) {
    const Day put = chance(random_, 0.05) ? wrong_day(right, random_) : right;
    if (chance(random_, missing)) return "";
    return chance(random_, year_only) ? std::to_string(put.year) : written(put);
  }

  const Invention& how_;
  RandomSource random_;
  Words surnames_;
  Words places_;
};

// Who is on which list, in an order that says nothing.
InventedLists draw(
    const Invention& how, RandomSource& random, const std::string& header,
    const std::function<std::string(const std::string& id, uint32_t person, size_t list)>& line) {
  InventedLists out;
  for (size_t list = 0; list < how.lists; ++list) {
    std::vector<uint32_t> records;
    for (uint32_t person = 0; person < how.people; ++person) {
      if (!chance(random, how.listed)) continue;
      records.push_back(person);
      if (chance(random, how.doubled)) records.push_back(person);
    }
    for (size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[below(random, i)]);
    std::string csv = header;
    for (size_t i = 0; i < records.size(); ++i)
      csv += line(std::string(1, static_cast<char>('a' + list)) + std::to_string(i + 1), records[i], list);
    out.csv.push_back(std::move(csv));
    out.person.push_back(std::move(records));
  }
  return out;
}

}  // namespace

InventedLists invented_soldiers(const Invention& how) {
  Barracks barracks(how);
  std::vector<Soldier> men;
  for (size_t i = 0; i < how.people; ++i) men.push_back(barracks.soldier());
  return draw(how, barracks.random(),
              "rec_id,surname,given,patronymic,birth,death,region_iso,settlement,rank\n",
              [&](const std::string& id, uint32_t person, size_t list) {
                return barracks.line(id, men[person], list % 2 == 1);
              });
}

InventedLists invented_customers(const Invention& how) {
  RandomSource random(how.seed);
  const Words names =
      made_up(random, 300, {"al", "be", "cha", "da", "el", "fi", "gre", "ha", "is", "jo", "ka", "li", "mi"},
              {"n", "ra", "ll", "mi", "so", "ti"}, {"a", "an", "ie", "er", "on", "elle", "ley"});
  const Words surnames = made_up(
      random, how.surnames,
      {"ash", "bro", "clar", "dun", "ever", "fo", "gra", "hol", "ire", "jar", "ken", "lam"},
      {"b", "ne", "wi", "st", "ri", "lo", "da"}, {"ton", "ford", "ley", "man", "s", "worth", "by", "er"});
  const Words streets = made_up(random, 900, {"oak", "mil", "wat", "sta", "hil", "qu", "ban", "tor"},
                                {"ber", "ling", "e", "on"},
                                {"wood street", "ford place", "ham crescent", "view road", "ing circuit"});
  const Words towns = made_up(random, 500, {"ber", "cal", "dor", "yar", "mun", "wol"},
                              {"ra", "go", "lin", "ta"}, {"wick", "bah", "ville", "dale", "mere"});
  const Words states = {"nsw", "vic", "qld", "wa", "sa", "tas"};
  struct Customer {
    std::string fields[9];
  };
  std::vector<Customer> all(how.people);
  for (Customer& one : all) {
    const size_t town = common_first(random, towns.size());
    const Day born = some_day(random, 1910, 1999);
    one = {{names[common_first(random, names.size())], surnames[common_first(random, surnames.size())],
            std::to_string(1 + common_first(random, 300)), streets[common_first(random, streets.size())],
            towns[town], std::to_string(2000 + town * 11 % 7000), states[town % 6],
            std::to_string(born.year) + two(born.month) + two(born.day),
            std::to_string(1'000'000 + below(random, 8'999'999))}};
  }
  return draw(how, random, "rec_id,first_name,last_name,house_no,street,locality,zip,state,dob,doc_no\n",
              [&](const std::string& id, uint32_t person, size_t) {
                Customer copy = all[person];
                if (chance(random, 0.02)) std::swap(copy.fields[0], copy.fields[1]);
                for (std::string& field : copy.fields) {
                  if (chance(random, 0.12)) field = slipped(field, random);
                  if (chance(random, 0.06)) field.clear();
                }
                std::string out = id;
                for (const std::string& field : copy.fields) out += "," + field;
                return out + "\n";
              });
}

InventedLists invented_patients(const Invention& how) {
  RandomSource random(how.seed);
  const Words names = made_up(random, 120, {"KA", "HA", "MO", "JU", "GE", "WER", "BRI", "SA"},
                              {"R", "NS", "LI", "TT"}, {"IN", "A", "ER", "OLF", "GITTE", "BINE"});
  const Words surnames =
      made_up(random, std::min<size_t>(how.surnames, 250), {"SCH", "BE", "KR", "HO", "WA", "M", "F", "L"},
              {"UL", "EI", "AU", "O"}, {"ZE", "ER", "MANN", "KE", "SCHER", "BACH"});
  struct Patient {
    std::string name, surname;
    Day born;
  };
  std::vector<Patient> all(how.people);
  for (Patient& one : all)
    one = {names[common_first(random, names.size())], surnames[common_first(random, surnames.size())],
           some_day(random, 1920, 2005)};
  return draw(how, random, "id,vorname,nachname,year,month,day\n",
              [&](const std::string& id, uint32_t person, size_t) {
                Patient copy = all[person];
                if (chance(random, 0.5)) {
                  switch (below(random, 3)) {
                    case 0:
                      copy.name = slipped(copy.name, random);
                      break;
                    case 1:
                      copy.surname = slipped(copy.surname, random);
                      break;
                    default:
                      copy.born = wrong_day(copy.born, random);
                  }
                }
                return id + "," + copy.name + "," + copy.surname + "," + std::to_string(copy.born.year) +
                       "," + std::to_string(copy.born.month) + "," + std::to_string(copy.born.day) + "\n";
              });
}

}  // namespace homeward::losses_stats
