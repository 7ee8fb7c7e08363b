// Rows over rows: what is written stays in memory, the rows below are only read.
//
// So that the page sees at once what this device wrote but could not send yet: the events of the outbox are
// folded into an overlay, with the very same rules, and the queries read through it. Nothing of it reaches
// the disk.
#pragma once

#include "base/rows.h"

namespace homeward::client {

class OverlayRows final : public Rows {
 public:
  explicit OverlayRows(Rows& below) : below_(below) {}
  std::optional<Bytes> get(Space space, BytesView key) override;
  void put(Space space, BytesView key, BytesView value) override;
  void erase(Space space, BytesView key) override;
  void scan(Space space, const Range& range, const Visit& visit) override;
  void erase_range(Space space, const Range& range) override;

 private:
  using Written = std::map<Bytes, std::optional<Bytes>>;  // nothing: erased
  Rows& below_;
  std::map<Space, Written> written_;
};

}  // namespace homeward::client
