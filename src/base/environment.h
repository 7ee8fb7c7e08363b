// What a machine without I/O is given from outside: time and randomness. Everything from `base` to `client`
// takes these as arguments, so that a simulation can replay a run from a seed.
#pragma once

#include <compare>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"

namespace homeward {

// Milliseconds since 1970-01-01 00:00 UTC, by the device's own clock, which may be wrong and may jump.
struct Instant {
  int64_t ms = 0;
  auto operator<=>(const Instant&) const = default;
  Instant after_ms(int64_t more) const { return {ms + more}; }
};

// Fit for keys. Never fails: an implementation that cannot deliver ends the process.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes out) = 0;

  Bytes bytes(size_t size_bytes) {
    Bytes out(size_bytes);
    fill(out);
    return out;
  }
  Secret secret(size_t size_bytes) {
    Secret out(size_bytes);
    fill(out.bytes());
    return out;
  }
  template <class Fixed>
  Fixed fixed() {
    Fixed out;
    fill(out.data);
    return out;
  }
};

// Bytes drawn from a 32-byte seed (libsodium's randombytes_buf_deterministic, a new nonce each call): for
// simulations and tests only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  void fill(MutableBytes out) override;
  uint64_t below(uint64_t limit);  // uniform enough for tests; limit > 0

 private:
  std::array<uint8_t, 32> seed_{};
  uint64_t counter_ = 0;
};

}  // namespace homeward
