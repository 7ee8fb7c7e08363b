// Work on several cores without threads in the room: the caller brings what runs the tasks.
#pragma once

#include <cstddef>
#include <functional>

namespace homeward::losses_stats {

// Calls `task(0)` … `task(tasks - 1)`, in any order and perhaps at once, and returns when all are done. Tasks
// of the room never touch what another task of the same call writes, so that answers do not depend on it.
using Parallel = std::function<void(size_t tasks, const std::function<void(size_t)>& task)>;

inline void one_after_another(size_t tasks, const std::function<void(size_t)>& task) {
  for (size_t i = 0; i < tasks; ++i) task(i);
}

}  // namespace homeward::losses_stats
