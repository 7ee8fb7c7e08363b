#include "losses_stats/rates_table.h"

#include <array>
#include <map>
#include <optional>
#include <set>

#include "losses_stats/csv.h"

namespace homeward::losses_stats {
namespace {

constexpr double kLevel = 0.95;
constexpr double kPer = 100'000;

Problem missing_column(const std::string& name) { return {1, 0, "a column " + name + " in the header"}; }

bool is_month(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return false;
  for (const size_t i : {0, 1, 2, 3, 5, 6}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  const int month = (text[5] - '0') * 10 + (text[6] - '0');
  return month >= 1 && month <= 12;
}

std::optional<size_t> month_column(const CsvTable& table) {
  for (const char* name : {"month", "month_confirmed", "period"}) {
    if (const auto at = table.find(name)) return at;
  }
  return {};
}

struct Intervals {
  Interval garwood;
  Interval midp;
  Interval byar;
};

// Small counts come again and again.
class IntervalsByCount {
 public:
  const Intervals& of(uint64_t count) {
    const auto found = known_.find(count);
    if (found != known_.end()) return found->second;
    const Intervals made{garwood_interval(count, kLevel), midp_interval(count, kLevel),
                         byar_interval(count, kLevel)};
    return known_.emplace(count, made).first->second;
  }

 private:
  std::map<uint64_t, Intervals> known_;
};

Interval per_100000(const Interval& counts, uint64_t denominator) {
  const double scale = kPer / static_cast<double>(denominator);
  return {counts.low * scale, counts.high * scale};
}

// Compares the rows of one period, all of the same length of time, with each other.
void compare(std::vector<RateRow*>& rows) {
  std::vector<Exposure> exposures;
  double deaths = 0;
  double people = 0;
  for (const RateRow* row : rows) {
    exposures.push_back({row->deaths, static_cast<double>(row->denominator)});
    deaths += static_cast<double>(row->deaths);
    people += static_cast<double>(row->denominator);
  }
  const std::vector<Rank> places = ranks(exposures, kLevel);
  for (size_t i = 0; i < rows.size(); ++i) rows[i]->rank = places[i];
  if (deaths == 0) return;
  std::vector<Expectation> expectations;
  for (const RateRow* row : rows) {
    expectations.push_back({row->deaths, deaths * static_cast<double>(row->denominator) / people});
  }
  const Overdispersion spread = overdispersion(expectations);
  for (size_t i = 0; i < rows.size(); ++i) rows[i]->funnel = funnel_place(expectations[i], spread);
}

const char* name_of(FunnelPlace place) {
  constexpr std::array<const char*, 5> kNames = {"very_low", "low", "within", "high", "very_high"};
  return kNames[static_cast<size_t>(place)];
}

std::string csv_line(const RateRow& row) {
  std::string out = csv_field(row.iso) + "," + row.period + "," + std::to_string(row.deaths) + ",";
  if (row.denominator == 0) return out + ",,,,,,,,,,,\n";
  out += std::to_string(row.denominator) + "," + csv_number(row.rate);
  for (const Interval& interval : {row.garwood, row.midp, row.byar}) {
    out += "," + csv_number(interval.low) + "," + csv_number(interval.high);
  }
  for (const size_t place : {row.rank.rank, row.rank.low, row.rank.high}) out += "," + std::to_string(place);
  return out + "," + name_of(row.funnel) + "\n";
}

}  // namespace

Parsed<std::vector<RegionSize>> read_region_sizes(std::string_view csv,
                                                  const std::string& denominator_column) {
  const auto table = parse_csv(csv);
  if (!table.ok()) return table.problem();
  const auto iso = table->find("iso");
  if (!iso) return missing_column("iso");
  const auto size = table->find(denominator_column);
  if (!size) return missing_column(denominator_column);
  std::vector<RegionSize> out;
  std::set<std::string> seen;
  for (const CsvRow& row : table->rows) {
    const Field& name = row[*iso];
    if (name.text.empty() || !seen.insert(name.text).second) {
      return Problem{name.line, name.column, "the code of a region that has no line yet"};
    }
    RegionSize region{name.text, 0};
    if (!row[*size].text.empty()) {
      const auto people = whole_number(row[*size]);
      if (!people.ok()) return people.problem();
      region.denominator = *people;
    }
    out.push_back(std::move(region));
  }
  if (out.empty()) return Problem{2, 0, "a line for every region"};
  return out;
}

Parsed<DeathCounts> read_deaths(std::string_view csv, const std::vector<RegionSize>& regions, bool by_month) {
  const auto table = parse_csv(csv);
  if (!table.ok()) return table.problem();
  const auto iso = table->find("iso");
  if (!iso) return missing_column("iso");
  const auto deaths = table->find("deaths");
  if (!deaths) return missing_column("deaths");
  const auto month = month_column(*table);
  if (by_month && !month) return missing_column("month, month_confirmed or period");
  std::set<std::string> known;
  for (const RegionSize& region : regions) known.insert(region.iso);
  DeathCounts out;
  for (const CsvRow& row : table->rows) {
    const Field& name = row[*iso];
    const auto count = whole_number(row[*deaths], 1'000'000'000);
    if (!count.ok()) return count.problem();
    const bool nowhere = name.text == "unknown" || name.text == "other";
    if (!nowhere && name.text != "total" && !known.contains(name.text)) {
      return Problem{name.line, name.column,
                     "the code of a region of the other file, unknown, other or total"};
    }
    if (by_month && !row[*month].text.empty() && !is_month(row[*month].text)) {
      return Problem{row[*month].line, row[*month].column, "a month such as 2022-07, or nothing"};
    }
    if (name.text == "total") continue;
    if (nowhere) {
      out.without_region += *count;
    } else if (by_month && row[*month].text.empty()) {
      out.without_month += *count;
    } else {
      out.rows.push_back({name.text, by_month ? row[*month].text : "all", *count});
    }
  }
  return out;
}

DeathCounts cumulative(const DeathCounts& by_month) {
  std::map<std::string, std::map<std::string, uint64_t>> months;
  for (const DeathCount& row : by_month.rows) months[row.period][row.iso] += row.deaths;
  std::map<std::string, uint64_t> so_far;
  DeathCounts out;
  out.without_region = by_month.without_region;
  out.without_month = by_month.without_month;
  for (const auto& [month, counts] : months) {
    for (const auto& [iso, deaths] : counts) so_far[iso] += deaths;
    for (const auto& [iso, deaths] : so_far) out.rows.push_back({iso, month, deaths});
  }
  return out;
}

std::vector<RateRow> make_rates(const DeathCounts& deaths, const std::vector<RegionSize>& regions) {
  std::map<std::string, std::map<std::string, uint64_t>> by_period;
  for (const DeathCount& row : deaths.rows) by_period[row.period][row.iso] += row.deaths;
  IntervalsByCount intervals;
  std::vector<RateRow> out;
  out.reserve(by_period.size() * regions.size());
  for (const auto& [period, counts] : by_period) {
    std::vector<RateRow*> comparable;
    for (const RegionSize& region : regions) {
      const auto found = counts.find(region.iso);
      RateRow row{
          region.iso, period, found == counts.end() ? 0 : found->second, region.denominator, 0, {}, {},
          {},         {}};
      if (row.denominator > 0) {
        const Intervals& of_count = intervals.of(row.deaths);
        row.rate = static_cast<double>(row.deaths) / static_cast<double>(row.denominator) * kPer;
        row.garwood = per_100000(of_count.garwood, row.denominator);
        row.midp = per_100000(of_count.midp, row.denominator);
        row.byar = per_100000(of_count.byar, row.denominator);
      }
      out.push_back(std::move(row));
      if (out.back().denominator > 0) comparable.push_back(&out.back());
    }
    compare(comparable);
  }
  return out;
}

std::string rates_csv(const std::vector<RateRow>& rows) {
  std::string out =
      "iso,period,deaths,denominator,rate,low,high,midp_low,midp_high,byar_low,byar_high,rank,rank_low,rank_"
      "high,funnel\n";
  for (const RateRow& row : rows) out += csv_line(row);
  return out;
}

}  // namespace homeward::losses_stats
