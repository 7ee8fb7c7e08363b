// What bounds a relay, and the bucket that measures rates.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/environment.h"
#include "wire/wire.h"

namespace homeward::relay {

struct Limits {
  uint32_t retention_days = 30;  // whole days that an entry is kept at least, and a blob at most
  uint32_t entries_per_queue = wire::kEntriesPerQueue;  // at most wire::kEntriesPerQueue
  uint64_t most_store_bytes = UINT64_MAX;  // new entries and chunks are refused as for a full disk above this

  uint32_t requests_per_second = 2'000;   // of one connection, and twice as many in a burst
  uint32_t new_queues_per_hour = 36'000;  // of all together, and as many in a burst
  uint32_t new_blobs_per_hour = 36'000;   // likewise
  uint32_t chunks_per_second = 250;       // put and got, of one connection, and twice as many in a burst
  uint32_t subscriptions_per_connection = 1'000;
  uint32_t waits_per_connection = 64;     // reads that wait
  uint32_t most_waits = 50'000;           // of all connections
  std::vector<std::string> other_relays;  // URLs to which this one forwards
  uint32_t most_forwards = 256;           // under way, of all connections
  uint32_t forwards_per_connection = 16;
  size_t push_window_bytes = wire::kPushWindowBytes;

  size_t waiting_append_bytes = 64u << 20;  // entries and chunks received and not yet on disk, of all
  size_t batch_entries = 1'024;             // in one transaction
  size_t batch_bytes = 8u << 20;
  size_t batch_chunks = 32;            // few, so that entries do not wait long behind them
  int64_t confirm_within_ms = 10'000;  // after this an append is refused, though it may still be stored
};

// A token bucket: `per_period` tokens come back in each period, at most `burst` are kept.
class Bucket {
 public:
  struct Rate {
    uint32_t per_period = 1;
    int64_t period_ms = 1000;
    uint32_t burst = 1;
  };
  Bucket(const Rate& rate, Instant now) : rate_(rate), filled_at_(now), parts_(full()) {}

  // Whole tokens that are there now.
  uint64_t available(Instant now) {
    fill(now);
    return static_cast<uint64_t>(parts_ / rate_.period_ms);
  }
  // Takes tokens that `available` named; false, and nothing is taken, if they are not there.
  bool take(uint64_t count, Instant now) {
    if (available(now) < count) return false;
    parts_ -= static_cast<int64_t>(count) * rate_.period_ms;
    return true;
  }

 private:
  // A token is period_ms parts, of which per_period come back in each millisecond.
  int64_t full() const { return static_cast<int64_t>(rate_.burst) * rate_.period_ms; }
  void fill(Instant now) {
    if (now <= filled_at_) return;
    const int64_t passed_ms =
        std::min(now.ms - filled_at_.ms, 2 * full() / std::max<int64_t>(rate_.per_period, 1) + 1);
    parts_ = std::min(full(), parts_ + passed_ms * rate_.per_period);
    filled_at_ = now;
  }

  Rate rate_;
  Instant filled_at_;
  int64_t parts_;
};

}  // namespace homeward::relay
