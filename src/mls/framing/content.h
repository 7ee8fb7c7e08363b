// What is framed: proposals, commits and application data with their sender and proof (RFC 9420, sections 6
// and 12.4).
#pragma once

#include <optional>

#include "mls/framing/proposals.h"
#include "mls/tree/treekem.h"

namespace homeward::mls {

inline constexpr uint16_t kProtocolVersion = 1;  // mls10

// "MLS Wire Formats" (section 17.2).
enum class WireFormat : uint16_t {
  kPublicMessage = 1,
  kPrivateMessage = 2,
  kWelcome = 3,
  kGroupInfo = 4,
  kKeyPackage = 5,
};

enum class ContentType : uint8_t { kApplication = 1, kProposal = 2, kCommit = 3 };

enum class SenderType : uint8_t { kMember = 1, kExternal = 2, kNewMemberProposal = 3, kNewMemberCommit = 4 };

struct Sender {
  SenderType type = SenderType::kMember;
  LeafIndex leaf{};             // kMember
  uint32_t external_index = 0;  // kExternal: into the group's external_senders
  static Sender member(LeafIndex leaf) { return {SenderType::kMember, leaf, 0}; }
  bool is_member(LeafIndex of) const { return type == SenderType::kMember && leaf == of; }
  bool operator==(const Sender&) const = default;
};

// A ProposalRef, or the proposal itself (ProposalOrRef).
using ProposalOrRef = std::variant<Proposal, Bytes>;

struct Commit {
  std::vector<ProposalOrRef> proposals;
  std::optional<UpdatePath> path;
  bool operator==(const Commit&) const = default;
};

struct ApplicationData {
  Bytes data;
  BytesView view() const { return data; }
  bool operator==(const ApplicationData&) const = default;
};

struct FramedContent {
  Bytes group_id;
  uint64_t epoch = 0;
  Sender sender;
  Bytes authenticated_data;
  std::variant<ApplicationData, Proposal, Commit> body;  // in the order of `ContentType`

  ContentType content_type() const { return static_cast<ContentType>(body.index() + 1); }
  // Each asserts that the body is of its type.
  const ApplicationData& application() const { return *checked(std::get_if<0>(&body)); }
  const Proposal& proposal() const { return *checked(std::get_if<1>(&body)); }
  const Commit& commit() const { return *checked(std::get_if<2>(&body)); }
  bool operator==(const FramedContent&) const = default;

 private:
  template <class T>
  static const T* checked(const T* pointer) {
    HW_ASSERT(pointer != nullptr);
    return pointer;
  }
};

// FramedContentAuthData.
struct ContentAuth {
  Bytes signature;
  Bytes confirmation_tag;  // commits only
  bool operator==(const ContentAuth&) const = default;
};

struct AuthenticatedContent {
  WireFormat wire_format = WireFormat::kPrivateMessage;
  FramedContent content;
  ContentAuth auth;
  bool operator==(const AuthenticatedContent&) const = default;
};

struct PublicMessage {
  FramedContent content;
  ContentAuth auth;
  Bytes membership_tag;  // of members only
  bool operator==(const PublicMessage&) const = default;
};

struct PrivateMessage {
  Bytes group_id;
  uint64_t epoch = 0;
  ContentType content_type = ContentType::kApplication;
  Bytes authenticated_data;
  Bytes encrypted_sender_data;
  Bytes ciphertext;
  bool operator==(const PrivateMessage&) const = default;
};

void encode(Writer& out, const Sender& sender);
void encode(Writer& out, const ProposalOrRef& item);
void encode(Writer& out, const Commit& commit);
void encode(Writer& out, const FramedContent& content);
void encode_auth(Writer& out, const ContentAuth& auth, ContentType type);
void encode(Writer& out, const AuthenticatedContent& content);
void encode(Writer& out, const PublicMessage& message);
void encode(Writer& out, const PrivateMessage& message);

// A body without its type in front: as in PrivateMessageContent.
void encode_content_body(Writer& out, const FramedContent& content);
std::variant<ApplicationData, Proposal, Commit> decode_content_body(Reader& in, ContentType type);

Sender decode_sender(Reader& in);
Commit decode_commit(Reader& in);
FramedContent decode_framed_content(Reader& in);
ContentAuth decode_auth(Reader& in, ContentType type);
AuthenticatedContent decode_authenticated_content(Reader& in);
PublicMessage decode_public_message(Reader& in);
PrivateMessage decode_private_message(Reader& in);

}  // namespace homeward::mls
