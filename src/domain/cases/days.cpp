#include "domain/cases/days.h"

#include <chrono>

namespace homeward::domain::cases {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

sys_days calendar(Day day) { return sys_days(days(day.number)); }
Day from_calendar(sys_days day) { return {static_cast<int32_t>(day.time_since_epoch().count())}; }

std::optional<int> digits(std::string_view text) {
  int out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

}  // namespace

Day day_of(Instant at) {
  constexpr int64_t kDay_ms = 24ll * 3600 * 1000;
  const int64_t day = at.ms / kDay_ms - (at.ms % kDay_ms < 0 ? 1 : 0);
  return {static_cast<int32_t>(std::clamp<int64_t>(day, kFirstDay.number, kLastDay.number))};
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const Day out = from_calendar(sys_days(date));
  if (out < kFirstDay || out > kLastDay) return std::nullopt;
  return out;
}

std::string text_of_day(Day day) {
  const year_month_day date(calendar(day));
  const auto two = [](unsigned number) {
    return std::string(1, static_cast<char>('0' + number / 10)) + static_cast<char>('0' + number % 10);
  };
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  return two(year / 100) + two(year % 100) + "-" + two(static_cast<unsigned>(date.month())) + "-" +
         two(static_cast<unsigned>(date.day()));
}

Day plus_months(Day day, int32_t months) {
  const year_month_day date(calendar(day));
  const year_month_day moved = date + std::chrono::months(months);
  if (moved.ok()) return from_calendar(sys_days(moved));
  return from_calendar(sys_days(moved.year() / moved.month() / std::chrono::last));
}

Day end_of_month(Day day) {
  const year_month_day date(calendar(day));
  return from_calendar(sys_days(date.year() / date.month() / std::chrono::last));
}

Day plus_working_days(Day day, int32_t count) {
  while (count > 0) {
    ++day.number;
    const unsigned weekday = std::chrono::weekday(calendar(day)).c_encoding();
    if (weekday != 0 && weekday != 6) --count;
  }
  return day;
}

}  // namespace homeward::domain::cases
