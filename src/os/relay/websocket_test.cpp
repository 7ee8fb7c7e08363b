#include "os/relay/websocket.h"

#include <gtest/gtest.h>

#include "base/environment.h"
#include "os/relay/http_request.h"

namespace homeward::os {
namespace {

using What = WebSocketReceiver::What;

// A frame as a client sends it.
Bytes masked(uint8_t first, BytesView payload, std::array<uint8_t, 4> mask = {1, 2, 3, 250}) {
  Bytes out{first};
  if (payload.size() < 126) {
    out.push_back(static_cast<uint8_t>(0x80 | payload.size()));
  } else if (payload.size() < 65'536) {
    out.insert(out.end(), {0x80 | 126, static_cast<uint8_t>(payload.size() >> 8),
                           static_cast<uint8_t>(payload.size() & 0xff)});
  } else {
    out.insert(out.end(), {0x80 | 127, 0, 0, 0, 0});
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(payload.size() >> shift));
  }
  append(out, mask);
  for (size_t i = 0; i < payload.size(); ++i) out.push_back(payload[i] ^ mask[i % 4]);
  return out;
}

TEST(WebSocket, AcceptsTheKeyOfTheStandardsExample) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(websocket_accept(""), "");
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ="), "");
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25j\r\n=="), "");
}

TEST(WebSocket, FramesOfEverySizeComeBackWhole) {
  SeededRandom random(1);
  for (const size_t size : {0u, 1u, 125u, 126u, 127u, 65'535u, 65'536u, 262'400u}) {
    const Bytes payload = random.bytes(size);
    Bytes frame = masked(0x82, payload);
    WebSocketReceiver receiver(300'000);
    for (const size_t part : {size_t{0}, size_t{1}, frame.size() / 2, frame.size() - 1}) {
      Bytes cut(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(part));
      EXPECT_EQ(receiver.take(cut).used_bytes, 0u);
    }
    Bytes twice = frame;
    append(twice, frame);
    const auto step = receiver.take(twice);
    EXPECT_EQ(step.what, What::kBinary);
    EXPECT_EQ(step.used_bytes, frame.size());
    EXPECT_TRUE(equal(step.payload, payload));
    const Bytes ours = websocket_frame(Opcode::kBinary, payload);
    EXPECT_EQ(ours.size(), frame.size() - 4);
    EXPECT_EQ(ours[1] & 0x80, 0);
  }
}

TEST(WebSocket, FragmentsMakeOneMessageWithControlsBetween) {
  WebSocketReceiver receiver(100);
  Bytes all = masked(0x02, Bytes{1, 2});
  append(all, masked(0x89, Bytes{7}));
  append(all, masked(0x00, Bytes{3}));
  append(all, masked(0x80, Bytes{4}));
  append(all, masked(0x81, Bytes{'t'}));
  std::vector<std::pair<What, Bytes>> got;
  for (size_t at = 0; at < all.size();) {
    const auto step = receiver.take(std::span(all).subspan(at));
    at += step.used_bytes;
    if (step.what != What::kNothing) got.emplace_back(step.what, copy_of(step.payload));
  }
  const std::vector<std::pair<What, Bytes>> wanted = {
      {What::kPing, {7}}, {What::kBinary, {1, 2, 3, 4}}, {What::kText, {'t'}}};
  EXPECT_EQ(got, wanted);
}

What what_of(Bytes bytes, size_t most = 100) { return WebSocketReceiver(most).take(bytes).what; }

TEST(WebSocket, WhatTheStandardForbidsIsWrong) {
  EXPECT_EQ(what_of(Bytes{0x82, 0x01, 5}), What::kWrong) << "not masked";
  EXPECT_EQ(what_of(masked(0xC2, Bytes{1})), What::kWrong) << "a bit of an extension";
  EXPECT_EQ(what_of(masked(0x83, Bytes{1})), What::kWrong) << "an unknown opcode";
  EXPECT_EQ(what_of(masked(0x80, Bytes{1})), What::kWrong) << "goes on with nothing";
  EXPECT_EQ(what_of(masked(0x09, Bytes{1})), What::kWrong) << "a ping in fragments";
  EXPECT_EQ(what_of(masked(0x89, Bytes(126))), What::kWrong) << "too long a ping";
  EXPECT_EQ(what_of(masked(0x88, Bytes{3})), What::kWrong) << "half a code";
  EXPECT_EQ(what_of(masked(0x88, {})), What::kClose);
  EXPECT_EQ(what_of(Bytes{0x82, 0xFE, 0, 5, 1, 1, 1, 1}), What::kWrong) << "longer than the shortest form";
  EXPECT_EQ(what_of(masked(0x82, Bytes(101))), What::kTooLarge);
  EXPECT_EQ(what_of(Bytes{0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 1, 1}),
            What::kTooLarge);
  WebSocketReceiver receiver(100);
  Bytes first = masked(0x02, Bytes(60));
  Bytes second = masked(0x80, Bytes(41));
  Bytes new_one = masked(0x82, Bytes(1));
  EXPECT_EQ(receiver.take(first).what, What::kNothing);
  EXPECT_EQ(receiver.take(second).what, What::kTooLarge) << "fragments count together";
  EXPECT_EQ(receiver.take(new_one).what, What::kWrong) << "a new message inside another";
}

TEST(HttpRequest, ARequestIsTakenInPiecesAndWhatFollowsIsLeft) {
  const std::string text =
      "POST /v1/call HTTP/1.1\r\nHost: r\r\nAuthorization: Bearer k\r\nContent-Length: 3\r\n\r\nabcGET";
  for (size_t cut = 0; cut + 3 < text.size(); ++cut) {
    HttpRequestReader reader(10);
    const size_t used = reader.take(view_of(text).first(cut));
    const size_t rest = reader.take(view_of(text).subspan(used));
    ASSERT_EQ(reader.stage(), HttpRequestReader::Stage::kWhole) << cut;
    EXPECT_EQ(used + rest, text.size() - 3);
    EXPECT_TRUE(reader.is_post());
    EXPECT_EQ(reader.target(), "/v1/call");
    EXPECT_EQ(reader.field("authorization"), "Bearer k");
    EXPECT_EQ(text_of(reader.body()), "abc");
    EXPECT_TRUE(reader.keeps_alive());
  }
}

TEST(HttpRequest, WhatIsTooMuchOrEncodedIsRefusedEarly) {
  const auto status = [](const std::string& text) {
    HttpRequestReader reader(10);
    reader.take(view_of(text));
    return reader.stage() == HttpRequestReader::Stage::kWrong ? reader.problem().status : 0;
  };
  EXPECT_EQ(status("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n"), 413);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n"),
            413);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"), 415);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nX: " + std::string(kMostHeadBytes, 'x')), 431);
  EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\n\r\n"), 0);
}

}  // namespace
}  // namespace homeward::os
