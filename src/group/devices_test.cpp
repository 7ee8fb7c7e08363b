// Several devices of one person: how they come, what they count for, how they go, and what a hostile member,
// a lost phone or a race can make of it.
#include "crypto/crypto.h"
#include "group/seal.h"
#include "group/world_for_test.h"

namespace homeward::group {
namespace {

class Devices : public testing::Test {
 protected:
  void SetUp() override {
    ayana = &world.found(1);
    bela = &world.join(*ayana, "Bela");
    chimit = &world.join(*ayana, "Chimit", {bela});
    world.pass(40'000);
  }
  static auto& inside(Device& device) { return GroupInside::of(device.g()); }

  // As far as the request in the first device's list.
  RequestId ask(Device& first, Device& second) {
    auto invite = first.g().invite_device(world.now.after_ms(kDay_ms), first.turn(world.now));
    EXPECT_TRUE(invite.ok());
    auto joining = Joining::ask({invite->link, "device", ""}, second.turn(world.now));
    EXPECT_TRUE(joining.ok());
    second.joining = std::move(*joining);
    world.settle();
    for (const JoinRequest& request : first.g().requests(world.now))
      if (request.device_of == first.g().me() && request.words == second.joining->words()) return request.id;
    ADD_FAILURE() << "the request did not arrive";
    return {};
  }
  Device& add(Device& first, Device& approver) {
    Device& second = world.add_device();
    const RequestId request = ask(first, second);
    EXPECT_TRUE(first.g().propose(request, "", first.turn(world.now)).ok());
    world.settle();
    EXPECT_FALSE(second.group) << "without another person";
    EXPECT_TRUE(approver.g().confirm(request, approver.turn(world.now)).ok());
    world.settle();
    EXPECT_TRUE(second.group) << "the device is not in";
    return second;
  }
  void expect_nothing_came(uint64_t epoch) {
    world.settle();
    EXPECT_EQ(ayana->g().epoch(), epoch);
    world.expect_agreement();
  }

  World world;
  Device* ayana = nullptr;
  Device* bela = nullptr;
  Device* chimit = nullptr;
};

TEST_F(Devices, ASecondDeviceIsTheSamePerson) {
  Device& tablet = add(*bela, *chimit);
  EXPECT_EQ(tablet.g().me(), bela->g().me());
  EXPECT_NE(tablet.g().this_device(), bela->g().this_device());
  for (Device* device : {ayana, bela, chimit, &tablet}) {
    EXPECT_EQ(device->g().members().size(), 3u);
    const auto devices = device->g().devices(bela->g().me());
    ASSERT_EQ(devices.size(), 2u);
    EXPECT_TRUE(devices[0].first);
    EXPECT_EQ(devices[1].device, tablet.g().this_device());
    EXPECT_EQ(devices[1].approved_by, (std::vector{chimit->g().me()}));
    EXPECT_EQ(device->g().name_of(tablet.g().me()), "Bela");
    EXPECT_TRUE(device->g().warnings(device->rows).empty());
  }
  world.say(tablet, "from the tablet");
  world.settle();
  world.say(*bela, "from the phone");
  world.settle();
  EXPECT_EQ(ayana->texts, (std::vector<std::string>{"from the tablet", "from the phone"}));
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
  EXPECT_EQ(tablet.g().standing(), Standing::kActive);
  world.expect_agreement();
}

TEST_F(Devices, SafetyWordsAreTheSameOnEveryDevice) {
  const auto before = ayana->g().safety_words(bela->g().me());
  Device& tablet = add(*bela, *chimit);
  const auto words = *ayana->g().safety_words(bela->g().me());
  EXPECT_NE(words, *before);
  EXPECT_EQ(words, *bela->g().safety_words(ayana->g().me()));
  EXPECT_EQ(words, *tablet.g().safety_words(ayana->g().me()));
}

TEST_F(Devices, AloneInHerGroupSheNeedsNobody) {
  World small;
  Device& dari = small.found(3);
  Device& second = small.add_device();
  auto invite = dari.g().invite_device(small.now.after_ms(kDay_ms), dari.turn(small.now));
  second.joining = std::move(*Joining::ask({invite->link, "device", ""}, second.turn(small.now)));
  small.settle();
  ASSERT_TRUE(dari.g().propose(dari.g().requests(small.now)[0].id, "", dari.turn(small.now)).ok());
  small.settle();
  ASSERT_TRUE(second.group);
  EXPECT_EQ(second.g().my_role(), Role::kOrganizer);
  small.expect_agreement();
  // Both go together.
  ASSERT_TRUE(second.g().leave(second.turn(small.now)).ok());
  small.settle();
  EXPECT_EQ(dari.g().standing(), Standing::kLeft);
  EXPECT_EQ(second.g().standing(), Standing::kLeft);
}

TEST_F(Devices, TwoDevicesAreOneVoice) {
  Device& tablet = add(*bela, *chimit);
  // Vouches are two: Bela's phone proposes, her tablet cannot be the second.
  Change change;
  change.vouches = 2;
  ASSERT_TRUE(ayana->g().change(change, ayana->turn(world.now)).ok());
  world.settle();
  Device& dari = world.add_device();
  const RequestId request = world.ask(*bela, dari, "Dari");
  ASSERT_TRUE(bela->g().propose(request, "", bela->turn(world.now)).ok());
  world.settle();
  EXPECT_FALSE(tablet.g().confirm(request, tablet.turn(world.now)).ok());
  ASSERT_TRUE(chimit->g().confirm(request, chimit->turn(world.now)).ok());
  world.settle();
  world.pass(100'000);
  EXPECT_FALSE(dari.group);
  ASSERT_TRUE(ayana->g().confirm(request, ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(dari.group);
  world.expect_agreement();
}

TEST_F(Devices, AnyDeviceRemovesAnotherOfHersAtOnce) {
  Device& tablet = add(*bela, *chimit);
  tablet.online = false;
  bela->online = false;  // the phone is lost
  world.settle();
  tablet.online = true;
  ASSERT_TRUE(tablet.g().remove_device(bela->g().this_device(), tablet.turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(ayana->g().devices(tablet.g().me()).size(), 1u);
  EXPECT_EQ(ayana->g().members().size(), 3u);
  EXPECT_EQ(ayana->g().name_of(tablet.g().me()), "Bela");
  bela->online = true;
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kDeviceRemoved);
  world.say(tablet, "still here");
  world.settle();
  EXPECT_EQ(ayana->texts.back(), "still here");
  EXPECT_TRUE(ayana->g().warnings(ayana->rows).empty());
  // The seed that the lost one knows goes too.
  world.pass(200'000);
  world.expect_agreement();
}

TEST_F(Devices, AnOrganizerRemovesOneDeviceAndNoOtherMemberDoes) {
  Device& tablet = add(*bela, *chimit);
  const DeviceId device = tablet.g().this_device();
  EXPECT_TRUE(chimit->g().remove_device(device, chimit->turn(world.now)).error().is(GroupError::kNotAllowed));
  ASSERT_TRUE(ayana->g().remove_device(device, ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(tablet.g().standing(), Standing::kDeviceRemoved);
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
  EXPECT_TRUE(ayana->g()
                  .remove_device(bela->g().this_device(), ayana->turn(world.now))
                  .error()
                  .is(GroupError::kNotAllowed));
}

TEST_F(Devices, RemovingThePersonRemovesAllHerDevices) {
  Device& tablet = add(*bela, *chimit);
  ASSERT_TRUE(ayana->g().remove(bela->g().me(), ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(bela->g().standing(), Standing::kRemoved);
  EXPECT_EQ(tablet.g().standing(), Standing::kRemoved);
  EXPECT_EQ(ayana->g().members().size(), 2u);
  world.expect_agreement();
}

TEST_F(Devices, MembersTogetherRemoveAllDevices) {
  World other;
  Device& ada = other.found(1);
  Device& bor = other.join(ada, "Bor");
  Device& cem = other.join(ada, "Cem", {&bor});
  other.pass(40'000);
  Device& tablet = other.add_device();
  auto invite = ada.g().invite_device(other.now.after_ms(kDay_ms), ada.turn(other.now));
  tablet.joining = std::move(*Joining::ask({invite->link, "device", ""}, tablet.turn(other.now)));
  other.settle();
  const RequestId request = ada.g().requests(other.now)[0].id;
  ASSERT_TRUE(ada.g().propose(request, "", ada.turn(other.now)).ok());
  other.settle();
  ASSERT_TRUE(bor.g().confirm(request, bor.turn(other.now)).ok());
  other.settle();
  ASSERT_TRUE(tablet.group);
  ASSERT_TRUE(bor.g().approve_removal(ada.g().me(), bor.turn(other.now)).ok());
  ASSERT_TRUE(cem.g().approve_removal(ada.g().me(), cem.turn(other.now)).ok());
  other.pass(100'000);
  EXPECT_EQ(ada.g().standing(), Standing::kRemoved);
  EXPECT_EQ(tablet.g().standing(), Standing::kRemoved);
  other.expect_agreement();
}

TEST_F(Devices, LeavingTakesAllDevices) {
  Device& tablet = add(*bela, *chimit);
  ASSERT_TRUE(tablet.g().leave(tablet.turn(world.now)).ok());
  world.settle();
  world.pass(60'000);
  EXPECT_EQ(tablet.g().standing(), Standing::kLeft);
  EXPECT_EQ(bela->g().standing(), Standing::kLeft);
  EXPECT_EQ(ayana->g().members().size(), 2u);
  world.expect_agreement();
}

TEST_F(Devices, NoMoreThanFive) {
  for (int i = 0; i < 4; ++i) add(*bela, *chimit);
  EXPECT_TRUE(bela->g()
                  .invite_device(world.now.after_ms(kDay_ms), bela->turn(world.now))
                  .error()
                  .is(GroupError::kTooManyDevices));
  EXPECT_EQ(ayana->g().devices(bela->g().me()).size(), kMostDevices);
  world.expect_agreement();
}

// --- Those who do not keep to the rules ---

class HostileDevices : public Devices {
 protected:
  struct Made {
    KeyPair keys;
    Candidate candidate;
    Identity identity;
  };
  Made device_of(const PersonId& person, Random& random) {
    Made out{group_suite().generate_signature_key_pair(random), {}, {}};
    out.identity = {person, DeviceId::from(sha256(out.keys.public_key))};
    out.candidate.name = "device";
    for (Bytes* bytes : {&out.candidate.key_package, &out.candidate.spare}) {
      mls::KeyPackageParams params;
      params.credential = credential_of(out.identity);
      params.capabilities = our_capabilities();
      auto made = mls::create_key_package(group_suite(), params, out.keys, random);
      EXPECT_TRUE(made.ok());
      Writer writer;
      encode(writer, made->package);
      *bytes = writer.take();
    }
    out.candidate.answer.access =
        wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>())
            .write;
    return out;
  }
  // The answer of an honest member to a commit like this.
  bool is_taken(Device& by, const std::vector<mls::Proposal>& proposals, std::vector<Grant> grants) {
    auto& impl = inside(by);
    const uint64_t epoch = ayana->g().epoch();
    Claims claims = impl.claims();
    claims.grants = std::move(grants);
    mls::CommitParams params;
    params.proposals = proposals;
    params.force_path = true;
    params.authenticated_data = encode(claims);
    auto commit = impl.mls->commit(params, by.random);
    EXPECT_TRUE(commit.ok());
    const auto signature =
        impl.mls->sign_with_label(kEntryLabel, entry_signature_content(impl.queue.id(), commit->message()));
    auto entry = seal_entry(impl.queue.seal_key(), impl.queue.id(),
                            encode(SignedMessage{copy_of(commit->message()), *signature}), by.random);
    world.relay.append(impl.queue.id(), *entry);
    by.online = false;
    world.settle();
    return ayana->g().epoch() != epoch;
  }
  static mls::Add add_of(const Candidate& candidate) {
    Reader in(candidate.key_package);
    return {mls::decode_key_package(in)};
  }
};

TEST_F(HostileDevices, NobodyAddsADeviceToAnother) {
  const Made made = device_of(bela->g().me(), chimit->random);
  const Action action = action_of(made.candidate, made.identity);
  const Approval own = *inside(*chimit).approve(action);
  Approval forged = own;
  forged.leaf = inside(*bela).mls->own_leaf().value;
  EXPECT_FALSE(is_taken(*chimit, {add_of(made.candidate)}, {{action, {own, forged}}}));
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kBadCommit), 1u);
}

TEST_F(HostileDevices, ADeviceDoesNotComeInAsANewcomer) {
  const Made made = device_of(bela->g().me(), chimit->random);
  const Action action = add_action(made.candidate);
  EXPECT_FALSE(is_taken(*chimit, {add_of(made.candidate)},
                        {{action, {*inside(*chimit).approve(action), *inside(*ayana).approve(action)}}}));
}

TEST_F(HostileDevices, SheAloneAddsNone) {
  const Made made = device_of(bela->g().me(), bela->random);
  const Action action = action_of(made.candidate, made.identity);
  EXPECT_FALSE(is_taken(*bela, {add_of(made.candidate)}, {{action, {*inside(*bela).approve(action)}}}));
}

TEST_F(HostileDevices, AnotherPersonsWordIsEnoughWithHers) {
  const Made made = device_of(bela->g().me(), bela->random);
  const Action action = action_of(made.candidate, made.identity);
  EXPECT_TRUE(is_taken(*bela, {add_of(made.candidate)},
                       {{action, {*inside(*bela).approve(action), *inside(*chimit).approve(action)}}}));
}

TEST_F(HostileDevices, ADeviceForSomebodyWhoIsNotHere) {
  const Made made = device_of(PersonId::from(Bytes(32, 7)), bela->random);
  const Action action = action_of(made.candidate, made.identity);
  EXPECT_FALSE(is_taken(*bela, {add_of(made.candidate)},
                        {{action, {*inside(*bela).approve(action), *inside(*chimit).approve(action)}}}));
}

// A lost phone that was removed cannot come back by the approvals of its first coming.
TEST_F(HostileDevices, ARemovedDeviceIsNotBroughtBackByOldApprovals) {
  Device& tablet = world.add_device();
  const RequestId request = ask(*bela, tablet);
  ASSERT_TRUE(bela->g().propose(request, "", bela->turn(world.now)).ok());
  world.settle();
  const OpenRequest kept = inside(*bela).roster.requests().at(request);
  ASSERT_TRUE(chimit->g().confirm(request, chimit->turn(world.now)).ok());
  const Approval by_chimit = *inside(*chimit).approve(kept.action());
  world.settle();
  ASSERT_TRUE(tablet.group);
  ASSERT_TRUE(bela->g().remove_device(tablet.g().this_device(), bela->turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(ayana->g().devices(bela->g().me()).size(), 1u);
  Reader spare(kept.candidate.spare);
  EXPECT_FALSE(is_taken(*chimit, {mls::Add{mls::decode_key_package(spare)}},
                        {{kept.action(), {kept.approvals[0].second, by_chimit}}}));
}

// Whoever holds the removed first device has no word left.
TEST_F(HostileDevices, TheFirstDeviceAfterItsRemoval) {
  Device& tablet = add(*bela, *chimit);
  const uint32_t old_leaf = inside(*bela).mls->own_leaf().value;
  const Made made = device_of(bela->g().me(), bela->random);
  const Action action = action_of(made.candidate, made.identity);
  const Approval old = *inside(*bela).approve(action);
  EXPECT_EQ(old.leaf, old_leaf);
  ASSERT_TRUE(tablet.g().remove_device(bela->g().this_device(), tablet.turn(world.now)).ok());
  world.settle();
  EXPECT_FALSE(
      is_taken(*chimit, {add_of(made.candidate)}, {{action, {old, *inside(*chimit).approve(action)}}}));
}

// Both want to be first; whichever the relay orders first holds, on every device alike.
TEST_F(HostileDevices, ADeviceRacesTheRemovalOfItsPerson) {
  for (const bool removal_first : {true, false}) {
    Device& dari = world.join(*ayana, "Dari", {chimit});
    Device& tablet = world.add_device();
    const RequestId request = ask(dari, tablet);
    ASSERT_TRUE(dari.g().propose(request, "", dari.turn(world.now)).ok());
    world.settle();
    ASSERT_TRUE(chimit->g().confirm(request, chimit->turn(world.now)).ok());
    ASSERT_TRUE(ayana->g().remove(dari.g().me(), ayana->turn(world.now)).ok());
    if (removal_first) {
      ayana->forgetful = false;
      world.send(*ayana);
    }
    world.settle();
    world.pass(60'000);
    EXPECT_EQ(dari.g().standing(), Standing::kRemoved) << removal_first;
    EXPECT_TRUE(!tablet.group || tablet.g().standing() == Standing::kRemoved) << removal_first;
    EXPECT_EQ(ayana->g().members().size(), 3u);
    world.expect_agreement();
  }
}

TEST_F(HostileDevices, ACommitThatLeavesADeviceOfTheRemovedBehind) {
  Device& tablet = add(*bela, *chimit);
  (void)tablet;
  ayana->online = chimit->online = false;
  ASSERT_TRUE(ayana->g().remove(bela->g().me(), ayana->turn(world.now)).ok());
  world.read(*ayana);
  ASSERT_TRUE(world.send(*ayana));
  world.read(*chimit);
  world.read(*ayana);
  ASSERT_EQ(inside(*chimit).pending.size(), 1u);
  auto& impl = inside(*chimit);
  Departures one_device;
  one_device.devices.insert(impl.court().identity(impl.pending.begin()->first)->device);
  const uint64_t epoch = ayana->g().epoch();
  Claims claims = impl.claims();
  mls::CommitParams params;
  params.refs = {impl.pending.begin()->second.ref};
  params.proposals = {
      mls::GroupContextExtensions{group_extensions_of(policy_after(impl.court(), one_device))}};
  params.force_path = true;
  params.authenticated_data = encode(claims);
  auto commit = impl.mls->commit(params, chimit->random);
  ASSERT_TRUE(commit.ok());
  const auto signature =
      impl.mls->sign_with_label(kEntryLabel, entry_signature_content(impl.queue.id(), commit->message()));
  auto entry = seal_entry(impl.queue.seal_key(), impl.queue.id(),
                          encode(SignedMessage{copy_of(commit->message()), *signature}), chimit->random);
  world.relay.append(impl.queue.id(), *entry);
  world.read(*ayana);
  EXPECT_EQ(ayana->g().epoch(), epoch);
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kBadCommit), 1u);
}

TEST_F(HostileDevices, TheNamedDeviceDoesNothingMore) {
  Device& tablet = add(*bela, *chimit);
  ayana->online = chimit->online = tablet.online = false;
  ASSERT_TRUE(ayana->g().remove(bela->g().me(), ayana->turn(world.now)).ok());
  world.read(*ayana);
  ASSERT_TRUE(world.send(*ayana));
  world.read(tablet);
  EXPECT_FALSE(tablet.g().remove_device(bela->g().this_device(), tablet.turn(world.now)).ok());
  EXPECT_EQ(inside(tablet).plan(world.now).removals.size(), 0u);
  ayana->online = chimit->online = tablet.online = true;
  world.settle();
  EXPECT_EQ(tablet.g().standing(), Standing::kRemoved);
}

TEST_F(Devices, OneDeviceOfTwoComesBack) {
  Device& tablet = add(*bela, *chimit);
  Turn turn = tablet.turn(world.now);
  inside(tablet).get_stuck(Warning::Kind::kOldCopy, {}, turn);
  world.settle();
  const auto asks = bela->g().requests(world.now);
  ASSERT_EQ(asks.size(), 1u);
  EXPECT_TRUE(asks[0].comes_back);
  ASSERT_TRUE(bela->g().propose(asks[0].id, "", bela->turn(world.now)).ok());
  world.settle();
  EXPECT_EQ(tablet.g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->g().devices(bela->g().me()).size(), 2u);
  EXPECT_EQ(bela->g().standing(), Standing::kActive);
  world.expect_agreement();
}

TEST_F(Devices, DevicesThatForgetEverythingBetweenCalls) {
  World forgetful;
  Device& ada = forgetful.found(1);
  ada.forgetful = true;
  Device& bor = forgetful.join(ada, "Bor");
  Device& tablet = forgetful.add_device();
  tablet.forgetful = true;
  auto invite = bor.g().invite_device(forgetful.now.after_ms(kDay_ms), bor.turn(forgetful.now));
  tablet.joining = std::move(*Joining::ask({invite->link, "device", ""}, tablet.turn(forgetful.now)));
  forgetful.settle();
  const RequestId request = bor.g().requests(forgetful.now)[0].id;
  ASSERT_TRUE(bor.g().propose(request, "", bor.turn(forgetful.now)).ok());
  forgetful.settle();
  ASSERT_TRUE(ada.g().confirm(request, ada.turn(forgetful.now)).ok());
  forgetful.settle();
  ASSERT_TRUE(tablet.group);
  ASSERT_TRUE(tablet.g().remove_device(bor.g().this_device(), tablet.turn(forgetful.now)).ok());
  forgetful.settle();
  EXPECT_EQ(bor.g().standing(), Standing::kDeviceRemoved);
  forgetful.expect_agreement();
}

}  // namespace
}  // namespace homeward::group
