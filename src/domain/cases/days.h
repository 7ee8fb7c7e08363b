// Days without a time zone: how dates of events, deadlines and silences are counted.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.h"

namespace homeward::domain::cases {

// Days since 1970-01-01.
struct Day {
  int32_t number = 0;
  auto operator<=>(const Day&) const = default;
  Day plus(int32_t days) const { return {number + days}; }
};

inline constexpr Day kFirstDay{-25'567};  // 1900-01-01; what is earlier or later does not read
inline constexpr Day kLastDay{47'481};    // 2099-12-31

// The day of an instant by UTC.
Day day_of(Instant at);
// "YYYY-MM-DD"; nothing unless it is a day of the calendar between kFirstDay and kLastDay.
std::optional<Day> parse_day(std::string_view text);
std::string text_of_day(Day day);
// The same date some months later, the last day of that month where there is no such date.
Day plus_months(Day day, int32_t months);
Day end_of_month(Day day);
// Counts Mondays to Fridays; feast days are not known here.
Day plus_working_days(Day day, int32_t days);

}  // namespace homeward::domain::cases
