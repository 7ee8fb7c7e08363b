// Commands about the relays of a group.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_policy.h"
#include "api/types_relays.h"

namespace homeward::api {
namespace {

// A slip of the pen must not send a group where nothing is.
void expect_address(const char* field, const std::string& relay) {
  const size_t scheme = relay.starts_with("http://") ? 7 : relay.starts_with("https://") ? 8 : 0;
  if (scheme == 0 || relay.size() == scheme || relay.size() > 256 ||
      !std::ranges::all_of(relay, [](unsigned char byte) { return byte > 0x20 && byte < 0x7f; }))
    throw BadField{field, "addresses that begin with http:// or https://"};
}

RelaysAnswer group_relays(Node& node, const GroupArgs& args) {
  const group::Group& group = node.find_group(args.group);
  const group::PolicyView policy = group.policy();
  RelaysAnswer out{.relays = {},
                   .recoveries = {},
                   .reachable = group.caught_up(),
                   .can_change = !policy.elects && group.my_role() == group::Role::kOrganizer,
                   .agree = std::min<int64_t>(2, static_cast<int64_t>(policy.organizers.size()))};
  for (const client::Client::RelayState& one : node.open_client().relays(group.id()))
    out.relays.push_back({one.relay, one.connected, one.orders, one.listed});
  for (const group::Group::Recovery& one : group.recoveries()) {
    RecoveryItem item{one.relay, {}, one.needed, one.mine};
    for (const group::PersonId& person : one.approved_by)
      item.approved_by.push_back({text_id(person), group.name_of(person)});
    out.recoveries.push_back(std::move(item));
  }
  return out;
}

ChangeRef group_change_relays(Node& node, const RelaysArgs& args) {
  if (args.relays.empty()) throw BadField{"relays", "at least one address"};
  for (const std::string& relay : args.relays) expect_address("relays", relay);
  group::Change change;
  change.relays = args.relays;
  return {text_id(take(node.open_client().change_policy(group_id(args.group), change, node.now())))};
}

Nothing group_recover(Node& node, const RecoverArgs& args) {
  expect_address("relay", args.relay);
  if (node.find_group(args.group).caught_up()) throw CallError{ErrorCode::relay_is_there};
  take(node.open_client().recover(group_id(args.group), args.relay, node.now()));
  return {};
}

}  // namespace

void today_relays(Node& node, const client::GroupSummary& summary, TodayList& out) {
  const group::Group& group = node.find_group(text_id(summary.id));
  if (group.caught_up()) return;
  for (const group::Group::Recovery& one : group.recoveries()) {
    if (one.mine || one.approved_by.empty()) continue;
    TodayItem item{};
    item.kind = TodayKind::recovery;
    item.group = text_id(summary.id);
    item.group_name = summary.name;
    item.name = group.name_of(one.approved_by.front());
    out.items.push_back(std::move(item));
  }
}

void add_relays(CommandList& list) {
  list.add_function<&group_relays>("group.relays",
                                   "The group's relays, whether they are reached, and words to leave one.");
  list.add_function<&group_change_relays>(
      "group.change_relays",
      "Names the group's relays anew, the first orders; two organizers where there are several.");
  list.add_function<&group_recover>(
      "group.recover", "My word that the relay is gone for good and the group goes on at this one.");
}

}  // namespace homeward::api
