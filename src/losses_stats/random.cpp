#include "losses_stats/random.h"

#include <cmath>
#include <numbers>

namespace homeward::losses_stats {
namespace {

uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

}  // namespace

RandomSource::RandomSource(uint64_t seed) {
  for (uint64_t& word : state_) {  // splitmix64
    seed += 0x9E3779B97F4A7C15U;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    word = z ^ (z >> 31);
  }
}

uint64_t RandomSource::next() {
  const uint64_t out = rotate(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotate(state_[3], 45);
  return out;
}

double RandomSource::uniform() { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }

double RandomSource::normal() {
  return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform());
}

double RandomSource::gamma(double shape) {
  if (shape < 1) return gamma(shape + 1) * std::pow(uniform(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal();
    const double v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(uniform()) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

double RandomSource::beta(double a, double b) {
  const double x = gamma(a);
  return x / (x + gamma(b));
}

uint64_t RandomSource::poisson(double mean) {
  uint64_t out = 0;
  while (mean > 20) {
    const auto m = static_cast<uint64_t>(mean * 7 / 8);
    const double x = gamma(static_cast<double>(m));
    if (x > mean) return out + binomial(m - 1, mean / x);
    out += m;
    mean -= x;
  }
  const double limit = std::exp(-mean);
  double product = uniform();
  while (product > limit) {
    ++out;
    product *= uniform();
  }
  return out;
}

uint64_t RandomSource::binomial(uint64_t trials, double probability) {
  if (probability > 0.5) return trials - binomial(trials, 1 - probability);
  uint64_t out = 0;
  while (static_cast<double>(trials) * probability > 20) {
    const uint64_t middle = trials / 2 + 1;
    const double x = beta(static_cast<double>(middle), static_cast<double>(trials + 1 - middle));
    if (x >= probability) {
      trials = middle - 1;
      probability /= x;
    } else {
      out += middle;
      trials -= middle;
      probability = (probability - x) / (1 - x);
    }
  }
  if (trials == 0 || probability <= 0) return out;
  if (probability > 0.5) return out + trials - binomial(trials, 1 - probability);
  // Gaps between successes are geometric.
  const double log_fail = std::log1p(-probability);
  double at = std::floor(std::log(uniform()) / log_fail) + 1;
  while (at <= static_cast<double>(trials)) {
    ++out;
    at += std::floor(std::log(uniform()) / log_fail) + 1;
  }
  return out;
}

std::vector<uint64_t> RandomSource::multinomial(uint64_t trials, std::span<const double> weights) {
  double left = 0;
  for (const double weight : weights) left += weight;
  std::vector<uint64_t> out(weights.size(), 0);
  for (size_t i = 0; i < weights.size() && trials > 0; ++i) {
    if (weights[i] <= 0) continue;
    const bool last = weights[i] >= left;
    out[i] = last ? trials : binomial(trials, weights[i] / left);
    trials -= out[i];
    left -= weights[i];
  }
  // Rounding may leave a few for the last cell with a weight.
  for (size_t i = weights.size(); i-- > 0 && trials > 0;) {
    if (weights[i] > 0) {
      out[i] += trials;
      trials = 0;
    }
  }
  return out;
}

}  // namespace homeward::losses_stats
