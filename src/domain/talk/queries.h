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
std::optional<Message> last(Rows& rows, const GroupKey& group);
// Messages of others since `mark_read`.
uint64_t unread(Rows& rows, const GroupKey& group);
// Newest first, at most `limit`: messages that hold every word of the query in any of its forms, the last
// also by its beginning.
std::vector<Message> search(Rows& rows, words::Analyzer& analyzer, const GroupKey& group,
                            std::string_view query, size_t limit);

}  // namespace homeward::domain::talk
