// External commits, proposals from outside, re-initialisation and branching.
#include <gtest/gtest.h>

#include "mls/group/group.h"
#include "mls/group/group_world_for_test.h"
#include "mls/rules_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

class SuccessorTest : public ::testing::TestWithParam<SuiteId> {
 protected:
  World world{GetParam(), 2};

  ExternalJoinParams joiner(BytesView info, const KeyPair& key, std::string_view name) {
    ExternalJoinParams params;
    params.group_info = info;
    params.credential = Credential::basic(view_of(name));
    params.signature_key = &key;
    params.capabilities = Capabilities::ours();
    return params;
  }
};

INSTANTIATE_TEST_SUITE_P(Suites, SuccessorTest,
                         ::testing::Values(SuiteId::kX25519Aes128Sha256Ed25519,
                                           SuiteId::kP256Aes128Sha256P256,
                                           SuiteId::kX25519ChaChaSha256Ed25519));

TEST_P(SuccessorTest, ExternalCommitJoinsAndResyncs) {
  std::vector<Group> groups = world.group_of(3);
  const auto info = groups[1].group_info({});
  ASSERT_TRUE(info.ok());
  const KeyPair key = world.suite.generate_signature_key_pair(world.random);
  auto made = Group::join_external(joiner(*info, key, "newcomer"), world.random);
  ASSERT_TRUE(made.ok());
  for (Group& group : groups) {
    auto opened = group.open(made->message);
    ASSERT_TRUE(opened.ok());
    auto candidate = group.check_commit(*opened);
    ASSERT_TRUE(candidate.ok());
    EXPECT_EQ(candidate->sender().type, SenderType::kNewMemberCommit);
    EXPECT_EQ(candidate->committer(), made->group.own_leaf());
    ASSERT_TRUE(group.merge(*group.complete(*std::move(candidate))).ok());
    EXPECT_TRUE(equal(group.epoch_authenticator(), made->group.epoch_authenticator()));
    EXPECT_EQ(group.member_count(), 4u);
  }
  // She lost her state and comes back in place of her old leaf.
  const auto later = groups[0].group_info({});
  ASSERT_TRUE(later.ok());
  ExternalJoinParams params = joiner(*later, key, "newcomer");
  EXPECT_FALSE(Group::join_external(params, world.random).ok());  // the signature key is taken
  params.replaces = made->group.own_leaf();
  auto again = Group::join_external(params, world.random);
  ASSERT_TRUE(again.ok());
  for (Group& group : groups) {
    ASSERT_TRUE(take_commit(group, again->message).ok());
    EXPECT_TRUE(equal(group.epoch_authenticator(), again->group.epoch_authenticator()));
    EXPECT_EQ(group.member_count(), 4u);
  }
  auto commit = again->group.commit({}, world.random);
  ASSERT_TRUE(commit.ok());
  for (Group& group : groups) ASSERT_TRUE(take_commit(group, commit->message()).ok());
}

TEST_P(SuccessorTest, ExternalSendersMayPropose) {
  const KeyPair service = world.suite.generate_signature_key_pair(world.random);
  const std::vector<ExternalSender> senders{{service.public_key, Credential::basic(view_of("service"))}};
  Group group = world.found({{ExtensionType::kExternalSenders, encode_external_senders(senders)}});
  const Newcomer newcomer = world.newcomer();
  const Proposal add = Add{newcomer.made.package};
  OutsideProposal params;
  params.suite = GetParam();
  params.group_id = group.group_id();
  params.epoch = group.epoch();
  params.sender = {SenderType::kExternal, {}, 0};
  params.proposal = &add;
  params.signature_key = service.private_key.view();
  auto message = propose_from_outside(params);
  ASSERT_TRUE(message.ok());
  auto opened = group.open(*message);
  ASSERT_TRUE(opened.ok());
  auto ref = group.add_proposal(*opened);
  ASSERT_TRUE(ref.ok());
  CommitParams commit;
  commit.refs = {*ref};
  auto pending = group.commit(commit, world.random);
  ASSERT_TRUE(pending.ok());
  EXPECT_TRUE(world.join(*pending->welcome(), newcomer).ok());

  params.sender.external_index = 1;
  EXPECT_FALSE(group.open(*propose_from_outside(params)).ok());
  params.sender.external_index = 0;
  params.signature_key = newcomer.signature_key.private_key.view();
  EXPECT_FALSE(group.open(*propose_from_outside(params)).ok());
  // The newcomer herself.
  params.sender = {SenderType::kNewMemberProposal, {}, 0};
  auto own = propose_from_outside(params);
  ASSERT_TRUE(own.ok());
  auto own_opened = group.open(*own);
  ASSERT_TRUE(own_opened.ok());
  EXPECT_TRUE(group.add_proposal(*own_opened).ok());
  const Proposal remove = Remove{group.own_leaf()};
  params.proposal = &remove;
  EXPECT_FALSE(group.open(*propose_from_outside(params)).ok());
}

struct Successor {
  Group founder;
  Bytes welcome;
};

// The first commit of a group that goes on from `before`, with these newcomers.
Result<Successor> found_successor(World& world, const Group& before, ResumptionUsage usage,
                                  const CreateParams& create, const std::vector<Newcomer>& newcomers) {
  HW_LET(Group founder, Group::create(create, world.random));
  PreSharedKeyId id;
  id.type = PskType::kResumption;
  id.usage = usage;
  id.psk_group_id = copy_of(before.group_id());
  id.psk_epoch = before.epoch();
  id.psk_nonce = world.random.bytes(founder.suite().hash_size());
  CommitParams commit;
  for (const Newcomer& who : newcomers) commit.proposals.push_back(Add{who.made.package});
  commit.proposals.push_back(PreSharedKey{id});
  commit.predecessor = &before;
  HW_LET(PendingCommit pending, founder.commit(commit, world.random));
  const Secret saved = pending.save();
  HW_LET(PendingCommit restored, founder.restore_pending(saved.view()));
  Bytes welcome = copy_of(*restored.welcome());
  HW_TRY(founder.merge_pending(std::move(restored)));
  return Successor{std::move(founder), std::move(welcome)};
}

// A key package of somebody with the credential of a member.
Newcomer again(World& world, const Group& group, LeafIndex leaf) {
  Newcomer out;
  out.signature_key = world.suite.generate_signature_key_pair(world.random);
  KeyPackageParams params;
  params.credential = group.member(leaf)->credential();
  auto made = create_key_package(world.suite, params, out.signature_key, world.random);
  HW_ASSERT(made.ok());
  out.made = *std::move(made);
  return out;
}

CreateParams successor_params(World& world, const Group& before, Bytes group_id) {
  CreateParams create;
  create.suite = before.suite().id();
  create.group_id = std::move(group_id);
  create.signature_key = world.suite.generate_signature_key_pair(world.random);
  create.credential = before.member(before.own_leaf())->credential();
  create.capabilities = Capabilities::ours();
  return create;
}

Result<Joined> join_after(const Bytes& welcome, const Newcomer& who, const Group* before) {
  JoinParams params;
  params.welcome = welcome;
  params.key_package = &who.made.package;
  params.secrets = &who.made.secrets;
  params.predecessor = before;
  return Group::join(params);
}

TEST_P(SuccessorTest, ReInit) {
  std::vector<Group> groups = world.group_of(3);
  const Bytes new_id = world.random.bytes(32);
  CommitParams commit;
  commit.proposals = {ReInit{new_id, 1, static_cast<uint16_t>(GetParam()), {}}};
  auto pending = groups[0].commit(commit, world.random);
  ASSERT_TRUE(pending.ok());
  all_take(groups, 0, *std::move(pending));
  for (Group& group : groups) {
    ASSERT_NE(group.reinit(), nullptr);
    EXPECT_EQ(group.reinit()->group_id, new_id);
    EXPECT_FALSE(group.commit({}, world.random).ok());
    EXPECT_FALSE(group.protect({}, world.random).ok());
    auto restored = load(rows_of(group));
    ASSERT_TRUE(restored.ok());
    EXPECT_NE(restored->reinit(), nullptr);
  }
  const std::vector<Newcomer> others = [&] {
    std::vector<Newcomer> out;
    out.push_back(again(world, groups[1], groups[1].own_leaf()));
    out.push_back(again(world, groups[2], groups[2].own_leaf()));
    return out;
  }();
  auto next = found_successor(world, groups[0], ResumptionUsage::kReInit,
                              successor_params(world, groups[0], new_id), others);
  ASSERT_TRUE(next.ok());
  auto joined = join_after(next->welcome, others[0], &groups[1]);
  ASSERT_TRUE(joined.ok());
  EXPECT_TRUE(equal(joined->group.epoch_authenticator(), next->founder.epoch_authenticator()));
  EXPECT_FALSE(join_after(next->welcome, others[1], nullptr).ok());
  // Another id than the ReInit said.
  auto wrong = found_successor(world, groups[0], ResumptionUsage::kReInit,
                               successor_params(world, groups[0], world.random.bytes(32)), others);
  ASSERT_TRUE(wrong.ok());
  EXPECT_RULE("11.2/parameters", join_after(wrong->welcome, others[0], &groups[1]));
  // One who is left behind.
  std::vector<Newcomer> fewer;
  fewer.push_back(again(world, groups[1], groups[1].own_leaf()));
  auto smaller = found_successor(world, groups[0], ResumptionUsage::kReInit,
                                 successor_params(world, groups[0], new_id), fewer);
  ASSERT_TRUE(smaller.ok());
  EXPECT_RULE("11.2/members", join_after(smaller->welcome, fewer[0], &groups[1]));
}

TEST_P(SuccessorTest, Branch) {
  std::vector<Group> groups = world.group_of(3);
  std::vector<Newcomer> others;
  others.push_back(again(world, groups[2], groups[2].own_leaf()));
  auto branch = found_successor(world, groups[0], ResumptionUsage::kBranch,
                                successor_params(world, groups[0], world.random.bytes(32)), others);
  ASSERT_TRUE(branch.ok());
  auto joined = join_after(branch->welcome, others[0], &groups[2]);
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->group.member_count(), 2u);
  // A stranger in the branch.
  others.push_back(world.newcomer());
  auto wrong = found_successor(world, groups[0], ResumptionUsage::kBranch,
                               successor_params(world, groups[0], world.random.bytes(32)), others);
  ASSERT_TRUE(wrong.ok());
  EXPECT_RULE("11.3/members", join_after(wrong->welcome, others[0], &groups[2]));
  // Another suite than the group had: known by the group, the epoch and the key alone.
  const SuiteId other_suite = GetParam() == SuiteId::kX25519ChaChaSha256Ed25519
                                  ? SuiteId::kX25519Aes128Sha256Ed25519
                                  : SuiteId::kX25519ChaChaSha256Ed25519;
  World elsewhere(other_suite, 3);
  CreateParams create = successor_params(world, groups[0], world.random.bytes(32));
  create.suite = other_suite;
  create.signature_key = elsewhere.suite.generate_signature_key_pair(world.random);
  std::vector<Newcomer> strangers;
  strangers.push_back(elsewhere.newcomer());
  auto changed = found_successor(world, groups[0], ResumptionUsage::kBranch, create, strangers);
  ASSERT_TRUE(changed.ok());
  EXPECT_RULE("11.3/suite", join_after(changed->welcome, strangers[0], &groups[2]));
}

}  // namespace
}  // namespace homeward::mls
