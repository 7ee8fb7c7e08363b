#include "group/return.h"

#include "crypto/crypto.h"
#include "group/rules.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 1;

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
  out.u8(kVersion).raw(ask.person).opaque(ask.key_package).u8(ask.reason);
  encode(out, ask.answer);
  out.u64(ask.last_epoch).opaque(ask.approval);
  return out.take();
}

Bytes encode(const ReturnAsk& ask) {
  Writer out;
  out.raw(return_content(ask)).opaque(ask.signature);
  return out.take();
}

Result<ReturnAsk> decode_return_ask(BytesView content) {
  Reader in(content);
  ReturnAsk ask;
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  ask.person = in.fixed<PersonId>();
  ask.key_package = copy_of(in.opaque(kMostKeyPackageBytes));
  ask.reason = in.u8();
  ask.answer = decode_answer_access(in);
  ask.last_epoch = in.u64();
  ask.approval = copy_of(in.opaque(128));
  ask.signature = copy_of(in.opaque(128));
  HW_TRY(in.finish());
  return ask;
}

RequestId request_id(const ReturnAsk& ask) {
  Writer out;
  out.text("homeward return request").opaque(ask.key_package);
  return RequestId::from(sha256(out.view()));
}

}  // namespace homeward::group
