// Files in JSON: base64 with padding (RFC 4648, section 4), as browsers read and write it.
#pragma once

#include <optional>
#include <string>

#include "base/text.h"

namespace homeward::api {

inline std::string to_base64(BytesView bytes) {
  std::string out = to_base64url(bytes);
  for (char& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

// Nothing if it does not read; padding may be left out.
inline std::optional<Bytes> from_base64(std::string text) {
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return from_base64url(text);
}

}  // namespace homeward::api
