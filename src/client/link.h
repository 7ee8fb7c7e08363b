// One connection to a relay, as a machine: which queues are subscribed, what is under way, when to try again.
//
// It judges every answer before a group sees it: entries that nobody asked for, a gap in their numbers, an
// answer to no request or of the wrong kind are a relay's misbehaviour and nothing of them is taken in. It
// keeps nothing on disk: after a loss everything is asked for again from what the group says it has.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <variant>

#include "client/client.h"

namespace homeward::client {

// A wait that survives clocks that jump: over after its time, or as soon as the clock stands before its
// beginning.
struct Pause {
  Instant since;
  int64_t ms = 0;
  bool over(Instant now) const { return now < since || now.ms - since.ms >= ms; }
  Instant ends() const { return since.after_ms(ms); }
};

class Link {
 public:
  Link(ConnectionId id, std::string relay) : id_(id), relay_(std::move(relay)) {}

  ConnectionId id() const { return id_; }
  const std::string& relay() const { return relay_; }
  LinkState state() const;
  bool is_open() const { return state_ != State::kClosed; }
  bool is_up() const { return state_ == State::kUp; }
  // True once it was asked for and has not been closed, or when the time has come to open it again.
  bool may_open(Instant now) const { return state_ == State::kClosed && reopen_.over(now); }

  // --- What happens to it ---
  void opening(ConnectionId id);  // OpenConnection goes out
  void up();
  void lost();  // the caller tries again by itself
  // CloseConnection goes out; it may be opened again, under another id, after a pause that doubles each time.
  // Closing what is closed begins the pause anew.
  void close(Instant now, Random& random);
  // The relay did what it must not: shown as such until `behaves` is called, which a consistent fresh read
  // does.
  void misbehaves() { misbehaves_ = true; }
  void behaves();

  // --- Reading ---
  // Requests that bring the subscriptions in line with what is wanted; none while a pause lasts.
  std::vector<wire::Request> subscribe(std::span<const group::WantedRead> wanted, Instant now);
  // After entries up to `number` are on disk: what tells the relay so, when it is worth a request.
  std::vector<wire::Request> taken_in(const wire::QueueId& queue, size_t size_bytes);

  // --- Sending ---
  bool may_send(Instant now) const { return is_up() && !sending_ && send_again_.over(now); }
  wire::Request send(group::WantedSend&& wanted);
  // A request of a transfer (transfers.h), answered with the same handle.
  wire::Request ask_blob(uint64_t handle, wire::Body&& body);

  // --- For a relay that cannot be reached: through this one (wire.h, Forward) ---
  // Reads go on one at a time; `waits_s` lets the other relay hold one back until there is something.
  bool may_forward_read(Instant now) const { return is_up() && !forwarding_ && forward_again_.over(now); }
  wire::Request forward_read(const std::string& relay, const group::WantedRead& wanted);
  wire::Request forward_send(const std::string& relay, group::WantedSend&& wanted);
  // True while what was asked so is answered.
  bool forwards() const { return forwards_; }

  // --- Answers ---
  struct Nothing {};
  struct Misbehaved {};
  struct TakeIn {  // `entries` borrows from the answer
    wire::QueueId queue;
    uint64_t first = 0;
    uint64_t last_in_queue = 0;
    std::span<const Bytes> entries;
    bool forwarded = false;  // they are another relay's
  };
  struct Sent {
    uint64_t handle = 0;
    uint64_t number = 0;
  };
  struct NotSent {
    uint64_t handle = 0;
    wire::Reason reason = wire::Reason::kInternal;
  };
  // The relay keeps no more what comes next in this queue.
  struct Expired {
    wire::QueueId queue;
  };
  struct BlobAnswer {  // `body` borrows from the answer
    uint64_t handle = 0;
    const wire::AnswerBody* body = nullptr;
  };
  using Verdict = std::variant<Nothing, Misbehaved, TakeIn, Sent, NotSent, Expired, BlobAnswer>;
  Verdict judge(const wire::Answer& answer, Instant now, Random& random);

  // When a pause ends that something waits for.
  std::optional<Instant> next_due() const;
  bool is_due(Instant now) const;

 private:
  enum class State : uint8_t { kClosed = 1, kOpening, kUp, kLost };
  struct Subscription {
    uint64_t next = 1;  // the number of the entry to come
    uint64_t to_acknowledge = 0;
  };
  struct Asked {
    enum class What : uint8_t { kAppend = 1, kSubscribe, kUnsubscribe, kBlob, kForwardRead };
    What what = What::kAppend;
    wire::QueueId queue;
    uint64_t handle = 0;
    uint64_t after = 0;      // of a forwarded read
    bool forwarded = false;  // an append
  };

  wire::RequestId ask(const Asked& asked);
  void forget_requests();
  Pause back_off(Instant now, uint16_t at_least_s, Random& random);
  Verdict judge_entries(const wire::Entries& entries);
  Verdict judge_forwarded(const Asked& asked, const wire::Entries& entries);
  Verdict judge_refusal(const Asked& asked, const wire::Refusal& refusal, Instant now, Random& random);

  ConnectionId id_;
  std::string relay_;
  State state_ = State::kClosed;
  bool misbehaves_ = false;
  std::map<wire::QueueId, Subscription> subscriptions_;
  std::map<wire::QueueId, size_t>
      leaving_;  // unsubscribed, and the answer is not here: entries may still come
  std::map<wire::RequestId, Asked> asked_;
  wire::RequestId next_request_ = 1;
  bool sending_ = false;
  bool send_waits_ = false;  // a send was put off
  bool forwarding_ = false, forwards_ = false, forward_waits_ = false;
  bool nothing_came_ = false;  // by the last forwarded read
  Pause forward_again_;
  size_t not_acknowledged_bytes_ = 0;
  std::map<wire::QueueId, Pause> put_off_;  // queues whose subscription was refused
  Pause send_again_, reopen_;
  int64_t back_off_ms_ = 0;
};

}  // namespace homeward::client
