// The library with steps that fail when a test says so. Included in front of every file of `mls` in a build
// of its own (homeward_mls_failing): each HW_TRY and HW_LET is a step, and the one with the number that was
// asked for answers an error instead of doing what it says.
#pragma once

#include "base/result.h"

namespace homeward::test {

enum class InjectedError : uint16_t { kStep = 1 };
constexpr Room room_of(InjectedError) { return Room::kBase; }

// Counts from 1; 0: nothing fails.
inline size_t failing_step = 0;
inline size_t steps_done = 0;

inline bool step_fails() { return ++steps_done == failing_step; }
inline bool has_failed() { return failing_step != 0 && steps_done >= failing_step; }

}  // namespace homeward::test

#undef HW_TRY
#define HW_TRY(...)                                                                                       \
  do {                                                                                                    \
    if (::homeward::test::step_fails()) return ::homeward::Error(::homeward::test::InjectedError::kStep); \
    auto hw_result_ = (__VA_ARGS__);                                                                      \
    if (!hw_result_.ok()) return ::homeward::Error(hw_result_.error());                                   \
  } while (false)

#undef HW_LET_
#define HW_LET_(temporary, declaration, ...)                                                            \
  if (::homeward::test::step_fails()) return ::homeward::Error(::homeward::test::InjectedError::kStep); \
  auto temporary = (__VA_ARGS__);                                                                       \
  if (!temporary.ok()) return ::homeward::Error(temporary.error());                                     \
  declaration = std::move(temporary).value()
