// The inside of a `Group`: its parts and how they belong together. Each .cpp file holds one of its concerns.
//
// The transaction (`Turn::rows`) is the truth; every field here is rebuilt from it by `load`. A call that
// changes a field writes the row in the same turn.
#pragma once

#include <map>
#include <set>

#include "group/group.h"
#include "group/invite.h"
#include "group/outbox.h"
#include "group/parcels.h"
#include "group/policy.h"
#include "group/queue.h"
#include "group/return.h"
#include "group/roster.h"
#include "group/rules.h"
#include "mls/group/group.h"

namespace homeward::group {

// No skipped keys: generations of a sender rise strictly. A gap this wide is invalid, for everybody alike.
inline constexpr mls::RatchetLimits kRatchetLimits{.max_forward = 1'000, .max_skipped = 0};

inline constexpr size_t kMostWarnings = 100;
inline constexpr int64_t kSecond_ms = 1'000;
inline constexpr int64_t kHour_ms = 3'600 * kSecond_ms;
inline constexpr int64_t kDay_ms = 24 * kHour_ms;
inline constexpr int64_t kLeafAge_ms = 7 * kDay_ms;  // then an Update is due
inline constexpr size_t kRoutinePerDay = 5;          // Updates of a group
inline constexpr int64_t kTurn_ms = 5 * kSecond_ms;  // between one member's turn to commit and the next one's

// One row: what the machine remembers beside MLS, roster and outbox.
struct Saved {
  Identity me;
  KeyPair signature_key;  // also in the MLS state; kept for key packages of a return
  Standing standing = Standing::kActive;
  uint64_t epoch = 0;
  uint64_t taken = 0;  // entries of the epoch
  Hash history;
  uint64_t next_handle = 1;
  uint64_t next_warning = 1;
  Instant leaf_since;            // of my last Update; 0: one is due since I joined
  std::vector<Instant> routine;  // Updates of anybody within a day
  bool seed_stale = false;       // someone was removed since the return seed was drawn
  Bytes policy;                  // encoded; also known after leaving
  // What I was given when I joined, to compare with what another member computes.
  bool has_bundle = false;
  BundleHash bundle;
  PersonId bundle_from;
};
Bytes encode(const Saved& saved);
Result<Saved> decode_saved(BytesView row);

struct OwnInvite {
  wire::QueueAccess ask;
  Instant ends;
  KeyPair request_key;  // private half empty once used, ended or revoked
  uint64_t taken = 0;
  bool used = false;
  bool revoked = false;
  bool is_open(Instant now) const { return !used && !revoked && now < ends; }
  bool wants_read() const { return !request_key.private_key.empty(); }
};

// A request that came by an invite of mine and is not proposed yet.
struct Asked {
  Candidate candidate;
  InviteId invite;
  Instant at;
  bool proposing = false;  // my event with it is in the outbox
};

// My commit that waits to be read back.
struct OwnCommit {
  mls::PendingCommit pending;
  Policy policy;       // of the epoch it leads to
  size_t covered = 0;  // pending removals when it was made
  Secret bundle_key;   // empty if it adds nobody
  bool routine = false;
};

// This device fell out and waits for an answer.
struct MyReturn {
  Bytes key_package;
  mls::KeyPackageSecrets secrets;
  wire::QueueAccess answer;
  decltype(AnswerAccess::key) key;
  uint64_t taken = 0;
};

// Another fell out and asks to be put back.
struct Returning {
  ReturnAsk ask;
  Instant at;
  bool wanted = false;  // this device's person said yes
};

inline constexpr size_t kMostReturnSeeds = 4;
struct ReadReturns {
  ReturnQueue queue;
  uint64_t taken = 0;
  uint64_t since_epoch = 0;
};

struct Group::Impl {
  GroupId id;
  std::optional<mls::Group> mls;  // gone once this device is out
  Saved saved;
  Policy policy;
  std::vector<Seat> seats;
  Roster roster;
  EpochQueue queue;
  PendingRemovals pending;
  Outbox outbox;
  std::optional<Flight> flight;
  std::optional<OwnCommit> own_commit;
  std::set<uint64_t> sides;  // handles
  std::map<InviteId, OwnInvite> invites;
  std::map<RequestId, Asked> asked;
  std::map<ReturnSeed, ReadReturns> return_queues;
  std::map<PersonId, Returning> returns;
  std::optional<MyReturn> my_return;
  Parcels parcels;  // of the answer to my return

  // Memory only.
  std::vector<SealedNote> notes;  // taken in, not asked for yet
  bool caught_up = false;
  bool doubt = false;              // the relay contradicted itself on this connection
  bool second_look = false;        // and the connection is a new one
  std::map<Bytes, Instant> dues;   // reasons to commit and when it is my turn
  Instant adds_ready;              // since when an add could be committed; 0: none could
  Instant adds_stirred;            // when a request was last proposed or confirmed
  std::set<RequestId> unfit;       // requests that no commit could be made of
  std::set<RequestId> confirming;  // my confirmations in the outbox
  std::set<ChangeId> approving;    // my approvals of changes in the outbox
  std::set<uint64_t> sides_held;   // refused on this connection

  // --- saved.cpp ---
  static Result<std::unique_ptr<Impl>> load(const GroupId& id, Rows& rows);
  void save(Rows& rows);  // the `Saved` row and what changed of the MLS state
  void save_flight(Rows& rows);
  void save_invite(const InviteId& invite, Rows& rows);
  void save_asked(const RequestId& request, Rows& rows);
  void save_own_commit(Rows& rows);
  // The first state of a founder or newcomer. `mls` and `saved` are set.
  Result<> begin(Rows& rows);
  void erase_rows(Rows& rows, bool all);  // not all: what a member who left needs no more

  // --- queries that others build on ---
  Court court() const { return {id, *mls, policy, seats, pending}; }
  bool following() const {
    return mls && (saved.standing == Standing::kActive || saved.standing == Standing::kLeaving);
  }
  const Identity* seat_of(const PersonId& person) const;
  std::optional<mls::LeafIndex> leaf_of(const PersonId& person) const;
  bool is_named(const PersonId& person) const;
  Bytes snapshot(Rows& rows, Fold& fold) const;
  Result<Approval> approve(const Action& action) const;  // mine, for kApprovalEpochs from now
  bool closing_came(Instant now) const { return policy.closes.ms != 0 && now >= policy.closes; }
  void warn(Warning::Kind kind, std::optional<PersonId> about, Turn& turn);
  void set_standing(Standing standing, Turn& turn);

  // --- entries.cpp: what is read from the group's queue ---
  void take_group_entries(uint64_t first, std::span<const Bytes> entries, uint64_t last_in_queue, Turn& turn);
  bool relay_contradicts(uint64_t first, size_t count, uint64_t last_in_queue) const;
  bool flight_is_missing(uint64_t number, BytesView entry, Turn& turn);
  void take_entry(BytesView entry, Turn& turn);
  void read_entry(BytesView entry, Turn& turn);
  void read_own(BytesView message, Turn& turn);
  void read_opened(mls::Opened opened, const Identity& author, Turn& turn);
  void read_commit(const mls::Opened& opened, const Claims& claims, const Identity& author, Turn& turn);
  bool history_fits(const Claims& claims, Rows& rows) const;
  bool was_overtaken(const Claims& claims) const;
  void apply_event(mls::LeafIndex leaf, const PersonId& author, const Event& event, Turn& turn);
  void compare_bundle(const Event& event, Turn& turn);
  void remember_removal(mls::LeafIndex target, PendingRemoval removal, Turn& turn);

  // --- epochs.cpp: from one epoch to the next ---
  struct Turnover {
    Policy policy;
    PersonId committer;
    bool routine = false;
    std::optional<Bytes> welcome;  // of my own commit
    Secret bundle_key;
  };
  void enter_epoch(Turnover turnover, Turn& turn);
  void drop_flight(Turn& turn);  // back into the outbox
  void answer_newcomers(const std::vector<OpenRequest>& joined, const Turnover& turnover, BytesView bundle,
                        Turn& turn);
  void send_aside(const wire::WriteAccess& access, Bytes entry, Rows& rows);
  void go(Standing standing, Turn& turn);  // out of the group
  void get_stuck(Warning::Kind kind, std::optional<PersonId> about, Turn& turn);

  // --- commits.cpp: what should be committed, by whom, when ---
  struct Plan {
    std::vector<RequestId> adds;
    std::vector<PersonId> removals;  // by value
    std::vector<PersonId> replacements;
    std::optional<ChangeId> change;  // only in a commit without any of the above
    bool update = false;
    bool renew_seed = false;
  };
  Plan plan(Instant now) const;
  void notice_dues(Instant now, Random& random);
  Instant gathers_until(const Plan& wanted, Instant now);
  bool make_commit(Turn& turn);  // false: nothing could be made
  struct Draft {
    Policy policy;
    Secret bundle_key;
    bool routine = false;
  };
  Result<mls::PendingCommit> try_commit(const Plan& wanted, Draft& made, Turn& turn);
  bool take_off_commit(mls::PendingCommit commit, Draft made, Turn& turn);

  // --- sends.cpp ---
  std::optional<WantedSend> next_send(Turn& turn);
  Claims claims() const;
  bool encrypt_next(Turn& turn);
  bool encrypt_event(const Outbox::Item& item, Turn& turn);
  bool encrypt_removal(const Outbox::Item& item, Turn& turn);
  // Seals a message and makes it the entry under way; false if it is too large.
  bool take_off(Flight next, BytesView message, Turn& turn);

  // --- returns.cpp: falling out and coming back ---
  Result<> load_returns(Rows& rows);
  void save_my_return(Rows& rows);
  void save_read_returns(const ReturnSeed& seed, Rows& rows);
  void save_return(const PersonId& person, Rows& rows);
  void ask_to_return(Warning::Kind reason, Turn& turn);
  void take_answer(uint64_t first, std::span<const Bytes> entries, Turn& turn);
  bool come_back(const Answer& answer, Turn& turn);
  void watch_return_seed(Rows& rows);
  void take_returns(const ReturnSeed& seed, uint64_t first, std::span<const Bytes> entries, Turn& turn);
  Result<> may_return(const ReturnAsk& ask) const;
  void settle_returns(const Turnover& turnover, BytesView bundle, Turn& turn);

  // --- asks.cpp: requests that come by my invites ---
  void take_ask_entries(const InviteId& invite, uint64_t first, std::span<const Bytes> entries, Turn& turn);
  void close_invite(const InviteId& invite, Rows& rows);
  void end_invites(Turn& turn);
};

}  // namespace homeward::group
