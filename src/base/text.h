// Bytes as text: hexadecimal and base64url (RFC 4648, section 5, without padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace homeward {

std::string to_hex(BytesView bytes);
// Nothing if the text has an odd length or a character that is no hexadecimal digit.
std::optional<Bytes> from_hex(std::string_view text);

std::string to_base64url(BytesView bytes);
// Nothing on any character outside the alphabet, an impossible length, or bits that are not zero at the end.
std::optional<Bytes> from_base64url(std::string_view text);

// True if the bytes are well-formed UTF-8 without NUL (RFC 3629).
bool is_utf8(BytesView bytes);

}  // namespace homeward
