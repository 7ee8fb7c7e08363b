// Commands of a group, and the way in for the network's news.
#include "group/group.h"

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {

Group::Group(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Group::~Group() = default;

Result<std::unique_ptr<Group>> Group::found(const Founding& founding, Turn turn) {
  if (!is_name(founding.name) || !is_name(founding.my_name)) return GroupError::kNameInvalid;
  if (founding.vouches < 1 || founding.vouches > kMostVouches || founding.relay.empty() ||
      founding.relay.size() > kMostRelayBytes || founding.is_porch.value_or(0) > kMostPorchDays)
    return GroupError::kMalformed;
  auto impl = std::make_unique<Impl>();
  impl->id = turn.random.fixed<GroupId>();
  KeyPair keys = group_suite().generate_signature_key_pair(turn.random);
  const Hash device = sha256(keys.public_key);
  impl->saved.me = {PersonId::from(device), DeviceId::from(device)};
  impl->saved.leaf_since = turn.now;

  Policy policy;
  policy.name = founding.name;
  policy.organizers = {impl->saved.me.person};
  policy.vouches = founding.vouches;
  policy.relays = {founding.relay};
  policy.return_seed = turn.random.fixed<ReturnSeed>();
  policy.is_porch = founding.is_porch;

  mls::CreateParams params;
  params.group_id = copy_of(impl->id);
  params.credential = credential_of(impl->saved.me);
  params.signature_key = keys.clone();
  params.capabilities = our_capabilities();
  params.group_extensions = group_extensions_of(policy);
  params.limits = kRatchetLimits;
  impl->saved.signature_key = std::move(keys);
  HW_LET(impl->mls, mls::Group::create(params, turn.random));
  HW_TRY(impl->begin(turn.rows, turn.now));
  impl->roster.load(impl->id, turn.rows);
  impl->roster.set_person(impl->saved.me.person,
                          {founding.my_name, to_the_minute(turn.now), impl->saved.me.person, {}}, turn.rows);
  impl->save(turn.rows);
  return std::unique_ptr<Group>(new Group(std::move(impl)));
}

std::vector<GroupId> Group::saved(Rows& rows) {
  std::vector<GroupId> out;
  rows.scan(kStateRows, {}, [&](BytesView key, BytesView) {
    out.push_back(GroupId::from(key));
    return true;
  });
  return out;
}

Result<std::unique_ptr<Group>> Group::load(const GroupId& id, Rows& rows) {
  HW_LET(auto impl, Impl::load(id, rows));
  return std::unique_ptr<Group>(new Group(std::move(impl)));
}

void Group::take_in(const wire::QueueId& queue, uint64_t first, std::span<const Bytes> entries,
                    uint64_t last_in_queue, Turn turn, std::string_view from) {
  Impl& impl = *impl_;
  const std::string relay(from.empty() ? std::string_view(impl.policy.relays.front()) : from);
  if (impl.my_return && queue == wire::queue_id(impl.my_return->answer.read))
    return impl.take_answer(first, entries, from, turn);
  if (!impl.mls) return;
  for (const auto& [seed, read] : impl.return_queues) {
    if (wire::queue_id(read.queue.access.read) != queue) continue;
    const ReturnSeed of = seed;
    if (!from.empty() && from != impl.policy.relays.front())
      return impl.take_returns_elsewhere(of, relay, first, entries, turn);
    return impl.take_returns(of, first, entries, last_in_queue, turn);
  }
  if (!impl.following()) return;
  if (queue == impl.queue.id()) {
    impl.take_group_entries(first, entries, last_in_queue, turn);
    impl.settle_recovery(turn);
    if (impl.following()) impl.notice_dues(turn.now, turn.random);
    return;
  }
  for (const auto& [invite_id, invite] : impl.invites) {
    if (!invite.wants_read() || wire::queue_id(invite.ask.read) != queue) continue;
    return impl.take_ask_entries(invite_id, first, entries, turn);
  }
  for (const auto& [seed, read] : impl.return_queues) {
    const ReturnSeed of = seed;
    if (wire::queue_id(read.log.access.read) == queue) return impl.take_log(of, relay, first, entries, turn);
  }
}

void Group::expired(const wire::QueueId& queue, Turn turn) {
  Impl& impl = *impl_;
  if (impl.my_return && queue == wire::queue_id(impl.my_return->answer.read)) {
    impl.my_return.reset();
    return impl.ask_again_if_old(turn);
  }
  if (impl.following() && queue == impl.queue.id())
    return impl.get_stuck(Warning::Kind::kFellBehind, {}, turn);
  // Asks that the relay forgot: on from where it may have some; its next answer says where it ends.
  constexpr uint64_t kStep = 8;
  for (auto& [seed, read] : impl.return_queues) {
    if (wire::queue_id(read.queue.access.read) != queue) continue;
    if (impl.my_return && impl.my_return->seed == seed) {  // my ask may be among them
      read.taken += kStep;
      impl.save_read_returns(seed, turn.rows);
      if (turn.now.ms - impl.my_return->asked_at.ms < kHour_ms) return;
      impl.my_return.reset();
      return impl.ask_again_if_old(turn);
    }
    read.taken += kStep;
    return impl.save_read_returns(seed, turn.rows);
  }
}

void Group::disconnected() {
  Impl& impl = *impl_;
  impl.caught_up = false;
  impl.unread_since.reset();
  impl.second_look = impl.doubt;
  impl.dues.clear();
  impl.sides_held.clear();
  if (impl.flight) impl.flight->refused = false;
}

void Group::other_disconnected() { impl_->sides_held.clear(); }

void Group::tick(Turn turn) {
  if (!impl_->mls) return;
  if (impl_->closing_came(turn.now)) return impl_->go(Standing::kClosed, turn);
  if (!impl_->following()) return impl_->ask_again_if_old(turn);
  impl_->end_invites(turn);
  impl_->poll_returns(turn);
  impl_->tell_gone(turn);
  impl_->settle_recovery(turn);
  if (!impl_->following()) return;
  impl_->notice_dues(turn.now, turn.random);
}

Result<EventId> Group::post(uint16_t kind, BytesView body, Turn turn) {
  if (standing() != Standing::kActive || impl_->closing_came(turn.now)) return GroupError::kNotPossibleNow;
  if (body.size() > kMostBodyBytes) return GroupError::kTooLarge;
  const Event event{turn.random.fixed<EventId>(), kind, to_the_minute(turn.now), copy_of(body)};
  impl_->outbox.push({OutgoingType::kEvent, event, {}}, turn.rows);
  return event.id;
}

bool Group::withdraw(const EventId& event, Turn turn) {
  Impl& impl = *impl_;
  for (const Outbox::Item& item : impl.outbox.items()) {
    if (item.type != OutgoingType::kEvent || item.event != event || item.kind < kTalkKinds) continue;
    if (impl.flight && impl.flight->sequence == item.sequence) return false;
    impl.outbox.erase(item.sequence, turn.rows);
    turn.happened.emplace_back(SendStateChanged{event});
    return true;
  }
  return false;
}

Result<Group::NewInvite> Group::invite(Instant ends, Turn turn) {
  return impl_->make_invite(ends, false, turn);
}

Result<Group::NewInvite> Group::Impl::make_invite(Instant ends, bool for_device, Turn& turn) {
  if (saved.standing != Standing::kActive) return GroupError::kNotPossibleNow;
  if (ends <= turn.now) return GroupError::kInviteExpired;
  const InviteId invite_id = turn.random.fixed<InviteId>();
  OwnInvite invite;
  const auto read = turn.random.fixed<wire::ReadToken>();
  const auto write = turn.random.fixed<wire::WriteToken>();
  invite.ask = wire::QueueAccess::from_tokens(read, write);
  invite.ends = {ends.ms / kSecond_ms * kSecond_ms};
  invite.relay = policy.relays.front();
  invite.request_key = group_suite().generate_hpke_key_pair(turn.random);
  invite.for_device = for_device;
  Link link{policy.relays.front(),         invite.ask.write, invite.ends,
            invite.request_key.public_key, saved.me.device,  {}};
  if (for_device) link.person = saved.me.person;
  NewInvite out{invite_id, encode_link(link), invite.ends};
  invites[invite_id] = std::move(invite);
  save_invite(invite_id, turn.rows);
  turn.happened.emplace_back(InvitesChanged{});
  return out;
}

Result<> Group::revoke_invite(const InviteId& id, Turn turn) {
  const auto at = impl_->invites.find(id);
  if (at == impl_->invites.end()) return GroupError::kNoSuchInvite;
  if (at->second.used || at->second.revoked) return GroupError::kAlreadyDone;
  at->second.revoked = true;
  impl_->close_invite(id, turn.rows);
  turn.happened.emplace_back(InvitesChanged{});
  turn.happened.emplace_back(RequestsChanged{});
  return success();
}

Result<> Group::propose(const RequestId& request, std::string_view note, Turn turn,
                        const std::optional<FromPorch>& from) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  for (auto& [device, returning] : impl.returns) {
    if (request_id(returning.ask) != request) continue;
    if (returning.wanted) return GroupError::kAlreadyDone;
    returning.wanted = true;
    impl.save_return(device, turn.rows);
    impl.notice_dues(turn.now, turn.random);
    turn.happened.emplace_back(RequestsChanged{});
    return success();
  }
  const auto at = impl.asked.find(request);
  if (at == impl.asked.end())
    return impl.roster.requests().contains(request) ? GroupError::kAlreadyDone : GroupError::kNoSuchRequest;
  if (at->second.proposing) return GroupError::kAlreadyDone;
  if (!is_words(note, kMostNoteBytes)) return GroupError::kMalformed;
  OwnInvite& invite = impl.invites.at(at->second.invite);
  if (!invite.is_open(turn.now)) return GroupError::kInviteExpired;
  HW_LET(const Identity newcomer, check_candidate(at->second.candidate, impl.mls->group_extensions()));
  HW_LET(Approval approval, impl.approve(action_of(at->second.candidate, newcomer)));
  const Proposed body{at->second.candidate, std::string(note), std::move(approval)};
  HW_TRY(post(kRequestProposed, encode(body), turn));
  if (!invite.relay.empty() && invite.relay != relay())
    HW_TRY(post(kAnswerAt, encode(AnswerAt{request, invite.relay}), turn));
  if (from) HW_TRY(post(kRequestFromPorch, encode(RequestFromPorch{request, *from}), turn));
  at->second.proposing = true;
  impl.save_asked(request, turn.rows);
  invite.used = true;
  impl.close_invite(at->second.invite, turn.rows);
  turn.happened.emplace_back(RequestsChanged{});
  turn.happened.emplace_back(InvitesChanged{});
  return success();
}

Result<> Group::confirm(const RequestId& request, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  const auto at = impl.roster.requests().find(request);
  if (at == impl.roster.requests().end()) return GroupError::kNoSuchRequest;
  if (impl.has_said_yes(at->second) || impl.confirming.contains(request)) return GroupError::kAlreadyDone;
  HW_LET(Approval approval, impl.approve(at->second.action()));
  HW_TRY(post(kRequestConfirmed, encode(Confirmed{request, std::move(approval)}), turn));
  impl.confirming.insert(request);
  turn.happened.emplace_back(RequestsChanged{});
  return success();
}

Result<> Group::decline(const RequestId& request, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  const auto at = impl.asked.find(request);
  if (at != impl.asked.end() && !at->second.proposing) {
    impl.asked.erase(at);
    impl.save_asked(request, turn.rows);
    turn.happened.emplace_back(RequestsChanged{});
    turn.happened.emplace_back(InvitesChanged{});
    return success();
  }
  for (const auto& [device, returning] : impl.returns) {
    if (request_id(returning.ask) != request) continue;
    const DeviceId whom = device;
    impl.returns.erase(whom);
    impl.save_return(whom, turn.rows);
    turn.happened.emplace_back(RequestsChanged{});
    return success();
  }
  const auto open = impl.roster.requests().find(request);
  if (open == impl.roster.requests().end()) return GroupError::kNoSuchRequest;
  if (open->second.sponsor != me() && my_role() != Role::kOrganizer) return GroupError::kNotAllowed;
  HW_TRY(post(kRequestWithdrawn, encode_withdrawn(request), turn));
  return success();
}

Result<> Group::remove(const PersonId& person, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  if (!impl.seat_of(person)) return GroupError::kNoSuchMember;
  if (person == me() || my_role() != Role::kOrganizer || impl.is_named(me())) return GroupError::kNotAllowed;
  if (impl.is_named(person) || impl.outbox.has_removal_of(person)) return GroupError::kAlreadyDone;
  impl.outbox.push({OutgoingType::kRemove, {}, person}, turn.rows);
  return success();
}

Result<> Group::approve_removal(const PersonId& person, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  if (!impl.seat_of(person)) return GroupError::kNoSuchMember;
  if (person == me()) return GroupError::kNotAllowed;
  const auto known = impl.roster.removals().find(person);
  if (known != impl.roster.removals().end() && known->second.contains(me())) return GroupError::kAlreadyDone;
  HW_LET(Approval approval, impl.approve(RemoveAction{person}));
  HW_TRY(post(kRemovalApproved, encode(RemovalApproved{person, std::move(approval)}), turn));
  return success();
}

Result<> Group::leave(Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  if (impl.seats.size() == 1) {
    impl.go(Standing::kLeft, turn);
    return success();
  }
  if (count_persons(impl.seats) > 1 && impl.policy.organizers == std::vector<PersonId>{me()})
    return GroupError::kLastOrganizer;
  impl.outbox.push({OutgoingType::kLeave, {}, {}}, turn.rows);
  impl.set_standing(Standing::kLeaving, turn);
  return success();
}

void Group::forget(Turn turn) {
  impl_->erase_rows(turn.rows, true);
  turn.fold.forget(turn.rows, impl_->id);
}

Result<Approval> Group::Impl::approve(const Action& action) const {
  const uint64_t last_epoch = mls->epoch() + kApprovalEpochs;
  HW_LET(Bytes signature,
         mls->sign_with_label(kApprovalLabel, approval_content(id, action_hash(action), last_epoch)));
  return Approval{mls->own_leaf().value, last_epoch, std::move(signature)};
}

}  // namespace homeward::group
