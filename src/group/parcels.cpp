#include "group/parcels.h"

#include "group/spaces.h"

namespace homeward::group {

void Parcels::load(const WaiterId& waiter, Rows& rows) {
  waiter_ = waiter;
  rows.scan(kJoinPieceRows, prefix_range(waiter), [&](BytesView, BytesView value) {
    if (const auto piece = decode_piece(value); piece.ok()) counts_[piece->parcel] = piece->count;
    return true;
  });
}

std::optional<Bytes> Parcels::gather(const Piece& piece, Rows& rows) {
  const auto known = counts_.find(piece.parcel);
  if (known != counts_.end() && known->second != piece.count) return {};
  if (known == counts_.end() && counts_.size() >= kMostParcels) {
    rows.erase_range(kJoinPieceRows, prefix_range(row_key(waiter_, counts_.begin()->first.view())));
    counts_.erase(counts_.begin());
  }
  counts_[piece.parcel] = piece.count;
  const Bytes prefix = row_key(waiter_, piece.parcel.view());
  Bytes key = prefix;
  append_key_u64(key, piece.index);
  rows.put(kJoinPieceRows, key, encode(piece));
  size_t have = 0;
  Bytes whole;
  rows.scan(kJoinPieceRows, prefix_range(prefix), [&](BytesView, BytesView value) {
    const auto part = decode_piece(value);
    if (!part.ok()) return false;
    append(whole, part->bytes);
    ++have;
    return true;
  });
  if (have != piece.count) return {};
  rows.erase_range(kJoinPieceRows, prefix_range(prefix));
  counts_.erase(piece.parcel);
  return whole;
}

void Parcels::erase_all(Rows& rows) {
  counts_.clear();
  rows.erase_range(kJoinPieceRows, prefix_range(waiter_));
}

}  // namespace homeward::group
