// A hostile adviser's events: whatever is folded leaves rows that the queries read back, the same for a
// newcomer, and that forgetting erases. The input: {u8 kind, u16 size, body}… by two advisers and a member.
#include "domain/guidance/guidance.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static words::Analyzer analyzer;
  MemoryRows rows;
  guidance::State state(analyzer);
  const GroupKey group{};
  BytesView in(data, size);
  Place place{1, 0};
  while (in.size() >= 3 && place.number < 40) {
    const size_t length = std::min<size_t>(size_t{in[1]} << 8 | in[2], in.size() - 3);
    const auto kind = static_cast<uint16_t>(guidance::kFirstKind + in[0] % 8);
    ++place.number;
    Author author;
    author.data[0] = in[0] >> 6;
    EventKey id;
    id.data[0] = static_cast<uint8_t>(place.number);
    const AuthorRole role = author.data[0] == 3 ? AuthorRole::kMember : AuthorRole::kAdviser;
    state.fold({rows, group, author, false, role, place}, {id, kind, {0}, in.subspan(3, length)});
    in = in.subspan(3 + length);
  }
  const guidance::Filter all{.audience = {}, .situation = {}, .with_withdrawn = true};
  const guidance::Listing listing = guidance::list(rows, group, all, 100);
  for (const guidance::Listed& one : listing.articles) {
    const auto text = guidance::statement_at(rows, group, one.card.newest.place);
    HW_ASSERT(text && guidance::decode_statement(guidance::encode(text->statement)).ok());
    HW_ASSERT(guidance::revisions(rows, group, one.card.article).size() == one.card.count);
    const auto& content = std::get<guidance::Revision>(text->statement).content;
    for (const guidance::Paper& paper : content.papers) guidance::fill(paper, content.language, {{"a", "b"}});
    guidance::search(rows, analyzer, group, one.card.title.substr(0, 100), all, 10);
  }
  guidance::open_proposals(rows, group);
  const Bytes snapshot = state.snapshot(rows, group);
  MemoryRows fresh;
  HW_ASSERT(state.restore(fresh, group, snapshot).ok());
  HW_ASSERT(state.snapshot(fresh, group) == snapshot);
  state.forget(rows, group);
  HW_ASSERT(rows.size() == 0);
  return 0;
}
