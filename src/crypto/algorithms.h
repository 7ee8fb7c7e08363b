// The primitives behind a suite, as rows of function pointers: a suite names one hash, one KEM, one AEAD and
// one signature scheme, and a new suite is new rows. Private to this room.
//
// Every function here takes sizes that its row names; `Suite` checks what comes from outside before it calls.
#pragma once

#include "crypto/crypto.h"

namespace homeward {

using Parts = std::span<const BytesView>;

// SHA-256 and its like, and HMAC (RFC 2104) with it; `out` has `size` bytes.
struct HashAlgorithm {
  uint16_t hpke_kdf_id;  // RFC 9180, section 7.2
  uint8_t size;
  void (*hash)(Parts parts, uint8_t* out);
  void (*hmac)(BytesView key, Parts parts, uint8_t* out);
};

// RFC 9180, section 7.3. `seal` writes plaintext.size() + tag_size bytes, `open` ciphertext.size() -
// tag_size; `open` is false if the tag is wrong, and `out` is then unspecified.
struct AeadAlgorithm {
  uint16_t hpke_id;
  uint8_t key_size;
  uint8_t nonce_size;
  uint8_t tag_size;
  void (*seal)(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out);
  bool (*open)(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out);
};

// The Diffie-Hellman group of a DHKEM (RFC 9180, section 4.1 and 7.1).
struct KemAlgorithm {
  uint16_t hpke_id;
  uint8_t secret_size;       // Nsecret
  uint8_t public_key_size;   // Npk and Nenc
  uint8_t private_key_size;  // Nsk
  uint8_t dh_size;           // Ndh
  // DeriveKeyPair makes candidates until one is a private key; if not, the first one is.
  bool rejection_sampling;
  const HashAlgorithm* hash;
  // False if the private key is out of range.
  bool (*public_of)(BytesView private_key, uint8_t* public_key);
  // False if a key is invalid or the shared value is one that RFC 9180, section 7.1.4, refuses.
  bool (*dh)(BytesView private_key, BytesView public_key, uint8_t* shared);
  bool (*valid_public)(BytesView public_key);  // of the right size
};

struct SignatureAlgorithm {
  KeyPair (*generate)(Random& random);
  Result<Bytes> (*sign)(BytesView private_key, BytesView content);
  Result<> (*verify)(BytesView public_key, BytesView content, BytesView signature);
};

extern const HashAlgorithm kSha256;
extern const AeadAlgorithm kAes128Gcm;
extern const AeadAlgorithm kChaCha20Poly1305;
extern const KemAlgorithm kX25519;
extern const KemAlgorithm kP256;
extern const SignatureAlgorithm kEd25519;
extern const SignatureAlgorithm kEcdsaP256;

struct Suite::Row {
  SuiteId id;
  const HashAlgorithm& hash;
  const KemAlgorithm& kem;
  const AeadAlgorithm& aead;
  const SignatureAlgorithm& signature;
};

// Of a suite that is built in.
const Suite::Row& row_of(SuiteId id);

// HKDF (RFC 5869) over inputs in parts. `out` of extract has hash.size bytes.
void hkdf_extract_parts(const HashAlgorithm& hash, BytesView salt, Parts ikm, uint8_t* out);
// out.size() is at most 255 * hash.size; `info` has at most 8 parts.
void hkdf_expand_parts(const HashAlgorithm& hash, BytesView prk, Parts info, MutableBytes out);

// ChaCha20-Poly1305 by OpenSSL, as the functions of its row.
void chacha_seal_long(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out);
bool chacha_open_long(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out);

// libsodium chooses its fast implementations once.
void ready_sodium();

}  // namespace homeward
