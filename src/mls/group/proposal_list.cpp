#include "mls/group/proposal_list.h"

#include <algorithm>

namespace homeward::mls {

namespace {

Error grease_in_use() { return {MlsError::kInvalidProposal, "13.5/in-use: a GREASE value"}; }

}  // namespace

Result<GroupRules> GroupRules::of(const Suite& suite, const std::vector<Extension>& extensions,
                                  std::optional<uint64_t> now_s) {
  GroupRules out;
  out.suite_ = &suite;
  out.extensions_ = &extensions;
  out.now_s_ = now_s;
  // "representations of a client's own capabilities MUST NOT contain GREASE values": whatever my leaf lists,
  // a value that nobody supports cannot be in use.
  const auto is_greased = [](const Extension& e) { return is_grease(static_cast<uint16_t>(e.type)); };
  if (std::ranges::any_of(extensions, is_greased)) return grease_in_use();
  if (const Extension* required = find_extension(extensions, ExtensionType::kRequiredCapabilities)) {
    auto decoded = decode_required_capabilities(required->data);
    if (!decoded.ok()) return Error(MlsError::kInvalidProposal, "11.1/reads: required_capabilities");
    out.required_ = *std::move(decoded);
    for (const auto* list :
         {&out.required_->extensions, &out.required_->proposals, &out.required_->credentials}) {
      if (std::ranges::any_of(*list, is_grease)) return grease_in_use();
    }
  }
  if (const Extension* senders = find_extension(extensions, ExtensionType::kExternalSenders)) {
    if (!decode_external_senders(senders->data).ok()) {
      return Error(MlsError::kInvalidProposal, "12.1.8/reads: external_senders");
    }
  }
  return out;
}

LeafRules GroupRules::for_leaf(std::optional<LeafSource> source) const {
  LeafRules rules;
  rules.suite = suite_;
  rules.source = source;
  rules.required = required_ ? &*required_ : nullptr;
  rules.group_extensions = extensions_;
  rules.now_s = now_s_;
  return rules;
}

Result<> GroupRules::check_members(const RatchetTree& tree) const {
  const auto all = [&](Capability list, const std::vector<uint16_t>& values, auto is_default_value) {
    return std::ranges::all_of(
        values, [&](uint16_t value) { return is_default_value(value) || tree.all_list(list, value); });
  };
  const auto default_extension = [](uint16_t value) { return is_default(static_cast<ExtensionType>(value)); };
  const auto never = [](uint16_t) { return false; };
  for (const Extension& extension : *extensions_) {
    if (!tree.all_support(extension.type)) {
      return Error(MlsError::kInvalidProposal, "13.4/members-support: not an extension of the group");
    }
  }
  if (!required_) return success();
  if (!all(Capability::kExtension, required_->extensions, default_extension) ||
      !all(Capability::kProposal, required_->proposals, is_default_proposal) ||
      !all(Capability::kCredential, required_->credentials, never)) {
    return Error(MlsError::kInvalidProposal, "12.1.7/required: not supported by a member");
  }
  return success();
}

namespace {

Result<> check_psk(const ListPlace& place, const PreSharedKeyId& id) {
  // "The psk_nonce is not of length KDF.Nh" (12.1.4).
  if (id.psk_nonce.size() != place.suite->hash_size())
    return Error(MlsError::kInvalidProposal, "12.1.4/nonce: its size");
  if (id.type != PskType::kResumption) return success();
  if (id.usage == ResumptionUsage::kReInit && !place.allows_reinit_psk) {
    return Error(MlsError::kInvalidProposal, "12.1.4/reinit: not the first commit after a ReInit");
  }
  if (id.usage == ResumptionUsage::kBranch && !place.allows_branch_psk) {
    return Error(MlsError::kInvalidProposal, "12.1.4/branch: not the first commit of a branch");
  }
  return success();
}

Result<> check_update(const ListPlace& place, const GroupRules& rules, const Sender& sender,
                      const LeafNode& leaf, bool verified) {
  const LeafNode* old = sender.type == SenderType::kMember ? place.tree->leaf(sender.leaf) : nullptr;
  if (old == nullptr) return Error(MlsError::kInvalidProposal, "12.1.2/member: an update by no member");
  HW_TRY(leaf.check(rules.for_leaf(LeafSource::kUpdate)));
  if (!verified) HW_TRY(leaf.verify(*place.suite, {place.context->group_id, sender.leaf}));
  if (equal(old->encryption_key(), leaf.encryption_key())) {
    return Error(MlsError::kInvalidProposal, "7.3/update-key: the old encryption key");
  }
  return success();
}

bool allowed_to_external_senders(ProposalType type) {
  return type == ProposalType::kAdd || type == ProposalType::kRemove || type == ProposalType::kPreSharedKey ||
         type == ProposalType::kReInit || type == ProposalType::kGroupContextExtensions;
}

Result<> check_sender(const Sender& sender, ProposalType type) {
  const bool fits = sender.type == SenderType::kMember || sender.type == SenderType::kNewMemberCommit ||
                    (sender.type == SenderType::kExternal && allowed_to_external_senders(type)) ||
                    (sender.type == SenderType::kNewMemberProposal && type == ProposalType::kAdd);
  if (!fits) return Error(MlsError::kInvalidProposal, "12.1.8/types: not for this kind of sender");
  return success();
}

}  // namespace

Result<> check_proposal(const ListPlace& place, const GroupRules& rules, const Sender& sender,
                        const Proposal& proposal, bool verified) {
  HW_TRY(check_sender(sender, type_of(proposal)));
  if (const auto* add = std::get_if<Add>(&proposal)) {
    if (!verified) return add->key_package.check(rules.for_leaf(LeafSource::kKeyPackage));
    return add->key_package.leaf_node.check(rules.for_leaf(LeafSource::kKeyPackage));
  }
  if (const auto* update = std::get_if<Update>(&proposal)) {
    return check_update(place, rules, sender, update->leaf_node, verified);
  }
  if (const auto* remove = std::get_if<Remove>(&proposal)) {
    if (place.tree->leaf(remove->removed) == nullptr)
      return Error(MlsError::kInvalidProposal, "12.1.3/leaf: blank");
    return success();
  }
  if (const auto* psk = std::get_if<PreSharedKey>(&proposal)) return check_psk(place, psk->psk);
  if (const auto* reinit = std::get_if<ReInit>(&proposal)) {
    if (reinit->version < kProtocolVersion)
      return Error(MlsError::kInvalidProposal, "12.1.5/version: less than the group's");
    return success();
  }
  if (const auto* gce = std::get_if<GroupContextExtensions>(&proposal)) {
    HW_TRY(GroupRules::of(*place.suite, gce->extensions, {}));
    return success();
  }
  return success();
}

namespace {

// Section 12.2 for a commit by a member, but for what the tree's checks find.
Result<> check_member_list(const ListPlace& place, std::span<const CommittedProposal> list) {
  std::vector<LeafIndex> touched;
  std::vector<const PreSharedKeyId*> psks;
  size_t extensions = 0;
  for (const CommittedProposal& item : list) {
    switch (type_of(item.proposal)) {
      case ProposalType::kUpdate:
        if (item.sender.is_member(*place.committer)) {
          return Error(MlsError::kInvalidProposalList, "12.2/committer-update: in her own commit");
        }
        touched.push_back(item.sender.leaf);
        break;
      case ProposalType::kRemove: {
        const LeafIndex removed = std::get<Remove>(item.proposal).removed;
        if (removed == *place.committer) {
          return Error(MlsError::kInvalidProposalList, "12.2/committer-removed: by her own commit");
        }
        touched.push_back(removed);
        break;
      }
      case ProposalType::kPreSharedKey:
        psks.push_back(&std::get<PreSharedKey>(item.proposal).psk);
        break;
      case ProposalType::kGroupContextExtensions:
        if (++extensions > 1)
          return Error(MlsError::kInvalidProposalList, "12.2/two-extensions: two GroupContextExtensions");
        break;
      case ProposalType::kReInit:
        if (list.size() != 1)
          return Error(MlsError::kInvalidProposalList, "12.2/reinit-alone: a ReInit with others");
        break;
      case ProposalType::kExternalInit:
        return Error(MlsError::kInvalidProposalList, "12.2/external-init: by a member");
      case ProposalType::kAdd:
        break;
    }
  }
  std::ranges::sort(touched);
  if (std::ranges::adjacent_find(touched) != touched.end()) {
    return Error(MlsError::kInvalidProposalList, "12.2/same-leaf: two updates or removals");
  }
  for (size_t i = 0; i < psks.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (*psks[i] == *psks[j])
        return Error(MlsError::kInvalidProposalList, "12.2/psk-twice: a PreSharedKeyID");
    }
  }
  return success();
}

// Section 12.2 for an external commit.
Result<> check_external_list(std::span<const CommittedProposal> list) {
  size_t inits = 0;
  size_t removals = 0;
  for (const CommittedProposal& item : list) {
    if (item.by_reference)
      return Error(MlsError::kInvalidProposalList, "12.4.3.2/by-value: a proposal by reference");
    switch (type_of(item.proposal)) {
      case ProposalType::kExternalInit:
        ++inits;
        break;
      case ProposalType::kRemove:
        ++removals;
        break;
      case ProposalType::kPreSharedKey:
        break;
      default:
        return Error(MlsError::kInvalidProposalList, "12.2/external-types: not for an external commit");
    }
  }
  if (inits != 1)
    return Error(MlsError::kInvalidProposalList, "12.2/external-one-init: not one ExternalInit");
  if (removals > 1) return Error(MlsError::kInvalidProposalList, "12.2/external-one-removal: two");
  return success();
}

void note_lists(std::span<const CommittedProposal> list, AppliedList& out) {
  out.path_required = list.empty();
  for (const CommittedProposal& item : list) {
    const ProposalType type = type_of(item.proposal);
    // "pathRequiredTypes" (12.4).
    if (type == ProposalType::kUpdate || type == ProposalType::kRemove ||
        type == ProposalType::kExternalInit || type == ProposalType::kGroupContextExtensions) {
      out.path_required = true;
    }
    if (const auto* psk = std::get_if<PreSharedKey>(&item.proposal)) out.psks.push_back(psk->psk);
    if (const auto* init = std::get_if<ExternalInit>(&item.proposal)) out.kem_output = init->kem_output;
    if (const auto* reinit = std::get_if<ReInit>(&item.proposal)) out.reinit = *reinit;
    if (const auto* gce = std::get_if<GroupContextExtensions>(&item.proposal)) {
      out.extensions = gce->extensions;
      out.extensions_changed = true;
    }
  }
}

Result<> apply_to_tree(std::span<const CommittedProposal> list, AppliedList& out) {
  std::vector<LeafIndex> changed;
  for (const CommittedProposal& item : list) {
    if (const auto* update = std::get_if<Update>(&item.proposal)) {
      HW_TRY(out.tree.update(item.sender.leaf, update->leaf_node));
      changed.push_back(item.sender.leaf);
    }
  }
  for (const CommittedProposal& item : list) {
    if (const auto* remove = std::get_if<Remove>(&item.proposal)) {
      HW_TRY(out.tree.remove(remove->removed));
      out.removed.push_back(remove->removed);
    }
  }
  for (size_t i = 0; i < list.size(); ++i) {
    if (const auto* add = std::get_if<Add>(&list[i].proposal)) {
      const LeafIndex leaf = out.tree.add(add->key_package.leaf_node);
      out.added.push_back({i, leaf});
      out.added_leaves.push_back(leaf);
      changed.push_back(leaf);
    }
  }
  std::ranges::sort(out.added_leaves);
  // [12.2/add-twice] [12.2/add-member] A client is known by its signature key.
  for (const LeafIndex leaf : changed) HW_TRY(check_among_members(out.tree, leaf));
  return success();
}

}  // namespace

Result<AppliedList> apply_proposals(const ListPlace& place, std::span<const CommittedProposal> list) {
  HW_TRY(place.committer ? check_member_list(place, list) : check_external_list(list));
  AppliedList out(*place.tree);
  out.extensions = place.context->extensions;
  note_lists(list, out);
  // "The new extensions MUST be used when evaluating other proposals in this list" (12.3).
  HW_LET(const GroupRules rules, GroupRules::of(*place.suite, out.extensions, place.now_s));
  for (const CommittedProposal& item : list) {
    HW_TRY(check_proposal(place, rules, item.sender, item.proposal, item.verified));
  }
  HW_TRY(apply_to_tree(list, out));
  return out;
}

Result<> check_among_members(const RatchetTree& tree, LeafIndex leaf) {
  HW_TRY(tree.check_unique(leaf));
  const LeafNode* content = tree.leaf(leaf);
  HW_ASSERT(content != nullptr);
  return tree.check_credential_types(*content);
}

}  // namespace homeward::mls
