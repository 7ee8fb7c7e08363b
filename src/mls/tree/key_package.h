// Key packages (RFC 9420, section 10): what a client publishes so that others can add it to groups.
#pragma once

#include "mls/tree/leaf_node.h"

namespace homeward::mls {

struct KeyPackage {
  uint16_t version = 1;       // ProtocolVersion
  uint16_t cipher_suite = 0;  // SuiteId
  Bytes init_key;
  LeafNode leaf_node;
  std::vector<Extension> extensions;
  Bytes signature;

  // The signature by the leaf's signature key. Error kBadSignature.
  Result<> verify(const Suite& suite) const;
  // All of section 10.1 for a group with these rules: version and suite, the leaf by section 7.3 with source
  // `key_package`, both signatures, init_key differs from the leaf's key. Errors kInvalidKeyPackage,
  // kInvalidLeaf, kBadSignature. (Unique keys among the members are the tree's matter.)
  Result<> check(const LeafRules& rules) const;
  // KeyPackageRef (section 5.2).
  Digest ref(const Suite& suite) const;
  bool operator==(const KeyPackage&) const = default;
};

void encode(Writer& out, const KeyPackage& package);
KeyPackage decode_key_package(Reader& in);

// The private half, kept by its owner until it joins by it.
struct KeyPackageSecrets {
  Secret init_key;
  Secret encryption_key;  // of the leaf
  Secret signature_key;

  Secret encode() const;
  static Result<KeyPackageSecrets> decode(BytesView saved);
  KeyPackageSecrets clone() const {
    return {init_key.clone(), encryption_key.clone(), signature_key.clone()};
  }
};

struct KeyPackageParams {
  Credential credential;
  Capabilities capabilities = Capabilities::ours();
  Lifetime lifetime;
  std::vector<Extension> leaf_extensions;
  std::vector<Extension> extensions;
};

struct NewKeyPackage {
  KeyPackage package;
  KeyPackageSecrets secrets;
};

// Fresh init and encryption keys, signed twice. Error kBadParams if the result would not pass `check` (an
// extension that the capabilities do not list, say).
Result<NewKeyPackage> create_key_package(const Suite& suite, const KeyPackageParams& params,
                                         const KeyPair& signature_key, Random& random);

}  // namespace homeward::mls
