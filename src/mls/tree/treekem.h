// TreeKEM (RFC 9420, sections 7.4 to 7.6): update paths, made, merged and opened, and one member's private
// half of the tree.
//
// A received path is taken in two separate steps. `merge_update_path` needs public data only and answers the
// same to every member. `open_update_path` decrypts this member's secret: it may fail for one member while
// the path is good for all others.
//
// Order of a commit: proposals applied to the (copied) tree → merge_update_path or create_update_path → the
// provisional GroupContext with the merged tree's hash → open_update_path.
#pragma once

#include <functional>

#include "mls/tree/ratchet_tree.h"

namespace homeward::mls {

struct UpdatePathNode {
  Bytes encryption_key;
  std::vector<HpkeCiphertext> encrypted_path_secret;
  bool operator==(const UpdatePathNode&) const = default;
};

struct UpdatePath {
  LeafNode leaf_node;
  std::vector<UpdatePathNode> nodes;  // along the filtered direct path, from the leaf
  bool operator==(const UpdatePath&) const = default;
};
void encode(Writer& out, const HpkeCiphertext& sealed);
HpkeCiphertext decode_hpke_ciphertext(Reader& in);
void encode(Writer& out, const UpdatePath& path);
UpdatePath decode_update_path(Reader& in);

// The private keys that one member has: its leaf's and those of nodes above it.
class TreePrivate {
 public:
  struct Entry {
    NodeIndex node;
    Secret key;
  };

  TreePrivate() = default;
  TreePrivate(LeafIndex own, Secret leaf_key) : own_(own), leaf_key_(std::move(leaf_key)) {}
  TreePrivate clone() const;

  LeafIndex own() const { return own_; }
  // Null if unknown.
  const Secret* key(NodeIndex node) const;
  std::span<const Entry> entries() const { return entries_; }  // of parents, from the leaf up
  // After my own Update was committed.
  void set_leaf_key(Secret key) { leaf_key_ = std::move(key); }
  void set(NodeIndex node, Secret key);
  // Drops the keys of nodes that are blank in the tree.
  void prune(const RatchetTree& tree);

  // Section 12.4.3.1, for a member that joins by a Welcome: the keys of the lowest common ancestor with the
  // committer and of every non-blank node above it, derived from the path secret and compared with the
  // tree's. Error kPathMismatch, unchanged then.
  Result<> take_path_secret(const RatchetTree& tree, LeafIndex committer, BytesView path_secret);

  // For the saved state.
  Secret encode() const;
  static Result<TreePrivate> decode(BytesView saved);

 private:
  LeafIndex own_;
  Secret leaf_key_;
  std::vector<Entry> entries_;
};

// Encodes the provisional GroupContext, given the hash of the tree with the path merged.
using GroupContextFor = std::function<Bytes(BytesView tree_hash)>;

struct PathParams {
  LeafIndex own;        // a member, or what `make_room` answered (external commit)
  LeafContent content;  // of the new leaf; its encryption_key is made here
  BytesView signature_private_key;
  BytesView group_id;
  std::span<const LeafIndex>
      added;  // new members of this commit, by rising index: they get a Welcome instead
  GroupContextFor context;
};

struct NewUpdatePath {
  UpdatePath path;
  TreePrivate private_half;  // complete for the new epoch
  Secret commit_secret;
  Bytes group_context;                           // what `context` answered
  std::vector<TreePrivate::Entry> path_secrets;  // by node, from the leaf up

  // What a Welcome to a new member carries: the path secret of the lowest common ancestor with it. Null if
  // the path is empty (never, if `added` is in the tree).
  const Secret* secret_for(LeafIndex added) const;
};

// Makes a path with fresh keys and merges it into `tree`. Errors kBadParams, CryptoError; the tree is
// unchanged then.
Result<NewUpdatePath> create_update_path(RatchetTree& tree, const PathParams& params, Random& random);

struct MergeParams {
  LeafIndex sender;                  // a member, or what `make_room` answered (external commit)
  std::span<const LeafIndex> added;  // as in PathParams
  BytesView group_id;
};

// The public half: the number of nodes and of ciphertexts, new and well-formed keys, leaf source, parent hash
// and the leaf's signature (sections 7.5, 7.6, 7.9.2, 12.4.2); the rest of section 7.3 is `LeafNode::check`
// and `RatchetTree::check_unique`, which the caller makes with its rules. Errors kPathMismatch, kInvalidLeaf,
// kDuplicateKey, kParentHashMismatch, kBadSignature; the tree is unchanged then.
Result<> merge_update_path(RatchetTree& tree, const UpdatePath& path, const MergeParams& params);

struct OpenParams {
  LeafIndex sender;
  std::span<const LeafIndex> added;
  BytesView group_context;  // encoded, provisional
};

struct OpenedPath {
  TreePrivate private_half;
  Secret commit_secret;
};

// The private half, for a member other than the sender, neither added nor removed by the commit. `merged` is
// the tree after `merge_update_path`. Errors kDecryptFailed, kPathMismatch (the derived keys are not those of
// the path).
Result<OpenedPath> open_update_path(const RatchetTree& merged, const TreePrivate& mine,
                                    const UpdatePath& path, const OpenParams& params);

}  // namespace homeward::mls
