// Talk, the fold over the log: what was said, in the group's order; how much of it is unread; the words to
// find it by; signs, pins, and when each message is to go.
//
// Rows, each key beginning with the group's id:
//   0x2100  place → message                      0x2101  message id → place
//   0x2102  nothing → read up to, unread         0x2103, 0x2104  word index (words.h)
//   0x2105  place ‖ person → her sign            0x2106  ref → pinned message (shared state)
//   0x2107  time ‖ place → nothing: by when it was said
//   0x2108 to 0x210B  files (files/kept.h)
// Talk expires and newcomers do not get it: of all this only what is pinned is shared state, and depends on
// nothing but the events that pin, unpin, edit and remove.
#pragma once

#include <string>

#include "domain/context.h"
#include "domain/talk/events.h"
#include "domain/words/words.h"

namespace homeward::domain::talk {

inline constexpr Space kMessageSpace = 0x2100;
inline constexpr Space kIdSpace = 0x2101;
inline constexpr Space kReadSpace = 0x2102;
inline constexpr words::Index kIndex{.terms_space = 0x2103, .documents_space = 0x2104};
inline constexpr Space kSignSpace = 0x2105;
inline constexpr Space kPinSpace = 0x2106;
inline constexpr Space kTimeSpace = 0x2107;

inline constexpr size_t kMostPins = 20;

struct Message {
  // The event's id. Should another person have used the same one before, the next free one: ids of messages
  // are unique in a group, and nobody can hide a message by repeating its id.
  EventKey id;
  Author author;
  bool mine = false;
  Place place;
  Instant at;
  std::string text;       // empty once it was removed
  EventKey said_as = {};  // the event's id; with the author what others call the message
  std::optional<Ref> reply_to = {};
  std::vector<Author> mentions = {};
  Instant edited_at = {};  // 0: never
  std::optional<Author> removed_by = {};
  std::vector<files::Attachment> files = {};
  Ref ref() const { return ref_of(author, said_as); }
  bool operator==(const Message&) const = default;
};

struct Pin {
  Ref message;
  Author by;
  Place place;  // of the pinning
  Instant at;   // when the message was said
  std::string text;
  bool operator==(const Pin&) const = default;
};

class State {
 public:
  explicit State(words::Analyzer& analyzer) : analyzer_(analyzer) {}

  // Unknown kinds, malformed bodies, what its author may not do, and an (author, id) that was there change
  // nothing.
  void fold(const Context& context, const Event& event);
  // Erases a message and every row that came of it; nothing if there is none.
  void remove(Rows& rows, const GroupKey& group, const Place& place);
  // Erases what was said before `cutoff`, so that nothing of it remains; how many there were. What claims to
  // come from later than a day after `now` counts as said now.
  size_t expire(Rows& rows, const GroupKey& group, Instant cutoff, Instant now);
  // The times of messages from before there was a row for them.
  void note_times(Rows& rows, const GroupKey& group);
  // All that is there now has been seen.
  void mark_read(Rows& rows, const GroupKey& group);
  // Every row of the group.
  void forget(Rows& rows, const GroupKey& group);

  // What is pinned.
  Bytes snapshot(Rows& rows, const GroupKey& group);
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);

 private:
  void fold_said(const Context& context, const Event& event);
  void fold_edited(const Context& context, const Event& event);
  void fold_removed(const Context& context, const Event& event);
  void fold_sign(const Context& context, const Event& event);
  void fold_pinned(const Context& context, const Event& event);
  void fold_unpinned(const Context& context, const Event& event);
  words::Analyzer& analyzer_;
};

// For `queries`: what one row says. Nothing if it does not read.
std::optional<Message> decode_stored(BytesView key, BytesView value);
std::optional<Message> message_at(Rows& rows, const GroupKey& group, const Place& place);
// The message that others call so.
std::optional<Message> message_of(Rows& rows, const GroupKey& group, const Ref& ref);
Pin decode_pin(BytesView key, BytesView value);
void put_pin(Rows& rows, const GroupKey& group, const Pin& pin);
struct ReadMark {
  Place up_to;
  uint64_t unread = 0;
};
ReadMark read_mark(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::talk
