// What every message claims in its authenticated_data: how much of the queue its sender had seen and, with
// commits and removals, who approved of what (docs/formats/group.md).
//
// An approval is a signature by a leaf over (group id, hash of the action, last epoch in which it holds). The
// hash binds it to one action; the group id to one group; the last epoch lets it die. Persons are counted,
// never leaves.
#pragma once

#include <variant>
#include <vector>

#include "codec/codec.h"
#include "group/change.h"
#include "group/types.h"

namespace homeward::group {

// Approvals hold for this many epochs after the one they were made in.
inline constexpr uint64_t kApprovalEpochs = 1'000;
// An absent member does not know how many epochs went by.
inline constexpr uint64_t kReturnEpochs = 20'000;
inline constexpr size_t kMostApprovals = 16;  // of one action
inline constexpr size_t kMostGrants = 400;    // in one message
// The `leaf` of an approval by one who was left behind: she has none.
inline constexpr uint32_t kNoLeaf = UINT32_MAX;
inline constexpr std::string_view kApprovalLabel = "homeward approval";

struct Approval {
  uint32_t leaf = 0;  // LeafIndex in the epoch in which it is used
  uint64_t last_epoch = 0;
  Bytes signature;
  bool operator==(const Approval&) const = default;
};
void encode(Writer& out, const Approval& approval);
Approval decode_approval(Reader& in);

// What can be approved.
struct AddAction {
  Hash key_package;  // SHA-256 of the first of her two key packages
  Hash spare;        // and of the second
  bool operator==(const AddAction&) const = default;
};
struct RemoveAction {
  PersonId person;
  bool operator==(const RemoveAction&) const = default;
};
struct ChangeAction {
  Change change;  // of the policy
  bool operator==(const ChangeAction&) const = default;
};
// Signed by the leaf that asks to be replaced.
struct ReplaceAction {
  Hash key_package;
  bool operator==(const ReplaceAction&) const = default;
};
// A further device of a person who is here; signed by one of hers and by another person.
struct DeviceAction {
  PersonId person;
  Hash key_package;
  Hash spare;
  bool operator==(const DeviceAction&) const = default;
};
// One device alone; its person stays. Named by who proposes it, never approved by others.
struct RemoveDeviceAction {
  DeviceId device;
  bool operator==(const RemoveDeviceAction&) const = default;
};
// To another relay because the one that orders is gone: from exactly this place in the group's order. Nothing
// approves it in a commit; who approved stands beside the commit (recovery.h).
struct RecoverAction {
  std::string relay;
  uint64_t epoch = 0;
  uint64_t number = 0;  // of the last entry of that epoch
  Hash history;         // the running hash there
  bool operator==(const RecoverAction&) const = default;
};
using Action = std::variant<AddAction, RemoveAction, ChangeAction, ReplaceAction, DeviceAction,
                            RemoveDeviceAction, RecoverAction>;
void encode(Writer& out, const RecoverAction& action);
RecoverAction decode_recover_action(Reader& in);

Hash action_hash(const Action& action);
// What an approval signs (SignWithLabel with `kApprovalLabel`).
Bytes approval_content(const GroupId& group, const Hash& action, uint64_t last_epoch);

struct Grant {
  Action action;
  std::vector<Approval> approvals;
  bool operator==(const Grant&) const = default;
};

// The whole of authenticated_data.
struct Claims {
  uint64_t seen = 0;  // number of the last entry its sender had taken in, in this epoch
  Hash history;       // the running hash there
  std::vector<Grant> grants;
  bool operator==(const Claims&) const = default;
};
Bytes encode(const Claims& claims);
Result<Claims> decode_claims(BytesView authenticated_data);

}  // namespace homeward::group
