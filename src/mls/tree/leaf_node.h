// A member's leaf (RFC 9420, sections 5.3, 7.2 and 7.3) and what it is made of.
//
// A `LeafNode` is immutable and keeps its wire form: reading a field is a view into it, copying shares it,
// equality is that of the bytes. Unknown extensions and capabilities (GREASE among them, section 13.5) are
// kept and ignored. A credential of an unknown type cannot be read: its length is not on the wire.
//
// `encode` writes the RFC's form; `decode_…` reads it and leaves failures in the reader (sticky).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "mls/types.h"

namespace homeward::mls {

// "MLS Extension Types" (section 17.3). Any other value may appear.
enum class ExtensionType : uint16_t {
  kApplicationId = 1,
  kRatchetTree = 2,
  kRequiredCapabilities = 3,
  kExternalPub = 4,
  kExternalSenders = 5,
};
// 0x0001 to 0x0005: assumed of everybody, never listed in capabilities (section 7.2).
constexpr bool is_default(ExtensionType type) {
  return type >= ExtensionType::kApplicationId && type <= ExtensionType::kExternalSenders;
}

// 0x0001 to 0x0007 of the "MLS Proposal Types": likewise.
constexpr bool is_default_proposal(uint16_t type) { return type >= 1 && type <= 7; }

// One of the values that section 13.5 reserves in every registry, which nobody supports.
bool is_grease(uint16_t value);

struct Extension {
  ExtensionType type{};
  Bytes data;
  bool operator==(const Extension&) const = default;
};

// An extension of a random GREASE type and content, for a KeyPackage or a GroupInfo. (In a leaf its type must
// be in the capabilities too; in a GroupContext there must be none.)
Extension grease_extension(Random& random);

// Null if there is none of this type.
const Extension* find_extension(const std::vector<Extension>& extensions, ExtensionType type);

void encode(Writer& out, const std::vector<Extension>& extensions);
// Two of one type are malformed (section 13.4).
std::vector<Extension> decode_extensions(Reader& in);

// "MLS Credential Types" (section 17.5).
enum class CredentialType : uint16_t { kBasic = 1, kX509 = 2 };

struct Credential {
  CredentialType type = CredentialType::kBasic;
  Bytes identity;                   // kBasic
  std::vector<Bytes> certificates;  // kX509: DER, the end entity first; checking them is the application's
  static Credential basic(BytesView identity) { return {CredentialType::kBasic, copy_of(identity), {}}; }
  bool operator==(const Credential&) const = default;
};
void encode(Writer& out, const Credential& credential);
Credential decode_credential(Reader& in);

struct Capabilities {
  std::vector<uint16_t> versions;       // ProtocolVersion
  std::vector<uint16_t> cipher_suites;  // SuiteId
  std::vector<uint16_t> extensions;     // ExtensionType, default ones left out
  std::vector<uint16_t> proposals;      // ProposalType, default ones left out
  std::vector<uint16_t> credentials;    // CredentialType

  // mls10, every suite that is built in, basic credentials.
  static Capabilities ours();
  // One random GREASE value more in each list but the versions (section 13.5).
  void add_grease(Random& random);
  // What the maker of a leaf must mind: no default type is listed (section 7.2). Of others' leaves that is
  // not asked. Error kBadParams.
  Result<> check_own() const;
  bool operator==(const Capabilities&) const = default;
};
void encode(Writer& out, const Capabilities& capabilities);
Capabilities decode_capabilities(Reader& in);

// The extension "required_capabilities" (section 11.1).
struct RequiredCapabilities {
  std::vector<uint16_t> extensions;
  std::vector<uint16_t> proposals;
  std::vector<uint16_t> credentials;
  bool operator==(const RequiredCapabilities&) const = default;
};
void encode(Writer& out, const RequiredCapabilities& required);
Result<RequiredCapabilities> decode_required_capabilities(BytesView extension_data);

// Seconds since 1970-01-01 00:00 UTC, both ends included.
struct Lifetime {
  uint64_t not_before = 0;
  uint64_t not_after = UINT64_MAX;
  bool operator==(const Lifetime&) const = default;
};

enum class LeafSource : uint8_t { kKeyPackage = 1, kUpdate = 2, kCommit = 3 };

// The five lists of capabilities, in their order on the wire.
enum class Capability : uint8_t { kVersion, kCipherSuite, kExtension, kProposal, kCredential };

// What a leaf says about its member, before it is signed.
struct LeafContent {
  Bytes encryption_key;  // HPKE, public
  Bytes signature_key;   // public
  Credential credential;
  Capabilities capabilities;
  std::vector<Extension> extensions;
};

// Where a leaf of a group stands; part of what is signed for sources `update` and `commit`.
struct LeafPlace {
  BytesView group_id;
  LeafIndex leaf;
};

// What a leaf is checked against. Views must outlive the check.
struct LeafRules {
  const Suite* suite = nullptr;                    // the group's
  std::optional<LeafSource> source;                // where the leaf must come from
  const RequiredCapabilities* required = nullptr;  // of the group
  const std::vector<Extension>* group_extensions =
      nullptr;                           // of the group: each must be supported (section 13.4)
  std::optional<uint64_t> now_s;         // given: it must lie in the lifetime
  uint64_t max_lifetime_s = UINT64_MAX;  // the application's limit (section 7.2)
};

class LeafNode {
 public:
  LeafNode() = default;  // no leaf: `empty()`, and nothing else may be asked of it

  // --- Making: signs; errors kBadParams (a key of the wrong size) ---
  static Result<LeafNode> for_key_package(const Suite& suite, const LeafContent& content, Lifetime lifetime,
                                          BytesView signature_private_key);
  static Result<LeafNode> for_update(const Suite& suite, const LeafContent& content, LeafPlace place,
                                     BytesView signature_private_key);
  static Result<LeafNode> for_commit(const Suite& suite, const LeafContent& content, BytesView parent_hash,
                                     LeafPlace place, BytesView signature_private_key);

  // --- Fields ---
  bool empty() const { return rep_ == nullptr; }
  BytesView encoded() const;
  BytesView encryption_key() const;
  BytesView signature_key() const;
  CredentialType credential_type() const;
  Credential credential() const;
  // The identity of a basic credential; empty for others.
  BytesView identity() const;
  Capabilities capabilities() const;
  LeafSource source() const;
  std::optional<Lifetime> lifetime() const;  // kKeyPackage only
  BytesView parent_hash() const;             // empty unless kCommit
  std::vector<Extension> extensions() const;
  std::optional<BytesView> extension(ExtensionType type) const;
  BytesView signature() const;
  // The five lists as on the wire.
  BytesView encoded_capabilities() const;
  // What a leaf takes in memory next to its wire form.
  static size_t memory_beyond_encoded();
  // All the content again, to sign a successor from.
  LeafContent content() const;

  bool lists(Capability list, uint16_t value) const;
  bool supports(ExtensionType type) const {
    return is_default(type) || lists(Capability::kExtension, static_cast<uint16_t>(type));
  }
  // Calls visit(Capability, uint16_t) for every entry of every list.
  template <class Visit>
  void for_each_capability(Visit&& visit) const;

  // --- Checks ---
  // The signature; `place` counts for the sources `update` and `commit`. Error kBadSignature.
  Result<> verify(const Suite& suite, LeafPlace place) const;
  // Section 7.3 but for the signature, the credential's truth and what needs the other members. Errors
  // kInvalidLeaf.
  Result<> check(const LeafRules& rules) const;

  bool operator==(const LeafNode& other) const;

 private:
  struct Rep;
  static std::shared_ptr<Rep> parse(Reader& in);
  // What is special to a leaf's source.
  struct Origin {
    LeafSource source;
    Lifetime lifetime;      // kKeyPackage
    BytesView parent_hash;  // kCommit
    LeafPlace place;        // kUpdate, kCommit
  };
  static Result<LeafNode> sign(const Suite& suite, const LeafContent& content, const Origin& origin,
                               BytesView signature_private_key);
  Reader at(uint32_t offset) const;
  Reader capability_lists() const;
  friend LeafNode decode_leaf_node(Reader& in);

  std::shared_ptr<const Rep> rep_;
};

void encode(Writer& out, const LeafNode& leaf);
LeafNode decode_leaf_node(Reader& in);

template <class Visit>
void LeafNode::for_each_capability(Visit&& visit) const {
  Reader lists = capability_lists();
  for (uint8_t list = 0; list < 5; ++list) {
    Reader values = lists.vector();
    while (!values.empty()) visit(static_cast<Capability>(list), values.u16());
  }
}

}  // namespace homeward::mls
