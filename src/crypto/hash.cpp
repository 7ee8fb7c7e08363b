// SHA-256, by OpenSSL, which is four times as fast as libsodium's where the processor has instructions for
// it, or by libsodium in a build without OpenSSL.
#ifdef HOMEWARD_NO_OPENSSL
#include <sodium.h>
#else
#define OPENSSL_SUPPRESS_DEPRECATED  // SHA256_*: without the heap and the provider look-up of EVP, a fifth of
                                     // its time
#include <openssl/sha.h>
#endif

#include "crypto/algorithms.h"

namespace homeward {
namespace {

constexpr size_t kDigestSize = 32;
constexpr size_t kBlockSize = 64;

#ifdef HOMEWARD_NO_OPENSSL
using Sha256State = crypto_hash_sha256_state;
void begin(Sha256State& state) { crypto_hash_sha256_init(&state); }
void take(Sha256State& state, BytesView part) { crypto_hash_sha256_update(&state, part.data(), part.size()); }
void end(Sha256State& state, uint8_t* out) { crypto_hash_sha256_final(&state, out); }
#else
using Sha256State = SHA256_CTX;
void begin(Sha256State& state) { SHA256_Init(&state); }
void take(Sha256State& state, BytesView part) { SHA256_Update(&state, part.data(), part.size()); }
void end(Sha256State& state, uint8_t* out) { SHA256_Final(out, &state); }
#endif

void sha256_parts(Parts parts, uint8_t* out) {
  Sha256State state;
  begin(state);
  for (const BytesView part : parts) take(state, part);
  end(state, out);
  wipe({reinterpret_cast<uint8_t*>(&state), sizeof state});
}

// RFC 2104: H((K ^ opad) || H((K ^ ipad) || text)).
void hmac_sha256(BytesView key, Parts parts, uint8_t* out) {
  SecretBytes<kBlockSize> pad;
  if (key.size() > kBlockSize) {
    sha256_parts({&key, 1}, pad.bytes().data());
  } else {
    std::ranges::copy(key, pad.bytes().begin());
  }
  SecretBytes<kDigestSize> inner;
  Sha256State state;
  for (uint8_t& byte : pad.bytes()) byte ^= 0x36;
  begin(state);
  take(state, pad.view());
  for (const BytesView part : parts) take(state, part);
  end(state, inner.bytes().data());
  for (uint8_t& byte : pad.bytes()) byte ^= 0x36 ^ 0x5c;
  begin(state);
  take(state, pad.view());
  take(state, inner.view());
  end(state, out);
  wipe({reinterpret_cast<uint8_t*>(&state), sizeof state});
}

}  // namespace

const HashAlgorithm kSha256 = {
    .hpke_kdf_id = 0x0001, .size = kDigestSize, .hash = sha256_parts, .hmac = hmac_sha256};

void hkdf_extract_parts(const HashAlgorithm& hash, BytesView salt, Parts ikm, uint8_t* out) {
  // An absent salt is hash.size zeros, which HMAC pads to the same key as none.
  hash.hmac(salt, ikm, out);
}

void hkdf_expand_parts(const HashAlgorithm& hash, BytesView prk, Parts info, MutableBytes out) {
  constexpr size_t kMostParts = 8;
  HW_ASSERT(out.size() <= size_t{255} * hash.size && info.size() <= kMostParts);
  SecretBytes<64> block;
  std::array<BytesView, kMostParts + 2> parts;
  uint8_t counter = 0;
  size_t previous = 0;
  for (size_t done = 0; done < out.size();) {
    ++counter;
    parts[0] = block.view().first(previous);
    std::ranges::copy(info, parts.begin() + 1);
    parts[info.size() + 1] = {&counter, 1};
    // HMAC reads its input before it writes, so the block may be both.
    hash.hmac(prk, Parts(parts).first(info.size() + 2), block.bytes().data());
    previous = hash.size;
    const size_t take = std::min(previous, out.size() - done);
    std::ranges::copy(block.view().first(take), out.begin() + static_cast<ptrdiff_t>(done));
    done += take;
  }
}

Hash sha256(BytesView data) { return sha256({data}); }

Hash sha256(std::initializer_list<BytesView> parts) {
  Hash out;
  sha256_parts({parts.begin(), parts.size()}, out.data.data());
  return out;
}

}  // namespace homeward
