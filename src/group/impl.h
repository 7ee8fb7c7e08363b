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
#include "group/recovery.h"
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
  // Falling out.
  uint8_t stuck_why = 0;  // a Warning::Kind
  PersonId accused;       // zeros: nobody
  Instant stuck_since;
  Instant seed_since;  // when the return seed was seen first
  // The newest claim to start the group anew, by whom and when it was read; zeros: none.
  DeviceId claim_by;
  Instant claim_at;
  ReturnSeed claim_seed;  // of the queue where it was read: those who started anew know that one
  bool claiming = false;  // mine is on its way
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
  bool for_device = false;  // for a further device of mine
  std::string relay = {};   // of the link; empty: the one that orders
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
  Instant asked_at;
  ReturnSeed seed;                  // of the queue where it was asked
  std::vector<PersonId> told_gone;  // who said that I am no member any more
};

// Another fell out and asks to be put back.
struct Returning {
  ReturnAsk ask;
  Instant at;
  bool wanted = false;     // this device's person said yes
  std::string relay = {};  // where she asked
};

// A device that is no member any more asks to be put back: somebody tells it.
struct GoneAsk {
  RequestId request;
  PersonId person;
  ReturnSeed seed;  // of the queue where it asks
  Instant at;
  std::set<PersonId> told;  // by whom
};

// Old seeds are read for a year, once a day; where more were renewed than this, the oldest are read no more.
inline constexpr size_t kMostReturnSeeds = 100;
inline constexpr int64_t kReturnSeedLasts_ms = 366 * kDay_ms;
inline constexpr int64_t kSeedAge_ms = 30 * kDay_ms;   // then it is renewed
inline constexpr int64_t kAskAgain_ms = 25 * kDay_ms;  // before the relay forgets the ask
inline constexpr int64_t kClaimHolds_ms = kHour_ms;    // then another organizer may start the group anew
struct ReadReturns {
  ReturnQueue queue;
  uint64_t taken = 0;  // at the relay that orders; at others see Place
  uint64_t since_epoch = 0;
  Instant since;     // when it was seen first
  Instant polled;    // when it was last read to its end
  bool open = true;  // to be read now; memory only
  RecoveryLog log = {};
};

// How far the queues of a return seed were read at one relay.
struct Place {
  uint64_t returns = 0;
  uint64_t log = 0;
};

// What this device does about a relay that is gone.
struct Recovering {
  std::string relay;  // where its person wants the group to go on; empty: nowhere else
  Hash said;          // hash of the action that its last word was for
  std::string left;   // the relay that the group moved from last: who fell out before asks there
  uint64_t left_epoch = 0;
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
  std::map<DeviceId, Returning> returns;
  std::map<DeviceId, GoneAsk> gone;
  std::optional<MyReturn> my_return;
  Parcels parcels;  // of the answer to my return
  KeyPair own_key;  // to which my other devices seal what is mine; empty until one of us has two
  std::map<DeviceId, Bytes> siblings;  // such keys of my other devices
  std::map<std::pair<ReturnSeed, std::string>, Place> places;
  Recovering recovering;
  std::map<PersonId, RecoveryWord> words;  // the last of each

  // Memory only.
  std::vector<SealedNote> notes;  // taken in, not asked for yet
  bool caught_up = false;
  bool doubt = false;             // the relay contradicted itself on this connection
  bool second_look = false;       // and the connection is a new one
  std::map<Bytes, Instant> dues;  // reasons to commit and when it is my turn
  Instant adds_ready;             // since when an add could be committed; 0: none could
  Instant adds_stirred;           // when a request was last proposed or confirmed
  // Who approved of a request by signatures that hold: verified once for the same approvals in a state, not
  // at every entry.
  struct Verified {
    uint64_t epoch = 0;
    size_t pending = 0;  // removals; they only become more until the epoch ends
    std::vector<Approval> approvals;
    std::set<PersonId> by;
  };
  mutable std::map<RequestId, Verified> verified;    // of this epoch
  std::set<RequestId> unfit;                         // requests that no commit could be made of
  std::set<RequestId> confirming;                    // my confirmations in the outbox
  std::set<ChangeId> approving;                      // my approvals of changes in the outbox
  std::set<uint64_t> sides_held;                     // refused on this connection
  std::function<void(mls::UpdatePath&)> alter_path;  // set by tests alone: see mls::CommitParams
  std::map<std::string, uint64_t> answers_taken;     // of my return, at other relays
  std::optional<Instant> recovery_due;               // when something of a recovery is to be looked at again
  std::set<std::pair<uint64_t, uint64_t>> carried_known;  // (epoch, number) that stand in a log
  // When it is my turn to carry over what another device missed, and to move the group.
  std::map<std::pair<ReturnSeed, std::string>, Instant> carry_at;
  std::optional<Instant> move_at;
  std::optional<Instant> unread_since;  // since when the queue could not be read to its end

  // --- saved.cpp ---
  static Result<std::unique_ptr<Impl>> load(const GroupId& id, Rows& rows);
  void save(Rows& rows);  // the `Saved` row and what changed of the MLS state
  void save_flight(Rows& rows);
  void save_invite(const InviteId& invite, Rows& rows);
  void save_asked(const RequestId& request, Rows& rows);
  void save_own_commit(Rows& rows);
  // The first state of a founder or newcomer. `mls` and `saved` are set.
  Result<> begin(Rows& rows, Instant now);
  void erase_rows(Rows& rows, bool all);  // not all: what a member who left needs no more

  // --- queries that others build on ---
  Court court() const { return {id, *mls, policy, seats, pending}; }
  bool following() const {
    return mls && (saved.standing == Standing::kActive || saved.standing == Standing::kLeaving);
  }
  const Identity* seat_of(const PersonId& person) const;
  std::optional<mls::LeafIndex> leaf_of(const PersonId& person) const;  // the first of hers
  bool is_named(const PersonId& person) const;                          // with all her devices
  bool is_mine(const Seat& seat) const { return seat.identity.person == saved.me.person; }
  std::vector<DeviceId> other_devices() const;  // of mine
  Bytes snapshot(Rows& rows, Fold& fold) const;
  Result<Approval> approve(const Action& action) const;  // mine, for kApprovalEpochs from now
  bool closing_came(Instant now) const { return policy.closes.ms != 0 && now >= policy.closes; }
  bool has_said_yes(const OpenRequest& request) const;  // this person, by a device that still counts
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
  void read_commit(const mls::Opened& opened, const Claims& claims, const Identity& author, Turn& turn,
                   const RecoverAction* move = nullptr);
  bool history_fits(const Claims& claims, Rows& rows) const;
  bool was_overtaken(const Claims& claims) const;
  Standing standing_after(const mls::CommitCandidate& commit) const;
  void apply_event(mls::LeafIndex leaf, const PersonId& author, const Event& event, Turn& turn);
  void compare_bundle(const Event& event, Turn& turn);
  void remember_removal(mls::LeafIndex target, PendingRemoval removal, Turn& turn);

  // --- epochs.cpp: from one epoch to the next ---
  struct Turnover {
    Policy policy;
    PersonId committer;
    bool mine = false;  // this device's
    bool routine = false;
    bool moves = false;            // a recovery
    std::optional<Bytes> welcome;  // of my own commit
    Secret bundle_key;
  };
  void enter_epoch(Turnover turnover, Turn& turn);
  void drop_flight(Turn& turn);  // back into the outbox
  void answer_newcomers(const std::vector<OpenRequest>& joined, const Turnover& turnover, BytesView bundle,
                        std::map<RequestId, std::string>& answered_at, Turn& turn);
  void send_aside(const wire::WriteAccess& access, Bytes entry, Rows& rows, const std::string& relay = {});
  void go(Standing standing, Turn& turn);  // out of the group
  void get_stuck(Warning::Kind kind, std::optional<PersonId> about, Turn& turn);

  // --- commits.cpp: what should be committed, by whom, when ---
  struct Plan {
    std::vector<RequestId> adds;
    std::vector<PersonId> removals;  // by value
    std::vector<DeviceId> replacements;
    std::optional<ChangeId> change;  // only in a commit without any of the above
    bool update = false;
    bool renew_seed = false;
  };
  const std::set<PersonId>& approvers_of_request(const RequestId& request) const;
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
  std::optional<WantedSend> next_send(Turn& turn, std::string_view over);
  Claims claims() const;
  bool encrypt_next(Turn& turn);
  bool encrypt_event(const Outbox::Item& item, Turn& turn);
  bool encrypt_removal(const Outbox::Item& item, Turn& turn);
  std::optional<mls::LeafIndex> removal_target(const Outbox::Item& item) const;
  // Seals a message and makes it the entry under way; false if it is too large.
  bool take_off(Flight next, BytesView message, Turn& turn);

  // --- returns.cpp: falling out and coming back ---
  Result<> load_returns(Rows& rows);
  void save_my_return(Rows& rows);
  void save_read_returns(const ReturnSeed& seed, Rows& rows);
  void save_return(const DeviceId& device, Rows& rows);
  void ask_to_return(Warning::Kind reason, Turn& turn);
  void take_answer(uint64_t first, std::span<const Bytes> entries, std::string_view from, Turn& turn);
  bool come_back(const Answer& answer, Turn& turn);
  void enter_other_group(mls::Group entered, Policy next, Turn& turn);
  void watch_return_seed(Rows& rows, Instant now);
  void take_returns(const ReturnSeed& seed, uint64_t first, std::span<const Bytes> entries,
                    uint64_t last_in_queue, Turn& turn);
  void take_ask(const ReturnSeed& seed, ReturnAsk ask, Turn& turn, const std::string& relay = {});
  void take_gone_note(const GoneNote& note, Turn& turn);
  // At another relay than the one that orders.
  void take_returns_elsewhere(const ReturnSeed& seed, const std::string& relay, uint64_t first,
                              std::span<const Bytes> entries, Turn& turn);
  Result<> may_return(const ReturnAsk& ask) const;
  void poll_returns(Turn& turn);
  void ask_again_if_old(Turn& turn);
  bool post_to_returns(const ReturnSeed& seed, const ReturnEntry& entry, Turn& turn);

  // --- gone.cpp: telling who asks and is no member any more ---
  bool note_gone(const ReturnSeed& seed, const ReturnAsk& ask, const Identity& from, Turn& turn);
  bool is_told(const std::set<PersonId>& by) const;  // enough of them
  std::optional<Instant> my_turn_to_tell(const GoneAsk& ask) const;
  void tell_gone(Turn& turn);
  void save_gone(const DeviceId& device, Rows& rows);

  // --- anew.cpp: a commit that nobody could follow ---
  std::vector<DeviceId> who_come_along() const;
  void take_claim(const ReturnSeed& seed, const AnewClaim& claim, Turn& turn);
  Result<> start_anew(Turn& turn);
  Result<mls::Group> group_anew(const Policy& next, Random& random) const;
  bool is_anew_by_organizer(const mls::Joined& joined, const Answer& answer, const Policy& next) const;
  void settle_returns(const Turnover& turnover, BytesView bundle, Turn& turn);

  // --- devices.cpp: several devices of one person ---
  Result<> load_devices(Rows& rows);
  void make_own_key(Turn& turn);
  void announce_own_key(Turn& turn);
  void take_device_key(mls::LeafIndex leaf, const Event& event, Turn& turn);
  void take_own_things(mls::LeafIndex leaf, const Event& event, Turn& turn);
  void send_own_things(const DeviceId& to, Turn& turn);
  void forget_lost_siblings(Rows& rows);
  Bytes own_things_info(const DeviceId& from, const DeviceId& to) const;
  // --- recoveries.cpp: several relays, and one that is gone ---
  std::vector<std::string> other_relays() const;  // that are to be looked at
  std::vector<ReturnSeed> newest_seeds() const;   // whose recovery logs are
  void load_recovery(Rows& rows);
  void save_recovering(Rows& rows);
  void save_place(const ReturnSeed& seed, const std::string& relay, Rows& rows);
  void keep_entry(BytesView entry, Rows& rows);  // the one to be counted next
  // The group goes on at another relay; that one is gone, or was left.
  void moved_from(const std::string& relay, bool is_gone, Turn& turn);
  RecoverAction here_at(const std::string& relay) const;
  void take_log(const ReturnSeed& seed, const std::string& relay, uint64_t first,
                std::span<const Bytes> entries, Turn& turn);
  void hear_word(RecoveryWord word, const ReturnSeed& seed, Turn& turn);
  bool has_signed(const PersonId& person, const RecoverAction& action, BytesView signature) const;
  size_t count_words(const RecoverAction& action) const;
  bool is_majority(const Move& move) const;
  void carry_over(const ReturnSeed& seed, const std::string& relay, Turn& turn);
  void put_into_log(const ReturnSeed& seed, const std::string& relay, const RecoveryEntry& entry, Turn& turn);
  void settle_recovery(Turn& turn);
  bool take_carried(Turn& turn);
  bool take_moves(Turn& turn);
  void enter_move(const Move& move, const RecoveryLog& log, Turn& turn);
  void say_word(Turn& turn);
  bool make_move(Turn& turn);

  // --- asks.cpp: requests that come by my invites ---
  Result<Group::NewInvite> make_invite(Instant ends, bool for_device, Turn& turn);
  bool is_asked_for(const OwnInvite& invite, const Identity& newcomer) const;
  void take_ask_entries(const InviteId& invite, uint64_t first, std::span<const Bytes> entries, Turn& turn);
  void close_invite(const InviteId& invite, Rows& rows);
  void end_invites(Turn& turn);
};

}  // namespace homeward::group
