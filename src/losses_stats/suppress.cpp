#include "losses_stats/suppress.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

#include "base/assert.h"

namespace homeward::losses_stats {
namespace {

constexpr uint64_t kNoLimit = uint64_t{1} << 50;
constexpr size_t kNowhere = SIZE_MAX;

// Rows and columns as nodes, cells as edges in which the counts flow round: from the row to the column for
// inner cells, from the column of totals to the row for a row's total, from the column to the row of totals
// for a column's, and from there to the column of totals for the corner. What enters a node leaves it.
struct Edge {
  size_t from = 0;
  size_t to = 0;
  uint64_t more = 0;  // by how much the cell can grow, and shrink
  uint64_t less = 0;
};

class Network {
 public:
  Network(size_t rows, size_t columns)
      : rows_(rows), columns_(columns), edges_(rows * columns), cells_at_(rows + columns) {
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < columns; ++c) {
        Edge& edge = edges_[r * columns + c];
        const bool row_total = c + 1 == columns;
        const bool column_total = r + 1 == rows;
        // The corner turns twice and lies as inner cells do.
        const bool turned = row_total != column_total;
        edge.from = turned ? rows + c : r;
        edge.to = turned ? r : rows + c;
        cells_at_[r].push_back(r * columns + c);
        cells_at_[rows + c].push_back(r * columns + c);
      }
    }
  }

  size_t nodes() const { return rows_ + columns_; }
  const std::vector<size_t>& cells_at(size_t node) const { return cells_at_[node]; }
  Edge& edge(size_t cell) { return edges_[cell]; }

  // How far apart the values of a cell can be, at most `most`.
  uint64_t width(size_t cell, uint64_t most) const {
    const Edge& edge = edges_[cell];
    const uint64_t up = flow(edge.to, edge.from, cell, std::min(edge.more, most));
    if (up >= most) return most;
    return up + flow(edge.from, edge.to, cell, std::min(edge.less, most - up));
  }

  // The cheapest ring through the cell on which at least `amount` can be moved, with the cell growing.
  std::vector<size_t> cheapest_ring(size_t cell, const std::vector<double>& cost, uint64_t amount) const;

 private:
  uint64_t flow(size_t from, size_t to, size_t without, uint64_t most) const;

  size_t rows_;
  size_t columns_;
  std::vector<Edge> edges_;
  std::vector<std::vector<size_t>> cells_at_;
};

// The most that flows from one node to another beside the cell `without`, by shortest ways (Edmonds and Karp
// 1972).
uint64_t Network::flow(size_t from, size_t to, size_t without, uint64_t most) const {
  std::vector<int64_t> moved(edges_.size(), 0);
  uint64_t total = 0;
  while (total < most) {
    std::vector<size_t> by(nodes(), kNowhere);
    std::vector<size_t> queue = {from};
    for (size_t head = 0; head < queue.size() && by[to] == kNowhere; ++head) {
      for (const size_t cell : cells_at(queue[head])) {
        const Edge& edge = edges_[cell];
        if (cell == without || (edge.more == 0 && edge.less == 0)) continue;
        const bool forward = edge.from == queue[head] && moved[cell] < static_cast<int64_t>(edge.more);
        const bool backward = edge.to == queue[head] && -moved[cell] < static_cast<int64_t>(edge.less);
        const size_t next = forward ? edge.to : backward ? edge.from : kNowhere;
        if (next == kNowhere || next == from || by[next] != kNowhere) continue;
        by[next] = cell;
        queue.push_back(next);
      }
    }
    if (by[to] == kNowhere) return total;
    uint64_t step = most - total;
    for (size_t at = to; at != from;) {
      const Edge& edge = edges_[by[at]];
      const bool forward = edge.to == at;
      const int64_t room = forward ? static_cast<int64_t>(edge.more) - moved[by[at]]
                                   : static_cast<int64_t>(edge.less) + moved[by[at]];
      step = std::min(step, static_cast<uint64_t>(room));
      at = forward ? edge.from : edge.to;
    }
    for (size_t at = to; at != from;) {
      const size_t cell = by[at];
      const bool forward = edges_[cell].to == at;
      moved[cell] += forward ? static_cast<int64_t>(step) : -static_cast<int64_t>(step);
      at = forward ? edges_[cell].from : edges_[cell].to;
    }
    total += step;
  }
  return total;
}

std::vector<size_t> Network::cheapest_ring(size_t cell, const std::vector<double>& cost,
                                           uint64_t amount) const {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  const size_t from = edges_[cell].to;
  const size_t to = edges_[cell].from;
  std::vector<double> distance(nodes(), kFar);
  std::vector<size_t> by(nodes(), kNowhere);
  using Entry = std::pair<double, size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  distance[from] = 0;
  open.push({0, from});
  while (!open.empty()) {
    const auto [so_far, node] = open.top();
    open.pop();
    if (so_far > distance[node]) continue;
    for (const size_t other : cells_at(node)) {
      const Edge& edge = edges_[other];
      if (other == cell) continue;
      size_t next = kNowhere;
      if (edge.from == node && edge.more >= amount) next = edge.to;
      if (edge.to == node && edge.less >= amount) next = edge.from;
      if (next == kNowhere || so_far + cost[other] >= distance[next]) continue;
      distance[next] = so_far + cost[other];
      by[next] = other;
      open.push({distance[next], next});
    }
  }
  std::vector<size_t> out;
  for (size_t at = to; at != from;) {
    HW_ASSERT(by[at] != kNowhere);
    out.push_back(by[at]);
    at = edges_[by[at]].to == at ? edges_[by[at]].from : edges_[by[at]].to;
  }
  return out;
}

uint64_t above(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

// By how much the cells of bulletin `k` can be moved, `alone` against all other dates, or together with all
// later ones, on cells that are left out of all that move; the earlier and the later ones stay as they are.
Network network_of(const std::vector<Bulletin>& bulletins, size_t k, bool alone) {
  const CountTable& table = bulletins[k].table;
  Network out(table.rows, table.columns);
  for (size_t cell = 0; cell < table.counts.size(); ++cell) {
    bool free = bulletins[k].published[cell] == 0;
    for (size_t later = k + 1; !alone && later < bulletins.size(); ++later)
      free = free && bulletins[later].published[cell] == 0;
    if (!free) continue;
    const bool last = k + 1 == bulletins.size();
    out.edge(cell).more =
        alone && !last ? above(bulletins[k + 1].table.counts[cell], table.counts[cell]) : kNoLimit;
    out.edge(cell).less =
        k == 0 ? table.counts[cell] : above(table.counts[cell], bulletins[k - 1].table.counts[cell]);
  }
  return out;
}

std::vector<uint64_t> widths_of(const std::vector<Bulletin>& bulletins, size_t k, uint64_t most) {
  const Network alone = network_of(bulletins, k, true);
  const Network together = network_of(bulletins, k, false);
  std::vector<uint64_t> out(bulletins[k].table.counts.size(), 0);
  for (size_t cell = 0; cell < out.size(); ++cell) {
    if (bulletins[k].published[cell] != 0) continue;
    out[cell] = together.width(cell, most);
    if (out[cell] < most && k + 1 < bulletins.size())
      out[cell] = std::max(out[cell], alone.width(cell, most));
  }
  return out;
}

// Small counts, and counts that differ too little from what was last published.
void leave_out_small(const std::vector<Bulletin>& before, uint64_t threshold, Bulletin& now) {
  for (size_t cell = 0; cell < now.table.counts.size(); ++cell) {
    const uint64_t count = now.table.counts[cell];
    bool small = count < threshold;
    for (const Bulletin& earlier : before) {
      if (earlier.published[cell] == 0) continue;
      const uint64_t then = earlier.table.counts[cell];
      small = small || above(count, then) + above(then, count) < threshold;
    }
    if (small) now.published[cell] = 0;
  }
}

// Dearer the more a reader loses: totals before inner cells, large counts before small ones; what is left out
// already costs next to nothing.
std::vector<double> costs(const Bulletin& now) {
  std::vector<double> out(now.table.counts.size());
  for (size_t cell = 0; cell < out.size(); ++cell) {
    const bool total =
        cell / now.table.columns + 1 == now.table.rows || cell % now.table.columns + 1 == now.table.columns;
    const double size = std::log2(2.0 + static_cast<double>(now.table.counts[cell]));
    out[cell] = now.published[cell] == 0 ? 1e-3 : (total ? 30 : 1) * (1 + size);
  }
  return out;
}

// Makes every cell left out of the last bulletin safe; whether anything was added.
bool protect_last(std::vector<Bulletin>& all, uint64_t threshold) {
  bool added = false;
  const size_t k = all.size() - 1;
  std::vector<Bulletin> everything = all;
  std::fill(everything[k].published.begin(), everything[k].published.end(), uint8_t{0});
  Network whole = network_of(everything, k, false);
  Network left_out = network_of(all, k, false);
  std::vector<double> cost = costs(all[k]);
  for (size_t cell = 0; cell < all[k].table.counts.size(); ++cell) {
    if (all[k].published[cell] != 0) continue;
    if (left_out.width(cell, threshold) >= threshold) continue;
    bool changed = false;
    for (const size_t other : whole.cheapest_ring(cell, cost, threshold)) {
      changed = changed || all[k].published[other] != 0;
      all[k].published[other] = 0;
      left_out.edge(other) = whole.edge(other);
    }
    if (changed) cost = costs(all[k]);
    added = added || changed;
  }
  return added;
}

// Whether earlier bulletins are still safe; where the new one gives away one of their cells, it leaves out
// what that one did.
bool protect_earlier(std::vector<Bulletin>& all, uint64_t threshold) {
  bool added = false;
  for (size_t k = 0; k + 1 < all.size(); ++k) {
    const std::vector<uint64_t> widths = widths_of(all, k, threshold);
    bool safe = true;
    for (size_t cell = 0; cell < widths.size(); ++cell)
      safe = safe && (all[k].published[cell] != 0 || widths[cell] >= threshold);
    for (size_t cell = 0; !safe && cell < widths.size(); ++cell) {
      for (size_t later = k; later + 1 < all.size(); ++later) {
        if (all[later].published[cell] != 0 || all.back().published[cell] == 0) continue;
        all.back().published[cell] = 0;
        added = true;
      }
    }
  }
  return added;
}

}  // namespace

CountTable with_totals(const std::vector<std::vector<uint64_t>>& counts) {
  HW_ASSERT(!counts.empty() && !counts[0].empty());
  CountTable out{counts.size() + 1, counts[0].size() + 1, {}};
  out.counts.assign(out.rows * out.columns, 0);
  for (size_t r = 0; r < counts.size(); ++r) {
    HW_ASSERT(counts[r].size() + 1 == out.columns);
    for (size_t c = 0; c < counts[r].size(); ++c) {
      for (const size_t row : {r, out.rows - 1}) {
        for (const size_t column : {c, out.columns - 1})
          out.counts[row * out.columns + column] += counts[r][c];
      }
    }
  }
  HW_ASSERT(out.counts.back() < uint64_t{1} << 40);
  return out;
}

Bulletin suppress(const std::vector<Bulletin>& before, const CountTable& now, uint64_t threshold) {
  HW_ASSERT(threshold >= kLeastThreshold);
  std::vector<Bulletin> all = before;
  for (const Bulletin& earlier : before)
    HW_ASSERT(earlier.table.rows == now.rows && earlier.table.columns == now.columns);
  all.push_back({now, std::vector<uint8_t>(now.counts.size(), 1)});
  leave_out_small(before, threshold, all.back());
  // Every round leaves out at least one cell more, or is the last.
  bool again = true;
  while (again) {
    again = protect_last(all, threshold);
    again = protect_earlier(all, threshold) || again;
  }
  return all.back();
}

std::vector<std::vector<uint64_t>> certain_widths(const std::vector<Bulletin>& bulletins, uint64_t most) {
  std::vector<std::vector<uint64_t>> out;
  for (size_t k = 0; k < bulletins.size(); ++k) out.push_back(widths_of(bulletins, k, most));
  return out;
}

}  // namespace homeward::losses_stats
