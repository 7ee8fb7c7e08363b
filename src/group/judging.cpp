// A commit by another member, judged by the rules (rules.h): its proposals, its committer's leaf, removals
// and replacements, Adds, and the policy that follows.
#include "group/rules.h"
#include "group/rules_inside.h"

namespace homeward::group {
namespace {

// A commit while it is judged.
struct Case {
  struct Added {
    Identity identity;
    const mls::KeyPackage* key_package = nullptr;
  };
  const Court& court;
  const mls::CommitCandidate& commit;
  const Claims& claims;
  PersonId committer;
  std::map<DeviceId, Added> added;
  std::map<mls::LeafIndex, bool> removed;  // leaf → by value
  Departures departures;

  bool stays(const Seat& seat) const {
    return !removed.contains(seat.leaf) || added.contains(seat.identity.device);
  }
  bool goes(const PersonId& person) const {
    return std::ranges::none_of(
        court.seats, [&](const Seat& seat) { return seat.identity.person == person && stays(seat); });
  }
  std::set<mls::LeafIndex> leaves_removed() const {
    std::set<mls::LeafIndex> out;
    for (const auto& [leaf, by_value] : removed) out.insert(leaf);
    return out;
  }
};

bool only_known_proposals(const Court& court, const mls::CommittedProposal& item) {
  if (!item.by_reference)
    return std::holds_alternative<mls::Add>(item.proposal) ||
           std::holds_alternative<mls::Remove>(item.proposal) ||
           std::holds_alternative<mls::GroupContextExtensions>(item.proposal);
  const auto* remove = std::get_if<mls::Remove>(&item.proposal);
  if (!remove) return false;
  const auto at = court.pending.find(remove->removed);
  return at != court.pending.end() && at->second.ref == item.ref;
}

Result<> sort_proposals(Case& c) {
  for (const mls::CommittedProposal& item : c.commit.proposals()) {
    if (!only_known_proposals(c.court, item)) return broken("a proposal of a kind that is not allowed");
    if (const auto* add = std::get_if<mls::Add>(&item.proposal)) {
      const auto identity = identity_of(add->key_package.leaf_node);
      if (!identity.ok()) return broken("Add: a credential of another form");
      if (!add->key_package.extensions.empty() || !add->key_package.leaf_node.extensions().empty())
        return broken("Add: extensions");
      if (!c.added.emplace(identity->device, Case::Added{*identity, &add->key_package}).second)
        return broken("Add: a device twice");
    }
    if (const auto* remove = std::get_if<mls::Remove>(&item.proposal))
      c.removed.emplace(remove->removed, !item.by_reference);
  }
  if (c.added.size() > kMostAdds || c.removed.size() > kMostRemoves * kMostDevices)
    return broken("too many at once");
  return success();
}

Result<> check_committer_leaf(const Case& c) {
  const mls::LeafIndex at = c.commit.committer();
  const mls::LeafNode* before = c.court.group.member(at);
  const mls::LeafNode* after = c.commit.tree().leaf(at);
  if (!before || !after || !equal(before->signature_key(), after->signature_key()) ||
      !equal(before->identity(), after->identity()) ||
      after->credential_type() != mls::CredentialType::kBasic || !after->extensions().empty())
    return broken("the committer's leaf became another's");
  return success();
}

// Replace: the leaf that goes asked for it with this key package.
Result<> check_replacement(Case& c, mls::LeafIndex leaf, const mls::KeyPackage& key_package) {
  const mls::LeafNode* old = c.court.group.member(leaf);
  if (!old || !equal(old->signature_key(), key_package.leaf_node.signature_key()) ||
      !equal(old->identity(), key_package.leaf_node.identity()))
    return broken("Replace: another key");
  const Hash hash = key_package_hash(key_package);
  if (c.court.policy.is_spent(hash, c.court.group.epoch())) return broken("Replace: used once already");
  const Action action = ReplaceAction{hash};
  const Grant* grant = find_grant(c.claims, [&](const Action& has) { return has == action; });
  if (!grant) return broken("Replace: not asked for");
  for (const Approval& approval : grant->approvals) {
    if (approval.leaf != leaf.value || !approval_holds(c.court, action, approval)) continue;
    c.departures.replacements.push_back({hash, approval.last_epoch});
    return success();
  }
  return broken("Replace: not asked for by that leaf");
}

// By value: the other devices of one whose removal is pending, or all devices of one whose removal is
// granted.
Result<> check_removal_by_value(const Case& c, const PersonId& person) {
  if (c.court.is_named_whole(person)) return success();
  if (!c.goes(person)) return broken("Remove: a device alone, by value");
  const Action action = RemoveAction{person};
  const Grant* grant = find_grant(c.claims, [&](const Action& has) { return has == action; });
  std::set<PersonId> approvers;
  if (grant) approvers = approvers_of(c.court, action, grant->approvals);
  approvers.insert(c.committer);
  if (!removal_is_allowed(c.court, person, std::move(approvers))) return broken("Remove: not approved");
  return success();
}

Result<> check_removals(Case& c) {
  for (const Seat& seat : c.court.seats)
    if (c.court.is_named(seat.leaf) && !c.removed.contains(seat.leaf))
      return broken("a pending removal that is not covered");
  for (const auto& [leaf, by_value] : c.removed) {
    const Identity* identity = c.court.identity(leaf);
    if (!identity) return broken("Remove: nobody there");
    const auto replaced = c.added.find(identity->device);
    if (replaced != c.added.end()) {
      if (!by_value || c.court.is_named(leaf)) return broken("Replace: of someone who is to be removed");
      HW_TRY(check_replacement(c, leaf, *replaced->second.key_package));
      continue;
    }
    // What is by reference was authorised when it was taken in.
    if (by_value) HW_TRY(check_removal_by_value(c, identity->person));
    if (c.goes(identity->person))
      c.departures.persons.insert(identity->person);
    else
      c.departures.devices.insert(identity->device);
  }
  return success();
}

Result<> check_newcomer(const Case& c, const Case::Added& added) {
  const PersonId& person = added.identity.person;
  if (c.court.is_present(person)) return broken("Add: already a member");
  if (c.court.policy.is_spent(Hash::from(person), c.court.group.epoch())) return broken("Add: was removed");
  const Hash hash = key_package_hash(*added.key_package);
  const Grant* grant = find_grant(c.claims, [&](const Action& has) {
    const auto* add = std::get_if<AddAction>(&has);
    return add && (add->key_package == hash || add->spare == hash);
  });
  if (!grant) return broken("Add: no approvals");
  auto approvers = approvers_of(c.court, grant->action, grant->approvals);
  approvers.insert(c.committer);
  if (approvers.size() < c.court.needed_for_add()) return broken("Add: too few approvals");
  return success();
}

// A further device: by the word of one that its person keeps, and of another person.
Result<> check_device(const Case& c, const Case::Added& added) {
  const PersonId& person = added.identity.person;
  if (!c.court.is_present(person) || c.goes(person)) return broken("Device: of one who is not here");
  if (c.court.policy.is_spent(Hash::from(added.identity.device), c.court.group.epoch()))
    return broken("Device: was removed");
  const auto stay = std::ranges::count_if(
      c.court.seats, [&](const Seat& seat) { return seat.identity.person == person && c.stays(seat); });
  const auto come = std::ranges::count_if(c.added, [&](const auto& item) {
    return item.second.identity.person == person && !c.court.leaf_of(item.first);
  });
  if (static_cast<size_t>(stay + come) > kMostDevices) return broken("Device: too many");
  const Hash hash = key_package_hash(*added.key_package);
  const Grant* grant = find_grant(c.claims, [&](const Action& has) {
    const auto* device = std::get_if<DeviceAction>(&has);
    return device && device->person == person && (device->key_package == hash || device->spare == hash);
  });
  if (!grant) return broken("Device: no approvals");
  if (!has_own_word(c.court, grant->action, person, grant->approvals, c.leaves_removed()))
    return broken("Device: without her own word");
  auto approvers = approvers_of(c.court, grant->action, grant->approvals);
  approvers.insert(c.committer);
  approvers.insert(person);
  if (approvers.size() < c.court.needed_for_device()) return broken("Device: too few approvals");
  return success();
}

// Back: who was left behind, by the word of her own key.
Result<> check_left(Case& c, const Case::Added& added) {
  const Hash hash = key_package_hash(*added.key_package);
  if (c.court.policy.is_spent(Hash::from(added.identity.person), c.court.group.epoch()) ||
      c.court.policy.is_spent(hash, c.court.group.epoch()))
    return broken("Back: used once already");
  if (c.court.devices_of(added.identity.person) >= kMostDevices) return broken("Back: too many devices");
  const Action action = ReplaceAction{hash};
  const Grant* grant = find_grant(c.claims, [&](const Action& has) { return has == action; });
  if (!grant) return broken("Back: not asked for");
  for (const Approval& approval : grant->approvals) {
    if (!left_one_asks(c.court, *added.key_package, approval)) continue;
    c.departures.replacements.push_back({hash, approval.last_epoch});
    c.departures.back.insert(hash_of(added.identity));
    return success();
  }
  return broken("Back: not asked for by her key");
}

Result<> check_adds(Case& c) {
  for (const auto& [device, added] : c.added) {
    if (const auto leaf = c.court.leaf_of(device)) {
      if (!c.removed.contains(*leaf)) return broken("Add: already a member");
      continue;  // a replacement, judged with the removals
    }
    if (c.court.policy.is_left(added.identity))
      HW_TRY(check_left(c, added));
    else if (added.identity.is_first())
      HW_TRY(check_newcomer(c, added));
    else
      HW_TRY(check_device(c, added));
  }
  return success();
}

Result<> check_policy_change(const Case& c, const Policy& next) {
  Policy seed_only = c.court.policy;
  seed_only.return_seed = next.return_seed;
  if (next == seed_only) return success();
  const Grant* grant =
      find_grant(c.claims, [](const Action& action) { return std::holds_alternative<ChangeAction>(action); });
  if (!grant) return broken("policy: a change that nobody named");
  const Change& change = std::get<ChangeAction>(grant->action).change;
  HW_LET(const Policy follows, policy_changed(c.court, change));
  if (next != follows) return broken("policy: another than the change leads to");
  auto approvers = approvers_of(c.court, grant->action, grant->approvals);
  approvers.insert(c.committer);
  if (!change_is_allowed(c.court, change, approvers)) return broken("policy: too few approvals");
  return success();
}

}  // namespace

Policy policy_recovered(const Court& court, const Departures& departures, const RecoverAction& move,
                        const ReturnSeed& seed) {
  Policy next = policy_after(court, departures);
  std::vector<std::string> relays{move.relay};
  for (size_t i = 1; i < next.relays.size(); ++i)
    if (next.relays[i] != move.relay) relays.push_back(next.relays[i]);
  next.relays = std::move(relays);
  next.return_seed = seed;
  return next;
}

Result<Policy> judge_commit(const Court& court, const mls::CommitCandidate& candidate, const Claims& claims,
                            const RecoverAction* move) {
  if (candidate.sender().type != mls::SenderType::kMember) return broken("a commit from outside");
  if (candidate.reinit()) return broken("ReInit");
  if (!candidate.has_path()) return broken("a commit without a path");
  const Identity* committer = court.identity(candidate.sender().leaf);
  if (!committer) return broken("a committer who is not here");
  if (court.is_named(candidate.sender().leaf)) return broken("a commit by one who is to be removed");
  Case c{court, candidate, claims, committer->person, {}, {}, {}};
  HW_TRY(sort_proposals(c));
  HW_TRY(check_committer_leaf(c));
  HW_TRY(check_removals(c));
  HW_TRY(check_adds(c));
  auto next = policy_of(candidate.group_extensions());
  if (!next.ok()) return broken("a policy that does not read");
  const Grant* moves =
      find_grant(claims, [](const Action& action) { return std::holds_alternative<RecoverAction>(action); });
  if ((moves != nullptr) != (move != nullptr)) return broken("a recovery in another place");
  if (move != nullptr) {
    if (std::get<RecoverAction>(moves->action) != *move || !c.added.empty())
      return broken("another recovery");
    if (*next != policy_recovered(court, c.departures, *move, next->return_seed))
      return broken("recovery: another policy than follows");
  } else if (!c.added.empty() || !c.removed.empty()) {
    if (*next != policy_after(court, c.departures)) return broken("another policy than follows");
  } else if (*next != court.policy) {
    HW_TRY(check_policy_change(c, *next));
  }
  return std::move(*next);
}

}  // namespace homeward::group
