#include "crypto/secret_stream.h"

#include <sodium.h>

#include "crypto/algorithms.h"
#include "crypto/crypto.h"

namespace homeward {
namespace {

using State = crypto_secretstream_xchacha20poly1305_state;
static_assert(alignof(State) == 1);
static_assert(SecretStream::kKeyBytes == crypto_secretstream_xchacha20poly1305_KEYBYTES);
static_assert(SecretStream::kHeaderBytes == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(SecretStream::kOverhead == crypto_secretstream_xchacha20poly1305_ABYTES);
static_assert(SecretStream::kSavedBytes == sizeof(State::k) + sizeof(State::nonce));

State& of(Secret& state) { return *reinterpret_cast<State*>(state.bytes().data()); }

uint8_t tag_for(bool is_last) {
  return is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                 : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

}  // namespace

// Pulling begins as pushing does, but with a header that is given: so randomness stays an argument.
SecretStream::SecretStream(BytesView key, BytesView header) : state_(sizeof(State)) {
  ready_sodium();
  HW_ASSERT(key.size() == kKeyBytes && header.size() == kHeaderBytes);
  crypto_secretstream_xchacha20poly1305_init_pull(&of(state_), header.data(), key.data());
}

SecretStream SecretStream::restored(BytesView saved) {
  HW_ASSERT(saved.size() == kSavedBytes);
  SecretStream out;
  out.state_ = Secret(sizeof(State));
  std::copy(saved.begin(), saved.end(), out.state_.bytes().begin());
  return out;
}

Secret SecretStream::save() const { return Secret(state_.view().first(kSavedBytes)); }

Bytes SecretStream::seal(BytesView piece, bool is_last) {
  Bytes out(piece.size() + kOverhead);
  crypto_secretstream_xchacha20poly1305_push(&of(state_), out.data(), nullptr, piece.data(), piece.size(),
                                             nullptr, 0, tag_for(is_last));
  return out;
}

Result<Secret> SecretStream::open(BytesView sealed, bool is_last) {
  if (sealed.size() < kOverhead) return Error(CryptoError::kOpenFailed, "piece of a file");
  State next = of(state_);
  Secret out(sealed.size() - kOverhead);
  uint8_t tag = 0;
  const bool opened =
      crypto_secretstream_xchacha20poly1305_pull(&next, out.bytes().data(), nullptr, &tag, sealed.data(),
                                                 sealed.size(), nullptr, 0) == 0;
  const bool fits = opened && tag == tag_for(is_last);
  if (fits) of(state_) = next;
  sodium_memzero(&next, sizeof next);
  if (!fits) return Error(CryptoError::kOpenFailed, "piece of a file");
  return out;
}

}  // namespace homeward
