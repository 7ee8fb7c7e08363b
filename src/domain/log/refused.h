// Events that their author had no right to: they changed nothing, and are kept as a short list so that the
// organizers see who tried what. Not shared state: newcomers do not get it.
//
//   space: group ‖ place → author, kind, at
#pragma once

#include <vector>

#include "domain/context.h"

namespace homeward::domain {

struct Refused {
  Place place;
  Author author;
  uint16_t kind = 0;
  Instant at;
  bool operator==(const Refused&) const = default;
};

struct RefusedList {
  static constexpr size_t kMost = 200;  // of a group; the oldest go first
  Space space;

  void note(const Context& context, const Event& event) const;
  std::vector<Refused> list(Rows& rows, const GroupKey& group) const;  // newest first
  void forget(Rows& rows, const GroupKey& group) const;
};

}  // namespace homeward::domain
