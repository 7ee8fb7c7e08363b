// X25519 (RFC 7748) and Ed25519 (RFC 8032), by libsodium: no heap, and its scalar multiplication refuses the
// shared values that RFC 9180, section 7.1.4, wants refused.
#include <sodium.h>

#include "crypto/algorithms.h"

namespace homeward {
namespace {

bool x25519_public_of(BytesView private_key, uint8_t* public_key) {
  ready_sodium();
  return crypto_scalarmult_curve25519_base(public_key, private_key.data()) == 0;
}

bool x25519_dh(BytesView private_key, BytesView public_key, uint8_t* shared) {
  ready_sodium();
  return crypto_scalarmult_curve25519(shared, private_key.data(), public_key.data()) == 0 &&
         sodium_is_zero(shared, crypto_scalarmult_curve25519_BYTES) == 0;
}

// Every string of 32 bytes is a public key (RFC 7748, section 5); points of small order show in the shared
// value.
bool x25519_valid_public(BytesView) { return true; }

// The private key is libsodium's: the seed of RFC 8032, section 5.1.5, and the public key after it, because
// signing needs the public key and computing it costs as much as the signature. A seed alone will do as well.
constexpr size_t kSeed = crypto_sign_ed25519_SEEDBYTES;
constexpr size_t kSeedAndPublic = crypto_sign_ed25519_SECRETKEYBYTES;

KeyPair ed25519_generate(Random& random) {
  ready_sodium();
  KeyPair pair{.private_key = Secret(kSeedAndPublic),
               .public_key = Bytes(crypto_sign_ed25519_PUBLICKEYBYTES)};
  const Secret seed = random.secret(kSeed);
  crypto_sign_ed25519_seed_keypair(pair.public_key.data(), pair.private_key.bytes().data(),
                                   seed.view().data());
  return pair;
}

Result<Bytes> ed25519_sign(BytesView private_key, BytesView content) {
  ready_sodium();
  if (private_key.size() != kSeed && private_key.size() != kSeedAndPublic)
    return Error(CryptoError::kBadKey, "Ed25519 private key");
  SecretBytes<kSeedAndPublic> expanded;
  if (private_key.size() == kSeed) {
    std::array<uint8_t, crypto_sign_ed25519_PUBLICKEYBYTES> public_key{};
    crypto_sign_ed25519_seed_keypair(public_key.data(), expanded.bytes().data(), private_key.data());
    private_key = expanded.view();
  }
  Bytes signature(crypto_sign_ed25519_BYTES);
  crypto_sign_ed25519_detached(signature.data(), nullptr, content.data(), content.size(), private_key.data());
  return signature;
}

Result<> ed25519_verify(BytesView public_key, BytesView content, BytesView signature) {
  ready_sodium();
  if (public_key.size() != crypto_sign_ed25519_PUBLICKEYBYTES)
    return Error(CryptoError::kBadKey, "Ed25519 public key");
  if (signature.size() != crypto_sign_ed25519_BYTES ||
      crypto_sign_ed25519_verify_detached(signature.data(), content.data(), content.size(),
                                          public_key.data()) != 0) {
    return Error(CryptoError::kBadSignature, "Ed25519");
  }
  return success();
}

}  // namespace

const KemAlgorithm kX25519 = {.hpke_id = 0x0020,
                              .secret_size = 32,
                              .public_key_size = 32,
                              .private_key_size = 32,
                              .dh_size = 32,
                              .rejection_sampling = false,
                              .hash = &kSha256,
                              .public_of = x25519_public_of,
                              .dh = x25519_dh,
                              .valid_public = x25519_valid_public};
const SignatureAlgorithm kEd25519 = {
    .generate = ed25519_generate, .sign = ed25519_sign, .verify = ed25519_verify};

}  // namespace homeward
