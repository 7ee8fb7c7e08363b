// A client's porches: who is asked further in, notes as they come and go, cover for them.
#include "client/porch.h"

#include <algorithm>

#include "client/features.h"
#include "client/impl.h"
#include "client/sealing.h"
#include "group/event.h"

namespace homeward::client {
namespace {

constexpr int64_t kHour_ms = 3600ll * 1000;
constexpr int64_t kDay_ms = 24 * kHour_ms;
constexpr int64_t kNoteLasts_ms = 30 * kDay_ms;
constexpr int64_t kCoverBetween_ms = 6 * kDay_ms;  // at most; half of it on average

bool is_active(const group::Group* group) {
  return group != nullptr && group->standing() == group::Standing::kActive;
}

// Until when no cover is sent: a random time, so that a real note is one among others.
Instant next_cover(Instant now, Random& random) {
  uint32_t draw = 0;
  for (const uint8_t byte : random.bytes(4)) draw = draw << 8 | byte;
  return now.after_ms(kHour_ms + static_cast<int64_t>(draw % static_cast<uint32_t>(kCoverBetween_ms)));
}

Client::Hand hand_of(group::Group& group, group::Turn turn) {
  return {turn.rows, turn.random, turn.now, group,
          [&group, turn](uint16_t kind, BytesView body) { return group.post(kind, body, turn); }};
}

void keep_cover(const Client::Hand& hand) {
  const auto row = hand.rows.get(kCoverSpace, hand.group.id());
  Instant due;
  if (row) {
    Reader in(*row);
    due.ms = static_cast<int64_t>(in.u64());
  }
  // A clock that was set back must not put it off for long.
  if (row && hand.now < due && due.ms - hand.now.ms <= kCoverBetween_ms + kHour_ms) return;
  if (row) {
    const auto sealed = seal_unseen(hand, std::nullopt, {});
    if (!sealed.ok() || !hand.post(group::kPorchNote, *sealed).ok()) return;
  }
  Writer out;
  out.u64(static_cast<uint64_t>(next_cover(hand.now, hand.random).ms));
  hand.rows.put(kCoverSpace, hand.group.id(), out.view());
}

// Notes whose invite was made and that did not go out yet: now, or when her key is known.
void send_notes(const Client::Hand& hand) {
  for (auto& [key, asked] : asked_in(hand.rows, hand.group.id())) {
    if (hand.now >= asked.ends) {
      hand.rows.erase(kAskedSpace, key);  // nobody can come by it any more
      continue;
    }
    if (asked.sent) continue;
    const auto sealed =
        seal_unseen(hand, asked.person, encode(NoteContent{asked.purpose, asked.link, asked.words}));
    if (!sealed.ok() || !hand.post(group::kPorchNote, *sealed).ok()) continue;
    asked.sent = true;
    const BytesView row_key = key;
    put_asked(hand.rows, group::GroupId::from(row_key.first(group::GroupId::kSize)),
              group::InviteId::from(row_key.subspan(group::GroupId::kSize)), asked);
  }
}

void take_notes(Rows& rows, group::Group& group) {
  for (const group::Group::SealedNote& sealed : group.take_notes()) {
    if (sealed.author == group.me()) continue;
    const auto opened = open_unseen(rows, group, sealed.author, sealed.body);
    auto content = opened ? decode_note(opened->view()) : std::nullopt;
    // Further in one is asked in a porch, into a porch elsewhere; all else makes no sense.
    if (!content || (content->purpose == NotePurpose::kFurtherIn) != group.is_porch()) continue;
    Note note;
    note.position = sealed.position;
    note.content = std::move(*content);
    note.from = sealed.author;
    note.at = sealed.at;
    // One of a kind from each member: nobody can fill the vault with them.
    drop_unused_notes(rows, group.id(), note);
    keep_note(rows, group.id(), note);
  }
}

}  // namespace

// --- The client's own care ---

std::optional<Instant> next_porch_check(const Peer& peer) {
  if (!is_active(peer.group.get()) || !peer.group->is_porch() || !peer.porch_checked) return std::nullopt;
  return peer.porch_checked->after_ms(kHour_ms);
}

bool Client::Impl::porch_is_due(Peer& peer, const group::Happenings& happened) const {
  const std::optional<Instant>& checked = peer.porch_checked;
  if (std::ranges::any_of(happened, [](const group::Happening& one) {
        const auto* event = std::get_if<group::EventTakenIn>(&one);
        return std::holds_alternative<group::MembersChanged>(one) ||
               (event != nullptr && event->kind == domain::sealing::kAnnounced);
      }))
    peer.porch_checked.reset();
  if (!is_active(peer.group.get()) || !peer.group->caught_up()) return false;
  return !checked || now < *checked || now >= checked->after_ms(kHour_ms);
}

void Client::Impl::keep_porch(Peer& peer, group::Turn turn) {
  const Hand hand = hand_of(*peer.group, turn);
  notice_departures(turn.rows, *peer.group, turn.now);
  if (peer.group->is_porch()) {
    notice_stays(turn.rows, *peer.group, turn.now);
    keep_cover(hand);
  }
  send_notes(hand);
}

void Client::Impl::take_notes(Peer& peer, group::Turn turn) {
  if (peer.group != nullptr) client::take_notes(turn.rows, *peer.group);
}

// --- What a person asks for ---

std::vector<group::GroupId> Client::group_ids() const {
  std::vector<group::GroupId> out;
  for (const Peer& peer : impl_->peers)
    if (peer.group != nullptr) out.push_back(*peer.group_id);
  return out;
}

const group::Group* Client::porch_of(const group::GroupId& inner) const {
  const group::Group* group = find(inner);
  const auto rule = group == nullptr ? std::nullopt : group->policy().porch;
  const group::Group* porch = rule ? find(rule->group) : nullptr;
  return is_active(porch) && porch->is_porch() ? porch : nullptr;
}

const group::Group* Client::inner_of(const group::GroupId& porch) const {
  for (const Peer& peer : impl_->peers) {
    if (!is_active(peer.group.get())) continue;
    const auto rule = peer.group->policy().porch;
    if (rule && rule->group == porch) return peer.group.get();
  }
  return nullptr;
}

struct Client::Impl::Asking {
  NotePurpose purpose;
  const group::Group& inviting;
  const group::Group& where;  // the note goes
  group::PersonId person;
  std::string words;
};

// The invite and what it is for are one transaction, the note is another: if the power goes in between, it is
// sent when the vault is opened again.
Result<> Client::Impl::ask_by_note(const Asking& asking) {
  if (asking.words.size() > kMostPorchWords || !group::is_words(asking.words, kMostPorchWords))
    return PorchError::kTextTooLong;
  const auto members = asking.where.members();
  const auto member = std::ranges::find(members, asking.person, &group::Member::person);
  if (member == members.end() || member->me) return group::GroupError::kNoSuchMember;
  Peer& inviting = *find_group(asking.inviting.id());
  Peer& where = *find_group(asking.where.id());
  const group::GroupId inviting_id = asking.inviting.id(), where_id = asking.where.id();
  HW_TRY(step(inviting, [&](group::Turn turn) -> Result<> {
    if (!missing_keys(turn.rows, asking.where, std::span(&asking.person, 1)).empty())
      return PorchError::kNoKey;
    for (const auto& [key, one] : asked_in(turn.rows, where_id))
      if (one.person == asking.person && one.purpose == asking.purpose && turn.now < one.ends)
        return group::GroupError::kAlreadyDone;
    HW_LET(const auto made, inviting.group->invite(turn.now.after_ms(kNoteLasts_ms), turn));
    const AskedByNote asked{asking.purpose, where_id,  asking.person, turn.now,
                            made.ends,      made.link, asking.words,  false};
    if (encode(NoteContent{asked.purpose, asked.link, asked.words}).size() > kMostUnseenBytes)
      return PorchError::kTextTooLong;
    put_asked(turn.rows, inviting_id, made.id, asked);
    return success();
  }));
  return step(where, [&](group::Turn turn) {
    send_notes(hand_of(*where.group, turn));
    return success();
  });
}

Result<> Client::bring_in(const group::GroupId& porch_id, const group::PersonId& person,
                          std::string_view words, Instant now) {
  impl_->now = now;
  const group::Group* porch = find(porch_id);
  const group::Group* inner = inner_of(porch_id);
  if (!is_active(porch) || !porch->is_porch() || inner == nullptr) return PorchError::kNoPorch;
  const uint16_t days = inner->policy().porch->days;
  HW_TRY(look(porch_id, [&](const Look& view) -> Result<> {
    for (const Stay& stay : stays_of({view.rows, view.group, view.analyzer, now}, days))
      if (stay.member.person == person && !stay.over) return PorchError::kTooEarly;
    return success();
  }));
  return impl_->ask_by_note({NotePurpose::kFurtherIn, *inner, *porch, person, std::string(words)});
}

Result<> Client::ask_into_porch(const group::GroupId& inner_id, const group::PersonId& person,
                                std::string_view words, Instant now) {
  impl_->now = now;
  const group::Group* inner = find(inner_id);
  if (inner == nullptr) return ClientError::kNoSuchGroup;
  const group::Group* porch = porch_of(inner_id);
  if (!is_active(inner) || porch == nullptr) return PorchError::kNoPorch;
  return impl_->ask_by_note({NotePurpose::kIntoPorch, *porch, *inner, person, std::string(words)});
}

Result<group::JoinId> Client::enter_by_note(const Entering& entering, Instant now) {
  std::string link;
  HW_TRY(look(entering.group, [&](const Look& view) -> Result<> {
    for (const Note& note : notes_of(view))
      if (note.position == entering.note) link = note.content.link;
    return success();
  }));
  if (link.empty()) return PorchError::kNoNote;
  return join({.link = link, .my_name = entering.my_name, .greeting = entering.greeting}, now);
}

}  // namespace homeward::client
