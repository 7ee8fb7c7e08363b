#include "group/outbox.h"

#include "group/policy.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

Bytes encode_item(const Outgoing& item) {
  Writer out;
  out.u8(static_cast<uint8_t>(item.type)).raw(item.person).raw(encode(item.event));
  return out.take();
}

Result<Outgoing> decode_item(BytesView row) {
  Reader in(row);
  Outgoing item;
  const uint8_t type = in.u8();
  if (type < 1 || type > 4) in.fail(CodecError::kMalformed);
  item.type = static_cast<OutgoingType>(type);
  item.person = in.fixed<PersonId>();
  HW_TRY(in.status());
  HW_LET(item.event, decode_event(in.rest()));
  return item;
}

}  // namespace

void Outbox::load(const GroupId& id, Rows& rows) {
  id_ = id;
  rows.scan(kOutboxRows, prefix_range(id), [&](BytesView key, BytesView value) {
    const auto item = decode_item(value);
    Reader in(key_rest(key));
    const uint64_t sequence = in.u64();
    if (item.ok()) items_.push_back({sequence, item->type, item->event.kind, item->event.id, item->person});
    next_sequence_ = sequence + 1;
    return true;
  });
}

void Outbox::push(const Outgoing& item, Rows& rows) {
  rows.put(kOutboxRows, row_key(id_, next_sequence_), encode_item(item));
  items_.push_back({next_sequence_, item.type, item.event.kind, item.event.id, item.person});
  ++next_sequence_;
}

void Outbox::erase(uint64_t sequence, Rows& rows) {
  std::erase_if(items_, [&](const Item& item) { return item.sequence == sequence; });
  rows.erase(kOutboxRows, row_key(id_, sequence));
}

void Outbox::erase_all(Rows& rows) {
  items_.clear();
  rows.erase_range(kOutboxRows, prefix_range(id_));
}

const Outbox::Item* Outbox::next() const {
  for (const Item& item : items_)
    if (item.type != OutgoingType::kEvent) return &item;
  return items_.empty() ? nullptr : &items_.front();
}

const Outbox::Item* Outbox::find(uint64_t sequence) const {
  for (const Item& item : items_)
    if (item.sequence == sequence) return &item;
  return nullptr;
}

std::optional<Event> Outbox::event(uint64_t sequence, Rows& rows) const {
  const auto row = rows.get(kOutboxRows, row_key(id_, sequence));
  if (!row) return {};
  auto item = decode_item(*row);
  if (!item.ok() || item->type != OutgoingType::kEvent) return {};
  return std::move(item->event);
}

bool Outbox::has_removal_of(const PersonId& person) const {
  return std::ranges::any_of(
      items_, [&](const Item& item) { return item.type == OutgoingType::kRemove && item.person == person; });
}

bool Outbox::has_removal_of(const DeviceId& device) const {
  return std::ranges::any_of(items_, [&](const Item& item) {
    return item.type == OutgoingType::kRemoveDevice && equal(item.person, device);
  });
}

Bytes encode(const Flight& flight) {
  Writer out;
  out.u64(flight.handle).u8(static_cast<uint8_t>(flight.purpose)).u64(flight.sequence).raw(flight.queue);
  out.raw(flight.message_hash).u64(flight.seen).raw(flight.history).u32(flight.target);
  out.u8(flight.whole).opaque(flight.ref);
  out.u64(flight.posted).opaque(flight.entry);
  return out.take();
}

Result<Flight> decode_flight(BytesView row) {
  Reader in(row);
  Flight flight;
  flight.handle = in.u64();
  const uint8_t purpose = in.u8();
  if (purpose < 1 || purpose > 3) in.fail(CodecError::kMalformed);
  flight.purpose = static_cast<Flight::Purpose>(purpose);
  flight.sequence = in.u64();
  flight.queue = in.fixed<wire::QueueId>();
  flight.message_hash = in.fixed<Hash>();
  flight.seen = in.u64();
  flight.history = in.fixed<Hash>();
  flight.target = in.u32();
  flight.whole = in.optional();
  flight.ref = copy_of(in.opaque(256));
  flight.posted = in.u64();
  flight.entry = copy_of(in.opaque(wire::kLargestEntry));
  HW_TRY(in.finish());
  return flight;
}

Bytes encode(const SideSend& send) {
  Writer out;
  encode(out, send.access);
  out.opaque(send.entry);
  if (!send.relay.empty()) out.text(send.relay);
  return out.take();
}

Result<SideSend> decode_side_send(BytesView row) {
  Reader in(row);
  SideSend send;
  send.access = decode_write_access(in);
  send.entry = copy_of(in.opaque(wire::kLargestEntry));
  if (!in.empty()) send.relay = in.text(kMostRelayBytes);
  HW_TRY(in.finish());
  return send;
}

}  // namespace homeward::group
