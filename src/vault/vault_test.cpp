#include "vault/vault.h"

#include <sqlite3.h>

#include <filesystem>

#include "sql/sql.h"
#include "vault/pages_for_test.h"
#include "vault/slots.h"
#include "vault/test_support.h"

namespace homeward {
namespace {

using Access = Transaction::Access;

Result<> put_one(Vault& vault, std::string_view key, BytesView value) {
  Transaction transaction(vault);
  transaction.put(1, view_of(key), value);
  return transaction.commit();
}

std::optional<Bytes> get_one(Vault& vault, std::string_view key) {
  Transaction look(vault, Access::kRead);
  return look.get(1, view_of(key));
}

TEST_F(VaultTest, OpensWithItsPassphraseOnly) {
  EXPECT_FALSE(*Vault::exists(files()));
  EXPECT_TRUE(open().error().is(VaultError::kNoVault));
  {
    Vault vault = create();
    ASSERT_TRUE(put_one(vault, "k", view_of("v")).ok());
  }
  EXPECT_TRUE(*Vault::exists(files()));
  EXPECT_TRUE(Vault::create(files(), view_of("x"), kCheap, random_).error().is(VaultError::kExists));
  EXPECT_TRUE(open("wrong").error().is(VaultError::kWrongPassphrase));
  EXPECT_TRUE(open("").error().is(VaultError::kWrongPassphrase));
  auto vault = open();
  ASSERT_TRUE(vault.ok());
  EXPECT_EQ(get_one(*vault, "k"), copy_of(view_of("v")));
}

TEST_F(VaultTest, SecondOpenerIsRefused) {
  Vault vault = create();
  EXPECT_TRUE(open().error().is(VaultError::kInUse));
  ASSERT_TRUE(put_one(vault, "k", view_of("v")).ok());
}

TEST_F(VaultTest, ClosingLeavesThreeFilesAndNoLog) {
  {
    Vault vault = create();
    ASSERT_TRUE(put_one(vault, "k", view_of("v")).ok());
  }
  EXPECT_EQ(disk_.files(), (std::vector<std::string>{"home/a", "home/b", "home/slots"}));
}

TEST_F(VaultTest, PassphraseChanges) {
  {
    Vault vault = create();
    ASSERT_TRUE(put_one(vault, "k", view_of("v")).ok());
    EXPECT_TRUE(vault.change_passphrase({view_of("wrong"), view_of("next")}, kCheap, random_)
                    .error()
                    .is(VaultError::kWrongPassphrase));
    ASSERT_TRUE(vault.change_passphrase({view_of(kPassphrase), view_of("next")}, kCheap, random_).ok());
    ASSERT_TRUE(put_one(vault, "k2", view_of("v2")).ok());
  }
  EXPECT_TRUE(open().error().is(VaultError::kWrongPassphrase));
  auto vault = open("next");
  ASSERT_TRUE(vault.ok());
  EXPECT_TRUE(get_one(*vault, "k").has_value());
  EXPECT_TRUE(get_one(*vault, "k2").has_value());
}

TEST_F(VaultTest, RowsBehaveAsRowsInMemory) {
  Vault vault = create();
  MemoryRows expected;
  SeededRandom random(7);
  for (int round = 0; round < 30; ++round) {
    Transaction transaction(vault);
    for (int i = 0; i < 40; ++i) {
      const Space space = static_cast<Space>(random.below(3));
      const Bytes key = random.bytes(random.below(3));
      const size_t size = random.below(10) == 0 ? random.below(9000) : random.below(60);
      const uint64_t what = random.below(10);
      if (what < 6) {
        const Bytes value = random.bytes(size);
        transaction.put(space, key, value);
        expected.put(space, key, value);
      } else if (what < 9) {
        transaction.erase(space, key);
        expected.erase(space, key);
      } else {
        Rows::Range range{random.bytes(1), random.bytes(random.below(2))};
        if (!range.until.empty() && range.until < range.from) std::swap(range.from, range.until);
        transaction.erase_range(space, range);
        expected.erase_range(space, range);
      }
      EXPECT_EQ(transaction.get(space, key), expected.get(space, key));
    }
    ASSERT_TRUE(transaction.commit().ok());
    Transaction look(vault, Access::kRead);
    EXPECT_EQ(all_of(look, 3), expected);
    for (int i = 0; i < 10; ++i) {
      const Rows::Range range{random.bytes(random.below(2)), random.bytes(random.below(2)),
                              random.below(2) == 0, random.below(2) == 0 ? SIZE_MAX : random.below(5)};
      std::vector<std::pair<Bytes, Bytes>> seen, wanted;
      const auto into = [](auto& out) {
        return [&out](BytesView key, BytesView value) {
          out.emplace_back(copy_of(key), copy_of(value));
          return true;
        };
      };
      look.scan(1, range, into(seen));
      expected.scan(1, range, into(wanted));
      EXPECT_EQ(seen, wanted);
    }
  }
}

TEST_F(VaultTest, AVisitMayReadAndScan) {
  Vault vault = create();
  Transaction transaction(vault);
  for (uint64_t i = 0; i < 10; ++i) transaction.put(0, number_key(i), number_key(i * i));
  int seen = 0;
  transaction.scan(0, {}, [&](BytesView, BytesView) {
    transaction.scan(0, {}, [&](BytesView key, BytesView value) {
      EXPECT_EQ(transaction.get(0, key), copy_of(value));
      ++seen;
      return true;
    });
    return true;
  });
  EXPECT_EQ(seen, 100);
  ASSERT_TRUE(transaction.commit().ok());
}

TEST_F(VaultTest, WhatIsNotCommittedIsNotThere) {
  Vault vault = create();
  ASSERT_TRUE(put_one(vault, "k", view_of("old")).ok());
  {
    Transaction transaction(vault);
    transaction.put(1, view_of("k"), view_of("new"));
    EXPECT_EQ(transaction.get(1, view_of("k")), copy_of(view_of("new")));
  }
  EXPECT_EQ(get_one(vault, "k"), copy_of(view_of("old")));
}

TEST_F(VaultTest, FullDiskRefusesTheCommitAndReadingGoesOn) {
  Vault vault = create();
  ASSERT_TRUE(put_one(vault, "k", view_of("v")).ok());
  disk_.set_free_bytes(20000);
  {
    Transaction transaction(vault);
    transaction.put(1, view_of("k"), view_of("new"));
    transaction.put(1, view_of("big"), Bytes(100'000, 7));
    EXPECT_TRUE(transaction.commit().error().is(VaultError::kDiskFull));
  }
  EXPECT_EQ(get_one(vault, "k"), copy_of(view_of("v")));
  EXPECT_EQ(get_one(vault, "big"), std::nullopt);
  disk_.set_free_bytes(UINT64_MAX);
  ASSERT_TRUE(put_one(vault, "big", Bytes(100'000, 7)).ok());
  EXPECT_EQ(get_one(vault, "big"), Bytes(100'000, 7));
}

TEST_F(VaultTest, CreationOnAFullDiskLeavesNoVault) {
  int refused = 0;
  for (uint64_t free_bytes = 0;; free_bytes += 1500) {
    disk_.set_free_bytes(free_bytes);
    auto vault = Vault::create(files(), view_of(kPassphrase), kCheap, random_);
    disk_.set_free_bytes(UINT64_MAX);
    if (vault.ok()) break;
    ++refused;
    EXPECT_TRUE(vault.error().is(VaultError::kDiskFull)) << free_bytes;
    EXPECT_FALSE(*Vault::exists(files()));
    EXPECT_TRUE(disk_.files().empty());
  }
  EXPECT_GT(refused, 10);
  EXPECT_TRUE(open().ok());
}

TEST_F(VaultTest, DamageIsSaid) {
  uint8_t used = 0;
  {
    Vault vault = create();
    for (uint64_t i = 0; i < 50; ++i) ASSERT_TRUE(put_one(vault, "k", random_.bytes(4000)).ok());
    used = vault::open_slots(files(), view_of(kPassphrase), kCheap)->file;
  }
  const std::string name = used == 0 ? "home/a" : "home/b";
  const Bytes whole = *disk_.read_file(name);
  for (const size_t at : {size_t{3}, size_t{20}, size_t{2000}, size_t{4090}}) {
    Bytes broken = whole;
    broken[at] ^= 1;
    disk_.write_file(name, broken);
    EXPECT_TRUE(open().error().is(VaultError::kDamaged)) << at;
  }
  disk_.write_file(name, {});
  EXPECT_TRUE(open().error().is(VaultError::kDamaged));
  EXPECT_EQ(disk_.read_file(name)->size(), 0u);  // not made anew
  Bytes broken = whole;
  broken[whole.size() - 100] ^= 1;
  disk_.write_file(name, broken);
  auto vault = open();
  ASSERT_TRUE(vault.ok());
  Transaction look(*vault, Access::kRead);
  all_of(look, 3);
  EXPECT_TRUE(look.failure().has_value() && look.failure()->is(VaultError::kDamaged));
}

TEST_F(VaultTest, ErasedValuesAreGoneFromThePages) {
  // Each planted value has 16 bytes of its own, at its start and at its end, so that pieces of a long one
  // show too.
  const auto planted = [](uint64_t number) {
    SeededRandom random(1000 + number);
    return random.bytes(16);
  };
  constexpr uint64_t kRows = 300;
  {
    Vault vault = create();
    SeededRandom random(3);
    for (uint64_t i = 0; i < kRows; ++i) {
      Bytes value = planted(i);
      append(value, random.bytes(i % 10 == 0 ? 6000 : i % 300));
      append(value, planted(i));
      Transaction transaction(vault);
      transaction.put(static_cast<Space>(i % 3), number_key(random.below(1u << 30) * 4096 + i), value);
      ASSERT_TRUE(transaction.commit().ok());
    }
    // Two of three go: erased one by one, erased as a range, replaced by a shorter value.
    Transaction transaction(vault);
    std::vector<Bytes> keys;
    transaction.scan(0, {}, [&](BytesView key, BytesView) {
      keys.push_back(copy_of(key));
      return true;
    });
    for (const Bytes& key : keys) transaction.put(0, key, view_of("-"));
    transaction.erase_range(1, {});
    ASSERT_TRUE(transaction.commit().ok());
    ASSERT_TRUE(vault.checkpoint().ok());
    for (const char* log : {"a-wal", "b-wal"}) EXPECT_TRUE(file(log).empty());
  }
  const Bytes pages = plain_pages(files(), kPassphrase, kCheap);
  ASSERT_GT(pages.size(), 100'000u);
  for (uint64_t i = 0; i < kRows; ++i) EXPECT_EQ(contains(pages, planted(i)), i % 3 == 2) << i;
}

double chi_squared(BytesView bytes) {
  std::array<double, 256> counts{};
  for (const uint8_t byte : bytes) ++counts[byte];
  const double expected = static_cast<double>(bytes.size()) / 256;
  double sum = 0;
  for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST_F(VaultTest, FilesLookRandom) {
  {
    Vault vault = create();
    EXPECT_EQ(file("a").size(), file("b").size());  // one of them is nothing but random bytes
    for (uint64_t i = 0; i < 50; ++i) ASSERT_TRUE(put_one(vault, "zeros", Bytes(i * 400)).ok());
  }
  for (const char* name : {"slots", "a", "b"}) {
    Bytes bytes = file(name);
    if (std::string_view(name) == "slots")
      bytes.resize(vault::kCopyBytes);  // the second copy equals the first
    // 255 degrees of freedom: 400 is passed once in 10^8 by random bytes, and by far by anything with
    // structure.
    EXPECT_LT(chi_squared(bytes), 400) << name;
    EXPECT_FALSE(contains(bytes, view_of("SQLite"))) << name;
  }
  // Not even one page repeats a byte at its place: what SQLite writes there in clear differs between vaults.
  std::array<Bytes, 24> heads;
  for (int i = 0; i < 40; ++i) {
    VaultFiles more{"more" + std::to_string(i), disk_.vfs_name()};
    ASSERT_TRUE(Vault::create(more, view_of("x"), kCheap, random_).ok());
    for (const char* name : {"/a", "/b"}) {
      const Bytes bytes = *disk_.read_file(more.folder + name);
      for (size_t at = 0; at < heads.size(); ++at) heads[at].push_back(bytes[at]);
    }
  }
  for (const Bytes& column : heads) {
    for (const uint8_t byte : column) EXPECT_LT(std::ranges::count(column, byte), 10);
  }
}

TEST_F(VaultTest, WorksOnTheOperatingSystemsFiles) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("homeward_vault_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  const VaultFiles real{folder};
  {
    auto vault = Vault::create(real, view_of("x"), kCheap, random_);
    ASSERT_TRUE(vault.ok());
    for (int i = 0; i < 300; ++i)
      ASSERT_TRUE(put_one(*vault, "k" + std::to_string(i), random_.bytes(300)).ok());
    EXPECT_TRUE(Vault::open(real, view_of("x"), kCheap).error().is(VaultError::kInUse));
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0600)) << entry.path();
    }
  }
  {
    auto vault = Vault::open(real, view_of("x"), kCheap);
    ASSERT_TRUE(vault.ok());
    EXPECT_TRUE(get_one(*vault, "k299").has_value());
  }
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(Vault::create(real, view_of("x"), kCheap, random_).error().is(VaultError::kCannotOpen));
}

}  // namespace
}  // namespace homeward
