#include "mls/tree/treekem.h"

#include <algorithm>

namespace homeward::mls {

namespace {

constexpr std::string_view kPathLabel = "UpdatePathNode";  // section 7.6

// The nodes to which a path secret is encrypted: the copath's resolution without the leaves that this commit
// adds.
std::vector<NodeIndex> recipients(const RatchetTree& tree, NodeIndex copath,
                                  std::span<const LeafIndex> added) {
  std::vector<NodeIndex> nodes;
  tree.resolution(copath, nodes);
  std::erase_if(nodes, [&](NodeIndex node) {
    return is_leaf(node) && std::binary_search(added.begin(), added.end(), leaf_of(node));
  });
  return nodes;
}

Secret next_path_secret(const Suite& suite, BytesView path_secret) {
  return suite.derive_secret(path_secret, "path");
}

// node_secret and KEM.DeriveKeyPair (section 7.4).
Result<KeyPair> node_key_pair(const Suite& suite, BytesView path_secret) {
  const Secret node_secret = suite.derive_secret(path_secret, "node");
  return suite.derive_key_pair(node_secret.view());
}

}  // namespace

void encode(Writer& out, const HpkeCiphertext& sealed) {
  out.opaque(sealed.kem_output).opaque(sealed.ciphertext);
}

HpkeCiphertext decode_hpke_ciphertext(Reader& in) {
  HpkeCiphertext sealed;
  sealed.kem_output = copy_of(in.opaque());
  sealed.ciphertext = copy_of(in.opaque());
  return sealed;
}

void encode(Writer& out, const UpdatePath& path) {
  encode(out, path.leaf_node);
  out.vector([&](Writer& nodes) {
    for (const UpdatePathNode& node : path.nodes) {
      nodes.opaque(node.encryption_key);
      nodes.vector([&](Writer& sealed) {
        for (const HpkeCiphertext& one : node.encrypted_path_secret) encode(sealed, one);
      });
    }
  });
}

UpdatePath decode_update_path(Reader& in) {
  UpdatePath path;
  path.leaf_node = decode_leaf_node(in);
  Reader nodes = in.vector();
  while (!nodes.empty()) {
    UpdatePathNode node;
    node.encryption_key = copy_of(nodes.opaque());
    Reader sealed = nodes.vector();
    while (!sealed.empty()) node.encrypted_path_secret.push_back(decode_hpke_ciphertext(sealed));
    if (!sealed.ok()) nodes.fail(CodecError::kMalformed);
    path.nodes.push_back(std::move(node));
  }
  if (!nodes.ok()) in.fail(CodecError::kMalformed);
  return path;
}

// ---------------------------------------------------------------------------------------------------------------------
// The private half

TreePrivate TreePrivate::clone() const {
  TreePrivate copy(own_, leaf_key_.clone());
  copy.entries_.reserve(entries_.size());
  for (const Entry& entry : entries_) copy.entries_.push_back({entry.node, entry.key.clone()});
  return copy;
}

const Secret* TreePrivate::key(NodeIndex node) const {
  if (node == node_of(own_)) return &leaf_key_;
  const auto found = std::ranges::find(entries_, node, &Entry::node);
  return found == entries_.end() ? nullptr : &found->key;
}

// Entries are by rising level.
void TreePrivate::set(NodeIndex node, Secret key) {
  const auto place =
      std::ranges::lower_bound(entries_, level(node), {}, [](const Entry& e) { return level(e.node); });
  if (place != entries_.end() && place->node == node) {
    place->key = std::move(key);
  } else {
    entries_.insert(place, Entry{node, std::move(key)});
  }
}

void TreePrivate::prune(const RatchetTree& tree) {
  std::erase_if(entries_, [&](const Entry& entry) { return tree.is_blank(entry.node); });
}

Result<> TreePrivate::take_path_secret(const RatchetTree& tree, LeafIndex committer, BytesView path_secret) {
  const Suite& suite = tree.suite();
  if (!tree.contains(committer) || committer == own_) {
    return Error(MlsError::kPathMismatch, "12.4.3.1/path-secret: signer of the GroupInfo");
  }
  if (path_secret.size() != suite.hash_size())
    return Error(MlsError::kPathMismatch, "12.4.3.1/path-secret: size");
  const NodeIndex ancestor = common_ancestor(own_, committer);
  TreePrivate next = clone();
  Secret secret(path_secret);
  for (NodeIndex node = ancestor;; node = parent(node)) {
    if (!tree.is_blank(node)) {
      HW_LET(KeyPair pair, node_key_pair(suite, secret.view()));
      if (!equal(pair.public_key, tree.encryption_key(node))) {
        return Error(MlsError::kPathMismatch, "12.4.3.1/path-secret: a key from it is not the tree's");
      }
      next.set(node, std::move(pair.private_key));
      secret = next_path_secret(suite, secret.view());
    } else if (node == ancestor) {
      return Error(MlsError::kPathMismatch, "12.4.3.1/path-secret: blank common ancestor");
    }
    if (node == tree.root()) break;
  }
  *this = std::move(next);
  return success();
}

Secret TreePrivate::encode() const {
  size_t size = 16 + leaf_key_.size();
  for (const Entry& entry : entries_) size += 8 + entry.key.size();
  Writer out;
  out.reserve(size);  // never grows: nothing is left behind
  out.u32(own_.value).opaque(leaf_key_.view()).u8(static_cast<uint8_t>(entries_.size()));
  for (const Entry& entry : entries_) out.u32(entry.node.value).opaque(entry.key.view());
  return out.take_secret();
}

Result<TreePrivate> TreePrivate::decode(BytesView saved) {
  Reader in(saved);
  const LeafIndex own{in.u32()};
  TreePrivate made(own, Secret(in.opaque()));
  const uint8_t count = in.u8();
  for (uint8_t at = 0; at < count; ++at) {
    const NodeIndex node{in.u32()};
    Secret key(in.opaque());
    const bool fits = level(node) > 0 && level(node) <= kMaxDepth && is_in_subtree(node_of(own), node) &&
                      (made.entries_.empty() || level(made.entries_.back().node) < level(node));
    if (!in.ok() || !fits) return Error(MlsError::kMalformed, "saved tree keys");
    made.entries_.push_back({node, std::move(key)});
  }
  HW_TRY(in.finish());
  return made;
}

// ---------------------------------------------------------------------------------------------------------------------
// Making a path

const Secret* NewUpdatePath::secret_for(LeafIndex added) const {
  const NodeIndex ancestor = common_ancestor(private_half.own(), added);
  const auto found = std::ranges::find(path_secrets, ancestor, &TreePrivate::Entry::node);
  return found == path_secrets.end() ? nullptr : &found->key;
}

namespace {

// Fresh secrets and keys along the filtered direct path (section 7.4), into `made`.
Result<> derive_path(const Suite& suite, const FilteredPath& path, NewUpdatePath& made, Random& random) {
  Secret secret = random.secret(suite.hash_size());
  made.path.nodes.resize(path.size());
  made.path_secrets.reserve(path.size());
  for (size_t at = 0; at < path.size(); ++at) {
    HW_LET(KeyPair pair, node_key_pair(suite, secret.view()));
    made.path.nodes[at].encryption_key = std::move(pair.public_key);
    made.private_half.set(path[at].node, std::move(pair.private_key));
    Secret next = next_path_secret(suite, secret.view());
    made.path_secrets.push_back({path[at].node, std::move(secret)});
    secret = std::move(next);
  }
  made.commit_secret = std::move(secret);
  return success();
}

std::vector<BytesView> keys_of(const UpdatePath& path) {
  std::vector<BytesView> keys;
  keys.reserve(path.nodes.size());
  for (const UpdatePathNode& node : path.nodes) keys.emplace_back(node.encryption_key);
  return keys;
}

}  // namespace

Result<NewUpdatePath> create_update_path(RatchetTree& tree, const PathParams& params, Random& random) {
  const Suite& suite = tree.suite();
  HW_ASSERT(tree.contains(params.own));
  RatchetTree staged = tree;
  const FilteredPath path = staged.filtered_direct_path(params.own);
  KeyPair leaf_pair = suite.generate_hpke_key_pair(random);
  NewUpdatePath made;
  made.private_half = TreePrivate(params.own, std::move(leaf_pair.private_key));
  HW_TRY(derive_path(suite, path, made, random));

  const Digest parent_hash = staged.set_path(params.own, keys_of(made.path));
  LeafContent content = params.content;
  content.encryption_key = std::move(leaf_pair.public_key);
  HW_LET(made.path.leaf_node, LeafNode::for_commit(suite, content, parent_hash, {params.group_id, params.own},
                                                   params.signature_private_key));
  staged.set_leaf(params.own, made.path.leaf_node);
  made.group_context = params.context(staged.tree_hash());

  for (size_t at = 0; at < path.size(); ++at) {
    const std::vector<NodeIndex> to = recipients(staged, path[at].copath, params.added);
    std::vector<HpkeCiphertext>& sealed = made.path.nodes[at].encrypted_path_secret;
    sealed.reserve(to.size());
    for (const NodeIndex node : to) {
      HW_LET(HpkeCiphertext one,
             suite.encrypt_with_label(staged.encryption_key(node), kPathLabel, made.group_context,
                                      made.path_secrets[at].key.view(), random));
      sealed.push_back(std::move(one));
    }
  }
  tree = std::move(staged);
  return made;
}

// ---------------------------------------------------------------------------------------------------------------------
// Taking a path in

namespace {

Result<> check_new_key(const RatchetTree& tree, BytesView key) {
  if (!tree.suite().check_hpke_public_key(key).ok()) {
    return Error(MlsError::kPathMismatch, "5.1.1/path-key: not of the suite");
  }
  if (tree.find_by_encryption_key(key)) {
    return Error(MlsError::kDuplicateKey, "12.4.2/key-in-tree: a key of the update path");
  }
  return success();
}

Result<> check_path_keys(const RatchetTree& tree, const UpdatePath& path) {
  HW_TRY(check_new_key(tree, path.leaf_node.encryption_key()));
  std::vector<BytesView> keys = keys_of(path);
  for (const BytesView key : keys) HW_TRY(check_new_key(tree, key));
  keys.push_back(path.leaf_node.encryption_key());
  std::ranges::sort(keys,
                    [](BytesView a, BytesView b) { return std::ranges::lexicographical_compare(a, b); });
  if (std::ranges::adjacent_find(keys, equal) != keys.end()) {
    return Error(MlsError::kDuplicateKey, "12.4.2/key-twice: in an update path");
  }
  return success();
}

Result<> check_shape(const RatchetTree& tree, const FilteredPath& steps, const UpdatePath& path,
                     std::span<const LeafIndex> added) {
  if (path.nodes.size() != steps.size()) {
    return Error(MlsError::kPathMismatch, "7.5/nodes: number of nodes in an update path");
  }
  for (size_t at = 0; at < steps.size(); ++at) {
    if (path.nodes[at].encrypted_path_secret.size() != recipients(tree, steps[at].copath, added).size()) {
      return Error(MlsError::kPathMismatch, "7.6/ciphertexts: their number");
    }
  }
  return success();
}

}  // namespace

Result<> merge_update_path(RatchetTree& tree, const UpdatePath& path, const MergeParams& params) {
  if (!tree.contains(params.sender)) return Error(MlsError::kNotMember, "12.4.2: sender outside the tree");
  const LeafNode& leaf = path.leaf_node;
  if (leaf.empty() || leaf.source() != LeafSource::kCommit) {
    return Error(MlsError::kInvalidLeaf, "7.3/source: leaf_node_source of an update path");
  }
  HW_TRY(check_shape(tree, tree.filtered_direct_path(params.sender), path, params.added));
  HW_TRY(check_path_keys(tree, path));
  RatchetTree staged = tree;
  const Digest parent_hash = staged.set_path(params.sender, keys_of(path));
  if (!equal(parent_hash, leaf.parent_hash())) {
    return Error(MlsError::kParentHashMismatch, "7.9.2/commit: parent hash of the committer's leaf");
  }
  HW_TRY(leaf.verify(tree.suite(), {params.group_id, params.sender}));
  staged.set_leaf(params.sender, leaf);
  tree = std::move(staged);
  return success();
}

Result<OpenedPath> open_update_path(const RatchetTree& merged, const TreePrivate& mine,
                                    const UpdatePath& path, const OpenParams& params) {
  const Suite& suite = merged.suite();
  HW_ASSERT(merged.contains(mine.own()) && merged.contains(params.sender) && mine.own() != params.sender);
  const FilteredPath steps = merged.filtered_direct_path(params.sender);
  const NodeIndex ancestor = common_ancestor(mine.own(), params.sender);
  const auto step = std::ranges::find(steps, ancestor, &PathStep::node);
  if (step == steps.end() || path.nodes.size() != steps.size()) {
    return Error(MlsError::kPathMismatch, "7.5: no node above me in the update path");
  }
  auto at = static_cast<size_t>(step - steps.begin());
  const std::vector<NodeIndex> to = recipients(merged, step->copath, params.added);
  const auto recipient = std::ranges::find_if(to, [&](NodeIndex node) { return mine.key(node) != nullptr; });
  const auto index = static_cast<size_t>(recipient - to.begin());
  if (recipient == to.end() || index >= path.nodes[at].encrypted_path_secret.size()) {
    return Error(MlsError::kDecryptFailed, "7.5: no key for the update path");
  }
  Result<Secret> opened = suite.decrypt_with_label(
      mine.key(*recipient)->view(), kPathLabel, params.group_context,
      path.nodes[at].encrypted_path_secret[index], merged.encryption_key(*recipient));
  if (!opened.ok()) return Error(MlsError::kDecryptFailed, "7.5/opens: path secret");
  Secret secret = std::move(opened).value();
  if (secret.size() != suite.hash_size()) return Error(MlsError::kPathMismatch, "7.4/path-secret: its size");

  OpenedPath taken{mine.clone(), {}};
  taken.private_half.prune(merged);
  for (; at < steps.size(); ++at) {
    HW_LET(KeyPair pair, node_key_pair(suite, secret.view()));
    if (!equal(pair.public_key, path.nodes[at].encryption_key)) {
      return Error(MlsError::kPathMismatch, "7.5/keys: not those of the path secret");
    }
    taken.private_half.set(steps[at].node, std::move(pair.private_key));
    secret = next_path_secret(suite, secret.view());
  }
  taken.commit_secret = std::move(secret);
  return taken;
}

}  // namespace homeward::mls
