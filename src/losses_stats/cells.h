// Who is on which list: a count for every set of lists.
//
// A set of lists is a mask, bit i for list i + 1. The count of the empty set, those on no list, is what
// nobody knows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "losses_stats/problem.h"

namespace homeward::losses_stats {

using ListSet = uint32_t;
constexpr size_t kMaximumLists = 9;  // so that a list is one digit in a model's name

struct Cells {
  std::vector<std::string> lists;  // their names, 1 to kMaximumLists
  std::vector<double> counts;      // by ListSet, 2^lists of them; whole numbers; counts[0] is 0

  size_t list_count() const { return lists.size(); }
  double observed() const;
  double overlap(ListSet lists_all) const;  // those on all of these lists, and perhaps on others
};

// A column of 0 and 1 for every list, and the column `count`. Sets of lists without a line have the count 0.
Parsed<Cells> read_cells(std::string_view csv);

}  // namespace homeward::losses_stats
