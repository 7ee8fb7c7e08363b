// A member's view of one MLS group (RFC 9420), as a machine without I/O: bytes in, bytes and staged states
// out.
//
// Guarantees
//  - Every step answers a value or an error; after an error the group is byte for byte what it was.
//  - Reading is in separable steps, so that the caller's own policy can judge between them:
//      open → add_proposal                                  a proposal by reference
//      open → check_commit → complete → merge               a commit: public checks, private part, the new
//      epoch
//    `check_commit` answers the same to every member of the epoch; `complete` may fail for this member alone.
//  - Writing a commit changes no epoch: `commit` answers a `PendingCommit`, which survives a restart as
//  bytes, and the
//    group moves on only with `merge_pending`. Any number of them may wait; merging anything drops them.
//  - A message consumes its key only after its signature was verified: who forges another's name burns
//  nothing.
//  - An epoch's keys are dropped at the merge that ends it; a used key at once (section 9.2). Both also on
//  disk: see
//    `changed_parts`.
//  - No clock: lifetimes are checked only where a time is given. No global state, no threads.
//
// Policy is the caller's: the library accepts external commits, proposals from outside, unknown credentials,
// every member proposing everything; a caller that does not want that refuses the `Opened` or the
// `CommitCandidate`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "mls/framing/content.h"
#include "mls/framing/welcome.h"
#include "mls/schedule/secret_tree.h"
#include "mls/tree/key_package.h"
#include "mls/tree/ratchet_tree.h"
#include "mls/types.h"

namespace homeward::mls {

class Group;

// ---------------------------------------------------------------------------------------------------------------------
// What the caller supplies

// Answers the pre-shared key with this id (its nonce is to be ignored), or nothing. Resumption PSKs of the
// group's own current epoch are known to the group itself and not asked for.
using PskLookup = std::function<std::optional<Secret>(const PreSharedKeyId& id)>;

// From the size a message would have without padding to the size it shall have at least; none given: no
// padding. A few sizes cannot be met exactly (the length in front of the ciphertext itself grows, at 64 and
// 16,384 bytes of ciphertext): then the message is one or two bytes shorter than asked.
using TargetSize = std::function<size_t(size_t unpadded_size_bytes)>;

struct CreateParams {
  SuiteId suite = SuiteId::kX25519ChaChaSha256Ed25519;
  Bytes group_id;
  Credential credential;
  KeyPair signature_key;
  Capabilities capabilities;
  Lifetime lifetime;
  std::vector<Extension> leaf_extensions;
  std::vector<Extension> group_extensions;  // of the GroupContext
  RatchetLimits limits;
};

struct JoinParams {
  BytesView welcome;                           // an MLSMessage with a Welcome
  const KeyPackage* key_package = nullptr;     // mine, that the Welcome answers
  const KeyPackageSecrets* secrets = nullptr;  // its init, encryption and signature keys
  std::optional<BytesView> ratchet_tree;       // where the GroupInfo does not carry it (section 12.4.3.3)
  PskLookup psks;
  CheckRunner run_checks;
  std::optional<uint64_t> now_s;  // checks the lifetimes in the tree, if given
  RatchetLimits limits;
  // Set for a Welcome that must continue an earlier group by re-initialisation or branching
  // (sections 11.2, 11.3). A Welcome with a PSK of such usage is refused unless it is set and fits.
  const Group* predecessor = nullptr;
};

// ---------------------------------------------------------------------------------------------------------------------
// Reading

// What can be learnt of a message without its content. The sender of a PrivateMessage is proven to be some
// member of the epoch, but which one only by `open`.
struct Peek {
  WireFormat wire_format = WireFormat::kPrivateMessage;
  Bytes group_id;
  uint64_t epoch = 0;
  ContentType content_type = ContentType::kApplication;
  Sender sender;
  uint32_t generation = 0;  // 0 for a PublicMessage
  bool own = false;         // names my leaf
  bool used = false;        // its generation was used (own) or its key is gone (another's)
};

// A message whose signature is verified, against the epoch in which it was opened.
struct Opened {
  AuthenticatedContent message;
  uint32_t generation = 0;

  const Sender& sender() const { return message.content.sender; }
  BytesView authenticated_data() const { return message.content.authenticated_data; }
  ContentType content_type() const { return message.content.content_type(); }
  BytesView application_data() const { return message.content.application().view(); }  // kApplication only
  const Proposal& proposal() const { return message.content.proposal(); }              // kProposal only
  const Commit& commit() const { return message.content.commit(); }                    // kCommit only
};

// A proposal of this epoch that a commit may refer to.
struct PendingProposal {
  Bytes ref;  // ProposalRef
  Sender sender;
  Bytes authenticated_data;  // of the message that carried it
  Proposal proposal;
};

// One proposal of a commit's list, in the commit's order.
struct CommittedProposal {
  Sender sender;  // who proposed it: the committer, if it is in the commit by value
  bool by_reference = false;
  Bytes ref;                 // if by reference
  Bytes authenticated_data;  // if by reference
  Proposal proposal;
  bool verified = false;  // its own signatures (key package, leaf) were checked when it came in
};

// A commit that passed every check that all members can make: its list (12.2), path, leaves and tree
// (12.4.2, 7.3, 7.9). It belongs to the group and epoch that answered it.
class CommitCandidate {
 public:
  CommitCandidate(CommitCandidate&&) noexcept;
  CommitCandidate& operator=(CommitCandidate&&) noexcept;
  ~CommitCandidate();

  const Sender& sender() const;  // member, or new_member_commit (external commit)
  LeafIndex committer() const;   // her leaf, in the new tree
  BytesView authenticated_data() const;
  std::span<const CommittedProposal> proposals() const;
  // In the order of the Adds: where each landed. The key package is proposals()[proposal].proposal.
  struct Added {
    size_t proposal;
    LeafIndex leaf;
  };
  std::span<const Added> added() const;
  std::span<const LeafIndex> removed() const;
  bool removes_me() const;
  bool has_path() const;
  const std::vector<Extension>& group_extensions() const;  // of the new epoch
  const RatchetTree& tree() const;                         // of the new epoch
  uint64_t epoch() const;                                  // the new one
  const ReInit* reinit() const;                            // null if it does not re-initialise the group

  struct State;
  explicit CommitCandidate(std::unique_ptr<State> state);

 private:
  friend class Group;
  std::unique_ptr<State> state_;
};

// The next epoch, complete and confirmed, not yet entered.
class StagedCommit {
 public:
  StagedCommit(StagedCommit&&) noexcept;
  StagedCommit& operator=(StagedCommit&&) noexcept;
  ~StagedCommit();

  uint64_t epoch() const;
  BytesView epoch_authenticator() const;
  BytesView tree_hash() const;
  Secret export_secret(std::string_view label, BytesView context,
                       size_t size_bytes) const;  // of the new epoch

  struct State;
  explicit StagedCommit(std::unique_ptr<State> state);

 private:
  friend class Group;
  friend class PendingCommit;
  std::unique_ptr<State> state_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Writing

struct MessageParams {
  Bytes authenticated_data;
  TargetSize size;  // PrivateMessage only
  WireFormat wire_format =
      WireFormat::kPrivateMessage;  // or kPublicMessage; application data only the former
  std::optional<uint64_t> now_s;    // a proposal's leaf must be in its lifetime, if given
};

struct Proposed {
  Bytes message;  // MLSMessage
  Bytes ref;      // ProposalRef; the proposal waits among pending_proposals() at once
};

// What to change of my own leaf; the rest stays.
struct LeafChange {
  std::optional<std::vector<Extension>> extensions;
  std::optional<Credential> credential;
  std::optional<Capabilities> capabilities;
  const KeyPair* signature_key = nullptr;  // copied
  bool any() const { return extensions || credential || capabilities || signature_key != nullptr; }
};

enum class TreeInWelcome : uint8_t { kInGroupInfo, kSeparate };

struct CommitParams {
  std::vector<Proposal> proposals;  // by value
  std::vector<Bytes> refs;          // of pending_proposals(): goes before those by value, in this order
  Bytes authenticated_data;
  bool force_path = false;                       // a path also where the list needs none
  LeafChange leaf;                               // anything set forces a path
  std::vector<Extension> group_info_extensions;  // the caller's own, in the GroupInfo of the Welcome
  TreeInWelcome tree = TreeInWelcome::kInGroupInfo;
  bool external_pub = false;  // put it into the GroupInfo, so that others may join by external commits
  TargetSize size;
  WireFormat wire_format = WireFormat::kPrivateMessage;
  PskLookup psks;
  std::optional<uint64_t> now_s;  // checks the lifetimes of key packages to add, if given
  // The first commit of a group that goes on from another (sections 11.2, 11.3): allows a PSK of usage
  // `reinit` or `branch` among the proposals, and answers it.
  const Group* predecessor = nullptr;
  // For tests that play a hostile committer, whose path is not good for everybody: changes it before it is
  // signed. Empty elsewhere.
  std::function<void(UpdatePath&)> alter_path;
};

struct GroupInfoParams {
  bool ratchet_tree = true;
  bool external_pub = true;
  std::vector<Extension> extensions;
};

// A commit of mine that waits for the caller's word.
class PendingCommit {
 public:
  PendingCommit(PendingCommit&&) noexcept;
  PendingCommit& operator=(PendingCommit&&) noexcept;
  ~PendingCommit();

  BytesView message() const;                 // MLSMessage, to be sent
  std::optional<BytesView> welcome() const;  // MLSMessage for those who were added; nothing if none was
  const StagedCommit& staged() const;        // the epoch it leads to
  Bytes ratchet_tree() const;                // of the new epoch, for a Welcome that does not carry it
  // A GroupInfo of the new epoch, as MLSMessage (section 12.4.3).
  Result<Bytes> group_info(const GroupInfoParams& params) const;

  // All of it, to be kept on disk. Secret: who has it has the new epoch.
  Secret save() const;

  struct State;
  explicit PendingCommit(std::unique_ptr<State> state);

 private:
  friend class Group;
  std::unique_ptr<State> state_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Saving

// One row of the saved state (docs/formats/mls_state.md). Ids are at most 64 bytes and unique within a group.
struct PartChange {
  Bytes id;
  std::optional<Secret> value;  // nothing: the row is to be erased, overwriting it
};
struct Part {
  BytesView id;
  BytesView value;
};

struct Joined;
struct ExternalJoin;
struct ExternalJoinParams;

class Group {
 public:
  Group(Group&&) noexcept;
  Group& operator=(Group&&) noexcept;
  ~Group();

  // --- Beginning
  // -----------------------------------------------------------------------------------------------------

  // A group of one, epoch 0 (section 11). Fails with kBadParams if the leaf would not be valid in it.
  static Result<Group> create(const CreateParams& params, Random& random);

  // By a Welcome (section 12.4.3.1). All of the RFC's checks, the tree's included.
  static Result<Joined> join(const JoinParams& params);

  // By an external commit (section 12.4.3.2): the message to send and the group to enter when it was
  // accepted.
  static Result<ExternalJoin> join_external(const ExternalJoinParams& params, Random& random);

  // --- What it is
  // ----------------------------------------------------------------------------------------------------

  const Suite& suite() const;
  BytesView group_id() const;
  uint64_t epoch() const;
  LeafIndex own_leaf() const;
  BytesView tree_hash() const;
  BytesView epoch_authenticator() const;
  BytesView confirmed_transcript_hash() const;
  const std::vector<Extension>& group_extensions() const;  // of the GroupContext
  const RatchetTree& tree() const;
  size_t member_count() const;
  const LeafNode* member(LeafIndex leaf) const;  // null: blank or outside the tree
  // Calls visit(LeafIndex, const LeafNode&) for every member, by rising index.
  void for_each_member(const std::function<void(LeafIndex, const LeafNode&)>& visit) const;
  // Set once a commit re-initialised the group: nothing can be sent any more (section 11.2).
  const ReInit* reinit() const;

  // MLS-Exporter (section 8.5); size_bytes at most 255 · Nh.
  Secret export_secret(std::string_view label, BytesView context, size_t size_bytes) const;
  // resumption_psk of this epoch, for the caller that keeps it for later (section 8.6).
  const Secret& resumption_psk() const;

  // SignWithLabel by my leaf's key, VerifyWithLabel by a member's. Labels of RFC 9420 itself (names that end
  // in "TBS") are refused: kBadParams.
  Result<Bytes> sign_with_label(std::string_view label, BytesView content) const;
  Result<> verify_with_label(LeafIndex leaf, std::string_view label, BytesView content,
                             BytesView signature) const;

  // --- Reading
  // -------------------------------------------------------------------------------------------------------

  // The outside of a message of this group and epoch: errors kWrongGroup, kWrongEpoch, kMalformed,
  // kDecryptFailed.
  Result<Peek> peek(BytesView message) const;

  // Decrypts, verifies the signature, then uses up the key. Errors further: kOwnMessage (use `open_own`),
  // kGenerationUsed, kGenerationTooFar, kUnknownSender, kBadSignature, kBadMembershipTag.
  Result<Opened> open(BytesView message);

  // A message that names my leaf with a generation that I have not used, verified: proof that another copy of
  // this state sent it. Changes nothing. Error kGenerationUsed: I did use it, so the message may be mine.
  Result<Opened> open_own(BytesView message) const;

  // Keeps a proposal of this epoch, so that commits may refer to it; answers its ProposalRef. The same twice
  // is kept once. Checks the proposal alone (12.1); whether it fits with others is a commit's matter.
  Result<Bytes> add_proposal(const Opened& opened);
  const std::vector<PendingProposal>& pending_proposals() const;
  void drop_proposal(BytesView ref);

  // Every check that does not need my own secrets. `now_s`, if given, checks lifetimes of leaves that come
  // in.
  Result<CommitCandidate> check_commit(const Opened& opened, std::optional<uint64_t> now_s = {}) const;

  // Path secret, key schedule, confirmation tag. Errors: kRemoved if it removes me, kMissingPsk,
  // kPathMismatch, kDecryptFailed (the path secret does not open), kConfirmationTag.
  Result<StagedCommit> complete(CommitCandidate candidate, const PskLookup& psks = {}) const;

  // Enters the new epoch: pending proposals, pending commits and all keys of the old one are gone. `staged`
  // must come from this group's current epoch, else kWrongEpoch.
  Result<> merge(StagedCommit staged);

  // --- Writing
  // -------------------------------------------------------------------------------------------------------

  // A proposal of mine. For Update see `propose_update`. Uses up a key of my handshake ratchet.
  Result<Proposed> propose(const Proposal& proposal, const MessageParams& params, Random& random);
  // An Update of my own leaf with a fresh encryption key, kept until a commit of this epoch takes it up.
  Result<Proposed> propose_update(const LeafChange& change, const MessageParams& params, Random& random);

  // A commit; nothing is entered. Uses up a key of my handshake ratchet (PrivateMessage).
  Result<PendingCommit> commit(const CommitParams& params, Random& random);
  Result<> merge_pending(PendingCommit pending);
  // What `PendingCommit::save` wrote, in the same epoch of the same group; else kWrongEpoch or kMalformed.
  Result<PendingCommit> restore_pending(BytesView saved) const;

  // Application data as a PrivateMessage. Error kProposalsPending if proposals wait (section 12.4: a commit
  // comes first), unless `despite_proposals`.
  struct ProtectParams {
    BytesView data;
    BytesView authenticated_data;
    TargetSize size;
    bool despite_proposals = false;
  };
  Result<Bytes> protect(const ProtectParams& params, Random& random);

  // The size of an application message without padding.
  size_t protected_size(size_t data_size_bytes, size_t authenticated_data_size_bytes) const;

  // A GroupInfo of this epoch, signed by me, as MLSMessage (section 12.4.3).
  Result<Bytes> group_info(const GroupInfoParams& params) const;

  // --- Saving
  // --------------------------------------------------------------------------------------------------------

  // What must be written since the last call (or since the group began): rows to put and to erase, for one
  // transaction. An application message answers under 1 KiB, whatever the group's size.
  std::vector<PartChange> changed_parts();
  // All rows as they are now; forgets nothing of what changed.
  std::vector<PartChange> all_parts() const;
  // Erases every row: for a group that is left.
  std::vector<PartChange> erase_all_parts() const;
  // A group from its rows, in any order. Error kMalformed for anything that `changed_parts` did not write.
  static Result<Group> restore(std::span<const Part> parts, const RatchetLimits& limits);

  struct State;
  explicit Group(std::unique_ptr<State> state);

 private:
  std::unique_ptr<State> state_;
};

struct Joined {
  Group group;
  LeafIndex signer;                              // who signed the GroupInfo: the committer
  std::vector<Extension> group_info_extensions;  // all of them, ratchet_tree excepted
};

struct ExternalJoinParams {
  BytesView group_info;                   // MLSMessage with a GroupInfo that has external_pub
  std::optional<BytesView> ratchet_tree;  // where the GroupInfo does not carry it
  Credential credential;
  const KeyPair* signature_key = nullptr;
  Capabilities capabilities;
  std::vector<Extension> leaf_extensions;
  std::optional<LeafIndex> replaces;    // an old leaf of mine, removed by the same commit ("resync")
  std::vector<PreSharedKeyId> psk_ids;  // injected in this order
  PskLookup psks;
  CheckRunner run_checks;
  Bytes authenticated_data;
  RatchetLimits limits;
};

struct ExternalJoin {
  Bytes message;  // MLSMessage with the PublicMessage of the commit
  Group group;    // in the new epoch; valid once the group takes the commit in
};

// A proposal from outside the group (section 12.1.8), as MLSMessage with a PublicMessage.
struct OutsideProposal {
  SuiteId suite = SuiteId::kX25519ChaChaSha256Ed25519;
  BytesView group_id;
  uint64_t epoch = 0;
  Sender sender;  // external with its index, or new_member_proposal
  const Proposal* proposal = nullptr;
  BytesView signature_key;  // private
  Bytes authenticated_data;
};
Result<Bytes> propose_from_outside(const OutsideProposal& params);

}  // namespace homeward::mls
