#include "client/client.h"

#include "client/cases.h"
#include "client/devices.h"
#include "client/doubles.h"
#include "client/files.h"
#include "client/impl.h"
#include "client/losses.h"
#include "client/porch.h"
#include "crypto/crypto.h"
#include "group/event.h"

namespace homeward::client {
namespace {

// Entries of one push that are taken in with one transaction: large enough that a disk's write is shared,
// small enough that the page does not wait.
constexpr size_t kEntriesPerStep = 256;

Error client_error(const Error& vault) {
  return {vault.is(VaultError::kDiskFull) ? ClientError::kDiskFull : ClientError::kVaultFailed,
          "the vault refused"};
}

// Of my own events: after these, what is sealed may have to be sealed to others.
bool changes_sealing(uint16_t kind) {
  return kind == domain::cases::kSealed || kind == domain::cases::kSealedAnew ||
         kind == domain::losses::kNamesSealed || kind == domain::losses::kRecordsAdded;
}

bool is_over(group::Joining::State state) {
  return state == group::Joining::State::kExpired || state == group::Joining::State::kFailed;
}

}  // namespace

NoticeKind notice_of(uint16_t kind) {
  switch (kind >> 8) {
    case 0x01:
      return NoticeKind::kTalk;
    case 0x02:
      return NoticeKind::kGuidance;
    case 0x03:
      return NoticeKind::kQuestions;
    case 0x04:
      return NoticeKind::kCases;
    case 0x05:
    case 0x09:  // losses: they stand beside the tallies
      return NoticeKind::kTallies;
    case 0x07:  // rolls
    case 0x08:  // doubles
      return NoticeKind::kCases;
    default:
      return NoticeKind::kGroup;
  }
}

// --- Peers ---

bool Peer::wants_connection() const {
  if (group != nullptr) {
    return !is_out(group->standing());
  }
  return joining != nullptr && !is_over(joining->state());
}

std::vector<group::WantedRead> Peer::wanted_reads() const {
  return group != nullptr ? group->wanted_reads() : joining->wanted_reads();
}

std::optional<group::WantedSend> Peer::next_send(group::Turn turn, std::string_view over) {
  return group != nullptr ? group->next_send(turn, over) : joining->next_send(turn);
}

void Peer::sent(const Link::Sent& sent, group::Turn turn) {
  if (group != nullptr) return group->sent(sent.handle, sent.number, turn);
  joining->sent(sent.handle, sent.number, turn);
}

void Peer::not_sent(const Link::NotSent& refused, group::Turn turn) {
  if (group != nullptr) return group->not_sent(refused.handle, refused.reason, turn);
  joining->not_sent(refused.handle, refused.reason, turn);
}

Peer* Client::Impl::find_group(const group::GroupId& id) {
  for (Peer& peer : peers)
    if (peer.group_id == id) return &peer;
  return nullptr;
}

Peer* Client::Impl::find_join(const group::JoinId& id) {
  for (Peer& peer : peers)
    if (peer.join_id == id) return &peer;
  return nullptr;
}

Peer* Client::Impl::find_connection(ConnectionId id) {
  for (Peer& peer : peers)
    if (peer.link_of(id) != nullptr) return &peer;
  return nullptr;
}

Peer& Client::Impl::add_group(std::unique_ptr<group::Group> group) {
  Peer& peer = peers.emplace_back(0, group->relay());
  peer.group_id = group->id();
  peer.group = std::move(group);
  return peer;
}

Peer& Client::Impl::add_join(std::unique_ptr<group::Joining> joining) {
  Peer& peer = peers.emplace_back(0, joining->relay());
  peer.join_id = joining->id();
  peer.joining = std::move(joining);
  return peer;
}

// --- Loading ---

Result<std::unique_ptr<Client>> Client::load(Vault vault, Options options, Random& random, Instant now) {
  auto impl = std::make_unique<Impl>(std::move(vault), std::move(options), random);
  impl->now = now;
  HW_TRY(impl->load());
  impl->drop_unsent();
  impl->keep_talk();
  for (Peer& peer : impl->peers) impl->keep_connected(peer);
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<> Client::Impl::load() {
  {
    Transaction rows(vault, Transaction::Access::kRead);
    for (const group::GroupId& id : group::Group::saved(rows)) {
      HW_LET(auto loaded, group::Group::load(id, rows));
      add_group(std::move(loaded));
    }
    for (const group::JoinId& id : group::Joining::saved(rows)) {
      HW_LET(auto loaded, group::Joining::load(id, rows));
      add_join(std::move(loaded));
    }
    if (rows.failure()) return client_error(*rows.failure());
  }
  return drop_finished_joins();
}

Result<> Client::Impl::drop_finished_joins() {
  for (auto peer = peers.begin(); peer != peers.end();) {
    if (peer->joining == nullptr || peer->joining->state() != group::Joining::State::kJoined) {
      ++peer;
      continue;
    }
    // A full disk does not keep the vault from opening: the rows go the next time.
    (void)write([&](group::Turn turn) {
      peer->joining->forget(turn);
      turn.rows.erase(kJoinedSpace, *peer->join_id);
      return success();
    });
    peer = peers.erase(peer);
  }
  return success();
}

// What was being given when the program ended cannot be gone on with. A full disk does not keep the vault
// from opening: the rows go the next time.
void Client::Impl::drop_unsent() {
  (void)write([&](group::Turn turn) {
    for (const Peer& peer : peers)
      if (peer.group_id)
        files::drop_unsent(turn.rows, key_of(*peer.group_id), {.messages = {0}, .files = {INT64_MAX}});
    return success();
  });
}

// --- Changing ---

Result<> Client::Impl::commit(Transaction& transaction, bool wrote) {
  const Result<> done = transaction.commit();
  const bool was_full = disk_full;
  if (!done.ok()) {
    disk_full = disk_full || done.error().is(VaultError::kDiskFull);
  } else if (wrote) {
    disk_full = false;
    if (!checkpoint_at) checkpoint_at = now.after_ms(kCheckpointAfter_ms);
  }
  if (disk_full != was_full) notice(NoticeKind::kSync);
  if (!done.ok()) return client_error(done.error());
  return success();
}

Result<> Client::Impl::write(const Act& act) {
  Transaction transaction(vault);
  WatchedRows rows(transaction);
  group::Happenings happened;
  HW_TRY(act({rows, random, now, features, happened}));
  return commit(transaction, rows.wrote());
}

Result<> Client::Impl::step(Peer& peer, const Act& act) {
  if (!peer.has_machine() && !reload(peer)) {
    peer.link.close(now, random);
    return disk_full ? ClientError::kDiskFull : ClientError::kVaultFailed;
  }
  const uint64_t epoch_before = peer.group ? peer.group->epoch() : 0;
  group::Happenings happened;
  std::vector<std::pair<Link*, group::WantedSend>> sends;
  bool sealing_checked = false, porch_checked = false, wrote_files = false;
  Result<> done = success();
  {
    Transaction transaction(vault);
    WatchedRows rows(transaction);
    const group::Turn turn{rows, random, now, features, happened};
    HW_TRY(act(turn));
    sealing_checked = sealing_is_due(peer, happened);
    if (sealing_checked) keep_sealed(peer, turn, happened);
    // A new epoch is to be read to its end first; then what changed is looked at.
    const bool changed = std::ranges::any_of(happened, [](const group::Happening& one) {
      return std::holds_alternative<group::MembersChanged>(one);
    });
    if (changed && !sealing_checked) peer.sealing_checked.reset();
    take_notes(peer, turn);
    porch_checked = porch_is_due(peer, happened);
    if (porch_checked) keep_porch(peer, turn);
    sends = next_sends(peer, turn);
    wrote_files = rows.wrote_files();
    done = commit(transaction, rows.wrote());
  }
  if (!done.ok()) {
    write_failed(peer);
    return done;
  }
  if (sealing_checked) peer.sealing_checked = now;
  if (porch_checked) peer.porch_checked = now;
  if (wrote_files) {
    peer.transfers.look_again();
    notice(NoticeKind::kFiles, peer.group_id);
  }
  for (auto& [link, send] : sends) {
    const bool around = link != &peer.link && send.relay.empty();
    request(*link, around ? link->forward_send(peer.relay(), std::move(send)) : link->send(std::move(send)));
  }
  after_step(peer, happened, epoch_before);
  return success();
}

void Client::Impl::after_step(Peer& peer, const group::Happenings& happened, uint64_t epoch_before) {
  tell(peer, happened);
  if (peer.group && peer.group->epoch() != epoch_before) notice(NoticeKind::kGroup, peer.group_id);
  const bool accused = std::ranges::any_of(happened, [](const group::Happening& one) {
    const auto* warned = std::get_if<group::Warned>(&one);
    return warned != nullptr && warned->warning.kind == group::Warning::Kind::kRelayOrder;
  });
  if (accused) return misbehaved(peer);
  keep_connected(peer);
}

// Once a day, and when keys, members or what is sealed changed.
bool Client::Impl::sealing_is_due(const Peer& peer, const group::Happenings& happened) const {
  const group::Group* group = peer.group.get();
  if (group == nullptr || group->standing() != group::Standing::kActive || !group->caught_up()) return false;
  constexpr int64_t kDay_ms = 24ll * 3600 * 1000;
  const std::optional<Instant>& checked = peer.sealing_checked;
  if (!checked || now < *checked || now >= checked->after_ms(kDay_ms)) return true;
  return std::ranges::any_of(happened, [&](const group::Happening& one) {
    if (std::holds_alternative<group::MembersChanged>(one)) return true;
    const auto* event = std::get_if<group::EventTakenIn>(&one);
    if (event == nullptr) return false;
    return event->kind == domain::sealing::kAnnounced || event->kind == group::kOwnThings ||
           event->kind == domain::doubles::kKeyKind || event->kind == domain::losses::kVerifierNamed ||
           (event->author == group->me() && changes_sealing(event->kind));
  });
}

Client::Hand Client::Impl::command_hand(Peer& peer, group::Turn turn) {
  return {turn.rows, turn.random, turn.now, *peer.group,
          [&peer, turn](uint16_t kind, BytesView body) { return peer.group->post(kind, body, turn); }};
}

void Client::Impl::keep_sealed(Peer& peer, group::Turn turn, const group::Happenings& happened) {
  const Hand hand = command_hand(peer, turn);
  const bool sealed = std::ranges::any_of(happened, [&](const group::Happening& one) {
    const auto* event = std::get_if<group::EventTakenIn>(&one);
    return event != nullptr && event->author == peer.group->me() && changes_sealing(event->kind);
  });
  // What cannot be posted now is tried again when something changes, or tomorrow.
  const uint32_t newest = newest_sealing_key(turn.rows, *peer.group);
  const bool lost = lost_a_device(turn.rows, *peer.group);
  const bool kept = keep_sealing_key(hand).ok();
  if (kept) {
    (void)seal_cases_anew(hand, sealed);
    (void)seal_names_anew(hand, sealed);
  }
  (void)keep_doubles(hand);
  if (newest != 0 && newest_sealing_key(turn.rows, *peer.group) != newest) peer.group->share_own_things(turn);
  if (kept || !lost) remember_devices(turn.rows, *peer.group);
  if (lacks_own_key(turn.rows, *peer.group) && may_ask_own(turn.rows, *peer.group_id, turn.now))
    peer.group->ask_own_things(turn);
}

void Client::Impl::write_failed(Peer& peer) {
  // The machine in memory is ahead of the disk: thrown away. What was pushed meanwhile is read again from
  // where the disk is.
  close(peer);
  reload(peer);
}

bool Client::Impl::reload(Peer& peer) {
  Transaction rows(vault, Transaction::Access::kRead);
  peer.group.reset();
  peer.joining.reset();
  if (peer.group_id) {
    auto loaded = group::Group::load(*peer.group_id, rows);
    if (loaded.ok()) peer.group = std::move(loaded).value();
  } else {
    auto loaded = group::Joining::load(*peer.join_id, rows);
    if (loaded.ok()) peer.joining = std::move(loaded).value();
  }
  return peer.has_machine();
}

// --- Network ---

void Client::Impl::close(Peer& peer) {
  close_others(peer);
  if (!peer.link.is_open()) return;
  peer.missed_since.reset();
  effects.emplace_back(CloseConnection{peer.link.id()});
  peer.link.close(now, random);
  peer.transfers.disconnected();
  if (peer.group != nullptr) peer.group->disconnected();
  notice(NoticeKind::kSync, peer.group_id);
}

void Client::Impl::keep_connected(Peer& peer) {
  if (!peer.has_machine()) return;
  if (!peer.wants_connection()) return close(peer);
  follow_relay(peer);
  if (peer.link.may_open(now)) {
    peer.missed_since = now;
    peer.link.opening(next_connection++);
    effects.emplace_back(OpenConnection{peer.link.id(), peer.relay()});
    notice(NoticeKind::kSync, peer.group_id);
  }
  for (wire::Request& wanted : peer.link.subscribe(peer.wanted_reads({}), now))
    request(peer.link, std::move(wanted));
  move_files(peer);
  keep_others(peer);
  keep_detour(peer);
}

void Client::Impl::misbehaved(Peer& peer) {
  peer.link.misbehaves();
  close(peer);
}

void Client::connection_up(ConnectionId connection, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_connection(connection);
  if (peer == nullptr) return;
  Link& link = *peer->link_of(connection);
  link.up();
  if (&link == &peer->link) {
    // What came by a detour is read anew from where it stands.
    if (peer->missed_since && peer->group != nullptr) peer->group->disconnected();
    peer->missed_since.reset();
  }
  impl_->notice(NoticeKind::kSync, peer->group_id);
  (void)impl_->step(*peer, [&](group::Turn turn) {
    if (peer->group != nullptr) files::post_ready(impl_->command_hand(*peer, turn));
    return success();
  });
}

void Client::connection_lost(ConnectionId connection, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_connection(connection);
  if (peer == nullptr) return;
  Link& link = *peer->link_of(connection);
  link.lost();
  if (&link == &peer->link) {
    peer->missed_since = now;
    peer->transfers.disconnected();
  }
  if (peer->group != nullptr && &link == &peer->link) peer->group->disconnected();
  if (peer->group != nullptr && &link != &peer->link) peer->group->other_disconnected();
  impl_->notice(NoticeKind::kSync, peer->group_id);
}

void Client::answer(ConnectionId connection, const wire::Answer& answer, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_connection(connection);
  if (peer == nullptr) return;
  Link& link = *peer->link_of(connection);
  const Link::Verdict verdict = link.judge(answer, now, impl_->random);
  if (std::holds_alternative<Link::Misbehaved>(verdict)) {
    if (&link == &peer->link) return impl_->misbehaved(*peer);
    impl_->effects.emplace_back(CloseConnection{link.id()});
    return link.close(now, impl_->random);
  }
  if (const auto* arrived = std::get_if<Link::TakeIn>(&verdict)) {
    if (&link != &peer->link && !arrived->forwarded) return impl_->take_in_other(*peer, link, *arrived);
    return impl_->take_in(*peer, link, *arrived);
  }
  if (const auto* of_blob = std::get_if<Link::BlobAnswer>(&verdict)) return impl_->take_blob(*peer, *of_blob);
  (void)impl_->step(*peer, [&](group::Turn turn) {
    if (const auto* sent = std::get_if<Link::Sent>(&verdict)) peer->sent(*sent, turn);
    if (const auto* refused = std::get_if<Link::NotSent>(&verdict)) peer->not_sent(*refused, turn);
    const auto* expired = std::get_if<Link::Expired>(&verdict);
    if (expired != nullptr && peer->group != nullptr) peer->group->expired(expired->queue, turn);
    return success();
  });
}

void Client::Impl::move_files(Peer& peer) {
  if (peer.group == nullptr || !peer.link.is_up()) return;
  constexpr uint16_t kForever_days = 3'650;  // as long as the relay keeps it
  const uint16_t days = peer.group->policy().retention_days;
  std::vector<Transfers::Want> wanted;
  {
    Transaction rows(vault, Transaction::Access::kRead);
    wanted = peer.transfers.next({rows, key_of(*peer.group_id), now}, days == 0 ? kForever_days : days);
  }
  for (Transfers::Want& want : wanted)
    request(peer.link, peer.link.ask_blob(want.handle, std::move(want.body)));
}

void Client::Impl::take_blob(Peer& peer, const Link::BlobAnswer& answer) {
  if (peer.group == nullptr) return;
  auto outcome = Transfers::Outcome::kNothing;
  bool posted = false;
  const Result<> done = step(peer, [&](group::Turn turn) {
    outcome = peer.transfers.answer(answer.handle, *answer.body,
                                    {turn.rows, key_of(*peer.group_id), turn.now}, turn.random);
    if (outcome == Transfers::Outcome::kSentWhole) posted = files::post_ready(command_hand(peer, turn));
    return success();
  });
  if (!done.ok()) return;
  if (outcome == Transfers::Outcome::kMisbehaved) return misbehaved(peer);
  if (posted) notice(NoticeKind::kTalk, peer.group_id);
}

bool Client::Impl::consistent(const Peer& peer, const wire::QueueId& queue, uint64_t last) const {
  for (const group::WantedRead& read : peer.wanted_reads({}))
    if (wire::queue_id(read.access) == queue) return read.after >= last;
  return true;  // the queue ended
}

void Client::Impl::take_in(Peer& peer, Link& link, const Link::TakeIn& arrived) {
  size_t done = 0;
  do {
    const auto part = arrived.entries.subspan(done, std::min(kEntriesPerStep, arrived.entries.size() - done));
    const uint64_t first = arrived.first + done;
    const ConnectionId connection = link.id();
    if (peer.group == nullptr) return take_in_join(peer, link, arrived);
    const Result<> taken = step(peer, [&](group::Turn turn) -> Result<> {
      peer.group->take_in(arrived.queue, first, part, arrived.last_in_queue, turn);
      return success();
    });
    // A full disk, or an accused relay: the rest comes again over a new connection.
    if (!taken.ok() || peer.link_of(connection) == nullptr || !peer.link_of(connection)->is_up()) return;
    done += part.size();
  } while (done < arrived.entries.size());

  if (taken_in(peer, link, arrived) && peer.link.state() == LinkState::kMisbehaving &&
      peer.group->caught_up()) {
    peer.link.behaves();
    notice(NoticeKind::kSync, peer.group_id);
  }
}

bool Client::Impl::taken_in(Peer& peer, Link& link, const Link::TakeIn& arrived) {
  if (!consistent(peer, arrived.queue, arrived.first + arrived.entries.size() - 1)) {
    misbehaved(peer);
    return false;
  }
  size_t size_bytes = 0;
  for (const Bytes& entry : arrived.entries) size_bytes += entry.size();
  if (arrived.forwarded) return true;  // nothing was pushed
  for (wire::Request& told : link.taken_in(arrived.queue, size_bytes)) request(link, std::move(told));
  return true;
}

void Client::Impl::take_in_join(Peer& peer, Link& link, const Link::TakeIn& arrived) {
  const group::Joining::State before = peer.joining->state();
  std::unique_ptr<group::Group> became;
  std::optional<group::GroupId> known;
  const auto join = [&](group::Turn turn, bool replace) -> Result<> {
    became = peer.joining->take_in(arrived.queue, arrived.first, arrived.entries, turn);
    if (became) turn.rows.put(kJoinedSpace, *peer.join_id, became->id());
    if (!became || replace || find_group(became->id()) == nullptr) return success();
    known = became->id();
    return ClientError::kNotAllowed;
  };
  Result<> taken = step(peer, [&](group::Turn turn) { return join(turn, false); });
  if (known) {
    became.reset();
    if (!reload(peer)) return write_failed(peer);
    const group::JoinId id = *peer.join_id;
    taken = join_known(peer, *known, [&](group::Turn turn) { return join(turn, true); });
    if (find_join(id) == nullptr) return;
  }
  if (!taken.ok()) return;
  if (became) return become_group(peer, std::move(became));
  if (peer.joining->state() != before) notice(NoticeKind::kJoins);
  if (taken_in(peer, link, arrived) && peer.link.state() == LinkState::kMisbehaving) peer.link.behaves();
}
// A Welcome to a group that this vault knows. One that was left is replaced by the new beginning; in one that
// she is still in, a person cannot be twice on one device, and the join ends.
Result<> Client::Impl::join_known(Peer& peer, const group::GroupId& known, const Act& join) {
  Peer& old = *find_group(known);
  const bool is_past = old.group != nullptr && !old.wants_connection();
  const Result<> done = step(peer, [&](group::Turn turn) -> Result<> {
    if (!is_past) {
      peer.joining->forget(turn);
      return success();
    }
    old.group->forget(turn);
    forget_sealing_keys(turn.rows, known);
    forget_devices(turn.rows, known);
    turn.rows.erase(kSealedSpace, known);
    forget_porch(turn.rows, known);
    return join(turn);
  });
  if (!done.ok()) {
    if (is_past) reload(old);
    return done;
  }
  if (!is_past) {
    close(peer);
    notice(NoticeKind::kJoins);
  }
  const Peer* gone = is_past ? &old : &peer;
  peers.remove_if([&](const Peer& one) { return &one == gone; });
  return success();
}

void Client::Impl::become_group(Peer& peer, std::unique_ptr<group::Group> group) {
  finished.push_back({std::move(peer.joining), group->id()});
  peer.join_id.reset();
  peer.group_id = group->id();
  peer.group = std::move(group);
  notice(NoticeKind::kGroups);
  notice(NoticeKind::kJoins);
  // The connection stays; what the group reads takes the place of what the join read.
  (void)step(peer, [&](group::Turn turn) {
    note_led_to(turn.rows, finished.back().joining->id(), *peer.group_id);
    return success();
  });
}

std::optional<Instant> Client::next_tick() const {
  std::optional<Instant> out;
  const auto consider = [&](std::optional<Instant> at) {
    if (at) out = out ? std::min(*out, *at) : *at;
  };
  for (const Peer& peer : impl_->peers) {
    if (peer.group) consider(peer.group->next_tick());
    if (peer.link.is_up()) consider(peer.transfers.next_due());
    if (!peer.has_machine() || peer.wants_connection()) consider(peer.link.next_due());
    for (const auto& [relay, link] : peer.others) consider(link.next_due());
    consider(peer.next_detour(impl_->now));
    consider(next_porch_check(peer));
  }
  consider(impl_->checkpoint_at);
  consider(impl_->next_talk_sweep());
  return out;
}

void Client::Impl::checkpoint_if_due() {
  if (!checkpoint_at) return;
  // A clock that was set back must not put it off.
  if (now < *checkpoint_at && checkpoint_at->ms - now.ms <= kCheckpointAfter_ms) return;
  checkpoint_at.reset();
  if (!vault.checkpoint().ok()) checkpoint_at = now.after_ms(kCheckpointAfter_ms);
}

void Client::tick(Instant now) {
  impl_->now = now;
  impl_->checkpoint_if_due();
  for (Peer& peer : impl_->peers) {
    const bool machine_due = peer.group && peer.group->next_tick().value_or(Instant{INT64_MAX}) <= now;
    const bool porch_due = next_porch_check(peer).value_or(Instant{INT64_MAX}) <= now;
    const bool others_due =
        std::ranges::any_of(peer.others, [&](const auto& other) { return other.second.is_due(now); }) ||
        (peer.detour(now) != nullptr && peer.detour(now)->may_forward_read(now));
    const bool files_due = peer.link.is_up() && peer.transfers.is_due(now);
    if (!machine_due && !porch_due && !files_due && !others_due && !peer.link.is_due(now)) continue;
    (void)impl_->step(peer, [&](group::Turn turn) {
      if (machine_due) peer.group->tick(turn);
      return success();
    });
  }
  impl_->keep_talk();
}

std::vector<Effect> Client::take_effects() { return std::exchange(impl_->effects, {}); }

// --- Telling ---

void Client::Impl::notice(NoticeKind kind, std::optional<group::GroupId> group) {
  // One of a kind until somebody looks is enough.
  for (const Effect& effect : effects) {
    const auto* same = std::get_if<Notice>(&effect);
    if (same != nullptr && same->kind == kind && same->group == group) return;
  }
  effects.emplace_back(Notice{kind, group});
}

void Client::Impl::tell(const Peer& peer, const group::Happenings& happened) {
  struct Kinds {
    const group::Happenings& all;
    NoticeKind operator()(const group::EventTakenIn& event) const { return notice_of(event.kind); }
    NoticeKind operator()(const group::SendStateChanged&) const { return NoticeKind::kTalk; }
    NoticeKind operator()(const group::MembersChanged&) const { return NoticeKind::kMembers; }
    NoticeKind operator()(const group::RequestsChanged&) const { return NoticeKind::kRequests; }
    NoticeKind operator()(const group::InvitesChanged&) const { return NoticeKind::kInvites; }
    NoticeKind operator()(const group::StandingChanged&) const { return NoticeKind::kGroup; }
    NoticeKind operator()(const group::Warned&) const { return NoticeKind::kWarning; }
  };
  for (const group::Happening& one : happened) notice(std::visit(Kinds{happened}, one), peer.group_id);
}

}  // namespace homeward::client
