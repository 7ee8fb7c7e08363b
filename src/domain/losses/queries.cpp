#include "domain/losses/queries.h"

#include <algorithm>

#include "domain/losses/rows.h"
#include "domain/words/words.h"

namespace homeward::domain::losses {
namespace {

constexpr size_t kGroupBytes = GroupKey::kSize;

// Newest place first; of one place the first number first.
template <class Kept>
void newest_first(std::vector<Kept>& all) {
  std::ranges::stable_sort(all, [](const Kept& x, const Kept& y) { return x.place > y.place; });
}

}  // namespace

// --- Records ---

std::optional<KeptRecord> record(Rows& rows, const GroupKey& group, const RecordId& id) {
  const std::optional<Bytes> value = rows.get(kRecordSpace, group_key(group, id));
  return value ? decode_record(id, *value) : std::nullopt;
}

void for_each_record(Rows& rows, const GroupKey& group, const std::function<bool(const KeptRecord&)>& visit) {
  Rows::Range newest = prefix_range(group);
  newest.backwards = true;
  rows.scan(kOrderSpace, newest, [&](BytesView, BytesView value) {
    if (value.size() != RecordId::kSize) return true;
    const std::optional<KeptRecord> one = record(rows, group, RecordId::from(value));
    return !one || visit(*one);
  });
}

std::optional<KeptBatch> batch(Rows& rows, const GroupKey& group, const Ref& id) {
  const std::optional<Bytes> value = rows.get(kBatchSpace, group_key(group, id));
  return value ? decode_batch(*value) : std::nullopt;
}

std::vector<std::pair<Ref, KeptBatch>> batches(Rows& rows, const GroupKey& group) {
  std::vector<std::pair<Ref, KeptBatch>> out;
  rows.scan(kBatchSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    if (const auto one = decode_batch(value)) out.emplace_back(Ref::from(key.subspan(kGroupBytes)), *one);
    return true;
  });
  return out;
}

Bytes names_bound_to(const Piece& piece) {
  Writer out;
  out.raw(piece.import).u16(piece.index);
  return out.take();
}

std::optional<SealedNames> sealed_names(Rows& rows, const GroupKey& group, const Ref& id) {
  const std::optional<KeptBatch> found = batch(rows, group, id);
  if (!found || !found->has_names) return std::nullopt;
  SealedNames out{.by = found->sealed_by, .about = names_bound_to(found->piece), .sealed = {}};
  kLog.at(rows, group, found->sealed_place, [&](const Context&, const Event& event) {
    if (event.kind == kRecordsAdded) {
      if (auto body = decode<RecordsAdded>(event.body)) out.sealed = std::move(body->sealed);
    } else if (auto body = decode<NamesSealed>(event.body)) {
      out.sealed = std::move(body->sealed);
    }
    return true;
  });
  return out;
}

void history(Rows& rows, const GroupKey& group, const RecordId& id, const Log::Visit& visit) {
  std::vector<Place> places;
  const Bytes prefix = group_key(group, id);
  rows.scan(kHistorySpace, prefix_range(prefix), [&](BytesView key, BytesView) {
    places.push_back(words::read_place(key.subspan(prefix.size())));
    return true;
  });
  for (const Place& place : places) kLog.at(rows, group, place, visit);
}

// --- Lists and claims ---

std::optional<KeptList> list(Rows& rows, const GroupKey& group, const Ref& id) {
  const std::optional<Bytes> value = rows.get(kListSpace, group_key(group, id));
  return value ? decode_list(id, *value) : std::nullopt;
}

std::vector<KeptList> lists(Rows& rows, const GroupKey& group) {
  std::vector<KeptList> out;
  rows.scan(kListSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    if (auto one = decode_list(Ref::from(key.subspan(kGroupBytes)), value)) out.push_back(std::move(*one));
    return true;
  });
  newest_first(out);
  return out;
}

std::optional<KeptClaim> claim(Rows& rows, const GroupKey& group, const Ref& event, uint32_t number) {
  const std::optional<Bytes> value = rows.get(kClaimSpace, claim_key(group, event, number));
  return value ? decode_claim_row(event, number, *value) : std::nullopt;
}

std::vector<KeptClaim> claims(Rows& rows, const GroupKey& group) {
  std::vector<KeptClaim> out;
  rows.scan(kClaimSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    const auto id = RecordId::from(key.subspan(kGroupBytes));
    if (auto one = decode_claim_row(batch_of(id), number_of(id), value)) out.push_back(std::move(*one));
    return true;
  });
  newest_first(out);
  return out;
}

// --- Pairs ---

Outcome outcome_of(std::span<const Word> words) {
  size_t same = 0;
  size_t different = 0;
  bool hard = false;
  for (const Word& word : words) {
    same += word.verdict == Verdict::kSame ? 1 : 0;
    different += word.verdict == Verdict::kDifferent ? 1 : 0;
    hard = hard || (word.permille >= kHardFrom && word.permille <= kHardTo);
  }
  if (same > 0 && different > 0) return Outcome::kDisputed;
  if (same + different == 0) return Outcome::kOpen;
  if (same + different < (hard ? 2u : 1u)) return Outcome::kWaits;
  return same > 0 ? Outcome::kSame : Outcome::kDifferent;
}

std::vector<Word> words_on(Rows& rows, const GroupKey& group, const Pair& pair) {
  std::vector<Word> out;
  const Bytes prefix = pair_prefix(group, pair);
  rows.scan(kDecisionSpace, prefix_range(prefix), [&](BytesView key, BytesView value) {
    if (auto word = decode_word(Author::from(key.subspan(prefix.size())), value))
      out.push_back(std::move(*word));
    return true;
  });
  return out;
}

std::vector<DecidedPair> decided_pairs(Rows& rows, const GroupKey& group) {
  std::vector<DecidedPair> out;
  rows.scan(kDecisionSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    const Pair pair{RecordId::from(key.subspan(kGroupBytes, RecordId::kSize)),
                    RecordId::from(key.subspan(kGroupBytes + RecordId::kSize, RecordId::kSize))};
    auto word = decode_word(Author::from(key.last(Author::kSize)), value);
    if (!word) return true;
    if (out.empty() || out.back().pair != pair) out.push_back({.pair = pair, .words = {}});
    out.back().words.push_back(std::move(*word));
    return true;
  });
  for (DecidedPair& one : out) one.outcome = outcome_of(one.words);
  return out;
}

// --- Who verifies ---

bool is_named_verifier(Rows& rows, const GroupKey& group, const Author& person) {
  return rows.get(kVerifierSpace, group_key(group, person)).has_value();
}

std::vector<Author> named_verifiers(Rows& rows, const GroupKey& group) {
  std::vector<Author> out;
  rows.scan(kVerifierSpace, prefix_range(group), [&](BytesView key, BytesView) {
    out.push_back(Author::from(key.subspan(kGroupBytes)));
    return true;
  });
  return out;
}

size_t unfinished_imports(Rows& rows, const GroupKey& group) {
  size_t out = 0;
  Bytes import;  // the key without the index
  size_t there = 0;
  size_t of = 0;
  const auto end = [&] { out += there < of ? 1 : 0; };
  rows.scan(kPieceSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    const auto piece = decode_piece(value);
    if (!piece) return true;
    const BytesView mine = key.first(key.size() - 2);
    if (!equal(mine, import)) {
      end();
      import = copy_of(mine);
      there = 0;
    }
    of = piece->of;
    ++there;
    return true;
  });
  end();
  return out;
}

}  // namespace homeward::domain::losses
