// Join requests that come by invites of mine: seen by this device alone until they are proposed.
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr size_t kMostAskedByInvite = 16;

}  // namespace

// A newcomer by an invite, or a device of mine by a link of that kind; never one by the other.
bool Group::Impl::is_asked_for(const OwnInvite& invite, const Identity& newcomer) const {
  if (!invite.for_device) return newcomer.is_first() && !court().is_present(newcomer.person);
  return !newcomer.is_first() && newcomer.person == saved.me.person && !court().leaf_of(newcomer.device);
}

void Group::Impl::take_ask_entries(const InviteId& invite_id, uint64_t first, std::span<const Bytes> entries,
                                   Turn& turn) {
  OwnInvite& invite = invites.at(invite_id);
  const wire::QueueId ask = wire::queue_id(invite.ask.read);
  bool changed = false;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (first + i <= invite.taken) continue;
    invite.taken = first + i;
    if (!invite.is_open(turn.now)) continue;
    const auto of_this = static_cast<size_t>(
        std::ranges::count_if(asked, [&](const auto& item) { return item.second.invite == invite_id; }));
    auto candidate = open_request(ask, invite.request_key, entries[i]);
    if (!candidate.ok() || of_this >= kMostAskedByInvite) continue;
    const auto newcomer = check_candidate(*candidate, mls->group_extensions());
    if (!newcomer.ok() || !is_asked_for(invite, *newcomer)) continue;
    const RequestId request = candidate->id();
    if (asked.contains(request) || roster.requests().contains(request)) continue;
    asked[request] = {std::move(*candidate), invite_id, turn.now, false};
    save_asked(request, turn.rows);
    changed = true;
  }
  save_invite(invite_id, turn.rows);
  if (!changed) return;
  turn.happened.emplace_back(RequestsChanged{});
  turn.happened.emplace_back(InvitesChanged{});
}

// Nothing that comes by it can be read any more, and what came and was not proposed is forgotten.
void Group::Impl::close_invite(const InviteId& invite_id, Rows& rows) {
  OwnInvite& invite = invites.at(invite_id);
  invite.request_key.private_key.clear();
  save_invite(invite_id, rows);
  std::vector<RequestId> over;
  for (const auto& [request, item] : asked)
    if (item.invite == invite_id && !item.proposing) over.push_back(request);
  for (const RequestId& request : over) {
    asked.erase(request);
    save_asked(request, rows);
  }
}

void Group::Impl::end_invites(Turn& turn) {
  bool changed = false;
  for (auto& [invite_id, invite] : invites) {
    if (!invite.wants_read() || turn.now < invite.ends) continue;
    close_invite(invite_id, turn.rows);
    changed = true;
  }
  if (!changed) return;
  turn.happened.emplace_back(InvitesChanged{});
  turn.happened.emplace_back(RequestsChanged{});
}

}  // namespace homeward::group
