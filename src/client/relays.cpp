// The other relays of a group: connections beside the one to the relay that orders, and the way around that
// one while it cannot be reached.
#include "client/impl.h"

namespace homeward::client {

Link* Peer::link_of(ConnectionId connection) {
  if (link.id() == connection && link.is_open()) return &link;
  for (auto& [relay, other] : others)
    if (other.id() == connection && other.is_open()) return &other;
  return nullptr;
}

std::vector<group::WantedRead> Peer::wanted_reads(std::string_view relay) const {
  std::vector<group::WantedRead> out = wanted_reads();
  std::erase_if(out, [&](const group::WantedRead& read) { return read.relay != relay; });
  return out;
}

// In the order of the group's rules; not one that just refused.
Link* Peer::detour(Instant now) {
  if (group == nullptr || link.is_up() || !missed_since || link.state() == LinkState::kMisbehaving)
    return nullptr;
  if (now >= *missed_since && now < missed_since->after_ms(kDetourAfter_ms)) return nullptr;
  for (const std::string& relay : group->policy().relays) {
    const auto other = others.find(relay);
    if (other != others.end() && (other->second.forwards() || other->second.may_forward_read(now)))
      return &other->second;
  }
  return nullptr;
}

std::optional<Instant> Peer::next_detour(Instant now) const {
  if (group == nullptr || link.is_up() || !missed_since) return {};
  const bool ready =
      std::ranges::any_of(others, [&](const auto& other) { return other.second.may_forward_read(now); });
  if (!ready) return {};
  return std::max(missed_since->after_ms(kDetourAfter_ms), now.after_ms(1));
}

LinkState Peer::link_state() const {
  const LinkState own = link.state();
  if (own == LinkState::kConnected || own == LinkState::kMisbehaving) return own;
  const bool around = std::ranges::any_of(others, [](const auto& other) { return other.second.forwards(); });
  return around ? LinkState::kDetour : own;
}

// The connection to the relay that it left is closed like one that nobody needs.
void Client::Impl::follow_relay(Peer& peer) {
  if (peer.group == nullptr || peer.link.relay() == peer.relay()) return;
  if (peer.link.is_open()) effects.emplace_back(CloseConnection{peer.link.id()});
  peer.link = Link(0, peer.relay());
  peer.missed_since.reset();
  peer.transfers.disconnected();  // what was asked there is answered no more
  peer.group->disconnected();
  close_others(peer);
}

void Client::Impl::close_others(Peer& peer) {
  for (auto& [relay, link] : peer.others)
    if (link.is_open()) effects.emplace_back(CloseConnection{link.id()});
  peer.others.clear();
}

void Client::Impl::keep_others(Peer& peer) {
  std::map<std::string, std::vector<group::WantedRead>> wanted;
  for (group::WantedRead& read : peer.wanted_reads()) {
    const std::string relay = read.relay;
    if (!relay.empty()) wanted[relay].push_back(std::move(read));
  }
  for (auto at = peer.others.begin(); at != peer.others.end();) {
    if (wanted.contains(at->first)) {
      ++at;
      continue;
    }
    if (at->second.is_open()) effects.emplace_back(CloseConnection{at->second.id()});
    at = peer.others.erase(at);
  }
  for (const auto& [relay, reads] : wanted) {
    Link& link = peer.others.try_emplace(relay, 0, relay).first->second;
    if (link.may_open(now)) {
      link.opening(next_connection++);
      effects.emplace_back(OpenConnection{link.id(), relay});
    }
    for (wire::Request& one : link.subscribe(reads, now)) request(link, std::move(one));
  }
}

// What the group reads at the relay that orders is asked for through another, the epoch's queue before all.
void Client::Impl::keep_detour(Peer& peer) {
  Link* around = peer.detour(now);
  if (around == nullptr || !around->may_forward_read(now)) return;
  const std::vector<group::WantedRead> reads = peer.wanted_reads({});
  if (reads.empty()) return;
  request(*around, around->forward_read(peer.relay(), reads.front()));
}

std::vector<std::pair<Link*, group::WantedSend>> Client::Impl::next_sends(Peer& peer, group::Turn turn) {
  std::vector<std::pair<Link*, group::WantedSend>> out;
  if (!peer.wants_connection()) return out;
  const auto add = [&](Link& link, std::string_view over) {
    if (!link.may_send(now)) return;
    if (auto send = peer.next_send(turn, over)) out.emplace_back(&link, std::move(*send));
  };
  add(peer.link, {});
  if (peer.group == nullptr) return out;
  Link* around = peer.detour(now);
  for (auto& [relay, link] : peer.others) {
    const size_t before = out.size();
    if (&link == around && link.forwards()) add(link, {});
    if (out.size() == before) add(link, relay);
  }
  return out;
}

void Client::Impl::take_in_other(Peer& peer, Link& link, const Link::TakeIn& arrived) {
  const ConnectionId connection = link.id();
  const std::string relay = link.relay();
  const Result<> taken = step(peer, [&](group::Turn turn) -> Result<> {
    if (peer.group != nullptr)
      peer.group->take_in(arrived.queue, arrived.first, arrived.entries, arrived.last_in_queue, turn, relay);
    return success();
  });
  Link* still = peer.link_of(connection);
  if (!taken.ok() || still == nullptr) return;
  size_t size_bytes = 0;
  for (const Bytes& entry : arrived.entries) size_bytes += entry.size();
  for (wire::Request& told : still->taken_in(arrived.queue, size_bytes)) request(*still, std::move(told));
}

std::vector<Client::RelayState> Client::relays(const group::GroupId& group) const {
  std::vector<RelayState> out;
  const Peer* peer = impl_->find_group(group);
  if (peer == nullptr || peer->group == nullptr) return out;
  const std::vector<std::string> listed = peer->group->policy().relays;
  for (const std::string& relay : listed) {
    const auto other = peer->others.find(relay);
    const bool orders = relay == peer->relay();
    const bool up = orders ? peer->link.is_up() : other != peer->others.end() && other->second.is_up();
    out.push_back({relay, up, orders, true});
  }
  for (const auto& [relay, link] : peer->others)
    if (std::ranges::find(listed, relay) == listed.end()) out.push_back({relay, link.is_up(), false, false});
  return out;
}

Result<> Client::recover(const group::GroupId& group, const std::string& relay, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_group(group);
  if (peer == nullptr) return ClientError::kNoSuchGroup;
  return impl_->step(*peer, [&](group::Turn turn) { return peer->group->recover(relay, turn); });
}

}  // namespace homeward::client
