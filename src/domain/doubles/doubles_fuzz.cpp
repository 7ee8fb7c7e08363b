// A hostile member's keys, fingerprints and answers, beside two cases: he joins nothing alone, and what he
// did goes with the case.
#include "domain/cases/cases.h"
#include "domain/doubles/doubles.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static words::Analyzer analyzer;
  if (size < 1) return 0;
  MemoryRows rows;
  const GroupKey group{};
  const Author him{}, her = Author::from(Bytes(32, 1));
  uint64_t number = 0;
  const auto context = [&](const Author& author) {
    return Context{rows, group, author, false, AuthorRole::kMember, {1, ++number}};
  };
  cases::State of_cases(analyzer);
  cases::Opened opened;
  opened.card.label = "x";
  const Bytes body = cases::encode(opened);
  for (const Author& author : {him, her}) of_cases.fold(context(author), {{}, cases::kOpened, {}, body});
  const Ref his_case = ref_of(him, {}), her_case = ref_of(her, {});
  const MemoryRows before = rows;

  doubles::State state;
  (void)state.fold(
      context(her),
      {{}, doubles::kAnswerKind, {}, doubles::encode(doubles::Answer{her_case, his_case, false})});
  const uint16_t kind = doubles::kFirstKind + data[0] % 4;
  (void)state.fold(context(him), {{}, kind, {}, BytesView(data + 1, size - 1)});
  HW_ASSERT(doubles::joined(rows, group).empty());
  for (const Ref& one : {his_case, her_case})
    (void)doubles::pairs_of(rows, group, author_of(one), std::span(&one, 1));
  MemoryRows other = before;
  HW_ASSERT(state.restore(other, group, state.snapshot(rows, group)).ok());
  HW_ASSERT(doubles::key(other, group) == doubles::key(rows, group));
  state.forget_case(rows, group, his_case);
  HW_ASSERT(!doubles::fingerprints_of(rows, group, his_case));
  state.forget(rows, group);
  HW_ASSERT(rows == before);
  (void)state.restore(rows, group, BytesView(data + 1, size - 1));
  return 0;
}
