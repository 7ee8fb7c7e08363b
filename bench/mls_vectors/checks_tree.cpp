// Ratchet trees and TreeKEM.
#include <map>

#include "bench/mls_vectors/checks.h"
#include "mls/framing/proposals.h"
#include "mls/tree/treekem.h"

namespace homeward::mls::vectors {

using test::Json;

namespace {

const Suite& suite_for(const Json& item) {
  return *Suite::find(static_cast<SuiteId>(item.number("cipher_suite")));
}

}  // namespace

std::string check_tree_operations(const Json& item) {
  auto tree = RatchetTree::decode(suite_for(item), item.bytes("tree_before"));
  HW_NEED(tree.ok());
  HW_NEED(tree->encode() == item.bytes("tree_before"));
  HW_NEED(equal(tree->tree_hash(), item.bytes("tree_hash_before")));
  const Bytes bytes = item.bytes("proposal");
  Reader in(bytes);
  const Proposal proposal = decode_proposal(in);
  HW_NEED(in.finish().ok());
  const LeafIndex sender{static_cast<uint32_t>(item.number("proposal_sender"))};
  if (const auto* add = std::get_if<Add>(&proposal)) tree->add(add->key_package.leaf_node);
  if (const auto* update = std::get_if<Update>(&proposal))
    HW_NEED(tree->update(sender, update->leaf_node).ok());
  if (const auto* remove = std::get_if<Remove>(&proposal)) HW_NEED(tree->remove(remove->removed).ok());
  HW_NEED(tree->encode() == item.bytes("tree_after"));
  HW_NEED(equal(tree->tree_hash(), item.bytes("tree_hash_after")));
  return {};
}

std::string check_tree_validation(const Json& item) {
  const Suite& suite = suite_for(item);
  auto tree = RatchetTree::decode(suite, item.bytes("tree"));
  HW_NEED(tree.ok());
  HW_NEED(tree->encode() == item.bytes("tree"));
  const std::vector<Json> hashes = item["tree_hashes"].items();
  const std::vector<Json> resolutions = item["resolutions"].items();
  HW_NEED(hashes.size() == node_count(tree->depth()) && resolutions.size() == hashes.size());
  for (uint32_t i = 0; i < hashes.size(); ++i) {
    HW_NEED(equal(tree->node_hash(NodeIndex{i}), hashes[i].bytes()));
    std::vector<NodeIndex> resolution;
    tree->resolution(NodeIndex{i}, resolution);
    std::vector<NodeIndex> expected;
    for (const Json& node : resolutions[i].items())
      expected.push_back({static_cast<uint32_t>(node.number())});
    HW_NEED(resolution == expected);
    HW_NEED(tree->is_empty_below(NodeIndex{i}) == expected.empty());
  }
  const Bytes group_id = item.bytes("group_id");
  LeafRules rules;
  rules.suite = &suite;
  HW_NEED(tree->validate({group_id, rules, {}}).ok());
  auto fresh = RatchetTree::decode(suite, item.bytes("tree"));  // whose hashes nobody asked for before
  HW_NEED(fresh.ok() && fresh->validate({group_id, rules, {}}).ok());
  HW_NEED(equal(fresh->tree_hash(), tree->tree_hash()));
  return {};
}

namespace {

struct TreeKem {
  explicit TreeKem(const Json& json, RatchetTree its_tree)
      : item(json), suite(suite_for(json)), tree(std::move(its_tree)), group_id(json.bytes("group_id")) {}
  const Json& item;
  const Suite& suite;
  RatchetTree tree;
  Bytes group_id;
  std::map<uint32_t, TreePrivate> halves;
  std::map<uint32_t, Bytes> signature_keys;

  Bytes context(BytesView tree_hash) const {
    Writer out;
    out.u16(1).u16(static_cast<uint16_t>(suite.id())).opaque(group_id).u64(item.number("epoch"));
    out.opaque(tree_hash).opaque(item.bytes("confirmed_transcript_hash")).opaque({});
    return out.take();
  }
};

bool is_pair(const Suite& suite, BytesView private_key, BytesView public_key) {
  SeededRandom random(1);
  const auto sealed = suite.hpke_seal(public_key, {}, {}, view_of("text"), random);
  if (!sealed.ok()) return false;
  const auto opened = suite.hpke_open(private_key, *sealed, {}, {});
  return opened.ok() && equal(opened->view(), view_of("text"));
}

std::string load_halves(TreeKem& at) {
  for (const Json& leaf : at.item["leaves_private"].items()) {
    const auto index = static_cast<uint32_t>(leaf.number("index"));
    TreePrivate half(LeafIndex{index}, Secret(leaf.bytes("encryption_priv")));
    const LeafNode* own = at.tree.leaf(LeafIndex{index});
    HW_NEED(own != nullptr && is_pair(at.suite, leaf.bytes("encryption_priv"), own->encryption_key()));
    for (const Json& secret : leaf["path_secrets"].items()) {
      const NodeIndex node{static_cast<uint32_t>(secret.number("node"))};
      auto pair =
          at.suite.derive_key_pair(at.suite.derive_secret(secret.bytes("path_secret"), "node").view());
      HW_NEED(pair.ok() && equal(pair->public_key, at.tree.encryption_key(node)));
      half.set(node, std::move(pair->private_key));
    }
    at.signature_keys[index] = leaf.bytes("signature_priv");
    auto restored = TreePrivate::decode(half.encode().view());
    HW_NEED(restored.ok() && restored->encode() == half.encode());
    at.halves[index] = *std::move(restored);
  }
  return {};
}

// Everybody but the sender merges to this tree hash and comes to this commit secret and, where the vector
// tells the path secrets, to their keys.
struct Expected {
  Bytes tree_hash;
  Bytes commit_secret;
  const Json* path_secrets = nullptr;
};
std::string all_open(const TreeKem& at, const UpdatePath& path, LeafIndex sender, const Expected& expected) {
  RatchetTree merged = at.tree;
  HW_NEED(merge_update_path(merged, path, {sender, {}, at.group_id}).ok());
  HW_NEED(equal(merged.tree_hash(), expected.tree_hash));
  const Bytes context = at.context(merged.tree_hash());
  for (const auto& [index, half] : at.halves) {
    if (index == sender.value) continue;
    const auto opened = open_update_path(merged, half, path, {sender, {}, context});
    HW_NEED(opened.ok() && equal(opened->commit_secret.view(), expected.commit_secret));
    if (expected.path_secrets == nullptr) continue;
    const Bytes path_secret = (*expected.path_secrets)[index].bytes();
    const auto pair = at.suite.derive_key_pair(at.suite.derive_secret(path_secret, "node").view());
    HW_NEED(pair.ok() && *opened->private_half.key(common_ancestor(half.own(), sender)) == pair->private_key);
  }
  return {};
}

std::string check_path(TreeKem& at, const Json& given) {
  const LeafIndex sender{static_cast<uint32_t>(given.number("sender"))};
  const Bytes bytes = given.bytes("update_path");
  Reader in(bytes);
  const UpdatePath path = decode_update_path(in);
  HW_NEED(in.finish().ok());
  Writer again;
  encode(again, path);
  HW_NEED(equal(again.view(), bytes));
  const Json path_secrets = given["path_secrets"];
  std::string why = all_open(at, path, sender,
                             {given.bytes("tree_hash_after"), given.bytes("commit_secret"), &path_secrets});
  if (!why.empty()) return why;
  RatchetTree own = at.tree;
  SeededRandom random(7);
  const PathParams params{sender,
                          at.tree.leaf(sender)->content(),
                          at.signature_keys.at(sender.value),
                          at.group_id,
                          {},
                          [&](BytesView hash) { return at.context(hash); }};
  const auto made = create_update_path(own, params, random);
  HW_NEED(made.ok());
  return all_open(at, made->path, sender,
                  {copy_of(own.tree_hash()), copy_of(made->commit_secret.view()), nullptr});
}

}  // namespace

std::string check_treekem(const Json& item) {
  auto tree = RatchetTree::decode(suite_for(item), item.bytes("ratchet_tree"));
  HW_NEED(tree.ok());
  TreeKem at(item, *std::move(tree));
  std::string why = load_halves(at);
  if (!why.empty()) return why;
  for (const Json& given : item["update_paths"].items()) {
    if (!(why = check_path(at, given)).empty()) return why;
  }
  return {};
}

}  // namespace homeward::mls::vectors
