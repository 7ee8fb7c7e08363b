// Commits of mine and their Welcomes (section 12.4.1 and 12.4.3.1).
#include "crypto/labelled_sealer.h"
#include "mls/group/writing.h"

namespace homeward::mls {

namespace {

Result<std::vector<CommittedProposal>> collect(const Group::State& state, const CommitParams& params) {
  std::vector<CommittedProposal> out;
  for (const Bytes& ref : params.refs) {
    const auto kept = std::ranges::find(state.pending, ref, &PendingProposal::ref);
    if (kept == state.pending.end())
      return Error(MlsError::kMissingProposal, "12.4/reference: an unknown ProposalRef");
    out.push_back({kept->sender, true, ref, kept->authenticated_data, kept->proposal, true});
  }
  for (const Proposal& proposal : params.proposals) {
    out.push_back({Sender::member(state.own()), false, {}, {}, proposal, false});
  }
  return out;
}

Commit commit_of(const std::vector<CommittedProposal>& list) {
  Commit out;
  for (const CommittedProposal& item : list) {
    if (item.by_reference) {
      out.proposals.emplace_back(std::in_place_index<1>, item.ref);
    } else {
      out.proposals.emplace_back(std::in_place_index<0>, item.proposal);
    }
  }
  return out;
}

Result<AppliedList> apply(const EpochState& epoch, const CommitParams& params,
                          std::span<const CommittedProposal> list) {
  ListPlace place;
  place.suite = epoch.suite;
  place.context = &epoch.context;
  place.tree = &epoch.tree;
  place.committer = epoch.mine.own();
  place.now_s = params.now_s;
  if (params.predecessor != nullptr) {
    // "The epoch in the Welcome message MUST be 1" (sections 11.2 and 11.3).
    if (epoch.context.epoch != 0) return Error(MlsError::kBadParams, "11.2/first-commit: not of a new group");
    place.allows_reinit_psk = params.predecessor->reinit() != nullptr;
    place.allows_branch_psk = !place.allows_reinit_psk;
  }
  return apply_proposals(place, list);
}

// The context of the next epoch, with the confirmed transcript hash of this one.
GroupContext provisional_context(const EpochState& epoch, const AppliedList& applied, BytesView tree_hash) {
  GroupContext out;
  out.cipher_suite = epoch.context.cipher_suite;
  out.group_id = epoch.context.group_id;
  out.epoch = epoch.context.epoch + 1;
  out.tree_hash = copy_of(tree_hash);
  out.confirmed_transcript_hash = epoch.context.confirmed_transcript_hash;
  out.extensions = applied.extensions;
  return out;
}

Result<NewUpdatePath> make_path(const EpochState& epoch, const CommitParams& params, AppliedList& applied,
                                Random& random) {
  const Secret& signer =
      params.leaf.signature_key != nullptr ? params.leaf.signature_key->private_key : epoch.signature_key;
  PathParams path;
  path.own = epoch.mine.own();
  path.content = changed_leaf(*epoch.tree.leaf(path.own), params.leaf);
  path.signature_private_key = signer.view();
  path.group_id = epoch.context.group_id;
  path.added = applied.added_leaves;
  path.context = [&](BytesView tree_hash) { return encoded(provisional_context(epoch, applied, tree_hash)); };
  HW_LET(NewUpdatePath made, create_update_path(applied.tree, path, random));
  HW_LET(const GroupRules rules, GroupRules::of(*epoch.suite, applied.extensions, params.now_s));
  HW_TRY(made.path.leaf_node.check(rules.for_leaf(LeafSource::kCommit)));
  HW_TRY(check_among_members(applied.tree, path.own));
  return made;
}

Result<std::vector<PskInput>> psks_for(const EpochState& epoch, const CommitParams& params,
                                       std::span<const PreSharedKeyId> ids) {
  std::vector<KnownPsk> known{resumption_of(epoch)};
  if (params.predecessor != nullptr) {
    const Group& before = *params.predecessor;
    known.push_back({before.group_id(), before.epoch(), &before.resumption_psk()});
  }
  return find_psks(ids, known, params.psks);
}

struct WelcomeParams {
  const std::vector<CommittedProposal>* list = nullptr;
  const AppliedList* applied = nullptr;
  const NewUpdatePath* path = nullptr;  // null: none
  const NextEpoch* next = nullptr;
  BytesView info;  // the GroupInfo, encoded
};

Result<Bytes> make_welcome(const Suite& suite, const WelcomeParams& params, Random& random) {
  Welcome welcome;
  welcome.cipher_suite = static_cast<uint16_t>(suite.id());
  const AeadKey key = welcome_key(suite, params.next->start.welcome_secret.view());
  welcome.encrypted_group_info = suite.aead_seal(key.key.view(), key.nonce.view(), {}, params.info);
  const LabelledSealer sealer(suite, "Welcome", welcome.encrypted_group_info);
  for (const CommitCandidate::Added& added : params.applied->added) {
    const KeyPackage& package = std::get<Add>((*params.list)[added.proposal].proposal).key_package;
    GroupSecrets secrets;
    secrets.joiner_secret = params.next->joiner_secret.clone();
    if (params.path != nullptr) {
      const Secret* path_secret = params.path->secret_for(added.leaf);
      if (path_secret != nullptr) secrets.path_secret = path_secret->clone();
    }
    secrets.psks = params.applied->psks;
    const Secret plaintext = encode_secret(secrets);
    HW_LET(HpkeCiphertext sealed, sealer.seal(package.init_key, plaintext.view(), random));
    welcome.secrets.push_back({copy_of(package.ref(suite)), std::move(sealed)});
  }
  return encode_message(welcome);
}

// The new epoch as its own member sees it.
EpochState epoch_after(const EpochState& from, AppliedList& applied, GroupContext context, NextEpoch& next) {
  EpochState out(*from.suite, std::move(applied.tree));
  out.context = std::move(context);
  out.context_bytes = std::move(next.context_bytes);
  out.interim_hash = std::move(next.interim_hash);
  out.confirmation_tag = next.confirmation_tag;
  out.signature_key = from.signature_key.clone();
  out.secrets = std::move(next.start.secrets);
  out.reinit = std::move(applied.reinit);
  return out;
}

}  // namespace

Result<PendingCommit> Group::commit(const CommitParams& params, Random& random) {
  const EpochState& epoch = state_->epoch;
  const Suite& with = *epoch.suite;
  HW_TRY(check_can_send(epoch));
  HW_LET(const auto list, collect(*state_, params));
  HW_LET(AppliedList applied, apply(epoch, params, list));

  Commit commit = commit_of(list);
  std::optional<NewUpdatePath> path;
  if (applied.path_required || params.force_path || params.leaf.any()) {
    HW_LET(path, make_path(epoch, params, applied, random));
    commit.path = path->path;
    if (params.alter_path) params.alter_path(*commit.path);
  }
  HW_TRY(check_next_members(applied, with));
  HW_LET(const auto keys, psks_for(epoch, params, applied.psks));
  const Secret psk_secret = derive_psk_secret(with, keys);

  HW_LET(AuthenticatedContent content,
         sign_by_me(epoch, params.wire_format, params.authenticated_data, std::move(commit)));
  GroupContext context = provisional_context(epoch, applied, applied.tree.tree_hash());
  const Bytes input =
      confirmed_transcript_hash_input(content.wire_format, content.content, content.auth.signature);
  context.confirmed_transcript_hash =
      copy_of(mls::confirmed_transcript_hash(with, epoch.interim_hash, input));
  NextEpoch next =
      derive_next_epoch(with, {&context, epoch.secrets.init_secret.view(),
                               path ? path->commit_secret.view() : BytesView(), psk_secret.view()});
  content.auth.confirmation_tag = next.confirmation_tag;

  EpochState entered = epoch_after(epoch, applied, std::move(context), next);
  if (params.leaf.signature_key != nullptr)
    entered.signature_key = params.leaf.signature_key->private_key.clone();
  if (path) {
    entered.mine = std::move(path->private_half);
  } else {
    entered.mine = epoch.mine.clone();
    entered.mine.prune(entered.tree);
  }
  std::optional<Bytes> welcome;
  if (!applied.added.empty()) {
    HW_LET(const Bytes info, make_group_info(entered, {params.tree == TreeInWelcome::kInGroupInfo,
                                                       params.external_pub, params.group_info_extensions}));
    HW_LET(welcome, make_welcome(with, {&list, &applied, path ? &*path : nullptr, &next, info}, random));
  }
  HW_LET(Bytes message, frame(*state_, content, params.size, random));
  auto out = std::make_unique<PendingCommit::State>(StagedCommit(std::make_unique<StagedCommit::State>(
      epoch.interim_hash, std::move(entered), std::move(next.start.encryption_secret))));
  out->message = std::move(message);
  out->welcome = std::move(welcome);
  out->content = std::move(content);
  return PendingCommit(std::move(out));
}

}  // namespace homeward::mls
