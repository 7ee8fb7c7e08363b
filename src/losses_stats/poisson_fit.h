// Maximum likelihood for a hierarchical log-linear model of a table of lists, and whether the maximum exists.
//
// The logarithm of a cell's expected count is the sum of the coefficients of all terms that are subsets of
// the cell's lists; the empty term is the intercept, so that its exponential is the expected count of those
// on no list.
#pragma once

#include <cstdint>
#include <vector>

#include "losses_stats/cells.h"

namespace homeward::losses_stats {

// Terms of a model: masks, the empty one first, each with all its subsets.
using Terms = std::vector<ListSet>;

// The cells on which the likelihood has its maximum: all of `used`, but for empty cells whose expected count
// the likelihood drives to 0. The maximum exists in the open parameter space exactly if none is left out
// (Haberman 1974; Fienberg and Rinaldo 2012); without them it is the extended maximum (Chan, Silverman and
// Vincent 2021). Decided by one linear program. `counts` and `used` are indexed by cell.
std::vector<uint8_t> facial_set(const std::vector<double>& counts, const std::vector<uint8_t>& used,
                                const Terms& terms);

class PoissonFit {
 public:
  // Fits the cells that are `used` (a facial set) by iteratively reweighted least squares (Nelder and
  // Wedderburn 1972) with halved steps. Counts need not be whole.
  PoissonFit(const std::vector<double>& counts, const std::vector<uint8_t>& used, const Terms& terms);

  bool converged() const { return converged_; }
  // Whether the cells determine this term's coefficient.
  bool determined(size_t term) const;
  double coefficient(size_t term) const { return beta_[term]; }
  double variance(size_t term) const;
  // Expected counts by cell; 0 for cells that are not used, but for the empty cell, which is always
  // extrapolated.
  const std::vector<double>& expected() const { return expected_; }
  double log_likelihood() const;
  double deviance() const;
  // The bias of order 1/n of exp(intercept) (Cordeiro and McCullagh 1991).
  double bias_of_empty_cell() const;

 private:
  void factor(const std::vector<double>& weights);
  std::vector<double> solve(std::vector<double> right) const;
  std::vector<double> forward(std::vector<double> right) const;
  void keep_independent_terms();
  bool step();

  const std::vector<double>& counts_;
  std::vector<uint8_t> used_;
  Terms terms_;
  std::vector<uint8_t> kept_;  // by term: not a combination of those before it
  std::vector<std::vector<double>>
      lower_;  // Cholesky factor of the information; rows of dropped terms are empty
  std::vector<double> beta_;
  std::vector<double> expected_;
  bool converged_ = false;
};

}  // namespace homeward::losses_stats
