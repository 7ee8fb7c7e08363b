// Talk, the fold over the log: what was said, in the group's order; how much of it is unread; the words to
// find it by.
//
// Rows, each key beginning with the group's id:
//   0x2100  place → message                      0x2101  message id → place
//   0x2102  nothing → read up to, unread         0x2103, 0x2104  word index (words.h)
// Talk expires and newcomers do not get it: it has no snapshot.
#pragma once

#include <string>

#include "domain/context.h"
#include "domain/words/words.h"

namespace homeward::domain::talk {

inline constexpr Space kMessageSpace = 0x2100;
inline constexpr Space kIdSpace = 0x2101;
inline constexpr Space kReadSpace = 0x2102;
inline constexpr words::Index kIndex{.terms_space = 0x2103, .documents_space = 0x2104};

struct Message {
  // The event's id. Should another person have used the same one before, the next free one: ids of messages
  // are unique in a group, and nobody can hide a message by repeating its id.
  EventKey id;
  Author author;
  bool mine = false;
  Place place;
  Instant at;
  std::string text;
  bool operator==(const Message&) const = default;
};

class State {
 public:
  explicit State(words::Analyzer& analyzer) : analyzer_(analyzer) {}

  // Unknown kinds, malformed bodies and an (author, id) that was there change nothing.
  void fold(const Context& context, const Event& event);
  // Erases a message and every row that came of it; nothing if there is none.
  void remove(Rows& rows, const GroupKey& group, const Place& place);
  // All that is there now has been seen.
  void mark_read(Rows& rows, const GroupKey& group);
  // Every row of the group.
  void forget(Rows& rows, const GroupKey& group);

 private:
  words::Analyzer& analyzer_;
};

// For `queries`: what one row says. Nothing if it does not read.
std::optional<Message> decode_stored(BytesView key, BytesView value);
struct ReadMark {
  Place up_to;
  uint64_t unread = 0;
};
ReadMark read_mark(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::talk
