// A group's life in small scenes: joining, talking, racing, leaving, saving.
#include "mls/group/group.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "mls/framing/protection.h"
#include "mls/group/group_world_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

#define ASSERT_OK(...) ASSERT_TRUE((__VA_ARGS__).ok())
#define EXPECT_ERROR(expected, ...)                                                       \
  do {                                                                                    \
    const auto result_ = (__VA_ARGS__);                                                   \
    ASSERT_FALSE(result_.ok());                                                           \
    EXPECT_TRUE(result_.error().is(expected))                                             \
        << static_cast<int>(result_.error().code()) << ": " << result_.error().context(); \
  } while (false)

Bytes say(Group& group, std::string_view text, World& world) {
  Group::ProtectParams params;
  params.data = view_of(text);
  auto message = group.protect(params, world.random);
  HW_ASSERT(message.ok());
  return *std::move(message);
}

std::string hear(Group& group, BytesView message) {
  auto opened = group.open(message);
  if (!opened.ok()) return std::string("error: ") + opened.error().context();
  return text_of(opened->application_data());
}

class GroupTest : public ::testing::TestWithParam<SuiteId> {
 protected:
  World world{GetParam(), 1};
};

INSTANTIATE_TEST_SUITE_P(Suites, GroupTest,
                         ::testing::Values(SuiteId::kX25519Aes128Sha256Ed25519,
                                           SuiteId::kP256Aes128Sha256P256,
                                           SuiteId::kX25519ChaChaSha256Ed25519));

TEST_P(GroupTest, ThreeJoinAndHearEachOther) {
  std::vector<Group> groups = world.group_of(3);
  for (size_t from = 0; from < 3; ++from) {
    for (int round = 0; round < 3; ++round) {
      const std::string text = "words " + std::to_string(from) + std::to_string(round);
      const Bytes message = say(groups[from], text, world);
      for (size_t to = 0; to < 3; ++to) {
        if (to == from) continue;
        EXPECT_EQ(hear(groups[to], message), text);
      }
    }
  }
  for (const Group& group : groups) {
    EXPECT_EQ(group.epoch(), 1u);
    EXPECT_EQ(group.member_count(), 3u);
    EXPECT_TRUE(equal(group.epoch_authenticator(), groups[0].epoch_authenticator()));
    EXPECT_TRUE(equal(group.tree_hash(), groups[0].tree_hash()));
    EXPECT_EQ(group.export_secret("label", view_of("context"), 32),
              groups[0].export_secret("label", view_of("context"), 32));
  }
}

TEST_P(GroupTest, CommitterUpdatesAndRemoves) {
  std::vector<Group> groups = world.group_of(4);
  auto update = groups[1].commit({}, world.random);
  ASSERT_OK(update);
  EXPECT_FALSE(update->welcome().has_value());
  const Bytes staged_authenticator = copy_of(update->staged().epoch_authenticator());
  all_take(groups, 1, *std::move(update));
  EXPECT_TRUE(equal(groups[2].epoch_authenticator(), staged_authenticator));

  CommitParams params;
  params.proposals.push_back(Remove{groups[3].own_leaf()});
  auto removal = groups[0].commit(params, world.random);
  ASSERT_OK(removal);
  const Bytes message = copy_of(removal->message());
  auto opened = groups[3].open(message);
  ASSERT_OK(opened);
  auto candidate = groups[3].check_commit(*opened);
  ASSERT_OK(candidate);
  EXPECT_TRUE(candidate->removes_me());
  EXPECT_EQ(candidate->removed().size(), 1u);
  EXPECT_ERROR(MlsError::kRemoved, groups[3].complete(*std::move(candidate)));
  Group removed = std::move(groups[3]);
  groups.pop_back();
  all_take(groups, 0, *std::move(removal));
  EXPECT_EQ(groups[1].member_count(), 3u);
  const Bytes later = say(groups[1], "she is gone", world);
  EXPECT_ERROR(MlsError::kWrongEpoch, removed.open(later));
  EXPECT_EQ(hear(groups[2], later), "she is gone");
}

TEST_P(GroupTest, ProposalsByReference) {
  std::vector<Group> groups = world.group_of(4);
  auto update = groups[1].propose_update({}, {}, world.random);
  ASSERT_OK(update);
  auto removal = groups[2].propose(Remove{groups[3].own_leaf()}, {}, world.random);
  ASSERT_OK(removal);
  for (size_t i = 0; i < 3; ++i) {
    for (const Bytes& message : {update->message, removal->message}) {
      auto opened = groups[i].open(message);
      if (!opened.ok()) {
        EXPECT_TRUE(opened.error().is(MlsError::kOwnMessage));
        continue;
      }
      auto ref = groups[i].add_proposal(*opened);
      ASSERT_OK(ref);
      EXPECT_TRUE(*ref == update->ref || *ref == removal->ref);
    }
    EXPECT_EQ(groups[i].pending_proposals().size(), 2u);
  }
  groups.pop_back();
  Group::ProtectParams talk;
  talk.data = view_of("too early");
  EXPECT_ERROR(MlsError::kProposalsPending, groups[0].protect(talk, world.random));

  CommitParams params;
  params.refs = {update->ref, removal->ref};
  params.authenticated_data = {1, 2, 3};
  auto commit = groups[0].commit(params, world.random);
  ASSERT_OK(commit);
  const Bytes message = copy_of(commit->message());
  auto opened = groups[2].open(message);
  ASSERT_OK(opened);
  auto candidate = groups[2].check_commit(*opened);
  ASSERT_OK(candidate);
  EXPECT_TRUE(equal(candidate->authenticated_data(), Bytes{1, 2, 3}));
  ASSERT_EQ(candidate->proposals().size(), 2u);
  EXPECT_TRUE(candidate->proposals()[0].sender.is_member(groups[1].own_leaf()));
  EXPECT_TRUE(candidate->proposals()[1].sender.is_member(groups[2].own_leaf()));
  ASSERT_OK(groups[2].merge(*groups[2].complete(*std::move(candidate))));
  ASSERT_OK(take_commit(groups[1], message));
  ASSERT_OK(groups[0].merge_pending(*std::move(commit)));
  EXPECT_TRUE(groups[1].pending_proposals().empty());
  // The updated member can open and make paths with her new leaf key.
  auto next = groups[2].commit({}, world.random);
  ASSERT_OK(next);
  all_take(groups, 2, *std::move(next));
  auto by_updated = groups[1].commit({}, world.random);
  ASSERT_OK(by_updated);
  all_take(groups, 1, *std::move(by_updated));
}

TEST_P(GroupTest, UnknownReferenceIsRefused) {
  std::vector<Group> groups = world.group_of(3);
  auto proposed = groups[1].propose(Remove{groups[2].own_leaf()}, {}, world.random);
  ASSERT_OK(proposed);
  ASSERT_OK(groups[0].add_proposal(*groups[0].open(proposed->message)));
  CommitParams params;
  params.refs = {proposed->ref};
  auto commit = groups[0].commit(params, world.random);
  ASSERT_OK(commit);
  groups[1].drop_proposal(proposed->ref);
  auto opened = groups[1].open(commit->message());
  ASSERT_OK(opened);
  EXPECT_ERROR(MlsError::kMissingProposal, groups[1].check_commit(*opened));
}

TEST_P(GroupTest, OfTwoCommitsOneIsDropped) {
  std::vector<Group> groups = world.group_of(3);
  auto first = groups[0].commit({}, world.random);
  auto second = groups[1].commit({}, world.random);
  ASSERT_OK(first);
  ASSERT_OK(second);
  const Bytes winner = copy_of(first->message());
  const Bytes loser = copy_of(second->message());
  ASSERT_OK(take_commit(groups[2], winner));
  ASSERT_OK(take_commit(groups[1], winner));
  ASSERT_OK(groups[0].merge_pending(*std::move(first)));
  EXPECT_ERROR(MlsError::kWrongEpoch, groups[2].open(loser));
  EXPECT_ERROR(MlsError::kWrongEpoch, groups[1].merge_pending(*std::move(second)));
  EXPECT_TRUE(equal(groups[1].epoch_authenticator(), groups[0].epoch_authenticator()));
}

TEST_P(GroupTest, PendingCommitSurvivesARestart) {
  std::vector<Group> groups = world.group_of(3);
  const Newcomer newcomer = world.newcomer();
  auto proposed = groups[1].propose_update({}, {}, world.random);
  ASSERT_OK(proposed);
  for (const size_t i : {0, 2}) ASSERT_OK(groups[i].add_proposal(*groups[i].open(proposed->message)));
  CommitParams params;
  params.refs = {proposed->ref};
  params.proposals.push_back(Add{newcomer.made.package});
  auto pending = groups[0].commit(params, world.random);
  ASSERT_OK(pending);
  const Secret saved = pending->save();
  const Disk disk = rows_of(groups[0]);
  auto again = load(disk);
  ASSERT_OK(again);
  auto restored = again->restore_pending(saved.view());
  ASSERT_OK(restored);
  EXPECT_TRUE(equal(restored->message(), pending->message()));
  EXPECT_TRUE(equal(*restored->welcome(), *pending->welcome()));
  ASSERT_OK(again->merge_pending(*std::move(restored)));
  ASSERT_OK(groups[0].merge_pending(*std::move(pending)));
  EXPECT_EQ(rows_of(*again), rows_of(groups[0]));
  EXPECT_ERROR(MlsError::kWrongEpoch, again->restore_pending(saved.view()));
}

TEST_P(GroupTest, WelcomeCarriesTheCallersExtensionEncrypted) {
  Group founder = world.found();
  const Newcomer newcomer = world.newcomer();
  const Bytes own = world.random.bytes(40);
  CommitParams params;
  params.proposals.push_back(Add{newcomer.made.package});
  params.group_info_extensions.push_back({static_cast<ExtensionType>(0xff01), own});
  params.tree = TreeInWelcome::kSeparate;
  auto pending = founder.commit(params, world.random);
  ASSERT_OK(pending);
  const Bytes welcome = copy_of(*pending->welcome());
  EXPECT_EQ(std::ranges::search(welcome, own).begin(), welcome.end());
  const Bytes tree = pending->ratchet_tree();
  EXPECT_ERROR(MlsError::kInvalidTree, world.join(welcome, newcomer));
  auto joined = world.join(welcome, newcomer, {}, tree);
  ASSERT_OK(joined);
  EXPECT_EQ(joined->signer, founder.own_leaf());
  const Extension* found = find_extension(joined->group_info_extensions, static_cast<ExtensionType>(0xff01));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->data, own);
  const Newcomer stranger = world.newcomer();
  EXPECT_ERROR(MlsError::kNotMember, world.join(welcome, stranger, {}, tree));
}

TEST_P(GroupTest, GroupContextExtensions) {
  constexpr auto kPolicy = static_cast<ExtensionType>(0xff02);
  Group founder = world.found({{kPolicy, {1}}}, {}, {0xff02});
  const Newcomer without = world.newcomer();
  CommitParams params;
  params.proposals.push_back(Add{without.made.package});
  EXPECT_FALSE(founder.commit(params, world.random).ok());
  const Newcomer with = world.newcomer({0xff02});
  params.proposals = {Add{with.made.package}};
  auto pending = founder.commit(params, world.random);
  ASSERT_OK(pending);
  auto joined = world.join(*pending->welcome(), with);
  ASSERT_OK(joined);
  ASSERT_OK(founder.merge_pending(*std::move(pending)));
  params.proposals = {GroupContextExtensions{{{kPolicy, {2}}}}};
  auto change = joined->group.commit(params, world.random);
  ASSERT_OK(change);
  ASSERT_OK(take_commit(founder, change->message()));
  EXPECT_EQ(founder.group_extensions(), (std::vector<Extension>{{kPolicy, {2}}}));
  // Nobody supports this one.
  params.proposals = {GroupContextExtensions{{{static_cast<ExtensionType>(0xff03), {}}}}};
  EXPECT_ERROR(MlsError::kInvalidLeaf, founder.commit(params, world.random));
}

TEST_P(GroupTest, ExternalAndResumptionPsks) {
  std::vector<Group> groups = world.group_of(2);
  PreSharedKeyId id;
  id.psk_id = {1, 2};
  id.psk_nonce = world.random.bytes(world.suite.hash_size());
  PreSharedKeyId resumption;
  resumption.type = PskType::kResumption;
  resumption.psk_group_id = copy_of(groups[0].group_id());
  resumption.psk_epoch = groups[0].epoch();
  resumption.psk_nonce = world.random.bytes(world.suite.hash_size());
  const Bytes key = world.random.bytes(20);
  const auto lookup = [&](const PreSharedKeyId& asked) -> std::optional<Secret> {
    if (asked.type == PskType::kExternal && asked.psk_id == id.psk_id) return Secret(key);
    return {};
  };
  CommitParams params;
  params.proposals = {PreSharedKey{id}, PreSharedKey{resumption}};
  EXPECT_ERROR(MlsError::kMissingPsk, groups[0].commit(params, world.random));
  params.psks = lookup;
  auto pending = groups[0].commit(params, world.random);
  ASSERT_OK(pending);
  auto opened = groups[1].open(pending->message());
  ASSERT_OK(opened);
  const auto complete = [&](const PskLookup& psks) {
    return groups[1].complete(*groups[1].check_commit(*opened), psks);
  };
  EXPECT_ERROR(MlsError::kMissingPsk, complete({}));
  EXPECT_ERROR(MlsError::kConfirmationTag,
               complete([](const PreSharedKeyId&) { return Secret(view_of("wrong")); }));
  auto staged = complete(lookup);
  ASSERT_OK(staged);
  ASSERT_OK(groups[1].merge(*std::move(staged)));
  ASSERT_OK(groups[0].merge_pending(*std::move(pending)));
  EXPECT_TRUE(equal(groups[0].epoch_authenticator(), groups[1].epoch_authenticator()));
}

TEST_P(GroupTest, PublicMessages) {
  std::vector<Group> groups = world.group_of(3);
  MessageParams open_form;
  open_form.wire_format = WireFormat::kPublicMessage;
  auto proposed = groups[1].propose(Remove{groups[2].own_leaf()}, open_form, world.random);
  ASSERT_OK(proposed);
  auto opened = groups[0].open(proposed->message);
  ASSERT_OK(opened);
  ASSERT_OK(groups[0].add_proposal(*opened));
  Bytes forged = proposed->message;
  forged.back() ^= 1;
  EXPECT_ERROR(MlsError::kBadMembershipTag, groups[0].open(forged));
  CommitParams params;
  params.refs = {proposed->ref};
  params.wire_format = WireFormat::kPublicMessage;
  auto pending = groups[0].commit(params, world.random);
  ASSERT_OK(pending);
  ASSERT_OK(take_commit(groups[1], pending->message()));
  EXPECT_EQ(groups[1].member_count(), 2u);
}

TEST_P(GroupTest, AForgerBurnsNoKeys) {
  std::vector<Group> groups = world.group_of(3);
  // The forger knows the epoch but not the signature key of whom she imitates: her own copy of the group, in
  // which the victim's leaf speaks, is made from the victim's rows with another signature key.
  Disk disk = rows_of(groups[1]);
  const KeyPair other = world.suite.generate_signature_key_pair(world.random);
  Writer identity;
  identity.u8(1).u16(static_cast<uint16_t>(world.suite.id())).opaque(other.private_key.view());
  disk[{'i'}] = identity.take();
  auto forger = load(disk);
  ASSERT_OK(forger);
  const Bytes forged = say(*forger, "false words", world);
  const Disk before = rows_of(groups[0]);
  EXPECT_ERROR(MlsError::kBadSignature, groups[0].open(forged));
  EXPECT_EQ(rows_of(groups[0]), before);
  EXPECT_EQ(hear(groups[0], say(groups[1], "true words", world)), "true words");
}

TEST_P(GroupTest, GenerationsStrictlyIncreaseByDefault) {
  std::vector<Group> groups = world.group_of(2);
  const Bytes first = say(groups[0], "1", world);
  const Bytes second = say(groups[0], "2", world);
  EXPECT_EQ(hear(groups[1], second), "2");
  EXPECT_ERROR(MlsError::kGenerationUsed, groups[1].open(first));
  EXPECT_ERROR(MlsError::kGenerationUsed, groups[1].open(second));
  auto peeked = groups[1].peek(first);
  ASSERT_OK(peeked);
  EXPECT_TRUE(peeked->used);
  EXPECT_EQ(peeked->sender, Sender::member(groups[0].own_leaf()));
}

TEST_P(GroupTest, KeysOfSkippedGenerationsAreKeptWithinLimits) {
  std::vector<Group> groups = world.group_of(2, {5, 2});
  std::vector<Bytes> messages;
  for (int i = 0; i < 12; ++i) messages.push_back(say(groups[0], std::to_string(i), world));
  EXPECT_EQ(hear(groups[1], messages[4]), "4");
  auto restored = load(rows_of(groups[1]), {5, 2});
  ASSERT_OK(restored);
  for (Group* reader : {&groups[1], &*restored}) {
    EXPECT_EQ(hear(*reader, messages[3]), "3");
    EXPECT_ERROR(MlsError::kGenerationUsed, reader->open(messages[3]));
    EXPECT_ERROR(MlsError::kGenerationUsed, reader->open(messages[1]));
    EXPECT_ERROR(MlsError::kGenerationTooFar, reader->open(messages[11]));
    EXPECT_EQ(hear(*reader, messages[10]), "10");
  }
}

TEST_P(GroupTest, AnOwnMessageOfAnotherCopyIsRecognised) {
  std::vector<Group> groups = world.group_of(2);
  const Disk old_copy = rows_of(groups[0]);
  const Bytes message = say(groups[0], "sent and forgotten", world);
  EXPECT_ERROR(MlsError::kOwnMessage, groups[0].open(message));
  EXPECT_ERROR(MlsError::kGenerationUsed, groups[0].open_own(message));
  auto rolled_back = load(old_copy);
  ASSERT_OK(rolled_back);
  auto peeked = rolled_back->peek(message);
  ASSERT_OK(peeked);
  EXPECT_TRUE(peeked->own);
  EXPECT_FALSE(peeked->used);
  auto opened = rolled_back->open_own(message);
  ASSERT_OK(opened);
  EXPECT_EQ(text_of(opened->application_data()), "sent and forgotten");
  EXPECT_EQ(rows_of(*rolled_back), old_copy);
}

TEST_P(GroupTest, SizesAreAsAsked) {
  if (GetParam() == SuiteId::kP256Aes128Sha256P256) GTEST_SKIP() << "its signatures differ in size";
  std::vector<Group> groups = world.group_of(2);
  Group::ProtectParams params;
  const Bytes data(100, 1);
  const Bytes authenticated(40, 2);
  params.data = data;
  params.authenticated_data = authenticated;
  auto message = groups[0].protect(params, world.random);
  ASSERT_OK(message);
  EXPECT_EQ(message->size(), groups[0].protected_size(100, 40));
  for (const size_t target : {472u, 984u, 2008u, 16344u, 262104u}) {
    params.size = [&](size_t unpadded) {
      EXPECT_EQ(unpadded, groups[0].protected_size(100, 40));
      return target;
    };
    message = groups[0].protect(params, world.random);
    ASSERT_OK(message);
    EXPECT_EQ(message->size(), target);
    EXPECT_EQ(hear(groups[1], *message), text_of(data));
  }
  CommitParams commit;
  commit.size = [](size_t) { return size_t{2008}; };
  auto pending = groups[0].commit(commit, world.random);
  ASSERT_OK(pending);
  EXPECT_EQ(pending->message().size(), 2008u);
}

TEST_P(GroupTest, AMessageWritesLittleAndUsedKeysAreGoneFromDisk) {
  std::map<size_t, Group> groups = world.some_of(200, {3, 77, 150, 199});
  Group& reader = groups.at(150);
  Disk disk;
  save(reader, disk);
  for (const size_t from : {0, 3, 77, 199, 77}) {
    const Disk before = disk;
    EXPECT_EQ(hear(reader, say(groups.at(from), "words", world)), "words");
    const size_t written = save(reader, disk);
    EXPECT_LT(written, 1024u);
    EXPECT_EQ(disk, rows_of(reader));
    size_t replaced = 0;
    for (const auto& [id, value] : before) {
      if (const auto now = disk.find(id); now == disk.end() || now->second != value) ++replaced;
    }
    EXPECT_EQ(replaced, 1u);  // one consumed secret: of a node, later of the ratchet
  }
  const Disk old_epoch = disk;
  auto pending = groups.at(0).commit({}, world.random);
  ASSERT_OK(pending);
  ASSERT_OK(take_commit(reader, pending->message()));
  save(reader, disk);
  EXPECT_EQ(disk, rows_of(reader));
  for (const auto& [id, value] : old_epoch) {
    if (id[0] != 'n' && id[0] != 'r') continue;
    const auto now = disk.find(id);
    EXPECT_TRUE(now == disk.end() || now->second != value) << to_hex(id);
  }
  for (const PartChange& change : reader.erase_all_parts()) {
    EXPECT_FALSE(change.value.has_value());
    disk.erase(change.id);
  }
  EXPECT_TRUE(disk.empty());
}

TEST_P(GroupTest, LabelledSignaturesByLeaves) {
  std::vector<Group> groups = world.group_of(2);
  auto signature = groups[0].sign_with_label("Homeward approval", view_of("content"));
  ASSERT_OK(signature);
  ASSERT_OK(
      groups[1].verify_with_label(groups[0].own_leaf(), "Homeward approval", view_of("content"), *signature));
  EXPECT_ERROR(MlsError::kBadSignature, groups[1].verify_with_label(groups[1].own_leaf(), "Homeward approval",
                                                                    view_of("content"), *signature));
  EXPECT_ERROR(MlsError::kNotMember, groups[1].verify_with_label(LeafIndex{9}, "Homeward approval",
                                                                 view_of("content"), *signature));
  EXPECT_ERROR(MlsError::kBadParams, groups[0].sign_with_label("FramedContentTBS", view_of("content")));
}

TEST_P(GroupTest, MyLeafCanChange) {
  std::vector<Group> groups = world.group_of(3);
  const KeyPair fresh = world.suite.generate_signature_key_pair(world.random);
  CommitParams params;
  params.leaf.credential = Credential::basic(view_of("another name"));
  params.leaf.signature_key = &fresh;
  auto pending = groups[1].commit(params, world.random);
  ASSERT_OK(pending);
  all_take(groups, 1, *std::move(pending));
  EXPECT_EQ(text_of(groups[0].member(groups[1].own_leaf())->identity()), "another name");
  EXPECT_EQ(hear(groups[0], say(groups[1], "signed anew", world)), "signed anew");

  const KeyPair third = world.suite.generate_signature_key_pair(world.random);
  LeafChange change;
  change.signature_key = &third;
  auto proposed = groups[2].propose_update(change, {}, world.random);
  ASSERT_OK(proposed);
  for (const size_t i : {0, 1}) ASSERT_OK(groups[i].add_proposal(*groups[i].open(proposed->message)));
  CommitParams taking;
  taking.refs = {proposed->ref};
  auto commit = groups[0].commit(taking, world.random);
  ASSERT_OK(commit);
  all_take(groups, 0, *std::move(commit));
  EXPECT_EQ(hear(groups[1], say(groups[2], "signed anew too", world)), "signed anew too");
}

}  // namespace
}  // namespace homeward::mls
