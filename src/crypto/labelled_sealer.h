// EncryptWithLabel (RFC 9420, section 5.1.3) to many receivers with one label and one context, which is
// hashed once: a Welcome's context is the whole encrypted GroupInfo, with the tree in it.
#pragma once

#include "crypto/crypto.h"

namespace homeward {

class LabelledSealer {
 public:
  LabelledSealer(const Suite& suite, std::string_view label, BytesView context);
  // The same as suite.encrypt_with_label(public_key, label, context, plaintext, random). Error
  // CryptoError::kBadKey.
  Result<HpkeCiphertext> seal(BytesView public_key, BytesView plaintext, Random& random) const;

 private:
  const Suite::Row& row_;
  Digest info_hash_;  // of HPKE's key schedule (RFC 9180, section 5.1)
};

}  // namespace homeward
