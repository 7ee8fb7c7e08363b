// The rules for who joins, by a Welcome and by an external commit (RFC 9420, sections 12.4.3.1
// and 12.4.3.2, 11.2, 11.3), each broken once.
#include <gtest/gtest.h>

#include "mls/group/rogue_for_test.h"
#include "mls/rules_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

class WelcomeRules : public ::testing::Test {
 protected:
  World world{SuiteId::kX25519ChaChaSha256Ed25519, 5};
  std::vector<Group> groups = world.group_of(3);
  Newcomer who = world.newcomer();
  Bytes signature_key = Rogue(groups[0]).signature_key;
  Bytes welcome = [&] {
    CommitParams params;
    params.proposals = {Add{who.made.package}};
    params.force_path = true;
    return copy_of(*groups[0].commit(params, world.random)->welcome());
  }();

  Forgery forgery() { return {world.suite, welcome, who, signature_key}; }
  Result<Joined> join(BytesView message) { return world.join(message, who); }
  PreSharedKeyId psk(size_t nonce_size = 32) {
    PreSharedKeyId id;
    id.psk_id = {1};
    id.psk_nonce = world.random.bytes(nonce_size);
    return id;
  }
  PreSharedKeyId resumption(ResumptionUsage usage) {
    PreSharedKeyId id = psk();
    id.type = PskType::kResumption;
    id.usage = usage;
    id.psk_group_id = {1, 2, 3};
    return id;
  }
  // A leaf of a member, signed anew with this change.
  LeafNode leaf_of(size_t member, const std::function<void(LeafContent&)>& change, LeafIndex place) {
    LeafContent content = groups[member].member(groups[member].own_leaf())->content();
    change(content);
    return *LeafNode::for_update(world.suite, content, {groups[0].group_id(), place},
                                 Rogue(groups[member]).signature_key);
  }
};

TEST_F(WelcomeRules, AsItIsItIsGood) {
  EXPECT_TRUE(join(welcome).ok());
  EXPECT_TRUE(join(forgery().message()).ok());
}

TEST_F(WelcomeRules, TheEnvelope) {
  EXPECT_RULE("12.4.3.1/for-me", world.join(welcome, world.newcomer()));
  auto bad = forgery();
  bad.message();
  bad.welcome.cipher_suite = 1;
  EXPECT_RULE("12.4.3.1/key-package-suite", join(encode_message(bad.welcome)));
  bad.welcome.cipher_suite = 0x0a0a;
  EXPECT_RULE("5.1/suite", join(encode_message(bad.welcome)));
  bad.welcome.cipher_suite = 3;
  bad.welcome.secrets[0].encrypted_group_secrets.ciphertext[0] ^= 1;
  EXPECT_RULE("12.4.3.1/secrets", join(encode_message(bad.welcome)));
  auto unreadable = forgery();
  unreadable.unreadable_secrets = true;
  EXPECT_RULE("12.4.3.1/secrets", join(unreadable.message()));
  auto corrupt = forgery();
  corrupt.corrupt_info = true;
  EXPECT_RULE("12.4.3.1/group-info", join(corrupt.message()));
  auto longer = forgery();
  longer.trailing_byte = true;
  EXPECT_RULE("12.4.3.1/group-info", join(longer.message()));
}

TEST_F(WelcomeRules, TheGroupInfo) {
  EXPECT_RULE("12.4.3.1/suite",
              join(forgery().message([](GroupInfo& info) { info.group_context.cipher_suite = 1; })));
  auto unsigned_change = forgery();
  unsigned_change.unsigned_change = [](GroupInfo& info) { info.signature[0] ^= 1; };
  EXPECT_RULE("12.4.3.1/signature", join(unsigned_change.message()));
  EXPECT_RULE("12.4.3.1/signer",
              join(forgery().message([](GroupInfo& info) { info.signer = LeafIndex{9}; })));
  auto other_hash = forgery();
  other_hash.info.group_context.tree_hash[0] ^= 1;
  EXPECT_RULE("12.4.3.1/tree-hash", join(other_hash.message()));
  EXPECT_RULE("12.4.3.1/confirmation-tag",
              join(forgery().message([](GroupInfo& info) { info.confirmation_tag[0] ^= 1; })));
  auto treeless = forgery();
  treeless.info.extensions.clear();
  EXPECT_RULE("12.4.3.3/tree", join(treeless.message()));
  auto twice = forgery();  // "13.4/twice"
  twice.info.extensions.push_back({static_cast<ExtensionType>(0xf001), {}});
  twice.info.extensions.push_back({static_cast<ExtensionType>(0xf001), {}});
  EXPECT_RULE("12.4.3.1/group-info", join(twice.message()));
  GroupInfoParams own_twice;
  own_twice.extensions = {{static_cast<ExtensionType>(0xf001), {}}, {static_cast<ExtensionType>(0xf001), {}}};
  EXPECT_RULE("13.4/twice", groups[0].group_info(own_twice));
}

TEST_F(WelcomeRules, UnknownExtensionsOfTheGroupInfoAreIgnored) {  // 13.4, 13.5
  auto greased = forgery();
  greased.info.extensions.push_back(grease_extension(world.random));
  greased.info.extensions.push_back({static_cast<ExtensionType>(0xf00f), {1, 2}});
  const auto joined = join(greased.message());
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->group_info_extensions.size(), 2u);
  // Those of the group must be supported.
  auto of_group = forgery();
  of_group.info.group_context.extensions.push_back({static_cast<ExtensionType>(0xf00f), {}});
  EXPECT_RULE("13.4/leaf-supports", join(of_group.message()));
  auto grease_in_group = forgery();
  grease_in_group.info.group_context.extensions.push_back(grease_extension(world.random));
  EXPECT_RULE("13.5/in-use", join(grease_in_group.message()));
}

TEST_F(WelcomeRules, TheTree) {
  auto strange_parent = forgery();
  RatchetTree tree = strange_parent.tree();
  std::vector<Bytes> keys;
  for (size_t more = tree.filtered_direct_path(LeafIndex{1}).size(); more > 0; --more) {
    keys.push_back(world.suite.generate_hpke_key_pair(world.random).public_key);
  }
  tree.set_path(LeafIndex{1}, std::vector<BytesView>(keys.begin(), keys.end()));
  strange_parent.set_tree(tree);
  EXPECT_RULE("7.9.2/tree", join(strange_parent.message()));
  ASSERT_GE(keys.size(), 2u);
  keys[0] = keys[1];
  tree.set_path(LeafIndex{1}, std::vector<BytesView>(keys.begin(), keys.end()));
  strange_parent.set_tree(tree);
  EXPECT_RULE("12.4.3.1/parent-key", join(strange_parent.message()));

  auto elsewhere = forgery();
  tree = elsewhere.tree();
  ASSERT_TRUE(tree.update(LeafIndex{1}, leaf_of(1, [](LeafContent&) {}, LeafIndex{2})).ok());
  elsewhere.set_tree(tree);
  EXPECT_RULE("7.3/signature", join(elsewhere.message()));
  auto one_key_twice = forgery();
  tree = one_key_twice.tree();
  const Bytes other_key = copy_of(tree.leaf(LeafIndex{2})->encryption_key());
  ASSERT_TRUE(
      tree.update(LeafIndex{1}, leaf_of(
                                    1, [&](LeafContent& c) { c.encryption_key = other_key; }, LeafIndex{1}))
          .ok());
  one_key_twice.set_tree(tree);
  EXPECT_RULE("7.3/encryption-key", join(one_key_twice.message()));

  auto without_me = forgery();
  tree = without_me.tree();
  ASSERT_TRUE(tree.remove(LeafIndex{3}).ok());
  tree.add(world.newcomer().made.package.leaf_node);
  without_me.set_tree(tree);
  EXPECT_RULE("12.4.3.1/my-leaf", join(without_me.message()));
}

TEST_F(WelcomeRules, LifetimesInTheTree) {
  JoinParams params;
  params.welcome = welcome;
  params.key_package = &who.made.package;
  params.secrets = &who.made.secrets;
  params.now_s = 5;
  EXPECT_TRUE(Group::join(params).ok());
  KeyPackageParams late;
  late.credential = Credential::basic(view_of("late"));
  late.lifetime = {10, 20};
  auto made = create_key_package(world.suite, late, who.signature_key, world.random);
  ASSERT_TRUE(made.ok());
  CommitParams commit;
  commit.proposals = {Add{made->package}};
  const auto pending = groups[0].commit(commit, world.random);
  ASSERT_TRUE(pending.ok());
  params.welcome = *pending->welcome();
  params.key_package = &made->package;
  params.secrets = &made->secrets;
  EXPECT_RULE("7.3/lifetime", Group::join(params));
  // Who sends it must look too.
  commit.now_s = 5;
  EXPECT_RULE("7.3/lifetime", groups[0].commit(commit, world.random));
  MessageParams message;
  message.now_s = 21;
  EXPECT_RULE("7.3/lifetime", groups[0].propose(Add{made->package}, message, world.random));
}

TEST_F(WelcomeRules, ThePathSecret) {
  auto other = forgery();
  other.secrets.path_secret = world.random.secret(32);
  EXPECT_RULE("12.4.3.1/path-secret", join(other.message()));
  other.secrets.path_secret = world.random.secret(31);
  EXPECT_RULE("12.4.3.1/path-secret", join(other.message()));
}

TEST_F(WelcomeRules, PreSharedKeys) {
  const auto with = [&](std::vector<PreSharedKeyId> ids, bool known) {
    auto changed = forgery();
    changed.secrets.psks = std::move(ids);
    changed.psks = [](const PreSharedKeyId&) { return Secret(view_of("key")); };
    // The GroupInfo was sealed without: only what comes before it is at stake, and what comes after it below.
    JoinParams params;
    const Bytes message = changed.message();
    params.welcome = message;
    params.key_package = &who.made.package;
    params.secrets = &who.made.secrets;
    if (known) params.psks = changed.psks;
    return Group::join(params);
  };
  EXPECT_TRUE(with({psk()}, true).ok());
  EXPECT_RULE("8.4/psk", with({psk()}, false));
  EXPECT_RULE("8.4/nonce", with({psk(31)}, true));
  EXPECT_RULE("12.4.3.1/continued", with({resumption(ResumptionUsage::kBranch)}, true));
  EXPECT_RULE("12.4.3.1/one-continues",
              with({resumption(ResumptionUsage::kBranch), resumption(ResumptionUsage::kReInit)}, true));
}

TEST_F(WelcomeRules, ContinuingAGroup) {
  const auto after = [&](const Bytes& message, const PskLookup& psks = {}) {
    JoinParams params;
    params.welcome = message;
    params.key_package = &who.made.package;
    params.secrets = &who.made.secrets;
    params.predecessor = &groups[1];
    params.psks = psks;
    return Group::join(params);
  };
  EXPECT_RULE("11.2/psk", after(forgery().message()));
  auto other_group = forgery();
  other_group.secrets.psks = {resumption(ResumptionUsage::kBranch)};
  other_group.psks = [](const PreSharedKeyId&) { return Secret(view_of("key")); };
  EXPECT_RULE("11.2/psk", after(other_group.message(), other_group.psks));
  auto late = forgery();  // its epoch is 2
  PreSharedKeyId right = resumption(ResumptionUsage::kBranch);
  right.psk_group_id = copy_of(groups[1].group_id());
  right.psk_epoch = groups[1].epoch();
  late.secrets.psks = {right};
  late.psks = [&](const PreSharedKeyId&) { return groups[1].resumption_psk().clone(); };
  EXPECT_RULE("12.4.3.1/epoch", after(late.message()));
  late.info.group_context.epoch = 1;
  EXPECT_RULE("11.3/members", after(late.message()));
  late.secrets.psks[0].usage = ResumptionUsage::kReInit;
  EXPECT_RULE("11.2/parameters", after(late.message()));
  CommitParams params;
  params.predecessor = &groups[1];
  EXPECT_RULE("11.2/first-commit", groups[0].commit(params, world.random));
}

// --- External commits ---

class ExternalCommitRules : public ::testing::Test {
 protected:
  World world{SuiteId::kX25519ChaChaSha256Ed25519, 6};
  std::vector<Group> groups = world.group_of(3);
  Group& reader = groups[1];
  KeyPair key = world.suite.generate_signature_key_pair(world.random);
  Bytes info = *groups[0].group_info({});

  ExternalJoinParams joiner(BytesView group_info) {
    ExternalJoinParams params;
    params.group_info = group_info;
    params.credential = Credential::basic(view_of("newcomer"));
    params.signature_key = &key;
    params.capabilities = Capabilities::ours();
    return params;
  }
  PublicMessage good(std::optional<LeafIndex> replaces = {}) {
    ExternalJoinParams params = joiner(info);
    params.replaces = replaces;
    return std::get<PublicMessage>(*decode_message(Group::join_external(params, world.random)->message));
  }
  Commit& commit_of(PublicMessage& message) { return std::get<Commit>(message.content.body); }
  Result<CommitCandidate> judge(PublicMessage message) {
    message.auth.signature = *sign_content(world.suite, key.private_key.view(), WireFormat::kPublicMessage,
                                           message.content, Rogue(groups[0]).context_bytes);
    HW_LET(const Opened opened, reader.open(encode_message(message)));
    return reader.check_commit(opened);
  }
  Result<CommitCandidate> with(const Proposal& proposal) {
    PublicMessage message = good();
    commit_of(message).proposals.emplace_back(std::in_place_index<0>, proposal);
    return judge(std::move(message));
  }
};

TEST_F(ExternalCommitRules, TheList) {
  ASSERT_TRUE(judge(good()).ok());
  EXPECT_RULE("12.2/external-one-init", with(ExternalInit{Bytes(32)}));
  PublicMessage without = good();
  commit_of(without).proposals.clear();
  EXPECT_RULE("12.2/external-one-init", judge(without));
  EXPECT_RULE("12.2/external-types", with(Add{world.newcomer().made.package}));
  EXPECT_RULE("12.2/external-types", with(GroupContextExtensions{}));
  PublicMessage two = good();
  for (const uint32_t leaf : {0u, 2u})
    commit_of(two).proposals.emplace_back(std::in_place_index<0>, Remove{LeafIndex{leaf}});
  EXPECT_RULE("12.2/external-one-removal", judge(two));
  const auto proposed = groups[0].propose(Remove{LeafIndex{2}}, {}, world.random);
  ASSERT_TRUE(proposed.ok());
  ASSERT_TRUE(reader.add_proposal(*reader.open(proposed->message)).ok());
  PublicMessage by_reference = good();
  commit_of(by_reference).proposals.emplace_back(std::in_place_index<1>, proposed->ref);
  EXPECT_RULE("12.4.3.2/by-value", judge(by_reference));
}

TEST_F(ExternalCommitRules, WhoComesBackHasANewKey) {
  PublicMessage message = good(LeafIndex{2});
  UpdatePath& path = *commit_of(message).path;
  const auto sign = [&](BytesView encryption_key) {
    LeafContent content = path.leaf_node.content();
    content.encryption_key = copy_of(encryption_key);
    return *LeafNode::for_commit(world.suite, content, path.leaf_node.parent_hash(),
                                 {reader.group_id(), LeafIndex{2}}, key.private_key.view());
  };
  path.leaf_node = sign(world.suite.generate_hpke_key_pair(world.random).public_key);
  ASSERT_TRUE(judge(message).ok());
  path.leaf_node = sign(reader.member(LeafIndex{2})->encryption_key());
  EXPECT_RULE("12.2/external-resync-key", judge(message));
}

TEST_F(ExternalCommitRules, TheGroupInfo) {
  GroupInfoParams params;
  params.external_pub = false;
  const Bytes keyless = *groups[0].group_info(params);
  EXPECT_RULE("12.4.3.2/external-pub", Group::join_external(joiner(keyless), world.random));
  params.external_pub = true;
  params.ratchet_tree = false;
  const Bytes treeless = *groups[0].group_info(params);
  EXPECT_RULE("12.4.3.3/tree", Group::join_external(joiner(treeless), world.random));
  params.ratchet_tree = true;
  params.extensions = {grease_extension(world.random)};
  const Bytes greased = *groups[0].group_info(params);
  EXPECT_TRUE(Group::join_external(joiner(greased), world.random).ok());
}

}  // namespace
}  // namespace homeward::mls
