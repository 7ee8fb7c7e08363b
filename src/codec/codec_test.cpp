#include "codec/codec.h"

#include <gtest/gtest.h>

namespace homeward {
namespace {

TEST(Codec, LengthsInShortestFormOnly) {  // "2.1.2/shortest"
  for (size_t size : {0u, 63u, 64u, 16383u, 16384u, 100000u}) {
    Writer out;
    out.length(size);
    Reader in(out.view());
    EXPECT_EQ(in.length(), size);
    EXPECT_TRUE(in.finish().ok());
  }
  for (const Bytes& bad : {Bytes{0x40, 0x3F}, Bytes{0x80, 0, 0x3F, 0xFF}, Bytes{0xC0, 0, 0, 0, 0, 0, 0, 1}}) {
    Reader in(bad);
    in.length();
    EXPECT_TRUE(in.status().error().is(CodecError::kMalformed));
  }
}

TEST(Codec, FailureSticksAndLoopsEnd) {
  const Bytes bytes{5, 1, 2};
  Reader in(bytes);
  EXPECT_TRUE(in.opaque().empty());
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(in.u32(), 0u);
  EXPECT_TRUE(in.finish().error().is(CodecError::kTruncated));
}

TEST(Codec, FailedInnerVectorFailsInner) {
  const Bytes bytes{9, 1};
  Reader in(bytes);
  Reader inner = in.vector();
  EXPECT_FALSE(inner.ok());
  EXPECT_FALSE(in.ok());
}

TEST(Codec, TextMustBeUtf8AndBounded) {
  Writer out;
  out.text("мама");
  EXPECT_EQ(Reader(out.view()).text(100), "мама");
  Reader small(out.view());
  small.text(3);
  EXPECT_TRUE(small.status().error().is(CodecError::kTooLarge));
}

TEST(Codec, PresenceIsZeroOrOne) {  // "2.1.1/presence"
  const Bytes bytes{0, 1, 2};
  Reader in(bytes);
  EXPECT_FALSE(in.optional());
  EXPECT_TRUE(in.optional());
  EXPECT_TRUE(in.ok());
  in.optional();
  EXPECT_TRUE(in.status().error().is(CodecError::kMalformed));
}

TEST(Codec, TrailingBytesAreAnError) {
  const Bytes bytes{1, 2};
  Reader in(bytes);
  in.u8();
  EXPECT_TRUE(in.finish().error().is(CodecError::kTrailing));
}

}  // namespace
}  // namespace homeward
