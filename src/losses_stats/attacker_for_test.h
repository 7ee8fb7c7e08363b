// For tests: who knows linear equations between unknown numbers of at least 0, and asks how large and how
// small any sum of them can be. Nothing of it comes from suppress.cpp.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace homeward::losses_stats {

class Attacker {
 public:
  explicit Attacker(size_t variables) : variables_(variables) {}

  // The sum of the variables times these is `value`.
  void knows(std::vector<double> coefficients, double value) {
    coefficients.push_back(value);
    equations_.push_back(std::move(coefficients));
  }
  std::vector<double> nothing() const { return std::vector<double>(variables_, 0); }

  // How far apart the values of the sum can be; infinite if one side has no end.
  double width(std::vector<double> goal) const {
    const double high = largest(goal);
    for (double& x : goal) x = -x;
    return high + largest(goal);
  }

 private:
  // The simplex method in two phases with Bland's rule.
  double largest(const std::vector<double>& goal) const {
    const size_t m = equations_.size();
    const size_t n = variables_ + m;
    std::vector<std::vector<double>> table(m + 1, std::vector<double>(n + 1, 0));
    std::vector<size_t> basis(m);
    for (size_t i = 0; i < m; ++i) {
      const double sign = equations_[i].back() < 0 ? -1 : 1;
      for (size_t j = 0; j < variables_; ++j) table[i][j] = sign * equations_[i][j];
      table[i][variables_ + i] = 1;
      table[i][n] = sign * equations_[i].back();
      basis[i] = variables_ + i;
    }
    std::vector<double> artificial(n, 0);
    for (size_t j = variables_; j < n; ++j) artificial[j] = -1;
    EXPECT_NEAR(run(table, basis, artificial, n), 0, 1e-6) << "the published cells contradict each other";
    std::vector<double> second(n, 0);
    std::copy(goal.begin(), goal.end(), second.begin());
    return run(table, basis, second, variables_);
  }

  static double run(std::vector<std::vector<double>>& table, std::vector<size_t>& basis,
                    const std::vector<double>& goal, size_t allowed) {
    constexpr double kTiny = 1e-7;
    const size_t m = basis.size();
    const size_t n = table[0].size() - 1;
    while (true) {
      size_t enter = n;
      for (size_t j = 0; j < allowed && enter == n; ++j) {
        double gain = goal[j];
        for (size_t i = 0; i < m; ++i) gain -= goal[basis[i]] * table[i][j];
        if (gain > kTiny) enter = j;
      }
      if (enter == n) break;
      size_t leave = m;
      for (size_t i = 0; i < m; ++i) {
        // An artificial variable that stayed at 0 leaves first, whatever the sign.
        const bool stayed = basis[i] >= allowed && std::abs(table[i][enter]) > kTiny;
        if (table[i][enter] <= kTiny && !stayed) continue;
        const double ratio = stayed ? 0 : table[i][n] / table[i][enter];
        const double best = leave == m                ? 0
                            : basis[leave] >= allowed ? 0
                                                      : table[leave][n] / table[leave][enter];
        if (leave == m || ratio < best - kTiny || (ratio < best + kTiny && basis[i] < basis[leave]))
          leave = i;
      }
      if (leave == m) return INFINITY;
      const double pivot = table[leave][enter];
      for (double& x : table[leave]) x /= pivot;
      for (size_t i = 0; i < m; ++i) {
        if (i == leave || std::abs(table[i][enter]) < 1e-12) continue;
        const double factor = table[i][enter];
        for (size_t j = 0; j <= n; ++j) table[i][j] -= factor * table[leave][j];
      }
      basis[leave] = enter;
    }
    double value = 0;
    for (size_t i = 0; i < m; ++i) value += goal[basis[i]] * table[i][n];
    return value;
  }

  size_t variables_;
  std::vector<std::vector<double>> equations_;
};

}  // namespace homeward::losses_stats
