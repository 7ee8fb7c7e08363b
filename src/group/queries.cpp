// What can be asked of a group; nothing here changes it (but `warn`, which only adds a row).
#include <algorithm>

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr int64_t kSameWarning_ms = kHour_ms;
constexpr size_t kSafetyWords = 8;

Bytes encode_warning(const Warning& warning) {
  Writer out;
  out.u8(static_cast<uint8_t>(warning.kind))
      .u64(static_cast<uint64_t>(warning.at.ms))
      .u8(warning.about_member);
  out.raw(warning.member);
  return out.take();
}

Warning decode_warning(BytesView row) {
  Reader in(row);
  Warning warning;
  warning.kind = static_cast<Warning::Kind>(std::clamp<uint8_t>(in.u8(), 1, 9));
  warning.at = {static_cast<int64_t>(in.u64())};
  warning.about_member = in.u8() != 0;
  warning.member = in.fixed<PersonId>();
  return warning;
}

std::vector<Warning> newest_warnings(const GroupId& id, Rows& rows) {
  std::vector<Warning> out;
  auto range = prefix_range(id);
  range.backwards = true;
  range.limit = kMostWarnings;
  rows.scan(kWarningRows, range, [&](BytesView, BytesView value) {
    out.push_back(decode_warning(value));
    return true;
  });
  return out;
}

}  // namespace

const Identity* Group::Impl::seat_of(const PersonId& person) const {
  const auto at =
      std::ranges::find_if(seats, [&](const Seat& seat) { return seat.identity.person == person; });
  return at == seats.end() ? nullptr : &at->identity;
}

std::optional<mls::LeafIndex> Group::Impl::leaf_of(const PersonId& person) const {
  const auto at =
      std::ranges::find_if(seats, [&](const Seat& seat) { return seat.identity.person == person; });
  if (at == seats.end()) return {};
  return at->leaf;
}

bool Group::Impl::is_named(const PersonId& person) const {
  bool present = false;
  const Court here = court();
  for (const Seat& seat : seats) {
    if (seat.identity.person != person) continue;
    if (!here.is_named(seat.leaf)) return false;
    present = true;
  }
  return present;
}

bool Group::Impl::has_said_yes(const OpenRequest& request) const {
  const auto at =
      std::ranges::find(request.approvals, saved.me.person, [](const auto& item) { return item.first; });
  return at != request.approvals.end() && approval_holds(court(), request.action(), at->second);
}

Bytes Group::Impl::snapshot(Rows& rows, Fold& fold) const {
  Writer out;
  out.opaque(roster.snapshot(rows)).opaque(fold.snapshot(rows, id));
  return out.take();
}

// The same about the same member is said once an hour, so that nobody can bury what else there is to say.
void Group::Impl::warn(Warning::Kind kind, std::optional<PersonId> about, Turn& turn) {
  const Warning warning{kind, turn.now, about.has_value(), about.value_or(PersonId{})};
  for (const Warning& known : newest_warnings(id, turn.rows))
    if (known.kind == kind && known.member == warning.member && known.about_member == warning.about_member &&
        turn.now.ms - known.at.ms < kSameWarning_ms)
      return;
  const uint64_t number = saved.next_warning++;
  turn.rows.put(kWarningRows, row_key(id, number), encode_warning(warning));
  if (number > kMostWarnings) turn.rows.erase(kWarningRows, row_key(id, number - kMostWarnings));
  turn.rows.put(kStateRows, row_key(id), encode(saved));
  turn.happened.emplace_back(Warned{warning});
}

const std::string& Group::relay() const { return impl_->policy.relays.front(); }
const GroupId& Group::id() const { return impl_->id; }
const std::string& Group::name() const { return impl_->policy.name; }
Standing Group::standing() const { return impl_->saved.standing; }
uint64_t Group::epoch() const { return impl_->mls ? impl_->mls->epoch() : impl_->saved.epoch; }
const PersonId& Group::me() const { return impl_->saved.me.person; }
Role Group::my_role() const { return impl_->policy.role(me()); }
bool Group::caught_up() const { return impl_->following() && impl_->caught_up; }

std::vector<WantedRead> Group::wanted_reads() const {
  std::vector<WantedRead> out;
  const Impl& impl = *impl_;
  if (impl.my_return) {
    out.push_back({impl.my_return->answer.read, impl.my_return->taken});
    const auto asked_on = impl.return_queues.find(impl.my_return->seed);
    if (asked_on != impl.return_queues.end())
      out.push_back({asked_on->second.queue.access.read, asked_on->second.taken});
    for (const std::string& relay : impl.other_relays()) {
      const auto taken = impl.answers_taken.find(relay);
      out.push_back(
          {impl.my_return->answer.read, taken == impl.answers_taken.end() ? 0 : taken->second, relay});
    }
    return out;
  }
  if (!impl.following()) return out;
  out.push_back({impl.queue.access().read, impl.queue.taken_in_queue()});
  for (const auto& [invite_id, invite] : impl.invites)
    if (invite.wants_read())
      out.push_back(
          {invite.ask.read, invite.taken, invite.relay == impl.policy.relays.front() ? "" : invite.relay});
  const std::vector<std::string> others = impl.other_relays();
  for (const auto& [seed, read] : impl.return_queues) {
    if (read.open) out.push_back({read.queue.access.read, read.taken});
  }
  if (others.empty()) return out;
  for (const ReturnSeed& seed : impl.newest_seeds()) {
    const ReadReturns& read = impl.return_queues.at(seed);
    for (const std::string& relay : others) {
      const auto at = impl.places.find({seed, relay});
      const Place place = at == impl.places.end() ? Place{} : at->second;
      out.push_back({read.queue.access.read, place.returns, relay});
      out.push_back({read.log.access.read, place.log, relay});
    }
  }
  return out;
}

std::optional<Instant> Group::next_tick() const {
  const Impl& impl = *impl_;
  if (!impl.mls) return {};
  std::optional<Instant> next;
  const auto consider = [&](Instant at) { next = next ? std::min(*next, at) : at; };
  if (!impl.following()) {
    if (impl.my_return) consider(impl.my_return->asked_at.after_ms(kAskAgain_ms));
    if (impl.policy.closes.ms != 0) consider(impl.policy.closes);
    return next;
  }
  for (const auto& [seed, read] : impl.return_queues)
    if (!read.open) consider(read.polled.after_ms(kDay_ms));
  for (const auto& [device, ask] : impl.gone)
    if (const auto turn = impl.my_turn_to_tell(ask)) consider(*turn);
  if (impl.policy.closes.ms != 0) consider(impl.policy.closes);
  if (impl.caught_up && !impl.flight) {
    for (const auto& [reason, at] : impl.dues) consider(at);
    // An old leaf that is noticed has its due already, or waits for the day's Updates of others to pass.
    const bool noticed = impl.dues.contains(Bytes{'u'});
    if (impl.saved.leaf_since.ms != 0 && impl.seats.size() > 1 && !noticed) {
      Instant due = impl.saved.leaf_since.after_ms(kLeafAge_ms);
      if (impl.saved.routine.size() >= kRoutinePerDay)
        due = std::max(due, impl.saved.routine.front().after_ms(kDay_ms));
      consider(due);
    }
  }
  for (const auto& [invite_id, invite] : impl.invites)
    if (invite.wants_read()) consider(invite.ends);
  if (impl.recovery_due) consider(*impl.recovery_due);
  // After a start, or a connection that was lost: from when the relay is missed.
  if (!impl.caught_up && !impl.unread_since && !impl.recovering.relay.empty()) consider({});
  return next;
}

Hash Group::epoch_authenticator_hash() const {
  if (!impl_->mls) return {};
  return sha256({impl_->mls->epoch_authenticator(), impl_->mls->tree_hash()});
}

Hash Group::shared_state_hash(Rows& rows, Fold& fold) const { return sha256(impl_->snapshot(rows, fold)); }

std::vector<Member> Group::members() const {
  std::vector<Member> out;
  const Impl& impl = *impl_;
  std::set<PersonId> done;
  for (const Seat& seat : impl.seats) {
    const PersonId& person = seat.identity.person;
    if (!done.insert(person).second) continue;
    Member member;
    member.person = person;
    member.role = impl.policy.role(person);
    member.me = person == impl.saved.me.person;
    member.devices = impl.court().devices_of(person);
    if (const auto at = impl.roster.persons().find(person); at != impl.roster.persons().end()) {
      member.name = at->second.name;
      member.since = at->second.since;
      member.sponsor = at->second.sponsor;
      member.confirmed_by = at->second.confirmed_by;
    }
    if (const auto asked = impl.roster.removals().find(person); asked != impl.roster.removals().end())
      for (const auto& [by, approval] : asked->second) member.removal_by.push_back(by);
    out.push_back(std::move(member));
  }
  // Times are to the minute: those of one minute stay in the order of their leaves.
  std::ranges::stable_sort(out, {}, &Member::since);
  return out;
}

std::vector<Brought> Group::brought_in(const PersonId& person, Instant since) const {
  std::map<PersonId, size_t> depths;
  const auto& persons = impl_->roster.persons();
  std::vector<PersonId> layer{person};
  for (size_t depth = 1; !layer.empty(); ++depth) {
    std::vector<PersonId> next;
    for (const auto& [one, about] : persons) {
      const bool hers = std::ranges::find(layer, about.sponsor) != layer.end();
      if (!hers || one == person || one == about.sponsor || about.since < since) continue;
      if (depths.emplace(one, depth).second) next.push_back(one);
    }
    layer = std::move(next);
  }
  std::vector<Brought> out;
  for (Member& member : members()) {
    const auto at = depths.find(member.person);
    const bool vouched = std::ranges::find(member.confirmed_by, person) != member.confirmed_by.end();
    if (at == depths.end() && !(vouched && member.since >= since)) continue;
    out.push_back({std::move(member), at == depths.end() ? 0 : at->second});
  }
  return out;
}

bool Group::is_porch() const { return impl_->policy.is_porch.has_value(); }

std::vector<PersonId> Group::departed() const {
  std::set<PersonId> present;
  for (const Seat& seat : impl_->seats) present.insert(seat.identity.person);
  std::vector<PersonId> out;
  for (const auto& [person, about] : impl_->roster.persons())
    if (!present.contains(person)) out.push_back(person);
  return out;
}

std::string Group::name_of(const PersonId& person) const { return impl_->roster.name_of(person); }

std::vector<JoinRequest> Group::requests(Instant now) const {
  std::vector<JoinRequest> out;
  const Impl& impl = *impl_;
  if (!impl.following()) return out;
  const bool active = impl.saved.standing == Standing::kActive;
  const Court here = impl.court();
  const auto device_of = [](const Identity& newcomer) {
    return newcomer.is_first() ? std::nullopt : std::optional(newcomer.person);
  };
  for (const auto& [id, open] : impl.roster.requests()) {
    JoinRequest item{id, open.candidate.name, open.candidate.greeting, open.note, request_words(id), open.at};
    item.mine = open.sponsor == me();
    item.proposed = true;
    item.proposed_by = open.sponsor;
    for (size_t i = 1; i < open.approvals.size(); ++i) item.confirmed_by.push_back(open.approvals[i].first);
    item.needed = needed_for(here, open.newcomer);
    item.device_of = device_of(open.newcomer);
    if (item.device_of) item.name = name_of(*item.device_of);
    item.can_decline = active && (item.mine || my_role() == Role::kOrganizer);
    item.can_object = active && !item.mine;
    if (const auto said = impl.roster.objections().find(id); said != impl.roster.objections().end())
      for (const auto& [person, objection] : said->second)
        item.objections.push_back({person, objection.reason, objection.at});
    if (const auto said = impl.roster.from_porch().find(id); said != impl.roster.from_porch().end())
      item.from_porch = said->second;
    item.can_confirm = active && open.sponsor != me() && !impl.has_said_yes(open) &&
                       !impl.confirming.contains(id) && !impl.is_named(me()) &&
                       approvers_of(here, open.action(), open.plain_approvals()).size() < item.needed;
    out.push_back(std::move(item));
  }
  for (const auto& [id, asked] : impl.asked) {
    JoinRequest item{id, asked.candidate.name, asked.candidate.greeting, {}, request_words(id), asked.at};
    item.mine = true;
    item.proposed = asked.proposing;
    if (asked.proposing) item.proposed_by = me();
    item.invite = asked.invite;
    const auto invite = impl.invites.find(asked.invite);
    const bool for_device = invite != impl.invites.end() && invite->second.for_device;
    item.needed = for_device ? here.needed_for_device() : here.needed_for_add();
    if (for_device) item.device_of = me();
    if (for_device) item.name = name_of(me());
    item.can_propose =
        active && !asked.proposing && invite != impl.invites.end() && invite->second.is_open(now);
    out.push_back(std::move(item));
  }
  for (const auto& [device, returning] : impl.returns) {
    const RequestId id = request_id(returning.ask);
    JoinRequest item{id, name_of(returning.ask.person), {}, {}, request_words(id), returning.at};
    item.comes_back = true;
    if (returning.ask.accused != PersonId{}) item.accuses = returning.ask.accused;
    item.proposed = returning.wanted;
    if (returning.wanted) item.proposed_by = me();
    item.can_propose = active && !returning.wanted;
    out.push_back(std::move(item));
  }
  std::ranges::sort(out, {}, [](const JoinRequest& item) { return std::pair(item.at, item.id); });
  return out;
}

std::vector<Invite> Group::invites(Instant now) const {
  std::vector<Invite> out;
  for (const auto& [id, invite] : impl_->invites) {
    Invite item{id, invite.ends, Invite::State::kOpen, invite.for_device};
    const bool was_asked = std::ranges::any_of(
        impl_->asked, [&, of = id](const auto& asked) { return asked.second.invite == of; });
    if (invite.used)
      item.state = Invite::State::kUsed;
    else if (!invite.is_open(now))
      item.state = Invite::State::kExpired;
    else if (was_asked)
      item.state = Invite::State::kAsked;
    out.push_back(item);
  }
  std::ranges::sort(out, {}, [](const Invite& item) { return std::pair(item.ends, item.id); });
  return out;
}

Result<std::vector<uint16_t>> Group::safety_words(const PersonId& with) const {
  const Impl& impl = *impl_;
  if (!impl.mls) return GroupError::kNotPossibleNow;
  if (!impl.leaf_of(with) || with == me()) return GroupError::kNoSuchMember;
  // All devices of both, so that every device shows the same words and one that was slipped in changes them.
  const auto keys_of = [&](const PersonId& person) {
    std::set<Bytes> keys;
    for (const Seat& seat : impl.seats)
      if (seat.identity.person == person) keys.insert(copy_of(impl.mls->member(seat.leaf)->signature_key()));
    Bytes out;
    for (const Bytes& key : keys) append(out, key);
    return out;
  };
  Bytes first = keys_of(with);
  Bytes second = keys_of(me());
  if (second < first) std::swap(first, second);
  Writer out;
  out.text("homeward safety words")
      .raw(impl.id)
      .opaque(impl.mls->epoch_authenticator())
      .opaque(first)
      .opaque(second);
  return words_of(sha256(out.view()), kSafetyWords);
}

std::vector<Warning> Group::warnings(Rows& rows) const { return newest_warnings(impl_->id, rows); }

std::vector<Group::Waiting> Group::waiting(Rows& rows) const {
  std::vector<Waiting> out;
  for (const Outbox::Item& item : impl_->outbox.items()) {
    if (item.type != OutgoingType::kEvent || item.kind < kTalkKinds) continue;
    auto event = impl_->outbox.event(item.sequence, rows);
    if (!event) continue;
    const auto& flight = impl_->flight;
    const bool posted = flight && flight->sequence == item.sequence && flight->posted != 0;
    out.push_back({std::move(*event), posted ? SendState::kPosted : SendState::kQueued});
  }
  return out;
}

size_t Group::waiting_count() const {
  return static_cast<size_t>(std::ranges::count_if(impl_->outbox.items(), [](const Outbox::Item& item) {
    return item.type == OutgoingType::kEvent && item.kind >= kTalkKinds;
  }));
}

std::vector<Group::SealedNote> Group::take_notes() { return std::exchange(impl_->notes, {}); }

}  // namespace homeward::group
