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
  Page newest = page(rows, group, std::nullopt, 1);
  if (newest.messages.empty()) return std::nullopt;
  return std::move(newest.messages.front());
}

uint64_t unread(Rows& rows, const GroupKey& group) { return read_mark(rows, group).unread; }

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

}  // namespace homeward::domain::talk
