// Work on several cores without threads in the room: the caller brings what runs the tasks.
#pragma once

#include <cstddef>
#include <functional>

namespace homeward::losses_stats {

// Calls `task(0)` … `task(tasks - 1)`, in any order and perhaps at once, and returns when all are done. Tasks
// of the room never touch what another task of the same call writes, so that answers do not depend on it.
using Parallel = std::function<void(size_t tasks, const std::function<void(size_t)>& task)>;

// What long work is given: how to run its tasks, whom to tell the share done (0 to 1), and whom to ask,
// between pieces of it, whether it should stop. What was stopped answers something that must be thrown away.
struct LongWork {
  Parallel parallel = {};  // none: one after another
  std::function<void(double)> progress = {};
  std::function<bool()> stopped = {};

  void run(size_t tasks, const std::function<void(size_t)>& task) const;
  void tell(double share) const {
    if (progress) progress(share);
  }
  bool should_stop() const { return stopped && stopped(); }
  // A piece of this work, from one share of it to another.
  LongWork part(double from, double to) const;
};

inline void one_after_another(size_t tasks, const std::function<void(size_t)>& task) {
  for (size_t i = 0; i < tasks; ++i) task(i);
}

inline void LongWork::run(size_t tasks, const std::function<void(size_t)>& task) const {
  // Tasks that have not begun when it is to stop are left out.
  const auto unless_stopped = [&](size_t i) {
    if (!should_stop()) task(i);
  };
  parallel ? parallel(tasks, unless_stopped) : one_after_another(tasks, unless_stopped);
}

inline LongWork LongWork::part(double from, double to) const {
  LongWork out = *this;
  if (progress) out.progress = [all = progress, from, to](double share) { all(from + (to - from) * share); };
  return out;
}

}  // namespace homeward::losses_stats
