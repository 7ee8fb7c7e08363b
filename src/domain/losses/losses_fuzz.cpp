// A hostile member's events in the register: whatever is folded counts nobody twice, is the same from a
// snapshot, and leaves with the group.
#include "domain/losses/losses.h"

using namespace homeward;
using namespace homeward::domain;

namespace {

losses::Source source(const char* publisher) {
  losses::Source out;
  out.publisher = publisher;
  out.link = "https://example.org/1";
  out.facts.region = "RU-BU";
  out.facts.state = losses::LossState::kKilled;
  return out;
}

// Two records, a list and a claim, all of an author and ids of zeros and ones, so that inputs can name them.
void fold_known(losses::State& state, const Context& context) {
  losses::RecordsAdded records;
  records.records = {{.open_names = {}, .sources = {source("a")}},
                     {.open_names = {}, .sources = {source("b")}}};
  HW_ASSERT(state.fold(context, {{}, losses::kRecordsAdded, {}, losses::encode(records)}));
  losses::ListAdded list;
  list.source = source("c");
  list.source.facts = {};
  list.rows = {{.region = "RU-BU", .month = 630, .category = std::nullopt, .men = 3}};
  Context second = context;
  second.place = {1, 2};
  HW_ASSERT(state.fold(second, {EventKey::from(Bytes(16, 1)), losses::kListAdded, {}, losses::encode(list)}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  MemoryRows rows;
  losses::State state;
  const GroupKey group{};
  const uint16_t kind = losses::kFirstKind + data[0] % 11;
  const auto role = static_cast<AuthorRole>(data[1] % 3 + 1);
  const BytesView body(data + 2, size - 2);
  fold_known(state, {rows, group, {}, false, AuthorRole::kOrganizer, {1, 1}});
  const Context hostile{rows, group, Author::from(Bytes(32, 1)), false, role, {1, 3}};
  if (state.fold(hostile, {{}, kind, {}, body})) {
    for (const auto by : {losses::By::kRegion, losses::By::kMonth, losses::By::kState, losses::By::kUnit}) {
      const losses::Table table = losses::tabulate(rows, group, {.by = by, .also_by = losses::By::kCategory});
      HW_ASSERT(table.total.count.at_least <= table.total.count.at_most);
      for (const losses::Row& row : table.rows) {
        HW_ASSERT(row.count.at_least <= row.count.at_most);
        HW_ASSERT(row.count.confirmed <= row.count.records && row.count.records <= row.count.records_most);
      }
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
