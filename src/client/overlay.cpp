#include "client/overlay.h"

#include <algorithm>
#include <vector>

namespace homeward::client {

std::optional<Bytes> OverlayRows::get(Space space, BytesView key) {
  if (const auto of = written_.find(space); of != written_.end())
    if (const auto row = of->second.find(copy_of(key)); row != of->second.end()) return row->second;
  return below_.get(space, key);
}

void OverlayRows::put(Space space, BytesView key, BytesView value) {
  written_[space][copy_of(key)] = copy_of(value);
}

void OverlayRows::erase(Space space, BytesView key) { written_[space][copy_of(key)] = std::nullopt; }

void OverlayRows::scan(Space space, const Range& range, const Visit& visit) {
  const auto of = written_.find(space);
  if (of == written_.end() || of->second.empty()) return below_.scan(space, range, visit);

  struct Own {
    const Bytes* key;
    const std::optional<Bytes>* value;
  };
  std::vector<Own> own;
  const auto from = of->second.lower_bound(range.from);
  const auto until = range.until.empty() ? of->second.end() : of->second.lower_bound(range.until);
  for (auto row = from; row != until && row != of->second.end(); ++row)
    own.push_back({&row->first, &row->second});
  if (range.backwards) std::ranges::reverse(own);

  size_t next = 0;
  size_t shown = 0;
  bool going = range.limit > 0;
  const auto show = [&](BytesView key, BytesView value) {
    going = visit(key, value) && ++shown < range.limit;
    return going;
  };
  const auto comes_first = [&](BytesView mine, BytesView theirs) {
    const bool less = std::ranges::lexicographical_compare(mine, theirs);
    return range.backwards ? !less : less;
  };
  Range all = range;
  all.limit = SIZE_MAX;
  below_.scan(space, all, [&](BytesView key, BytesView value) {
    while (going && next < own.size() && !std::ranges::equal(*own[next].key, key) &&
           comes_first(*own[next].key, key)) {
      if (*own[next].value) show(*own[next].key, **own[next].value);
      ++next;
    }
    if (!going) return false;
    if (next < own.size() && std::ranges::equal(*own[next].key, key)) {
      if (*own[next].value) show(key, **own[next].value);
      ++next;
      return going;
    }
    return show(key, value);
  });
  for (; going && next < own.size(); ++next)
    if (*own[next].value) show(*own[next].key, **own[next].value);
}

void OverlayRows::erase_range(Space space, const Range& range) {
  Range all = range;
  all.backwards = false;
  all.limit = SIZE_MAX;
  std::vector<Bytes> keys;
  scan(space, all, [&](BytesView key, BytesView) {
    keys.push_back(copy_of(key));
    return true;
  });
  for (const Bytes& key : keys) erase(space, key);
}

}  // namespace homeward::client
