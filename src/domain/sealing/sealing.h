// Sealing keys: who announced which, the newest of each person.
//
// A person announces her own key only, with a number that rises by each announcement; an announcement with a
// number that is not above the last changes nothing. The private keys and the sealing itself are the
// client's (client/sealing.h). docs/formats/sealing.md.
//
// Kind 0x0600. Rows, each key beginning with the group's id:
//   0x2600  place → event (log.h), of each person the newest: the shared state
//   0x2601  person → number, public key, place
#pragma once

#include <vector>

#include "base/result.h"
#include "domain/log/log.h"

namespace homeward::domain::sealing {

enum class SealingKeyError : uint16_t { kMalformed = 0x0601 };
constexpr Room room_of(SealingKeyError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0600;
inline constexpr uint16_t kAnnounced = 0x0600;
inline constexpr Log kLog{0x2600};
inline constexpr Space kKeySpace = 0x2601;

struct PublicKeyTag;
using PublicKey = FixedBytes<32, PublicKeyTag>;  // X25519

struct Announced {
  uint32_t number = 0;  // from 1
  PublicKey key;
  bool operator==(const Announced&) const = default;
};
Bytes encode(const Announced& body);
Result<Announced> decode_announced(BytesView body);

class State {
 public:
  void fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);
};

// The newest key of a person; nothing if she announced none.
std::optional<Announced> key_of(Rows& rows, const GroupKey& group, const Author& person);

}  // namespace homeward::domain::sealing
