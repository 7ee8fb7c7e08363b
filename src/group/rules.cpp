#include "group/rules.h"

#include "crypto/crypto.h"

namespace homeward::group {
namespace {

Error broken(const char* rule) { return {GroupError::kNotAllowed, rule}; }

const Grant* find_grant(const Claims& claims, const auto& fits) {
  for (const Grant& grant : claims.grants)
    if (fits(grant.action)) return &grant;
  return nullptr;
}

// A commit while it is judged.
struct Case {
  const Court& court;
  const mls::CommitCandidate& commit;
  const Claims& claims;
  PersonId committer;
  std::map<PersonId, const mls::KeyPackage*> added;  // by person
  std::map<mls::LeafIndex, bool> removed;            // leaf → by value
  Departures departures;
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
      if (!c.added.emplace(identity->person, &add->key_package).second) return broken("Add: a person twice");
    }
    if (const auto* remove = std::get_if<mls::Remove>(&item.proposal))
      c.removed.emplace(remove->removed, !item.by_reference);
  }
  if (c.added.size() > kMostAdds || c.removed.size() > kMostRemoves) return broken("too many at once");
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
  if (!old || !equal(old->signature_key(), key_package.leaf_node.signature_key()))
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

Result<> check_removals(Case& c) {
  for (const auto& [leaf, pending] : c.court.pending)
    if (!c.removed.contains(leaf)) return broken("a pending removal that is not covered");
  for (const auto& [leaf, by_value] : c.removed) {
    const Identity* identity = c.court.identity(leaf);
    if (!identity) return broken("Remove: nobody there");
    const auto replaced = c.added.find(identity->person);
    if (replaced != c.added.end()) {
      if (!by_value) return broken("Replace: of someone who is to be removed");
      HW_TRY(check_replacement(c, leaf, *replaced->second));
      continue;
    }
    c.departures.persons.insert(identity->person);
    if (!by_value) continue;  // authorised when it was taken in
    const Action action = RemoveAction{identity->person};
    const Grant* grant = find_grant(c.claims, [&](const Action& has) { return has == action; });
    std::set<PersonId> approvers;
    if (grant) approvers = approvers_of(c.court, action, grant->approvals);
    approvers.insert(c.committer);
    if (!removal_is_allowed(c.court, identity->person, std::move(approvers)))
      return broken("Remove: not approved");
  }
  return success();
}

Result<> check_adds(const Case& c) {
  for (const auto& [person, key_package] : c.added) {
    bool replaces = false;
    for (const Seat& seat : c.court.seats) {
      if (seat.identity.person != person) continue;
      if (!c.removed.contains(seat.leaf)) return broken("Add: already a member");
      replaces = true;
    }
    if (replaces) continue;
    if (c.court.policy.is_spent(Hash::from(person), c.court.group.epoch())) return broken("Add: was removed");
    const Hash hash = key_package_hash(*key_package);
    const Grant* grant = find_grant(c.claims, [&](const Action& has) {
      const auto* add = std::get_if<AddAction>(&has);
      return add && (add->key_package == hash || add->spare == hash);
    });
    if (!grant) return broken("Add: no approvals");
    auto approvers = approvers_of(c.court, grant->action, grant->approvals);
    approvers.insert(c.committer);
    if (approvers.size() < c.court.needed_for_add()) return broken("Add: too few approvals");
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

void forget_spent(Policy& policy, uint64_t epoch) {
  std::erase_if(policy.spent, [&](const Spent& item) { return item.until <= epoch; });
}

void sort_spent(Policy& policy) {
  std::ranges::sort(policy.spent);
  policy.spent.erase(std::unique(policy.spent.begin(), policy.spent.end()), policy.spent.end());
}

void give_role(Policy& policy, const RoleChange& item) {
  std::erase(policy.organizers, item.person);
  std::erase(policy.advisers, item.person);
  if (item.role == Role::kMember) return;
  auto& list = item.role == Role::kOrganizer ? policy.organizers : policy.advisers;
  list.insert(std::ranges::upper_bound(list, item.person), item.person);
}

// A porch changes its own days only; another group names its porch, or none any more.
Result<> set_porch(const Court& court, Policy& policy, const Porch& porch) {
  const bool names_one = porch.group != GroupId{};
  if (policy.is_porch) {
    if (names_one) return broken("policy: a porch of a porch");
    policy.is_porch = porch.days;
    return success();
  }
  if (porch.group == court.id || (!names_one && porch.days != 0)) return broken("policy: no such porch");
  policy.porch.reset();
  if (names_one) policy.porch = porch;
  return success();
}

// Everybody may lay down a role of her own.
bool lays_down(const Court& court, const Change& change, const PersonId& person) {
  return only_person_of(change) == person && change.roles.front().role < court.policy.role(person);
}

}  // namespace

const Suite& group_suite() { return *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519); }

Result<std::vector<Seat>> seats_of(const mls::RatchetTree& tree) {
  std::vector<Seat> out;
  bool ours = true;
  tree.for_each_member([&](mls::LeafIndex leaf, const mls::LeafNode& node) {
    const auto identity = identity_of(node);
    if (identity.ok())
      out.push_back({leaf, *identity});
    else
      ours = false;
  });
  if (!ours) return Error(GroupError::kMalformed, "a leaf of another form");
  return out;
}

size_t count_persons(std::span<const Seat> seats) {
  std::set<PersonId> persons;
  for (const Seat& seat : seats) persons.insert(seat.identity.person);
  return persons.size();
}

const Identity* Court::identity(mls::LeafIndex leaf) const {
  const auto at = std::ranges::lower_bound(seats, leaf, {}, &Seat::leaf);
  return at != seats.end() && at->leaf == leaf ? &at->identity : nullptr;
}

uint32_t Court::needed_for_add() const {
  return 1 + static_cast<uint32_t>(std::min<size_t>(policy.vouches, count_persons(seats) - 1));
}

uint32_t Court::needed_for_removal() const { return std::max<uint32_t>(kLeastRemovers, policy.vouches); }

uint32_t Court::needed_for_election() const {
  return std::min<uint32_t>(needed_for_removal(), static_cast<uint32_t>(count_persons(seats)));
}

bool Court::is_present(const PersonId& person) const {
  return std::ranges::any_of(seats, [&](const Seat& seat) { return seat.identity.person == person; });
}

Hash key_package_hash(const mls::KeyPackage& key_package) {
  Writer out;
  encode(out, key_package);
  return sha256(out.view());
}

AddAction add_action(const Candidate& candidate) {
  return {sha256(candidate.key_package), sha256(candidate.spare)};
}

Result<Identity> check_candidate(const Candidate& candidate,
                                 const std::vector<mls::Extension>& group_extensions) {
  std::vector<mls::KeyPackage> packages;
  for (const Bytes* bytes : {&candidate.key_package, &candidate.spare}) {
    Reader in(*bytes);
    packages.push_back(mls::decode_key_package(in));
    HW_TRY(in.finish());
    mls::LeafRules rules;
    rules.suite = &group_suite();
    rules.source = mls::LeafSource::kKeyPackage;
    rules.group_extensions = &group_extensions;
    HW_TRY(packages.back().check(rules));
    if (!packages.back().extensions.empty() || !packages.back().leaf_node.extensions().empty())
      return Error(GroupError::kMalformed, "key package: extensions");
    if (!packages.back().leaf_node.supports(kPolicyExtension))
      return Error(GroupError::kMalformed, "key package: does not know the policy");
  }
  HW_LET(const Identity first, identity_of(packages[0].leaf_node));
  HW_LET(const Identity second, identity_of(packages[1].leaf_node));
  if (first != second || packages[0].init_key == packages[1].init_key ||
      equal(packages[0].leaf_node.encryption_key(), packages[1].leaf_node.encryption_key()))
    return Error(GroupError::kMalformed, "key packages: not two of one device");
  return first;
}

bool approval_holds(const Court& court, const Action& action, const Approval& approval) {
  const uint64_t epoch = court.group.epoch();
  const uint64_t most = std::holds_alternative<ReplaceAction>(action) ? kReturnEpochs : kApprovalEpochs;
  if (approval.last_epoch < epoch || approval.last_epoch - epoch > most) return false;
  const mls::LeafIndex leaf{approval.leaf};
  if (!court.identity(leaf)) return false;
  const Bytes content = approval_content(court.id, action_hash(action), approval.last_epoch);
  return court.group.verify_with_label(leaf, kApprovalLabel, content, approval.signature).ok();
}

std::set<PersonId> approvers_of(const Court& court, const Action& action,
                                std::span<const Approval> approvals) {
  std::set<PersonId> out;
  for (const Approval& approval : approvals) {
    const Identity* identity = court.identity({approval.leaf});
    if (!identity || out.contains(identity->person) || court.is_named({approval.leaf})) continue;
    if (approval_holds(court, action, approval)) out.insert(identity->person);
  }
  return out;
}

bool removal_is_allowed(const Court& court, const PersonId& person, std::set<PersonId> approvers) {
  approvers.erase(person);
  if (std::ranges::any_of(approvers, [&](const PersonId& by) { return court.policy.is_organizer(by); }))
    return true;
  return approvers.size() >= court.needed_for_removal();
}

Result<PendingRemoval> judge_own_removal(const Court& court, mls::LeafIndex mine, mls::LeafIndex target,
                                         const Claims& claims, BytesView ref) {
  const Identity* proposer = court.identity(mine);
  const Identity* identity = court.identity(target);
  if (!proposer || !identity) return broken("Remove: nobody there");
  if (court.pending.contains(target)) return broken("Remove: already pending");
  if (court.pending.size() >= kMostRemoves) return broken("Remove: too many at once");
  PendingRemoval out{copy_of(ref), identity->person, mine};
  if (mine == target) return out;  // leaving is always allowed
  if (court.is_named(mine)) return broken("Remove: by one who is to be removed");
  const Action action = RemoveAction{identity->person};
  const Grant* grant = find_grant(claims, [&](const Action& has) { return has == action; });
  std::set<PersonId> approvers;
  if (grant) approvers = approvers_of(court, action, grant->approvals);
  approvers.insert(proposer->person);
  if (!removal_is_allowed(court, identity->person, std::move(approvers)))
    return broken("Remove: not approved");
  return out;
}

Result<PendingRemoval> judge_removal(const Court& court, const mls::Opened& opened, const Claims& claims) {
  if (opened.sender().type != mls::SenderType::kMember) return broken("a proposal from outside");
  const auto* remove = std::get_if<mls::Remove>(&opened.proposal());
  if (!remove) return broken("a proposal by reference that is not Remove");
  return judge_own_removal(court, opened.sender().leaf, remove->removed, claims, {});
}

Policy policy_after(const Court& court, const Departures& departures) {
  Policy next = court.policy;
  if (departures.empty()) return next;
  const uint64_t epoch = court.group.epoch();
  const auto goes = [&](const PersonId& person) { return departures.persons.contains(person); };
  std::erase_if(next.organizers, goes);
  std::erase_if(next.advisers, goes);
  forget_spent(next, epoch);
  for (const PersonId& person : departures.persons)
    next.spent.push_back({Hash::from(person), epoch + kApprovalEpochs});
  for (const Spent& item : departures.replacements) next.spent.push_back(item);
  sort_spent(next);
  return next;
}

ChangeId change_id(const Change& change) { return ChangeId::from(action_hash(ChangeAction{change})); }

Result<Policy> policy_changed(const Court& court, const Change& change) {
  Policy next = court.policy;
  if (change.name) next.name = *change.name;
  if (change.vouches) next.vouches = *change.vouches;
  if (change.retention_days) next.retention_days = *change.retention_days;
  if (change.closes) next.closes = *change.closes;
  if (change.porch) HW_TRY(set_porch(court, next, *change.porch));
  for (const RoleChange& item : change.roles) {
    if (!court.is_present(item.person)) return broken("policy: a role for someone who is not here");
    give_role(next, item);
  }
  if (next == court.policy) return broken("policy: nothing would change");
  if (next.organizers.empty()) return broken("policy: without an organizer");
  if (court.policy.organizers.empty()) {
    const auto person = only_person_of(change);
    if (!person || !next.is_organizer(*person)) return broken("policy: an election names an organizer");
  }
  const Hash spent = Hash::from(change_id(change));
  const uint64_t epoch = court.group.epoch();
  if (court.policy.is_spent(spent, epoch)) return broken("policy: made once already");
  forget_spent(next, epoch);
  next.spent.push_back({spent, epoch + kApprovalEpochs});
  sort_spent(next);
  return next;
}

bool has_a_say(const Court& court, const Change& change, const PersonId& person) {
  if (court.policy.organizers.empty()) return court.is_present(person);
  return court.policy.is_organizer(person) || lays_down(court, change, person);
}

bool change_is_allowed(const Court& court, const Change& change, const std::set<PersonId>& approvers) {
  if (court.policy.organizers.empty()) return approvers.size() >= court.needed_for_election();
  if (const auto person = only_person_of(change);
      person && approvers.contains(*person) && lays_down(court, change, *person))
    return true;
  const auto organizers = static_cast<size_t>(std::ranges::count_if(
      approvers, [&](const PersonId& person) { return court.policy.is_organizer(person); }));
  return organizers >= std::min<size_t>(2, court.policy.organizers.size());
}

uint32_t needed_for_change(const Court& court, const Change& change, const PersonId& proposer) {
  if (court.policy.organizers.empty()) return court.needed_for_election();
  if (lays_down(court, change, proposer)) return 1;
  return static_cast<uint32_t>(std::min<size_t>(2, court.policy.organizers.size()));
}

Result<Policy> judge_commit(const Court& court, const mls::CommitCandidate& candidate, const Claims& claims) {
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
  if (!c.added.empty() || !c.removed.empty()) {
    if (*next != policy_after(court, c.departures)) return broken("another policy than follows");
  } else if (*next != court.policy) {
    HW_TRY(check_policy_change(c, *next));
  }
  return std::move(*next);
}

}  // namespace homeward::group
