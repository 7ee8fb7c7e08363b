// Several relays: where to look beside the one that orders, and how the group goes on when that one is gone.
#include "crypto/crypto.h"
#include "group/change.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

// A relay that was not heard of for so long may be taken for gone, where a person or the majority says so.
constexpr int64_t kGoneAfter_ms = 20 * kSecond_ms;
// And so long before a device gives up the place it is at for one that it cannot reach.
constexpr int64_t kGiveUpAfter_ms = 15 * 60 * kSecond_ms;
// A word for one relay stands so long before its device gives one for another: two majorities at once would
// be two groups.
constexpr int64_t kWordStands_ms = kHour_ms;
constexpr int64_t kStep_ms = 2 * kSecond_ms;
constexpr size_t kMostCarried = 2'048;
constexpr size_t kMostMoves = 16;

Bytes place_key(const GroupId& id, const ReturnSeed& seed, const std::string& relay) {
  Bytes rest = copy_of(seed.view());
  append(rest, sha256(view_of(relay)));
  return row_key(id, rest);
}

Bytes numbered(const GroupId& id, uint64_t epoch, uint64_t number) {
  Bytes rest;
  append_key_u64(rest, epoch);
  append_key_u64(rest, number);
  return row_key(id, rest);
}

}  // namespace

std::vector<std::string> Group::Impl::other_relays() const {
  std::vector<std::string> out(policy.relays.begin() + 1, policy.relays.end());
  const auto look_at = [&](const std::string& relay) {
    if (!relay.empty() && relay != policy.relays.front() && std::ranges::find(out, relay) == out.end())
      out.push_back(relay);
  };
  look_at(recovering.relay);
  // Who fell out before the group moved asks where it was.
  if (mls && mls->epoch() - recovering.left_epoch <= kApprovalEpochs) look_at(recovering.left);
  return out;
}

std::vector<ReturnSeed> Group::Impl::newest_seeds() const {
  constexpr size_t kLogs = 4;
  std::vector<std::pair<uint64_t, ReturnSeed>> all;
  for (const auto& [seed, read] : return_queues) all.emplace_back(read.since_epoch, seed);
  std::ranges::sort(all, std::greater<>());
  if (all.size() > kLogs) all.resize(kLogs);
  std::vector<ReturnSeed> out;
  for (const auto& [epoch, seed] : all) out.push_back(seed);
  return out;
}

// --- Rows ---

void Group::Impl::load_recovery(Rows& rows) {
  rows.scan(kPlaceRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader seed(key_rest(key));
    Reader in(value);
    Place place;
    place.returns = in.u64();
    place.log = in.u64();
    const std::string relay = in.text(kMostRelayBytes);
    if (in.finish().ok()) places[{seed.fixed<ReturnSeed>(), relay}] = place;
    return true;
  });
  if (const auto row = rows.get(kRecoveryRows, row_key(id))) {
    Reader in(*row);
    recovering.relay = in.text(kMostRelayBytes);
    recovering.said = in.fixed<Hash>();
    recovering.left = in.text(kMostRelayBytes);
    recovering.left_epoch = in.u64();
  }
  rows.scan(kWordRows, prefix_range(id), [&](BytesView, BytesView value) {
    auto entry = decode_recovery_entry(value);
    if (auto* word = entry.ok() ? std::get_if<RecoveryWord>(&*entry) : nullptr)
      words[word->person] = std::move(*word);
    return true;
  });
  rows.scan(kCarriedRows, prefix_range(id), [&](BytesView key, BytesView) {
    Reader in(key_rest(key));
    const uint64_t epoch = in.u64();
    carried_known.emplace(epoch, in.u64());
    return true;
  });
}

void Group::Impl::save_recovering(Rows& rows) {
  Writer out;
  out.text(recovering.relay).raw(recovering.said).text(recovering.left).u64(recovering.left_epoch);
  rows.put(kRecoveryRows, row_key(id), out.view());
}

void Group::Impl::save_place(const ReturnSeed& seed, const std::string& relay, Rows& rows) {
  const Place& place = places[{seed, relay}];
  Writer out;
  out.u64(place.returns).u64(place.log).text(relay);
  rows.put(kPlaceRows, place_key(id, seed, relay), out.view());
}

void Group::Impl::keep_entry(BytesView entry, Rows& rows) {
  const uint64_t epoch = mls->epoch();
  const uint64_t number = queue.taken() + 1;
  if (entry.size() <= kMostCarriedBytes) rows.put(kKeptRows, numbered(id, epoch, number), entry);
  if (number > kMostKept) rows.erase(kKeptRows, numbered(id, epoch, number - kMostKept));
  if (number == 1 && epoch >= 2) rows.erase_range(kKeptRows, prefix_range(row_key(id, epoch - 2)));
}

void Group::Impl::moved_from(const std::string& relay, bool is_gone, Turn& turn) {
  recovering = {};
  // How far the return queues were read belongs to the relay.
  if (const std::string& to = policy.relays.front(); !relay.empty() && to != relay) {
    for (auto& [seed, read] : return_queues) {
      places[{seed, relay}].returns = read.taken;
      read.taken = places[{seed, to}].returns;
      save_place(seed, relay, turn.rows);
      save_read_returns(seed, turn.rows);
    }
  }
  if (!is_gone) {
    recovering.left = relay;
    recovering.left_epoch = mls->epoch();
  }
  save_recovering(turn.rows);
  words.clear();
  carried_known.clear();
  carry_at.clear();
  move_at.reset();
  recovery_due.reset();
  for (const Space space : {kWordRows, kCarriedRows, kMoveRows})
    turn.rows.erase_range(space, prefix_range(id));
}

// --- Words ---

RecoverAction Group::Impl::here_at(const std::string& relay) const {
  return {relay, mls->epoch(), queue.taken(), queue.history()};
}

bool Group::Impl::has_signed(const PersonId& person, const RecoverAction& action, BytesView signature) const {
  if (is_named(person)) return false;
  const Bytes content = approval_content(id, action_hash(action), action.epoch);
  return std::ranges::any_of(seats, [&](const Seat& seat) {
    return seat.identity.person == person &&
           mls->verify_with_label(seat.leaf, kApprovalLabel, content, signature).ok();
  });
}

size_t Group::Impl::count_words(const RecoverAction& action) const {
  return static_cast<size_t>(std::ranges::count_if(words, [&](const auto& item) {
    return item.second.action == action && has_signed(item.first, action, item.second.signature);
  }));
}

bool Group::Impl::is_majority(const Move& move) const {
  size_t count = 0;
  for (const auto& [person, signature] : move.signatures)
    if (has_signed(person, move.action, signature)) ++count;
  return count * 2 > count_persons(seats);
}

void Group::Impl::put_into_log(const ReturnSeed& seed, const std::string& relay, const RecoveryEntry& what,
                               Turn& turn) {
  const RecoveryLog log = recovery_log(seed);
  auto entry = seal_entry(log.key.view(), wire::queue_id(log.access.write), encode(what), turn.random);
  if (entry.ok()) send_aside(log.access.write, std::move(*entry), turn.rows, relay);
}

// Into the logs of earlier seeds too: who is behind looks there.
void Group::Impl::say_word(Turn& turn) {
  const RecoverAction action = here_at(recovering.relay);
  const Hash hash = action_hash(action);
  if (recovering.said == hash) return;
  auto signature = mls->sign_with_label(kApprovalLabel, approval_content(id, hash, action.epoch));
  if (!signature.ok()) return;
  const RecoveryWord word{saved.me.person, action, std::move(*signature)};
  words[word.person] = word;
  turn.rows.put(kWordRows, row_key(id, word.person.view()), encode(RecoveryEntry{word}));
  for (const ReturnSeed& seed : newest_seeds()) put_into_log(seed, recovering.relay, word, turn);
  recovering.said = hash;
  save_recovering(turn.rows);
  turn.happened.emplace_back(MembersChanged{});
}

void Group::Impl::hear_word(RecoveryWord word, const ReturnSeed& seed, Turn& turn) {
  if (word.person == saved.me.person || !has_signed(word.person, word.action, word.signature)) return;
  const auto theirs = std::pair(word.action.epoch, word.action.number);
  if (theirs < std::pair(mls->epoch(), queue.taken())) {
    int64_t before_me = 0;
    for (const Seat& seat : seats)
      if (seat.leaf < mls->own_leaf()) ++before_me;
    carry_at.try_emplace({seed, word.action.relay},
                         turn.now.after_ms(std::min<int64_t>(before_me, 30) * kStep_ms));
  }
  turn.rows.put(kWordRows, row_key(id, word.person.view()), encode(RecoveryEntry{word}));
  const PersonId person = word.person;
  words[person] = std::move(word);
  turn.happened.emplace_back(MembersChanged{});
}

// --- The log ---

void Group::Impl::take_log(const ReturnSeed& seed, const std::string& relay, uint64_t first,
                           std::span<const Bytes> entries, Turn& turn) {
  const RecoveryLog log = recovery_log(seed);
  const wire::QueueId log_id = wire::queue_id(log.access.read);
  Place& place = places[{seed, relay}];
  for (size_t i = 0; i < entries.size(); ++i) {
    if (first + i <= place.log) continue;
    place.log = first + i;
    const auto content = open_entry(log.key.view(), log_id, entries[i]);
    if (!content.ok()) continue;
    auto entry = decode_recovery_entry(content->view());
    if (!entry.ok()) continue;
    if (auto* word = std::get_if<RecoveryWord>(&*entry)) {
      if (word->action.relay == relay) hear_word(std::move(*word), seed, turn);
    } else if (const auto* carried = std::get_if<Carried>(&*entry)) {
      const bool is_new = carried->epoch >= mls->epoch() && carried_known.size() < kMostCarried &&
                          carried_known.emplace(carried->epoch, carried->number).second;
      if (is_new) turn.rows.put(kCarriedRows, numbered(id, carried->epoch, carried->number), carried->entry);
    } else if (const auto* move = std::get_if<Move>(&*entry)) {
      if (move->action.relay != relay || !is_majority(*move)) continue;
      Bytes rest = copy_of(seed.view());
      append_key_u64(rest, place.log);
      turn.rows.put(kMoveRows, row_key(id, rest), content->view());
    }
  }
  save_place(seed, relay, turn.rows);
  settle_recovery(turn);
  save(turn.rows);
}

void Group::Impl::carry_over(const ReturnSeed& seed, const std::string& relay, Turn& turn) {
  std::vector<Carried> kept;
  turn.rows.scan(kKeptRows, prefix_range(id), [&](BytesView key, BytesView entry) {
    Reader in(key_rest(key));
    const uint64_t epoch = in.u64();
    const uint64_t number = in.u64();
    if (!carried_known.contains({epoch, number})) kept.push_back({epoch, number, copy_of(entry)});
    return true;
  });
  for (Carried& one : kept) put_into_log(seed, relay, std::move(one), turn);
}

// --- Going on ---

void Group::Impl::settle_recovery(Turn& turn) {
  recovery_due.reset();
  if (!following() || other_relays().empty()) return;
  if (caught_up && !recovering.relay.empty()) {  // it is there again
    recovering.relay.clear();
    recovering.said = {};
    save_recovering(turn.rows);
  }
  if (!caught_up && !unread_since) unread_since = turn.now;
  if (unread_since && turn.now < *unread_since) unread_since = turn.now;  // a clock that was set back
  const auto consider = [&](Instant at) { recovery_due = recovery_due ? std::min(*recovery_due, at) : at; };

  for (auto at = carry_at.begin(); at != carry_at.end();) {
    if (at->second <= turn.now) {
      carry_over(at->first.first, at->first.second, turn);
      at = carry_at.erase(at);
    } else {
      consider(at->second);
      ++at;
    }
  }
  if (take_moves(turn) || !following()) return save(turn.rows);
  if (caught_up || recovering.relay.empty()) return;
  const Instant missed = unread_since->after_ms(kGoneAfter_ms);
  if (turn.now < missed) return consider(missed);
  say_word(turn);
  if (own_commit || count_words(here_at(recovering.relay)) * 2 <= count_persons(seats))
    return move_at.reset();
  int64_t rank = 0;
  for (const auto& [person, word] : words)
    if (person < saved.me.person && leaf_of(person)) ++rank;
  if (!move_at) move_at = turn.now.after_ms(std::min<int64_t>(rank, 60) * kTurn_ms);
  if (*move_at > turn.now) return consider(*move_at);
  make_move(turn);
  move_at = turn.now.after_ms(60 * kTurn_ms);
  consider(*move_at);
}

// An entry that another device had read from the relay that is gone.
bool Group::Impl::take_carried(Turn& turn) {
  const Bytes key = numbered(id, mls->epoch(), queue.taken() + 1);
  const auto entry = turn.rows.get(kCarriedRows, key);
  if (!entry) return false;
  turn.rows.erase(kCarriedRows, key);
  take_entry(*entry, turn);
  return following();
}

// True if the group went on.
bool Group::Impl::take_moves(Turn& turn) {
  std::vector<std::pair<Bytes, Move>> waiting;
  turn.rows.scan(kMoveRows, prefix_range(row_key(id, policy.return_seed.view())),
                 [&](BytesView key, BytesView value) {
                   auto entry = decode_recovery_entry(value);
                   if (auto* move = entry.ok() ? std::get_if<Move>(&*entry) : nullptr)
                     waiting.emplace_back(copy_of(key), std::move(*move));
                   return waiting.size() < kMostMoves;
                 });
  if (waiting.empty() && recovering.relay.empty()) return false;
  const bool is_gone = !caught_up && unread_since && turn.now >= unread_since->after_ms(kGoneAfter_ms);
  if (!caught_up && !is_gone && unread_since) recovery_due = unread_since->after_ms(kGoneAfter_ms);
  const ReturnSeed seed = policy.return_seed;
  while (is_gone && take_carried(turn)) {
    if (policy.return_seed != seed) return take_moves(turn);  // another log from here on
  }
  if (!following()) return true;
  const RecoveryLog log = recovery_log(policy.return_seed);
  for (const auto& [key, move] : waiting) {
    if (move.action != here_at(move.action.relay)) continue;
    const uint64_t epoch = mls->epoch();
    enter_move(move, log, turn);
    if (!following() || mls->epoch() != epoch) return true;
    turn.rows.erase(kMoveRows, key);
  }
  // The others went on from a place that this device is not at and cannot come to.
  if (waiting.empty() || !is_gone) return false;
  const Instant give_up = unread_since->after_ms(kGiveUpAfter_ms);
  if (turn.now < give_up) {
    recovery_due = give_up;
    return false;
  }
  recovering.relay = waiting.front().second.action.relay;
  save_recovering(turn.rows);
  get_stuck(Warning::Kind::kCannotFollow, {}, turn);
  return true;
}

void Group::Impl::enter_move(const Move& move, const RecoveryLog& log, Turn& turn) {
  const auto peek = mls->peek(move.message);
  if (!peek.ok() || peek->sender.type != mls::SenderType::kMember) return;
  const Identity* seat = court().identity(peek->sender.leaf);
  if (!seat) return;
  const Identity author = *seat;
  const Bytes content = entry_signature_content(wire::queue_id(log.access.read), move.message);
  if (!mls->verify_with_label(peek->sender.leaf, kEntryLabel, content, move.signature).ok()) return;
  if (peek->sender.leaf != mls->own_leaf()) {
    auto opened = mls->open(move.message);
    if (!opened.ok() || opened->content_type() != mls::ContentType::kCommit) return;
    const auto claims = decode_claims(opened->authenticated_data());
    if (!claims.ok() || claims->seen != queue.taken() || claims->history != queue.history()) return;
    return read_commit(*opened, *claims, author, turn, &move.action);
  }
  if (!own_commit || !equal(own_commit->pending.message(), move.message))
    return get_stuck(Warning::Kind::kCannotFollow, {}, turn);
  OwnCommit commit = std::move(*own_commit);
  own_commit.reset();
  save_own_commit(turn.rows);
  if (commit.covered != pending.size()) return;
  Turnover turnover;
  turnover.policy = std::move(commit.policy);
  turnover.committer = saved.me.person;
  turnover.moves = true;
  const auto merged = mls->merge_pending(std::move(commit.pending));
  HW_ASSERT(merged.ok());
  enter_epoch(std::move(turnover), turn);
}

bool Group::Impl::make_move(Turn& turn) {
  const Court here = court();
  if (here.is_named(mls->own_leaf())) return false;
  Move move;
  move.action = here_at(recovering.relay);
  for (const auto& [person, word] : words)
    if (word.action == move.action && has_signed(person, word.action, word.signature))
      move.signatures.emplace_back(person, word.signature);
  mls::CommitParams params;
  Departures departures;
  for (const auto& [leaf, removal] : pending) {
    params.refs.push_back(removal.ref);
    departures.persons.insert(removal.person);
  }
  Policy next = policy_recovered(here, departures, move.action, turn.random.fixed<ReturnSeed>());
  params.proposals.emplace_back(mls::GroupContextExtensions{group_extensions_of(next)});
  Claims made_claims = claims();
  made_claims.grants.push_back({move.action, {}});
  params.authenticated_data = encode(made_claims);
  params.force_path = true;
  auto commit = mls->commit(params, turn.random);
  if (!commit.ok()) return false;
  move.message = copy_of(commit->message());
  const RecoveryLog log = recovery_log(policy.return_seed);
  auto signature = mls->sign_with_label(
      kEntryLabel, entry_signature_content(wire::queue_id(log.access.write), move.message));
  if (!signature.ok()) return false;
  move.signature = std::move(*signature);
  // Before the move, so that whoever reads it can come to the place that it starts from.
  for (const ReturnSeed& seed : newest_seeds()) carry_over(seed, recovering.relay, turn);
  put_into_log(policy.return_seed, recovering.relay, move, turn);
  own_commit.emplace(OwnCommit{std::move(*commit), std::move(next), pending.size(), {}, false});
  save_own_commit(turn.rows);
  save(turn.rows);
  return true;
}

// --- Commands and questions ---

Result<> Group::recover(const std::string& relay, Turn turn) {
  Impl& impl = *impl_;
  if (standing() != Standing::kActive || impl.caught_up || impl.is_named(me()))
    return GroupError::kNotPossibleNow;
  if (!are_relays({relay}) || relay == impl.policy.relays.front()) return GroupError::kMalformed;
  if (!impl.unread_since) impl.unread_since = turn.now;
  const auto said = impl.words.find(me());
  if (said != impl.words.end() && said->second.action.relay != relay &&
      said->second.action.epoch == epoch() && turn.now < impl.unread_since->after_ms(kWordStands_ms))
    return GroupError::kAlreadyDone;
  impl.recovering.relay = relay;
  impl.save_recovering(turn.rows);
  impl.settle_recovery(turn);
  impl.save(turn.rows);
  turn.happened.emplace_back(MembersChanged{});
  return success();
}

std::vector<Group::Recovery> Group::recoveries() const {
  const Impl& impl = *impl_;
  std::map<std::string, Recovery> by_relay;
  if (!impl.following()) return {};
  const auto needed = static_cast<uint32_t>(count_persons(impl.seats) / 2 + 1);
  if (!impl.recovering.relay.empty()) by_relay[impl.recovering.relay].mine = true;
  for (const auto& [person, word] : impl.words)
    if (impl.leaf_of(person)) by_relay[word.action.relay].approved_by.push_back(person);
  std::vector<Recovery> out;
  for (auto& [relay, recovery] : by_relay) {
    recovery.relay = relay;
    recovery.needed = needed;
    out.push_back(std::move(recovery));
  }
  return out;
}

}  // namespace homeward::group
