#include "client/link.h"

#include <set>

namespace homeward::client {
namespace {

constexpr int64_t kFirstBackOff_ms = 1'000;
constexpr int64_t kLongestBackOff_ms = 60'000;
constexpr int64_t kAfterExpired_ms = 20'000;  // an ask or an answer that is gone is not hurried after
constexpr uint16_t kForwardWait_s = 10;       // the longest that a relay holds a forwarded read back
constexpr size_t kAcknowledgeAfterBytes = wire::kPushWindowBytes / 4;

// Refusals that the same request may survive later; the others are for good.
bool is_passing(wire::Reason reason) {
  switch (reason) {
    case wire::Reason::kTooManyRequests:
    case wire::Reason::kTooManyQueues:
    case wire::Reason::kAccessKey:
    case wire::Reason::kDiskFull:
    case wire::Reason::kShuttingDown:
    case wire::Reason::kTooManySubscriptions:
    case wire::Reason::kInternal:
    case wire::Reason::kOtherRelay:
      return true;
    case wire::Reason::kBadRequest:
    case wire::Reason::kEntrySize:
    case wire::Reason::kQueueFull:
    case wire::Reason::kExpired:
    case wire::Reason::kNoForwarding:
    case wire::Reason::kChunkDiffers:
    case wire::Reason::kNoChunk:
      return false;
  }
  return false;
}

}  // namespace

LinkState Link::state() const {
  if (misbehaves_) return LinkState::kMisbehaving;
  switch (state_) {
    case State::kUp:
      return LinkState::kConnected;
    case State::kOpening:
      return LinkState::kConnecting;
    case State::kClosed:
    case State::kLost:
      return LinkState::kOffline;
  }
  return LinkState::kOffline;
}

void Link::forget_requests() {
  subscriptions_.clear();
  leaving_.clear();
  asked_.clear();
  sending_ = send_waits_ = false;
  forwarding_ = forwards_ = forward_waits_ = nothing_came_ = false;
  forward_again_ = {};
  not_acknowledged_bytes_ = 0;
  send_again_ = {};
  put_off_.clear();
}

void Link::opening(ConnectionId id) {
  forget_requests();
  id_ = id;
  state_ = State::kOpening;
}

void Link::up() {
  forget_requests();
  state_ = State::kUp;
}

void Link::lost() {
  forget_requests();
  state_ = State::kLost;
}

void Link::close(Instant now, Random& random) {
  forget_requests();
  state_ = State::kClosed;
  reopen_ = back_off(now, 0, random);
}

void Link::behaves() {
  misbehaves_ = false;
  back_off_ms_ = 0;
}

Pause Link::back_off(Instant now, uint16_t at_least_s, Random& random) {
  back_off_ms_ = std::clamp(back_off_ms_ * 2, kFirstBackOff_ms, kLongestBackOff_ms);
  const int64_t base =
      std::max(back_off_ms_, std::min<int64_t>(int64_t{at_least_s} * 1000, 10 * kLongestBackOff_ms));
  // A quarter more by chance, so that members who were refused together do not come back together.
  return {now, base + base * random.bytes(1)[0] / 1024};
}

wire::RequestId Link::ask(const Asked& asked) {
  while (next_request_ == 0 || asked_.contains(next_request_)) ++next_request_;
  asked_[next_request_] = asked;
  return next_request_++;
}

std::vector<wire::Request> Link::subscribe(std::span<const group::WantedRead> wanted, Instant now) {
  std::vector<wire::Request> out;
  if (!is_up()) return out;
  std::set<wire::QueueId> queues;
  for (const group::WantedRead& read : wanted) {
    const wire::QueueId queue = wire::queue_id(read.access);
    queues.insert(queue);
    if (subscriptions_.contains(queue)) continue;
    const auto refused = put_off_.find(queue);
    if (refused != put_off_.end() && !refused->second.over(now)) continue;
    put_off_.erase(queue);
    subscriptions_[queue] = {.next = read.after + 1};
    out.push_back(
        {ask({.what = Asked::What::kSubscribe, .queue = queue}), wire::Subscribe{read.access, read.after}});
  }
  for (auto entry = subscriptions_.begin(); entry != subscriptions_.end();) {
    if (queues.contains(entry->first)) {
      ++entry;
      continue;
    }
    ++leaving_[entry->first];
    out.push_back(
        {ask({.what = Asked::What::kUnsubscribe, .queue = entry->first}), wire::Unsubscribe{entry->first}});
    entry = subscriptions_.erase(entry);
  }
  std::erase_if(put_off_, [&](const auto& refused) { return !queues.contains(refused.first); });
  return out;
}

std::vector<wire::Request> Link::taken_in(const wire::QueueId& queue, size_t size_bytes) {
  std::vector<wire::Request> out;
  const auto found = subscriptions_.find(queue);
  if (found != subscriptions_.end()) found->second.to_acknowledge = found->second.next - 1;
  not_acknowledged_bytes_ += size_bytes;
  if (not_acknowledged_bytes_ < kAcknowledgeAfterBytes) return out;
  not_acknowledged_bytes_ = 0;
  for (auto& [id, subscription] : subscriptions_) {
    if (subscription.to_acknowledge == 0) continue;
    // Acknowledge has no answer, so its id is none that anything waits for.
    out.push_back({0, wire::Acknowledge{id, subscription.to_acknowledge}});
    subscription.to_acknowledge = 0;
  }
  return out;
}

wire::Request Link::send(group::WantedSend&& wanted) {
  sending_ = true;
  send_waits_ = false;
  const wire::RequestId id = ask({.what = Asked::What::kAppend, .queue = {}, .handle = wanted.handle});
  return {id, wire::Append{wanted.access, std::move(wanted.entry)}};
}

wire::Request Link::ask_blob(uint64_t handle, wire::Body&& body) {
  return {ask({.what = Asked::What::kBlob, .queue = {}, .handle = handle}), std::move(body)};
}

wire::Request Link::forward_read(const std::string& relay, const group::WantedRead& wanted) {
  forwarding_ = true;
  forward_waits_ = false;
  const wire::RequestId id = ask({.what = Asked::What::kForwardRead,
                                  .queue = wire::queue_id(wanted.access),
                                  .handle = 0,
                                  .after = wanted.after});
  // Only where the other relay said that there is nothing is it worth while to wait for more.
  const bool waits = forwards_ && nothing_came_;
  const wire::Request inner{0, wire::Read{wanted.access, wanted.after, waits ? kForwardWait_s : uint16_t{0}}};
  return {id, wire::Forward{relay, wire::encode(inner)}};
}

wire::Request Link::forward_send(const std::string& relay, group::WantedSend&& wanted) {
  sending_ = true;
  send_waits_ = false;
  const wire::RequestId id = ask(
      {.what = Asked::What::kAppend, .queue = {}, .handle = wanted.handle, .after = 0, .forwarded = true});
  return {id, wire::Forward{relay, wire::encode(wire::Request{
                                       0, wire::Append{wanted.access, std::move(wanted.entry)}})}};
}

Link::Verdict Link::judge_forwarded(const Asked& asked, const wire::Entries& entries) {
  forwards_ = true;
  const uint64_t last = entries.entries.empty() ? asked.after : entries.first + entries.entries.size() - 1;
  const bool fits = entries.queue == asked.queue &&
                    (entries.entries.empty() || entries.first == asked.after + 1) &&
                    entries.last_in_queue >= last;
  if (!fits) return Misbehaved{};
  nothing_came_ = entries.entries.empty();
  // Entries may come from a copy; that there is no more only the relay itself can say, by an empty answer.
  const uint64_t more = std::min(wire::kEntriesPerQueue, std::max(entries.last_in_queue, last + 1));
  return TakeIn{asked.queue, asked.after + 1, nothing_came_ ? entries.last_in_queue : more, entries.entries,
                true};
}

Link::Verdict Link::judge_entries(const wire::Entries& entries) {
  const auto found = subscriptions_.find(entries.queue);
  if (found == subscriptions_.end()) {
    if (leaving_.contains(entries.queue)) return Nothing{};
    return Misbehaved{};
  }
  const uint64_t last = entries.first + entries.entries.size() - 1;
  if (entries.entries.empty() || entries.first != found->second.next || entries.last_in_queue < last)
    return Misbehaved{};
  found->second.next = last + 1;
  return TakeIn{entries.queue, entries.first, entries.last_in_queue, entries.entries};
}

Link::Verdict Link::judge_refusal(const Asked& asked, const wire::Refusal& refusal, Instant now,
                                  Random& random) {
  switch (asked.what) {
    case Asked::What::kAppend:
      if (!is_passing(refusal.reason)) return NotSent{asked.handle, refusal.reason};
      send_again_ = back_off(now, refusal.retry_after_s, random);
      send_waits_ = true;
      return Nothing{};
    case Asked::What::kSubscribe:
      subscriptions_.erase(asked.queue);
      if (refusal.reason == wire::Reason::kExpired) {
        put_off_[asked.queue] = {now, kAfterExpired_ms};
        return Expired{asked.queue};
      }
      put_off_[asked.queue] = back_off(now, refusal.retry_after_s, random);
      return Nothing{};
    case Asked::What::kForwardRead:
      forwards_ = false;
      forward_again_ = back_off(now, refusal.retry_after_s, random);
      forward_waits_ = true;
      return Nothing{};
    case Asked::What::kUnsubscribe:
      // It may go on pushing; what comes is not wanted, and the entry in `leaving_` stays.
      ++leaving_[asked.queue];
      return Nothing{};
    case Asked::What::kBlob:  // the transfer decides
      return Nothing{};
  }
  return Nothing{};
}

Link::Verdict Link::judge(const wire::Answer& answer, Instant now, Random& random) {
  if (!is_up()) return Nothing{};
  if (answer.id == 0) {
    if (const auto* entries = std::get_if<wire::Entries>(&answer.body)) return judge_entries(*entries);
    // A relay that stops says so to all; the end of the connection follows.
    return std::holds_alternative<wire::Refusal>(answer.body) ? Verdict{Nothing{}} : Verdict{Misbehaved{}};
  }
  const auto found = asked_.find(answer.id);
  if (found == asked_.end()) return Misbehaved{};
  const Asked asked = found->second;
  asked_.erase(found);
  if (asked.what == Asked::What::kAppend) sending_ = false;
  if (asked.what == Asked::What::kForwardRead) forwarding_ = false;
  if (asked.what == Asked::What::kUnsubscribe && --leaving_[asked.queue] == 0) leaving_.erase(asked.queue);

  // What the answer must be the transfer knows.
  if (asked.what == Asked::What::kBlob) return BlobAnswer{asked.handle, &answer.body};
  if (const auto* refusal = std::get_if<wire::Refusal>(&answer.body))
    return judge_refusal(asked, *refusal, now, random);
  if (const auto* entries = std::get_if<wire::Entries>(&answer.body))
    return asked.what == Asked::What::kForwardRead ? judge_forwarded(asked, *entries) : Verdict{Misbehaved{}};
  if (const auto* appended = std::get_if<wire::Appended>(&answer.body)) {
    if (asked.what != Asked::What::kAppend || appended->number == 0) return Misbehaved{};
    back_off_ms_ = 0;
    return Sent{asked.handle, appended->number};
  }
  if (const auto* done = std::get_if<wire::Done>(&answer.body)) {
    if (asked.what == Asked::What::kAppend || asked.what == Asked::What::kForwardRead) return Misbehaved{};
    if (asked.what == Asked::What::kUnsubscribe) return Nothing{};
    const auto subscription = subscriptions_.find(asked.queue);
    if (subscription == subscriptions_.end()) return Nothing{};
    return TakeIn{asked.queue, subscription->second.next, done->last_in_queue, {}};
  }
  return Misbehaved{};
}

bool Link::is_due(Instant now) const {
  if (may_open(now)) return true;
  if (!is_up()) return false;
  return (send_waits_ && send_again_.over(now)) || (forward_waits_ && forward_again_.over(now)) ||
         std::ranges::any_of(put_off_, [&](const auto& refused) { return refused.second.over(now); });
}

std::optional<Instant> Link::next_due() const {
  std::optional<Instant> out;
  const auto at = [&](const Pause& pause) { out = out ? std::min(*out, pause.ends()) : pause.ends(); };
  if (state_ == State::kClosed) at(reopen_);
  if (is_up() && send_waits_) at(send_again_);
  if (is_up() && forward_waits_) at(forward_again_);
  for (const auto& [queue, pause] : put_off_) at(pause);
  return out;
}

}  // namespace homeward::client
