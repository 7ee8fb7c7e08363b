#include "base/environment.h"

#include <sodium.h>

namespace homeward {

SeededRandom::SeededRandom(uint64_t seed) { std::memcpy(seed_.data(), &seed, sizeof seed); }

void SeededRandom::fill(MutableBytes out) {
  if (out.empty()) return;
  std::array<uint8_t, 32> key = seed_;
  ++counter_;
  std::memcpy(key.data() + 24, &counter_, sizeof counter_);
  randombytes_buf_deterministic(out.data(), out.size(), key.data());
}

uint64_t SeededRandom::below(uint64_t limit) {
  uint64_t value = 0;
  fill({reinterpret_cast<uint8_t*>(&value), sizeof value});
  return value % limit;
}

}  // namespace homeward
