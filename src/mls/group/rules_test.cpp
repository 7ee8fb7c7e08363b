// Each rule for proposals and commits of RFC 9420, sections 12.1 to 12.4, broken once.
//
// A rule is broken by a committer who does not check it: her commit is made by hand, signed with her own key,
// sent as a PublicMessage and read by another member. That the library's own committer refuses the same is
// checked beside it.
#include <gtest/gtest.h>

#include "mls/framing/protection.h"
#include "mls/group/group_world_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

// What a member needs to send anything at all, read from the rows of her saved state.
struct Rogue {
  explicit Rogue(const Group& group) : suite(&group.suite()), leaf(group.own_leaf()) {
    Disk rows = rows_of(group);
    Reader identity(rows.at({'i'}));
    identity.u8();
    identity.u16();
    signature_key = copy_of(identity.opaque());
    Reader epoch(rows.at({'e'}));
    context_bytes = copy_of(epoch.opaque());
    for (int skipped = 0; skipped < 6; ++skipped) epoch.opaque();
    membership_key = copy_of(epoch.opaque());
    Reader context_in(context_bytes);
    context = decode_group_context(context_in);
    HW_ASSERT(context_in.finish().ok());
  }

  Bytes send(std::variant<ApplicationData, Proposal, Commit> body) const {
    PublicMessage message;
    message.content.group_id = context.group_id;
    message.content.epoch = context.epoch;
    message.content.sender = Sender::member(leaf);
    message.content.body = std::move(body);
    message.auth.signature =
        *sign_content(*suite, signature_key, WireFormat::kPublicMessage, message.content, context_bytes);
    if (message.content.content_type() == ContentType::kCommit) message.auth.confirmation_tag = Bytes(32);
    const AuthenticatedContent content{WireFormat::kPublicMessage, message.content, message.auth};
    message.membership_tag = copy_of(membership_tag(*suite, membership_key, content, context_bytes));
    return encode_message(message);
  }

  const Suite* suite;
  LeafIndex leaf;
  Bytes signature_key, membership_key, context_bytes;
  GroupContext context;
};

class RulesTest : public ::testing::Test {
 protected:
  World world{SuiteId::kX25519ChaChaSha256Ed25519, 3};
  std::vector<Group> groups = world.group_of(4);
  Group& committer = groups[0];
  Group& reader = groups[1];

  Result<> judge(Commit commit) {
    const Disk before = rows_of(reader);
    HW_LET(const Opened opened, reader.open(Rogue(committer).send(std::move(commit))));
    auto candidate = reader.check_commit(opened);
    EXPECT_EQ(rows_of(reader), before);
    if (!candidate.ok()) return candidate.error();
    return success();
  }

  // A good path of the committer for an empty list.
  UpdatePath path() {
    CommitParams params;
    params.wire_format = WireFormat::kPublicMessage;
    auto pending = committer.commit(params, world.random);
    HW_ASSERT(pending.ok());
    const auto opened = groups[2].open(pending->message());
    HW_ASSERT(opened.ok());
    return *opened->commit().path;
  }

  void refused(MlsError error, const char* clause, const Commit& commit) {
    const Result<> verdict = judge(commit);
    ASSERT_FALSE(verdict.ok());
    EXPECT_TRUE(verdict.error().is(error)) << static_cast<int>(verdict.error().code());
    EXPECT_TRUE(std::string(verdict.error().context()).starts_with(clause)) << verdict.error().context();
  }

  // A list by value: refused by who reads and by who would commit.
  void refused(MlsError error, const char* clause, const std::vector<Proposal>& proposals) {
    Commit commit;
    for (const Proposal& proposal : proposals)
      commit.proposals.emplace_back(std::in_place_index<0>, proposal);
    commit.path = path();
    refused(error, clause, commit);
    CommitParams params;
    params.proposals = proposals;
    const Disk before = rows_of(committer);
    EXPECT_FALSE(committer.commit(params, world.random).ok());
    EXPECT_EQ(rows_of(committer), before);
  }

  // The list is good as it stands, so that what `refused` says is of the rule at hand.
  void accepted(const std::vector<Proposal>& proposals) {
    CommitParams params;
    params.proposals = proposals;
    params.psks = [](const PreSharedKeyId&) { return Secret(view_of("key")); };
    auto pending = committer.commit(params, world.random);
    ASSERT_TRUE(pending.ok()) << pending.error().context();
    const auto opened = reader.open(pending->message());
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(reader.check_commit(*opened).ok());
  }

  PreSharedKeyId psk(size_t nonce_size = 32) {
    PreSharedKeyId id;
    id.psk_id = {1};
    id.psk_nonce = world.random.bytes(nonce_size);
    return id;
  }
};

TEST_F(RulesTest, AnUpdateOfTheCommitter) {  // 12.2
  auto update = committer.propose_update({}, {}, world.random);
  ASSERT_TRUE(update.ok());
  ASSERT_TRUE(reader.add_proposal(*reader.open(update->message)).ok());
  Commit commit;
  commit.proposals.emplace_back(std::in_place_index<1>, update->ref);
  commit.path = path();
  refused(MlsError::kInvalidProposalList, "12.2", commit);
  CommitParams params;
  params.refs = {update->ref};
  EXPECT_FALSE(committer.commit(params, world.random).ok());
}

TEST_F(RulesTest, ARemovalOfTheCommitter) {  // 12.2
  refused(MlsError::kInvalidProposalList, "12.2", {Remove{committer.own_leaf()}});
}

TEST_F(RulesTest, TwoRemovalsOfOneLeaf) {  // 12.2
  accepted({Remove{LeafIndex{3}}});
  refused(MlsError::kInvalidProposalList, "12.2", {Remove{LeafIndex{3}}, Remove{LeafIndex{3}}});
}

TEST_F(RulesTest, AnUpdateAndARemovalOfOneLeaf) {  // 12.2
  auto update = groups[3].propose_update({}, {}, world.random);
  ASSERT_TRUE(update.ok());
  for (Group* group : {&committer, &reader}) {
    ASSERT_TRUE(group->add_proposal(*group->open(update->message)).ok());
  }
  Commit commit;
  commit.proposals.emplace_back(std::in_place_index<1>, update->ref);
  commit.proposals.emplace_back(std::in_place_index<0>, Remove{LeafIndex{3}});
  commit.path = path();
  refused(MlsError::kInvalidProposalList, "12.2", commit);
}

TEST_F(RulesTest, ABlankLeafRemoved) {  // 12.1.3
  refused(MlsError::kInvalidProposal, "12.1.3", {Remove{LeafIndex{77}}});
}

TEST_F(RulesTest, OneClientAddedTwice) {  // 12.2
  const Newcomer who = world.newcomer();
  accepted({Add{who.made.package}});
  KeyPackageParams params;
  params.credential = Credential::basic(view_of("the same"));
  auto second = create_key_package(world.suite, params, who.signature_key, world.random);
  ASSERT_TRUE(second.ok());
  refused(MlsError::kDuplicateKey, "7.3", {Add{who.made.package}, Add{second->package}});
}

TEST_F(RulesTest, AMemberAddedAgainUnlessRemoved) {  // 12.2
  const Newcomer who = world.newcomer();
  CommitParams params;
  params.proposals = {Add{who.made.package}};
  auto pending = committer.commit(params, world.random);
  ASSERT_TRUE(pending.ok());
  all_take(groups, 0, *std::move(pending));
  KeyPackageParams fresh;
  fresh.credential = Credential::basic(view_of("the same"));
  auto second = create_key_package(world.suite, fresh, who.signature_key, world.random);
  ASSERT_TRUE(second.ok());
  refused(MlsError::kDuplicateKey, "7.3", {Add{second->package}});
  accepted({Add{second->package}, Remove{LeafIndex{4}}});
}

TEST_F(RulesTest, AKeyPackageThatIsBad) {  // 12.1.1, 10.1
  Newcomer who = world.newcomer();
  KeyPackage forged = who.made.package;
  forged.signature[5] ^= 1;
  refused(MlsError::kBadSignature, "", {Add{forged}});
  forged = who.made.package;
  forged.cipher_suite = static_cast<uint16_t>(SuiteId::kX25519Aes128Sha256Ed25519);
  refused(MlsError::kInvalidKeyPackage, "10.1", {Add{forged}});
  forged = who.made.package;
  forged.version = 2;
  refused(MlsError::kInvalidKeyPackage, "10.1", {Add{forged}});
}

TEST_F(RulesTest, AnUpdateByValueOrWithTheOldKey) {  // 12.1.2, 7.3
  auto update = groups[3].propose_update({}, {}, world.random);
  ASSERT_TRUE(update.ok());
  const Proposal proposal = groups[3].pending_proposals()[0].proposal;
  Commit commit;
  commit.proposals.emplace_back(std::in_place_index<0>, proposal);
  commit.path = path();
  refused(MlsError::kInvalidProposalList, "12.2", commit);

  const Rogue rogue(groups[3]);
  const LeafNode old = *groups[3].member(LeafIndex{3});
  auto same_key = LeafNode::for_update(world.suite, old.content(), {groups[3].group_id(), LeafIndex{3}},
                                       rogue.signature_key);
  ASSERT_TRUE(same_key.ok());
  const auto opened = reader.open(rogue.send(Proposal(Update{*same_key})));
  ASSERT_TRUE(opened.ok());
  const auto kept = reader.add_proposal(*opened);
  ASSERT_FALSE(kept.ok());
  EXPECT_TRUE(kept.error().is(MlsError::kInvalidProposal));
  // A leaf signed for another place.
  LeafContent content = old.content();
  content.encryption_key = world.suite.generate_hpke_key_pair(world.random).public_key;
  auto elsewhere =
      LeafNode::for_update(world.suite, content, {groups[3].group_id(), LeafIndex{2}}, rogue.signature_key);
  ASSERT_TRUE(elsewhere.ok());
  const auto moved = reader.open(rogue.send(Proposal(Update{*elsewhere})));
  ASSERT_TRUE(moved.ok());
  EXPECT_FALSE(reader.add_proposal(*moved).ok());
  EXPECT_TRUE(reader.pending_proposals().empty());
}

TEST_F(RulesTest, ThePreSharedKeys) {  // 12.1.4, 12.2
  const PreSharedKeyId id = psk();
  accepted({PreSharedKey{id}, PreSharedKey{psk()}});
  refused(MlsError::kInvalidProposalList, "12.2", {PreSharedKey{id}, PreSharedKey{id}});
  refused(MlsError::kInvalidProposal, "12.1.4", {PreSharedKey{psk(31)}});
  for (const ResumptionUsage usage : {ResumptionUsage::kReInit, ResumptionUsage::kBranch}) {
    PreSharedKeyId resumption = psk();
    resumption.type = PskType::kResumption;
    resumption.usage = usage;
    refused(MlsError::kInvalidProposal, "12.1.4", {PreSharedKey{resumption}});
  }
}

TEST_F(RulesTest, TwoGroupContextExtensions) {  // 12.2
  accepted({GroupContextExtensions{}});
  refused(MlsError::kInvalidProposalList, "12.2", {GroupContextExtensions{}, GroupContextExtensions{}});
}

TEST_F(RulesTest, ExtensionsThatAMemberDoesNotSupport) {  // 12.1.7, 13.4
  RequiredCapabilities required;
  required.proposals = {0x0042};
  Writer data;
  encode(data, required);
  Commit commit;
  commit.proposals.emplace_back(
      std::in_place_index<0>, GroupContextExtensions{{{ExtensionType::kRequiredCapabilities, data.take()}}});
  commit.path = path();
  refused(MlsError::kInvalidLeaf, "", commit);
  Commit unknown;
  unknown.proposals.emplace_back(std::in_place_index<0>,
                                 GroupContextExtensions{{{static_cast<ExtensionType>(0x0a0a), {}}}});
  unknown.path = path();
  EXPECT_FALSE(judge(unknown).ok());
  // What the group asks for itself must be readable.
  refused(MlsError::kInvalidProposal, "",
          {GroupContextExtensions{{{ExtensionType::kRequiredCapabilities, {1, 2, 3}}}}});
  refused(MlsError::kInvalidProposal, "", {GroupContextExtensions{{{ExtensionType::kExternalSenders, {9}}}}});
}

TEST_F(RulesTest, AReInitWithOthers) {  // 12.2, 12.1.5
  const ReInit reinit{{1}, 1, 3, {}};
  accepted({reinit});
  refused(MlsError::kInvalidProposalList, "12.2", {reinit, Remove{LeafIndex{3}}});
  refused(MlsError::kInvalidProposal, "12.1.5", {ReInit{{1}, 0, 3, {}}});
}

TEST_F(RulesTest, AnExternalInitByAMember) {  // 12.2
  refused(MlsError::kInvalidProposalList, "12.2", {ExternalInit{Bytes(32)}});
}

TEST_F(RulesTest, APathThatIsMissing) {  // 12.4
  refused(MlsError::kPathMissing, "12.4", Commit{});
  const std::vector<Proposal> with_path{Remove{LeafIndex{3}}, GroupContextExtensions{}};
  for (const Proposal& proposal : with_path) {
    Commit commit;
    commit.proposals.emplace_back(std::in_place_index<0>, proposal);
    refused(MlsError::kPathMissing, "12.4", commit);
  }
  Commit add;
  add.proposals.emplace_back(std::in_place_index<0>, Add{world.newcomer().made.package});
  EXPECT_TRUE(judge(add).ok());
}

TEST_F(RulesTest, APathThatIsBad) {  // 12.4.2
  Commit commit;
  commit.path = path();
  EXPECT_TRUE(judge(commit).ok());
  Commit shorter = commit;
  shorter.path->nodes.pop_back();
  EXPECT_FALSE(judge(shorter).ok());
  Commit other_key = commit;
  other_key.path->nodes[0].encryption_key[0] ^= 1;
  EXPECT_FALSE(judge(other_key).ok());
  Commit known_key = commit;
  known_key.path->nodes[0].encryption_key = copy_of(committer.member(LeafIndex{2})->encryption_key());
  EXPECT_FALSE(judge(known_key).ok());
  Commit one_ciphertext_less = commit;
  one_ciphertext_less.path->nodes.back().encrypted_path_secret.pop_back();
  EXPECT_FALSE(judge(one_ciphertext_less).ok());
  Commit old_leaf = commit;
  old_leaf.path->leaf_node = *committer.member(LeafIndex{0});
  EXPECT_FALSE(judge(old_leaf).ok());
  // A ciphertext that does not open is no matter of the public checks.
  Commit unreadable = commit;
  for (UpdatePathNode& node : unreadable.path->nodes) {
    for (HpkeCiphertext& sealed : node.encrypted_path_secret) sealed.ciphertext[0] ^= 1;
  }
  EXPECT_TRUE(judge(unreadable).ok());
}

TEST_F(RulesTest, AConfirmationTagThatIsWrong) {  // 12.4.2
  Commit commit;
  commit.path = path();
  const Disk before = rows_of(reader);
  const auto opened = reader.open(Rogue(committer).send(commit));
  ASSERT_TRUE(opened.ok());
  auto candidate = reader.check_commit(*opened);
  ASSERT_TRUE(candidate.ok());
  const auto staged = reader.complete(*std::move(candidate));
  ASSERT_FALSE(staged.ok());
  EXPECT_TRUE(staged.error().is(MlsError::kConfirmationTag));
  EXPECT_EQ(rows_of(reader), before);
}

TEST_F(RulesTest, TheFrame) {  // 6, 6.1, 6.2
  const Rogue rogue(committer);
  const auto refused_frame = [&](MlsError error, const Bytes& message) {
    const auto opened = reader.open(message);
    ASSERT_FALSE(opened.ok());
    EXPECT_TRUE(opened.error().is(error)) << static_cast<int>(opened.error().code());
  };
  refused_frame(MlsError::kMalformed, rogue.send(ApplicationData{{1}}));
  Rogue wrong = rogue;
  wrong.context.epoch += 1;
  refused_frame(MlsError::kWrongEpoch, wrong.send(Proposal(Remove{LeafIndex{3}})));
  wrong = rogue;
  wrong.context.group_id[0] ^= 1;
  refused_frame(MlsError::kWrongGroup, wrong.send(Proposal(Remove{LeafIndex{3}})));
  wrong = rogue;
  wrong.leaf = LeafIndex{2};
  refused_frame(MlsError::kBadSignature, wrong.send(Proposal(Remove{LeafIndex{3}})));
  wrong.leaf = LeafIndex{9};
  refused_frame(MlsError::kUnknownSender, wrong.send(Proposal(Remove{LeafIndex{3}})));
  wrong = rogue;
  wrong.membership_key[0] ^= 1;
  refused_frame(MlsError::kBadMembershipTag, wrong.send(Proposal(Remove{LeafIndex{3}})));
}

}  // namespace
}  // namespace homeward::mls
