// Of the fold: what members put beside messages. Signs expire with their message; pins are shared state.
#include "codec/codec.h"
#include "domain/talk/state.h"

namespace homeward::domain::talk {
namespace {

Bytes pin_key(const GroupKey& group, const Ref& message) {
  Bytes key = copy_of(group);
  append(key, message);
  return key;
}

bool may_pin(const Context& context) {
  return context.author_role == AuthorRole::kOrganizer || context.author_role == AuthorRole::kAdviser;
}

}  // namespace

void put_pin(Rows& rows, const GroupKey& group, const Pin& pin) {
  Writer out;
  out.raw(pin.by).u64(pin.place.epoch).u64(pin.place.number).u64(static_cast<uint64_t>(pin.at.ms));
  out.text(pin.text);
  rows.put(kPinSpace, pin_key(group, pin.message), out.view());
}

Pin decode_pin(BytesView key, BytesView value) {
  Pin pin;
  pin.message = Ref::from(key.last(Ref::kSize));
  Reader in(value);
  pin.by = in.fixed<Author>();
  pin.place.epoch = in.u64();
  pin.place.number = in.u64();
  pin.at = {static_cast<int64_t>(in.u64())};
  pin.text = in.text(kMostTextBytes);
  return pin;
}

void State::fold_sign(const Context& context, const Event& event) {
  const Result<SignGiven> given = decode_sign(event.body);
  if (!given) return;
  const std::optional<Message> message = message_of(context.rows, context.group, given->message);
  if (!message || message->removed_by) return;
  Bytes key = copy_of(context.group);
  words::append_place(key, message->place);
  append(key, context.author);
  if (given->sign == Sign::kNone) return context.rows.erase(kSignSpace, key);
  const uint8_t sign = static_cast<uint8_t>(given->sign);
  context.rows.put(kSignSpace, key, BytesView(&sign, 1));
}

void State::fold_pinned(const Context& context, const Event& event) {
  Result<MessagePinned> pinned = decode_pinned(event.body);
  if (!pinned || !may_pin(context)) return;
  size_t others = 0;
  context.rows.scan(kPinSpace, prefix_range(context.group), [&](BytesView key, BytesView) {
    if (!equal(key.last(Ref::kSize), pinned->message)) ++others;
    return true;
  });
  if (others >= kMostPins) return;
  put_pin(context.rows, context.group,
          {pinned->message, context.author, context.place, pinned->at, std::move(pinned->text)});
}

void State::fold_unpinned(const Context& context, const Event& event) {
  const Result<Ref> message = decode_ref(event.body);
  if (!message || !may_pin(context)) return;
  context.rows.erase(kPinSpace, pin_key(context.group, *message));
}

Bytes State::snapshot(Rows& rows, const GroupKey& group) {
  Writer out;
  rows.scan(kPinSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    out.raw(key.last(Ref::kSize)).opaque(value);
    return true;
  });
  return out.take();
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  Reader in(snapshot);
  std::optional<Ref> last;
  size_t count = 0;
  while (!in.empty()) {
    const Ref message = in.fixed<Ref>();
    Reader value(in.opaque());
    Pin pin{message, value.fixed<Author>(), {}, {}, {}};
    pin.place.epoch = value.u64();
    pin.place.number = value.u64();
    pin.at = {static_cast<int64_t>(value.u64())};
    pin.text = value.text(kMostTextBytes);
    const bool fits =
        in.ok() && value.finish().ok() && check_text(pin.text).ok() && (!last || *last < message);
    if (!fits || ++count > kMostPins) return TalkError::kMalformed;
    last = message;
    put_pin(rows, group, pin);
  }
  return success();
}

}  // namespace homeward::domain::talk
