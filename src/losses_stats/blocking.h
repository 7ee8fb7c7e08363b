// Which pairs of records are worth comparing: those that share a key of at least one of several kinds.
//
// Every kind of key ("pass") says what two records must have in common: parts of names, of dates, places. A
// key that too many records share is made longer, part by part; what is then still too large is left out of
// that pass, so that the work grows with the number of records and not with its square.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "losses_stats/parallel.h"
#include "losses_stats/people.h"

namespace homeward::losses_stats {

class Blocks {
 public:
  Blocks(const People& people, const Parallel& parallel);

  // Calls `visit(b)` once for each record b > a that shares a key with a. `seen` is the caller's, with a
  // number for each record, all of them other than `a` at first; give each thread its own.
  template <class Visit>
  void partners(uint32_t a, std::vector<uint32_t>& seen, const Visit& visit) const {
    for (const Pass& pass : passes_) {
      for (uint32_t at = pass.first[a]; at < pass.first[a + 1]; ++at) {
        const uint32_t block = pass.blocks[at];
        // Members are in order, so those above a are at the end.
        for (uint32_t i = pass.members_first[block + 1]; i-- > pass.members_first[block];) {
          const uint32_t b = pass.members[i];
          if (b <= a) break;
          if (seen[b] == a) continue;
          seen[b] = a;
          visit(b);
        }
      }
    }
  }
  uint64_t most_pairs() const;  // counting those of several passes several times

 private:
  struct Pass {
    std::vector<uint32_t> first;  // by record: where its blocks begin in `blocks`
    std::vector<uint32_t> blocks;
    std::vector<uint32_t> members_first;  // by block
    std::vector<uint32_t> members;
  };
  struct Entry {
    uint64_t key;
    uint32_t record;
  };
  struct Plan;
  static std::vector<Plan> plans(const People& people);
  static Pass make(const People& people, const Plan& plan);

  std::vector<Pass> passes_;
};

}  // namespace homeward::losses_stats
