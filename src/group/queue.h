// One epoch, one queue: where an epoch's entries are and how far this device has read them.
//
// The queues of an epoch are exported from it: after kEntriesPerQueue entries it goes on in the next. The
// running hash covers every entry, valid or not: h0 = SHA-256("homeward queue" ‖ id of the first queue), hi =
// SHA-256(h(i−1) ‖ SHA-256(entry i)). A member's claim about it is checked against the last kLookBack of
// them.
#pragma once

#include "base/rows.h"
#include "base/secret.h"
#include "group/types.h"
#include "mls/group/group.h"
#include "wire/wire.h"

namespace homeward::group {

// A claim about an older entry than this is invalid, for everybody alike.
inline constexpr uint64_t kLookBack = 1'024;

// The continuation in which entry `number` (from 1) of an epoch lies, and its number there.
constexpr uint64_t queue_of(uint64_t number) { return (number - 1) / wire::kEntriesPerQueue; }
constexpr uint64_t number_in_queue(uint64_t number) { return (number - 1) % wire::kEntriesPerQueue + 1; }

wire::QueueAccess epoch_queue(const mls::Group& group, uint64_t continuation);
Secret epoch_seal_key(const mls::Group& group);
Hash first_history(const wire::QueueId& first_queue);
Hash next_history(const Hash& before, const Hash& entry);

// Reading position in the current epoch. Memory only: whoever owns it saves `taken` and `history`, and the
// older histories are rows.
class EpochQueue {
 public:
  EpochQueue() = default;
  // At the beginning of the group's present epoch; `forget` erases the histories of the one before.
  void enter(const mls::Group& group, const GroupId& id);
  // Back where a saved position was.
  void resume(const mls::Group& group, const GroupId& id, uint64_t taken, const Hash& history);

  uint64_t taken() const { return taken_; }  // entries of the epoch so far
  const Hash& history() const { return history_; }
  uint64_t continuation() const { return taken_ / wire::kEntriesPerQueue; }
  uint64_t taken_in_queue() const { return taken_ % wire::kEntriesPerQueue; }
  const wire::QueueAccess& access() const { return access_; }
  const wire::QueueId& id() const { return queue_id_; }  // of the continuation to be read next
  BytesView seal_key() const { return seal_key_.view(); }

  // Counts one more entry and saves its history.
  void advance(const mls::Group& group, const Hash& entry, Rows& rows);
  // My history after entry `number`; nothing if it is ahead of me or older than kLookBack.
  std::optional<Hash> history_at(uint64_t number, Rows& rows) const;
  static void forget(const GroupId& id, Rows& rows);

 private:
  void open_continuation(const mls::Group& group);
  GroupId group_;
  uint64_t taken_ = 0;
  Hash first_history_;
  Hash history_;
  wire::QueueAccess access_;
  wire::QueueId queue_id_;
  Secret seal_key_;
};

}  // namespace homeward::group
