// A file of articles from a stranger: what reads is written back as it was, and a snapshot from a stranger
// ends well too.
#include "domain/guidance/guidance.h"

using namespace homeward;
using namespace homeward::domain;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static words::Analyzer analyzer;
  const BytesView in(data, size);
  if (const auto file = guidance::decode_file(in); file.ok()) {
    HW_ASSERT(guidance::encode_file(*file) == copy_of(in));
    for (const guidance::Signed& one : *file) {
      const auto statement = guidance::decode_statement(one.statement);
      HW_ASSERT(statement.ok());
      HW_ASSERT(guidance::decode_statement(guidance::encode(*statement)).ok());
    }
  }
  MemoryRows rows;
  guidance::State state(analyzer);
  if (state.restore(rows, {}, in).ok()) HW_ASSERT(state.snapshot(rows, {}).size() <= in.size());
  return 0;
}
