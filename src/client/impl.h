// The inside of a client: its peers (a group or a join, each with its connection) and the one way in which
// anything changes, `step`: one transaction, then its effects.
#pragma once

#include <functional>
#include <list>
#include <set>

#include "client/features.h"
#include "client/link.h"
#include "client/transfers.h"

namespace homeward::client {

// The client's own rows.
inline constexpr Space kSettingSpace = 0x3000;  // name → value
inline constexpr Space kJoinedSpace = 0x3001;   // join → the group it became
inline constexpr Space kLinkSpace = 0x3002;     // SHA-256 of an invite link → join

// Where a member's own choice stands how long she keeps talk.
Bytes talk_keeping_key(const group::GroupId& group);

// Drafts and the like of a group that is forgotten.
void forget_talk_settings(Rows& rows, const group::GroupId& group);

// What to tell the page when an event of this kind came or goes.
NoticeKind notice_of(uint16_t kind);

inline constexpr int64_t kCheckpointAfter_ms = 5'000;
// So long without the relay that orders, and its group is asked for through another.
inline constexpr int64_t kDetourAfter_ms = 10'000;

// Rows that remember whether anything was written, and whether how files stand was.
class WatchedRows final : public Rows {
 public:
  explicit WatchedRows(Rows& rows) : rows_(rows) {}
  std::optional<Bytes> get(Space space, BytesView key) override { return rows_.get(space, key); }
  void put(Space space, BytesView key, BytesView value) override {
    note(space);
    rows_.put(space, key, value);
  }
  void erase(Space space, BytesView key) override {
    note(space);
    rows_.erase(space, key);
  }
  void scan(Space space, const Range& range, const Visit& visit) override { rows_.scan(space, range, visit); }
  void erase_range(Space space, const Range& range) override {
    note(space);
    rows_.erase_range(space, range);
  }
  bool wrote() const { return wrote_; }
  bool wrote_files() const { return wrote_files_; }

 private:
  void note(Space space) {
    wrote_ = true;
    wrote_files_ = wrote_files_ || space == domain::files::kTransferSpace;
  }
  Rows& rows_;
  bool wrote_ = false;
  bool wrote_files_ = false;
};

// A group, or a join until it becomes one. The machine is null after a failed write until it could be loaded
// again.
struct Peer {
  std::optional<group::GroupId> group_id;
  std::optional<group::JoinId> join_id;
  std::unique_ptr<group::Group> group;
  std::unique_ptr<group::Joining> joining;
  Link link;                           // to the relay that orders
  Transfers transfers;                 // files, over that connection
  std::map<std::string, Link> others;  // to those that are looked at beside it
  // Since when there has been no connection to the relay that orders; none while there is one.
  std::optional<Instant> missed_since;
  // When it was last looked whether this person's sealing key is announced and what she seals is sealed to
  // the right keys; none since the vault was opened.
  std::optional<Instant> sealing_checked;
  // When it was last looked who stays in a porch, who went, and which notes wait to be sent; none since the
  // vault was opened.
  std::optional<Instant> porch_checked;

  Peer(ConnectionId connection, const std::string& relay) : link(connection, relay) {}
  Link* link_of(ConnectionId connection);
  // The way around a relay that cannot be reached: another that passes on, if one is to be tried now.
  Link* detour(Instant now);
  std::optional<Instant> next_detour(Instant now) const;
  LinkState link_state() const;
  bool has_machine() const { return group != nullptr || joining != nullptr; }
  const std::string& relay() const { return group ? group->relay() : joining->relay(); }
  // Whether anything is left to do over a connection.
  bool wants_connection() const;
  std::vector<group::WantedRead> wanted_reads() const;
  // Those of one relay; an empty name is that of the one that orders.
  std::vector<group::WantedRead> wanted_reads(std::string_view relay) const;
  std::optional<group::WantedSend> next_send(group::Turn turn, std::string_view over = {});
  void sent(const Link::Sent& sent, group::Turn turn);
  void not_sent(const Link::NotSent& refused, group::Turn turn);
};

struct Client::Impl {
  Vault vault;
  Options options;
  Random& random;
  Features features;
  std::list<Peer> peers;
  // Joins that became groups, for the list of joins.
  struct Finished {
    std::unique_ptr<group::Joining> joining;
    group::GroupId group;
  };
  std::vector<Finished> finished;
  std::vector<Effect> effects;
  ConnectionId next_connection = 1;
  bool disk_full = false;
  Instant now;  // last shown
  // When the vault's log is next to be overwritten, so that erased keys and texts leave the disk soon; none
  // if nothing was written since.
  std::optional<Instant> checkpoint_at;

  Impl(Vault&& opened, Options&& given, Random& source)
      : vault(std::move(opened)), options(std::move(given)), random(source) {}

  // --- Loading ---
  Result<> load();
  Result<> drop_finished_joins();
  void drop_unsent();
  Peer& add_group(std::unique_ptr<group::Group> group);
  Peer& add_join(std::unique_ptr<group::Joining> joining);
  Peer* find_group(const group::GroupId& id);
  Peer* find_join(const group::JoinId& id);
  Peer* find_connection(ConnectionId id);

  // --- Changing ---
  using Act = std::function<Result<>(group::Turn turn)>;
  // Runs `act` and asks for the next thing to send in one transaction, commits, and only then hands out
  // effects. An error of `act` changes nothing. If the disk refuses, the peer's machine is loaded again and
  // its connection made anew later. A peer without a machine answers kVaultFailed (or kDiskFull).
  Result<> step(Peer& peer, const Act& act);
  // The same for what concerns no machine.
  Result<> write(const Act& act);
  Result<> commit(Transaction& transaction, bool wrote);
  void checkpoint_if_due();
  void after_step(Peer& peer, const group::Happenings& happened, uint64_t epoch_before);
  bool sealing_is_due(const Peer& peer, const group::Happenings& happened) const;
  Hand command_hand(Peer& peer, group::Turn turn);
  void keep_sealed(Peer& peer, group::Turn turn, const group::Happenings& happened);
  // --- porch.cpp ---
  // After what happened, or after an hour, once the group is caught up.
  bool porch_is_due(Peer& peer, const group::Happenings& happened) const;
  void keep_porch(Peer& peer, group::Turn turn);
  void take_notes(Peer& peer, group::Turn turn);  // in the turn in which they came
  struct Asking;
  Result<> ask_by_note(const Asking& asking);
  void write_failed(Peer& peer);
  bool reload(Peer& peer);

  // --- Network ---
  void keep_connected(Peer& peer);
  void close(Peer& peer);
  void request(const Link& link, wire::Request&& request) {
    effects.emplace_back(SendRequest{link.id(), std::move(request)});
  }
  // Asks for and gives the chunks that are next.
  void move_files(Peer& peer);
  void take_blob(Peer& peer, const Link::BlobAnswer& answer);
  // --- relays.cpp: the other relays of a group ---
  void follow_relay(Peer& peer);  // the group went to another
  void keep_others(Peer& peer);
  void keep_detour(Peer& peer);
  void close_others(Peer& peer);
  void take_in_other(Peer& peer, Link& link, const Link::TakeIn& arrived);
  // What each connection is to send next; encrypted and saved in this turn.
  std::vector<std::pair<Link*, group::WantedSend>> next_sends(Peer& peer, group::Turn turn);
  void take_in(Peer& peer, Link& link, const Link::TakeIn& arrived);
  bool taken_in(Peer& peer, Link& link, const Link::TakeIn& arrived);
  void take_in_join(Peer& peer, Link& link, const Link::TakeIn& arrived);
  Result<> join_known(Peer& peer, const group::GroupId& known, const Act& join);
  void become_group(Peer& peer, std::unique_ptr<group::Group> group);
  void misbehaved(Peer& peer);
  bool consistent(const Peer& peer, const wire::QueueId& queue, uint64_t last) const;

  // --- Telling ---
  void notice(NoticeKind kind, std::optional<group::GroupId> group = std::nullopt);
  void tell(const Peer& peer, const group::Happenings& happened);

  // --- talk.cpp ---
  TalkMessage shown(const group::Group& group, const domain::talk::Message& message, Rows& rows) const;
  // How long talk of a group lives here, as it was when it was last looked through.
  struct TalkSweep {
    TalkKeeping keeping;
    Instant next;
  };
  std::map<group::GroupId, TalkSweep> talk_sweeps;
  TalkKeeping talk_keeping(const group::Group& group, Rows& rows) const;
  // Erases what is older than the group's retention or this member's own: at once where that changed, else
  // once an hour; all of it when the group's closing date came.
  void keep_talk();
  std::optional<Instant> next_talk_sweep() const;
};

}  // namespace homeward::client
