// When the relay that orders is gone for good: how the group agrees on one place in its order, and goes on at
// another relay from there (docs/formats/group.md, decision 0081).
//
// At every other relay that the members know there is a log for it, a queue that the return seed names. Each
// word in it approves of going on at that relay from one exact place (epoch, number, running hash): the place
// up to which the device that signs has read. Entries that one device read and another missed are carried
// over in the log as they were. Once more than half of the persons approved of one and the same place, a
// member puts a commit of that epoch into the log. The first valid one ends the epoch, for all.
#pragma once

#include <variant>
#include <vector>

#include "group/claims.h"
#include "group/policy.h"
#include "wire/wire.h"

namespace homeward::group {

struct RecoveryLog {
  wire::QueueAccess access;
  Secret key;
};
RecoveryLog recovery_log(const ReturnSeed& seed);

// Entries larger than this are not carried over; who missed one asks to return.
inline constexpr size_t kMostCarriedBytes = 64 * 1024;
// Entries of an epoch that are kept for others, of this epoch and the one before.
inline constexpr uint64_t kMostKept = 256;

struct RecoveryWord {
  PersonId person;
  RecoverAction action;
  Bytes signature;  // an approval of the action that holds in its epoch alone, by one of her leaves
  bool operator==(const RecoveryWord&) const = default;
};
struct Carried {
  uint64_t epoch = 0;
  uint64_t number = 0;
  Bytes entry;
  bool operator==(const Carried&) const = default;
};
struct Move {
  RecoverAction action;
  std::vector<std::pair<PersonId, Bytes>> signatures;  // rising by person
  Bytes message;                                       // a commit of action.epoch
  Bytes signature;                                     // by its sender's leaf, as an entry of the log's queue
  bool operator==(const Move&) const = default;
};
using RecoveryEntry = std::variant<RecoveryWord, Carried, Move>;
Bytes encode(const RecoveryEntry& entry);
Result<RecoveryEntry> decode_recovery_entry(BytesView content);

}  // namespace homeward::group
