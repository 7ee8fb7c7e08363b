// One member's client: joins groups, features and vault. Commands and network events in; requests to relays
// and notices out. No sockets, threads, files or clocks of its own, so that the simulation runs the very same
// code.
//
// Every call that changes something is one transaction of the vault, committed before any effect of it is
// handed out. If the disk refuses, the call answers kDiskFull, everything is as it was, and `disk_full()` is
// true until a write succeeds.
//
// One connection per group and one per join, never shared, so that a relay cannot tell from connections that
// two groups have a member in common.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/file_state.h"
#include "domain/log/log.h"
#include "domain/talk/talk.h"
#include "domain/words/words.h"
#include "group/group.h"
#include "vault/vault.h"
#include "wire/wire.h"

namespace homeward::client {

enum class ClientError : uint16_t {
  kNoSuchGroup = 1,
  kNoSuchJoin,
  kNoSuchMessage,
  kTextEmpty,
  kTextTooLong,
  kNotAllowed,
  kDiskFull,
  kVaultFailed,
  kLinkUsed,     // this vault has a join or a group from the same link already
  kTextInvalid,  // no UTF-8, or a NUL in it
  kNotInPorch,   // a porch holds talk and guidance, not this
};
constexpr Room room_of(ClientError) { return Room::kClient; }

using ConnectionId = uint64_t;

// --- What the caller must do ---
struct OpenConnection {
  ConnectionId connection;
  std::string relay;
};
struct CloseConnection {
  ConnectionId connection;
};
struct SendRequest {
  ConnectionId connection;
  wire::Request request;
};
// A notice for the page: fetch again what you show.
enum class NoticeKind : uint8_t {
  kGroups = 1,
  kGroup,
  kMembers,
  kRequests,
  kInvites,
  kTalk,
  kJoins,
  kSync,
  kWarning,
  kGuidance,
  kQuestions,
  kCases,
  kTallies,
  kFiles
};
struct Notice {
  NoticeKind kind;
  std::optional<group::GroupId> group;
};
using Effect = std::variant<OpenConnection, CloseConnection, SendRequest, Notice>;

// kDetour: not the relay that orders, but another one that passes everything on.
enum class LinkState : uint8_t { kOffline = 1, kConnecting, kConnected, kMisbehaving, kDetour };

// A message with where its sending stands.
struct TalkMessage {
  group::EventId id;
  group::GroupId group;
  group::PersonId author;
  std::string author_name;
  bool mine = false;
  std::string text;
  Instant at;
  group::SendState state = group::SendState::kTakenIn;

  // What it answers; without `message` if that is not here (any more).
  struct Answered {
    std::optional<group::EventId> message;
    group::PersonId author;
    std::string author_name;
    std::string text;  // its beginning
    bool removed = false;
  };
  std::optional<Answered> reply_to = {};
  std::vector<group::PersonId> mentions = {};
  bool mentions_me = false;
  bool edited = false;
  std::optional<group::PersonId> removed_by = {};  // then there is no text
  struct Signed {
    domain::talk::Sign sign;
    std::vector<group::PersonId> by;
    bool mine = false;
  };
  std::vector<Signed> signs = {};
  std::vector<ShownFile> files = {};
  bool pinned = false;
  bool can_edit = false, can_remove = false, can_pin = false;
};

// What a person says, with what it answers and whom it calls.
struct Saying {
  std::string text;
  std::optional<group::EventId> reply_to = {};
  std::vector<group::PersonId> mentions = {};
  std::vector<domain::Ref> files = {};  // ready ones (files.h); then the text may be empty
};

struct PinnedMessage {
  std::optional<group::EventId> message;  // if it is here
  group::EventId said_as;
  group::PersonId author, by;
  std::string author_name, by_name;
  Instant at;
  std::string text;
  bool can_unpin = false;
};

struct TalkDraft {
  std::string text;
  std::optional<group::EventId> reply_to = {};
};

// In days; 0 is forever.
struct TalkKeeping {
  uint16_t group = 0;  // the group's rule
  uint16_t mine = 0;   // fewer, by this member's own choice; 0: as the group
  Instant closes;      // 0: never
  uint16_t days() const { return mine == 0 ? group : group == 0 ? mine : std::min(group, mine); }
  bool operator==(const TalkKeeping&) const = default;
};

struct GroupSummary {
  group::GroupId id;
  std::string name;
  std::string my_name;
  group::Role my_role;
  group::Standing standing;
  uint64_t epoch = 0;
  size_t members = 0;
  size_t requests = 0;  // those I can propose or confirm
  size_t waiting = 0;
  size_t unread = 0;
  size_t mentions = 0;  // of them, those that mention me
  LinkState link = LinkState::kOffline;
  std::optional<TalkMessage> last;  // newest message taken in
  bool is_porch = false;
};

struct JoinSummary {
  group::JoinId id;
  group::Joining::State state;
  std::string my_name;
  std::vector<uint16_t> words;
  Instant ends, asked_at;
  std::optional<group::GroupId> group;
  bool is_device = false;  // a further device of a member
};

struct TalkPage {
  std::vector<TalkMessage> messages;  // oldest first
  bool more = false;                  // older ones exist
};

class Client {
 public:
  struct Options {
    std::string default_relay;  // for new groups where none is named
    PassphraseCost cost;        // as the vault was made with
  };
  // Takes an open vault and loads what is in it; kVaultFailed or kDamaged where that does not read. `random`
  // must outlive the client.
  static Result<std::unique_ptr<Client>> load(Vault vault, Options options, Random& random, Instant now);
  ~Client();  // closes the vault and wipes the keys

  // --- Network: what the caller reports. A connection stays wanted after `connection_lost`; the caller tries
  // again by itself and reports `connection_up` when it stands. ---
  void connection_up(ConnectionId connection, Instant now);
  // Reports of a connection that the client closed meanwhile are ignored.
  void connection_lost(ConnectionId connection, Instant now);
  // An answer to a SendRequest, or (id 0) pushed entries.
  void answer(ConnectionId connection, const wire::Answer& answer, Instant now);
  // When `tick` wants to be called, by the clock last shown; nothing if never. Clocks jump: whoever waits for
  // it looks again at least once a minute.
  std::optional<Instant> next_tick() const;
  void tick(Instant now);
  // Everything to do since the last call, in order.
  std::vector<Effect> take_effects();

  // --- Groups ---
  Result<group::GroupId> create_group(const group::Group::Founding& founding, Instant now);
  std::vector<GroupSummary> groups();
  Result<group::Group::NewInvite> invite(const group::GroupId& group, Instant ends, Instant now);
  Result<group::Group::NewInvite> invite_device(const group::GroupId& group, Instant ends, Instant now);
  Result<> revoke_invite(const group::GroupId& group, const group::InviteId& invite, Instant now);
  Result<group::JoinId> join(const group::Joining::Asking& asking, Instant now);
  // One that ended in a group stays in the list until the vault is opened the next time.
  std::vector<JoinSummary> joins();
  Result<> cancel_join(const group::JoinId& join, Instant now);
  Result<> propose(const group::GroupId& group, const group::RequestId& request, std::string_view note,
                   Instant now);
  Result<> confirm(const group::GroupId& group, const group::RequestId& request, Instant now);
  Result<> decline(const group::GroupId& group, const group::RequestId& request, Instant now);
  Result<> remove(const group::GroupId& group, const group::PersonId& person, Instant now);
  // One member's word; as many as the group's rule asks for remove the person.
  Result<> approve_removal(const group::GroupId& group, const group::PersonId& person, Instant now);
  // --- Devices and falling out; see group::Group of the same names ---
  Result<> remove_device(const group::GroupId& group, const group::DeviceId& device, Instant now);
  Result<> start_anew(const group::GroupId& group, Instant now);
  Result<> go_along(const group::GroupId& group, Instant now);
  Result<> leave(const group::GroupId& group, Instant now);
  // --- Roles and rules (policy.cpp); see group::Group of the same names ---
  Result<group::ChangeId> change_policy(const group::GroupId& group, const group::Change& change,
                                        Instant now);
  Result<> approve_change(const group::GroupId& group, const group::ChangeId& change, Instant now);
  Result<> reject_change(const group::GroupId& group, const group::ChangeId& change, Instant now);
  Result<> object(const group::GroupId& group, const group::RequestId& request, std::string_view reason,
                  Instant now);
  // An organizer removes all of these; another member says her word for each.
  Result<> remove_all(const group::GroupId& group, std::span<const group::PersonId> persons, Instant now);
  Result<> forget(const group::GroupId& group, Instant now);  // only when left or removed
  // For queries that only read (members, requests, invites, warnings, safety words); null if there is none.
  const group::Group* find(const group::GroupId& group) const;
  std::vector<group::GroupId> group_ids() const;  // of all groups of this vault
  std::vector<group::Warning> warnings(const group::GroupId& group);
  Hash shared_state_hash(const group::GroupId& group);  // for checks

  // --- The porch of a group (porch.h) ---
  // The porch that the rules of this group name, if this vault is in it too; the group whose porch this is.
  const group::Group* porch_of(const group::GroupId& inner) const;
  const group::Group* inner_of(const group::GroupId& porch) const;
  // A member of a porch who stayed long enough is asked further in: an invite of the inner group, for her
  // alone and seen by nobody else. PorchError, kNoSuchMember, kAlreadyDone.
  Result<> bring_in(const group::GroupId& porch, const group::PersonId& person, std::string_view words,
                    Instant now);
  // A member of the inner group is asked into its porch, the same way.
  Result<> ask_into_porch(const group::GroupId& inner, const group::PersonId& person, std::string_view words,
                          Instant now);
  // Asks to join by a note that came in this group at this place.
  struct Entering {
    group::GroupId group;
    group::Position note;
    std::string my_name, greeting;
  };
  Result<group::JoinId> enter_by_note(const Entering& entering, Instant now);

  // --- Talk ---
  Result<group::EventId> post(const group::GroupId& group, std::string_view text, Instant now);
  // With files the message waits until they are with the relay, and the id is that by which
  // `files::on_the_way` names it.
  Result<group::EventId> say(const group::GroupId& group, const Saying& saying, Instant now);
  // kNotAllowed if it is not hers.
  Result<> edit(const group::GroupId& group, const group::EventId& message, const Saying& saying,
                Instant now);
  // Hers, or as an organizer. One that was not sent yet is taken back and nobody sees it.
  Result<> remove_message(const group::GroupId& group, const group::EventId& message, Instant now);
  Result<> sign(const group::GroupId& group, const group::EventId& message, domain::talk::Sign sign,
                Instant now);
  // Organizers and advisers. Unpinning takes the id by which `pinned` names it.
  Result<> pin(const group::GroupId& group, const group::EventId& message, Instant now);
  Result<> unpin(const group::GroupId& group, const group::PersonId& author, const group::EventId& said_as,
                 Instant now);
  std::vector<PinnedMessage> pinned(const group::GroupId& group);
  Result<> set_draft(const group::GroupId& group, const TalkDraft& draft);
  TalkDraft draft(const group::GroupId& group);
  TalkKeeping talk_keeping(const group::GroupId& group);
  // Fewer days than the group's, or 0 for as many; more is kNotAllowed.
  Result<> set_talk_keeping(const group::GroupId& group, uint16_t days, Instant now);
  // The newest `limit`, or those before the message `before`. Own ones not yet taken in come last.
  Result<TalkPage> talk(const group::GroupId& group, size_t limit, std::optional<group::EventId> before);
  // Newest first; in all groups if none is named. Words match by their forms (Russian and English stems, ё =
  // е) and, for the last word, by beginning.
  std::vector<TalkMessage> search(std::string_view query, std::optional<group::GroupId> group, size_t limit);
  Result<> seen(const group::GroupId& group, Instant now);

  // --- What the features' own files are made of (guidance.h, cases.h, …) ---
  // The hand of one command: rows of the open transaction, and events to put into the outbox.
  struct Hand {
    Rows& rows;
    Random& random;
    Instant now;
    const group::Group& group;
    // The event is `queued` once the transaction is on disk. kTooLarge, kNotPossibleNow.
    std::function<Result<group::EventId>(uint16_t kind, BytesView body)> post;
  };
  // Everything that `act` writes and posts becomes durable together, or nothing does.
  Result<> change(const group::GroupId& group, Instant now, const std::function<Result<>(const Hand&)>& act);
  // One view of the vault, in which this device's own events that wait to be sent are folded already (their
  // places are `domain::is_queued`). Nothing that is written there is kept. kNoSuchGroup.
  struct Look {
    Rows& rows;
    const group::Group& group;
    domain::words::Analyzer& analyzer;
    Instant now;
  };
  Result<> look(const group::GroupId& group, const std::function<Result<>(const Look&)>& act);

  // --- State ---
  LinkState link_state(const group::GroupId& group) const;
  // The relays of a group, the one that orders first, then those that are looked at beside it.
  struct RelayState {
    std::string relay;
    bool connected = false;
    bool orders = false;
    bool listed = false;  // by the group's rules
  };
  std::vector<RelayState> relays(const group::GroupId& group) const;
  // My word that the group goes on at this relay, because the one that orders is gone for good.
  Result<> recover(const group::GroupId& group, const std::string& relay, Instant now);
  bool disk_full() const;
  Result<> set_setting(std::string_view name, std::string_view value);  // small things of the page: language
  std::string setting(std::string_view name);
  Result<> change_passphrase(BytesView old_passphrase, BytesView new_passphrase);

 private:
  struct Impl;
  Result<group::Group::NewInvite> make_invite(
      const group::GroupId& group, Instant now,
      const std::function<Result<group::Group::NewInvite>(group::Group&, group::Turn)>& make);
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The 1,024 words of a language ("ru", "en") by which numbers are compared by voice; numbers are the same in
// both.
std::span<const std::string_view> comparison_words(std::string_view language);

}  // namespace homeward::client
