// AES-128-GCM, by OpenSSL: libsodium has it only with a key of 256 bits and on some processors.
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

}  // namespace

const AeadAlgorithm kAes128Gcm = {.hpke_id = 0x0001,
                                  .key_size = 16,
                                  .nonce_size = 12,
                                  .tag_size = kGcmTag,
                                  .seal = aes_seal,
                                  .open = aes_open};
}  // namespace homeward
