// The rules for messages as they arrive (RFC 9420, sections 6, 9.2, 11.2 and 12.4), each broken once.
#include <gtest/gtest.h>

#include "mls/group/rogue_for_test.h"
#include "mls/rules_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

class FramingRules : public ::testing::Test {
 protected:
  World world{SuiteId::kX25519ChaChaSha256Ed25519, 4};
  KeyPair service = world.suite.generate_signature_key_pair(world.random);
  std::vector<Group> groups = world.group_of(4);
  Group& reader = groups[1];
  Rogue rogue{groups[0]};
  const Proposal removal = Remove{LeafIndex{3}};

  Result<Opened> open(BytesView message) {
    const Disk before = rows_of(reader);
    auto opened = reader.open(message);
    EXPECT_TRUE(opened.ok() || rows_of(reader) == before);
    return opened;
  }
  Rogue from(Sender sender) const {
    Rogue other = rogue;
    other.sender = sender;
    return other;
  }
  // The place of the sender's type in a PublicMessage and of the content's type in a PrivateMessage: after
  // version, wire format, group id and epoch.
  size_t type_offset() const { return 2 + 2 + 1 + reader.group_id().size() + 8; }
};

TEST_F(FramingRules, Header) {
  const Bytes good = rogue.send(removal);
  EXPECT_TRUE(open(good).ok());
  Bytes bad = good;
  bad[1] = 2;
  EXPECT_RULE("6/version", open(bad));
  bad = good;
  bad[3] = 9;
  EXPECT_RULE("6/wire-format", open(bad));
  bad = good;
  bad.push_back(0);
  EXPECT_RULE("6/message", open(bad));
  bad = good;
  bad[type_offset()] = 5;  // "6/sender-type"
  EXPECT_RULE("6/message", open(bad));
  bad = good;
  bad[type_offset() + 6] = 4;  // "6/content-type", after the leaf index and no authenticated data
  EXPECT_RULE("6/message", open(bad));
  Group::ProtectParams params;
  bad = *groups[0].protect(params, world.random);
  bad[type_offset()] = 4;
  EXPECT_RULE("6/message", open(bad));
}

TEST_F(FramingRules, ForMyGroupAndEpoch) {
  Rogue wrong = rogue;
  wrong.context.epoch += 1;
  EXPECT_RULE("6/epoch", open(wrong.send(removal)));
  wrong = rogue;
  wrong.context.group_id[0] ^= 1;
  EXPECT_RULE("6/group", open(wrong.send(removal)));
}

TEST_F(FramingRules, ByWhomItSays) {
  EXPECT_RULE("6/application", open(rogue.send(ApplicationData{{1}})));
  Rogue wrong = rogue;
  wrong.leaf = LeafIndex{2};
  EXPECT_RULE("6.1/signature", open(wrong.send(removal)));
  wrong.leaf = LeafIndex{9};
  EXPECT_RULE("6.1/member", open(wrong.send(removal)));
  wrong = rogue;
  wrong.membership_key[0] ^= 1;
  EXPECT_RULE("6.2/membership-tag", open(wrong.send(removal)));
  EXPECT_RULE("12.1.8/external-senders", open(from({SenderType::kExternal, {}, 0}).send(removal)));
  const Rogue newcomer = from({SenderType::kNewMemberProposal, {}, 0});
  EXPECT_RULE("6.1/new-member-proposal", open(newcomer.send(removal)));
  EXPECT_RULE("6.1/new-member-proposal", open(newcomer.send(Commit{})));
  const Rogue joiner = from({SenderType::kNewMemberCommit, {}, 0});
  EXPECT_RULE("6.1/new-member-commit", open(joiner.send(removal)));
  EXPECT_RULE("12.4.3.2/path", open(joiner.send(Commit{})));
}

TEST_F(FramingRules, ByExternalSenders) {
  const std::vector<ExternalSender> senders{{service.public_key, Credential::basic(view_of("service"))}};
  Group group = world.found({{ExtensionType::kExternalSenders, encode_external_senders(senders)}});
  Rogue outside(group);
  outside.signature_key = copy_of(service.private_key.view());
  outside.context_bytes = {};  // it signs without the group's context
  outside.sender = Sender{SenderType::kExternal, {}, 0};
  const auto refused = [&](std::string_view rule, const Rogue& by, const auto& body) {
    EXPECT_RULE(rule, group.open(by.send(body)));
  };
  ASSERT_TRUE(group.open(outside.send(Proposal(Remove{LeafIndex{0}}))).ok());
  refused("6.1/external", outside, Commit{});
  const auto kept = group.open(outside.send(Proposal(ExternalInit{Bytes(32)})));
  ASSERT_TRUE(kept.ok());
  EXPECT_RULE("12.1.8/types", group.add_proposal(*kept));
  outside.sender->external_index = 1;
  refused("6.1/external-index", outside, Proposal(Remove{LeafIndex{0}}));

  OutsideProposal params;
  const Proposal proposal = Remove{LeafIndex{0}};
  params.proposal = &proposal;
  params.signature_key = service.private_key.view();
  params.sender = Sender::member(LeafIndex{0});
  EXPECT_RULE("12.1.8/sender", propose_from_outside(params));
}

TEST_F(FramingRules,
       AnUpdateByNoMember) {  // an external sender cannot send one, but one may be kept from before
  const Newcomer newcomer = world.newcomer();
  auto leaf =
      LeafNode::for_update(world.suite, newcomer.made.package.leaf_node.content(),
                           {reader.group_id(), LeafIndex{9}}, newcomer.signature_key.private_key.view());
  ASSERT_TRUE(leaf.ok());
  Rogue joiner = from({SenderType::kNewMemberCommit, {}, 0});
  Opened opened;
  opened.message.wire_format = WireFormat::kPublicMessage;
  opened.message.content = joiner.content_of(Proposal(Update{*leaf}));
  EXPECT_RULE("12.1.2/member", reader.add_proposal(opened));
}

TEST_F(FramingRules, PrivateMessages) {
  FramedContent content = rogue.content_of(removal);
  const auto plaintext = [&](size_t padding) {
    Writer out;
    encode_content_body(out, content);
    const Bytes signature = *sign_content(world.suite, rogue.signature_key, WireFormat::kPrivateMessage,
                                          content, rogue.context_bytes);
    encode_auth(out, {signature, {}}, ContentType::kProposal);
    out.raw(Bytes(padding));
    return out.take();
  };
  ASSERT_TRUE(open(rogue.seal(ContentType::kProposal, plaintext(3))).ok());
  Bytes padded = plaintext(3);
  padded.back() = 1;
  Rogue other(groups[2]);
  content.sender = Sender::member(other.leaf);
  const auto by_other = [&](BytesView text) { return open(other.seal(ContentType::kProposal, text)); };
  EXPECT_RULE("6.3.1/padding", by_other(padded));
  EXPECT_RULE("6.3.1/reads", by_other(view_of("no proposal")));
  EXPECT_RULE("6.1/signature", by_other(plaintext(0)));  // by the first one's key
  other.longer_sender_data = true;
  EXPECT_RULE("6.3.2/reads", by_other(plaintext(0)));
  other.longer_sender_data = false;
  other.sender_data_leaf = LeafIndex{9};
  EXPECT_RULE("6.3.2/leaf", by_other(plaintext(0)));

  Group::ProtectParams params;
  params.data = view_of("words");
  const Bytes good = *groups[0].protect(params, world.random);
  Bytes bad = good;
  bad.back() ^= 1;  // behind what the sender data's key is made of
  EXPECT_RULE("6.3.1/opens", open(bad));
  auto parted = std::get<PrivateMessage>(*decode_message(good));
  parted.encrypted_sender_data[0] ^= 1;
  EXPECT_RULE("6.3.2/opens", open(encode_message(parted)));
  ASSERT_TRUE(open(good).ok());
  EXPECT_RULE("9.2/used", open(good));
}

TEST_F(FramingRules, ACommitBeforeWords) {
  ASSERT_TRUE(groups[0].propose(removal, {}, world.random).ok());
  Group::ProtectParams params;
  EXPECT_RULE("12.4/commit-first", groups[0].protect(params, world.random));
  params.despite_proposals = true;
  EXPECT_TRUE(groups[0].protect(params, world.random).ok());
}

TEST_F(FramingRules, ReferencesMustBeKnown) {
  Commit commit;
  commit.proposals.emplace_back(std::in_place_index<1>, Bytes(32));
  const auto opened = open(rogue.send(commit));
  ASSERT_TRUE(opened.ok());
  EXPECT_RULE("12.4/reference", reader.check_commit(*opened));
  CommitParams params;
  params.refs = {Bytes(32)};
  EXPECT_RULE("12.4/reference", groups[0].commit(params, world.random));
}

TEST_F(FramingRules, AReInitialisedGroupIsSilent) {
  CommitParams params;
  params.proposals = {ReInit{{1}, 1, 3, {}}};
  auto pending = groups[0].commit(params, world.random);
  ASSERT_TRUE(pending.ok());
  all_take(groups, 0, *std::move(pending));
  EXPECT_RULE("11.2/ended", groups[0].protect({}, world.random));
  EXPECT_RULE("11.2/ended", groups[0].propose(removal, {}, world.random));
  EXPECT_RULE("11.2/ended", groups[0].commit({}, world.random));
  Commit commit;
  commit.proposals.emplace_back(std::in_place_index<0>, removal);
  const auto opened = reader.open(Rogue(groups[0]).send(commit));
  ASSERT_TRUE(opened.ok());
  EXPECT_RULE("11.2/ended", reader.check_commit(*opened));
}

TEST_F(FramingRules, LabelsOfTheProtocolAreItsOwn) {
  EXPECT_RULE("5.1.2/label", groups[0].sign_with_label("FramedContentTBS", view_of("content")));
}

TEST_F(FramingRules, UnknownProposalTypes) {  // "12.2/unknown-type", GREASE and private use among them
  for (const uint16_t type : {0x0008, 0x0a0a, 0xeaea, 0xf001, 0xfafa, 0x0000}) {
    Writer unknown;
    unknown.u16(type).opaque(view_of("content"));
    Reader in(unknown.view());
    decode_proposal(in);
    EXPECT_FALSE(in.ok());
    // "will cause the enclosing message to be rejected": as a proposal and within a commit.
    Bytes message = rogue.send(removal);
    const size_t at = type_offset() + 7;
    ASSERT_EQ(message[at + 1], static_cast<uint8_t>(ProposalType::kRemove));
    message[at] = static_cast<uint8_t>(type >> 8);
    message[at + 1] = static_cast<uint8_t>(type);
    EXPECT_RULE("6/message", open(message));
  }
}

}  // namespace
}  // namespace homeward::mls
