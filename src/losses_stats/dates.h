// Dates as people write them, perhaps in part, and how far two of them are apart.
#pragma once

#include <cstdint>
#include <string_view>

namespace homeward::losses_stats {

// A part that is not known is 0. Parts are not checked against the calendar: slips are what is looked for.
struct Date {
  uint16_t year = 0;
  uint8_t month = 0;
  uint8_t day = 0;

  bool empty() const { return year == 0 && month == 0 && day == 0; }
  bool whole() const { return year != 0 && month != 0 && day != 0; }
  bool operator==(const Date&) const = default;
};

// 2022-03-19, 2022-03, 2022, 20220319, 19.03.2022, 19/03/2022; empty if it is none of them.
Date read_date(std::string_view text);

// Days from one to the other by the calendar of months of 30.6 days, near enough for "within a week".
int32_t days_between(const Date& a, const Date& b);

enum class DateLevel : uint8_t {
  kMissing,
  kSame,
  kPart,      // what both have is the same, and one has less
  kSlip,      // one digit, two digits changed places, or day and month
  kTwoParts,  // two of year, month and day
  kWeek,      // at most 7 days apart
  kMonth,     // at most 31 days apart
  kDifferent
};
DateLevel compare_dates(const Date& a, const Date& b);

}  // namespace homeward::losses_stats
