#include "mls/framing/content.h"

namespace homeward::mls {

void encode(Writer& out, const Sender& sender) {
  out.u8(static_cast<uint8_t>(sender.type));
  if (sender.type == SenderType::kMember) out.u32(sender.leaf.value);
  if (sender.type == SenderType::kExternal) out.u32(sender.external_index);
}

Sender decode_sender(Reader& in) {
  Sender sender;
  const uint8_t type = in.u8();
  if (type < 1 || type > 4) in.fail(CodecError::kMalformed);  // [6/sender-type]
  sender.type = static_cast<SenderType>(type);
  if (sender.type == SenderType::kMember) sender.leaf = LeafIndex{in.u32()};
  if (sender.type == SenderType::kExternal) sender.external_index = in.u32();
  return sender;
}

void encode(Writer& out, const ProposalOrRef& item) {
  out.u8(static_cast<uint8_t>(item.index() + 1));
  if (const Proposal* proposal = std::get_if<0>(&item)) {
    encode(out, *proposal);
  } else {
    out.opaque(*std::get_if<1>(&item));
  }
}

void encode(Writer& out, const Commit& commit) {
  out.vector([&](Writer& list) {
    for (const ProposalOrRef& item : commit.proposals) encode(list, item);
  });
  out.optional(commit.path.has_value(), [&](Writer& w) { encode(w, *commit.path); });
}

Commit decode_commit(Reader& in) {
  Commit commit;
  Reader list = in.vector();
  while (!list.empty()) {
    const uint8_t type = list.u8();
    if (type == 1) {
      commit.proposals.emplace_back(std::in_place_index<0>, decode_proposal(list));
    } else if (type == 2) {
      commit.proposals.emplace_back(std::in_place_index<1>, copy_of(list.opaque()));
    } else {
      list.fail(CodecError::kMalformed);
    }
  }
  if (!list.finish().ok()) in.fail(CodecError::kMalformed);
  if (in.optional()) commit.path = decode_update_path(in);
  return commit;
}

void encode_content_body(Writer& out, const FramedContent& content) {
  switch (content.content_type()) {
    case ContentType::kApplication:
      out.opaque(content.application().data);
      break;
    case ContentType::kProposal:
      encode(out, content.proposal());
      break;
    case ContentType::kCommit:
      encode(out, content.commit());
      break;
  }
}

std::variant<ApplicationData, Proposal, Commit> decode_content_body(Reader& in, ContentType type) {
  switch (type) {
    case ContentType::kApplication:
      return ApplicationData{copy_of(in.opaque())};
    case ContentType::kProposal:
      return decode_proposal(in);
    case ContentType::kCommit:
      return decode_commit(in);
  }
  in.fail(CodecError::kMalformed);  // [6/content-type]
  return ApplicationData{};
}

void encode(Writer& out, const FramedContent& content) {
  out.opaque(content.group_id).u64(content.epoch);
  encode(out, content.sender);
  out.opaque(content.authenticated_data).u8(static_cast<uint8_t>(content.content_type()));
  encode_content_body(out, content);
}

FramedContent decode_framed_content(Reader& in) {
  FramedContent content;
  content.group_id = copy_of(in.opaque());
  content.epoch = in.u64();
  content.sender = decode_sender(in);
  content.authenticated_data = copy_of(in.opaque());
  content.body = decode_content_body(in, static_cast<ContentType>(in.u8()));
  return content;
}

void encode_auth(Writer& out, const ContentAuth& auth, ContentType type) {
  out.opaque(auth.signature);
  if (type == ContentType::kCommit) out.opaque(auth.confirmation_tag);
}

ContentAuth decode_auth(Reader& in, ContentType type) {
  ContentAuth auth;
  auth.signature = copy_of(in.opaque());
  if (type == ContentType::kCommit) auth.confirmation_tag = copy_of(in.opaque());
  return auth;
}

void encode(Writer& out, const AuthenticatedContent& content) {
  out.u16(static_cast<uint16_t>(content.wire_format));
  encode(out, content.content);
  encode_auth(out, content.auth, content.content.content_type());
}

AuthenticatedContent decode_authenticated_content(Reader& in) {
  AuthenticatedContent out;
  const uint16_t format = in.u16();
  if (format != 1 && format != 2) in.fail(CodecError::kMalformed);
  out.wire_format = static_cast<WireFormat>(format);
  out.content = decode_framed_content(in);
  out.auth = decode_auth(in, out.content.content_type());
  return out;
}

void encode(Writer& out, const PublicMessage& message) {
  encode(out, message.content);
  encode_auth(out, message.auth, message.content.content_type());
  if (message.content.sender.type == SenderType::kMember) out.opaque(message.membership_tag);
}

PublicMessage decode_public_message(Reader& in) {
  PublicMessage message;
  message.content = decode_framed_content(in);
  message.auth = decode_auth(in, message.content.content_type());
  if (message.content.sender.type == SenderType::kMember) message.membership_tag = copy_of(in.opaque());
  return message;
}

void encode(Writer& out, const PrivateMessage& message) {
  out.opaque(message.group_id).u64(message.epoch).u8(static_cast<uint8_t>(message.content_type));
  out.opaque(message.authenticated_data).opaque(message.encrypted_sender_data).opaque(message.ciphertext);
}

PrivateMessage decode_private_message(Reader& in) {
  PrivateMessage message;
  message.group_id = copy_of(in.opaque());
  message.epoch = in.u64();
  const uint8_t type = in.u8();
  if (type < 1 || type > 3) in.fail(CodecError::kMalformed);  // [6/content-type]
  message.content_type = static_cast<ContentType>(type);
  message.authenticated_data = copy_of(in.opaque());
  message.encrypted_sender_data = copy_of(in.opaque());
  message.ciphertext = copy_of(in.opaque());
  return message;
}

}  // namespace homeward::mls
