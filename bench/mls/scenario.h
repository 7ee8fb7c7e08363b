// The operations, carried out in a group of a given size.
#pragma once

#include <string_view>
#include <vector>

#include "bench/mls/floors.h"

namespace homeward::bench {

struct Measured {
  std::string_view name;  // of an `Operation`
  Shape shape;
  double time_us = 0;  // the median
};

// What else the issue of a library's size asks.
struct Footprint {
  size_t members = 0;
  double memory_per_member_bytes = 0;  // of a held group on the heap, above the wire size of the leaf
  double leaf_wire_bytes = 0;          // the mean
  size_t state_per_sent_bytes = 0;     // rows and their ids that a message writes: the largest of a hundred
  size_t state_per_received_bytes = 0;
  size_t state_growth_bytes = 0;  // of a sender's whole state over a hundred messages
  double warm_join_us = 0;        // as `join`, into a warm tree, whose parent hashes need checking
};

struct Scenario {
  std::vector<Measured> operations;  // in the order of `operations()`
  Footprint footprint;
};

// `members` is at least 4. `quick`: as few rounds as possible (for counting instructions).
Scenario run_scenario(size_t members, bool quick);

}  // namespace homeward::bench
