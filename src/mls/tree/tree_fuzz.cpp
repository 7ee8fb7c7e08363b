// Any bytes as a ratchet tree, a leaf, a key package, an update path or saved keys. What reads must write
// back to the same bytes; a tree that reads must survive every query and change, with hashes as if read
// afresh.
#include "mls/tree/key_package.h"
#include "mls/tree/treekem.h"

using namespace homeward;
using namespace homeward::mls;

namespace {

const Suite& suite_for(uint8_t byte) {
  const auto suites = Suite::built_in();
  return *Suite::find(suites[byte % suites.size()]);
}

template <class T, class Decode>
void check_round_trip(BytesView data, Decode&& decode) {
  Reader in(data);
  const T value = decode(in);
  if (!in.finish().ok()) return;
  Writer out;
  encode(out, value);
  HW_ASSERT(equal(out.view(), data));
}

void check_fresh(RatchetTree& tree, const Suite& suite) {
  Result<RatchetTree> fresh = RatchetTree::decode(suite, tree.encode());
  HW_ASSERT(fresh.ok());
  HW_ASSERT(fresh->tree_hash() == tree.tree_hash());
}

void check_tree(const Suite& suite, BytesView data) {
  Result<RatchetTree> tree = RatchetTree::decode(suite, data);
  if (!tree.ok()) return;
  HW_ASSERT(equal(tree->encode(), data));
  RatchetTree unchecked = *tree;
  const bool chained = unchecked.check_parent_hashes().ok();
  const Result<> valid = tree->validate({view_of("fuzz"), {}, {}});
  HW_ASSERT(!valid.ok() || chained);
  std::vector<NodeIndex> nodes;
  for (auto at = tree->next_member({0}); at; at = tree->next_member({at->value + 1})) {
    tree->filtered_direct_path(*at);
    nodes.clear();
    tree->resolution(tree->root(), nodes);
    if (at->value > 8) break;
  }
  const auto member = tree->next_member({0});
  if (!member || tree->leaf_slot_count() > 1u << 12) return;
  const LeafNode leaf = *tree->leaf(*member);
  const Digest before = tree->tree_hash();
  RatchetTree staged = *tree;
  staged.add(leaf);
  check_fresh(staged, suite);
  HW_ASSERT(staged.update(*member, leaf).ok());
  check_fresh(staged, suite);
  HW_ASSERT(staged.remove(*member).ok());
  if (staged.member_count() > 0) check_fresh(staged, suite);
  HW_ASSERT(tree->tree_hash() == before);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Suite& suite = suite_for(data[1]);
  const BytesView rest{data + 2, size - 2};
  switch (data[0] % 5) {
    case 0:
      check_tree(suite, rest);
      break;
    case 1: {
      check_round_trip<LeafNode>(rest, [&](Reader& in) {
        LeafNode leaf = decode_leaf_node(in);
        if (leaf.empty()) in.fail(CodecError::kMalformed);
        LeafRules rules;
        rules.suite = &suite;
        if (!leaf.empty()) (void)leaf.check(rules).ok();
        return leaf;
      });
      break;
    }
    case 2: {
      check_round_trip<KeyPackage>(rest, [&](Reader& in) {
        KeyPackage package = decode_key_package(in);
        LeafRules rules;
        rules.suite = &suite;
        if (!package.leaf_node.empty()) (void)package.check(rules).ok();
        return package;
      });
      break;
    }
    case 3:
      check_round_trip<UpdatePath>(rest, decode_update_path);
      break;
    default: {
      const Result<TreePrivate> keys = TreePrivate::decode(rest);
      if (keys.ok()) HW_ASSERT(equal(keys->encode().view(), rest));
    }
  }
  return 0;
}
