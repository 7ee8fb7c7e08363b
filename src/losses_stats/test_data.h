// The reference data, which lie beside the project and not in it: a test that needs them skips where they are
// missing.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace homeward::losses_stats {

// The file's bytes; "" if it is not there.
inline std::string reference(const std::string& path) {
  std::ifstream file("../shared/data/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace homeward::losses_stats

// Declares `name` with the text of a reference file, or skips the test.
#define REFERENCE(name, path)                                         \
  const std::string name = ::homeward::losses_stats::reference(path); \
  if (name.empty()) GTEST_SKIP() << "the reference file ../shared/data/" << path << " is not here"
