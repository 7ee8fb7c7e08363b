// How many are on no list, averaged over all decomposable graphical models (Madigan and York 1997).
//
// Each graph on the lists that is chordal is a model; cell probabilities have the hyper-Dirichlet prior
// (Dawid and Lauritzen 1993), so that a graph's marginal likelihood is a product over a perfect order of its
// vertices.
#pragma once

#include <string>
#include <vector>

#include "losses_stats/cells.h"
#include "losses_stats/parallel.h"
#include "losses_stats/rates.h"

namespace homeward::losses_stats {

struct AverageOptions {
  double delta = 0;         // prior count in every cell; 0: 2^-lists
  size_t most_missing = 0;  // 0: ten times the observed
  std::vector<double>
      log_prior;  // by the number missing, 0 to most_missing; empty: one over the whole number
};

struct Average {
  double mean = 0;
  double median = 0;
  double mode = 0;
  double least_relative_loss = 0;  // mean of 1/N over mean of 1/N^2, the estimate of Madigan and York
  Interval interval;               // 95 %, equal tails
  double at_bound = 0;             // posterior share of the last hundredth of the numbers considered
  std::string best_graph;          // its cliques, as a model's name
  double best_graph_share = 0;
};

constexpr size_t kMostListsForAverage = 6;
// For 3 to kMostListsForAverage lists: 8 graphs of three, 61 of four, 822 of five, 18,154 of six. The same
// answer to the last bit however the work is run.
Average average_over_graphs(const Cells& cells, const AverageOptions& options = {},
                            const LongWork& work = {});

}  // namespace homeward::losses_stats
