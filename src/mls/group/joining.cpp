// Joining by a Welcome and by an external commit (section 12.4.3).
#include "mls/group/state.h"

namespace homeward::mls {

namespace {

// --- What both ways share
// --------------------------------------------------------------------------------------------

struct TreeSource {
  std::optional<BytesView> separate;
  CheckRunner run_checks;
  std::optional<uint64_t> now_s;
};

// The tree of a GroupInfo, with all of the RFC's checks, and the GroupInfo's signature.
Result<RatchetTree> checked_tree(const Suite& suite, const GroupInfo& info, const TreeSource& source) {
  const Extension* inside = find_extension(info.extensions, ExtensionType::kRatchetTree);
  if (inside == nullptr && !source.separate) return Error(MlsError::kInvalidTree, "12.4.3.3/tree: none");
  HW_LET(RatchetTree tree,
         RatchetTree::decode(suite, inside != nullptr ? BytesView(inside->data) : *source.separate));
  // "If the node is blank or if signature verification fails, return an error" (section 12.4.3.1).
  const LeafNode* signer = tree.leaf(info.signer);
  if (signer == nullptr) return Error(MlsError::kNotMember, "12.4.3.1/signer: a blank leaf");
  Writer tbs;
  encode_tbs(tbs, info);
  if (!suite.verify_with_label(signer->signature_key(), "GroupInfoTBS", tbs.view(), info.signature).ok()) {
    return Error(MlsError::kBadSignature, "12.4.3.1/signature: GroupInfo");
  }
  if (!equal(tree.tree_hash(), info.group_context.tree_hash))
    return Error(MlsError::kTreeHashMismatch, "12.4.3.1/tree-hash: another");
  HW_LET(const GroupRules rules, GroupRules::of(suite, info.group_context.extensions, source.now_s));
  HW_TRY(tree.validate({info.group_context.group_id, rules.for_leaf({}), source.run_checks}));
  HW_TRY(rules.check_members(tree));
  return tree;
}

// --- By a Welcome
// ----------------------------------------------------------------------------------------------------

Result<GroupSecrets> open_secrets(const Suite& suite, const Welcome& welcome, const JoinParams& params) {
  const Digest ref = params.key_package->ref(suite);
  for (const EncryptedGroupSecrets& item : welcome.secrets) {
    if (!equal(item.new_member, ref)) continue;
    auto plaintext =
        suite.decrypt_with_label(params.secrets->init_key.view(), "Welcome", welcome.encrypted_group_info,
                                 item.encrypted_group_secrets, params.key_package->init_key);
    if (!plaintext.ok()) return Error(MlsError::kDecryptFailed, "12.4.3.1/secrets: GroupSecrets");
    return decode_group_secrets(plaintext->view());
  }
  return Error(MlsError::kNotMember, "12.4.3.1/for-me: not for this key package");
}

const PreSharedKeyId* continuing_psk(const std::vector<PreSharedKeyId>& psks) {
  const auto continues = [](const PreSharedKeyId& id) {
    return id.type == PskType::kResumption && id.usage != ResumptionUsage::kApplication;
  };
  const auto found = std::ranges::find_if(psks, continues);
  return found == psks.end() ? nullptr : &*found;
}

Result<Secret> psk_secret_of(const Suite& suite, const GroupSecrets& secrets, const JoinParams& params) {
  size_t continuing = 0;
  for (const PreSharedKeyId& id : secrets.psks) {
    if (id.psk_nonce.size() != suite.hash_size())
      return Error(MlsError::kInvalidProposal, "8.4/nonce: its size");
    if (id.type == PskType::kResumption && id.usage != ResumptionUsage::kApplication) ++continuing;
  }
  // "if a PreSharedKeyID has type resumption with usage reinit or branch, verify that it is the only such
  // PSK".
  if (continuing > 1) return Error(MlsError::kInvalidProposal, "12.4.3.1/one-continues: two resumption PSKs");
  if (continuing == 1 && params.predecessor == nullptr) {
    return Error(MlsError::kMissingPsk, "12.4.3.1/continued: a group that was not named");
  }
  std::vector<KnownPsk> known;
  if (params.predecessor != nullptr) {
    const Group& before = *params.predecessor;
    known.push_back({before.group_id(), before.epoch(), &before.resumption_psk()});
  }
  HW_LET(const auto keys, find_psks(secrets.psks, known, params.psks));
  return derive_psk_secret(suite, keys);
}

Result<GroupInfo> open_group_info(const Suite& suite, const Welcome& welcome, const Secret& welcome_secret) {
  const AeadKey key = welcome_key(suite, welcome_secret.view());
  auto plaintext = suite.aead_open(key.key.view(), key.nonce.view(), {}, welcome.encrypted_group_info);
  if (!plaintext.ok()) return Error(MlsError::kDecryptFailed, "12.4.3.1/group-info: does not open");
  Reader in(plaintext->view());
  GroupInfo info = decode_group_info(in);
  if (!in.finish().ok()) return Error(MlsError::kMalformed, "12.4.3.1/group-info: cannot be read");
  if (info.group_context.cipher_suite != welcome.cipher_suite) {
    return Error(MlsError::kInvalidKeyPackage, "12.4.3.1/suite: another");
  }
  return info;
}

// Sections 11.2 and 11.3, as far as a library can tell: identities are compared by credential.
Result<> check_continues(const JoinParams& params, const PreSharedKeyId* psk, const GroupInfo& info,
                         const RatchetTree& tree) {
  if (params.predecessor == nullptr) return success();
  const auto refuse = [](const char* why) { return Error(MlsError::kReinitialised, why); };
  const Group& before = *params.predecessor;
  if (psk == nullptr) return refuse("11.2/psk: none of the earlier group");
  if (!equal(psk->psk_group_id, before.group_id()) || psk->psk_epoch != before.epoch()) {
    return refuse("11.2/psk: of another group or epoch");
  }
  if (info.group_context.epoch != 1) return refuse("12.4.3.1/epoch: not 1");
  const auto has = [](const RatchetTree& in, const Credential& who) {
    bool found = false;
    in.for_each_member([&](LeafIndex, const LeafNode& leaf) { found = found || leaf.credential() == who; });
    return found;
  };
  bool members_fit = true;
  if (psk->usage == ResumptionUsage::kBranch) {
    if (info.group_context.cipher_suite != static_cast<uint16_t>(before.suite().id()))
      return refuse("11.3/suite: another");
    tree.for_each_member([&](LeafIndex, const LeafNode& leaf) {
      members_fit = members_fit && has(before.tree(), leaf.credential());
    });
    return members_fit ? success() : Result<>(refuse("11.3/members: one who was not in the earlier group"));
  }
  const ReInit* reinit = before.reinit();
  if (reinit == nullptr || reinit->group_id != info.group_context.group_id ||
      reinit->version != kProtocolVersion || reinit->cipher_suite != info.group_context.cipher_suite ||
      reinit->extensions != info.group_context.extensions) {
    return refuse("11.2/parameters: not those of the ReInit proposal");
  }
  before.tree().for_each_member(
      [&](LeafIndex, const LeafNode& leaf) { members_fit = members_fit && has(tree, leaf.credential()); });
  return members_fit ? success() : Result<>(refuse("11.2/members: one of the earlier group is missing"));
}

Result<LeafIndex> own_leaf_in(const RatchetTree& tree, const KeyPackage& package) {
  const auto found = tree.find_by_signature_key(package.leaf_node.signature_key());
  if (!found || !(*tree.leaf(*found) == package.leaf_node)) {
    return Error(MlsError::kNotMember, "12.4.3.1/my-leaf: not in the tree");
  }
  return *found;
}

}  // namespace

Result<Joined> Group::join(const JoinParams& params) {
  if (params.key_package == nullptr || params.secrets == nullptr) return Error(MlsError::kBadParams, "join");
  HW_LET(const MlsMessage message, decode_message(params.welcome));
  const Welcome* welcome = std::get_if<Welcome>(&message);
  if (welcome == nullptr) return Error(MlsError::kMalformed, "not a Welcome");
  const Suite* with = Suite::find(static_cast<SuiteId>(welcome->cipher_suite));
  if (with == nullptr) return Error(MlsError::kUnsupported, "5.1/suite: unknown");
  if (params.key_package->cipher_suite != welcome->cipher_suite) {
    return Error(MlsError::kInvalidKeyPackage, "12.4.3.1/key-package-suite: another");
  }
  HW_LET(const GroupSecrets secrets, open_secrets(*with, *welcome, params));
  HW_LET(const Secret psk_secret, psk_secret_of(*with, secrets, params));
  const Secret welcome_secret = derive_welcome_secret(*with, secrets.joiner_secret.view(), psk_secret.view());
  HW_LET(GroupInfo info, open_group_info(*with, *welcome, welcome_secret));
  HW_LET(RatchetTree tree, checked_tree(*with, info, {params.ratchet_tree, params.run_checks, params.now_s}));
  HW_LET(const LeafIndex own, own_leaf_in(tree, *params.key_package));
  HW_TRY(check_continues(params, continuing_psk(secrets.psks), info, tree));

  EpochState epoch(*with, std::move(tree));
  epoch.mine = TreePrivate(own, params.secrets->encryption_key.clone());
  if (secrets.path_secret) {
    HW_TRY(epoch.mine.take_path_secret(epoch.tree, info.signer, secrets.path_secret->view()));
  }
  epoch.signature_key = params.secrets->signature_key.clone();
  epoch.context = std::move(info.group_context);
  epoch.context_bytes = encoded(epoch.context);
  EpochStart start =
      derive_epoch(*with, secrets.joiner_secret.view(), psk_secret.view(), epoch.context_bytes);
  epoch.secrets = std::move(start.secrets);
  const BytesView confirmed = epoch.context.confirmed_transcript_hash;
  if (!constant_time_equal(mls::confirmation_tag(*with, epoch.secrets.confirmation_key.view(), confirmed),
                           info.confirmation_tag)) {
    return Error(MlsError::kConfirmationTag, "12.4.3.1/confirmation-tag: wrong");
  }
  epoch.confirmation_tag = std::move(info.confirmation_tag);
  epoch.interim_hash = copy_of(interim_transcript_hash(*with, confirmed, epoch.confirmation_tag));
  std::erase_if(info.extensions, [](const Extension& e) { return e.type == ExtensionType::kRatchetTree; });
  return Joined{
      Group(std::make_unique<State>(std::move(epoch), std::move(start.encryption_secret), params.limits)),
      info.signer, std::move(info.extensions)};
}

// --- By an external commit
// -------------------------------------------------------------------------------------------

namespace {

Result<Bytes> external_key_of(const GroupInfo& info) {
  const Extension* extension = find_extension(info.extensions, ExtensionType::kExternalPub);
  if (extension == nullptr) return Error(MlsError::kBadParams, "12.4.3.2/external-pub: none");
  Reader in(extension->data);
  Bytes key = copy_of(in.opaque());
  if (!in.finish().ok()) return Error(MlsError::kMalformed, "12.4.3.2/external-pub: cannot be read");
  return key;
}

std::vector<CommittedProposal> external_list(const ExternalJoinParams& params, Bytes kem_output) {
  const Sender sender{SenderType::kNewMemberCommit, {}, 0};
  std::vector<CommittedProposal> list;
  list.push_back({sender, false, {}, {}, ExternalInit{std::move(kem_output)}, false});
  if (params.replaces) list.push_back({sender, false, {}, {}, Remove{*params.replaces}, false});
  for (const PreSharedKeyId& id : params.psk_ids)
    list.push_back({sender, false, {}, {}, PreSharedKey{id}, false});
  return list;
}

Result<NewUpdatePath> external_path(const ExternalJoinParams& params, const GroupInfo& info,
                                    AppliedList& applied, const Suite& suite, Random& random) {
  PathParams path;
  path.own = applied.tree.make_room();
  path.content.signature_key = params.signature_key->public_key;
  path.content.credential = params.credential;
  path.content.capabilities = params.capabilities;
  path.content.extensions = params.leaf_extensions;
  path.signature_private_key = params.signature_key->private_key.view();
  path.group_id = info.group_context.group_id;
  path.context = [&](BytesView tree_hash) {
    GroupContext context = info.group_context;
    ++context.epoch;
    context.tree_hash = copy_of(tree_hash);
    return encoded(context);
  };
  HW_LET(NewUpdatePath made, create_update_path(applied.tree, path, random));
  HW_LET(const GroupRules rules, GroupRules::of(suite, applied.extensions, {}));
  HW_TRY(made.path.leaf_node.check(rules.for_leaf(LeafSource::kCommit)));
  HW_TRY(check_among_members(applied.tree, path.own));
  return made;
}

}  // namespace

Result<ExternalJoin> Group::join_external(const ExternalJoinParams& params, Random& random) {
  if (params.signature_key == nullptr) return Error(MlsError::kBadParams, "join_external");
  HW_LET(MlsMessage decoded, decode_message(params.group_info));
  GroupInfo* info = std::get_if<GroupInfo>(&decoded);
  if (info == nullptr) return Error(MlsError::kMalformed, "not a GroupInfo");
  const Suite* with = Suite::find(static_cast<SuiteId>(info->group_context.cipher_suite));
  if (with == nullptr) return Error(MlsError::kUnsupported, "5.1/suite: unknown");
  HW_LET(const RatchetTree tree, checked_tree(*with, *info, {params.ratchet_tree, params.run_checks, {}}));
  HW_LET(const Bytes external_key, external_key_of(*info));
  HW_LET(Suite::ExternalInit init,
         with->hpke_export_send(external_key, "MLS 1.0 external init secret", with->hash_size(), random));
  const auto list = external_list(params, std::move(init.kem_output));
  ListPlace place;
  place.suite = with;
  place.context = &info->group_context;
  place.tree = &tree;
  HW_LET(AppliedList applied, apply_proposals(place, list));
  HW_LET(NewUpdatePath path, external_path(params, *info, applied, *with, random));
  HW_LET(const auto keys, find_psks(applied.psks, {}, params.psks));
  const Secret psk_secret = derive_psk_secret(*with, keys);

  PublicMessage message;
  message.content.group_id = info->group_context.group_id;
  message.content.epoch = info->group_context.epoch;
  message.content.sender = {SenderType::kNewMemberCommit, {}, 0};
  message.content.authenticated_data = params.authenticated_data;
  Commit commit;
  for (const CommittedProposal& item : list)
    commit.proposals.emplace_back(std::in_place_index<0>, item.proposal);
  commit.path = path.path;
  message.content.body = std::move(commit);
  HW_LET(message.auth.signature,
         sign_content(*with, params.signature_key->private_key.view(), WireFormat::kPublicMessage,
                      message.content, encoded(info->group_context)));

  EpochState epoch(*with, std::move(applied.tree));
  epoch.context = info->group_context;
  ++epoch.context.epoch;
  epoch.context.tree_hash = copy_of(epoch.tree.tree_hash());
  const Digest interim_before =
      interim_transcript_hash(*with, info->group_context.confirmed_transcript_hash, info->confirmation_tag);
  epoch.context.confirmed_transcript_hash = copy_of(mls::confirmed_transcript_hash(
      *with, interim_before,
      confirmed_transcript_hash_input(WireFormat::kPublicMessage, message.content, message.auth.signature)));
  NextEpoch next = derive_next_epoch(
      *with, {&epoch.context, init.init_secret.view(), path.commit_secret.view(), psk_secret.view()});
  message.auth.confirmation_tag = next.confirmation_tag;
  epoch.context_bytes = std::move(next.context_bytes);
  epoch.interim_hash = std::move(next.interim_hash);
  epoch.confirmation_tag = std::move(next.confirmation_tag);
  epoch.mine = std::move(path.private_half);
  epoch.signature_key = params.signature_key->private_key.clone();
  epoch.secrets = std::move(next.start.secrets);
  return ExternalJoin{encode_message(message),
                      Group(std::make_unique<State>(std::move(epoch), std::move(next.start.encryption_secret),
                                                    params.limits))};
}

}  // namespace homeward::mls
