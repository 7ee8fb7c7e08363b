// AEADs by OpenSSL: AES-128-GCM, which libsodium has only with a key of 256 bits and on some processors, and
// ChaCha20-Poly1305 for long texts, where OpenSSL is twice as fast.
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "crypto/algorithms.h"

namespace homeward {
namespace {

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

constexpr size_t kTag = 16;

// Fetched once: the look-up costs more than sealing a short message.
const EVP_CIPHER* aes_128_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  HW_ASSERT(cipher != nullptr);
  return cipher;
}

const EVP_CIPHER* chacha20_poly1305() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  HW_ASSERT(cipher != nullptr);
  return cipher;
}

struct Input {
  BytesView key;
  BytesView nonce;
  BytesView aad;
  BytesView text;
};

int as_int(size_t size) {
  HW_ASSERT(size <= (size_t{1} << 30));
  return static_cast<int>(size);
}

void seal(const EVP_CIPHER* cipher, const Input& in, uint8_t* out) {
  const auto& [key, nonce, aad, plaintext] = in;
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  int end = 0;
  bool good = context && EVP_EncryptInit_ex2(context.get(), cipher, key.data(), nonce.data(), nullptr) == 1;
  if (good && !aad.empty()) {
    good = EVP_EncryptUpdate(context.get(), nullptr, &written, aad.data(), as_int(aad.size())) == 1;
  }
  written = 0;
  if (good && !plaintext.empty()) {
    good = EVP_EncryptUpdate(context.get(), out, &written, plaintext.data(), as_int(plaintext.size())) == 1;
  }
  good = good && EVP_EncryptFinal_ex(context.get(), out + written, &end) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, out + plaintext.size()) == 1;
  HW_ASSERT(good);
}

bool open(const EVP_CIPHER* cipher, const Input& in, uint8_t* out) {
  const auto& [key, nonce, aad, ciphertext] = in;
  const CipherContext context(EVP_CIPHER_CTX_new());
  const BytesView body = ciphertext.first(ciphertext.size() - kTag);
  std::array<uint8_t, kTag> tag{};
  std::ranges::copy(ciphertext.last(kTag), tag.begin());
  int written = 0;
  int end = 0;
  bool good = context && EVP_DecryptInit_ex2(context.get(), cipher, key.data(), nonce.data(), nullptr) == 1;
  if (good && !aad.empty()) {
    good = EVP_DecryptUpdate(context.get(), nullptr, &written, aad.data(), as_int(aad.size())) == 1;
  }
  written = 0;
  if (good && !body.empty()) {
    good = EVP_DecryptUpdate(context.get(), out, &written, body.data(), as_int(body.size())) == 1;
  }
  good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1;
  std::array<uint8_t, kTag> nothing{};  // there is no last block, but it wants somewhere to write it
  const bool authentic = good && EVP_DecryptFinal_ex(context.get(), nothing.data(), &end) == 1;
  if (!authentic) ERR_clear_error();
  return authentic;
}

void aes_seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out) {
  seal(aes_128_gcm(), {key, nonce, aad, plaintext}, out);
}

bool aes_open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out) {
  return open(aes_128_gcm(), {key, nonce, aad, ciphertext}, out);
}

}  // namespace

void chacha_seal_long(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, uint8_t* out) {
  seal(chacha20_poly1305(), {key, nonce, aad, plaintext}, out);
}

bool chacha_open_long(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, uint8_t* out) {
  return open(chacha20_poly1305(), {key, nonce, aad, ciphertext}, out);
}

const AeadAlgorithm kAes128Gcm = {.hpke_id = 0x0001,
                                  .key_size = 16,
                                  .nonce_size = 12,
                                  .tag_size = kTag,
                                  .seal = aes_seal,
                                  .open = aes_open};
}  // namespace homeward
