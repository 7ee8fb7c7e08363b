#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/world.h"

namespace homeward::sim {
namespace {

std::string trace_of(Options options) {
  options.keeps_trace = true;
  std::string out;
  const Outcome outcome = run(options);
  for (const std::string& line : outcome.lines) out += line + "\n";
  return out;
}

TEST(Sim, SeedsHoldAllChecks) {
  constexpr uint64_t kSeeds = 200;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Outcome outcome = run_twice({.seed = seed});
    ASSERT_EQ(outcome.failure, "") << trace_of({.seed = seed});
  }
}

// A check that never fails says nothing: each of these worlds must be found out in some of a few seeds.
bool is_found_out(Canary canary) {
  for (uint64_t seed = 1; seed <= 60; ++seed)
    if (!run({.seed = seed, .canary = canary}).failure.empty()) return true;
  return false;
}

TEST(Sim, ARelayThatSwapsEntriesIsFoundOut) { EXPECT_TRUE(is_found_out(Canary::kSwapsEntries)); }
TEST(Sim, ARelayThatForgetsIsFoundOut) { EXPECT_TRUE(is_found_out(Canary::kForgetsEntries)); }
TEST(Sim, AViewThatLosesAMessageIsFoundOut) { EXPECT_TRUE(is_found_out(Canary::kBreaksFold)); }

}  // namespace
}  // namespace homeward::sim
