// A hostile member's events: whatever is folded leaves rows that the queries read back, the same for a
// newcomer, and that forgetting erases. The input: {u8 kind, u16 size, body}… by an adviser and two members.
#include "domain/questions/questions.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  MemoryRows rows;
  questions::State state;
  const GroupKey group{};
  BytesView in(data, size);
  Place place{1, 0};
  while (in.size() >= 3 && place.number < 100) {
    const size_t length = std::min<size_t>(size_t{in[1]} << 8 | in[2], in.size() - 3);
    const auto kind = static_cast<uint16_t>(questions::kFirstKind + in[0] % 6);
    ++place.number;
    Author author;
    author.data[0] = in[0] >> 6;
    EventKey id;
    id.data[0] = static_cast<uint8_t>(place.number);
    const AuthorRole role = author.data[0] == 0 ? AuthorRole::kAdviser : AuthorRole::kMember;
    state.fold({rows, group, author, false, role, place}, {id, kind, {0}, in.subspan(3, length)});
    in = in.subspan(3 + length);
  }
  for (const questions::Question& one : questions::queue(rows, group, {1'000'000'000})) {
    const auto asked = questions::asked(rows, group, one);
    HW_ASSERT(asked.has_value());
    if (one.reach == questions::Reach::kEveryone)
      HW_ASSERT(questions::decode_words(asked->said.content).ok());
    for (const questions::Said& said : questions::replies(rows, group, one.ref))
      HW_ASSERT(one.reach == questions::Reach::kAdvisers || questions::decode_words(said.content).ok());
  }
  const Bytes snapshot = state.snapshot(rows, group);
  MemoryRows fresh;
  HW_ASSERT(state.restore(fresh, group, snapshot).ok());
  HW_ASSERT(state.snapshot(fresh, group) == snapshot);
  state.forget(rows, group);
  HW_ASSERT(rows.size() == 0);
  if (const auto words = questions::decode_words(BytesView(data, size)); words.ok())
    HW_ASSERT(questions::decode_words(questions::encode(*words)).ok());
  return 0;
}
