// What MLS needs from cryptography, by cipher suite (RFC 9420, section 5.1 and 17.1; RFC 9180 for HPKE).
//
// Every primitive is libsodium's or OpenSSL's; none is written here. A `Suite` is a row of a table: its
// functions take and give bytes of the sizes that the row names. Randomness is an argument, so that a run can
// be replayed. Nothing here blocks, allocates threads or keeps state.
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "base/secret.h"

namespace homeward {

enum class CryptoError : uint16_t {
  kBadKey = 1,    // a key or encapsulation of the wrong size or value
  kBadSignature,  // does not verify
  kOpenFailed,    // AEAD authentication failed
  kUnknownSuite,
  kOutOfMemory,  // passphrase hashing could not get its memory
};
constexpr Room room_of(CryptoError) { return Room::kCrypto; }

// Values as in the registry of MLS cipher suites (RFC 9420, section 17.1).
enum class SuiteId : uint16_t {
  kX25519Aes128Sha256Ed25519 = 0x0001,
  kP256Aes128Sha256P256 = 0x0002,
  kX25519ChaChaSha256Ed25519 = 0x0003,
};

// A digest or HMAC value of up to 64 bytes, without the heap.
struct Digest {
  std::array<uint8_t, 64> data{};
  uint8_t size = 0;
  BytesView view() const { return {data.data(), size}; }
  operator BytesView() const { return view(); }  // NOLINT(google-explicit-constructor)
  bool operator==(const Digest& other) const { return equal(view(), other.view()); }
};

struct KeyPair {
  Secret private_key;
  Bytes public_key;
  KeyPair clone() const { return {private_key.clone(), public_key}; }
};

// HPKE's output: the encapsulated key and the ciphertext (RFC 9420, section 7.6, HPKECiphertext).
struct HpkeCiphertext {
  Bytes kem_output;
  Bytes ciphertext;
  bool operator==(const HpkeCiphertext&) const = default;
};

class Suite {
 public:
  // Null for a suite that is not built in.
  static const Suite* find(SuiteId id);
  static std::span<const SuiteId> built_in();

  SuiteId id() const;
  size_t hash_size() const;        // KDF.Nh
  size_t key_size() const;         // AEAD.Nk
  size_t nonce_size() const;       // AEAD.Nn
  size_t tag_size() const;         // AEAD.Nt
  size_t kem_output_size() const;  // KEM.Nenc

  // --- Hash and key derivation (RFC 5869) ---
  Digest hash(BytesView data) const;
  Digest hash(std::span<const BytesView> parts) const;  // of the concatenation
  Digest hmac(BytesView key, BytesView data) const;     // RFC 2104
  Secret hkdf_extract(BytesView salt, BytesView ikm) const;
  Secret hkdf_expand(BytesView prk, BytesView info, size_t size_bytes) const;
  // ExpandWithLabel and DeriveSecret (RFC 9420, section 8), DeriveTreeSecret (section 9).
  Secret expand_with_label(BytesView secret, std::string_view label, BytesView context,
                           size_t size_bytes) const;
  Secret derive_secret(BytesView secret, std::string_view label) const;
  Secret derive_tree_secret(BytesView secret, std::string_view label, uint32_t generation,
                            size_t size_bytes) const;
  // RefHash (RFC 9420, section 5.2).
  Digest ref_hash(std::string_view label, BytesView value) const;

  // --- AEAD ---
  Bytes aead_seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext) const;
  Result<Secret> aead_open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext) const;

  // --- Signatures ---
  KeyPair generate_signature_key_pair(Random& random) const;
  // SignWithLabel, VerifyWithLabel (RFC 9420, section 5.1.2).
  Result<Bytes> sign_with_label(BytesView private_key, std::string_view label, BytesView content) const;
  Result<> verify_with_label(BytesView public_key, std::string_view label, BytesView content,
                             BytesView signature) const;
  Result<Bytes> sign(BytesView private_key, BytesView content) const;
  Result<> verify(BytesView public_key, BytesView content, BytesView signature) const;

  // --- HPKE, base mode (RFC 9180) ---
  KeyPair generate_hpke_key_pair(Random& random) const;
  Result<KeyPair> derive_key_pair(BytesView ikm) const;        // DeriveKeyPair, section 4 and 7.1.3
  Result<> check_hpke_public_key(BytesView public_key) const;  // size and, for curves, on the curve
  Result<HpkeCiphertext> hpke_seal(BytesView public_key, BytesView info, BytesView aad, BytesView plaintext,
                                   Random& random) const;
  // Opening computes the receiver's public key, at a third of its cost, unless it is given `public_key`; a
  // wrong one makes it fail.
  Result<Secret> hpke_open(BytesView private_key, const HpkeCiphertext& sealed, BytesView info, BytesView aad,
                           BytesView public_key = {}) const;
  // EncryptWithLabel, DecryptWithLabel (RFC 9420, section 5.1.3).
  Result<HpkeCiphertext> encrypt_with_label(BytesView public_key, std::string_view label, BytesView context,
                                            BytesView plaintext, Random& random) const;
  Result<Secret> decrypt_with_label(BytesView private_key, std::string_view label, BytesView context,
                                    const HpkeCiphertext& sealed, BytesView public_key = {}) const;
  // Export-only use for external commits (RFC 9420, section 8.3): SetupBaseS/R(public or private key,
  // "").Export("MLS 1.0 external init secret", size).
  struct ExternalInit {
    Bytes kem_output;
    Secret init_secret;
  };
  Result<ExternalInit> hpke_export_send(BytesView public_key, std::string_view label, size_t size_bytes,
                                        Random& random, BytesView info = {}) const;
  Result<Secret> hpke_export_receive(BytesView private_key, BytesView kem_output, std::string_view label,
                                     size_t size_bytes, BytesView info = {}) const;

  struct Row;  // crypto.cpp
  explicit constexpr Suite(const Row& row) : row_(&row) {}

 private:
  const Row* row_;
};

// --- Outside the suites ---

Hash sha256(BytesView data);
Hash sha256(std::initializer_list<BytesView> parts);  // of the concatenation

// XChaCha20-Poly1305 with a 32-byte key and a random 24-byte nonce in front: what the relay sees of an entry,
// and how key slots are wrapped. The result is plaintext.size() + kBoxOverhead bytes.
inline constexpr size_t kBoxOverhead = 24 + 16;
Bytes box_seal(BytesView key, BytesView aad, BytesView plaintext, Random& random);
Result<Secret> box_open(BytesView key, BytesView aad, BytesView box);

// Argon2id (RFC 9106), version 1.3, one lane. `salt` is 16 bytes.
struct PassphraseCost {
  uint64_t memory_bytes = 256ull << 20;
  uint32_t passes = 3;
};
Result<Secret> hash_passphrase(BytesView passphrase, BytesView salt, PassphraseCost cost, size_t size_bytes);

}  // namespace homeward
