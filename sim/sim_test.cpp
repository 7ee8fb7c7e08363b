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

// A check that never fails says nothing: each of these worlds must be found out in some of the
// seeds, by the check whose words these are.
bool is_found_out(Canary canary, std::string_view words = {}) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const std::string failure = run({.seed = seed, .canary = canary}).failure;
    if (!failure.empty() && failure.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(Sim, ARelayThatSwapsEntriesIsFoundOut) { EXPECT_TRUE(is_found_out(Canary::kSwapsEntries)); }
TEST(Sim, ARelayThatForgetsIsFoundOut) { EXPECT_TRUE(is_found_out(Canary::kForgetsEntries)); }
TEST(Sim, AViewThatLosesAMessageIsFoundOut) { EXPECT_TRUE(is_found_out(Canary::kBreaksFold)); }
TEST(Sim, AMemberWhoMakesHerselfOrganizerIsFoundOut) {
  EXPECT_TRUE(is_found_out(Canary::kCrownsOne, "are not what enough agreed to"));
}
TEST(Sim, WhatIsToldInThePorchIsFoundOut) {
  EXPECT_TRUE(is_found_out(Canary::kTellsPorch, "has what is said further in"));
}
TEST(Sim, ADeviceOnItsOwnersWordIsFoundOut) {
  EXPECT_TRUE(is_found_out(Canary::kSneaksDevice, "on its owner's word alone"));
}
TEST(Sim, AMemberWhomNobodyRemovedIsFoundOut) {
  EXPECT_TRUE(is_found_out(Canary::kOusts, "whom nobody removed who may"));
}
TEST(Sim, OneOrganizerOfTwoIsFoundOut) {
  EXPECT_TRUE(is_found_out(Canary::kObeysOne, "are not what enough agreed to"));
}

// Ada and Bor organize, Cem advises, Dan is a member.
class Enough : public ::testing::Test {
 protected:
  static group::PersonId person(uint8_t number) { return group::PersonId::from(Bytes(32, number)); }
  void SetUp() override {
    rules.policy.vouches = 3;
    rules.policy.organizers = {ada, bor};
    rules.policy.advisers = {cem};
    rules.present = {ada, bor, cem, dan};
  }
  bool is_role_given(const group::PersonId& to, group::Role role, std::set<group::PersonId> approvers) const {
    SimChange made;
    made.change.roles = {{to, role}};
    made.approvers = std::move(approvers);
    return is_enough(made, rules);
  }

  const group::PersonId ada = person(1), bor = person(2), cem = person(3), dan = person(4);
  SimGroup::Rules rules;
};

TEST_F(Enough, AreTwoOrganizersOrTheOnlyOne) {
  using enum group::Role;
  EXPECT_TRUE(is_role_given(dan, kAdviser, {ada, bor}));
  EXPECT_FALSE(is_role_given(dan, kAdviser, {ada}));
  EXPECT_FALSE(is_role_given(dan, kAdviser, {ada, cem, dan}));
  EXPECT_FALSE(is_role_given(bor, kMember, {ada}));
  rules.policy.organizers = {ada};
  EXPECT_TRUE(is_role_given(dan, kAdviser, {ada}));
  EXPECT_FALSE(is_role_given(dan, kAdviser, {bor, cem, dan}));
}

TEST_F(Enough, IsSheWhoseOwnRoleGoesDown) {
  using enum group::Role;
  EXPECT_TRUE(is_role_given(bor, kAdviser, {bor}));
  EXPECT_TRUE(is_role_given(bor, kMember, {bor}));
  EXPECT_TRUE(is_role_given(cem, kMember, {cem}));
  EXPECT_FALSE(is_role_given(cem, kAdviser, {cem}));
  EXPECT_FALSE(is_role_given(cem, kOrganizer, {cem}));
  EXPECT_FALSE(is_role_given(dan, kAdviser, {dan}));
  SimChange more;
  more.change.roles = {{bor, kMember}};
  more.change.vouches = uint8_t{1};
  more.approvers = {bor};
  EXPECT_FALSE(is_enough(more, rules));
}

TEST_F(Enough, ElectOnlyAnOrganizer) {
  using enum group::Role;
  rules.policy.organizers = {};
  EXPECT_TRUE(is_role_given(dan, kOrganizer, {ada, bor, cem}));
  EXPECT_FALSE(is_role_given(dan, kOrganizer, {ada, bor}));
  EXPECT_FALSE(is_role_given(dan, kOrganizer, {ada, bor, person(9)}));
  EXPECT_FALSE(is_role_given(dan, kAdviser, {ada, bor, cem}));
  EXPECT_FALSE(is_role_given(cem, kMember, {cem}));
  rules.present = {cem, dan};
  EXPECT_TRUE(is_role_given(dan, kOrganizer, {cem, dan}));
}

}  // namespace
}  // namespace homeward::sim
