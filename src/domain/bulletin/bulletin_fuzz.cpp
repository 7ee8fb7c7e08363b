// A hostile member's events about bulletins: whatever is folded is read back, no draft becomes a bulletin by
// her word alone, and everything leaves with the group.
#include "domain/bulletin/bulletin.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  MemoryRows rows;
  bulletin::State state;
  const GroupKey group{};
  const uint16_t kind = bulletin::kFirstKind + data[0] % 7;
  const auto role = static_cast<AuthorRole>(1 + data[0] / 7 % 3);
  const BytesView body(data + 1, size - 1);
  // What can be approved, agreed to or taken back: its author and ids are all zeros.
  const Context first{rows, group, {}, false, AuthorRole::kOrganizer, {1, 1}};
  HW_ASSERT(state.fold(first, {{},
                               bulletin::kStatementKind,
                               {},
                               bulletin::encode(bulletin::Statement{Author::from(Bytes(32, 1)), "x", "y"})}));
  const bulletin::Table table{{"RU-BU"}, {"2022-07"}, {9}};
  const bulletin::Draft draft{.losses = table, .others = table, .tallies = table};
  const Context next{rows, group, {}, false, AuthorRole::kOrganizer, {1, 2}};
  HW_ASSERT(state.fold(next, {{}, bulletin::kDraftKind, {}, bulletin::encode(draft)}));
  const Context hostile{rows, group, Author::from(Bytes(32, 1)), false, role, {1, 3}};
  if (state.fold(hostile, {{}, kind, {}, body})) {
    HW_ASSERT(bulletin::bulletins(rows, group).empty());
    HW_ASSERT(!bulletin::statements(rows, group).empty() && !bulletin::drafts(rows, group).empty());
    MemoryRows other;
    HW_ASSERT(state.restore(other, group, state.snapshot(rows, group)).ok());
    HW_ASSERT(rows == other);
  }
  state.forget(rows, group);
  HW_ASSERT(rows.size() == 0);
  (void)state.restore(rows, group, body);
  return 0;
}
