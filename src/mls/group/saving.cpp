// The saved state, in rows (docs/formats/mls_state.md), and pending commits as bytes.
#include "mls/group/state.h"

namespace homeward::mls {

namespace {

constexpr uint8_t kStateVersion = 1;
constexpr uint8_t kIdentityRow = 'i';
constexpr uint8_t kEpochRow = 'e';
constexpr uint8_t kTreeRow = 't';
constexpr uint8_t kProposalRow = 'p';

Bytes id_of(const SecretTree::Row& row) {
  Writer id;
  id.u8(static_cast<uint8_t>(row.kind)).u32(row.index);
  if (row.kind == SecretTree::Row::Kind::kRatchet) id.u8(static_cast<uint8_t>(row.type));
  return id.take();
}

Bytes id_of_proposal(uint32_t number) {
  Writer id;
  id.u8(kProposalRow).u32(number);
  return id.take();
}

Secret secret_opaque(Reader& in) { return Secret(in.opaque()); }

void encode_epoch_secrets(Writer& out, const EpochSecrets& secrets) {
  for (const Secret* secret : {&secrets.sender_data_secret, &secrets.exporter_secret,
                               &secrets.external_secret, &secrets.confirmation_key, &secrets.membership_key,
                               &secrets.resumption_psk, &secrets.epoch_authenticator, &secrets.init_secret}) {
    out.opaque(secret->view());
  }
}

EpochSecrets decode_epoch_secrets(Reader& in, size_t hash_size) {
  EpochSecrets secrets;
  for (Secret* secret : {&secrets.sender_data_secret, &secrets.exporter_secret, &secrets.external_secret,
                         &secrets.confirmation_key, &secrets.membership_key, &secrets.resumption_psk,
                         &secrets.epoch_authenticator, &secrets.init_secret}) {
    *secret = secret_opaque(in);
    if (secret->size() != hash_size) in.fail(CodecError::kMalformed);
  }
  return secrets;
}

Secret encode_identity(const EpochState& epoch) {
  Writer out;
  out.reserve(256);
  out.u8(kStateVersion).u16(epoch.context.cipher_suite).opaque(epoch.signature_key.view());
  return out.take_secret();
}

Secret encode_epoch(const Group::State& state) {
  const EpochState& epoch = state.epoch;
  const Secret mine = epoch.mine.encode();
  Writer out;
  out.reserve(2048 + epoch.context_bytes.size() + mine.size());
  out.opaque(epoch.context_bytes).opaque(epoch.interim_hash).opaque(epoch.confirmation_tag);
  encode_epoch_secrets(out, epoch.secrets);
  out.opaque(mine.view());
  out.optional(epoch.reinit.has_value(), [&](Writer& w) { encode_body(w, *epoch.reinit); });
  return out.take_secret();
}

Secret encode_pending(const PendingProposal& proposal, const PendingExtra& extra) {
  Writer out;
  const Bytes body = encoded(proposal.proposal);
  out.reserve(512 + body.size() + proposal.authenticated_data.size());
  out.opaque(proposal.ref);
  encode(out, proposal.sender);
  out.opaque(proposal.authenticated_data)
      .opaque(body)
      .opaque(extra.leaf_key.view())
      .opaque(extra.signature_key.view());
  return out.take_secret();
}

Result<> decode_pending(BytesView value, PendingProposal& proposal, PendingExtra& extra) {
  Reader in(value);
  proposal.ref = copy_of(in.opaque());
  proposal.sender = decode_sender(in);
  proposal.authenticated_data = copy_of(in.opaque());
  Reader body(in.opaque());
  proposal.proposal = decode_proposal(body);
  extra.leaf_key = secret_opaque(in);
  extra.signature_key = secret_opaque(in);
  if (!in.finish().ok() || !body.finish().ok()) return Error(MlsError::kMalformed, "saved proposal");
  return success();
}

Error bad_state(const char* what) { return {MlsError::kMalformed, what}; }

// The value of a row that is there now; nothing if it is gone.
std::optional<Secret> pending_value(const Group::State& state, uint32_t number) {
  const auto found = std::ranges::find(state.extras, number, &PendingExtra::number);
  if (found == state.extras.end()) return {};
  return encode_pending(state.pending[static_cast<size_t>(found - state.extras.begin())], *found);
}

}  // namespace

std::vector<PartChange> Group::changed_parts() {
  State& state = *state_;
  std::vector<PartChange> out;
  if (std::exchange(state.identity_changed, false))
    out.push_back({{kIdentityRow}, encode_identity(state.epoch)});
  if (std::exchange(state.epoch_changed, false)) {
    out.push_back({{kEpochRow}, encode_epoch(state)});
    out.push_back({{kTreeRow}, Secret::adopt(state.epoch.tree.encode())});
  }
  std::set<SecretTree::Row> rows = std::exchange(state.rows_changed, {});
  rows.merge(state.secret_tree.take_changes());
  for (const SecretTree::Row& row : rows) out.push_back({id_of(row), state.secret_tree.value(row)});
  for (const uint32_t number : std::exchange(state.pending_changed, {})) {
    out.push_back({id_of_proposal(number), pending_value(state, number)});
  }
  return out;
}

std::vector<PartChange> Group::all_parts() const {
  const State& state = *state_;
  std::vector<PartChange> out;
  out.push_back({{kIdentityRow}, encode_identity(state.epoch)});
  out.push_back({{kEpochRow}, encode_epoch(state)});
  out.push_back({{kTreeRow}, Secret::adopt(state.epoch.tree.encode())});
  for (const SecretTree::Row& row : state.secret_tree.rows()) {
    out.push_back({id_of(row), state.secret_tree.value(row)});
  }
  for (const PendingExtra& extra : state.extras) {
    out.push_back({id_of_proposal(extra.number), pending_value(state, extra.number)});
  }
  return out;
}

std::vector<PartChange> Group::erase_all_parts() const {
  std::vector<PartChange> out;
  std::set<SecretTree::Row> rows = state_->rows_changed;
  rows.merge(state_->secret_tree.rows());
  for (const uint8_t id : {kIdentityRow, kEpochRow, kTreeRow}) out.push_back({{id}, std::nullopt});
  for (const SecretTree::Row& row : rows) out.push_back({id_of(row), std::nullopt});
  std::set<uint32_t> numbers = state_->pending_changed;
  for (const PendingExtra& extra : state_->extras) numbers.insert(extra.number);
  for (const uint32_t number : numbers) out.push_back({id_of_proposal(number), std::nullopt});
  return out;
}

// --- Restoring
// -------------------------------------------------------------------------------------------------------

namespace {

const Part* find_part(std::span<const Part> parts, uint8_t id) {
  for (const Part& part : parts) {
    if (part.id.size() == 1 && part.id[0] == id) return &part;
  }
  return nullptr;
}

Result<EpochState> restore_epoch(std::span<const Part> parts) {
  const Part* identity = find_part(parts, kIdentityRow);
  const Part* epoch_part = find_part(parts, kEpochRow);
  const Part* tree_part = find_part(parts, kTreeRow);
  if (identity == nullptr || epoch_part == nullptr || tree_part == nullptr)
    return bad_state("a row is missing");
  Reader who(identity->value);
  const uint8_t version = who.u8();
  const Suite* suite = Suite::find(static_cast<SuiteId>(who.u16()));
  Secret signature_key = secret_opaque(who);
  if (!who.finish().ok() || version != kStateVersion || suite == nullptr) return bad_state("identity row");
  HW_LET(RatchetTree tree, RatchetTree::decode(*suite, tree_part->value));

  EpochState epoch(*suite, std::move(tree));
  epoch.signature_key = std::move(signature_key);
  Reader in(epoch_part->value);
  epoch.context_bytes = copy_of(in.opaque());
  Reader context(epoch.context_bytes);
  epoch.context = decode_group_context(context);
  epoch.interim_hash = copy_of(in.opaque());
  epoch.confirmation_tag = copy_of(in.opaque());
  epoch.secrets = decode_epoch_secrets(in, suite->hash_size());
  HW_LET(epoch.mine, TreePrivate::decode(in.opaque()));
  if (in.optional()) epoch.reinit = std::get<ReInit>(decode_proposal_body(in, ProposalType::kReInit));
  if (!in.finish().ok() || !context.finish().ok()) return bad_state("epoch row");
  if (epoch.tree.leaf(epoch.mine.own()) == nullptr) return bad_state("own leaf");
  if (!equal(epoch.tree.tree_hash(), epoch.context.tree_hash))
    return bad_state("the tree is of another epoch");
  return epoch;
}

Result<SecretTree::Row> secret_row(BytesView id) {
  SecretTree::Row row;
  Reader in(id);
  const uint8_t kind = in.u8();
  row.kind = static_cast<SecretTree::Row::Kind>(kind);
  row.index = in.u32();
  if (row.kind == SecretTree::Row::Kind::kRatchet) {
    const uint8_t type = in.u8();
    if (type > 1) in.fail(CodecError::kMalformed);
    row.type = static_cast<RatchetType>(type);
  }
  if (!in.finish().ok()) return bad_state("row id");
  return row;
}

}  // namespace

Result<Group> Group::restore(std::span<const Part> parts, const RatchetLimits& limits) {
  HW_LET(EpochState epoch, restore_epoch(parts));
  SecretTree secrets = SecretTree::empty(*epoch.suite, epoch.tree.leaf_slot_count());
  std::map<uint32_t, std::pair<PendingProposal, PendingExtra>> proposals;
  for (const Part& part : parts) {
    if (part.id.empty()) return bad_state("row id");
    const uint8_t kind = part.id[0];
    if (kind == 'n' || kind == 'r') {
      HW_LET(const SecretTree::Row row, secret_row(part.id));
      HW_TRY(secrets.put(row, part.value));
    } else if (kind == kProposalRow) {
      Reader id(part.id.subspan(1));
      const uint32_t number = id.u32();
      if (!id.finish().ok()) return bad_state("row id");
      auto& [proposal, extra] = proposals[number];
      HW_TRY(decode_pending(part.value, proposal, extra));
      extra.number = number;
    } else if (kind != kIdentityRow && kind != kEpochRow && kind != kTreeRow) {
      return bad_state("row id");
    }
  }
  auto state = std::make_unique<State>(std::move(epoch), std::move(secrets), limits);
  state->identity_changed = false;
  state->epoch_changed = false;
  for (auto& [number, kept] : proposals) {
    state->pending.push_back(std::move(kept.first));
    state->extras.push_back(std::move(kept.second));
    state->next_number = number + 1;
  }
  return Group(std::move(state));
}

// --- Pending commits
// -------------------------------------------------------------------------------------------------

Secret PendingCommit::save() const {
  const StagedCommit::State& staged = *state_->staged.state_;
  const Secret mine = staged.epoch.mine.encode();
  const Bytes content = encoded(state_->content);
  const BytesView welcome_bytes = state_->welcome ? BytesView(*state_->welcome) : BytesView();
  Writer out;
  out.reserve(2048 + mine.size() + content.size() + state_->message.size() + welcome_bytes.size());
  out.u8(kStateVersion).opaque(staged.from_interim_hash).opaque(state_->message);
  out.optional(state_->welcome.has_value(), [&](Writer& w) { w.opaque(*state_->welcome); });
  out.opaque(content).opaque(mine.view()).opaque(staged.epoch.signature_key.view());
  encode_epoch_secrets(out, staged.epoch.secrets);
  out.opaque(staged.encryption_secret.view());
  return out.take_secret();
}

Result<PendingCommit> Group::restore_pending(BytesView saved) const {
  Reader in(saved);
  if (in.u8() != kStateVersion) return bad_state("saved commit");
  const BytesView from = in.opaque();
  Bytes message = copy_of(in.opaque());
  std::optional<Bytes> welcome;
  if (in.optional()) welcome = copy_of(in.opaque());
  Reader content_in(in.opaque());
  Opened own{decode_authenticated_content(content_in), 0};
  const BytesView mine = in.opaque();
  Secret signature_key = secret_opaque(in);
  EpochSecrets secrets = decode_epoch_secrets(in, suite().hash_size());
  Secret encryption_secret = secret_opaque(in);
  if (!in.finish().ok() || !content_in.finish().ok()) return bad_state("saved commit");
  const EpochState& epoch = state_->epoch;
  if (!equal(from, epoch.interim_hash))
    return Error(MlsError::kWrongEpoch, "a pending commit of another epoch");
  // The public half follows from the commit itself, as it does for everybody else.
  HW_LET(CommitCandidate candidate, check_commit_against(*state_, own, {}, epoch.context.epoch == 0));
  CommitCandidate::State& next = *candidate.state_;

  EpochState entered(*epoch.suite, std::move(next.applied.tree));
  entered.context = std::move(next.context);
  entered.context_bytes = encoded(entered.context);
  entered.confirmation_tag = own.message.auth.confirmation_tag;
  entered.interim_hash = copy_of(interim_transcript_hash(
      *epoch.suite, entered.context.confirmed_transcript_hash, entered.confirmation_tag));
  HW_LET(entered.mine, TreePrivate::decode(mine));
  entered.signature_key = std::move(signature_key);
  entered.secrets = std::move(secrets);
  entered.reinit = std::move(next.applied.reinit);
  auto out = std::make_unique<PendingCommit::State>(StagedCommit(std::make_unique<StagedCommit::State>(
      epoch.interim_hash, std::move(entered), std::move(encryption_secret))));
  out->message = std::move(message);
  out->welcome = std::move(welcome);
  out->content = std::move(own.message);
  return PendingCommit(std::move(out));
}

}  // namespace homeward::mls
