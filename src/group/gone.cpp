// Who asks to be put back and is no member any more is told so, where she asks.
//
// Only those could tell her who could have removed her: an organizer, or as many persons as the rule asks
// for, so that one hostile member cannot send away whoever fell out. Organizers tell first, the others later
// and only if nobody did; all of them read in the queue what was told.
#include <algorithm>

#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr int64_t kOrganizersTurn_ms = 60 * kSecond_ms;
constexpr int64_t kMembersAfter_ms = 10 * 60 * kSecond_ms;
constexpr size_t kMostGone = 200;

}  // namespace

bool Group::Impl::is_told(const std::set<PersonId>& by) const {
  if (std::ranges::any_of(by, [&](const PersonId& person) { return policy.is_organizer(person); }))
    return true;
  return by.size() >= court().needed_for_removal();
}

// False if this one is nobody who was a member once.
bool Group::Impl::note_gone(const ReturnSeed& seed, const ReturnAsk& ask, const Identity& from, Turn& turn) {
  if (!following() || court().leaf_of(from.device) || policy.is_left(from) || from.person != ask.person ||
      !roster.persons().contains(from.person) || gone.size() >= kMostGone)
    return false;
  Reader in(ask.key_package);
  const mls::KeyPackage package = mls::decode_key_package(in);
  if (!in.finish().ok() || !group_suite()
                                .verify_with_label(package.leaf_node.signature_key(), kReturnLabel,
                                                   return_content(ask), ask.signature)
                                .ok())
    return false;
  gone[from.device] = {request_id(ask), from.person, seed, turn.now, {}};
  save_gone(from.device, turn.rows);
  return true;
}

void Group::Impl::save_gone(const DeviceId& device, Rows& rows) {
  const auto at = gone.find(device);
  const Bytes key = row_key(id, device.view());
  if (at == gone.end()) return rows.erase(kGoneRows, key);
  Writer out;
  out.raw(at->second.request).raw(at->second.person).raw(at->second.seed);
  out.u64(static_cast<uint64_t>(at->second.at.ms));
  out.vector([&](Writer& inner) {
    for (const PersonId& by : at->second.told) inner.raw(by);
  });
  rows.put(kGoneRows, key, out.view());
}

// One device of each person tells, organizers first; nothing if I have told already.
std::optional<Instant> Group::Impl::my_turn_to_tell(const GoneAsk& ask) const {
  if (ask.told.contains(saved.me.person) || leaf_of(saved.me.person) != mls->own_leaf()) return {};
  const bool organizer = policy.is_organizer(saved.me.person);
  int64_t rank = 0;
  std::set<PersonId> before;
  for (const Seat& seat : seats) {
    if (is_mine(seat)) break;
    const PersonId& person = seat.identity.person;
    if (policy.is_organizer(person) == organizer && before.insert(person).second) ++rank;
  }
  return ask.at.after_ms((organizer ? 0 : kMembersAfter_ms) +
                         std::min<int64_t>(rank, 30) * kOrganizersTurn_ms);
}

void Group::Impl::tell_gone(Turn& turn) {
  std::vector<DeviceId> over;
  for (auto& [device, ask] : gone) {
    if (is_told(ask.told) || turn.now.ms - ask.at.ms >= kAskAgain_ms || court().leaf_of(device)) {
      over.push_back(device);
      continue;
    }
    const auto due = my_turn_to_tell(ask);
    if (!due || turn.now < *due) continue;
    GoneNote note{ask.request, court().is_present(ask.person), saved.me.device, {}};
    auto signature = mls->sign_with_label(kGoneLabel, gone_content(id, note));
    if (!signature.ok()) continue;
    note.signature = std::move(*signature);
    if (!post_to_returns(ask.seed, note, turn)) continue;
    ask.told.insert(saved.me.person);
    save_gone(device, turn.rows);
  }
  for (const DeviceId& device : over) {
    gone.erase(device);
    save_gone(device, turn.rows);
  }
}

void Group::Impl::take_gone_note(const GoneNote& note, Turn& turn) {
  const auto leaf = court().leaf_of(note.by);
  if (!leaf || !mls->verify_with_label(*leaf, kGoneLabel, gone_content(id, note), note.signature).ok())
    return;
  const PersonId by = court().identity(*leaf)->person;
  if (following()) {
    for (auto& [device, ask] : gone) {
      if (ask.request != note.request) continue;
      ask.told.insert(by);
      save_gone(device, turn.rows);
    }
    return;
  }
  if (!my_return || by == saved.me.person) return;
  ReturnAsk mine;
  mine.key_package = my_return->key_package;
  if (request_id(mine) != note.request) return;
  if (std::ranges::find(my_return->told_gone, by) == my_return->told_gone.end())
    my_return->told_gone.push_back(by);
  save_my_return(turn.rows);
  if (is_told({my_return->told_gone.begin(), my_return->told_gone.end()}))
    go(note.person_stays ? Standing::kDeviceRemoved : Standing::kRemoved, turn);
}

}  // namespace homeward::group
