// Every public vector of the suites that are built in, file by file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "bench/mls_vectors/checks.h"

namespace homeward::mls::vectors {
namespace {

class MlsVectors : public ::testing::TestWithParam<File> {};

TEST_P(MlsVectors, AllPass) {
  const std::string folder = test::mls_vectors_folder();
  const std::string path = folder + "/" + GetParam().name + ".json";
  if (folder.empty() || !std::filesystem::exists(path)) {
    GTEST_SKIP() << "no " << GetParam().name << ".json: put the folder test-vectors of "
                 << "github.com/mlswg/mls-implementations at ../shared/mls-vectors, or name it in "
                    "HOMEWARD_MLS_VECTORS";
  }
  size_t passed = 0;
  size_t number = 0;
  for (const test::Json& item : test::Json::load(path).items()) {
    std::string why;
    const Outcome outcome = run(GetParam(), item, why);
    EXPECT_NE(outcome, Outcome::kFailed)
        << "item " << number << " of suite " << suite_of(item) << ": " << why;
    if (outcome == Outcome::kPassed) ++passed;
    ++number;
  }
  EXPECT_GT(passed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Files, MlsVectors, ::testing::ValuesIn(files().begin(), files().end()),
                         [](const auto& file) {
                           std::string name = file.param.name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace homeward::mls::vectors
