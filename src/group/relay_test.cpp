// A relay that drops, changes, repeats and reorders; races that it decides; a vault that is an old copy.
#include "group/world_for_test.h"

namespace homeward::group {
namespace {

class Relay : public testing::Test {
 protected:
  void SetUp() override {
    ayana = &world.found(1);
    bela = &world.join(*ayana, "Bela");
    world.pass(40'000);
  }
  wire::QueueId queue_of_group() { return wire::queue_id(ayana->g().wanted_reads()[0].access); }
  std::vector<Bytes>& entries() { return world.relay.queues[queue_of_group()]; }
  // What the relay answers to this device: `first` and entries as given.
  void show(Device& device, uint64_t first, std::vector<Bytes> shown, uint64_t last) {
    device.g().take_in(queue_of_group(), first, shown, last, device.turn(world.now));
  }

  World world;
  Device* ayana = nullptr;
  Device* bela = nullptr;
};

TEST_F(Relay, AGapIsRefusedAndSaid) {
  bela->online = false;
  const size_t before = entries().size();
  world.say(*ayana, "one");
  world.settle();
  world.say(*ayana, "two");
  world.settle();
  show(*bela, before + 2, {entries()[before + 1]}, before + 2);
  EXPECT_EQ(bela->count_warnings(Warning::Kind::kRelayOrder), 1u);
  EXPECT_TRUE(bela->texts.empty());
  EXPECT_FALSE(bela->g().caught_up());
  bela->g().disconnected();
  bela->online = true;
  world.settle();
  EXPECT_EQ(bela->texts, (std::vector<std::string>{"one", "two"}));
}

TEST_F(Relay, NumbersThatCannotBe) {
  world.say(*ayana, "one");
  world.settle();
  const size_t have = entries().size();
  show(*bela, 0, {bela->random.bytes(512)}, have + 1);
  show(*bela, have + 1, {}, have - 1);                     // the queue became shorter
  show(*bela, have + 1, {bela->random.bytes(512)}, have);  // more than it has
  show(*bela, have + 1, {}, wire::kEntriesPerQueue + 1);
  show(*bela, UINT64_MAX, {bela->random.bytes(512)}, UINT64_MAX);
  EXPECT_EQ(bela->count_warnings(Warning::Kind::kRelayOrder), 1u);  // said once an hour
  EXPECT_EQ(bela->texts.size(), 1u);
}

TEST_F(Relay, RepeatedEntriesChangeNothing) {
  world.say(*ayana, "one");
  world.settle();
  const Bytes entry = entries().back();
  entries().push_back(entry);
  entries().push_back(entry);
  world.settle();
  EXPECT_EQ(ayana->texts, (std::vector<std::string>{"one"}));
  EXPECT_EQ(bela->texts, (std::vector<std::string>{"one"}));
  EXPECT_EQ(ayana->g().standing(), Standing::kActive);
  world.say(*bela, "two");
  world.settle();
  EXPECT_EQ(ayana->texts.back(), "two");
  world.expect_agreement();
}

TEST_F(Relay, AnEntryChangedForOneIsSeenAtTheNextMessage) {
  bela->online = false;
  const size_t before = entries().size();
  world.say(*ayana, "one");
  world.settle();
  world.say(*ayana, "two");
  world.settle();
  std::vector<Bytes> shown(entries().begin() + static_cast<long>(before), entries().end());
  shown[0][100] ^= 1;
  show(*bela, before + 1, shown, entries().size());
  EXPECT_TRUE(bela->texts.empty());
  ASSERT_EQ(bela->count_warnings(Warning::Kind::kHistoryDiffers), 1u);
  EXPECT_EQ(bela->g().warnings(bela->rows)[0].member, ayana->g().me());
}

TEST_F(Relay, EntriesSwappedForOneAreSeen) {
  bela->online = false;
  const size_t before = entries().size();
  world.say(*ayana, "one");
  world.settle();
  world.say(*ayana, "two");
  world.settle();
  std::vector<Bytes> shown(entries().begin() + static_cast<long>(before), entries().end());
  std::swap(shown[0], shown[1]);
  show(*bela, before + 1, shown, entries().size());
  EXPECT_TRUE(bela->texts.empty());
  EXPECT_GE(bela->count_warnings(Warning::Kind::kHistoryDiffers), 1u);
}

TEST_F(Relay, AnAcknowledgedEntryThatIsNotThere) {
  world.say(*ayana, "one");
  world.read(*ayana);
  const auto wanted = ayana->g().next_send(ayana->turn(world.now));
  ASSERT_TRUE(wanted);
  ayana->g().sent(wanted->handle, entries().size() + 1, ayana->turn(world.now));  // it says so, and drops it
  world.say(*bela, "two");
  world.read(*bela);
  world.send(*bela);
  world.read(*ayana);
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kRelayOrder), 1u);
  EXPECT_TRUE(ayana->texts.empty());
  // Another connection shows the same: then it is so, and mine goes out again.
  ayana->g().disconnected();
  world.settle();
  EXPECT_EQ(ayana->texts, (std::vector<std::string>{"two", "one"}));
  EXPECT_EQ(bela->texts, ayana->texts);
  world.expect_agreement();
}

TEST_F(Relay, AnswersNonsenseForANumberLongRead) {
  world.say(*ayana, "one");
  world.read(*ayana);
  const auto wanted = ayana->g().next_send(ayana->turn(world.now));
  ayana->g().sent(wanted->handle, 0, ayana->turn(world.now));
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kRelayOrder), 1u);
  EXPECT_FALSE(ayana->g().next_send(ayana->turn(world.now)));
  ayana->g().disconnected();
  world.settle();
  EXPECT_EQ(bela->texts, (std::vector<std::string>{"one"}));
}

TEST_F(Relay, EntriesOfAnotherQueueAreNotTaken) {
  world.say(*ayana, "one");
  world.settle();
  const Bytes entry = entries().back();
  world.pass(60'000);
  ASSERT_TRUE(ayana->g().invite(world.now.after_ms(kDay_ms), ayana->turn(world.now)).ok());
  const auto ask = wire::queue_id(ayana->g().wanted_reads()[1].access);
  const std::vector<Bytes> shown{entry};
  ayana->g().take_in(ask, 1, shown, 1, ayana->turn(world.now));
  EXPECT_TRUE(ayana->g().requests(world.now).empty());
  EXPECT_EQ(ayana->texts.size(), 1u);
  const wire::QueueId unknown{};
  ayana->g().take_in(unknown, 1, shown, 1, ayana->turn(world.now));
  EXPECT_EQ(ayana->texts.size(), 1u);
}

TEST_F(Relay, TwoCommitsAtOnceAndTheFirstWins) {
  // Both Updates are due at the same moment; both are encrypted before either is read.
  world.now = world.now.after_ms(8 * kDay_ms);
  const uint64_t epoch = ayana->g().epoch();
  for (Device* device : {ayana, bela}) device->g().tick(device->turn(world.now));
  world.now = world.now.after_ms(2 * kHour_ms);
  std::vector<WantedSend> sends;
  for (Device* device : {ayana, bela}) {
    auto wanted = device->g().next_send(device->turn(world.now));
    ASSERT_TRUE(wanted);
    sends.push_back(std::move(*wanted));
  }
  const auto queue = queue_of_group();
  bela->g().sent(sends[1].handle, world.relay.append(queue, sends[1].entry), bela->turn(world.now));
  ayana->g().sent(sends[0].handle, world.relay.append(queue, sends[0].entry), ayana->turn(world.now));
  world.settle();
  EXPECT_EQ(ayana->g().epoch(), epoch + 1);
  world.pass(3 * kHour_ms);  // the loser makes hers anew
  EXPECT_EQ(ayana->g().epoch(), epoch + 2);
  world.expect_agreement();
}

TEST_F(Relay, AMessageAfterTheEpochsEndIsSentOnceMoreAndReadOnce) {
  world.now = world.now.after_ms(8 * kDay_ms);
  bela->g().tick(bela->turn(world.now));
  world.now = world.now.after_ms(2 * kHour_ms);
  ayana->online = false;
  world.say(*ayana, "late");
  const auto late = ayana->g().next_send(ayana->turn(world.now));  // her own Update is not noticed yet
  ASSERT_TRUE(late);
  const auto commit = bela->g().next_send(bela->turn(world.now));
  ASSERT_TRUE(commit);
  const auto queue = queue_of_group();
  bela->g().sent(commit->handle, world.relay.append(queue, commit->entry), bela->turn(world.now));
  ayana->g().sent(late->handle, world.relay.append(queue, late->entry), ayana->turn(world.now));
  EXPECT_EQ(ayana->g().waiting(ayana->rows)[0].state, SendState::kPosted);
  world.read(*ayana);
  EXPECT_EQ(ayana->g().waiting(ayana->rows)[0].state, SendState::kQueued);
  ayana->online = true;
  world.settle();
  EXPECT_EQ(ayana->texts, (std::vector<std::string>{"late"}));
  EXPECT_EQ(bela->texts, ayana->texts);
  world.expect_agreement();
}

TEST_F(Relay, AnOldCopyPutBackIsNoticedAndKeepsStill) {
  const MemoryRows old_copy = ayana->rows;
  world.say(*ayana, "one");
  world.settle();
  ayana->rows = old_copy;
  ayana->happened.clear();
  ayana->reload();
  world.say(*ayana, "never");
  EXPECT_FALSE(ayana->g().next_send(ayana->turn(world.now)));  // nothing before the queue is read
  world.settle();
  EXPECT_EQ(ayana->g().standing(), Standing::kStuck);
  EXPECT_EQ(ayana->count_warnings(Warning::Kind::kOldCopy), 1u);
  EXPECT_TRUE(std::ranges::find(bela->texts, "never") == bela->texts.end());
  ayana->reload();
  EXPECT_EQ(ayana->g().standing(), Standing::kStuck);

  // She is seen to ask, and one member's word puts her back, with what she wrote.
  world.settle();
  const auto seen = bela->g().requests(world.now);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].comes_back);
  EXPECT_EQ(seen[0].name, "Ayana");
  ASSERT_TRUE(seen[0].can_propose);
  bela->reload();
  ASSERT_TRUE(bela->g().propose(seen[0].id, "", bela->turn(world.now)).ok());
  world.settle();
  ASSERT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->g().my_role(), Role::kOrganizer);
  EXPECT_EQ(bela->g().members().size(), 2u);
  EXPECT_TRUE(bela->g().requests(world.now).empty());
  world.pass(60'000);
  EXPECT_EQ(bela->texts, (std::vector<std::string>{"one", "never"}));
  world.say(*bela, "back");
  world.settle();
  EXPECT_EQ(ayana->texts.back(), "back");
  ayana->reload();
  world.settle();
  world.expect_agreement();
}

TEST_F(Relay, ACopyThatMissedNothingOfItsOwnGoesOn) {
  const MemoryRows copy = ayana->rows;
  world.say(*bela, "one");
  world.settle();
  ayana->rows = copy;
  ayana->reload();
  ayana->texts.clear();
  world.settle();
  EXPECT_EQ(ayana->g().standing(), Standing::kActive);
  EXPECT_EQ(ayana->texts, (std::vector<std::string>{"one"}));
  world.expect_agreement();
}

TEST_F(Relay, AFullQueueGoesOnInTheNext) {
  const auto first = queue_of_group();
  world.say(*ayana, "one");
  world.settle();
  while (entries().size() < wire::kEntriesPerQueue - 1) entries().push_back(ayana->random.bytes(512));
  world.settle();
  ASSERT_EQ(queue_of_group(), first);
  for (int i = 0; i < 4; ++i) {
    world.say(i % 2 ? *ayana : *bela, "over " + std::to_string(i));
  }
  world.settle();
  EXPECT_NE(queue_of_group(), first);
  EXPECT_EQ(world.relay.queues[first].size(), wire::kEntriesPerQueue);
  EXPECT_EQ(ayana->texts.size(), 5u);
  EXPECT_EQ(bela->texts, ayana->texts);
  world.expect_agreement();
}

TEST_F(Relay, ManyRandomDaysAgree) {
  size_t most_members = 0;
  size_t removed = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    World days;
    days.next_seed = seed * 1'000;
    SeededRandom random(seed);
    days.found(1);
    std::vector<std::string> said;
    for (int step = 0; step < 60; ++step) {
      auto active = [&] {
        std::vector<Device*> out;
        for (auto& device : days.devices)
          if (device->group && device->g().standing() == Standing::kActive) out.push_back(device.get());
        return out;
      }();
      Device& one = *active[random.below(active.size())];
      switch (random.below(9)) {
        case 0:
          if (active.size() < 5) {
            Device& newcomer = days.add_device();
            auto invite = one.g().invite(days.now.after_ms(kDay_ms), one.turn(days.now));
            newcomer.joining = std::move(*Joining::ask({invite->link, "N", ""}, newcomer.turn(days.now)));
          }
          break;
        case 1:
          for (const JoinRequest& request : one.g().requests(days.now)) {
            if (request.can_propose) (void)one.g().propose(request.id, "", one.turn(days.now));
            if (request.can_confirm) (void)one.g().confirm(request.id, one.turn(days.now));
          }
          break;
        case 2:
          one.online = !one.online;
          if (one.group) one.g().disconnected();
          break;
        case 3:
          one.reload();
          break;
        case 4:
          if (active.size() > 2) {
            const PersonId whom = active[random.below(active.size())]->g().me();
            for (Device* device : active) (void)device->g().remove(whom, device->turn(days.now));
          }
          break;
        case 5:
          days.now = days.now.after_ms(static_cast<int64_t>(random.below(kDay_ms)));
          break;
        default:
          days.say(one, "m" + std::to_string(step));
          break;
      }
      const size_t moves = random.below(12);
      for (size_t i = 0; i < moves; ++i) {
        Device& device = *days.devices[random.below(days.devices.size())];
        if (!device.online) continue;
        if (random.below(2) == 0)
          days.read(device);
        else
          days.send(device);
      }
    }
    for (auto& device : days.devices) device->online = true;
    days.settle();
    days.pass(400'000);
    days.expect_agreement();
    for (auto& device : days.devices) {
      if (!device->group) continue;
      most_members = std::max(most_members, device->g().members().size());
      if (device->g().standing() == Standing::kRemoved) ++removed;
      EXPECT_NE(device->g().standing(), Standing::kStuck) << "seed " << seed;
      EXPECT_TRUE(device->g().warnings(device->rows).empty()) << "seed " << seed;
      if (device->g().standing() == Standing::kActive) {
        EXPECT_EQ(device->g().waiting_count(), 0u);
      }
    }
  }
  EXPECT_GE(most_members, 3u);
  EXPECT_GE(removed, 3u);
}

}  // namespace
}  // namespace homeward::group
