// Commands about roles and rules, who brought in whom, and objections.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_policy.h"

namespace homeward::api {
namespace {

group::ChangeId change_id(const std::string& text) {
  return parse_id<group::ChangeId>(text, ErrorCode::no_change);
}

group::Role role_of(RoleName name) {
  return name == RoleName::organizer ? group::Role::kOrganizer
         : name == RoleName::adviser ? group::Role::kAdviser
                                     : group::Role::kMember;
}

RoleName name_of(group::Role role) {
  return role == group::Role::kOrganizer ? RoleName::organizer
         : role == group::Role::kAdviser ? RoleName::adviser
                                         : RoleName::member;
}

PersonItem person_item(const group::Group& group, const group::PersonId& person) {
  return {text_id(person), group.name_of(person)};
}

std::vector<PersonItem> person_items(const group::Group& group, const std::vector<group::PersonId>& persons) {
  std::vector<PersonItem> out;
  for (const group::PersonId& person : persons) out.push_back(person_item(group, person));
  return out;
}

ChangeRef group_set_role(Node& node, const RoleArgs& args) {
  group::Change change;
  change.roles = {{person_id(args.member), role_of(args.role)}};
  return {text_id(take(node.open_client().change_policy(group_id(args.group), change, node.now())))};
}

ChangeRef group_set_policy(Node& node, const PolicyArgs& args) {
  if (!args.name && !args.vouches && !args.retention_days && !args.closes_at)
    throw BadField{"arguments", "name, vouches, retention_days or closes_at"};
  if (args.vouches && (*args.vouches < 1 || *args.vouches > 5)) throw BadField{"vouches", "1 to 5"};
  if (args.retention_days && *args.retention_days > 36'500)
    throw BadField{"retention_days", "0 (forever) to 36500"};
  if (args.closes_at && *args.closes_at != 0 && Instant{*args.closes_at} <= node.now())
    throw BadField{"closes_at", "a time to come, or 0"};
  group::Change change;
  change.name = args.name;
  if (args.vouches) change.vouches = static_cast<uint8_t>(*args.vouches);
  if (args.retention_days) change.retention_days = static_cast<uint16_t>(*args.retention_days);
  if (args.closes_at) change.closes = Instant{*args.closes_at};
  return {text_id(take(node.open_client().change_policy(group_id(args.group), change, node.now())))};
}

ChangeItem change_item(const group::Group& group, const group::PendingChange& pending) {
  ChangeItem item{.change = text_id(pending.id),
                  .at = pending.at.ms,
                  .by = person_item(group, pending.by),
                  .approved_by = person_items(group, pending.approved_by),
                  .needed = pending.needed,
                  .mine = pending.by == group.me(),
                  .can_approve = pending.can_approve,
                  .can_reject = pending.can_reject,
                  .name = pending.change.name,
                  .vouches = pending.change.vouches,
                  .retention_days = pending.change.retention_days,
                  .closes_at = {},
                  .roles = {},
                  .relays = pending.change.relays,
                  .porch = {},
                  .porch_days = {}};
  if (pending.change.closes) item.closes_at = pending.change.closes->ms;
  if (const auto& porch = pending.change.porch) {
    const auto now = group.policy().porch;
    const bool closes = porch->group == group::GroupId{} && !group.is_porch();
    item.porch = closes                                                    ? PorchChangeName::closes
                 : group.is_porch() || (now && now->group == porch->group) ? PorchChangeName::days
                                                                           : PorchChangeName::opens;
    if (!closes) item.porch_days = porch->days;
  }
  for (const group::RoleChange& role : pending.change.roles)
    item.roles.push_back({text_id(role.person), group.name_of(role.person), name_of(role.role)});
  return item;
}

PolicyAnswer group_policy(Node& node, const GroupArgs& args) {
  const group::Group& group = node.find_group(args.group);
  const group::PolicyView policy = group.policy();
  PolicyAnswer out{.name = policy.name,
                   .vouches = policy.vouches,
                   .retention_days = policy.retention_days,
                   .closes_at = {},
                   .relays = policy.relays,
                   .organizers = person_items(group, policy.organizers),
                   .advisers = person_items(group, policy.advisers),
                   .elects = policy.elects,
                   .can_change = policy.elects || group.my_role() == group::Role::kOrganizer,
                   .agree = std::min<int64_t>(2, static_cast<int64_t>(policy.organizers.size())),
                   .removal_needs = policy.persons_for_removal,
                   .changes = {},
                   .removals = {}};
  if (policy.closes.ms != 0) out.closes_at = policy.closes.ms;
  for (const group::PendingChange& pending : group.changes())
    out.changes.push_back(change_item(group, pending));
  for (const group::Member& member : group.members()) {
    if (member.removal_by.empty()) continue;
    const bool said = std::ranges::find(member.removal_by, group.me()) != member.removal_by.end();
    out.removals.push_back({{text_id(member.person), member.name},
                            person_items(group, member.removal_by),
                            policy.persons_for_removal,
                            !said && !member.me && group.standing() == group::Standing::kActive});
  }
  return out;
}

Nothing group_approve_change(Node& node, const ChangeArgs& args) {
  take(node.open_client().approve_change(group_id(args.group), change_id(args.change), node.now()));
  return {};
}

Nothing group_reject_change(Node& node, const ChangeArgs& args) {
  take(node.open_client().reject_change(group_id(args.group), change_id(args.change), node.now()));
  return {};
}

Nothing group_object(Node& node, const ObjectArgs& args) {
  if (args.reason.empty()) throw CallError{ErrorCode::text_empty};
  if (args.reason.size() > 1'024) throw CallError{ErrorCode::text_too_long};
  take(node.open_client().object(group_id(args.group), request_id(args.request), args.reason, node.now()));
  return {};
}

ChainItem chain_item(const group::Group& group, const group::Brought& one) {
  return {text_id(one.member.person),
          one.member.name,
          one.member.since.ms,
          person_item(group, one.member.sponsor),
          static_cast<int64_t>(one.depth),
          person_items(group, one.member.confirmed_by)};
}

ChainAnswer group_chain(Node& node, const ChainArgs& args) {
  const group::Group& group = node.find_group(args.group);
  ChainAnswer out;
  for (const group::Brought& one : group.brought_in(person_id(args.member), Instant{args.since.value_or(0)}))
    (one.depth == 0 ? out.vouched_for : out.brought_in).push_back(chain_item(group, one));
  return out;
}

Nothing group_remove_chain(Node& node, const RemoveChainArgs& args) {
  std::vector<group::PersonId> persons;
  for (const std::string& member : args.members) persons.push_back(person_id(member));
  if (persons.empty()) throw BadField{"members", "at least one"};
  take(node.open_client().remove_all(group_id(args.group), persons, node.now()));
  return {};
}

}  // namespace

void today_policy(Node& node, const client::GroupSummary& summary, TodayList& out) {
  const group::Group& group = node.find_group(text_id(summary.id));
  const auto add = [&](TodayKind kind, const group::PersonId& by) -> TodayItem& {
    TodayItem item{};
    item.kind = kind;
    item.group = text_id(summary.id);
    item.group_name = summary.name;
    item.name = group.name_of(by);
    out.items.push_back(std::move(item));
    return out.items.back();
  };
  for (const group::PendingChange& pending : group.changes())
    if (pending.can_approve) add(TodayKind::policy_change, pending.by);
  for (const group::JoinRequest& request : group.requests(node.now())) {
    const bool mine = request.proposed_by == group.me() ||
                      std::ranges::find(request.confirmed_by, group.me()) != request.confirmed_by.end();
    if (!mine || request.objections.empty()) continue;
    TodayItem& item = add(TodayKind::objection, request.objections.back().by);
    item.request = text_id(request.id);
  }
}

void add_policy(CommandList& list) {
  list.add_function<&group_policy>("group.policy",
                                   "The group's rules, who has a role, and the changes that wait.");
  list.add_function<&group_set_role>(
      "group.set_role", "Gives a member a role or takes it back; two organizers where there are several.");
  list.add_function<&group_set_policy>("group.set_policy",
                                       "Changes the group's name, vouches, retention or closing date.");
  list.add_function<&group_approve_change>("group.approve_change",
                                           "An organizer's word for a change that another proposed.");
  list.add_function<&group_reject_change>("group.reject_change",
                                          "Drops a change: its proposer, or an organizer.");
  list.add_function<&group_object>("group.object", "Objects to a join request, with a reason that all see.");
  list.add_function<&group_chain>("group.chain",
                                  "Whom a member brought in since a day, and whom those brought in.");
  list.add_function<&group_remove_chain>(
      "group.remove_chain",
      "Removes these persons at once; of a member who is no organizer: her word for it.");
}

}  // namespace homeward::api
