#include "base/rows.h"

namespace homeward {

Rows::Range prefix_range(BytesView prefix) {
  Rows::Range range{.from = copy_of(prefix), .until = copy_of(prefix)};
  while (!range.until.empty() && range.until.back() == 0xFF) range.until.pop_back();
  if (!range.until.empty()) ++range.until.back();
  return range;
}

void append_key_u64(Bytes& key, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<uint8_t>(value >> shift));
}

std::optional<Bytes> MemoryRows::get(Space space, BytesView key) {
  const auto at = rows_.find({space, copy_of(key)});
  if (at == rows_.end()) return std::nullopt;
  return at->second;
}

void MemoryRows::put(Space space, BytesView key, BytesView value) {
  rows_[{space, copy_of(key)}] = copy_of(value);
}

void MemoryRows::erase(Space space, BytesView key) { rows_.erase({space, copy_of(key)}); }

void MemoryRows::scan(Space space, const Range& range, const Visit& visit) {
  auto begin = rows_.lower_bound({space, range.from});
  auto end =
      range.until.empty() ? rows_.lower_bound({space + 1, {}}) : rows_.lower_bound({space, range.until});
  if (!range.until.empty() && range.until < range.from) return;
  size_t left = range.limit;
  if (range.backwards) {
    while (end != begin && left-- > 0) {
      --end;
      if (!visit(end->first.second, end->second)) return;
    }
    return;
  }
  for (; begin != end && left-- > 0; ++begin) {
    if (!visit(begin->first.second, begin->second)) return;
  }
}

void MemoryRows::erase_range(Space space, const Range& range) {
  auto begin = rows_.lower_bound({space, range.from});
  auto end =
      range.until.empty() ? rows_.lower_bound({space + 1, {}}) : rows_.lower_bound({space, range.until});
  if (!range.until.empty() && range.until < range.from) return;
  rows_.erase(begin, end);
}

}  // namespace homeward
