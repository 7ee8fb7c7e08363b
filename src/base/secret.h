// Secrets: bytes that are wiped when they go, compared in constant time, and never printed.
//
// `Secret` has any length and lives on the heap; moving leaves the source empty, copying must be asked for
// (`clone`). `SecretBytes<N>` has a fixed length and lives where it stands.
#pragma once

#include "base/bytes.h"

namespace homeward {

// Overwrites with zeros in a way the compiler may not remove (libsodium's sodium_memzero).
void wipe(MutableBytes bytes);

// Equal in a time that depends on the lengths alone; different lengths are unequal.
bool constant_time_equal(BytesView a, BytesView b);

class Secret {
 public:
  Secret() = default;
  explicit Secret(size_t size_bytes) : bytes_(size_bytes) {}
  explicit Secret(BytesView from) : bytes_(from.begin(), from.end()) {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::move(other.bytes_);
      other.bytes_.clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  Secret clone() const { return Secret(BytesView(bytes_)); }
  // Takes the bytes out; whoever takes them wipes them.
  static Secret adopt(Bytes&& bytes) {
    Secret out;
    out.bytes_ = std::move(bytes);
    return out;
  }
  void clear() {
    wipe(bytes_);
    bytes_.clear();
  }

  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  BytesView view() const { return bytes_; }
  MutableBytes bytes() { return bytes_; }
  bool operator==(const Secret& other) const { return constant_time_equal(bytes_, other.bytes_); }

 private:
  Bytes bytes_;
};

template <size_t N>
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(BytesView from) { std::copy_n(from.begin(), std::min(N, from.size()), data_.begin()); }
  SecretBytes(SecretBytes&& other) noexcept : data_(other.data_) { wipe(other.data_); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      data_ = other.data_;
      wipe(other.data_);
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(data_); }

  SecretBytes clone() const { return SecretBytes(view()); }
  static constexpr size_t size() { return N; }
  BytesView view() const { return data_; }
  MutableBytes bytes() { return data_; }
  bool operator==(const SecretBytes& other) const { return constant_time_equal(data_, other.data_); }

 private:
  std::array<uint8_t, N> data_{};
};

}  // namespace homeward
