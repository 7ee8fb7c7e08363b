#include "bench/mls/libraries.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <array>
#include <cstdio>
#include <memory>

#include "base/assert.h"
#include "bench/mls/measure.h"

namespace homeward::bench {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free>;
using HashContext = std::unique_ptr<EVP_MD_CTX, Free>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free>;
using Bytes32 = std::array<uint8_t, 32>;

bool all_good = true;

template <class Work>
double time_of(size_t calls, Work&& work) {
  Samples batches;
  for (int batch = 0; batch < 61; ++batch) {
    const double began = cpu_time_us();
    for (size_t i = 0; i < calls; ++i) all_good = work() && all_good;
    batches.add((cpu_time_us() - began) / static_cast<double>(calls));
  }
  return batches.median();
}

void print(const char* name, double sodium, double openssl, bool uses_sodium) {
  std::printf("  %-34s %10.2f %10.2f   %s\n", name, sodium, openssl, uses_sodium ? "libsodium" : "OpenSSL");
}

Key private_key(int type, const Bytes32& bytes) {
  return Key(EVP_PKEY_new_raw_private_key(type, nullptr, bytes.data(), bytes.size()));
}

void compare_x25519() {
  Bytes32 mine{};
  Bytes32 theirs{};
  Bytes32 out{};
  randombytes_buf(mine.data(), mine.size());
  randombytes_buf(out.data(), out.size());
  all_good = crypto_scalarmult_curve25519_base(theirs.data(), out.data()) == 0;
  print("X25519, public key of a private one",
        time_of(30, [&] { return crypto_scalarmult_curve25519_base(out.data(), mine.data()) == 0; }),
        time_of(30,
                [&] {
                  size_t size = out.size();
                  const Key key = private_key(EVP_PKEY_X25519, mine);
                  return EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1;
                }),
        true);
  // The peer is another one every time; OpenSSL is spared checking it.
  const auto agree = [&](EVP_PKEY* key) {
    const Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, theirs.data(), theirs.size()));
    const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    size_t size = out.size();
    return EVP_PKEY_derive_init(context.get()) == 1 &&
           EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1 &&
           EVP_PKEY_derive(context.get(), out.data(), &size) == 1;
  };
  const double sodium =
      time_of(30, [&] { return crypto_scalarmult_curve25519(out.data(), mine.data(), theirs.data()) == 0; });
  const Key imported = private_key(EVP_PKEY_X25519, mine);
  print("X25519, agreement, key from bytes", sodium,
        time_of(30, [&] { return agree(private_key(EVP_PKEY_X25519, mine).get()); }), true);
  print("X25519, agreement, key imported", sodium, time_of(30, [&] { return agree(imported.get()); }), true);
}

void compare_ed25519() {
  const std::array<uint8_t, 200> text{};
  Bytes32 seed{};
  Bytes32 verify_key{};
  std::array<uint8_t, 64> private_half{};
  std::array<uint8_t, 64> signature{};
  randombytes_buf(seed.data(), seed.size());
  crypto_sign_seed_keypair(verify_key.data(), private_half.data(), seed.data());
  const Key signer = private_key(EVP_PKEY_ED25519, seed);
  print("Ed25519, signing 200 bytes",
        time_of(30,
                [&] {
                  return crypto_sign_detached(signature.data(), nullptr, text.data(), text.size(),
                                              private_half.data()) == 0;
                }),
        time_of(30,
                [&] {
                  const HashContext context(EVP_MD_CTX_new());
                  size_t size = signature.size();
                  return EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, signer.get()) == 1 &&
                         EVP_DigestSign(context.get(), signature.data(), &size, text.data(), text.size()) ==
                             1;
                }),
        true);
  print("Ed25519, verifying",
        time_of(30,
                [&] {
                  return crypto_sign_verify_detached(signature.data(), text.data(), text.size(),
                                                     verify_key.data()) == 0;
                }),
        time_of(30,
                [&] {
                  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, verify_key.data(),
                                                            verify_key.size()));
                  const HashContext context(EVP_MD_CTX_new());
                  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                         EVP_DigestVerify(context.get(), signature.data(), signature.size(), text.data(),
                                          text.size()) == 1;
                }),
        true);
}

void compare_symmetric() {
  static std::array<uint8_t, 1 << 20> text{};
  static std::array<uint8_t, (1 << 20) + 16> sealed{};
  Bytes32 digest{};
  const Bytes32 key{};
  const std::array<uint8_t, 12> nonce{};
  const auto hash = [&](const char* name, size_t size, size_t calls) {
    print(name, time_of(calls, [&] { return crypto_hash_sha256(digest.data(), text.data(), size) == 0; }),
          time_of(calls, [&] { return SHA256(text.data(), size, digest.data()) != nullptr; }), false);
  };
  hash("SHA-256 of 200 bytes", 200, 200);
  hash("SHA-256 of 1 MiB", text.size(), 1);
  const std::unique_ptr<EVP_CIPHER, void (*)(EVP_CIPHER*)> cipher(
      EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr), EVP_CIPHER_free);
  const auto seal = [&](const char* name, size_t size, size_t calls, bool uses_sodium) {
    print(name,
          time_of(calls,
                  [&] {
                    return crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, text.data(),
                                                                     size, nullptr, 0, nullptr, nonce.data(),
                                                                     key.data()) == 0;
                  }),
          time_of(calls,
                  [&] {
                    const CipherContext context(EVP_CIPHER_CTX_new());
                    int written = 0;
                    return EVP_EncryptInit_ex2(context.get(), cipher.get(), key.data(), nonce.data(),
                                               nullptr) == 1 &&
                           EVP_EncryptUpdate(context.get(), sealed.data(), &written, text.data(),
                                             static_cast<int>(size)) == 1 &&
                           EVP_EncryptFinal_ex(context.get(), sealed.data() + written, &written) == 1 &&
                           EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16,
                                               sealed.data() + size) == 1;
                  }),
          uses_sodium);
  };
  seal("ChaCha20-Poly1305, 100 bytes", 100, 200, true);
  seal("ChaCha20-Poly1305, 2 KiB", 2048, 100, true);
  seal("ChaCha20-Poly1305, 4 KiB", 4096, 100, false);
  seal("ChaCha20-Poly1305, 1 MiB", text.size(), 1, false);
}

}  // namespace

void print_libraries() {
  HW_ASSERT(sodium_init() >= 0);
  std::printf("  %-34s %10s %10s   used\n", "primitive, us", "libsodium", "OpenSSL");
  compare_x25519();
  compare_ed25519();
  compare_symmetric();
  HW_ASSERT(all_good);
}

}  // namespace homeward::bench
