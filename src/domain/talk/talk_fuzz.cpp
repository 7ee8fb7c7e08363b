// A hostile member's events: whatever is folded leaves rows that the queries read back and that removal
// erases.
#include "domain/talk/talk.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static words::Analyzer analyzer;
  if (size < 1) return 0;
  MemoryRows rows;
  talk::State state(analyzer);
  const GroupKey group{};
  const Context context{rows, group, {}, false, AuthorRole::kMember, {1, 1}};
  state.fold(context, {{}, talk::kMessageKind, {}, BytesView(data, size)});
  for (uint16_t kind = talk::kEditedKind; kind <= talk::kUnpinnedKind; ++kind)
    state.fold({rows, group, {}, false, AuthorRole::kOrganizer, {1, uint64_t{2} + kind}},
               {{}, kind, {}, BytesView(data, size)});
  MemoryRows again;
  HW_ASSERT(state.restore(again, group, state.snapshot(rows, group)).ok());
  (void)state.restore(again, group, BytesView(data, size));
  const talk::Page page = talk::page(rows, group, std::nullopt, 10);
  const auto there = std::ranges::count_if(page.messages, [](const auto& one) { return !one.removed_by; });
  HW_ASSERT(static_cast<uint64_t>(there) == talk::unread(rows, group));
  for (const talk::Message& message : page.messages) {
    if (!message.removed_by)
      HW_ASSERT(
          talk::decode_message(talk::encode(talk::MessageSaid{message.text, {}, {}, message.files})).ok());
    if (!analyzer.query(message.text).empty() && message.text.size() < 1000)
      HW_ASSERT(talk::search(rows, analyzer, group, message.text, 10).size() == 1);
    state.remove(rows, group, message.place);
    for (const talk::Pin& pin : talk::pins(rows, group)) HW_ASSERT(talk::check_text(pin.text).ok());
    HW_ASSERT(rows.size() <= 2);
  }
  return 0;
}
