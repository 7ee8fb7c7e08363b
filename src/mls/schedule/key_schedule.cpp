#include "mls/schedule/key_schedule.h"

#include "codec/codec.h"

namespace homeward::mls {

EpochSecrets EpochSecrets::clone() const {
  return {sender_data_secret.clone(),  exporter_secret.clone(), external_secret.clone(),
          confirmation_key.clone(),    membership_key.clone(),  resumption_psk.clone(),
          epoch_authenticator.clone(), init_secret.clone()};
}

namespace {

// The secret that "welcome" and the epoch are derived from.
Secret member_secret(const Suite& suite, BytesView joiner_secret, BytesView psk_secret) {
  if (!psk_secret.empty()) return suite.hkdf_extract(joiner_secret, psk_secret);
  const std::array<uint8_t, 64> zeros{};
  return suite.hkdf_extract(joiner_secret, BytesView(zeros).first(suite.hash_size()));
}

}  // namespace

Secret derive_joiner_secret(const Suite& suite, BytesView init_secret, BytesView commit_secret,
                            BytesView group_context) {
  const Secret extracted = suite.hkdf_extract(init_secret, commit_secret);
  return suite.expand_with_label(extracted.view(), "joiner", group_context, suite.hash_size());
}

Secret derive_welcome_secret(const Suite& suite, BytesView joiner_secret, BytesView psk_secret) {
  return suite.derive_secret(member_secret(suite, joiner_secret, psk_secret).view(), "welcome");
}

EpochStart derive_epoch(const Suite& suite, BytesView joiner_secret, BytesView psk_secret,
                        BytesView group_context) {
  const Secret member = member_secret(suite, joiner_secret, psk_secret);
  const Secret epoch = suite.expand_with_label(member.view(), "epoch", group_context, suite.hash_size());
  EpochStart start = epoch_from_secret(suite, epoch.view());
  start.welcome_secret = suite.derive_secret(member.view(), "welcome");
  return start;
}

EpochStart epoch_from_secret(const Suite& suite, BytesView epoch_secret) {
  EpochStart start;
  start.secrets.sender_data_secret = suite.derive_secret(epoch_secret, "sender data");
  start.encryption_secret = suite.derive_secret(epoch_secret, "encryption");
  start.secrets.exporter_secret = suite.derive_secret(epoch_secret, "exporter");
  start.secrets.external_secret = suite.derive_secret(epoch_secret, "external");
  start.secrets.confirmation_key = suite.derive_secret(epoch_secret, "confirm");
  start.secrets.membership_key = suite.derive_secret(epoch_secret, "membership");
  start.secrets.resumption_psk = suite.derive_secret(epoch_secret, "resumption");
  start.secrets.epoch_authenticator = suite.derive_secret(epoch_secret, "authentication");
  start.secrets.init_secret = suite.derive_secret(epoch_secret, "init");
  return start;
}

AeadKey welcome_key(const Suite& suite, BytesView welcome_secret) {
  return {suite.expand_with_label(welcome_secret, "key", {}, suite.key_size()),
          suite.expand_with_label(welcome_secret, "nonce", {}, suite.nonce_size())};
}

Secret derive_psk_secret(const Suite& suite, std::span<const PskInput> psks) {
  HW_ASSERT(psks.size() <= UINT16_MAX);
  const Secret zeros(suite.hash_size());
  Secret psk_secret(suite.hash_size());
  for (size_t i = 0; i < psks.size(); ++i) {
    Writer label;
    label.raw(psks[i].id).u16(static_cast<uint16_t>(i)).u16(static_cast<uint16_t>(psks.size()));
    const Secret extracted = suite.hkdf_extract(zeros.view(), psks[i].psk.view());
    const Secret input =
        suite.expand_with_label(extracted.view(), "derived psk", label.view(), suite.hash_size());
    psk_secret = suite.hkdf_extract(input.view(), psk_secret.view());
  }
  return psk_secret;
}

Secret export_secret(const Suite& suite, BytesView exporter_secret, std::string_view label, BytesView context,
                     size_t size_bytes) {
  const Secret derived = suite.derive_secret(exporter_secret, label);
  return suite.expand_with_label(derived.view(), "exported", suite.hash(context).view(), size_bytes);
}

Digest confirmed_transcript_hash(const Suite& suite, BytesView interim_before, BytesView input) {
  const std::array<BytesView, 2> parts{interim_before, input};
  return suite.hash(parts);
}

Digest interim_transcript_hash(const Suite& suite, BytesView confirmed, BytesView confirmation_tag) {
  Writer tag;
  tag.opaque(confirmation_tag);
  const std::array<BytesView, 2> parts{confirmed, tag.view()};
  return suite.hash(parts);
}

Digest confirmation_tag(const Suite& suite, BytesView confirmation_key, BytesView confirmed) {
  return suite.hmac(confirmation_key, confirmed);
}

}  // namespace homeward::mls
