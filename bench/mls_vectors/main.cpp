// mls_vectors DIR: runs every file of the public MLS test vectors that lies in DIR and prints, per file and
// cipher suite, how many items passed, failed and were skipped (of suites that are not built in); the last
// line is `N passed, N failed, N skipped`. Ends with 0 if nothing failed and something passed.
#include <cstdio>
#include <filesystem>
#include <map>

#include "bench/mls_vectors/checks.h"

int main(int argc, char** argv) {
  using namespace homeward::mls::vectors;
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr,
                 "usage: mls_vectors DIR    (test-vectors of github.com/mlswg/mls-implementations)\n");
    return 2;
  }
  Count total;
  for (const File& file : files()) {
    const std::filesystem::path path = std::filesystem::path(argv[1]) / (std::string(file.name) + ".json");
    if (!std::filesystem::exists(path)) {
      std::printf("%-32s not there\n", file.name);
      continue;
    }
    std::map<uint16_t, Count> by_suite;
    size_t number = 0;
    for (const homeward::test::Json& item : homeward::test::Json::load(path.string()).items()) {
      std::string why;
      Count& count = by_suite[suite_of(item)];
      switch (run(file, item, why)) {
        case Outcome::kPassed:
          ++count.passed;
          break;
        case Outcome::kSkipped:
          ++count.skipped;
          break;
        case Outcome::kFailed:
          ++count.failed;
          std::printf("%-32s item %zu failed: %s\n", file.name, number, why.c_str());
          break;
      }
      ++number;
    }
    for (const auto& [suite, count] : by_suite) {
      std::printf("%-32s suite %u: %zu passed, %zu failed, %zu skipped\n", file.name, unsigned{suite},
                  count.passed, count.failed, count.skipped);
      total.passed += count.passed;
      total.failed += count.failed;
      total.skipped += count.skipped;
    }
  }
  std::printf("%zu passed, %zu failed, %zu skipped\n", total.passed, total.failed, total.skipped);
  return total.failed == 0 && total.passed > 0 ? 0 : 1;
}
