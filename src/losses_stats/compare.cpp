#include "losses_stats/compare.h"

#include <algorithm>
#include <bit>

namespace homeward::losses_stats {
namespace {

constexpr size_t kLongest = 48;

// Every edit changes at most two of the letters that occur.
bool letters_too_far(const Value& a, const Value& b, uint32_t most) {
  return static_cast<uint32_t>(std::popcount(a.letters ^ b.letters)) > 2 * most;
}

uint32_t distance(const Value& a, const Value& b, uint32_t most) {
  return letters_too_far(a, b, most) ? most + 1 : edits(a.text, b.text, most);
}

bool begins_the_other(const Value& a, const Value& b, size_t least) {
  const auto& shorter = a.text.size() < b.text.size() ? a.text : b.text;
  const auto& longer = a.text.size() < b.text.size() ? b.text : a.text;
  return shorter.size() >= least && longer.starts_with(shorter);
}

TextLevel compare_names(const Value& a, const Value& b) {
  if (a.initial || b.initial) return a.text[0] == b.text[0] ? TextLevel::kInitial : TextLevel::kDifferent;
  const size_t shorter = std::min(a.text.size(), b.text.size());
  const uint32_t most = shorter >= 5 ? 2 : 1;
  const uint32_t apart = shorter < 3 ? most + 1 : distance(a, b, most);
  if (apart == 1) return TextLevel::kNear;
  if (apart == 2 && most == 2) return TextLevel::kFar;
  if (shorter >= 5 && a.code == b.code && a.code.size() >= 3 && a.text[0] == b.text[0])
    return TextLevel::kFar;
  return begins_the_other(a, b, 4) ? TextLevel::kFar : TextLevel::kDifferent;
}

TextLevel compare_codes(const Value& a, const Value& b) {
  const size_t longer = std::max(a.text.size(), b.text.size());
  if (longer < 2) return TextLevel::kDifferent;
  const uint32_t most = longer >= 6 ? 2 : 1;
  const uint32_t apart = distance(a, b, most);
  if (apart == 1) return TextLevel::kNear;
  return apart == 2 && most == 2 ? TextLevel::kFar : TextLevel::kDifferent;
}

TextLevel compare_free(const Value& a, const Value& b) {
  const size_t longer = std::min(kLongest, std::max(a.text.size(), b.text.size()));
  if (longer < 4) return TextLevel::kDifferent;
  const auto near = static_cast<uint32_t>(std::max<size_t>(1, longer / 10));
  const auto far = static_cast<uint32_t>(std::max<size_t>(2, longer / 4));
  const uint32_t apart = distance(a, b, longer >= 6 ? far : near);
  if (apart <= near) return TextLevel::kNear;
  if (longer >= 6 && apart <= far) return TextLevel::kFar;
  return begins_the_other(a, b, 5) ? TextLevel::kFar : TextLevel::kDifferent;
}

bool agrees(TextLevel level) { return level != TextLevel::kMissing && level != TextLevel::kDifferent; }

}  // namespace

uint32_t edits(std::string_view a, std::string_view b, uint32_t most) {
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  if (a.size() > b.size()) std::swap(a, b);
  while (!a.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  if (b.size() - a.size() > most) return most + 1;
  if (a.empty()) return static_cast<uint32_t>(b.size());
  std::array<std::array<uint8_t, kLongest + 1>, 3> rows{};
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<uint8_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above2 = rows[(i + 1) % 3];
    row[0] = static_cast<uint8_t>(i);
    uint8_t least = row[0];
    for (size_t j = 1; j <= b.size(); ++j) {
      int cost = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost = std::min(cost, above2[j - 2] + 1);
      row[j] = static_cast<uint8_t>(cost);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
  }
  return std::min<uint32_t>(rows[a.size() % 3][b.size()], most + 1);
}

TextLevel compare_texts(FieldKind kind, const Value& a, const Value& b) {
  switch (kind) {
    case FieldKind::kCode:
      return compare_codes(a, b);
    case FieldKind::kText:
      return compare_free(a, b);
    default:
      return compare_names(a, b);
  }
}

namespace {

TextLevel level_of(const People& people, size_t field_a, size_t a, size_t field_b, size_t b) {
  const ValueId x = people.id(a, field_a);
  const ValueId y = people.id(b, field_b);
  if (x == kNoValue || y == kNoValue) return TextLevel::kMissing;
  const auto& values = people.dictionaries[people.fields[field_a].dictionary].values;
  const FieldKind kind = people.fields[field_a].kind;
  if (x == y) return values[x].initial ? TextLevel::kInitial : TextLevel::kSame;
  return compare_texts(kind, values[x], values[y]);
}

}  // namespace

Comparison compare_records(const People& people, size_t a, size_t b) {
  Comparison out;
  for (size_t i = 0; i < people.fields.size(); ++i) {
    if (people.fields[i].kind != FieldKind::kDate) {
      out.level[i] = static_cast<uint8_t>(level_of(people, i, a, i, b));
      continue;
    }
    const ValueId x = people.id(a, i);
    const ValueId y = people.id(b, i);
    if (x == kNoValue || y == kNoValue) continue;
    const auto& values = people.dictionaries[people.fields[i].dictionary].values;
    out.level[i] = static_cast<uint8_t>(compare_dates(values[x].date, values[y].date));
  }
  // Surname and given name are the first two fields where there are any.
  if (people.fields.size() < 2 || people.fields[1].kind != FieldKind::kGiven) return out;
  const auto surname = static_cast<TextLevel>(out.level[0]);
  const auto given = static_cast<TextLevel>(out.level[1]);
  if (surname != TextLevel::kDifferent || given == TextLevel::kSame || given == TextLevel::kNear) return out;
  const TextLevel cross_surname = level_of(people, 0, a, 1, b);
  const TextLevel cross_given = level_of(people, 1, a, 0, b);
  if (!agrees(cross_surname) || !agrees(cross_given)) return out;
  if (cross_surname == TextLevel::kInitial && cross_given == TextLevel::kInitial) return out;
  out.level[0] = static_cast<uint8_t>(cross_surname);
  out.level[1] = static_cast<uint8_t>(cross_given);
  out.swapped = true;
  return out;
}

}  // namespace homeward::losses_stats
