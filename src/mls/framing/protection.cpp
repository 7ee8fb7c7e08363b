#include "mls/framing/protection.h"

namespace homeward::mls {

namespace {

bool covers_group_context(SenderType type) {
  return type == SenderType::kMember || type == SenderType::kNewMemberCommit;
}

// PrivateContentAAD and, without the last field, SenderDataAAD.
Bytes private_aad(const PrivateMessage& message, bool with_authenticated_data) {
  Writer out;
  out.opaque(message.group_id).u64(message.epoch).u8(static_cast<uint8_t>(message.content_type));
  if (with_authenticated_data) out.opaque(message.authenticated_data);
  return out.take();
}

Secret guarded_nonce(const AeadKey& key, const std::array<uint8_t, 4>& guard) {
  Secret nonce = key.nonce.clone();
  for (size_t i = 0; i < guard.size(); ++i) nonce.bytes()[i] ^= guard[i];
  return nonce;
}

size_t with_length(size_t size) { return size + (size < 64 ? 1 : size < 16384 ? 2 : 4); }

constexpr size_t kSenderDataSize = 4 + 4 + 4;

}  // namespace

Bytes framed_content_tbs(WireFormat format, const FramedContent& content, BytesView group_context) {
  Writer out;
  out.u16(kProtocolVersion).u16(static_cast<uint16_t>(format));
  encode(out, content);
  if (covers_group_context(content.sender.type)) out.raw(group_context);
  return out.take();
}

Result<Bytes> sign_content(const Suite& suite, BytesView private_key, WireFormat format,
                           const FramedContent& content, BytesView group_context) {
  return suite.sign_with_label(private_key, "FramedContentTBS",
                               framed_content_tbs(format, content, group_context));
}

Result<> verify_content(const Suite& suite, BytesView public_key, const AuthenticatedContent& content,
                        BytesView group_context) {
  const Bytes tbs = framed_content_tbs(content.wire_format, content.content, group_context);
  if (!suite.verify_with_label(public_key, "FramedContentTBS", tbs, content.auth.signature).ok()) {
    return Error(MlsError::kBadSignature, "6.1/signature: FramedContent");
  }
  return success();
}

Digest membership_tag(const Suite& suite, BytesView membership_key, const AuthenticatedContent& content,
                      BytesView group_context) {
  Writer tbm;
  tbm.raw(framed_content_tbs(content.wire_format, content.content, group_context));
  encode_auth(tbm, content.auth, content.content.content_type());
  return suite.hmac(membership_key, tbm.view());
}

Bytes confirmed_transcript_hash_input(WireFormat format, const FramedContent& content, BytesView signature) {
  Writer out;
  out.u16(static_cast<uint16_t>(format));
  encode(out, content);
  out.opaque(signature);
  return out.take();
}

Bytes proposal_ref(const Suite& suite, const AuthenticatedContent& content) {
  Writer out;
  encode(out, content);
  return copy_of(suite.ref_hash("MLS 1.0 Proposal Reference", out.view()));
}

Result<SenderData> open_sender_data(const Suite& suite, BytesView sender_data_secret,
                                    const PrivateMessage& message) {
  const AeadKey key = sender_data_key(suite, sender_data_secret, message.ciphertext);
  auto opened = suite.aead_open(key.key.view(), key.nonce.view(), private_aad(message, false),
                                message.encrypted_sender_data);
  if (!opened.ok()) return Error(MlsError::kDecryptFailed, "6.3.2/opens: sender data");
  Reader in(opened->view());
  SenderData data;
  data.leaf = LeafIndex{in.u32()};
  data.generation = in.u32();
  const BytesView guard = in.raw(data.reuse_guard.size());
  if (!in.finish().ok()) return Error(MlsError::kMalformed, "6.3.2/reads: sender data");
  std::ranges::copy(guard, data.reuse_guard.begin());
  return data;
}

Result<AuthenticatedContent> open_private_message(const Suite& suite, const AeadKey& key,
                                                  const SenderData& sender, const PrivateMessage& message) {
  const Secret nonce = guarded_nonce(key, sender.reuse_guard);
  auto plaintext =
      suite.aead_open(key.key.view(), nonce.view(), private_aad(message, true), message.ciphertext);
  if (!plaintext.ok()) return Error(MlsError::kDecryptFailed, "6.3.1/opens: PrivateMessage");
  Reader in(plaintext->view());
  AuthenticatedContent out;
  out.wire_format = WireFormat::kPrivateMessage;
  out.content.group_id = message.group_id;
  out.content.epoch = message.epoch;
  out.content.sender = Sender::member(sender.leaf);
  out.content.authenticated_data = message.authenticated_data;
  out.content.body = decode_content_body(in, message.content_type);
  out.auth = decode_auth(in, message.content_type);
  if (!in.status().ok()) return Error(MlsError::kMalformed, "6.3.1/reads: PrivateMessageContent");
  // "A receiver MUST verify that there are no non-zero bytes in the padding field" (section 6.3.1).
  for (const uint8_t byte : in.rest()) {
    if (byte != 0) return Error(MlsError::kMalformed, "6.3.1/padding: not zero");
  }
  return out;
}

PrivateMessage seal_private_message(const Suite& suite, BytesView sender_data_secret, const AeadKey& key,
                                    const SenderData& sender_data, const AuthenticatedContent& content,
                                    size_t padding_bytes) {
  PrivateMessage message;
  message.group_id = content.content.group_id;
  message.epoch = content.content.epoch;
  message.content_type = content.content.content_type();
  message.authenticated_data = content.content.authenticated_data;

  Writer plaintext;
  plaintext.reserve(content_and_auth_size(content) + padding_bytes);
  encode_content_body(plaintext, content.content);
  encode_auth(plaintext, content.auth, message.content_type);
  plaintext.raw(Bytes(padding_bytes));
  const Secret nonce = guarded_nonce(key, sender_data.reuse_guard);
  message.ciphertext =
      suite.aead_seal(key.key.view(), nonce.view(), private_aad(message, true), plaintext.view());
  plaintext.wipe_all();

  Writer data;
  data.u32(sender_data.leaf.value).u32(sender_data.generation).raw(sender_data.reuse_guard);
  const AeadKey data_key = sender_data_key(suite, sender_data_secret, message.ciphertext);
  message.encrypted_sender_data =
      suite.aead_seal(data_key.key.view(), data_key.nonce.view(), private_aad(message, false), data.view());
  return message;
}

size_t content_and_auth_size(const AuthenticatedContent& content) {
  Writer out;
  encode_content_body(out, content.content);
  encode_auth(out, content.auth, content.content.content_type());
  const size_t size = out.size();
  out.wipe_all();
  return size;
}

size_t private_message_size(const Suite& suite, const PrivateMessageSizes& sizes, size_t padding_bytes) {
  return 2 + 2 + with_length(sizes.group_id) + 8 + 1 + with_length(sizes.authenticated_data) +
         with_length(kSenderDataSize + suite.tag_size()) +
         with_length(sizes.content_and_auth + padding_bytes + suite.tag_size());
}

size_t padding_for(const Suite& suite, const PrivateMessageSizes& sizes, size_t target_bytes) {
  const size_t unpadded = private_message_size(suite, sizes, 0);
  if (target_bytes <= unpadded) return 0;
  size_t padding = target_bytes - unpadded;
  while (padding > 0) {
    const size_t size = private_message_size(suite, sizes, padding);
    if (size <= target_bytes) break;
    padding -= std::min(padding, size - target_bytes);
  }
  return padding;
}

}  // namespace homeward::mls
