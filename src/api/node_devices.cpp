// Commands about a member's devices, and about falling out.
#include <algorithm>

#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_devices.h"

namespace homeward::api {
namespace {

constexpr int64_t kHourMs = 60 * 60 * 1000;
constexpr int64_t kNewFor_ms = 14 * 24 * kHourMs;

PersonItem person_item(const group::Group& group, const group::PersonId& person) {
  return {text_id(person), group.name_of(person)};
}

std::vector<PersonItem> person_items(const group::Group& group, const std::vector<group::PersonId>& persons) {
  std::vector<PersonItem> out;
  for (const group::PersonId& person : persons) out.push_back(person_item(group, person));
  return out;
}

DeviceList group_devices(Node& node, const DevicesArgs& args) {
  const group::Group& group = node.find_group(args.group);
  const group::PersonId person = args.member ? person_id(*args.member) : group.me();
  const auto devices = group.devices(person);
  if (devices.empty()) throw CallError{ErrorCode::no_member};
  const bool active = group.standing() == group::Standing::kActive;
  const bool mine = person == group.me();
  DeviceList out{{}, active && mine && devices.size() < group::kMostDevices};
  for (const group::MemberDevice& one : devices) {
    const bool may = mine ? !one.this_one : group.my_role() == group::Role::kOrganizer;
    out.devices.push_back({text_id(one.device), one.this_one, one.first, one.since.ms,
                           person_items(group, one.approved_by), active && may && devices.size() > 1});
  }
  return out;
}

NewInvite group_add_device(Node& node, const AddDeviceArgs& args) {
  const int hours = args.hours.value_or(24);
  if (hours < 1 || hours > 72) throw BadField{"hours", "1 to 72"};
  const auto made = take(node.open_client().invite_device(group_id(args.group),
                                                          node.now().after_ms(hours * kHourMs), node.now()));
  return {text_id(made.id), made.link, made.ends.ms};
}

Nothing group_remove_device(Node& node, const DeviceArgs& args) {
  const auto device = parse_id<group::DeviceId>(args.device, ErrorCode::no_device);
  take(node.open_client().remove_device(group_id(args.group), device, node.now()));
  return {};
}

NewDeviceList group_new_devices(Node& node, const GroupArgs& args) {
  const group::Group& group = node.find_group(args.group);
  NewDeviceList out;
  for (const group::Member& member : group.members()) {
    if (member.devices < 2) continue;
    for (const group::MemberDevice& one : group.devices(member.person))
      if (!one.first && node.now().ms - one.since.ms < kNewFor_ms)
        out.devices.push_back({{text_id(member.person), member.name},
                               member.me,
                               one.since.ms,
                               static_cast<int64_t>(member.devices),
                               person_items(group, one.approved_by)});
  }
  std::ranges::stable_sort(out.devices, std::greater{}, &NewDeviceItem::since);
  return out;
}

StuckAnswer group_stuck(Node& node, const GroupArgs& args) {
  const group::Group& group = node.find_group(args.group);
  StuckAnswer out{};
  if (const auto by = group.started_anew_by()) out.started_anew_by = person_item(group, *by);
  const auto stuck = group.stuck();
  if (!stuck) return out;
  out.stuck = true;
  out.why = static_cast<StuckWhy>(static_cast<int>(stuck->why) - 1);
  out.since = stuck->since.ms;
  if (stuck->accused) out.accused = person_item(group, *stuck->accused);
  out.also = person_items(group, stuck->also);
  out.can_restart = stuck->can_start_anew;
  out.restarting = stuck->starting_anew;
  return out;
}

Nothing group_restart(Node& node, const GroupArgs& args) {
  take(node.open_client().start_anew(group_id(args.group), node.now()));
  return {};
}

Nothing group_go_along(Node& node, const GroupArgs& args) {
  take(node.open_client().go_along(group_id(args.group), node.now()));
  return {};
}

LinkKind group_link_kind(Node&, const JoinDeviceArgs& args) {
  const auto link = take(group::read_invite(args.link));
  return {link.for_device, link.ends.ms};
}

}  // namespace

void add_devices(CommandList& list) {
  list.add_function<&group_devices>("group.devices", "A member's devices; mine if nobody is named.");
  list.add_function<&group_new_devices>("group.new_devices",
                                        "Further devices of members in the last two weeks.");
  list.add_function<&group_add_device>("group.add_device", "A link for a further device of mine, once.");
  list.add_function<&group_remove_device>(
      "group.remove_device", "Takes one device alone out of the group: of mine, or by an organizer.");
  list.add_function<&group_link_kind>("group.link_kind", "Whether a link is for a newcomer or a device.");
  list.add_function<&group_stuck>("group.stuck",
                                  "Whether and why this device fell out, and what can be done.");
  list.add_function<&group_restart>(
      "group.restart", "An organizer starts the group anew without one whose change nobody could follow.");
  list.add_function<&group_go_along>("group.go_along",
                                     "Goes along with an organizer who started the group anew.");
}

}  // namespace homeward::api
