#include "losses_stats/blocking.h"

#include <algorithm>
#include <initializer_list>

namespace homeward::losses_stats {
namespace {

// Blocks larger than this are divided; the second is for what cannot be divided further.
constexpr size_t kLargeBlock = 60;
constexpr size_t kLargestBlock = 250;
// In small lists larger blocks cost little.
constexpr size_t kSmallList = 20'000;
constexpr size_t kSmallListFactor = 8;

enum class Take : uint8_t {
  kValue,
  kCode,  // consonants of a name
  kInitial,
  kTwoLetters,
  kLastLetters,
  kCodes,  // of surname and given name in either order
  kLess,   // the value with one letter less: a key for each letter
  kDate,   // year, month, day, the last two in either order
  kYear,
  kMonthDay,
  kYearMonth
};

struct Part {
  Take take;
  size_t field;
};

uint64_t mixed(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

uint64_t joined(uint64_t a, uint64_t b) { return mixed(a * 0x9E3779B97F4A7C15ULL + b); }

uint64_t hashed(std::string_view text) {
  uint64_t out = 0xcbf29ce484222325ULL;
  for (const char c : text) out = (out ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return mixed(out) | 1;
}

uint64_t date_key(const Date& date, Take take) {
  const uint64_t low = std::min(date.month, date.day);
  const uint64_t high = std::max(date.month, date.day);
  switch (take) {
    case Take::kYear:
      return date.year;
    case Take::kMonthDay:
      return date.month != 0 && date.day != 0 ? low * 100 + high : 0;
    case Take::kYearMonth:
      return date.year != 0 && date.month != 0 ? date.year * 100U + date.month : 0;
    default:
      return date.whole() ? date.year * 10'000U + low * 100 + high : 0;
  }
}

// 0: the record has no such key.
uint64_t part_key(const People& people, size_t record, const Part& part) {
  const ValueId id = people.id(record, part.field);
  if (id == kNoValue) return 0;
  const Value& value = people.value(record, part.field);
  switch (part.take) {
    case Take::kValue:
      return value.initial ? 0 : mixed(id) | 1;
    case Take::kCode:
      return value.initial ? 0 : hashed(value.code);
    case Take::kInitial:
      return hashed(std::string_view(value.text).substr(0, 1));
    case Take::kTwoLetters:
      return value.initial ? 0 : hashed(std::string_view(value.text).substr(0, 2));
    case Take::kLastLetters:
      return value.text.size() < 4 ? 0 : hashed(std::string_view(value.text).substr(value.text.size() - 4));
    case Take::kCodes: {
      const ValueId given = people.id(record, part.field + 1);
      if (given == kNoValue || value.initial) return 0;
      const Value& other = people.value(record, part.field + 1);
      return other.initial ? 0 : (hashed(value.code) + hashed(other.code)) | 1;
    }
    case Take::kLess:
      return 0;
    default:
      return date_key(value.date, part.take);
  }
}

}  // namespace

struct Blocks::Plan {
  std::vector<Part> parts;   // what makes the key
  std::vector<Part> longer;  // what is added to it, in this order, where too many share it
};

namespace {

// The parts by which large blocks are divided, but for what the key has already.
std::vector<Part> dividers(const People& people, const std::vector<Part>& parts) {
  std::vector<Part> out;
  const auto add = [&](Take take, size_t field) {
    const bool there =
        std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return part.field == field; });
    if (!there) out.push_back({take, field});
  };
  for (size_t f = 0; f < people.fields.size(); ++f) {
    if (people.fields[f].kind == FieldKind::kGiven) add(Take::kInitial, f);
  }
  if (people.category) add(Take::kValue, *people.category);
  for (size_t f = 0; f < people.fields.size(); ++f) {
    if (people.fields[f].kind == FieldKind::kDate) add(Take::kYearMonth, f);
  }
  for (size_t f = 0; f < people.fields.size(); ++f) {
    if (people.fields[f].kind == FieldKind::kPatronymic) add(Take::kInitial, f);
    if (people.fields[f].kind == FieldKind::kSurname) add(Take::kCode, f);
    if (people.fields[f].kind == FieldKind::kText && f != people.category) add(Take::kValue, f);
  }
  return out;
}

size_t distinct(const People& people, size_t field) {
  return people.dictionaries[people.fields[field].dictionary].values.size();
}

}  // namespace

std::vector<Blocks::Plan> Blocks::plans(const People& people) {
  std::vector<Plan> out;
  const auto add = [&](std::initializer_list<Part> parts) {
    out.push_back({parts, dividers(people, parts)});
  };
  const auto surname = people.field_of(FieldKind::kSurname);
  const auto given = people.field_of(FieldKind::kGiven);
  const auto patronymic = people.field_of(FieldKind::kPatronymic);
  std::vector<size_t> names;
  if (surname) names.push_back(*surname);
  if (given) names.push_back(*given);
  if (surname && given) {
    add({{Take::kValue, *surname}, {Take::kInitial, *given}});
    add({{Take::kCodes, *surname}});
    add({{Take::kCode, *given}, {Take::kTwoLetters, *surname}});
    add({{Take::kCode, *given}, {Take::kLastLetters, *surname}});
    add({{Take::kLess, *surname}, {Take::kInitial, *given}});
    add({{Take::kLess, *given}, {Take::kCode, *surname}});
    if (people.category) add({{Take::kCode, *surname}, {Take::kValue, *people.category}});
  }
  if (surname && patronymic) {
    add({{Take::kCode, *surname}, {Take::kInitial, *patronymic}});
    add({{Take::kValue, *given}, {Take::kValue, *patronymic}, {Take::kTwoLetters, *surname}});
  }
  for (size_t f = 0; f < people.fields.size(); ++f) {
    const FieldKind kind = people.fields[f].kind;
    if (kind == FieldKind::kDate) {
      for (const size_t name : names) {
        add({{Take::kDate, f}, {Take::kInitial, name}});
        add({{Take::kYear, f}, {Take::kCode, name}});
        add({{Take::kMonthDay, f}, {Take::kCode, name}});
      }
      if (names.empty() || distinct(people, f) * 4 > people.size()) add({{Take::kDate, f}});
    } else if ((kind == FieldKind::kCode || kind == FieldKind::kText) && f != people.category) {
      if (distinct(people, f) * 20 > people.size()) add({{Take::kValue, f}});
      for (const size_t name : names) add({{Take::kValue, f}, {Take::kCode, name}});
    }
  }
  return out;
}

Blocks::Pass Blocks::make(const People& people, const Plan& plan) {
  const size_t factor = people.size() <= kSmallList ? kSmallListFactor : 1;
  std::vector<Entry> open;
  for (uint32_t r = 0; r < people.size(); ++r) {
    uint64_t key = 1;
    const Part* less = nullptr;
    for (const Part& part : plan.parts) {
      if (part.take == Take::kLess) {
        less = &part;
        continue;
      }
      const uint64_t next = part_key(people, r, part);
      key = next == 0 ? 0 : joined(key, next);
      if (key == 0) break;
    }
    if (key == 0) continue;
    if (less == nullptr) {
      open.push_back({key, r});
      continue;
    }
    if (people.id(r, less->field) == kNoValue) continue;
    std::string_view text = people.value(r, less->field).text;
    text = text.substr(0, 16);
    if (text.size() < 4) continue;
    std::string shorter;
    for (size_t i = 0; i < text.size(); ++i) {
      if (i > 0 && text[i] == text[i - 1]) continue;
      shorter.assign(text.substr(0, i));
      shorter += text.substr(i + 1);
      open.push_back({joined(key, hashed(shorter)), r});
    }
    open.push_back({joined(key, hashed(text)), r});
  }
  // Large blocks get longer keys until they are small, or nothing is left to add.
  std::vector<Entry> closed;
  for (size_t round = 0; !open.empty(); ++round) {
    std::sort(open.begin(), open.end(), [](const Entry& a, const Entry& b) {
      return a.key != b.key ? a.key < b.key : a.record < b.record;
    });
    std::vector<Entry> large;
    for (size_t i = 0; i < open.size();) {
      size_t end = i + 1;
      while (end < open.size() && open[end].key == open[i].key) ++end;
      const size_t size = end - i;
      const bool last = round == plan.longer.size();
      if (size > 1 && size <= (last ? kLargestBlock : kLargeBlock) * factor) {
        closed.insert(closed.end(), open.begin() + static_cast<ptrdiff_t>(i),
                      open.begin() + static_cast<ptrdiff_t>(end));
      } else if (size > 1 && !last) {
        for (; i < end; ++i) {
          const uint64_t next = part_key(people, open[i].record, plan.longer[round]);
          if (next != 0) large.push_back({joined(open[i].key, next), open[i].record});
        }
      }
      i = end;
    }
    open = std::move(large);
  }
  std::sort(closed.begin(), closed.end(), [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.record < b.record;
  });
  Pass out;
  out.first.assign(people.size() + 1, 0);
  for (size_t i = 0; i < closed.size(); ++i) {
    if (i == 0 || closed[i].key != closed[i - 1].key) out.members_first.push_back(static_cast<uint32_t>(i));
    out.members.push_back(closed[i].record);
    ++out.first[closed[i].record + 1];
  }
  out.members_first.push_back(static_cast<uint32_t>(closed.size()));
  for (size_t r = 0; r < people.size(); ++r) out.first[r + 1] += out.first[r];
  out.blocks.resize(closed.size());
  std::vector<uint32_t> next(out.first.begin(), out.first.end() - 1);
  for (uint32_t block = 0; block + 1 < out.members_first.size(); ++block) {
    for (uint32_t i = out.members_first[block]; i < out.members_first[block + 1]; ++i)
      out.blocks[next[out.members[i]]++] = block;
  }
  return out;
}

Blocks::Blocks(const People& people, const Parallel& parallel) {
  const std::vector<Plan> all = plans(people);
  passes_.resize(all.size());
  parallel(all.size(), [&](size_t i) { passes_[i] = make(people, all[i]); });
}

uint64_t Blocks::most_pairs() const {
  uint64_t out = 0;
  for (const Pass& pass : passes_) {
    for (size_t block = 0; block + 1 < pass.members_first.size(); ++block) {
      const uint64_t size = pass.members_first[block + 1] - pass.members_first[block];
      out += size * (size - 1) / 2;
    }
  }
  return out;
}

}  // namespace homeward::losses_stats
