// ChaCha20-Poly1305, boxes and passphrases, by libsodium; long texts by OpenSSL, if it is there.
#include <sodium.h>

#include "crypto/algorithms.h"

namespace homeward {
namespace {

#ifdef HOMEWARD_NO_OPENSSL
constexpr bool is_long(size_t) { return false; }
#else
// From here on OpenSSL is the faster one, for all that it needs to begin (mls_bench --libraries).
constexpr bool is_long(size_t size_bytes) { return size_bytes >= 4096; }
#endif

void chacha_seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out) {
  if (is_long(plaintext.size())) return chacha_seal_long(key, nonce, aad, plaintext, out);
  ready_sodium();
  crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(), plaintext.size(), aad.data(),
                                            aad.size(), nullptr, nonce.data(), key.data());
}

bool chacha_open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out) {
  if (is_long(ciphertext.size())) return chacha_open_long(key, nonce, aad, ciphertext, out);
  ready_sodium();
  return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, ciphertext.data(),
                                                   ciphertext.size(), aad.data(), aad.size(), nonce.data(),
                                                   key.data()) == 0;
}

constexpr size_t kBoxNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kBoxKey = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
static_assert(kBoxOverhead == kBoxNonce + crypto_aead_xchacha20poly1305_ietf_ABYTES);

}  // namespace

const AeadAlgorithm kChaCha20Poly1305 = {.hpke_id = 0x0003,
                                         .key_size = 32,
                                         .nonce_size = 12,
                                         .tag_size = 16,
                                         .seal = chacha_seal,
                                         .open = chacha_open};

void ready_sodium() {
  static const bool ready = sodium_init() >= 0;
  HW_ASSERT(ready);
}

Bytes box_seal(BytesView key, BytesView aad, BytesView plaintext, Random& random) {
  ready_sodium();
  HW_ASSERT(key.size() == kBoxKey);
  Bytes box(plaintext.size() + kBoxOverhead);
  random.fill(MutableBytes(box).first(kBoxNonce));
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + kBoxNonce, nullptr, plaintext.data(),
                                             plaintext.size(), aad.data(), aad.size(), nullptr, box.data(),
                                             key.data());
  return box;
}

Result<Secret> box_open(BytesView key, BytesView aad, BytesView box) {
  ready_sodium();
  HW_ASSERT(key.size() == kBoxKey);
  if (box.size() < kBoxOverhead) return Error(CryptoError::kOpenFailed, "box: too short");
  Secret plaintext(box.size() - kBoxOverhead);
  const BytesView sealed = box.subspan(kBoxNonce);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext.bytes().data(), nullptr, nullptr, sealed.data(),
                                                 sealed.size(), aad.data(), aad.size(), box.data(),
                                                 key.data()) != 0) {
    return Error(CryptoError::kOpenFailed, "box");
  }
  return plaintext;
}

Result<Secret> hash_passphrase(BytesView passphrase, BytesView salt, PassphraseCost cost, size_t size_bytes) {
  ready_sodium();
  if (salt.size() != crypto_pwhash_argon2id_SALTBYTES || size_bytes < crypto_pwhash_argon2id_BYTES_MIN ||
      cost.passes < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
      cost.memory_bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
      cost.memory_bytes > crypto_pwhash_argon2id_MEMLIMIT_MAX) {
    return Error(CryptoError::kBadKey, "passphrase: cost, salt or size out of range");
  }
  Secret out(size_bytes);
  if (crypto_pwhash(out.bytes().data(), size_bytes, reinterpret_cast<const char*>(passphrase.data()),
                    passphrase.size(), salt.data(), cost.passes, static_cast<size_t>(cost.memory_bytes),
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error(CryptoError::kOutOfMemory, "passphrase");
  }
  return out;
}

}  // namespace homeward
