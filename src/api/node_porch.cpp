// Commands about a group's porch: opening it, who stays, asking further in, and what is known of who comes
// from there; and about who went.
#include <charconv>

#include "api/command_list.h"
#include "api/types_porch.h"
#include "api/view.h"
#include "client/features.h"
#include "client/guidance.h"
#include "client/porch.h"
#include "domain/talk/queries.h"

namespace homeward::api {
namespace {

using client::Client;
using client::NotePurpose;
using client::PorchCheck;

constexpr int kDefaultVouches = 1;

int checked_days(int days) {
  if (days < 0 || days > group::kMostPorchDays) throw BadField{"days", "0 to 365"};
  return days;
}

RoleName role_name(group::Role role) {
  return role == group::Role::kOrganizer ? RoleName::organizer
         : role == group::Role::kAdviser ? RoleName::adviser
                                         : RoleName::member;
}

std::string note_id(const group::Position& position) {
  return std::to_string(position.epoch) + "." + std::to_string(position.number);
}

group::Position position_of(const std::string& text) {
  group::Position out;
  const char* const end = text.data() + text.size();
  const auto epoch = std::from_chars(text.data(), end, out.epoch);
  if (epoch.ec != std::errc{} || epoch.ptr == end || *epoch.ptr != '.') throw CallError{ErrorCode::no_invite};
  const auto number = std::from_chars(epoch.ptr + 1, end, out.number);
  if (number.ec != std::errc{} || number.ptr != end) throw CallError{ErrorCode::no_invite};
  return out;
}

group::Change porch_change(const group::GroupId& porch, int days) {
  group::Change change;
  change.porch = group::Porch{porch, static_cast<uint16_t>(days)};
  return change;
}

// --- Opening, days, closing ---

// The porch is made first: a rule must not name what is not there. If the rule is refused, or the power goes
// in between, it is a porch that leads nowhere, and she can leave it.
PorchOpened porch_open(Node& node, const OpenPorchArgs& args) {
  const group::Group& inner = node.find_group(args.group);
  const group::GroupId inner_id = inner.id();
  checked_days(args.days);
  const int vouches = args.vouches.value_or(kDefaultVouches);
  if (vouches < 1 || vouches > 5) throw BadField{"vouches", "1 to 5"};
  if (inner.is_porch()) throw CallError{ErrorCode::not_in_porch};
  if (inner.policy().porch) throw CallError{ErrorCode::already_done};
  if (inner.my_role() != group::Role::kOrganizer) throw CallError{ErrorCode::not_allowed};
  if (inner.standing() != group::Standing::kActive) throw CallError{ErrorCode::not_possible_now};
  const auto porch = take(node.open_client().create_group({.name = args.name,
                                                           .my_name = args.my_name,
                                                           .relay = inner.relay(),
                                                           .vouches = static_cast<uint8_t>(vouches),
                                                           .is_porch = static_cast<uint16_t>(args.days)},
                                                          node.now()));
  const auto change =
      take(node.open_client().change_policy(inner_id, porch_change(porch, args.days), node.now()));
  return {text_id(porch), text_id(change)};
}

// In the group's rules, and in the porch's own where this person may.
Nothing porch_set_days(Node& node, const PorchDaysArgs& args) {
  const group::Group& inner = node.find_group(args.group);
  checked_days(args.days);
  const auto rule = inner.policy().porch;
  if (!rule) throw CallError{ErrorCode::no_porch};
  take(node.open_client().change_policy(inner.id(), porch_change(rule->group, args.days), node.now()));
  const group::Group* porch = node.open_client().porch_of(inner.id());
  if (porch != nullptr && porch->my_role() == group::Role::kOrganizer)
    (void)node.open_client().change_policy(porch->id(), porch_change({}, args.days), node.now());
  return {};
}

Nothing porch_close(Node& node, const GroupArgs& args) {
  const group::Group& inner = node.find_group(args.group);
  if (!inner.policy().porch) throw CallError{ErrorCode::no_porch};
  take(node.open_client().change_policy(inner.id(), porch_change({}, 0), node.now()));
  return {};
}

// --- Who stays, and asking ---

uint16_t days_of(Node& node, const group::Group& porch) {
  const group::Group* inner = node.open_client().inner_of(porch.id());
  return inner != nullptr ? inner->policy().porch->days : porch.policy().is_porch.value_or(0);
}

StayList porch_list(Node& node, const GroupArgs& args) {
  const group::Group& porch = node.find_group(args.group);
  if (!porch.is_porch()) throw CallError{ErrorCode::no_porch};
  StayList out{days_of(node, porch), {}};
  on_view(node, args.group, [&](const Client::Look& look) {
    for (const client::Stay& stay : client::stays_of(look, static_cast<uint16_t>(out.days))) {
      StayItem item{text_id(stay.member.person),
                    stay.member.name,
                    role_name(stay.member.role),
                    stay.member.me,
                    stay.since.ms,
                    stay.until.ms,
                    stay.over,
                    {},
                    client::is_left_out(look.rows, look.group.id(), stay.member.person)};
      if (stay.asked) item.asked_at = stay.asked->ms;
      out.stays.push_back(std::move(item));
    }
  });
  return out;
}

Nothing porch_bring_in(Node& node, const PorchMemberArgs& args) {
  take(node.open_client().bring_in(group_id(args.group), person_id(args.member), args.words.value_or(""),
                                   node.now()));
  return {};
}

Nothing porch_ask_into(Node& node, const PorchMemberArgs& args) {
  take(node.open_client().ask_into_porch(group_id(args.group), person_id(args.member),
                                         args.words.value_or(""), node.now()));
  return {};
}

Nothing porch_leave_out(Node& node, const LeaveOutArgs& args) {
  const group::PersonId person = person_id(args.member);
  change_in(node, args.group, [&](const Client::Hand& hand) -> Result<> {
    client::set_left_out(hand.rows, hand.group.id(), person, args.out);
    return success();
  });
  return {};
}

// --- Notes ---

// A note leads further in only to the group whose porch this is, and into the porch that the rules here name.
bool is_foreign(Node& node, const group::Group& here, const client::Note& note) {
  const group::Group* there = note.became ? node.open_client().find(*note.became) : nullptr;
  if (there == nullptr) return false;
  const bool further = note.content.purpose == NotePurpose::kFurtherIn;
  const group::Group& inner = further ? *there : here;
  const group::Group& porch = further ? here : *there;
  const auto rule = inner.policy().porch;
  return !rule || rule->group != porch.id();
}

NoteState state_of(Node& node, const group::Group& here, const client::Note& note) {
  if (is_foreign(node, here, note)) return NoteState::foreign;
  if (note.became) return NoteState::in;
  if (note.join) return NoteState::asked;
  return node.now() < note.ends ? NoteState::fresh : NoteState::expired;
}

NoteItem note_item(Node& node, const group::Group& here, const client::Note& note) {
  NoteItem item{note_id(note.position),
                note.content.purpose == NotePurpose::kFurtherIn ? NoteKind::further_in : NoteKind::into_porch,
                {text_id(note.from), here.name_of(note.from)},
                note.content.words,
                note.at.ms,
                note.ends.ms,
                state_of(node, here, note),
                {},
                {}};
  if (note.join) item.join = text_id(*note.join);
  if (note.became) item.group = text_id(*note.became);
  return item;
}

GroupRef porch_enter(Node& node, const EnterByNoteArgs& args) {
  // The answer names the join, which group.joins lists; a group it becomes later.
  return {text_id(take(node.open_client().enter_by_note(
      {group_id(args.group), position_of(args.note), args.my_name, args.greeting.value_or("")},
      node.now())))};
}

PorchStatus porch_status(Node& node, const GroupArgs& args) {
  const group::Group& here = node.find_group(args.group);
  const group::PolicyView policy = here.policy();
  PorchStatus out{.is_porch = here.is_porch(),
                  .has_porch = policy.porch.has_value(),
                  .days = policy.porch ? policy.porch->days : policy.is_porch.value_or(0),
                  .can_change = here.my_role() == group::Role::kOrganizer,
                  .waits = false,
                  .porch = {},
                  .porch_name = {},
                  .inner = {},
                  .inner_name = {},
                  .since = {},
                  .until = {},
                  .notes = {}};
  for (const group::PendingChange& change : here.changes())
    out.waits = out.waits || change.change.porch.has_value();
  if (const group::Group* porch = node.open_client().porch_of(here.id())) {
    out.porch = text_id(porch->id());
    out.porch_name = porch->name();
  }
  if (const group::Group* inner = node.open_client().inner_of(here.id())) {
    out.inner = text_id(inner->id());
    out.inner_name = inner->name();
    out.days = inner->policy().porch->days;
  }
  on_view(node, args.group, [&](const Client::Look& look) {
    for (const client::Note& note : client::notes_of(look)) out.notes.push_back(note_item(node, here, note));
    if (!out.is_porch) return;
    for (const client::Stay& stay : client::stays_of(look, static_cast<uint16_t>(out.days))) {
      if (!stay.member.me) continue;
      out.since = stay.since.ms;
      out.until = stay.until.ms;
    }
  });
  return out;
}

// --- Requests in the inner group ---

OriginList porch_requests(Node& node, const GroupArgs& args) {
  const group::Group& inner = node.find_group(args.group);
  const auto rule = inner.policy().porch;
  OriginList out{rule.has_value(), rule ? rule->days : 0, {}};
  const group::Group* porch = node.open_client().porch_of(inner.id());
  on_view(node, args.group, [&](const Client::Look& look) {
    for (const group::JoinRequest& request : look.group.requests(look.now)) {
      const auto origin = client::porch_origin(look.rows, look.group, porch, request, look.now);
      OriginItem item{
          text_id(request.id), static_cast<OriginCheck>(static_cast<int>(origin.check) - 1), origin.name, {}};
      if (origin.since.ms != 0) item.since = origin.since.ms;
      out.requests.push_back(std::move(item));
    }
  });
  return out;
}

// --- Guidance from the group into its porch ---

CopiedGuidance porch_copy_guidance(Node& node, const GroupArgs& args) {
  Client& client = node.open_client();
  const group::Group& inner = node.find_group(args.group);
  const group::Group* porch = client.porch_of(inner.id());
  if (porch == nullptr) throw CallError{ErrorCode::no_porch};
  const group::GroupId porch_id = porch->id();
  const Bytes file = take(client::guidance::export_file(client, inner.id(), {}));
  CopiedGuidance out{0, 0};
  using client::guidance::ImportOutcome;
  for (const auto& one : take(client::guidance::import_file(client, porch_id, file, node.now()))) {
    // Withdrawals go with them and are not counted.
    if (one.outcome == ImportOutcome::kNew || one.outcome == ImportOutcome::kNewer) ++out.taken;
    if (one.outcome == ImportOutcome::kSame || one.outcome == ImportOutcome::kOlder) ++out.known;
  }
  return out;
}

// --- Who went ---

DepartedList group_departed(Node& node, const GroupArgs& args) {
  DepartedList out;
  on_view(node, args.group, [&](const Client::Look& look) {
    for (const client::Departed& one : client::departed_of(look)) {
      DepartedItem item{text_id(one.person), one.name, one.noticed.ms, {}};
      const auto before =
          domain::talk::page(look.rows, client::key_of(look.group.id()), domain::Place{one.epoch, 0}, 1);
      if (!before.messages.empty()) {
        const domain::talk::Message& last = before.messages.back();
        item.last = LastMessage{name_of(look, last.author), last.text, last.at.ms};
      }
      out.departed.push_back(std::move(item));
    }
  });
  return out;
}

// --- Today ---

TodayItem today_item(const client::GroupSummary& group, TodayKind kind, std::string name) {
  TodayItem item{};
  item.kind = kind;
  item.group = text_id(group.id);
  item.group_name = group.name;
  item.name = std::move(name);
  return item;
}

// Whoever let her into the porch, or an organizer of it, is asked to bring her further in.
void add_ready(Node& node, const client::GroupSummary& group, const Client::Look& look, TodayList& out) {
  if (node.open_client().inner_of(group.id) == nullptr) return;
  for (const client::Stay& stay : client::stays_of(look, days_of(node, look.group))) {
    const group::Member& member = stay.member;
    const bool mine = member.sponsor == look.group.me() || look.group.my_role() == group::Role::kOrganizer;
    if (!stay.over || stay.asked || member.me || !mine || member.role != group::Role::kMember) continue;
    if (client::is_left_out(look.rows, group.id, member.person)) continue;
    TodayItem item = today_item(group, TodayKind::porch_ready, member.name);
    item.count = (look.now.ms - stay.since.ms) / (24ll * 3600 * 1000);
    out.items.push_back(std::move(item));
  }
}

}  // namespace

void today_porch(Node& node, const client::GroupSummary& summary, TodayList& out) {
  const std::string id = text_id(summary.id);
  on_view(node, id, [&](const Client::Look& look) {
    bool came_in = false;
    for (const client::Note& note : client::notes_of(look)) {
      const NoteState state = state_of(node, look.group, note);
      const bool further = note.content.purpose == NotePurpose::kFurtherIn;
      came_in = came_in || (further && state == NoteState::in && node.open_client().inner_of(summary.id));
      if (state != NoteState::fresh) continue;
      out.items.push_back(today_item(summary, further ? TodayKind::porch_asked : TodayKind::porch_help,
                                     look.group.name_of(note.from)));
    }
    if (!look.group.is_porch()) return;
    if (came_in && !client::is_left_out(look.rows, summary.id, look.group.me()))
      out.items.push_back(today_item(summary, TodayKind::porch_done, {}));
    add_ready(node, summary, look, out);
  });
}

void add_porch(CommandList& list) {
  list.add_function<&porch_open>(
      "porch.open", "Opens a porch for a group: one of its own, where newcomers stay for so many days.");
  list.add_function<&porch_status>("porch.status",
                                   "Whether a group has a porch or is one, and who asked me further in.");
  list.add_function<&porch_list>("porch.list", "Who stays in a porch, since when and until when.");
  list.add_function<&porch_set_days>("porch.set_days", "How long newcomers of a group stay in its porch.");
  list.add_function<&porch_close>("porch.close", "The group's rules name no porch any more.");
  list.add_function<&porch_bring_in>("porch.bring_in",
                                     "Asks a member of a porch further in; no other member of it sees that.");
  list.add_function<&porch_ask_into>("porch.ask_into",
                                     "Asks a member of a group into its porch, to be there for newcomers.");
  list.add_function<&porch_enter>("porch.enter",
                                  "Asks to join by a note; the answer is the join that group.joins lists.");
  list.add_function<&porch_leave_out>("porch.leave_out",
                                      "Do not remind me to bring this member of a porch further in.");
  list.add_function<&porch_requests>("porch.requests",
                                     "Of each join request of a group: whether she comes from its porch.");
  list.add_function<&porch_copy_guidance>("porch.copy_guidance",
                                          "Carries the group's guidance into its porch, signatures and all.");
  list.add_function<&group_departed>("group.departed",
                                     "Who is in the group no more, and until when she could read.");
}

}  // namespace homeward::api
