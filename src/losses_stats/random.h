// Random variables that are the same on every machine and compiler for the same seed: for bootstrap and
// simulation, never for secrets. The generator is xoshiro256** (Blackman and Vigna 2021).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace homeward::losses_stats {

class RandomSource {
 public:
  explicit RandomSource(uint64_t seed);

  uint64_t next();
  double uniform();  // above 0 and below 1
  double normal();
  double gamma(double shape);  // scale 1 (Marsaglia and Tsang 2000)
  double beta(double a, double b);
  // Both by halving with order statistics (Ahrens and Dieter 1974), so that large means cost no more.
  uint64_t poisson(double mean);
  uint64_t binomial(uint64_t trials, double probability);
  // `trials` over cells with these weights >= 0, not all 0.
  std::vector<uint64_t> multinomial(uint64_t trials, std::span<const double> weights);

 private:
  std::array<uint64_t, 4> state_{};
};

}  // namespace homeward::losses_stats
