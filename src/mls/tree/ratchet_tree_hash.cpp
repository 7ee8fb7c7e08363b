// Tree hashes and parent hashes (RFC 9420, sections 7.8 and 7.9).
#include <algorithm>

#include "mls/tree/ratchet_tree.h"
#include "mls/tree/ratchet_tree_blocks.h"

namespace homeward::mls {

namespace {

// NodeType (section 7.8).
constexpr uint8_t kLeafType = 1;
constexpr uint8_t kParentType = 2;

// A hash's input, put together without the heap; long enough for any suite's keys and hashes.
class Flat {
 public:
  Flat& u8(uint8_t value) {
    data_[size_++] = value;
    return *this;
  }
  Flat& u32(uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) u8(static_cast<uint8_t>(value >> shift));
    return *this;
  }
  Flat& length(size_t size) {  // RFC 9420, section 2.1.2
    if (size >= 1u << 14) return u32(static_cast<uint32_t>(size) | 0x8000'0000u);
    if (size >= 1u << 6) u8(static_cast<uint8_t>(0x40 | (size >> 8)));
    return u8(static_cast<uint8_t>(size));
  }
  Flat& opaque(BytesView bytes) {
    length(bytes.size());
    HW_ASSERT(bytes.size() <= data_.size() - size_);
    std::ranges::copy(bytes, data_.begin() + static_cast<ptrdiff_t>(size_));
    size_ += bytes.size();
    return *this;
  }
  BytesView view() const { return BytesView(data_).first(size_); }

 private:
  std::array<uint8_t, 512> data_;
  size_t size_ = 0;
};

bool has(std::span<const LeafIndex> sorted, LeafIndex leaf) {
  return std::binary_search(sorted.begin(), sorted.end(), leaf);
}

// Of rising leaf indices, those below a node.
std::span<const LeafIndex> below(std::span<const LeafIndex> sorted, NodeIndex node) {
  const auto begin = std::lower_bound(sorted.begin(), sorted.end(), first_leaf(node));
  const auto end = std::upper_bound(begin, sorted.end(), last_leaf(node));
  return {begin, end};
}

}  // namespace

// True of a node of at most level 5 that lies, with all of its block, among blank nodes that are not kept.
bool RatchetTree::is_virtual(NodeIndex node) const {
  if (leaf_block(first_leaf(node)) != nullptr) return false;
  const ParentBlock* block = parent_block({0, first_leaf(node).value / kBlockLeaves, 0});
  return block == nullptr || is_top_only(*block);
}

BytesView RatchetTree::cached_hash(NodeIndex node) const {
  const size_t size = suite_->hash_size();
  if (is_leaf(node)) {
    const LeafBlock* block = leaf_block(leaf_of(node));
    const uint32_t at = leaf_of(node).value % kBlockLeaves;
    return block && (block->hashed >> at & 1) ? BytesView(block->hashes).subspan(at * size, size)
                                              : BytesView{};
  }
  const Slot slot = slot_of(node);
  const ParentBlock* block = parent_block(slot);
  if (!block || !(block->hashed & slot.bit())) return {};
  return BytesView(block->bytes).subspan(is_top_only(*block) ? 0 : (slot.at + 1) * stride() - size, size);
}

void RatchetTree::store_hash(NodeIndex node, const Digest& hash) {
  if (is_leaf(node)) {
    LeafBlock& block = own_leaf_block(leaf_of(node));
    const uint32_t at = leaf_of(node).value % kBlockLeaves;
    std::ranges::copy(hash.view(), block.hashes.begin() + at * hash.size);
    block.hashed |= 1u << at;
    return;
  }
  const Slot slot = slot_of(node);
  const bool top_only = level(node) == kTierLevels && is_virtual(node);
  ParentBlock& block = own_parent_block(slot, !top_only);
  const size_t at = is_top_only(block) ? 0 : (slot.at + 1) * stride() - hash.size;
  std::ranges::copy(hash.view(), block.bytes.begin() + static_cast<ptrdiff_t>(at));
  block.hashed |= slot.bit();
}

Digest RatchetTree::node_hash(NodeIndex node) {
  HW_ASSERT(node.value < node_count(depth_));
  if (level(node) < kTierLevels && is_virtual(node)) return blank_hash(node);
  refresh(node);
  const BytesView cached = cached_hash(node);
  Digest hash;
  hash.size = static_cast<uint8_t>(cached.size());
  std::ranges::copy(cached, hash.data.begin());
  return hash;
}

// Afterwards the node's hash is cached.
void RatchetTree::refresh(NodeIndex node) {
  if (!cached_hash(node).empty()) return;
  if (is_leaf(node)) return store_hash(node, hash_leaf(leaf_of(node), leaf(leaf_of(node))));
  if (level(node) == kTierLevels && is_virtual(node)) return store_hash(node, blank_hash(node));
  refresh(left(node));
  refresh(right(node));
  store_hash(node, hash_parent(node, {cached_hash(left(node)), cached_hash(right(node))}, {}));
}

Digest RatchetTree::hash_leaf(LeafIndex at, const LeafNode* content) const {
  Flat head;
  head.u8(kLeafType).u32(at.value).u8(content ? 1 : 0);
  if (content == nullptr) return suite_->hash(head.view());
  const std::array<BytesView, 2> parts{head.view(), content->encoded()};
  return suite_->hash(std::span<const BytesView>(parts));
}

// Without some leaves among the unmerged ones.
Digest RatchetTree::hash_parent(NodeIndex node, Children children, std::span<const LeafIndex> without) const {
  Flat head;
  Flat tail;
  tail.opaque(children.left).opaque(children.right);
  head.u8(kParentType);
  if (is_blank(node)) {
    const std::array<BytesView, 2> parts{head.u8(0).view(), tail.view()};
    return suite_->hash(std::span<const BytesView>(parts));
  }
  head.u8(1).opaque(encryption_key(node)).opaque(parent_hash(node));
  const std::span<const LeafIndex> unmerged = unmerged_leaves(node);
  Writer listed;
  for (const LeafIndex leaf : unmerged) {
    if (!has(without, leaf)) listed.u32(leaf.value);
  }
  head.length(listed.size());
  const std::array<BytesView, 3> parts{head.view(), listed.view(), tail.view()};
  return suite_->hash(std::span<const BytesView>(parts));
}

Digest RatchetTree::blank_hash(NodeIndex node) const {
  if (is_leaf(node)) return hash_leaf(leaf_of(node), nullptr);
  const Digest on_left = blank_hash(left(node));
  const Digest on_right = blank_hash(right(node));
  return hash_parent(node, {on_left, on_right}, {});
}

// The tree hash with some members blanked and left out of all unmerged leaves. Only nodes above them are
// hashed anew.
Digest RatchetTree::hash_without(NodeIndex node, std::span<const LeafIndex> without) {
  const std::span<const LeafIndex> here = below(without, node);
  if (here.empty()) return node_hash(node);
  if (is_leaf(node)) return hash_leaf(leaf_of(node), nullptr);
  const Digest on_left = hash_without(left(node), here);
  const Digest on_right = hash_without(right(node), here);
  return hash_parent(node, {on_left, on_right}, here);
}

// ParentHashInput (section 7.9) of a node with what it holds now.
Digest RatchetTree::parent_hash_input(NodeIndex node, BytesView sibling_hash) const {
  Flat input;
  input.opaque(encryption_key(node)).opaque(parent_hash(node)).opaque(sibling_hash);
  return suite_->hash(input.view());
}

// Whether a parent was set together with a node below its `child` (section 7.9.2): there is a D in the
// child's resolution, the rest of which are the parent's unmerged leaves there, and D's parent hash is that
// of the parent.
bool RatchetTree::is_chained(NodeIndex parent, NodeIndex child, std::vector<NodeIndex>& scratch) {
  const std::span<const LeafIndex> unmerged = unmerged_leaves(parent);
  const std::span<const LeafIndex> unmerged_here = below(unmerged, child);
  scratch.clear();
  resolution(child, scratch);
  if (scratch.size() != unmerged_here.size() + 1) return false;
  std::optional<NodeIndex> below_it;
  for (const NodeIndex node : scratch) {
    if (is_leaf(node) && has(unmerged_here, leaf_of(node))) continue;
    if (below_it) return false;
    below_it = node;
  }
  if (!below_it) return false;
  if (is_blank(*below_it)) return false;  // a tree whose unmerged leaves were not checked
  const BytesView claimed =
      is_leaf(*below_it) ? leaf(leaf_of(*below_it))->parent_hash() : parent_hash(*below_it);
  if (claimed.empty()) return false;
  const NodeIndex other = sibling(child);
  const Digest original = hash_without(other, below(unmerged, other));
  return equal(claimed, parent_hash_input(parent, original));
}

Result<> RatchetTree::check_parent_hashes() {
  std::vector<NodeIndex> parents;
  for_each_parent([&](NodeIndex node) { parents.push_back(node); });
  std::vector<NodeIndex> scratch;
  for (const NodeIndex node : parents) {
    const int chains = is_chained(node, left(node), scratch) + is_chained(node, right(node), scratch);
    if (chains != 1)
      return Error(MlsError::kParentHashMismatch, "7.9.2/tree: parent not covered by exactly one chain");
  }
  return success();
}

}  // namespace homeward::mls
