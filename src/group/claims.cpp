#include "group/claims.h"

#include "crypto/crypto.h"
#include "group/policy.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kMostSignatureBytes = 128;
constexpr uint8_t kRemoveDeviceKind = 7;

constexpr uint8_t kRecoverKind = 6;

uint8_t kind_of(const Action& action) {
  if (std::holds_alternative<RecoverAction>(action)) return kRecoverKind;
  if (std::holds_alternative<RemoveDeviceAction>(action)) return kRemoveDeviceKind;
  return static_cast<uint8_t>(action.index() + 1);
}

void encode_action(Writer& out, const Action& action) {
  out.u8(kind_of(action));
  if (const auto* add = std::get_if<AddAction>(&action)) out.raw(add->key_package).raw(add->spare);
  if (const auto* remove = std::get_if<RemoveAction>(&action)) out.raw(remove->person);
  if (const auto* of = std::get_if<ChangeAction>(&action)) encode(out, of->change);
  if (const auto* replace = std::get_if<ReplaceAction>(&action)) out.raw(replace->key_package);
  if (const auto* device = std::get_if<DeviceAction>(&action))
    out.raw(device->person).raw(device->key_package).raw(device->spare);
  if (const auto* device = std::get_if<RemoveDeviceAction>(&action)) out.raw(device->device);
  if (const auto* recover = std::get_if<RecoverAction>(&action)) encode(out, *recover);
}

Action decode_action(Reader& in) {
  switch (in.u8()) {
    case 1: {
      const Hash key_package = in.fixed<Hash>();
      return AddAction{key_package, in.fixed<Hash>()};
    }
    case 2:
      return RemoveAction{in.fixed<PersonId>()};
    case 3:
      return ChangeAction{decode_change(in)};
    case 4:
      return ReplaceAction{in.fixed<Hash>()};
    case 5: {
      const PersonId person = in.fixed<PersonId>();
      const Hash key_package = in.fixed<Hash>();
      return DeviceAction{person, key_package, in.fixed<Hash>()};
    }
    case kRemoveDeviceKind:
      return RemoveDeviceAction{in.fixed<DeviceId>()};
    case kRecoverKind:
      return decode_recover_action(in);
    default:
      in.fail(CodecError::kMalformed);
      return {};
  }
}

}  // namespace

void encode(Writer& out, const RecoverAction& action) {
  out.text(action.relay).u64(action.epoch).u64(action.number).raw(action.history);
}

RecoverAction decode_recover_action(Reader& in) {
  RecoverAction action;
  action.relay = in.text(kMostRelayBytes);
  action.epoch = in.u64();
  action.number = in.u64();
  action.history = in.fixed<Hash>();
  return action;
}

void encode(Writer& out, const Approval& approval) {
  out.u32(approval.leaf).u64(approval.last_epoch).opaque(approval.signature);
}

Approval decode_approval(Reader& in) {
  Approval approval;
  approval.leaf = in.u32();
  approval.last_epoch = in.u64();
  approval.signature = copy_of(in.opaque(kMostSignatureBytes));
  return approval;
}

Hash action_hash(const Action& action) {
  Writer out;
  out.text("homeward action");
  encode_action(out, action);
  return sha256(out.view());
}

Bytes approval_content(const GroupId& group, const Hash& action, uint64_t last_epoch) {
  Writer out;
  out.raw(group).raw(action).u64(last_epoch);
  return out.take();
}

Bytes encode(const Claims& claims) {
  Writer out;
  out.u8(kVersion).u64(claims.seen).raw(claims.history);
  out.vector([&](Writer& grants) {
    for (const Grant& grant : claims.grants) {
      encode_action(grants, grant.action);
      grants.vector([&](Writer& approvals) {
        for (const Approval& approval : grant.approvals) encode(approvals, approval);
      });
    }
  });
  return out.take();
}

Result<Claims> decode_claims(BytesView authenticated_data) {
  Reader in(authenticated_data);
  Claims claims;
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  claims.seen = in.u64();
  claims.history = in.fixed<Hash>();
  Reader grants = in.vector();
  while (!grants.empty()) {
    Grant grant;
    grant.action = decode_action(grants);
    Reader approvals = grants.vector();
    while (!approvals.empty()) {
      grant.approvals.push_back(decode_approval(approvals));
      if (grant.approvals.size() > kMostApprovals) approvals.fail(CodecError::kTooLarge);
    }
    if (!approvals.ok()) grants.fail(CodecError::kMalformed);
    claims.grants.push_back(std::move(grant));
    if (claims.grants.size() > kMostGrants) grants.fail(CodecError::kTooLarge);
  }
  HW_TRY(grants.finish());
  HW_TRY(in.finish());
  return claims;
}

}  // namespace homeward::group
