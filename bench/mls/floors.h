// The floor of each operation: how many primitives no implementation can do without, counted for suite 3.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "bench/mls/primitives.h"

namespace homeward::bench {

// What an operation's floor depends on.
struct Shape {
  size_t members = 0;         // N
  size_t path_nodes = 0;      // d: nodes of the committer's filtered direct path
  size_t path_seals = 0;      // r: ciphertexts of the path; d in a warm tree
  double group_info_mib = 0;  // m: the GroupInfo in the Welcome
};

struct Operation {
  std::string_view name;
  std::string_view formula;
  double target;  // the ratio that is aimed at
  double (*floor_us)(const Primitives& p, const Shape& at);
};
std::span<const Operation> operations();
const Operation& operation(std::string_view name);  // one of `operations()`

// The abbreviations of the formulas, a line each.
std::string_view legend();

}  // namespace homeward::bench
