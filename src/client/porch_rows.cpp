// What this vault remembers of porches: notes, stays, invites that went by note, who went.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "client/impl.h"
#include "client/porch.h"
#include "crypto/crypto.h"
#include "group/event.h"
#include "group/invite.h"

namespace homeward::client {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kMostLinkBytes = 600;
constexpr int64_t kDay_ms = 24ll * 3600 * 1000;

uint64_t as_u64(Instant at) { return static_cast<uint64_t>(at.ms); }
Instant as_instant(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

Bytes person_key(const group::GroupId& group, const group::PersonId& person) {
  Bytes key = copy_of(group);
  append(key, person);
  return key;
}

void put_instant(Rows& rows, Space space, BytesView key, Instant at) {
  Writer out;
  out.u64(as_u64(at));
  rows.put(space, key, out.view());
}

std::optional<Instant> get_instant(Rows& rows, Space space, BytesView key) {
  const auto row = rows.get(space, key);
  if (!row) return std::nullopt;
  Reader in(*row);
  const Instant at = as_instant(in.u64());
  if (!in.ok()) return std::nullopt;
  return at;
}

// What is said of the link: until when it holds, and the join that was made of it.
Instant ends_of(const std::string& link) {
  const auto read = group::decode_link(link);
  return read.ok() ? read->ends : Instant{};
}

std::optional<AskedByNote> decode_asked(BytesView row) {
  Reader in(row);
  AskedByNote out;
  if (in.u8() != kVersion) return std::nullopt;
  out.purpose = static_cast<NotePurpose>(in.u8());
  out.where = in.fixed<group::GroupId>();
  out.person = in.fixed<group::PersonId>();
  out.at = as_instant(in.u64());
  out.ends = as_instant(in.u64());
  out.link = in.text(kMostLinkBytes);
  out.words = in.text(kMostPorchWords);
  out.sent = in.u8() != 0;
  if (!in.finish().ok()) return std::nullopt;
  return out;
}

Instant since_of(Rows& rows, const group::Group& porch, const group::Member& member) {
  const auto known = get_instant(rows, kStaysSpace, person_key(porch.id(), member.person));
  return known.value_or(member.since);
}

const group::JoinRequest* find(const std::vector<group::JoinRequest>& all, const group::RequestId& id) {
  const auto at = std::ranges::find(all, id, &group::JoinRequest::id);
  return at == all.end() ? nullptr : &*at;
}

// How she stands in the porch, seen from this device.
PorchOrigin seen_from_here(Rows& rows, const group::Group& inner, const group::Group* porch,
                           const group::PersonId& person, Instant now) {
  PorchOrigin out{.check = PorchCheck::kUnseen, .name = {}, .since = {}};
  const auto rule = inner.policy().porch;
  if (porch == nullptr || !rule) return out;
  out.check = PorchCheck::kGone;
  for (const group::Member& member : porch->members()) {
    if (member.person != person) continue;
    out.name = member.name;
    out.since = since_of(rows, *porch, member);
    out.check = now < out.since.after_ms(rule->days * kDay_ms) ? PorchCheck::kEarly : PorchCheck::kGood;
  }
  return out;
}

}  // namespace

// --- Notes ---

Bytes encode(const NoteContent& note) {
  Writer out;
  out.u8(kVersion).u8(static_cast<uint8_t>(note.purpose)).text(note.link).text(note.words);
  return out.take();
}

std::optional<NoteContent> decode_note(BytesView content) {
  Reader in(content);
  NoteContent out;
  if (in.u8() != kVersion) return std::nullopt;
  const uint8_t purpose = in.u8();
  if (purpose < 1 || purpose > 2) return std::nullopt;
  out.purpose = static_cast<NotePurpose>(purpose);
  out.link = in.text(kMostLinkBytes);
  out.words = in.text(kMostPorchWords);
  if (!in.finish().ok() || !group::is_words(out.words, kMostPorchWords)) return std::nullopt;
  if (!group::decode_link(out.link).ok()) return std::nullopt;
  return out;
}

void keep_note(Rows& rows, const group::GroupId& group, const Note& note) {
  Bytes key = copy_of(group);
  append_key_u64(key, note.position.epoch);
  append_key_u64(key, note.position.number);
  Writer out;
  out.raw(note.from).u64(as_u64(note.at)).opaque(encode(note.content));
  out.u8(note.became ? 1 : 0);
  if (note.became) out.raw(*note.became);
  rows.put(kNoteSpace, key, out.view());
  out.wipe_all();
}

namespace {

std::optional<Note> decode_kept(BytesView key, BytesView row) {
  Note note;
  Reader place(key.last(16));
  note.position.epoch = place.u64();
  note.position.number = place.u64();
  Reader in(row);
  note.from = in.fixed<group::PersonId>();
  note.at = as_instant(in.u64());
  auto content = decode_note(in.opaque());
  if (!content) return std::nullopt;
  note.content = std::move(*content);
  note.ends = ends_of(note.content.link);
  if (in.u8() != 0) note.became = in.fixed<group::GroupId>();
  if (!in.finish().ok()) return std::nullopt;
  return note;
}

}  // namespace

std::vector<Note> notes_of(const Client::Look& look) {
  std::vector<Note> out;
  Rows::Range range = prefix_range(look.group.id());
  range.backwards = true;
  look.rows.scan(kNoteSpace, range, [&](BytesView key, BytesView row) {
    if (auto note = decode_kept(key, row)) out.push_back(std::move(*note));
    return true;
  });
  for (Note& note : out)
    if (const auto join = look.rows.get(kLinkSpace, sha256(view_of(note.content.link))))
      note.join = group::JoinId::from(*join);
  return out;
}

void drop_unused_notes(Rows& rows, const group::GroupId& group, const Note& note) {
  std::vector<Bytes> unused;
  rows.scan(kNoteSpace, prefix_range(group), [&](BytesView key, BytesView row) {
    const auto kept = decode_kept(key, row);
    const bool same = kept && kept->from == note.from && kept->content.purpose == note.content.purpose;
    if (same && !rows.get(kLinkSpace, sha256(view_of(kept->content.link)))) unused.push_back(copy_of(key));
    return true;
  });
  for (const Bytes& key : unused) rows.erase(kNoteSpace, key);
}

void note_led_to(Rows& rows, const group::JoinId& join, const group::GroupId& group) {
  std::optional<std::pair<Bytes, Note>> found;
  rows.scan(kNoteSpace, {}, [&](BytesView key, BytesView row) {
    auto note = decode_kept(key, row);
    const auto made = note ? rows.get(kLinkSpace, sha256(view_of(note->content.link))) : std::nullopt;
    if (!made || !equal(*made, join)) return true;
    found.emplace(copy_of(key), std::move(*note));
    return false;
  });
  if (!found) return;
  found->second.became = group;
  keep_note(rows, group::GroupId::from(BytesView(found->first).first(group::GroupId::kSize)), found->second);
}

// --- Invites that go by note ---

void put_asked(Rows& rows, const group::GroupId& inviting, const group::InviteId& invite,
               const AskedByNote& asked) {
  Bytes key = copy_of(inviting);
  append(key, invite);
  Writer out;
  out.u8(kVersion).u8(static_cast<uint8_t>(asked.purpose)).raw(asked.where).raw(asked.person);
  // Sent: the link is of no more use here.
  out.u64(as_u64(asked.at)).u64(as_u64(asked.ends)).text(asked.sent ? std::string() : asked.link);
  out.text(asked.words).u8(asked.sent ? 1 : 0);
  rows.put(kAskedSpace, key, out.view());
  out.wipe_all();
}

std::vector<std::pair<Bytes, AskedByNote>> asked_in(Rows& rows, const group::GroupId& where) {
  std::vector<std::pair<Bytes, AskedByNote>> out;
  rows.scan(kAskedSpace, {}, [&](BytesView key, BytesView row) {
    auto asked = decode_asked(row);
    if (asked && asked->where == where) out.emplace_back(copy_of(key), std::move(*asked));
    return true;
  });
  return out;
}

// --- Who stays ---

// Of somebody who came while this device was looking it knows that she was not there before; what her
// sponsor claimed cannot make her stay longer than that.
void notice_stays(Rows& rows, const group::Group& porch, Instant now) {
  const group::GroupId& id = porch.id();
  const Instant alive = get_instant(rows, kAliveSpace, id).value_or(Instant{});
  std::set<Bytes> present;
  for (const group::Member& member : porch.members()) {
    Bytes key = person_key(id, member.person);
    if (!rows.get(kStaysSpace, key))
      put_instant(rows, kStaysSpace, key, std::min(now, std::max(member.since, alive)));
    present.insert(std::move(key));
  }
  std::vector<Bytes> gone;
  rows.scan(kStaysSpace, prefix_range(id), [&](BytesView key, BytesView) {
    if (!present.contains(copy_of(key))) gone.push_back(copy_of(key));
    return true;
  });
  for (const Bytes& key : gone) rows.erase(kStaysSpace, key);
  if (porch.caught_up()) put_instant(rows, kAliveSpace, id, now);
}

std::vector<Stay> stays_of(const Client::Look& porch, uint16_t days) {
  std::map<group::PersonId, Instant> asked;
  for (const auto& [key, one] : asked_in(porch.rows, porch.group.id()))
    if (one.purpose == NotePurpose::kFurtherIn && porch.now < one.ends) asked[one.person] = one.at;
  std::vector<Stay> out;
  for (group::Member& member : porch.group.members()) {
    Stay stay;
    stay.since = since_of(porch.rows, porch.group, member);
    stay.until = stay.since.after_ms(days * kDay_ms);
    stay.over = porch.now >= stay.until;
    if (const auto at = asked.find(member.person); at != asked.end()) stay.asked = at->second;
    stay.member = std::move(member);
    out.push_back(std::move(stay));
  }
  return out;
}

// --- Requests in the inner group ---

PorchOrigin porch_origin(Rows& rows, const group::Group& inner, const group::Group* porch,
                         const group::JoinRequest& request, Instant now) {
  if (request.from_porch) {
    PorchOrigin out = seen_from_here(rows, inner, porch, request.from_porch->person, now);
    if (out.check == PorchCheck::kUnseen) out.since = request.from_porch->since;
    return out;
  }
  if (!request.invite) return {};
  Bytes key = copy_of(inner.id());
  append(key, *request.invite);
  const auto row = rows.get(kAskedSpace, key);
  const auto asked = row ? decode_asked(*row) : std::nullopt;
  if (!asked || asked->purpose != NotePurpose::kFurtherIn) return {};
  PorchOrigin out = seen_from_here(rows, inner, porch, asked->person, now);
  if (out.check == PorchCheck::kUnseen) out.check = PorchCheck::kGone;  // who cannot look cannot say
  return out;
}

Result<std::optional<group::FromPorch>> porch_claim(Rows& rows, const group::Group& inner,
                                                    const group::Group* porch,
                                                    const group::RequestId& request, Instant now) {
  const auto all = inner.requests(now);
  const group::JoinRequest* found = find(all, request);
  if (found == nullptr || found->from_porch) return std::optional<group::FromPorch>{};
  const PorchOrigin origin = porch_origin(rows, inner, porch, *found, now);
  if (origin.check == PorchCheck::kNotFromThere) return std::optional<group::FromPorch>{};
  if (origin.check == PorchCheck::kEarly) return PorchError::kTooEarly;
  if (origin.check != PorchCheck::kGood) return PorchError::kNotThere;
  Bytes key = copy_of(inner.id());
  append(key, *found->invite);
  const auto asked = decode_asked(*rows.get(kAskedSpace, key));
  return std::optional<group::FromPorch>{{asked->person, origin.since}};
}

Result<> porch_allows(Rows& rows, const group::Group& inner, const group::Group* porch,
                      const group::RequestId& request, Instant now) {
  const auto all = inner.requests(now);
  const group::JoinRequest* found = find(all, request);
  if (found == nullptr) return success();
  switch (porch_origin(rows, inner, porch, *found, now).check) {
    case PorchCheck::kEarly:
      return PorchError::kTooEarly;
    case PorchCheck::kGone:
      return PorchError::kNotThere;
    default:
      return success();
  }
}

// --- Who went ---

void notice_departures(Rows& rows, const group::Group& group, Instant now) {
  const bool first = !rows.get(kDepartedSpace, group.id());
  if (first) rows.put(kDepartedSpace, group.id(), {});
  std::set<Bytes> away;
  for (const group::PersonId& person : group.departed()) {
    Bytes key = person_key(group.id(), person);
    if (!rows.get(kDepartedSpace, key)) {
      Writer out;
      out.u64(first ? 0 : as_u64(now)).u64(group.epoch());  // 0: before this device was here
      rows.put(kDepartedSpace, key, out.view());
    }
    away.insert(std::move(key));
  }
  std::vector<Bytes> back;
  rows.scan(kDepartedSpace, prefix_range(group.id()), [&](BytesView key, BytesView) {
    if (key.size() > group::GroupId::kSize && !away.contains(copy_of(key))) back.push_back(copy_of(key));
    return true;
  });
  for (const Bytes& key : back) rows.erase(kDepartedSpace, key);
}

std::vector<Departed> departed_of(const Client::Look& look) {
  std::vector<Departed> out;
  look.rows.scan(kDepartedSpace, prefix_range(look.group.id()), [&](BytesView key, BytesView row) {
    if (key.size() != group::GroupId::kSize + group::PersonId::kSize) return true;
    Departed one;
    one.person = group::PersonId::from(key.last(group::PersonId::kSize));
    Reader in(row);
    one.noticed = as_instant(in.u64());
    one.epoch = in.u64();
    one.name = look.group.name_of(one.person);
    if (in.finish().ok() && one.noticed.ms != 0) out.push_back(std::move(one));
    return true;
  });
  std::ranges::sort(out, std::greater{}, &Departed::noticed);
  return out;
}

bool is_left_out(Rows& rows, const group::GroupId& porch, const group::PersonId& person) {
  return rows.get(kLeftOutSpace, person_key(porch, person)).has_value();
}

void set_left_out(Rows& rows, const group::GroupId& porch, const group::PersonId& person, bool out) {
  const Bytes key = person_key(porch, person);
  if (out)
    rows.put(kLeftOutSpace, key, {});
  else
    rows.erase(kLeftOutSpace, key);
}

void forget_porch(Rows& rows, const group::GroupId& group) {
  for (const Space space :
       {kNoteSpace, kCoverSpace, kAliveSpace, kStaysSpace, kAskedSpace, kDepartedSpace, kLeftOutSpace})
    rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::client
