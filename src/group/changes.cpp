// Changes of the policy and objections: commands and what can be asked about them.
#include <algorithm>

#include "group/impl.h"

namespace homeward::group {

Result<ChangeId> Group::change(Change wanted, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive || impl.is_named(me())) return GroupError::kNotPossibleNow;
  Change change = normal_form(std::move(wanted));
  if (change.name && !is_name(*change.name)) return GroupError::kNameInvalid;
  if (change.vouches && (*change.vouches < 1 || *change.vouches > kMostVouches))
    return GroupError::kMalformed;
  if (change.roles.size() > kMostRoleChanges || (change.porch && change.porch->days > kMostPorchDays))
    return GroupError::kMalformed;
  if (!change.relays.empty() && !are_relays(change.relays)) return GroupError::kMalformed;
  for (const RoleChange& item : change.roles)
    if (!impl.seat_of(item.person)) return GroupError::kNoSuchMember;
  if (!has_a_say(impl.court(), change, me())) return GroupError::kNotAllowed;
  for (const auto& [id, open] : impl.roster.changes()) {
    if (!same_but_nonce(open.change, change)) continue;
    const ChangeId same = id;
    HW_TRY(approve_change(same, turn));
    return same;
  }
  change.nonce = turn.random.fixed<ChangeNonce>();
  const auto after = policy_changed(impl.court(), change);
  if (!after.ok()) {
    const bool last = !impl.policy.organizers.empty() && change.roles.size() == 1 &&
                      impl.policy.organizers == std::vector<PersonId>{change.roles.front().person} &&
                      change.roles.front().role != Role::kOrganizer;
    if (last) return GroupError::kLastOrganizer;
    return impl.policy.organizers.empty() ? GroupError::kNotAllowed : GroupError::kAlreadyDone;
  }
  HW_LET(Approval approval, impl.approve(ChangeAction{change}));
  HW_TRY(post(kChangeProposed, encode(ChangeProposed{change, std::move(approval)}), turn));
  turn.happened.emplace_back(MembersChanged{});
  return change_id(change);
}

Result<> Group::approve_change(const ChangeId& change, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive || impl.is_named(me())) return GroupError::kNotPossibleNow;
  const auto at = impl.roster.changes().find(change);
  if (at == impl.roster.changes().end()) return GroupError::kNoSuchChange;
  if (at->second.has_approval_of(me()) || impl.approving.contains(change)) return GroupError::kAlreadyDone;
  if (!has_a_say(impl.court(), at->second.change, me())) return GroupError::kNotAllowed;
  HW_LET(Approval approval, impl.approve(ChangeAction{at->second.change}));
  HW_TRY(post(kChangeApproved, encode(ChangeApproved{change, std::move(approval)}), turn));
  impl.approving.insert(change);
  turn.happened.emplace_back(MembersChanged{});
  return success();
}

Result<> Group::reject_change(const ChangeId& change, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  const auto at = impl.roster.changes().find(change);
  if (at == impl.roster.changes().end()) return GroupError::kNoSuchChange;
  if (at->second.by() != me() && my_role() != Role::kOrganizer) return GroupError::kNotAllowed;
  HW_TRY(post(kChangeRejected, encode_rejected(change), turn));
  return success();
}

Result<> Group::object(const RequestId& request, std::string_view reason, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  const auto at = impl.roster.requests().find(request);
  if (at == impl.roster.requests().end()) return GroupError::kNoSuchRequest;
  if (reason.empty() || !is_words(reason, kMostNoteBytes)) return GroupError::kNameInvalid;
  HW_TRY(post(kRequestObjected, encode(RequestObjected{request, std::string(reason)}), turn));
  return success();
}

PolicyView Group::policy() const {
  const Policy& policy = impl_->policy;
  PolicyView out{.name = policy.name,
                 .vouches = policy.vouches,
                 .retention_days = policy.retention_days,
                 .closes = policy.closes,
                 .relays = policy.relays,
                 .organizers = policy.organizers,
                 .advisers = policy.advisers};
  out.persons_for_removal = std::max<uint32_t>(kLeastRemovers, policy.vouches);
  out.elects = policy.organizers.empty();
  out.porch = policy.porch;
  out.is_porch = policy.is_porch;
  return out;
}

std::vector<PendingChange> Group::changes() const {
  std::vector<PendingChange> out;
  const Impl& impl = *impl_;
  if (!impl.following()) return out;
  const Court here = impl.court();
  const bool active = standing() == Standing::kActive && !impl.is_named(me());
  for (const auto& [id, open] : impl.roster.changes()) {
    PendingChange item{.id = id, .change = open.change, .at = open.at, .by = open.by()};
    for (const auto& [person, approval] : open.approvals) item.approved_by.push_back(person);
    item.needed = needed_for_change(here, open.change, open.by());
    item.can_approve = active && has_a_say(here, open.change, me()) && !open.has_approval_of(me()) &&
                       !impl.approving.contains(id);
    item.can_reject = active && (open.by() == me() || my_role() == Role::kOrganizer);
    out.push_back(std::move(item));
  }
  std::ranges::sort(out, {}, [](const PendingChange& item) { return std::pair(item.at, item.id); });
  return out;
}

}  // namespace homeward::group
