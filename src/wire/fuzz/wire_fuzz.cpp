// Any bytes as a request and as an answer: what decodes encodes to the same bytes (there is one form of each
// frame).
#include "wire/wire.h"

using namespace homeward;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BytesView frame{data, size};
  if (auto request = wire::decode_request(frame); request.ok())
    HW_ASSERT(equal(wire::encode(*request), frame));
  if (auto answer = wire::decode_answer(frame); answer.ok()) HW_ASSERT(equal(wire::encode(*answer), frame));
  return 0;
}
