// How a test says which rule of rules.md it breaks: the error must name exactly that rule.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace homeward::mls::test {

// Whether this error is of the check with this id: contexts of checks are "id: what is wrong".
inline bool is_of_rule(const Error& error, std::string_view id) {
  return std::string_view(error.context()).starts_with(std::string(id) + ":");
}

template <class T>
testing::AssertionResult breaks_rule(std::string_view id, const Result<T>& result) {
  if (result.ok()) return testing::AssertionFailure() << "rule " << id << " is not enforced";
  if (is_of_rule(result.error(), id)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "not rule " << id << " but: " << result.error().context();
}

}  // namespace homeward::mls::test

#define EXPECT_RULE(id, ...) EXPECT_TRUE(::homeward::mls::test::breaks_rule(id, __VA_ARGS__))
