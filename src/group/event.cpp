#include "group/event.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "group/change.h"
#include "group/policy.h"

namespace homeward::group {
namespace {

constexpr int64_t kMinute_ms = 60'000;
constexpr int64_t kMostMinutes = UINT32_MAX;

template <class T>
Result<T> finished(Reader& in, T value) {
  HW_TRY(in.finish());
  return value;
}

bool shows(std::string_view text, bool line_breaks) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte == 0x7F || (byte < 0x20 && !(line_breaks && (c == '\n' || c == '\t')))) return false;
  }
  return is_utf8(view_of(text));
}

}  // namespace

Instant to_the_minute(Instant at) {
  const int64_t minutes = at.ms / kMinute_ms;
  return {std::clamp<int64_t>(minutes, 0, kMostMinutes) * kMinute_ms};
}

Bytes encode(const Event& event) {
  Writer out;
  out.raw(event.id).u16(event.kind).u32(static_cast<uint32_t>(to_the_minute(event.at).ms / kMinute_ms));
  out.raw(event.body);
  return out.take();
}

Result<Event> decode_event(BytesView bytes) {
  Reader in(bytes);
  Event event;
  event.id = in.fixed<EventId>();
  event.kind = in.u16();
  event.at = {static_cast<int64_t>(in.u32()) * kMinute_ms};
  HW_TRY(in.status());
  if (in.left() > kMostBodyBytes) return GroupError::kTooLarge;
  event.body = copy_of(in.rest());
  return event;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostNameBytes && shows(name, false) &&
         name.find_first_not_of(' ') != std::string_view::npos;
}

bool is_words(std::string_view text, size_t most_bytes) {
  return text.size() <= most_bytes && shows(text, true);
}

void encode(Writer& out, const wire::WriteAccess& access) { out.raw(access.token).raw(access.read_hash); }

wire::WriteAccess decode_write_access(Reader& in) {
  wire::WriteAccess access;
  access.token = in.fixed<wire::WriteToken>();
  access.read_hash = in.fixed<Hash>();
  return access;
}

void encode(Writer& out, const AnswerAccess& answer) {
  encode(out, answer.access);
  out.raw(answer.key);
}

AnswerAccess decode_answer_access(Reader& in) {
  AnswerAccess answer;
  answer.access = decode_write_access(in);
  answer.key = in.fixed<decltype(answer.key)>();
  return answer;
}

RequestId Candidate::id() const {
  Writer out;
  out.text("homeward join request").opaque(key_package).opaque(spare);
  return RequestId::from(sha256(out.view()));
}

void encode(Writer& out, const Candidate& candidate) {
  out.opaque(candidate.key_package).opaque(candidate.spare).text(candidate.name).text(candidate.greeting);
  encode(out, candidate.answer);
}

Candidate decode_candidate(Reader& in) {
  Candidate candidate;
  candidate.key_package = copy_of(in.opaque(kMostKeyPackageBytes));
  candidate.spare = copy_of(in.opaque(kMostKeyPackageBytes));
  candidate.name = in.text(kMostNameBytes);
  candidate.greeting = in.text(kMostGreetingBytes);
  candidate.answer = decode_answer_access(in);
  if (in.ok() && !(is_name(candidate.name) && is_words(candidate.greeting, kMostGreetingBytes)))
    in.fail(CodecError::kMalformed);
  return candidate;
}

Bytes encode(const Proposed& body) {
  Writer out;
  encode(out, body.candidate);
  out.text(body.note);
  encode(out, body.approval);
  return out.take();
}

Result<Proposed> decode_proposed(BytesView body) {
  Reader in(body);
  Proposed out;
  out.candidate = decode_candidate(in);
  out.note = in.text(kMostNoteBytes);
  if (!is_words(out.note, kMostNoteBytes)) in.fail(CodecError::kMalformed);
  out.approval = decode_approval(in);
  return finished(in, std::move(out));
}

Bytes encode(const Confirmed& body) {
  Writer out;
  out.raw(body.request);
  encode(out, body.approval);
  return out.take();
}

Result<Confirmed> decode_confirmed(BytesView body) {
  Reader in(body);
  Confirmed out;
  out.request = in.fixed<RequestId>();
  out.approval = decode_approval(in);
  return finished(in, std::move(out));
}

Bytes encode(const BundleHash& body) {
  Writer out;
  out.raw(body.request).u64(body.epoch).raw(body.hash);
  return out.take();
}

Result<BundleHash> decode_bundle_hash(BytesView body) {
  Reader in(body);
  BundleHash out;
  out.request = in.fixed<RequestId>();
  out.epoch = in.u64();
  out.hash = in.fixed<Hash>();
  return finished(in, out);
}

Bytes encode(const RemovalApproved& body) {
  Writer out;
  out.raw(body.person);
  encode(out, body.approval);
  return out.take();
}

Result<RemovalApproved> decode_removal_approved(BytesView body) {
  Reader in(body);
  RemovalApproved out;
  out.person = in.fixed<PersonId>();
  out.approval = decode_approval(in);
  return finished(in, std::move(out));
}

Bytes encode_name(std::string_view name) {
  Writer out;
  out.text(name);
  return out.take();
}

Result<std::string> decode_name(BytesView body) {
  Reader in(body);
  std::string name = in.text(kMostNameBytes);
  HW_TRY(in.finish());
  if (!is_name(name)) return GroupError::kNameInvalid;
  return name;
}

Bytes encode_withdrawn(const RequestId& request) { return copy_of(request); }

Result<RequestId> decode_withdrawn(BytesView body) {
  Reader in(body);
  return finished(in, in.fixed<RequestId>());
}

Bytes encode(const ChangeProposed& body) {
  Writer out;
  encode(out, body.change);
  encode(out, body.approval);
  return out.take();
}

Result<ChangeProposed> decode_change_proposed(BytesView body) {
  Reader in(body);
  ChangeProposed out;
  out.change = decode_change(in);
  out.approval = decode_approval(in);
  return finished(in, std::move(out));
}

Bytes encode(const ChangeApproved& body) {
  Writer out;
  out.raw(body.change);
  encode(out, body.approval);
  return out.take();
}

Result<ChangeApproved> decode_change_approved(BytesView body) {
  Reader in(body);
  ChangeApproved out;
  out.change = in.fixed<ChangeId>();
  out.approval = decode_approval(in);
  return finished(in, std::move(out));
}

Bytes encode(const RequestObjected& body) {
  Writer out;
  out.raw(body.request).text(body.reason);
  return out.take();
}

Result<RequestObjected> decode_objected(BytesView body) {
  Reader in(body);
  RequestObjected out;
  out.request = in.fixed<RequestId>();
  out.reason = in.text(kMostNoteBytes);
  if (out.reason.empty() || !is_words(out.reason, kMostNoteBytes)) in.fail(CodecError::kMalformed);
  return finished(in, std::move(out));
}

Bytes encode_device_key(BytesView public_key) {
  Writer out;
  out.opaque(public_key);
  return out.take();
}

Result<Bytes> decode_device_key(BytesView body) {
  Reader in(body);
  Bytes key = copy_of(in.opaque(64));
  return finished(in, std::move(key));
}

Bytes encode(const OwnThings& body) {
  Writer out;
  out.raw(body.to).opaque(body.kem_output).opaque(body.ciphertext);
  return out.take();
}

Result<OwnThings> decode_own_things(BytesView body) {
  Reader in(body);
  OwnThings out;
  out.to = in.fixed<DeviceId>();
  out.kem_output = copy_of(in.opaque(128));
  out.ciphertext = copy_of(in.opaque(kMostBodyBytes));
  return finished(in, std::move(out));
}

Bytes encode_rejected(const ChangeId& change) { return copy_of(change); }

Result<ChangeId> decode_rejected(BytesView body) {
  Reader in(body);
  return finished(in, in.fixed<ChangeId>());
}

Bytes encode(const AnswerAt& body) {
  Writer out;
  out.raw(body.request).text(body.relay);
  return out.take();
}

Result<AnswerAt> decode_answer_at(BytesView body) {
  Reader in(body);
  AnswerAt out;
  out.request = in.fixed<RequestId>();
  out.relay = in.text(kMostRelayBytes);
  if (!are_relays({out.relay})) in.fail(CodecError::kMalformed);
  return finished(in, out);
}

Bytes encode(const RequestFromPorch& body) {
  Writer out;
  out.raw(body.request).raw(body.from.person);
  out.u32(static_cast<uint32_t>(to_the_minute(body.from.since).ms / kMinute_ms));
  return out.take();
}

Result<RequestFromPorch> decode_request_from_porch(BytesView body) {
  Reader in(body);
  RequestFromPorch out;
  out.request = in.fixed<RequestId>();
  out.from.person = in.fixed<PersonId>();
  out.from.since = {static_cast<int64_t>(in.u32()) * kMinute_ms};
  return finished(in, out);
}

}  // namespace homeward::group
