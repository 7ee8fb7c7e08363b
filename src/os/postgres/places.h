// In which of several clusters something lies.
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "wire/wire.h"

namespace homeward::os::postgres {

// The index of the cluster that rendezvous hashing names: of all, the one whose id gives the largest hash
// together with the queue's. Adding a cluster changes only what the new one wins.
inline size_t home_of(BytesView id, const std::vector<std::string>& clusters) {
  if (clusters.size() == 1) return 0;
  size_t best = 0;
  Hash best_hash;
  for (size_t i = 0; i < clusters.size(); ++i) {
    Bytes both = copy_of(view_of(clusters[i]));
    append(both, id);
    const Hash hash = wire::entry_hash(both);
    if (i > 0 && hash.data < best_hash.data) continue;
    best = i;
    best_hash = hash;
  }
  return best;
}

// Where things were found, for as long as there is room. They never move.
template <class Id>
class Places {
 public:
  // Null if it is not known.
  const size_t* find(const Id& id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }
  void put(const Id& id, size_t cluster) {
    if (known_.size() >= kMost) known_.clear();
    known_[id] = cluster;
  }

 private:
  static constexpr size_t kMost = 500'000;
  std::unordered_map<Id, size_t> known_;
};

}  // namespace homeward::os::postgres
