#include "losses_stats/rates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/assert.h"
#include "losses_stats/quantiles.h"

namespace homeward::losses_stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The root of `f` between `low` and `high`, where it has different signs: regula falsi in the form called
// Illinois.
template <class Function>
double root_between(Function f, double low, double high) {
  double at_low = f(low);
  double at_high = f(high);
  int last_side = 0;
  for (int i = 0; i < 200 && std::abs(high - low) > 1e-13 * (std::abs(low) + std::abs(high)); ++i) {
    if (at_low == at_high) break;
    const double middle = (at_low * high - at_high * low) / (at_low - at_high);
    const double at_middle = f(middle);
    if (at_middle == 0) return middle;
    if ((at_middle > 0) == (at_high > 0)) {
      high = middle;
      at_high = at_middle;
      if (last_side == 1) at_low /= 2;
      last_side = 1;
    } else {
      low = middle;
      at_low = at_middle;
      if (last_side == -1) at_high /= 2;
      last_side = -1;
    }
    if (std::abs(at_middle) < 1e-15) return middle;
  }
  return (low + high) / 2;
}

double poisson_midp(uint64_t count, double mean) {
  const auto x = static_cast<double>(count);
  return 0.5 * (poisson_probability(x, mean) + poisson_probability(x - 1, mean));
}

// P(X < x) + P(X = x) / 2 for a binomial X of n trials.
double binomial_midp(double x, double n, double p) {
  const double below = x > 0 ? beta_probability(n - x + 1, x, 1 - p) : 0;
  const double through = x < n ? beta_probability(n - x, x + 1, 1 - p) : 1;
  return 0.5 * (below + through);
}

Interval exact_share(double x, double n, double tail) {
  return {x > 0 ? beta_quantile(x, n - x + 1, tail) : 0, x < n ? beta_quantile(x + 1, n - x, 1 - tail) : 1};
}

double midp_share(double x, double n, double target) {
  if ((x == 0 && target >= 0.5) || n == 0) return 0;
  if (x == n && target <= 0.5) return 1;
  return root_between([&](double p) { return binomial_midp(x, n, p) - target; }, 1e-15, 1 - 1e-15);
}

double odds(double share) { return share >= 1 ? kInfinity : share / (1 - share); }

double z_of(double level) { return normal_quantile(0.5 + level / 2); }

}  // namespace

Interval garwood_interval(uint64_t count, double level) {
  const auto x = static_cast<double>(count);
  const double tail = (1 - level) / 2;
  return {count == 0 ? 0 : gamma_quantile(x, tail), gamma_quantile(x + 1, 1 - tail)};
}

Interval midp_interval(uint64_t count, double level) {
  const double tail = (1 - level) / 2;
  const Interval wider = garwood_interval(count, level);
  const auto limit = [&](double target) {
    return root_between([&](double mean) { return poisson_midp(count, mean) - target; }, wider.low,
                        wider.high);
  };
  return {count == 0 ? 0 : limit(1 - tail), limit(tail)};
}

Interval byar_interval(uint64_t count, double level) {
  const double z = z_of(level);
  const auto cube = [](double x, double shift) {
    return x * std::pow(1 - 1 / (9 * x) + shift / (3 * std::sqrt(x)), 3);
  };
  const auto x = static_cast<double>(count);
  return {count == 0 ? 0 : std::max(0.0, cube(x, -z)), cube(x + 1, z)};
}

Interval wilson_interval(uint64_t successes, uint64_t trials, double level) {
  HW_ASSERT(trials > 0 && successes <= trials);
  const double z = z_of(level);
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double scale = 2 * (n + z * z);
  const auto spread = [&](double sign) {
    return 1 + z * std::sqrt(z * z - 1 / n + 4 * n * p * (1 - p) + sign * (4 * p - 2));
  };
  Interval out{std::max(0.0, (2 * n * p + z * z - spread(+1)) / scale),
               std::min(1.0, (2 * n * p + z * z + spread(-1)) / scale)};
  if (successes == 0) out.low = 0;
  if (successes == trials) out.high = 1;
  return out;
}

RateRatio rate_ratio(const Exposure& first, const Exposure& second, double level) {
  HW_ASSERT(first.denominator > 0 && second.denominator > 0);
  const auto x = static_cast<double>(first.count);
  const auto y = static_cast<double>(second.count);
  const double n = x + y;
  const double scale = second.denominator / first.denominator;
  const double tail = (1 - level) / 2;
  RateRatio out;
  out.ratio = y > 0 ? x / y * scale : (x > 0 ? kInfinity : std::numeric_limits<double>::quiet_NaN());
  if (n == 0) {
    out.midp_estimate = out.ratio;
    out.exact = out.midp = {0, kInfinity};
    out.wald = {out.ratio, out.ratio};
    return out;
  }
  const Interval share = exact_share(x, n, tail);
  out.exact = {odds(share.low) * scale, odds(share.high) * scale};
  out.midp = {odds(midp_share(x, n, 1 - tail)) * scale, odds(midp_share(x, n, tail)) * scale};
  out.midp_estimate = odds(midp_share(x, n, 0.5)) * scale;
  const double width = z_of(level) * std::sqrt(1 / x + 1 / y);
  out.wald = {out.ratio * std::exp(-width), out.ratio * std::exp(width)};
  if (x == 0 || y == 0) out.wald = {std::nan(""), std::nan("")};
  const double equal = first.denominator / (first.denominator + second.denominator);
  const double through = x < n ? beta_probability(n - x, x + 1, 1 - equal) : 1;
  const double from = x > 0 ? beta_probability(x, n - x + 1, equal) : 1;
  const double middle = binomial_midp(x, n, equal);
  out.exact_p = std::min(1.0, 2 * std::min(through, from));
  out.midp_p = 2 * std::min(middle, 1 - middle);
  return out;
}

Interval funnel_limits(double expected, double level) {
  HW_ASSERT(expected > 0);
  const auto quantile = [&](double p) {
    double r = std::max(0.0, std::floor(expected + normal_quantile(p) * std::sqrt(expected)));
    while (poisson_probability(r, expected) < p) ++r;
    while (r > 0 && poisson_probability(r - 1, expected) >= p) --r;
    const double through = poisson_probability(r, expected);
    return r - (through - p) / (through - poisson_probability(r - 1, expected));
  };
  return {std::max(0.0, quantile((1 - level) / 2)), quantile((1 + level) / 2)};
}

Overdispersion overdispersion(const std::vector<Expectation>& regions) {
  Overdispersion out;
  const size_t n = regions.size();
  if (n < 2) return out;
  std::vector<double> scores;
  double sum = 0;
  double squares = 0;
  for (const Expectation& region : regions) {
    HW_ASSERT(region.expected > 0);
    scores.push_back(2 * (std::sqrt(static_cast<double>(region.count)) - std::sqrt(region.expected)));
    const double weight = 4 * region.expected;
    sum += weight;
    squares += weight * weight;
  }
  std::sort(scores.begin(), scores.end());
  const size_t cut = n / 10;
  double total = 0;
  for (const double z : scores) {
    const double held = std::clamp(z, scores[cut], scores[n - 1 - cut]);
    total += held * held;
  }
  const auto size = static_cast<double>(n);
  out.phi = total / size;
  if (out.phi > 1 + 2 * std::sqrt(2 / size)) {
    out.tau2 = std::max(0.0, (size * out.phi - (size - 1)) / (sum - squares / sum));
  }
  return out;
}

Interval funnel_limits(double expected, const Overdispersion& spread, double level) {
  const Interval chance = funnel_limits(expected, level);
  if (spread.tau2 == 0) return chance;
  const double width = z_of(level) * std::sqrt(1 / (4 * expected) + spread.tau2);
  const double low = std::max(0.0, 1 - width);
  // The root's approximation is too narrow where little is expected; chance alone is never less.
  return {std::min(chance.low, expected * low * low),
          std::max(chance.high, expected * (1 + width) * (1 + width))};
}

namespace {

// Whether so few (or so many) are at most half of `outside` probable by chance alone. Continuous limits lie
// inside the exact ones; of small counts only this keeps a single death, or none, from standing out.
bool improbable(const Expectation& region, bool low, double outside) {
  const auto x = static_cast<double>(region.count);
  const double tail =
      low ? poisson_probability(x, region.expected) : 1 - poisson_probability(x - 1, region.expected);
  return tail <= outside / 2;
}

}  // namespace

FunnelPlace funnel_place(const Expectation& region, const Overdispersion& spread) {
  const auto x = static_cast<double>(region.count);
  const auto beyond = [&](double level) {
    const Interval limits = funnel_limits(region.expected, spread, level);
    const int side = x < limits.low ? -1 : x > limits.high ? 1 : 0;
    return side != 0 && improbable(region, side < 0, 1 - level) ? side : 0;
  };
  if (const int side = beyond(0.998)) return side < 0 ? FunnelPlace::kVeryLow : FunnelPlace::kVeryHigh;
  if (const int side = beyond(0.95)) return side < 0 ? FunnelPlace::kLow : FunnelPlace::kHigh;
  return FunnelPlace::kWithin;
}

std::vector<Rank> ranks(const std::vector<Exposure>& regions, double level) {
  const size_t n = regions.size();
  std::vector<double> rates;
  std::vector<double> lows;
  std::vector<double> highs;
  std::map<uint64_t, Interval> known;
  // Independent intervals, each at the n-th root of the level, hold together at the level.
  const double each = std::pow(level, 1.0 / static_cast<double>(std::max<size_t>(n, 1)));
  for (const Exposure& region : regions) {
    HW_ASSERT(region.denominator > 0);
    auto found = known.find(region.count);
    if (found == known.end()) found = known.emplace(region.count, garwood_interval(region.count, each)).first;
    rates.push_back(static_cast<double>(region.count) / region.denominator);
    lows.push_back(found->second.low / region.denominator);
    highs.push_back(found->second.high / region.denominator);
  }
  std::vector<double> sorted_rates = rates;
  std::vector<double> sorted_lows = lows;
  std::vector<double> sorted_highs = highs;
  for (auto* values : {&sorted_rates, &sorted_lows, &sorted_highs}) std::sort(values->begin(), values->end());
  const auto above = [&](const std::vector<double>& values, double x) {
    return static_cast<size_t>(values.end() - std::upper_bound(values.begin(), values.end(), x));
  };
  std::vector<Rank> out;
  for (size_t i = 0; i < n; ++i) {
    const auto surely_below =
        std::lower_bound(sorted_highs.begin(), sorted_highs.end(), lows[i]) - sorted_highs.begin();
    out.push_back({1 + above(sorted_rates, rates[i]), 1 + above(sorted_lows, highs[i]),
                   n - static_cast<size_t>(surely_below)});
  }
  return out;
}

std::vector<double> probabilities_first(const std::vector<Exposure>& regions) {
  constexpr size_t kSteps = 400;
  constexpr double kTail = 1e-6;
  const size_t n = regions.size();
  const auto below = [&](size_t i, double rate) {
    return gamma_probability(static_cast<double>(regions[i].count) + 0.5, rate * regions[i].denominator);
  };
  const auto all_below = [&](double rate) {
    double product = 1;
    for (size_t i = 0; i < n && product > 0; ++i) product *= below(i, rate);
    return product;
  };
  double high = 0;
  for (const Exposure& region : regions) {
    HW_ASSERT(region.denominator > 0);
    const double shape = static_cast<double>(region.count) + 0.5;
    high = std::max(high, gamma_quantile(shape, 1 - kTail) / region.denominator);
  }
  // Below `low` it is all but certain that some rate is higher.
  double low = 0;
  for (double above = high; above - low > high * 1e-4;) {
    const double middle = (low + above) / 2;
    (all_below(middle) < kTail ? low : above) = middle;
  }
  std::vector<double> out(n, 0);
  std::vector<double> last(n, 0);
  double last_product = 0;
  for (size_t step = 0; step <= kSteps; ++step) {
    const double rate = low + (high - low) * static_cast<double>(step) / kSteps;
    std::vector<double> now(n);
    double product = 1;
    for (size_t i = 0; i < n; ++i) product *= now[i] = below(i, rate);
    for (size_t i = 0; i < n && step > 0; ++i) {
      const double others = now[i] > 0 ? product / now[i] : 0;
      const double others_before = last[i] > 0 ? last_product / last[i] : 0;
      out[i] += (now[i] - last[i]) * (others + others_before) / 2;
    }
    last = std::move(now);
    last_product = product;
  }
  double sum = 0;
  for (const double share : out) sum += share;
  for (double& share : out) share = sum > 0 ? share / sum : 0;
  return out;
}

}  // namespace homeward::losses_stats
