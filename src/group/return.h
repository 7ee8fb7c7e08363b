// Falling out: how a device that can no longer follow asks the others to put it back, and what else is said
// where it asks (docs/formats/group.md).
//
// The policy's return seed names a queue that every member reads. An ask is signed by the leaf that fell out
// and brings a fresh key package with the same signature key; any one member commits Remove and Add of the
// same leaf's identity (Replace). Who asks and is no member any more is told so there, by those who could
// have removed her. Where nobody can follow, an organizer says there that he starts the group anew.
#pragma once

#include <variant>

#include "group/event.h"
#include "group/policy.h"
#include "wire/wire.h"

namespace homeward::group {

struct ReturnQueue {
  wire::QueueAccess access;
  Secret key;
};
ReturnQueue return_queue(const ReturnSeed& seed);

inline constexpr std::string_view kReturnLabel = "homeward return";
inline constexpr std::string_view kGoneLabel = "homeward gone";
inline constexpr std::string_view kClaimLabel = "homeward anew";
inline constexpr std::string_view kAnewLabel = "homeward anew welcome";

struct ReturnAsk {
  PersonId person;
  Bytes key_package;
  uint8_t reason = 0;  // a Warning::Kind: kOldCopy, kCannotFollow, kFellBehind or kStartedAnew
  PersonId accused;    // of kCannotFollow: the committer; else zeros
  AnswerAccess answer;
  uint64_t last_epoch = 0;  // of the approval to be replaced
  Bytes approval;           // its signature, over ReplaceAction
  Bytes signature;          // over all of the above, with kReturnLabel
};
// Who asked is a member no more, or this device of hers is not.
struct GoneNote {
  RequestId request;
  bool person_stays = false;
  DeviceId by;
  Bytes signature;  // by that leaf, with kGoneLabel
};
// An organizer starts the group anew from this epoch, without a committer. The first one in the queue holds.
struct AnewClaim {
  uint64_t epoch = 0;
  PersonId without;
  DeviceId by;
  Bytes signature;  // by that leaf, with kClaimLabel
};
using ReturnEntry = std::variant<ReturnAsk, GoneNote, AnewClaim>;

// What the signatures are over.
Bytes return_content(const ReturnAsk& ask);
Bytes gone_content(const GroupId& group, const GoneNote& note);
Bytes claim_content(const GroupId& group, const AnewClaim& claim);
// By whom a Welcome into the group that was started anew is: its committer, with kAnewLabel.
Bytes anew_content(const GroupId& group, uint64_t from_epoch, BytesView welcome);

Bytes encode(const ReturnEntry& entry);
Result<ReturnEntry> decode_return_entry(BytesView content);
RequestId request_id(const ReturnAsk& ask);
// Who asks, by her key package.
Result<Identity> identity_of_ask(const ReturnAsk& ask);

}  // namespace homeward::group
