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
  const talk::Page page = talk::page(rows, group, std::nullopt, 10);
  HW_ASSERT(page.messages.size() == talk::unread(rows, group));
  for (const talk::Message& message : page.messages) {
    HW_ASSERT(talk::decode_message(talk::encode({message.text})).ok());
    if (!analyzer.query(message.text).empty() && message.text.size() < 1000)
      HW_ASSERT(talk::search(rows, analyzer, group, message.text, 10).size() == 1);
    state.remove(rows, group, message.place);
    HW_ASSERT(rows.size() <= 1);
  }
  return 0;
}
