// No failure leaves a state half changed: of every operation, step 1, 2, 3… fails in turn, and the state is
// byte for byte what it was. When at last nothing fails, the outcome is that of a group that never saw a
// failure.
#include "mls/failing_steps_for_test.h"
// In front of everything else.

#include <gtest/gtest.h>

#include "mls/group/group_world_for_test.h"

namespace homeward::mls {
namespace {

using namespace test;
using homeward::test::failing_step;
using homeward::test::has_failed;
using homeward::test::steps_done;

constexpr auto kPolicy = static_cast<ExtensionType>(0xf00d);

class FailingSteps : public ::testing::Test {
 protected:
  ~FailingSteps() override { failing_step = 0; }

  World world{SuiteId::kX25519ChaChaSha256Ed25519, 21};

  // Fails each step of operation(group, random) in turn. Every attempt begins with the same bytes of
  // randomness; the group that goes through all of them ends like one that was read from its rows and went
  // through the last alone.
  template <class Operation>
  void fail_each(Group& group, const Operation& operation) {
    Disk disk;
    save(group, disk);  // from here on nothing waits to be written
    disk = rows_of(group);
    auto fresh = load(disk);
    ASSERT_TRUE(fresh.ok());
    size_t failures = 0;
    for (size_t step = 1;; ++step) {
      SeededRandom random = world.random;
      failing_step = step;
      steps_done = 0;
      const Result<Bytes> outcome = operation(group, random);
      const bool failed = has_failed();
      failing_step = 0;
      if (!failed) {
        ASSERT_TRUE(outcome.ok()) << outcome.error().context();
        SeededRandom same = world.random;
        const Result<Bytes> expected = operation(*fresh, same);
        ASSERT_TRUE(expected.ok());
        EXPECT_EQ(*outcome, *expected);
        EXPECT_EQ(rows_of(group), rows_of(*fresh));
        EXPECT_EQ(unwritten(group), unwritten(*fresh));
        break;
      }
      ++failures;
      ASSERT_FALSE(outcome.ok()) << "step " << step << " failed and nobody noticed";
      ASSERT_EQ(rows_of(group), disk) << "step " << step;
    }
    EXPECT_GT(failures, 0u);
    world.random.bytes(1);  // another draw for the next operation
  }
  static std::vector<std::pair<Bytes, Bytes>> unwritten(Group& group) {
    std::vector<std::pair<Bytes, Bytes>> out;
    for (PartChange& part : group.changed_parts()) {
      out.emplace_back(part.id, part.value ? copy_of(part.value->view()) : Bytes{});
    }
    return out;
  }
  // For operations that begin a group: nothing to compare, but no step's failure may go unnoticed.
  template <class Operation>
  void fail_each_of_a_beginning(const Operation& operation) {
    for (size_t step = 1;; ++step) {
      failing_step = step;
      steps_done = 0;
      const bool ok = operation();
      const bool failed = has_failed();
      failing_step = 0;
      ASSERT_NE(ok, failed) << "step " << step;
      if (!failed) break;
    }
  }

  PreSharedKeyId psk_id() {
    PreSharedKeyId id;
    id.psk_id = {1};
    id.psk_nonce = Bytes(32, 7);
    return id;
  }
  static std::optional<Secret> psk(const PreSharedKeyId&) { return Secret(view_of("pre-shared")); }

  static Result<Bytes> none(Result<> result) {
    if (!result.ok()) return result.error();
    return Bytes{};
  }
  // All that is in a pending commit.
  static Result<Bytes> all_of(Result<PendingCommit> pending) {
    if (!pending.ok()) return pending.error();
    return copy_of(pending->save().view());
  }
};

TEST_F(FailingSteps, Committing) {
  std::vector<Group> groups = world.group_of(5);
  const Newcomer newcomer = world.newcomer();
  ASSERT_TRUE(groups[0].propose_update({}, {}, world.random).ok());
  const auto removal = groups[1].propose(Remove{LeafIndex{4}}, {}, world.random);
  ASSERT_TRUE(removal.ok());
  ASSERT_TRUE(groups[0].add_proposal(*groups[0].open(removal->message)).ok());
  const KeyPair new_key = world.suite.generate_signature_key_pair(world.random);
  CommitParams all;
  all.refs = {removal->ref};
  all.proposals = {Add{newcomer.made.package}, PreSharedKey{psk_id()}, GroupContextExtensions{}};
  all.leaf.signature_key = &new_key;
  all.external_pub = true;
  all.psks = psk;
  CommitParams open_form;
  open_form.wire_format = WireFormat::kPublicMessage;
  CommitParams reinit;
  reinit.proposals = {ReInit{{1}, 1, 3, {}}};
  for (const CommitParams& params : {CommitParams{}, all, open_form, reinit}) {
    fail_each(groups[0], [&](Group& group, Random& random) { return all_of(group.commit(params, random)); });
  }
}

TEST_F(FailingSteps, Proposing) {
  std::vector<Group> groups = world.group_of(3);
  MessageParams open_form;
  open_form.wire_format = WireFormat::kPublicMessage;
  const std::vector<Proposal> proposals{Add{world.newcomer().made.package}, Remove{LeafIndex{2}},
                                        PreSharedKey{psk_id()}, ReInit{{1}, 1, 3, {}},
                                        GroupContextExtensions{}};
  for (const Proposal& proposal : proposals) {
    for (const MessageParams& params : {MessageParams{}, open_form}) {
      fail_each(groups[0], [&](Group& group, Random& random) -> Result<Bytes> {
        auto proposed = group.propose(proposal, params, random);
        if (!proposed.ok()) return proposed.error();
        return proposed->message;
      });
    }
  }
  fail_each(groups[0], [&](Group& group, Random& random) -> Result<Bytes> {
    auto proposed = group.propose_update({}, {}, random);
    if (!proposed.ok()) return proposed.error();
    return proposed->message;
  });
}

TEST_F(FailingSteps, Talking) {
  std::vector<Group> groups = world.group_of(3);
  Group::ProtectParams params;
  params.data = view_of("words");
  Bytes sent;
  for (int round = 0; round < 2; ++round) {  // with a fresh ratchet and one in use
    fail_each(groups[0], [&](Group& group, Random& random) -> Result<Bytes> {
      auto message = group.protect(params, random);
      if (message.ok()) sent = *message;
      return message;
    });
    fail_each(groups[1], [&](Group& group, Random&) -> Result<Bytes> {
      auto opened = group.open(sent);
      if (!opened.ok()) return opened.error();
      return copy_of(opened->application_data());
    });
    fail_each(groups[2], [&](Group& group, Random&) -> Result<Bytes> {
      auto peeked = group.peek(sent);
      if (!peeked.ok()) return peeked.error();
      return peeked->group_id;
    });
  }
  auto earlier = load(rows_of(groups[0]));  // a copy that sends without telling
  ASSERT_TRUE(earlier.ok());
  const Bytes unknown = *earlier->protect(params, world.random);
  fail_each(groups[0], [&](Group& group, Random&) -> Result<Bytes> {
    auto opened = group.open_own(unknown);
    if (!opened.ok()) return opened.error();
    return copy_of(opened->application_data());
  });
  fail_each(groups[0], [&](Group& group, Random&) { return group.group_info({}); });
}

TEST_F(FailingSteps, Reading) {
  std::vector<Group> groups = world.group_of(4);
  const auto update = groups[1].propose_update({}, {}, world.random);
  ASSERT_TRUE(update.ok());
  // By a copy: opening itself uses a key up.
  const auto heard = load(rows_of(groups[0]))->open(update->message);
  ASSERT_TRUE(heard.ok());
  fail_each(groups[0], [&](Group& group, Random&) { return group.add_proposal(*heard); });
  CommitParams params;
  params.refs = {update->ref};
  params.proposals = {Add{world.newcomer().made.package}, Remove{LeafIndex{3}}, PreSharedKey{psk_id()}};
  params.psks = psk;
  params.wire_format = WireFormat::kPublicMessage;
  const auto pending = groups[0].commit(params, world.random);
  ASSERT_TRUE(pending.ok());
  const Bytes message = copy_of(pending->message());
  for (const size_t reader : {1, 2}) {  // whose own Update is taken up, and another
    if (reader == 2) {
      ASSERT_TRUE(groups[2].add_proposal(*groups[2].open(update->message)).ok());
    }
    fail_each(groups[reader], [&](Group& group, Random&) { return none(take_commit(group, message, psk)); });
    EXPECT_EQ(groups[reader].epoch(), 2u);
  }
  const Secret saved = pending->save();
  fail_each(groups[0], [&](Group& group, Random&) -> Result<Bytes> {
    auto restored = group.restore_pending(saved.view());
    if (!restored.ok()) return restored.error();
    return none(group.merge_pending(std::move(*restored)));
  });
  EXPECT_EQ(groups[0].epoch(), 2u);
  const Disk disk = rows_of(groups[0]);
  fail_each_of_a_beginning([&] { return load(disk).ok(); });
}

TEST_F(FailingSteps, Joining) {
  std::vector<Group> groups = world.group_of(2);
  const Newcomer newcomer = world.newcomer();
  CommitParams params;
  params.proposals = {Add{newcomer.made.package}, PreSharedKey{psk_id()}};
  params.force_path = true;
  params.psks = psk;
  const auto pending = groups[0].commit(params, world.random);
  ASSERT_TRUE(pending.ok());
  const Bytes welcome = copy_of(*pending->welcome());
  JoinParams join;
  join.welcome = welcome;
  join.key_package = &newcomer.made.package;
  join.secrets = &newcomer.made.secrets;
  join.psks = psk;
  fail_each_of_a_beginning([&] { return Group::join(join).ok(); });
  CreateParams create;
  create.group_id = {1};
  create.credential = Credential::basic(view_of("founder"));
  create.signature_key = world.suite.generate_signature_key_pair(world.random);
  create.capabilities = Capabilities::ours();
  fail_each_of_a_beginning([&] { return Group::create(create, world.random).ok(); });
  fail_each_of_a_beginning([&] {
    return create_key_package(world.suite, {.credential = Credential::basic(view_of("x"))},
                              create.signature_key, world.random)
        .ok();
  });

  const Bytes info = *groups[0].group_info({});
  ExternalJoinParams outside;
  outside.group_info = info;
  outside.credential = Credential::basic(view_of("outsider"));
  outside.signature_key = &create.signature_key;
  outside.capabilities = Capabilities::ours();
  outside.psk_ids = {psk_id()};
  outside.psks = psk;
  fail_each_of_a_beginning([&] { return Group::join_external(outside, world.random).ok(); });
  const auto joined = Group::join_external(outside, world.random);
  ASSERT_TRUE(joined.ok());
  fail_each(groups[1], [&](Group& group, Random&) { return none(take_commit(group, joined->message, psk)); });
  EXPECT_TRUE(equal(groups[1].epoch_authenticator(), joined->group.epoch_authenticator()));
}

}  // namespace
}  // namespace homeward::mls
