// Falling out and coming back: away for too long, removed meanwhile, and a commit that is good for some.
#include "group/world_for_test.h"

namespace homeward::group {
namespace {

class FallingOut : public testing::Test {
 protected:
  void SetUp() override {
    ayana = &world.found(1);
    bela = &world.join(*ayana, "Bela");
    chimit = &world.join(*ayana, "Chimit", {bela});
    dari = &world.join(*ayana, "Dari", {bela});
    world.pass(40'000);
  }
  static auto& inside(Device& device) { return GroupInside::of(device.g()); }
  void falls_behind(Device& device) {
    device.g().expired(wire::queue_id(device.g().wanted_reads().front().access), device.turn(world.now));
  }
  RequestId ask_seen_by(Device& device) {
    for (const JoinRequest& request : device.g().requests(world.now))
      if (request.comes_back) return request.id;
    ADD_FAILURE() << "no ask";
    return {};
  }
  // A commit by this member whose path secrets are rubbish for everybody, for who sits beside her, or for the
  // other half of the tree.
  enum class Rubbish { kForAll, kBeside, kOtherHalf };
  void commit_rubbish(Device& by, Rubbish which) {
    auto& impl = inside(by);
    impl.alter_path = [which](mls::UpdatePath& path) {
      for (size_t i = 0; i < path.nodes.size(); ++i)
        for (HpkeCiphertext& sealed : path.nodes[i].encrypted_path_secret)
          if (which == Rubbish::kForAll || (i == 0) == (which == Rubbish::kBeside)) sealed.ciphertext[0] ^= 1;
    };
    impl.saved.seed_stale = true;  // something to commit
    world.pass(90'000);
    impl.alter_path = nullptr;
  }

  World world;
  Device* ayana = nullptr;
  Device* bela = nullptr;
  Device* chimit = nullptr;
  Device* dari = nullptr;
};

TEST_F(FallingOut, WhoWasAwayLongerThanTheRelayKeepsIsPutBackByOne) {
  bela->online = false;
  world.say(*ayana, "while she is away");
  world.settle();
  falls_behind(*bela);
  EXPECT_EQ(bela->g().standing(), Standing::kStuck);
  EXPECT_EQ(bela->g().stuck()->why, Stuck::Why::kFellBehind);
  bela->online = true;
  world.settle();
  ASSERT_TRUE(chimit->g().propose(ask_seen_by(*chimit), "", chimit->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
  EXPECT_FALSE(bela->g().stuck());
  EXPECT_EQ(ayana->g().members().size(), 4u);
  world.say(*bela, "back");
  world.settle();
  EXPECT_EQ(ayana->texts.back(), "back");
  world.expect_agreement();
}

TEST_F(FallingOut, UnderASeedOfManyRenewalsAgo) {
  bela->online = false;
  for (int i = 0; i < 8; ++i) {
    inside(*ayana).saved.seed_stale = true;
    world.pass(80'000);
  }
  falls_behind(*bela);
  bela->online = true;
  world.settle();
  EXPECT_TRUE(chimit->g().requests(world.now).empty());
  world.now = world.now.after_ms(kDay_ms);
  world.pass(2'000);
  ASSERT_TRUE(chimit->g().propose(ask_seen_by(*chimit), "", chimit->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
  world.expect_agreement();
}

TEST_F(FallingOut, WhoWasRemovedMeanwhileIsToldByAnOrganizer) {
  bela->online = false;
  ASSERT_TRUE(ayana->g().remove(bela->g().me(), ayana->turn(world.now)).ok());
  world.settle();
  falls_behind(*bela);
  bela->online = true;
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kStuck);
  world.now = world.now.after_ms(kDay_ms);
  world.pass(4'000);
  EXPECT_EQ(bela->g().standing(), Standing::kRemoved);
  EXPECT_TRUE(chimit->g().requests(world.now).empty());
}

TEST_F(FallingOut, TwoMembersTellWhereNoOrganizerDoes) {
  bela->online = false;
  ASSERT_TRUE(ayana->g().remove(bela->g().me(), ayana->turn(world.now)).ok());
  world.settle();
  ayana->online = false;
  falls_behind(*bela);
  bela->online = true;
  world.settle();
  world.pass(2'000);
  EXPECT_EQ(bela->g().standing(), Standing::kStuck);
  for (auto* device : {chimit, dari}) device->reload();  // what waits to be told survives
  world.pass(15 * 60'000);
  EXPECT_EQ(bela->g().standing(), Standing::kRemoved);
}

TEST_F(FallingOut, OneHostileMemberSendsNobodyAway) {
  falls_behind(*bela);
  auto& hostile = inside(*chimit);
  Turn turn = chimit->turn(world.now);
  ReturnAsk asked;
  asked.key_package = inside(*bela).my_return->key_package;
  GoneNote note{request_id(asked), false, hostile.saved.me.device, {}};
  note.signature = *hostile.mls->sign_with_label(kGoneLabel, gone_content(hostile.id, note));
  ASSERT_TRUE(hostile.post_to_returns(hostile.policy.return_seed, note, turn));
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kStuck);
  ASSERT_TRUE(dari->g().propose(ask_seen_by(*dari), "", dari->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
}

TEST_F(FallingOut, AnAskIsMadeAnewBeforeTheRelayForgetsIt) {
  bela->online = false;
  falls_behind(*bela);
  const Bytes first = inside(*bela).my_return->key_package;
  world.now = world.now.after_ms(26 * kDay_ms);
  bela->g().tick(bela->turn(world.now));
  ASSERT_TRUE(inside(*bela).my_return);
  EXPECT_NE(inside(*bela).my_return->key_package, first);
  bela->online = true;
  world.settle();
  ASSERT_TRUE(chimit->g().propose(ask_seen_by(*chimit), "", chimit->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
}

TEST_F(FallingOut, ACommitThatIsGoodForSome) {
  commit_rubbish(*dari, Rubbish::kBeside);
  std::vector<Device*> out;
  std::vector<Device*> in;
  for (Device* device : {ayana, bela, chimit})
    (device->g().standing() == Standing::kStuck ? out : in).push_back(device);
  ASSERT_FALSE(out.empty());
  ASSERT_FALSE(in.empty());
  for (Device* device : out) {
    EXPECT_EQ(device->g().stuck()->accused, dari->g().me());
    const auto texts = device->texts.size();
    world.say(*in[0], "you cannot read this yet");
    world.settle();
    EXPECT_EQ(device->texts.size(), texts) << "it takes no later entry";
  }
  for (const JoinRequest& request : in[0]->g().requests(world.now)) {
    EXPECT_EQ(request.accuses, dari->g().me());
    ASSERT_TRUE(in[0]->g().propose(request.id, "", in[0]->turn(world.now)).ok());
  }
  world.settle();
  for (Device* device : out) EXPECT_EQ(device->g().standing(), Standing::kActive);
  world.expect_agreement();
}

TEST_F(FallingOut, WhereNobodyCanFollowAnOrganizerStartsAnew) {
  world.say(*bela, "before");
  world.settle();
  chimit->online = false;  // comes late
  const uint64_t epoch = ayana->g().epoch();
  EXPECT_FALSE(ayana->g().start_anew(ayana->turn(world.now)).ok());
  commit_rubbish(*dari, Rubbish::kForAll);
  ASSERT_EQ(ayana->g().standing(), Standing::kStuck);
  ASSERT_EQ(bela->g().standing(), Standing::kStuck);
  EXPECT_EQ(ayana->g().stuck()->also, (std::vector{bela->g().me()}));
  EXPECT_TRUE(ayana->g().stuck()->can_start_anew);
  EXPECT_FALSE(bela->g().start_anew(bela->turn(world.now)).ok());
  ayana->reload();
  ASSERT_TRUE(ayana->g().start_anew(ayana->turn(world.now)).ok());
  ayana->reload();
  world.settle();
  EXPECT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->g().epoch(), epoch + 2);
  EXPECT_EQ(ayana->g().members().size(), 2u);
  EXPECT_EQ(ayana->g().my_role(), Role::kOrganizer);
  EXPECT_EQ(bela->g().name_of(chimit->g().me()), "Chimit");
  world.say(*ayana, "anew");
  world.settle();
  EXPECT_EQ(bela->texts.back(), "anew");
  // The committer goes on alone and reads nothing of it.
  EXPECT_EQ(dari->g().standing(), Standing::kActive);
  EXPECT_TRUE(std::ranges::find(dari->texts, "anew") == dari->texts.end());
  EXPECT_EQ(dari->count_warnings(Warning::Kind::kStartedAnew), 0u);
  // Who comes late cannot follow either, asks, and comes in by her own word.
  chimit->online = true;
  world.settle();
  ASSERT_EQ(chimit->g().standing(), Standing::kStuck);
  world.now = world.now.after_ms(kDay_ms);
  world.pass(4'000);
  ASSERT_TRUE(bela->g().propose(ask_seen_by(*bela), "", bela->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(chimit->g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->g().members().size(), 3u);
  EXPECT_TRUE(inside(*ayana).policy.left.empty());
  dari->online = false;
  for (Device* device : {ayana, bela, chimit}) device->reload();
  world.expect_agreement();
}

TEST_F(FallingOut, WhoCouldFollowGoesAlongByHerOwnChoice) {
  commit_rubbish(*dari, Rubbish::kOtherHalf);
  ASSERT_EQ(ayana->g().standing(), Standing::kStuck);
  Device* followed = chimit;
  ASSERT_EQ(followed->g().standing(), Standing::kActive);
  ASSERT_TRUE(ayana->g().start_anew(ayana->turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_EQ(followed->count_warnings(Warning::Kind::kStartedAnew), 1u);
  EXPECT_EQ(followed->g().started_anew_by(), ayana->g().me());
  ASSERT_TRUE(followed->g().go_along(followed->turn(world.now)).ok());
  world.settle();
  world.now = world.now.after_ms(kDay_ms);
  world.pass(4'000);
  ASSERT_TRUE(ayana->g().propose(ask_seen_by(*ayana), "", ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(followed->g().standing(), Standing::kActive);
  dari->online = false;
  world.expect_agreement();
}

TEST_F(FallingOut, OfTwoOrganizersTheFirstClaimHolds) {
  Change change;
  change.roles = {{bela->g().me(), Role::kOrganizer}};
  ASSERT_TRUE(ayana->g().change(change, ayana->turn(world.now)).ok());
  world.settle();
  world.pass(10'000);
  commit_rubbish(*dari, Rubbish::kForAll);
  ASSERT_EQ(bela->g().standing(), Standing::kStuck);
  ASSERT_TRUE(bela->g().start_anew(bela->turn(world.now)).ok());
  ASSERT_TRUE(ayana->g().start_anew(ayana->turn(world.now)).ok());
  world.settle();
  dari->online = false;
  EXPECT_EQ(ayana->g().members().size(), 3u);
  world.expect_agreement();
}

// The organizer who says that she starts anew may not slip anybody in, nor change the rules.
TEST_F(FallingOut, AnewWithOtherRulesIsRefused) {
  commit_rubbish(*dari, Rubbish::kForAll);
  inside(*ayana).policy.vouches = 3;
  ASSERT_TRUE(ayana->g().start_anew(ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_EQ(bela->g().standing(), Standing::kStuck);
}

}  // namespace
}  // namespace homeward::group
