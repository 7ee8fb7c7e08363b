// Commands about groups, joining, talk and Today.
#include <algorithm>

#include "api/command_list.h"
#include "api/parse.h"

namespace homeward::api {
namespace {

constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;

RoleName role_name(group::Role role) {
  return role == group::Role::kOrganizer ? RoleName::organizer
         : role == group::Role::kAdviser ? RoleName::adviser
                                         : RoleName::member;
}

GroupState state_name(group::Standing standing) {
  switch (standing) {
    case group::Standing::kActive:
      return GroupState::active;
    case group::Standing::kLeaving:
      return GroupState::leaving;
    case group::Standing::kLeft:
      return GroupState::left;
    case group::Standing::kRemoved:
      return GroupState::removed;
    case group::Standing::kStuck:
      return GroupState::stuck;
    case group::Standing::kClosed:
      return GroupState::closed;
    case group::Standing::kDeviceRemoved:
      return GroupState::device_removed;
  }
  return GroupState::stuck;
}

LinkName link_name(client::LinkState state) {
  switch (state) {
    case client::LinkState::kConnected:
      return LinkName::connected;
    case client::LinkState::kConnecting:
      return LinkName::connecting;
    case client::LinkState::kMisbehaving:
      return LinkName::misbehaving;
    case client::LinkState::kDetour:
      return LinkName::detour;
    case client::LinkState::kOffline:
      break;
  }
  return LinkName::offline;
}

JoinState join_name(group::Joining::State state) {
  switch (state) {
    case group::Joining::State::kSending:
      return JoinState::sending;
    case group::Joining::State::kWaiting:
      return JoinState::waiting;
    case group::Joining::State::kExpired:
      return JoinState::expired;
    case group::Joining::State::kJoined:
      return JoinState::joined;
    case group::Joining::State::kFailed:
      break;
  }
  return JoinState::failed;
}

bool is_live(const client::GroupSummary& group) {
  return group.standing == group::Standing::kActive || group.standing == group::Standing::kLeaving ||
         group.standing == group::Standing::kStuck;
}

}  // namespace

std::vector<std::string> Node::words(std::span<const uint16_t> numbers, bool other_language) {
  const bool russian = (language() == "ru") != other_language;
  const auto list = client::comparison_words(russian ? "ru" : "en");
  std::vector<std::string> out;
  for (uint16_t number : numbers) out.emplace_back(list[number % list.size()]);
  return out;
}

const group::Group& Node::find_group(const std::string& id) {
  const group::Group* found = open_client().find(group_id(id));
  if (found == nullptr) throw CallError{ErrorCode::no_group};
  return *found;
}

GroupRef Node::group_create(const CreateGroupArgs& args) {
  const std::string relay = args.relay.value_or(host_.default_relay());
  if (!relay.starts_with("http://") && !relay.starts_with("https://")) throw CallError{ErrorCode::bad_relay};
  const int vouches = args.vouches.value_or(1);
  if (vouches < 1 || vouches > 5) throw BadField{"vouches", "1 to 5"};
  return {text_id(take(open_client().create_group(
      {.name = args.name, .my_name = args.my_name, .relay = relay, .vouches = static_cast<uint8_t>(vouches)},
      now())))};
}

GroupList Node::group_list(const Nothing&) {
  GroupList out;
  for (const client::GroupSummary& group : open_client().groups()) {
    GroupItem item{text_id(group.id),
                   group.name,
                   static_cast<int64_t>(group.members),
                   static_cast<int64_t>(group.epoch),
                   state_name(group.standing),
                   group.my_name,
                   role_name(group.my_role),
                   static_cast<int64_t>(group.requests),
                   static_cast<int64_t>(group.waiting),
                   static_cast<int64_t>(group.unread),
                   static_cast<int64_t>(group.mentions),
                   link_name(group.link),
                   {},
                   group.is_porch};
    if (group.last) item.last = LastMessage{group.last->author_name, group.last->text, group.last->at.ms};
    out.groups.push_back(std::move(item));
  }
  return out;
}

NewInvite Node::group_invite(const InviteArgs& args) {
  const int days = args.days.value_or(7);
  if (days < 1 || days > 30) throw BadField{"days", "1 to 30"};
  const auto made = take(open_client().invite(group_id(args.group), now().after_ms(days * kDayMs), now()));
  return {text_id(made.id), made.link, made.ends.ms};
}

InviteList Node::group_invites(const GroupArgs& args) {
  InviteList out;
  for (const group::Invite& invite : find_group(args.group).invites(now())) {
    out.invites.push_back({text_id(invite.id), invite.ends.ms,
                           static_cast<InviteState>(static_cast<int>(invite.state) - 1), invite.for_device});
  }
  return out;
}

Nothing Node::group_revoke_invite(const RevokeInviteArgs& args) {
  take(open_client().revoke_invite(group_id(args.group),
                                   parse_id<group::InviteId>(args.invite, ErrorCode::no_invite), now()));
  return {};
}

NewJoin Node::group_join(const JoinArgs& args) {
  const auto id = take(open_client().join(
      {.link = args.link, .my_name = args.my_name, .greeting = args.greeting.value_or("")}, now()));
  for (const client::JoinSummary& join : open_client().joins()) {
    if (join.id == id) return {text_id(id), words(join.words, false), words(join.words, true)};
  }
  throw CallError{ErrorCode::no_join};
}

JoinList Node::group_joins(const Nothing&) {
  JoinList out;
  for (const client::JoinSummary& join : open_client().joins()) {
    JoinItem item{text_id(join.id),      join.my_name, words(join.words, false), words(join.words, true),
                  join_name(join.state), join.ends.ms, join.asked_at.ms,         {},
                  join.is_device};
    if (join.group) item.group = text_id(*join.group);
    out.joins.push_back(std::move(item));
  }
  return out;
}

Nothing Node::group_cancel_join(const CancelJoinArgs& args) {
  take(open_client().cancel_join(parse_id<group::JoinId>(args.join, ErrorCode::no_join), now()));
  return {};
}

RequestList Node::group_requests(const GroupArgs& args) {
  const group::Group& group = find_group(args.group);
  RequestList out;
  for (const group::JoinRequest& request : group.requests(now())) {
    RequestItem item;
    item.request = text_id(request.id);
    item.name = request.name;
    item.greeting = request.greeting;
    item.note = request.note;
    item.words = words(request.words, false);
    item.words_other = words(request.words, true);
    item.at = request.at.ms;
    item.mine = request.mine;
    if (request.proposed)
      item.proposed_by = PersonItem{text_id(request.proposed_by), group.name_of(request.proposed_by)};
    for (const group::PersonId& person : request.confirmed_by) {
      item.confirmed_by.push_back({text_id(person), group.name_of(person)});
    }
    item.needed = request.needed;
    item.can_propose = request.can_propose;
    item.can_confirm = request.can_confirm;
    item.can_decline = request.can_decline || request.can_propose;
    item.can_object = request.can_object;
    for (const group::JoinRequest::Objection& one : request.objections)
      item.objections.push_back({{text_id(one.by), group.name_of(one.by)}, one.reason, one.at.ms});
    item.comes_back = request.comes_back;
    item.device = request.device_of.has_value();
    if (request.accuses)
      item.accuses = PersonItem{text_id(*request.accuses), group.name_of(*request.accuses)};
    out.requests.push_back(std::move(item));
  }
  return out;
}

Nothing Node::group_propose(const ProposeArgs& args) {
  take(open_client().propose(group_id(args.group), request_id(args.request), args.note.value_or(""), now()));
  return {};
}

Nothing Node::group_confirm(const RequestArgs& args) {
  take(open_client().confirm(group_id(args.group), request_id(args.request), now()));
  return {};
}

Nothing Node::group_decline(const RequestArgs& args) {
  take(open_client().decline(group_id(args.group), request_id(args.request), now()));
  return {};
}

MemberList Node::group_members(const GroupArgs& args) {
  const group::Group& group = find_group(args.group);
  MemberList out;
  for (const group::Member& member : group.members()) {
    MemberItem item{text_id(member.person),
                    member.name,
                    role_name(member.role),
                    member.me,
                    member.since.ms,
                    member.sponsor == member.person ? "" : group.name_of(member.sponsor),
                    {}};
    for (const group::PersonId& person : member.confirmed_by)
      item.confirmed_names.push_back(group.name_of(person));
    for (const group::PersonId& person : member.removal_by)
      item.removal_by.push_back({text_id(person), group.name_of(person)});
    item.devices = static_cast<int64_t>(member.devices);
    out.members.push_back(std::move(item));
  }
  return out;
}

SafetyWords Node::group_safety_words(const MemberArgs& args) {
  const group::Group& group = find_group(args.group);
  const auto numbers = take(group.safety_words(person_id(args.member)));
  return {words(numbers, false), words(numbers, true), static_cast<int64_t>(group.epoch())};
}

Nothing Node::group_remove(const MemberArgs& args) {
  take(open_client().remove(group_id(args.group), person_id(args.member), now()));
  return {};
}

Nothing Node::group_approve_removal(const MemberArgs& args) {
  take(open_client().approve_removal(group_id(args.group), person_id(args.member), now()));
  return {};
}

Nothing Node::group_leave(const GroupArgs& args) {
  take(open_client().leave(group_id(args.group), now()));
  return {};
}

Nothing Node::group_forget(const GroupArgs& args) {
  take(open_client().forget(group_id(args.group), now()));
  return {};
}

WarningList Node::group_warnings(const GroupArgs& args) {
  const group::Group& group = find_group(args.group);
  WarningList out;
  for (const group::Warning& warning : open_client().warnings(group.id())) {
    WarningItem item{static_cast<WarningKind>(static_cast<int>(warning.kind) - 1), warning.at.ms, {}};
    if (warning.about_member) item.member_name = group.name_of(warning.member);
    out.warnings.push_back(std::move(item));
  }
  return out;
}

MessageItem Node::message_item(const client::TalkMessage& message) {
  const MessageState state = message.state == group::SendState::kQueued   ? MessageState::queued
                             : message.state == group::SendState::kPosted ? MessageState::posted
                                                                          : MessageState::taken_in;
  MessageItem item{text_id(message.id),
                   text_id(message.author),
                   message.author_name,
                   message.mine,
                   message.text,
                   message.at.ms,
                   state};
  if (const group::Group* group = open_client().find(message.group)) show_marks(*group, message, item);
  return item;
}

MessageList Node::talk_list(const TalkListArgs& args) {
  std::optional<group::EventId> before;
  if (args.before) before = parse_id<group::EventId>(*args.before, ErrorCode::no_message);
  const auto page = take(open_client().talk(group_id(args.group), checked_limit(args.limit, 50), before));
  MessageList out{{}, page.more};
  for (const client::TalkMessage& message : page.messages) out.messages.push_back(message_item(message));
  return out;
}

MessageList Node::talk_search(const SearchArgs& args) {
  std::optional<group::GroupId> group;
  if (args.group) group = find_group(*args.group).id();
  MessageList out{{}, false};
  for (const client::TalkMessage& message :
       open_client().search(args.query, group, checked_limit(args.limit, 50))) {
    MessageItem item = message_item(message);
    item.group = text_id(message.group);
    const group::Group* of = open_client().find(message.group);
    if (of != nullptr) item.group_name = of->name();
    out.messages.push_back(std::move(item));
  }
  return out;
}

Nothing Node::talk_seen(const GroupArgs& args) {
  take(open_client().seen(group_id(args.group), now()));
  return {};
}

SyncStatus Node::sync_status(const Nothing&) {
  if (!client_) return {LinkName::locked, 0, false, {}};
  SyncStatus out{LinkName::connected, 0, client_->disk_full(), {}};
  // The worst of all groups: misbehaving, then offline, then connecting.
  const auto badness = [](LinkName name) {
    return name == LinkName::misbehaving  ? 3
           : name == LinkName::offline    ? 2
           : name == LinkName::connecting ? 1
           : name == LinkName::detour     ? 1
                                          : 0;
  };
  for (const client::GroupSummary& group : client_->groups()) {
    if (!is_live(group)) continue;
    const LinkName link = link_name(group.link);
    out.groups.push_back({text_id(group.id), link, static_cast<int64_t>(group.waiting)});
    out.waiting += static_cast<int64_t>(group.waiting);
    if (badness(link) > badness(out.state)) out.state = link;
  }
  bool asks = false;
  for (const client::JoinSummary& join : client_->joins()) {
    const bool sending = join.state == group::Joining::State::kSending;
    asks = asks || sending || join.state == group::Joining::State::kWaiting;
    if (sending && out.state == LinkName::connected) out.state = LinkName::connecting;
  }
  if (out.groups.empty() && !asks) out.state = LinkName::idle;
  return out;
}

TodayList Node::today_list(const Nothing&) {
  client::Client& client = open_client();
  TodayList out;
  for (const client::GroupSummary& summary : client.groups()) {
    const std::string id = text_id(summary.id);
    const group::Group& group = find_group(id);
    const auto add = [&](TodayKind kind) -> TodayItem& {
      out.items.push_back({.kind = kind, .group = id, .group_name = summary.name});
      return out.items.back();
    };
    if (summary.standing == group::Standing::kRemoved) add(TodayKind::removed);
    if (summary.standing == group::Standing::kDeviceRemoved) add(TodayKind::device_removed);
    if (summary.standing == group::Standing::kStuck) add(TodayKind::stuck);
    if (group.started_anew_by()) add(TodayKind::started_anew).name = group.name_of(*group.started_anew_by());
    if (summary.link == client::LinkState::kMisbehaving) {
      add(TodayKind::warning);
    }
    if (!is_live(summary)) continue;
    for (const group::JoinRequest& request : group.requests(now())) {
      if (!request.can_propose && !request.can_confirm) continue;
      const TodayKind asks = request.device_of ? TodayKind::device : TodayKind::request;
      const TodayKind says = request.device_of ? TodayKind::device_confirm : TodayKind::confirm;
      TodayItem& item = add(request.comes_back ? TodayKind::returns : request.can_propose ? asks : says);
      item.name = request.name;
      item.request = text_id(request.id);
    }
    today_policy(*this, summary, out);
    today_porch(*this, summary, out);
    today_relays(*this, summary, out);
    today_cases(*this, summary, out);
    today_questions(*this, summary, out);
    today_guidance(*this, summary, out);
    if (summary.unread > 0) add(TodayKind::unread).count = static_cast<int64_t>(summary.unread);
  }
  for (const client::JoinSummary& join : client.joins()) {
    if (join.state != group::Joining::State::kSending && join.state != group::Joining::State::kWaiting)
      continue;
    TodayItem item{.kind = TodayKind::join_waiting};
    item.name = join.my_name;
    item.join = text_id(join.id);
    out.items.push_back(std::move(item));
  }
  // Who waits for an urgent answer since yesterday comes before everything else, whatever the group.
  TodayList sorted;
  for (const bool urgent : {true, false})
    for (TodayItem& item : out.items)
      if ((item.kind == TodayKind::question_urgent) == urgent) sorted.items.push_back(std::move(item));
  return sorted;
}

}  // namespace homeward::api
