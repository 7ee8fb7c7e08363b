#include "domain/talk/queries.h"

#include "codec/codec.h"

namespace homeward::domain::talk {

Page page(Rows& rows, const GroupKey& group, std::optional<Place> before, size_t limit) {
  Page out;
  Rows::Range range = prefix_range(group);
  if (before) {
    range.until = copy_of(group);
    words::append_place(range.until, *before);
  }
  range.backwards = true;
  rows.scan(kMessageSpace, range, [&](BytesView key, BytesView value) {
    if (out.messages.size() == limit) {
      out.more = true;
      return false;
    }
    if (std::optional<Message> message = decode_stored(key, value))
      out.messages.push_back(std::move(*message));
    return true;
  });
  std::ranges::reverse(out.messages);
  return out;
}

std::optional<Place> place_of(Rows& rows, const GroupKey& group, const EventKey& id) {
  Bytes key = copy_of(group);
  append(key, id);
  const std::optional<Bytes> row = rows.get(kIdSpace, key);
  if (!row || row->size() < 16) return std::nullopt;
  return words::read_place(BytesView(*row).first(16));
}

std::optional<Message> last(Rows& rows, const GroupKey& group) {
  Rows::Range range = prefix_range(group);
  range.backwards = true;
  std::optional<Message> out;
  rows.scan(kMessageSpace, range, [&](BytesView key, BytesView value) {
    std::optional<Message> message = decode_stored(key, value);
    if (!message || message->removed_by) return true;
    out = std::move(message);
    return false;
  });
  return out;
}

uint64_t unread(Rows& rows, const GroupKey& group) { return read_mark(rows, group).unread; }

uint64_t unread_mentions(Rows& rows, const GroupKey& group, const Author& person) {
  constexpr size_t kMostLookedAt = 1'000;
  const ReadMark mark = read_mark(rows, group);
  if (mark.unread == 0) return 0;
  Rows::Range range = prefix_range(group);
  range.backwards = true;
  range.limit = kMostLookedAt;
  uint64_t count = 0;
  rows.scan(kMessageSpace, range, [&](BytesView key, BytesView value) {
    const std::optional<Message> message = decode_stored(key, value);
    if (!message) return true;
    if (message->place <= mark.up_to) return false;
    if (std::ranges::find(message->mentions, person) != message->mentions.end()) ++count;
    return true;
  });
  return count;
}

std::vector<Message> search(Rows& rows, words::Analyzer& analyzer, const GroupKey& group,
                            std::string_view query, size_t limit) {
  std::vector<Message> out;
  const std::vector<Place> found = kIndex.find(rows, group, analyzer.query(query));
  for (auto place = found.rbegin(); place != found.rend() && out.size() < limit; ++place) {
    Bytes key = copy_of(group);
    words::append_place(key, *place);
    const std::optional<Bytes> row = rows.get(kMessageSpace, key);
    if (!row) continue;
    if (std::optional<Message> message = decode_stored(key, *row)) out.push_back(std::move(*message));
  }
  return out;
}

std::vector<SignOf> signs(Rows& rows, const GroupKey& group, const Place& place) {
  Bytes prefix = copy_of(group);
  words::append_place(prefix, place);
  std::vector<SignOf> out;
  rows.scan(kSignSpace, prefix_range(prefix), [&](BytesView key, BytesView value) {
    if (value.size() == 1)
      out.push_back({Author::from(key.last(Author::kSize)), static_cast<Sign>(value[0])});
    return true;
  });
  return out;
}

std::vector<Pin> pins(Rows& rows, const GroupKey& group) {
  std::vector<Pin> out;
  rows.scan(kPinSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    out.push_back(decode_pin(key, value));
    return true;
  });
  std::ranges::sort(out, [](const Pin& a, const Pin& b) { return b.place < a.place; });
  return out;
}

bool is_pinned(Rows& rows, const GroupKey& group, const Ref& message) {
  Bytes key = copy_of(group);
  append(key, message);
  return rows.get(kPinSpace, key).has_value();
}

}  // namespace homeward::domain::talk
