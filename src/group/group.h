// One closed group on one device: a machine without I/O (docs of the rules: protocol.md and
// docs/formats/group.md).
//
// The relay orders, members decide: the machine is fed the entries of its queue in order and, on the same
// bytes, every device reaches the same state. It is given an open transaction (`Rows`) with every call and
// keeps in it whatever must survive; memory is only a cache of that. If the caller's commit fails, the caller
// throws the machine away and loads it again: nothing was sent, nothing is lost.
//
// What the network should do is not pushed but asked for: after every call the caller compares
// `wanted_reads()` and `next_send()` with what it is doing. At most one entry of a group is under way at a
// time, so order is kept.
//
// Rules that the machine enforces on every entry: outer seal, MLS authentication, running hash, approvals and
// policy of commits, first valid commit ends the epoch. What is invalid changes nothing; where the sender is
// proven, a warning names her.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "base/environment.h"
#include "base/rows.h"
#include "group/types.h"
#include "wire/wire.h"

namespace homeward::group {

// What stands outside the group machine and is folded with it: the features of `domain`. Given to every call
// that can fold.
class Fold {
 public:
  virtual ~Fold() = default;
  struct Context {
    Rows& rows;
    GroupId group;
    PersonId author;
    bool author_is_me = false;
    Role author_role = Role::kMember;
    Position position;
    bool in_porch = false;  // of a group that is a porch: only what a porch holds is folded
  };
  // Unknown kinds and malformed bodies change nothing. Must depend on nothing but its arguments and the rows
  // it wrote.
  virtual void fold(const Context& context, const Event& event) = 0;
  // Shared state for a newcomer (talk is not part of it), and the way back. `restore` refuses what does not
  // read.
  virtual Bytes snapshot(Rows& rows, const GroupId& group) = 0;
  virtual Result<> restore(Rows& rows, const GroupId& group, BytesView snapshot, bool in_porch) = 0;
  // What is this person's own and no other member's (keys, settings), for another of her devices; and taking
  // in what came from there, beside what is here already. What does not read is left out.
  virtual Bytes own_things(Rows&, const GroupId&, const PersonId&) { return {}; }
  virtual void take_own_things(Rows&, const GroupId&, const PersonId&, BytesView) {}
  // Every row of the group, when it is forgotten.
  virtual void forget(Rows& rows, const GroupId& group) = 0;
};

// What happened, for the caller to tell its person.
struct EventTakenIn {
  EventId id;
  uint16_t kind;
  PersonId author;
  Position position;
};
struct SendStateChanged {
  EventId id;
};  // queued → posted, or back to queued because its epoch ended
struct MembersChanged {};
struct RequestsChanged {};
struct InvitesChanged {};
struct StandingChanged {
  Standing standing;
};
struct Warned {
  Warning warning;
};
using Happening = std::variant<EventTakenIn, SendStateChanged, MembersChanged, RequestsChanged,
                               InvitesChanged, StandingChanged, Warned>;
using Happenings = std::vector<Happening>;

// Everything a call needs from outside.
struct Turn {
  Rows& rows;
  Random& random;
  Instant now;
  Fold& fold;
  Happenings& happened;  // appended to
};

// A queue to read (live), from after this number.
struct WantedRead {
  wire::ReadAccess access;
  uint64_t after = 0;
  std::string relay = {};  // where; empty: the relay that orders
  bool operator==(const WantedRead&) const = default;
};
// The entry to append next. `handle` is given back with the answer.
struct WantedSend {
  uint64_t handle = 0;
  wire::WriteAccess access;
  Bytes entry;
  std::string relay = {};  // as it was asked for
};

enum class SendState : uint8_t { kQueued = 1, kPosted, kTakenIn };

class Group {
 public:
  // The founder: a group of one, organizer, vouches needed for a newcomer later. Writes its first state to
  // `turn.rows`.
  struct Founding {
    std::string name;
    std::string my_name;
    std::string relay;                      // URL
    uint8_t vouches = 1;                    // 1 to 5
    std::optional<uint16_t> is_porch = {};  // a porch in which one stays for so many days (0 to 365)
  };
  static Result<std::unique_ptr<Group>> found(const Founding& founding, Turn turn);
  // Every group saved in these rows.
  static std::vector<GroupId> saved(Rows& rows);
  static Result<std::unique_ptr<Group>> load(const GroupId& id, Rows& rows);
  ~Group();

  // --- What the network does for it ---
  const std::string& relay() const;              // where this group's queues are
  std::vector<WantedRead> wanted_reads() const;  // the epoch's queue first
  // Nothing while an entry is under way or nothing is to be sent. May encrypt (and so write rows): the caller
  // commits before it sends. The same WantedSend is answered again until `sent` or the epoch ends.
  // `over` names another relay than the one that orders: only what is for that one is answered.
  std::optional<WantedSend> next_send(Turn turn, std::string_view over = {});
  // The relay took entry `handle` at `number`.
  void sent(uint64_t handle, uint64_t number, Turn turn);
  // The relay refused it for good (kEntrySize, kQueueFull…): the entry goes back to the outbox where that
  // helps.
  void not_sent(uint64_t handle, wire::Reason reason, Turn turn);
  // Entries of one of the wanted queues, in order, from number `first`; numbers already seen are skipped, a
  // gap is a warning (kRelayOrder) and nothing is taken in. `last_in_queue` as the relay says.
  // `from`: the relay that they come from, if it is not the one that orders.
  void take_in(const wire::QueueId& queue, uint64_t first, std::span<const Bytes> entries,
               uint64_t last_in_queue, Turn turn, std::string_view from = {});
  // The relay had entries that this device has not read, and keeps them no more: of the group's queue, it
  // fell behind and asks to be put back.
  void expired(const wire::QueueId& queue, Turn turn);
  // True once everything that the relay had at the last answer is taken in; sending waits for it after a
  // start.
  bool caught_up() const;
  // The connection was lost or made anew: until the queue was read to its end, nothing new is encrypted.
  void disconnected();
  // The same of the connection to another relay: what it refused may be sent again.
  void other_disconnected();
  // When `tick` wants to be called next; nothing if never.
  std::optional<Instant> next_tick() const;
  void tick(Turn turn);

  // --- Commands; each leaves everything as it was on an error ---
  // Puts an event of a feature into the outbox: `queued` once the transaction is on disk.
  Result<EventId> post(uint16_t kind, BytesView body, Turn turn);
  // Takes an event back that waits and was never encrypted; true if nobody will ever see it.
  bool withdraw(const EventId& event, Turn turn);
  struct NewInvite {
    InviteId id;
    std::string link;
    Instant ends;
  };
  Result<NewInvite> invite(Instant ends, Turn turn);
  // A link for a further device of mine: what asks by it becomes me, once this device and another person said
  // yes. kTooManyDevices.
  Result<NewInvite> invite_device(Instant ends, Turn turn);
  Result<> revoke_invite(const InviteId& id, Turn turn);
  // `from`: what the sponsor tells the group of where the newcomer was before.
  Result<> propose(const RequestId& request, std::string_view note, Turn turn,
                   const std::optional<FromPorch>& from = std::nullopt);
  Result<> confirm(const RequestId& request, Turn turn);
  // Drops a request that came by my invite, or, once it is proposed, takes it back for everybody: its sponsor
  // or an organizer.
  Result<> decline(const RequestId& request, Turn turn);
  // A word against a proposed request, for everybody to read; it hinders nobody.
  Result<> object(const RequestId& request, std::string_view reason, Turn turn);
  Result<> remove(const PersonId& person, Turn turn);  // by an organizer
  // One device alone: one of mine, or, by an organizer, anybody's. The last one of a person is she herself
  // (kNotAllowed).
  Result<> remove_device(const DeviceId& device, Turn turn);
  // Seals what is mine to all my other devices whose key is known.
  void share_own_things(Turn turn);
  // Asks my other devices for it.
  void ask_own_things(Turn turn);
  // One member's word that this person should go: as many as the group's vouches (two at least) remove her.
  Result<> approve_removal(const PersonId& person, Turn turn);
  // kLastOrganizer if others stay and none of them is an organizer.
  Result<> leave(Turn turn);
  // A change of the policy (its nonce is drawn here): made at once if my word is enough, else open until
  // others approve. If the same change is open already, this approves it. kNotAllowed if I have no say in it,
  // kAlreadyDone if it would change nothing.
  Result<ChangeId> change(Change wanted, Turn turn);
  Result<> approve_change(const ChangeId& change, Turn turn);
  Result<> reject_change(const ChangeId& change, Turn turn);  // its proposer or an organizer
  // --- A commit that nobody could follow ---
  // An organizer whom `stuck` allows it starts the group anew, without the committer, from what is shared.
  // Those who could not follow either come along by themselves.
  Result<> start_anew(Turn turn);
  // This device could follow, an organizer started the group anew all the same, and its person goes along.
  Result<> go_along(Turn turn);
  // The relay that orders is gone for good: my word that the group goes on at this one (recovery.h). Once
  // more than half of the persons said so, a member moves it. kNotPossibleNow while that relay is there.
  Result<> recover(const std::string& relay, Turn turn);
  // Erases every row of this group; the object is of no use afterwards.
  void forget(Turn turn);

  // --- Queries ---
  const GroupId& id() const;
  const std::string& name() const;
  Standing standing() const;
  std::optional<Stuck> stuck() const;  // if the standing is kStuck
  // Who started the group anew while this device went on.
  std::optional<PersonId> started_anew_by() const;
  uint64_t epoch() const;
  Hash epoch_authenticator_hash() const;  // SHA-256 of the epoch authenticator and the tree hash: for checks
  Hash shared_state_hash(Rows& rows, Fold& fold) const;  // SHA-256 of the snapshot a newcomer would get now
  const PersonId& me() const;
  Role my_role() const;
  PolicyView policy() const;
  std::vector<PendingChange> changes() const;
  struct Recovery {
    std::string relay;
    std::vector<PersonId> approved_by;
    uint32_t needed = 0;
    bool mine = false;  // I approved
  };
  std::vector<Recovery> recoveries() const;
  std::vector<Member> members() const;  // present ones, by time of entry
  // Whom this person brought in since then, whom those brought in, and so on, also by those who left
  // meanwhile; and, with depth 0, for whom she vouched.
  std::vector<Brought> brought_in(const PersonId& person, Instant since) const;
  bool is_porch() const;
  std::vector<PersonId> departed() const;  // whose names are known and who are here no more
  std::vector<MemberDevice> devices(const PersonId& person) const;  // in order of their coming
  const DeviceId& this_device() const;
  // Also of those who left: her last known name, empty if never known.
  std::string name_of(const PersonId& person) const;
  std::vector<JoinRequest> requests(Instant now) const;
  std::vector<Invite> invites(Instant now) const;
  // Eight numbers below 1024, the same on both devices in the same epoch.
  Result<std::vector<uint16_t>> safety_words(const PersonId& with) const;
  std::vector<Warning> warnings(Rows& rows) const;  // newest first, at most 100
  // Events of kind 0x0020 that were taken in since this was last asked, the author's own too; in memory only,
  // so the caller asks within the turn in which they came.
  struct SealedNote {
    PersonId author;
    Position position;
    Instant at;
    Bytes body;
  };
  std::vector<SealedNote> take_notes();
  // Own events that are not taken in yet, in order of writing.
  struct Waiting {
    Event event;
    SendState state;
  };
  std::vector<Waiting> waiting(Rows& rows) const;
  size_t waiting_count() const;

 private:
  friend class Joining;
  friend struct GroupInside;  // tests that play a hostile member
  struct Impl;
  explicit Group(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A newcomer's way in: from a link to a group. Also a machine over rows.
class Joining {
 public:
  struct Asking {
    std::string link;
    std::string my_name;
    std::string greeting;
  };
  static Result<std::unique_ptr<Joining>> ask(const Asking& asking, Turn turn);
  static std::vector<JoinId> saved(Rows& rows);
  static Result<std::unique_ptr<Joining>> load(const JoinId& id, Rows& rows);
  ~Joining();

  enum class State : uint8_t { kSending = 1, kWaiting, kExpired, kFailed, kJoined };
  const JoinId& id() const;
  State state() const;
  bool is_device() const;  // a further device of a member
  const std::string& my_name() const;
  const std::vector<uint16_t>& words() const;  // four, as the sponsor sees them
  Instant ends() const;
  Instant asked_at() const;

  const std::string& relay() const;
  std::vector<WantedRead> wanted_reads() const;
  std::optional<WantedSend> next_send(Turn turn);
  void sent(uint64_t handle, uint64_t number, Turn turn);
  void not_sent(uint64_t handle, wire::Reason reason, Turn turn);
  // When the Welcome and its bundle are whole and right: the group, already saved in the rows, and state
  // kJoined. A Welcome that does not fit (no leaf of the sponsor, a bad tree) fails the join and changes
  // nothing else.
  std::unique_ptr<Group> take_in(const wire::QueueId& queue, uint64_t first, std::span<const Bytes> entries,
                                 Turn turn);
  void forget(Turn turn);

 private:
  struct Impl;
  explicit Joining(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A link's content, for showing before joining. Never its secrets.
struct InvitePreview {
  std::string relay;
  Instant ends;
  bool for_device = false;  // of the one who made it
};
Result<InvitePreview> read_invite(std::string_view link);

}  // namespace homeward::group
