// How two values, and two records, agree: levels that the model weighs.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "losses_stats/people.h"

namespace homeward::losses_stats {

// Of names, codes and texts; dates have the levels of dates.h. 0 is "not known" for both.
enum class TextLevel : uint8_t { kMissing, kSame, kNear, kFar, kInitial, kDifferent };
constexpr size_t kLevels = 8;

// Letters put in, left out, replaced, or two neighbours exchanged (optimal string alignment); `most` + 1 if
// more than `most`. Only the first 48 letters of each count.
uint32_t edits(std::string_view a, std::string_view b, uint32_t most);

TextLevel compare_texts(FieldKind kind, const Value& a, const Value& b);

// A level for each field, and whether surname and given name were compared crosswise, because so they agree
// and straight they do not.
struct Comparison {
  std::array<uint8_t, kMaximumLinkFields> level{};
  bool swapped = false;
};
Comparison compare_records(const People& people, size_t a, size_t b);

}  // namespace homeward::losses_stats
