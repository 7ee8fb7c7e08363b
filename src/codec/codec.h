// The TLS presentation language, bounded: how every byte on the wire and on disk is written and read.
//
// Numbers are big-endian (RFC 8446, section 3.3). A vector `opaque x<V>` has a length of variable size (RFC
// 9420, section 2.1.2; RFC 9000, section 16 without its 8-byte form), always in its shortest form: longer
// forms are refused.
//
// `Reader` is sticky: after the first failure every read answers zero or nothing and `empty()` is true, so
// loops end; the caller asks once, at the end, with `finish()`. It borrows its input. `Writer` cannot fail: a
// vector of 2^30 bytes or more is a bug of the caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace homeward {

enum class CodecError : uint16_t {
  kTruncated = 1,  // the input ends early
  kTrailing,       // bytes left over
  kMalformed,      // a value out of its range, a length not in shortest form
  kTooLarge,       // over a limit the caller stated
};
constexpr Room room_of(CodecError) { return Room::kCodec; }

class Writer {
 public:
  Writer() = default;
  Writer& u8(uint8_t value) {
    out_.push_back(value);
    return *this;
  }
  Writer& u16(uint16_t value);
  Writer& u32(uint32_t value);
  Writer& u64(uint64_t value);
  Writer& length(size_t size);      // the variable-size length alone
  Writer& raw(BytesView bytes);     // no length
  Writer& opaque(BytesView bytes);  // opaque<V>
  Writer& text(std::string_view text) { return opaque(view_of(text)); }

  // vector<V> whose content `fill(writer)` writes.
  template <class Fill>
  Writer& vector(Fill&& fill) {
    Writer inner;
    fill(inner);
    opaque(inner.out_);
    inner.wipe_all();
    return *this;
  }
  // optional<T> (RFC 9420, section 2.1.1).
  template <class Fill>
  Writer& optional(bool present, Fill&& fill) {
    u8(present ? 1 : 0);
    if (present) fill(*this);
    return *this;
  }

  BytesView view() const { return out_; }
  size_t size() const { return out_.size(); }
  Bytes take() { return std::move(out_); }
  // For secrets: what was written is wiped with the `Secret`. (Growth reallocates; reserve first where that
  // matters.)
  Secret take_secret() { return Secret::adopt(std::move(out_)); }
  void reserve(size_t size_bytes) { out_.reserve(size_bytes); }
  void wipe_all() { wipe(out_); }

 private:
  Bytes out_;
};

class Reader {
 public:
  explicit Reader(BytesView in) : in_(in) {}

  uint8_t u8();
  uint16_t u16();
  uint32_t u32();
  uint64_t u64();
  size_t length();                           // the variable-size length alone
  BytesView raw(size_t size);                // borrows
  BytesView opaque(size_t most = SIZE_MAX);  // opaque<V>; over `most`: kTooLarge. Borrows
  Reader vector(size_t most = SIZE_MAX);     // a reader of the vector's content; on failure an empty one
  std::string text(size_t most);             // opaque<V> that must be UTF-8 without NUL
  bool optional();                           // optional<T>'s presence: 0 or 1
  template <class Fixed>
  Fixed fixed() {
    Fixed out;
    const BytesView bytes = raw(Fixed::kSize);
    if (bytes.size() == Fixed::kSize) out = Fixed::from(bytes);
    return out;
  }

  bool empty() const { return in_.empty(); }
  size_t left() const { return in_.size(); }
  BytesView rest() const { return in_; }
  bool ok() const { return !error_; }
  void fail(CodecError error);  // a caller's own check failed: kMalformed, say
  // Success if nothing failed and nothing is left over.
  Result<> finish();
  // The first failure of this reader, success if none; bytes may be left.
  Result<> status() const;

 private:
  BytesView in_;
  std::optional<CodecError> error_;
};

}  // namespace homeward
