// Members' machines: starting, crashing, timers.
#include "sim/world.h"

namespace homeward::sim {
namespace {

constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};
constexpr std::string_view kPassphrase = "a passphrase of the simulation";

}  // namespace

void World::start(Node& node) {
  if (node.client != nullptr || failed()) return;
  ++node.lives;
  node.random = std::make_unique<SeededRandom>((options_.seed * 64 + node.index) * 4096 + node.lives);
  const VaultFiles files{"home", node.disk->vfs_name()};
  const Result<bool> exists = Vault::exists(files);
  Result<Vault> vault = exists.ok() && *exists
                            ? Vault::open(files, view_of(kPassphrase), kCheap)
                            : Vault::create(files, view_of(kPassphrase), kCheap, *node.random);
  Result<std::unique_ptr<client::Client>> client = Error(VaultError::kNoVault);
  const bool opened = vault.ok();
  if (opened) {
    client = client::Client::load(std::move(*vault), {.default_relay = "sim", .cost = kCheap}, *node.random,
                                  clock(node));
  }
  if (!opened || !client.ok()) {
    // A full disk may keep a vault from opening; nothing else may.
    const Error error = opened ? client.error() : vault.error();
    const bool may = error.is(VaultError::kDiskFull) || error.is(client::ClientError::kDiskFull) ||
                     !node.disk->has_power();
    if (!may)
      return fail("a vault does not open: room " + std::to_string(static_cast<int>(error.room())) +
                  " error " + std::to_string(error.code()) + " " + error.context());
    client = Error(VaultError::kNoVault);
    if (!node.disk->has_power()) node.disk->crash(random_);
    const size_t index = node.index;
    clockwork_.after_ms(5 * kSecond_ms, [this, index] { start(nodes_[index]); });
    return;
  }
  node.client = std::move(*client);
  trace("start", node.index, node.lives);
  with(node, [](client::Client&) {});
}

void World::stop(Node& node) {
  if (node.client == nullptr) return;
  ++outcome_.statistics.crashes;
  trace("crash", node.index);
  node.disk->cut_power();
  node.client.reset();
  cut_all(node);
  node.streams.clear();
  node.disk->crash(random_);
  const size_t index = node.index;
  clockwork_.after_ms(faults_ ? static_cast<int64_t>(below(60)) * kSecond_ms : 100,
                      [this, index] { start(nodes_[index]); });
}

void World::crash_if_without_power(Node& node) {
  if (!node.disk->has_power()) stop(node);
}

void World::put_old_copy_back(Node& node) {
  if (node.old_copy.empty() || node.client == nullptr) return;
  stop(node);
  for (const std::string& path : node.disk->files()) {
    const auto kept = node.old_copy.find(path);
    node.disk->write_file(path, kept == node.old_copy.end() ? Bytes{} : kept->second);
  }
  node.was_put_back = true;
  node.epochs.clear();
  ++outcome_.statistics.old_copies;
  trace("old copy", node.index);
}

void World::with(Node& node, const std::function<void(client::Client&)>& what) {
  if (node.client == nullptr || failed()) return;
  what(*node.client);
  const bool has_power = node.disk->has_power();
  // What was asked for before the power went had been committed; whether it still went out is a matter of
  // luck.
  if (has_power || chance(500)) {
    for (client::Effect& effect : node.client->take_effects()) obey(node, effect);
  }
  if (!has_power) return crash_if_without_power(node);
  observe(node);
  set_timer(node);
}

void World::set_timer(Node& node) {
  const uint64_t wake = ++node.wake;
  const size_t index = node.index;
  const auto due = [this, index, wake] {
    Node& woken = nodes_[index];
    if (woken.wake != wake || woken.client == nullptr) return;
    trace("tick", index);
    with(woken, [&](client::Client& client) { client.tick(clock(woken)); });
  };
  const std::optional<Instant> next = node.client->next_tick();
  if (!next) return;
  const int64_t wait_ms = std::clamp<int64_t>(next->ms - clock(node).ms, 1, kMinute_ms);
  clockwork_.after_ms(wait_ms, due);
}

}  // namespace homeward::sim
