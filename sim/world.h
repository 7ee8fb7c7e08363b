// The simulated world: members' clients with vaults on faulty disks, one relay on another, a network between
// them; one seed draws topology, faults and workload, and the same seed always does the same.
//
// A run has a phase of faults (connections cut, frames doubled on another connection, delays, partitions,
// power cut between any two writes of any disk, full disks, clocks that jump, members joining, leaving and
// being removed while away) and then heals and must converge. It stops at the first check that fails, and
// says which. What is checked, always and at the end, stands in checks.cpp.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <set>

#include "client/client.h"
#include "relay/relay.h"
#include "sim/sim_disk.h"

namespace homeward::sim {

// Worlds in which something is wrong on purpose, and the checks must say so.
enum class Canary : uint8_t {
  kNone,
  kSwapsEntries,    // the relay shows one reader entries of one push in another order
  kForgetsEntries,  // the relay acknowledges entries and stores other bytes in their place
  kBreaksFold,      // one member's view loses a message after it was taken in
  kCrownsOne,       // a member without the right to it makes herself organizer, and all devices take it
  kTellsPorch,      // a member says in the porch what was said further in
  kObeysOne,        // where organizers must be two, the word of one is enough: a second is never heard
  kSneaksDevice,    // a further device comes in on its owner's word alone: nobody else's is heard
  kOusts,           // somebody is gone, and nobody who may had said so
};

struct Options {
  uint64_t seed = 1;
  Canary canary = Canary::kNone;
  bool keeps_trace = false;  // as text, for reading
  bool verbose = false;
};

struct Statistics {
  uint64_t events = 0, posts = 0, joins = 0, removals = 0, leaves = 0, crashes = 0, relay_crashes = 0,
           cuts = 0, doubled = 0, full_disks = 0, jumps = 0, old_copies = 0, epochs = 0, taken_in = 0,
           changes = 0, touches = 0, expired = 0, family_acts = 0, notes = 0, brought_in = 0, devices = 0,
           devices_lost = 0, fell_out = 0, rubbish = 0, anew = 0, months = 0, files = 0, files_read = 0;
  void add(const Statistics& other);
};

struct Outcome {
  std::string failure;  // empty: all checks held
  Hash trace;
  std::vector<std::string> lines;
  Statistics statistics;
};

// Runs a world to its end.
Outcome run(const Options& options);
// Twice; a different trace the second time is a failure too.
Outcome run_twice(const Options& options);

// --- What follows is the world's inside ---

// Begins every planted text and name; nothing that holds it may reach the relay or a disk.
inline constexpr std::string_view kPlanted = "zqxplanted";
inline constexpr int64_t kSecond_ms = 1000, kMinute_ms = 60 * kSecond_ms, kHour_ms = 60 * kMinute_ms;

class Clockwork {
 public:
  Instant now() const { return now_; }
  void at(Instant when, std::function<void()> what) {
    events_.push({std::max(when, now_), next_++, std::move(what)});
  }
  void after_ms(int64_t ms, std::function<void()> what) { at(now_.after_ms(ms), std::move(what)); }
  // Runs the next event if it is due by then; otherwise time passes to `until` and the answer is false.
  bool step(Instant until);

 private:
  struct Due {
    Instant when;
    uint64_t order;
    std::function<void()> what;
    bool operator<(const Due& other) const {
      return std::tie(when, order) > std::tie(other.when, other.order);
    }
  };
  std::priority_queue<Due> events_;
  Instant now_{1'656'000'000'000};
  uint64_t next_ = 0;
};

// A stream between a client's connection and the relay: in order and whole until it is cut, when all under
// way is lost.
struct Stream {
  size_t node = 0;
  client::ConnectionId client_side = 0;
  relay::ConnectionId relay_side = 0;
  bool alive = true;
  bool is_up_at_client = false;
  Instant last_to_relay, last_to_client;
};

struct Node {
  size_t index = 0;
  std::string name;
  std::unique_ptr<SimDisk> disk;
  std::unique_ptr<Random> random;
  std::unique_ptr<client::Client> client;  // null while it is down
  int64_t clock_offset_ms = 0;
  uint64_t lives = 0;
  uint64_t wake = 0;  // the number of its latest timer; older ones do nothing
  bool is_cut_off = false;
  std::map<client::ConnectionId, std::shared_ptr<Stream>>
      streams;  // wanted by the client; null while not connected
  std::map<std::string, Bytes> old_copy;
  bool was_put_back = false;
  bool fell_out = false;                      // some group of its could not be followed for a while
  bool is_hostile = false;                    // made a commit that is not good for all
  std::map<group::GroupId, uint64_t> epochs;  // last seen
};

struct Post {
  size_t node = 0;
  group::GroupId group;
  group::PersonId author;
  std::optional<group::EventId> id;  // nothing: the disk failed, it may be there or not
  std::string text;
  std::set<group::PersonId> forbidden;  // removed before it was written
  bool touched = false;                 // edited or removed by somebody
};

// A change of a group's rules that somebody proposed, and who said yes to it.
struct SimChange {
  group::Change change;
  std::set<group::PersonId> approvers;
};

struct SimGroup {
  group::GroupId id;
  size_t founder = 0;
  std::set<group::PersonId> ever, gone;
  std::map<uint64_t, Hash> authenticators;               // by epoch
  std::map<std::pair<uint64_t, uint64_t>, Hash> shared;  // by epoch and number
  // The rules as the first member saw them in each epoch, and who was there.
  struct Rules {
    group::PolicyView policy;
    std::set<group::PersonId> present;
  };
  std::map<uint64_t, Rules> rules;
  std::map<group::ChangeId, SimChange> changes;
  // Who may have gone, since somebody who may had said so; whose words count for that; who agreed to whom (by
  // the name asked with) and to which person's further devices.
  std::set<group::PersonId> may_go;
  std::map<group::PersonId, std::set<group::PersonId>> removal_words;
  std::map<group::PersonId, std::set<group::PersonId>> device_words;
  std::set<group::DeviceId> devices;
  std::optional<group::PersonId> committer_of_rubbish;
  bool unsure = false;  // a change may have been proposed or approved: the disk failed under it
  bool is_porch = false;
  size_t dropped_requests = 0;  // declined where they might have been on their way in
  std::optional<group::GroupId> porch;
  bool expires = false;  // talk has an end, and clocks that jump bring it to some early
};

// Whether those who said yes may change these rules so: docs/formats/group.md and decision 0013, worked out
// here a second time. Two organizers, or the only one; she whose own role goes down, if nothing else changes;
// where no organizer is left, as many present persons as remove somebody, for one organizer and nothing else.
bool is_enough(const SimChange& made, const SimGroup::Rules& before);

// A file that was sent with a message.
struct SimFile {
  size_t node = 0;
  group::GroupId group;
  std::string text;  // the message's
  Bytes content;
};

// What is sealed in a case, and to whom.
struct CaseSecret {
  group::GroupId group;
  domain::Ref ref;
  std::string text;
  std::set<group::PersonId> readers;
};

class World {
 public:
  explicit World(const Options& options);
  ~World();
  Outcome run();

 private:
  // --- Drawing and telling ---
  uint64_t below(uint64_t limit) { return random_.below(limit); }
  bool chance(uint64_t per_mille) { return below(1000) < per_mille; }
  void trace(std::string_view what, size_t who, uint64_t number = 0);
  void trace_bytes(std::string_view what, size_t who, BytesView bytes);
  void fail(const std::string& what);
  bool failed() const { return !outcome_.failure.empty(); }

  // --- Nodes (nodes.cpp) ---
  void start(Node& node);
  void stop(Node& node);  // the process ends; what was not synced may be lost
  void crash_if_without_power(Node& node);
  void put_old_copy_back(Node& node);
  Instant clock(const Node& node) const { return clockwork_.now().after_ms(node.clock_offset_ms); }
  // Runs `what` on a client that is up, then does what it asks for, looks at it and sets its timer.
  void with(Node& node, const std::function<void(client::Client&)>& what);
  void set_timer(Node& node);

  // --- Network (network.cpp) ---
  void obey(Node& node, client::Effect& effect);
  void connect_later(size_t node, client::ConnectionId connection, int64_t ms);
  void connect(size_t node, client::ConnectionId connection);
  void send_to_relay(const std::shared_ptr<Stream>& stream, Bytes frame, bool is_append);
  void send_to_client(const std::shared_ptr<Stream>& stream, std::shared_ptr<const Bytes> frame);
  void cut(const std::shared_ptr<Stream>& stream);
  void cut_all(Node& node);
  int64_t latency_ms();
  wire::Answer distorted(wire::Answer answer, size_t node);
  Bytes distorted_request(Bytes frame);

  void start_relay();
  void stop_relay();
  void relay_receive(relay::ConnectionId connection, const Bytes& frame);
  void relay_soon();
  void drive_relay();

  // --- Workload (workload.cpp) ---
  void begin();
  void act();
  void post(Node& node, const group::GroupId& group);
  void invite(Node& node, const group::GroupId& group);
  void attend(Node& node, uint64_t willing_per_mille);
  void remove_somebody();
  void leave(Node& node);
  void strike();
  // Devices, falling out, hostile committers (devices.cpp)
  void device_acts();
  void add_device(Node& node, const group::GroupId& group);
  void lose_device(Node& node, const group::GroupId& group);
  void commit_rubbish();
  void oust();
  void say_removal(Node& node, SimGroup& group);
  void a_month_passes();
  void attend_fallen(Node& node);
  bool is_of_founder(const Node& node, const SimGroup& group) const;
  bool follows_rules(const Node& node, const SimGroup& group) const;
  void check_devices(Node& node, SimGroup& group, const SimGroup::Rules& before);
  void check_gone(SimGroup& group, const SimGroup::Rules& before, const SimGroup::Rules& now);
  void reform(Node& node, SimGroup& group);
  void approve_changes(Node& node, SimGroup& group);
  void record_word(SimChange& change, const group::PersonId& person);
  void touch(Node& node, const group::GroupId& group);
  void heal();
  Node* some_node_in(group::GroupId& group);
  // Files (files.cpp)
  void attach(Node& node, const group::GroupId& group);
  void fetch_files(Node& node, uint64_t per_mille);
  bool is_rightly_gone(const client::ShownFile& file) const;
  std::string files_unsettled();
  void check_files(const SimGroup& group);
  void check_files_gone(Node& node, const group::GroupId& group);
  // Families (families.cpp)
  void families(Node& node, const group::GroupId& group);
  void record_losses(Node& node, const group::GroupId& group);  // losses.cpp
  void family(Node& node, const group::GroupId& group);
  void change_in(Node& node, const group::GroupId& group,
                 const std::function<Result<>(const client::Client::Hand&)>& act);
  void open_some_case(Node& node, const group::GroupId& group);
  void write_into_some_case(Node& node, const group::GroupId& group);
  void roll_and_report(Node& node, const group::GroupId& group);
  void answer_doubles(Node& node, const group::GroupId& group);
  void inform(Node& node, const group::GroupId& group);
  void check_families(const SimGroup& group);
  void check_secrets(Node& node, const group::GroupId& group);
  std::vector<group::GroupId> groups_of(Node& node);
  // Porches (porch.cpp)
  void open_porch();
  std::string mark_of(const group::GroupId& group) const;
  void at_the_porch(Node& node);
  void help_at_the_porch(Node& node);
  bool inner_days_are_over(client::Client& client, const group::PersonId& person, Instant now);
  void drop_request(Node& node, const group::GroupId& group, const group::RequestId& request);
  void check_porch();

  // --- Checks (checks.cpp) ---
  void observe(Node& node);
  void check_hidden(BytesView bytes, const char* where);
  // Why the world has not come to rest yet; empty if it has.
  std::string unsettled();
  void check_end();
  void check_group(SimGroup& group);
  void check_views(Node& node, const group::GroupId& group, const std::vector<client::TalkMessage>& talk);
  void check_posts(const SimGroup& group, const std::map<size_t, std::vector<client::TalkMessage>>& talks);
  bool nobody_may_tell(const Node& node, const group::GroupId& group);
  bool founder_knows(const Node& node, const group::GroupId& group);
  void check_rules(Node& node, SimGroup& group, uint64_t epoch);
  void check_expiry(SimGroup& group);
  void check_warnings(Node& node, const group::GroupId& group);
  std::vector<client::TalkMessage> talk_of(Node& node, const group::GroupId& group);

  Options options_;
  SeededRandom random_;
  Clockwork clockwork_;
  Outcome outcome_;

  std::deque<Node> nodes_;
  std::vector<SimGroup> groups_;
  std::vector<Post> posts_;
  std::vector<CaseSecret> secrets_;
  std::vector<SimFile> files_;

  std::unique_ptr<SimDisk> relay_disk_;
  std::optional<relay::Store> relay_store_;
  std::unique_ptr<relay::Relay> relay_;
  relay::ConnectionId next_relay_side_ = 1;
  std::map<relay::ConnectionId, std::shared_ptr<Stream>> relay_streams_;
  bool relay_is_due_ = false;

  Instant relay_now() const { return clockwork_.now().after_ms(relay_offset_ms_); }

  int64_t relay_offset_ms_ = 0;
  bool faults_ = true;
  int64_t base_latency_ms_ = 5;
  uint64_t cut_per_mille_ = 0, double_per_mille_ = 0, slow_per_mille_ = 0;
  bool reforms_ = false;    // a world where rules are changed often, so that several organizers agree on some
  bool has_porch_ = false;  // newcomers of the first group come through one
  bool devices_often_ = false;  // a world of several devices, of leaving the relay's memory and of rubbish
  bool has_files_ = false;      // a world where members send files
  size_t canary_victim_ = 0;
  bool canary_sang_ = false;
};

}  // namespace homeward::sim
