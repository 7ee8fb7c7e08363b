#include "domain/talk/state.h"

#include "codec/codec.h"
#include "domain/files/kept.h"

namespace homeward::domain::talk {
namespace {

constexpr int64_t kDay_ms = 24 * 3'600 * 1'000;

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

Bytes time_key(const GroupKey& group, Instant at, const Place& place) {
  Bytes key = copy_of(group);
  append_key_u64(key, static_cast<uint64_t>(std::max<int64_t>(at.ms, 0)));
  words::append_place(key, place);
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

void put_message(Rows& rows, const GroupKey& group, const Message& message) {
  Writer out;
  out.raw(message.id).raw(message.author).u8(message.mine ? 1 : 0);
  out.u64(static_cast<uint64_t>(message.at.ms)).text(message.text);
  out.raw(message.said_as);
  out.optional(message.reply_to.has_value(), [&](Writer& inner) { inner.raw(*message.reply_to); });
  out.vector([&](Writer& persons) {
    for (const Author& person : message.mentions) persons.raw(person);
  });
  out.u64(static_cast<uint64_t>(message.edited_at.ms));
  out.optional(message.removed_by.has_value(), [&](Writer& inner) { inner.raw(*message.removed_by); });
  out.opaque(files::encode_attachments(message.files));
  rows.put(kMessageSpace, message_key(group, message.place), out.view());
}

// Names of files are found like words of the text.
std::string searched(const Message& message) {
  std::string out = message.text;
  for (const files::Attachment& file : message.files) {
    std::string name = "\n" + file.name;
    // What stands before an ending, or between underscores, is a word of its own.
    std::ranges::replace_if(name, [](char c) { return c == '.' || c == '_' || c == '-'; }, ' ');
    out += name;
  }
  return out;
}

void one_less_unread(Rows& rows, const GroupKey& group, const Message& message) {
  ReadMark mark = read_mark(rows, group);
  if (message.mine || message.removed_by || message.place <= mark.up_to || mark.unread == 0) return;
  --mark.unread;
  put_read_mark(rows, group, mark);
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
  message.said_as = message.id;
  if (!reader.empty()) {  // rows of the first version end here
    message.said_as = reader.fixed<EventKey>();
    if (reader.optional()) message.reply_to = reader.fixed<Ref>();
    Reader persons = reader.vector(kMostMentions * Author::kSize);
    while (!persons.empty()) message.mentions.push_back(persons.fixed<Author>());
    if (!persons.ok()) return std::nullopt;
    message.edited_at.ms = static_cast<int64_t>(reader.u64());
    if (reader.optional()) message.removed_by = reader.fixed<Author>();
    // Those of the second end here.
    if (const BytesView kept = reader.empty() ? BytesView() : reader.opaque(); !kept.empty()) {
      auto files = files::decode_attachments(kept);
      if (!files) return std::nullopt;
      message.files = std::move(*files);
    }
  }
  if (!reader.finish().ok()) return std::nullopt;
  return message;
}

std::optional<Message> message_at(Rows& rows, const GroupKey& group, const Place& place) {
  const Bytes key = message_key(group, place);
  const std::optional<Bytes> row = rows.get(kMessageSpace, key);
  return row ? decode_stored(key, *row) : std::nullopt;
}

std::optional<Message> message_of(Rows& rows, const GroupKey& group, const Ref& ref) {
  // Ids in a row are somebody's doing: what stands so far from its own id that gaps hide it is hers to lose.
  constexpr int kMostSteps = 16;
  const Author author = author_of(ref);
  const EventKey said_as = EventKey::from(ref.view().last(EventKey::kSize));
  EventKey id = said_as;
  for (int step = 0; step < kMostSteps; ++step, id = next_id(id)) {
    const std::optional<Bytes> row = rows.get(kIdSpace, id_key(group, id));
    if (!row) continue;
    Reader reader(*row);
    const Place place = words::read_place(reader.raw(16));
    if (reader.fixed<Author>() != author) continue;
    std::optional<Message> message = message_at(rows, group, place);
    if (message && message->said_as == said_as) return message;
  }
  return std::nullopt;
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
  switch (event.kind) {
    case kMessageKind:
      return fold_said(context, event);
    case kEditedKind:
      return fold_edited(context, event);
    case kRemovedKind:
      return fold_removed(context, event);
    case kSignKind:
      return fold_sign(context, event);
    case kPinnedKind:
      return fold_pinned(context, event);
    case kUnpinnedKind:
      return fold_unpinned(context, event);
    default:
      return;
  }
}

void State::fold_said(const Context& context, const Event& event) {
  Result<MessageSaid> said = decode_message(event.body);
  if (!said) return;
  Rows& rows = context.rows;
  const std::optional<EventKey> id = free_id(rows, context.group, context.author, event.id);
  if (!id) return;

  Writer by_id;
  by_id.u64(context.place.epoch).u64(context.place.number).raw(context.author);
  rows.put(kIdSpace, id_key(context.group, *id), by_id.view());
  Message message{*id, context.author, context.author_is_me, context.place, event.at, std::move(said->text)};
  message.said_as = event.id;
  message.reply_to = said->reply_to;
  message.mentions = std::move(said->mentions);
  message.files = std::move(said->files);
  put_message(rows, context.group, message);
  files::own(rows, context.group, message.author, message.files, message.place);
  rows.put(kTimeSpace, time_key(context.group, message.at, message.place), {});
  kIndex.add(rows, context.group, context.place, analyzer_.terms(searched(message)));

  ReadMark mark = read_mark(rows, context.group);
  if (!context.author_is_me && context.place > mark.up_to) {
    ++mark.unread;
    put_read_mark(rows, context.group, mark);
  }
}

void State::fold_edited(const Context& context, const Event& event) {
  Result<MessageEdited> edited = decode_edited(event.body);
  if (!edited || author_of(edited->message) != context.author) return;
  Rows& rows = context.rows;
  Bytes pin_key = copy_of(context.group);
  append(pin_key, edited->message);
  if (const std::optional<Bytes> row = rows.get(kPinSpace, pin_key)) {
    Pin pin = decode_pin(pin_key, *row);
    pin.text = edited->text;
    put_pin(rows, context.group, pin);
  }
  std::optional<Message> message = message_of(rows, context.group, edited->message);
  if (!message || message->removed_by) return;
  message->text = std::move(edited->text);
  message->mentions = std::move(edited->mentions);
  message->edited_at = event.at;
  if (message->edited_at.ms == 0) message->edited_at.ms = 1;
  kIndex.remove(rows, context.group, message->place);
  kIndex.add(rows, context.group, message->place, analyzer_.terms(searched(*message)));
  put_message(rows, context.group, *message);
}

// The text goes for good; that something stood here, and who took it away, stays.
void State::fold_removed(const Context& context, const Event& event) {
  const Result<Ref> ref = decode_ref(event.body);
  if (!ref) return;
  if (author_of(*ref) != context.author && context.author_role != AuthorRole::kOrganizer) return;
  Rows& rows = context.rows;
  Bytes pin_key = copy_of(context.group);
  append(pin_key, *ref);
  rows.erase(kPinSpace, pin_key);
  std::optional<Message> message = message_of(rows, context.group, *ref);
  if (!message || message->removed_by) return;
  one_less_unread(rows, context.group, *message);
  message->text.clear();
  message->mentions.clear();
  message->reply_to.reset();
  files::disown(rows, context.group, message->author, message->files, message->place);
  message->files.clear();
  message->removed_by = context.author;
  kIndex.remove(rows, context.group, message->place);
  rows.erase_range(kSignSpace, prefix_range(message_key(context.group, message->place)));
  put_message(rows, context.group, *message);
}

void State::remove(Rows& rows, const GroupKey& group, const Place& place) {
  const Bytes key = message_key(group, place);
  const std::optional<Bytes> row = rows.get(kMessageSpace, key);
  if (!row) return;
  if (const std::optional<Message> message = decode_stored(key, *row)) {
    rows.erase(kIdSpace, id_key(group, message->id));
    rows.erase(kTimeSpace, time_key(group, message->at, place));
    files::disown(rows, group, message->author, message->files, place);
    one_less_unread(rows, group, *message);
  }
  rows.erase_range(kSignSpace, prefix_range(key));
  kIndex.remove(rows, group, place);
  rows.erase(kMessageSpace, key);
}

size_t State::expire(Rows& rows, const GroupKey& group, Instant cutoff, Instant now) {
  const auto places = [&](Instant from, Instant until) {
    Rows::Range range = prefix_range(group);
    range.from = time_key(group, from, {});
    if (until.ms != INT64_MAX) range.until = time_key(group, until, {});
    std::vector<std::pair<Bytes, Place>> out;
    rows.scan(kTimeSpace, range, [&](BytesView key, BytesView) {
      out.emplace_back(copy_of(key), words::read_place(key.last(16)));
      return true;
    });
    return out;
  };
  for (const auto& [key, place] : places(now.after_ms(kDay_ms), {INT64_MAX})) {
    std::optional<Message> message = message_at(rows, group, place);
    rows.erase(kTimeSpace, key);
    if (!message) continue;
    message->at = now;
    put_message(rows, group, *message);
    rows.put(kTimeSpace, time_key(group, now, place), {});
  }
  const auto old = places({0}, cutoff);
  for (const auto& [key, place] : old) {
    remove(rows, group, place);
    rows.erase(kTimeSpace, key);
  }
  return old.size();
}

void State::note_times(Rows& rows, const GroupKey& group) {
  bool there = false;
  rows.scan(kTimeSpace, prefix_range(group), [&](BytesView, BytesView) { return !(there = true); });
  if (there) return;
  std::vector<Bytes> keys;
  rows.scan(kMessageSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    if (const auto message = decode_stored(key, value))
      keys.push_back(time_key(group, message->at, message->place));
    return true;
  });
  for (const Bytes& key : keys) rows.put(kTimeSpace, key, {});
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
  for (const Space space : {kMessageSpace, kIdSpace, kReadSpace, kSignSpace, kPinSpace, kTimeSpace})
    rows.erase_range(space, prefix_range(group));
  files::forget(rows, group);
  kIndex.forget(rows, group);
}

}  // namespace homeward::domain::talk
