// Numbers, days and names as the bulletin's two languages write them.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "client/bulletin/folder.h"
#include "losses_stats/rates.h"
#include "losses_stats/regions.h"

namespace homeward::client::bulletin {
namespace {

constexpr const char* kOfMonth[2][12] = {{"января", "февраля", "марта", "апреля", "мая", "июня", "июля",
                                          "августа", "сентября", "октября", "ноября", "декабря"},
                                         {"January", "February", "March", "April", "May", "June", "July",
                                          "August", "September", "October", "November", "December"}};
constexpr const char* kMonth[12] = {"январь", "февраль", "март",     "апрель",  "май",    "июнь",
                                    "июль",   "август",  "сентябрь", "октябрь", "ноябрь", "декабрь"};

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string name_of_region(std::string_view iso, Language language) {
  const bool russian = language == Language::kRussian;
  if (iso.empty()) return russian ? "регион неизвестен" : "region not known";
  if (iso == kTotal) return russian ? "всего" : "in all";
  const losses_stats::Region* region = losses_stats::find_region(iso);
  if (region == nullptr) return std::string(iso);
  return std::string(russian ? region->name_ru : region->name_en);
}

std::string short_name_of_region(std::string_view iso) {
  const size_t dash = iso.find('-');
  return std::string(dash == std::string_view::npos ? iso : iso.substr(dash + 1));
}

std::string number_words(uint64_t number, Language language) {
  std::string digits = std::to_string(number);
  const std::string_view between = language == Language::kRussian ? "\u00a0" : ",";
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, between);
  return digits;
}

std::string decimal_words(double number, Language language) {
  const auto tenths = static_cast<uint64_t>(std::llround(number * 10));
  return number_words(tenths / 10, language) + (language == Language::kRussian ? "," : ".") +
         std::to_string(tenths % 10);
}

std::string day_words(Day day, Language language) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const auto month = static_cast<unsigned>(date.month()) - 1;
  const bool russian = language == Language::kRussian;
  return std::to_string(static_cast<unsigned>(date.day())) + "\u00a0" + kOfMonth[russian ? 0 : 1][month] +
         " " + std::to_string(static_cast<int>(date.year())) + (russian ? "\u00a0года" : "");
}

std::string month_key(int32_t month) {
  char out[16];
  std::snprintf(out, sizeof out, "%04d-%02d", 1970 + month / 12, month % 12 + 1);
  return out;
}

std::string month_words(std::string_view key, Language language) {
  const bool russian = language == Language::kRussian;
  if (key.empty()) return russian ? "раньше или месяц неизвестен" : "earlier, or month not known";
  if (key == kTotal) return russian ? "всего" : "in all";
  const bool well_formed =
      key.size() == 7 && key[4] == '-' && key[5] >= '0' && key[5] <= '1' && key[6] >= '0' && key[6] <= '9';
  const int month = well_formed ? (key[5] - '0') * 10 + (key[6] - '0') : 0;
  if (month < 1 || month > 12) return std::string(key);
  return std::string(russian ? kMonth[month - 1] : kOfMonth[1][month - 1]) + " " +
         std::string(key.substr(0, 4));
}

std::vector<RegionRate> rates_of(const Edition& edition) {
  constexpr double kPer = 100'000;
  std::vector<RegionRate> out;
  const ShownTable& table = edition.losses;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const losses_stats::Region* region = losses_stats::find_region(table.rows[row]);
    const Cell& cell = table.at(row, table.columns.size() - 1);
    if (region == nullptr || !cell) continue;
    const losses_stats::Interval limits = losses_stats::garwood_interval(cell->count, 0.95);
    const double scale = kPer / region->residents_2022;
    out.push_back({table.rows[row], *cell, region->residents_2022, cell->count * scale, limits.low * scale,
                   limits.high * scale});
  }
  std::ranges::stable_sort(out, [](const RegionRate& a, const RegionRate& b) { return a.rate > b.rate; });
  return out;
}

}  // namespace homeward::client::bulletin
