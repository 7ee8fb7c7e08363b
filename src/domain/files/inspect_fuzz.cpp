// Any bytes as a file, with and without the beginnings that parsers wait for: each is walked to its end, the
// findings are in order, and a picture that is called clean has only what a picture needs.
#include "base/assert.h"
#include "domain/files/inspect.h"

using namespace homeward;
using namespace homeward::domain::files;

namespace {

void check(BytesView file) {
  const Findings findings = inspect(file);
  HW_ASSERT(std::ranges::is_sorted(findings.reveals));
  HW_ASSERT(std::ranges::adjacent_find(findings.reveals) == findings.reveals.end());
  if (!is_clean_picture(findings)) return;
  // What is appended to a clean picture is seen.
  Bytes longer = copy_of(file);
  longer.push_back(0x55);
  HW_ASSERT(!is_clean_picture(inspect(longer)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BytesView file{data, size};
  check(file);
  for (const std::string_view head : {"\xFF\xD8\xFF", "\x89PNG\r\n\x1A\n", "RIFF\xFF\0\0\0WEBP"}) {
    Bytes with = copy_of(view_of(head));
    append(with, file);
    check(with);
  }
  return 0;
}
