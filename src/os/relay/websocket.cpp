#include "os/relay/websocket.h"

#include <openssl/evp.h>

#include <cstring>

#include "base/assert.h"

namespace homeward::os {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kMostControlBytes = 125;  // section 5.5

bool is_control(Opcode opcode) { return (static_cast<uint8_t>(opcode) & 8) != 0; }

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

bool is_base64_of_16_bytes(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  for (const char c : key.substr(0, 22)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_letter && c != '+' && c != '/') return false;
  }
  return true;
}

void unmask(std::span<uint8_t> payload, const std::array<uint8_t, 4>& mask) {
  uint64_t wide = 0;
  for (size_t i = 0; i < 8; ++i) std::memcpy(reinterpret_cast<uint8_t*>(&wide) + i, &mask[i % 4], 1);
  size_t at = 0;
  for (; at + 8 <= payload.size(); at += 8) {
    uint64_t eight = 0;
    std::memcpy(&eight, payload.data() + at, 8);
    eight ^= wide;
    std::memcpy(payload.data() + at, &eight, 8);
  }
  for (; at < payload.size(); ++at) payload[at] ^= mask[at % 4];
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  if (!is_base64_of_16_bytes(key)) return {};
  std::string both(key);
  both += kGuid;
  std::array<uint8_t, 20> digest{};
  const bool is_hashed =
      EVP_Digest(both.data(), both.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1;
  HW_ASSERT(is_hashed);
  std::array<uint8_t, 29> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {text.begin(), text.begin() + size};
}

Bytes websocket_frame_head(Opcode opcode, size_t payload_bytes) {
  Bytes out;
  out.reserve(10);
  out.push_back(0x80 | static_cast<uint8_t>(opcode));
  const size_t length_bytes = payload_bytes < 126 ? 0 : payload_bytes < 65'536 ? 2 : 8;
  out.push_back(static_cast<uint8_t>(length_bytes == 0 ? payload_bytes : length_bytes == 2 ? 126 : 127));
  for (size_t i = length_bytes; i > 0; --i)
    out.push_back(static_cast<uint8_t>(payload_bytes >> (8 * (i - 1))));
  return out;
}

Bytes websocket_frame(Opcode opcode, BytesView payload) {
  Bytes out = websocket_frame_head(opcode, payload.size());
  out.reserve(out.size() + payload.size());
  append(out, payload);
  return out;
}

Bytes websocket_close_frame(CloseCode code) {
  const auto number = static_cast<uint16_t>(code);
  return websocket_frame(Opcode::kClose,
                         Bytes{static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number & 0xff)});
}

bool WebSocketReceiver::read_head(BytesView received, Head& head, What& wrong) const {
  if (received.size() < 2) return false;
  const bool has_mask = (received[1] & 0x80) != 0;
  const uint8_t short_length = received[1] & 0x7f;
  head.is_final = (received[0] & 0x80) != 0;
  head.opcode = static_cast<Opcode>(received[0] & 0x0f);
  const bool is_data_out_of_turn =
      !is_control(head.opcode) && is_in_message_ != (head.opcode == Opcode::kContinuation);
  if ((received[0] & 0x70) != 0 || !is_known(received[0] & 0x0f) || !has_mask || is_data_out_of_turn ||
      (is_control(head.opcode) && (!head.is_final || short_length > kMostControlBytes))) {
    wrong = What::kWrong;
    return false;
  }
  const size_t length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
  head.head_bytes = 2 + length_bytes + head.mask.size();
  if (received.size() < head.head_bytes) return false;
  uint64_t size = short_length;
  if (length_bytes > 0) size = 0;
  for (size_t i = 0; i < length_bytes; ++i) size = size << 8 | received[2 + i];
  const bool is_shortest = length_bytes == 0 || (length_bytes == 2 ? size >= 126 : size >= 65'536);
  if (!is_shortest) {
    wrong = What::kWrong;
    return false;
  }
  const size_t so_far_bytes = is_in_message_ ? message_.size() : 0;
  if (!is_control(head.opcode) && size > most_message_bytes_ - so_far_bytes) {
    wrong = What::kTooLarge;
    return false;
  }
  head.payload_bytes = static_cast<size_t>(size);
  std::memcpy(head.mask.data(), received.data() + 2 + length_bytes, head.mask.size());
  return true;
}

WebSocketReceiver::Step WebSocketReceiver::take(std::span<uint8_t> received) {
  if (gave_message_) {
    gave_message_ = false;
    Bytes().swap(message_);
  }
  wanted_bytes_ = 0;
  Head head;
  What wrong = What::kNothing;
  if (!read_head(received, head, wrong)) return {.what = wrong};
  const size_t used_bytes = head.head_bytes + head.payload_bytes;
  if (received.size() < used_bytes) {
    wanted_bytes_ = used_bytes;
    return {};
  }
  const std::span<uint8_t> payload = received.subspan(head.head_bytes, head.payload_bytes);
  unmask(payload, head.mask);
  return is_control(head.opcode) ? take_control(head, payload, used_bytes)
                                 : take_data(head, payload, used_bytes);
}

WebSocketReceiver::Step WebSocketReceiver::take_control(const Head& head, BytesView payload,
                                                        size_t used_bytes) {
  switch (head.opcode) {
    case Opcode::kPing:
      return {What::kPing, used_bytes, payload};
    case Opcode::kPong:
      return {What::kPong, used_bytes, payload};
    default:
      // A close has no payload or begins with a code.
      return {payload.size() == 1 ? What::kWrong : What::kClose, used_bytes, payload};
  }
}

WebSocketReceiver::Step WebSocketReceiver::take_data(const Head& head, BytesView payload, size_t used_bytes) {
  if (!is_in_message_) is_text_ = head.opcode == Opcode::kText;
  const What message = is_text_ ? What::kText : What::kBinary;
  if (head.is_final && !is_in_message_) return {message, used_bytes, payload};
  append(message_, payload);
  is_in_message_ = !head.is_final;
  if (is_in_message_) return {What::kNothing, used_bytes, {}};
  gave_message_ = true;
  return {message, used_bytes, message_};
}

}  // namespace homeward::os
