// What a person asks of her client.
#include "client/cases.h"
#include "client/devices.h"
#include "client/impl.h"
#include "client/losses.h"
#include "client/overlay.h"
#include "client/porch.h"
#include "crypto/crypto.h"
#include "domain/talk/talk.h"

namespace homeward::client {

// --- What the features are made of ---

Result<> Client::change(const group::GroupId& group, Instant now,
                        const std::function<Result<>(const Hand&)>& act) {
  impl_->now = now;
  Peer* peer = impl_->find_group(group);
  if (peer == nullptr) return ClientError::kNoSuchGroup;
  std::set<uint16_t> kinds;
  HW_TRY(impl_->step(*peer, [&](group::Turn turn) -> Result<> {
    return act({turn.rows, turn.random, turn.now, *peer->group,
                [&](uint16_t kind, BytesView body) -> Result<group::EventId> {
                  if (peer->group->is_porch() && !Features::may_be_in_porch(kind))
                    return ClientError::kNotInPorch;
                  kinds.insert(kind);
                  return peer->group->post(kind, body, turn);
                }});
  }));
  for (const uint16_t kind : kinds) impl_->notice(notice_of(kind), group);
  impl_->notice(NoticeKind::kSync, group);
  return success();
}

Result<> Client::look(const group::GroupId& group, const std::function<Result<>(const Look&)>& act) {
  Peer* peer = impl_->find_group(group);
  if (peer == nullptr || peer->group == nullptr) return ClientError::kNoSuchGroup;
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  const std::vector<group::Group::Waiting> waiting = peer->group->waiting(rows);
  OverlayRows overlay(rows);
  uint64_t number = 0;
  for (const group::Group::Waiting& one : waiting)
    impl_->features.fold({.rows = overlay,
                          .group = group,
                          .author = peer->group->me(),
                          .author_is_me = true,
                          .author_role = peer->group->my_role(),
                          .position = {domain::kQueuedEpoch, ++number},
                          .in_porch = peer->group->is_porch()},
                         one.event);
  return act({waiting.empty() ? static_cast<Rows&>(rows) : overlay, *peer->group, impl_->features.analyzer(),
              impl_->now});
}

// --- Groups ---

Result<group::GroupId> Client::create_group(const group::Group::Founding& founding, Instant now) {
  impl_->now = now;
  group::Group::Founding whole = founding;
  if (whole.relay.empty()) whole.relay = impl_->options.default_relay;
  std::unique_ptr<group::Group> made;
  HW_TRY(impl_->write([&](group::Turn turn) -> Result<> {
    HW_LET(made, group::Group::found(whole, turn));
    return success();
  }));
  Peer& peer = impl_->add_group(std::move(made));
  impl_->keep_connected(peer);
  impl_->notice(NoticeKind::kGroups);
  return *peer.group_id;
}

std::vector<GroupSummary> Client::groups() {
  std::vector<GroupSummary> out;
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  for (const Peer& peer : impl_->peers) {
    if (peer.group == nullptr) continue;
    const group::Group& group = *peer.group;
    GroupSummary one{
        .id = group.id(),
        .name = group.name(),
        .my_name = group.name_of(group.me()),
        .my_role = group.my_role(),
        .standing = group.standing(),
        .epoch = group.epoch(),
        .members = group.members().size(),
        .waiting = group.waiting_count(),
        .unread = domain::talk::unread(rows, key_of(group.id())),
        .mentions = domain::talk::unread_mentions(rows, key_of(group.id()), domain::Author::from(group.me())),
        .link = peer.link_state(),
        .last = std::nullopt,
        .is_porch = group.is_porch()};
    for (const group::JoinRequest& request : group.requests(impl_->now))
      if (request.can_propose || request.can_confirm) ++one.requests;
    if (const auto last = domain::talk::last(rows, key_of(group.id())))
      one.last = impl_->shown(group, *last, rows);
    out.push_back(std::move(one));
  }
  return out;
}

Result<group::Group::NewInvite> Client::invite(const group::GroupId& group, Instant ends, Instant now) {
  return make_invite(group, now, [&](group::Group& of, group::Turn turn) { return of.invite(ends, turn); });
}

Result<group::Group::NewInvite> Client::invite_device(const group::GroupId& group, Instant ends,
                                                      Instant now) {
  return make_invite(group, now,
                     [&](group::Group& of, group::Turn turn) { return of.invite_device(ends, turn); });
}

Result<group::Group::NewInvite> Client::make_invite(
    const group::GroupId& group, Instant now,
    const std::function<Result<group::Group::NewInvite>(group::Group&, group::Turn)>& make) {
  impl_->now = now;
  Peer* peer = impl_->find_group(group);
  if (peer == nullptr) return ClientError::kNoSuchGroup;
  group::Group::NewInvite made;
  HW_TRY(impl_->step(*peer, [&](group::Turn turn) -> Result<> {
    HW_LET(made, make(*peer->group, turn));
    return success();
  }));
  return made;
}

namespace {

// A command of one group that answers nothing.
template <class Impl, class Command>
Result<> command(Impl& impl, const group::GroupId& group, Instant now, Command&& run) {
  impl.now = now;
  Peer* peer = impl.find_group(group);
  if (peer == nullptr) return ClientError::kNoSuchGroup;
  return impl.step(*peer, [&](group::Turn turn) { return run(*peer->group, turn); });
}

}  // namespace

Result<> Client::revoke_invite(const group::GroupId& group, const group::InviteId& invite, Instant now) {
  return command(*impl_, group, now,
                 [&](group::Group& of, group::Turn turn) { return of.revoke_invite(invite, turn); });
}

Result<> Client::propose(const group::GroupId& group, const group::RequestId& request, std::string_view note,
                         Instant now) {
  return command(*impl_, group, now, [&](group::Group& of, group::Turn turn) -> Result<> {
    HW_LET(const auto from, porch_claim(turn.rows, of, porch_of(group), request, now));
    return of.propose(request, note, turn, from);
  });
}

Result<> Client::confirm(const group::GroupId& group, const group::RequestId& request, Instant now) {
  return command(*impl_, group, now, [&](group::Group& of, group::Turn turn) -> Result<> {
    HW_TRY(porch_allows(turn.rows, of, porch_of(group), request, now));
    return of.confirm(request, turn);
  });
}

Result<> Client::decline(const group::GroupId& group, const group::RequestId& request, Instant now) {
  return command(*impl_, group, now,
                 [&](group::Group& of, group::Turn turn) { return of.decline(request, turn); });
}

Result<> Client::remove(const group::GroupId& group, const group::PersonId& person, Instant now) {
  return command(*impl_, group, now,
                 [&](group::Group& of, group::Turn turn) { return of.remove(person, turn); });
}

Result<> Client::approve_removal(const group::GroupId& group, const group::PersonId& person, Instant now) {
  return command(*impl_, group, now,
                 [&](group::Group& of, group::Turn turn) { return of.approve_removal(person, turn); });
}

Result<> Client::remove_device(const group::GroupId& group, const group::DeviceId& device, Instant now) {
  return command(*impl_, group, now,
                 [&](group::Group& of, group::Turn turn) { return of.remove_device(device, turn); });
}

Result<> Client::start_anew(const group::GroupId& group, Instant now) {
  return command(*impl_, group, now, [&](group::Group& of, group::Turn turn) { return of.start_anew(turn); });
}

Result<> Client::go_along(const group::GroupId& group, Instant now) {
  return command(*impl_, group, now, [&](group::Group& of, group::Turn turn) { return of.go_along(turn); });
}

Result<> Client::leave(const group::GroupId& group, Instant now) {
  return command(*impl_, group, now, [&](group::Group& of, group::Turn turn) { return of.leave(turn); });
}

Result<> Client::forget(const group::GroupId& group, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_group(group);
  if (peer == nullptr || peer->group == nullptr) return ClientError::kNoSuchGroup;
  if (!is_out(peer->group->standing())) return ClientError::kNotAllowed;
  const Result<> done = impl_->write([&](group::Turn turn) {
    peer->group->forget(turn);
    forget_talk_settings(turn.rows, group);
    forget_sealing_keys(turn.rows, group);
    forget_devices(turn.rows, group);
    turn.rows.erase(kSealedSpace, group);
    forget_porch(turn.rows, group);
    forget_loss_settings(turn.rows, group);
    return success();
  });
  if (!done.ok()) {
    impl_->write_failed(*peer);
    return done;
  }
  impl_->close(*peer);
  std::erase_if(impl_->finished, [&](const Impl::Finished& one) { return one.group == group; });
  impl_->peers.remove_if([&](const Peer& one) { return &one == peer; });
  impl_->notice(NoticeKind::kGroups);
  return success();
}

const group::Group* Client::find(const group::GroupId& group) const {
  const Peer* peer = impl_->find_group(group);
  return peer == nullptr ? nullptr : peer->group.get();
}

std::vector<group::Warning> Client::warnings(const group::GroupId& group) {
  const group::Group* found = find(group);
  if (found == nullptr) return {};
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  return found->warnings(rows);
}

Hash Client::shared_state_hash(const group::GroupId& group) {
  const group::Group* found = find(group);
  if (found == nullptr) return {};
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  return found->shared_state_hash(rows, impl_->features);
}

// --- Joins ---

Result<group::JoinId> Client::join(const group::Joining::Asking& asking, Instant now) {
  impl_->now = now;
  const Hash link = sha256(view_of(asking.link));
  std::unique_ptr<group::Joining> made;
  HW_TRY(impl_->write([&](group::Turn turn) -> Result<> {
    if (turn.rows.get(kLinkSpace, link)) return ClientError::kLinkUsed;
    HW_LET(made, group::Joining::ask(asking, turn));
    turn.rows.put(kLinkSpace, link, made->id());
    return success();
  }));
  Peer& peer = impl_->add_join(std::move(made));
  impl_->keep_connected(peer);
  impl_->notice(NoticeKind::kJoins);
  return *peer.join_id;
}

std::vector<JoinSummary> Client::joins() {
  using State = group::Joining::State;
  std::vector<JoinSummary> out;
  const auto add = [&](const group::Joining& joining, std::optional<group::GroupId> group) {
    State state = joining.state();
    const bool waits = state == State::kSending || state == State::kWaiting;
    if (waits && joining.ends() < impl_->now) state = State::kExpired;
    out.push_back({joining.id(), state, joining.my_name(), joining.words(), joining.ends(),
                   joining.asked_at(), group, joining.is_device()});
  };
  for (const Peer& peer : impl_->peers)
    if (peer.joining != nullptr) add(*peer.joining, std::nullopt);
  for (const Impl::Finished& one : impl_->finished) add(*one.joining, one.group);
  return out;
}

Result<> Client::cancel_join(const group::JoinId& join, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_join(join);
  if (peer == nullptr || peer->joining == nullptr) return ClientError::kNoSuchJoin;
  const Result<> done = impl_->write([&](group::Turn turn) {
    peer->joining->forget(turn);
    // The link may be used again: who cancels by mistake asks anew.
    std::vector<Bytes> links;
    turn.rows.scan(kLinkSpace, {}, [&](BytesView key, BytesView value) {
      if (equal(value, join)) links.push_back(copy_of(key));
      return true;
    });
    for (const Bytes& key : links) turn.rows.erase(kLinkSpace, key);
    return success();
  });
  if (!done.ok()) {
    impl_->write_failed(*peer);
    return done;
  }
  impl_->close(*peer);
  impl_->peers.remove_if([&](const Peer& one) { return &one == peer; });
  impl_->notice(NoticeKind::kJoins);
  return success();
}

// --- State ---

LinkState Client::link_state(const group::GroupId& group) const {
  const Peer* peer = impl_->find_group(group);
  return peer == nullptr ? LinkState::kOffline : peer->link_state();
}

bool Client::disk_full() const { return impl_->disk_full; }

Result<> Client::set_setting(std::string_view name, std::string_view value) {
  return impl_->write([&](group::Turn turn) {
    turn.rows.put(kSettingSpace, view_of(name), view_of(value));
    return success();
  });
}

std::string Client::setting(std::string_view name) {
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  const std::optional<Bytes> value = rows.get(kSettingSpace, view_of(name));
  return value ? text_of(*value) : std::string();
}

Result<> Client::change_passphrase(BytesView old_passphrase, BytesView new_passphrase) {
  return impl_->vault.change_passphrase({old_passphrase, new_passphrase}, impl_->options.cost, impl_->random);
}

}  // namespace homeward::client
