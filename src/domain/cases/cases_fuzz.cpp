// A hostile member's events about cases: whatever is folded, the queries read it back, and the shared state
// that follows restores to the very same rows.
//
// Input: events of {u8 kind, u8 author, u16 length, body}; a body that names a case is made to name
// one that exists.
#include "codec/codec.h"
#include "domain/cases/cases.h"

using namespace homeward;
using namespace homeward::domain;

namespace {

const Ref* last_case(const std::vector<Ref>& known) { return known.empty() ? nullptr : &known.back(); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static words::Analyzer analyzer;
  MemoryRows rows;
  cases::State state(analyzer);
  const GroupKey group{};
  Reader in(BytesView(data, size));
  Place place{1, 0};
  std::vector<Ref> known;
  while (!in.empty() && place.number < 40) {
    const auto kind = static_cast<uint16_t>(cases::kFirstKind + in.u8() % 11);
    const Author author{{static_cast<uint8_t>(in.u8() % 3)}};
    Bytes body = copy_of(in.raw(std::min<size_t>(in.u16(), in.left())));
    if (kind != cases::kOpened && body.size() >= Ref::kSize && last_case(known) != nullptr)
      std::ranges::copy(last_case(known)->view(), body.begin());
    ++place.number;
    const EventKey id{{static_cast<uint8_t>(place.number)}};
    state.fold({rows, group, author, false, AuthorRole::kMember, place}, {id, kind, Instant{0}, body});
    if (cases::find(rows, group, ref_of(author, id))) known.push_back(ref_of(author, id));
  }
  cases::for_each(rows, group, [&](const cases::CaseRow& row) {
    const cases::Parts parts = cases::parts(rows, group, row);
    HW_ASSERT(parts.entries.size() == row.entries);
    cases::deadlines(parts);
    cases::silence_of(row, cases::Day{19'000});
    return true;
  });
  const cases::Page page = cases::list(rows, group, analyzer, {}, {.limit = 100, .after = {}});
  HW_ASSERT(page.cases.size() == page.total);
  cases::kRefused.forget(rows, group);
  MemoryRows other;
  HW_ASSERT(state.restore(other, group, state.snapshot(rows, group)).ok());
  HW_ASSERT(other == rows);
  return 0;
}
