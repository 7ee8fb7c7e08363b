#include "client/doubles.h"

#include <set>

#include "client/cases.h"
#include "client/features.h"
#include "crypto/crypto.h"
#include "domain/names/names.h"
#include "domain/words/words.h"

namespace homeward::client {
namespace {

using domain::doubles::Fingerprint;
using domain::doubles::Key;
using domain::doubles::KeyAnnounced;
using domain::doubles::Of;

// group → what was looked at last: newest place of the cases' log and of the doubles' log.
constexpr Space kLookedSpace = 0x3120;
// group ‖ case → the place of the sealed fields whose fingerprints were posted, and the key's name.
constexpr Space kPostedSpace = 0x3121;

Fingerprint fingerprint(const Key& key, Of of, std::span<const std::string_view> parts) {
  Writer content;
  content.text("homeward double").u8(domain::names::kVersion).u8(static_cast<uint8_t>(of));
  for (const std::string_view part : parts) content.text(part);
  const Digest digest = Suite::find(SuiteId::kX25519ChaChaSha256Ed25519)->hmac(key, content.view());
  content.wipe_all();
  Fingerprint out;
  out.data[0] = static_cast<uint8_t>(of);
  std::copy_n(digest.data.begin(), Fingerprint::kSize - 1, out.data.begin() + 1);
  return out;
}

bool is_year(std::string_view text) {
  return text.size() == 4 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Of what was taken in: what waits to be sent changes nothing here.
domain::Place newest_place(Rows& rows, Space space, const domain::GroupKey& group) {
  Rows::Range newest = prefix_range(group);
  newest.until = copy_of(group);
  domain::words::append_place(newest.until, {.epoch = domain::kQueuedEpoch, .number = 0});
  newest.backwards = true;
  newest.limit = 1;
  domain::Place out;
  rows.scan(space, newest, [&](BytesView key, BytesView) {
    out = domain::words::read_place(key.last(16));
    return false;
  });
  return out;
}

Bytes looked_at(Rows& rows, const domain::GroupKey& group) {
  Bytes out;
  domain::words::append_place(out, newest_place(rows, domain::cases::kLog.space, group));
  domain::words::append_place(out, newest_place(rows, domain::doubles::kLog.space, group));
  return out;
}

Bytes case_key(const domain::GroupKey& group, const domain::Ref& ref) {
  Bytes key = copy_of(group);
  append(key, ref);
  return key;
}

Result<> announce_key(const Client::Hand& hand) {
  KeyAnnounced made{.key = hand.random.fixed<Key>(), .name = {}};
  made.name = domain::doubles::KeyName::from(sha256(made.key).view().first(8));
  HW_TRY(hand.post(domain::doubles::kKeyKind, domain::doubles::encode(made)));
  return success();
}

Result<> publish(const Client::Hand& hand, const KeyAnnounced& key, const domain::cases::CaseRow& row) {
  const domain::GroupKey group = key_of(hand.group.id());
  Bytes posted;
  domain::words::append_place(posted, row.sealed);
  append(posted, key.name);
  const Bytes place = case_key(group, row.ref);
  if (const std::optional<Bytes> before = hand.rows.get(kPostedSpace, place); before == posted)
    return success();
  const std::optional<SealedCaseFields> fields = open_fields(hand.rows, hand.group, row);
  if (!fields) return success();
  std::vector<Fingerprint> made = fingerprints_of_man(key.key, fields->name, fields->birth_day);
  const auto kept = domain::doubles::fingerprints_of(hand.rows, group, row.ref);
  const bool same = kept ? kept->key == key.name && kept->fingerprints == made : made.empty();
  if (!same)
    HW_TRY(hand.post(domain::doubles::kFingerprintsKind,
                     domain::doubles::encode(domain::doubles::FingerprintsPublished{
                         .case_ref = row.ref, .key = key.name, .fingerprints = std::move(made)})));
  hand.rows.put(kPostedSpace, place, posted);
  return success();
}

}  // namespace

Fingerprint surname_fingerprint(const Key& key, std::string_view sound) {
  return fingerprint(key, Of::kSurname, {{sound}});
}

std::vector<Fingerprint> fingerprints_of_man(const Key& key, std::string_view name,
                                             std::string_view birth_day) {
  const std::optional<domain::names::Name> parts = domain::names::take_apart(name);
  if (!parts) return {};
  std::set<Fingerprint> out;
  const std::string_view year = birth_day.substr(0, 4);
  const std::string_view surname = parts->surname;
  const std::string_view given = parts->given;
  if (surname.size() >= 3) out.insert(surname_fingerprint(key, surname));
  if (!given.empty() && is_year(year))
    out.insert(fingerprint(key, Of::kInitialAndYear, {{surname, given.substr(0, 1), year}}));
  if (given.size() > 1 && is_year(year))
    out.insert(fingerprint(key, Of::kNameAndYear, {{surname, given, year}}));
  if (given.size() > 1 && parts->patronymic.size() > 1)
    out.insert(fingerprint(key, Of::kWholeName, {{surname, given, parts->patronymic}}));
  return {out.begin(), out.end()};
}

Result<> keep_doubles(const Client::Hand& hand) {
  if (hand.group.standing() != group::Standing::kActive) return success();
  const domain::GroupKey group = key_of(hand.group.id());
  const Bytes now_at = looked_at(hand.rows, group);
  if (hand.rows.get(kLookedSpace, group) == now_at) return success();
  const auto me = domain::Author::from(hand.group.me());
  const std::vector<domain::Ref> mine = domain::cases::cases_of(hand.rows, group, me);
  const std::optional<KeyAnnounced> key = domain::doubles::key(hand.rows, group);
  bool sealed = false;
  for (const domain::Ref& ref : mine) {
    if (domain::author_of(ref) != me) continue;
    const auto row = domain::cases::find(hand.rows, group, ref);
    if (!row || row->sealed == domain::Place{}) continue;
    sealed = true;
    if (key) HW_TRY(publish(hand, *key, *row));
  }
  const auto waiting = hand.group.waiting(hand.rows);
  const bool announced = std::ranges::any_of(
      waiting, [](const group::Group::Waiting& one) { return one.event.kind == domain::doubles::kKeyKind; });
  if (sealed && !key && !announced) HW_TRY(announce_key(hand));
  hand.rows.put(kLookedSpace, group, now_at);
  return success();
}

Result<> keep_doubles(Client& client, const group::GroupId& group, Instant now) {
  bool due = false;
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    due = look.rows.get(kLookedSpace, key_of(group)) != looked_at(look.rows, key_of(group));
    return success();
  }));
  if (!due) return success();
  return client.change(group, now, [](const Client::Hand& hand) { return keep_doubles(hand); });
}

void forget_doubles(Rows& rows, const group::GroupId& group) {
  rows.erase(kLookedSpace, group);
  rows.erase_range(kPostedSpace, prefix_range(group));
}

Result<> answer_double(const Client::Hand& hand, const domain::doubles::Answer& answer) {
  HW_TRY(hand.post(domain::doubles::kAnswerKind, domain::doubles::encode(answer)));
  return success();
}

std::vector<domain::doubles::Pair> my_doubles(const Client::Look& look) {
  const domain::GroupKey group = key_of(look.group.id());
  const auto me = domain::Author::from(look.group.me());
  return domain::doubles::pairs_of(look.rows, group, me, domain::cases::cases_of(look.rows, group, me));
}

}  // namespace homeward::client
