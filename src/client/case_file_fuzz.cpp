// A file that somebody hands over, and its content once it is open: what reads is written again as it was.
#include "client/case_files.h"

using namespace homeward;
using namespace homeward::client;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BytesView input(data, size);
  // The checksum keeps nearly every change out before the passphrase is asked for.
  HW_ASSERT(!read_case_file(input, {}).ok());
  const auto carried = decode_carried(input);
  if (!carried.ok()) return 0;
  const auto again = decode_carried(encode(*carried));
  HW_ASSERT(again.ok() && *again == *carried);
  return 0;
}
