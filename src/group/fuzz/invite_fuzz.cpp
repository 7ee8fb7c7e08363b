// Any text as an invite link, any bytes as a join request: what reads as a link is written the same again.
#include "base/text.h"
#include "group/invite.h"
#include "group/rules.h"

using namespace homeward;
using namespace homeward::group;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BytesView bytes{data, size};
  if (const auto link = decode_link(text_of(bytes)); link.ok()) {
    const auto again = decode_link(encode_link(*link));
    HW_ASSERT(again.ok() && *again == *link);
    (void)words_of(Hash{}, kRequestWords);
  }
  static SeededRandom random(1);
  static const KeyPair key = group_suite().generate_hpke_key_pair(random);
  (void)open_request(wire::QueueId{}, key, bytes);

  // Past the seals: the request itself.
  Reader in(bytes);
  const Candidate candidate = decode_candidate(in);
  if (in.finish().ok()) {
    Writer out;
    encode(out, candidate);
    HW_ASSERT(equal(out.view(), bytes));
    (void)check_candidate(candidate, {});
  }
  return 0;
}
