// Talk, what the page asks.
#pragma once

#include <optional>
#include <vector>

#include "domain/talk/state.h"

namespace homeward::domain::talk {

struct Page {
  std::vector<Message> messages;  // oldest first
  bool more = false;              // older ones exist
};

// The newest `limit` messages, or those before a place.
Page page(Rows& rows, const GroupKey& group, std::optional<Place> before, size_t limit);
// Nothing if there is no such message.
std::optional<Place> place_of(Rows& rows, const GroupKey& group, const EventKey& id);
// The newest that was not removed.
std::optional<Message> last(Rows& rows, const GroupKey& group);
// Messages of others since `mark_read`.
uint64_t unread(Rows& rows, const GroupKey& group);
// Of them, the newest thousand: how many mention this person.
uint64_t unread_mentions(Rows& rows, const GroupKey& group, const Author& person);
// Newest first, at most `limit`: messages that hold every word of the query in any of its forms, the last
// also by its beginning.
std::vector<Message> search(Rows& rows, words::Analyzer& analyzer, const GroupKey& group,
                            std::string_view query, size_t limit);
// Signs to a message, by person.
struct SignOf {
  Author person;
  Sign sign = Sign::kNone;
};
std::vector<SignOf> signs(Rows& rows, const GroupKey& group, const Place& place);
// What is pinned, the newest pin first.
std::vector<Pin> pins(Rows& rows, const GroupKey& group);
bool is_pinned(Rows& rows, const GroupKey& group, const Ref& message);

}  // namespace homeward::domain::talk
