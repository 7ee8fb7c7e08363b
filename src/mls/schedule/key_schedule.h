// The key schedule of an epoch (RFC 9420, section 8), PSK secrets (8.4), exporters (8.5) and transcript
// hashes (8.2).
//
// Everything here is a pure function of its arguments. Values are wiped when they go; what the RFC calls
// consumed is not kept: `Epoch` holds only what a member needs until the epoch ends.
#pragma once

#include <string_view>
#include <vector>

#include "crypto/crypto.h"

namespace homeward::mls {

// What a member keeps of an epoch. `encryption_secret` is moved into the secret tree; `joiner_secret`, the
// epoch secret and the commit secret are never kept.
struct EpochSecrets {
  Secret sender_data_secret;
  Secret exporter_secret;
  Secret external_secret;
  Secret confirmation_key;
  Secret membership_key;
  Secret resumption_psk;
  Secret epoch_authenticator;
  Secret init_secret;

  EpochSecrets clone() const;
};

// The derivation of one epoch, from its joiner secret on.
struct EpochStart {
  EpochSecrets secrets;
  Secret encryption_secret;  // the root of the secret tree
  Secret welcome_secret;     // encrypts the GroupInfo in a Welcome; only the committer and who joins needs it
};

// joiner_secret = ExpandWithLabel(Extract(init_secret, commit_secret), "joiner", GroupContext, Nh).
// `group_context` is the encoded GroupContext of the new epoch.
Secret derive_joiner_secret(const Suite& suite, BytesView init_secret, BytesView commit_secret,
                            BytesView group_context);

// Everything below joiner_secret. `psk_secret` is empty or Nh bytes; empty stands for zeros.
EpochStart derive_epoch(const Suite& suite, BytesView joiner_secret, BytesView psk_secret,
                        BytesView group_context);

// The part of `derive_epoch` that opens a Welcome, whose reader does not know the GroupContext yet.
Secret derive_welcome_secret(const Suite& suite, BytesView joiner_secret, BytesView psk_secret);

// Epoch 0 of a new group: an epoch secret drawn by its creator (section 11).
EpochStart epoch_from_secret(const Suite& suite, BytesView epoch_secret);

// AEAD key and nonce of a Welcome's GroupInfo (section 12.4.3.1).
struct AeadKey {
  Secret key;
  Secret nonce;
};
AeadKey welcome_key(const Suite& suite, BytesView welcome_secret);

// One pre-shared key and its encoded PreSharedKeyID.
struct PskInput {
  Bytes id;
  Secret psk;
};
// psk_secret over the keys in their order (section 8.4); zeros of Nh bytes for none. At most 65,535 keys.
Secret derive_psk_secret(const Suite& suite, std::span<const PskInput> psks);

// MLS-Exporter(label, context, size) (section 8.5). size_bytes is at most 255 · Nh.
Secret export_secret(const Suite& suite, BytesView exporter_secret, std::string_view label, BytesView context,
                     size_t size_bytes);

// confirmed_transcript_hash of the new epoch. `input` is the encoded ConfirmedTranscriptHashInput.
Digest confirmed_transcript_hash(const Suite& suite, BytesView interim_before, BytesView input);
// interim_transcript_hash from the confirmed one and the confirmation tag.
Digest interim_transcript_hash(const Suite& suite, BytesView confirmed, BytesView confirmation_tag);

// MAC(confirmation_key, confirmed_transcript_hash).
Digest confirmation_tag(const Suite& suite, BytesView confirmation_key, BytesView confirmed);

}  // namespace homeward::mls
