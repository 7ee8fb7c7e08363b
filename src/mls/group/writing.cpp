// Messages and proposals of mine; commits are in committing.cpp.
#include "mls/group/writing.h"

namespace homeward::mls {

Result<> check_can_send(const EpochState& epoch) {
  // "the client MUST NOT use the group to send messages anymore" (section 12.4.2).
  if (epoch.reinit) return Error(MlsError::kReinitialised, "11.2/ended: re-initialised");
  return success();
}

Result<AuthenticatedContent> sign_by_me(const EpochState& epoch, WireFormat format, Bytes authenticated_data,
                                        std::variant<ApplicationData, Proposal, Commit> body) {
  if (format != WireFormat::kPublicMessage && format != WireFormat::kPrivateMessage) {
    return Error(MlsError::kBadParams, "not a wire format of content");
  }
  AuthenticatedContent out;
  out.wire_format = format;
  out.content.group_id = epoch.context.group_id;
  out.content.epoch = epoch.context.epoch;
  out.content.sender = Sender::member(epoch.mine.own());
  out.content.authenticated_data = std::move(authenticated_data);
  out.content.body = std::move(body);
  HW_LET(out.auth.signature,
         sign_content(*epoch.suite, epoch.signature_key.view(), format, out.content, epoch.context_bytes));
  return out;
}

Result<Bytes> frame(Group::State& state, const AuthenticatedContent& content, const TargetSize& size,
                    Random& random) {
  const EpochState& epoch = state.epoch;
  const Suite& suite = *epoch.suite;
  if (content.wire_format == WireFormat::kPublicMessage) {
    const Digest tag =
        membership_tag(suite, epoch.secrets.membership_key.view(), content, epoch.context_bytes);
    return encode_message(PublicMessage{content.content, content.auth, copy_of(tag)});
  }
  const PrivateMessageSizes sizes{content.content.group_id.size(), content.content.authenticated_data.size(),
                                  content_and_auth_size(content)};
  size_t padding = 0;
  if (size) padding = padding_for(suite, sizes, size(private_message_size(suite, sizes, 0)));
  const RatchetType type = content.content.content_type() == ContentType::kApplication
                               ? RatchetType::kApplication
                               : RatchetType::kHandshake;
  HW_LET(const SecretTree::Next next, state.secret_tree.next(state.own(), type));
  SenderData sender{state.own(), next.generation, {}};
  random.fill(sender.reuse_guard);
  return encode_message(seal_private_message(suite, epoch.secrets.sender_data_secret.view(), next.key, sender,
                                             content, padding));
}

LeafContent changed_leaf(const LeafNode& leaf, const LeafChange& change) {
  LeafContent content = leaf.content();
  if (change.extensions) content.extensions = *change.extensions;
  if (change.credential) content.credential = *change.credential;
  if (change.capabilities) content.capabilities = *change.capabilities;
  if (change.signature_key != nullptr) content.signature_key = change.signature_key->public_key;
  return content;
}

namespace {

// Checks, signs, frames and keeps a proposal of mine.
Result<Proposed> send_proposal(Group::State& state, const Proposal& proposal, const MessageParams& params,
                               PendingExtra extra, Random& random) {
  const EpochState& epoch = state.epoch;
  HW_TRY(check_can_send(epoch));
  ListPlace place;
  place.suite = epoch.suite;
  place.context = &epoch.context;
  place.tree = &epoch.tree;
  place.now_s = params.now_s;
  const Sender me = Sender::member(state.own());
  HW_LET(const GroupRules rules, GroupRules::of(*epoch.suite, epoch.context.extensions, params.now_s));
  HW_TRY(check_proposal(place, rules, me, proposal, false));
  HW_LET(const AuthenticatedContent content,
         sign_by_me(epoch, params.wire_format, params.authenticated_data, proposal));
  Proposed out;
  out.ref = proposal_ref(*epoch.suite, content);
  HW_LET(out.message, frame(state, content, params.size, random));
  state.keep_proposal({out.ref, me, params.authenticated_data, proposal}, std::move(extra));
  return out;
}

}  // namespace

Result<Proposed> Group::propose(const Proposal& proposal, const MessageParams& params, Random& random) {
  // The private key of an Update would be unknown here; an ExternalInit belongs to external commits alone.
  if (std::holds_alternative<Update>(proposal) || std::holds_alternative<ExternalInit>(proposal)) {
    return Error(MlsError::kBadParams, "propose: use propose_update or join_external");
  }
  return send_proposal(*state_, proposal, params, {}, random);
}

Result<Proposed> Group::propose_update(const LeafChange& change, const MessageParams& params,
                                       Random& random) {
  KeyPair encryption = suite().generate_hpke_key_pair(random);
  LeafContent content = changed_leaf(*member(own_leaf()), change);
  content.encryption_key = std::move(encryption.public_key);
  PendingExtra extra;
  extra.leaf_key = std::move(encryption.private_key);
  if (change.signature_key != nullptr) extra.signature_key = change.signature_key->private_key.clone();
  const Secret& signer = extra.signature_key.empty() ? state_->epoch.signature_key : extra.signature_key;
  HW_LET(LeafNode leaf, LeafNode::for_update(suite(), content, {group_id(), own_leaf()}, signer.view()));
  return send_proposal(*state_, Update{std::move(leaf)}, params, std::move(extra), random);
}

Result<Bytes> Group::protect(const ProtectParams& params, Random& random) {
  const EpochState& epoch = state_->epoch;
  HW_TRY(check_can_send(epoch));
  // "A group member that has observed one or more valid proposals within an epoch MUST send a Commit message
  // before sending application data" (section 12.4).
  if (!params.despite_proposals && !state_->pending.empty()) {
    return Error(MlsError::kProposalsPending, "12.4/commit-first: proposals wait");
  }
  HW_LET(const AuthenticatedContent content,
         sign_by_me(epoch, WireFormat::kPrivateMessage, copy_of(params.authenticated_data),
                    ApplicationData{copy_of(params.data)}));
  return frame(*state_, content, params.size, random);
}

size_t Group::protected_size(size_t data_size_bytes, size_t authenticated_data_size_bytes) const {
  constexpr size_t kLargestSignature = 72;  // ECDSA over P-256 in DER; Ed25519 has 64
  const size_t signature = suite().id() == SuiteId::kP256Aes128Sha256P256 ? kLargestSignature : 64;
  const auto with_length = [](size_t size) { return size + (size < 64 ? 1 : size < 16384 ? 2 : 4); };
  const PrivateMessageSizes sizes{group_id().size(), authenticated_data_size_bytes,
                                  with_length(data_size_bytes) + with_length(signature)};
  return private_message_size(suite(), sizes, 0);
}

Result<Bytes> propose_from_outside(const OutsideProposal& params) {
  const Suite* suite = Suite::find(params.suite);
  if (suite == nullptr || params.proposal == nullptr)
    return Error(MlsError::kBadParams, "propose_from_outside");
  if (params.sender.type != SenderType::kExternal && params.sender.type != SenderType::kNewMemberProposal) {
    return Error(MlsError::kBadParams, "12.1.8/sender: not outside the group");
  }
  PublicMessage message;
  message.content.group_id = copy_of(params.group_id);
  message.content.epoch = params.epoch;
  message.content.sender = params.sender;
  message.content.authenticated_data = params.authenticated_data;
  message.content.body = *params.proposal;
  HW_LET(message.auth.signature,
         sign_content(*suite, params.signature_key, WireFormat::kPublicMessage, message.content, {}));
  return encode_message(message);
}

}  // namespace homeward::mls
