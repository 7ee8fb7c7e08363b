#include "relay/relay.h"

#include <utility>

namespace homeward::relay {

namespace {

constexpr int64_t kExpireEvery_ms = 60'000;
constexpr int64_t kHour_ms = 3'600'000;
// Beside its entry, what a frame holds at most for each entry, and once.
constexpr size_t kFrameOverhead = 64;
// Reads of one connection that the store is asked for at once.
constexpr uint32_t kMostReads = 256;

struct Refused {
  const char* words;
  uint16_t retry_after_s;
};

Refused words_for(wire::Reason reason) {
  switch (reason) {
    case wire::Reason::kBadRequest:
      return {"not a request that this relay understands here", 0};
    case wire::Reason::kEntrySize:
      return {"an entry has 512 bytes, 1, 2, 4 ... or 256 KiB, a chunk 64 KiB", 0};
    case wire::Reason::kQueueFull:
      return {"this queue is full; go on in the next one", 0};
    case wire::Reason::kTooManyRequests:
      return {"too many requests; slow down", 1};
    case wire::Reason::kTooManyQueues:
      return {"this relay creates no more queues or blobs now", 60};
    case wire::Reason::kAccessKey:
      return {"this relay creates queues and blobs only for who shows its access key", 0};
    case wire::Reason::kDiskFull:
      return {"the relay's disk is full; nothing is lost, nothing new is taken", 30};
    case wire::Reason::kShuttingDown:
      return {"the relay is stopping; try again soon", 5};
    case wire::Reason::kTooManySubscriptions:
      return {"too many subscriptions on this connection", 0};
    case wire::Reason::kExpired:
      return {"entries after that number were kept once and are gone", 0};
    case wire::Reason::kInternal:
      return {"the relay's store failed; try again", 10};
    case wire::Reason::kOtherRelay:
      return {"the other relay does not answer", 10};
    case wire::Reason::kNoForwarding:
      return {"this relay does not pass that on to that relay", 0};
    case wire::Reason::kChunkDiffers:
      return {"other bytes, or another number of chunks, are there already", 0};
    case wire::Reason::kNoChunk:
      return {"no such chunk is there, or not any more", 0};
  }
  return {"", 0};
}

std::vector<BytesView> views_of(const std::vector<Bytes>& entries) {
  return {entries.begin(), entries.end()};
}

}  // namespace

void run(Batch& batch, StoreWriter& writer, const WallTimes& wall) {
  if (!batch.appends.empty()) {
    batch.rules.wall = wall.dating;
    const Result<> stored = writer.append(batch.appends, batch.rules);
    if (!stored.ok()) batch.failed = stored.error();
  }
  if (!batch.chunks.empty()) {
    batch.rules.wall = wall.dating;
    const Result<> stored = writer.put(batch.chunks, batch.rules);
    if (!stored.ok()) batch.chunks_failed = stored.error();
  }
  if (batch.expire) {
    // What cannot be expired now is tried again at the next turn.
    const Result<> corrected = writer.correct_dates(wall.dating);
    const Result<bool> more = writer.expire(wall.expiring, batch.retention_days);
    batch.expire_more = corrected.ok() && more.ok() && *more;
  }
  batch.layout_changed = writer.take_layout_changed();
  batch.stored_bytes = writer.stored_bytes();
}

Relay::Relay(StoreLink& store, const Limits& limits, Instant now)
    : store_(store),
      limits_(limits),
      new_queues_({limits.new_queues_per_hour, kHour_ms, limits.new_queues_per_hour}, now),
      new_blobs_({limits.new_blobs_per_hour, kHour_ms, limits.new_blobs_per_hour}, now),
      lanes_(store.lanes()),
      mirror_(
          std::make_unique<Mirror>(store_, [this](StoreAppend append) { append_copy(std::move(append)); })) {
  for (Lane& lane : lanes_) lane.expire_at = now;
}

Relay::Relay(StoreReader& reader, const Limits& limits, Instant now)
    : local_(std::make_unique<LocalStoreLink>(reader)),
      store_(*local_),
      limits_(limits),
      new_queues_({limits.new_queues_per_hour, kHour_ms, limits.new_queues_per_hour}, now),
      new_blobs_({limits.new_blobs_per_hour, kHour_ms, limits.new_blobs_per_hour}, now),
      lanes_(1),
      mirror_(
          std::make_unique<Mirror>(store_, [this](StoreAppend append) { append_copy(std::move(append)); })) {
  lanes_[0].expire_at = now;
}

// --- Connections ---

void Relay::open(ConnectionId id, const ConnectionOptions& options, Instant now) {
  const Bucket::Rate rate{limits_.requests_per_second, 1000, limits_.requests_per_second * 2};
  const Bucket::Rate chunk_rate{limits_.chunks_per_second, 1000, limits_.chunks_per_second * 2};
  const bool is_new = connections_
                          .emplace(id, Connection{.options = options,
                                                  .requests = Bucket(rate, now),
                                                  .chunks = Bucket(chunk_rate, now),
                                                  .subscriptions = {}})
                          .second;
  HW_ASSERT(is_new);
  counters_.connections = connections_.size();
  if (is_shutting_down_ && options.live) refuse(id, 0, wire::Reason::kShuttingDown);
}

void Relay::set_may_create_queues(ConnectionId id, bool may_create_queues) {
  connections_.at(id).options.may_create_queues = may_create_queues;
}

void Relay::close(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  std::vector<wire::QueueId> queues;
  for (const auto& [queue, subscription] : found->second.subscriptions) queues.push_back(queue);
  for (const wire::QueueId& queue : queues) end_subscription(id, found->second, queue);
  if (found->second.reads > 0) {
    std::vector<WaitId> ended;
    for (const auto& [wait_id, wait] : waits_) {
      if (wait.connection == id) ended.push_back(wait_id);
    }
    for (const WaitId wait : ended) end_wait(wait);
  }
  connections_.erase(found);
  counters_.connections = connections_.size();
}

void Relay::receive(ConnectionId id, BytesView frame, Instant now) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Result<wire::Request> decoded = wire::decode_request(frame);
  if (!decoded.ok()) {
    refuse(id, 0, wire::Reason::kBadRequest);
    if (!deliveries_.empty()) deliveries_.back().close_after = true;
    return;
  }
  wire::Request& request = *decoded;
  const auto* acknowledge = std::get_if<wire::Acknowledge>(&request.body);
  if (acknowledge != nullptr && found->second.options.live) return handle(id, *acknowledge);
  if (is_shutting_down_) return refuse(id, request.id, wire::Reason::kShuttingDown);
  if (!found->second.requests.take(1, now)) return refuse(id, request.id, wire::Reason::kTooManyRequests);
  if (auto* append = std::get_if<wire::Append>(&request.body))
    return handle(id, request.id, std::move(*append));
  if (const auto* read = std::get_if<wire::Read>(&request.body)) return handle(id, request.id, *read, now);
  if (auto* forward = std::get_if<wire::Forward>(&request.body))
    return handle(id, request.id, std::move(*forward));
  if (const auto* body = std::get_if<wire::ReadBlobStatus>(&request.body))
    return handle(id, request.id, *body);
  auto* put = std::get_if<wire::PutChunk>(&request.body);
  const auto* get = std::get_if<wire::GetChunk>(&request.body);
  if ((put != nullptr || get != nullptr) && !found->second.chunks.take(1, now))
    return refuse(id, request.id, wire::Reason::kTooManyRequests);
  if (put != nullptr) return handle(id, request.id, std::move(*put));
  if (get != nullptr) return handle(id, request.id, *get);
  if (!found->second.options.live) return refuse(id, request.id, wire::Reason::kBadRequest);
  if (const auto* body = std::get_if<wire::Subscribe>(&request.body)) return handle(id, request.id, *body);
  if (const auto* body = std::get_if<wire::Unsubscribe>(&request.body)) return handle(id, request.id, *body);
}

// --- Answers ---

void Relay::deliver(ConnectionId id, std::shared_ptr<const Bytes> frame) {
  deliveries_.push_back({.to = id, .frame = std::move(frame), .refused = std::nullopt});
}

void Relay::answer(ConnectionId id, const wire::Answer& answer) {
  if (connections_.contains(id)) deliver(id, std::make_shared<const Bytes>(wire::encode(answer)));
}

void Relay::refuse(ConnectionId id, wire::RequestId request, wire::Reason reason) {
  ++counters_.refused[static_cast<size_t>(reason)];
  if (!connections_.contains(id)) return;
  const Refused refused = words_for(reason);
  const wire::Refusal body{.reason = reason, .retry_after_s = refused.retry_after_s, .words = refused.words};
  deliver(id, std::make_shared<const Bytes>(wire::encode(wire::Answer{request, body})));
  deliveries_.back().refused = reason;
  deliveries_.back().retry_after_s = refused.retry_after_s;
}

void Relay::refuse_unconfirmed(ConnectionId id, wire::RequestId request) {
  ++counters_.refused[static_cast<size_t>(wire::Reason::kInternal)];
  if (!connections_.contains(id)) return;
  constexpr uint16_t kAgain_s = 10;
  const wire::Refusal body{.reason = wire::Reason::kInternal,
                           .retry_after_s = kAgain_s,
                           .words = "the relay's store does not confirm now; send it again"};
  deliver(id, std::make_shared<const Bytes>(wire::encode(wire::Answer{request, body})));
  deliveries_.back().refused = wire::Reason::kInternal;
  deliveries_.back().retry_after_s = kAgain_s;
}

void Relay::answer_entries(ConnectionId id, wire::RequestId request, const wire::QueueId& queue,
                           StoreReader::Page page) {
  counters_.entries_sent += page.entries.size();
  const auto views = views_of(page.entries);
  deliver(id,
          std::make_shared<const Bytes>(wire::encode_entries(
              request,
              {.queue = queue, .first = page.first, .last_in_queue = page.last_in_queue, .entries = views})));
}

// --- Appending ---

void Relay::handle(ConnectionId id, wire::RequestId request, wire::Append&& body) {
  if (!wire::is_entry_size(body.entry.size())) return refuse(id, request, wire::Reason::kEntrySize);
  if (counters_.waiting_append_bytes + body.entry.size() > limits_.waiting_append_bytes) {
    return refuse(id, request, wire::Reason::kTooManyRequests);
  }
  StoreAppend append{.queue = wire::queue_id(body.access), .entry = std::move(body.entry)};
  Lane& lane = lanes_.at(store_.lane_of(append.queue));
  if (lane.is_stalled) return refuse_unconfirmed(id, request);
  counters_.waiting_append_bytes += append.entry.size();
  append.may_create = connections_.at(id).options.may_create_queues;
  lane.appends.emplace_back(std::move(append), Batch::Origin{id, request});
}

std::optional<Batch> Relay::next_batch(Instant now) {
  for (size_t tried = 0; tried < lanes_.size(); ++tried) {
    const size_t number = next_lane_++ % lanes_.size();
    Lane& lane = lanes_[number];
    const bool expire = now >= lane.expire_at;
    if (lane.batch_is_out || (lane.appends.empty() && lane.chunks.empty() && !expire)) continue;
    Batch batch;
    batch.lane = number;
    size_t size_bytes = 0;
    while (!lane.appends.empty() && batch.appends.size() < limits_.batch_entries &&
           size_bytes < limits_.batch_bytes) {
      auto& [append, origin] = lane.appends.front();
      size_bytes += append.entry.size();
      batch.appends.push_back(std::move(append));
      batch.origins.push_back(origin);
      lane.appends.pop_front();
    }
    take_chunks(lane, batch, now);
    batch.rules.entries_per_queue = limits_.entries_per_queue;
    batch.rules.most_new_queues = new_queues_.available(now);
    batch.rules.most_store_bytes = limits_.most_store_bytes;
    batch.retention_days = limits_.retention_days;
    batch.expire = expire;
    if (expire) lane.expire_at = now.after_ms(kExpireEvery_ms);
    lane.batch_is_out = true;
    lane.out_since = now;
    lane.asking = batch.origins;
    lane.asking.insert(lane.asking.end(), batch.chunk_origins.begin(), batch.chunk_origins.end());
    return batch;
  }
  return std::nullopt;
}

void Relay::committed(Batch&& batch, Instant now) {
  Lane& lane = lanes_.at(batch.lane);
  HW_ASSERT(lane.batch_is_out);
  lane.batch_is_out = false;
  const bool was_refused = std::exchange(lane.is_stalled, false);
  counters_.stored_bytes = batch.stored_bytes;
  if (batch.expire_more) lane.expire_at = now;
  if (batch.layout_changed) store_.refresh();

  std::map<wire::QueueId, Fresh> fresh;
  for (size_t i = 0; i < batch.appends.size(); ++i) {
    const StoreAppend& append = batch.appends[i];
    counters_.waiting_append_bytes -= append.entry.size();
    if (append.created) new_queues_.take(1, now);
    if (was_refused) {
      // Its asker was told to send it again.
    } else if (append.outcome == Outcome::kPending && batch.failed) {
      refuse(batch.origins[i].connection, batch.origins[i].request,
             batch.failed->is(RelayError::kDiskFull) ? wire::Reason::kDiskFull : wire::Reason::kInternal);
    } else {
      answer_append(append, batch.origins[i]);
    }
    if (append.outcome != Outcome::kStored) continue;
    Fresh& of_queue = fresh[append.queue];
    if (of_queue.entries.empty()) of_queue.first = append.number;
    HW_ASSERT(append.number == of_queue.first + of_queue.entries.size());
    of_queue.entries.push_back(append.entry);
  }
  if (!batch.appends.empty()) ++(batch.failed ? counters_.failed_commits : counters_.commits);
  for (const auto& [queue, entries] : fresh) announce(queue, entries);
  answer_chunks(batch, was_refused, now);
}

void Relay::stall(Lane& lane) {
  lane.is_stalled = true;
  for (const Batch::Origin& origin : lane.asking) refuse_unconfirmed(origin.connection, origin.request);
  for (const auto& [append, origin] : lane.appends) {
    counters_.waiting_append_bytes -= append.entry.size();
    refuse_unconfirmed(origin.connection, origin.request);
  }
  lane.appends.clear();
  for (const auto& [chunk, origin] : lane.chunks) {
    counters_.waiting_append_bytes -= chunk.chunk.size();
    refuse_unconfirmed(origin.connection, origin.request);
  }
  lane.chunks.clear();
}

bool Relay::settled() const {
  return std::ranges::all_of(lanes_, [](const Lane& lane) {
    return !lane.batch_is_out && lane.appends.empty() && lane.chunks.empty();
  });
}

void Relay::answer_append(const StoreAppend& append, const Batch::Origin& origin) {
  switch (append.outcome) {
    case Outcome::kStored:
    case Outcome::kRepeated:
      ++(append.outcome == Outcome::kStored ? counters_.appended : counters_.repeated);
      counters_.queues_created += append.created ? 1 : 0;
      return answer(origin.connection, {origin.request, wire::Appended{append.number}});
    default:
      return refuse_outcome(append.outcome, origin);
  }
}

void Relay::refuse_outcome(Outcome outcome, const Batch::Origin& origin) {
  switch (outcome) {
    case Outcome::kQueueFull:
      return refuse(origin.connection, origin.request, wire::Reason::kQueueFull);
    case Outcome::kTooManyQueues:
      return refuse(origin.connection, origin.request, wire::Reason::kTooManyQueues);
    case Outcome::kMayNotCreate:
      return refuse(origin.connection, origin.request, wire::Reason::kAccessKey);
    case Outcome::kDiffers:
      return refuse(origin.connection, origin.request, wire::Reason::kChunkDiffers);
    case Outcome::kPending:
    case Outcome::kStored:
    case Outcome::kRepeated:
      return refuse(origin.connection, origin.request, wire::Reason::kInternal);
  }
}

void Relay::announce(const wire::QueueId& queue, const Fresh& fresh) {
  const auto found = listeners_.find(queue);
  if (found == listeners_.end()) return;
  if (!found->second.subscribers.empty()) push_to_all(queue, fresh);
  end_waits(queue, fresh.last());
}

void Relay::heard(const wire::QueueId& queue, uint64_t last) {
  const auto found = listeners_.find(queue);
  if (found == listeners_.end()) return;
  for (const Subscriber& each : found->second.subscribers) {
    if (each.subscription->sent < last) fall_behind(each.id, queue, *each.subscription);
  }
  end_waits(queue, last);
}

// --- Reading ---

void Relay::handle(ConnectionId id, wire::RequestId request, const wire::Read& body, Instant now) {
  ++counters_.reads;
  Connection& connection = connections_.at(id);
  if (connection.reads - connection.waits >= kMostReads) {
    return refuse(id, request, wire::Reason::kTooManyRequests);
  }
  const wire::QueueId queue = wire::queue_id(body.access);
  const WaitId wait_id = next_wait_++;
  const Instant deadline = now.after_ms(int64_t{body.wait_s} * 1000);
  waits_.emplace(wait_id, Wait{.connection = id,
                               .request = request,
                               .queue = queue,
                               .after = body.after,
                               .deadline = deadline,
                               .is_late = body.wait_s == 0});
  if (body.wait_s != 0) deadlines_.emplace(deadline, wait_id);
  listen_to(queue).waits.push_back(wait_id);
  ++connection.reads;
  read_for(wait_id);
}

void Relay::read_for(WaitId id) {
  Wait& wait = waits_.at(id);
  wait.is_reading = true;
  wait.read_again = false;
  store_.read({.queue = wait.queue, .after = wait.after, .most_bytes = wire::kReadAnswerBytes},
              [this, id](Result<StoreReader::Page> page) { was_read(id, std::move(page)); });
}

void Relay::was_read(WaitId id, Result<StoreReader::Page> page) {
  const auto found = waits_.find(id);
  if (found == waits_.end()) return;
  Wait& wait = found->second;
  wait.is_reading = false;
  const bool is_empty = page.ok() && !page->expired && page->entries.empty();
  if (is_empty && wait.read_again) return read_for(id);
  if (is_empty && !wait.is_late && park(wait)) return;
  const bool finds_no_room = is_empty && !wait.is_late;
  const Wait ended = wait;
  end_wait(id);
  if (!page.ok()) {
    refuse(ended.connection, ended.request, wire::Reason::kInternal);
  } else if (page->expired) {
    refuse(ended.connection, ended.request, wire::Reason::kExpired);
  } else if (finds_no_room) {
    refuse(ended.connection, ended.request, wire::Reason::kTooManyRequests);
  } else {
    answer_entries(ended.connection, ended.request, ended.queue, std::move(*page));
  }
}

// False: as many wait as may.
bool Relay::park(Wait& wait) {
  if (wait.is_parked) return true;
  Connection& connection = connections_.at(wait.connection);
  if (counters_.waiting_reads >= limits_.most_waits || connection.waits >= limits_.waits_per_connection) {
    return false;
  }
  wait.is_parked = true;
  ++connection.waits;
  ++counters_.waiting_reads;
  return true;
}

void Relay::end_waits(const wire::QueueId& queue, uint64_t last) {
  const auto found = listeners_.find(queue);
  if (found == listeners_.end()) return;
  const std::vector<WaitId> waiting = found->second.waits;
  for (const WaitId id : waiting) {
    Wait& wait = waits_.at(id);
    if (wait.after >= last) continue;  // asks for entries that are yet to come
    if (wait.is_reading) {
      wait.read_again = true;
    } else {
      read_for(id);
    }
  }
}

void Relay::end_wait(WaitId id) {
  const auto found = waits_.find(id);
  const Wait wait = found->second;
  waits_.erase(found);
  deadlines_.erase({wait.deadline, id});
  std::erase(listeners_.at(wait.queue).waits, id);
  forget_if_unheard(wait.queue);
  Connection& connection = connections_.at(wait.connection);
  --connection.reads;
  if (!wait.is_parked) return;
  --connection.waits;
  --counters_.waiting_reads;
}

void Relay::tick(Instant now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const WaitId id = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    Wait& wait = waits_.at(id);
    wait.is_late = true;
    if (!wait.is_reading) read_for(id);
  }
  for (Lane& lane : lanes_) {
    if (lane.batch_is_out && !lane.is_stalled && now >= lane.out_since.after_ms(limits_.confirm_within_ms)) {
      stall(lane);
    }
  }
}

Instant Relay::next_due() const {
  Instant due = deadlines_.empty() ? Instant{INT64_MAX} : deadlines_.begin()->first;
  for (const Lane& lane : lanes_) {
    if (!lane.batch_is_out) {
      due = std::min(due, lane.expire_at);
    } else if (!lane.is_stalled) {
      due = std::min(due, lane.out_since.after_ms(limits_.confirm_within_ms));
    }
  }
  return due;
}

// --- Subscriptions ---

void Relay::handle(ConnectionId id, wire::RequestId request, const wire::Subscribe& body) {
  ++counters_.subscribes;
  Connection& connection = connections_.at(id);
  const wire::QueueId queue = wire::queue_id(body.access);
  end_subscription(id, connection, queue);
  if (connection.subscriptions.size() >= limits_.subscriptions_per_connection) {
    return refuse(id, request, wire::Reason::kTooManySubscriptions);
  }
  const uint64_t serial = next_subscription_++;
  Subscription& subscription = connection.subscriptions[queue];
  subscription = {.serial = serial, .request = request, .sent = body.after, .is_opening = true, .pushes = {}};
  listen_to(queue).subscribers.push_back({id, &connection, &subscription});
  ++counters_.subscriptions;
  // One byte: only the first entry, to learn whether there is one and what the queue ends with.
  store_.read({.queue = queue, .after = body.after, .most_bytes = 1},
              [this, id, queue, serial](Result<StoreReader::Page> page) {
                opened(id, queue, serial, std::move(page));
              });
}

Relay::Subscription* Relay::find(ConnectionId id, const wire::QueueId& queue, uint64_t serial) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return nullptr;
  const auto found = connection->second.subscriptions.find(queue);
  if (found == connection->second.subscriptions.end() || found->second.serial != serial) return nullptr;
  return &found->second;
}

void Relay::opened(ConnectionId id, const wire::QueueId& queue, uint64_t serial,
                   Result<StoreReader::Page> page) {
  Subscription* subscription = find(id, queue, serial);
  if (subscription == nullptr) return;
  subscription->is_opening = false;
  const wire::RequestId request = subscription->request;
  if (!page.ok() || page->expired) {
    end_subscription(id, connections_.at(id), queue);
    return refuse(id, request, page.ok() ? wire::Reason::kExpired : wire::Reason::kInternal);
  }
  answer(id, {request, wire::Done{page->last_in_queue}});
  if (!page->entries.empty() || subscription->is_behind) fall_behind(id, queue, *subscription);
}

void Relay::handle(ConnectionId id, wire::RequestId request, const wire::Unsubscribe& body) {
  Connection& connection = connections_.at(id);
  end_subscription(id, connection, body.queue);
  answer(id, {request, wire::Done{0}});
  resume(id, connection);
}

void Relay::handle(ConnectionId id, const wire::Acknowledge& body) {
  Connection& connection = connections_.at(id);
  const auto found = connection.subscriptions.find(body.queue);
  if (found == connection.subscriptions.end()) return;
  Subscription& subscription = found->second;
  if (subscription.pushes.empty() || subscription.pushes.front().last > body.number) return;
  auto push = subscription.pushes.begin();
  for (; push != subscription.pushes.end() && push->last <= body.number; ++push)
    connection.window_used_bytes -= push->size_bytes;
  subscription.pushes.erase(subscription.pushes.begin(), push);
  resume(id, connection);
}

void Relay::resume(ConnectionId id, Connection& connection) {
  for (auto& [queue, subscription] : connection.subscriptions) {
    if (subscription.is_behind) fall_behind(id, queue, subscription);
  }
}

void Relay::end_subscription(ConnectionId id, Connection& connection, const wire::QueueId& queue) {
  const auto found = connection.subscriptions.find(queue);
  if (found == connection.subscriptions.end()) return;
  // A request that ends with its subscription is answered, too.
  if (found->second.is_opening) answer(id, {found->second.request, wire::Done{0}});
  for (const Push& push : found->second.pushes) connection.window_used_bytes -= push.size_bytes;
  connection.subscriptions.erase(found);
  std::erase_if(listeners_.at(queue).subscribers, [id](const Subscriber& each) { return each.id == id; });
  forget_if_unheard(queue);
  --counters_.subscriptions;
}

Relay::Listeners& Relay::listen_to(const wire::QueueId& queue) {
  const auto [found, is_new] = listeners_.try_emplace(queue);
  if (is_new) store_.listen(queue, true);
  return found->second;
}

void Relay::forget_if_unheard(const wire::QueueId& queue) {
  const auto found = listeners_.find(queue);
  if (found != listeners_.end() && found->second.subscribers.empty() && found->second.waits.empty()) {
    listeners_.erase(found);
    store_.listen(queue, false);
  }
}

bool Relay::window_has_room(const Connection& connection, size_t size_bytes) const {
  return connection.window_used_bytes == 0 ||
         connection.window_used_bytes + size_bytes <= limits_.push_window_bytes;
}

void Relay::fall_behind(ConnectionId id, const wire::QueueId& queue, Subscription& subscription) {
  subscription.is_behind = true;
  if (!subscription.is_queued) behind_.emplace_back(id, queue);
  subscription.is_queued = true;
}

bool Relay::push(const Subscriber& to, const std::shared_ptr<const Bytes>& frame, uint64_t first,
                 uint64_t last) {
  Subscription& subscription = *to.subscription;
  if (subscription.sent >= last) return true;
  if (subscription.is_opening || subscription.is_reading) return false;
  if (subscription.sent + 1 != first || !window_has_room(*to.connection, frame->size())) return false;
  subscription.sent = last;
  subscription.pushes.push_back({last, frame->size()});
  to.connection->window_used_bytes += frame->size();
  counters_.entries_sent += last - first + 1;
  deliver(to.id, frame);
  return true;
}

void Relay::push_to_all(const wire::QueueId& queue, const Fresh& fresh) {
  const std::vector<Subscriber>& subscribers = listeners_.at(queue).subscribers;
  for (size_t start = 0; start < fresh.entries.size();) {
    size_t size_bytes = 0;
    size_t end = start;
    while (end < fresh.entries.size() &&
           (end == start || size_bytes + fresh.entries[end].size() <= wire::kReadAnswerBytes)) {
      size_bytes += fresh.entries[end++].size();
    }
    const uint64_t first = fresh.first + start;
    const uint64_t last = fresh.first + end - 1;
    const auto frame = std::make_shared<const Bytes>(
        wire::encode_entries(0, {.queue = queue,
                                 .first = first,
                                 .last_in_queue = fresh.last(),
                                 .entries = std::span(fresh.entries).subspan(start, end - start)}));
    for (const Subscriber& each : subscribers) {
      if (push(each, frame, first, last)) continue;
      if (each.subscription->sent < last) fall_behind(each.id, queue, *each.subscription);
    }
    start = end;
  }
}

void Relay::work(Instant) {
  if (behind_.empty()) return;
  const auto [id, queue] = behind_.front();
  behind_.pop_front();
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const auto subscribed = connection.subscriptions.find(queue);
  if (subscribed == connection.subscriptions.end()) return;
  Subscription& subscription = subscribed->second;
  subscription.is_queued = false;
  if (subscription.is_opening || subscription.is_reading) return;  // goes on when that ends
  if (!window_has_room(connection, wire::kLargestEntry + 2 * kFrameOverhead))
    return;  // an Acknowledge makes room
  const size_t room_bytes =
      limits_.push_window_bytes - std::min(limits_.push_window_bytes, connection.window_used_bytes);
  // A frame's overhead is at most an eighth of its entries.
  const size_t most_bytes = std::clamp<size_t>(room_bytes - room_bytes / 8, 1, wire::kReadAnswerBytes);
  subscription.is_reading = true;
  subscription.is_behind = false;  // until something comes that the store is not asked for now
  const uint64_t serial = subscription.serial;
  store_.read({.queue = queue, .after = subscription.sent, .most_bytes = most_bytes},
              [this, id = id, queue = queue, serial](Result<StoreReader::Page> page) {
                caught_up(id, queue, serial, std::move(page));
              });
}

void Relay::caught_up(ConnectionId id, const wire::QueueId& queue, uint64_t serial,
                      Result<StoreReader::Page> page) {
  Subscription* subscription = find(id, queue, serial);
  if (subscription == nullptr) return;
  Connection& connection = connections_.at(id);
  subscription->is_reading = false;
  if (!page.ok() || page->expired) {
    const wire::RequestId request = subscription->request;
    end_subscription(id, connection, queue);
    return refuse(id, request, page.ok() ? wire::Reason::kExpired : wire::Reason::kInternal);
  }
  if (!page->entries.empty()) {
    const auto views = views_of(page->entries);
    const uint64_t last = page->first + views.size() - 1;
    const auto frame = std::make_shared<const Bytes>(wire::encode_entries(
        0, {.queue = queue, .first = page->first, .last_in_queue = page->last_in_queue, .entries = views}));
    if (!push({id, &connection, subscription}, frame, page->first, last)) {
      subscription->is_behind = true;  // until there is room in the window
      return;
    }
    if (last < page->last_in_queue) subscription->is_behind = true;
  }
  if (subscription->is_behind) fall_behind(id, queue, *subscription);
}

// --- Ending ---

void Relay::shut_down() {
  is_shutting_down_ = true;
  std::map<WaitId, Wait> waits(waits_.begin(), waits_.end());
  for (const auto& [id, wait] : waits) {
    end_wait(id);
    refuse(wait.connection, wait.request, wire::Reason::kShuttingDown);
  }
  refuse_forwards();
  std::set<ConnectionId> live;
  for (const auto& [id, connection] : connections_) {
    if (connection.options.live) live.insert(id);
  }
  for (const ConnectionId id : live) refuse(id, 0, wire::Reason::kShuttingDown);
}

}  // namespace homeward::relay
