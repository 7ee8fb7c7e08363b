// A hostile member's rolls: what is kept reads back and encodes to what another device would read.
#include "domain/rolls/rolls.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  MemoryRows rows;
  rolls::State state;
  const GroupKey group{};
  const Context context{rows, group, {}, false, AuthorRole::kMember, {1, 1}};
  if (state.fold(context, {{}, rolls::kRollKind, {}, BytesView(data, size)})) {
    const auto kept = rolls::rolls(rows, group);
    HW_ASSERT(kept.size() == 1);
    HW_ASSERT(*rolls::decode_roll(rolls::encode(kept[0].said)) == kept[0].said);
    HW_ASSERT(rolls::roll(rows, group, kept[0].id)->said == kept[0].said);
  }
  state.forget(rows, group);
  HW_ASSERT(rows.size() == 0);
  return 0;
}
