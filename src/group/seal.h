// The outer seal: what the relay holds of an entry.
//
// XChaCha20-Poly1305 (crypto.h, box_seal) over `opaque content ‖ zeros`, bound to its queue's id, in exactly
// one of the sizes that wire.h allows: the smallest that holds it. An entry that is larger than need be, or
// whose padding is not zeros, is invalid; so each content has one size and no room for a hidden mark.
#pragma once

#include "base/environment.h"
#include "group/types.h"
#include "wire/wire.h"

namespace homeward::group {

// The largest content that fits.
inline constexpr size_t kMostSealedBytes = wire::kLargestEntry - 40 - 4;

// kTooLarge if the content does not fit the largest entry.
Result<Bytes> seal_entry(BytesView key, const wire::QueueId& queue, BytesView content, Random& random);
// kMalformed for whatever `seal_entry` did not make with this key for this queue.
Result<Secret> open_entry(BytesView key, const wire::QueueId& queue, BytesView entry);

// A group's entry: the MLS message and a signature over it and its queue by its sender's leaf. MLS signs the
// content alone, so that another member could encrypt it once more; signed as a whole an entry is its
// sender's or nobody's.
struct SignedMessage {
  Bytes message;
  Bytes signature;
};
inline constexpr std::string_view kEntryLabel = "homeward entry";
Bytes encode(const SignedMessage& entry);
Result<SignedMessage> decode_signed_message(BytesView content);
// What the signature is over.
Bytes entry_signature_content(const wire::QueueId& queue, BytesView message);

}  // namespace homeward::group
