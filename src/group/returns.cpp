// Falling out and coming back, on both sides.
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

// The newest seeds are read live, as most who fall out know one of them.
constexpr std::ptrdiff_t kLiveSeeds = 4;

bool is_live(const std::map<ReturnSeed, ReadReturns>& all, const ReadReturns& one) {
  return std::ranges::count_if(
             all, [&](const auto& item) { return item.second.since_epoch > one.since_epoch; }) < kLiveSeeds;
}
// How a return stands in its row: whether this device's person said yes, and whether a relay is named.
enum ReturnForm : uint8_t { kWanted = 1, kElsewhere = 2 };

Bytes encode_mine(const MyReturn& mine) {
  Writer out;
  out.opaque(mine.key_package).opaque(mine.secrets.encode().view());
  out.raw(mine.answer.read.token).raw(mine.answer.write.token).raw(mine.key).u64(mine.taken);
  out.u64(static_cast<uint64_t>(mine.asked_at.ms)).raw(mine.seed);
  out.vector([&](Writer& inner) {
    for (const PersonId& by : mine.told_gone) inner.raw(by);
  });
  return out.take();
}

Result<MyReturn> decode_mine(BytesView row) {
  Reader in(row);
  MyReturn mine;
  mine.key_package = copy_of(in.opaque(kMostKeyPackageBytes));
  HW_LET(mine.secrets, mls::KeyPackageSecrets::decode(in.opaque()));
  const auto read = in.fixed<wire::ReadToken>();
  const auto write = in.fixed<wire::WriteToken>();
  mine.answer = wire::QueueAccess::from_tokens(read, write);
  mine.key = in.fixed<decltype(mine.key)>();
  mine.taken = in.u64();
  mine.asked_at = {static_cast<int64_t>(in.u64())};
  mine.seed = in.fixed<ReturnSeed>();
  Reader told = in.vector();
  while (!told.empty()) mine.told_gone.push_back(told.fixed<PersonId>());
  HW_TRY(told.finish());
  HW_TRY(in.finish());
  return mine;
}

}  // namespace

// --- The one who fell out ---

void Group::Impl::save_my_return(Rows& rows) {
  if (my_return)
    rows.put(kMyReturnRows, row_key(id), encode_mine(*my_return));
  else
    rows.erase(kMyReturnRows, row_key(id));
}

Result<> Group::Impl::load_returns(Rows& rows) {
  if (const auto row = rows.get(kMyReturnRows, row_key(id))) {
    HW_LET(my_return, decode_mine(*row));
    parcels.load(WaiterId::from(id), rows);
  }
  bool reads = true;
  rows.scan(kReturnRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    Returning returning;
    returning.at = {static_cast<int64_t>(in.u64())};
    const uint8_t form = in.u8();
    returning.wanted = (form & kWanted) != 0;
    if (form & kElsewhere) returning.relay = in.text(kMostRelayBytes);
    auto entry = decode_return_entry(in.rest());
    auto* ask = entry.ok() ? std::get_if<ReturnAsk>(&*entry) : nullptr;
    reads = reads && in.ok() && ask != nullptr;
    if (!reads) return false;
    returning.ask = std::move(*ask);
    returns[DeviceId::from(key_rest(key))] = std::move(returning);
    return true;
  });
  rows.scan(kReturnSeedRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    const ReturnSeed seed = ReturnSeed::from(key_rest(key));
    ReadReturns read{return_queue(seed), in.u64(), 0, {}, {}, true};
    read.since_epoch = in.u64();
    read.since = {static_cast<int64_t>(in.u64())};
    read.polled = {static_cast<int64_t>(in.u64())};
    read.log = recovery_log(seed);
    reads = reads && in.finish().ok();
    return_queues[seed] = std::move(read);
    return true;
  });
  rows.scan(kGoneRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    GoneAsk ask;
    ask.request = in.fixed<RequestId>();
    ask.person = in.fixed<PersonId>();
    ask.seed = in.fixed<ReturnSeed>();
    ask.at = {static_cast<int64_t>(in.u64())};
    Reader told = in.vector();
    while (!told.empty()) ask.told.insert(told.fixed<PersonId>());
    reads = reads && told.ok() && in.finish().ok();
    gone[DeviceId::from(key_rest(key))] = std::move(ask);
    return true;
  });
  if (!reads) return Error(GroupError::kDamaged, "a return that does not read");
  return success();
}

void Group::Impl::ask_to_return(Warning::Kind reason, Turn& turn) {
  if (my_return || !mls) return;
  mls::KeyPackageParams params;
  params.credential = credential_of(saved.me);
  params.capabilities = our_capabilities();
  auto made = mls::create_key_package(group_suite(), params, saved.signature_key, turn.random);
  if (!made.ok()) return;
  MyReturn mine;
  Writer package;
  encode(package, made->package);
  mine.key_package = package.take();
  mine.secrets = std::move(made->secrets);
  const auto read = turn.random.fixed<wire::ReadToken>();
  const auto write = turn.random.fixed<wire::WriteToken>();
  mine.answer = wire::QueueAccess::from_tokens(read, write);
  turn.random.fill(mine.key.data);

  ReturnAsk ask;
  ask.person = saved.me.person;
  ask.key_package = mine.key_package;
  ask.reason = static_cast<uint8_t>(reason);
  if (reason == Warning::Kind::kCannotFollow) ask.accused = saved.accused;
  ask.answer = {mine.answer.write, mine.key};
  // Half of what holds: the others may be that many epochs ahead of this device, or behind its claim of it.
  ask.last_epoch = mls->epoch() + kReturnEpochs / 2;
  const Hash action = action_hash(ReplaceAction{sha256(ask.key_package)});
  auto approval = mls->sign_with_label(kApprovalLabel, approval_content(id, action, ask.last_epoch));
  if (!approval.ok()) return;
  ask.approval = std::move(*approval);
  auto signature = mls->sign_with_label(kReturnLabel, return_content(ask));
  if (!signature.ok()) return;
  ask.signature = std::move(*signature);
  mine.seed = reason == Warning::Kind::kStartedAnew ? saved.claim_seed : policy.return_seed;
  if (!post_to_returns(mine.seed, ask, turn)) return;
  mine.asked_at = turn.now;
  answers_taken.clear();
  my_return = std::move(mine);
  parcels = Parcels();
  parcels.load(WaiterId::from(id), turn.rows);
  save_my_return(turn.rows);
}

bool Group::Impl::post_to_returns(const ReturnSeed& seed, const ReturnEntry& content, Turn& turn) {
  const ReturnQueue to = return_queue(seed);
  auto entry = seal_entry(to.key.view(), wire::queue_id(to.access.write), encode(content), turn.random);
  if (!entry.ok()) return false;
  for (const std::string& relay : other_relays()) send_aside(to.access.write, *entry, turn.rows, relay);
  send_aside(to.access.write, std::move(*entry), turn.rows);
  return true;
}

// The relay forgets asks and answers, too.
void Group::Impl::ask_again_if_old(Turn& turn) {
  if (saved.standing != Standing::kStuck || !mls) return;
  const bool old = !my_return || turn.now.ms - my_return->asked_at.ms >= kAskAgain_ms;
  if (!old) return;
  my_return.reset();
  ask_to_return(static_cast<Warning::Kind>(saved.stuck_why), turn);
}

void Group::Impl::take_answer(uint64_t first, std::span<const Bytes> entries, std::string_view from,
                              Turn& turn) {
  uint64_t& taken = from.empty() ? my_return->taken : answers_taken[std::string(from)];
  const wire::QueueId answer_queue = wire::queue_id(my_return->answer.read);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (first + i <= taken) continue;
    taken = first + i;
    const auto content = open_entry(my_return->key, answer_queue, entries[i]);
    if (!content.ok()) continue;
    const auto piece = decode_piece(content->view());
    if (!piece.ok()) continue;
    const auto whole = parcels.gather(*piece, turn.rows);
    if (!whole) continue;
    const auto answer = decode_answer(*whole);
    if (answer.ok() && come_back(*answer, turn)) return;
  }
  save_my_return(turn.rows);
}

// Into the group as it is now. What others see of me is a Replace; what I wrote and was not taken in goes out
// again.
bool Group::Impl::come_back(const Answer& answer, Turn& turn) {
  Reader package_in(my_return->key_package);
  const mls::KeyPackage package = mls::decode_key_package(package_in);
  mls::JoinParams params;
  params.welcome = answer.welcome;
  params.key_package = &package;
  params.secrets = &my_return->secrets;
  params.limits = kRatchetLimits;
  auto joined = mls::Group::join(params);
  if (!joined.ok() || !equal(joined->group.group_id(), id)) return false;
  // Who went on with the others and goes along after all may have come further than those.
  const bool goes_along = saved.stuck_why == static_cast<uint8_t>(Warning::Kind::kStartedAnew);
  if (joined->group.epoch() <= mls->epoch() && !goes_along) return false;
  auto next_policy = policy_of(joined->group.group_extensions());
  auto next_seats = seats_of(joined->group.tree());
  if (!next_policy.ok() || !next_seats.ok()) return false;
  if (!answer.sponsor_signature.empty() && !is_anew_by_organizer(*joined, answer, *next_policy)) return false;
  // Somebody I knew must be there. (A member could still build another group under this id: safety words
  // tell.)
  const auto knows = [&](const Seat& seat) {
    return seat.leaf != mls->own_leaf() &&
           joined->group.tree().find_by_signature_key(mls->member(seat.leaf)->signature_key()).has_value();
  };
  const mls::Extension* bundle_key = mls::find_extension(joined->group_info_extensions, kBundleKeyExtension);
  if (std::ranges::none_of(seats, knows) || !bundle_key || bundle_key->data.size() != 32) return false;
  const auto bundle = box_open(bundle_key->data, id, answer.bundle);
  if (!bundle.ok()) return false;
  Reader in(bundle->view());
  const BytesView roster_bytes = in.opaque();
  const BytesView features = in.opaque();
  if (!in.finish().ok()) return false;
  const Bytes kept = roster.snapshot(turn.rows);
  const Bytes kept_features = turn.fold.snapshot(turn.rows, id);
  const bool was_porch = policy.is_porch.has_value();
  const auto replace_roster = [&](BytesView snapshot) {
    roster = Roster();
    for (const Space space : {kPersonRows, kRequestRows, kRemovalRows, kChangeRows, kObjectionRows,
                              kAnswerAtRows, kFromPorchRows, kDeviceRows, kSeenRows, kSeenOrderRows})
      turn.rows.erase_range(space, prefix_range(id));
    return roster.restore(id, snapshot, turn.rows);
  };
  const bool in_porch = next_policy->is_porch.has_value();
  if (!replace_roster(roster_bytes).ok() || !turn.fold.restore(turn.rows, id, features, in_porch).ok()) {
    const auto put_back = replace_roster(kept);
    const auto features_put_back = turn.fold.restore(turn.rows, id, kept_features, was_porch);
    HW_ASSERT(put_back.ok() && features_put_back.ok());
    return false;
  }

  drop_flight(turn);
  enter_other_group(std::move(joined->group), std::move(*next_policy), turn);
  saved.leaf_since = {};
  returns.clear();
  turn.rows.erase_range(kReturnRows, prefix_range(id));
  forget_lost_siblings(turn.rows);
  set_standing(Standing::kActive, turn);
  if (!other_devices().empty()) announce_own_key(turn);  // what she missed of her own
  save(turn.rows);
  turn.happened.emplace_back(MembersChanged{});
  turn.happened.emplace_back(RequestsChanged{});
  return true;
}

// What is kept of an epoch goes, and the machine stands at the beginning of another group's under the same
// id.
void Group::Impl::enter_other_group(mls::Group entered, Policy next, Turn& turn) {
  for (const Space space : {kMlsRows, kHashRows, kOwnRows, kProposalRows, kPendingCommitRows, kKeptRows})
    turn.rows.erase_range(space, prefix_range(id));
  pending.clear();
  policy = std::move(next);
  saved.policy = encode(policy);
  mls.emplace(std::move(entered));
  auto now_seated = seats_of(mls->tree());
  HW_ASSERT(now_seated.ok());  // both callers have looked
  seats = std::move(*now_seated);
  queue.enter(*mls, id);
  caught_up = false;
  my_return.reset();
  save_my_return(turn.rows);
  parcels.erase_all(turn.rows);
  saved.stuck_why = 0;
  saved.accused = {};
  saved.claim_by = {};
  saved.claiming = false;
  saved.seed_stale = false;
  moved_from({}, true, turn);
  watch_return_seed(turn.rows, turn.now);
}

// --- Those who let her in again ---

void Group::Impl::save_read_returns(const ReturnSeed& seed, Rows& rows) {
  const ReadReturns& read = return_queues.at(seed);
  Writer out;
  out.u64(read.taken).u64(read.since_epoch).u64(static_cast<uint64_t>(read.since.ms));
  out.u64(static_cast<uint64_t>(read.polled.ms));
  rows.put(kReturnSeedRows, row_key(id, seed.view()), out.view());
}

// Who fell out before the seed was renewed asks under the old one, so old ones are read too, once a day.
void Group::Impl::watch_return_seed(Rows& rows, Instant now) {
  if (return_queues.contains(policy.return_seed)) return;
  saved.seed_since = now;
  return_queues[policy.return_seed] = {return_queue(policy.return_seed), 0, mls->epoch(), now, now, true};
  return_queues[policy.return_seed].log = recovery_log(policy.return_seed);
  save_read_returns(policy.return_seed, rows);
  if (return_queues.size() <= kMostReturnSeeds) return;
  const auto oldest =
      std::ranges::min_element(return_queues, {}, [](const auto& item) { return item.second.since_epoch; });
  rows.erase(kReturnSeedRows, row_key(id, oldest->first.view()));
  rows.erase_range(kPlaceRows, prefix_range(row_key(id, oldest->first.view())));
  rows.erase_range(kMoveRows, prefix_range(row_key(id, oldest->first.view())));
  std::erase_if(places, [&](const auto& item) { return item.first.first == oldest->first; });
  return_queues.erase(oldest);
}

// Opens the old queues that were not read for a day, forgets those of a year ago.
void Group::Impl::poll_returns(Turn& turn) {
  for (auto at = return_queues.begin(); at != return_queues.end();) {
    auto& [seed, read] = *at;
    const bool live = is_live(return_queues, read);
    if (!live && turn.now.ms - read.since.ms >= kReturnSeedLasts_ms) {
      turn.rows.erase(kReturnSeedRows, row_key(id, seed.view()));
      at = return_queues.erase(at);
      continue;
    }
    // A clock that was set back must not put it off.
    if (live || turn.now < read.polled || turn.now.ms - read.polled.ms >= kDay_ms) read.open = true;
    ++at;
  }
}

void Group::Impl::take_returns(const ReturnSeed& seed, uint64_t first, std::span<const Bytes> entries,
                               uint64_t last_in_queue, Turn& turn) {
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto known = return_queues.find(seed);
    if (known == return_queues.end()) return;
    ReadReturns& read = known->second;
    if (first + i <= read.taken) continue;
    read.taken = first + i;
    const auto content =
        open_entry(read.queue.key.view(), wire::queue_id(read.queue.access.read), entries[i]);
    if (!content.ok()) continue;
    auto entry = decode_return_entry(content->view());
    if (!entry.ok()) continue;
    if (auto* ask = std::get_if<ReturnAsk>(&*entry))
      take_ask(seed, std::move(*ask), turn, policy.relays.front());
    if (const auto* note = std::get_if<GoneNote>(&*entry)) take_gone_note(*note, turn);
    if (const auto* claim = std::get_if<AnewClaim>(&*entry)) take_claim(seed, *claim, turn);
    if (!mls) return;  // told that she is out
  }
  const auto known = return_queues.find(seed);
  if (known == return_queues.end()) return;
  ReadReturns& read = known->second;
  if (last_in_queue < read.taken) read.taken = last_in_queue;  // it was guessed, see `expired`
  if (read.taken >= last_in_queue) {
    read.polled = turn.now;
    read.open = is_live(return_queues, read);
  }
  save_read_returns(seed, turn.rows);
}

void Group::Impl::take_returns_elsewhere(const ReturnSeed& seed, const std::string& relay, uint64_t first,
                                         std::span<const Bytes> entries, Turn& turn) {
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto known = return_queues.find(seed);
    if (known == return_queues.end()) return;
    Place& place = places[{seed, relay}];
    if (first + i <= place.returns) continue;
    place.returns = first + i;
    const ReturnQueue& from = known->second.queue;
    const auto content = open_entry(from.key.view(), wire::queue_id(from.access.read), entries[i]);
    if (!content.ok()) continue;
    auto entry = decode_return_entry(content->view());
    if (!entry.ok()) continue;
    if (auto* ask = std::get_if<ReturnAsk>(&*entry)) take_ask(seed, std::move(*ask), turn, relay);
    if (const auto* note = std::get_if<GoneNote>(&*entry)) take_gone_note(*note, turn);
    if (const auto* claim = std::get_if<AnewClaim>(&*entry)) take_claim(seed, *claim, turn);
    if (!mls) return;  // told that she is out
  }
  save_place(seed, relay, turn.rows);
}

void Group::Impl::take_ask(const ReturnSeed& seed, ReturnAsk ask, Turn& turn, const std::string& relay) {
  const auto from = identity_of_ask(ask);
  if (!from.ok() || from->device == saved.me.device) return;
  if (!may_return(ask).ok()) {
    note_gone(seed, ask, *from, turn);
    return;
  }
  // She asks at every relay.
  if (const auto known = returns.find(from->device);
      known != returns.end() && known->second.ask.key_package == ask.key_package)
    return;
  returns[from->device] = {std::move(ask), turn.now, false, relay};
  save_return(from->device, turn.rows);
  turn.happened.emplace_back(RequestsChanged{});
}

Result<> Group::Impl::may_return(const ReturnAsk& ask) const {
  const Court here = court();
  Reader in(ask.key_package);
  const mls::KeyPackage package = mls::decode_key_package(in);
  HW_TRY(in.finish());
  mls::LeafRules rules;
  rules.suite = &group_suite();
  rules.source = mls::LeafSource::kKeyPackage;
  rules.group_extensions = &mls->group_extensions();
  HW_TRY(package.check(rules));
  HW_LET(const Identity from, identity_of(package.leaf_node));
  const auto leaf = here.leaf_of(from.device);
  const bool left = !leaf && policy.is_left(from);
  if ((!leaf && !left) || (leaf && here.is_named(*leaf)) || from.person != ask.person)
    return GroupError::kNoSuchMember;
  if (!package.extensions.empty() || !package.leaf_node.extensions().empty() ||
      (leaf && !equal(package.leaf_node.identity(), mls->member(*leaf)->identity())))
    return GroupError::kMalformed;
  // The device is the hash of its key: who signs with that is that device.
  HW_TRY(group_suite().verify_with_label(package.leaf_node.signature_key(), kReturnLabel, return_content(ask),
                                         ask.signature));
  const Hash hash = sha256(ask.key_package);
  if (policy.is_spent(hash, mls->epoch())) return GroupError::kAlreadyDone;
  const bool asks =
      left ? left_one_asks(here, package, {kNoLeaf, ask.last_epoch, ask.approval})
           : approval_holds(here, ReplaceAction{hash}, {leaf->value, ask.last_epoch, ask.approval});
  if (!asks) return GroupError::kNotAllowed;
  return success();
}

void Group::Impl::save_return(const DeviceId& device, Rows& rows) {
  const auto at = returns.find(device);
  const Bytes key = row_key(id, device.view());
  if (at == returns.end()) return rows.erase(kReturnRows, key);
  Writer out;
  out.u64(static_cast<uint64_t>(at->second.at.ms));
  out.u8(
      static_cast<uint8_t>((at->second.wanted ? kWanted : 0) | (at->second.relay.empty() ? 0 : kElsewhere)));
  if (!at->second.relay.empty()) out.text(at->second.relay);
  out.raw(encode(ReturnEntry(at->second.ask)));
  rows.put(kReturnRows, key, out.view());
}

// After a commit: who was put back gets her answer from the committer, and what came to nothing goes.
void Group::Impl::settle_returns(const Turnover& turnover, BytesView bundle, Turn& turn) {
  std::vector<DeviceId> over;
  for (const auto& [device, returning] : returns) {
    const bool done = policy.is_spent(sha256(returning.ask.key_package), mls->epoch());
    if (!done && may_return(returning.ask).ok()) continue;
    over.push_back(device);
    if (!done || !turnover.mine || !turnover.welcome) continue;
    const Answer answer{
        *turnover.welcome, 0, {}, box_seal(turnover.bundle_key.view(), id, bundle, turn.random)};
    auto entries = seal_parcel(returning.ask.answer, encode(answer), turn.random);
    if (!entries.ok()) continue;
    for (Bytes& entry : *entries)
      send_aside(returning.ask.answer.access, std::move(entry), turn.rows, returning.relay);
  }
  for (const DeviceId& device : over) {
    returns.erase(device);
    save_return(device, turn.rows);
  }
  if (!over.empty()) turn.happened.emplace_back(RequestsChanged{});
}

}  // namespace homeward::group
