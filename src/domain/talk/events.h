// Talk, what can happen: a member says something, answers it, changes or takes back what she said, gives it
// a sign; an organizer or adviser pins it.
//
// Kinds 0x0100 to 0x01FF. A message's body ends with a list of further fields, each with a number and a
// length, ascending: what this version does not know it skips, so that what later ones add leaves it a
// message. A message is named by its author and her event's id (`Ref`): nobody can make another of that name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/files/attachment.h"
#include "domain/log/log.h"

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
inline constexpr uint16_t kEditedKind = 0x0101;    // by its author
inline constexpr uint16_t kRemovedKind = 0x0102;   // by its author or an organizer
inline constexpr uint16_t kSignKind = 0x0103;      // by anybody; one sign of each person to a message
inline constexpr uint16_t kPinnedKind = 0x0104;    // by an organizer or adviser
inline constexpr uint16_t kUnpinnedKind = 0x0105;  // likewise

inline constexpr size_t kMostTextBytes = 16 * 1024;
inline constexpr size_t kMostMentions = 50;

struct MessageSaid {
  std::string text;  // may be empty where there are files
  std::optional<Ref> reply_to = {};
  std::vector<Author> mentions = {};  // rising
  std::vector<files::Attachment> files = {};
  bool operator==(const MessageSaid&) const = default;
};

// Another text of the same message; what it answers stays.
struct MessageEdited {
  Ref message;
  std::string text;
  std::vector<Author> mentions = {};
  bool operator==(const MessageEdited&) const = default;
};

// The page has words for each; `kNone` takes one back.
enum class Sign : uint8_t { kNone = 0, kThanks, kAgree, kHug, kRead, kImportant };
struct SignGiven {
  Ref message;
  Sign sign = Sign::kNone;
  bool operator==(const SignGiven&) const = default;
};

// What is pinned is carried whole: newcomers see it too, though they have nothing of the talk before them.
struct MessagePinned {
  Ref message;
  Instant at;  // when it was said, to the minute
  std::string text;
  bool operator==(const MessagePinned&) const = default;
};

// kTextEmpty, kTextTooLong, kTextInvalid.
Result<> check_text(std::string_view text);
// The same for a message, whose text may be empty where it has files.
Result<> check_said(const MessageSaid& said);
// Bodies of the events; texts must have passed the check.
Bytes encode(const MessageSaid& message);
Bytes encode(const MessageEdited& edited);
Bytes encode(const SignGiven& sign);
Bytes encode(const MessagePinned& pinned);
Bytes encode_ref(const Ref& message);  // of kRemovedKind and kUnpinnedKind
// kMalformed, or what `check_text` says: a hostile member's text obeys the same limits.
Result<MessageSaid> decode_message(BytesView body);
Result<MessageEdited> decode_edited(BytesView body);
Result<SignGiven> decode_sign(BytesView body);
Result<MessagePinned> decode_pinned(BytesView body);
Result<Ref> decode_ref(BytesView body);

}  // namespace homeward::domain::talk
