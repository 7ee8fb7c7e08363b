// How many are on no list, by a Bayesian latent class model (Manrique-Vallier 2016).
//
// People fall into classes; within a class lists are independent. Class sizes have a Dirichlet process prior,
// truncated and by stick breaking, probabilities of being listed are uniform, and the whole number N has the
// prior 1/N. The Gibbs sampler works on the counts of the cells, so that its cost does not grow with the
// number of people.
#pragma once

#include <cstdint>
#include <functional>

#include "losses_stats/cells.h"
#include "losses_stats/parallel.h"
#include "losses_stats/rates.h"

namespace homeward::losses_stats {

struct LatentClassOptions {
  uint64_t seed = 1;
  size_t classes = 10;
  double shape = 0.25;  // of the Gamma prior of the process's concentration
  double rate = 0.25;
  size_t chains = 4;
  size_t discarded = 10'000;  // steps of a chain before the first that counts
  size_t kept = 40'000;
  LongWork work = {};  // parallel over the chains; progress is told some hundred times
};

struct LatentClassResult {
  double mean = 0;
  double median = 0;
  Interval interval;  // 95 %, equal tails
  // How much the halves of the chains differ, on the logarithm of N: near 1 if they have forgotten their
  // start (Gelman and Rubin 1992; split as in Gelman et al. 2013).
  double rhat = 0;
  // How many independent draws the chains are worth, on the same scale (Geyer 1992, initial positive
  // sequence; chains pooled as in Gelman et al. 2013). Below some hundreds the limits are loose.
  double effective = 0;
};

LatentClassResult latent_class_estimate(const Cells& cells, const LatentClassOptions& options = {});

}  // namespace homeward::losses_stats
