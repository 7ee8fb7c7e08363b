// The rules for proposals, alone and as a commit's list, and their application (RFC 9420, sections 12.1
// to 12.3).
//
// Pure: the tree and context that a list is applied to are arguments, the answer is the next tree. Nothing
// here knows a secret, so every member of the epoch comes to the same answer.
#pragma once

#include "mls/group/group.h"

namespace homeward::mls {

// What leaves of an epoch are checked against: made of the GroupContext extensions, which must outlive it.
class GroupRules {
 public:
  // Error kInvalidProposal: an extension that this library interprets cannot be read.
  static Result<GroupRules> of(const Suite& suite, const std::vector<Extension>& extensions,
                               std::optional<uint64_t> now_s);
  LeafRules for_leaf(std::optional<LeafSource> source) const;
  // Every member supports what the extensions require (sections 11.1, 12.1.7 and 13.4). Error
  // kInvalidProposal.
  Result<> check_members(const RatchetTree& tree) const;

 private:
  const Suite* suite_ = nullptr;
  const std::vector<Extension>* extensions_ = nullptr;
  std::optional<RequiredCapabilities> required_;
  std::optional<uint64_t> now_s_;
};

// Where proposals are judged.
struct ListPlace {
  const Suite* suite = nullptr;
  const GroupContext* context = nullptr;  // of the epoch
  const RatchetTree* tree = nullptr;      // of the epoch
  std::optional<LeafIndex> committer;     // nothing: an external commit
  std::optional<uint64_t> now_s;
  bool allows_reinit_psk = false;  // the first commit of a re-initialised group
  bool allows_branch_psk = false;  // the first commit of a branched group
};

struct AppliedList {
  explicit AppliedList(RatchetTree next) : tree(std::move(next)) {}
  RatchetTree tree;                   // after the proposals, before a path
  std::vector<Extension> extensions;  // of the next GroupContext
  bool extensions_changed = false;
  bool path_required = false;
  std::vector<CommitCandidate::Added> added;
  std::vector<LeafIndex> added_leaves;  // by rising index
  std::vector<LeafIndex> removed;
  std::vector<PreSharedKeyId> psks;  // in the order of the list
  std::optional<Bytes> kem_output;   // of an external commit
  std::optional<ReInit> reinit;
};

// One proposal of this sender by itself (12.1). `verified`: its signatures are known to be good. Errors
// kInvalidProposal, kInvalidKeyPackage, kInvalidLeaf, kBadSignature.
Result<> check_proposal(const ListPlace& place, const GroupRules& rules, const Sender& sender,
                        const Proposal& proposal, bool verified);

// Each proposal by itself, the list as a whole (12.2), then its application (12.3). Errors also
// kInvalidProposalList, kDuplicateKey.
Result<AppliedList> apply_proposals(const ListPlace& place, std::span<const CommittedProposal> list);

// What section 7.3 asks of a leaf against all others, once it is in the tree. Errors kDuplicateKey,
// kInvalidLeaf.
Result<> check_among_members(const RatchetTree& tree, LeafIndex leaf);

}  // namespace homeward::mls
