#include "client/losses_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "client/features.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "losses_stats/csv.h"
#include "losses_stats/link.h"
#include "losses_stats/names.h"

namespace homeward::client {
namespace {

namespace losses = domain::losses;
namespace stats = losses_stats;

// A column of lists with more values than this is not compared as such (losses_stats/people.h).
constexpr size_t kMostLists = 12;

// What of a record is compared.
struct Compared {
  losses::RecordId id;
  std::string list;  // the first source's publisher
  NameVariant name;
  std::string birth, death, region, district, rank, unit;
};

template <class T>
std::string first(const std::vector<losses::Said<T>>& said) {
  return said.empty() ? std::string() : said.front().value;
}

// A range is no date that somebody wrote: the parts that all of it shares stand for it.
std::string day_of(const std::optional<losses::Span>& span) {
  if (!span) return {};
  if (span->precision != losses::Precision::kRange) return losses::text_of_span(*span);
  const auto month = losses::month_of(*span);
  return month ? losses::text_of_month(*month) : std::string();
}

Compared compared_of(const losses::KeptRecord& record, const SealedMan& man) {
  const losses::Agreed agreed = record.agreed();
  Compared out{.id = record.id,
               .list = losses::plain_key(record.sources.front().said.publisher),
               .name = man.names.empty() ? NameVariant{} : man.names.front(),
               .birth = man.birth,
               .death = day_of(agreed.died),
               .region = first(agreed.regions),
               .district = first(agreed.districts),
               .rank = first(agreed.ranks),
               .unit = first(agreed.units)};
  return out;
}

std::string csv_of(const std::vector<Compared>& all) {
  std::map<std::string, size_t> lists;
  for (const Compared& one : all) ++lists[one.list];
  const bool by_list = lists.size() > 1 && lists.size() <= kMostLists;
  std::string out = "rec_id,source,surname,given,patronymic,birth,death,region_iso,settlement,rank,unit\n";
  for (size_t i = 0; i < all.size(); ++i) {
    const Compared& one = all[i];
    out += std::to_string(i) + "," + (by_list ? stats::csv_field(one.list) : "");
    for (const std::string* cell : {&one.name.surname, &one.name.given, &one.name.patronymic, &one.birth,
                                    &one.death, &one.region, &one.district, &one.rank, &one.unit})
      out += "," + stats::csv_field(*cell);
    out += "\n";
  }
  return out;
}

std::vector<stats::LinkDecision> decisions(const std::vector<losses::DecidedPair>& pairs,
                                           const std::vector<Compared>& all) {
  std::vector<stats::LinkDecision> out;
  const auto find = [&](const losses::RecordId& id) -> std::optional<uint32_t> {
    const auto found = std::ranges::lower_bound(all, id, {}, &Compared::id);
    if (found == all.end() || found->id != id) return std::nullopt;
    return static_cast<uint32_t>(found - all.begin());
  };
  for (const losses::DecidedPair& one : pairs) {
    if (one.outcome != losses::Outcome::kSame && one.outcome != losses::Outcome::kDifferent) continue;
    const auto a = find(one.pair.a);
    const auto b = find(one.pair.b);
    if (a && b) out.push_back({std::min(*a, *b), std::max(*a, *b), one.outcome == losses::Outcome::kSame});
  }
  return out;
}

Hash hash_of(const std::string& csv, const std::vector<losses::DecidedPair>& pairs,
             const std::vector<Compared>& all) {
  Writer out;
  out.text(csv);
  for (const Compared& one : all) out.raw(one.id);
  for (const losses::DecidedPair& pair : pairs)
    out.raw(pair.pair.a).raw(pair.pair.b).u8(static_cast<uint8_t>(pair.outcome));
  const Hash hash = sha256(out.view());
  out.wipe_all();
  return hash;
}

uint16_t permille_of(double probability) {
  return static_cast<uint16_t>(std::clamp(std::lround(probability * 1000), 0L, 1000L));
}

// The names of a batch are opened once for all its records.
class Names {
 public:
  Names(Rows& rows, const group::Group& group) : rows_(rows), group_(group) {}
  SealedMan of(const losses::KeptRecord& record) {
    const domain::Ref batch = losses::batch_of(record.id);
    auto known = known_.find(batch);
    if (known == known_.end()) known = known_.emplace(batch, read_names(rows_, group_, batch)).first;
    SealedMan out;
    const size_t number = losses::number_of(record.id);
    if (known->second && number < known->second->size()) out = (*known->second)[number];
    for (const std::string& open : record.open_names) {
      const stats::WholeName name = stats::split_name(open);
      out.names.push_back({name.surname, name.given, name.patronymic});
    }
    return out;
  }

 private:
  Rows& rows_;
  const group::Group& group_;
  std::map<domain::Ref, std::optional<std::vector<SealedMan>>> known_;
};

}  // namespace

SealedMan man_of(Rows& rows, const group::Group& group, const losses::KeptRecord& record) {
  return Names(rows, group).of(record);
}

const std::vector<LossPair>& LossPairs::pairs(Rows& rows, const group::Group& group) {
  const domain::GroupKey key = key_of(group.id());
  std::vector<Compared> all;
  Names names(rows, group);
  losses::for_each_record(rows, key, [&](const losses::KeptRecord& record) {
    if (record.withdrawn) return true;
    const SealedMan man = names.of(record);
    // Without a name there is nothing that would tell two men apart.
    if (!man.names.empty()) all.push_back(compared_of(record, man));
    return true;
  });
  std::ranges::sort(all, {}, &Compared::id);
  const std::vector<losses::DecidedPair> decided = losses::decided_pairs(rows, key);
  const std::string csv = csv_of(all);
  const Hash hash = hash_of(csv, decided, all);
  if (made_of_ && *made_of_ == hash) return pairs_;
  pairs_.clear();
  records_ = all.size();
  made_of_ = hash;
  if (all.size() < 2) return pairs_;
  const auto people = stats::read_people({csv});
  if (const auto* read = std::get_if<stats::People>(&people)) {
    stats::LinkOptions options;
    options.least = kLeast / 1000.0;
    options.decisions = decisions(decided, all);
    for (const stats::LinkedPair& one : stats::link(*read, options).pairs) {
      losses::Pair pair{all[one.a].id, all[one.b].id};
      if (pair.b < pair.a) std::swap(pair.a, pair.b);
      pairs_.push_back({pair, permille_of(one.probability)});
    }
  }
  const auto doubt = [](const LossPair& one) { return std::abs(static_cast<int>(one.permille) - 500); };
  std::ranges::stable_sort(pairs_, [&](const LossPair& x, const LossPair& y) { return doubt(x) < doubt(y); });
  return pairs_;
}

std::optional<uint16_t> LossPairs::permille(Rows& rows, const group::Group& group, const losses::Pair& pair) {
  for (const LossPair& one : pairs(rows, group))
    if (one.pair == pair) return one.permille;
  return std::nullopt;
}

}  // namespace homeward::client
