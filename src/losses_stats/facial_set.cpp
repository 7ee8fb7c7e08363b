#include <cmath>

#include "losses_stats/poisson_fit.h"

namespace homeward::losses_stats {
namespace {

using Matrix = std::vector<std::vector<double>>;
constexpr double kTiny = 1e-9;

Matrix design(const std::vector<ListSet>& cells, const Terms& terms) {
  Matrix out;
  for (const ListSet cell : cells) {
    std::vector<double> row;
    for (const ListSet term : terms) row.push_back((term & cell) == term ? 1 : 0);
    out.push_back(std::move(row));
  }
  return out;
}

// Brings `rows` to reduced echelon form; the column of each pivot.
std::vector<size_t> reduce(Matrix& rows, size_t columns) {
  std::vector<size_t> pivots;
  for (size_t column = 0; column < columns && pivots.size() < rows.size(); ++column) {
    const size_t at = pivots.size();
    size_t best = at;
    for (size_t r = at + 1; r < rows.size(); ++r) {
      if (std::abs(rows[r][column]) > std::abs(rows[best][column])) best = r;
    }
    if (std::abs(rows[best][column]) < kTiny) continue;
    std::swap(rows[at], rows[best]);
    const double scale = 1 / rows[at][column];
    for (double& x : rows[at]) x *= scale;
    for (size_t r = 0; r < rows.size(); ++r) {
      const double factor = rows[r][column];
      if (r == at || factor == 0) continue;
      for (size_t c = column; c < columns; ++c) rows[r][c] -= factor * rows[at][c];
    }
    pivots.push_back(column);
  }
  return pivots;
}

// Vectors that span { d : rows d = 0 }.
Matrix null_space(Matrix rows, size_t columns) {
  const std::vector<size_t> pivots = reduce(rows, columns);
  std::vector<uint8_t> is_pivot(columns, 0);
  for (const size_t column : pivots) is_pivot[column] = 1;
  Matrix out;
  for (size_t column = 0; column < columns; ++column) {
    if (is_pivot[column]) continue;
    std::vector<double> vector(columns, 0);
    vector[column] = 1;
    for (size_t r = 0; r < pivots.size(); ++r) vector[pivots[r]] = -rows[r][column];
    out.push_back(std::move(vector));
  }
  return out;
}

// max sum(x[0 .. gainful)) subject to `rows` x <= bounds, x >= 0, all bounds >= 0: the simplex method from
// the origin, with Bland's rule, which cannot cycle. The gainful variables at the maximum.
std::vector<double> maximise(Matrix rows, std::vector<double> bounds, size_t gainful) {
  const size_t variables = rows[0].size();
  const size_t m = rows.size();
  std::vector<double> gain(variables + m, 0);
  for (size_t i = 0; i < gainful; ++i) gain[i] = 1;
  std::vector<size_t> basis(m);
  for (size_t r = 0; r < m; ++r) {
    rows[r].resize(variables + m, 0);
    rows[r][variables + r] = 1;
    basis[r] = variables + r;
  }
  while (true) {
    size_t entering = 0;
    while (entering < gain.size() && gain[entering] <= kTiny) ++entering;
    if (entering == gain.size()) break;
    size_t leaving = m;
    for (size_t r = 0; r < m; ++r) {
      if (rows[r][entering] <= kTiny) continue;
      if (leaving == m) {
        leaving = r;
        continue;
      }
      const double difference = bounds[r] / rows[r][entering] - bounds[leaving] / rows[leaving][entering];
      if (difference < -kTiny || (difference < kTiny && basis[r] < basis[leaving])) leaving = r;
    }
    HW_ASSERT(leaving < m);  // every gainful variable is bounded
    const double scale = 1 / rows[leaving][entering];
    for (double& x : rows[leaving]) x *= scale;
    bounds[leaving] *= scale;
    for (size_t r = 0; r < m; ++r) {
      const double factor = rows[r][entering];
      if (r == leaving || factor == 0) continue;
      for (size_t c = 0; c < rows[r].size(); ++c) rows[r][c] -= factor * rows[leaving][c];
      bounds[r] -= factor * bounds[leaving];
    }
    const double factor = gain[entering];
    for (size_t c = 0; c < gain.size(); ++c) gain[c] -= factor * rows[leaving][c];
    basis[leaving] = entering;
  }
  std::vector<double> out(gainful, 0);
  for (size_t r = 0; r < m; ++r) {
    if (basis[r] < gainful) out[basis[r]] = bounds[r];
  }
  return out;
}

}  // namespace

// A direction d of recession has X d = 0 on the cells with counts and X d <= 0 on the empty ones; the cells
// where some such d is negative are those left out. With y <= -X d and 0 <= y <= 1 the largest sum of y has 1
// in all of them.
std::vector<uint8_t> facial_set(const std::vector<double>& counts, const std::vector<uint8_t>& used,
                                const Terms& terms) {
  std::vector<ListSet> positive;
  std::vector<ListSet> empty;
  for (ListSet cell = 0; cell < counts.size(); ++cell) {
    if (used[cell]) (counts[cell] > 0 ? positive : empty).push_back(cell);
  }
  std::vector<uint8_t> out = used;
  if (empty.empty()) return out;
  const Matrix directions = null_space(design(positive, terms), terms.size());
  if (directions.empty()) return out;
  const Matrix at_empty = design(empty, terms);
  const size_t variables = empty.size() + 2 * directions.size();
  Matrix rows;
  std::vector<double> bounds;
  for (size_t i = 0; i < empty.size(); ++i) {
    std::vector<double> row(variables, 0);
    row[i] = 1;
    rows.push_back(row);
    bounds.push_back(1);
    for (size_t d = 0; d < directions.size(); ++d) {
      double change = 0;
      for (size_t t = 0; t < terms.size(); ++t) change += at_empty[i][t] * directions[d][t];
      row[empty.size() + 2 * d] = change;
      row[empty.size() + 2 * d + 1] = -change;
    }
    rows.push_back(std::move(row));
    bounds.push_back(0);
  }
  const std::vector<double> falls = maximise(std::move(rows), std::move(bounds), empty.size());
  for (size_t i = 0; i < empty.size(); ++i) {
    if (falls[i] > 0.5) out[empty[i]] = 0;
  }
  return out;
}

}  // namespace homeward::losses_stats
