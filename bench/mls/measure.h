// Measuring: the processor time of this process, medians, and what ends a benchmark that does not work.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/result.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define HW_HAS_CALLGRIND 1
#else
#define HW_HAS_CALLGRIND 0
#endif

namespace homeward::bench {

// Of the process, so that what else the machine does counts little. The library has no threads.
inline double cpu_time_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  double median() const {
    if (values_.empty()) return 0;
    std::vector<double> sorted = values_;
    std::ranges::sort(sorted);
    const size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
  double least() const { return values_.empty() ? 0 : *std::ranges::min_element(values_); }

 private:
  std::vector<double> values_;
};

// One sample, in as many pieces as it takes; under callgrind each piece's instructions are dumped by this
// name.
class Stopwatch {
 public:
  explicit Stopwatch(const char* name) : name_(name) {}
  template <class Work>
  auto run(Work&& work) {
    start_counting();
    const double began = cpu_time_us();
    auto answer = work();
    total_us_ += cpu_time_us() - began;
    stop_counting();
    return answer;
  }
  double total_us() const { return total_us_; }

 private:
  static void start_counting() {
#if HW_HAS_CALLGRIND
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
#endif
  }
  void stop_counting() const {
#if HW_HAS_CALLGRIND
    CALLGRIND_DUMP_STATS_AT(name_);
    CALLGRIND_STOP_INSTRUMENTATION;
#endif
  }
  const char* name_;
  double total_us_ = 0;
};

// Goes on while there are fewer than `least` samples, and then until the time or `most` samples are reached.
class Rounds {
 public:
  Rounds(size_t least, size_t most, double budget_us)
      : least_(least), most_(most), until_us_(cpu_time_us() + budget_us) {}
  bool next() {
    if (done_ >= most_ || (done_ >= least_ && cpu_time_us() >= until_us_)) return false;
    ++done_;
    return true;
  }

 private:
  size_t least_;
  size_t most_;
  double until_us_;
  size_t done_ = 0;
};

// The value; the process ends if there is none: a benchmark of failures says nothing.
template <class T>
T must(const char* what, Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "mls_bench: %s failed: room %d, error %d, %s\n", what,
                 static_cast<int>(result.error().room()), result.error().code(), result.error().context());
    std::exit(1);
  }
  return std::move(result).value();
}

}  // namespace homeward::bench
