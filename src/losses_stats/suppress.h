// Which cells of a table of counts may be published, so that nobody computes the small ones back.
//
// Left out are cells below the threshold, cells that changed by less than the threshold since they were last
// published, and as many others as it takes: whoever knows all that was published, at this and at earlier
// dates, that counts are whole numbers of at least 0 and that they only grow, finds for every cell left out
// values that are at least `threshold` apart. Zeros count as small: that nobody died is told as little as
// that one did.
//
// A table with totals is a network: what an inner cell gains, its row's and its column's others lose. So a
// cell is safe if enough can be moved through it on a ring of cells that are left out. Such rings are looked
// for as flows, one date held fixed against the others, and made where there are none (Cox 1995; Fischetti
// and Salazar 1999). They are other tables that fit all that was published, and therefore a proof.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace homeward::losses_stats {

constexpr uint64_t kLeastThreshold = 3;
constexpr uint64_t kDefaultThreshold = 5;

// Counts by row and column; the last row and the last column are totals of the others, the corner of all.
struct CountTable {
  size_t rows = 0;     // with the total; at least 2
  size_t columns = 0;  // with the total; at least 2
  std::vector<uint64_t> counts;

  uint64_t at(size_t row, size_t column) const { return counts[row * columns + column]; }
};
// Each inner list is a row, all of one length; totals are added. The sum of all is below 2^40.
CountTable with_totals(const std::vector<std::vector<uint64_t>>& counts);

struct Bulletin {
  CountTable table;
  std::vector<uint8_t> published;  // by cell: 1 if it is, 0 if it is left out
};

// What may be published of `now`, after the bulletins `before`, which are in the order of their dates, of the
// same shape, and were made by this function with a threshold not lower. The threshold is at least
// kLeastThreshold.
Bulletin suppress(const std::vector<Bulletin>& before, const CountTable& now, uint64_t threshold);

// By bulletin and cell: how far apart the values are that a cell left out can certainly have; `most` if
// further. Of published cells 0.
std::vector<std::vector<uint64_t>> certain_widths(const std::vector<Bulletin>& bulletins, uint64_t most);

}  // namespace homeward::losses_stats
