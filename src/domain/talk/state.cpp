#include "domain/talk/state.h"

#include "codec/codec.h"
#include "domain/talk/events.h"

namespace homeward::domain::talk {
namespace {

Bytes message_key(const GroupKey& group, const Place& place) {
  Bytes key = copy_of(group);
  words::append_place(key, place);
  return key;
}

Bytes id_key(const GroupKey& group, const EventKey& id) {
  Bytes key = copy_of(group);
  append(key, id);
  return key;
}

void put_read_mark(Rows& rows, const GroupKey& group, const ReadMark& mark) {
  Writer writer;
  writer.u64(mark.up_to.epoch).u64(mark.up_to.number).u64(mark.unread);
  rows.put(kReadSpace, group, writer.view());
}

EventKey next_id(EventKey id) {
  for (size_t i = id.data.size(); i-- > 0;)
    if (++id.data[i] != 0) break;
  return id;
}

// The id to keep a new message under; nothing if this author's event is there already.
std::optional<EventKey> free_id(Rows& rows, const GroupKey& group, const Author& author, EventKey id) {
  while (const std::optional<Bytes> taken = rows.get(kIdSpace, id_key(group, id))) {
    Reader reader(*taken);
    reader.raw(16);
    if (reader.fixed<Author>() == author) return std::nullopt;
    id = next_id(id);
  }
  return id;
}

}  // namespace

std::optional<Message> decode_stored(BytesView key, BytesView value) {
  if (key.size() != GroupKey::kSize + 16) return std::nullopt;
  Message message;
  message.place = words::read_place(key.last(16));
  Reader reader(value);
  message.id = reader.fixed<EventKey>();
  message.author = reader.fixed<Author>();
  message.mine = reader.u8() != 0;
  message.at.ms = static_cast<int64_t>(reader.u64());
  message.text = reader.text(kMostTextBytes);
  if (!reader.finish().ok()) return std::nullopt;
  return message;
}

ReadMark read_mark(Rows& rows, const GroupKey& group) {
  ReadMark mark;
  const std::optional<Bytes> row = rows.get(kReadSpace, group);
  if (!row) return mark;
  Reader reader(*row);
  mark.up_to.epoch = reader.u64();
  mark.up_to.number = reader.u64();
  mark.unread = reader.u64();
  return mark;
}

void State::fold(const Context& context, const Event& event) {
  if (event.kind != kMessageKind) return;
  const Result<MessageSaid> said = decode_message(event.body);
  if (!said) return;
  Rows& rows = context.rows;
  const std::optional<EventKey> id = free_id(rows, context.group, context.author, event.id);
  if (!id) return;

  Writer by_id;
  by_id.u64(context.place.epoch).u64(context.place.number).raw(context.author);
  rows.put(kIdSpace, id_key(context.group, *id), by_id.view());
  Writer message;
  message.raw(*id).raw(context.author).u8(context.author_is_me ? 1 : 0);
  message.u64(static_cast<uint64_t>(event.at.ms)).text(said->text);
  rows.put(kMessageSpace, message_key(context.group, context.place), message.view());
  kIndex.add(rows, context.group, context.place, analyzer_.terms(said->text));

  ReadMark mark = read_mark(rows, context.group);
  if (!context.author_is_me && context.place > mark.up_to) {
    ++mark.unread;
    put_read_mark(rows, context.group, mark);
  }
}

void State::remove(Rows& rows, const GroupKey& group, const Place& place) {
  const Bytes key = message_key(group, place);
  const std::optional<Bytes> row = rows.get(kMessageSpace, key);
  if (!row) return;
  const std::optional<Message> message = decode_stored(key, *row);
  if (message) {
    rows.erase(kIdSpace, id_key(group, message->id));
    ReadMark mark = read_mark(rows, group);
    if (!message->mine && place > mark.up_to && mark.unread > 0) {
      --mark.unread;
      put_read_mark(rows, group, mark);
    }
  }
  kIndex.remove(rows, group, place);
  rows.erase(kMessageSpace, key);
}

void State::mark_read(Rows& rows, const GroupKey& group) {
  ReadMark mark = read_mark(rows, group);
  Rows::Range newest = prefix_range(group);
  newest.backwards = true;
  newest.limit = 1;
  Place last = mark.up_to;
  rows.scan(kMessageSpace, newest, [&](BytesView key, BytesView) {
    last = words::read_place(key.last(16));
    return false;
  });
  if (last <= mark.up_to && mark.unread == 0) return;
  put_read_mark(rows, group, {std::max(last, mark.up_to), 0});
}

void State::forget(Rows& rows, const GroupKey& group) {
  for (const Space space : {kMessageSpace, kIdSpace, kReadSpace})
    rows.erase_range(space, prefix_range(group));
  kIndex.forget(rows, group);
}

}  // namespace homeward::domain::talk
