// The public half of a group's ratchet tree (RFC 9420, sections 4, 7.7 to 7.9 and 12.4.3.3).
//
// Guarantees
//  - Copying is cheap: a few pointers per 32 members. Copies share what neither has changed since, in blocks
//  of 32
//    leaves or 31 parents, so that a commit is staged on a copy and the current tree stays as it is.
//  - Tree hashes are cached. A change drops those from the changed node up to the root, and no others.
//  - Keys are found in constant time, by an index that copies share too.
//  - All of the tree's keys and hashes have the sizes of its cipher suite.
//
// A tree and its copies belong to one thread. (The checks handed to a `CheckRunner` only read.)
//
// How it is kept: leaves in blocks of 32; parents by height in tiers of five levels, in each tier in blocks
// that hold a whole subtree of five levels, so that the path of a leaf touches one block of each tier. Blocks
// of blank nodes are not there, but for the cached hash of their top.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "mls/tree/leaf_node.h"
#include "mls/tree/tree_math.h"
#include "mls/types.h"

namespace homeward::mls {

// A list without the heap of at most one item per level.
template <class T>
class PerLevel {
 public:
  void push_back(T item) {
    HW_ASSERT(size_ < items_.size());
    items_[size_++] = item;
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](size_t at) const { return items_[at]; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }

 private:
  std::array<T, kMaxDepth + 1> items_{};
  size_t size_ = 0;
};

// A node of a filtered direct path and its child off the path.
struct PathStep {
  NodeIndex node;
  NodeIndex copath;
};
using FilteredPath = PerLevel<PathStep>;  // from the leaf to the root

// What a received tree is checked against. Views must outlive the check.
struct TreeRules {
  BytesView group_id;
  LeafRules leaf;          // without `source`; its suite must be the tree's
  CheckRunner run_checks;  // for the leaves' signatures
};

class RatchetTree {
 public:
  // No leaf yet: `add` comes first.
  explicit RatchetTree(const Suite& suite);
  RatchetTree(const RatchetTree&);
  RatchetTree(RatchetTree&&) noexcept;
  RatchetTree& operator=(const RatchetTree&);
  RatchetTree& operator=(RatchetTree&&) noexcept;
  ~RatchetTree();

  // The content of a `ratchet_tree` extension (section 12.4.3.3). It has the shape of a tree; whether it is a
  // valid one only `validate` tells. Errors kInvalidTree and CodecError. Size is bounded by the input's.
  static Result<RatchetTree> decode(const Suite& suite, BytesView encoded);
  Bytes encode() const;

  // --- Changes. Cached hashes follow by themselves ---

  // Section 12.1.1: the leftmost blank leaf, the tree extended if there is none.
  LeafIndex add(LeafNode leaf);
  // Section 12.1.2: a new leaf for a member, the nodes above it blanked. Error kNotMember.
  Result<> update(LeafIndex leaf, LeafNode content);
  // Section 12.1.3: blanks the leaf and what is above it, then truncates. Error kNotMember.
  Result<> remove(LeafIndex leaf);
  // Where `add` would put a leaf.
  LeafIndex leftmost_blank() const;

  // Section 7.5: blanks the direct path, sets new keys on the filtered one, without unmerged leaves and with
  // their parent hashes, and answers the parent hash for the leaf (of size 0 if nothing is above it). The
  // leaf itself stays; `set_leaf` follows. `keys` are as many as the filtered direct path has nodes, of the
  // suite's size. `leaf` may be blank (an external commit): then it lies inside the tree or is the leaf that
  // `make_room` answered.
  Digest set_path(LeafIndex leaf, std::span<const BytesView> keys);
  // Replaces a leaf and nothing above it.
  void set_leaf(LeafIndex leaf, LeafNode content);
  // Extends the tree until it has a blank leaf and answers the leftmost (an external commit's).
  LeafIndex make_room();

  // --- Queries ---

  const Suite& suite() const { return *suite_; }
  uint32_t depth() const { return depth_; }
  uint32_t leaf_slot_count() const { return leaf_slots(depth_); }  // a power of two
  NodeIndex root() const { return root_of(depth_); }
  size_t member_count() const { return members_; }
  bool contains(LeafIndex leaf) const { return leaf.value < leaf_slot_count(); }

  // Null if blank or outside.
  const LeafNode* leaf(LeafIndex at) const;
  bool is_blank(NodeIndex node) const;
  // Of leaves and parents; empty if blank or outside.
  BytesView encryption_key(NodeIndex node) const;
  // Of a parent; empty if blank.
  BytesView parent_hash(NodeIndex node) const;
  std::span<const LeafIndex> unmerged_leaves(NodeIndex node) const;
  // The first member at or after `from`.
  std::optional<LeafIndex> next_member(LeafIndex from) const;
  template <class Visit>
  void for_each_member(Visit&& visit) const {  // visit(LeafIndex, const LeafNode&), by rising index
    for (auto at = next_member({0}); at; at = next_member({at->value + 1})) visit(*at, *leaf(*at));
  }

  std::optional<LeafIndex> find_by_signature_key(BytesView key, std::optional<LeafIndex> except = {}) const;
  // The node with this HPKE key, another than `except`.
  std::optional<NodeIndex> find_by_encryption_key(BytesView key, std::optional<NodeIndex> except = {}) const;
  // Section 7.3: no other member has this leaf's signature key, no other node its encryption key. Error
  // kDuplicateKey.
  Result<> check_unique(LeafIndex leaf) const;

  // Capabilities over all members, kept as counts.
  bool all_list(Capability list, uint16_t value) const;
  bool all_support(ExtensionType type) const {
    return is_default(type) || all_list(Capability::kExtension, static_cast<uint16_t>(type));
  }
  // Section 7.3: the leaf's credential type is listed by every member, and the leaf lists every type in use.
  // Error kInvalidLeaf.
  Result<> check_credential_types(const LeafNode& leaf) const;

  // Section 4.1.2; nothing lies below a blank subtree.
  bool is_empty_below(NodeIndex node) const;
  FilteredPath filtered_direct_path(LeafIndex leaf) const;
  // Section 4.1.1, from left to right; appends.
  void resolution(NodeIndex node, std::vector<NodeIndex>& out) const;

  // Section 7.8. Computes what is not cached: logically nothing changes.
  Digest tree_hash() { return node_hash(root()); }
  Digest node_hash(NodeIndex node);

  // A received tree (section 12.4.3.1 and 7.9.2): parent hashes, unmerged leaves, every leaf by section 7.3
  // with its signature and against the others, all keys unique. Time is linear in its size, apart from
  // subtrees to be hashed anew because of unmerged leaves. Errors kInvalidTree, kInvalidLeaf,
  // kParentHashMismatch, kBadSignature, kDuplicateKey. (That `tree_hash` is the group context's is the
  // caller's check.)
  Result<> validate(const TreeRules& rules);
  // Only the parent hashes (section 7.9.2). Error kParentHashMismatch.
  Result<> check_parent_hashes();
  // Only what is structural: unmerged leaves (section 12.4.3.1). Error kInvalidTree.
  Result<> check_unmerged_leaves() const;

  // The bytes this tree holds but for its leaves' wire form; what copies share counts in full. For
  // benchmarks.
  size_t memory_bytes() const;

 private:
  struct LeafBlock;
  struct ParentBlock;
  struct Slot;
  class KeyIndex;
  struct CapabilityCount {
    uint32_t key;    // the list and the value
    uint32_t count;  // of members
  };
  using LeafBlocks = std::vector<std::shared_ptr<LeafBlock>>;
  using ParentBlocks = std::vector<std::shared_ptr<ParentBlock>>;

  static Slot slot_of(NodeIndex parent);
  const LeafBlock* leaf_block(LeafIndex leaf) const;
  const ParentBlock* parent_block(const Slot& slot) const;
  LeafBlock& own_leaf_block(LeafIndex leaf);
  ParentBlock& own_parent_block(const Slot& slot, bool whole);
  size_t stride() const;
  bool is_top_only(const ParentBlock& block) const;
  bool is_virtual(NodeIndex node) const;
  // visit(NodeIndex) for every non-blank parent, in no order that has a meaning.
  template <class Visit>
  void for_each_parent(Visit&& visit) const;

  void set_depth(uint32_t depth);
  void truncate();
  void put_leaf(LeafIndex at, LeafNode content);
  void clear_leaf(LeafIndex at);
  void set_parent(NodeIndex node, BytesView key, BytesView parent_hash);
  void clear_parent(NodeIndex node);
  void add_unmerged(NodeIndex node, LeafIndex leaf);
  void set_unmerged(NodeIndex node, std::span<const LeafIndex> leaves);
  void blank_direct_path(LeafIndex leaf);
  void count_capabilities(const LeafNode& leaf, int by);
  void note_key(std::shared_ptr<KeyIndex>& index, uint32_t node, BytesView key);
  void rebuild(std::shared_ptr<KeyIndex>& index);

  struct Children {
    BytesView left;
    BytesView right;
  };
  BytesView cached_hash(NodeIndex node) const;  // empty if there is none
  void store_hash(NodeIndex node, const Digest& hash);
  void drop_hash(NodeIndex node);
  void drop_hashes_above(LeafIndex leaf);
  void refresh(NodeIndex node);
  Digest hash_leaf(LeafIndex at, const LeafNode* content) const;
  Digest hash_parent(NodeIndex node, Children children, std::span<const LeafIndex> without) const;
  Digest hash_without(NodeIndex node, std::span<const LeafIndex> without);
  Digest blank_hash(NodeIndex node) const;
  Digest parent_hash_input(NodeIndex node, BytesView sibling_hash) const;
  bool is_chained(NodeIndex parent, NodeIndex child, std::vector<NodeIndex>& scratch);

  size_t encoded_node_size(NodeIndex node) const;
  Result<> decode_node(NodeIndex node, Reader& in);
  Result<> check_leaves(const TreeRules& rules) const;
  Result<> check_keys_unique() const;

  const Suite* suite_;
  uint32_t depth_ = 0;
  uint32_t members_ = 0;
  mutable uint32_t no_blank_before_ = 0;  // every leaf left of it is taken
  LeafBlocks leaves_;
  std::vector<ParentBlocks> tiers_;
  std::shared_ptr<KeyIndex> encryption_keys_;
  std::shared_ptr<KeyIndex> signature_keys_;
  std::vector<CapabilityCount> capabilities_;  // by rising key
  std::vector<CapabilityCount> credentials_in_use_;
};

}  // namespace homeward::mls
