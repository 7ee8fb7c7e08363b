// What stands behind the types of group.h. Only the files of this folder include it.
#pragma once

#include <set>

#include "mls/framing/protection.h"
#include "mls/group/group.h"
#include "mls/group/proposal_list.h"
#include "mls/schedule/key_schedule.h"
#include "mls/schedule/secret_tree.h"

namespace homeward::mls {

// One epoch, public and private, without what happens in it.
struct EpochState {
  EpochState(const Suite& of, RatchetTree its_tree) : suite(&of), tree(std::move(its_tree)) {}
  const Suite* suite;
  GroupContext context;
  Bytes context_bytes;  // encoded
  Bytes interim_hash;   // interim_transcript_hash
  Bytes confirmation_tag;
  RatchetTree tree;
  TreePrivate mine;
  Secret signature_key;  // of my leaf
  EpochSecrets secrets;
  std::optional<ReInit> reinit;
};

// What belongs to a pending proposal beside what the caller sees.
struct PendingExtra {
  uint32_t number = 0;   // of its row
  Secret leaf_key;       // of an Update of mine
  Secret signature_key;  // likewise, if the Update changes it
};

struct Group::State {
  State(EpochState its_epoch, Secret encryption_secret, RatchetLimits its_limits)
      : epoch(std::move(its_epoch)),
        secret_tree(*epoch.suite, epoch.tree.leaf_slot_count(), std::move(encryption_secret)),
        limits(its_limits) {}
  State(EpochState its_epoch, SecretTree its_secret_tree, RatchetLimits its_limits)
      : epoch(std::move(its_epoch)), secret_tree(std::move(its_secret_tree)), limits(its_limits) {}

  EpochState epoch;
  SecretTree secret_tree;
  std::vector<PendingProposal> pending;
  std::vector<PendingExtra> extras;  // as long as `pending`
  uint32_t next_number = 0;
  RatchetLimits limits;

  // What `changed_parts` has to tell.
  bool identity_changed = true;
  bool epoch_changed = true;
  std::set<SecretTree::Row> rows_changed;
  std::set<uint32_t> pending_changed;

  LeafIndex own() const { return epoch.mine.own(); }
  const Suite& suite() const { return *epoch.suite; }
  void keep_proposal(PendingProposal proposal, PendingExtra extra);
  void drop_all_proposals();
  void enter(EpochState next, Secret encryption_secret);
};

struct CommitCandidate::State {
  explicit State(AppliedList its_list) : applied(std::move(its_list)) {}
  Bytes from_interim_hash;  // of the epoch it belongs to
  AuthenticatedContent message;
  std::vector<CommittedProposal> proposals;
  AppliedList applied;  // its tree with the path merged
  LeafIndex committer{};
  bool removes_me = false;
  GroupContext context;       // of the next epoch
  Bytes provisional_context;  // encoded: with the confirmed transcript hash of the old epoch
};

struct StagedCommit::State {
  State(Bytes from, EpochState its_epoch, Secret its_encryption_secret)
      : from_interim_hash(std::move(from)),
        epoch(std::move(its_epoch)),
        encryption_secret(std::move(its_encryption_secret)) {}
  Bytes from_interim_hash;
  EpochState epoch;
  Secret encryption_secret;
};

struct PendingCommit::State {
  explicit State(StagedCommit its_staged) : staged(std::move(its_staged)) {}
  Bytes message;
  std::optional<Bytes> welcome;
  AuthenticatedContent content;  // of the commit
  StagedCommit staged;
};

// --- Shared by reading, writing and joining ---

// `Group::check_commit`. `first_of_successor`: a commit of my own that makes a re-initialised or branched
// group.
Result<CommitCandidate> check_commit_against(const Group::State& state, const Opened& opened,
                                             std::optional<uint64_t> now_s, bool first_of_successor);

// The inputs of the next epoch's key schedule.
struct NextEpochInput {
  const GroupContext* context = nullptr;  // with the new confirmed transcript hash
  BytesView init_secret;
  BytesView commit_secret;  // empty stands for zeros
  BytesView psk_secret;
};
struct NextEpoch {
  Bytes context_bytes;
  Secret joiner_secret;
  EpochStart start;
  Bytes confirmation_tag;
  Bytes interim_hash;
};
NextEpoch derive_next_epoch(const Suite& suite, const NextEpochInput& input);

// The keys of these ids, in their order. Error kMissingPsk.
struct KnownPsk {  // a resumption_psk that the library has itself
  BytesView group_id;
  uint64_t epoch = 0;
  const Secret* psk = nullptr;
};
Result<std::vector<PskInput>> find_psks(std::span<const PreSharedKeyId> ids, std::span<const KnownPsk> known,
                                        const PskLookup& lookup);
KnownPsk resumption_of(const EpochState& epoch);

// A GroupInfo of this epoch, signed by its own leaf, encoded; and it as an MLSMessage.
Bytes group_info_message(BytesView info);
Result<Bytes> make_group_info(const EpochState& epoch, const GroupInfoParams& params);

// Merges a commit's path, then what section 12.4.2 asks of the new tree. For both, the candidate's proposals
// are applied.
struct PathPlace {
  LeafIndex sender;
  BytesView group_id;
  std::optional<uint64_t> now_s;
};
Result<> merge_path(AppliedList& applied, const UpdatePath& path, const Suite& suite, const PathPlace& place);
Result<> check_next_members(const AppliedList& applied, const Suite& suite);

}  // namespace homeward::mls
