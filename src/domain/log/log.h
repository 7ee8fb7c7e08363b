// The log of one feature's events, kept as the feature's shared state: the rows that its views are folded
// from.
//
// A feature that newcomers get (guidance, questions, cases, tallies) appends every event that its `fold`
// accepted. The snapshot for a newcomer is the log itself, and restoring is folding it again with the place,
// author and role of each event as they were; so a bundle can carry nothing that its author could not have
// said, and equal logs give equal state. The same way all views are made anew when their form changes.
//
//   space: group ‖ place → author, role, id, kind, at, body
#pragma once

#include <functional>

#include "base/result.h"
#include "domain/context.h"

namespace homeward::domain {

struct RefTag;
// What an event made (an article, a case, a question…): its author and its id. Known before the event is
// taken in, and nobody can make another thing of the same name.
using Ref = FixedBytes<48, RefTag>;
Ref ref_of(const Author& author, const EventKey& id);
Author author_of(const Ref& ref);

enum class LogError : uint16_t { kMalformed = 1 };
constexpr Room room_of(LogError) { return Room::kDomain; }

// The place of an event that is still in this device's own outbox: shown, but not yet the group's. Such
// places have this epoch and the number of their turn.
inline constexpr uint64_t kQueuedEpoch = UINT64_MAX;
inline bool is_queued(const Place& place) { return place.epoch == kQueuedEpoch; }

struct Log {
  Space space;

  void append(const Context& context, const Event& event) const;
  // In the group's order. `visit` answers false to stop; it must not write.
  using Visit = std::function<bool(const Context& context, const Event& event)>;
  void scan(Rows& rows, const GroupKey& group, const Visit& visit) const;
  // The same, beginning with the first event at `from` or later.
  void scan_from(Rows& rows, const GroupKey& group, const Place& from, const Visit& visit) const;
  // One event by its place; `visit` is not called if there is none.
  void at(Rows& rows, const GroupKey& group, const Place& place, const Visit& visit) const;
  // For events whose content must not stay (a case that its family took away).
  void erase(Rows& rows, const GroupKey& group, const Place& place) const;
  void forget(Rows& rows, const GroupKey& group) const;

  // Every event, in order: vector<V> of {u64 epoch; u64 number; author; u8 role; id; u16 kind; u64 at;
  // opaque body<V>}.
  Bytes snapshot(Rows& rows, const GroupKey& group) const;
  // Calls `fold` for each event of a snapshot. kMalformed if it does not read or is not in order; then some
  // events may have been folded: the caller's transaction is thrown away.
  using Fold = std::function<void(const Context& context, const Event& event)>;
  static Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot, const Fold& fold);
};

}  // namespace homeward::domain
