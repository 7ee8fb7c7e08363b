// GroupContext, GroupInfo, Welcome and the outermost MLSMessage (RFC 9420, sections 8.1, 12.4.3 and 6).
#pragma once

#include "mls/framing/content.h"

namespace homeward::mls {

struct GroupContext {
  uint16_t cipher_suite = 0;
  Bytes group_id;
  uint64_t epoch = 0;
  Bytes tree_hash;
  Bytes confirmed_transcript_hash;
  std::vector<Extension> extensions;
  bool operator==(const GroupContext&) const = default;
};

struct GroupInfo {
  GroupContext group_context;
  std::vector<Extension> extensions;
  Bytes confirmation_tag;
  LeafIndex signer{};
  Bytes signature;
  bool operator==(const GroupInfo&) const = default;
};

struct GroupSecrets {
  Secret joiner_secret;
  std::optional<Secret> path_secret;
  std::vector<PreSharedKeyId> psks;
};

struct EncryptedGroupSecrets {
  Bytes new_member;  // KeyPackageRef
  HpkeCiphertext encrypted_group_secrets;
  bool operator==(const EncryptedGroupSecrets&) const = default;
};

struct Welcome {
  uint16_t cipher_suite = 0;
  std::vector<EncryptedGroupSecrets> secrets;
  Bytes encrypted_group_info;
  bool operator==(const Welcome&) const = default;
};

// In no order of the wire: `wire_format_of` tells the number.
using MlsMessage = std::variant<PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage>;

void encode(Writer& out, const GroupContext& context);
void encode_tbs(Writer& out, const GroupInfo& info);  // GroupInfoTBS
void encode(Writer& out, const GroupInfo& info);
Secret encode_secret(const GroupSecrets& secrets);
void encode(Writer& out, const Welcome& welcome);

GroupContext decode_group_context(Reader& in);
GroupInfo decode_group_info(Reader& in);
Result<GroupSecrets> decode_group_secrets(BytesView bytes);
Welcome decode_welcome(Reader& in);

template <class T>
Bytes encoded(const T& value) {
  Writer out;
  encode(out, value);
  return out.take();
}

// The whole of an MLSMessage: version, wire format, body.
Bytes encode_message(const PublicMessage& message);
Bytes encode_message(const PrivateMessage& message);
Bytes encode_message(const Welcome& message);
Bytes encode_message(const GroupInfo& message);
Bytes encode_message(const KeyPackage& message);

// Errors: kMalformed, kUnsupportedVersion.
Result<MlsMessage> decode_message(BytesView bytes);

}  // namespace homeward::mls
