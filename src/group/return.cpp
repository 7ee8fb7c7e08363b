#include "group/return.h"

#include "crypto/crypto.h"
#include "group/rules.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 2;
enum Kind : uint8_t { kAsk = 1, kGone, kClaim };

}  // namespace

ReturnQueue return_queue(const ReturnSeed& seed) {
  const auto derived = [&](std::string_view label) {
    return group_suite().hkdf_expand(seed, view_of(label), 32);
  };
  ReturnQueue out;
  out.access =
      wire::QueueAccess::from_tokens(wire::ReadToken::from(derived("homeward return read").view()),
                                     wire::WriteToken::from(derived("homeward return write").view()));
  out.key = derived("homeward return seal");
  return out;
}

Bytes return_content(const ReturnAsk& ask) {
  Writer out;
  out.u8(kVersion).u8(kAsk).raw(ask.person).opaque(ask.key_package).u8(ask.reason).raw(ask.accused);
  encode(out, ask.answer);
  out.u64(ask.last_epoch).opaque(ask.approval);
  return out.take();
}

Bytes gone_content(const GroupId& group, const GoneNote& note) {
  Writer out;
  out.raw(group).raw(note.request).u8(note.person_stays).raw(note.by);
  return out.take();
}

Bytes claim_content(const GroupId& group, const AnewClaim& claim) {
  Writer out;
  out.raw(group).u64(claim.epoch).raw(claim.without).raw(claim.by);
  return out.take();
}

Bytes anew_content(const GroupId& group, uint64_t from_epoch, BytesView welcome) {
  Writer out;
  out.raw(group).u64(from_epoch).raw(sha256(welcome));
  return out.take();
}

Bytes encode(const ReturnEntry& entry) {
  Writer out;
  if (const auto* ask = std::get_if<ReturnAsk>(&entry)) out.raw(return_content(*ask)).opaque(ask->signature);
  if (const auto* note = std::get_if<GoneNote>(&entry))
    out.u8(kVersion)
        .u8(kGone)
        .raw(note->request)
        .u8(note->person_stays)
        .raw(note->by)
        .opaque(note->signature);
  if (const auto* claim = std::get_if<AnewClaim>(&entry)) {
    out.u8(kVersion).u8(kClaim).u64(claim->epoch).raw(claim->without).raw(claim->by);
    out.opaque(claim->signature);
  }
  return out.take();
}

Result<ReturnEntry> decode_return_entry(BytesView content) {
  Reader in(content);
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  ReturnEntry out;
  switch (in.u8()) {
    case kAsk: {
      ReturnAsk ask;
      ask.person = in.fixed<PersonId>();
      ask.key_package = copy_of(in.opaque(kMostKeyPackageBytes));
      ask.reason = in.u8();
      ask.accused = in.fixed<PersonId>();
      ask.answer = decode_answer_access(in);
      ask.last_epoch = in.u64();
      ask.approval = copy_of(in.opaque(128));
      ask.signature = copy_of(in.opaque(128));
      out = std::move(ask);
      break;
    }
    case kGone: {
      GoneNote note;
      note.request = in.fixed<RequestId>();
      note.person_stays = in.optional();
      note.by = in.fixed<DeviceId>();
      note.signature = copy_of(in.opaque(128));
      out = std::move(note);
      break;
    }
    case kClaim: {
      AnewClaim claim;
      claim.epoch = in.u64();
      claim.without = in.fixed<PersonId>();
      claim.by = in.fixed<DeviceId>();
      claim.signature = copy_of(in.opaque(128));
      out = std::move(claim);
      break;
    }
    default:
      in.fail(CodecError::kMalformed);
  }
  HW_TRY(in.finish());
  return out;
}

Result<Identity> identity_of_ask(const ReturnAsk& ask) {
  Reader in(ask.key_package);
  const mls::KeyPackage package = mls::decode_key_package(in);
  HW_TRY(in.finish());
  return identity_of(package.leaf_node);
}

RequestId request_id(const ReturnAsk& ask) {
  Writer out;
  out.text("homeward return request").opaque(ask.key_package);
  return RequestId::from(sha256(out.view()));
}

}  // namespace homeward::group
