#include "domain/log/buffered_rows.h"

namespace homeward::domain {

std::optional<Bytes> BufferedRows::get(Space space, BytesView key) {
  Of& of = rows_[space];
  Bytes owned = copy_of(key);
  const auto found = of.find(owned);
  if (found != of.end()) return found->second.value;
  std::optional<Bytes> value = below_.get(space, key);
  of.emplace(std::move(owned), Row{value, false});
  return value;
}

void BufferedRows::put(Space space, BytesView key, BytesView value) {
  rows_[space].insert_or_assign(copy_of(key), Row{copy_of(value), true});
}

void BufferedRows::erase(Space space, BytesView key) {
  rows_[space].insert_or_assign(copy_of(key), Row{std::nullopt, true});
}

void BufferedRows::hand_on(Space space, const Bytes& key, Row& row) {
  if (!row.changed) return;
  row.changed = false;
  if (row.value) {
    below_.put(space, key, *row.value);
  } else {
    below_.erase(space, key);
  }
}

void BufferedRows::flush_range(Space space, const Range& range) {
  const auto of = rows_.find(space);
  if (of == rows_.end()) return;
  const auto until = range.until.empty() ? of->second.end() : of->second.lower_bound(range.until);
  for (auto row = of->second.lower_bound(range.from); row != until; ++row)
    hand_on(space, row->first, row->second);
}

void BufferedRows::scan(Space space, const Range& range, const Visit& visit) {
  flush_range(space, range);
  below_.scan(space, range, visit);
}

void BufferedRows::erase_range(Space space, const Range& range) {
  below_.erase_range(space, range);
  const auto of = rows_.find(space);
  if (of == rows_.end()) return;
  const auto until = range.until.empty() ? of->second.end() : of->second.lower_bound(range.until);
  of->second.erase(of->second.lower_bound(range.from), until);
}

void BufferedRows::flush() {
  for (auto& [space, of] : rows_)
    for (auto& [key, row] : of) hand_on(space, key, row);
  rows_.clear();
}

}  // namespace homeward::domain
