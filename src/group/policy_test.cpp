// Roles and rules of a group: who may change them, what waits for whom, and what nobody can do.
#include "group/world_for_test.h"

namespace homeward::group {
namespace {

Change role_of(const Device& device, Role role) {
  Change change;
  change.roles = {{device.group->me(), role}};
  return change;
}

class Roles : public ::testing::Test {
 protected:
  void SetUp() override {
    ayana = &world.found();
    bela = &world.join(*ayana, "Bela");
    chimit = &world.join(*ayana, "Chimit", {bela});
    dolgor = &world.join(*ayana, "Dolgor", {chimit});
    world.pass(60'000);
  }
  Result<ChangeId> change(Device& by, const Change& wanted) {
    return by.g().change(wanted, by.turn(world.now));
  }
  ChangeId change_now(Device& by, const Change& wanted) {
    const auto made = change(by, wanted);
    EXPECT_TRUE(made.ok()) << made.error().context();
    world.settle();
    return made.ok() ? *made : ChangeId{};
  }
  void approve_now(Device& by, const ChangeId& id) {
    const auto done = by.g().approve_change(id, by.turn(world.now));
    EXPECT_TRUE(done.ok()) << done.error().context();
    world.settle();
  }
  void make_bela_organizer() {
    change_now(*ayana, role_of(*bela, Role::kOrganizer));
    ASSERT_EQ(bela->g().my_role(), Role::kOrganizer);
  }

  World world;
  Device* ayana = nullptr;
  Device* bela = nullptr;
  Device* chimit = nullptr;
  Device* dolgor = nullptr;
};

TEST_F(Roles, ASoleOrganizerGivesAndTakesAtOnce) {
  change_now(*ayana, role_of(*bela, Role::kAdviser));
  for (Device* device : {ayana, bela, chimit, dolgor}) {
    EXPECT_EQ(device->g().policy().advisers, (std::vector<PersonId>{bela->g().me()}));
    EXPECT_TRUE(device->g().changes().empty());
    EXPECT_TRUE(device->g().warnings(device->rows).empty());
  }
  EXPECT_EQ(bela->g().my_role(), Role::kAdviser);
  EXPECT_TRUE(change(*ayana, role_of(*bela, Role::kAdviser)).error().is(GroupError::kAlreadyDone));
  change_now(*ayana, role_of(*bela, Role::kMember));
  EXPECT_EQ(bela->g().my_role(), Role::kMember);
  world.expect_agreement();
}

TEST_F(Roles, TheRulesAreChangedTogether) {
  Change wanted;
  wanted.name = "Дом у реки";
  wanted.vouches = 3;
  wanted.retention_days = 30;
  change_now(*ayana, wanted);
  for (Device* device : {ayana, dolgor}) {
    EXPECT_EQ(device->g().name(), "Дом у реки");
    EXPECT_EQ(device->g().policy().vouches, 3);
    EXPECT_EQ(device->g().policy().retention_days, 30);
  }
  wanted.vouches = 6;
  EXPECT_TRUE(change(*ayana, wanted).error().is(GroupError::kMalformed));
  wanted.vouches = 1;
  wanted.name = " ";
  EXPECT_TRUE(change(*ayana, wanted).error().is(GroupError::kNameInvalid));
  world.expect_agreement();
}

TEST_F(Roles, AMemberHasNoSay) {
  EXPECT_TRUE(change(*bela, role_of(*bela, Role::kOrganizer)).error().is(GroupError::kNotAllowed));
  EXPECT_TRUE(change(*bela, role_of(*chimit, Role::kAdviser)).error().is(GroupError::kNotAllowed));
}

TEST_F(Roles, WhereThereAreTwoOrganizersBothMustAgree) {
  make_bela_organizer();
  const ChangeId id = change_now(*ayana, role_of(*chimit, Role::kAdviser));
  world.pass(200'000);
  EXPECT_EQ(chimit->g().my_role(), Role::kMember);
  const auto seen = bela->g().changes();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].id, id);
  EXPECT_EQ(seen[0].by, ayana->g().me());
  EXPECT_EQ(seen[0].needed, 2u);
  EXPECT_TRUE(seen[0].can_approve);
  EXPECT_FALSE(ayana->g().changes()[0].can_approve);
  EXPECT_FALSE(chimit->g().changes()[0].can_approve);
  EXPECT_TRUE(chimit->g().approve_change(id, chimit->turn(world.now)).error().is(GroupError::kNotAllowed));
  ayana->online = false;  // who proposed need not be there
  approve_now(*bela, id);
  EXPECT_EQ(chimit->g().my_role(), Role::kAdviser);
  EXPECT_TRUE(bela->g().changes().empty());
  ayana->online = true;
  world.settle();
  world.expect_agreement();
}

TEST_F(Roles, TheSameWishOfASecondOrganizerIsHerApproval) {
  make_bela_organizer();
  const ChangeId first = change_now(*ayana, role_of(*chimit, Role::kAdviser));
  EXPECT_EQ(change_now(*bela, role_of(*chimit, Role::kAdviser)), first);
  EXPECT_EQ(chimit->g().my_role(), Role::kAdviser);
}

TEST_F(Roles, AChangeSurvivesOtherCommitsAndARejectionEndsIt) {
  make_bela_organizer();
  const ChangeId id = change_now(*ayana, role_of(*chimit, Role::kAdviser));
  Device& erdeni = world.join(*ayana, "Erdeni", {bela});  // another epoch, and she learns of the change
  ASSERT_EQ(erdeni.g().changes().size(), 1u);
  world.expect_agreement();
  const ChangeId other = change_now(*ayana, role_of(*dolgor, Role::kAdviser));
  EXPECT_TRUE(chimit->g().reject_change(other, chimit->turn(world.now)).error().is(GroupError::kNotAllowed));
  ASSERT_TRUE(bela->g().reject_change(other, bela->turn(world.now)).ok());
  world.settle();
  approve_now(*bela, id);
  EXPECT_EQ(erdeni.g().policy().advisers, (std::vector<PersonId>{chimit->g().me()}));
  EXPECT_TRUE(erdeni.g().changes().empty());
  world.expect_agreement();
}

TEST_F(Roles, EverythingWorksReloadedBeforeEveryCall) {
  for (auto& device : world.devices) device->forgetful = true;
  make_bela_organizer();
  const ChangeId id = change_now(*ayana, role_of(*chimit, Role::kAdviser));
  approve_now(*bela, id);
  EXPECT_EQ(chimit->g().my_role(), Role::kAdviser);
  world.expect_agreement();
}

TEST_F(Roles, TheLastOrganizerNamesAnotherBeforeSheGoes) {
  EXPECT_TRUE(ayana->g().leave(ayana->turn(world.now)).error().is(GroupError::kLastOrganizer));
  EXPECT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_TRUE(change(*ayana, role_of(*ayana, Role::kMember)).error().is(GroupError::kLastOrganizer));
  make_bela_organizer();
  ASSERT_TRUE(ayana->g().leave(ayana->turn(world.now)).ok());
  world.pass(30'000);
  EXPECT_EQ(ayana->g().standing(), Standing::kLeft);
  EXPECT_EQ(chimit->g().policy().organizers, (std::vector<PersonId>{bela->g().me()}));
}

TEST_F(Roles, OnesOwnRoleIsLaidDownAlone) {
  make_bela_organizer();
  change_now(*bela, role_of(*bela, Role::kAdviser));
  EXPECT_EQ(bela->g().my_role(), Role::kAdviser);
  EXPECT_TRUE(change(*bela, role_of(*bela, Role::kOrganizer)).error().is(GroupError::kNotAllowed));
  change_now(*bela, role_of(*bela, Role::kMember));
  EXPECT_EQ(ayana->g().policy().advisers.size(), 0u);
  world.expect_agreement();
}

TEST_F(Roles, WhenNoOrganizerIsLeftMembersElectOne) {
  ASSERT_TRUE(bela->g().approve_removal(ayana->g().me(), bela->turn(world.now)).ok());
  ASSERT_TRUE(chimit->g().approve_removal(ayana->g().me(), chimit->turn(world.now)).ok());
  world.pass(120'000);
  ASSERT_EQ(ayana->g().standing(), Standing::kRemoved);
  EXPECT_TRUE(bela->g().policy().elects);
  EXPECT_TRUE(bela->g().policy().organizers.empty());

  Change name;
  name.name = "Mine";
  EXPECT_TRUE(change(*bela, name).error().is(GroupError::kNotAllowed));
  EXPECT_TRUE(change(*bela, role_of(*bela, Role::kAdviser)).error().is(GroupError::kNotAllowed));
  const ChangeId id = change_now(*bela, role_of(*chimit, Role::kOrganizer));
  world.pass(120'000);
  EXPECT_EQ(chimit->g().my_role(), Role::kMember);  // one voice is not enough
  EXPECT_EQ(dolgor->g().changes()[0].needed, 2u);
  approve_now(*dolgor, id);
  EXPECT_EQ(chimit->g().my_role(), Role::kOrganizer);
  EXPECT_FALSE(bela->g().policy().elects);
  world.expect_agreement();
}

TEST_F(Roles, ARequestIsObjectedToAndDeclinedForAll) {
  Device& newcomer = world.add_device();
  const RequestId request = world.ask(*bela, newcomer, "Erdeni");
  ASSERT_TRUE(bela->g().propose(request, "", bela->turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(dolgor->g().object(request, "", dolgor->turn(world.now)).error().is(GroupError::kNameInvalid));
  ASSERT_TRUE(dolgor->g().object(request, "I met her; she is somebody else", dolgor->turn(world.now)).ok());
  world.settle();
  for (Device* device : {ayana, bela, chimit, dolgor}) {
    const auto requests = device->g().requests(world.now);
    ASSERT_EQ(requests.size(), 1u);
    ASSERT_EQ(requests[0].objections.size(), 1u);
    EXPECT_EQ(requests[0].objections[0].by, dolgor->g().me());
    EXPECT_EQ(requests[0].objections[0].reason, "I met her; she is somebody else");
  }
  world.expect_agreement();
  EXPECT_TRUE(chimit->g().decline(request, chimit->turn(world.now)).error().is(GroupError::kNotAllowed));
  ASSERT_TRUE(ayana->g().decline(request, ayana->turn(world.now)).ok());
  world.settle();
  EXPECT_TRUE(bela->g().requests(world.now).empty());
  EXPECT_FALSE(newcomer.group);
  world.expect_agreement();
  size_t rows = 0;
  bela->rows.scan(kObjectionRows, {}, [&](BytesView, BytesView) { return ++rows > 0; });
  EXPECT_EQ(rows, 0u);
}

TEST(ChangeFormat, IsOneFormOfEach) {
  Change change;
  change.closes = Instant{61'000};
  change.retention_days = 7;
  change.roles = {{PersonId::from(Bytes(32, 2)), Role::kAdviser},
                  {PersonId::from(Bytes(32, 1)), Role::kMember},
                  {PersonId::from(Bytes(32, 2)), Role::kOrganizer}};
  change = normal_form(change);
  ASSERT_EQ(change.roles.size(), 2u);
  EXPECT_EQ(change.roles[1].role, Role::kOrganizer);
  Writer out;
  encode(out, change);
  const Bytes bytes = out.take();
  Reader in(bytes);
  EXPECT_EQ(decode_change(in), change);
  EXPECT_TRUE(in.finish().ok());

  const auto refuses = [](Bytes wrong) {
    Reader reader(wrong);
    decode_change(reader);
    return !reader.finish().ok();
  };
  Bytes nothing(17, 0);
  EXPECT_TRUE(refuses(nothing));
  Bytes unknown = bytes;
  unknown[16] |= 0x20;
  EXPECT_TRUE(refuses(unknown));
  Bytes unsorted = bytes;
  std::swap_ranges(unsorted.end() - 66, unsorted.end() - 33, unsorted.end() - 33);
  EXPECT_TRUE(refuses(unsorted));
  Bytes no_role = bytes;
  no_role.back() = 4;
  EXPECT_TRUE(refuses(no_role));
}

// --- A hostile member ---

class HostileRoles : public Roles {
 protected:
  static auto& inside(Device& device) { return GroupInside::of(device.g()); }
  // Chimit posts a commit with this policy and these grants, and nobody minds it.
  void post_policy(const Policy& policy, std::vector<Grant> grants) {
    auto& impl = inside(*chimit);
    chimit->online = false;
    mls::CommitParams params;
    params.force_path = true;
    params.proposals.emplace_back(mls::GroupContextExtensions{group_extensions_of(policy)});
    Claims claims = impl.claims();
    claims.grants = std::move(grants);
    params.authenticated_data = encode(claims);
    auto commit = impl.mls->commit(params, chimit->random);
    ASSERT_TRUE(commit.ok());
    Turn turn = chimit->turn(world.now);
    ASSERT_TRUE(impl.take_off_commit(std::move(*commit), {policy, {}, false}, turn));
    world.relay.append(impl.queue.id(), impl.flight->entry);
    world.settle();
  }
  void expect_refused(uint64_t epoch) {
    for (Device* device : {ayana, bela, dolgor}) {
      EXPECT_EQ(device->g().epoch(), epoch);
      EXPECT_EQ(device->count_warnings(Warning::Kind::kBadCommit), 1u);
    }
    world.expect_agreement();
  }
  Approval word_of(Device& device, const Change& change) {
    return *inside(device).approve(ChangeAction{change});
  }
};

TEST_F(HostileRoles, ApprovesOfItselfAlone) {
  const uint64_t epoch = ayana->g().epoch();
  const Change wanted = role_of(*chimit, Role::kOrganizer);
  const auto policy = policy_changed(inside(*chimit).court(), wanted);
  ASSERT_TRUE(policy.ok());
  post_policy(*policy, {{ChangeAction{wanted}, {word_of(*chimit, wanted)}}});
  expect_refused(epoch);
}

TEST_F(HostileRoles, DoesMoreThanWasApproved) {
  const uint64_t epoch = ayana->g().epoch();
  const Change wanted = role_of(*dolgor, Role::kAdviser);
  auto policy = policy_changed(inside(*chimit).court(), wanted);
  ASSERT_TRUE(policy.ok());
  policy->vouches = 5;
  post_policy(*policy, {{ChangeAction{wanted}, {word_of(*ayana, wanted)}}});
  expect_refused(epoch);
}

TEST_F(HostileRoles, WhatWasApprovedAnybodyMayCommit) {
  const uint64_t epoch = ayana->g().epoch();
  const Change wanted = role_of(*dolgor, Role::kAdviser);
  const auto policy = policy_changed(inside(*chimit).court(), wanted);
  ASSERT_TRUE(policy.ok());
  post_policy(*policy, {{ChangeAction{wanted}, {word_of(*ayana, wanted)}}});
  EXPECT_EQ(ayana->g().epoch(), epoch + 1);
  EXPECT_EQ(dolgor->g().my_role(), Role::kAdviser);
}

TEST_F(HostileRoles, ServesAnOldApprovalAgain) {
  Change wanted = role_of(*dolgor, Role::kAdviser);
  const Approval word = word_of(*ayana, wanted);
  auto& impl = inside(*ayana);
  ASSERT_TRUE(
      ayana->g().post(kChangeProposed, encode(ChangeProposed{wanted, word}), ayana->turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(dolgor->g().my_role(), Role::kAdviser);
  change_now(*ayana, role_of(*dolgor, Role::kMember));
  ASSERT_EQ(dolgor->g().my_role(), Role::kMember);
  EXPECT_FALSE(policy_changed(impl.court(), wanted).ok());
  const uint64_t epoch = ayana->g().epoch();
  Policy policy = impl.policy;
  policy.advisers = {dolgor->g().me()};
  post_policy(policy, {{ChangeAction{wanted}, {word}}});
  expect_refused(epoch);
}

TEST_F(HostileRoles, OneOfTwoOrganizersIsNotEnough) {
  make_bela_organizer();
  const uint64_t epoch = ayana->g().epoch();
  const Change wanted = role_of(*chimit, Role::kAdviser);
  const auto policy = policy_changed(inside(*chimit).court(), wanted);
  ASSERT_TRUE(policy.ok());
  post_policy(*policy, {{ChangeAction{wanted}, {word_of(*ayana, wanted), word_of(*chimit, wanted)}}});
  expect_refused(epoch);
}

TEST_F(HostileRoles, NobodyLaysDownAnothersRole) {
  make_bela_organizer();
  const uint64_t epoch = ayana->g().epoch();
  const Change wanted = role_of(*bela, Role::kMember);
  const auto policy = policy_changed(inside(*chimit).court(), wanted);
  ASSERT_TRUE(policy.ok());
  post_policy(*policy, {{ChangeAction{wanted}, {word_of(*ayana, wanted)}}});
  expect_refused(epoch);
}

Policy some_policy() {
  Policy policy;
  policy.name = "Дом";
  policy.relays = {"relay"};
  return policy;
}

TEST(PolicyForm, FurtherFieldsAreWrittenOnlyWhereThereAreAny) {
  Policy policy = some_policy();
  EXPECT_EQ(encode(policy)[0], 1);
  policy.closes = Instant{61'000};
  EXPECT_EQ(encode(policy)[0], 2);
  policy.closes = {};
  policy.porch = Porch{GroupId::from(Bytes(16, 7)), 14};
  const Bytes with = encode(policy);
  EXPECT_EQ(with[0], 3);
  const auto read = decode_policy(with);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->porch, policy.porch);
  EXPECT_EQ(encode(*read), with);
}

TEST(PolicyForm, AFieldOfALaterVersionIsKept) {
  Policy policy = some_policy();
  policy.is_porch = 3;
  policy.further = {{.type = 900, .data = copy_of(view_of("later"))}};
  const auto read = decode_policy(encode(policy));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->further, policy.further);
  EXPECT_EQ(read->is_porch, 3);
}

TEST(PolicyForm, APorchHasNone) {
  Policy policy = some_policy();
  policy.is_porch = 3;
  policy.porch = Porch{GroupId::from(Bytes(16, 7)), 14};
  EXPECT_FALSE(decode_policy(encode(policy)).ok());
  policy.porch.reset();
  policy.is_porch = kMostPorchDays + 1;
  EXPECT_FALSE(decode_policy(encode(policy)).ok());
  policy.is_porch.reset();
  policy.further = {{.type = 901, .data = {}}, {.type = 900, .data = {}}};
  EXPECT_FALSE(decode_policy(encode(policy)).ok()) << "fields rise";
}

}  // namespace
}  // namespace homeward::group
