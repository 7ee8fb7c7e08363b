// Invites: the link, the join request that is posted by it, the answer that comes back
// (docs/formats/invite.md).
//
// Whoever sees a link can post a request and can tell where requests are posted, but can read neither
// requests nor what follows: requests are sealed to the sponsor's one-time key, answers under a key that only
// the request names.
#pragma once

#include <optional>

#include "crypto/crypto.h"
#include "group/event.h"
#include "group/types.h"
#include "wire/wire.h"

namespace homeward::group {

struct Link {
  std::string relay;
  wire::WriteAccess ask;  // the queue to ask on
  Instant ends;           // to the second
  Bytes request_key;      // HPKE public key, one-time
  DeviceId sponsor;
  std::optional<PersonId> person;  // a further device of this one; else a newcomer
  bool operator==(const Link&) const = default;
};
// `homeward:1:` (for a further device: `homeward-device:1:`) and base64url of the fields and four bytes of
// their SHA-256, so that a cut link is known as such.
std::string encode_link(const Link& link);
// kBadInvite. White space around it is forgiven.
Result<Link> decode_link(std::string_view text);

// A request as an entry of the ask queue: always kRequestEntryBytes, random to the eye. kTooLarge if it does
// not fit.
inline constexpr size_t kRequestEntryBytes = 4096;
Result<Bytes> seal_request(const Link& link, const Candidate& candidate, Random& random);
// kMalformed for what is no request to this key.
Result<Candidate> open_request(const wire::QueueId& ask, const KeyPair& request_key, BytesView entry);

// Numbers below 1024, to be shown as words.
inline constexpr size_t kRequestWords = 4;
std::vector<uint16_t> words_of(const Hash& hash, size_t count);
std::vector<uint16_t> request_words(const RequestId& request);

// What the committer puts into the answer queue, in pieces: the Welcome, the sponsor's approval (so that the
// newcomer sees that her sponsor let this very group take her), and the sealed bundle.
struct Answer {
  Bytes welcome;            // MLSMessage
  uint64_t last_epoch = 0;  // of the sponsor's approval
  Bytes sponsor_signature;  // empty in a replacement
  Bytes bundle;             // box_seal under the GroupInfo's bundle key, aad the group id
};
Bytes encode(const Answer& answer);
Result<Answer> decode_answer(BytesView bytes);

// A long content as entries, each {parcel, index, count, bytes}.
struct ParcelIdTag;
using ParcelId = FixedBytes<16, ParcelIdTag>;
struct Piece {
  ParcelId parcel;
  uint16_t index = 0;
  uint16_t count = 0;
  Bytes bytes;
};
inline constexpr size_t kPieceBytes = 200 * 1024;
inline constexpr size_t kMostPieces = 320;
Bytes encode(const Piece& piece);
Result<Piece> decode_piece(BytesView content);
// kTooLarge over kMostPieces.
Result<std::vector<Bytes>> seal_parcel(const AnswerAccess& to, BytesView content, Random& random);

}  // namespace homeward::group
