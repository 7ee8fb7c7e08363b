// Opening messages and keeping proposals.
#include "mls/group/state.h"

namespace homeward::mls {

namespace {

RatchetType ratchet_for(ContentType type) {
  return type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
}

Result<> check_epoch(const EpochState& epoch, BytesView group_id, uint64_t number) {
  if (!equal(group_id, epoch.context.group_id))
    return Error(MlsError::kWrongGroup, "6/group: of the message");
  if (number != epoch.context.epoch) return Error(MlsError::kWrongEpoch, "6/epoch: of the message");
  return success();
}

// The key that must have signed a PublicMessage (section 6.1). A view into the message or the tree; `senders`
// keeps what is decoded for it.
Result<BytesView> signer_of(const EpochState& epoch, const FramedContent& content,
                            std::vector<ExternalSender>& senders) {
  const auto refuse = [](const char* why) { return Error(MlsError::kUnknownSender, why); };
  switch (content.sender.type) {
    case SenderType::kMember: {
      const LeafNode* leaf = epoch.tree.leaf(content.sender.leaf);
      if (leaf == nullptr) return refuse("6.1/member: a blank leaf");
      return leaf->signature_key();
    }
    case SenderType::kExternal: {
      const Extension* extension = find_extension(epoch.context.extensions, ExtensionType::kExternalSenders);
      if (extension == nullptr) return refuse("12.1.8/external-senders: the group has none");
      if (content.content_type() != ContentType::kProposal) return refuse("6.1/external: not a proposal");
      HW_LET(senders, decode_external_senders(extension->data));
      if (content.sender.external_index >= senders.size()) return refuse("6.1/external-index: unknown");
      return BytesView(senders[content.sender.external_index].signature_key);
    }
    case SenderType::kNewMemberProposal: {
      if (content.content_type() != ContentType::kProposal) return refuse("6.1/new-member-proposal: not one");
      const Add* add = std::get_if<Add>(&content.proposal());
      if (add == nullptr) return refuse("6.1/new-member-proposal: not an Add");
      return add->key_package.leaf_node.signature_key();
    }
    case SenderType::kNewMemberCommit: {
      if (content.content_type() != ContentType::kCommit) return refuse("6.1/new-member-commit: not one");
      if (!content.commit().path) return Error(MlsError::kPathMissing, "12.4.3.2/path: none");
      return content.commit().path->leaf_node.signature_key();
    }
  }
  return refuse("6/sender-type: unknown");
}

Result<Opened> open_public(const EpochState& epoch, PublicMessage message) {
  HW_TRY(check_epoch(epoch, message.content.group_id, message.content.epoch));
  // "Applications MUST use PrivateMessage to encrypt application messages" (section 6).
  if (message.content.content_type() == ContentType::kApplication) {
    return Error(MlsError::kMalformed, "6/application: in a PublicMessage");
  }
  Opened out;
  out.message = {WireFormat::kPublicMessage, std::move(message.content), std::move(message.auth)};
  if (out.sender().type == SenderType::kMember) {
    const Digest tag =
        membership_tag(*epoch.suite, epoch.secrets.membership_key.view(), out.message, epoch.context_bytes);
    if (!constant_time_equal(tag, message.membership_tag))
      return Error(MlsError::kBadMembershipTag, "6.2/membership-tag: wrong");
  }
  std::vector<ExternalSender> senders;
  HW_LET(const BytesView key, signer_of(epoch, out.message.content, senders));
  HW_TRY(verify_content(*epoch.suite, key, out.message, epoch.context_bytes));
  return out;
}

// A PrivateMessage by the member whom its sender data names.
Result<Opened> open_private(const EpochState& epoch, const AeadKey& key, const SenderData& sender,
                            const PrivateMessage& message) {
  HW_LET(AuthenticatedContent content, open_private_message(*epoch.suite, key, sender, message));
  HW_TRY(verify_content(*epoch.suite, epoch.tree.leaf(sender.leaf)->signature_key(), content,
                        epoch.context_bytes));
  return Opened{std::move(content), sender.generation};
}

Result<SenderData> sender_of(const EpochState& epoch, const PrivateMessage& message) {
  HW_TRY(check_epoch(epoch, message.group_id, message.epoch));
  HW_LET(const SenderData sender,
         open_sender_data(*epoch.suite, epoch.secrets.sender_data_secret.view(), message));
  // "MUST verify that the leaf index … identifies a non-blank node" (section 6.3.2).
  if (epoch.tree.leaf(sender.leaf) == nullptr) return Error(MlsError::kUnknownSender, "6.3.2/leaf: blank");
  return sender;
}

bool proposal_is_update(const Opened& opened) {
  return opened.content_type() == ContentType::kProposal && std::holds_alternative<Update>(opened.proposal());
}

}  // namespace

Result<Peek> Group::peek(BytesView message) const {
  const EpochState& epoch = state_->epoch;
  HW_LET(const MlsMessage decoded, decode_message(message));
  Peek out;
  if (const auto* open = std::get_if<PublicMessage>(&decoded)) {
    HW_TRY(check_epoch(epoch, open->content.group_id, open->content.epoch));
    out.wire_format = WireFormat::kPublicMessage;
    out.group_id = open->content.group_id;
    out.epoch = open->content.epoch;
    out.content_type = open->content.content_type();
    out.sender = open->content.sender;
    out.own = out.sender.is_member(state_->own());
    return out;
  }
  const auto* sealed = std::get_if<PrivateMessage>(&decoded);
  if (sealed == nullptr) return Error(MlsError::kMalformed, "neither PublicMessage nor PrivateMessage");
  HW_LET(const SenderData sender, sender_of(epoch, *sealed));
  out.wire_format = WireFormat::kPrivateMessage;
  out.group_id = sealed->group_id;
  out.epoch = sealed->epoch;
  out.content_type = sealed->content_type;
  out.sender = Sender::member(sender.leaf);
  out.generation = sender.generation;
  out.own = sender.leaf == state_->own();
  out.used = state_->secret_tree.is_used(sender.leaf, ratchet_for(sealed->content_type), sender.generation);
  return out;
}

Result<Opened> Group::open(BytesView message) {
  const EpochState& epoch = state_->epoch;
  HW_LET(MlsMessage decoded, decode_message(message));
  if (auto* open = std::get_if<PublicMessage>(&decoded)) {
    if (open->content.sender.is_member(state_->own())) return Error(MlsError::kOwnMessage, "PublicMessage");
    return open_public(epoch, std::move(*open));
  }
  const auto* sealed = std::get_if<PrivateMessage>(&decoded);
  if (sealed == nullptr) return Error(MlsError::kMalformed, "neither PublicMessage nor PrivateMessage");
  HW_LET(const SenderData sender, sender_of(epoch, *sealed));
  if (sender.leaf == state_->own()) return Error(MlsError::kOwnMessage, "PrivateMessage");
  HW_LET(SecretTree::Prepared prepared,
         state_->secret_tree.prepare(sender.leaf, ratchet_for(sealed->content_type), sender.generation,
                                     state_->limits));
  HW_LET(Opened opened, open_private(epoch, prepared.key(), sender, *sealed));
  state_->secret_tree.consume(std::move(prepared), state_->limits);
  return opened;
}

Result<Opened> Group::open_own(BytesView message) const {
  const EpochState& epoch = state_->epoch;
  HW_LET(MlsMessage decoded, decode_message(message));
  if (auto* open = std::get_if<PublicMessage>(&decoded)) {
    if (!open->content.sender.is_member(state_->own())) return Error(MlsError::kUnknownSender, "not my leaf");
    return open_public(epoch, std::move(*open));
  }
  const auto* sealed = std::get_if<PrivateMessage>(&decoded);
  if (sealed == nullptr) return Error(MlsError::kMalformed, "neither PublicMessage nor PrivateMessage");
  HW_LET(const SenderData sender, sender_of(epoch, *sealed));
  if (sender.leaf != state_->own()) return Error(MlsError::kUnknownSender, "not my leaf");
  HW_LET(const SecretTree::Prepared prepared,
         state_->secret_tree.prepare(sender.leaf, ratchet_for(sealed->content_type), sender.generation,
                                     state_->limits));
  return open_private(epoch, prepared.key(), sender, *sealed);
}

Result<Bytes> Group::add_proposal(const Opened& opened) {
  const EpochState& epoch = state_->epoch;
  if (opened.content_type() != ContentType::kProposal)
    return Error(MlsError::kInvalidProposal, "not a proposal");
  HW_TRY(check_epoch(epoch, opened.message.content.group_id, opened.message.content.epoch));
  // An Update of mine that I do not remember has a key that I do not have.
  if (opened.sender().is_member(state_->own()) && proposal_is_update(opened)) {
    return Error(MlsError::kOwnMessage, "an update of mine");
  }
  Bytes ref = proposal_ref(suite(), opened.message);
  for (const PendingProposal& kept : state_->pending) {
    if (kept.ref == ref) return ref;
  }
  ListPlace place;
  place.suite = &suite();
  place.context = &epoch.context;
  place.tree = &epoch.tree;
  HW_LET(const GroupRules rules, GroupRules::of(suite(), epoch.context.extensions, {}));
  HW_TRY(check_proposal(place, rules, opened.sender(), opened.proposal(), false));
  state_->keep_proposal({ref, opened.sender(), copy_of(opened.authenticated_data()), opened.proposal()}, {});
  return ref;
}

void Group::drop_proposal(BytesView ref) {
  for (size_t i = 0; i < state_->pending.size(); ++i) {
    if (!equal(state_->pending[i].ref, ref)) continue;
    state_->pending_changed.insert(state_->extras[i].number);
    state_->pending.erase(state_->pending.begin() + static_cast<ptrdiff_t>(i));
    state_->extras.erase(state_->extras.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

}  // namespace homeward::mls
