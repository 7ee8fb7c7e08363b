#include "mls/tree/key_package.h"

namespace homeward::mls {

namespace {

void encode_tbs(Writer& out, const KeyPackage& package) {
  out.u16(package.version).u16(package.cipher_suite).opaque(package.init_key);
  encode(out, package.leaf_node);
  encode(out, package.extensions);
}

}  // namespace

void encode(Writer& out, const KeyPackage& package) {
  encode_tbs(out, package);
  out.opaque(package.signature);
}

KeyPackage decode_key_package(Reader& in) {
  KeyPackage package;
  package.version = in.u16();
  package.cipher_suite = in.u16();
  package.init_key = copy_of(in.opaque());
  package.leaf_node = decode_leaf_node(in);
  package.extensions = decode_extensions(in);
  package.signature = copy_of(in.opaque());
  return package;
}

Result<> KeyPackage::verify(const Suite& suite) const {
  Writer out;
  encode_tbs(out, *this);
  if (!suite.verify_with_label(leaf_node.signature_key(), "KeyPackageTBS", out.view(), signature).ok()) {
    return Error(MlsError::kBadSignature, "10.1/signature: of the key package");
  }
  return success();
}

Result<> KeyPackage::check(const LeafRules& rules) const {
  HW_ASSERT(rules.suite != nullptr);
  if (version != static_cast<uint16_t>(ProtocolVersion::kMls10)) {
    return Error(MlsError::kInvalidKeyPackage, "10.1/version: not the group's");
  }
  if (cipher_suite != static_cast<uint16_t>(rules.suite->id())) {
    return Error(MlsError::kInvalidKeyPackage, "10.1/suite: not the group's");
  }
  if (!rules.suite->check_hpke_public_key(init_key).ok()) {
    return Error(MlsError::kInvalidKeyPackage, "5.1.1/init-key: not of the suite");
  }
  if (equal(init_key, leaf_node.encryption_key())) {
    return Error(MlsError::kInvalidKeyPackage, "10.1/init-key: is the leaf's key");
  }
  LeafRules leaf_rules = rules;
  leaf_rules.source = LeafSource::kKeyPackage;
  HW_TRY(leaf_node.check(leaf_rules));
  HW_TRY(leaf_node.verify(*rules.suite, {}));
  return verify(*rules.suite);
}

Digest KeyPackage::ref(const Suite& suite) const {
  Writer out;
  encode(out, *this);
  return suite.ref_hash("MLS 1.0 KeyPackage Reference", out.view());
}

Secret KeyPackageSecrets::encode() const {
  Writer out;
  out.reserve(init_key.size() + encryption_key.size() + signature_key.size() +
              16);  // never grows: nothing left behind
  out.opaque(init_key.view()).opaque(encryption_key.view()).opaque(signature_key.view());
  return out.take_secret();
}

Result<KeyPackageSecrets> KeyPackageSecrets::decode(BytesView saved) {
  Reader in(saved);
  KeyPackageSecrets secrets;
  secrets.init_key = Secret(in.opaque());
  secrets.encryption_key = Secret(in.opaque());
  secrets.signature_key = Secret(in.opaque());
  HW_TRY(in.finish());
  return secrets;
}

Result<NewKeyPackage> create_key_package(const Suite& suite, const KeyPackageParams& params,
                                         const KeyPair& signature_key, Random& random) {
  HW_TRY(params.capabilities.check_own());
  KeyPair init = suite.generate_hpke_key_pair(random);
  KeyPair encryption = suite.generate_hpke_key_pair(random);
  const LeafContent content{encryption.public_key, signature_key.public_key, params.credential,
                            params.capabilities, params.leaf_extensions};
  const BytesView private_key = signature_key.private_key.view();
  NewKeyPackage made;
  HW_LET(made.package.leaf_node, LeafNode::for_key_package(suite, content, params.lifetime, private_key));
  LeafRules rules;
  rules.suite = &suite;
  if (!made.package.leaf_node.check(rules).ok()) {
    return Error(MlsError::kBadParams, "7.3: leaf of the new key package");
  }
  made.package.cipher_suite = static_cast<uint16_t>(suite.id());
  made.package.init_key = std::move(init.public_key);
  made.package.extensions = params.extensions;
  Writer out;
  encode_tbs(out, made.package);
  HW_LET(made.package.signature, suite.sign_with_label(private_key, "KeyPackageTBS", out.view()));
  Writer whole;
  encode(whole, made.package);
  Reader again(whole.view());
  if (decode_key_package(again) != made.package || !again.finish().ok()) {
    return Error(MlsError::kBadParams, "13.4: two extensions of one type");
  }
  made.secrets = {std::move(init.private_key), std::move(encryption.private_key),
                  signature_key.private_key.clone()};
  return made;
}

}  // namespace homeward::mls
