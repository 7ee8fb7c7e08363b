// Several devices of one person: how they come and go alone, and how what is hers reaches all of them.
//
// What is hers (Fold::own_things) travels as an event of the group, sealed by HPKE to the key that her other
// device announced under its leaf: MLS proves who said it, the seal keeps it from the other members.
#include <algorithm>

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 1;

}  // namespace

std::vector<DeviceId> Group::Impl::other_devices() const {
  std::vector<DeviceId> out;
  for (const Seat& seat : seats)
    if (is_mine(seat) && seat.identity.device != saved.me.device) out.push_back(seat.identity.device);
  return out;
}

Result<> Group::Impl::load_devices(Rows& rows) {
  bool reads = true;
  if (const auto row = rows.get(kOwnKeyRows, row_key(id))) {
    Reader in(*row);
    own_key.private_key = Secret(in.opaque(64));
    own_key.public_key = copy_of(in.opaque(64));
    reads = in.finish().ok();
  }
  rows.scan(kSiblingRows, prefix_range(id), [&](BytesView key, BytesView value) {
    siblings[DeviceId::from(key_rest(key))] = copy_of(value);
    return true;
  });
  if (!reads) return Error(GroupError::kDamaged, "a key that does not read");
  return success();
}

void Group::Impl::make_own_key(Turn& turn) {
  if (!own_key.public_key.empty()) return;
  own_key = group_suite().generate_hpke_key_pair(turn.random);
  Writer out;
  out.opaque(own_key.private_key.view()).opaque(own_key.public_key);
  const Secret row = out.take_secret();
  turn.rows.put(kOwnKeyRows, row_key(id), row.view());
}

// My other devices answer it with what is mine.
void Group::Impl::announce_own_key(Turn& turn) {
  make_own_key(turn);
  outbox.push({OutgoingType::kEvent,
               {turn.random.fixed<EventId>(), kDeviceKey, to_the_minute(turn.now),
                encode_device_key(own_key.public_key)},
               {}},
              turn.rows);
}

void Group::Impl::take_device_key(mls::LeafIndex leaf, const Event& event, Turn& turn) {
  const Identity* from = court().identity(leaf);
  if (!from || from->person != saved.me.person || from->device == saved.me.device) return;
  auto key = decode_device_key(event.body);
  if (!key.ok() || !group_suite().check_hpke_public_key(*key).ok()) return;
  turn.rows.put(kSiblingRows, row_key(id, from->device.view()), *key);
  siblings[from->device] = std::move(*key);
  send_own_things(from->device, turn);
}

Bytes Group::Impl::own_things_info(const DeviceId& from, const DeviceId& to) const {
  Writer out;
  out.text("homeward own things").raw(id).raw(saved.me.person).raw(from).raw(to);
  return out.take();
}

void Group::Impl::send_own_things(const DeviceId& to, Turn& turn) {
  const auto key = siblings.find(to);
  if (key == siblings.end() || saved.standing != Standing::kActive) return;
  make_own_key(turn);
  Bytes things = turn.fold.own_things(turn.rows, id, saved.me.person);
  Writer out;
  out.u8(kVersion).opaque(own_key.public_key).opaque(things);
  const Secret plain = out.take_secret();
  wipe(things);
  auto sealed = group_suite().hpke_seal(key->second, own_things_info(saved.me.device, to), {}, plain.view(),
                                        turn.random);
  if (!sealed.ok()) return;
  const Bytes body = encode(OwnThings{to, std::move(sealed->kem_output), std::move(sealed->ciphertext)});
  if (body.size() > kMostBodyBytes) return;
  outbox.push(
      {OutgoingType::kEvent, {turn.random.fixed<EventId>(), kOwnThings, to_the_minute(turn.now), body}, {}},
      turn.rows);
}

void Group::Impl::take_own_things(mls::LeafIndex leaf, const Event& event, Turn& turn) {
  const Identity* from = court().identity(leaf);
  if (!from || from->person != saved.me.person || from->device == saved.me.device) return;
  const auto body = decode_own_things(event.body);
  if (!body.ok() || body->to != saved.me.device || own_key.public_key.empty()) return;
  const auto plain =
      group_suite().hpke_open(own_key.private_key.view(), {body->kem_output, body->ciphertext},
                              own_things_info(from->device, saved.me.device), {}, own_key.public_key);
  if (!plain.ok()) return;
  Reader in(plain->view());
  const bool known = in.u8() == kVersion;
  const Bytes key = copy_of(in.opaque(64));
  const BytesView things = in.opaque();
  if (!known || !in.finish().ok()) return;
  if (group_suite().check_hpke_public_key(key).ok()) {
    turn.rows.put(kSiblingRows, row_key(id, from->device.view()), key);
    siblings[from->device] = key;
  }
  turn.fold.take_own_things(turn.rows, id, saved.me.person, things);
}

// Nothing is sealed any more to a device that is gone.
void Group::Impl::forget_lost_siblings(Rows& rows) {
  std::erase_if(siblings, [&](const auto& item) {
    if (court().leaf_of(item.first)) return false;
    rows.erase(kSiblingRows, row_key(id, item.first.view()));
    return true;
  });
}

// --- Commands and queries ---

Result<Group::NewInvite> Group::invite_device(Instant ends, Turn turn) {
  if (standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  if (impl_->court().devices_of(me()) >= kMostDevices) return GroupError::kTooManyDevices;
  return impl_->make_invite(ends, true, turn);
}

Result<> Group::remove_device(const DeviceId& device, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive || impl.court().is_named(impl.mls->own_leaf()))
    return GroupError::kNotPossibleNow;
  const auto leaf = impl.court().leaf_of(device);
  if (!leaf) return GroupError::kNoSuchDevice;
  const PersonId person = impl.court().identity(*leaf)->person;
  if (person != me() && my_role() != Role::kOrganizer) return GroupError::kNotAllowed;
  if (impl.court().devices_of(person) == 1) return GroupError::kNotAllowed;
  if (impl.court().is_named(*leaf) || impl.outbox.has_removal_of(device)) return GroupError::kAlreadyDone;
  impl.outbox.push({OutgoingType::kRemoveDevice, {}, PersonId::from(device)}, turn.rows);
  return success();
}

void Group::share_own_things(Turn turn) {
  if (standing() != Standing::kActive) return;
  for (const DeviceId& device : impl_->other_devices()) impl_->send_own_things(device, turn);
}

void Group::ask_own_things(Turn turn) {
  const bool is_asking = std::ranges::any_of(
      impl_->outbox.items(), [](const Outbox::Item& item) { return item.kind == kDeviceKey; });
  if (standing() == Standing::kActive && !is_asking && !impl_->other_devices().empty())
    impl_->announce_own_key(turn);
}

const DeviceId& Group::this_device() const { return impl_->saved.me.device; }

std::vector<MemberDevice> Group::devices(const PersonId& person) const {
  std::vector<MemberDevice> out;
  const Impl& impl = *impl_;
  for (const Seat& seat : impl.seats) {
    if (seat.identity.person != person) continue;
    MemberDevice one{.device = seat.identity.device, .since = {}, .approved_by = {}};
    one.this_one = one.device == impl.saved.me.device;
    one.first = seat.identity.is_first();
    const auto further = impl.roster.devices().find(one.device);
    const auto herself = impl.roster.persons().find(person);
    if (further != impl.roster.devices().end()) {
      one.since = further->second.since;
      one.approved_by = further->second.approved_by;
    } else if (herself != impl.roster.persons().end()) {
      one.since = herself->second.since;
    }
    out.push_back(std::move(one));
  }
  std::ranges::sort(out, {},
                    [](const MemberDevice& one) { return std::tuple(!one.first, one.since, one.device); });
  return out;
}

}  // namespace homeward::group
