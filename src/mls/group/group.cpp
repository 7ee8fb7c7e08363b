#include "mls/group/group.h"

#include "mls/group/state.h"

namespace homeward::mls {

// --- The types that hide a state
// -------------------------------------------------------------------------------------

CommitCandidate::CommitCandidate(std::unique_ptr<State> state) : state_(std::move(state)) {}
CommitCandidate::CommitCandidate(CommitCandidate&&) noexcept = default;
CommitCandidate& CommitCandidate::operator=(CommitCandidate&&) noexcept = default;
CommitCandidate::~CommitCandidate() = default;

const Sender& CommitCandidate::sender() const { return state_->message.content.sender; }
LeafIndex CommitCandidate::committer() const { return state_->committer; }
BytesView CommitCandidate::authenticated_data() const { return state_->message.content.authenticated_data; }
std::span<const CommittedProposal> CommitCandidate::proposals() const { return state_->proposals; }
std::span<const CommitCandidate::Added> CommitCandidate::added() const { return state_->applied.added; }
std::span<const LeafIndex> CommitCandidate::removed() const { return state_->applied.removed; }
bool CommitCandidate::removes_me() const { return state_->removes_me; }
bool CommitCandidate::has_path() const { return state_->message.content.commit().path.has_value(); }
const std::vector<Extension>& CommitCandidate::group_extensions() const { return state_->context.extensions; }
const RatchetTree& CommitCandidate::tree() const { return state_->applied.tree; }
uint64_t CommitCandidate::epoch() const { return state_->context.epoch; }
const ReInit* CommitCandidate::reinit() const {
  return state_->applied.reinit ? &*state_->applied.reinit : nullptr;
}

StagedCommit::StagedCommit(std::unique_ptr<State> state) : state_(std::move(state)) {}
StagedCommit::StagedCommit(StagedCommit&&) noexcept = default;
StagedCommit& StagedCommit::operator=(StagedCommit&&) noexcept = default;
StagedCommit::~StagedCommit() = default;

uint64_t StagedCommit::epoch() const { return state_->epoch.context.epoch; }
BytesView StagedCommit::epoch_authenticator() const {
  return state_->epoch.secrets.epoch_authenticator.view();
}
BytesView StagedCommit::tree_hash() const { return state_->epoch.context.tree_hash; }
Secret StagedCommit::export_secret(std::string_view label, BytesView context, size_t size_bytes) const {
  const EpochState& epoch = state_->epoch;
  return mls::export_secret(*epoch.suite, epoch.secrets.exporter_secret.view(), label, context, size_bytes);
}

PendingCommit::PendingCommit(std::unique_ptr<State> state) : state_(std::move(state)) {}
PendingCommit::PendingCommit(PendingCommit&&) noexcept = default;
PendingCommit& PendingCommit::operator=(PendingCommit&&) noexcept = default;
PendingCommit::~PendingCommit() = default;

BytesView PendingCommit::message() const { return state_->message; }
std::optional<BytesView> PendingCommit::welcome() const {
  if (!state_->welcome) return {};
  return BytesView(*state_->welcome);
}
const StagedCommit& PendingCommit::staged() const { return state_->staged; }
Bytes PendingCommit::ratchet_tree() const { return state_->staged.state_->epoch.tree.encode(); }
Result<Bytes> PendingCommit::group_info(const GroupInfoParams& params) const {
  HW_LET(const Bytes info, make_group_info(state_->staged.state_->epoch, params));
  return group_info_message(info);
}

Group::Group(std::unique_ptr<State> state) : state_(std::move(state)) {}
Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;
Group::~Group() = default;

// --- Creation
// --------------------------------------------------------------------------------------------------------

namespace {

Result<RatchetTree> tree_of_one(const Suite& suite, const CreateParams& params, BytesView encryption_key) {
  HW_TRY(params.capabilities.check_own());
  LeafContent content;
  content.encryption_key = copy_of(encryption_key);
  content.signature_key = params.signature_key.public_key;
  content.credential = params.credential;
  content.capabilities = params.capabilities;
  content.extensions = params.leaf_extensions;
  HW_LET(LeafNode leaf,
         LeafNode::for_key_package(suite, content, params.lifetime, params.signature_key.private_key.view()));
  HW_LET(const GroupRules rules, GroupRules::of(suite, params.group_extensions, {}));
  HW_TRY(leaf.check(rules.for_leaf(LeafSource::kKeyPackage)));
  RatchetTree tree(suite);
  HW_TRY(check_among_members(tree, tree.add(std::move(leaf))));
  HW_TRY(rules.check_members(tree));
  return tree;
}

}  // namespace

Result<Group> Group::create(const CreateParams& params, Random& random) {
  const Suite* suite = Suite::find(params.suite);
  if (suite == nullptr) return Error(MlsError::kUnsupported, "cipher suite");
  KeyPair encryption = suite->generate_hpke_key_pair(random);
  auto tree = tree_of_one(*suite, params, encryption.public_key);
  if (!tree.ok()) return Error(MlsError::kBadParams, tree.error().context());

  EpochState epoch(*suite, *std::move(tree));
  epoch.context.cipher_suite = static_cast<uint16_t>(params.suite);
  epoch.context.group_id = params.group_id;
  epoch.context.tree_hash = copy_of(epoch.tree.tree_hash());
  epoch.context.extensions = params.group_extensions;
  epoch.context_bytes = encoded(epoch.context);
  epoch.mine = TreePrivate(LeafIndex{0}, std::move(encryption.private_key));
  epoch.signature_key = params.signature_key.private_key.clone();
  const Secret epoch_secret = random.secret(suite->hash_size());
  EpochStart start = epoch_from_secret(*suite, epoch_secret.view());
  epoch.secrets = std::move(start.secrets);
  epoch.confirmation_tag = copy_of(confirmation_tag(*suite, epoch.secrets.confirmation_key.view(), {}));
  epoch.interim_hash = copy_of(interim_transcript_hash(*suite, {}, epoch.confirmation_tag));
  return Group(std::make_unique<State>(std::move(epoch), std::move(start.encryption_secret), params.limits));
}

// --- What it is
// ------------------------------------------------------------------------------------------------------

const Suite& Group::suite() const { return *state_->epoch.suite; }
BytesView Group::group_id() const { return state_->epoch.context.group_id; }
uint64_t Group::epoch() const { return state_->epoch.context.epoch; }
LeafIndex Group::own_leaf() const { return state_->own(); }
BytesView Group::tree_hash() const { return state_->epoch.context.tree_hash; }
BytesView Group::epoch_authenticator() const { return state_->epoch.secrets.epoch_authenticator.view(); }
BytesView Group::confirmed_transcript_hash() const { return state_->epoch.context.confirmed_transcript_hash; }
const std::vector<Extension>& Group::group_extensions() const { return state_->epoch.context.extensions; }
const RatchetTree& Group::tree() const { return state_->epoch.tree; }
size_t Group::member_count() const { return state_->epoch.tree.member_count(); }
const LeafNode* Group::member(LeafIndex leaf) const { return state_->epoch.tree.leaf(leaf); }
void Group::for_each_member(const std::function<void(LeafIndex, const LeafNode&)>& visit) const {
  state_->epoch.tree.for_each_member(visit);
}
const ReInit* Group::reinit() const { return state_->epoch.reinit ? &*state_->epoch.reinit : nullptr; }
const std::vector<PendingProposal>& Group::pending_proposals() const { return state_->pending; }

Secret Group::export_secret(std::string_view label, BytesView context, size_t size_bytes) const {
  const EpochState& epoch = state_->epoch;
  return mls::export_secret(*epoch.suite, epoch.secrets.exporter_secret.view(), label, context, size_bytes);
}

const Secret& Group::resumption_psk() const { return state_->epoch.secrets.resumption_psk; }

Result<Bytes> Group::sign_with_label(std::string_view label, BytesView content) const {
  // A signature for the caller must never pass for one of the protocol's own structures (section 5.1.2).
  if (label.ends_with("TBS")) return Error(MlsError::kBadParams, "5.1.2/label: one of RFC 9420");
  return suite().sign_with_label(state_->epoch.signature_key.view(), label, content);
}

Result<> Group::verify_with_label(LeafIndex leaf, std::string_view label, BytesView content,
                                  BytesView signature) const {
  const LeafNode* signer = member(leaf);
  if (signer == nullptr) return Error(MlsError::kNotMember, "verify_with_label");
  if (!suite().verify_with_label(signer->signature_key(), label, content, signature).ok()) {
    return Error(MlsError::kBadSignature, "verify_with_label");
  }
  return success();
}

Result<Bytes> Group::group_info(const GroupInfoParams& params) const {
  HW_LET(const Bytes info, make_group_info(state_->epoch, params));
  return group_info_message(info);
}

// --- Shared
// ----------------------------------------------------------------------------------------------------------

void Group::State::keep_proposal(PendingProposal proposal, PendingExtra extra) {
  extra.number = next_number++;
  pending_changed.insert(extra.number);
  pending.push_back(std::move(proposal));
  extras.push_back(std::move(extra));
}

void Group::State::drop_all_proposals() {
  for (const PendingExtra& extra : extras) pending_changed.insert(extra.number);
  pending.clear();
  extras.clear();
}

void Group::State::enter(EpochState next, Secret encryption_secret) {
  rows_changed.merge(secret_tree.rows());
  rows_changed.merge(secret_tree.take_changes());
  drop_all_proposals();
  identity_changed = identity_changed || !(next.signature_key == epoch.signature_key);
  epoch_changed = true;
  epoch = std::move(next);
  secret_tree = SecretTree(*epoch.suite, epoch.tree.leaf_slot_count(), std::move(encryption_secret));
}

NextEpoch derive_next_epoch(const Suite& suite, const NextEpochInput& input) {
  NextEpoch next;
  next.context_bytes = encoded(*input.context);
  const Secret zeros(suite.hash_size());
  const BytesView commit_secret = input.commit_secret.empty() ? zeros.view() : input.commit_secret;
  next.joiner_secret = derive_joiner_secret(suite, input.init_secret, commit_secret, next.context_bytes);
  next.start = derive_epoch(suite, next.joiner_secret.view(), input.psk_secret, next.context_bytes);
  const BytesView confirmed = input.context->confirmed_transcript_hash;
  next.confirmation_tag =
      copy_of(confirmation_tag(suite, next.start.secrets.confirmation_key.view(), confirmed));
  next.interim_hash = copy_of(interim_transcript_hash(suite, confirmed, next.confirmation_tag));
  return next;
}

KnownPsk resumption_of(const EpochState& epoch) {
  return {epoch.context.group_id, epoch.context.epoch, &epoch.secrets.resumption_psk};
}

Result<std::vector<PskInput>> find_psks(std::span<const PreSharedKeyId> ids, std::span<const KnownPsk> known,
                                        const PskLookup& lookup) {
  std::vector<PskInput> out;
  for (const PreSharedKeyId& id : ids) {
    std::optional<Secret> psk;
    if (id.type == PskType::kResumption) {
      for (const KnownPsk& own : known) {
        if (id.psk_epoch == own.epoch && equal(id.psk_group_id, own.group_id)) psk = own.psk->clone();
      }
    }
    if (!psk && lookup) psk = lookup(id);
    if (!psk) return Error(MlsError::kMissingPsk, "8.4/psk: not at hand");
    out.push_back({encoded(id), *std::move(psk)});
  }
  return out;
}

Bytes group_info_message(BytesView info) {
  Writer out;
  out.u16(kProtocolVersion).u16(static_cast<uint16_t>(WireFormat::kGroupInfo)).raw(info);
  return out.take();
}

Result<Bytes> make_group_info(const EpochState& epoch, const GroupInfoParams& params) {
  GroupInfo info;
  info.group_context = epoch.context;
  if (params.ratchet_tree) info.extensions.push_back({ExtensionType::kRatchetTree, epoch.tree.encode()});
  if (params.external_pub) {
    HW_LET(const KeyPair external, epoch.suite->derive_key_pair(epoch.secrets.external_secret.view()));
    Writer key;
    key.opaque(external.public_key);
    info.extensions.push_back({ExtensionType::kExternalPub, key.take()});
  }
  for (const Extension& extension : params.extensions) {
    if (find_extension(info.extensions, extension.type) != nullptr) {
      return Error(MlsError::kBadParams, "13.4/twice: two GroupInfo extensions of one type");
    }
    info.extensions.push_back(extension);
  }
  info.confirmation_tag = epoch.confirmation_tag;
  info.signer = epoch.mine.own();
  size_t size = 512 + epoch.context_bytes.size();
  for (const Extension& extension : info.extensions) size += 8 + extension.data.size();
  Writer out;
  out.reserve(size);
  encode_tbs(out, info);
  HW_LET(const Bytes signature,
         epoch.suite->sign_with_label(epoch.signature_key.view(), "GroupInfoTBS", out.view()));
  out.opaque(signature);
  return out.take();
}

Result<> merge_path(AppliedList& applied, const UpdatePath& path, const Suite& suite,
                    const PathPlace& place) {
  HW_LET(const GroupRules rules, GroupRules::of(suite, applied.extensions, place.now_s));
  HW_TRY(path.leaf_node.check(rules.for_leaf(LeafSource::kCommit)));
  HW_TRY(merge_update_path(applied.tree, path, {place.sender, applied.added_leaves, place.group_id}));
  return check_among_members(applied.tree, place.sender);
}

Result<> check_next_members(const AppliedList& applied, const Suite& suite) {
  if (!applied.extensions_changed) return success();
  HW_LET(const GroupRules rules, GroupRules::of(suite, applied.extensions, {}));
  return rules.check_members(applied.tree);
}

}  // namespace homeward::mls
