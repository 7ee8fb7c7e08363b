#include "domain/log/refused.h"

#include "codec/codec.h"
#include "domain/words/words.h"

namespace homeward::domain {

void RefusedList::note(const Context& context, const Event& event) const {
  Bytes key = copy_of(context.group);
  words::append_place(key, context.place);
  Writer out;
  out.raw(context.author).u16(event.kind).u64(static_cast<uint64_t>(event.at.ms));
  context.rows.put(space, key, out.view());

  size_t count = 0;
  Bytes oldest;
  context.rows.scan(space, prefix_range(context.group), [&](BytesView row, BytesView) {
    if (count++ == 0) oldest = copy_of(row);
    return true;
  });
  if (count > kMost) context.rows.erase(space, oldest);
}

std::vector<Refused> RefusedList::list(Rows& rows, const GroupKey& group) const {
  std::vector<Refused> out;
  Rows::Range range = prefix_range(group);
  range.backwards = true;
  rows.scan(space, range, [&](BytesView key, BytesView value) {
    Reader reader(value);
    Refused one;
    one.place = words::read_place(key.last(16));
    one.author = reader.fixed<Author>();
    one.kind = reader.u16();
    one.at.ms = static_cast<int64_t>(reader.u64());
    if (reader.finish().ok()) out.push_back(one);
    return true;
  });
  return out;
}

void RefusedList::forget(Rows& rows, const GroupKey& group) const {
  rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain
