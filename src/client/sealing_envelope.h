// The form of what is sealed to members (docs/formats/sealing.md): a slot for each recipient with the content
// key, and the box that it opens.
#pragma once

#include <optional>
#include <vector>

#include "crypto/crypto.h"

namespace homeward::client {

struct SealingKeyIdTag;
// Of a public key: the first bytes of its SHA-256.
using SealingKeyId = FixedBytes<8, SealingKeyIdTag>;

struct SealedEnvelope {
  static constexpr size_t kMostSlots = 64;
  struct Slot {
    SealingKeyId key;
    HpkeCiphertext wrapped;
    bool operator==(const Slot&) const = default;
  };
  std::vector<Slot> slots;
  Bytes box;
  bool operator==(const SealedEnvelope&) const = default;
};

Bytes encode(const SealedEnvelope& envelope);
// Nothing if it is not what `encode` writes.
std::optional<SealedEnvelope> decode_envelope(BytesView sealed);

}  // namespace homeward::client
