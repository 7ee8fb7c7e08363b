// A hostile member's reports: whatever is folded is kept whole, counted within its own figures, and leaves
// with the group.
#include "domain/tallies/tallies.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  MemoryRows rows;
  tallies::State state;
  const GroupKey group{};
  const uint16_t kind = tallies::kFirstKind + data[0] % 3;
  const BytesView body(data + 1, size - 1);
  // A report to withdraw or correct: its author is all zeros, as is its id.
  const Context first{rows, group, {}, false, AuthorRole::kMember, {1, 1}};
  const Bytes known = tallies::encode(tallies::Report{
      .text = "x", .from = 19'000, .until = 19'006, .figures = {{tallies::Counted::kHome, 3}}});
  HW_ASSERT(state.fold(first, {{}, tallies::kReportKind, {}, known}));
  const Context second{rows, group, Author::from(Bytes(32, 1)), false, AuthorRole::kOrganizer, {1, 2}};
  if (state.fold(second, {{}, kind, {}, body})) {
    const auto kept = tallies::reports(rows, group);
    for (const auto by : {tallies::By::kUnit, tallies::By::kRegion, tallies::By::kMonth}) {
      const tallies::Table table = tallies::tabulate({}, kept, {.by = by});
      for (const tallies::Count& cell : table.total.cells) HW_ASSERT(cell.at_least <= cell.at_most);
      for (const tallies::Row& row : table.rows) HW_ASSERT(row.men.at_most <= table.total.men.at_most);
    }
    MemoryRows other;
    HW_ASSERT(state.restore(other, group, state.snapshot(rows, group)).ok());
    HW_ASSERT(rows == other);
  }
  state.forget(rows, group);
  HW_ASSERT(rows.size() == 0);
  (void)state.restore(rows, group, body);
  return 0;
}
