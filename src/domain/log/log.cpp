#include "domain/log/log.h"

#include "codec/codec.h"
#include "domain/words/words.h"

namespace homeward::domain {
namespace {

constexpr size_t kPlaceBytes = 16;

Bytes log_key(const GroupKey& group, const Place& place) {
  Bytes key = copy_of(group);
  words::append_place(key, place);
  return key;
}

void write_event(Writer& out, const Context& context, const Event& event) {
  out.raw(context.author).u8(static_cast<uint8_t>(context.author_role)).raw(event.id).u16(event.kind);
  out.u64(static_cast<uint64_t>(event.at.ms)).opaque(event.body);
}

// The event borrows from the reader's bytes.
struct Read {
  Author author;
  AuthorRole role = AuthorRole::kMember;
  Event event;
};
Read read_event(Reader& in) {
  Read out;
  out.author = in.fixed<Author>();
  const uint8_t role = in.u8();
  if (role < 1 || role > 3) in.fail(CodecError::kMalformed);
  out.role = static_cast<AuthorRole>(role);
  out.event.id = in.fixed<EventKey>();
  out.event.kind = in.u16();
  out.event.at.ms = static_cast<int64_t>(in.u64());
  out.event.body = in.opaque();
  return out;
}

Context context_of(Rows& rows, const GroupKey& group, const Place& place, const Read& read) {
  return {.rows = rows,
          .group = group,
          .author = read.author,
          .author_is_me = false,
          .author_role = read.role,
          .place = place};
}

bool show(Rows& rows, const GroupKey& group, BytesView key, BytesView value, const Log::Visit& visit) {
  Reader reader(value);
  const Read read = read_event(reader);
  if (!reader.finish().ok()) return true;
  return visit(context_of(rows, group, words::read_place(key.last(kPlaceBytes)), read), read.event);
}

}  // namespace

Ref ref_of(const Author& author, const EventKey& id) {
  Bytes both = copy_of(author);
  append(both, id);
  return Ref::from(both);
}

Author author_of(const Ref& ref) { return Author::from(ref.view().first(Author::kSize)); }

void Log::append(const Context& context, const Event& event) const {
  Writer out;
  write_event(out, context, event);
  context.rows.put(space, log_key(context.group, context.place), out.view());
}

void Log::scan(Rows& rows, const GroupKey& group, const Visit& visit) const {
  rows.scan(space, prefix_range(group),
            [&](BytesView key, BytesView value) { return show(rows, group, key, value, visit); });
}

void Log::scan_from(Rows& rows, const GroupKey& group, const Place& from, const Visit& visit) const {
  Rows::Range range = prefix_range(group);
  range.from = log_key(group, from);
  rows.scan(space, range,
            [&](BytesView key, BytesView value) { return show(rows, group, key, value, visit); });
}

void Log::at(Rows& rows, const GroupKey& group, const Place& place, const Visit& visit) const {
  const Bytes key = log_key(group, place);
  if (const std::optional<Bytes> row = rows.get(space, key)) show(rows, group, key, *row, visit);
}

void Log::erase(Rows& rows, const GroupKey& group, const Place& place) const {
  rows.erase(space, log_key(group, place));
}

void Log::forget(Rows& rows, const GroupKey& group) const { rows.erase_range(space, prefix_range(group)); }

Bytes Log::snapshot(Rows& rows, const GroupKey& group) const {
  Writer out;
  out.vector([&](Writer& events) {
    scan(rows, group, [&](const Context& context, const Event& event) {
      events.u64(context.place.epoch).u64(context.place.number);
      write_event(events, context, event);
      return true;
    });
  });
  return out.take();
}

Result<> Log::restore(Rows& rows, const GroupKey& group, BytesView snapshot, const Fold& fold) {
  Reader reader(snapshot);
  Reader events = reader.vector();
  std::optional<Place> last;
  while (!events.empty()) {
    Place place;
    place.epoch = events.u64();
    place.number = events.u64();
    const Read read = read_event(events);
    if (!events.ok() || is_queued(place) || (last && place <= *last)) return LogError::kMalformed;
    last = place;
    fold(context_of(rows, group, place, read), read.event);
  }
  if (!events.ok() || !reader.finish().ok()) return LogError::kMalformed;
  return success();
}

}  // namespace homeward::domain
