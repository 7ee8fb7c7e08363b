// From files of counts to a table of rates by region and period: what `homeward losses rates` does.
// The columns are described in docs/formats/losses.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "losses_stats/problem.h"
#include "losses_stats/rates.h"

namespace homeward::losses_stats {

struct RegionSize {
  std::string iso;
  uint64_t denominator = 0;  // 0: not known
};

// The column `iso` and the one named; an empty cell there is a denominator that is not known.
Parsed<std::vector<RegionSize>> read_region_sizes(std::string_view csv,
                                                  const std::string& denominator_column);

struct DeathCount {
  std::string iso;
  std::string period;  // "all", or a month such as 2022-07
  uint64_t deaths = 0;
};

struct DeathCounts {
  std::vector<DeathCount> rows;
  uint64_t without_region = 0;  // deaths of `unknown` and `other`: in no row
  uint64_t without_month = 0;   // deaths of a known region without a month, when months are asked for
};

// The columns `iso` and `deaths`, and by month one of `month`, `month_confirmed` or `period`. Every `iso`
// must be one of `regions`, or `unknown` or `other`; a line `total` is passed over, since it would count
// twice.
Parsed<DeathCounts> read_deaths(std::string_view csv, const std::vector<RegionSize>& regions, bool by_month);

// Up to and with each month that occurs, in every region that occurs.
DeathCounts cumulative(const DeathCounts& by_month);

struct RateRow {
  std::string iso;
  std::string period;
  uint64_t deaths = 0;
  uint64_t denominator = 0;  // 0: all that follows is left empty in the file
  double rate = 0;           // this and all limits per 100,000
  Interval garwood;
  Interval midp;
  Interval byar;
  Rank rank;
  FunnelPlace funnel = FunnelPlace::kWithin;
};

// A row for every region in every period that occurs, also where nobody died: months in order, within one the
// regions in their own order. Ranks and funnel compare the regions of one period whose denominators are
// known.
std::vector<RateRow> make_rates(const DeathCounts& deaths, const std::vector<RegionSize>& regions);

// iso,period,deaths,denominator,rate,low,high,midp_low,midp_high,byar_low,byar_high,rank,rank_low,rank_high,funnel
std::string rates_csv(const std::vector<RateRow>& rows);

}  // namespace homeward::losses_stats
