// A commit that nobody could follow but its committer: an organizer starts the group anew without him.
//
// All who failed stand at the same place of the same epoch, with the same shared state, and asked on the same
// return queue with fresh key packages. The organizer says there that she starts the group anew (the first to
// say so holds), makes a new MLS group under the same id, counts its epochs up past the old one's, so that
// positions go on rising, and adds whoever asked. Who asks later comes in by her own word: the policy names
// who was left behind.
#include <algorithm>

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {

std::optional<Stuck> Group::stuck() const {
  const Impl& impl = *impl_;
  if (impl.saved.standing != Standing::kStuck) return {};
  Stuck out;
  switch (static_cast<Warning::Kind>(impl.saved.stuck_why)) {
    case Warning::Kind::kCannotFollow:
      out.why = Stuck::Why::kCannotFollow;
      break;
    case Warning::Kind::kFellBehind:
      out.why = Stuck::Why::kFellBehind;
      break;
    case Warning::Kind::kStartedAnew:
      out.why = Stuck::Why::kStartedAnew;
      break;
    default:
      break;
  }
  out.since = impl.saved.stuck_since;
  if (out.why != Stuck::Why::kCannotFollow) return out;
  out.accused = impl.saved.accused;
  for (const auto& [device, returning] : impl.returns)
    if (returning.ask.accused == impl.saved.accused && returning.ask.person != me() &&
        std::ranges::find(out.also, returning.ask.person) == out.also.end())
      out.also.push_back(returning.ask.person);
  out.starting_anew = impl.saved.claiming;
  out.can_start_anew = impl.policy.is_organizer(me()) && impl.saved.accused != me() && !impl.saved.claiming;
  return out;
}

std::optional<PersonId> Group::started_anew_by() const {
  const Impl& impl = *impl_;
  if (!impl.following() || impl.saved.claim_by == DeviceId{}) return {};
  const auto leaf = impl.court().leaf_of(impl.saved.claim_by);
  if (!leaf) return {};
  return impl.court().identity(*leaf)->person;
}

Result<> Group::start_anew(Turn turn) {
  Impl& impl = *impl_;
  const auto now_stuck = stuck();
  if (!now_stuck) return GroupError::kNotPossibleNow;
  if (!now_stuck->can_start_anew)
    return impl.saved.claiming ? GroupError::kAlreadyDone : GroupError::kNotAllowed;
  const bool another_does = impl.saved.claim_by != DeviceId{} && turn.now >= impl.saved.claim_at &&
                            turn.now.ms - impl.saved.claim_at.ms < kClaimHolds_ms;
  if (another_does) return GroupError::kAlreadyDone;
  AnewClaim claim{impl.mls->epoch(), impl.saved.accused, impl.saved.me.device, {}};
  HW_LET(claim.signature, impl.mls->sign_with_label(kClaimLabel, claim_content(impl.id, claim)));
  if (!impl.post_to_returns(impl.policy.return_seed, claim, turn)) return GroupError::kTooLarge;
  impl.saved.claiming = true;
  impl.saved.claim_by = {};
  impl.save(turn.rows);
  turn.happened.emplace_back(StandingChanged{Standing::kStuck});
  return success();
}

Result<> Group::go_along(Turn turn) {
  Impl& impl = *impl_;
  const auto by = started_anew_by();
  if (!by || standing() != Standing::kActive) return GroupError::kNotPossibleNow;
  impl.get_stuck(Warning::Kind::kStartedAnew, by, turn);
  return success();
}

void Group::Impl::take_claim(const ReturnSeed& seed, const AnewClaim& claim, Turn& turn) {
  const auto leaf = court().leaf_of(claim.by);
  if (!leaf || !mls->verify_with_label(*leaf, kClaimLabel, claim_content(id, claim), claim.signature).ok())
    return;
  const PersonId by = court().identity(*leaf)->person;
  if (!policy.is_organizer(by) || by == claim.without) return;
  if (following()) {
    // Others could not follow what this device could. Its person decides.
    if (claim.by == saved.me.device || claim.without == saved.me.person || claim.epoch >= mls->epoch())
      return;
    saved.claim_by = claim.by;
    saved.claim_at = turn.now;
    saved.claim_seed = seed;
    save(turn.rows);
    return warn(Warning::Kind::kStartedAnew, by, turn);
  }
  if (claim.epoch != mls->epoch()) return;
  if (claim.by == saved.me.device && saved.claiming && saved.claim_by == DeviceId{}) {
    saved.claiming = false;
    if (!start_anew(turn).ok()) save(turn.rows);
    return;
  }
  if (claim.by == saved.me.device) return;
  saved.claim_by = claim.by;
  saved.claim_at = turn.now;
  saved.claiming = false;
  save(turn.rows);
}

std::vector<DeviceId> Group::Impl::who_come_along() const {
  std::vector<DeviceId> out;
  for (const auto& [device, returning] : returns)
    if (returning.ask.person != saved.accused && may_return(returning.ask).ok()) out.push_back(device);
  return out;
}

// A group of one with this policy, at the epoch after the one that nobody could follow.
Result<mls::Group> Group::Impl::group_anew(const Policy& next, Random& random) const {
  mls::CreateParams params;
  params.group_id = copy_of(id);
  params.credential = credential_of(saved.me);
  params.signature_key = saved.signature_key.clone();
  params.capabilities = our_capabilities();
  params.group_extensions = group_extensions_of(next);
  params.limits = kRatchetLimits;
  HW_LET(mls::Group made, mls::Group::create(params, random));
  while (made.epoch() <= mls->epoch()) {
    mls::CommitParams count;
    count.force_path = true;
    HW_LET(auto commit, made.commit(count, random));
    HW_TRY(made.merge_pending(std::move(commit)));
  }
  return made;
}

Result<> Group::Impl::start_anew(Turn& turn) {
  const std::vector<DeviceId> along = who_come_along();
  std::set<DeviceId> come(along.begin(), along.end());
  come.insert(saved.me.device);
  const uint64_t from_epoch = mls->epoch();
  const Policy next = policy_anew(court(), saved.accused, come, turn.random.fixed<ReturnSeed>());
  HW_LET(mls::Group made, group_anew(next, turn.random));
  const Secret bundle_key = turn.random.secret(32);
  mls::CommitParams params;
  params.force_path = true;
  params.group_info_extensions = {{kBundleKeyExtension, copy_of(bundle_key.view())}};
  for (const DeviceId& device : along) {
    Reader in(returns.at(device).ask.key_package);
    params.proposals.emplace_back(mls::Add{mls::decode_key_package(in)});
    HW_TRY(in.finish());
  }
  HW_LET(auto commit, made.commit(params, turn.random));
  const auto welcome = commit.welcome();
  const Bytes welcome_bytes = welcome ? copy_of(*welcome) : Bytes{};
  HW_LET(Bytes signature, mls->sign_with_label(kAnewLabel, anew_content(id, from_epoch, welcome_bytes)));
  HW_TRY(made.merge_pending(std::move(commit)));

  const std::vector<Seat> before = seats;
  drop_flight(turn);
  enter_other_group(std::move(made), next, turn);
  roster.enter_epoch(before, court(), turn.rows);
  saved.leaf_since = turn.now;
  const Bytes bundle = snapshot(turn.rows, turn.fold);
  for (const DeviceId& device : along) {
    const AnswerAccess& to = returns.at(device).ask.answer;
    const Answer answer{welcome_bytes, from_epoch, signature,
                        box_seal(bundle_key.view(), id, bundle, turn.random)};
    auto entries = seal_parcel(to, encode(answer), turn.random);
    if (!entries.ok()) continue;
    for (Bytes& entry : *entries) send_aside(to.access, std::move(entry), turn.rows);
  }
  returns.clear();
  turn.rows.erase_range(kReturnRows, prefix_range(id));
  save(turn.rows);
  set_standing(Standing::kActive, turn);
  turn.happened.emplace_back(MembersChanged{});
  turn.happened.emplace_back(RequestsChanged{});
  return success();
}

// A Welcome into a group that was started anew: by an organizer whom this device knew, of nobody but those
// who were there, without the one whom it accuses, and with the rules as they were.
bool Group::Impl::is_anew_by_organizer(const mls::Joined& joined, const Answer& answer,
                                       const Policy& next) const {
  const mls::LeafNode* signer = joined.group.member(joined.signer);
  if (!signer) return false;
  const auto known = mls->tree().find_by_signature_key(signer->signature_key());
  const Identity* by = known ? court().identity(*known) : nullptr;
  if (!by || !policy.is_organizer(by->person)) return false;
  if (!mls->verify_with_label(*known, kAnewLabel, anew_content(id, answer.last_epoch, answer.welcome),
                              answer.sponsor_signature)
           .ok())
    return false;
  if (answer.last_epoch != mls->epoch() || saved.accused == PersonId{}) return true;  // it stood elsewhere
  const auto there = seats_of(joined.group.tree());
  if (!there.ok()) return false;
  std::set<DeviceId> come;
  for (const Seat& seat : *there) {
    const auto was = court().leaf_of(seat.identity.device);
    if (!was || court().identity(*was)->person != seat.identity.person ||
        seat.identity.person == saved.accused)
      return false;
    come.insert(seat.identity.device);
  }
  return next == policy_anew(court(), saved.accused, come, next.return_seed);
}

}  // namespace homeward::group
