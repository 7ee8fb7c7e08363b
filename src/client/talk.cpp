// Talk: what a person says, changes and takes back, what she is shown, and how long it lives here.
#include "base/text.h"
#include "client/cases.h"
#include "client/files.h"
#include "client/impl.h"
#include "client/overlay.h"

namespace homeward::client {
namespace {

namespace talk = domain::talk;

constexpr int64_t kSweepEvery_ms = 3'600'000;
constexpr int64_t kTryAgain_ms = 60'000;
constexpr int64_t kDay_ms = 24 * kSweepEvery_ms;
constexpr size_t kAnsweredBytes = 200;

Bytes setting_key(std::string_view what, const group::GroupId& group) {
  return copy_of(view_of(std::string(what) + to_base64url(group.view())));
}
Bytes draft_key(const group::GroupId& group) { return setting_key("talk.draft ", group); }

Result<> checked(std::string_view text) {
  using talk::TalkError;
  const Result<> fits = talk::check_text(text);
  if (fits.ok()) return success();
  if (fits.error().is(TalkError::kTextEmpty)) return ClientError::kTextEmpty;
  return fits.error().is(TalkError::kTextTooLong) ? ClientError::kTextTooLong : ClientError::kTextInvalid;
}

std::vector<domain::Author> mentions_of(const Saying& saying, const group::Group& group) {
  std::set<domain::Author> out;
  const auto members = group.members();
  for (const group::PersonId& person : saying.mentions)
    if (std::ranges::find(members, person, &group::Member::person) != members.end() &&
        out.size() < talk::kMostMentions)
      out.insert(domain::Author::from(person));
  return {out.begin(), out.end()};
}

// The beginning of a text, not cut inside a letter.
std::string beginning(const std::string& text) {
  if (text.size() <= kAnsweredBytes) return text;
  size_t end = kAnsweredBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

// What stands for a message where only words can: its text, or the names of its files.
std::string words_of(const talk::Message& message) {
  std::string out = message.text;
  if (!out.empty()) return out;
  for (const auto& file : message.files) out += (out.empty() ? "" : ", ") + file.name;
  return out;
}

// Talk as it is with this device's own events that wait to be sent.
class WithWaiting {
 public:
  WithWaiting(Rows& rows, const group::Group& group, Features& features)
      : overlay_(rows), waiting_(group.waiting(rows)) {
    uint64_t number = 0;
    for (const group::Group::Waiting& one : waiting_) {
      if ((one.event.kind & 0xFF00) != talk::kFirstKind) continue;
      features.fold(
          {overlay_, group.id(), group.me(), true, group.my_role(), {domain::kQueuedEpoch, ++number}},
          one.event);
    }
    if (number == 0) below_ = &rows;
  }
  Rows& rows() { return below_ ? *below_ : overlay_; }
  group::SendState state_of(const talk::Message& message) const {
    if (!domain::is_queued(message.place)) return group::SendState::kTakenIn;
    const auto id = group::EventId::from(message.said_as);
    for (const group::Group::Waiting& one : waiting_)
      if (one.event.id == id) return one.state;
    return group::SendState::kQueued;
  }

 private:
  OverlayRows overlay_;
  Rows* below_ = nullptr;
  std::vector<group::Group::Waiting> waiting_;
};

std::optional<talk::Message> find_message(Rows& rows, const group::GroupId& group, const group::EventId& id) {
  const auto place = talk::place_of(rows, key_of(group), domain::EventKey::from(id));
  return place ? talk::message_at(rows, key_of(group), *place) : std::nullopt;
}

}  // namespace

void forget_talk_settings(Rows& rows, const group::GroupId& group) {
  rows.erase(kSettingSpace, draft_key(group));
  rows.erase(kSettingSpace, talk_keeping_key(group));
}

// --- Saying ---

Result<group::EventId> Client::post(const group::GroupId& group, std::string_view text, Instant now) {
  return say(group, {std::string(text)}, now);
}

Result<group::EventId> Client::say(const group::GroupId& group, const Saying& saying, Instant now) {
  if (saying.files.empty() || !saying.text.empty()) HW_TRY(checked(saying.text));
  group::EventId id;
  HW_TRY(change(group, now, [&](const Hand& hand) -> Result<> {
    talk::MessageSaid said{saying.text, {}, mentions_of(saying, hand.group)};
    if (saying.reply_to) {
      WithWaiting with(hand.rows, hand.group, impl_->features);
      const auto answered = find_message(with.rows(), group, *saying.reply_to);
      if (!answered) return ClientError::kNoSuchMessage;
      said.reply_to = answered->ref();
    }
    if (saying.files.empty()) {
      HW_LET(id, hand.post(talk::kMessageKind, talk::encode(said)));
    } else {
      HW_LET(const domain::EventKey waits, files::queue_message(hand, std::move(said), saying.files));
      id = group::EventId::from(waits);
    }
    hand.rows.erase(kSettingSpace, draft_key(group));
    return success();
  }));
  return id;
}

Result<> Client::edit(const group::GroupId& group, const group::EventId& message, const Saying& saying,
                      Instant now) {
  HW_TRY(checked(saying.text));
  return change(group, now, [&](const Hand& hand) -> Result<> {
    WithWaiting with(hand.rows, hand.group, impl_->features);
    const auto found = find_message(with.rows(), group, message);
    if (!found || found->removed_by) return ClientError::kNoSuchMessage;
    if (!found->mine) return ClientError::kNotAllowed;
    const talk::MessageEdited edited{found->ref(), saying.text, mentions_of(saying, hand.group)};
    HW_TRY(hand.post(talk::kEditedKind, talk::encode(edited)));
    return success();
  });
}

Result<> Client::remove_message(const group::GroupId& group, const group::EventId& message, Instant now) {
  impl_->now = now;
  Peer* peer = impl_->find_group(group);
  if (peer == nullptr) return ClientError::kNoSuchGroup;
  const Result<> done = impl_->step(*peer, [&](group::Turn turn) -> Result<> {
    WithWaiting with(turn.rows, *peer->group, impl_->features);
    const auto found = find_message(with.rows(), group, message);
    if (!found || found->removed_by) return ClientError::kNoSuchMessage;
    if (!found->mine && peer->group->my_role() != group::Role::kOrganizer) return ClientError::kNotAllowed;
    const bool waits = domain::is_queued(found->place);
    if (waits && peer->group->withdraw(group::EventId::from(found->said_as), turn)) {
      for (const auto& file : found->files)
        domain::files::drop(turn.rows, key_of(group), domain::ref_of(found->author, file.id));
      return success();
    }
    HW_TRY(peer->group->post(talk::kRemovedKind, talk::encode_ref(found->ref()), turn));
    return success();
  });
  impl_->notice(NoticeKind::kTalk, group);
  return done;
}

Result<> Client::sign(const group::GroupId& group, const group::EventId& message, talk::Sign sign,
                      Instant now) {
  return change(group, now, [&](const Hand& hand) -> Result<> {
    const auto found = find_message(hand.rows, group, message);
    if (!found || found->removed_by) return ClientError::kNoSuchMessage;
    HW_TRY(hand.post(talk::kSignKind, talk::encode(talk::SignGiven{found->ref(), sign})));
    return success();
  });
}

Result<> Client::pin(const group::GroupId& group, const group::EventId& message, Instant now) {
  return change(group, now, [&](const Hand& hand) -> Result<> {
    const auto found = find_message(hand.rows, group, message);
    if (!found || found->removed_by) return ClientError::kNoSuchMessage;
    if (hand.group.my_role() == group::Role::kMember) return ClientError::kNotAllowed;
    const talk::MessagePinned pinned{found->ref(), found->at, words_of(*found)};
    HW_TRY(hand.post(talk::kPinnedKind, talk::encode(pinned)));
    return success();
  });
}

Result<> Client::unpin(const group::GroupId& group, const group::PersonId& author,
                       const group::EventId& said_as, Instant now) {
  const domain::Ref ref = domain::ref_of(domain::Author::from(author), domain::EventKey::from(said_as));
  return change(group, now, [&](const Hand& hand) -> Result<> {
    if (!talk::is_pinned(hand.rows, key_of(group), ref)) return ClientError::kNoSuchMessage;
    if (hand.group.my_role() == group::Role::kMember) return ClientError::kNotAllowed;
    HW_TRY(hand.post(talk::kUnpinnedKind, talk::encode_ref(ref)));
    return success();
  });
}

Result<> Client::set_draft(const group::GroupId& group, const TalkDraft& draft) {
  if (draft.text.size() > talk::kMostTextBytes) return ClientError::kTextTooLong;
  return impl_->write([&](group::Turn turn) {
    if (draft.text.empty() && !draft.reply_to) {
      turn.rows.erase(kSettingSpace, draft_key(group));
      return success();
    }
    Writer out;
    out.text(draft.text).optional(draft.reply_to.has_value(), [&](Writer& to) { to.raw(*draft.reply_to); });
    turn.rows.put(kSettingSpace, draft_key(group), out.view());
    return success();
  });
}

TalkDraft Client::draft(const group::GroupId& group) {
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  const auto row = rows.get(kSettingSpace, draft_key(group));
  if (!row) return {};
  Reader in(*row);
  TalkDraft draft{in.text(talk::kMostTextBytes)};
  if (in.optional()) draft.reply_to = in.fixed<group::EventId>();
  return in.finish().ok() ? draft : TalkDraft{};
}

// --- Showing ---

TalkMessage Client::Impl::shown(const group::Group& group, const talk::Message& message, Rows& rows) const {
  const auto author = group::PersonId::from(message.author);
  TalkMessage out{.id = group::EventId::from(message.id),
                  .group = group.id(),
                  .author = author,
                  .author_name = group.name_of(author),
                  .mine = message.mine,
                  .text = message.text,
                  .at = message.at};
  const domain::GroupKey key = key_of(group.id());
  if (message.reply_to) {
    const auto to = group::PersonId::from(domain::author_of(*message.reply_to));
    TalkMessage::Answered answered{{}, to, group.name_of(to), {}};
    if (const auto there = talk::message_of(rows, key, *message.reply_to)) {
      answered.message = group::EventId::from(there->id);
      answered.text = beginning(words_of(*there));
      answered.removed = there->removed_by.has_value();
    }
    out.reply_to = std::move(answered);
  }
  for (const domain::Author& person : message.mentions) out.mentions.push_back(group::PersonId::from(person));
  out.mentions_me = std::ranges::find(out.mentions, group.me()) != out.mentions.end();
  out.edited = message.edited_at.ms != 0;
  if (message.removed_by) out.removed_by = group::PersonId::from(*message.removed_by);
  std::map<talk::Sign, TalkMessage::Signed> signs;
  for (const talk::SignOf& one : talk::signs(rows, key, message.place)) {
    TalkMessage::Signed& of = signs[one.sign];
    of.sign = one.sign;
    of.by.push_back(group::PersonId::from(one.person));
    of.mine = of.mine || of.by.back() == group.me();
  }
  for (auto& [sign, of] : signs) out.signs.push_back(std::move(of));
  for (const auto& file : message.files)
    out.files.push_back(files::shown_file(rows, key, message.author, file));
  out.pinned = talk::is_pinned(rows, key, message.ref());
  const bool can = group.standing() == group::Standing::kActive && !message.removed_by;
  out.can_edit = can && message.mine;
  out.can_remove = can && (message.mine || group.my_role() == group::Role::kOrganizer);
  out.can_pin = can && group.my_role() != group::Role::kMember && !domain::is_queued(message.place);
  return out;
}

Result<TalkPage> Client::talk(const group::GroupId& group, size_t limit,
                              std::optional<group::EventId> before) {
  const group::Group* found = find(group);
  if (found == nullptr) return ClientError::kNoSuchGroup;
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  WithWaiting with(rows, *found, impl_->features);
  std::optional<domain::Place> place;
  if (before) {
    place = talk::place_of(with.rows(), key_of(group), domain::EventKey::from(*before));
    if (!place) return ClientError::kNoSuchMessage;
  }
  const talk::Page page = talk::page(with.rows(), key_of(group), place, limit);
  TalkPage out;
  out.more = page.more;
  for (const talk::Message& message : page.messages) {
    out.messages.push_back(impl_->shown(*found, message, with.rows()));
    out.messages.back().state = with.state_of(message);
  }
  return out;
}

std::vector<TalkMessage> Client::search(std::string_view query, std::optional<group::GroupId> group,
                                        size_t limit) {
  std::vector<TalkMessage> out;
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  for (const Peer& peer : impl_->peers) {
    if (peer.group == nullptr || (group && peer.group_id != group)) continue;
    for (const auto& message :
         talk::search(rows, impl_->features.analyzer(), key_of(*peer.group_id), query, limit))
      out.push_back(impl_->shown(*peer.group, message, rows));
  }
  if (!group) {
    std::ranges::sort(out, [](const TalkMessage& a, const TalkMessage& b) {
      return std::tie(b.at, b.id) < std::tie(a.at, a.id);
    });
  }
  if (out.size() > limit) out.erase(out.begin() + static_cast<std::ptrdiff_t>(limit), out.end());
  return out;
}

std::vector<PinnedMessage> Client::pinned(const group::GroupId& group) {
  const group::Group* found = find(group);
  if (found == nullptr) return {};
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  WithWaiting with(rows, *found, impl_->features);
  std::vector<PinnedMessage> out;
  for (const talk::Pin& pin : talk::pins(with.rows(), key_of(group))) {
    PinnedMessage one;
    if (const auto there = talk::message_of(with.rows(), key_of(group), pin.message))
      one.message = group::EventId::from(there->id);
    one.said_as = group::EventId::from(pin.message.view().last(group::EventId::kSize));
    one.author = group::PersonId::from(domain::author_of(pin.message));
    one.by = group::PersonId::from(pin.by);
    one.author_name = found->name_of(one.author);
    one.by_name = found->name_of(one.by);
    one.at = pin.at;
    one.text = pin.text;
    one.can_unpin = found->standing() == group::Standing::kActive && found->my_role() != group::Role::kMember;
    out.push_back(std::move(one));
  }
  return out;
}

Result<> Client::seen(const group::GroupId& group, Instant now) {
  impl_->now = now;
  if (impl_->find_group(group) == nullptr) return ClientError::kNoSuchGroup;
  {
    Transaction rows(impl_->vault, Transaction::Access::kRead);
    if (talk::unread(rows, key_of(group)) == 0) return success();
  }
  HW_TRY(impl_->write([&](group::Turn turn) {
    impl_->features.talk().mark_read(turn.rows, key_of(group));
    return success();
  }));
  impl_->notice(NoticeKind::kTalk, group);
  return success();
}

// --- Keeping ---

Bytes talk_keeping_key(const group::GroupId& group) { return setting_key("talk.keep ", group); }

TalkKeeping Client::Impl::talk_keeping(const group::Group& group, Rows& rows) const {
  const group::PolicyView policy = group.policy();
  TalkKeeping out{policy.retention_days, 0, policy.closes};
  if (const auto row = rows.get(kSettingSpace, talk_keeping_key(group.id()))) {
    Reader in(*row);
    const uint16_t days = in.u16();
    if (in.finish().ok()) out.mine = days;
  }
  return out;
}

TalkKeeping Client::talk_keeping(const group::GroupId& group) {
  const group::Group* found = find(group);
  if (found == nullptr) return {};
  Transaction rows(impl_->vault, Transaction::Access::kRead);
  return impl_->talk_keeping(*found, rows);
}

Result<> Client::set_talk_keeping(const group::GroupId& group, uint16_t days, Instant now) {
  impl_->now = now;
  const group::Group* found = find(group);
  if (found == nullptr) return ClientError::kNoSuchGroup;
  const uint16_t most = found->policy().retention_days;
  if (most != 0 && days > most) return ClientError::kNotAllowed;
  HW_TRY(impl_->write([&](group::Turn turn) {
    Writer out;
    out.u16(days);
    if (days == 0)
      turn.rows.erase(kSettingSpace, talk_keeping_key(group));
    else
      turn.rows.put(kSettingSpace, talk_keeping_key(group), out.view());
    return success();
  }));
  impl_->talk_sweeps.erase(group);
  impl_->keep_talk();
  return success();
}

std::optional<Instant> Client::Impl::next_talk_sweep() const {
  std::optional<Instant> out;
  for (const Peer& peer : peers) {
    if (peer.group == nullptr) continue;
    const auto known = talk_sweeps.find(peer.group->id());
    const group::PolicyView policy = peer.group->policy();
    const bool changed = known == talk_sweeps.end() || known->second.keeping.group != policy.retention_days ||
                         known->second.keeping.closes != policy.closes;
    std::optional<Instant> at;
    if (changed)
      at = now;
    else if (known->second.next.ms != INT64_MAX)
      at = known->second.next;
    if (at) out = out ? std::min(*out, *at) : *at;
  }
  return out;
}

void Client::Impl::keep_talk() {
  for (const Peer& peer : peers) {
    if (peer.group == nullptr) continue;
    const group::GroupId id = peer.group->id();
    const group::PolicyView policy = peer.group->policy();
    const auto known = talk_sweeps.find(id);
    TalkKeeping keeping;
    if (known != talk_sweeps.end()) {
      keeping = {policy.retention_days, known->second.keeping.mine, policy.closes};
      const int64_t left_ms = known->second.next.ms - now.ms;
      // A clock that was set back must not put it off.
      const bool not_yet = left_ms > 0 && (left_ms <= kSweepEvery_ms || known->second.next.ms == INT64_MAX);
      if (keeping == known->second.keeping && not_yet) continue;
    } else {
      Transaction rows(vault, Transaction::Access::kRead);
      keeping = talk_keeping(*peer.group, rows);
    }
    const bool closed = keeping.closes.ms != 0 && now >= keeping.closes;
    if (keeping.days() == 0 && !closed) {
      const Instant next = keeping.closes.ms == 0 ? Instant{INT64_MAX}
                                                  : std::min(keeping.closes, now.after_ms(kSweepEvery_ms));
      talk_sweeps[id] = {keeping, next};
      continue;
    }
    bool gone = false;
    const Result<> done = write([&](group::Turn turn) {
      domain::talk::State& state = features.talk();
      if (closed) {
        gone = talk::last(turn.rows, key_of(id)).has_value();
        state.forget(turn.rows, key_of(id));
        erase_cases_of_others(features, turn.rows, *peer.group);
      } else if (keeping.days() != 0) {
        state.note_times(turn.rows, key_of(id));
        const Instant cutoff{now.ms - keeping.days() * kDay_ms};
        files::drop_unsent(turn.rows, key_of(id), {.messages = cutoff, .files = cutoff});
        gone = state.expire(turn.rows, key_of(id), cutoff, now) > 0;
      }
      return success();
    });
    if (!done.ok()) {  // a full disk: tried again in a while
      talk_sweeps[id] = {keeping, now.after_ms(kTryAgain_ms)};
      continue;
    }
    Instant next = now.after_ms(kSweepEvery_ms);
    if (closed)
      next = {INT64_MAX};
    else if (keeping.closes.ms != 0)
      next = std::min(next, keeping.closes);
    talk_sweeps[id] = {keeping, next};
    if (gone) notice(NoticeKind::kTalk, id);
  }
  std::erase_if(talk_sweeps, [&](const auto& item) {
    return std::ranges::none_of(peers, [&](const Peer& peer) { return peer.group_id == item.first; });
  });
}

}  // namespace homeward::client
