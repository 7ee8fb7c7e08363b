// Pieces of answers as they come in, until a parcel is whole. Rows by the id of who waits for the answer.
#pragma once

#include <map>

#include "base/rows.h"
#include "group/invite.h"

namespace homeward::group {

// Unfinished parcels beyond this push out others, so that nobody who knows an answer queue can fill the disk.
inline constexpr size_t kMostParcels = 8;

struct WaiterIdTag;
using WaiterId = FixedBytes<16, WaiterIdTag>;  // a join's or a group's id

class Parcels {
 public:
  void load(const WaiterId& waiter, Rows& rows);
  // The parcel's content once this piece makes it whole; it is forgotten then.
  std::optional<Bytes> gather(const Piece& piece, Rows& rows);
  void erase_all(Rows& rows);

 private:
  WaiterId waiter_;
  std::map<ParcelId, uint16_t> counts_;  // of pieces
};

}  // namespace homeward::group
