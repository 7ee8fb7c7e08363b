// Every form that arrives from outside: what decodes encodes again to the same bytes.
#include "base/assert.h"
#include "mls/framing/welcome.h"
#include "mls/tree/ratchet_tree.h"

using namespace homeward;
using namespace homeward::mls;

namespace {

template <class Decode>
void round_trip(BytesView bytes, Decode&& decode) {
  Reader in(bytes);
  const auto value = decode(in);
  if (!in.finish().ok()) return;
  Writer out;
  encode(out, value);
  HW_ASSERT(equal(out.view(), bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BytesView bytes(data, size);
  if (const auto message = decode_message(bytes); message.ok()) {
    const Bytes again = std::visit([](const auto& m) { return encode_message(m); }, *message);
    HW_ASSERT(equal(again, bytes));
  }
  round_trip(bytes, decode_commit);
  round_trip(bytes, decode_proposal);
  round_trip(bytes, decode_authenticated_content);
  round_trip(bytes, decode_group_info);
  round_trip(bytes, decode_psk_id);
  if (const auto secrets = decode_group_secrets(bytes); secrets.ok()) {
    HW_ASSERT(equal(encode_secret(*secrets).view(), bytes));
  }
  return 0;
}
