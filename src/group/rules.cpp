#include "group/rules.h"

#include "crypto/crypto.h"
#include "group/rules_inside.h"

namespace homeward::group {
namespace {

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

uint32_t Court::needed_for_device() const {
  return 1 + static_cast<uint32_t>(std::min<size_t>(1, count_persons(seats) - 1));
}

bool Court::is_named_whole(const PersonId& person) const {
  return std::ranges::any_of(
      pending, [&](const auto& item) { return item.second.whole && item.second.person == person; });
}

bool Court::is_named(mls::LeafIndex leaf) const {
  if (pending.empty()) return false;
  const Identity* who = identity(leaf);
  return pending.contains(leaf) || (who && is_named_whole(who->person));
}

size_t Court::devices_of(const PersonId& person) const {
  return static_cast<size_t>(
      std::ranges::count_if(seats, [&](const Seat& seat) { return seat.identity.person == person; }));
}

std::optional<mls::LeafIndex> Court::leaf_of(const DeviceId& device) const {
  const auto at =
      std::ranges::find_if(seats, [&](const Seat& seat) { return seat.identity.device == device; });
  if (at == seats.end()) return {};
  return at->leaf;
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

bool left_one_asks(const Court& court, const mls::KeyPackage& key_package, const Approval& approval) {
  const uint64_t epoch = court.group.epoch();
  if (approval.leaf != kNoLeaf || approval.last_epoch < epoch || approval.last_epoch - epoch > kReturnEpochs)
    return false;
  const Action action = ReplaceAction{key_package_hash(key_package)};
  return group_suite()
      .verify_with_label(key_package.leaf_node.signature_key(), kApprovalLabel,
                         approval_content(court.id, action_hash(action), approval.last_epoch),
                         approval.signature)
      .ok();
}

Policy policy_anew(const Court& court, const PersonId& without, const std::set<DeviceId>& come,
                   const ReturnSeed& seed) {
  std::set<PersonId> persons;
  std::set<Hash> left(court.policy.left.begin(), court.policy.left.end());
  Departures departures;
  for (const Seat& seat : court.seats) {
    if (come.contains(seat.identity.device))
      persons.insert(seat.identity.person);
    else if (seat.identity.person != without && !court.is_named(seat.leaf))
      left.insert(hash_of(seat.identity));
    else if (seat.identity.person != without && !court.is_named_whole(seat.identity.person))
      departures.devices.insert(seat.identity.device);
    else
      departures.persons.insert(seat.identity.person);
  }
  Policy next = policy_after(court, departures);
  const auto stays_away = [&](const PersonId& person) { return !persons.contains(person); };
  std::erase_if(next.organizers, stays_away);
  std::erase_if(next.advisers, stays_away);
  next.return_seed = seed;
  next.left.assign(left.begin(), left.end());
  if (next.left.size() > kMostLeft) next.left.resize(kMostLeft);
  return next;
}

Action action_of(const Candidate& candidate, const Identity& identity) {
  if (identity.is_first()) return add_action(candidate);
  return DeviceAction{identity.person, sha256(candidate.key_package), sha256(candidate.spare)};
}

uint32_t needed_for(const Court& court, const Identity& identity) {
  return identity.is_first() ? court.needed_for_add() : court.needed_for_device();
}

bool has_own_word(const Court& court, const Action& action, const PersonId& person,
                  std::span<const Approval> approvals, const std::set<mls::LeafIndex>& but_not) {
  return std::ranges::any_of(approvals, [&](const Approval& approval) {
    const mls::LeafIndex leaf{approval.leaf};
    const Identity* by = court.identity(leaf);
    return by && by->person == person && !court.is_named(leaf) && !but_not.contains(leaf) &&
           approval_holds(court, action, approval);
  });
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

Grant device_removal_grant(const DeviceId& device) { return {RemoveDeviceAction{device}, {}}; }

Result<PendingRemoval> judge_own_removal(const Court& court, mls::LeafIndex mine, mls::LeafIndex target,
                                         const Claims& claims, BytesView ref) {
  const Identity* proposer = court.identity(mine);
  const Identity* identity = court.identity(target);
  if (!proposer || !identity) return broken("Remove: nobody there");
  if (court.pending.contains(target) || court.is_named_whole(identity->person))
    return broken("Remove: already pending");
  if (court.pending.size() >= kMostRemoves) return broken("Remove: too many at once");
  PendingRemoval out{copy_of(ref), identity->person, mine};
  const Action alone = RemoveDeviceAction{identity->device};
  out.whole = find_grant(claims, [&](const Action& has) { return has == alone; }) == nullptr;
  if (court.is_named(mine)) return broken("Remove: by one who is to be removed");
  // She herself, from any of her devices: leaving, or one of them alone.
  if (proposer->person == identity->person) return out;
  if (!out.whole) {
    if (court.policy.is_organizer(proposer->person)) return out;
    return broken("Remove: another's device");
  }
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
  for (const DeviceId& device : departures.devices)
    next.spent.push_back({Hash::from(device), epoch + kApprovalEpochs});
  for (const Spent& item : departures.replacements) next.spent.push_back(item);
  std::erase_if(next.left, [&](const Hash& one) { return departures.back.contains(one); });
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
  if (!change.relays.empty()) next.relays = change.relays;
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

}  // namespace homeward::group
