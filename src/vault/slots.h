// The key slots: who knows a passphrase learns which file is a database and its key (docs/formats/vault.md,
// "slots").
//
// The file holds two copies of the same eight slots, written one after the other with a sync between, so that
// one of them is whole after a crash at any moment. Every byte of it is random or looks it; nothing tells a
// used slot from an unused one.
#pragma once

#include "vault/vault.h"

namespace homeward::vault {

inline constexpr const char* kSlotsFile = "slots";
inline constexpr size_t kSlotCount = 8;
inline constexpr size_t kSaltBytes = 16;
inline constexpr size_t kPayloadBytes = 64;
inline constexpr size_t kSlotBytes = kPayloadBytes + kBoxOverhead;
inline constexpr size_t kCopyBytes =
    4096;  // a disk's sector, so that writing one copy never touches the other
inline constexpr size_t kCopies = 2;
inline constexpr size_t kSlotsFileBytes = kCopies * kCopyBytes;
static_assert(kSaltBytes + kSlotCount * kSlotBytes <= kCopyBytes);

// The version of all the formats behind a slot.
inline constexpr uint16_t kFormatVersion = 1;

// What a slot holds.
struct Payload {
  uint8_t file = 0;  // 0: `a`, 1: `b`
  SecretBytes<32> key;
};

// True if the file is there in its full length.
Result<bool> slots_exist(const VaultFiles& files);

// Writes a new file, with this payload in a slot drawn at random.
Result<> create_slots(const VaultFiles& files, const Payload& payload, BytesView passphrase,
                      PassphraseCost cost, Random& random);

// Errors: kNoVault, kWrongPassphrase, kTooNew, kIo, kOutOfMemory. Where the two copies differ in the slot
// that opened, the other one is repaired.
Result<Payload> open_slots(const VaultFiles& files, BytesView passphrase, PassphraseCost cost);

// Wraps anew what `current` opens, in the same slot.
Result<> rewrap_slot(const VaultFiles& files, const Vault::Passphrases& passphrases, PassphraseCost cost,
                     Random& random);

}  // namespace homeward::vault
