#include "losses_stats/sparse.h"

#include <algorithm>
#include <cmath>

#include "losses_stats/loglinear.h"
#include "losses_stats/quantiles.h"

namespace homeward::losses_stats {
namespace {

struct Fitted {
  Terms terms;
  PoissonFit fit;
};

Fitted fitted(const Cells& cells, const std::vector<ListSet>& pairs) {
  Terms terms = terms_of(pairs, cells.list_count());
  std::vector<uint8_t> used(cells.counts.size(), 1);
  used[0] = 0;
  PoissonFit fit(cells.counts, facial_set(cells.counts, used, terms), terms);
  return {std::move(terms), std::move(fit)};
}

bool has_estimate(const PoissonFit& fit) {
  return fit.converged() && fit.determined(0) && std::isfinite(fit.expected()[0]) && fit.expected()[0] > 1e-6;
}

double expected_overlap(const PoissonFit& fit, ListSet pair) {
  double sum = 0;
  for (ListSet cell = 1; cell < fit.expected().size(); ++cell) {
    if ((cell & pair) == pair) sum += fit.expected()[cell];
  }
  return sum;
}

// The smaller tail of the overlap that was counted, if the model without the pair holds.
double significance(const Cells& cells, const PoissonFit& without, ListSet pair) {
  const double mean = expected_overlap(without, pair);
  const double count = cells.overlap(pair);
  if (mean <= 0) return 1;
  return std::min(poisson_probability(count, mean), 1 - poisson_probability(count - 1, mean));
}

bool stays_estimable(const Cells& cells, std::vector<ListSet> pairs, ListSet pair) {
  pairs.push_back(pair);
  return has_estimate(fitted(cells, pairs).fit);
}

}  // namespace

SparseResult sparse_estimate(const Cells& cells, double threshold) {
  const size_t lists = cells.list_count();
  std::vector<ListSet> pairs;
  while (true) {
    const Fitted now = fitted(cells, pairs);
    ListSet best = 0;
    double lowest = threshold;
    for (size_t a = 0; a < lists; ++a) {
      for (size_t b = a + 1; b < lists; ++b) {
        const ListSet pair = ListSet{1} << a | ListSet{1} << b;
        if (std::find(pairs.begin(), pairs.end(), pair) != pairs.end()) continue;
        const double p = significance(cells, now.fit, pair);
        if (p >= lowest || !stays_estimable(cells, pairs, pair)) continue;
        lowest = p;
        best = pair;
      }
    }
    if (best == 0) break;
    pairs.push_back(best);
  }
  const Fitted last = fitted(cells, pairs);
  SparseResult out;
  out.model = model_name(last.terms);
  out.exists = has_estimate(last.fit);
  if (!out.exists) return out;
  const double observed = cells.observed();
  const double missing = last.fit.expected()[0];
  const double width = normal_quantile(0.975) * std::sqrt(last.fit.variance(0));
  out.estimate = observed + missing;
  out.interval = {observed + missing * std::exp(-width), observed + missing * std::exp(width)};
  return out;
}

}  // namespace homeward::losses_stats
