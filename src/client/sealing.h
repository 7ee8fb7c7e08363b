// What is sealed to named members of a group: readable by them alone, on no other member's device.
//
// A random key seals the padded content (XChaCha20-Poly1305) and is itself sealed to the newest sealing key
// of each recipient by HPKE (RFC 9180, base mode, X25519 and ChaCha20-Poly1305). Group, author, purpose and
// what it is about are bound to it: moved elsewhere or said by another it does not open. There is no forward
// secrecy against the theft of a recipient's device (docs/threat_model.md). docs/formats/sealing.md.
//
// A client announces its person's key by itself as soon as it is in a group, anew every 90 days and when the
// private key was lost; old private keys are kept, to read what was sealed to them.
#pragma once

#include "client/client.h"

namespace homeward::client {

enum class SealingError : uint16_t {
  kTooLarge = 200,
  kNoReader,  // none of the persons has a sealing key
};
constexpr Room room_of(SealingError) { return Room::kClient; }

inline constexpr size_t kMostPlaintextBytes = 32 * 1024;
inline constexpr int64_t kSealingKeyLasts_ms = 90ll * 24 * 3600 * 1000;
inline constexpr Space kSealingKeySpace = 0x3110;  // group ‖ person ‖ key number → private key

// What is bound to what is sealed. `purpose` is a constant of the feature ("case fields"), `about` names the
// thing (the case's ref).
struct SealedFor {
  std::string_view purpose;
  group::PersonId author;
  BytesView about;
};

// Seals for `persons`; the author (this client's person) is added if she is not among them. Persons whose key
// is not known yet are left out: see `missing_keys`, and seal anew when they have one. kTooLarge.
Result<Bytes> seal_to(const Client::Hand& hand, std::span<const group::PersonId> persons,
                      std::string_view purpose, BytesView about, BytesView plaintext);
// The content; nothing if it is not sealed to this client's person, or not what it claims to be.
std::optional<Secret> open_sealed(Rows& rows, const group::Group& group, BytesView sealed,
                                  const SealedFor& bound);
inline std::optional<Secret> open_sealed(const Client::Look& look, BytesView sealed, const SealedFor& bound) {
  return open_sealed(look.rows, look.group, sealed, bound);
}
// Those of `persons` whose sealing key is not known.
std::vector<group::PersonId> missing_keys(Rows& rows, const group::Group& group,
                                          std::span<const group::PersonId> persons);
// True if each of `persons` with a known key can open it with the newest, and nobody else can.
bool is_sealed_to(Rows& rows, const group::Group& group, BytesView sealed,
                  std::span<const group::PersonId> persons);

// Seals a few bytes to one person's newest key so that it shows neither to whom nor how much, all being of
// one size; without a person: to nobody, for cover. kNoReader if her key is not known, kTooLarge over
// kMostUnseenBytes.
inline constexpr size_t kMostUnseenBytes = 638;
Result<Bytes> seal_unseen(const Client::Hand& hand, const std::optional<group::PersonId>& person,
                          BytesView plaintext);
// The content, if it is for this client's person and `author` sealed it in this group.
std::optional<Secret> open_unseen(Rows& rows, const group::Group& group, const group::PersonId& author,
                                  BytesView sealed);

// Announces this client's key where that is due: anew also when a device of this person went. Where another
// device of hers made the announced key it waits for it (`lacks_own_key`). Called by the client itself in its
// transactions.
Result<> keep_sealing_key(const Client::Hand& hand);
// The key that this person announced is not here, and another device of hers may have it.
bool lacks_own_key(Rows& rows, const group::Group& group);
// The private keys, newest last, for another device of this person; and taking those in that are not here.
Bytes sealing_keys_of(Rows& rows, const group::GroupId& group, const group::PersonId& person);
void take_sealing_keys(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                       BytesView keys);
// The number of the newest private key here; 0: none.
uint32_t newest_sealing_key(Rows& rows, const group::Group& group);
// Erases the private keys of a group that is forgotten.
void forget_sealing_keys(Rows& rows, const group::GroupId& group);

}  // namespace homeward::client
