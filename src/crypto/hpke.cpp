// HPKE (RFC 9180), base mode, single-shot: a context seals at sequence number 0 or exports once, then goes.
#include "codec/codec.h"
#include "crypto/algorithms.h"
#include "crypto/labelled_sealer.h"

namespace homeward {
namespace {

constexpr size_t kMostHash = 64;
constexpr size_t kMostPublicKey = 133;  // an uncompressed point of P-521

using KdfSecret = SecretBytes<kMostHash>;  // the first hash.size bytes count

// suite_id of section 4.1 ("KEM" || kem_id) or 5.1 ("HPKE" || kem_id || kdf_id || aead_id).
class SuiteName {
 public:
  static SuiteName of_kem(const KemAlgorithm& kem) {
    SuiteName out;
    out.text("KEM");
    out.number(kem.hpke_id);
    return out;
  }
  static SuiteName of_hpke(const Suite::Row& row) {
    SuiteName out;
    out.text("HPKE");
    out.number(row.kem.hpke_id);
    out.number(row.hash.hpke_kdf_id);
    out.number(row.aead.hpke_id);
    return out;
  }
  BytesView view() const { return {bytes_.data(), size_}; }

 private:
  void text(std::string_view text) {
    for (const char c : text) bytes_[size_++] = static_cast<uint8_t>(c);
  }
  void number(uint16_t value) {
    bytes_[size_++] = static_cast<uint8_t>(value >> 8);
    bytes_[size_++] = static_cast<uint8_t>(value);
  }

  std::array<uint8_t, 10> bytes_{};
  size_t size_ = 0;
};

// LabeledExtract and LabeledExpand of section 4.
class LabelledKdf {
 public:
  LabelledKdf(const HashAlgorithm& hash, const SuiteName& name) : hash_(hash), name_(name) {}

  KdfSecret extract(BytesView salt, std::string_view label, BytesView ikm) const {
    const std::array<BytesView, 4> parts = {view_of("HPKE-v1"), name_.view(), view_of(label), ikm};
    KdfSecret out;
    hkdf_extract_parts(hash_, salt, parts, out.bytes().data());
    return out;
  }
  void expand(const KdfSecret& prk, std::string_view label, BytesView info, MutableBytes out) const {
    const std::array<uint8_t, 2> size = {static_cast<uint8_t>(out.size() >> 8),
                                         static_cast<uint8_t>(out.size())};
    const std::array<BytesView, 5> parts = {size, view_of("HPKE-v1"), name_.view(), view_of(label), info};
    hkdf_expand_parts(hash_, used(prk), parts, out);
  }
  BytesView used(const KdfSecret& secret) const { return secret.view().first(hash_.size); }

 private:
  const HashAlgorithm& hash_;
  SuiteName name_;
};

LabelledKdf kdf_of(const KemAlgorithm& kem) { return {*kem.hash, SuiteName::of_kem(kem)}; }
LabelledKdf kdf_of(const Suite::Row& row) { return {row.hash, SuiteName::of_hpke(row)}; }

// What both sides share after section 4.1: the KEM's shared secret.
using SharedSecret = SecretBytes<kMostHash>;  // the first kem.secret_size bytes count

// ExtractAndExpand of section 4.1 over kem_context = enc || pkRm.
Result<SharedSecret> shared_secret(const KemAlgorithm& kem, BytesView private_key, BytesView their_public,
                                   BytesView enc, BytesView receiver_public) {
  SecretBytes<kMostPublicKey> dh;
  if (!kem.dh(private_key, their_public, dh.bytes().data())) return Error(CryptoError::kBadKey, "HPKE: DH");
  std::array<uint8_t, 2 * kMostPublicKey> context{};
  std::ranges::copy(enc, context.begin());
  std::ranges::copy(receiver_public, context.begin() + static_cast<ptrdiff_t>(enc.size()));
  const LabelledKdf kdf = kdf_of(kem);
  const KdfSecret prk = kdf.extract({}, "eae_prk", dh.view().first(kem.dh_size));
  SharedSecret out;
  kdf.expand(prk, "shared_secret", BytesView(context).first(enc.size() + receiver_public.size()),
             out.bytes().first(kem.secret_size));
  return out;
}

// DeriveKeyPair of section 7.1.3.
Result<KeyPair> derive(const KemAlgorithm& kem, BytesView ikm) {
  const LabelledKdf kdf = kdf_of(kem);
  const KdfSecret prk = kdf.extract({}, "dkp_prk", ikm);
  KeyPair pair{.private_key = Secret(kem.private_key_size), .public_key = Bytes(kem.public_key_size)};
  if (!kem.rejection_sampling) {
    kdf.expand(prk, "sk", {}, pair.private_key.bytes());
    if (kem.public_of(pair.private_key.view(), pair.public_key.data())) return pair;
    return Error(CryptoError::kBadKey, "HPKE: DeriveKeyPair");
  }
  for (unsigned counter = 0; counter < 256; ++counter) {
    const auto byte = static_cast<uint8_t>(counter);
    kdf.expand(prk, "candidate", {&byte, 1}, pair.private_key.bytes());
    if (kem.public_of(pair.private_key.view(), pair.public_key.data())) return pair;
  }
  return Error(CryptoError::kBadKey, "HPKE: DeriveKeyPair");
}

KeyPair generate(const KemAlgorithm& kem, Random& random) {
  // Section 4: GenerateKeyPair may be DeriveKeyPair of Nsk random bytes; it fails once in 2^8192 draws.
  while (true) {
    const Secret ikm = random.secret(kem.private_key_size);
    Result<KeyPair> pair = derive(kem, ikm.view());
    if (pair.ok()) return std::move(pair).value();
  }
}

struct Encapsulated {
  SharedSecret secret;
  Bytes enc;
};

Result<Encapsulated> encapsulate(const KemAlgorithm& kem, BytesView receiver_public, Random& random) {
  if (receiver_public.size() != kem.public_key_size) return Error(CryptoError::kBadKey, "HPKE: public key");
  KeyPair ephemeral = generate(kem, random);
  HW_LET(SharedSecret secret, shared_secret(kem, ephemeral.private_key.view(), receiver_public,
                                            ephemeral.public_key, receiver_public));
  return Encapsulated{std::move(secret), std::move(ephemeral.public_key)};
}

// `known` is the receiver's public key, or empty.
Result<SharedSecret> decapsulate(const KemAlgorithm& kem, BytesView private_key, BytesView known,
                                 BytesView enc) {
  if (private_key.size() != kem.private_key_size) return Error(CryptoError::kBadKey, "HPKE: private key");
  if (enc.size() != kem.public_key_size) return Error(CryptoError::kBadKey, "HPKE: encapsulation");
  if (known.size() == kem.public_key_size) return shared_secret(kem, private_key, enc, enc, known);
  if (!known.empty()) return Error(CryptoError::kBadKey, "HPKE: public key");
  std::array<uint8_t, kMostPublicKey> public_key{};
  if (!kem.public_of(private_key, public_key.data())) return Error(CryptoError::kBadKey, "HPKE: private key");
  return shared_secret(kem, private_key, enc, enc, BytesView(public_key).first(kem.public_key_size));
}

// KeySchedule of section 5.1 with mode_base, an empty psk and an empty psk_id.
class Context {
 public:
  Context(const Suite::Row& row, const SharedSecret& shared, BytesView info)
      : Context(row, shared, info_hash_of(row, info)) {}
  Context(const Suite::Row& row, const SharedSecret& shared, const Digest& info_hash)
      : row_(row), kdf_(kdf_of(row)) {
    const size_t size = row.hash.size;
    const KdfSecret psk_id_hash = kdf_.extract({}, "psk_id_hash", {});
    constexpr uint8_t kModeBase = 0;
    schedule_[0] = kModeBase;
    std::ranges::copy(kdf_.used(psk_id_hash), schedule_.begin() + 1);
    std::ranges::copy(info_hash.view(), schedule_.begin() + 1 + static_cast<ptrdiff_t>(size));
    secret_ = kdf_.extract(shared.view().first(row.kem.secret_size), "secret", {});
  }
  static Digest info_hash_of(const Suite::Row& row, BytesView info) {
    const LabelledKdf kdf = kdf_of(row);
    const KdfSecret hash = kdf.extract({}, "info_hash", info);
    Digest out{.size = row.hash.size};
    std::ranges::copy(kdf.used(hash), out.data.begin());
    return out;
  }

  Bytes seal(BytesView aad, BytesView plaintext) const {
    const Keys keys(*this);
    Bytes out(plaintext.size() + row_.aead.tag_size);
    row_.aead.seal(keys.key(), keys.nonce(), aad, plaintext, out.data());
    return out;
  }
  Result<Secret> open(BytesView aad, BytesView ciphertext) const {
    if (ciphertext.size() < row_.aead.tag_size) return Error(CryptoError::kOpenFailed, "HPKE: too short");
    const Keys keys(*this);
    Secret out(ciphertext.size() - row_.aead.tag_size);
    if (!row_.aead.open(keys.key(), keys.nonce(), aad, ciphertext, out.bytes().data())) {
      return Error(CryptoError::kOpenFailed, "HPKE");
    }
    return out;
  }
  Secret export_secret(BytesView exporter_context, size_t size_bytes) const {
    KdfSecret exporter;
    kdf_.expand(secret_, "exp", schedule(), exporter.bytes().first(row_.hash.size));
    Secret out(size_bytes);
    kdf_.expand(exporter, "sec", exporter_context, out.bytes());
    return out;
  }

 private:
  // Sequence number 0: the nonce is base_nonce.
  class Keys {
   public:
    explicit Keys(const Context& context) : aead_(context.row_.aead) {
      context.kdf_.expand(context.secret_, "key", context.schedule(), key_.bytes().first(aead_.key_size));
      context.kdf_.expand(context.secret_, "base_nonce", context.schedule(),
                          nonce_.bytes().first(aead_.nonce_size));
    }
    BytesView key() const { return key_.view().first(aead_.key_size); }
    BytesView nonce() const { return nonce_.view().first(aead_.nonce_size); }

   private:
    const AeadAlgorithm& aead_;
    SecretBytes<32> key_;
    SecretBytes<12> nonce_;
  };

  BytesView schedule() const { return BytesView(schedule_).first(1 + 2 * size_t{row_.hash.size}); }

  const Suite::Row& row_;
  LabelledKdf kdf_;
  std::array<uint8_t, 1 + 2 * kMostHash> schedule_{};
  KdfSecret secret_;
};

}  // namespace

KeyPair Suite::generate_hpke_key_pair(Random& random) const { return generate(row_->kem, random); }

Result<KeyPair> Suite::derive_key_pair(BytesView ikm) const { return derive(row_->kem, ikm); }

Result<> Suite::check_hpke_public_key(BytesView public_key) const {
  if (public_key.size() != row_->kem.public_key_size || !row_->kem.valid_public(public_key)) {
    return Error(CryptoError::kBadKey, "HPKE: public key");
  }
  return success();
}

Result<HpkeCiphertext> Suite::hpke_seal(BytesView public_key, BytesView info, BytesView aad,
                                        BytesView plaintext, Random& random) const {
  HW_LET(Encapsulated sent, encapsulate(row_->kem, public_key, random));
  return HpkeCiphertext{std::move(sent.enc), Context(*row_, sent.secret, info).seal(aad, plaintext)};
}

Result<Secret> Suite::hpke_open(BytesView private_key, const HpkeCiphertext& sealed, BytesView info,
                                BytesView aad, BytesView public_key) const {
  HW_LET(const SharedSecret shared, decapsulate(row_->kem, private_key, public_key, sealed.kem_output));
  return Context(*row_, shared, info).open(aad, sealed.ciphertext);
}

Result<Suite::ExternalInit> Suite::hpke_export_send(BytesView public_key, std::string_view label,
                                                    size_t size_bytes, Random& random, BytesView info) const {
  HW_LET(Encapsulated sent, encapsulate(row_->kem, public_key, random));
  return ExternalInit{std::move(sent.enc),
                      Context(*row_, sent.secret, info).export_secret(view_of(label), size_bytes)};
}

Result<Secret> Suite::hpke_export_receive(BytesView private_key, BytesView kem_output, std::string_view label,
                                          size_t size_bytes, BytesView info) const {
  HW_LET(const SharedSecret shared, decapsulate(row_->kem, private_key, {}, kem_output));
  return Context(*row_, shared, info).export_secret(view_of(label), size_bytes);
}

LabelledSealer::LabelledSealer(const Suite& suite, std::string_view label, BytesView context)
    : row_(row_of(suite.id())) {
  Writer info;
  info.reserve(32 + label.size() + context.size());
  constexpr std::string_view kPrefix = "MLS 1.0 ";
  info.length(kPrefix.size() + label.size()).raw(view_of(kPrefix)).raw(view_of(label)).opaque(context);
  info_hash_ = Context::info_hash_of(row_, info.view());
}

Result<HpkeCiphertext> LabelledSealer::seal(BytesView public_key, BytesView plaintext, Random& random) const {
  HW_LET(Encapsulated sent, encapsulate(row_.kem, public_key, random));
  return HpkeCiphertext{std::move(sent.enc), Context(row_, sent.secret, info_hash_).seal({}, plaintext)};
}

}  // namespace homeward
