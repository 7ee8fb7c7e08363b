// Proposals and what they are made of (RFC 9420, sections 8.4 and 12.1).
//
// `encode` writes the RFC's form, `decode…` reads it and leaves failures in the reader (sticky). A proposal
// of a type that this library does not know fails to decode: its length is not on the wire, so nothing after
// it could be read.
#pragma once

#include <variant>

#include "codec/codec.h"
#include "mls/tree/key_package.h"
#include "mls/tree/leaf_node.h"
#include "mls/types.h"

namespace homeward::mls {

// "MLS Proposal Types" (section 17.4).
enum class ProposalType : uint16_t {
  kAdd = 1,
  kUpdate = 2,
  kRemove = 3,
  kPreSharedKey = 4,
  kReInit = 5,
  kExternalInit = 6,
  kGroupContextExtensions = 7,
};

enum class PskType : uint8_t { kExternal = 1, kResumption = 2 };
enum class ResumptionUsage : uint8_t { kApplication = 1, kReInit = 2, kBranch = 3 };

struct PreSharedKeyId {
  PskType type = PskType::kExternal;
  Bytes psk_id;                                           // kExternal
  ResumptionUsage usage = ResumptionUsage::kApplication;  // kResumption, as the next two
  Bytes psk_group_id;
  uint64_t psk_epoch = 0;
  Bytes psk_nonce;  // Nh random bytes, fresh for each use
  bool operator==(const PreSharedKeyId&) const = default;
};

struct Add {
  KeyPackage key_package;
  bool operator==(const Add&) const = default;
};
struct Update {
  LeafNode leaf_node;
  bool operator==(const Update&) const = default;
};
struct Remove {
  LeafIndex removed{};
  bool operator==(const Remove&) const = default;
};
struct PreSharedKey {
  PreSharedKeyId psk;
  bool operator==(const PreSharedKey&) const = default;
};
struct ReInit {
  Bytes group_id;
  uint16_t version = 1;
  uint16_t cipher_suite = 0;
  std::vector<Extension> extensions;
  bool operator==(const ReInit&) const = default;
};
struct ExternalInit {
  Bytes kem_output;
  bool operator==(const ExternalInit&) const = default;
};
struct GroupContextExtensions {
  std::vector<Extension> extensions;
  bool operator==(const GroupContextExtensions&) const = default;
};

// In the order of `ProposalType`.
using Proposal =
    std::variant<Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions>;

inline ProposalType type_of(const Proposal& proposal) {
  return static_cast<ProposalType>(proposal.index() + 1);
}

// "external_senders" (section 12.1.8.1).
struct ExternalSender {
  Bytes signature_key;
  Credential credential;
  bool operator==(const ExternalSender&) const = default;
};
Result<std::vector<ExternalSender>> decode_external_senders(BytesView extension_data);
Bytes encode_external_senders(const std::vector<ExternalSender>& senders);

void encode(Writer& out, const PreSharedKeyId& id);
PreSharedKeyId decode_psk_id(Reader& in);

void encode(Writer& out, const Proposal& proposal);       // its type first
void encode_body(Writer& out, const Proposal& proposal);  // without the type
Proposal decode_proposal(Reader& in);
Proposal decode_proposal_body(Reader& in, ProposalType type);

}  // namespace homeward::mls
