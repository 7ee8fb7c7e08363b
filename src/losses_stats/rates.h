// Rates of a count over a denominator, with intervals that stay honest for small counts; ratios of two rates;
// funnel limits; ranks with their uncertainty.
//
// Counts are taken as Poisson. `level` is the coverage of a two-sided interval, 0 < level < 1. Limits of
// counts are in counts: divide by the denominator and multiply by 100,000 for a rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace homeward::losses_stats {

struct Interval {
  double low = 0;
  double high = 0;
};

// Exact: each tail at most (1 - level) / 2 (Garwood 1936).
Interval garwood_interval(uint64_t count, double level);
// Exact with half of the observed count's probability in each tail (Lancaster 1961; Cohen and Yang 1994).
Interval midp_interval(uint64_t count, double level);
// Byar's cube-root approximation (Breslow and Day 1987, section 2.3); its lower limit is 0 where the formula
// falls below.
Interval byar_interval(uint64_t count, double level);
// A proportion's score interval with continuity correction (Newcombe 1998, method 4), 0 < trials, successes
// <= trials.
Interval wilson_interval(uint64_t successes, uint64_t trials, double level);

struct Exposure {
  uint64_t count = 0;
  double denominator = 0;  // > 0
};

// rate(first) / rate(second). Given the sum of both counts the first is binomial, which gives exact limits
// (Clopper and Pearson 1934), their mid-P version with its median-unbiased estimate, and the limits of Wald
// on the logarithm. Where the second count is 0 the ratio and the upper limits are infinite.
struct RateRatio {
  double ratio = 0;
  Interval exact;
  double midp_estimate = 0;
  Interval midp;
  Interval wald;       // NaN if either count is 0
  double exact_p = 1;  // twice the smaller tail, at most 1; for the hypothesis of equal rates
  double midp_p = 1;
};
RateRatio rate_ratio(const Exposure& first, const Exposure& second, double level);

// Where a count of this expectation > 0 lies with probability `level` if its region is like all: Poisson
// quantiles made continuous (Spiegelhalter 2005, appendix A.1.1).
Interval funnel_limits(double expected, double level);

// Between-region spread beyond chance (Spiegelhalter 2005, sections 4.2 and A.3): `phi` is the mean of the
// squared z-scores 2(sqrt(count) - sqrt(expected)), one tenth of them pulled in at either end; `tau2` is the
// additive variance of sqrt(count / expected), 0 unless phi is above 1 + 2 sqrt(2 / n).
struct Overdispersion {
  double phi = 1;
  double tau2 = 0;
};
struct Expectation {
  uint64_t count = 0;
  double expected = 0;  // > 0
};
Overdispersion overdispersion(const std::vector<Expectation>& regions);

enum class FunnelPlace : uint8_t {
  kVeryLow,
  kLow,
  kWithin,
  kHigh,
  kVeryHigh
};  // beyond 99.8 %, 95 %, or neither
// Beyond a limit, and improbable by the exact Poisson tail as well, so that small counts do not stand out.
FunnelPlace funnel_place(const Expectation& region, const Overdispersion& spread);

// The limits that `funnel_place` draws, in counts: those of chance alone, or widened by the spread.
Interval funnel_limits(double expected, const Overdispersion& spread, double level);

// Place among all by rate, 1 the highest, with the places that it may have. The limits hold for all regions
// at once with probability `level`: region i surely precedes j only if i's simultaneous interval lies wholly
// above j's (Klein, Wright and Wieczorek 2020). Equal rates share the better rank.
struct Rank {
  size_t rank = 0;
  size_t low = 0;   // best place possible
  size_t high = 0;  // worst place possible
};
std::vector<Rank> ranks(const std::vector<Exposure>& regions, double level);

// How probable it is, region by region, that its true rate is the highest of all: each rate has the Gamma
// distribution that its count gives it with Jeffreys' prior, independent of the others'. Summed over a grid,
// so that it needs no random numbers; good to three digits. The sum is 1.
std::vector<double> probabilities_first(const std::vector<Exposure>& regions);

}  // namespace homeward::losses_stats
