// Each rule for proposals and commits of RFC 9420, sections 12.1 to 12.4, broken once.
//
// A rule is broken by a committer who does not check it: her commit is made by hand, signed with her own key,
// sent as a PublicMessage and read by another member. That the library's own committer refuses the same is
// checked beside it.
#include <gtest/gtest.h>

#include "mls/group/rogue_for_test.h"
#include "mls/rules_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

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

  void refused(std::string_view rule, const Commit& commit) { EXPECT_RULE(rule, judge(commit)); }

  // A list by value: refused by who reads and by who would commit.
  void refused(std::string_view rule, const std::vector<Proposal>& proposals) {
    Commit commit;
    for (const Proposal& proposal : proposals)
      commit.proposals.emplace_back(std::in_place_index<0>, proposal);
    commit.path = path();
    refused(rule, commit);
    CommitParams params;
    params.proposals = proposals;
    const Disk before = rows_of(committer);
    EXPECT_RULE(rule, committer.commit(params, world.random));
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
  refused("12.2/committer-update", commit);
  CommitParams params;
  params.refs = {update->ref};
  EXPECT_RULE("12.2/committer-update", committer.commit(params, world.random));
}

TEST_F(RulesTest, ARemovalOfTheCommitter) {  // 12.2
  refused("12.2/committer-removed", {Remove{committer.own_leaf()}});
}

TEST_F(RulesTest, TwoRemovalsOfOneLeaf) {  // 12.2
  accepted({Remove{LeafIndex{3}}});
  refused("12.2/same-leaf", {Remove{LeafIndex{3}}, Remove{LeafIndex{3}}});
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
  refused("12.2/same-leaf", commit);
}

TEST_F(RulesTest, ABlankLeafRemoved) {  // 12.1.3
  refused("12.1.3/leaf", {Remove{LeafIndex{77}}});
}

TEST_F(RulesTest, OneClientAddedTwice) {  // "12.2/add-twice": a client is known by its signature key
  const Newcomer who = world.newcomer();
  accepted({Add{who.made.package}});
  KeyPackageParams params;
  params.credential = Credential::basic(view_of("the same"));
  auto second = create_key_package(world.suite, params, who.signature_key, world.random);
  ASSERT_TRUE(second.ok());
  refused("7.3/signature-key", {Add{who.made.package}, Add{second->package}});
}

TEST_F(RulesTest, AMemberAddedAgainUnlessRemoved) {  // "12.2/add-member"
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
  refused("7.3/signature-key", {Add{second->package}});
  accepted({Add{second->package}, Remove{LeafIndex{4}}});
}

TEST_F(RulesTest, AKeyPackageThatIsBad) {  // 12.1.1, 10.1
  Newcomer who = world.newcomer();
  KeyPackage forged = who.made.package;
  forged.signature[5] ^= 1;
  refused("10.1/signature", {Add{forged}});
  forged = who.made.package;
  forged.cipher_suite = static_cast<uint16_t>(SuiteId::kX25519Aes128Sha256Ed25519);
  refused("10.1/suite", {Add{forged}});
  forged = who.made.package;
  forged.version = 2;
  refused("10.1/version", {Add{forged}});
}

TEST_F(RulesTest, AnUpdateByValueOrWithTheOldKey) {  // 12.1.2, 7.3
  auto update = groups[3].propose_update({}, {}, world.random);
  ASSERT_TRUE(update.ok());
  const Proposal proposal = groups[3].pending_proposals()[0].proposal;
  Commit commit;
  commit.proposals.emplace_back(std::in_place_index<0>, proposal);
  commit.path = path();
  refused("12.2/committer-update", commit);  // by value it is the committer's

  const Rogue rogue(groups[3]);
  const LeafNode old = *groups[3].member(LeafIndex{3});
  auto same_key = LeafNode::for_update(world.suite, old.content(), {groups[3].group_id(), LeafIndex{3}},
                                       rogue.signature_key);
  ASSERT_TRUE(same_key.ok());
  const auto opened = reader.open(rogue.send(Proposal(Update{*same_key})));
  ASSERT_TRUE(opened.ok());
  EXPECT_RULE("7.3/update-key", reader.add_proposal(*opened));
  // A leaf signed for another place.
  LeafContent content = old.content();
  content.encryption_key = world.suite.generate_hpke_key_pair(world.random).public_key;
  auto elsewhere =
      LeafNode::for_update(world.suite, content, {groups[3].group_id(), LeafIndex{2}}, rogue.signature_key);
  ASSERT_TRUE(elsewhere.ok());
  const auto moved = reader.open(rogue.send(Proposal(Update{*elsewhere})));
  ASSERT_TRUE(moved.ok());
  EXPECT_RULE("7.3/signature", reader.add_proposal(*moved));
  EXPECT_TRUE(reader.pending_proposals().empty());
}

TEST_F(RulesTest, ThePreSharedKeys) {  // 12.1.4, 12.2
  const PreSharedKeyId id = psk();
  accepted({PreSharedKey{id}, PreSharedKey{psk()}});
  refused("12.2/psk-twice", {PreSharedKey{id}, PreSharedKey{id}});
  refused("12.1.4/nonce", {PreSharedKey{psk(31)}});
  for (const ResumptionUsage usage : {ResumptionUsage::kReInit, ResumptionUsage::kBranch}) {
    PreSharedKeyId resumption = psk();
    resumption.type = PskType::kResumption;
    resumption.usage = usage;
    refused(usage == ResumptionUsage::kReInit ? "12.1.4/reinit" : "12.1.4/branch",
            {PreSharedKey{resumption}});
  }
}

TEST_F(RulesTest, TwoGroupContextExtensions) {  // 12.2
  accepted({GroupContextExtensions{}});
  refused("12.2/two-extensions", {GroupContextExtensions{}, GroupContextExtensions{}});
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
  refused("7.3/required-proposal", commit);  // of the committer's own leaf
  refused("13.4/leaf-supports", {GroupContextExtensions{{{static_cast<ExtensionType>(0xf00a), {}}}}});
  // What the group asks for itself must be readable.
  refused("11.1/reads", {GroupContextExtensions{{{ExtensionType::kRequiredCapabilities, {1, 2, 3}}}}});
  refused("12.1.8/reads", {GroupContextExtensions{{{ExtensionType::kExternalSenders, {9}}}}});
}

TEST_F(RulesTest, AReInitWithOthers) {  // 12.2, 12.1.5
  const ReInit reinit{{1}, 1, 3, {}};
  accepted({reinit});
  refused("12.2/reinit-alone", {reinit, Remove{LeafIndex{3}}});
  refused("12.1.5/version", {ReInit{{1}, 0, 3, {}}});
}

TEST_F(RulesTest, AnExternalInitByAMember) {  // 12.2
  refused("12.2/external-init", {ExternalInit{Bytes(32)}});
}

TEST_F(RulesTest, APathThatIsMissing) {  // 12.4
  refused("12.4/path", Commit{});
  const std::vector<Proposal> with_path{Remove{LeafIndex{3}}, GroupContextExtensions{}};
  for (const Proposal& proposal : with_path) {
    Commit commit;
    commit.proposals.emplace_back(std::in_place_index<0>, proposal);
    refused("12.4/path", commit);
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
  refused("7.5/nodes", shorter);
  Commit other_key = commit;
  other_key.path->nodes[0].encryption_key[0] ^= 1;
  refused("7.9.2/commit", other_key);
  Commit no_key = commit;
  no_key.path->nodes[0].encryption_key.pop_back();
  refused("5.1.1/path-key", no_key);
  Commit one_key_twice = commit;
  one_key_twice.path->nodes[0].encryption_key = one_key_twice.path->nodes[1].encryption_key;
  refused("12.4.2/key-twice", one_key_twice);
  Commit known_key = commit;
  known_key.path->nodes[0].encryption_key = copy_of(committer.member(LeafIndex{2})->encryption_key());
  refused("12.4.2/key-in-tree", known_key);
  Commit one_ciphertext_less = commit;
  one_ciphertext_less.path->nodes.back().encrypted_path_secret.pop_back();
  refused("7.6/ciphertexts", one_ciphertext_less);
  Commit old_leaf = commit;
  old_leaf.path->leaf_node = *committer.member(LeafIndex{0});
  refused("7.3/source", old_leaf);
  // A ciphertext that does not open is no matter of the public checks.
  Commit unreadable = commit;
  for (UpdatePathNode& node : unreadable.path->nodes) {
    for (HpkeCiphertext& sealed : node.encrypted_path_secret) sealed.ciphertext[0] ^= 1;
  }
  EXPECT_TRUE(judge(unreadable).ok());
  const auto opened = reader.open(Rogue(committer).send(unreadable));
  ASSERT_TRUE(opened.ok());
  EXPECT_RULE("7.5/opens", reader.complete(*reader.check_commit(*opened)));
}

// The leaf in a path follows the rules of every leaf.
TEST_F(RulesTest, ALeafInAPathThatIsBad) {  // 7.2, 7.3
  const auto with_leaf = [&](const std::function<void(LeafContent&)>& change, BytesView key) {
    Commit commit;
    commit.path = path();
    LeafContent content = commit.path->leaf_node.content();
    change(content);
    commit.path->leaf_node = *LeafNode::for_commit(world.suite, content, commit.path->leaf_node.parent_hash(),
                                                   {committer.group_id(), committer.own_leaf()}, key);
    return judge(commit);
  };
  const Bytes own = Rogue(committer).signature_key;
  EXPECT_TRUE(with_leaf([](LeafContent&) {}, own).ok());
  EXPECT_RULE("7.2/own-credential", with_leaf([](LeafContent& c) { c.capabilities.credentials = {2}; }, own));
  EXPECT_RULE(
      "7.3/own-extension",
      with_leaf([](LeafContent& c) { c.extensions = {{static_cast<ExtensionType>(0xf001), {}}}; }, own));
  EXPECT_RULE("7.3/credential-for-all", with_leaf(
                                            [](LeafContent& c) {
                                              c.credential = {CredentialType::kX509, {}, {{1}}};
                                              c.capabilities.credentials = {1, 2};
                                            },
                                            own));
  EXPECT_RULE("7.3/signature", with_leaf([](LeafContent&) {}, Rogue(groups[2]).signature_key));
  EXPECT_RULE(
      "7.3/signature-key",
      with_leaf(
          [&](LeafContent& c) { c.signature_key = copy_of(groups[2].member(LeafIndex{2})->signature_key()); },
          Rogue(groups[2]).signature_key));
}

// A key package whose leaf has another member's encryption key: everything else about it is good.
TEST_F(RulesTest, AnEncryptionKeyThatIsTaken) {  // 7.3
  const Newcomer who = world.newcomer();
  LeafContent content = who.made.package.leaf_node.content();
  content.encryption_key = copy_of(reader.member(LeafIndex{2})->encryption_key());
  KeyPackage package = who.made.package;
  const BytesView key = who.signature_key.private_key.view();
  package.leaf_node = *LeafNode::for_key_package(world.suite, content, {}, key);
  Writer tbs;
  tbs.u16(package.version).u16(package.cipher_suite).opaque(package.init_key);
  encode(tbs, package.leaf_node);
  encode(tbs, package.extensions);
  package.signature = *world.suite.sign_with_label(key, "KeyPackageTBS", tbs.view());
  refused("7.3/encryption-key", {Add{package}});
}

// Section 12.1.7: what the group comes to require, all its members must have; of the leaves that come in at
// the same time `7.3/required-…` asks the same.
TEST_F(RulesTest, ARequirementThatAMemberDoesNotMeet) {
  constexpr auto kPolicy = static_cast<ExtensionType>(0xf010);
  Group founder = world.found({}, {}, {0xf010});
  const Newcomer without = world.newcomer();
  const Newcomer with = world.newcomer({0xf010});
  CommitParams params;
  params.proposals = {Add{without.made.package}, Add{with.made.package}};
  auto pending = founder.commit(params, world.random);
  ASSERT_TRUE(pending.ok());
  ASSERT_TRUE(founder.merge_pending(*std::move(pending)).ok());
  params.proposals = {GroupContextExtensions{{{kPolicy, {}}}}};
  EXPECT_RULE("13.4/members-support", founder.commit(params, world.random));
  RequiredCapabilities required;
  required.extensions = {0xf010};
  Writer data;
  encode(data, required);
  params.proposals = {GroupContextExtensions{{{ExtensionType::kRequiredCapabilities, data.take()}}}};
  EXPECT_RULE("12.1.7/required", founder.commit(params, world.random));
  params.proposals.push_back(Remove{LeafIndex{1}});  // "and excluding those removed"
  EXPECT_TRUE(founder.commit(params, world.random).ok());
}

// Section 13.5: whatever all members list, nobody supports a GREASE value.
TEST_F(RulesTest, GreaseInUse) {
  Group founder = world.found({}, {}, {0x0a0a});
  CommitParams params;
  params.proposals = {GroupContextExtensions{{{static_cast<ExtensionType>(0x0a0a), {}}}}};
  EXPECT_RULE("13.5/in-use", founder.commit(params, world.random));
  for (const RequiredCapabilities& required :
       {RequiredCapabilities{{0x0a0a}, {}, {}}, {{}, {0x1a1a}, {}}, {{}, {}, {0xeaea}}}) {
    Writer data;
    encode(data, required);
    params.proposals = {GroupContextExtensions{{{ExtensionType::kRequiredCapabilities, data.take()}}}};
    EXPECT_RULE("13.5/in-use", founder.commit(params, world.random));
  }
  params.proposals = {ReInit{{1}, 1, 0x0a0a, {}}};  // the suite of the next group is nobody's matter yet
  EXPECT_TRUE(founder.commit(params, world.random).ok());
}

TEST_F(RulesTest, AConfirmationTagThatIsWrong) {  // 12.4.2
  Commit commit;
  commit.path = path();
  const Disk before = rows_of(reader);
  const auto opened = reader.open(Rogue(committer).send(commit));
  ASSERT_TRUE(opened.ok());
  auto candidate = reader.check_commit(*opened);
  ASSERT_TRUE(candidate.ok());
  EXPECT_RULE("12.4.2/confirmation-tag", reader.complete(*std::move(candidate)));
  EXPECT_EQ(rows_of(reader), before);
}

}  // namespace
}  // namespace homeward::mls
