// Events: what an application message carries, and the group's own kinds (docs/formats/group.md).
//
// Every `decode` refuses what `encode` would not write: one form of each value.
#pragma once

#include "codec/codec.h"
#include "group/claims.h"
#include "group/types.h"
#include "wire/wire.h"

namespace homeward::group {

// The group's own kinds.
inline constexpr uint16_t kRequestProposed = 0x0001;
inline constexpr uint16_t kRequestConfirmed = 0x0002;
inline constexpr uint16_t kMyName = 0x0003;
inline constexpr uint16_t kBundleHash = 0x0004;
inline constexpr uint16_t kRemovalApproved = 0x0005;
inline constexpr uint16_t kRequestWithdrawn = 0x0006;  // by its sponsor or an organizer
inline constexpr uint16_t kChangeProposed = 0x0007;
inline constexpr uint16_t kChangeApproved = 0x0008;
inline constexpr uint16_t kChangeRejected = 0x0009;
inline constexpr uint16_t kRequestObjected = 0x000A;
inline constexpr uint16_t kDeviceKey = 0x0010;  // to which a person's other devices seal what is hers
inline constexpr uint16_t kOwnThings = 0x0011;  // what is hers, for one of her devices
// By a request's sponsor: it came by an invite of another relay, where its newcomer waits for the answer.
inline constexpr uint16_t kAnswerAt = 0x0030;
inline constexpr uint16_t kPorchNote = 0x0020;         // sealed to one member, nobody sees to whom
inline constexpr uint16_t kRequestFromPorch = 0x0021;  // by the request's sponsor

// So that an event with its message, signatures and seal fits the largest entry.
inline constexpr size_t kMostBodyBytes = 250 * 1024;
inline constexpr size_t kMostKeyPackageBytes = 4096;
inline constexpr size_t kMostNoteBytes = 1024;

// `at` is cut to the minute. The body is everything after the head: it has no length of its own.
Bytes encode(const Event& event);
Result<Event> decode_event(BytesView bytes);
Instant to_the_minute(Instant at);

// Names and greetings are text that shows: UTF-8 without control characters.
bool is_name(std::string_view name);                      // 1 to kMostNameBytes, not only spaces
bool is_words(std::string_view text, size_t most_bytes);  // may be empty and have line breaks

// Where and under which key a newcomer awaits the answer.
struct AnswerAccess {
  wire::WriteAccess access;
  FixedBytes<32, struct AnswerKeyTag> key;
  bool operator==(const AnswerAccess&) const = default;
};
void encode(Writer& out, const wire::WriteAccess& access);
wire::WriteAccess decode_write_access(Reader& in);
void encode(Writer& out, const AnswerAccess& answer);
AnswerAccess decode_answer_access(Reader& in);

// What a newcomer asks with; the key packages as they are on the wire (KeyPackage of RFC 9420, section 10).
struct Candidate {
  Bytes key_package;
  Bytes spare;
  std::string name;
  std::string greeting;
  AnswerAccess answer;
  RequestId id() const;
  bool operator==(const Candidate&) const = default;
};
void encode(Writer& out, const Candidate& candidate);
Candidate decode_candidate(Reader& in);

struct Proposed {
  Candidate candidate;
  std::string note;
  Approval approval;  // the sponsor's
};
struct Confirmed {
  RequestId request;
  Approval approval;
};
struct BundleHash {
  RequestId request;
  uint64_t epoch = 0;
  Hash hash;
};
struct RemovalApproved {
  PersonId person;
  Approval approval;
};

struct ChangeProposed {
  Change change;
  Approval approval;
};
struct ChangeApproved {
  ChangeId change;
  Approval approval;
};
struct RequestObjected {
  RequestId request;
  std::string reason;  // 1 to kMostNoteBytes
};

struct AnswerAt {
  RequestId request;
  std::string relay;
};

struct RequestFromPorch {
  RequestId request;
  FromPorch from;
};
struct OwnThings {
  DeviceId to;
  Bytes kem_output;
  Bytes ciphertext;
};

Bytes encode(const Proposed& body);
Bytes encode(const Confirmed& body);
Bytes encode(const BundleHash& body);
Bytes encode(const RemovalApproved& body);
Bytes encode_name(std::string_view name);
Bytes encode(const ChangeProposed& body);
Bytes encode(const ChangeApproved& body);
Bytes encode(const RequestObjected& body);
Bytes encode_withdrawn(const RequestId& request);
Bytes encode_rejected(const ChangeId& change);
Result<Proposed> decode_proposed(BytesView body);
Result<Confirmed> decode_confirmed(BytesView body);
Result<BundleHash> decode_bundle_hash(BytesView body);
Result<RemovalApproved> decode_removal_approved(BytesView body);
Result<std::string> decode_name(BytesView body);
Result<RequestId> decode_withdrawn(BytesView body);
Result<ChangeProposed> decode_change_proposed(BytesView body);
Result<ChangeApproved> decode_change_approved(BytesView body);
Result<RequestObjected> decode_objected(BytesView body);
Bytes encode_device_key(BytesView public_key);
Result<Bytes> decode_device_key(BytesView body);
Bytes encode(const OwnThings& body);
Result<OwnThings> decode_own_things(BytesView body);
Result<ChangeId> decode_rejected(BytesView body);
Bytes encode(const AnswerAt& body);
Result<AnswerAt> decode_answer_at(BytesView body);
Bytes encode(const RequestFromPorch& body);
Result<RequestFromPorch> decode_request_from_porch(BytesView body);

}  // namespace homeward::group
