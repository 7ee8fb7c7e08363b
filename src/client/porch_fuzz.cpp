// Any bytes as the content of a note: what reads is written the same.
#include "client/porch.h"

using namespace homeward;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BytesView bytes{data, size};
  if (const auto note = client::decode_note(bytes)) HW_ASSERT(equal(client::encode(*note), bytes));
  return 0;
}
