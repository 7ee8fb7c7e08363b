// The tree on the wire, and what is checked of a received one (RFC 9420, sections 12.4.3.1 and 12.4.3.3).
#include <algorithm>

#include "mls/tree/ratchet_tree.h"
#include "mls/tree/ratchet_tree_blocks.h"

namespace homeward::mls {

namespace {

constexpr uint8_t kLeafType = 1;
constexpr uint8_t kParentType = 2;

size_t length_size(size_t size) { return size < 1u << 6 ? 1 : size < 1u << 14 ? 2 : 4; }
size_t opaque_size(size_t size) { return length_size(size) + size; }

std::vector<LeafIndex> decode_unmerged(Reader& in) {
  Reader list = in.vector();
  std::vector<LeafIndex> leaves;
  leaves.reserve(list.left() / 4);
  while (!list.empty()) leaves.push_back({list.u32()});
  const bool rises = std::ranges::adjacent_find(leaves, std::greater_equal{}) == leaves.end();
  if (!list.ok() || !rises) in.fail(CodecError::kMalformed);  // [7.1/unmerged-order]
  return leaves;
}

}  // namespace

size_t RatchetTree::encoded_node_size(NodeIndex node) const {
  if (is_leaf(node)) {
    const LeafNode* content = leaf(leaf_of(node));
    return content ? 2 + content->encoded().size() : 1;
  }
  if (is_blank(node)) return 1;
  return 2 + opaque_size(suite_->kem_output_size()) + opaque_size(parent_hash(node).size()) +
         opaque_size(unmerged_leaves(node).size() * 4);
}

Bytes RatchetTree::encode() const {
  uint32_t count = node_count(depth_);
  while (count > 0 && is_blank({count - 1})) --count;
  size_t size = 0;
  for (uint32_t node = 0; node < count; ++node) size += encoded_node_size({node});
  Writer out;
  out.reserve(opaque_size(size));
  out.length(size);
  for (NodeIndex node{0}; node.value < count; ++node.value) {
    if (is_blank(node)) {
      out.u8(0);
    } else if (is_leaf(node)) {
      out.u8(1).u8(kLeafType).raw(leaf(leaf_of(node))->encoded());
    } else {
      out.u8(1).u8(kParentType).opaque(encryption_key(node)).opaque(parent_hash(node));
      const std::span<const LeafIndex> unmerged = unmerged_leaves(node);
      out.length(unmerged.size() * 4);
      for (const LeafIndex leaf : unmerged) out.u32(leaf.value);
    }
  }
  return out.take();
}

// The content of one non-blank node, from its type on.
Result<> RatchetTree::decode_node(NodeIndex node, Reader& in) {
  while (node.value >= node_count(depth_)) {
    if (depth_ == kMaxDepth) return Error(MlsError::kInvalidTree, "ratchet tree too large");
    set_depth(depth_ + 1);
  }
  const uint8_t type = in.u8();
  if (type != (is_leaf(node) ? kLeafType : kParentType)) {
    HW_TRY(in.status());
    return Error(MlsError::kInvalidTree, "12.4.3.3/node-type: not of this place");
  }
  if (is_leaf(node)) {
    LeafNode content = decode_leaf_node(in);
    HW_TRY(in.status());
    put_leaf(leaf_of(node), std::move(content));
    return success();
  }
  const BytesView key = in.opaque();
  const BytesView above = in.opaque();
  const std::vector<LeafIndex> unmerged = decode_unmerged(in);
  HW_TRY(in.status());
  if (key.size() != suite_->kem_output_size() || (!above.empty() && above.size() != suite_->hash_size())) {
    return Error(MlsError::kInvalidTree, "7.1/sizes: of a parent's key or hash");
  }
  set_parent(node, key, above);
  set_unmerged(node, unmerged);
  return success();
}

Result<RatchetTree> RatchetTree::decode(const Suite& suite, BytesView encoded) {
  Reader in(encoded);
  Reader nodes = in.vector();
  HW_TRY(in.finish());
  RatchetTree tree(suite);
  bool last_is_blank = true;
  for (uint64_t node = 0; !nodes.empty(); ++node) {
    if (node >= node_count(kMaxDepth)) return Error(MlsError::kInvalidTree, "ratchet tree too large");
    last_is_blank = !nodes.optional();
    if (!last_is_blank) HW_TRY(tree.decode_node({static_cast<uint32_t>(node)}, nodes));
  }
  HW_TRY(nodes.finish());
  if (last_is_blank) return Error(MlsError::kInvalidTree, "12.4.3.3/last-node: blank");
  return tree;
}

Result<> RatchetTree::check_unmerged_leaves() const {
  bool below = true;
  bool between_too = true;
  for_each_parent([&](NodeIndex node) {
    for (const LeafIndex at : unmerged_leaves(node)) {
      if (!contains(at) || !is_in_subtree(node_of(at), node) || leaf(at) == nullptr) {
        below = false;
        return;
      }
      for (NodeIndex between = parent(node_of(at)); between != node; between = parent(between)) {
        const std::span<const LeafIndex> also = unmerged_leaves(between);
        if (!is_blank(between) && !std::binary_search(also.begin(), also.end(), at)) between_too = false;
      }
    }
  });
  if (!below) return Error(MlsError::kInvalidTree, "12.4.3.1/unmerged-leaf: no member below its parent");
  if (!between_too)
    return Error(MlsError::kInvalidTree, "12.4.3.1/unmerged-between: not in a parent between");
  return success();
}

Result<> RatchetTree::check_keys_unique() const {
  for (auto at = next_member({0}); at; at = next_member({at->value + 1})) HW_TRY(check_unique(*at));
  bool good = true;
  for_each_parent(
      [&](NodeIndex node) { good = good && !find_by_encryption_key(encryption_key(node), node); });
  if (!good) return Error(MlsError::kDuplicateKey, "12.4.3.1/parent-key: in another node");
  return success();
}

Result<> RatchetTree::check_leaves(const TreeRules& rules) const {
  std::vector<LeafIndex> members;
  members.reserve(members_);
  LeafRules leaf_rules = rules.leaf;
  leaf_rules.suite = suite_;
  for (auto at = next_member({0}); at; at = next_member({at->value + 1})) {
    HW_TRY(leaf(*at)->check(leaf_rules));
    HW_TRY(check_credential_types(*leaf(*at)));
    members.push_back(*at);
  }
  const std::function<bool(size_t)> verify = [&](size_t at) {
    return leaf(members[at])->verify(*suite_, {rules.group_id, members[at]}).ok();
  };
  bool good = true;
  if (rules.run_checks) {
    good = rules.run_checks(members.size(), verify);
  } else {
    for (size_t at = 0; good && at < members.size(); ++at) good = verify(at);
  }
  if (!good) return Error(MlsError::kBadSignature, "7.3/signature: of a leaf in the tree");
  return success();
}

Result<> RatchetTree::validate(const TreeRules& rules) {
  if (members_ == 0) return Error(MlsError::kInvalidTree, "a tree without members");
  HW_TRY(check_unmerged_leaves());
  HW_TRY(check_keys_unique());
  HW_TRY(check_parent_hashes());
  return check_leaves(rules);
}

}  // namespace homeward::mls
