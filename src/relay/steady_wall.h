// The time of day, for a relay whose clock may be set back and forth by days: nothing may expire early
// because of it, and nothing may live forever.
//
// A clock that jumps is not believed before it has stood by its new time for a day. Until then what comes is
// dated by the later of both times, and what expires does so by the earlier one.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/environment.h"

namespace homeward::relay {

struct WallTimes {
  Instant dating;    // for what comes
  Instant expiring;  // for what goes
};

class SteadyWall {
 public:
  // `last_seen`: what an earlier run dated last; at zero there was none.
  explicit SteadyWall(Instant last_seen) : last_seen_(last_seen) {}

  // `wall` is the time of day, `steady` a clock's that nobody sets.
  WallTimes at(Instant wall, Instant steady) {
    const int64_t offset_ms = wall.ms - steady.ms;
    if (!believed_ms_) {
      // Longer away than that, or set forward meanwhile: it cannot be told apart.
      const bool is_plausible = last_seen_.ms == 0 || wall.ms - last_seen_.ms <= kHold_ms;
      believed_ms_ = is_plausible ? offset_ms : last_seen_.ms - steady.ms;
    }
    if (std::abs(offset_ms - *believed_ms_) <= kSlack_ms) {
      believed_ms_ = offset_ms;  // follows what a clock is set right by
      claimed_ms_.reset();
    } else if (!claimed_ms_ || std::abs(offset_ms - *claimed_ms_) > kSlack_ms) {
      claimed_ms_ = offset_ms;
      claimed_since_ = steady;
    } else if (steady.ms - claimed_since_.ms >= kHold_ms) {
      believed_ms_ = offset_ms;
      claimed_ms_.reset();
    }
    const Instant believed{steady.ms + *believed_ms_};
    return {.dating = std::max(wall, believed), .expiring = std::min(wall, believed)};
  }

 private:
  static constexpr int64_t kHold_ms = 86'400'000;
  static constexpr int64_t kSlack_ms = 3'600'000;

  const Instant last_seen_;
  std::optional<int64_t> believed_ms_;  // wall less steady
  std::optional<int64_t> claimed_ms_;   // likewise, after a jump
  Instant claimed_since_{0};
};

}  // namespace homeward::relay
