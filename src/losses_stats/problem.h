// What is wrong with a file of counts, and where.
//
// A person has to mend the file, so an error here says the line, the column and what was expected; the room's
// other errors cannot happen (docs/decisions/0030). The text names columns of our own formats and never
// repeats a cell.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace homeward::losses_stats {

struct Problem {
  size_t line = 0;    // from 1; 0: the file as a whole
  size_t column = 0;  // from 1, in characters; 0: the line as a whole
  std::string expected;
};

// "FILE:LINE:COLUMN: expected …", without the parts that are 0.
std::string describe(const std::string& file, const Problem& problem);

// A value or the first problem found. Reading the wrong half is a bug and asserts.
template <class T>
class [[nodiscard]] Parsed {
 public:
  Parsed(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Parsed(Problem problem)
      : state_(std::in_place_index<1>, std::move(problem)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  const T& value() const {
    HW_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const { return value(); }
  const T* operator->() const { return &value(); }
  const Problem& problem() const {
    HW_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Problem> state_;
};

}  // namespace homeward::losses_stats
