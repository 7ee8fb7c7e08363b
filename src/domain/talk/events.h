// Talk, what can happen: a member says something.
//
// Kinds 0x0100 to 0x01FF. A body ends with a list of further fields, each with a number and a length,
// ascending: what this version does not know it skips, so that a reply from a later one is still a message to
// it.
#pragma once

#include <string>

#include "base/result.h"
#include "domain/context.h"

namespace homeward::domain::talk {

enum class TalkError : uint16_t {
  kTextEmpty = 1,  // nothing but white space
  kTextTooLong,    // over kMostTextBytes
  kTextInvalid,    // no UTF-8, or a NUL in it
  kMalformed,      // a body that does not read
};
constexpr Room room_of(TalkError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0100;
inline constexpr uint16_t kMessageKind = 0x0100;
inline constexpr size_t kMostTextBytes = 16 * 1024;

// Any member may say a message.
struct MessageSaid {
  std::string text;
  bool operator==(const MessageSaid&) const = default;
};

// kTextEmpty, kTextTooLong, kTextInvalid.
Result<> check_text(std::string_view text);
// The body of an event of kMessageKind; the text must have passed `check_text`.
Bytes encode(const MessageSaid& message);
// kMalformed, or what `check_text` says: a hostile member's text obeys the same limits.
Result<MessageSaid> decode_message(BytesView body);

}  // namespace homeward::domain::talk
