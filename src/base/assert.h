// Always-on assertions: for what only a bug of our own can cause. What a peer, a file or a person can cause
// is an `Error`, never an assertion.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace homeward {

[[noreturn]] inline void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "homeward: assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace homeward

// clang-format off
#define HW_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::homeward::assertion_failed(#condition, __FILE_NAME__, __LINE__))
// clang-format on
#ifndef __FILE_NAME__
#define __FILE_NAME__ __FILE__
#endif
