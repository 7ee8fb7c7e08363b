// Ordered rows: the one view of storage that machines without I/O have.
//
// A row is (space, key) → value; within a space rows are ordered by key, byte by byte. A `Rows` is one open
// transaction: what it reads includes what it wrote, and all of it becomes durable together or not at all
// (the caller commits; a machine never does). The vault implements it; tests use `MemoryRows`.
//
// Writing cannot fail here: an implementation remembers its first failure (disk full, say) and refuses the
// commit. Reads after a failure answer nothing. So a machine needs no error path for storage, and its caller
// has exactly one.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/bytes.h"

namespace homeward {

// A room's or feature's own numbering of its spaces; the client hands out the ranges.
using Space = uint32_t;

class Rows {
 public:
  virtual ~Rows() = default;

  virtual std::optional<Bytes> get(Space space, BytesView key) = 0;
  virtual void put(Space space, BytesView key, BytesView value) = 0;
  // The old value is overwritten on disk. Erasing what is not there is no error.
  virtual void erase(Space space, BytesView key) = 0;

  struct Range {
    Bytes from;               // first key included
    Bytes until;              // first key excluded; empty: to the end of the space
    bool backwards = false;   // from the largest key down
    size_t limit = SIZE_MAX;  // rows at most
  };
  // Calls `visit(key, value)` for each row in order until it answers false. It must not write while visiting.
  using Visit = std::function<bool(BytesView key, BytesView value)>;
  virtual void scan(Space space, const Range& range, const Visit& visit) = 0;

  // Erases every row of the range (limit and direction are ignored).
  virtual void erase_range(Space space, const Range& range) = 0;
};

// The range of all keys that begin with `prefix`.
Rows::Range prefix_range(BytesView prefix);

// Big-endian, so that keys sort by number.
void append_key_u64(Bytes& key, uint64_t value);

// Rows in memory; for tests.
class MemoryRows final : public Rows {
 public:
  std::optional<Bytes> get(Space space, BytesView key) override;
  void put(Space space, BytesView key, BytesView value) override;
  void erase(Space space, BytesView key) override;
  void scan(Space space, const Range& range, const Visit& visit) override;
  void erase_range(Space space, const Range& range) override;
  size_t size() const { return rows_.size(); }
  bool operator==(const MemoryRows& other) const { return rows_ == other.rows_; }

 private:
  std::map<std::pair<Space, Bytes>, Bytes> rows_;
};

}  // namespace homeward
