// A file in pieces under one key, each authenticated, in their order and to their end: libsodium's
// secretstream (XChaCha20-Poly1305) under a key that is used once. What cannot be done to it unseen: to
// change, leave out, repeat or exchange a piece, or to end it early.
//
// Where a stream stands can be saved and taken up again, so that a transfer goes on after a restart without
// beginning anew. Sealing the same pieces from the same place gives the same bytes.
#pragma once

#include "base/result.h"
#include "base/secret.h"

namespace homeward {

class SecretStream {
 public:
  static constexpr size_t kKeyBytes = 32;
  static constexpr size_t kHeaderBytes = 24;
  static constexpr size_t kOverhead = 17;  // of a piece
  static constexpr size_t kSavedBytes = 44;

  // Both ends begin so; the header is random and public, as a nonce is.
  SecretStream(BytesView key, BytesView header);
  // From what `save` gave; kSavedBytes.
  static SecretStream restored(BytesView saved);
  Secret save() const;

  Bytes seal(BytesView piece, bool is_last);
  // kOpenFailed if it is not the next piece of this stream, or is not the last one where it should be (or the
  // other way round); then nothing has changed.
  Result<Secret> open(BytesView sealed, bool is_last);

 private:
  SecretStream() = default;
  Secret state_;
};

}  // namespace homeward
