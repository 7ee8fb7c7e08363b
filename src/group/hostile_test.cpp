// Members who do not keep to the rules: everybody else ignores what they post, alike, and names them.
#include "crypto/crypto.h"
#include "group/seal.h"
#include "group/world_for_test.h"

namespace homeward::group {

namespace {

// A founder, a hostile member and an honest third.
class Hostile : public testing::Test {
 protected:
  void SetUp() override {
    ayana = &world.found(1);
    mallory = &world.join(*ayana, "Mallory");
    chimit = &world.join(*ayana, "Chimit", {mallory});
    world.pass(40'000);
    mallory->online = false;
    epoch = ayana->g().epoch();
  }
  static auto& inside(Device& device) { return GroupInside::of(device.g()); }
  Claims claims_of(Device& device) { return inside(device).claims(); }

  // Seals and posts a message as this member's own device would.
  void post(Device& by, BytesView message) {
    auto& impl = inside(by);
    const auto signature =
        impl.mls->sign_with_label(kEntryLabel, entry_signature_content(impl.queue.id(), message));
    ASSERT_TRUE(signature.ok());
    auto entry = seal_entry(impl.queue.seal_key(), impl.queue.id(),
                            encode(SignedMessage{copy_of(message), *signature}), by.random);
    ASSERT_TRUE(entry.ok());
    world.relay.append(impl.queue.id(), *entry);
  }
  void post_commit(Device& by, mls::CommitParams params, std::vector<Grant> grants = {}) {
    Claims claims = claims_of(by);
    claims.grants = std::move(grants);
    params.authenticated_data = encode(claims);
    auto commit = inside(by).mls->commit(params, by.random);
    ASSERT_TRUE(commit.ok()) << commit.error().context();
    post(by, commit->message());
  }
  static mls::CommitParams with_path(std::vector<mls::Proposal> proposals) {
    mls::CommitParams params;
    params.proposals = std::move(proposals);
    params.force_path = true;
    return params;
  }
  mls::CommitParams with_policy(const Policy& policy) {
    return with_path({mls::GroupContextExtensions{group_extensions_of(policy)}});
  }
  Candidate candidate(Random& random) {
    KeyPair keys = group_suite().generate_signature_key_pair(random);
    const Hash device = sha256(keys.public_key);
    Candidate out;
    out.name = "Stranger";
    for (Bytes* bytes : {&out.key_package, &out.spare}) {
      mls::KeyPackageParams params;
      params.credential = credential_of({PersonId::from(device), DeviceId::from(device)});
      params.capabilities = our_capabilities();
      auto made = mls::create_key_package(group_suite(), params, keys, random);
      EXPECT_TRUE(made.ok());
      Writer writer;
      encode(writer, made->package);
      *bytes = writer.take();
    }
    out.answer.access =
        wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>())
            .write;
    return out;
  }
  static mls::Add add_of(const Bytes& key_package) {
    Reader in(key_package);
    return {mls::decode_key_package(in)};
  }
  mls::LeafIndex leaf(Device& device) { return inside(device).mls->own_leaf(); }

  // Nothing came of it, she is named, and the group goes on.
  void expect_ignored(Warning::Kind kind) {
    world.settle();
    EXPECT_EQ(ayana->g().epoch(), epoch);
    EXPECT_EQ(ayana->g().members().size(), 3u);
    for (Device* device : {ayana, chimit}) {
      ASSERT_EQ(device->count_warnings(kind), 1u);
      EXPECT_EQ(device->g().warnings(device->rows)[0].member, mallory->g().me());
      EXPECT_EQ(device->g().standing(), Standing::kActive);
    }
    world.say(*chimit, "still here");
    world.settle();
    EXPECT_EQ(ayana->texts.back(), "still here");
    world.expect_agreement();
  }

  World world;
  Device* ayana = nullptr;
  Device* mallory = nullptr;
  Device* chimit = nullptr;
  uint64_t epoch = 0;
};

TEST_F(Hostile, AddsAStrangerOnHerOwnWord) {
  const Candidate stranger = candidate(mallory->random);
  post_commit(*mallory, with_path({add_of(stranger.key_package)}));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, AddsWithAnApprovalOfAnotherAction) {
  const Candidate stranger = candidate(mallory->random);
  const Candidate other = candidate(mallory->random);
  const Approval for_other = *inside(*ayana).approve(add_action(other));
  post_commit(*mallory, with_path({add_of(stranger.key_package)}), {{add_action(stranger), {for_other}}});
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, CountsHerOwnApprovalsTwice) {
  const Candidate stranger = candidate(mallory->random);
  const Approval mine = *inside(*mallory).approve(add_action(stranger));
  Approval under_ayanas_leaf = mine;
  under_ayanas_leaf.leaf = leaf(*ayana).value;
  post_commit(*mallory, with_path({add_of(stranger.key_package)}),
              {{add_action(stranger), {mine, mine, under_ayanas_leaf}}});
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, AddsWithAnApprovalThatIsOver) {
  const Candidate stranger = candidate(mallory->random);
  const Action action = add_action(stranger);
  const auto sign = [&](uint64_t last_epoch) {
    auto& impl = inside(*ayana);
    return Approval{leaf(*ayana).value, last_epoch,
                    *impl.mls->sign_with_label(kApprovalLabel,
                                               approval_content(impl.id, action_hash(action), last_epoch))};
  };
  EXPECT_TRUE(approval_holds(inside(*chimit).court(), action, sign(epoch)));
  EXPECT_FALSE(approval_holds(inside(*chimit).court(), action, sign(epoch - 1)));
  EXPECT_FALSE(approval_holds(inside(*chimit).court(), action, sign(epoch + kApprovalEpochs + 1)));
  Approval longer = sign(epoch - 1);
  longer.last_epoch = epoch + 1;
  EXPECT_FALSE(approval_holds(inside(*chimit).court(), action, longer));
  post_commit(*mallory, with_path({add_of(stranger.key_package)}), {{action, {sign(epoch - 1)}}});
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, AnApprovalOfAnotherGroupIsNone) {
  const Candidate stranger = candidate(mallory->random);
  const Action action = add_action(stranger);
  auto& impl = inside(*ayana);
  const GroupId another{};
  const Approval approval{
      leaf(*ayana).value, epoch + 5,
      *impl.mls->sign_with_label(kApprovalLabel, approval_content(another, action_hash(action), epoch + 5))};
  EXPECT_FALSE(approval_holds(inside(*chimit).court(), action, approval));
}

TEST_F(Hostile, RemovesWithoutAuthority) {
  post_commit(*mallory, with_path({mls::Remove{leaf(*ayana)}}));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, ProposesARemovalWithoutAuthority) {
  mls::MessageParams params;
  params.authenticated_data = encode(claims_of(*mallory));
  auto proposed = inside(*mallory).mls->propose(mls::Remove{leaf(*ayana)}, params, mallory->random);
  ASSERT_TRUE(proposed.ok());
  post(*mallory, proposed->message);
  expect_ignored(Warning::Kind::kBadEntry);
}

TEST_F(Hostile, ProposesWhatIsNoRemoval) {
  mls::MessageParams params;
  params.authenticated_data = encode(claims_of(*mallory));
  auto proposed = inside(*mallory).mls->propose_update({}, params, mallory->random);
  ASSERT_TRUE(proposed.ok());
  post(*mallory, proposed->message);
  expect_ignored(Warning::Kind::kBadEntry);
}

TEST_F(Hostile, MakesHerselfOrganizer) {
  Policy policy = inside(*mallory).policy;
  policy.organizers = {mallory->g().me()};
  post_commit(*mallory, with_policy(policy));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, BreaksThePolicyExtension) {
  post_commit(*mallory, with_path({mls::GroupContextExtensions{{{kPolicyExtension, {1, 2, 3}}}}}));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, DropsThePolicyExtension) {
  post_commit(*mallory, with_path({mls::GroupContextExtensions{}}));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, NamesAPorchOfHerOwn) {
  Policy policy = inside(*mallory).policy;
  policy.porch = Porch{GroupId::from(Bytes(16, 5)), 0};
  post_commit(*mallory, with_policy(policy));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, MakesTheGroupAPorch) {
  Policy policy = inside(*mallory).policy;
  policy.is_porch = 1;
  post_commit(*mallory, with_policy(policy));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, SlipsInAFieldThatNobodyKnows) {
  Policy policy = inside(*mallory).policy;
  policy.further = {{.type = 900, .data = {1}}};
  post_commit(*mallory, with_policy(policy));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, CommitsWithoutAPath) {
  const Candidate stranger = candidate(mallory->random);
  const Action action = add_action(stranger);
  mls::CommitParams params = with_path({add_of(stranger.key_package)});  // approved of, but for the path
  params.force_path = false;
  post_commit(*mallory, params, {{action, {*inside(*ayana).approve(action)}}});
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, BecomesSomebodyElseInHerPath) {
  mls::CommitParams params = with_path({});
  params.leaf.credential = credential_of({ayana->g().me(), inside(*ayana).saved.me.device});
  post_commit(*mallory, params);
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, ChangesHerSignatureKey) {
  const KeyPair keys = group_suite().generate_signature_key_pair(mallory->random);
  const Hash device = sha256(keys.public_key);
  mls::CommitParams params = with_path({});
  params.leaf.signature_key = &keys;
  params.leaf.credential = credential_of({PersonId::from(device), DeviceId::from(device)});
  post_commit(*mallory, params);
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, UsesAPreSharedKey) {
  mls::PreSharedKeyId psk;
  psk.psk_id = {1};
  psk.psk_nonce = mallory->random.bytes(32);
  mls::CommitParams params = with_path({mls::PreSharedKey{psk}});
  params.psks = [](const mls::PreSharedKeyId&) { return std::optional<Secret>(Secret(32)); };
  post_commit(*mallory, params);
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, ReInitialisesTheGroup) {
  mls::ReInit reinit;
  reinit.group_id = {1};
  reinit.cipher_suite = 3;
  reinit.extensions = inside(*mallory).mls->group_extensions();
  post_commit(*mallory, with_path({reinit}));
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, LiesAboutHistory) {
  Claims claims = claims_of(*mallory);
  claims.history.data[0] ^= 1;
  mls::Group::ProtectParams params;
  const Bytes aad = encode(claims);
  const Bytes data = encode(Event{{}, kTalkKinds, world.now, {'x'}});
  params.authenticated_data = aad;
  params.data = data;
  post(*mallory, *inside(*mallory).mls->protect(params, mallory->random));
  expect_ignored(Warning::Kind::kHistoryDiffers);
  EXPECT_TRUE(std::ranges::find(ayana->texts, "x") == ayana->texts.end());
}

TEST_F(Hostile, ClaimsToHaveSeenTheFuture) {
  Claims claims = claims_of(*mallory);
  claims.seen += 1'000'000;
  mls::Group::ProtectParams params;
  const Bytes aad = encode(claims);
  const Bytes data = encode(Event{{}, kTalkKinds, world.now, {'x'}});
  params.authenticated_data = aad;
  params.data = data;
  post(*mallory, *inside(*mallory).mls->protect(params, mallory->random));
  expect_ignored(Warning::Kind::kHistoryDiffers);
}

TEST_F(Hostile, PostsRubbishUnderHerName) {
  mls::Group::ProtectParams params;
  const Bytes data = {1, 2, 3};
  params.data = data;  // no claims, no event
  post(*mallory, *inside(*mallory).mls->protect(params, mallory->random));
  expect_ignored(Warning::Kind::kBadEntry);
}

TEST_F(Hostile, FloodsWithRubbish) {
  const auto queue = inside(*mallory).queue.id();
  for (int i = 0; i < 300; ++i) world.relay.append(queue, mallory->random.bytes(512));
  mls::Group::ProtectParams params;
  for (int i = 0; i < 300; ++i) {
    const Bytes data = mallory->random.bytes(static_cast<size_t>(i));
    params.data = data;
    post(*mallory, *inside(*mallory).mls->protect(params, mallory->random));
  }
  expect_ignored(Warning::Kind::kBadEntry);
}

// What she has read of Ayana's she seals once more: another nonce, the same message.
TEST_F(Hostile, SealsAnothersMessageOnceMore) {
  const auto queue = inside(*ayana).queue.id();
  ayana->online = false;
  world.say(*ayana, "only once");
  const auto wanted = ayana->g().next_send(ayana->turn(world.now));
  ASSERT_TRUE(wanted);
  auto content = open_entry(inside(*mallory).queue.seal_key(), queue, wanted->entry);
  ASSERT_TRUE(content.ok());
  auto resealed = seal_entry(inside(*mallory).queue.seal_key(), queue, content->view(), mallory->random);
  world.relay.append(queue, *resealed);      // it stands for hers, at its own place
  world.relay.append(queue, wanted->entry);  // and the first is a repetition
  ayana->online = true;
  world.settle();
  EXPECT_EQ(std::ranges::count(ayana->texts, "only once"), 1);
  EXPECT_EQ(std::ranges::count(chimit->texts, "only once"), 1);
  EXPECT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->g().waiting_count(), 0u);
  world.expect_agreement();
}

// The same message signed by herself is nobody's.
TEST_F(Hostile, SignsAnothersMessage) {
  const auto queue = inside(*ayana).queue.id();
  ayana->online = false;
  world.say(*ayana, "mine");
  const auto wanted = ayana->g().next_send(ayana->turn(world.now));
  auto content = open_entry(inside(*mallory).queue.seal_key(), queue, wanted->entry);
  const auto sent = decode_signed_message(content->view());
  post(*mallory, sent->message);
  world.settle();
  EXPECT_TRUE(std::ranges::find(chimit->texts, "mine") == chimit->texts.end());
  ayana->online = true;
  world.settle();
  EXPECT_EQ(std::ranges::count(chimit->texts, "mine"), 1);
  EXPECT_EQ(std::ranges::count(ayana->texts, "mine"), 1);
  world.expect_agreement();
}

TEST_F(Hostile, CannotOutrunHerRemoval) {
  ASSERT_TRUE(ayana->g().remove(mallory->g().me(), ayana->turn(world.now)).ok());
  chimit->online = false;
  world.read(*ayana);
  world.send(*ayana);    // the proposal is in the queue
  world.read(*mallory);  // she reads it and is quick
  mls::CommitParams params = with_path({});
  post_commit(*mallory, params);
  post_commit(*mallory, with_path({mls::Remove{leaf(*ayana)}}));
  chimit->online = true;
  world.settle();
  world.read(*mallory);
  EXPECT_NE(mallory->g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->g().members().size(), 2u);
  EXPECT_EQ(chimit->g().members().size(), 2u);
  world.expect_agreement();
}

TEST_F(Hostile, CommitsWithoutCoveringALeave) {
  ASSERT_TRUE(chimit->g().leave(chimit->turn(world.now)).ok());
  ayana->online = false;
  world.read(*chimit);
  world.send(*chimit);
  world.read(*mallory);
  post_commit(*mallory, with_path({}));  // an Update, but the leave stands before it
  ayana->online = true;
  world.settle();
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kBadCommit), 1u);
  EXPECT_EQ(chimit->g().standing(), Standing::kLeft);
  EXPECT_EQ(ayana->g().members().size(), 2u);
}

TEST_F(Hostile, TwoOrganizersRemoveEachOtherAndTheFirstWins) {
  mallory->online = true;
  auto& impl = inside(*ayana);
  Change both;
  both.roles = {{chimit->g().me(), Role::kOrganizer}};
  ASSERT_TRUE(ayana->g().change(both, ayana->turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(chimit->g().my_role(), Role::kOrganizer);
  ASSERT_EQ(ayana->g().my_role(), Role::kOrganizer);

  const PersonId ayana_person = ayana->g().me();
  ASSERT_TRUE(ayana->g().remove(chimit->g().me(), ayana->turn(world.now)).ok());
  ASSERT_TRUE(chimit->g().remove(ayana_person, chimit->turn(world.now)).ok());
  const auto queue = impl.queue.id();
  const auto first = ayana->g().next_send(ayana->turn(world.now));
  const auto second = chimit->g().next_send(chimit->turn(world.now));
  ASSERT_TRUE(first && second);
  ayana->g().sent(first->handle, world.relay.append(queue, first->entry), ayana->turn(world.now));
  chimit->g().sent(second->handle, world.relay.append(queue, second->entry), chimit->turn(world.now));
  world.settle();
  EXPECT_EQ(chimit->g().standing(), Standing::kRemoved);
  EXPECT_EQ(ayana->g().members().size(), 2u);
  EXPECT_EQ(mallory->g().members().size(), 2u);
  EXPECT_TRUE(mallory->g().warnings(mallory->rows).empty());  // to be overtaken is no fault
  world.expect_agreement();
}

TEST_F(Hostile, ARemovedPersonIsNotBroughtBackByOldApprovals) {
  // Approvals that were good are kept by Mallory; the person is removed; they are good no more.
  mallory->online = true;
  Device& dolgor = world.add_device();
  const RequestId request = world.ask(*ayana, dolgor, "Dolgor");
  ASSERT_TRUE(ayana->g().propose(request, "", ayana->turn(world.now)).ok());
  world.settle();
  const OpenRequest kept = inside(*mallory).roster.requests().at(request);
  ASSERT_TRUE(chimit->g().confirm(request, chimit->turn(world.now)).ok());
  world.settle();
  ASSERT_TRUE(dolgor.group);
  const PersonId person = dolgor.g().me();
  ASSERT_TRUE(ayana->g().remove(person, ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(dolgor.g().standing(), Standing::kRemoved);
  EXPECT_TRUE(inside(*ayana).policy.is_spent(Hash::from(person), ayana->g().epoch()));
  mallory->online = false;
  epoch = ayana->g().epoch();
  post_commit(*mallory, with_path({add_of(kept.candidate.spare)}),
              {{add_action(kept.candidate), kept.plain_approvals()}});
  expect_ignored(Warning::Kind::kBadCommit);
}

// Key packages of Chimit's that Mallory has seen do not let her be thrown out, and nobody can ask in her
// name.
TEST_F(Hostile, ReplacesOneWhoDidNotAsk) {
  Device other(99);
  mls::KeyPackageParams params;
  params.credential = credential_of(inside(*chimit).saved.me);
  params.capabilities = our_capabilities();
  auto made =
      mls::create_key_package(group_suite(), params, inside(*chimit).saved.signature_key, other.random);
  ASSERT_TRUE(made.ok());
  const Action action = ReplaceAction{key_package_hash(made->package)};
  Departures departures;
  departures.replacements.push_back({key_package_hash(made->package), epoch + 10});
  const Policy after = policy_after(inside(*mallory).court(), departures);
  const std::vector<mls::Proposal> proposals{mls::Remove{leaf(*chimit)}, mls::Add{made->package},
                                             mls::GroupContextExtensions{group_extensions_of(after)}};
  Approval forged = *inside(*mallory).approve(action);
  forged.leaf = leaf(*chimit).value;
  post_commit(*mallory, with_path(proposals), {{action, {*inside(*mallory).approve(action), forged}}});
  expect_ignored(Warning::Kind::kBadCommit);
}

TEST_F(Hostile, ReplacesTwiceByOneAsk) {
  mls::KeyPackageParams params;
  params.credential = credential_of(inside(*chimit).saved.me);
  params.capabilities = our_capabilities();
  auto made =
      mls::create_key_package(group_suite(), params, inside(*chimit).saved.signature_key, mallory->random);
  const Hash hash = key_package_hash(made->package);
  const Action action = ReplaceAction{hash};
  const Approval asked = *inside(*chimit).approve(action);
  const auto replacing = [&] {
    Departures departures;
    departures.replacements.push_back({hash, asked.last_epoch});
    std::pair<mls::CommitParams, Policy> out{{}, policy_after(inside(*mallory).court(), departures)};
    out.first = with_path({mls::Remove{leaf(*chimit)}, mls::Add{made->package}});
    if (out.second != inside(*mallory).policy)
      out.first.proposals.emplace_back(mls::GroupContextExtensions{group_extensions_of(out.second)});
    return out;
  };
  auto [params_once, policy_once] = replacing();
  auto& impl = inside(*mallory);
  Claims claims = impl.claims();
  claims.grants = {{action, {asked}}};
  params_once.authenticated_data = encode(claims);
  auto commit = impl.mls->commit(params_once, mallory->random);
  ASSERT_TRUE(commit.ok());
  Turn turn = mallory->turn(world.now);
  ASSERT_TRUE(impl.take_off_commit(std::move(*commit), {policy_once, {}, false}, turn));
  chimit->online = false;
  mallory->online = true;
  world.settle();
  ASSERT_EQ(ayana->g().epoch(), epoch + 1);
  EXPECT_TRUE(ayana->g().warnings(ayana->rows).empty());
  EXPECT_TRUE(inside(*ayana).policy.is_spent(hash, epoch + 1));

  mallory->online = false;
  post_commit(*mallory, replacing().first, {{action, {asked}}});
  world.settle();
  EXPECT_EQ(ayana->g().epoch(), epoch + 1);
}

TEST_F(Hostile, TellsAnotherHashOfABundle) {
  mallory->online = true;
  const auto& impl = inside(*chimit);
  BundleHash told = impl.saved.bundle;
  ASSERT_TRUE(impl.saved.has_bundle);
  EXPECT_EQ(chimit->count_warnings(Warning::Kind::kBundleDiffers), 0u);
  told.hash.data[0] ^= 1;
  ASSERT_TRUE(mallory->g().post(kBundleHash, encode(told), mallory->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(chimit->count_warnings(Warning::Kind::kBundleDiffers), 1u);
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kBundleDiffers), 0u);
}

TEST_F(Hostile, ProposesOneRequestAgainAndAgain) {
  mallory->online = true;
  for (size_t i = 0; i < kMostOpenBySponsor + 10; ++i) {
    const Candidate stranger = candidate(mallory->random);
    const Proposed body{stranger, "", *inside(*mallory).approve(add_action(stranger))};
    ASSERT_TRUE(mallory->g().post(kRequestProposed, encode(body), mallory->turn(world.now)).ok());
    ASSERT_TRUE(mallory->g().post(kRequestProposed, encode(body), mallory->turn(world.now)).ok());
  }
  world.settle();
  EXPECT_EQ(ayana->g().requests(world.now).size(), kMostOpenBySponsor);
  world.expect_agreement();
}

TEST_F(Hostile, MembersTogetherRemoveAnOrganizer) {
  mallory->online = true;
  ASSERT_TRUE(mallory->g().approve_removal(ayana->g().me(), mallory->turn(world.now)).ok());
  world.pass(30'000);
  EXPECT_EQ(ayana->g().members().size(), 3u);
  ASSERT_TRUE(chimit->g().approve_removal(ayana->g().me(), chimit->turn(world.now)).ok());
  world.pass(30'000);
  EXPECT_EQ(ayana->g().standing(), Standing::kRemoved);
  EXPECT_EQ(chimit->g().members().size(), 2u);
}

}  // namespace
}  // namespace homeward::group
