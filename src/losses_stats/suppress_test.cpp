#include "losses_stats/suppress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "losses_stats/random.h"

namespace homeward::losses_stats {
namespace {

// The attacker: knows every published cell of every bulletin, that totals are totals, that counts are at
// least 0 and only grow; and asks a linear program how small and how large each cell left out can be. Nothing
// of it comes from suppress.cpp.
class Attacker {
 public:
  explicit Attacker(const std::vector<Bulletin>& bulletins) : bulletins_(bulletins) {
    const CountTable& shape = bulletins[0].table;
    cells_ = shape.rows * shape.columns;
    // A variable for what each cell gained since the bulletin before: all are at least 0.
    variables_ = cells_ * bulletins.size();
    for (size_t k = 0; k < bulletins.size(); ++k) {
      for (size_t r = 0; r < shape.rows; ++r) add_total(k, r * shape.columns, 1, shape.columns);
      for (size_t c = 0; c < shape.columns; ++c) add_total(k, c, shape.columns, shape.rows);
      for (size_t cell = 0; cell < cells_; ++cell) {
        if (bulletins[k].published[cell] == 0) continue;
        std::vector<double> row(variables_ + 1, 0);
        for (size_t earlier = 0; earlier <= k; ++earlier) row[earlier * cells_ + cell] = 1;
        row.back() = static_cast<double>(bulletins[k].table.counts[cell]);
        equations_.push_back(std::move(row));
      }
    }
  }

  // How far apart the values of the cell can be; infinite if one side has no end.
  double width(size_t k, size_t cell) const {
    std::vector<double> goal(variables_, 0);
    for (size_t earlier = 0; earlier <= k; ++earlier) goal[earlier * cells_ + cell] = 1;
    const double high = largest(goal);
    for (double& x : goal) x = -x;
    return high + largest(goal);
  }

 private:
  void add_total(size_t k, size_t first, size_t step, size_t count) {
    std::vector<double> row(variables_ + 1, 0);
    for (size_t i = 0; i < count; ++i) row[k * cells_ + first + i * step] = i + 1 == count ? -1 : 1;
    equations_.push_back(std::move(row));
  }

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

  const std::vector<Bulletin>& bulletins_;
  size_t cells_ = 0;
  size_t variables_ = 0;
  std::vector<std::vector<double>> equations_;
};

std::vector<std::vector<uint64_t>> random_counts(RandomSource& random, size_t rows, size_t columns,
                                                 double mean) {
  std::vector<std::vector<uint64_t>> out(rows, std::vector<uint64_t>(columns));
  for (auto& row : out) {
    for (uint64_t& count : row)
      count = random.uniform() < 0.25 ? 0 : random.poisson(mean * 4 * random.uniform());
  }
  return out;
}

void grow(RandomSource& random, double mean, std::vector<std::vector<uint64_t>>& counts) {
  for (auto& row : counts) {
    for (uint64_t& count : row) count += random.uniform() < 0.4 ? 0 : random.poisson(mean);
  }
}

void expect_safe(const std::vector<Bulletin>& bulletins, uint64_t threshold) {
  const Attacker attacker(bulletins);
  for (size_t k = 0; k < bulletins.size(); ++k) {
    for (size_t cell = 0; cell < bulletins[k].table.counts.size(); ++cell) {
      const uint64_t count = bulletins[k].table.counts[cell];
      if (bulletins[k].published[cell] == 0) {
        EXPECT_GE(attacker.width(k, cell), static_cast<double>(threshold) - 1e-4)
            << "bulletin " << k << " cell " << cell;
        continue;
      }
      EXPECT_GE(count, threshold);
      for (size_t earlier = 0; earlier < k; ++earlier) {
        if (bulletins[earlier].published[cell] == 0) continue;
        EXPECT_GE(count - bulletins[earlier].table.counts[cell], threshold) << "what was added is small";
      }
    }
  }
}

TEST(Suppress, OneSmallCellTakesThreeMore) {
  const CountTable table = with_totals({{20, 2, 30}, {18, 40, 25}, {50, 60, 70}});
  const Bulletin made = suppress({}, table, kDefaultThreshold);
  EXPECT_EQ(made.published[1], 0);
  EXPECT_EQ(std::count(made.published.begin(), made.published.end(), 0), 4);
  EXPECT_EQ(made.published.back(), 1);
  expect_safe({made}, kDefaultThreshold);
}

TEST(Suppress, LargeTablesArePublishedWhole) {
  const CountTable table = with_totals({{20, 12}, {18, 40}});
  const Bulletin made = suppress({}, table, kDefaultThreshold);
  EXPECT_EQ(std::count(made.published.begin(), made.published.end(), 1), 9);
}

TEST(Suppress, TheAttackerIsNoStraw) {
  // With the small cell alone left out, totals give it away, and the attacker sees that.
  Bulletin naive{with_totals({{20, 2}, {18, 40}}), std::vector<uint8_t>(9, 1)};
  naive.published[1] = 0;
  EXPECT_NEAR(Attacker({naive}).width(0, 1), 0, 1e-6);
  EXPECT_EQ(certain_widths({naive}, 5)[0][1], 0U);
  // Two bulletins, each safe by itself, of which the second tells what the first left out.
  const CountTable first = with_totals({{20, 2}, {18, 40}});
  CountTable second = first;
  std::vector<Bulletin> both = {suppress({}, first, 5), {second, std::vector<uint8_t>(9, 1)}};
  EXPECT_NEAR(Attacker(both).width(0, 1), 0, 1e-6);
}

TEST(Suppress, AnAttackerFindsNothingInOneTable) {
  RandomSource random(1);
  for (int round = 0; round < 60; ++round) {
    const uint64_t threshold = 3 + random.next() % 5;
    const CountTable table = with_totals(
        random_counts(random, 2 + random.next() % 4, 2 + random.next() % 4, 1 + 8 * random.uniform()));
    expect_safe({suppress({}, table, threshold)}, threshold);
  }
}

TEST(Suppress, AnAttackerFindsNothingInSeveralDates) {
  RandomSource random(2);
  for (int round = 0; round < 25; ++round) {
    const uint64_t threshold = 3 + random.next() % 3;
    auto counts =
        random_counts(random, 2 + random.next() % 2, 2 + random.next() % 3, 1 + 6 * random.uniform());
    std::vector<Bulletin> bulletins;
    for (int date = 0; date < 3; ++date) {
      bulletins.push_back(suppress(bulletins, with_totals(counts), threshold));
      grow(random, 1 + 8 * random.uniform(), counts);
    }
    expect_safe(bulletins, threshold);
  }
}

TEST(Suppress, RegionsAndMonthsStayUseful) {
  RandomSource random(3);
  auto counts = random_counts(random, 85, 12, 20);
  std::vector<Bulletin> bulletins = {suppress({}, with_totals(counts), kDefaultThreshold)};
  grow(random, 15, counts);
  bulletins.push_back(suppress(bulletins, with_totals(counts), kDefaultThreshold));
  for (const Bulletin& bulletin : bulletins) {
    const auto shown = std::count(bulletin.published.begin(), bulletin.published.end(), 1);
    EXPECT_GT(shown, static_cast<long>(bulletin.published.size()) / 3);
  }
  for (const auto& widths : certain_widths(bulletins, kDefaultThreshold)) {
    for (const uint64_t width : widths) EXPECT_TRUE(width == 0 || width == kDefaultThreshold);
  }
  for (size_t k = 0; k < 2; ++k) {
    const auto widths = certain_widths(bulletins, kDefaultThreshold)[k];
    for (size_t cell = 0; cell < widths.size(); ++cell)
      EXPECT_EQ(widths[cell] == 0, bulletins[k].published[cell] == 1) << cell;
  }
}

}  // namespace
}  // namespace homeward::losses_stats
