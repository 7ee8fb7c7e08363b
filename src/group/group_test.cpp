// The way of a group: found, invite, join, talk, remove, leave.
#include "group/group.h"

#include "group/event.h"
#include "group/world_for_test.h"

namespace homeward::group {
namespace {

TEST(Group, FoundedByOneWhoTalksToHerself) {
  World world;
  Device& ayana = world.found();
  world.settle();
  EXPECT_TRUE(ayana.g().caught_up());
  EXPECT_EQ(ayana.g().name(), "Дом");
  EXPECT_EQ(ayana.g().my_role(), Role::kOrganizer);
  ASSERT_EQ(ayana.g().members().size(), 1u);
  EXPECT_EQ(ayana.g().members()[0].name, "Ayana");
  const EventId id = world.say(ayana, "one");
  ASSERT_EQ(ayana.g().waiting(ayana.rows).size(), 1u);
  EXPECT_EQ(ayana.g().waiting(ayana.rows)[0].event.id, id);
  world.say(ayana, "two");
  world.settle();
  EXPECT_EQ(ayana.texts, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(ayana.g().waiting_count(), 0u);
}

TEST(Group, ANewcomerIsLetInAndBothTalk) {
  World world;
  Device& ayana = world.found();
  world.settle();
  world.say(ayana, "before");
  Device& bela = world.join(ayana, "Bela");
  world.say(ayana, "welcome");
  world.say(bela, "thanks");
  world.settle();
  EXPECT_EQ(ayana.texts.size(), 3u);
  EXPECT_EQ(bela.texts.size(), 2u);  // not what was said before
  ASSERT_EQ(bela.g().members().size(), 2u);
  EXPECT_EQ(bela.g().members()[0].name, "Ayana");
  EXPECT_EQ(bela.g().members()[1].name, "Bela");
  EXPECT_EQ(bela.g().members()[1].sponsor, ayana.g().me());
  EXPECT_EQ(ayana.g().safety_words(bela.g().me()).value(), bela.g().safety_words(ayana.g().me()).value());
  EXPECT_EQ(bela.joining->state(), Joining::State::kJoined);
  world.expect_agreement();
  EXPECT_EQ(ayana.g().invites(world.now)[0].state, Invite::State::kUsed);
}

TEST(Group, ANewcomerSoonRenewsHerLeaf) {
  World world;
  Device& ayana = world.found();
  world.join(ayana, "Bela");
  const uint64_t epoch = ayana.g().epoch();
  world.pass(20'000);
  EXPECT_EQ(ayana.g().epoch(), epoch + 1);
  world.pass(3'600'000);
  EXPECT_EQ(ayana.g().epoch(), epoch + 1);
  world.expect_agreement();
}

TEST(Group, AThirdNeedsAnothersWord) {
  World world;
  Device& ayana = world.found(1);
  Device& bela = world.join(ayana, "Bela");
  Device& chimit = world.add_device();
  const RequestId request = world.ask(ayana, chimit, "Chimit");
  ASSERT_TRUE(ayana.g().propose(request, "", ayana.turn(world.now)).ok());
  world.pass(200'000);
  EXPECT_FALSE(chimit.group);
  const auto seen = bela.g().requests(world.now);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].needed, 2u);
  EXPECT_TRUE(seen[0].can_confirm);
  EXPECT_EQ(seen[0].words, chimit.joining->words());
  EXPECT_FALSE(ayana.g().requests(world.now)[0].can_confirm);
  ASSERT_TRUE(bela.g().confirm(request, bela.turn(world.now)).ok());
  EXPECT_TRUE(bela.g().confirm(request, bela.turn(world.now)).error().is(GroupError::kAlreadyDone));
  world.settle();
  ASSERT_TRUE(chimit.group);
  EXPECT_EQ(chimit.g().members().size(), 3u);
  EXPECT_EQ(chimit.g().members()[2].confirmed_by, (std::vector<PersonId>{bela.g().me()}));
  world.expect_agreement();
  EXPECT_EQ(chimit.count_warnings(Warning::Kind::kBundleDiffers), 0u);
}

TEST(Group, TwoVouchesMeanThreePersons) {
  World world;
  Device& ayana = world.found(2);
  Device& bela = world.join(ayana, "Bela");
  Device& chimit = world.join(ayana, "Chimit", {&bela});
  Device& dolgor = world.add_device();
  const RequestId request = world.ask(bela, dolgor, "Dolgor");
  ASSERT_TRUE(bela.g().propose(request, "", bela.turn(world.now)).ok());
  world.settle();
  ASSERT_TRUE(chimit.g().confirm(request, chimit.turn(world.now)).ok());
  world.pass(200'000);
  EXPECT_FALSE(dolgor.group);
  ASSERT_TRUE(ayana.g().confirm(request, ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(dolgor.group);
  world.expect_agreement();
}

TEST(Group, EverythingWorksReloadedBeforeEveryCall) {
  World world;
  Device& ayana = world.found(1);
  ayana.forgetful = true;
  world.settle();
  Device& bela = world.join(ayana, "Bela");
  Device& chimit = world.join(bela, "Chimit", {&ayana});
  world.pass(60'000);
  for (int i = 0; i < 5; ++i) {
    world.say(ayana, "a" + std::to_string(i));
    world.say(bela, "b" + std::to_string(i));
    world.say(chimit, "c" + std::to_string(i));
    world.settle();
  }
  EXPECT_EQ(chimit.texts.size(), 15u);
  EXPECT_EQ(ayana.texts, bela.texts);
  world.expect_agreement();
  ASSERT_TRUE(ayana.g().remove(bela.g().me(), ayana.turn(world.now)).ok());
  world.pass(10'000);
  EXPECT_EQ(bela.g().standing(), Standing::kRemoved);
  EXPECT_EQ(chimit.g().members().size(), 2u);
  world.expect_agreement();
}

TEST(Group, RemovedFindsNothingMore) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  Device& chimit = world.join(ayana, "Chimit", {&bela});
  world.pass(30'000);
  EXPECT_TRUE(bela.g().remove(ayana.g().me(), bela.turn(world.now)).error().is(GroupError::kNotAllowed));
  ASSERT_TRUE(ayana.g().remove(bela.g().me(), ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela.g().standing(), Standing::kRemoved);
  EXPECT_TRUE(bela.g().wanted_reads().empty());
  EXPECT_FALSE(bela.g().next_send(bela.turn(world.now)));
  EXPECT_TRUE(bela.g().post(kTalkKinds, {}, bela.turn(world.now)).error().is(GroupError::kNotPossibleNow));
  size_t keys = 0;
  bela.rows.scan(kMlsRows, {}, [&](BytesView, BytesView) { return ++keys > 0; });
  EXPECT_EQ(keys, 0u);
  world.say(chimit, "after");
  world.settle();
  EXPECT_EQ(ayana.texts.back(), "after");
  EXPECT_TRUE(std::ranges::find(bela.texts, "after") == bela.texts.end());
  EXPECT_EQ(ayana.g().members().size(), 2u);
  EXPECT_EQ(ayana.g().name_of(bela.g().me()), "Bela");
  bela.reload();
  EXPECT_EQ(bela.g().standing(), Standing::kRemoved);
  EXPECT_EQ(bela.g().name(), "Дом");
}

TEST(Group, LeavingIsCommittedByAnother) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  world.pass(30'000);
  ASSERT_TRUE(bela.g().leave(bela.turn(world.now)).ok());
  EXPECT_EQ(bela.g().standing(), Standing::kLeaving);
  world.pass(10'000);
  EXPECT_EQ(bela.g().standing(), Standing::kLeft);
  EXPECT_EQ(ayana.g().members().size(), 1u);
  ASSERT_TRUE(ayana.g().leave(ayana.turn(world.now)).ok());
  EXPECT_EQ(ayana.g().standing(), Standing::kLeft);
  ayana.g().forget(ayana.turn(world.now));
  size_t rows = 0;
  for (Space space = 0x1000; space < 0x1080; ++space)
    ayana.rows.scan(space, {}, [&](BytesView, BytesView) { return ++rows > 0; });
  EXPECT_EQ(rows, 0u);
}

TEST(Group, BothLeavingAtOnceBothAreOut) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  world.pass(30'000);
  Change both;
  both.roles = {{bela.g().me(), Role::kOrganizer}};
  ASSERT_TRUE(ayana.g().change(both, ayana.turn(world.now)).ok());
  world.settle();
  ASSERT_TRUE(ayana.g().leave(ayana.turn(world.now)).ok());
  ASSERT_TRUE(bela.g().leave(bela.turn(world.now)).ok());
  world.pass(60'000);
  EXPECT_EQ(ayana.g().standing(), Standing::kLeft);
  EXPECT_EQ(bela.g().standing(), Standing::kLeft);
}

TEST(Group, SizesAndTheLookOfEntries) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  const auto queue = wire::queue_id(ayana.g().wanted_reads()[0].access);
  const size_t before = world.relay.queues[queue].size();
  world.say(bela, std::string(100, 'x'));
  world.settle();
  ASSERT_EQ(world.relay.queues[queue].size(), before + 1);
  EXPECT_EQ(world.relay.queues[queue].back().size(), 512u);

  size_t bytes = 0;
  std::array<size_t, 256> counts{};
  for (const auto& [id, entries] : world.relay.queues) {
    for (const Bytes& entry : entries) {
      EXPECT_TRUE(wire::is_entry_size(entry.size()));
      bytes += entry.size();
      for (const uint8_t byte : entry) ++counts[byte];
      for (const std::string_view planted : {"Ayana", "Bela", "Дом", "xxxxxxxx", "hello"})
        EXPECT_EQ(text_of(entry).find(planted), std::string::npos);
    }
  }
  // Chi-squared with 255 degrees of freedom: 400 is beyond one in a hundred million.
  const double expected = static_cast<double>(bytes) / 256;
  double chi = 0;
  for (const size_t count : counts)
    chi += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected) / expected;
  EXPECT_LT(chi, 400);
}

TEST(Group, NoLinkAfterItsEndOrUseOrRevocation) {
  World world;
  Device& ayana = world.found();
  world.settle();
  auto invite = ayana.g().invite(world.now.after_ms(10'000), ayana.turn(world.now));
  ASSERT_TRUE(invite.ok());
  EXPECT_EQ(read_invite(invite->link)->relay, "relay.example");
  Device& first = world.add_device();
  Device& second = world.add_device();
  Device& late = world.add_device();
  first.joining = std::move(*Joining::ask({invite->link, "One", ""}, first.turn(world.now)));
  second.joining = std::move(*Joining::ask({invite->link, "Two", ""}, second.turn(world.now)));
  world.settle();
  ASSERT_EQ(ayana.g().requests(world.now).size(), 2u);
  const RequestId request = ayana.g().requests(world.now)[0].id;
  ASSERT_TRUE(ayana.g().propose(request, "", ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_EQ((first.group != nullptr) + (second.group != nullptr), 1);
  EXPECT_TRUE(ayana.g().requests(world.now).empty());
  EXPECT_TRUE(
      ayana.g().revoke_invite(invite->id, ayana.turn(world.now)).error().is(GroupError::kAlreadyDone));

  auto other = ayana.g().invite(world.now.after_ms(10'000), ayana.turn(world.now));
  world.pass(11'000);
  for (const Invite& item : ayana.g().invites(world.now))
    EXPECT_EQ(item.state, item.id == other->id ? Invite::State::kExpired : Invite::State::kUsed);
  EXPECT_TRUE(
      Joining::ask({other->link, "Late", ""}, late.turn(world.now)).error().is(GroupError::kInviteExpired));

  auto revoked = ayana.g().invite(world.now.after_ms(10'000), ayana.turn(world.now));
  ASSERT_TRUE(ayana.g().revoke_invite(revoked->id, ayana.turn(world.now)).ok());
  late.joining = std::move(*Joining::ask({revoked->link, "Late", ""}, late.turn(world.now)));
  world.settle();
  EXPECT_TRUE(ayana.g().requests(world.now).empty());
}

size_t rows_of_groups(Device& device) {
  size_t rows = 0;
  for (Space space = 0x1000; space < 0x1080; ++space)
    device.rows.scan(space, {}, [&](BytesView, BytesView) { return ++rows > 0; });
  return rows;
}

TEST(Group, ANewcomerRefusesAGroupWithoutHerSponsor) {
  World world;
  Device& ayana = world.found();
  world.settle();
  auto invite = ayana.g().invite(world.now.after_ms(kDay_ms), ayana.turn(world.now));
  Link link = *decode_link(invite->link);
  link.sponsor.data[0] ^= 1;  // as if the link had come from somebody else
  Device& bela = world.add_device();
  bela.joining = std::move(*Joining::ask({encode_link(link), "Bela", ""}, bela.turn(world.now)));
  world.settle();
  ASSERT_TRUE(ayana.g().propose(ayana.g().requests(world.now)[0].id, "", ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_FALSE(bela.group);
  EXPECT_EQ(bela.joining->state(), Joining::State::kFailed);
  EXPECT_EQ(rows_of_groups(bela), 0u);
}

TEST(Group, ARequestGoesWithItsSponsor) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  Device& chimit = world.add_device();
  const RequestId request = world.ask(bela, chimit, "Chimit");
  ASSERT_TRUE(bela.g().propose(request, "", bela.turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(ayana.g().requests(world.now).size(), 1u);
  ASSERT_TRUE(ayana.g().remove(bela.g().me(), ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(ayana.g().requests(world.now).empty());
  world.pass(200'000);
  EXPECT_FALSE(chimit.group);
  EXPECT_TRUE(ayana.g().confirm(request, ayana.turn(world.now)).error().is(GroupError::kNoSuchRequest));
}

TEST(Group, AWithdrawnRequestIsGoneForAll) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  Device& chimit = world.add_device();
  const RequestId request = world.ask(ayana, chimit, "Chimit");
  ASSERT_TRUE(ayana.g().propose(request, "", ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(bela.g().decline(request, bela.turn(world.now)).error().is(GroupError::kNotAllowed));
  ASSERT_TRUE(ayana.g().decline(request, ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(bela.g().requests(world.now).empty());
  world.expect_agreement();
}

TEST(Group, TheWelcomeSurvivesADeadDevice) {
  World world;
  Device& ayana = world.found();
  world.settle();
  Device& bela = world.add_device();
  const RequestId request = world.ask(ayana, bela, "Bela");
  bela.online = false;
  ASSERT_TRUE(ayana.g().propose(request, "", ayana.turn(world.now)).ok());
  // Step by step, killed after each: the commit is merged and the answer not yet sent at one of them.
  for (int step = 0; step < 20; ++step) {
    world.read(ayana);
    ayana.reload();
    world.read(ayana);
    if (ayana.g().members().size() == 2) break;
    world.send(ayana);
    ayana.reload();
  }
  ASSERT_EQ(ayana.g().members().size(), 2u);
  ayana.reload();
  bela.online = true;
  world.settle();
  EXPECT_TRUE(bela.group);
  world.expect_agreement();
}

TEST(Group, TheReturnSeedIsRenewedAfterARemoval) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  world.pass(30'000);
  const auto queues = ayana.g().wanted_reads().size();
  ASSERT_TRUE(ayana.g().remove(bela.g().me(), ayana.turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(ayana.g().wanted_reads().size(), queues);
  world.pass(200'000);
  EXPECT_EQ(ayana.g().wanted_reads().size(), queues + 1);  // the old one is read, too
}

TEST(Group, OldReturnSeedsAreReadOnceADayForAYear) {
  World world;
  Device& ayana = world.found();
  world.join(ayana, "Bela");
  world.pass(30'000);
  auto& inside = GroupInside::of(ayana.g());
  const ReturnSeed first = inside.policy.return_seed;
  for (int i = 0; i < 4; ++i) {
    inside.saved.seed_stale = true;
    world.pass(90'000);
  }
  ASSERT_EQ(inside.return_queues.size(), 5u);
  const auto is_read = [&] {
    return std::ranges::any_of(ayana.g().wanted_reads(), [&](const WantedRead& read) {
      return wire::queue_id(read.access) == wire::queue_id(return_queue(first).access.read);
    });
  };
  EXPECT_FALSE(is_read());
  for (const int64_t days : {1, 198, 163}) {
    world.now = world.now.after_ms(days * kDay_ms);
    ayana.g().tick(ayana.turn(world.now));
    EXPECT_TRUE(is_read()) << days;
    world.settle();
    EXPECT_FALSE(is_read()) << days;
  }
  world.now = world.now.after_ms(5 * kDay_ms);
  ayana.g().tick(ayana.turn(world.now));
  EXPECT_FALSE(inside.return_queues.contains(first));
}

TEST(Group, WhoCannotFollowIsPutBack) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  world.pass(30'000);
  // Her epoch's init_secret is damaged, as if the commit were good for the others only.
  const Bytes key = row_key(bela.g().id(), view_of("e"));
  Bytes row = *bela.rows.get(kMlsRows, key);
  Reader in(row);
  for (int i = 0; i < 10; ++i) in.opaque();
  const size_t init_secret = row.size() - in.left() + 1;
  row[init_secret] ^= 1;
  bela.rows.put(kMlsRows, key, row);
  bela.reload();
  Device& chimit = world.join(ayana, "Chimit", {&bela});
  EXPECT_EQ(bela.g().standing(), Standing::kStuck);
  ASSERT_EQ(bela.count_warnings(Warning::Kind::kCannotFollow), 1u);
  EXPECT_EQ(bela.g().warnings(bela.rows)[0].member, ayana.g().me());
  world.settle();
  const auto seen = chimit.g().requests(world.now);
  ASSERT_EQ(seen.size(), 1u);
  ASSERT_TRUE(chimit.g().propose(seen[0].id, "", chimit.turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela.g().standing(), Standing::kActive);
  EXPECT_EQ(bela.g().members().size(), 3u);
  EXPECT_EQ(bela.g().name_of(chimit.g().me()), "Chimit");
  world.expect_agreement();
}

TEST(Group, OnlyHerSponsorSaysWhereANewcomerWasAndOnce) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  Device& newcomer = world.add_device();
  const RequestId request = world.ask(ayana, newcomer, "Chimit");
  const FromPorch from{PersonId::from(Bytes(32, 3)), Instant{1'659'999'960'000}};
  ASSERT_TRUE(ayana.g().propose(request, "", ayana.turn(world.now), from).ok());
  world.settle();
  for (Device* teller : {&bela, &ayana}) {
    const FromPorch other{PersonId::from(Bytes(32, 4)), Instant{0}};
    ASSERT_TRUE(
        teller->g()
            .post(kRequestFromPorch, encode(RequestFromPorch{request, other}), teller->turn(world.now))
            .ok());
    world.settle();
  }
  for (Device* device : {&ayana, &bela}) {
    const auto requests = device->g().requests(world.now);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].from_porch, from);
    device->reload();
    EXPECT_EQ(device->g().requests(world.now)[0].from_porch, from);
  }
  world.expect_agreement();
  ASSERT_TRUE(ayana.g().decline(request, ayana.turn(world.now)).ok());
  world.settle();
  for (Device* device : {&ayana, &bela}) {
    size_t rows = 0;
    device->rows.scan(kFromPorchRows, {}, [&](BytesView, BytesView) { return ++rows > 0; });
    EXPECT_EQ(rows, 0u);
  }
}

TEST(Group, AForgottenGroupLeavesNoRow) {
  World world;
  Device& ayana = world.found();
  Device& bela = world.join(ayana, "Bela");
  ASSERT_TRUE(ayana.g().change({.roles = {{bela.g().me(), Role::kOrganizer}}}, ayana.turn(world.now)).ok());
  world.settle();
  ASSERT_TRUE(ayana.g().change({.name = "Дом у реки"}, ayana.turn(world.now)).ok());
  Device& newcomer = world.add_device();
  const RequestId request = world.ask(ayana, newcomer, "Chimit");
  const FromPorch from{PersonId::from(Bytes(32, 3)), Instant{1'659'999'960'000}};
  ASSERT_TRUE(ayana.g().propose(request, "", ayana.turn(world.now), from).ok());
  world.settle();
  ASSERT_TRUE(bela.g().object(request, "who is she?", bela.turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(ayana.g().changes().size(), 1u);
  ayana.g().forget(ayana.turn(world.now));
  EXPECT_EQ(ayana.rows.size(), 0u);
}

}  // namespace
}  // namespace homeward::group
