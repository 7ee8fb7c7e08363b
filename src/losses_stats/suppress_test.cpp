#include "losses_stats/suppress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "losses_stats/attacker_for_test.h"
#include "losses_stats/random.h"

namespace homeward::losses_stats {
namespace {

// Knows every published cell of every bulletin, that totals are totals, that counts are at least 0 and only
// grow.
class Reader {
 public:
  explicit Reader(const std::vector<Bulletin>& bulletins)
      : cells_(bulletins[0].table.rows * bulletins[0].table.columns), attacker_(cells_ * bulletins.size()) {
    // A variable for what each cell gained since the bulletin before: all are at least 0.
    const CountTable& shape = bulletins[0].table;
    for (size_t k = 0; k < bulletins.size(); ++k) {
      for (size_t r = 0; r < shape.rows; ++r) add_total(k, r * shape.columns, 1, shape.columns);
      for (size_t c = 0; c < shape.columns; ++c) add_total(k, c, shape.columns, shape.rows);
      for (size_t cell = 0; cell < cells_; ++cell) {
        if (bulletins[k].published[cell] != 0)
          attacker_.knows(value_of(k, cell), static_cast<double>(bulletins[k].table.counts[cell]));
      }
    }
  }
  double width(size_t k, size_t cell) const { return attacker_.width(value_of(k, cell)); }

 private:
  std::vector<double> value_of(size_t k, size_t cell) const {
    std::vector<double> out = attacker_.nothing();
    for (size_t earlier = 0; earlier <= k; ++earlier) out[earlier * cells_ + cell] = 1;
    return out;
  }
  void add_total(size_t k, size_t first, size_t step, size_t count) {
    std::vector<double> row = attacker_.nothing();
    for (size_t i = 0; i < count; ++i) row[k * cells_ + first + i * step] = i + 1 == count ? -1 : 1;
    attacker_.knows(std::move(row), 0);
  }

  size_t cells_;
  Attacker attacker_;
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
  const Reader attacker(bulletins);
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
  EXPECT_NEAR(Reader({naive}).width(0, 1), 0, 1e-6);
  EXPECT_EQ(certain_widths({naive}, 5)[0][1], 0U);
  // Two bulletins, each safe by itself, of which the second tells what the first left out.
  const CountTable first = with_totals({{20, 2}, {18, 40}});
  CountTable second = first;
  std::vector<Bulletin> both = {suppress({}, first, 5), {second, std::vector<uint8_t>(9, 1)}};
  EXPECT_NEAR(Reader(both).width(0, 1), 0, 1e-6);
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
