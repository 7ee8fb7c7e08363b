// A node's machine for tests of its commands: a disk and a clock in memory, no network.
#pragma once

#include "api/node.h"
#include "sim/sim_disk.h"

namespace homeward::api {

inline constexpr int64_t kDay_ms = 24ll * 3600 * 1000;
inline constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};

class TestHost final : public Host {
 public:
  struct Start {
    const char* language;
    uint64_t seed;
    Instant now;
  };
  explicit TestHost(const Start& start) : language_(start.language), random_(start.seed), now_(start.now) {}
  bool vault_exists() override { return *Vault::exists(files()); }
  Result<Vault> create_vault(BytesView passphrase) override {
    return Vault::create(files(), passphrase, kCheap, random_);
  }
  Result<Vault> open_vault(BytesView passphrase) override { return Vault::open(files(), passphrase, kCheap); }
  std::string language() override { return language_; }
  void set_language(const std::string&) override {}
  std::string default_relay() override { return "http://127.0.0.1:1"; }
  Random& random() override { return random_; }
  PassphraseCost file_cost() override { return kCheap; }
  Instant now() override { return now_; }
  void pass_ms(int64_t ms) { now_ = now_.after_ms(ms); }

 private:
  VaultFiles files() { return {"home", disk_.vfs_name()}; }
  std::string language_;
  sim::SimDisk disk_;
  SeededRandom random_;
  Instant now_;
};

}  // namespace homeward::api
