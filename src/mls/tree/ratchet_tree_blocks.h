// How a `RatchetTree` keeps its nodes; for its own sources only.
#pragma once

#include "mls/tree/ratchet_tree.h"

namespace homeward::mls {

inline constexpr uint32_t kBlockLeaves = 32;
inline constexpr uint32_t kBlockParents = 31;
inline constexpr uint32_t kTierLevels = 5;

struct RatchetTree::LeafBlock {
  uint32_t present = 0;
  uint32_t hashed = 0;
  std::array<LeafNode, kBlockLeaves> leaves;
  Bytes hashes;  // kBlockLeaves of the suite's size
};

// The parents of a subtree of five levels: the lowest level's 16 first, then 8, 4, 2, 1.
struct RatchetTree::ParentBlock {
  uint32_t present = 0;
  uint32_t hashed = 0;
  uint32_t with_parent_hash = 0;
  std::array<uint32_t, kBlockParents + 1> unmerged_begin{};  // into `unmerged`; one past the last at the end
  std::vector<LeafIndex> unmerged;
  // For each parent its key, parent hash and tree hash; or, where nothing is present, only the top's tree
  // hash.
  Bytes bytes;
};

// Where a parent is kept.
struct RatchetTree::Slot {
  uint32_t tier;
  uint32_t block;
  uint32_t at;
  uint32_t bit() const { return 1u << at; }
};

// Where keys may be found: from a fingerprint of the key to nodes that have or once had it. An entry is a
// hint, to be checked against the tree; nothing is ever taken out, so that copies of a tree, staged ones that
// were dropped included, can share one index and write into it. A tree whose keys would crowd it makes itself
// a new one.
class RatchetTree::KeyIndex {
 public:
  explicit KeyIndex(size_t live_keys) : slots_(std::bit_ceil(std::max<size_t>(live_keys, 8) * 2)) {}

  // False if it is too full.
  bool insert(BytesView key, uint32_t node) {
    if ((used_ + 1) * 4 > slots_.size() * 3) return false;
    const uint32_t print = fingerprint(key);
    for (size_t at = print;; ++at) {
      Entry& entry = slots_[at & (slots_.size() - 1)];
      if (entry.node_plus_one == node + 1 && entry.print == print) return true;
      if (entry.node_plus_one != 0) continue;
      entry = {print, node + 1};
      ++used_;
      return true;
    }
  }

  // The first hint for which `matches(node)` is true.
  template <class Matches>
  std::optional<uint32_t> find(BytesView key, Matches&& matches) const {
    const uint32_t print = fingerprint(key);
    for (size_t at = print;; ++at) {
      const Entry& entry = slots_[at & (slots_.size() - 1)];
      if (entry.node_plus_one == 0) return std::nullopt;
      if (entry.print == print && matches(entry.node_plus_one - 1)) return entry.node_plus_one - 1;
    }
  }

  size_t memory_bytes() const { return slots_.size() * sizeof(Entry); }

 private:
  struct Entry {
    uint32_t print = 0;
    uint32_t node_plus_one = 0;  // 0: free
  };

  static uint32_t fingerprint(BytesView key) {
    uint64_t tail = 0;
    const size_t size = std::min<size_t>(key.size(), sizeof tail);
    if (size > 0) std::memcpy(&tail, key.data() + key.size() - size, size);
    return static_cast<uint32_t>((tail * 0x9E3779B97F4A7C15u) >> 32);
  }

  std::vector<Entry> slots_;
  size_t used_ = 0;
};

template <class Visit>
void RatchetTree::for_each_parent(Visit&& visit) const {
  for (uint32_t tier = 0; tier < tiers_.size(); ++tier) {
    for (uint32_t block = 0; block < tiers_[tier].size(); ++block) {
      uint32_t present = tiers_[tier][block] ? tiers_[tier][block]->present : 0;
      for (; present != 0; present &= present - 1) {
        const auto at = static_cast<uint32_t>(std::countr_zero(present));
        const auto low = static_cast<uint32_t>(std::countl_one(at << 27));
        const uint32_t in_level = (block << (kTierLevels - 1 - low)) + at - (32 - (32u >> low));
        visit(node_at(tier * kTierLevels + low + 1, in_level));
      }
    }
  }
}

}  // namespace homeward::mls
