// Any bytes as an HTTP answer, and as requests, one after the other: what comes out is the same however the
// bytes are cut on their way, no body is over the largest, and nothing after a request's end is used.
#include "base/assert.h"
#include "os/relay/http_request.h"

using namespace homeward;
using namespace homeward::os;

namespace {

constexpr size_t kMostBody = 3'000;

struct Got {
  bool is_post = false;
  bool keeps_alive = false;
  bool is_websocket = false;
  std::string target;
  std::string authorization;
  Bytes body;
  int problem = 0;
  bool operator==(const Got&) const = default;
};

Got result_of(const HttpRequestReader& reader) {
  if (reader.stage() == HttpRequestReader::Stage::kWrong) {
    HW_ASSERT(reader.problem().status >= 400 && *reader.problem().words != 0);
    return {.problem = reader.problem().status};
  }
  HW_ASSERT(reader.body().size() <= kMostBody);
  HW_ASSERT(!reader.has("Content-Encoding"));
  return {.is_post = reader.is_post(),
          .keeps_alive = reader.keeps_alive(),
          .is_websocket = reader.is_websocket(),
          .target = std::string(reader.target()),
          .authorization = std::string(reader.field("Authorization")),
          .body = copy_of(reader.body())};
}

std::vector<Got> receive(BytesView all, size_t piece_bytes) {
  std::vector<Got> out;
  auto reader = std::make_unique<HttpRequestReader>(kMostBody);
  Bytes left;
  for (size_t at = 0; at < all.size(); at += piece_bytes) {
    append(left, all.subspan(at, std::min(piece_bytes, all.size() - at)));
    for (;;) {
      const size_t used_bytes = reader->take(left);
      HW_ASSERT(used_bytes <= left.size());
      left.erase(left.begin(), left.begin() + static_cast<ptrdiff_t>(used_bytes));
      const auto stage = reader->stage();
      const bool is_wrong = stage == HttpRequestReader::Stage::kWrong;
      if (is_wrong || stage == HttpRequestReader::Stage::kWhole) {
        out.push_back(result_of(*reader));
        if (is_wrong || out.size() > 100) return out;
        reader = std::make_unique<HttpRequestReader>(kMostBody);
      } else if (used_bytes == 0 || left.empty()) {
        break;
      }
    }
    HW_ASSERT(left.size() <= kMostHeadBytes + piece_bytes);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 20'000) return 0;
  const BytesView all(data + 1, size - 1);
  HttpAnswerReader answer(kMostBody);
  size_t used_bytes = 0;
  for (size_t step = 1; used_bytes < all.size() && step > 0 && !answer.is_whole() && !answer.is_wrong();) {
    step = answer.take(all.subspan(used_bytes));
    used_bytes += step;
  }
  HW_ASSERT(!answer.is_whole() || answer.take_body().size() <= kMostBody);
  const std::vector<Got> whole = receive(all, all.size() + 1);
  const std::vector<Got> cut = receive(all, size_t{data[0]} + 1);
  // Where a head is too long and also wrong, it depends on the cut which of the two is seen first.
  HW_ASSERT(whole.size() == cut.size());
  for (size_t i = 0; i < whole.size(); ++i)
    HW_ASSERT(whole[i] == cut[i] || (whole[i].problem != 0 && cut[i].problem != 0));
  return 0;
}
