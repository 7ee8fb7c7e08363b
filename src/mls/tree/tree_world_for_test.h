// Members of an invented group who change a ratchet tree together, each with her own keys; for tests and
// benchmarks.
#pragma once

#include <map>
#include <string>

#include "mls/tree/key_package.h"
#include "mls/tree/treekem.h"

namespace homeward::mls::test {

inline Bytes invented_group_id() { return copy_of(view_of("invented group")); }

// Stands for the provisional GroupContext: only that all compute the same matters here.
inline Bytes context_for(BytesView tree_hash) {
  Writer out;
  out.text("context").opaque(tree_hash);
  return out.take();
}

class TreeWorld {
 public:
  struct Member {
    KeyPair signature_key;
    TreePrivate keys;
  };
  struct Newcomer {
    LeafIndex leaf;
    KeyPackageSecrets secrets;
    KeyPair signature_key;
  };
  // What a commit does before its path.
  struct Changes {
    std::vector<LeafIndex> updates;
    std::vector<LeafIndex> removes;
    size_t adds = 0;
  };

  TreeWorld(const Suite& of, uint64_t seed) : suite(of), random(seed), tree(of) {
    Newcomer first = add_to(tree);
    members[first.leaf] = {std::move(first.signature_key),
                           TreePrivate(first.leaf, std::move(first.secrets.encryption_key))};
  }

  Newcomer add_to(RatchetTree& to) {
    Newcomer made;
    made.signature_key = suite.generate_signature_key_pair(random);
    KeyPackageParams params;
    params.credential = Credential::basic(view_of("person " + std::to_string(++made_so_far)));
    Result<NewKeyPackage> package = create_key_package(suite, params, made.signature_key, random);
    HW_ASSERT(package.ok());
    made.secrets = std::move(package->secrets);
    made.leaf = to.add(package->package.leaf_node);
    return made;
  }

  MergeParams merge_params(LeafIndex sender, std::span<const LeafIndex> added) const {
    return {sender, added, group_id};
  }

  PathParams path_params(LeafIndex own, std::span<const LeafIndex> added) const {
    return {own,
            tree.leaf(own)->content(),
            members.at(own).signature_key.private_key.view(),
            group_id,
            added,
            context_for};
  }

  // One whole commit: proposals, path by `committer`, everybody's two steps, newcomers by path secret. Every
  // member works on her own copy of the tree, and all must come to the same end.
  void commit(LeafIndex committer, const Changes& changes) {
    RatchetTree next = tree;
    std::map<LeafIndex, Secret> new_leaf_keys = apply_updates(next, changes.updates);
    for (const LeafIndex leaf : changes.removes) HW_ASSERT(next.remove(leaf).ok());
    std::vector<Newcomer> newcomers;
    std::vector<LeafIndex> added;
    for (size_t at = 0; at < changes.adds; ++at) newcomers.push_back(add_to(next));
    for (const Newcomer& one : newcomers) added.push_back(one.leaf);
    const RatchetTree with_proposals = next;

    Result<NewUpdatePath> made = create_update_path(next, path_params(committer, added), random);
    HW_ASSERT(made.ok());
    Writer wire;
    encode(wire, made->path);
    Reader in(wire.view());
    const UpdatePath received = decode_update_path(in);
    HW_ASSERT(in.finish().ok() && received == made->path);

    RatchetTree merged = with_proposals;
    HW_ASSERT(merge_update_path(merged, received, merge_params(committer, added)).ok());
    HW_ASSERT(merged.tree_hash() == next.tree_hash());
    const Bytes context = context_for(merged.tree_hash());

    for (const LeafIndex leaf : changes.removes) members.erase(leaf);
    for (auto& [leaf, member] : members) {
      if (leaf == committer) continue;
      if (auto fresh = new_leaf_keys.find(leaf); fresh != new_leaf_keys.end()) {
        member.keys.set_leaf_key(std::move(fresh->second));
      }
      Result<OpenedPath> opened =
          open_update_path(merged, member.keys, received, {committer, added, context});
      HW_ASSERT(opened.ok() && opened->commit_secret == made->commit_secret);
      member.keys = std::move(opened->private_half);
    }
    members[committer].keys = std::move(made->private_half);
    for (Newcomer& one : newcomers) {
      TreePrivate keys(one.leaf, std::move(one.secrets.encryption_key));
      const Secret* secret = made->secret_for(one.leaf);
      HW_ASSERT(secret && keys.take_path_secret(merged, committer, secret->view()).ok());
      members[one.leaf] = {std::move(one.signature_key), std::move(keys)};
    }
    tree = std::move(merged);
  }

  const Suite& suite;
  SeededRandom random;
  RatchetTree tree;
  std::map<LeafIndex, Member> members;
  Bytes group_id = invented_group_id();

 private:
  std::map<LeafIndex, Secret> apply_updates(RatchetTree& to, const std::vector<LeafIndex>& updates) {
    std::map<LeafIndex, Secret> keys;
    for (const LeafIndex leaf : updates) {
      KeyPair fresh = suite.generate_hpke_key_pair(random);
      LeafContent content = to.leaf(leaf)->content();
      content.encryption_key = std::move(fresh.public_key);
      const BytesView signing_key = members.at(leaf).signature_key.private_key.view();
      Result<LeafNode> updated = LeafNode::for_update(suite, content, {group_id, leaf}, signing_key);
      HW_ASSERT(updated.ok() && to.update(leaf, *updated).ok());
      keys[leaf] = std::move(fresh.private_key);
    }
    return keys;
  }

  size_t made_so_far = 0;
};

}  // namespace homeward::mls::test
