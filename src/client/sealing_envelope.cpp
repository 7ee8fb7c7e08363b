#include "client/sealing_envelope.h"

#include "codec/codec.h"

namespace homeward::client {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kMostWrappedBytes = 256;

}  // namespace

Bytes encode(const SealedEnvelope& envelope) {
  Writer out;
  out.u8(kVersion);
  out.vector([&](Writer& slots) {
    for (const SealedEnvelope::Slot& slot : envelope.slots)
      slots.raw(slot.key).opaque(slot.wrapped.kem_output).opaque(slot.wrapped.ciphertext);
  });
  out.opaque(envelope.box);
  return out.take();
}

std::optional<SealedEnvelope> decode_envelope(BytesView sealed) {
  Reader in(sealed);
  SealedEnvelope out;
  if (in.u8() != kVersion) return std::nullopt;
  Reader slots = in.vector();
  while (!slots.empty()) {
    if (out.slots.size() == SealedEnvelope::kMostSlots) return std::nullopt;
    SealedEnvelope::Slot slot;
    slot.key = slots.fixed<SealingKeyId>();
    slot.wrapped.kem_output = copy_of(slots.opaque(kMostWrappedBytes));
    slot.wrapped.ciphertext = copy_of(slots.opaque(kMostWrappedBytes));
    out.slots.push_back(std::move(slot));
  }
  out.box = copy_of(in.opaque());
  if (!slots.ok() || !in.finish().ok()) return std::nullopt;
  return out;
}

}  // namespace homeward::client
