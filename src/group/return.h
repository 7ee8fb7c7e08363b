// Falling out: how a device that can no longer follow asks the others to put it back (docs/formats/group.md).
//
// The policy's return seed names a queue that every member reads. An ask is signed by the leaf that fell out
// and brings a fresh key package with the same signature key; any one member commits Remove and Add of the
// same person (Replace).
#pragma once

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

struct ReturnAsk {
  PersonId person;
  Bytes key_package;
  uint8_t reason = 0;  // a Warning::Kind: kOldCopy or kCannotFollow
  AnswerAccess answer;
  uint64_t last_epoch = 0;  // of the approval to be replaced
  Bytes approval;           // its signature, over ReplaceAction
  Bytes signature;          // over all of the above, with kReturnLabel
};
// What `signature` is over.
Bytes return_content(const ReturnAsk& ask);
Bytes encode(const ReturnAsk& ask);
Result<ReturnAsk> decode_return_ask(BytesView content);
RequestId request_id(const ReturnAsk& ask);

}  // namespace homeward::group
