// Doubles, what can happen: cases that may be of the same man, found without showing his name to the group.
//
// A random key of the group's own, which every member gets and nobody outside, makes fingerprints (HMAC) of
// what is sealed: the man's name as it sounds, with and without his birth year. Who speaks for a case
// publishes its fingerprints; equal ones of two cases are offered to both speakers, and the cases are joined
// only while both agree. What a malicious member can guess with the key is said in docs/threat_model.md.
//
// Kinds 0x0800 to 0x08FF; docs/formats/doubles.md. Bodies end with further fields, as everywhere.
#pragma once

#include <vector>

#include "base/result.h"
#include "domain/log/log.h"

namespace homeward::domain::doubles {

enum class DoubleError : uint16_t { kMalformed = 0x0801 };
constexpr Room room_of(DoubleError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0800;
inline constexpr uint16_t kKeyKind = 0x0800;
inline constexpr uint16_t kFingerprintsKind = 0x0801;
inline constexpr uint16_t kAnswerKind = 0x0802;

struct KeyTag;
using Key = FixedBytes<32, KeyTag>;
struct FingerprintTag;
// One byte of what it is of (`Of`), then fifteen of the HMAC.
using Fingerprint = FixedBytes<16, FingerprintTag>;
struct KeyNameTag;
// The first eight bytes of the key's SHA-256: under which key fingerprints were made.
using KeyName = FixedBytes<8, KeyNameTag>;

enum class Of : uint8_t {
  kNameAndYear = 1,  // surname, given name, birth year
  kInitialAndYear,   // surname, first letter of the given name, birth year
  kWholeName,        // surname, given name, patronymic
  kSurname           // for rolls only: too little to offer two cases as one man
};
inline constexpr size_t kMostFingerprints = 8;

// By anybody; the first in the group's order stays.
struct KeyAnnounced {
  Key key;
  KeyName name;
  bool operator==(const KeyAnnounced&) const = default;
};
// By who speaks for the case; takes the place of what was published for it before.
struct FingerprintsPublished {
  Ref case_ref;
  KeyName key;
  std::vector<Fingerprint> fingerprints;  // rising, no two alike
  bool operator==(const FingerprintsPublished&) const = default;
};
// By who speaks for `mine`; of several the last counts.
struct Answer {
  Ref mine;
  Ref other;
  bool agree = false;
  bool operator==(const Answer&) const = default;
};

Bytes encode(const KeyAnnounced& body);
Bytes encode(const FingerprintsPublished& body);
Bytes encode(const Answer& body);
Result<KeyAnnounced> decode_key(BytesView body);
Result<FingerprintsPublished> decode_fingerprints(BytesView body);
Result<Answer> decode_answer(BytesView body);

}  // namespace homeward::domain::doubles
