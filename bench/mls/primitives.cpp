#include "bench/mls/primitives.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <array>
#include <vector>

#include "bench/mls/measure.h"
#include "crypto/crypto.h"

namespace homeward::bench {
namespace {

constexpr size_t kMib = 1 << 20;

// The median over batches of the time of one call.
template <class Work>
double time_of(size_t calls_per_batch, Work&& work) {
  Samples batches;
  for (int batch = 0; batch < 41; ++batch) {
    const double began = cpu_time_us();
    for (size_t i = 0; i < calls_per_batch; ++i) work();
    batches.add((cpu_time_us() - began) / static_cast<double>(calls_per_batch));
  }
  return batches.median();
}

void measure_curve(Primitives& out) {
  std::array<uint8_t, 32> private_key{};
  std::array<uint8_t, 32> public_key{};
  std::array<uint8_t, 32> shared{};
  randombytes_buf(private_key.data(), private_key.size());
  bool good = true;
  out.keygen = time_of(20, [&] {
    good = crypto_scalarmult_curve25519_base(public_key.data(), private_key.data()) == 0 && good;
  });
  out.agree = time_of(20, [&] {
    good = crypto_scalarmult_curve25519(shared.data(), private_key.data(), public_key.data()) == 0 && good;
  });
  HW_ASSERT(good);
}

struct Signed {
  std::array<uint8_t, crypto_sign_ed25519_PUBLICKEYBYTES> public_key{};
  std::array<uint8_t, crypto_sign_ed25519_BYTES> signature{};
  std::array<uint8_t, 200> text{};
};

// Verifying takes a time that depends on its input, and one input over and over teaches the processor its
// branches: many keys and texts, as in a group.
void measure_signature(Primitives& out) {
  std::array<uint8_t, crypto_sign_ed25519_SECRETKEYBYTES> private_key{};
  std::vector<Signed> all(100);
  for (Signed& one : all) {
    crypto_sign_ed25519_keypair(one.public_key.data(), private_key.data());
    randombytes_buf(one.text.data(), one.text.size());
    crypto_sign_ed25519_detached(one.signature.data(), nullptr, one.text.data(), one.text.size(),
                                 private_key.data());
  }
  size_t next = 0;
  bool good = true;
  out.verify = time_of(all.size(), [&] {
    const Signed& one = all[next++ % all.size()];
    good = crypto_sign_ed25519_verify_detached(one.signature.data(), one.text.data(), one.text.size(),
                                               one.public_key.data()) == 0 &&
           good;
  });
  HW_ASSERT(good);
  std::vector<uint8_t> text(kMib, 7);
  const auto sign = [&](size_t size) {
    crypto_sign_ed25519_detached(all[0].signature.data(), nullptr, text.data(), size, private_key.data());
  };
  out.sign = time_of(20, [&] { sign(200); });
  out.sign_mib = time_of(1, [&] { sign(kMib); });
}

// By OpenSSL, which is the faster one for long texts.
void seal_long(BytesView text, uint8_t* sealed, const uint8_t* key, const uint8_t* nonce) {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  static EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  int written = 0;
  HW_ASSERT(EVP_EncryptInit_ex2(context, cipher, key, nonce, nullptr) == 1 &&
            EVP_EncryptUpdate(context, sealed, &written, text.data(), static_cast<int>(text.size())) == 1 &&
            EVP_EncryptFinal_ex(context, sealed + written, &written) == 1);
}

void measure_symmetric(Primitives& out) {
  const Suite& suite = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  std::vector<uint8_t> text(kMib, 7);
  std::vector<uint8_t> sealed(kMib + 16);
  const std::array<uint8_t, 32> key{};
  const std::array<uint8_t, 12> nonce{};
  const auto seal = [&](size_t size) {
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, text.data(), size, nullptr, 0, nullptr,
                                              nonce.data(), key.data());
  };
  out.aead_mib = time_of(1, [&] { seal_long(text, sealed.data(), key.data(), nonce.data()); });
  out.aead = time_of(100, [&] { seal(100); });
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest{};
  out.hash_mib = time_of(1, [&] { SHA256(text.data(), kMib, digest.data()); });
  out.hash = time_of(100, [&] { SHA256(text.data(), 200, digest.data()); });
  out.hmac = time_of(100, [&] { text[0] ^= suite.hmac(key, BytesView(text).first(48)).data[0]; });
}

void measure_ours(Primitives& out) {
  const Suite& suite = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  SeededRandom random(1);
  const Bytes info = random.bytes(120);
  const Secret path_secret = random.secret(32);
  KeyPair pair = suite.generate_hpke_key_pair(random);
  const KeyPair signer = suite.generate_signature_key_pair(random);
  HpkeCiphertext sealed;
  out.our_seal = time_of(10, [&] {
    sealed = must("hpke_seal", suite.hpke_seal(pair.public_key, info, {}, path_secret.view(), random));
  });
  out.our_open =
      time_of(10, [&] { must("hpke_open", suite.hpke_open(pair.private_key.view(), sealed, info, {})); });
  out.our_derive =
      time_of(10, [&] { pair = must("derive_key_pair", suite.derive_key_pair(path_secret.view())); });
  out.our_sign = time_of(10, [&] { must("sign", suite.sign(signer.private_key.view(), Bytes(200))); });
}

constexpr PrimitiveName kNames[] = {
    {"x25519_keygen", [](const Primitives& p) { return p.keygen; }},
    {"x25519_dh", [](const Primitives& p) { return p.agree; }},
    {"ed25519_sign", [](const Primitives& p) { return p.sign; }},
    {"ed25519_verify", [](const Primitives& p) { return p.verify; }},
    {"hpke_seal", [](const Primitives& p) { return p.seal(); }},
    {"hpke_open", [](const Primitives& p) { return p.open(); }},
    {"derive_key_pair", [](const Primitives& p) { return p.derive(); }},
    {"hmac", [](const Primitives& p) { return p.hmac; }},
    {"aead", [](const Primitives& p) { return p.aead; }},
    {"hash", [](const Primitives& p) { return p.hash; }},
    {"sign_per_mib", [](const Primitives& p) { return p.sign_mib; }},
    {"aead_per_mib", [](const Primitives& p) { return p.aead_mib; }},
    {"hash_per_mib", [](const Primitives& p) { return p.hash_mib; }},
    {"our_sign", [](const Primitives& p) { return p.our_sign; }},
    {"our_hpke_seal", [](const Primitives& p) { return p.our_seal; }},
    {"our_hpke_open", [](const Primitives& p) { return p.our_open; }},
    {"our_derive_key_pair", [](const Primitives& p) { return p.our_derive; }},
};

constexpr double Primitives::* kFields[] = {
    &Primitives::keygen,   &Primitives::agree,     &Primitives::sign,     &Primitives::verify,
    &Primitives::hmac,     &Primitives::aead,      &Primitives::hash,     &Primitives::sign_mib,
    &Primitives::aead_mib, &Primitives::hash_mib,  &Primitives::our_seal, &Primitives::our_open,
    &Primitives::our_sign, &Primitives::our_derive};

}  // namespace

std::span<const PrimitiveName> primitive_names() { return kNames; }

Primitives measure_primitives() {
  HW_ASSERT(sodium_init() >= 0);
  Primitives out;
  measure_curve(out);
  measure_signature(out);
  measure_symmetric(out);
  measure_ours(out);
  return out;
}

Primitives median(std::span<const Primitives> readings) {
  Primitives out;
  for (double Primitives::* const field : kFields) {
    Samples values;
    for (const Primitives& reading : readings) values.add(reading.*field);
    out.*field = values.median();
  }
  return out;
}

}  // namespace homeward::bench
