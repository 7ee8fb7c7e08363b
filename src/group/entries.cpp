// What is read from the group's queue: order, seals, signatures, history, and what each entry does.
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"

namespace homeward::group {

// Numbers that cannot be: a gap before the next entry, more entries than the queue is said to have, a queue
// that became shorter.
bool Group::Impl::relay_contradicts(uint64_t first, size_t count, uint64_t last_in_queue) const {
  const uint64_t have = queue.taken_in_queue();
  if (last_in_queue < have || last_in_queue > wire::kEntriesPerQueue) return true;
  if (count == 0) return false;
  return first == 0 || first > have + 1 || first + count - 1 > last_in_queue;
}

void Group::Impl::take_group_entries(uint64_t first, std::span<const Bytes> entries, uint64_t last_in_queue,
                                     Turn& turn) {
  if (relay_contradicts(first, entries.size(), last_in_queue)) {
    caught_up = false;
    warn(Warning::Kind::kRelayOrder, {}, turn);
    return;
  }
  const wire::QueueId here = queue.id();
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t number = first + i;
    if (number <= queue.taken_in_queue()) continue;
    if (flight_is_missing(number, entries[i], turn)) {
      caught_up = false;
      break;
    }
    take_entry(entries[i], turn);
    if (!following() || queue.id() != here) break;  // the epoch ended, or its next queue begins
  }
  if (following() && queue.id() == here && queue.taken_in_queue() >= last_in_queue) {
    caught_up = true;
    unread_since.reset();
  }
}

// The relay said that my entry is at this number, and shows another there. Once per connection it is given
// the benefit of the doubt: nothing is taken in. If a new connection shows the same, what is read counts and
// mine is sent again.
bool Group::Impl::flight_is_missing(uint64_t number, BytesView entry, Turn& turn) {
  if (!flight || flight->queue != queue.id() || flight->posted != number || equal(flight->entry, entry))
    return false;
  if (second_look) {
    flight->posted = 0;
    save_flight(turn.rows);
    doubt = second_look = false;
    return false;
  }
  if (!doubt) warn(Warning::Kind::kRelayOrder, {}, turn);
  doubt = true;
  return true;
}

void Group::Impl::take_entry(BytesView entry, Turn& turn) {
  const uint64_t epoch = mls->epoch();
  keep_entry(entry, turn.rows);
  read_entry(entry, turn);
  if (mls && mls->epoch() == epoch && following()) {
    const wire::QueueId before = queue.id();
    queue.advance(*mls, wire::entry_hash(entry), turn.rows);
    if (queue.id() != before) {
      drop_flight(turn);  // what is not in the full queue never will be
      caught_up = false;
    }
  }
  save(turn.rows);
}

// Anyone may be behind an entry that does not open or whose signature is bad, so nobody is named for it. From
// the signature on its sender is proven.
void Group::Impl::read_entry(BytesView entry, Turn& turn) {
  auto content = open_entry(queue.seal_key(), queue.id(), entry);
  if (!content.ok()) return;
  const auto sent = decode_signed_message(content->view());
  if (!sent.ok()) return;
  const auto peek = mls->peek(sent->message);
  if (!peek.ok() || peek->wire_format != mls::WireFormat::kPrivateMessage ||
      peek->sender.type != mls::SenderType::kMember)
    return;
  const mls::LeafIndex leaf = peek->sender.leaf;
  const Identity* seat = court().identity(leaf);
  if (!seat) return;
  const Bytes signed_content = entry_signature_content(queue.id(), sent->message);
  if (!mls->verify_with_label(leaf, kEntryLabel, signed_content, sent->signature).ok()) return;
  if (leaf == mls->own_leaf()) return read_own(sent->message, turn);

  const Identity author = *seat;
  auto opened = mls->open(sent->message);
  if (opened.ok()) return read_opened(std::move(*opened), author, turn);
  // A used generation is a repetition, which is the relay's doing or a second device's; the rest is hers.
  if (!opened.error().is(mls::MlsError::kGenerationUsed)) warn(Warning::Kind::kBadEntry, author.person, turn);
}

bool Group::Impl::history_fits(const Claims& claims, Rows& rows) const {
  const auto mine = queue.history_at(claims.seen, rows);
  return mine && *mine == claims.history;
}

// A removal came in that its sender had not seen: what it makes invalid is nobody's fault.
bool Group::Impl::was_overtaken(const Claims& claims) const {
  return std::ranges::any_of(pending, [&](const auto& item) { return item.second.number > claims.seen; });
}

void Group::Impl::read_opened(mls::Opened opened, const Identity& author, Turn& turn) {
  const auto claims = decode_claims(opened.authenticated_data());
  if (!claims.ok()) return warn(Warning::Kind::kBadEntry, author.person, turn);
  if (!history_fits(*claims, turn.rows)) return warn(Warning::Kind::kHistoryDiffers, author.person, turn);
  switch (opened.content_type()) {
    case mls::ContentType::kApplication: {
      const auto event = decode_event(opened.application_data());
      if (!event.ok()) return warn(Warning::Kind::kBadEntry, author.person, turn);
      return apply_event(opened.sender().leaf, author.person, *event, turn);
    }
    case mls::ContentType::kProposal: {
      auto removal = judge_removal(court(), opened, *claims);
      if (!removal.ok()) {
        if (!was_overtaken(*claims)) warn(Warning::Kind::kBadEntry, author.person, turn);
        return;
      }
      auto ref = mls->add_proposal(opened);
      if (!ref.ok()) return warn(Warning::Kind::kBadEntry, author.person, turn);
      removal->ref = std::move(*ref);
      const mls::LeafIndex target = std::get<mls::Remove>(opened.proposal()).removed;
      return remember_removal(target, std::move(*removal), turn);
    }
    case mls::ContentType::kCommit:
      return read_commit(opened, *claims, author, turn);
  }
}

void Group::Impl::read_commit(const mls::Opened& opened, const Claims& claims, const Identity& author,
                              Turn& turn, const RecoverAction* move) {
  auto candidate = mls->check_commit(opened);
  if (!candidate.ok()) {
    if (!was_overtaken(claims)) warn(Warning::Kind::kBadCommit, author.person, turn);
    return;
  }
  auto next = judge_commit(court(), *candidate, claims, move);
  if (!next.ok()) {
    if (!was_overtaken(claims)) warn(Warning::Kind::kBadCommit, author.person, turn);
    return;
  }
  if (candidate->removes_me()) return go(standing_after(*candidate), turn);

  Turnover turnover;
  turnover.policy = std::move(*next);
  turnover.committer = author.person;
  turnover.routine = candidate->proposals().empty();
  turnover.moves = move != nullptr;
  auto staged = mls->complete(std::move(*candidate));
  if (!staged.ok()) return get_stuck(Warning::Kind::kCannotFollow, author.person, turn);
  const auto merged = mls->merge(std::move(*staged));
  HW_ASSERT(merged.ok());
  enter_epoch(std::move(turnover), turn);
}

// An entry signed by my own leaf: mine and under way, mine and read already, or another copy's of this vault.
void Group::Impl::read_own(BytesView message, Turn& turn) {
  const Hash hash = sha256(message);
  const Bytes key = row_key(id, hash.view());
  const auto row = turn.rows.get(kOwnRows, key);
  if (!row) return get_stuck(Warning::Kind::kOldCopy, {}, turn);
  if (!flight || flight->message_hash != hash) return;  // repeated
  const Flight mine = std::move(*flight);
  flight.reset();
  save_flight(turn.rows);
  doubt = second_look = false;
  const auto history = queue.history_at(mine.seen, turn.rows);
  const bool valid = history && *history == mine.history;  // by the rule that the others apply to it

  if (mine.purpose == Flight::Purpose::kEvent) {
    const auto event = outbox.event(mine.sequence, turn.rows);
    if (event) turn.happened.emplace_back(SendStateChanged{event->id});
    if (!valid || !event) return;
    outbox.erase(mine.sequence, turn.rows);
    apply_event(mls->own_leaf(), saved.me.person, *event, turn);
  } else if (mine.purpose == Flight::Purpose::kProposal) {
    Claims claims_then;
    const Identity* target = court().identity({mine.target});
    if (!mine.whole && target) claims_then.grants = {device_removal_grant(target->device)};
    auto removal = judge_own_removal(court(), mls->own_leaf(), {mine.target}, claims_then, mine.ref);
    if (!valid || !target || !removal.ok()) return mls->drop_proposal(mine.ref);
    outbox.erase(mine.sequence, turn.rows);
    remember_removal({mine.target}, std::move(*removal), turn);
  } else if (own_commit) {
    OwnCommit commit = std::move(*own_commit);
    own_commit.reset();
    save_own_commit(turn.rows);
    if (!valid || commit.covered != pending.size()) return;  // a removal came in between
    Turnover turnover;
    turnover.policy = std::move(commit.policy);
    turnover.committer = saved.me.person;
    turnover.mine = true;
    turnover.routine = commit.routine;
    if (const auto welcome = commit.pending.welcome()) turnover.welcome = copy_of(*welcome);
    turnover.bundle_key = std::move(commit.bundle_key);
    const auto merged = mls->merge_pending(std::move(commit.pending));
    HW_ASSERT(merged.ok());
    enter_epoch(std::move(turnover), turn);
  }
}

void Group::Impl::remember_removal(mls::LeafIndex target, PendingRemoval removal, Turn& turn) {
  removal.number = queue.taken() + 1;
  Writer out;
  out.opaque(removal.ref).raw(removal.person).u32(removal.by.value).u64(removal.number).u8(removal.whole);
  turn.rows.put(kProposalRows, row_key(id, uint64_t{target.value}), out.view());
  // Another device of mine leaves for both of us.
  const bool leaves = removal.whole && removal.person == saved.me.person &&
                      court().identity(removal.by)->person == saved.me.person;
  pending[target] = std::move(removal);
  if (leaves && saved.standing == Standing::kActive) set_standing(Standing::kLeaving, turn);
  // Nobody is left who could commit it: the group ends here.
  if (std::ranges::all_of(seats, [&](const Seat& seat) { return court().is_named(seat.leaf); }))
    go(saved.standing == Standing::kLeaving ? Standing::kLeft : Standing::kRemoved, turn);
}

// Of a commit that removes this device.
Standing Group::Impl::standing_after(const mls::CommitCandidate& commit) const {
  if (saved.standing == Standing::kLeaving) return Standing::kLeft;
  const auto stay = seats_of(commit.tree());
  const bool person_stays =
      stay.ok() && std::ranges::any_of(*stay, [&](const Seat& seat) { return is_mine(seat); });
  return person_stays ? Standing::kDeviceRemoved : Standing::kRemoved;
}

void Group::Impl::apply_event(mls::LeafIndex leaf, const PersonId& author, const Event& event, Turn& turn) {
  if (!roster.mark_seen(author, event.id, turn.rows)) return;
  const Position position{mls->epoch(), queue.taken() + 1};
  if (event.kind >= kTalkKinds) {
    const Fold::Context context{turn.rows,
                                id,
                                author,
                                author == saved.me.person,
                                policy.role(author),
                                position,
                                policy.is_porch.has_value()};
    turn.fold.fold(context, event);
  } else {
    const bool requests_changed = roster.fold(court(), {leaf, author}, event, turn.rows);
    if (event.kind == kRequestProposed || event.kind == kRequestConfirmed) adds_stirred = turn.now;
    if (requests_changed) turn.happened.emplace_back(RequestsChanged{});
    const bool about_people = event.kind == kMyName || event.kind == kRemovalApproved ||
                              event.kind == kChangeProposed || event.kind == kChangeApproved ||
                              event.kind == kChangeRejected;
    if (about_people) turn.happened.emplace_back(MembersChanged{});
    if (event.kind == kBundleHash) compare_bundle(event, turn);
    if (event.kind == kPorchNote) notes.push_back({author, position, event.at, event.body});
    if (event.kind == kDeviceKey) take_device_key(leaf, event, turn);
    if (event.kind == kOwnThings) take_own_things(leaf, event, turn);
    if (event.kind == kRequestProposed) {
      if (const auto body = decode_proposed(event.body); body.ok() && asked.erase(body->candidate.id()) > 0)
        save_asked(body->candidate.id(), turn.rows);
    }
    if (event.kind == kRequestConfirmed && author == saved.me.person) {
      if (const auto body = decode_confirmed(event.body); body.ok()) confirming.erase(body->request);
    }
    if (event.kind == kChangeApproved && author == saved.me.person) {
      if (const auto body = decode_change_approved(event.body); body.ok()) approving.erase(body->change);
    }
  }
  turn.happened.emplace_back(EventTakenIn{event.id, event.kind, author, position});
}

void Group::Impl::compare_bundle(const Event& event, Turn& turn) {
  const auto body = decode_bundle_hash(event.body);
  if (!body.ok() || !saved.has_bundle || body->request != saved.bundle.request) return;
  if (body->epoch != saved.bundle.epoch || body->hash == saved.bundle.hash) return;
  warn(Warning::Kind::kBundleDiffers, saved.bundle_from, turn);
}

}  // namespace homeward::group
