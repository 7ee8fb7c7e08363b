// Rows that are written later, many at once and in order: for making views anew, where the same rows are
// touched again and again in an order that is not theirs.
//
// What was written is seen by every read. `flush` hands it on; whoever throws the object away before loses
// it.
#pragma once

#include "base/rows.h"

namespace homeward::domain {

class BufferedRows final : public Rows {
 public:
  explicit BufferedRows(Rows& below) : below_(below) {}

  std::optional<Bytes> get(Space space, BytesView key) override;
  void put(Space space, BytesView key, BytesView value) override;
  void erase(Space space, BytesView key) override;
  // Hands on what is in the range first.
  void scan(Space space, const Range& range, const Visit& visit) override;
  void erase_range(Space space, const Range& range) override;

  // Hands everything on and forgets what was read.
  void flush();

 private:
  struct Row {
    std::optional<Bytes> value;  // nothing: there is none
    bool changed = false;
  };
  using Of = std::map<Bytes, Row>;
  void flush_range(Space space, const Range& range);
  void hand_on(Space space, const Bytes& key, Row& row);

  Rows& below_;
  std::map<Space, Of> rows_;
};

}  // namespace homeward::domain
