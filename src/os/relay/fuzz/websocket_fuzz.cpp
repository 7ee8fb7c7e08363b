// Any bytes as what a WebSocket's peer sends: the same messages come out however the bytes are cut on their
// way, no message is over the largest, and after what is wrong nothing more is asked.
#include "base/assert.h"
#include "os/relay/websocket.h"

using namespace homeward;
using namespace homeward::os;

namespace {

constexpr size_t kMostMessage = 3'000;

struct Got {
  std::vector<std::pair<WebSocketReceiver::What, Bytes>> steps;
  bool operator==(const Got&) const = default;
};

bool is_end(WebSocketReceiver::What what) {
  return what == WebSocketReceiver::What::kWrong || what == WebSocketReceiver::What::kTooLarge;
}

// As a session does it: what was not used is kept and given again with what comes.
Got receive(BytesView all, size_t piece_bytes) {
  Got out;
  WebSocketReceiver receiver(kMostMessage);
  Bytes left;
  for (size_t at = 0; at < all.size(); at += piece_bytes) {
    append(left, all.subspan(at, std::min(piece_bytes, all.size() - at)));
    if (left.size() < receiver.wanted_bytes()) continue;
    size_t used_bytes = 0;
    while (used_bytes < left.size()) {
      const auto step = receiver.take(std::span(left).subspan(used_bytes));
      HW_ASSERT(step.used_bytes <= left.size() - used_bytes);
      HW_ASSERT(step.payload.size() <= kMostMessage);
      used_bytes += step.used_bytes;
      if (step.what != WebSocketReceiver::What::kNothing)
        out.steps.emplace_back(step.what, copy_of(step.payload));
      if (is_end(step.what)) return out;
      if (step.what == WebSocketReceiver::What::kNothing && step.used_bytes == 0) break;
    }
    left.erase(left.begin(), left.begin() + static_cast<ptrdiff_t>(used_bytes));
    HW_ASSERT(left.size() <= kMostMessage + 14);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 20'000) return 0;
  const BytesView all(data + 1, size - 1);
  HW_ASSERT(receive(all, all.size() + 1) == receive(all, size_t{data[0]} + 1));
  const std::string accept = websocket_accept({reinterpret_cast<const char*>(data), size});
  HW_ASSERT(accept.empty() || accept.size() == 28);
  return 0;
}
