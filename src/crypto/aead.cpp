#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <memory>

#include "crypto/algorithms.h"

namespace homeward {
namespace {

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

constexpr size_t kGcmTag = 16;

// Fetched once: the look-up costs more than sealing a short message.
const EVP_CIPHER* aes_128_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  HW_ASSERT(cipher != nullptr);
  return cipher;
}

int as_int(size_t size) {
  HW_ASSERT(size <= (size_t{1} << 30));
  return static_cast<int>(size);
}

void aes_seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  int end = 0;
  bool good =
      context && EVP_EncryptInit_ex2(context.get(), aes_128_gcm(), key.data(), nonce.data(), nullptr) == 1;
  if (good && !aad.empty()) {
    good = EVP_EncryptUpdate(context.get(), nullptr, &written, aad.data(), as_int(aad.size())) == 1;
  }
  written = 0;
  if (good && !plaintext.empty()) {
    good = EVP_EncryptUpdate(context.get(), out, &written, plaintext.data(), as_int(plaintext.size())) == 1;
  }
  good = good && EVP_EncryptFinal_ex(context.get(), out + written, &end) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTag, out + plaintext.size()) == 1;
  HW_ASSERT(good);
}

bool aes_open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  const BytesView body = ciphertext.first(ciphertext.size() - kGcmTag);
  std::array<uint8_t, kGcmTag> tag{};
  std::ranges::copy(ciphertext.last(kGcmTag), tag.begin());
  int written = 0;
  int end = 0;
  bool good =
      context && EVP_DecryptInit_ex2(context.get(), aes_128_gcm(), key.data(), nonce.data(), nullptr) == 1;
  if (good && !aad.empty()) {
    good = EVP_DecryptUpdate(context.get(), nullptr, &written, aad.data(), as_int(aad.size())) == 1;
  }
  written = 0;
  if (good && !body.empty()) {
    good = EVP_DecryptUpdate(context.get(), out, &written, body.data(), as_int(body.size())) == 1;
  }
  good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag.data()) == 1;
  std::array<uint8_t, kGcmTag> nothing{};  // GCM has no last block, but wants somewhere to write it
  const bool authentic = good && EVP_DecryptFinal_ex(context.get(), nothing.data(), &end) == 1;
  if (!authentic) ERR_clear_error();
  return authentic;
}

void chacha_seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out) {
  ready_sodium();
  crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(), plaintext.size(), aad.data(),
                                            aad.size(), nullptr, nonce.data(), key.data());
}

bool chacha_open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out) {
  ready_sodium();
  return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, ciphertext.data(),
                                                   ciphertext.size(), aad.data(), aad.size(), nonce.data(),
                                                   key.data()) == 0;
}

constexpr size_t kBoxNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kBoxKey = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
static_assert(kBoxOverhead == kBoxNonce + crypto_aead_xchacha20poly1305_ietf_ABYTES);

}  // namespace

const AeadAlgorithm kAes128Gcm = {.hpke_id = 0x0001,
                                  .key_size = 16,
                                  .nonce_size = 12,
                                  .tag_size = kGcmTag,
                                  .seal = aes_seal,
                                  .open = aes_open};
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
