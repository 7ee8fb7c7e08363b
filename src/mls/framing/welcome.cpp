#include "mls/framing/welcome.h"

namespace homeward::mls {

void encode(Writer& out, const GroupContext& context) {
  out.u16(kProtocolVersion).u16(context.cipher_suite).opaque(context.group_id).u64(context.epoch);
  out.opaque(context.tree_hash).opaque(context.confirmed_transcript_hash);
  encode(out, context.extensions);
}

GroupContext decode_group_context(Reader& in) {
  GroupContext context;
  if (in.u16() != kProtocolVersion) in.fail(CodecError::kMalformed);
  context.cipher_suite = in.u16();
  context.group_id = copy_of(in.opaque());
  context.epoch = in.u64();
  context.tree_hash = copy_of(in.opaque());
  context.confirmed_transcript_hash = copy_of(in.opaque());
  context.extensions = decode_extensions(in);
  return context;
}

void encode_tbs(Writer& out, const GroupInfo& info) {
  encode(out, info.group_context);
  encode(out, info.extensions);
  out.opaque(info.confirmation_tag).u32(info.signer.value);
}

void encode(Writer& out, const GroupInfo& info) {
  encode_tbs(out, info);
  out.opaque(info.signature);
}

GroupInfo decode_group_info(Reader& in) {
  GroupInfo info;
  info.group_context = decode_group_context(in);
  info.extensions = decode_extensions(in);
  info.confirmation_tag = copy_of(in.opaque());
  info.signer = LeafIndex{in.u32()};
  info.signature = copy_of(in.opaque());
  return info;
}

Secret encode_secret(const GroupSecrets& secrets) {
  Writer out;
  out.reserve(512);
  out.opaque(secrets.joiner_secret.view());
  out.optional(secrets.path_secret.has_value(), [&](Writer& w) { w.opaque(secrets.path_secret->view()); });
  out.vector([&](Writer& list) {
    for (const PreSharedKeyId& id : secrets.psks) encode(list, id);
  });
  return out.take_secret();
}

Result<GroupSecrets> decode_group_secrets(BytesView bytes) {
  Reader in(bytes);
  GroupSecrets secrets;
  secrets.joiner_secret = Secret(in.opaque());
  if (in.optional()) secrets.path_secret = Secret(in.opaque());
  Reader list = in.vector();
  while (!list.empty()) secrets.psks.push_back(decode_psk_id(list));
  if (!in.finish().ok() || !list.finish().ok())
    return Error(MlsError::kMalformed, "12.4.3.1/secrets: GroupSecrets cannot be read");
  return secrets;
}

void encode(Writer& out, const Welcome& welcome) {
  out.u16(welcome.cipher_suite);
  out.vector([&](Writer& list) {
    for (const EncryptedGroupSecrets& item : welcome.secrets) {
      list.opaque(item.new_member).opaque(item.encrypted_group_secrets.kem_output);
      list.opaque(item.encrypted_group_secrets.ciphertext);
    }
  });
  out.opaque(welcome.encrypted_group_info);
}

Welcome decode_welcome(Reader& in) {
  Welcome welcome;
  welcome.cipher_suite = in.u16();
  Reader list = in.vector();
  while (!list.empty()) {
    EncryptedGroupSecrets item;
    item.new_member = copy_of(list.opaque());
    item.encrypted_group_secrets.kem_output = copy_of(list.opaque());
    item.encrypted_group_secrets.ciphertext = copy_of(list.opaque());
    welcome.secrets.push_back(std::move(item));
  }
  if (!list.finish().ok()) in.fail(CodecError::kMalformed);
  welcome.encrypted_group_info = copy_of(in.opaque());
  return welcome;
}

namespace {

template <class T>
Bytes encode_as(WireFormat format, const T& body, size_t size_hint = 0) {
  Writer out;
  out.reserve(size_hint);
  out.u16(kProtocolVersion).u16(static_cast<uint16_t>(format));
  encode(out, body);
  return out.take();
}

}  // namespace

Bytes encode_message(const PublicMessage& message) { return encode_as(WireFormat::kPublicMessage, message); }
Bytes encode_message(const PrivateMessage& message) {
  return encode_as(WireFormat::kPrivateMessage, message);
}
Bytes encode_message(const Welcome& message) {
  constexpr size_t kOneSecret = 256;  // about
  return encode_as(WireFormat::kWelcome, message,
                   64 + message.secrets.size() * kOneSecret + message.encrypted_group_info.size());
}
Bytes encode_message(const GroupInfo& message) { return encode_as(WireFormat::kGroupInfo, message); }
Bytes encode_message(const KeyPackage& message) { return encode_as(WireFormat::kKeyPackage, message); }

Result<MlsMessage> decode_message(BytesView bytes) {
  Reader in(bytes);
  const uint16_t version = in.u16();
  const auto format = static_cast<WireFormat>(in.u16());
  if (in.ok() && version != kProtocolVersion)
    return Error(MlsError::kUnsupportedVersion, "6/version: MLSMessage");
  std::optional<MlsMessage> message;
  switch (format) {
    case WireFormat::kPublicMessage:
      message = decode_public_message(in);
      break;
    case WireFormat::kPrivateMessage:
      message = decode_private_message(in);
      break;
    case WireFormat::kWelcome:
      message = decode_welcome(in);
      break;
    case WireFormat::kGroupInfo:
      message = decode_group_info(in);
      break;
    case WireFormat::kKeyPackage:
      message = decode_key_package(in);
      break;
  }
  if (!message) return Error(MlsError::kMalformed, "6/wire-format: unknown");
  if (!in.finish().ok()) return Error(MlsError::kMalformed, "6/message: MLSMessage cannot be read");
  return *std::move(message);
}

}  // namespace homeward::mls
