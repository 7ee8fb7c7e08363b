#include <gtest/gtest.h>

#include "base/environment.h"
#include "base/rows.h"
#include "base/secret.h"
#include "base/text.h"

namespace homeward {
namespace {

TEST(Text, Base64UrlRoundTripAndStrictness) {
  SeededRandom random(1);
  for (size_t size = 0; size < 70; ++size) {
    const Bytes bytes = random.bytes(size);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
  EXPECT_EQ(to_base64url(view_of("fo")), "Zm8");
  EXPECT_FALSE(from_base64url("Zm9"));  // bits left over
  EXPECT_FALSE(from_base64url("Z"));
  EXPECT_FALSE(from_base64url("Zm8="));
}

TEST(Text, Utf8) {
  EXPECT_TRUE(is_utf8(view_of("Тыва, дом 🙂")));
  EXPECT_FALSE(is_utf8(Bytes{0xC0, 0xAF}));
  EXPECT_FALSE(is_utf8(Bytes{0xED, 0xA0, 0x80}));
  EXPECT_FALSE(is_utf8(Bytes{'a', 0}));
  EXPECT_FALSE(is_utf8(Bytes{0xE2, 0x82}));
}

TEST(Secret, MovedFromIsEmptyAndWiped) {
  Secret a(view_of("long enough to live on the heap, certainly"));
  Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
  SecretBytes<32> c(b.view().first(32));
  SecretBytes<32> d = std::move(c);
  EXPECT_EQ(c, SecretBytes<32>());  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(constant_time_equal(d.view(), b.view().first(32)));
  EXPECT_FALSE(constant_time_equal(b.view().first(31), b.view().first(32)));
}

TEST(Rows, ScanInOrderBothWaysWithLimits) {
  MemoryRows rows;
  for (uint8_t i = 0; i < 5; ++i) rows.put(7, Bytes{i}, Bytes{i});
  rows.put(8, Bytes{0}, Bytes{99});
  const auto keys = [&](const Rows::Range& range) {
    Bytes out;
    rows.scan(7, range, [&](BytesView key, BytesView) {
      out.push_back(key[0]);
      return true;
    });
    return out;
  };
  EXPECT_EQ(keys({}), (Bytes{0, 1, 2, 3, 4}));
  EXPECT_EQ(keys({.from = {1}, .until = {3}}), (Bytes{1, 2}));
  EXPECT_EQ(keys({.from = {1}, .backwards = true, .limit = 2}), (Bytes{4, 3}));
  rows.erase_range(7, {.from = {2}});
  EXPECT_EQ(keys({}), (Bytes{0, 1}));
  EXPECT_TRUE(rows.get(8, Bytes{0}));
}

TEST(Rows, PrefixRangeEndsAfterLastKeyWithPrefix) {
  EXPECT_EQ(prefix_range(Bytes{1, 0xFF}).until, Bytes{2});
  EXPECT_TRUE(prefix_range(Bytes{0xFF}).until.empty());
}

}  // namespace
}  // namespace homeward
