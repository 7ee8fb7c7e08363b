// The rows of the group room: spaces 0x1000 to 0x10FF.
//
// Every key of a group begins with its id (16 bytes), every key of a join with its id (16 bytes); numbers in
// keys are big-endian. Values are in the project's codec; docs/formats/group.md names their fields.
#pragma once

#include "base/rows.h"
#include "group/types.h"

namespace homeward::group {

inline constexpr Space kMlsRows = 0x1000;    // group ‖ part id → part of the MLS state
inline constexpr Space kStateRows = 0x1001;  // group → what the machine itself remembers; one row a group
inline constexpr Space kHashRows =
    0x1002;  // group ‖ number → running hash after that entry, this epoch's last 1,024
inline constexpr Space kOutboxRows = 0x1003;  // group ‖ sequence → what is to be sent in the group's queue
inline constexpr Space kFlightRows = 0x1004;  // group → the entry under way in the group's queue
inline constexpr Space kOwnRows =
    0x1005;  // group ‖ message hash → number at which it was read back, 0: not yet
inline constexpr Space kSideRows = 0x1006;     // group ‖ handle → a finished entry for another queue
inline constexpr Space kPersonRows = 0x1007;   // group ‖ person → roster
inline constexpr Space kRequestRows = 0x1008;  // group ‖ request → a proposed join request (shared state)
inline constexpr Space kAskedRows =
    0x1009;  // group ‖ request → a join request that came by an invite of mine
inline constexpr Space kInviteRows = 0x100A;         // group ‖ invite
inline constexpr Space kWarningRows = 0x100B;        // group ‖ number
inline constexpr Space kSeenRows = 0x100C;           // group ‖ event mark → sequence (shared state)
inline constexpr Space kSeenOrderRows = 0x100D;      // group ‖ sequence → event mark (shared state)
inline constexpr Space kPendingCommitRows = 0x100E;  // group → my commit that waits to be read back
inline constexpr Space kProposalRows = 0x100F;    // group ‖ leaf → a removal that the next commit must cover
inline constexpr Space kRemovalRows = 0x1010;     // group ‖ person → approvals of her removal (shared state)
inline constexpr Space kReturnSeedRows = 0x1011;  // group ‖ seed → a return queue of mine to read
inline constexpr Space kReturnRows = 0x1012;      // group ‖ person → who asks to be replaced
inline constexpr Space kMyReturnRows = 0x1013;    // group → my own asking to be replaced

inline constexpr Space kChangeRows = 0x1014;  // group ‖ change → an open change of the policy (shared state)
inline constexpr Space kObjectionRows = 0x1015;  // group ‖ request → objections to it (shared state)

inline constexpr Space kDeviceRows = 0x1040;  // group ‖ device → a further device of a person (shared state)
inline constexpr Space kOwnKeyRows =
    0x1041;  // group → this device's key for what its person's others send it
inline constexpr Space kSiblingRows = 0x1042;    // group ‖ device → such a key of another device of mine
inline constexpr Space kGoneRows = 0x1043;       // group ‖ device → one that asks to return and is no member
inline constexpr Space kFromPorchRows = 0x1050;  // group ‖ request → where she was before (shared state)

// Several relays.
inline constexpr Space kAnswerAtRows = 0x1060;  // group ‖ request → where it is answered (shared state)
inline constexpr Space kPlaceRows = 0x1061;     // group ‖ seed ‖ relay → how far its queues were read there
inline constexpr Space kRecoveryRows = 0x1062;  // group → what this device does about a recovery
inline constexpr Space kWordRows = 0x1063;      // group ‖ person → her last word for a recovery
inline constexpr Space kKeptRows = 0x1064;  // group ‖ epoch ‖ number → an entry of late, for who missed it
inline constexpr Space kCarriedRows =
    0x1065;                                 // group ‖ epoch ‖ number → one that another device carried over
inline constexpr Space kMoveRows = 0x1066;  // group ‖ seed ‖ relay ‖ number → a move that waits to be judged

inline constexpr Space kJoinRows = 0x1080;       // join → a newcomer's asking
inline constexpr Space kJoinPieceRows = 0x1081;  // join ‖ parcel ‖ index → a piece of an answer

// A row's key: the group's (or join's) id and what follows.
template <class Id>
Bytes row_key(const Id& id, BytesView rest = {}) {
  Bytes key = copy_of(id.view());
  append(key, rest);
  return key;
}
template <class Id>
Bytes row_key(const Id& id, uint64_t number) {
  Bytes key = copy_of(id.view());
  append_key_u64(key, number);
  return key;
}
// What follows the id in a key.
inline BytesView key_rest(BytesView key) { return key.subspan(std::min<size_t>(16, key.size())); }

}  // namespace homeward::group
