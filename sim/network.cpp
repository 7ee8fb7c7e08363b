// The network and the relay's machine.
#include "sim/world.h"

namespace homeward::sim {

int64_t World::latency_ms() {
  int64_t out = base_latency_ms_ + static_cast<int64_t>(below(static_cast<uint64_t>(base_latency_ms_) + 1));
  if (faults_ && chance(slow_per_mille_)) out += static_cast<int64_t>(below(8000));
  return out;
}

void World::obey(Node& node, client::Effect& effect) {
  if (const auto* open = std::get_if<client::OpenConnection>(&effect)) {
    node.streams[open->connection] = nullptr;
    connect_later(node.index, open->connection, latency_ms());
  } else if (const auto* close = std::get_if<client::CloseConnection>(&effect)) {
    const auto found = node.streams.find(close->connection);
    if (found == node.streams.end()) return;
    const std::shared_ptr<Stream> stream = found->second;
    node.streams.erase(found);
    if (stream) cut(stream);
  } else if (auto* send = std::get_if<client::SendRequest>(&effect)) {
    const auto found = node.streams.find(send->connection);
    if (found == node.streams.end() || found->second == nullptr || !found->second->alive) return;
    const bool is_append = std::holds_alternative<wire::Append>(send->request.body);
    Bytes frame = wire::encode(send->request);
    check_hidden(frame, "a request");
    send_to_relay(found->second, std::move(frame), is_append);
  }
}

void World::connect_later(size_t node, client::ConnectionId connection, int64_t ms) {
  const uint64_t life = nodes_[node].lives;
  clockwork_.after_ms(ms, [this, node, connection, life] {
    if (nodes_[node].lives == life) connect(node, connection);
  });
}

void World::connect(size_t index, client::ConnectionId connection) {
  Node& node = nodes_[index];
  const auto found = node.streams.find(connection);
  if (node.client == nullptr || found == node.streams.end() || found->second != nullptr) return;
  if (relay_ == nullptr || node.is_cut_off || (faults_ && chance(cut_per_mille_))) {
    return connect_later(index, connection, 500 + static_cast<int64_t>(below(4000)));
  }
  auto stream = std::make_shared<Stream>();
  stream->node = index;
  stream->client_side = connection;
  stream->relay_side = next_relay_side_++;
  found->second = stream;
  relay_streams_[stream->relay_side] = stream;
  relay_->open(stream->relay_side, {.live = true}, clockwork_.now());
  relay_soon();
  clockwork_.after_ms(latency_ms(), [this, stream] {
    if (!stream->alive) return;
    stream->is_up_at_client = true;
    Node& up = nodes_[stream->node];
    trace("up", up.index, stream->client_side);
    with(up, [&](client::Client& client) { client.connection_up(stream->client_side, clock(up)); });
  });
}

void World::cut(const std::shared_ptr<Stream>& stream) {
  if (!stream->alive) return;
  stream->alive = false;
  ++outcome_.statistics.cuts;
  // Each side learns of it in its own time.
  clockwork_.after_ms(latency_ms(), [this, stream] {
    if (relay_streams_.erase(stream->relay_side) == 0 || relay_ == nullptr) return;
    relay_->close(stream->relay_side);
    relay_soon();
  });
  const uint64_t life = nodes_[stream->node].lives;
  clockwork_.after_ms(latency_ms(), [this, stream, life] {
    Node& node = nodes_[stream->node];
    const auto found = node.streams.find(stream->client_side);
    if (node.lives != life || found == node.streams.end() || found->second != stream) return;
    found->second = nullptr;
    trace("lost", node.index, stream->client_side);
    connect_later(node.index, stream->client_side, 200 + static_cast<int64_t>(below(2000)));
    if (stream->is_up_at_client)
      with(node, [&](client::Client& client) { client.connection_lost(stream->client_side, clock(node)); });
  });
}

void World::cut_all(Node& node) {
  const auto streams = node.streams;
  for (const auto& [connection, stream] : streams)
    if (stream) cut(stream);
}

void World::send_to_relay(const std::shared_ptr<Stream>& stream, Bytes frame, bool is_append) {
  if (is_append && options_.canary == Canary::kForgetsEntries) frame = distorted_request(std::move(frame));
  stream->last_to_relay = std::max(stream->last_to_relay, clockwork_.now().after_ms(latency_ms()));
  if (is_append && faults_ && chance(double_per_mille_)) {
    // A network that repeats: the same bytes again, on a connection of their own, perhaps much later.
    ++outcome_.statistics.doubled;
    clockwork_.after_ms(static_cast<int64_t>(below(60'000)), [this, frame] {
      if (relay_ == nullptr) return;
      const relay::ConnectionId ghost = next_relay_side_++;
      relay_->open(ghost, {.live = true}, clockwork_.now());
      relay_->receive(ghost, frame, clockwork_.now());
      relay_->close(ghost);
      relay_soon();
    });
  }
  clockwork_.at(stream->last_to_relay, [this, stream, frame = std::move(frame)] {
    if (!stream->alive || relay_ == nullptr) return;
    if (faults_ && chance(cut_per_mille_)) return cut(stream);
    relay_receive(stream->relay_side, frame);
  });
}

void World::send_to_client(const std::shared_ptr<Stream>& stream, std::shared_ptr<const Bytes> frame) {
  stream->last_to_client = std::max(stream->last_to_client, clockwork_.now().after_ms(latency_ms()));
  clockwork_.at(stream->last_to_client, [this, stream, frame] {
    if (!stream->alive) return;
    if (faults_ && chance(cut_per_mille_)) return cut(stream);
    Result<wire::Answer> answer = wire::decode_answer(*frame);
    if (!answer.ok()) return fail("the relay sent what does not read");
    Node& node = nodes_[stream->node];
    trace_bytes("answer", node.index, *frame);
    const wire::Answer given = distorted(std::move(*answer), node.index);
    with(node, [&](client::Client& client) { client.answer(stream->client_side, given, clock(node)); });
  });
}

// --- Canaries ---

wire::Answer World::distorted(wire::Answer answer, size_t node) {
  if (options_.canary != Canary::kSwapsEntries || node != canary_victim_) return answer;
  auto* entries = std::get_if<wire::Entries>(&answer.body);
  if (entries == nullptr || entries->entries.size() < 2) return answer;
  std::swap(entries->entries[0], entries->entries[1]);
  canary_sang_ = true;
  return answer;
}

Bytes World::distorted_request(Bytes frame) {
  if (canary_sang_ || posts_.size() < 3) return frame;
  canary_sang_ = true;
  frame.back() ^= 1;
  return frame;
}

// --- The relay ---

void World::start_relay() {
  if (relay_ != nullptr || failed()) return;
  Result<relay::Store> store =
      relay::open_sqlite_store({.folder = "relay", .vfs = relay_disk_->vfs_name(), .one_connection = true});
  if (!store.ok()) {
    if (relay_disk_->has_power() && !store.error().is(relay::RelayError::kDiskFull))
      return fail("the relay's store does not open: " + std::to_string(store.error().code()));
    store = Error(relay::RelayError::kCannotOpen);
    if (!relay_disk_->has_power()) relay_disk_->crash(random_);
    return clockwork_.after_ms(5 * kSecond_ms, [this] { start_relay(); });
  }
  relay_store_ = std::move(*store);
  relay_ = std::make_unique<relay::Relay>(*relay_store_->reader, relay::Limits{}, clockwork_.now());
  trace("relay starts", 0);
}

void World::stop_relay() {
  if (relay_ == nullptr) return;
  ++outcome_.statistics.relay_crashes;
  trace("relay crash", 0);
  relay_disk_->cut_power();
  relay_.reset();
  relay_store_->reader.reset();
  relay_store_.reset();
  const auto streams = relay_streams_;
  for (const auto& [id, stream] : streams) cut(stream);
  relay_streams_.clear();
  relay_disk_->crash(random_);
  clockwork_.after_ms(faults_ ? static_cast<int64_t>(below(30)) * kSecond_ms : 100,
                      [this] { start_relay(); });
}

void World::relay_receive(relay::ConnectionId connection, const Bytes& frame) {
  relay_->receive(connection, frame, clockwork_.now());
  relay_soon();
}

void World::relay_soon() {
  if (relay_is_due_) return;
  relay_is_due_ = true;
  clockwork_.after_ms(1 + static_cast<int64_t>(below(5)), [this] {
    relay_is_due_ = false;
    drive_relay();
  });
}

void World::drive_relay() {
  if (relay_ == nullptr) return;
  const Instant now = clockwork_.now();
  relay_->tick(now);
  while (std::optional<relay::Batch> batch = relay_->next_batch(now)) {
    relay::run(*batch, *relay_store_->writer, relay_now());
    relay_->committed(std::move(*batch), now);
  }
  while (relay_->has_work()) relay_->work(now);
  const bool has_power = relay_disk_->has_power();
  if (has_power || chance(500)) {
    for (relay::Delivery& delivery : relay_->take_deliveries()) {
      const auto stream = relay_streams_.find(delivery.to);
      if (stream != relay_streams_.end()) send_to_client(stream->second, std::move(delivery.frame));
    }
  }
  if (!has_power) stop_relay();
}

}  // namespace homeward::sim
