// Rolls kept as they were written down, and nothing of a body that does not read.
#include "domain/rolls/rolls.h"

#include <gtest/gtest.h>

namespace homeward::domain::rolls {
namespace {

RollNoted example() {
  RollNoted roll;
  roll.when = {.precision = cases::Precision::kExact, .day = cases::Day{19'180}, .minute = 600};
  roll.unit = "11 бригада";
  roll.caller = {1, 2, 3};
  roll.lines.resize(14);
  for (uint8_t i = 0; i < 14; ++i) roll.lines[i].case_ref.data[0] = i;
  roll.lines[3].new_case = true;
  return roll;
}

TEST(Rolls, FoldsReadsBackAndForgets) {
  MemoryRows rows;
  const GroupKey group{};
  State state;
  const auto say = [&](uint8_t author, uint64_t number, BytesView body) {
    Author who;
    who.data[0] = author;
    return state.fold({rows, group, who, false, AuthorRole::kMember, {1, number}},
                      {{}, kRollKind, Instant{5}, body});
  };
  EXPECT_TRUE(say(1, 1, encode(example())));
  EXPECT_FALSE(say(1, 2, encode(example()))) << "the same event twice";
  EXPECT_TRUE(say(2, 3, encode(example())));
  EXPECT_FALSE(say(3, 4, view_of("x")));
  const auto all = rolls(rows, group);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].author().data[0], 2);
  EXPECT_EQ(all[0].said, example());
  EXPECT_EQ(roll(rows, group, all[1].id)->said, example());
  MemoryRows other;
  ASSERT_TRUE(state.restore(other, group, state.snapshot(rows, group)).ok());
  EXPECT_EQ(rows, other);
  state.forget(rows, group);
  EXPECT_EQ(rows.size(), 0u);
}

TEST(Rolls, ChecksLines) {
  RollNoted roll = example();
  roll.lines.clear();
  EXPECT_FALSE(check(roll).ok());
  roll.lines.resize(kMostLines + 1);
  EXPECT_FALSE(check(roll).ok());
  roll.lines.resize(kMostLines);
  EXPECT_TRUE(check(roll).ok());
}

}  // namespace
}  // namespace homeward::domain::rolls
