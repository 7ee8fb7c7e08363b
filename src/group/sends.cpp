// What goes out: one entry at a time, made when the queue was read to its end and kept until it is read back.
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"

namespace homeward::group {

Claims Group::Impl::claims() const { return {queue.taken(), queue.history(), {}}; }

bool Group::Impl::take_off(Flight next, BytesView message, Turn& turn) {
  const auto signature = mls->sign_with_label(kEntryLabel, entry_signature_content(queue.id(), message));
  if (!signature.ok()) return false;
  auto entry = seal_entry(queue.seal_key(), queue.id(), encode(SignedMessage{copy_of(message), *signature}),
                          turn.random);
  if (!entry.ok()) return false;
  next.handle = saved.next_handle++;
  next.queue = queue.id();
  next.message_hash = sha256(message);
  next.seen = queue.taken();
  next.history = queue.history();
  next.entry = std::move(*entry);
  Bytes not_read_yet;
  append_key_u64(not_read_yet, 0);
  turn.rows.put(kOwnRows, row_key(id, next.message_hash.view()), not_read_yet);
  flight = std::move(next);
  save_flight(turn.rows);
  return true;
}

bool Group::Impl::encrypt_event(const Outbox::Item& item, Turn& turn) {
  const auto event = outbox.event(item.sequence, turn.rows);
  const EventId event_id = item.event;
  const uint64_t sequence = item.sequence;
  if (event) {
    const Bytes data = encode(*event);
    const Bytes authenticated_data = encode(claims());
    mls::Group::ProtectParams params;
    params.data = data;
    params.authenticated_data = authenticated_data;
    auto message = mls->protect(params, turn.random);
    if (!message.ok()) return false;
    Flight next;
    next.sequence = sequence;
    if (take_off(std::move(next), *message, turn)) return true;
  }
  outbox.erase(sequence, turn.rows);  // it can never be sent
  turn.happened.emplace_back(SendStateChanged{event_id});
  return false;
}

// The leaf that a removal of mine names; nothing if it is done, or not allowed (any more).
std::optional<mls::LeafIndex> Group::Impl::removal_target(const Outbox::Item& item) const {
  const Court here = court();
  if (item.type == OutgoingType::kRemoveDevice) {
    const auto target = here.leaf_of(DeviceId::from(item.person));
    if (!target || here.is_named(*target)) return {};
    const bool mine = here.identity(*target)->person == saved.me.person;
    if (!mine && !policy.is_organizer(saved.me.person)) return {};
    return target;
  }
  const PersonId person = item.type == OutgoingType::kLeave ? saved.me.person : item.person;
  if (here.is_named_whole(person)) return {};
  if (person != saved.me.person && !policy.is_organizer(saved.me.person)) return {};
  for (const Seat& seat : seats)
    if (seat.identity.person == person && !pending.contains(seat.leaf)) return seat.leaf;
  return {};
}

bool Group::Impl::encrypt_removal(const Outbox::Item& item, Turn& turn) {
  const uint64_t sequence = item.sequence;
  const auto target = removal_target(item);
  if (!target || court().is_named(mls->own_leaf())) {
    outbox.erase(sequence, turn.rows);
    return false;
  }
  Claims made = claims();
  const bool whole = item.type != OutgoingType::kRemoveDevice;
  if (!whole) made.grants = {device_removal_grant(DeviceId::from(item.person))};
  mls::MessageParams params;
  params.authenticated_data = encode(made);
  auto proposed = mls->propose(mls::Remove{*target}, params, turn.random);
  if (!proposed.ok()) return false;
  Flight next;
  next.purpose = Flight::Purpose::kProposal;
  next.sequence = sequence;
  next.target = target->value;
  next.whole = whole;
  next.ref = std::move(proposed->ref);
  return take_off(std::move(next), proposed->message, turn);
}

bool Group::Impl::encrypt_next(Turn& turn) {
  notice_dues(turn.now, turn.random);
  const bool due = std::ranges::any_of(dues, [&](const auto& item) { return item.second <= turn.now; });
  if (due) {
    if (make_commit(turn)) return true;
    for (auto& [reason, at] : dues) at = turn.now.after_ms(kTurn_ms);
  }
  while (const Outbox::Item* item = outbox.next()) {
    const size_t before = outbox.items().size();
    if (item->type == OutgoingType::kEvent ? encrypt_event(*item, turn) : encrypt_removal(*item, turn))
      return true;
    if (outbox.items().size() == before) return false;
  }
  return false;
}

std::optional<WantedSend> Group::Impl::next_send(Turn& turn, std::string_view over) {
  for (const uint64_t handle : sides) {
    if (sides_held.contains(handle)) continue;
    const auto row = turn.rows.get(kSideRows, row_key(id, handle));
    auto send = row ? decode_side_send(*row) : Result<SideSend>(GroupError::kDamaged);
    if (!send.ok()) continue;
    const bool orders = send->relay.empty() || send->relay == policy.relays.front();
    if (over.empty() ? !orders : send->relay != over || orders) continue;
    return WantedSend{handle, send->access, std::move(send->entry), std::string(over)};
  }
  if (!following() || !over.empty()) return {};
  if (!flight && caught_up) {
    encrypt_next(turn);
    save(turn.rows);
  }
  if (!flight || flight->posted != 0 || flight->refused || flight->queue != queue.id()) return {};
  return WantedSend{flight->handle, queue.access().write, flight->entry};
}

std::optional<WantedSend> Group::next_send(Turn turn, std::string_view over) {
  return impl_->next_send(turn, over);
}

void Group::sent(uint64_t handle, uint64_t number, Turn turn) {
  Impl& impl = *impl_;
  if (impl.sides.erase(handle) > 0) return turn.rows.erase(kSideRows, row_key(impl.id, handle));
  if (!impl.flight || impl.flight->handle != handle || impl.flight->posted != 0) return;
  if (number <= impl.queue.taken_in_queue() || number > wire::kEntriesPerQueue) {
    // There is another entry at that number: it was read already.
    impl.flight->refused = true;
    return impl.warn(Warning::Kind::kRelayOrder, {}, turn);
  }
  impl.flight->posted = number;
  impl.save_flight(turn.rows);
  if (const Outbox::Item* item = impl.outbox.find(impl.flight->sequence);
      item && item->type == OutgoingType::kEvent)
    turn.happened.emplace_back(SendStateChanged{item->event});
}

// What is refused may have been taken all the same by an earlier try, so nothing is encrypted anew here: that
// happens when the queue or the epoch has ended.
void Group::not_sent(uint64_t handle, wire::Reason reason, Turn turn) {
  Impl& impl = *impl_;
  if (impl.sides.contains(handle)) {
    impl.sides_held.insert(handle);
    if (reason != wire::Reason::kQueueFull && reason != wire::Reason::kEntrySize) return;
    impl.sides.erase(handle);
    turn.rows.erase(kSideRows, row_key(impl.id, handle));
    return;
  }
  if (impl.flight && impl.flight->handle == handle) impl.flight->refused = true;
}

}  // namespace homeward::group
