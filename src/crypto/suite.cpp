#include <array>
#include <utility>

#include "codec/codec.h"
#include "crypto/algorithms.h"

namespace homeward {
namespace {

constexpr Suite::Row kRows[] = {
#ifndef HOMEWARD_NO_OPENSSL
    {SuiteId::kX25519Aes128Sha256Ed25519, kSha256, kX25519, kAes128Gcm, kEd25519},
    {SuiteId::kP256Aes128Sha256P256, kSha256, kP256, kAes128Gcm, kEcdsaP256},
#endif
    {SuiteId::kX25519ChaChaSha256Ed25519, kSha256, kX25519, kChaCha20Poly1305, kEd25519},
};
constexpr size_t kCount = std::size(kRows);

template <size_t... At>
constexpr std::array<Suite, kCount> suites_of(std::index_sequence<At...>) {
  return {Suite(kRows[At])...};
}
template <size_t... At>
constexpr std::array<SuiteId, kCount> ids_of(std::index_sequence<At...>) {
  return {kRows[At].id...};
}
constexpr std::array<Suite, kCount> kSuites = suites_of(std::make_index_sequence<kCount>());
constexpr std::array<SuiteId, kCount> kIds = ids_of(std::make_index_sequence<kCount>());

constexpr std::string_view kLabelPrefix = "MLS 1.0 ";

// struct { opaque label<V> = "MLS 1.0 " + Label; opaque content<V>; }: SignContent and EncryptContext (RFC
// 9420, sections 5.1.2 and 5.1.3) have the same form.
Bytes labelled(std::string_view label, BytesView content) {
  Writer out;
  out.reserve(8 + kLabelPrefix.size() + label.size() + content.size());
  out.length(kLabelPrefix.size() + label.size())
      .raw(view_of(kLabelPrefix))
      .raw(view_of(label))
      .opaque(content);
  return out.take();
}

}  // namespace

const Suite* Suite::find(SuiteId id) {
  for (const Suite& suite : kSuites) {
    if (suite.id() == id) return &suite;
  }
  return nullptr;
}

const Suite::Row& row_of(SuiteId id) {
  for (const Suite::Row& row : kRows) {
    if (row.id == id) return row;
  }
  HW_ASSERT(false);
  return kRows[0];
}

std::span<const SuiteId> Suite::built_in() { return kIds; }

SuiteId Suite::id() const { return row_->id; }
size_t Suite::hash_size() const { return row_->hash.size; }
size_t Suite::key_size() const { return row_->aead.key_size; }
size_t Suite::nonce_size() const { return row_->aead.nonce_size; }
size_t Suite::tag_size() const { return row_->aead.tag_size; }
size_t Suite::kem_output_size() const { return row_->kem.public_key_size; }

Digest Suite::hash(BytesView data) const { return hash(Parts(&data, 1)); }

Digest Suite::hash(std::span<const BytesView> parts) const {
  Digest out{.size = row_->hash.size};
  row_->hash.hash(parts, out.data.data());
  return out;
}

Digest Suite::hmac(BytesView key, BytesView data) const {
  Digest out{.size = row_->hash.size};
  row_->hash.hmac(key, {&data, 1}, out.data.data());
  return out;
}

Secret Suite::hkdf_extract(BytesView salt, BytesView ikm) const {
  Secret out(hash_size());
  hkdf_extract_parts(row_->hash, salt, {&ikm, 1}, out.bytes().data());
  return out;
}

Secret Suite::hkdf_expand(BytesView prk, BytesView info, size_t size_bytes) const {
  Secret out(size_bytes);
  hkdf_expand_parts(row_->hash, prk, {&info, 1}, out.bytes());
  return out;
}

Secret Suite::expand_with_label(BytesView secret, std::string_view label, BytesView context,
                                size_t size_bytes) const {
  HW_ASSERT(size_bytes <= UINT16_MAX);
  Writer before;  // KDFLabel up to the content of `context`
  before.reserve(12 + kLabelPrefix.size() + label.size());
  before.u16(static_cast<uint16_t>(size_bytes));
  before.length(kLabelPrefix.size() + label.size()).raw(view_of(kLabelPrefix)).raw(view_of(label));
  before.length(context.size());
  const std::array<BytesView, 2> info = {before.view(), context};
  Secret out(size_bytes);
  hkdf_expand_parts(row_->hash, secret, info, out.bytes());
  return out;
}

Secret Suite::derive_secret(BytesView secret, std::string_view label) const {
  return expand_with_label(secret, label, {}, hash_size());
}

Secret Suite::derive_tree_secret(BytesView secret, std::string_view label, uint32_t generation,
                                 size_t size_bytes) const {
  const std::array<uint8_t, 4> context = {
      static_cast<uint8_t>(generation >> 24), static_cast<uint8_t>(generation >> 16),
      static_cast<uint8_t>(generation >> 8), static_cast<uint8_t>(generation)};
  return expand_with_label(secret, label, context, size_bytes);
}

Digest Suite::ref_hash(std::string_view label, BytesView value) const {
  Writer before;
  before.reserve(8 + label.size());
  before.text(label).length(value.size());
  const std::array<BytesView, 2> input = {before.view(), value};
  return hash(input);
}

Bytes Suite::aead_seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext) const {
  HW_ASSERT(key.size() == key_size() && nonce.size() == nonce_size());
  Bytes out(plaintext.size() + tag_size());
  row_->aead.seal(key, nonce, aad, plaintext, out.data());
  return out;
}

Result<Secret> Suite::aead_open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext) const {
  HW_ASSERT(key.size() == key_size() && nonce.size() == nonce_size());
  if (ciphertext.size() < tag_size()) return Error(CryptoError::kOpenFailed, "AEAD: too short");
  Secret out(ciphertext.size() - tag_size());
  if (!row_->aead.open(key, nonce, aad, ciphertext, out.bytes().data()))
    return Error(CryptoError::kOpenFailed, "AEAD");
  return out;
}

KeyPair Suite::generate_signature_key_pair(Random& random) const { return row_->signature.generate(random); }

Result<Bytes> Suite::sign_with_label(BytesView private_key, std::string_view label, BytesView content) const {
  return sign(private_key, labelled(label, content));
}

Result<> Suite::verify_with_label(BytesView public_key, std::string_view label, BytesView content,
                                  BytesView signature) const {
  return verify(public_key, labelled(label, content), signature);
}

Result<Bytes> Suite::sign(BytesView private_key, BytesView content) const {
  return row_->signature.sign(private_key, content);
}

Result<> Suite::verify(BytesView public_key, BytesView content, BytesView signature) const {
  return row_->signature.verify(public_key, content, signature);
}

Result<HpkeCiphertext> Suite::encrypt_with_label(BytesView public_key, std::string_view label,
                                                 BytesView context, BytesView plaintext,
                                                 Random& random) const {
  return hpke_seal(public_key, labelled(label, context), {}, plaintext, random);
}

Result<Secret> Suite::decrypt_with_label(BytesView private_key, std::string_view label, BytesView context,
                                         const HpkeCiphertext& sealed, BytesView public_key) const {
  return hpke_open(private_key, sealed, labelled(label, context), {}, public_key);
}

}  // namespace homeward
