// The operating system's randomness and clock.
#pragma once

#include <sodium.h>

#include <chrono>

#include "base/assert.h"
#include "base/environment.h"

namespace homeward::os {

class OsRandom final : public Random {
 public:
  OsRandom() { HW_ASSERT(sodium_init() >= 0); }
  void fill(MutableBytes out) override { randombytes_buf(out.data(), out.size()); }
};

inline Instant wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

}  // namespace homeward::os
