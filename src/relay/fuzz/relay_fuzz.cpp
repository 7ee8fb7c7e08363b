// Any bytes as a sequence of what connections do to a relay, against what it must keep: every request but
// Acknowledge has one answer, answers decode, a queue's numbers have no gaps, subscribers and readers see one
// and the same order.
#include "relay/store/memory_store.h"
#include "relay/testing.h"

using namespace homeward;
using namespace homeward::relay;

namespace {

constexpr size_t kConnections = 4;
constexpr size_t kQueues = 3;

class Run {
 public:
  Run()
      : harness_({.entries_per_queue = 40, .waits_per_connection = 3, .push_window_bytes = 8 * 1024},
                 open_memory_store()) {
    for (size_t i = 0; i < kQueues; ++i) queues_[i] = harness_.queue();
    for (size_t i = 0; i < kConnections; ++i) connect(i);
  }

  void steps(Reader& in) {
    while (!in.empty()) step(in);
    harness_.relay().shut_down();
    for (size_t i = 0; i < kConnections; ++i) check(i);
    HW_ASSERT(harness_.relay().settled() && harness_.relay().counters().waiting_reads == 0);
    for (const Peer& peer : peers_) HW_ASSERT(peer.open_requests == 0);
  }

 private:
  struct Peer {
    ConnectionId id = 0;
    bool is_live = false;
    size_t open_requests = 0;
    std::map<wire::QueueId, uint64_t> pushed;  // number of the last entry pushed since the last Subscribe
    bool is_closing = false;
  };

  void connect(size_t index) {
    peers_[index] = {};
    peers_[index].is_live = index % 2 == 0;
    peers_[index].id = harness_.connect({.live = peers_[index].is_live});
  }

  void request(size_t index, const wire::Body& body) {
    Peer& peer = peers_[index];
    harness_.send(peer.id, {1, body});
    const bool has_answer = !peer.is_live || !std::holds_alternative<wire::Acknowledge>(body);
    peer.open_requests += has_answer ? 1 : 0;
  }

  void step(Reader& in) {
    const uint8_t what = in.u8();
    const size_t index = in.u8() % kConnections;
    const size_t queue_index = in.u8() % kQueues;
    const uint8_t number = in.u8();
    const wire::QueueAccess& access = queues_[queue_index];
    switch (what % 13) {
      case 0:
      case 1:
        return request(index, wire::Append{access.write, Bytes(size_t{512} << (number % 4), number)});
      case 2:
        return request(index, wire::Read{access.read, number, static_cast<uint16_t>(what / 13 % 4)});
      case 3:
        check(index);
        if (peers_[index].is_live) peers_[index].pushed[wire::queue_id(access.read)] = number;
        return request(index, wire::Subscribe{access.read, number});
      case 4:
        return request(index, wire::Unsubscribe{wire::queue_id(access.read)});
      case 5:
        return request(index, wire::Acknowledge{wire::queue_id(access.read), number});
      case 6:
        return check(index);
      case 7:
        harness_.now = harness_.now.after_ms(number * 20);
        harness_.relay().tick(harness_.now);
        return check(index);
      case 8:
        harness_.relay().close(peers_[index].id);
        return connect(index);
      case 9:
        return request(index, wire::PutChunk{access.write, static_cast<uint16_t>(number % 4), 4, number,
                                             Bytes(wire::kChunkBytes, number / 64)});
      case 10:
        return request(index, wire::GetChunk{access.read, static_cast<uint16_t>(number % 5)});
      case 11:
        return request(index, wire::ReadBlobStatus{access.read});
      default: {
        const size_t size = std::min<size_t>(number, in.left());
        harness_.relay().receive(peers_[index].id, in.raw(size), harness_.now);
        // Whatever it was, the connection has had its use here.
        harness_.settle();
        harness_.relay().close(peers_[index].id);
        return connect(index);
      }
    }
  }

  void see(const wire::Entries& entries) {
    for (size_t i = 0; i < entries.entries.size(); ++i) {
      const auto [known, is_new] = log_[entries.queue].emplace(entries.first + i, entries.entries[i]);
      HW_ASSERT(known->second == entries.entries[i]);
    }
    HW_ASSERT(entries.entries.empty() || entries.first + entries.entries.size() - 1 <= entries.last_in_queue);
  }

  void check(size_t index) {
    Peer& peer = peers_[index];
    for (const wire::Answer& answer : harness_.take(peer.id)) {
      const auto* entries = std::get_if<wire::Entries>(&answer.body);
      if (entries != nullptr) see(*entries);
      if (answer.id != 0) {
        HW_ASSERT(peer.open_requests > 0);
        --peer.open_requests;
      } else if (entries != nullptr) {
        uint64_t& last = peer.pushed.at(entries->queue);
        HW_ASSERT(entries->first == last + 1);
        last += entries->entries.size();
      }
      if (const auto* appended = std::get_if<wire::Appended>(&answer.body)) HW_ASSERT(appended->number >= 1);
    }
  }

  RelayHarness harness_;
  std::array<wire::QueueAccess, kQueues> queues_;
  std::array<Peer, kConnections> peers_;
  std::map<wire::QueueId, std::map<uint64_t, Bytes>> log_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4'000) return 0;
  Run run;
  Reader in({data, size});
  run.steps(in);
  return 0;
}
