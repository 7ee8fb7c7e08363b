#include "losses_stats/dates.h"

#include <array>
#include <cstdlib>
#include <vector>

namespace homeward::losses_stats {
namespace {

using Digits = std::array<uint8_t, 8>;

Digits digits_of(const Date& date) {
  const uint32_t number = date.year * 10'000U + date.month * 100U + date.day;
  Digits out{};
  uint32_t rest = number;
  for (size_t i = 8; i-- > 0; rest /= 10) out[i] = static_cast<uint8_t>(rest % 10);
  return out;
}

bool one_slip(const Date& a, const Date& b) {
  if (a.year == b.year && a.month == b.day && a.day == b.month) return true;
  const Digits x = digits_of(a);
  const Digits y = digits_of(b);
  size_t differing = 0;
  size_t first = 8;
  for (size_t i = 0; i < 8; ++i) {
    if (x[i] == y[i]) continue;
    if (differing == 0) first = i;
    ++differing;
  }
  if (differing == 1) return true;
  return differing == 2 && first + 1 < 8 && x[first] == y[first + 1] && x[first + 1] == y[first];
}

struct Piece {
  uint32_t value;
  size_t length;
};

Date checked(uint32_t year, uint32_t month, uint32_t day) {
  if (year < 1000 || year > 2999 || month > 39 || day > 99) return {};
  return {static_cast<uint16_t>(year), static_cast<uint8_t>(month), static_cast<uint8_t>(day)};
}

}  // namespace

Date read_date(std::string_view text) {
  std::array<Piece, 3> pieces{};
  size_t count = 0;
  for (size_t i = 0; i < text.size();) {
    if (count == 3) {
      // A time of day after the date says nothing here.
      if (text[i] == 'T' || text[i] == ' ') break;
      return {};
    }
    Piece piece{0, 0};
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && piece.length < 9; ++i, ++piece.length)
      piece.value = piece.value * 10 + static_cast<uint32_t>(text[i] - '0');
    if (piece.length == 0) return {};
    pieces[count++] = piece;
    if (i < text.size() && (text[i] == '-' || text[i] == '.' || text[i] == '/')) ++i;
  }
  if (count == 1 && pieces[0].length == 4) return checked(pieces[0].value, 0, 0);
  if (count == 1 && pieces[0].length == 8)
    return checked(pieces[0].value / 10'000, pieces[0].value / 100 % 100, pieces[0].value % 100);
  if (count == 2 && pieces[0].length == 4) return checked(pieces[0].value, pieces[1].value, 0);
  if (count == 2 && pieces[1].length == 4) return checked(pieces[1].value, pieces[0].value, 0);
  if (count == 3 && pieces[0].length == 4 && pieces[1].length <= 2 && pieces[2].length <= 2)
    return checked(pieces[0].value, pieces[1].value, pieces[2].value);
  if (count == 3 && pieces[2].length == 4 && pieces[0].length <= 2 && pieces[1].length <= 2)
    return checked(pieces[2].value, pieces[1].value, pieces[0].value);
  return {};
}

int32_t days_between(const Date& a, const Date& b) {
  const auto days = [](const Date& date) { return date.year * 365.25 + date.month * 30.44 + date.day; };
  return static_cast<int32_t>(std::abs(days(a) - days(b)) + 0.5);
}

DateLevel compare_dates(const Date& a, const Date& b) {
  if (a.empty() || b.empty()) return DateLevel::kMissing;
  if (a.whole() && b.whole()) {
    if (a == b) return DateLevel::kSame;
    if (one_slip(a, b)) return DateLevel::kSlip;
    if ((a.year == b.year) + (a.month == b.month) + (a.day == b.day) == 2) {
      return days_between(a, b) <= 7 ? DateLevel::kWeek : DateLevel::kTwoParts;
    }
    const int32_t apart = days_between(a, b);
    return apart <= 7 ? DateLevel::kWeek : apart <= 31 ? DateLevel::kMonth : DateLevel::kDifferent;
  }
  const bool year = a.year != 0 && b.year != 0;
  const bool month = a.month != 0 && b.month != 0;
  const bool day = a.day != 0 && b.day != 0;
  if (!year && !month && !day) return DateLevel::kMissing;
  if ((!year || a.year == b.year) && (!month || a.month == b.month) && (!day || a.day == b.day))
    return DateLevel::kPart;
  if (year && std::abs(a.year - b.year) == 1 && !month) return DateLevel::kSlip;
  return DateLevel::kDifferent;
}

}  // namespace homeward::losses_stats
