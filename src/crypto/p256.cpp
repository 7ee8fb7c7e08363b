// ECDH and ECDSA on P-256, by OpenSSL. Public keys are uncompressed points (RFC 9180, section 7.1.1; RFC
// 9420, section 5.1.1), private keys the 32-byte scalar, signatures DER (RFC 9420, section 5.1.1).
//
// The nonce of ECDSA comes from OpenSSL, so signatures of this scheme differ from run to run; simulations
// that compare traces use a suite with Ed25519.
#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY: through EVP_PKEY a key costs more than the arithmetic
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <memory>

#include "crypto/algorithms.h"

namespace homeward {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(EC_POINT* point) const { EC_POINT_clear_free(point); }
  void operator()(EC_KEY* key) const { EC_KEY_free(key); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;
using Key = std::unique_ptr<EC_KEY, Free>;

constexpr size_t kScalar = 32;
constexpr size_t kPoint = 1 + 2 * kScalar;

const EC_GROUP* curve() {
  static const EC_GROUP* const group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  HW_ASSERT(group != nullptr);
  return group;
}

// OpenSSL queues its errors by thread; what a peer sent must not fill the queue.
bool refuse() {
  ERR_clear_error();
  return false;
}

// Null unless 0 < scalar < order.
Number scalar_of(BytesView private_key) {
  if (private_key.size() != kScalar) return nullptr;
  Number scalar(BN_secure_new());
  HW_ASSERT(scalar && BN_bin2bn(private_key.data(), static_cast<int>(kScalar), scalar.get()) != nullptr);
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(curve())) >= 0) return nullptr;
  return scalar;
}

// Null unless an uncompressed point on the curve; that form cannot say the point at infinity.
Point point_of(BytesView public_key) {
  if (public_key.size() != kPoint || public_key[0] != POINT_CONVERSION_UNCOMPRESSED) return nullptr;
  Point point(EC_POINT_new(curve()));
  HW_ASSERT(point);
  if (EC_POINT_oct2point(curve(), point.get(), public_key.data(), kPoint, nullptr) != 1) {
    refuse();
    return nullptr;
  }
  return point;
}

bool p256_public_of(BytesView private_key, uint8_t* public_key) {
  const Number scalar = scalar_of(private_key);
  if (!scalar) return false;
  const Point point(EC_POINT_new(curve()));
  HW_ASSERT(point && EC_POINT_mul(curve(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
  return EC_POINT_point2oct(curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED, public_key, kPoint,
                            nullptr) == kPoint;
}

bool p256_dh(BytesView private_key, BytesView public_key, uint8_t* shared) {
  const Number scalar = scalar_of(private_key);
  const Point theirs = point_of(public_key);
  if (!scalar || !theirs) return false;
  const Point product(EC_POINT_new(curve()));
  const Number x(BN_secure_new());
  HW_ASSERT(product && x);
  const bool good = EC_POINT_mul(curve(), product.get(), nullptr, theirs.get(), scalar.get(), nullptr) == 1 &&
                    EC_POINT_is_at_infinity(curve(), product.get()) == 0 &&
                    EC_POINT_get_affine_coordinates(curve(), product.get(), x.get(), nullptr, nullptr) == 1 &&
                    BN_bn2binpad(x.get(), shared, static_cast<int>(kScalar)) == static_cast<int>(kScalar);
  return good || refuse();
}

bool p256_valid_public(BytesView public_key) { return point_of(public_key) != nullptr; }

KeyPair ecdsa_generate(Random& random) {
  KeyPair pair{.private_key = Secret(kScalar), .public_key = Bytes(kPoint)};
  do {
    random.fill(pair.private_key.bytes());
  } while (!p256_public_of(pair.private_key.view(), pair.public_key.data()));
  return pair;
}

Key key_on_curve() {
  Key key(EC_KEY_new());
  HW_ASSERT(key && EC_KEY_set_group(key.get(), curve()) == 1);
  return key;
}

Result<Bytes> ecdsa_sign(BytesView private_key, BytesView content) {
  const Number scalar = scalar_of(private_key);
  if (!scalar) return Error(CryptoError::kBadKey, "P-256 private key");
  const Key key = key_on_curve();
  HW_ASSERT(EC_KEY_set_private_key(key.get(), scalar.get()) == 1);
  const Hash digest = sha256(content);
  Bytes signature(static_cast<size_t>(ECDSA_size(key.get())));
  unsigned size = 0;
  HW_ASSERT(ECDSA_sign(0, digest.data.data(), Hash::kSize, signature.data(), &size, key.get()) == 1);
  signature.resize(size);
  return signature;
}

Result<> ecdsa_verify(BytesView public_key, BytesView content, BytesView signature) {
  const Point point = point_of(public_key);
  if (!point) return Error(CryptoError::kBadKey, "P-256 public key");
  constexpr size_t kLongestSignature = 72;
  if (signature.empty() || signature.size() > kLongestSignature)
    return Error(CryptoError::kBadSignature, "ECDSA size");
  const Key key = key_on_curve();
  HW_ASSERT(EC_KEY_set_public_key(key.get(), point.get()) == 1);
  const Hash digest = sha256(content);
  if (ECDSA_verify(0, digest.data.data(), Hash::kSize, signature.data(), static_cast<int>(signature.size()),
                   key.get()) != 1) {
    refuse();
    return Error(CryptoError::kBadSignature, "ECDSA");
  }
  return success();
}

}  // namespace

const KemAlgorithm kP256 = {.hpke_id = 0x0010,
                            .secret_size = 32,
                            .public_key_size = kPoint,
                            .private_key_size = kScalar,
                            .dh_size = kScalar,
                            .rejection_sampling = true,
                            .hash = &kSha256,
                            .public_of = p256_public_of,
                            .dh = p256_dh,
                            .valid_public = p256_valid_public};
const SignatureAlgorithm kEcdsaP256 = {
    .generate = ecdsa_generate, .sign = ecdsa_sign, .verify = ecdsa_verify};

}  // namespace homeward
