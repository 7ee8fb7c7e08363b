// The public vectors of the MLS working group that concern the tree, for every suite that is built in.
#include <gtest/gtest.h>

#include <set>

#include "mls/tree/key_package.h"
#include "mls/tree/treekem.h"
#include "tests/support/json.h"

namespace homeward::mls {
namespace {

using ::homeward::test::Json;

const Suite* suite_of(const Json& vector) {
  return Suite::find(static_cast<SuiteId>(vector.number("cipher_suite")));
}

Bytes digest_bytes(const Digest& digest) { return copy_of(digest.view()); }

TEST(TreeVectors, TreeMath) {
  HW_MLS_VECTORS(vectors, "tree-math.json");
  for (const Json& vector : vectors.items()) {
    const auto leaves = static_cast<uint32_t>(vector.number("n_leaves"));
    const uint32_t depth = depth_for({leaves - 1});
    EXPECT_EQ(leaf_slots(depth), leaves);
    EXPECT_EQ(node_count(depth), vector.number("n_nodes"));
    EXPECT_EQ(root_of(depth).value, vector.number("root"));
    for (NodeIndex node{0}; node.value < node_count(depth); ++node.value) {
      const auto expect = [&](const char* field, bool exists, auto answer) {
        const Json expected = vector[field][node.value];
        ASSERT_EQ(expected.is_null(), !exists) << field << " of " << node.value << " among " << leaves;
        if (exists) {
          EXPECT_EQ(expected.number(), answer(node).value) << field << " of " << node.value;
        }
      };
      expect("left", !is_leaf(node), [](NodeIndex n) { return left(n); });
      expect("right", !is_leaf(node), [](NodeIndex n) { return right(n); });
      expect("parent", node != root_of(depth), [](NodeIndex n) { return parent(n); });
      expect("sibling", node != root_of(depth), [](NodeIndex n) { return sibling(n); });
    }
  }
}

void apply_proposal(RatchetTree& tree, Reader in, LeafIndex sender) {
  switch (in.u16()) {
    case 1:
      tree.add(decode_key_package(in).leaf_node);
      break;
    case 2:
      ASSERT_TRUE(tree.update(sender, decode_leaf_node(in)).ok());
      break;
    case 3:
      ASSERT_TRUE(tree.remove({in.u32()}).ok());
      break;
    default:
      FAIL() << "unexpected proposal";
  }
  ASSERT_TRUE(in.finish().ok());
}

TEST(TreeVectors, TreeOperations) {
  HW_MLS_VECTORS(vectors, "tree-operations.json");
  size_t tried = 0;
  for (const Json& vector : vectors.items()) {
    const Suite* suite = suite_of(vector);
    if (!suite) continue;
    auto tree = RatchetTree::decode(*suite, vector.bytes("tree_before"));
    ASSERT_TRUE(tree.ok());
    EXPECT_EQ(digest_bytes(tree->tree_hash()), vector.bytes("tree_hash_before"));
    EXPECT_EQ(tree->encode(), vector.bytes("tree_before"));
    const Bytes proposal = vector.bytes("proposal");
    apply_proposal(*tree, Reader(proposal), {static_cast<uint32_t>(vector.number("proposal_sender"))});
    EXPECT_EQ(tree->encode(), vector.bytes("tree_after"));
    EXPECT_EQ(digest_bytes(tree->tree_hash()), vector.bytes("tree_hash_after"));
    ++tried;
  }
  EXPECT_GT(tried, 0u);
}

TEST(TreeVectors, TreeValidation) {
  HW_MLS_VECTORS(vectors, "tree-validation.json");
  std::set<uint64_t> suites;
  for (const Json& vector : vectors.items()) {
    const Suite* suite = suite_of(vector);
    if (!suite) continue;
    suites.insert(vector.number("cipher_suite"));
    auto tree = RatchetTree::decode(*suite, vector.bytes("tree"));
    ASSERT_TRUE(tree.ok());
    EXPECT_EQ(tree->encode(), vector.bytes("tree"));
    const std::vector<Json> hashes = vector["tree_hashes"].items();
    ASSERT_EQ(hashes.size(), node_count(tree->depth()));
    for (NodeIndex node{0}; node.value < hashes.size(); ++node.value) {
      EXPECT_EQ(digest_bytes(tree->node_hash(node)), hashes[node.value].bytes());
      std::vector<NodeIndex> resolution;
      tree->resolution(node, resolution);
      const std::vector<Json> expected = vector["resolutions"][node.value].items();
      ASSERT_EQ(resolution.size(), expected.size());
      for (size_t at = 0; at < expected.size(); ++at) EXPECT_EQ(resolution[at].value, expected[at].number());
      EXPECT_EQ(tree->is_empty_below(node), expected.empty());
    }
    auto fresh = RatchetTree::decode(*suite, vector.bytes("tree"));
    ASSERT_TRUE(fresh.ok());
    const Bytes group_id = vector.bytes("group_id");
    const Result<> valid = fresh->validate({group_id, {}, {}});
    EXPECT_TRUE(valid.ok()) << (valid.ok() ? "" : valid.error().context());
    EXPECT_EQ(digest_bytes(fresh->tree_hash()), hashes[root_of(tree->depth()).value].bytes());
  }
  EXPECT_EQ(suites.size(), Suite::built_in().size());
}

// --- treekem.json ---

struct TreeKemVector {
  const Json& json;
  const Suite& suite;
  RatchetTree tree;
  Bytes group_id;
  std::map<uint32_t, TreePrivate> keys;
  std::map<uint32_t, Secret> signature_keys;

  Bytes context(BytesView tree_hash) const {
    Writer out;
    out.u16(1).u16(static_cast<uint16_t>(suite.id())).opaque(group_id).u64(json.number("epoch"));
    out.opaque(tree_hash).opaque(json.bytes("confirmed_transcript_hash")).opaque({});
    return out.take();
  }
};

bool is_pair(const Suite& suite, BytesView private_key, BytesView public_key, Random& random) {
  const Bytes text = random.bytes(16);
  const auto sealed = suite.hpke_seal(public_key, {}, {}, text, random);
  if (!sealed.ok()) return false;
  const auto opened = suite.hpke_open(private_key, *sealed, {}, {});
  return opened.ok() && equal(opened->view(), text);
}

void load_private_halves(TreeKemVector& vector, Random& random) {
  for (const Json& leaf : vector.json["leaves_private"].items()) {
    const LeafIndex own{static_cast<uint32_t>(leaf.number("index"))};
    TreePrivate keys(own, Secret(leaf.bytes("encryption_priv")));
    ASSERT_NE(vector.tree.leaf(own), nullptr);
    EXPECT_TRUE(is_pair(vector.suite, leaf.bytes("encryption_priv"), vector.tree.leaf(own)->encryption_key(),
                        random));
    for (const Json& secret : leaf["path_secrets"].items()) {
      const NodeIndex node{static_cast<uint32_t>(secret.number("node"))};
      const Secret node_secret = vector.suite.derive_secret(secret.bytes("path_secret"), "node");
      auto pair = vector.suite.derive_key_pair(node_secret.view());
      ASSERT_TRUE(pair.ok());
      EXPECT_TRUE(equal(pair->public_key, vector.tree.encryption_key(node)));
      keys.set(node, std::move(pair->private_key));
    }
    auto restored = TreePrivate::decode(keys.encode().view());
    ASSERT_TRUE(restored.ok());
    EXPECT_EQ(restored->encode(), keys.encode());
    vector.signature_keys[own.value] = Secret(leaf.bytes("signature_priv"));
    vector.keys[own.value] = std::move(*restored);
  }
}

void check_given_path(const TreeKemVector& vector, const Json& given) {
  const LeafIndex sender{static_cast<uint32_t>(given.number("sender"))};
  const Bytes encoded = given.bytes("update_path");
  Reader in(encoded);
  const UpdatePath path = decode_update_path(in);
  ASSERT_TRUE(in.finish().ok());
  Writer again;
  encode(again, path);
  EXPECT_TRUE(equal(again.view(), encoded));

  RatchetTree merged = vector.tree;
  const Result<> merge = merge_update_path(merged, path, {sender, {}, vector.group_id});
  ASSERT_TRUE(merge.ok()) << merge.error().context();
  EXPECT_EQ(digest_bytes(merged.tree_hash()), given.bytes("tree_hash_after"));
  const Bytes context = vector.context(merged.tree_hash());
  for (const auto& [index, keys] : vector.keys) {
    if (index == sender.value) continue;
    const auto opened = open_update_path(merged, keys, path, {sender, {}, context});
    ASSERT_TRUE(opened.ok()) << opened.error().context();
    EXPECT_TRUE(equal(opened->commit_secret.view(), given.bytes("commit_secret")));
    const NodeIndex ancestor = common_ancestor(keys.own(), sender);
    const Bytes path_secret = given["path_secrets"][index].bytes();
    const Secret node_secret = vector.suite.derive_secret(path_secret, "node");
    const auto pair = vector.suite.derive_key_pair(node_secret.view());
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ(*opened->private_half.key(ancestor), pair->private_key);
  }
}

void check_own_path(const TreeKemVector& vector, LeafIndex sender, Random& random) {
  RatchetTree next = vector.tree;
  const PathParams params{sender,
                          vector.tree.leaf(sender)->content(),
                          vector.signature_keys.at(sender.value).view(),
                          vector.group_id,
                          {},
                          [&](BytesView hash) { return vector.context(hash); }};
  const auto made = create_update_path(next, params, random);
  ASSERT_TRUE(made.ok());
  RatchetTree merged = vector.tree;
  ASSERT_TRUE(merge_update_path(merged, made->path, {sender, {}, vector.group_id}).ok());
  EXPECT_EQ(merged.tree_hash(), next.tree_hash());
  for (const auto& [index, keys] : vector.keys) {
    if (index == sender.value) continue;
    const auto opened = open_update_path(merged, keys, made->path, {sender, {}, made->group_context});
    ASSERT_TRUE(opened.ok()) << opened.error().context();
    EXPECT_EQ(opened->commit_secret, made->commit_secret);
  }
}

TEST(TreeVectors, TreeKem) {
  HW_MLS_VECTORS(vectors, "treekem.json");
  std::set<uint64_t> suites;
  SeededRandom random(1);
  for (const Json& json : vectors.items()) {
    const Suite* suite = suite_of(json);
    if (!suite) continue;
    suites.insert(json.number("cipher_suite"));
    auto tree = RatchetTree::decode(*suite, json.bytes("ratchet_tree"));
    ASSERT_TRUE(tree.ok());
    TreeKemVector vector{json, *suite, std::move(*tree), json.bytes("group_id"), {}, {}};
    load_private_halves(vector, random);
    for (const Json& given : json["update_paths"].items()) {
      check_given_path(vector, given);
      check_own_path(vector, {static_cast<uint32_t>(given.number("sender"))}, random);
    }
  }
  EXPECT_EQ(suites.size(), Suite::built_in().size());
}

}  // namespace
}  // namespace homeward::mls
