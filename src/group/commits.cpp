// What should be committed, by whom and when.
//
// Nothing of this is queued: it follows from the state, so that after a lost race the winner is followed and
// the question asked anew. The one nearest to a matter commits at once (who asked for a removal, who
// sponsors), the others take turns of five seconds, so that one absent device delays nobody for long and two
// rarely collide.
#include <bit>

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"
#include "mls/tree/tree_math.h"

namespace homeward::group {
namespace {

constexpr int64_t kOthersAfter_ms = 60 * kSecond_ms;  // for what nobody is nearer to
// Where more requests are open, those that are ready wait for the next one so long, and no longer in all:
// many who are vouched for together enter by one commit.
constexpr int64_t kGatherStep_ms = 3 * kSecond_ms;
constexpr int64_t kGatherMost_ms = 30 * kSecond_ms;

// Above so many members it is worth a commit to fill a gap in the tree: what lies below a blank node, or was
// added after its last commit, costs every later commit one ciphertext for each leaf (decision 0083).
constexpr size_t kLargeGroup = 64;
constexpr uint32_t kGapLevel = 5;  // of 32 leaves and more
constexpr size_t kGapLeaves = 16;
constexpr size_t kHealsPerDay = 64;
constexpr int64_t kHealAfter_ms = 30 * kSecond_ms;

// The highest gap above my leaf: how many members sit in it before me. Nothing if there is none.
std::optional<int64_t> gap_rank(const mls::RatchetTree& tree, std::span<const Seat> seats,
                                mls::LeafIndex me) {
  if (seats.size() < kLargeGroup) return {};
  for (auto at = static_cast<uint32_t>(std::countr_zero(tree.leaf_slot_count())); at >= kGapLevel; --at) {
    const mls::NodeIndex node = mls::node_at(at, me.value >> at);
    if (!tree.is_blank(node) && tree.unmerged_leaves(node).size() <= kGapLeaves) continue;
    const auto first = std::ranges::lower_bound(seats, mls::first_leaf(node), {}, &Seat::leaf);
    const auto mine = std::ranges::lower_bound(seats, me, {}, &Seat::leaf);
    const auto last = std::ranges::upper_bound(seats, mls::last_leaf(node), {}, &Seat::leaf);
    if (last - first > static_cast<std::ptrdiff_t>(kGapLeaves)) return mine - first;
  }
  return {};
}

int64_t jitter(Random& random, int64_t below_ms) {
  uint32_t draw = 0;
  std::array<uint8_t, 4> bytes{};
  random.fill(bytes);
  for (const uint8_t byte : bytes) draw = draw << 8 | byte;
  return static_cast<int64_t>(draw % static_cast<uint32_t>(below_ms));
}

Bytes due_key(char reason, BytesView what = {}) {
  Bytes key{static_cast<uint8_t>(reason)};
  append(key, what);
  return key;
}

// My place in the row of those who may commit, `first` before all others.
int64_t rank_of(const Court& court, std::optional<mls::LeafIndex> first, mls::LeafIndex me) {
  const bool has_first = first.has_value() && court.identity(*first) && !court.is_named(*first);
  const mls::LeafIndex nearest = has_first ? *first : me;
  if (has_first && nearest == me) return 0;
  int64_t rank = has_first ? 1 : 0;
  for (const Seat& seat : court.seats) {
    if (seat.leaf == me) break;
    if (!(has_first && seat.leaf == nearest) && !court.is_named(seat.leaf)) ++rank;
  }
  return std::min<int64_t>(rank, 60);
}

}  // namespace

const std::set<PersonId>& Group::Impl::approvers_of_request(const RequestId& request) const {
  const OpenRequest& open = roster.requests().at(request);
  std::vector<Approval> approvals = open.plain_approvals();
  Verified& known = verified[request];
  if (known.epoch != mls->epoch() || known.pending != pending.size() || known.approvals != approvals) {
    std::set<PersonId> by = approvers_of(court(), open.action(), approvals);
    known = {mls->epoch(), pending.size(), std::move(approvals), std::move(by)};
  }
  return known.by;
}

Group::Impl::Plan Group::Impl::plan(Instant now) const {
  Plan out;
  const Court here = court();
  if (here.is_named(mls->own_leaf())) return out;
  for (const auto& [person, by] : roster.removals()) {
    if (person == saved.me.person || is_named(person)) continue;
    std::vector<Approval> approvals;
    for (const auto& [approver, approval] : by) approvals.push_back(approval);
    if (removal_is_allowed(here, person, approvers_of(here, RemoveAction{person}, approvals)))
      out.removals.push_back(person);
  }
  std::map<PersonId, size_t> devices;  // with those that are to come
  for (const auto& [id_of, open] : roster.requests()) {
    const uint32_t needed = needed_for(here, open.newcomer);
    if (unfit.contains(id_of) || open.approvals.size() < needed || out.adds.size() >= kMostAdds ||
        std::ranges::find(out.removals, open.sponsor) != out.removals.end())
      continue;
    const std::set<PersonId>& approvers = approvers_of_request(id_of);
    // A newcomer refuses a tree without her sponsor.
    if (approvers.size() < needed || !approvers.contains(open.sponsor)) continue;
    if (open.is_device()) {
      size_t& count = devices.try_emplace(open.sponsor, here.devices_of(open.sponsor)).first->second;
      if (count >= kMostDevices) continue;
      ++count;
    }
    out.adds.push_back(id_of);
  }
  for (const auto& [id_of, open] : roster.changes()) {
    const auto approvals = open.plain_approvals();
    if (out.change || !policy_changed(here, open.change).ok()) continue;
    if (change_is_allowed(here, open.change, approvers_of(here, ChangeAction{open.change}, approvals)))
      out.change = id_of;
  }
  for (const auto& [device, returning] : returns)
    if (returning.wanted && may_return(returning.ask).ok()) out.replacements.push_back(device);
  const auto recent =
      std::ranges::count_if(saved.routine, [&](Instant at) { return now.ms - at.ms < kDay_ms; });
  const bool old_leaf = now.ms - saved.leaf_since.ms >= kLeafAge_ms;
  out.update = old_leaf && static_cast<size_t>(recent) < kRoutinePerDay && seats.size() > 1;
  out.renew_seed = saved.seed_stale || (seats.size() > 1 && now.ms - saved.seed_since.ms >= kSeedAge_ms);
  return out;
}

// Nobody waits where no other request is open.
Instant Group::Impl::gathers_until(const Plan& wanted, Instant now) {
  if (wanted.adds.empty()) adds_ready = {};
  if (wanted.adds.empty() || wanted.adds.size() >= kMostAdds ||
      roster.requests().size() == wanted.adds.size())
    return {};
  if (adds_ready.ms == 0 || now < adds_ready) adds_ready = now;
  return std::min(adds_stirred.after_ms(kGatherStep_ms), adds_ready.after_ms(kGatherMost_ms));
}

void Group::Impl::notice_dues(Instant now, Random& random) {
  if (!following() || !caught_up || court().is_named(mls->own_leaf())) {
    dues.clear();
    return;
  }
  std::map<Bytes, Instant> next;
  const Court here = court();
  const mls::LeafIndex me = mls->own_leaf();
  const auto want = [&](Bytes key, int64_t delay_ms) {
    const auto known = dues.find(key);
    next.emplace(key, known != dues.end() ? known->second : now.after_ms(delay_ms));
  };
  const auto turns = [&](int64_t rank) {
    return rank == 0 ? 0 : rank * kTurn_ms + jitter(random, 2 * kSecond_ms);
  };

  for (const auto& [leaf, removal] : pending) {
    Bytes what;
    append_key_u64(what, leaf.value);
    want(due_key('r', what), turns(rank_of(here, removal.by, me)));
  }
  const Plan wanted = plan(now);
  const Instant gathered = gathers_until(wanted, now);
  for (const RequestId& id_of : wanted.adds) {
    const OpenRequest& open = roster.requests().at(id_of);
    int64_t rank = 0;
    bool vouched = false;  // by this device
    for (const auto& [person, approval] : open.approvals) {
      vouched = approval.leaf == me.value;
      if (vouched) break;
      if (leaf_of(person) && !is_named(person)) ++rank;
    }
    want(due_key('a', id_of), vouched ? turns(rank) : kOthersAfter_ms + turns(rank_of(here, {}, me) + 1));
    Instant& due = next.at(due_key('a', id_of));
    if (gathered <= now && vouched && rank == 0) due = std::min(due, now);
    due = std::max(due, gathered);
  }
  for (const PersonId& person : wanted.removals) want(due_key('v', person), turns(rank_of(here, {}, me)));
  if (wanted.change) {
    // The last who approved is surely here.
    const OpenChange& open = roster.changes().at(*wanted.change);
    int64_t rank = 0;
    bool approved = false;  // by this device
    for (auto at = open.approvals.rbegin(); at != open.approvals.rend(); ++at) {
      approved = at->second.leaf == me.value;
      if (approved) break;
      if (leaf_of(at->first) && !is_named(at->first)) ++rank;
    }
    want(due_key('c', *wanted.change),
         approved ? turns(rank) : kOthersAfter_ms + turns(rank_of(here, {}, me) + 1));
  }
  for (const DeviceId& device : wanted.replacements) want(due_key('b', device), 0);
  if (wanted.update)
    want(due_key('u'), saved.leaf_since.ms == 0 ? 5 * kSecond_ms + jitter(random, 10 * kSecond_ms)
                                                : jitter(random, kHour_ms));
  const auto gap = gap_rank(mls->tree(), seats, me);
  if (gap && !wanted.update && saved.routine.size() < kHealsPerDay)
    want(due_key('h'),
         kHealAfter_ms + std::min<int64_t>(*gap, 60) * kTurn_ms + jitter(random, 60 * kSecond_ms));
  if (wanted.renew_seed) want(due_key('s'), kOthersAfter_ms + turns(rank_of(here, {}, me) + 1));
  dues = std::move(next);
}

Result<mls::PendingCommit> Group::Impl::try_commit(const Plan& wanted, Draft& made, Turn& turn) {
  const Court here = court();
  mls::CommitParams params;
  Departures departures;
  Claims made_claims = claims();
  std::set<mls::LeafIndex> going;
  for (const auto& [leaf, removal] : pending) {
    params.refs.push_back(removal.ref);
    going.insert(leaf);
  }
  for (const PersonId& person : wanted.removals) {
    std::vector<Approval> approvals;
    for (const auto& [approver, approval] : roster.removals().at(person)) approvals.push_back(approval);
    made_claims.grants.push_back({RemoveAction{person}, std::move(approvals)});
  }
  for (const Seat& seat : seats) {
    const PersonId& person = seat.identity.person;
    const bool goes =
        here.is_named_whole(person) || std::ranges::find(wanted.removals, person) != wanted.removals.end();
    if (goes && going.insert(seat.leaf).second) params.proposals.emplace_back(mls::Remove{seat.leaf});
  }
  for (const Seat& seat : seats) {
    if (!going.contains(seat.leaf)) continue;
    const bool keeps_one = std::ranges::any_of(seats, [&](const Seat& other) {
      return other.identity.person == seat.identity.person && !going.contains(other.leaf);
    });
    if (keeps_one)
      departures.devices.insert(seat.identity.device);
    else
      departures.persons.insert(seat.identity.person);
  }
  for (const RequestId& id_of : wanted.adds) {
    const OpenRequest& open = roster.requests().at(id_of);
    Reader in(open.candidate.key_package);
    params.proposals.emplace_back(mls::Add{mls::decode_key_package(in)});
    HW_TRY(in.finish());
    made_claims.grants.push_back({open.action(), open.plain_approvals()});
  }
  for (const DeviceId& device : wanted.replacements) {
    const ReturnAsk& ask = returns.at(device).ask;
    const auto leaf = here.leaf_of(device);
    Reader in(ask.key_package);
    if (leaf)
      params.proposals.emplace_back(mls::Remove{*leaf});
    else
      departures.back.insert(hash_of({ask.person, device}));
    params.proposals.emplace_back(mls::Add{mls::decode_key_package(in)});
    HW_TRY(in.finish());
    const Hash hash = sha256(ask.key_package);
    const uint32_t signer = leaf ? leaf->value : kNoLeaf;
    made_claims.grants.push_back({ReplaceAction{hash}, {{signer, ask.last_epoch, ask.approval}}});
    departures.replacements.push_back({hash, ask.last_epoch});
  }
  made.policy = policy_after(here, departures);
  made.routine = params.refs.empty() && params.proposals.empty();
  if (made.routine && wanted.change) {
    const OpenChange& open = roster.changes().at(*wanted.change);
    HW_LET(made.policy, policy_changed(here, open.change));
    made_claims.grants.push_back({ChangeAction{open.change}, open.plain_approvals()});
    made.routine = false;
  } else if (made.routine && wanted.renew_seed) {
    made.policy.return_seed = turn.random.fixed<ReturnSeed>();
    made.routine = false;
  }
  if (made.policy != policy)
    params.proposals.emplace_back(mls::GroupContextExtensions{group_extensions_of(made.policy)});
  if (!wanted.adds.empty() || !wanted.replacements.empty()) {
    made.bundle_key = turn.random.secret(32);
    params.group_info_extensions = {{kBundleKeyExtension, copy_of(made.bundle_key.view())}};
  }
  params.authenticated_data = encode(made_claims);
  params.force_path = true;
  params.alter_path = alter_path;
  return mls->commit(params, turn.random);
}

bool Group::Impl::take_off_commit(mls::PendingCommit commit, Draft made, Turn& turn) {
  Flight next;
  next.purpose = Flight::Purpose::kCommit;
  const Bytes message = copy_of(commit.message());
  if (!take_off(std::move(next), message, turn)) return false;
  own_commit.emplace(OwnCommit{std::move(commit), std::move(made.policy), pending.size(),
                               std::move(made.bundle_key), made.routine});
  save_own_commit(turn.rows);
  return true;
}

// A request that the library finds no fault with alone may still not fit (a key that somebody has): then it
// is left out, lest it keep everything else from being committed.
bool Group::Impl::make_commit(Turn& turn) {
  Plan wanted = plan(turn.now);
  while (true) {
    Draft made;
    auto commit = try_commit(wanted, made, turn);
    if (commit.ok() && take_off_commit(std::move(*commit), std::move(made), turn)) return true;
    if (!wanted.replacements.empty()) {
      wanted.replacements.clear();
      continue;
    }
    if (wanted.adds.empty()) return false;
    if (wanted.adds.size() == 1) {
      unfit.insert(wanted.adds.front());
      wanted.adds.clear();
    } else {
      wanted.adds.resize(wanted.adds.size() / 2);
    }
  }
}

}  // namespace homeward::group
