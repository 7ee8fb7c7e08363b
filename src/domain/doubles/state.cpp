#include "domain/doubles/state.h"

#include "codec/codec.h"
#include "domain/cases/queries.h"
#include "domain/words/words.h"

namespace homeward::domain::doubles {
namespace {

Bytes key_of(const GroupKey& group, BytesView first, BytesView second = {}) {
  Bytes key = copy_of(group);
  append(key, first);
  append(key, second);
  return key;
}

bool is_case(const Context& context, const Ref& ref) {
  return cases::find(context.rows, context.group, ref).has_value();
}

void put(Rows& rows, const GroupKey& group, const Ref& case_ref, const CaseFingerprints& kept) {
  Writer out;
  out.raw(kept.key);
  out.vector([&](Writer& all) {
    for (const Fingerprint& one : kept.fingerprints) all.raw(one);
  });
  for (const Place& place : kept.places) out.u64(place.epoch).u64(place.number);
  rows.put(kCaseSpace, key_of(group, case_ref), out.view());
}

// The event at this place is about the case: it goes when the case does.
void remember_place(const Context& context, const Ref& case_ref) {
  CaseFingerprints kept = fingerprints_of(context.rows, context.group, case_ref).value_or(CaseFingerprints{});
  kept.places.push_back(context.place);
  put(context.rows, context.group, case_ref, kept);
}

bool fold_key(const Context& context, const Event& event) {
  const Result<KeyAnnounced> said = decode_key(event.body);
  if (!said || context.rows.get(kKeySpace, context.group)) return false;
  Writer out;
  out.raw(said->key).raw(said->name);
  context.rows.put(kKeySpace, context.group, out.view());
  return true;
}

bool fold_fingerprints(const Context& context, const Event& event) {
  const Result<FingerprintsPublished> said = decode_fingerprints(event.body);
  if (!said) return false;
  if (author_of(said->case_ref) != context.author) {
    kRefused.note(context, event);
    return false;
  }
  if (!is_case(context, said->case_ref)) return false;
  Rows& rows = context.rows;
  CaseFingerprints kept = fingerprints_of(rows, context.group, said->case_ref).value_or(CaseFingerprints{});
  for (const Fingerprint& old : kept.fingerprints)
    rows.erase(kByFingerprintSpace, key_of(context.group, old, said->case_ref));
  for (const Fingerprint& one : said->fingerprints)
    rows.put(kByFingerprintSpace, key_of(context.group, one, said->case_ref), {});
  kept.key = said->key;
  kept.fingerprints = said->fingerprints;
  kept.places.push_back(context.place);
  put(rows, context.group, said->case_ref, kept);
  return true;
}

bool fold_answer(const Context& context, const Event& event) {
  const Result<Answer> said = decode_answer(event.body);
  if (!said) return false;
  if (author_of(said->mine) != context.author) {
    kRefused.note(context, event);
    return false;
  }
  if (!is_case(context, said->mine) || !is_case(context, said->other)) return false;
  Writer out;
  out.u8(said->agree ? 1 : 0);
  context.rows.put(kAnswerSpace, key_of(context.group, said->mine, said->other), out.view());
  remember_place(context, said->mine);
  remember_place(context, said->other);
  return true;
}

}  // namespace

std::optional<CaseFingerprints> fingerprints_of(Rows& rows, const GroupKey& group, const Ref& case_ref) {
  const std::optional<Bytes> row = rows.get(kCaseSpace, key_of(group, case_ref));
  if (!row) return std::nullopt;
  Reader reader(*row);
  CaseFingerprints kept;
  kept.key = reader.fixed<KeyName>();
  Reader all = reader.vector();
  while (!all.empty()) kept.fingerprints.push_back(all.fixed<Fingerprint>());
  while (!reader.empty()) {
    Place place;
    place.epoch = reader.u64();
    place.number = reader.u64();
    kept.places.push_back(place);
  }
  return kept;
}

bool State::fold(const Context& context, const Event& event) {
  bool accepted = false;
  if (event.kind == kKeyKind) accepted = fold_key(context, event);
  if (event.kind == kFingerprintsKind) accepted = fold_fingerprints(context, event);
  if (event.kind == kAnswerKind) accepted = fold_answer(context, event);
  if (accepted) kLog.append(context, event);
  return accepted;
}

void State::forget_case(Rows& rows, const GroupKey& group, const Ref& case_ref) {
  const std::optional<CaseFingerprints> kept = fingerprints_of(rows, group, case_ref);
  if (!kept) return;
  for (const Place& place : kept->places) kLog.erase(rows, group, place);
  for (const Fingerprint& one : kept->fingerprints)
    rows.erase(kByFingerprintSpace, key_of(group, one, case_ref));
  std::vector<Bytes> answers;
  rows.scan(kAnswerSpace, prefix_range(key_of(group, case_ref)), [&](BytesView key, BytesView) {
    answers.push_back(copy_of(key));
    return true;
  });
  rows.scan(kAnswerSpace, prefix_range(group), [&](BytesView key, BytesView) {
    if (equal(key.last(Ref::kSize), case_ref)) answers.push_back(copy_of(key));
    return true;
  });
  // The other case forgets the places too: what is in its row must be the same for who folds the log anew.
  for (const Bytes& key : answers) {
    rows.erase(kAnswerSpace, key);
    const BytesView pair = BytesView(key).subspan(GroupKey::kSize);
    for (const Ref& one : {Ref::from(pair.first(Ref::kSize)), Ref::from(pair.last(Ref::kSize))}) {
      std::optional<CaseFingerprints> other = fingerprints_of(rows, group, one);
      if (one == case_ref || !other) continue;
      std::erase_if(other->places, [&](const Place& place) {
        return std::ranges::find(kept->places, place) != kept->places.end();
      });
      if (other->places.empty())
        rows.erase(kCaseSpace, key_of(group, one));
      else
        put(rows, group, one, *other);
    }
  }
  rows.erase(kCaseSpace, key_of(group, case_ref));
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget(Rows& rows, const GroupKey& group) {
  kLog.forget(rows, group);
  kRefused.forget(rows, group);
  rows.erase(kKeySpace, group);
  for (const Space space : {kByFingerprintSpace, kCaseSpace, kAnswerSpace})
    rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain::doubles
