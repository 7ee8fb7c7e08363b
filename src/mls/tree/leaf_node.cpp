#include "mls/tree/leaf_node.h"

#include <algorithm>

namespace homeward::mls {

namespace {

size_t opaque_size(size_t size) { return size + (size < 1u << 6 ? 1 : size < 1u << 14 ? 2 : 4); }

void encode_u16s(Writer& out, const std::vector<uint16_t>& values) {
  out.length(values.size() * 2);
  for (const uint16_t value : values) out.u16(value);
}

std::vector<uint16_t> decode_u16s(Reader& in) {
  Reader list = in.vector();
  std::vector<uint16_t> values;
  if (list.left() % 2 != 0) {
    in.fail(CodecError::kMalformed);
    return values;
  }
  values.reserve(list.left() / 2);
  while (!list.empty()) values.push_back(list.u16());
  return values;
}

// Reads past a list of extensions; two of one type fail (section 13.4).
void skip_extensions(Reader& in) {
  Reader list = in.vector();
  std::vector<uint16_t> types;
  while (!list.empty()) {
    types.push_back(list.u16());
    list.opaque();
  }
  std::ranges::sort(types);
  // [13.4/twice]
  if (!list.ok() || std::ranges::adjacent_find(types) != types.end()) in.fail(CodecError::kMalformed);
}

void skip_credential(Reader& in) {
  switch (static_cast<CredentialType>(in.u16())) {
    case CredentialType::kBasic:
      in.opaque();
      return;
    case CredentialType::kX509: {
      Reader certificates = in.vector();
      while (!certificates.empty()) certificates.opaque();
      if (!certificates.ok()) in.fail(CodecError::kMalformed);
      return;
    }
  }
  in.fail(CodecError::kMalformed);  // [13.5/credential-type]
}

bool includes(Reader u16s, uint16_t value) {
  while (!u16s.empty()) {
    if (u16s.u16() == value) return true;
  }
  return false;
}

}  // namespace

const Extension* find_extension(const std::vector<Extension>& extensions, ExtensionType type) {
  const auto found = std::ranges::find(extensions, type, &Extension::type);
  return found == extensions.end() ? nullptr : &*found;
}

// Without a buffer between: an extension may be a whole ratchet tree.
void encode(Writer& out, const std::vector<Extension>& extensions) {
  size_t size = 0;
  for (const Extension& extension : extensions) size += 2 + opaque_size(extension.data.size());
  out.length(size);
  for (const Extension& extension : extensions) {
    out.u16(static_cast<uint16_t>(extension.type)).opaque(extension.data);
  }
}

std::vector<Extension> decode_extensions(Reader& in) {
  Reader check(in.rest());
  skip_extensions(check);
  if (!check.ok()) {
    in.fail(CodecError::kMalformed);
    return {};
  }
  std::vector<Extension> extensions;
  Reader list = in.vector();
  while (!list.empty()) {
    const auto type = static_cast<ExtensionType>(list.u16());
    extensions.push_back({type, copy_of(list.opaque())});
  }
  return extensions;
}

void encode(Writer& out, const Credential& credential) {
  out.u16(static_cast<uint16_t>(credential.type));
  if (credential.type == CredentialType::kBasic) {
    out.opaque(credential.identity);
  } else {
    out.vector([&](Writer& list) {
      for (const Bytes& certificate : credential.certificates) list.opaque(certificate);
    });
  }
}

Credential decode_credential(Reader& in) {
  Credential credential;
  credential.type = static_cast<CredentialType>(in.u16());
  if (credential.type == CredentialType::kBasic) {
    credential.identity = copy_of(in.opaque());
  } else if (credential.type == CredentialType::kX509) {
    Reader list = in.vector();
    while (!list.empty()) credential.certificates.push_back(copy_of(list.opaque()));
    if (!list.ok()) in.fail(CodecError::kMalformed);
  } else {
    in.fail(CodecError::kMalformed);
  }
  return credential;
}

Capabilities Capabilities::ours() {
  Capabilities ours;
  ours.versions = {static_cast<uint16_t>(ProtocolVersion::kMls10)};
  for (const SuiteId suite : Suite::built_in()) ours.cipher_suites.push_back(static_cast<uint16_t>(suite));
  ours.credentials = {static_cast<uint16_t>(CredentialType::kBasic)};
  return ours;
}

namespace {

// 0x0A0A, 0x1A1A … 0xEAEA (section 13.5)
uint16_t draw_grease(Random& random) {
  return static_cast<uint16_t>(0x0A0A + random.bytes(1)[0] % 15 * 0x1010);
}

}  // namespace

bool is_grease(uint16_t value) { return value % 0x1010 == 0x0A0A && value <= 0xEAEA; }

Extension grease_extension(Random& random) {
  return {static_cast<ExtensionType>(draw_grease(random)), random.bytes(random.bytes(1)[0] % 32)};
}

void Capabilities::add_grease(Random& random) {
  for (std::vector<uint16_t>* list : {&cipher_suites, &extensions, &proposals, &credentials}) {
    list->push_back(draw_grease(random));
  }
}

Result<> Capabilities::check_own() const {
  // "considered "default" and MUST NOT be listed" (section 7.2).
  const bool lists_default = std::ranges::any_of(proposals, is_default_proposal) ||
                             std::ranges::any_of(extensions, [](uint16_t type) {
                               return is_default(static_cast<ExtensionType>(type));
                             });
  if (lists_default) return Error(MlsError::kBadParams, "7.2/default-listed: a default type");
  return success();
}

void encode(Writer& out, const Capabilities& capabilities) {
  encode_u16s(out, capabilities.versions);
  encode_u16s(out, capabilities.cipher_suites);
  encode_u16s(out, capabilities.extensions);
  encode_u16s(out, capabilities.proposals);
  encode_u16s(out, capabilities.credentials);
}

Capabilities decode_capabilities(Reader& in) {
  Capabilities capabilities;
  capabilities.versions = decode_u16s(in);
  capabilities.cipher_suites = decode_u16s(in);
  capabilities.extensions = decode_u16s(in);
  capabilities.proposals = decode_u16s(in);
  capabilities.credentials = decode_u16s(in);
  return capabilities;
}

void encode(Writer& out, const RequiredCapabilities& required) {
  encode_u16s(out, required.extensions);
  encode_u16s(out, required.proposals);
  encode_u16s(out, required.credentials);
}

Result<RequiredCapabilities> decode_required_capabilities(BytesView extension_data) {
  Reader in(extension_data);
  RequiredCapabilities required;
  required.extensions = decode_u16s(in);
  required.proposals = decode_u16s(in);
  required.credentials = decode_u16s(in);
  HW_TRY(in.finish());
  return required;
}

// Where each field begins; `encryption_key` begins at 0.
struct LeafNode::Rep {
  Bytes encoded;
  uint32_t signature_key = 0;
  uint32_t credential = 0;
  uint32_t capabilities = 0;
  uint32_t source = 0;
  uint32_t extensions = 0;
  uint32_t signature = 0;
};

std::shared_ptr<LeafNode::Rep> LeafNode::parse(Reader& in) {
  const BytesView all = in.rest();
  const auto offset = [&] { return static_cast<uint32_t>(all.size() - in.left()); };
  auto rep = std::make_shared<Rep>();
  in.opaque();
  rep->signature_key = offset();
  in.opaque();
  rep->credential = offset();
  skip_credential(in);
  rep->capabilities = offset();
  for (int list = 0; list < 5; ++list) {
    if (in.opaque().size() % 2 != 0) in.fail(CodecError::kMalformed);
  }
  rep->source = offset();
  switch (static_cast<LeafSource>(in.u8())) {
    case LeafSource::kKeyPackage:
      in.raw(16);
      break;
    case LeafSource::kUpdate:
      break;
    case LeafSource::kCommit:
      in.opaque();
      break;
    default:
      in.fail(CodecError::kMalformed);
  }
  rep->extensions = offset();
  skip_extensions(in);
  rep->signature = offset();
  in.opaque();
  if (!in.ok()) return nullptr;
  const BytesView encoded = all.first(offset());
  rep->encoded.assign(encoded.begin(), encoded.end());
  return rep;
}

LeafNode decode_leaf_node(Reader& in) {
  LeafNode leaf;
  leaf.rep_ = LeafNode::parse(in);
  return leaf;
}

void encode(Writer& out, const LeafNode& leaf) { out.raw(leaf.encoded()); }

Reader LeafNode::at(uint32_t offset) const {
  HW_ASSERT(rep_ != nullptr);
  return Reader(BytesView(rep_->encoded).subspan(offset));
}

BytesView LeafNode::encoded() const {
  HW_ASSERT(rep_ != nullptr);
  return rep_->encoded;
}

size_t LeafNode::memory_beyond_encoded() { return sizeof(Rep) + 2 * sizeof(void*); }

BytesView LeafNode::encryption_key() const { return at(0).opaque(); }
BytesView LeafNode::signature_key() const { return at(rep_->signature_key).opaque(); }
BytesView LeafNode::signature() const { return at(rep_->signature).opaque(); }

CredentialType LeafNode::credential_type() const {
  return static_cast<CredentialType>(at(rep_->credential).u16());
}

Credential LeafNode::credential() const {
  Reader in = at(rep_->credential);
  return decode_credential(in);
}

BytesView LeafNode::identity() const {
  Reader in = at(rep_->credential);
  return static_cast<CredentialType>(in.u16()) == CredentialType::kBasic ? in.opaque() : BytesView{};
}

Reader LeafNode::capability_lists() const { return at(rep_->capabilities); }

BytesView LeafNode::encoded_capabilities() const {
  return encoded().subspan(rep_->capabilities, rep_->source - rep_->capabilities);
}

Capabilities LeafNode::capabilities() const {
  Reader in = capability_lists();
  return decode_capabilities(in);
}

bool LeafNode::lists(Capability list, uint16_t value) const {
  Reader in = capability_lists();
  for (uint8_t before = 0; before < static_cast<uint8_t>(list); ++before) in.opaque();
  return includes(in.vector(), value);
}

LeafSource LeafNode::source() const { return static_cast<LeafSource>(at(rep_->source).u8()); }

std::optional<Lifetime> LeafNode::lifetime() const {
  Reader in = at(rep_->source);
  if (static_cast<LeafSource>(in.u8()) != LeafSource::kKeyPackage) return std::nullopt;
  Lifetime lifetime;
  lifetime.not_before = in.u64();
  lifetime.not_after = in.u64();
  return lifetime;
}

BytesView LeafNode::parent_hash() const {
  Reader in = at(rep_->source);
  return static_cast<LeafSource>(in.u8()) == LeafSource::kCommit ? in.opaque() : BytesView{};
}

std::vector<Extension> LeafNode::extensions() const {
  Reader in = at(rep_->extensions);
  return decode_extensions(in);
}

std::optional<BytesView> LeafNode::extension(ExtensionType type) const {
  Reader list = at(rep_->extensions).vector();
  while (!list.empty()) {
    const auto found = static_cast<ExtensionType>(list.u16());
    const BytesView data = list.opaque();
    if (found == type) return data;
  }
  return std::nullopt;
}

LeafContent LeafNode::content() const {
  return {copy_of(encryption_key()), copy_of(signature_key()), credential(), capabilities(), extensions()};
}

bool LeafNode::operator==(const LeafNode& other) const {
  if (rep_ == other.rep_) return true;
  return rep_ && other.rep_ && equal(rep_->encoded, other.rep_->encoded);
}

namespace {

// What LeafNodeTBS adds for leaves made in a group (section 7.2).
void append_place(Writer& out, LeafPlace place) { out.opaque(place.group_id).u32(place.leaf.value); }

}  // namespace

Result<LeafNode> LeafNode::sign(const Suite& suite, const LeafContent& content, const Origin& origin,
                                BytesView signature_private_key) {
  Writer out;
  out.reserve(512);
  out.opaque(content.encryption_key).opaque(content.signature_key);
  homeward::mls::encode(out, content.credential);
  homeward::mls::encode(out, content.capabilities);
  out.u8(static_cast<uint8_t>(origin.source));
  if (origin.source == LeafSource::kKeyPackage) {
    out.u64(origin.lifetime.not_before).u64(origin.lifetime.not_after);
  } else if (origin.source == LeafSource::kCommit) {
    out.opaque(origin.parent_hash);
  }
  homeward::mls::encode(out, content.extensions);
  const size_t unsigned_size = out.size();
  if (origin.source != LeafSource::kKeyPackage) append_place(out, origin.place);
  HW_LET(const Bytes signature, suite.sign_with_label(signature_private_key, "LeafNodeTBS", out.view()));
  Bytes encoded = out.take();
  encoded.resize(unsigned_size);
  Writer tail;
  tail.opaque(signature);
  append(encoded, tail.view());
  Reader in(encoded);
  LeafNode leaf = decode_leaf_node(in);
  // Two extensions of one type, say.
  if (!in.finish().ok()) return Error(MlsError::kBadParams, "leaf content that cannot be read back");
  return leaf;
}

Result<LeafNode> LeafNode::for_key_package(const Suite& suite, const LeafContent& content, Lifetime lifetime,
                                           BytesView signature_private_key) {
  return sign(suite, content, {LeafSource::kKeyPackage, lifetime, {}, {}}, signature_private_key);
}

Result<LeafNode> LeafNode::for_update(const Suite& suite, const LeafContent& content, LeafPlace place,
                                      BytesView signature_private_key) {
  return sign(suite, content, {LeafSource::kUpdate, {}, {}, place}, signature_private_key);
}

Result<LeafNode> LeafNode::for_commit(const Suite& suite, const LeafContent& content, BytesView parent_hash,
                                      LeafPlace place, BytesView signature_private_key) {
  return sign(suite, content, {LeafSource::kCommit, {}, parent_hash, place}, signature_private_key);
}

Result<> LeafNode::verify(const Suite& suite, LeafPlace place) const {
  const BytesView content = encoded().first(rep_->signature);
  Result<> verified = success();
  if (source() == LeafSource::kKeyPackage) {
    verified = suite.verify_with_label(signature_key(), "LeafNodeTBS", content, signature());
  } else {
    Writer out;
    out.reserve(content.size() + place.group_id.size() + 8);
    out.raw(content);
    append_place(out, place);
    verified = suite.verify_with_label(signature_key(), "LeafNodeTBS", out.view(), signature());
  }
  if (!verified.ok()) return Error(MlsError::kBadSignature, "7.3/signature: of the leaf");
  return success();
}

namespace {

Result<> check_lifetime(const Lifetime& lifetime, const LeafRules& rules) {
  if (lifetime.not_after < lifetime.not_before ||
      lifetime.not_after - lifetime.not_before > rules.max_lifetime_s) {
    return Error(MlsError::kInvalidLeaf, "7.2/total-lifetime: too long");
  }
  if (rules.now_s && (*rules.now_s < lifetime.not_before || *rules.now_s > lifetime.not_after)) {
    return Error(MlsError::kInvalidLeaf, "7.3/lifetime: not now");
  }
  return success();
}

Result<> check_required(const LeafNode& leaf, const RequiredCapabilities& required) {
  for (const uint16_t type : required.extensions) {
    if (!leaf.supports(static_cast<ExtensionType>(type))) {
      return Error(MlsError::kInvalidLeaf, "7.3/required-extension: not listed");
    }
  }
  for (const uint16_t type : required.proposals) {
    if (!is_default_proposal(type) && !leaf.lists(Capability::kProposal, type)) {
      return Error(MlsError::kInvalidLeaf, "7.3/required-proposal: not listed");
    }
  }
  for (const uint16_t type : required.credentials) {
    if (!leaf.lists(Capability::kCredential, type)) {
      return Error(MlsError::kInvalidLeaf, "7.3/required-credential: not listed");
    }
  }
  return success();
}

}  // namespace

Result<> LeafNode::check(const LeafRules& rules) const {
  HW_ASSERT(rules.suite != nullptr);
  if (rules.source && source() != *rules.source)
    return Error(MlsError::kInvalidLeaf, "7.3/source: leaf_node_source");
  if (!rules.suite->check_hpke_public_key(encryption_key()).ok()) {
    return Error(MlsError::kInvalidLeaf, "5.1.1/leaf-key: not of the suite");
  }
  if (!lists(Capability::kVersion, static_cast<uint16_t>(ProtocolVersion::kMls10))) {
    return Error(MlsError::kInvalidLeaf, "11.1/version: not listed");
  }
  if (!lists(Capability::kCipherSuite, static_cast<uint16_t>(rules.suite->id()))) {
    return Error(MlsError::kInvalidLeaf, "11.1/suite: not listed");
  }
  if (!lists(Capability::kCredential, static_cast<uint16_t>(credential_type()))) {
    return Error(MlsError::kInvalidLeaf, "7.2/own-credential: not listed");
  }
  Reader own = at(rep_->extensions).vector();
  while (!own.empty()) {
    const auto type = static_cast<ExtensionType>(own.u16());
    own.opaque();
    if (!supports(type)) return Error(MlsError::kInvalidLeaf, "7.3/own-extension: not listed");
  }
  if (const auto lifetime_here = lifetime()) HW_TRY(check_lifetime(*lifetime_here, rules));
  if (rules.required != nullptr) HW_TRY(check_required(*this, *rules.required));
  if (rules.group_extensions != nullptr) {
    for (const Extension& extension : *rules.group_extensions) {
      if (!supports(extension.type))
        return Error(MlsError::kInvalidLeaf, "13.4/leaf-supports: not an extension of the group");
    }
  }
  return success();
}

}  // namespace homeward::mls
