// Questions, what can happen: a member asks; an adviser answers or asks back; the asker adds; the asker or an
// adviser marks it as answered.
//
// Kinds 0x0300 to 0x03FF. Only advisers answer and ask back (strictly advisers, as for guidance); only the
// asker adds. What is for the advisers alone is sealed to them and to the asker by the client, and is bytes
// without meaning here. Format: docs/formats/questions.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/guidance/events.h"
#include "domain/log/log.h"

namespace homeward::domain::questions {

enum class QuestionError : uint16_t {
  kMalformed = 200,
  kTextEmpty,
  kTextTooLong,
  kTextInvalid,  // no UTF-8, or a NUL in it
};
constexpr Room room_of(QuestionError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0300;
inline constexpr uint16_t kAskedKind = 0x0300;
inline constexpr uint16_t kAnsweredKind = 0x0301;
inline constexpr uint16_t kAskedBackKind = 0x0302;
inline constexpr uint16_t kAddedKind = 0x0303;
inline constexpr uint16_t kClosedKind = 0x0304;

inline constexpr size_t kMostTextBytes = 16 * 1024;
inline constexpr size_t kMostSealedBytes = 128 * 1024;
inline constexpr size_t kMostReaders = 64;

enum class Reach : uint8_t { kEveryone = 1, kAdvisers };

// What is said: in the open, or the plaintext of what is sealed.
struct Words {
  std::string text;
  std::optional<guidance::Audience> audience;    // of a question
  std::optional<guidance::Situation> situation;  // of a question
  std::optional<guidance::ArticleId> article;    // of an answer
  bool operator==(const Words&) const = default;
};
Result<> check(const Words& words);
Bytes encode(const Words& words);
Result<Words> decode_words(BytesView bytes);

struct Asked {
  Reach reach = Reach::kEveryone;
  bool urgent = false;
  std::vector<Author> readers;  // whom it is sealed to besides the asker, as she says; none: everyone
  Bytes content;                // Words, or sealed
  bool operator==(const Asked&) const = default;
};
// kAnsweredKind, kAskedBackKind, kAddedKind.
struct Reply {
  Ref question;
  Bytes content;  // as the question's
  bool operator==(const Reply&) const = default;
};
Bytes encode(const Asked& event);
Bytes encode(const Reply& event);
Bytes encode_closed(const Ref& question);
Result<Asked> decode_asked(BytesView body);
Result<Reply> decode_reply(BytesView body);
Result<Ref> decode_closed(BytesView body);

}  // namespace homeward::domain::questions
