// The overlay against plain rows: whatever is written through it, reading gives what reading the same rows
// without it would give, and the rows below stay as they were.
#include "client/overlay.h"

#include <gtest/gtest.h>

#include <random>

namespace homeward::client {
namespace {

using Row = std::pair<Bytes, Bytes>;

std::vector<Row> read(Rows& rows, Space space, const Rows::Range& range, size_t stop_after) {
  std::vector<Row> out;
  rows.scan(space, range, [&](BytesView key, BytesView value) {
    out.emplace_back(copy_of(key), copy_of(value));
    return out.size() < stop_after;
  });
  return out;
}

TEST(Overlay, ReadsLikeTheRowsItStandsFor) {
  std::mt19937 draw(7);
  const auto key = [&] {
    Bytes out(1 + draw() % 2);
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(draw() % 6);
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    MemoryRows below;
    for (int i = 0; i < 12; ++i) below.put(1 + draw() % 2, key(), key());
    MemoryRows plain = below;
    const MemoryRows untouched = below;
    OverlayRows overlay(below);
    for (int i = 0; i < 20; ++i) {
      const Space space = 1 + draw() % 2;
      const Bytes at = key();
      const Bytes value = key();
      Rows::Range range{.from = key(), .until = draw() % 3 ? key() : Bytes{}};
      switch (draw() % 5) {
        case 0:
        case 1:
          overlay.put(space, at, value);
          plain.put(space, at, value);
          break;
        case 2:
          overlay.erase(space, at);
          plain.erase(space, at);
          break;
        case 3:
          if (draw() % 4) break;
          if (!range.until.empty() && range.until < range.from) break;
          overlay.erase_range(space, range);
          plain.erase_range(space, range);
          break;
        default:
          range.backwards = draw() % 2;
          if (draw() % 2) range.limit = draw() % 4;
          if (!range.until.empty() && range.until < range.from) break;
          const size_t stop_after = 1 + draw() % 6;
          ASSERT_EQ(read(overlay, space, range, stop_after), read(plain, space, range, stop_after));
      }
      ASSERT_EQ(overlay.get(space, at), plain.get(space, at));
    }
    ASSERT_TRUE(below == untouched);
  }
}

}  // namespace
}  // namespace homeward::client
