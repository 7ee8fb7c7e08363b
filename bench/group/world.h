// Many members' clients in one process, each with a vault of its own on a disk in memory, and one relay that
// counts what everybody receives.
//
// The network takes no time and fails nobody (sim/ is for that), so that what is measured is the protocol and
// the client: bytes, time of the processor inside the client, and round trips that must wait for each other.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>

#include "client/client.h"
#include "sim/sim_disk.h"

namespace homeward::bench {

inline constexpr int64_t kSecond_ms = 1'000, kMinute_ms = 60 * kSecond_ms, kHour_ms = 60 * kMinute_ms,
                         kDay_ms = 24 * kHour_ms;

// What one member's device spent.
struct Spent {
  uint64_t received_bytes = 0;  // frames from the relay
  uint64_t sent_bytes = 0;
  double cpu_ms = 0;
  uint64_t round_trips = 0;  // the longest chain of requests that had to wait for an answer
};

struct Member {
  size_t index = 0;
  std::string name;
  std::unique_ptr<SeededRandom> random;
  std::unique_ptr<sim::SimDisk> disk;
  std::unique_ptr<client::Client> client;  // null while it is away
  group::PersonId person;
  bool gone = false;  // removed, or of no more interest
  Spent spent;
  uint64_t depth = 0;  // round trips behind what is happening now
  uint64_t wake = 0;
  uint64_t disk_bytes() const;
};

class World {
 public:
  explicit World(uint64_t seed) : random(seed) {}

  Member& add_member();
  void wake(Member& member);
  void sleep(Member& member);  // closes the vault; the disk stays
  // Forgets all of it.
  void discard(Member& member);

  // Runs what is due until then; `settle` what is due now.
  void run_until(Instant until);
  void settle() { run_until(now); }
  // Runs something on a member's client, at her cost, and obeys what it asks for.
  template <class Act>
  auto with(Member& member, Act&& act) {
    const double before = cpu_ms();
    auto out = act(*member.client);
    member.spent.cpu_ms += cpu_ms() - before;
    obey(member);
    return out;
  }
  static double cpu_ms();

  Instant now{1'700'000'000'000};
  SeededRandom random;
  std::deque<Member> members;
  uint64_t entries = 0, entry_bytes = 0;       // appended, all queues
  std::map<size_t, uint64_t> entries_by_size;  // in queues that more than two read

 private:
  using Sealed = std::shared_ptr<const wire::Answer>;
  struct Subscription {
    size_t member;
    client::ConnectionId connection;
    uint64_t life;
  };
  struct Queue {
    std::vector<Bytes> entries;
    std::vector<Subscription> readers;
    size_t most_readers = 0;
  };
  struct Job {
    size_t member;
    uint64_t life;
    client::ConnectionId connection;
    Sealed answer;  // null: the connection stands
    size_t size_bytes = 0;
    uint64_t depth = 0;
  };
  struct Tick {
    Instant at;
    size_t member;
    uint64_t wake;
    bool operator<(const Tick& other) const {
      return std::tie(at, member, wake) > std::tie(other.at, other.member, other.wake);
    }
  };
  struct HashOfId {
    size_t operator()(const wire::QueueId& id) const;
  };

  void obey(Member& member);
  void serve(Member& member, client::ConnectionId connection, const wire::Request& request);
  void answer(Member& member, client::ConnectionId connection, wire::Answer&& answer);
  void push(Queue& queue, const wire::QueueId& id, const Subscription& to, uint64_t after, uint64_t depth);
  void run_jobs();
  void set_timer(Member& member);

  std::unordered_map<wire::QueueId, Queue, HashOfId> queues_;
  std::deque<Job> jobs_;
  std::priority_queue<Tick> ticks_;
  std::map<size_t, uint64_t> lives_;
};

}  // namespace homeward::bench
