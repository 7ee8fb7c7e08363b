#include "codec/codec.h"

#include "base/text.h"

namespace homeward {

Writer& Writer::u16(uint16_t value) {
  u8(static_cast<uint8_t>(value >> 8));
  return u8(static_cast<uint8_t>(value));
}

Writer& Writer::u32(uint32_t value) {
  u16(static_cast<uint16_t>(value >> 16));
  return u16(static_cast<uint16_t>(value));
}

Writer& Writer::u64(uint64_t value) {
  u32(static_cast<uint32_t>(value >> 32));
  return u32(static_cast<uint32_t>(value));
}

Writer& Writer::length(size_t size) {
  HW_ASSERT(size < (1u << 30));
  if (size < 64) return u8(static_cast<uint8_t>(size));
  if (size < 16384) return u16(static_cast<uint16_t>(size | 0x4000));
  return u32(static_cast<uint32_t>(size) | 0x80000000u);
}

Writer& Writer::raw(BytesView bytes) {
  append(out_, bytes);
  return *this;
}

Writer& Writer::opaque(BytesView bytes) { return length(bytes.size()).raw(bytes); }

void Reader::fail(CodecError error) {
  if (!error_) error_ = error;
  in_ = {};
}

BytesView Reader::raw(size_t size) {
  if (size > in_.size()) {
    fail(CodecError::kTruncated);
    return {};
  }
  const BytesView out = in_.first(size);
  in_ = in_.subspan(size);
  return out;
}

uint8_t Reader::u8() {
  const BytesView b = raw(1);
  return b.empty() ? 0 : b[0];
}

uint16_t Reader::u16() {
  const BytesView b = raw(2);
  return b.empty() ? 0 : static_cast<uint16_t>(b[0] << 8 | b[1]);
}

uint32_t Reader::u32() {
  const BytesView b = raw(4);
  if (b.empty()) return 0;
  return static_cast<uint32_t>(b[0]) << 24 | static_cast<uint32_t>(b[1]) << 16 |
         static_cast<uint32_t>(b[2]) << 8 | b[3];
}

uint64_t Reader::u64() {
  const BytesView b = raw(8);
  uint64_t out = 0;
  for (uint8_t byte : b) out = out << 8 | byte;
  return out;
}

size_t Reader::length() {
  const uint8_t first = u8();
  const int form = first >> 6;
  if (form == 3) {
    fail(CodecError::kMalformed);
    return 0;
  }
  size_t value = first & 0x3F;
  for (int i = 1; i < (1 << form); ++i) value = value << 8 | u8();
  // [2.1.2/shortest]
  if ((form == 1 && value < 64) || (form == 2 && value < 16384)) fail(CodecError::kMalformed);
  return ok() ? value : 0;
}

BytesView Reader::opaque(size_t most) {
  const size_t size = length();
  if (size > most) {
    fail(CodecError::kTooLarge);
    return {};
  }
  return raw(size);
}

Reader Reader::vector(size_t most) {
  Reader inner(opaque(most));
  if (!ok()) inner.error_ = error_;
  return inner;
}

std::string Reader::text(size_t most) {
  const BytesView bytes = opaque(most);
  if (!is_utf8(bytes)) {
    fail(CodecError::kMalformed);
    return {};
  }
  return text_of(bytes);
}

bool Reader::optional() {
  const uint8_t present = u8();
  if (present > 1) fail(CodecError::kMalformed);  // [2.1.1/presence]
  return present == 1;
}

Result<> Reader::status() const {
  if (error_) return *error_;
  return success();
}

Result<> Reader::finish() {
  if (ok() && !in_.empty()) fail(CodecError::kTrailing);
  return status();
}

}  // namespace homeward
