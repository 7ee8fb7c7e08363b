// Bytes and views of them.
//
// `Bytes` owns, `BytesView` borrows and must not outlive what it looks at. Both hold public data only: what
// must be wiped or compared in constant time is a `Secret` (secret.h).
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace homeward {

using Bytes = std::vector<uint8_t>;
using BytesView = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

// Bytes of a text, without copying and without a terminating zero.
inline BytesView view_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline Bytes copy_of(BytesView view) { return {view.begin(), view.end()}; }

inline std::string text_of(BytesView view) {
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

inline bool equal(BytesView a, BytesView b) { return std::ranges::equal(a, b); }

inline void append(Bytes& to, BytesView more) { to.insert(to.end(), more.begin(), more.end()); }

// N bytes with a meaning of their own: `Tag` keeps a queue id from being passed for a hash.
template <size_t N, class Tag>
struct FixedBytes {
  static constexpr size_t kSize = N;
  std::array<uint8_t, N> data{};

  static FixedBytes from(BytesView view) {  // view.size() must be N
    FixedBytes out;
    std::copy_n(view.begin(), std::min(N, view.size()), out.data.begin());
    return out;
  }
  BytesView view() const { return data; }
  operator BytesView() const { return data; }  // NOLINT(google-explicit-constructor)
  auto operator<=>(const FixedBytes&) const = default;
};

struct HashTag;
// A SHA-256 value.
using Hash = FixedBytes<32, HashTag>;

}  // namespace homeward

template <size_t N, class Tag>
struct std::hash<homeward::FixedBytes<N, Tag>> {
  size_t operator()(const homeward::FixedBytes<N, Tag>& value) const noexcept {
    size_t out = 0;
    std::memcpy(&out, value.data.data(), std::min(sizeof out, N));
    return out;
  }
};
