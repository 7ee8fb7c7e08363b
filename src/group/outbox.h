// What this device still has to send: its own events and removals in order, the one entry that is under way,
// and finished entries for other queues.
//
// An item leaves the outbox only when its entry was read back as valid (taken in). If its epoch ends first it
// is encrypted anew in the next, under the same event id.
#pragma once

#include <deque>
#include <map>

#include "base/rows.h"
#include "group/event.h"
#include "group/types.h"
#include "wire/wire.h"

namespace homeward::group {

enum class OutgoingType : uint8_t { kEvent = 1, kRemove, kLeave, kRemoveDevice };

struct Outgoing {
  OutgoingType type = OutgoingType::kEvent;
  Event event;      // kEvent
  PersonId person;  // kRemove; of kRemoveDevice: the device
};

// Items in order of writing; bodies stay in the rows.
class Outbox {
 public:
  struct Item {
    uint64_t sequence = 0;
    OutgoingType type = OutgoingType::kEvent;
    uint16_t kind = 0;
    EventId event;
    PersonId person;
  };
  void load(const GroupId& id, Rows& rows);
  void push(const Outgoing& item, Rows& rows);
  void erase(uint64_t sequence, Rows& rows);
  void erase_all(Rows& rows);

  // Removals go before events; nothing if the outbox is empty.
  const Item* next() const;
  const std::deque<Item>& items() const { return items_; }
  const Item* find(uint64_t sequence) const;
  std::optional<Event> event(uint64_t sequence, Rows& rows) const;
  bool has_removal_of(const PersonId& person) const;
  bool has_removal_of(const DeviceId& device) const;

 private:
  GroupId id_;
  std::deque<Item> items_;
  uint64_t next_sequence_ = 1;
};

// The entry that is under way in the group's queue. At most one, so that order is kept.
struct Flight {
  enum class Purpose : uint8_t { kEvent = 1, kProposal, kCommit };
  uint64_t handle = 0;
  Purpose purpose = Purpose::kEvent;
  uint64_t sequence = 0;  // of the outbox item; 0 for a commit
  wire::QueueId queue;
  Hash message_hash;  // SHA-256 of the MLS message
  uint64_t seen = 0;  // its claims
  Hash history;
  uint32_t target = 0;  // kProposal: leaf to be removed
  bool whole = true;    // kProposal: with all other devices of its person
  Bytes ref;            // kProposal: ProposalRef
  uint64_t posted = 0;  // the relay's number in `queue`; 0: not answered yet
  Bytes entry;
  bool refused = false;  // memory only: not to be offered again on this connection
};
Bytes encode(const Flight& flight);
Result<Flight> decode_flight(BytesView row);

// A finished entry for another queue: an answer to a newcomer, a return.
struct SideSend {
  wire::WriteAccess access;
  Bytes entry;
  std::string relay = {};  // empty: the one that orders when it is sent
};
Bytes encode(const SideSend& send);
Result<SideSend> decode_side_send(BytesView row);

}  // namespace homeward::group
