// Several relays: moving to another, and going on when the one that orders is gone for good.
#include "group/impl.h"
#include "group/recovery.h"
#include "group/world_for_test.h"

namespace homeward::group {

namespace {

class SeveralRelays : public testing::Test {
 protected:
  void SetUp() override {
    founder = &world.found();
    for (const char* name : {"Dora", "Sofia", "Rada", "Tuyana"})
      people.push_back(&world.join(
          *founder, name, people.empty() ? std::vector<Device*>{} : std::vector<Device*>{people[0]}));
    world.pass(60'000);
  }
  void change_relays(std::vector<std::string> relays) {
    Change change;
    change.relays = std::move(relays);
    ASSERT_TRUE(founder->g().change(change, founder->turn(world.now)).ok());
    world.settle();
  }
  bool recover(Device& device, const std::string& relay) {
    return device.g().recover(relay, device.turn(world.now)).ok();
  }
  World world;
  Device* founder = nullptr;
  std::vector<Device*> people;
};

TEST_F(SeveralRelays, AGroupMovesAndGoesOn) {
  people[2]->online = false;
  change_relays({"second", "relay.example"});
  EXPECT_EQ(founder->g().relay(), "second");
  world.say(*people[0], "за узлом");
  people[2]->online = true;
  world.settle();
  for (Device* one : people) {
    EXPECT_EQ(one->g().relay(), "second");
    EXPECT_EQ(one->texts.back(), "за узлом");
  }
  world.lose("relay.example");  // it is needed no more
  world.say(*people[1], "и дальше");
  world.settle();
  EXPECT_EQ(people[3]->texts.back(), "и дальше");
  world.expect_agreement();
}

TEST_F(SeveralRelays, WhoAskedAtTheOldRelayIsAnsweredThere) {
  Device& early = world.add_device();
  const RequestId request = world.ask(*founder, early, "Early");
  Device& late = world.add_device();
  auto invite = founder->g().invite(world.now.after_ms(kDay_ms), founder->turn(world.now));
  ASSERT_TRUE(invite.ok());
  ASSERT_TRUE(founder->g().propose(request, "", founder->turn(world.now)).ok());
  world.settle();
  change_relays({"second"});
  ASSERT_TRUE(people[0]->g().confirm(request, people[0]->turn(world.now)).ok());
  world.pass(60'000);
  EXPECT_TRUE(early.group);

  auto joining = Joining::ask({invite->link, "Late", ""}, late.turn(world.now));
  ASSERT_TRUE(joining.ok());
  late.joining = std::move(*joining);
  world.settle();
  const auto requests = founder->g().requests(world.now);
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_TRUE(founder->g().propose(requests[0].id, "", founder->turn(world.now)).ok());
  world.settle();
  ASSERT_TRUE(people[1]->g().confirm(requests[0].id, people[1]->turn(world.now)).ok());
  world.pass(60'000);
  ASSERT_TRUE(late.group);
  EXPECT_EQ(late.g().relay(), "second");
  world.expect_agreement();
}

TEST_F(SeveralRelays, WhenItIsGoneMoreThanHalfGoOn) {
  change_relays({"relay.example", "second"});
  world.say(*founder, "последнее");
  world.settle();
  EXPECT_FALSE(recover(*founder, "second")) << "the relay is there";
  world.lose("relay.example");
  EXPECT_TRUE(recover(*founder, "second"));
  EXPECT_TRUE(recover(*people[0], "second"));
  world.pass(120'000);
  EXPECT_EQ(founder->g().relay(), "relay.example") << "two of five are not enough";
  ASSERT_EQ(people[3]->g().recoveries().size(), 1u);
  EXPECT_EQ(people[3]->g().recoveries()[0].approved_by.size(), 2u);
  EXPECT_EQ(people[3]->g().recoveries()[0].needed, 3u);
  world.say(*people[3], "ждёт");
  EXPECT_TRUE(recover(*people[1], "second"));
  world.pass(120'000);
  for (Device* one : {founder, people[0], people[1], people[2], people[3]}) {
    EXPECT_EQ(one->g().relay(), "second");
    EXPECT_EQ(one->texts.back(), "ждёт");
  }
  world.expect_agreement();
}

// One read a message and a commit that the others missed: they are carried over before anybody moves.
TEST_F(SeveralRelays, WhatOneHasReadTheOthersGet) {
  change_relays({"relay.example", "second"});
  for (Device* one : {people[0], people[1], people[2], people[3]}) one->online = false;
  Change change;
  change.name = "Новое имя";
  world.say(*founder, "только у неё");
  world.settle();
  ASSERT_TRUE(founder->g().change(change, founder->turn(world.now)).ok());
  world.settle();
  world.say(*founder, "и это");
  world.settle();
  world.lose("relay.example");
  for (Device* one : people) one->online = true;
  for (Device* one : people) EXPECT_TRUE(recover(*one, "second"));
  world.pass(300'000);
  for (Device* one : people) {
    EXPECT_EQ(one->g().relay(), "second");
    EXPECT_EQ(one->g().name(), "Новое имя");
    EXPECT_EQ(one->texts.back(), "и это");
  }
  EXPECT_EQ(founder->g().relay(), "second");
  world.expect_agreement();
}

// She alone saw the last message and was away when the others went on without it.
TEST_F(SeveralRelays, WhoIsAheadAndWasAwayAsksToReturn) {
  change_relays({"relay.example", "second"});
  for (Device* one : {founder, people[0], people[1], people[2]}) one->online = false;
  world.say(*people[3], "только у неё");
  world.settle();
  world.lose("relay.example");
  people[3]->online = false;
  for (Device* one : {founder, people[0], people[1], people[2]}) one->online = true;
  for (Device* one : {founder, people[0], people[1]}) EXPECT_TRUE(recover(*one, "second"));
  world.pass(120'000);
  EXPECT_EQ(people[2]->g().relay(), "second") << "who did not say anything follows";
  people[3]->online = true;
  world.pass(20 * 60'000);
  EXPECT_EQ(people[3]->g().standing(), Standing::kStuck);
  const auto requests = founder->g().requests(world.now);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].comes_back);
  ASSERT_TRUE(founder->g().propose(requests[0].id, "", founder->turn(world.now)).ok());
  world.pass(60'000);
  EXPECT_EQ(people[3]->g().standing(), Standing::kActive);
  EXPECT_EQ(people[3]->g().relay(), "second");
  world.expect_agreement();
}

TEST_F(SeveralRelays, ARelayThatComesBackBeforeTheMoveGoesOn) {
  change_relays({"relay.example", "second"});
  world.lose("relay.example");
  EXPECT_TRUE(recover(*founder, "second"));
  EXPECT_TRUE(recover(*people[0], "second"));
  world.pass(60'000);
  world.gone.clear();
  world.settle();
  world.say(*people[3], "вернулся");
  world.settle();
  EXPECT_TRUE(founder->g().recoveries().empty() || !founder->g().recoveries()[0].mine);
  EXPECT_FALSE(recover(*people[1], "second"));
  world.pass(60'000);
  EXPECT_EQ(founder->g().relay(), "relay.example");
  world.expect_agreement();
}

// A relay that nobody had named: its address is told from mouth to mouth.
TEST_F(SeveralRelays, TheOnlyRelayIsGone) {
  world.relays["new"];
  world.lose("relay.example");
  for (Device* one : {founder, people[0], people[1]}) EXPECT_TRUE(recover(*one, "new"));
  world.pass(120'000);
  EXPECT_EQ(founder->g().relay(), "new");
  EXPECT_EQ(people[3]->g().relay(), "relay.example") << "she was told nothing yet";
  EXPECT_TRUE(recover(*people[3], "new"));
  world.pass(60'000);
  EXPECT_EQ(people[3]->g().relay(), "new");
  people[2]->online = false;
  world.expect_agreement();
}

// The words of a majority for an older place move nobody who is further, while the relay is there.
TEST_F(SeveralRelays, OldWordsAreNoMove) {
  change_relays({"relay.example", "second"});
  world.lose("relay.example");
  std::vector<RecoveryWord> words;
  for (Device* one : {founder, people[0]}) EXPECT_TRUE(recover(*one, "second"));
  world.pass(30'000);
  const RecoverAction action = GroupInside::of(founder->g()).here_at("second");
  Move move{action, {}, {}, {}};
  for (Device* one : {founder, people[0], people[1]}) {
    const auto& impl = GroupInside::of(one->g());
    auto signature = impl.mls->sign_with_label(kApprovalLabel,
                                               approval_content(impl.id, action_hash(action), action.epoch));
    move.signatures.emplace_back(one->g().me(), *signature);
  }
  std::ranges::sort(move.signatures);
  world.gone.clear();
  world.settle();
  world.say(*people[2], "дальше");
  world.settle();
  move.message = Bytes(100, 1);
  move.signature = Bytes(64, 1);
  auto& hostile = GroupInside::of(people[1]->g());
  Turn turn = people[1]->turn(world.now);
  hostile.put_into_log(hostile.policy.return_seed, "second", move, turn);
  for (int i = 0; i < 12; ++i) {
    world.now = world.now.after_ms(5 * 60'000);
    world.pass(2'000);
  }
  for (Device* one : people) {
    EXPECT_EQ(one->g().standing(), Standing::kActive);
    EXPECT_EQ(one->g().relay(), "relay.example");
  }
  world.expect_agreement();
}

TEST_F(SeveralRelays, AWordForOneRelayStands) {
  change_relays({"relay.example", "second", "third"});
  world.lose("relay.example");
  EXPECT_TRUE(recover(*founder, "second"));
  world.pass(60'000);
  EXPECT_FALSE(recover(*founder, "third"));
  world.now = world.now.after_ms(3'600'000);
  world.pass(1'000);
  EXPECT_TRUE(recover(*founder, "third"));
}

// Many worlds: relays are named anew, members are away, the relay that orders is lost once for good, and
// everybody says at some time that the group goes on elsewhere. All come together again.
class Races {
 public:
  explicit Races(uint64_t seed) : random_(seed) {
    world_.next_seed = seed * 100;
    world_.relays["second"];
    world_.relays["third"];
    Device& founder = world_.found();
    Device* second = &world_.join(founder, "B");
    for (const char* name : {"C", "D", "E", "F"}) world_.join(founder, name, {second});
    world_.pass(60'000);
  }
  void run() {
    for (uint64_t step = 0; step < 25; ++step) act();
    lose();
    for (uint64_t step = 0; step < 25; ++step) act();
    for (auto& device : world_.devices) device->online = true;
    for (int round = 0; round < 60 && !together(); ++round) {
      for (auto& device : world_.devices) attend(*device);
      world_.pass(60'000);
    }
    EXPECT_TRUE(together());
    world_.expect_agreement();
    for (auto& device : world_.devices) {
      if (fell_out_.contains(device.get())) continue;  // she may get again what she had before
      std::set<std::string> different;
      for (const std::string& text : device->texts)
        EXPECT_TRUE(different.insert(text).second || device->texts.empty()) << "twice: " << text;
    }
  }

 private:
  Device& some() { return *world_.devices[random_.below(world_.devices.size())]; }
  void act() {
    Device& one = some();
    switch (random_.below(6)) {
      case 0:
        // Most are online, so that there is a majority.
        one.online = !one.online || random_.below(2) == 0;
        break;
      case 1:
        if (one.g().standing() == Standing::kActive) world_.say(one, std::to_string(++said_));
        break;
      case 2:
        name_relays();
        break;
      case 3:
        attend(one);
        break;
      default:
        break;
    }
    world_.pass(static_cast<int64_t>(random_.below(40)) * 1'000);
  }
  void name_relays() {
    Device& founder = *world_.devices[0];
    if (!founder.online || !founder.g().caught_up()) return;
    std::vector<std::string> names;
    for (const char* name : {"relay.example", "second", "third"})
      if (!world_.gone.contains(name))
        names.insert(names.begin() + static_cast<long>(random_.below(names.size() + 1)), name);
    Change change;
    change.relays = names;
    (void)founder.g().change(change, founder.turn(world_.now));
  }
  void lose() { world_.lose(world_.devices[0]->g().relay()); }
  void attend(Device& one) {
    if (!one.online) return;
    if (one.g().standing() == Standing::kActive && !one.g().caught_up() &&
        world_.gone.contains(one.g().relay())) {
      const auto known = one.g().recoveries();
      std::string to = known.empty() || known[0].approved_by.empty() ? "" : known[0].relay;
      for (const std::string& name : one.g().policy().relays)
        if (to.empty() && !world_.gone.contains(name)) to = name;
      if (to.empty()) to = "second";
      (void)one.g().recover(to, one.turn(world_.now));
    }
    if (one.g().standing() == Standing::kStuck) fell_out_.insert(&one);
    for (const JoinRequest& request : one.g().requests(world_.now))
      if (request.can_propose) (void)one.g().propose(request.id, "", one.turn(world_.now));
  }
  bool together() {
    for (auto& device : world_.devices)
      if (device->g().standing() != Standing::kActive || !device->g().caught_up() ||
          device->g().epoch() != world_.devices[0]->g().epoch())
        return false;
    return true;
  }

  World world_;
  SeededRandom random_;
  uint64_t said_ = 0;
  std::set<const Device*> fell_out_;
};

TEST(RelayRaces, AllComeTogetherAgain) {
  const char* from = std::getenv("RELAY_RACES_FROM");
  const char* count = std::getenv("RELAY_RACES");
  const uint64_t first = from ? std::strtoull(from, nullptr, 10) : 1;
  const uint64_t end = first + (count ? std::strtoull(count, nullptr, 10) : 3);
  for (uint64_t seed = first; seed < end && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Races(seed).run();
  }
}

TEST(RecoveryForm, EntriesReadAsTheyWereWritten) {
  const RecoverAction action{"second", 3, 4, sha256(view_of("x"))};
  const RecoveryEntry entries[] = {
      RecoveryWord{PersonId::from(Bytes(32, 1)), action, Bytes(64, 2)}, Carried{1, 2, Bytes(512, 3)},
      Move{action, {{PersonId::from(Bytes(32, 1)), Bytes(64, 1)}}, Bytes(9, 1), Bytes(64, 1)}};
  for (const RecoveryEntry& entry : entries) {
    const auto read = decode_recovery_entry(encode(entry));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, entry);
  }
  Move twice = std::get<Move>(entries[2]);
  twice.signatures.push_back(twice.signatures[0]);
  EXPECT_FALSE(decode_recovery_entry(encode(RecoveryEntry{twice})).ok());
}

}  // namespace
}  // namespace homeward::group
