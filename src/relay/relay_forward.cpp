// Of the rules: what is passed on to other relays.
#include <utility>

#include "relay/relay.h"

namespace homeward::relay {

namespace {

constexpr uint16_t kMostForwardedWait_s = 10;

}  // namespace

void Relay::handle(ConnectionId id, wire::RequestId request, wire::Forward&& body) {
  if (std::ranges::find(limits_.other_relays, body.url) == limits_.other_relays.end())
    return refuse(id, request, wire::Reason::kNoForwarding);
  Result<wire::Request> decoded = wire::decode_request(body.request);
  if (!decoded.ok()) return refuse(id, request, wire::Reason::kBadRequest);
  auto* read = std::get_if<wire::Read>(&decoded->body);
  const auto* append = std::get_if<wire::Append>(&decoded->body);
  if (read == nullptr && append == nullptr) return refuse(id, request, wire::Reason::kNoForwarding);
  Connection& connection = connections_.at(id);
  if (forwards_.size() >= limits_.most_forwards || connection.forwards >= limits_.forwards_per_connection)
    return refuse(id, request, wire::Reason::kTooManyRequests);
  ++connection.forwards;
  ++counters_.forwarded;
  Forwarded forwarded{.connection = id, .request = request, .url = body.url};
  if (read != nullptr) {
    read->wait_s = std::min(read->wait_s, kMostForwardedWait_s);
    forwarded.read = *read;
  }
  decoded->id = 0;
  const ForwardId number = next_forward_++;
  calls_.push_back({.id = number,
                    .url = std::move(body.url),
                    .request = wire::encode(*decoded),
                    .wait_s = read == nullptr ? uint16_t{0} : read->wait_s});
  forwards_.emplace(number, std::move(forwarded));
}

void Relay::forwarded(ForwardId number, std::optional<Bytes> frame) {
  const auto found = forwards_.find(number);
  if (found == forwards_.end()) return;
  const Forwarded forwarded = std::move(found->second);
  forwards_.erase(found);
  const auto connection = connections_.find(forwarded.connection);
  if (connection != connections_.end()) --connection->second.forwards;
  std::optional<wire::Answer> answered;
  if (frame) {
    Result<wire::Answer> decoded = wire::decode_answer(*frame);
    if (decoded.ok() && is_answer_to(forwarded, decoded->body)) answered = std::move(*decoded);
  }
  if (!answered) return answer_from_copy(forwarded);
  if (const auto* entries = std::get_if<wire::Entries>(&answered->body)) {
    const bool may_create = connection != connections_.end() && connection->second.options.may_create_queues;
    mirror_->keep(forwarded.url, *entries, may_create);
  }
  pass_on(forwarded, std::move(answered->body));
}

// Whether the other relay said something that the asker has a use for.
bool Relay::is_answer_to(const Forwarded& forwarded, const wire::AnswerBody& body) {
  if (const auto* refusal = std::get_if<wire::Refusal>(&body)) {
    const bool is_passing = refusal->reason == wire::Reason::kShuttingDown ||
                            refusal->reason == wire::Reason::kInternal ||
                            refusal->reason == wire::Reason::kTooManyRequests;
    return !forwarded.read || !is_passing;
  }
  if (!forwarded.read) return std::holds_alternative<wire::Appended>(body);
  const auto* entries = std::get_if<wire::Entries>(&body);
  return entries != nullptr && entries->queue == wire::queue_id(forwarded.read->access) &&
         (entries->entries.empty() || entries->first == forwarded.read->after + 1);
}

void Relay::answer_from_copy(const Forwarded& forwarded) {
  if (!forwarded.read) return refuse(forwarded.connection, forwarded.request, wire::Reason::kOtherRelay);
  mirror_->find(forwarded.url, wire::queue_id(forwarded.read->access), forwarded.read->after,
                [this, forwarded](std::optional<wire::Entries> found) {
                  if (!found)
                    return refuse(forwarded.connection, forwarded.request, wire::Reason::kOtherRelay);
                  ++counters_.answered_from_copies;
                  pass_on(forwarded, std::move(*found));
                });
}

void Relay::pass_on(const Forwarded& forwarded, wire::AnswerBody body) {
  const auto* refusal = std::get_if<wire::Refusal>(&body);
  const auto refused = refusal == nullptr ? std::nullopt : std::optional(refusal->reason);
  const uint16_t retry_after_s = refusal == nullptr ? uint16_t{0} : refusal->retry_after_s;
  if (const auto* entries = std::get_if<wire::Entries>(&body))
    counters_.entries_sent += entries->entries.size();
  if (!connections_.contains(forwarded.connection)) return;
  answer(forwarded.connection, {forwarded.request, std::move(body)});
  deliveries_.back().refused = refused;
  deliveries_.back().retry_after_s = retry_after_s;
}

void Relay::append_copy(StoreAppend append) {
  if (counters_.waiting_append_bytes + append.entry.size() > limits_.waiting_append_bytes) return;
  Lane& lane = lanes_.at(store_.lane_of(append.queue));
  if (lane.is_stalled) return;
  counters_.waiting_append_bytes += append.entry.size();
  ++counters_.entries_copied;
  lane.appends.emplace_back(std::move(append), Batch::Origin{});  // of no connection: nobody is answered
}

void Relay::refuse_forwards() {
  for (const auto& [number, forwarded] : std::exchange(forwards_, {}))
    refuse(forwarded.connection, forwarded.request, wire::Reason::kShuttingDown);
}

}  // namespace homeward::relay
