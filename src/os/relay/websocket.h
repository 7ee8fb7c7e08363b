// The server's side of a WebSocket (RFC 6455), without sockets: bytes in, messages out. No extension, no
// subprotocol. What the relay sends is never masked, what it takes always is.
//
// Memory is bounded by the largest message that was named; a frame that announces more is wrong before its
// payload is read.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace homeward::os {

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2). Empty if that is none: the base64 of 16
// bytes.
std::string websocket_accept(std::string_view key);

enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
// Why a connection is closed (section 7.4.1).
enum class CloseCode : uint16_t {
  kGoingAway = 1001,
  kProtocolError = 1002,
  kPolicy = 1008,
  kTooLarge = 1009,
};

// What comes before the payload of a frame as the server sends it.
Bytes websocket_frame_head(Opcode opcode, size_t payload_bytes);
// A whole frame.
Bytes websocket_frame(Opcode opcode, BytesView payload);
Bytes websocket_close_frame(CloseCode code);

class WebSocketReceiver {
 public:
  explicit WebSocketReceiver(size_t most_message_bytes) : most_message_bytes_(most_message_bytes) {}

  enum class What : uint8_t {
    kNothing,  // a frame's end is yet to come
    kBinary,   // `payload` is a message
    kText,     // likewise
    kPing,     // `payload` is to be sent back
    kPong,
    kClose,     // the peer ends it
    kWrong,     // not RFC 6455; nothing further is to be given
    kTooLarge,  // likewise: a message over the largest
  };
  struct Step {
    What what = What::kNothing;
    size_t used_bytes = 0;  // of what was given; may be some even where nothing has come of it
    BytesView payload;      // lies in what was given, or here until the next call
  };
  // The next step from `received`, which is what came and was not used yet, from its first byte on. Payloads
  // are unmasked where they lie.
  Step take(std::span<uint8_t> received);
  // How many bytes of `received` at least are needed for the next step; 0 while that is not known.
  size_t wanted_bytes() const { return wanted_bytes_; }

 private:
  struct Head {
    bool is_final = false;
    Opcode opcode = Opcode::kBinary;
    size_t head_bytes = 0;
    size_t payload_bytes = 0;
    std::array<uint8_t, 4> mask{};
  };
  // Whether there is a whole head; `wrong` says what is wrong with it, if anything is.
  bool read_head(BytesView received, Head& head, What& wrong) const;
  Step take_control(const Head& head, BytesView payload, size_t used_bytes);
  Step take_data(const Head& head, BytesView payload, size_t used_bytes);

  const size_t most_message_bytes_;
  size_t wanted_bytes_ = 0;
  bool is_in_message_ = false;  // after a fragment that is not its message's last
  bool is_text_ = false;
  bool gave_message_ = false;  // `message_` was given out
  Bytes message_;              // fragments so far
};

}  // namespace homeward::os
