// From one epoch to the next, and out of the group.
#include <algorithm>

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

std::set<DeviceId> devices_of(std::span<const Seat> seats) {
  std::set<DeviceId> out;
  for (const Seat& seat : seats) out.insert(seat.identity.device);
  return out;
}

}  // namespace

void Group::Impl::drop_flight(Turn& turn) {
  if (own_commit) {
    own_commit.reset();
    save_own_commit(turn.rows);
  }
  if (!flight) return;
  const Flight was = std::move(*flight);
  flight.reset();
  save_flight(turn.rows);
  if (was.purpose == Flight::Purpose::kProposal && mls) mls->drop_proposal(was.ref);
  if (was.purpose != Flight::Purpose::kEvent) return;
  if (const Outbox::Item* item = outbox.find(was.sequence))
    turn.happened.emplace_back(SendStateChanged{item->event});
}

// The MLS group is in its new epoch; everything else is still in the one before.
void Group::Impl::enter_epoch(Turnover turnover, Turn& turn) {
  const std::vector<Seat> before = std::move(seats);
  drop_flight(turn);
  pending.clear();
  turn.rows.erase_range(kProposalRows, prefix_range(id));
  turn.rows.erase_range(kOwnRows, prefix_range(id));
  EpochQueue::forget(id, turn.rows);
  queue.enter(*mls, id);
  caught_up = false;
  dues.clear();
  unfit.clear();
  verified.clear();

  auto now_seated = seats_of(mls->tree());
  HW_ASSERT(now_seated.ok());  // every leaf that came or changed was judged
  seats = std::move(*now_seated);
  const auto old_devices = devices_of(before);
  const auto new_devices = devices_of(seats);
  if (!std::ranges::includes(new_devices, old_devices)) saved.seed_stale = true;
  if (turnover.policy.return_seed != policy.return_seed) saved.seed_stale = false;
  const bool roles_changed =
      turnover.policy.organizers != policy.organizers || turnover.policy.advisers != policy.advisers;
  const size_t changes_before = roster.changes().size();
  const std::string relay_before = policy.relays.front();
  policy = turnover.policy;
  saved.policy = encode(policy);
  if (turnover.routine) saved.routine.push_back(turn.now);
  std::erase_if(saved.routine, [&](Instant at) { return turn.now.ms - at.ms > kDay_ms; });
  if (turnover.mine) saved.leaf_since = turn.now;

  std::map<RequestId, std::string> answered_at;
  std::vector<OpenRequest> joined;
  for (const auto& [request, open] : roster.requests())
    if (new_devices.contains(open.newcomer.device) && !old_devices.contains(open.newcomer.device))
      joined.push_back(open);
  const size_t open_before = roster.requests().size();
  for (const auto& [request, relay] : roster.answer_at()) answered_at[request] = relay;
  roster.enter_epoch(before, court(), turn.rows);
  if (policy.relays.front() != relay_before) {
    if (!turnover.moves) roster.answers_stay_at(relay_before, turn.rows);
    moved_from(relay_before, turnover.moves, turn);
  }
  if (roster.requests().size() != open_before) turn.happened.emplace_back(RequestsChanged{});
  if (old_devices != new_devices || !joined.empty() || roles_changed ||
      roster.changes().size() != changes_before)
    turn.happened.emplace_back(MembersChanged{});
  watch_return_seed(turn.rows, turn.now);
  forget_lost_siblings(turn.rows);
  if (joined.empty() && returns.empty()) return;
  const Bytes bundle = snapshot(turn.rows, turn.fold);
  answer_newcomers(joined, turnover, bundle, answered_at, turn);
  settle_returns(turnover, bundle, turn);
}

// The committer sends each newcomer the Welcome and the bundle; of the others the first who vouched tells its
// hash.
void Group::Impl::answer_newcomers(const std::vector<OpenRequest>& joined, const Turnover& turnover,
                                   BytesView bundle, std::map<RequestId, std::string>& answered_at,
                                   Turn& turn) {
  for (const OpenRequest& open : joined) {
    if (turnover.mine) {
      if (!turnover.welcome) continue;
      const Approval& sponsors = open.approvals.front().second;
      Answer answer{*turnover.welcome, sponsors.last_epoch, sponsors.signature,
                    box_seal(turnover.bundle_key.view(), id, bundle, turn.random)};
      auto entries = seal_parcel(open.candidate.answer, encode(answer), turn.random);
      if (!entries.ok()) continue;
      for (Bytes& entry : *entries)
        send_aside(open.candidate.answer.access, std::move(entry), turn.rows,
                   answered_at[open.candidate.id()]);
      continue;
    }
    const auto teller = std::ranges::find_if(open.approvals, [&](const auto& item) {
      const Identity* teller_seat = court().identity({item.second.leaf});
      return item.first != turnover.committer && teller_seat && teller_seat->person == item.first;
    });
    if (teller == open.approvals.end() || teller->second.leaf != mls->own_leaf().value) continue;
    const BundleHash body{open.candidate.id(), mls->epoch(), sha256(bundle)};
    outbox.push({OutgoingType::kEvent,
                 {turn.random.fixed<EventId>(), kBundleHash, to_the_minute(turn.now), encode(body)},
                 {}},
                turn.rows);
  }
}

void Group::Impl::send_aside(const wire::WriteAccess& access, Bytes entry, Rows& rows,
                             const std::string& relay) {
  const uint64_t handle = saved.next_handle++;
  rows.put(kSideRows, row_key(id, handle), encode(SideSend{access, std::move(entry), relay}));
  sides.insert(handle);
}

void Group::Impl::go(Standing standing, Turn& turn) {
  drop_flight(turn);
  mls.reset();
  seats.clear();
  pending.clear();
  invites.clear();
  asked.clear();
  confirming.clear();
  approving.clear();
  returns.clear();
  gone.clear();
  return_queues.clear();
  my_return.reset();
  own_key = {};
  siblings.clear();
  dues.clear();
  outbox.erase_all(turn.rows);
  erase_rows(turn.rows, false);
  saved.signature_key.private_key.clear();
  roster = Roster();
  roster.load(id, turn.rows);
  set_standing(standing, turn);
}

void Group::Impl::get_stuck(Warning::Kind kind, std::optional<PersonId> about, Turn& turn) {
  warn(kind, about, turn);
  saved.stuck_why = static_cast<uint8_t>(kind);
  saved.accused = kind == Warning::Kind::kCannotFollow ? about.value_or(PersonId{}) : PersonId{};
  saved.stuck_since = turn.now;
  dues.clear();
  caught_up = false;
  ask_to_return(kind, turn);
  set_standing(Standing::kStuck, turn);
  // Whom this device saw asking may not be able to follow either.
  turn.happened.emplace_back(RequestsChanged{});
}

void Group::Impl::set_standing(Standing standing, Turn& turn) {
  if (saved.standing == standing) return;
  saved.standing = standing;
  turn.rows.put(kStateRows, row_key(id), encode(saved));
  turn.happened.emplace_back(StandingChanged{standing});
}

}  // namespace homeward::group
