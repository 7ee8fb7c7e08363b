// Power cut at every kind of moment: what was committed is there, what was not is not, and the slots open.
#include "vault/test_support.h"

namespace homeward {
namespace {

using Access = Transaction::Access;

// One client's life on one disk: transactions that each write several rows together, cut short again and
// again.
class CrashTest : public VaultTest {
 protected:
  static constexpr Space kSpaces = 2;

  // Changes both the transaction and what is expected of it.
  static void change(Rows& rows, MemoryRows& next, SeededRandom& random) {
    const uint64_t changes = 1 + random.below(8);
    for (uint64_t i = 0; i < changes; ++i) {
      const Space space = static_cast<Space>(random.below(kSpaces));
      const Bytes key = number_key(random.below(40));
      if (random.below(4) == 0) {
        rows.erase(space, key);
        next.erase(space, key);
      } else {
        const Bytes value = random.bytes(random.below(8) == 0 ? random.below(20000) : random.below(400));
        rows.put(space, key, value);
        next.put(space, key, value);
      }
    }
  }

  // Runs until the power goes. `sure`: what was accepted; `maybe`: with the commit that was under way.
  void run_until_cut(Vault& vault, SeededRandom& random) {
    while (disk_.has_power()) {
      maybe_ = sure_;
      Transaction transaction(vault);
      change(transaction, maybe_, random);
      if (!transaction.commit().ok()) return;
      sure_ = maybe_;
      ++commits_;
      if (random.below(10) == 0 && !vault.checkpoint().ok()) return;
    }
  }

  MemoryRows sure_, maybe_;
  int commits_ = 0;
};

TEST_F(CrashTest, EveryCommittedTransactionSurvives) {
  SeededRandom random(42);
  {
    Vault vault = create();
  }
  int between = 0;
  for (int crash = 0; crash < 400; ++crash) {
    {
      auto vault = open();
      ASSERT_TRUE(vault.ok()) << crash << " " << vault.error().code() << " " << vault.error().context();
      {
        Transaction look(*vault, Access::kRead);
        const MemoryRows found = all_of(look, kSpaces);
        ASSERT_FALSE(look.failure().has_value()) << crash;
        ASSERT_TRUE(found == sure_ || found == maybe_) << crash;
        if (!(found == sure_)) ++between;
        sure_ = maybe_ = found;
      }
      disk_.cut_power_after(random.below(crash % 4 == 0 ? 800 : 60));
      run_until_cut(*vault, random);
      disk_.cut_power();
    }
    disk_.crash(random);
    // Cut again while recovering.
    if (crash % 3 == 0) {
      disk_.cut_power_after(random.below(12));
      (void)open();
      disk_.cut_power();
      disk_.crash(random);
    }
  }
  EXPECT_GT(commits_, 2000);
  EXPECT_GT(between, 0);  // both outcomes of a commit cut short were seen
}

TEST_F(CrashTest, ACheckpointCutShortLosesNothing) {
  SeededRandom random(43);
  {
    Vault vault = create();
  }
  for (int crash = 0; crash < 1200; ++crash) {
    {
      auto vault = open();
      ASSERT_TRUE(vault.ok()) << crash;
      {
        Transaction look(*vault, Access::kRead);
        ASSERT_TRUE(all_of(look, kSpaces) == sure_) << crash;
        ASSERT_FALSE(look.failure().has_value()) << crash;
      }
      for (int i = 0; i < 5; ++i) {
        Transaction transaction(*vault);
        change(transaction, sure_, random);
        ASSERT_TRUE(transaction.commit().ok());
      }
      disk_.cut_power_after(random.below(40));
      (void)vault->checkpoint();
      disk_.cut_power();
    }
    disk_.crash(random);
  }
}

TEST_F(CrashTest, APassphraseChangeCutShortLeavesOneThatOpens) {
  SeededRandom random(5);
  std::string current(kPassphrase);
  {
    Vault vault = create();
    Transaction transaction(vault);
    transaction.put(0, view_of("k"), view_of("v"));
    ASSERT_TRUE(transaction.commit().ok());
  }
  int kept = 0, changed = 0;
  for (int crash = 0; crash < 200; ++crash) {
    const std::string next = "next" + std::to_string(crash);
    bool accepted = false;
    {
      auto vault = open(current);
      ASSERT_TRUE(vault.ok()) << crash;
      disk_.cut_power_after(random.below(6));
      accepted = vault->change_passphrase({view_of(current), view_of(next)}, kCheap, random).ok();
      disk_.cut_power();
    }
    disk_.crash(random);
    const bool next_opens = open(next).ok();
    const bool current_opens = !next_opens && open(current).ok();
    ASSERT_TRUE(next_opens || current_opens) << crash;
    if (accepted) {
      EXPECT_TRUE(next_opens);
    }
    // Whichever opened first, the other no longer does.
    if (next_opens) {
      EXPECT_TRUE(open(current).error().is(VaultError::kWrongPassphrase));
    }
    if (current_opens) {
      EXPECT_TRUE(open(next).error().is(VaultError::kWrongPassphrase));
    }
    next_opens ? ++changed : ++kept;
    if (next_opens) current = next;
  }
  EXPECT_GT(kept, 10);
  EXPECT_GT(changed, 10);
}

TEST_F(CrashTest, ACreationCutShortIsNoVaultOrAWholeOne) {
  SeededRandom random(6);
  int none = 0, whole = 0;
  for (int crash = 0; crash < 150; ++crash) {
    const VaultFiles home{"home" + std::to_string(crash), disk_.vfs_name()};
    bool accepted = false;
    {
      disk_.cut_power_after(random.below(60));
      auto vault = Vault::create(home, view_of("x"), kCheap, random);
      accepted = vault.ok();
      disk_.cut_power();
    }
    disk_.crash(random);
    if (*Vault::exists(home)) {
      ++whole;
      ASSERT_TRUE(Vault::open(home, view_of("x"), kCheap).ok()) << crash;
    } else {
      ++none;
      EXPECT_FALSE(accepted);
      ASSERT_TRUE(Vault::create(home, view_of("x"), kCheap, random).ok()) << crash;
    }
  }
  EXPECT_GT(none, 10);
  EXPECT_GT(whole, 10);
}

TEST_F(CrashTest, AFullDiskNeverTakesWhatWasCommitted) {
  SeededRandom random(8);
  {
    Vault vault = create();
  }
  int refused = 0;
  for (int round = 0; round < 60; ++round) {
    auto vault = open();
    ASSERT_TRUE(vault.ok());
    disk_.set_free_bytes(random.below(200'000));
    for (int i = 0; i < 20; ++i) {
      maybe_ = sure_;
      Transaction transaction(*vault);
      change(transaction, maybe_, random);
      const Result<> done = transaction.commit();
      if (done.ok()) {
        sure_ = maybe_;
      } else {
        ASSERT_TRUE(done.error().is(VaultError::kDiskFull));
        ++refused;
      }
      Transaction look(*vault, Access::kRead);
      ASSERT_TRUE(all_of(look, kSpaces) == sure_);
    }
    disk_.set_free_bytes(UINT64_MAX);
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace homeward
