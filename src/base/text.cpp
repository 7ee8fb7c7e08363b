#include "base/text.h"

namespace homeward {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base64_value(char c) {
  const size_t at = kBase64.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// Length in bytes of the UTF-8 sequence that starts here, 0 if there is none (RFC 3629, section 4).
size_t utf8_length(BytesView s) {
  const uint8_t b0 = s[0];
  const auto tail = [&](size_t i, uint8_t low, uint8_t high) {
    return i < s.size() && s[i] >= low && s[i] <= high;
  };
  if (b0 == 0) return 0;
  if (b0 < 0x80) return 1;
  if (b0 < 0xC2) return 0;
  if (b0 < 0xE0) return tail(1, 0x80, 0xBF) ? 2 : 0;
  if (b0 < 0xF0) {
    const uint8_t low = b0 == 0xE0 ? 0xA0 : 0x80;
    const uint8_t high = b0 == 0xED ? 0x9F : 0xBF;
    return tail(1, low, high) && tail(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (b0 > 0xF4) return 0;
  const uint8_t low = b0 == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = b0 == 0xF4 ? 0x8F : 0xBF;
  return tail(1, low, high) && tail(2, 0x80, 0xBF) && tail(3, 0x80, 0xBF) ? 4 : 0;
}

}  // namespace

std::string to_hex(BytesView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t b : bytes) {
    out += kHex[b >> 4];
    out += kHex[b & 15];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return out;
}

std::string to_base64url(BytesView bytes) {
  std::string out;
  uint32_t pending = 0;
  int bits = 0;
  for (uint8_t b : bytes) {
    pending = (pending << 8) | b;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += kBase64[(pending >> bits) & 63];
    }
  }
  if (bits > 0) out += kBase64[(pending << (6 - bits)) & 63];
  return out;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  Bytes out;
  uint32_t pending = 0;
  int bits = 0;
  for (char c : text) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    pending = (pending << 6) | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<uint8_t>(pending >> bits));
    }
  }
  if ((pending & ((1u << bits) - 1)) != 0) return std::nullopt;
  return out;
}

bool is_utf8(BytesView bytes) {
  while (!bytes.empty()) {
    const size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace homeward
