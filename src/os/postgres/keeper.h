// What keeps a cluster's tables in shape: partitions for every day in advance, of entries by the day on which
// they came and of chunks by the day on which they end, and the end of those whose time is over. Runs on a
// thread of its own with a connection of its own; no append waits for it.
#pragma once

#include "os/postgres/statements.h"

namespace homeward::os::postgres {

// How long the end of a queue is remembered after its last entry.
inline constexpr int64_t kRememberEnd_days = 400;

// Since 1970-01-01 UTC, by this machine's clock.
int64_t day_now();

struct Keeping {
  int32_t day = kDayOfCluster;  // today
  int64_t latest_day = 0;       // today by this machine's clock: what is not over by both clocks stays
  uint32_t retention_days = 30;
};
struct Kept {
  std::string problem;        // what could not be done now, or empty
  uint64_t stored_bytes = 0;  // of entries and chunks, without their indexes
};

// Makes the partitions of today and the days to come, drops those whose time is over, and forgets where
// queues ended for kRememberEnd_days only. Where another relay is at dropping, it is left to it.
// Blocks.
Kept keep(const Target& target, const Keeping& keeping);

}  // namespace homeward::os::postgres
