#include "losses_stats/poisson_fit.h"

#include <algorithm>
#include <cmath>

namespace homeward::losses_stats {
namespace {

// In place: out[s] = sum of in[t] over the subsets t of s.
void sum_over_subsets(std::vector<double>& values) {
  for (size_t bit = 1; bit < values.size(); bit <<= 1) {
    for (size_t s = 0; s < values.size(); ++s) {
      if (s & bit) values[s] += values[s ^ bit];
    }
  }
}

// In place: out[s] = sum of in[t] over the sets t that contain s.
void sum_over_supersets(std::vector<double>& values) {
  for (size_t bit = 1; bit < values.size(); bit <<= 1) {
    for (size_t s = 0; s < values.size(); ++s) {
      if (!(s & bit)) values[s] += values[s | bit];
    }
  }
}

double log_likelihood_of(const std::vector<double>& counts, const std::vector<uint8_t>& used,
                         const std::vector<double>& expected) {
  double sum = 0;
  for (size_t cell = 0; cell < counts.size(); ++cell) {
    if (!used[cell]) continue;
    sum += (counts[cell] > 0 ? counts[cell] * std::log(expected[cell]) : 0) - expected[cell];
  }
  return sum;
}

std::vector<double> expected_of(const std::vector<double>& beta, const std::vector<uint8_t>& used,
                                const Terms& terms) {
  std::vector<double> out(used.size(), 0);
  for (size_t t = 0; t < terms.size(); ++t) out[terms[t]] = beta[t];
  sum_over_subsets(out);
  for (size_t cell = 0; cell < out.size(); ++cell)
    out[cell] = used[cell] || cell == 0 ? std::exp(out[cell]) : 0;
  return out;
}

}  // namespace

PoissonFit::PoissonFit(const std::vector<double>& counts, const std::vector<uint8_t>& used,
                       const Terms& terms)
    : counts_(counts), used_(used), terms_(terms), kept_(terms.size(), 1), beta_(terms.size(), 0) {
  keep_independent_terms();
  // The usual start: each expected count is a little above what was counted.
  std::vector<double> weights(counts.size(), 0);
  std::vector<double> weighted(counts.size(), 0);
  for (size_t cell = 0; cell < counts.size(); ++cell) {
    if (!used[cell]) continue;
    weights[cell] = counts[cell] + 0.1;
    weighted[cell] = weights[cell] * std::log(weights[cell]) - 0.1;
  }
  factor(weights);
  sum_over_supersets(weighted);
  std::vector<double> right;
  for (const ListSet term : terms_) right.push_back(weighted[term]);
  beta_ = solve(std::move(right));
  expected_ = expected_of(beta_, used_, terms_);
  for (int i = 0; i < 200 && !converged_; ++i) {
    if (!step()) break;
  }
  std::vector<double> final_weights = expected_;
  if (!used_[0]) final_weights[0] = 0;
  factor(final_weights);
}

// One step of Newton; false if no step raises the likelihood any more but it is not at its maximum either.
bool PoissonFit::step() {
  std::vector<double> weights = expected_;
  std::vector<double> score(counts_.size(), 0);
  for (size_t cell = 0; cell < counts_.size(); ++cell) {
    if (!used_[cell]) weights[cell] = 0;
    score[cell] = used_[cell] ? counts_[cell] - expected_[cell] : 0;
  }
  factor(weights);
  sum_over_supersets(score);
  std::vector<double> right;
  for (const ListSet term : terms_) right.push_back(score[term]);
  const std::vector<double> change = solve(right);
  double decrement = 0;
  for (size_t t = 0; t < terms_.size(); ++t) decrement += change[t] * right[t];
  const double before = log_likelihood_of(counts_, used_, expected_);
  for (double length = 1; length > 1e-9; length /= 2) {
    std::vector<double> beta = beta_;
    for (size_t t = 0; t < terms_.size(); ++t) beta[t] += length * change[t];
    std::vector<double> expected = expected_of(beta, used_, terms_);
    const double after = log_likelihood_of(counts_, used_, expected);
    if (!(after >= before - 1e-10 * (1 + std::abs(before)))) continue;
    beta_ = std::move(beta);
    expected_ = std::move(expected);
    converged_ = decrement < 1e-15 * (1 + std::abs(before)) || decrement < 1e-18;
    return true;
  }
  return false;
}

void PoissonFit::keep_independent_terms() {
  std::vector<double> ones(counts_.size(), 0);
  for (size_t cell = 0; cell < ones.size(); ++cell) ones[cell] = used_[cell] ? 1 : 0;
  factor(ones);
}

// The information matrix has in row s and column t the sum of the weights of all cells that contain s and t.
void PoissonFit::factor(const std::vector<double>& weights) {
  const bool choosing = lower_.empty();
  std::vector<double> sums = weights;
  sum_over_supersets(sums);
  const size_t p = terms_.size();
  lower_.resize(p);
  for (size_t i = 0; i < p; ++i) {
    if (!kept_[i]) continue;
    lower_[i].assign(i + 1, 0);
    for (size_t j = 0; j <= i; ++j) {
      if (!kept_[j]) continue;
      double sum = sums[terms_[i] | terms_[j]];
      const std::vector<double>& a = lower_[i];
      const std::vector<double>& b = lower_[j];
      for (size_t c = 0; c < j; ++c) sum -= a[c] * b[c];
      if (j < i) {
        lower_[i][j] = sum / lower_[j][j];
      } else if (choosing && sum < 1e-9) {
        kept_[i] = 0;
        lower_[i].clear();
      } else {
        lower_[i][i] = std::sqrt(std::max(sum, 1e-14 * sums[terms_[i]] + 1e-300));
      }
    }
  }
}

std::vector<double> PoissonFit::forward(std::vector<double> right) const {
  for (size_t i = 0; i < right.size(); ++i) {
    if (!kept_[i]) {
      right[i] = 0;
      continue;
    }
    for (size_t j = 0; j < i; ++j) right[i] -= lower_[i][j] * right[j];
    right[i] /= lower_[i][i];
  }
  return right;
}

std::vector<double> PoissonFit::solve(std::vector<double> right) const {
  right = forward(std::move(right));
  for (size_t i = right.size(); i-- > 0;) {
    if (!kept_[i]) continue;
    right[i] /= lower_[i][i];
    for (size_t j = 0; j < i; ++j) right[j] -= lower_[i][j] * right[i];
  }
  return right;
}

bool PoissonFit::determined(size_t term) const {
  if (std::find(kept_.begin(), kept_.end(), 0) == kept_.end()) return true;
  if (!kept_[term]) return false;
  // e is in the row space of X exactly if A x = e has a solution, A = X'WX; the factor is of the kept part of
  // A.
  std::vector<double> unit(terms_.size(), 0);
  unit[term] = 1;
  const std::vector<double> x = solve(unit);
  std::vector<double> sums(counts_.size(), 0);
  for (size_t cell = 0; cell < sums.size(); ++cell) sums[cell] = used_[cell] ? expected_[cell] : 0;
  sum_over_supersets(sums);
  for (size_t i = 0; i < terms_.size(); ++i) {
    double sum = -unit[i];
    double size = 0;
    for (size_t j = 0; j < terms_.size(); ++j) {
      sum += sums[terms_[i] | terms_[j]] * x[j];
      size += std::abs(sums[terms_[i] | terms_[j]] * x[j]);
    }
    if (std::abs(sum) > 1e-7 * (1 + size)) return false;
  }
  return true;
}

double PoissonFit::variance(size_t term) const {
  std::vector<double> unit(terms_.size(), 0);
  unit[term] = 1;
  return solve(std::move(unit))[term];
}

double PoissonFit::log_likelihood() const {
  double sum = log_likelihood_of(counts_, used_, expected_);
  for (size_t cell = 0; cell < counts_.size(); ++cell) {
    if (used_[cell]) sum -= std::lgamma(counts_[cell] + 1);
  }
  return sum;
}

double PoissonFit::deviance() const {
  double sum = 0;
  for (size_t cell = 0; cell < counts_.size(); ++cell) {
    if (!used_[cell]) continue;
    const double n = counts_[cell];
    sum += (n > 0 ? n * std::log(n / expected_[cell]) : 0) - (n - expected_[cell]);
  }
  return 2 * sum;
}

double PoissonFit::bias_of_empty_cell() const {
  std::vector<double> unit(terms_.size(), 0);
  unit[0] = 1;
  const std::vector<double> influence = solve(unit);
  double bias = influence[0] / 2;
  for (size_t cell = 0; cell < counts_.size(); ++cell) {
    if (!used_[cell]) continue;
    std::vector<double> row(terms_.size(), 0);
    double leverage = 0;
    for (size_t t = 0; t < terms_.size(); ++t) {
      if ((terms_[t] & cell) != terms_[t]) continue;
      row[t] = 1;
      leverage += influence[t];
    }
    double spread = 0;
    for (const double x : forward(std::move(row))) spread += x * x;
    bias -= leverage * expected_[cell] * spread / 2;
  }
  return bias * expected_[0];
}

}  // namespace homeward::losses_stats
