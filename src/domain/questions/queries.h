// Questions, what the page asks.
#pragma once

#include "domain/questions/state.h"

namespace homeward::domain::questions {

inline constexpr int64_t kOverdueAfter_ms = 24 * 3'600'000;
// Urgent, open, and waiting for a day.
bool is_overdue(const Question& question, Instant now);

// The queue: overdue ones first, then open ones, those that wait for the asker, and answered ones; within
// these by urgency, and the oldest first (of answered ones the newest).
std::vector<Question> queue(Rows& rows, const GroupKey& group, Instant now);

struct Said {
  uint16_t kind = kAskedKind;
  Author author;
  AuthorRole role = AuthorRole::kMember;
  Place place;
  Instant at;
  Bytes content;  // Words, or sealed
};
// The question itself with its readers; nothing if there is none.
struct AskedAs {
  Said said;
  std::vector<Author> readers;
};
std::optional<AskedAs> asked(Rows& rows, const GroupKey& group, const Question& question);
// In the group's order.
std::vector<Said> replies(Rows& rows, const GroupKey& group, const Ref& question);

}  // namespace homeward::domain::questions
