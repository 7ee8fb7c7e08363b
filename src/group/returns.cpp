// Falling out and coming back, on both sides.
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

Bytes encode_mine(const MyReturn& mine) {
  Writer out;
  out.opaque(mine.key_package).opaque(mine.secrets.encode().view());
  out.raw(mine.answer.read.token).raw(mine.answer.write.token).raw(mine.key).u64(mine.taken);
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
    returning.wanted = in.optional();
    auto ask = decode_return_ask(in.rest());
    reads = reads && in.ok() && ask.ok();
    if (!reads) return false;
    returning.ask = std::move(*ask);
    returns[PersonId::from(key_rest(key))] = std::move(returning);
    return true;
  });
  rows.scan(kReturnSeedRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    const ReturnSeed seed = ReturnSeed::from(key_rest(key));
    ReadReturns read{return_queue(seed), in.u64(), 0};
    read.since_epoch = in.u64();
    reads = reads && in.finish().ok();
    return_queues[seed] = std::move(read);
    return true;
  });
  if (!reads) return Error(GroupError::kDamaged, "a return that does not read");
  if (return_queues.empty()) watch_return_seed(rows);
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
  const ReturnQueue queue_of_returns = return_queue(policy.return_seed);
  auto entry = seal_entry(queue_of_returns.key.view(), wire::queue_id(queue_of_returns.access.write),
                          encode(ask), turn.random);
  if (!entry.ok()) return;
  send_aside(queue_of_returns.access.write, std::move(*entry), turn.rows);
  my_return = std::move(mine);
  parcels = Parcels();
  parcels.load(WaiterId::from(id), turn.rows);
  save_my_return(turn.rows);
}

void Group::Impl::take_answer(uint64_t first, std::span<const Bytes> entries, Turn& turn) {
  const wire::QueueId answer_queue = wire::queue_id(my_return->answer.read);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (first + i <= my_return->taken) continue;
    my_return->taken = first + i;
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
  if (!joined.ok() || !equal(joined->group.group_id(), id) || joined->group.epoch() <= mls->epoch())
    return false;
  auto next_policy = policy_of(joined->group.group_extensions());
  auto next_seats = seats_of(joined->group.tree());
  if (!next_policy.ok() || !next_seats.ok()) return false;
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
  const auto replace_roster = [&](BytesView snapshot) {
    roster = Roster();
    for (const Space space : {kPersonRows, kRequestRows, kRemovalRows, kChangeRows, kObjectionRows,
                              kFromPorchRows, kSeenRows, kSeenOrderRows})
      turn.rows.erase_range(space, prefix_range(id));
    return roster.restore(id, snapshot, turn.rows);
  };
  const bool in_porch = next_policy->is_porch.has_value();
  if (!replace_roster(roster_bytes).ok() || !turn.fold.restore(turn.rows, id, features, in_porch).ok()) {
    const auto put_back = replace_roster(kept);
    HW_ASSERT(put_back.ok());
    return false;
  }

  drop_flight(turn);
  for (const Space space : {kMlsRows, kHashRows, kOwnRows, kProposalRows, kPendingCommitRows})
    turn.rows.erase_range(space, prefix_range(id));
  pending.clear();
  seats = std::move(*next_seats);
  policy = std::move(*next_policy);
  saved.policy = encode(policy);
  saved.leaf_since = {};
  mls.emplace(std::move(joined->group));
  queue.enter(*mls, id);
  caught_up = false;
  my_return.reset();
  save_my_return(turn.rows);
  parcels.erase_all(turn.rows);
  returns.clear();
  turn.rows.erase_range(kReturnRows, prefix_range(id));
  watch_return_seed(turn.rows);
  save(turn.rows);
  set_standing(Standing::kActive, turn);
  turn.happened.emplace_back(MembersChanged{});
  turn.happened.emplace_back(RequestsChanged{});
  return true;
}

// --- Those who let her in again ---

void Group::Impl::save_read_returns(const ReturnSeed& seed, Rows& rows) {
  const ReadReturns& read = return_queues.at(seed);
  Writer out;
  out.u64(read.taken).u64(read.since_epoch);
  rows.put(kReturnSeedRows, row_key(id, seed.view()), out.view());
}

// Who fell out before the seed was renewed asks under the old one, so a few old ones are read too.
void Group::Impl::watch_return_seed(Rows& rows) {
  if (return_queues.contains(policy.return_seed)) return;
  return_queues[policy.return_seed] = {return_queue(policy.return_seed), 0, mls->epoch()};
  save_read_returns(policy.return_seed, rows);
  if (return_queues.size() <= kMostReturnSeeds) return;
  const auto oldest =
      std::ranges::min_element(return_queues, {}, [](const auto& item) { return item.second.since_epoch; });
  rows.erase(kReturnSeedRows, row_key(id, oldest->first.view()));
  return_queues.erase(oldest);
}

void Group::Impl::take_returns(const ReturnSeed& seed, uint64_t first, std::span<const Bytes> entries,
                               Turn& turn) {
  ReadReturns& read = return_queues.at(seed);
  const wire::QueueId queue_id = wire::queue_id(read.queue.access.read);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (first + i <= read.taken) continue;
    read.taken = first + i;
    const auto content = open_entry(read.queue.key.view(), queue_id, entries[i]);
    if (!content.ok()) continue;
    auto ask = decode_return_ask(content->view());
    if (!ask.ok() || ask->person == saved.me.person || !may_return(*ask).ok()) continue;
    const PersonId person = ask->person;
    returns[person] = {std::move(*ask), turn.now, false};
    save_return(person, turn.rows);
    turn.happened.emplace_back(RequestsChanged{});
  }
  save_read_returns(seed, turn.rows);
}

Result<> Group::Impl::may_return(const ReturnAsk& ask) const {
  const Court here = court();
  const auto leaf = leaf_of(ask.person);
  if (!leaf || is_named(ask.person)) return GroupError::kNoSuchMember;
  HW_TRY(mls->verify_with_label(*leaf, kReturnLabel, return_content(ask), ask.signature));
  Reader in(ask.key_package);
  const mls::KeyPackage package = mls::decode_key_package(in);
  HW_TRY(in.finish());
  mls::LeafRules rules;
  rules.suite = &group_suite();
  rules.source = mls::LeafSource::kKeyPackage;
  rules.group_extensions = &mls->group_extensions();
  HW_TRY(package.check(rules));
  if (!equal(package.leaf_node.signature_key(), mls->member(*leaf)->signature_key()) ||
      !equal(package.leaf_node.identity(), mls->member(*leaf)->identity()) || !package.extensions.empty() ||
      !package.leaf_node.extensions().empty())
    return GroupError::kMalformed;
  const Hash hash = sha256(ask.key_package);
  if (policy.is_spent(hash, mls->epoch())) return GroupError::kAlreadyDone;
  if (!approval_holds(here, ReplaceAction{hash}, {leaf->value, ask.last_epoch, ask.approval}))
    return GroupError::kNotAllowed;
  return success();
}

void Group::Impl::save_return(const PersonId& person, Rows& rows) {
  const auto at = returns.find(person);
  const Bytes key = row_key(id, person.view());
  if (at == returns.end()) return rows.erase(kReturnRows, key);
  Writer out;
  out.u64(static_cast<uint64_t>(at->second.at.ms)).u8(at->second.wanted).raw(encode(at->second.ask));
  rows.put(kReturnRows, key, out.view());
}

// After a commit: who was put back gets her answer from the committer, and what came to nothing goes.
void Group::Impl::settle_returns(const Turnover& turnover, BytesView bundle, Turn& turn) {
  std::vector<PersonId> over;
  for (const auto& [person, returning] : returns) {
    const bool done = policy.is_spent(sha256(returning.ask.key_package), mls->epoch());
    if (!done && leaf_of(person)) continue;
    over.push_back(person);
    if (!done || turnover.committer != saved.me.person || !turnover.welcome) continue;
    const Answer answer{
        *turnover.welcome, 0, {}, box_seal(turnover.bundle_key.view(), id, bundle, turn.random)};
    auto entries = seal_parcel(returning.ask.answer, encode(answer), turn.random);
    if (!entries.ok()) continue;
    for (Bytes& entry : *entries) send_aside(returning.ask.answer.access, std::move(entry), turn.rows);
  }
  for (const PersonId& person : over) {
    returns.erase(person);
    save_return(person, turn.rows);
  }
  if (!over.empty()) turn.happened.emplace_back(RequestsChanged{});
}

}  // namespace homeward::group
