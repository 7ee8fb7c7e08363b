// From a commit that was read to the epoch it leads to (section 12.4.2).
#include "mls/group/state.h"

namespace homeward::mls {

namespace {

Result<std::vector<CommittedProposal>> resolve(const Group::State& state, const FramedContent& content) {
  std::vector<CommittedProposal> out;
  for (const ProposalOrRef& item : content.commit().proposals) {
    CommittedProposal listed;
    if (const Proposal* proposal = std::get_if<0>(&item)) {
      listed.sender = content.sender;
      listed.proposal = *proposal;
    } else {
      const Bytes& ref = *std::get_if<1>(&item);
      const auto kept = std::ranges::find(state.pending, ref, &PendingProposal::ref);
      if (kept == state.pending.end())
        return Error(MlsError::kMissingProposal, "12.4/reference: an unknown ProposalRef");
      listed.sender = kept->sender;
      listed.by_reference = true;
      listed.ref = ref;
      listed.authenticated_data = kept->authenticated_data;
      listed.proposal = kept->proposal;
      listed.verified = true;
    }
    out.push_back(std::move(listed));
  }
  return out;
}

// "If a Remove proposal is present, then the LeafNode in the path field of the external Commit MUST meet the
// same criteria as would the LeafNode in an Update for the removed leaf" (section 12.2).
Result<> check_resync(const EpochState& epoch, const AppliedList& applied, const LeafNode& fresh) {
  for (const LeafIndex removed : applied.removed) {
    if (equal(epoch.tree.leaf(removed)->encryption_key(), fresh.encryption_key())) {
      return Error(MlsError::kInvalidLeaf, "12.2/external-resync-key: the old encryption key");
    }
  }
  return success();
}

Result<> apply_path(const EpochState& epoch, CommitCandidate::State& candidate,
                    std::optional<uint64_t> now_s) {
  const FramedContent& content = candidate.message.content;
  const std::optional<UpdatePath>& path = content.commit().path;
  const bool external = content.sender.type == SenderType::kNewMemberCommit;
  if (!path) {
    if (candidate.applied.path_required) return Error(MlsError::kPathMissing, "12.4/path: none");
    candidate.committer = content.sender.leaf;
    return success();
  }
  if (external) HW_TRY(check_resync(epoch, candidate.applied, path->leaf_node));
  candidate.committer = external ? candidate.applied.tree.make_room() : content.sender.leaf;
  return merge_path(candidate.applied, *path, *epoch.suite,
                    {candidate.committer, epoch.context.group_id, now_s});
}

}  // namespace

Result<CommitCandidate> check_commit_against(const Group::State& state, const Opened& opened,
                                             std::optional<uint64_t> now_s, bool first_of_successor) {
  const EpochState& epoch = state.epoch;
  const FramedContent& content = opened.message.content;
  if (opened.content_type() != ContentType::kCommit) return Error(MlsError::kMalformed, "not a commit");
  if (!equal(content.group_id, epoch.context.group_id)) return Error(MlsError::kWrongGroup, "commit");
  if (content.epoch != epoch.context.epoch) return Error(MlsError::kWrongEpoch, "commit");
  if (epoch.reinit) return Error(MlsError::kReinitialised, "11.2/ended: re-initialised");

  HW_LET(auto proposals, resolve(state, content));
  ListPlace place;
  place.suite = epoch.suite;
  place.context = &epoch.context;
  place.tree = &epoch.tree;
  place.now_s = now_s;
  place.allows_reinit_psk = place.allows_branch_psk = first_of_successor;
  if (content.sender.type == SenderType::kMember) place.committer = content.sender.leaf;
  HW_LET(AppliedList applied, apply_proposals(place, proposals));

  auto out = std::make_unique<CommitCandidate::State>(std::move(applied));
  out->from_interim_hash = epoch.interim_hash;
  out->message = opened.message;
  out->proposals = std::move(proposals);
  out->removes_me = std::ranges::find(out->applied.removed, state.own()) != out->applied.removed.end();
  HW_TRY(apply_path(epoch, *out, now_s));
  HW_TRY(check_next_members(out->applied, *epoch.suite));

  out->context.cipher_suite = epoch.context.cipher_suite;
  out->context.group_id = epoch.context.group_id;
  out->context.epoch = epoch.context.epoch + 1;
  out->context.tree_hash = copy_of(out->applied.tree.tree_hash());
  out->context.confirmed_transcript_hash = epoch.context.confirmed_transcript_hash;
  out->context.extensions = out->applied.extensions;
  out->provisional_context = encoded(out->context);
  const Bytes input =
      confirmed_transcript_hash_input(out->message.wire_format, content, opened.message.auth.signature);
  out->context.confirmed_transcript_hash =
      copy_of(mls::confirmed_transcript_hash(*epoch.suite, epoch.interim_hash, input));
  return CommitCandidate(std::move(out));
}

Result<CommitCandidate> Group::check_commit(const Opened& opened, std::optional<uint64_t> now_s) const {
  return check_commit_against(*state_, opened, now_s, false);
}

namespace {

// My private half before the path: with my own Update taken up, if the commit has one. `signature_key`
// follows it.
Result<TreePrivate> private_before_path(const Group::State& state, const CommitCandidate::State& candidate,
                                        Secret& signature_key) {
  TreePrivate mine = state.epoch.mine.clone();
  for (const CommittedProposal& item : candidate.proposals) {
    if (!item.sender.is_member(state.own()) || !std::holds_alternative<Update>(item.proposal)) continue;
    const auto kept = std::ranges::find(state.pending, item.ref, &PendingProposal::ref);
    if (kept == state.pending.end())
      return Error(MlsError::kMissingProposal, "my update was dropped meanwhile");
    const PendingExtra& extra = state.extras[static_cast<size_t>(kept - state.pending.begin())];
    mine.set_leaf_key(extra.leaf_key.clone());
    if (!extra.signature_key.empty()) signature_key = extra.signature_key.clone();
  }
  mine.prune(candidate.applied.tree);
  return mine;
}

// init_secret of the epoch, or what an external commit brings (section 8.3).
Result<Secret> init_secret_for(const EpochState& epoch, const AppliedList& applied) {
  if (!applied.kem_output) return epoch.secrets.init_secret.clone();
  HW_LET(const KeyPair external, epoch.suite->derive_key_pair(epoch.secrets.external_secret.view()));
  return epoch.suite->hpke_export_receive(external.private_key.view(), *applied.kem_output,
                                          "MLS 1.0 external init secret", epoch.suite->hash_size());
}

}  // namespace

Result<StagedCommit> Group::complete(CommitCandidate candidate, const PskLookup& psks) const {
  const EpochState& epoch = state_->epoch;
  CommitCandidate::State& from = *candidate.state_;
  if (from.from_interim_hash != epoch.interim_hash)
    return Error(MlsError::kWrongEpoch, "a candidate of another epoch");
  if (from.removes_me) return Error(MlsError::kRemoved, "the commit removes me");
  if (from.message.content.sender.is_member(state_->own()))
    return Error(MlsError::kOwnMessage, "merge_pending");

  Secret signature_key = epoch.signature_key.clone();
  HW_LET(TreePrivate mine, private_before_path(*state_, from, signature_key));
  Secret commit_secret;
  if (const auto& path = from.message.content.commit().path) {
    const OpenParams params{from.committer, from.applied.added_leaves, from.provisional_context};
    HW_LET(OpenedPath opened, open_update_path(from.applied.tree, mine, *path, params));
    mine = std::move(opened.private_half);
    commit_secret = std::move(opened.commit_secret);
  }
  const KnownPsk known = resumption_of(epoch);
  HW_LET(const auto keys, find_psks(from.applied.psks, {&known, 1}, psks));
  const Secret psk_secret = derive_psk_secret(*epoch.suite, keys);
  HW_LET(const Secret init_secret, init_secret_for(epoch, from.applied));
  NextEpoch next = derive_next_epoch(
      *epoch.suite, {&from.context, init_secret.view(), commit_secret.view(), psk_secret.view()});
  if (!constant_time_equal(next.confirmation_tag, from.message.auth.confirmation_tag)) {
    return Error(MlsError::kConfirmationTag, "12.4.2/confirmation-tag: wrong");
  }

  EpochState entered(*epoch.suite, std::move(from.applied.tree));
  entered.context = std::move(from.context);
  entered.context_bytes = std::move(next.context_bytes);
  entered.interim_hash = std::move(next.interim_hash);
  entered.confirmation_tag = std::move(next.confirmation_tag);
  entered.mine = std::move(mine);
  entered.signature_key = std::move(signature_key);
  entered.secrets = std::move(next.start.secrets);
  entered.reinit = std::move(from.applied.reinit);
  return StagedCommit(std::make_unique<StagedCommit::State>(epoch.interim_hash, std::move(entered),
                                                            std::move(next.start.encryption_secret)));
}

Result<> Group::merge(StagedCommit staged) {
  StagedCommit::State& next = *staged.state_;
  if (next.from_interim_hash != state_->epoch.interim_hash) {
    return Error(MlsError::kWrongEpoch, "a staged commit of another epoch");
  }
  state_->enter(std::move(next.epoch), std::move(next.encryption_secret));
  return success();
}

Result<> Group::merge_pending(PendingCommit pending) { return merge(std::move(pending.state_->staged)); }

}  // namespace homeward::mls
