// What the vault's tests share.
#pragma once

#include <gtest/gtest.h>

#include "sim/sim_disk.h"
#include "vault/vault.h"

namespace homeward {

inline constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};

// A home on a disk in memory, with one passphrase.
class VaultTest : public testing::Test {
 protected:
  VaultFiles files() const { return {"home", disk_.vfs_name()}; }
  Vault create() {
    auto vault = Vault::create(files(), view_of(kPassphrase), kCheap, random_);
    EXPECT_TRUE(vault.ok()) << (vault.ok() ? 0 : vault.error().code());
    return std::move(*vault);
  }
  Result<Vault> open(std::string_view passphrase = kPassphrase) {
    return Vault::open(files(), view_of(passphrase), kCheap);
  }
  Bytes file(const char* name) const {
    return disk_.read_file(std::string("home/") + name).value_or(Bytes{});
  }

  static constexpr std::string_view kPassphrase = "ложка ветер семь";
  sim::SimDisk disk_;
  SeededRandom random_{1};
};

inline Bytes number_key(uint64_t number) {
  Bytes key;
  append_key_u64(key, number);
  return key;
}

inline MemoryRows all_of(Rows& rows, Space spaces) {
  MemoryRows out;
  for (Space space = 0; space < spaces; ++space) {
    rows.scan(space, {}, [&](BytesView key, BytesView value) {
      out.put(space, key, value);
      return true;
    });
  }
  return out;
}

}  // namespace homeward
