// How many are on no list where lists overlap little: main effects, then pairs of lists one by one while the
// next is significant, on the extended maximum likelihood, so that a pair without any overlap is a
// coefficient of minus infinity and not an error (Chan, Silverman and Vincent 2021).
#pragma once

#include <string>

#include "losses_stats/cells.h"
#include "losses_stats/rates.h"

namespace homeward::losses_stats {

struct SparseResult {
  bool exists = false;  // the numbers are meaningful only then
  std::string model;
  double estimate = 0;
  Interval interval;  // 95 %, from the normal distribution of the logarithm of those on no list
};

// A pair is taken in if the one-sided Poisson probability of its overlap, given the model without it, is the
// lowest and below `threshold`, and if an estimate exists with it.
SparseResult sparse_estimate(const Cells& cells, double threshold = 0.02);

}  // namespace homeward::losses_stats
