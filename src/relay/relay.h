// The relay's rules, without sockets, threads or clocks: requests of connections in, frames to connections
// out.
//
// Guarantees: an append is answered only after the transaction that holds it is on disk; a subscriber gets
// the entries of a queue once, in order, without gaps; every request but Acknowledge gets exactly one answer,
// unless its connection closes; memory is bounded by `Limits`.
//
// One thread drives it. Whoever drives it moves bytes and batches:
//
//   relay.receive(connection, frame, now);
//   while (auto batch = relay.next_batch(now)) { run(*batch, writer, wall);
//   relay.committed(std::move(*batch), now); } while (relay.has_work()) relay.work(now); for (Delivery&
//   delivery : relay.take_deliveries()) …send…
//
// `run` may happen elsewhere and later, one batch of a lane at a time (store_link.h); appends that come
// meanwhile make up the next batch. `now` is a steady clock's (any origin, never backwards); `wall` is the
// time of day.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "relay/counters.h"
#include "relay/limits.h"
#include "relay/mirror.h"
#include "relay/steady_wall.h"
#include "relay/store/store_link.h"

namespace homeward::relay {

using ConnectionId = uint64_t;  // chosen by whoever drives; never used twice

struct ConnectionOptions {
  bool live = false;              // may subscribe (WebSocket)
  bool may_create_queues = true;  // showed the access key, or none is asked for
};

// A frame to send. Frames to one connection are sent in the order given; subscribers of a queue share one
// frame.
struct Delivery {
  ConnectionId to = 0;
  std::shared_ptr<const Bytes> frame;
  std::optional<wire::Reason> refused;  // of a refusal, for the HTTP status
  uint16_t retry_after_s = 0;
  bool close_after = false;
};

// Appends for one transaction, chunks of blobs, and a step of expiry if one is due.
struct Batch {
  size_t lane = 0;
  struct Origin {
    ConnectionId connection = 0;
    wire::RequestId request = 0;
  };
  std::vector<StoreAppend> appends;
  std::vector<Origin> origins;  // of appends, in the same order
  std::vector<StoreChunk> chunks;
  std::vector<Origin> chunk_origins;  // likewise
  StoreWriter::Rules rules;
  uint32_t retention_days = 0;
  bool expire = false;

  std::optional<Error> failed;         // set by `run`: why the appends that are still kPending are
  std::optional<Error> chunks_failed;  // likewise, the chunks
  bool expire_more = false;
  bool layout_changed = false;
  uint64_t stored_bytes = 0;
};
void run(Batch& batch, StoreWriter& writer, const WallTimes& wall);
inline void run(Batch& batch, StoreWriter& writer, Instant wall) {
  run(batch, writer, WallTimes{wall, wall});
}

using ForwardId = uint64_t;
// A request frame that another relay is to be asked, and for how long it may wait before it answers.
struct ForwardCall {
  ForwardId id = 0;
  std::string url;  // one of Limits::other_relays
  Bytes request;
  uint16_t wait_s = 0;
};

class Relay {
 public:
  // The link or reader must outlive it, and answer nothing after it is gone.
  Relay(StoreLink& store, const Limits& limits, Instant now);
  Relay(StoreReader& reader, const Limits& limits, Instant now);

  void open(ConnectionId connection, const ConnectionOptions& options, Instant now);
  // For a connection that carries requests of several askers, as behind a proxy.
  void set_may_create_queues(ConnectionId connection, bool may_create_queues);
  // Nothing more is delivered to it; what it appended is stored all the same.
  void close(ConnectionId connection);

  // One request frame of an open connection; anything that is none is refused, and the connection is to be
  // closed.
  void receive(ConnectionId connection, BytesView frame, Instant now);

  // What waits to be written in a lane that has no batch out; nothing if there is no such lane.
  std::optional<Batch> next_batch(Instant now);
  void committed(Batch&& batch, Instant now);
  // Entries up to number `last` came to the queue by another way than a batch of this relay.
  void heard(const wire::QueueId& queue, uint64_t last);

  // Ends reads that have waited long enough, and refuses appends that the store does not confirm in time:
  // whether they are stored is then not known, and a repetition is answered by what became of them.
  void tick(Instant now);
  // When `tick` or `next_batch` next has something to do.
  Instant next_due() const;

  // Reads for subscribers who are behind; one read a call, so that whoever drives can do other things in
  // between.
  bool has_work() const { return !behind_.empty(); }
  void work(Instant now);

  std::vector<Delivery> take_deliveries() { return std::exchange(deliveries_, {}); }

  // What is to be asked of other relays; each is ended once by `forwarded`, with the answer's frame or
  // nothing if there was none in time. What the other relay says is checked there.
  std::vector<ForwardCall> take_forwards() { return std::exchange(calls_, {}); }
  void forwarded(ForwardId id, std::optional<Bytes> answer);

  // From now on every request is refused; live connections and waiting reads are told. What waits to be
  // written still is: drive on until `settled`.
  void shut_down();
  bool settled() const;

  const Counters& counters() const { return counters_; }

 private:
  struct Push {
    uint64_t last = 0;  // number of its last entry
    size_t size_bytes = 0;
  };
  struct Subscription {
    uint64_t serial = 0;  // never used twice
    wire::RequestId request = 0;
    uint64_t sent = 0;         // entries up to this number were pushed
    bool is_opening = false;   // not answered yet
    bool is_reading = false;   // the store is being asked; nothing is pushed past its answer
    bool is_behind = false;    // the store may hold more than was pushed
    bool is_queued = false;    // in behind_
    std::vector<Push> pushes;  // not acknowledged
  };
  struct Connection {
    ConnectionOptions options;
    Bucket requests;
    Bucket chunks;
    size_t window_used_bytes = 0;
    uint32_t reads = 0;  // not answered
    uint32_t waits = 0;  // of these, those that found nothing yet
    uint32_t forwards = 0;
    std::map<wire::QueueId, Subscription> subscriptions;
  };
  // A read that is not answered.
  struct Wait {
    ConnectionId connection = 0;
    wire::RequestId request = 0;
    wire::QueueId queue;
    uint64_t after = 0;
    Instant deadline;
    bool is_late = false;     // is answered whatever is found
    bool is_reading = false;  // the store is being asked
    bool read_again = false;  // something came meanwhile
    bool is_parked = false;   // found nothing and waits
  };
  using WaitId = uint64_t;
  struct Subscriber {
    ConnectionId id = 0;
    Connection* connection = nullptr;  // both stay where they are until the subscription ends
    Subscription* subscription = nullptr;
  };
  struct Listeners {  // of one queue
    std::vector<Subscriber> subscribers;
    std::vector<WaitId> waits;
  };
  // Entries of one queue that one batch stored.
  struct Fresh {
    uint64_t first = 0;
    std::vector<BytesView> entries;
    uint64_t last() const { return first + entries.size() - 1; }
  };
  // A request that another relay is asked.
  struct Forwarded {
    ConnectionId connection = 0;
    wire::RequestId request = 0;
    std::string url;
    std::optional<wire::Read> read = std::nullopt;  // nothing: an append
  };
  using Appending = std::pair<StoreAppend, Batch::Origin>;
  using Putting = std::pair<StoreChunk, Batch::Origin>;
  struct Lane {
    std::deque<Appending> appends;      // not yet in a batch
    std::deque<Putting> chunks;         // likewise
    std::vector<Batch::Origin> asking;  // whose appends and chunks are in the batch that is out
    bool batch_is_out = false;
    bool is_stalled = false;  // the batch that is out takes too long; new appends and chunks are refused
    Instant out_since;
    Instant expire_at;
  };

  void handle(ConnectionId id, wire::RequestId request, wire::Append&& body);
  void handle(ConnectionId id, wire::RequestId request, const wire::Read& body, Instant now);
  void handle(ConnectionId id, wire::RequestId request, const wire::Subscribe& body);
  void handle(ConnectionId id, wire::RequestId request, const wire::Unsubscribe& body);
  void handle(ConnectionId id, const wire::Acknowledge& body);
  void handle(ConnectionId id, wire::RequestId request, wire::PutChunk&& body);
  void handle(ConnectionId id, wire::RequestId request, const wire::GetChunk& body);
  void handle(ConnectionId id, wire::RequestId request, const wire::ReadBlobStatus& body);
  void handle(ConnectionId id, wire::RequestId request, wire::Forward&& body);

  static bool is_answer_to(const Forwarded& forwarded, const wire::AnswerBody& body);
  void answer_from_copy(const Forwarded& forwarded);
  void pass_on(const Forwarded& forwarded, wire::AnswerBody body);
  void append_copy(StoreAppend append);
  void refuse_forwards();

  void answer(ConnectionId id, const wire::Answer& answer);
  void refuse(ConnectionId id, wire::RequestId request, wire::Reason reason);
  void refuse_unconfirmed(ConnectionId id, wire::RequestId request);
  void answer_append(const StoreAppend& append, const Batch::Origin& origin);
  void take_chunks(Lane& lane, Batch& batch, Instant now);
  // `were_refused`: their askers were told to send them again.
  void answer_chunks(const Batch& batch, bool were_refused, Instant now);
  void answer_put(const StoreChunk& chunk, const Batch::Origin& origin);
  // What of both is not to be stored, and is as well for either.
  void refuse_outcome(Outcome outcome, const Batch::Origin& origin);
  void answer_entries(ConnectionId id, wire::RequestId request, const wire::QueueId& queue,
                      StoreReader::Page page);
  void deliver(ConnectionId id, std::shared_ptr<const Bytes> frame);

  void announce(const wire::QueueId& queue, const Fresh& fresh);
  void end_waits(const wire::QueueId& queue, uint64_t last);
  void read_for(WaitId id);
  void was_read(WaitId id, Result<StoreReader::Page> page);
  bool park(Wait& wait);
  void push_to_all(const wire::QueueId& queue, const Fresh& fresh);
  bool push(const Subscriber& to, const std::shared_ptr<const Bytes>& frame, uint64_t first, uint64_t last);
  void fall_behind(ConnectionId id, const wire::QueueId& queue, Subscription& subscription);
  // There is room in the window again: whoever was held up is read for.
  void resume(ConnectionId id, Connection& connection);
  bool window_has_room(const Connection& connection, size_t size_bytes) const;
  void end_subscription(ConnectionId id, Connection& connection, const wire::QueueId& queue);
  void end_wait(WaitId id);
  Subscription* find(ConnectionId id, const wire::QueueId& queue, uint64_t serial);
  void opened(ConnectionId id, const wire::QueueId& queue, uint64_t serial, Result<StoreReader::Page> page);
  void caught_up(ConnectionId id, const wire::QueueId& queue, uint64_t serial,
                 Result<StoreReader::Page> page);
  void stall(Lane& lane);
  Listeners& listen_to(const wire::QueueId& queue);
  void forget_if_unheard(const wire::QueueId& queue);

  std::unique_ptr<LocalStoreLink> local_;  // if it was given a reader
  StoreLink& store_;
  const Limits limits_;
  Counters counters_;
  Bucket new_queues_;
  Bucket new_blobs_;
  std::vector<Lane> lanes_;
  size_t next_lane_ = 0;
  bool is_shutting_down_ = false;

  std::unordered_map<ConnectionId, Connection> connections_;
  std::unordered_map<wire::QueueId, Listeners> listeners_;
  std::unordered_map<WaitId, Wait> waits_;
  std::set<std::pair<Instant, WaitId>> deadlines_;
  WaitId next_wait_ = 1;
  uint64_t next_subscription_ = 1;

  std::unique_ptr<Mirror> mirror_;  // holds on to where this relay lies
  std::unordered_map<ForwardId, Forwarded> forwards_;
  ForwardId next_forward_ = 1;
  std::vector<ForwardCall> calls_;

  std::deque<std::pair<ConnectionId, wire::QueueId>> behind_;
  std::vector<Delivery> deliveries_;
};

}  // namespace homeward::relay
