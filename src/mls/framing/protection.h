// How content becomes a PublicMessage or a PrivateMessage and back (RFC 9420, sections 6.1 to 6.3).
//
// Pure functions: keys come in as arguments, and which ratchet they are from is the caller's matter.
// `group_context` is everywhere the encoded GroupContext of the epoch in which the message is sent.
#pragma once

#include "mls/framing/content.h"
#include "mls/schedule/secret_tree.h"

namespace homeward::mls {

// FramedContentTBS, encoded.
Bytes framed_content_tbs(WireFormat format, const FramedContent& content, BytesView group_context);

Result<Bytes> sign_content(const Suite& suite, BytesView private_key, WireFormat format,
                           const FramedContent& content, BytesView group_context);
// Error kBadSignature.
Result<> verify_content(const Suite& suite, BytesView public_key, const AuthenticatedContent& content,
                        BytesView group_context);

// MAC(membership_key, AuthenticatedContentTBM).
Digest membership_tag(const Suite& suite, BytesView membership_key, const AuthenticatedContent& content,
                      BytesView group_context);

// ConfirmedTranscriptHashInput, encoded. The content is a commit.
Bytes confirmed_transcript_hash_input(WireFormat format, const FramedContent& content, BytesView signature);

// MakeProposalRef of the message that carries a proposal (section 5.2).
Bytes proposal_ref(const Suite& suite, const AuthenticatedContent& content);

struct SenderData {
  LeafIndex leaf{};
  uint32_t generation = 0;
  std::array<uint8_t, 4> reuse_guard{};
};
// Errors: kDecryptFailed, kMalformed.
Result<SenderData> open_sender_data(const Suite& suite, BytesView sender_data_secret,
                                    const PrivateMessage& message);

// Errors: kDecryptFailed; kMalformed, also for padding that is not zero. The signature is not verified here.
Result<AuthenticatedContent> open_private_message(const Suite& suite, const AeadKey& key,
                                                  const SenderData& sender, const PrivateMessage& message);

// `content.content.sender` is a member; `sender_data.leaf` her leaf.
PrivateMessage seal_private_message(const Suite& suite, BytesView sender_data_secret, const AeadKey& key,
                                    const SenderData& sender_data, const AuthenticatedContent& content,
                                    size_t padding_bytes);

// The size of an MLSMessage with a PrivateMessage whose content and auth take `content_size` bytes.
struct PrivateMessageSizes {
  size_t group_id = 0;
  size_t authenticated_data = 0;
  size_t content_and_auth = 0;
};
size_t private_message_size(const Suite& suite, const PrivateMessageSizes& sizes, size_t padding_bytes);
// The most padding that keeps the message within `target_bytes`; 0 if it is larger already.
size_t padding_for(const Suite& suite, const PrivateMessageSizes& sizes, size_t target_bytes);
// What `content_and_auth` is for this content.
size_t content_and_auth_size(const AuthenticatedContent& content);

}  // namespace homeward::mls
