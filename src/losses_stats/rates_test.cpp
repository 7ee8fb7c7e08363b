#include "losses_stats/rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>

#include "losses_stats/csv.h"
#include "losses_stats/random.h"
#include "losses_stats/rates_table.h"
#include "losses_stats/test_data.h"

namespace homeward::losses_stats {
namespace {

// Six significant digits.
void expect_close(double value, double wanted, const std::string& what) {
  EXPECT_NEAR(value, wanted, 1e-6 * std::abs(wanted) + 1e-12) << what;
}

class Columns {
 public:
  explicit Columns(const std::string& text) : table_(parse_csv(text)) {}
  size_t size() const { return table_->rows.size(); }
  const std::string& text(size_t row, const char* name) const {
    return table_->rows[row][*table_->find(name)].text;
  }
  double number(size_t row, const char* name) const { return std::strtod(text(row, name).c_str(), nullptr); }
  uint64_t count(size_t row, const char* name) const { return static_cast<uint64_t>(number(row, name)); }

 private:
  Parsed<CsvTable> table_;
};

TEST(Rates, IntervalsOfACountAreThoseOfTheReference) {
  REFERENCE(text, "rates/poisson_ci.csv");
  const Columns wanted(text);
  ASSERT_GT(wanted.size(), 10U);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const uint64_t x = wanted.count(i, "x");
    const double level = wanted.number(i, "level");
    const std::string what = std::to_string(x) + " at " + std::to_string(level);
    const Interval garwood = garwood_interval(x, level);
    expect_close(garwood.low, wanted.number(i, "garwood_lo"), what);
    expect_close(garwood.high, wanted.number(i, "garwood_hi"), what);
    const Interval midp = midp_interval(x, level);
    expect_close(midp.low, wanted.number(i, "midp_lo"), what);
    expect_close(midp.high, wanted.number(i, "midp_hi"), what);
    const Interval byar = byar_interval(x, level);
    if (wanted.text(i, "byar_lo") != "NA") expect_close(byar.low, wanted.number(i, "byar_lo"), what);
    expect_close(byar.high, wanted.number(i, "byar_hi"), what);
  }
}

TEST(Rates, RatiosAreThoseOfTheReference) {
  REFERENCE(raw, "rates/rate_ratio.csv");
  std::string text = raw;
  // One line has a comma in a field without quotes.
  if (const size_t at = text.find("Moscow, Apr"); at != std::string::npos) text.replace(at, 7, "Moscow");
  const Columns wanted(text);
  ASSERT_EQ(wanted.size(), 3U);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const std::string what = wanted.text(i, "case");
    const RateRatio made = rate_ratio({wanted.count(i, "x1"), wanted.number(i, "t1")},
                                      {wanted.count(i, "x0"), wanted.number(i, "t0")}, 0.95);
    expect_close(made.ratio, wanted.number(i, "rate_ratio"), what);
    expect_close(made.exact.low, wanted.number(i, "exact_lo"), what);
    expect_close(made.exact.high, wanted.number(i, "exact_hi"), what);
    // The reference searched for these three too coarsely for six digits; what defines them is checked below.
    EXPECT_NEAR(made.midp_estimate, wanted.number(i, "midp_est"), 3e-4 * made.ratio) << what;
    EXPECT_NEAR(made.midp.low, wanted.number(i, "midp_lo"), 3e-4 * made.ratio) << what;
    EXPECT_NEAR(made.midp.high, wanted.number(i, "midp_hi"), 3e-4 * made.ratio) << what;
    expect_close(made.wald.low, wanted.number(i, "wald_lo"), what);
    expect_close(made.wald.high, wanted.number(i, "wald_hi"), what);
    expect_close(made.exact_p, wanted.number(i, "exact_p_twice_one_sided"), what);
    expect_close(made.midp_p, wanted.number(i, "midp_p"), what);
  }
}

// P(X < x) + P(X = x) / 2 for a binomial X, term by term.
double midp_by_terms(int x, int n, double p) {
  double sum = 0;
  for (int i = 0; i <= x; ++i) {
    const double term = std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) +
                                 i * std::log(p) + (n - i) * std::log1p(-p));
    sum += i < x ? term : term / 2;
  }
  return sum;
}

TEST(Rates, MidPLimitsOfARatioSolveTheirEquation) {
  const RateRatio made = rate_ratio({11, 800}, {21, 3011}, 0.95);
  for (const auto& [ratio, wanted] : {std::pair{made.midp.low, 0.975}, std::pair{made.midp_estimate, 0.5},
                                      std::pair{made.midp.high, 0.025}}) {
    const double odds = ratio * 800 / 3011;
    EXPECT_NEAR(midp_by_terms(11, 32, odds / (1 + odds)), wanted, 1e-9);
  }
}

TEST(Rates, RatioWithoutCasesIsWide) {
  const RateRatio none = rate_ratio({0, 100}, {0, 100}, 0.95);
  EXPECT_TRUE(std::isnan(none.ratio));
  EXPECT_EQ(none.exact.low, 0);
  EXPECT_TRUE(std::isinf(none.exact.high));
  const RateRatio one = rate_ratio({3, 100}, {0, 100}, 0.95);
  EXPECT_TRUE(std::isinf(one.ratio));
  EXPECT_GT(one.exact.low, 0);
  EXPECT_TRUE(std::isinf(one.midp.high));
}

TEST(Rates, FunnelAndRanksAreThoseOfTheReference) {
  REFERENCE(text, "rates/funnel_regions_half.csv");
  const Columns wanted(text);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const std::string what = wanted.text(i, "iso");
    const double men = wanted.number(i, "men");
    for (const auto& [level, low, high] : {std::tuple{0.95, "lim95_exact_lo", "lim95_exact_hi"},
                                           std::tuple{0.998, "lim998_exact_lo", "lim998_exact_hi"}}) {
      const Interval limits = funnel_limits(wanted.number(i, "expected"), level);
      expect_close(limits.low / men * 1e5, wanted.number(i, low), what);
      expect_close(limits.high / men * 1e5, wanted.number(i, high), what);
    }
    const Interval byar = byar_interval(wanted.count(i, "n"), 0.998);
    expect_close(byar.low / men * 1e5, wanted.number(i, "ci998_byar_lo"), what);
  }
}

TEST(Rates, InverseFunnelIsTheExactInterval) {
  REFERENCE(text, "rates/phe_funnel_ratio_outputs.csv");
  const auto wanted = parse_csv(text);
  ASSERT_TRUE(wanted.ok());
  for (const CsvRow& row : wanted->rows) {
    const uint64_t observed = *whole_number(row[0]);
    const Interval made = garwood_interval(observed, 0.95);
    // The reference stopped a bisection at 1e-7.
    EXPECT_NEAR(made.high, std::strtod(row[1].text.c_str(), nullptr), 1e-5 + 1e-6 * made.high);
    EXPECT_NEAR(made.low, std::strtod(row[4].text.c_str(), nullptr), 1e-5 + 1e-6 * made.low);
  }
}

TEST(Rates, PublishedRatesFollowFromTheirCounts) {
  REFERENCE(text, "deaths/published_rates_apr2023_half.csv");
  const Columns wanted(text);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const uint64_t deaths = wanted.count(i, "deaths");
    const uint64_t men = wanted.count(i, "men_16_61_5");
    const Interval limits = wilson_interval(deaths, men, 0.95);
    EXPECT_NEAR(static_cast<double>(deaths) / static_cast<double>(men) * 1e5,
                wanted.number(i, "published_rate_per_100k"), 0.5);
    EXPECT_NEAR(limits.low * 1e5, wanted.number(i, "published_ci95_lo"), 0.5001) << wanted.text(i, "iso");
    EXPECT_NEAR(limits.high * 1e5, wanted.number(i, "published_ci95_hi"), 0.5001) << wanted.text(i, "iso");
  }
}

TEST(Rates, SpreadWithinChanceLeavesTheFunnelAsItIs) {
  std::vector<Expectation> regions;
  for (const uint64_t count : {18, 20, 22, 25, 16, 20, 19, 21, 23, 17}) regions.push_back({count, 20.0});
  EXPECT_EQ(overdispersion(regions).tau2, 0);
  for (Expectation& region : regions) region.count = region.count % 2 == 0 ? 5 : 60;
  const Overdispersion spread = overdispersion(regions);
  EXPECT_GT(spread.phi, 5);
  EXPECT_GT(spread.tau2, 0);
  EXPECT_EQ(funnel_place({40, 20.0}, {}), FunnelPlace::kVeryHigh);
  EXPECT_EQ(funnel_place({40, 20.0}, spread), FunnelPlace::kWithin);
  EXPECT_EQ(funnel_place({11, 20.0}, {}), FunnelPlace::kLow);
  EXPECT_EQ(funnel_place({0, 0.01}, {}), FunnelPlace::kWithin);
  EXPECT_EQ(funnel_place({1, 0.05}, {}), FunnelPlace::kWithin);
  EXPECT_EQ(funnel_place({1, 0.0005}, {}), FunnelPlace::kVeryHigh);
}

TEST(Rates, FewDeathsNeverLookCertain) {
  // One death in a small region gives the highest rate, and says next to nothing.
  const std::vector<Rank> made =
      ranks({{1, 1'000}, {400, 1'000'000}, {100, 1'000'000}, {100, 1'000'000}}, 0.95);
  EXPECT_EQ(made[0].rank, 1U);
  EXPECT_EQ(made[0].low, 1U);
  EXPECT_EQ(made[0].high, 4U);
  EXPECT_EQ(made[1].rank, 2U);
  EXPECT_EQ(made[1].low, 1U);
  EXPECT_EQ(made[1].high, 2U);
  EXPECT_EQ(made[2].rank, 3U);
  EXPECT_EQ(made[3].rank, 3U);
  EXPECT_EQ(made[3].high, 4U);
}

TEST(RatesTable, CountsEveryRegionInEveryPeriod) {
  const auto regions = read_region_sizes("iso,men\nXX-A,1000\nXX-B,\nXX-C,2000\n", "men");
  ASSERT_TRUE(regions.ok());
  const auto deaths = read_deaths(
      "iso,month,deaths\nXX-A,2022-04,3\nXX-A,2022-03,1\nunknown,2022-03,7\nXX-C,,2\ntotal,2022-03,9\n",
      *regions, true);
  ASSERT_TRUE(deaths.ok());
  EXPECT_EQ(deaths->without_region, 7U);
  EXPECT_EQ(deaths->without_month, 2U);
  const auto rows = make_rates(*deaths, *regions);
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0].period, "2022-03");
  EXPECT_EQ(rows[3].deaths, 3U);
  EXPECT_DOUBLE_EQ(rows[3].rate, 300);
  EXPECT_EQ(rows[2].rank.rank, 2U);
  const auto written = parse_csv(rates_csv(rows));
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(written->rows[1][4].text, "");
  EXPECT_EQ(written->rows[0][14].text, "within");
}

TEST(RatesTable, SaysWhichCellIsWrong) {
  const auto regions = read_region_sizes("iso,men\nXX-A,1000\n", "men");
  ASSERT_TRUE(regions.ok());
  const auto at = [&](std::string_view csv) {
    const auto read = read_deaths(csv, *regions, true);
    return read.ok() ? std::pair<size_t, size_t>{0, 0}
                     : std::pair{read.problem().line, read.problem().column};
  };
  EXPECT_EQ(at("iso,month,deaths\nXX-A,2022-01,1\nXX-Q,2022-01,1\n"), (std::pair<size_t, size_t>{3, 1}));
  EXPECT_EQ(at("iso,month,deaths\nXX-A,2022-13,1\n"), (std::pair<size_t, size_t>{2, 6}));
  EXPECT_EQ(at("iso,month,deaths\nXX-A,2022-01,-1\n"), (std::pair<size_t, size_t>{2, 14}));
  EXPECT_EQ(at("iso,deaths\nXX-A,1\n"), (std::pair<size_t, size_t>{1, 0}));
  EXPECT_FALSE(read_region_sizes("iso,men\nXX-A,1\nXX-A,2\n", "men").ok());
  EXPECT_FALSE(read_region_sizes("iso,men\nXX-A,x\n", "men").ok());
  EXPECT_FALSE(read_region_sizes("iso,men\n", "men").ok());
  EXPECT_FALSE(read_region_sizes("iso,women\nXX-A,1\n", "men").ok());
}

TEST(RatesTable, RanksOfTheReferenceCounts) {
  REFERENCE(sizes, "regions.csv");
  REFERENCE(counts, "deaths/crowdsourced_region_month_2022.csv");
  const auto regions = read_region_sizes(sizes, "men_16_61_census2021");
  ASSERT_TRUE(regions.ok()) << regions.problem().expected;
  const auto monthly = read_deaths(counts, *regions, true);
  ASSERT_TRUE(monthly.ok()) << monthly.problem().expected;
  const auto rows = make_rates(*monthly, *regions);
  std::map<std::string, double> totals;
  for (const RateRow& row : rows) totals[row.iso] += static_cast<double>(row.deaths);
  const auto whole = read_deaths(counts, *regions, false);
  ASSERT_TRUE(whole.ok());
  const auto all = make_rates(*whole, *regions);
  EXPECT_EQ(all.size(), regions->size());
  double undated = 0;
  for (const RateRow& row : all) undated += static_cast<double>(row.deaths) - totals[row.iso];
  EXPECT_EQ(undated, static_cast<double>(monthly->without_month));
}

TEST(First, IsAsProbableAsDrawsFromTheRatesSay) {
  const std::vector<Exposure> regions = {
      {30, 100'000}, {28, 100'000}, {1, 2'000}, {0, 5'000}, {200, 2'000'000}};
  const std::vector<double> made = probabilities_first(regions);
  RandomSource random(12);
  std::vector<double> drawn(regions.size(), 0);
  constexpr int kDraws = 40'000;
  for (int i = 0; i < kDraws; ++i) {
    size_t best = 0;
    double highest = -1;
    for (size_t r = 0; r < regions.size(); ++r) {
      const double rate = random.gamma(static_cast<double>(regions[r].count) + 0.5) / regions[r].denominator;
      if (rate > highest) {
        highest = rate;
        best = r;
      }
    }
    drawn[best] += 1.0 / kDraws;
  }
  double sum = 0;
  for (size_t r = 0; r < regions.size(); ++r) {
    EXPECT_NEAR(made[r], drawn[r], 0.012) << r;
    sum += made[r];
  }
  EXPECT_NEAR(sum, 1, 1e-9);
  // One death in a hamlet has the highest rate of all, and is far from surely the first.
  EXPECT_LT(made[2], 0.85);
}

TEST(Funnel, WidenedLimitsAreThoseThatPlacesGoBy) {
  const Overdispersion spread{3, 0.02};
  for (const double expected : {2.0, 40.0, 900.0}) {
    for (uint64_t count = 0; count < 3 * expected; ++count) {
      const Interval limits = funnel_limits(expected, spread, 0.95);
      const auto x = static_cast<double>(count);
      if (x > limits.low && x < limits.high) {
        EXPECT_EQ(funnel_place({count, expected}, spread), FunnelPlace::kWithin) << expected << " " << count;
      }
    }
    EXPECT_LE(funnel_limits(expected, spread, 0.95).low, funnel_limits(expected, 0.95).low);
    EXPECT_GT(funnel_limits(expected, spread, 0.95).high, funnel_limits(expected, 0.95).high);
  }
}

}  // namespace
}  // namespace homeward::losses_stats
