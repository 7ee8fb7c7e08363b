// Groups that live for many epochs, drawn from a seed: adds, removals, updates, proposals by reference,
// races, talk, and devices that restart from their disks. After every step all members agree, and what is
// saved is all there is.
#include <gtest/gtest.h>

#include "mls/group/group_world_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;

struct Device {
  explicit Device(Group its_group) : group(std::move(its_group)) {}
  Group group;
  Disk disk;
  std::vector<Secret> saved_commits;
};

class Life {
 public:
  Life(SuiteId suite, uint64_t seed) : world_(suite, seed) {
    devices_.push_back(std::make_unique<Device>(world_.found()));
    keep(*devices_[0]);
  }

  void step() {
    const uint64_t draw = world_.random.below(10);
    if (draw < 4) {
      talk();
    } else if (draw < 6) {
      propose();
    } else {
      commit();
    }
    if (world_.random.below(4) == 0) restart(any());
    agree();
  }

  uint64_t epoch() const { return devices_[0]->group.epoch(); }

 private:
  Device& any() { return *devices_[world_.random.below(devices_.size())]; }

  void keep(Device& device) {
    save(device.group, device.disk);
    ASSERT_EQ(device.disk, rows_of(device.group));
  }

  void restart(Device& device) {
    auto again = load(device.disk);
    ASSERT_TRUE(again.ok()) << again.error().context();
    device.group = *std::move(again);
    ASSERT_EQ(device.disk, rows_of(device.group));
  }

  void agree() {
    const Group& first = devices_[0]->group;
    ASSERT_EQ(first.member_count(), devices_.size());
    for (const auto& device : devices_) {
      ASSERT_TRUE(equal(device->group.epoch_authenticator(), first.epoch_authenticator()));
      ASSERT_TRUE(equal(device->group.tree_hash(), first.tree_hash()));
      ASSERT_EQ(device->group.pending_proposals().size(), first.pending_proposals().size());
    }
  }

  void talk() {
    Device& from = any();
    Group::ProtectParams params;
    const Bytes data = world_.random.bytes(world_.random.below(300));
    params.data = data;
    params.despite_proposals = true;
    const auto message = from.group.protect(params, world_.random);
    ASSERT_TRUE(message.ok());
    keep(from);
    for (const auto& device : devices_) {
      if (device.get() == &from) continue;
      Bytes broken = *message;
      broken[world_.random.below(broken.size())] ^= static_cast<uint8_t>(1 + world_.random.below(255));
      const Disk before = rows_of(device->group);
      EXPECT_FALSE(device->group.open(broken).ok());
      ASSERT_EQ(rows_of(device->group), before);
      const auto opened = device->group.open(*message);
      ASSERT_TRUE(opened.ok()) << opened.error().context();
      EXPECT_TRUE(equal(opened->application_data(), data));
      keep(*device);
    }
  }

  // A member who is not proposed for removal or update yet, or nobody.
  Device* untouched(const Device& except) {
    Device& device = any();
    if (&device == &except) return nullptr;
    for (const PendingProposal& pending : except.group.pending_proposals()) {
      if (pending.sender.is_member(device.group.own_leaf()) &&
          std::holds_alternative<Update>(pending.proposal)) {
        return nullptr;
      }
      const Remove* remove = std::get_if<Remove>(&pending.proposal);
      if (remove != nullptr && remove->removed == device.group.own_leaf()) return nullptr;
    }
    return &device;
  }

  void propose() {
    Device& from = any();
    MessageParams params;
    if (world_.random.below(2) == 0) params.wire_format = WireFormat::kPublicMessage;
    Result<Proposed> proposed = MlsError::kBadParams;
    Device* target = untouched(from);
    if (world_.random.below(2) == 0) {
      if (target == nullptr) return;
      proposed = from.group.propose(Remove{target->group.own_leaf()}, params, world_.random);
    } else {
      if (target == nullptr || untouched(*target) != &from) return;
      proposed = from.group.propose_update({}, params, world_.random);
    }
    ASSERT_TRUE(proposed.ok()) << proposed.error().context();
    keep(from);
    for (const auto& device : devices_) {
      if (device.get() == &from) continue;
      const auto opened = device->group.open(proposed->message);
      ASSERT_TRUE(opened.ok()) << opened.error().context();
      const auto ref = device->group.add_proposal(*opened);
      ASSERT_TRUE(ref.ok()) << ref.error().context();
      ASSERT_EQ(*ref, proposed->ref);
      keep(*device);
    }
  }

  // Everything that waits, unless the committer herself is touched by it; with newcomers now and then.
  CommitParams draw_commit(Device& committer, std::vector<Newcomer>& newcomers) {
    CommitParams params;
    const LeafIndex own = committer.group.own_leaf();
    for (const PendingProposal& pending : committer.group.pending_proposals()) {
      const Remove* remove = std::get_if<Remove>(&pending.proposal);
      if (remove != nullptr && remove->removed == own) continue;
      if (pending.sender.is_member(own) && std::holds_alternative<Update>(pending.proposal)) continue;
      if (world_.random.below(4) != 0) params.refs.push_back(pending.ref);
    }
    const uint64_t wanted = devices_.size() < 12 ? world_.random.below(3) : 0;
    for (uint64_t i = 0; i < wanted; ++i) {
      newcomers.push_back(world_.newcomer());
      params.proposals.push_back(Add{newcomers.back().made.package});
    }
    params.force_path = world_.random.below(2) == 0;
    if (world_.random.below(3) == 0) params.wire_format = WireFormat::kPublicMessage;
    if (world_.random.below(3) == 0) params.tree = TreeInWelcome::kSeparate;
    params.size = [&](size_t size) { return size + world_.random.below(200); };
    return params;
  }

  void commit() {
    Device& committer = any();
    Device& rival = any();
    if (&rival != &committer) {  // a commit that comes second, and is dropped
      auto lost = rival.group.commit({}, world_.random);
      ASSERT_TRUE(lost.ok()) << lost.error().context();
      keep(rival);
    }
    std::vector<Newcomer> newcomers;
    const CommitParams params = draw_commit(committer, newcomers);
    auto pending = committer.group.commit(params, world_.random);
    ASSERT_TRUE(pending.ok()) << pending.error().context();
    keep(committer);
    const Bytes message = copy_of(pending->message());
    const Bytes welcome = pending->welcome() ? copy_of(*pending->welcome()) : Bytes{};
    const Bytes tree = pending->ratchet_tree();
    if (world_.random.below(2) == 0) {  // the committer restarts before she reads her own commit back
      const Secret saved = pending->save();
      restart(committer);
      auto restored = committer.group.restore_pending(saved.view());
      ASSERT_TRUE(restored.ok()) << restored.error().context();
      pending = std::move(restored);
    }
    deliver(committer, message);
    ASSERT_TRUE(committer.group.merge_pending(*std::move(pending)).ok());
    keep(committer);
    for (const Newcomer& who : newcomers) welcome_in(who, welcome, tree);
  }

  void deliver(Device& committer, const Bytes& message) {
    for (size_t i = 0; i < devices_.size(); ++i) {
      Device& device = *devices_[i];
      if (&device == &committer) continue;
      const auto opened = device.group.open(message);
      ASSERT_TRUE(opened.ok()) << opened.error().context();
      auto candidate = device.group.check_commit(*opened);
      ASSERT_TRUE(candidate.ok()) << candidate.error().context();
      const bool removed = candidate->removes_me();
      auto staged = device.group.complete(*std::move(candidate));
      ASSERT_EQ(staged.ok(), !removed);
      if (removed) {
        gone_.push_back(std::move(devices_[i]));
        devices_.erase(devices_.begin() + static_cast<ptrdiff_t>(i--));
        continue;
      }
      ASSERT_TRUE(device.group.merge(*std::move(staged)).ok());
      keep(device);
    }
  }

  void welcome_in(const Newcomer& who, const Bytes& welcome, const Bytes& tree) {
    auto joined = world_.join(welcome, who, {}, tree);
    ASSERT_TRUE(joined.ok()) << joined.error().context();
    devices_.push_back(std::make_unique<Device>(std::move(joined->group)));
    keep(*devices_.back());
  }

  World world_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<Device>> gone_;
};

class Lifetimes : public ::testing::TestWithParam<SuiteId> {};

TEST_P(Lifetimes, EverybodyAgreesForever) {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(GetParam(), seed);
    for (int i = 0; i < 60; ++i) {
      life.step();
      ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "step " << i;
    }
    EXPECT_GT(life.epoch(), 5u);
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, Lifetimes,
                         ::testing::Values(SuiteId::kX25519Aes128Sha256Ed25519,
                                           SuiteId::kP256Aes128Sha256P256,
                                           SuiteId::kX25519ChaChaSha256Ed25519));

}  // namespace
}  // namespace homeward::mls
