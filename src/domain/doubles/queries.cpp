#include "domain/doubles/queries.h"

#include <set>

#include "codec/codec.h"

namespace homeward::domain::doubles {
namespace {

Bytes key_of(const GroupKey& group, BytesView first, BytesView second = {}) {
  Bytes key = copy_of(group);
  append(key, first);
  append(key, second);
  return key;
}

Said said(Rows& rows, const GroupKey& group, const Ref& mine, const Ref& other) {
  const std::optional<Bytes> row = rows.get(kAnswerSpace, key_of(group, mine, other));
  if (!row || row->size() != 1) return Said::kNothing;
  return (*row)[0] == 1 ? Said::kYes : Said::kNo;
}

std::vector<Ref> last_refs(Rows& rows, Space space, const Bytes& prefix) {
  std::vector<Ref> out;
  rows.scan(space, prefix_range(prefix), [&](BytesView key, BytesView) {
    out.push_back(Ref::from(key.last(Ref::kSize)));
    return true;
  });
  return out;
}

}  // namespace

std::optional<KeyAnnounced> key(Rows& rows, const GroupKey& group) {
  const std::optional<Bytes> row = rows.get(kKeySpace, group);
  if (!row) return std::nullopt;
  Reader reader(*row);
  KeyAnnounced out;
  out.key = reader.fixed<Key>();
  out.name = reader.fixed<KeyName>();
  return out;
}

std::vector<Ref> with(Rows& rows, const GroupKey& group, const Fingerprint& fingerprint) {
  return last_refs(rows, kByFingerprintSpace, key_of(group, fingerprint));
}

std::vector<Pair> pairs_of(Rows& rows, const GroupKey& group, const Author& person,
                           std::span<const Ref> cases_of_person) {
  const std::optional<KeyAnnounced> current = key(rows, group);
  std::vector<Pair> out;
  for (const Ref& mine : cases_of_person) {
    if (author_of(mine) != person) continue;
    std::set<Ref> others;
    const std::optional<CaseFingerprints> kept = fingerprints_of(rows, group, mine);
    if (kept && current && kept->key == current->name) {
      for (const Fingerprint& one : kept->fingerprints) {
        if (one.data[0] == static_cast<uint8_t>(Of::kSurname)) continue;
        for (const Ref& other : with(rows, group, one))
          // Two cases of one speaker she knows herself.
          if (author_of(other) != person && fingerprints_of(rows, group, other)->key == current->name)
            others.insert(other);
      }
    }
    for (const Ref& other : last_refs(rows, kAnswerSpace, key_of(group, mine))) others.insert(other);
    for (const Ref& other : others)
      out.push_back({mine, other, said(rows, group, mine, other), said(rows, group, other, mine)});
  }
  return out;
}

std::vector<Ref> joined_with(Rows& rows, const GroupKey& group, const Ref& case_ref) {
  std::vector<Ref> out{case_ref};
  for (size_t i = 0; i < out.size(); ++i) {
    const Ref one = out[i];
    for (const Ref& other : last_refs(rows, kAnswerSpace, key_of(group, one))) {
      const bool is_new = std::ranges::find(out, other) == out.end();
      if (is_new && said(rows, group, one, other) == Said::kYes &&
          said(rows, group, other, one) == Said::kYes)
        out.push_back(other);
    }
  }
  out.erase(out.begin());
  return out;
}

std::vector<std::pair<Ref, Ref>> joined(Rows& rows, const GroupKey& group) {
  std::set<std::pair<Ref, Ref>> agreed;
  rows.scan(kAnswerSpace, prefix_range(group), [&](BytesView row_key, BytesView value) {
    const BytesView pair = row_key.subspan(GroupKey::kSize);
    if (value.size() == 1 && value[0] == 1)
      agreed.emplace(Ref::from(pair.first(Ref::kSize)), Ref::from(pair.last(Ref::kSize)));
    return true;
  });
  std::vector<std::pair<Ref, Ref>> out;
  for (const auto& [a, b] : agreed)
    if (a < b && agreed.contains({b, a})) out.emplace_back(a, b);
  return out;
}

}  // namespace homeward::domain::doubles
