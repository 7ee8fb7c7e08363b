// The arithmetic of a complete binary tree written as an array (RFC 9420, appendix C).
//
// A tree has 2^depth leaves. Leaves are the even nodes; the parent of `01x` has the children `00x` and `10x`
// (the trailing ones of a node's number are its level). A node's number does not depend on the size of the
// tree. Nothing here looks at contents; arguments outside the tree are a bug of the caller.
#pragma once

#include <array>
#include <bit>

#include "base/assert.h"
#include "mls/types.h"

namespace homeward::mls {

// Trees have at most 2^kMaxDepth leaves here: far beyond any group, and no sum of sizes overflows 32 bits.
inline constexpr uint32_t kMaxDepth = 26;

constexpr NodeIndex node_of(LeafIndex leaf) { return {leaf.value * 2}; }
constexpr bool is_leaf(NodeIndex node) { return (node.value & 1) == 0; }
constexpr LeafIndex leaf_of(NodeIndex leaf_node) { return {leaf_node.value / 2}; }

// Leaves are level 0.
constexpr uint32_t level(NodeIndex node) { return static_cast<uint32_t>(std::countr_one(node.value)); }

// The n-th node of a level, from the left; `node_at(0, n)` is leaf n.
constexpr NodeIndex node_at(uint32_t at_level, uint32_t position) {
  return {(position << (at_level + 1)) + (1u << at_level) - 1};
}
constexpr uint32_t position(NodeIndex node) { return node.value >> (level(node) + 1); }

constexpr NodeIndex root_of(uint32_t depth) { return {(1u << depth) - 1}; }
constexpr uint32_t leaf_slots(uint32_t depth) { return 1u << depth; }
constexpr uint32_t node_count(uint32_t depth) { return (2u << depth) - 1; }
// The depth of the smallest tree in which this leaf has a place.
constexpr uint32_t depth_for(LeafIndex last) { return static_cast<uint32_t>(std::bit_width(last.value)); }

// Of parents only.
constexpr NodeIndex left(NodeIndex node) { return {node.value ^ (1u << (level(node) - 1))}; }
constexpr NodeIndex right(NodeIndex node) { return {node.value ^ (3u << (level(node) - 1))}; }

// Of nodes below the root only.
constexpr NodeIndex parent(NodeIndex node) {
  const uint32_t k = level(node);
  return {(node.value | (1u << k)) & ~(1u << (k + 1))};
}
constexpr NodeIndex sibling(NodeIndex node) {
  const NodeIndex up = parent(node);
  return node < up ? right(up) : left(up);
}

// True of a node and itself too.
constexpr bool is_in_subtree(NodeIndex node, NodeIndex subtree_root) {
  const uint32_t k = level(subtree_root) + 1;
  return (node.value >> k) == (subtree_root.value >> k) && level(node) < k;
}

// The first and the last leaf below a node (a leaf's are itself).
constexpr LeafIndex first_leaf(NodeIndex node) { return {(node.value >> (level(node) + 1)) << level(node)}; }
constexpr LeafIndex last_leaf(NodeIndex node) { return {first_leaf(node).value + (1u << level(node)) - 1}; }

// The lowest node above two leaves; a leaf's own node if they are the same.
constexpr NodeIndex common_ancestor(LeafIndex a, LeafIndex b) {
  const auto k = static_cast<uint32_t>(std::bit_width(a.value ^ b.value));
  return node_at(k, a.value >> k);
}

}  // namespace homeward::mls
