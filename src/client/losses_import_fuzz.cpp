// Any bytes as a file to import: a problem with a place in it, or rows that the register's own rules accept.
#include "client/losses_import.h"

using namespace homeward;
using namespace homeward::client;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view csv(reinterpret_cast<const char*>(data), size);
  const auto read =
      read_import(csv, {.publisher = "p", .link = {}, .date = "2022-07", .names_are_public = false});
  if (!read.ok()) {
    HW_ASSERT(!read.problem().expected.empty());
    return 0;
  }
  const Import& import = *read;
  for (const NewLoss& loss : import.people) {
    HW_ASSERT(domain::losses::check(loss.record.sources.at(0)).ok());
    HW_ASSERT(loss.sealed.names.size() <= 1);
  }
  for (const auto& claim : import.claims) HW_ASSERT(domain::losses::check(claim).ok());
  if (import.kind == ImportKind::kCounts && !import.list.rows.empty())
    HW_ASSERT(domain::losses::check(import.list).ok());
  return 0;
}
