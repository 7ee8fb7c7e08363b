#include "domain/losses/count.h"

#include <algorithm>
#include <map>

namespace homeward::domain::losses {
namespace {

// Sets of numbers that are joined one pair after another.
class Sets {
 public:
  explicit Sets(size_t size) : parent_(size) {
    for (size_t i = 0; i < size; ++i) parent_[i] = i;
  }
  size_t of(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(size_t a, size_t b) {
    a = of(a);
    b = of(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<size_t> parent_;
};

struct Records {
  std::vector<KeptRecord> all;  // those that count, ascending
  std::optional<size_t> find(const RecordId& id) const {
    const auto at = std::ranges::lower_bound(all, id, {}, &KeptRecord::id);
    if (at == all.end() || at->id != id) return std::nullopt;
    return static_cast<size_t>(at - all.begin());
  }
};

Records records_that_count(Rows& rows, const GroupKey& group) {
  Records out;
  for_each_record(rows, group, [&](const KeptRecord& one) {
    if (!one.withdrawn) out.all.push_back(one);
    return true;
  });
  std::ranges::sort(out.all, {}, &KeptRecord::id);
  return out;
}

Place newest(const DecidedPair& pair) {
  return std::ranges::max_element(pair.words, {}, &Word::place)->place;
}

// Joins what is decided to be the same, the decisions in the order in which they fell; never so that two come
// together that are decided to be different.
void join_same(const Records& records, std::vector<DecidedPair> pairs, Sets& sets) {
  std::ranges::stable_sort(pairs, [](const DecidedPair& x, const DecidedPair& y) {
    return std::pair(newest(x), x.pair) < std::pair(newest(y), y.pair);
  });
  std::vector<std::pair<size_t, size_t>> apart;
  for (const DecidedPair& one : pairs) {
    const auto a = records.find(one.pair.a);
    const auto b = records.find(one.pair.b);
    if (one.outcome == Outcome::kDifferent && a && b) apart.emplace_back(*a, *b);
  }
  for (const DecidedPair& one : pairs) {
    const auto a = records.find(one.pair.a);
    const auto b = records.find(one.pair.b);
    if (one.outcome != Outcome::kSame || !a || !b) continue;
    const size_t x = sets.of(*a);
    const size_t y = sets.of(*b);
    const bool parted = std::ranges::any_of(apart, [&](const auto& two) {
      const size_t p = sets.of(two.first);
      const size_t q = sets.of(two.second);
      return (p == x && q == y) || (p == y && q == x);
    });
    if (!parted) sets.join(x, y);
  }
}

Man man_of(std::span<const KeptRecord* const> records) {
  Man man;
  std::vector<Facts> facts;
  std::set<std::string> heard;
  for (const KeptRecord* record : records) {
    man.records.push_back(record->id);
    for (const KeptSource& source : record->sources) facts.push_back(source.said.facts);
    heard.merge(voices(record->sources));
    const std::optional<Span> known = record->known();
    if (known && (!man.known || known->first < man.known->first)) man.known = known;
  }
  man.agreed = agree(facts);
  man.confirmed = heard.size() >= 2;
  return man;
}

std::vector<Man> men_of(const Records& records, const std::vector<DecidedPair>& pairs) {
  Sets sets(records.all.size());
  join_same(records, pairs, sets);
  std::map<size_t, std::vector<const KeptRecord*>> together;
  for (size_t i = 0; i < records.all.size(); ++i) together[sets.of(i)].push_back(&records.all[i]);
  std::vector<Man> out;
  out.reserve(together.size());
  for (const auto& [first, some] : together) out.push_back(man_of(some));
  return out;
}

// --- The table ---

std::string key_of_month(const std::optional<Month>& month) { return month ? text_of_month(*month) : ""; }

template <class T>
std::string key_of(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<int>(value));
  } else {
    return value;
  }
}

template <class T>
std::vector<std::string> keys_of(const std::vector<Said<T>>& said) {
  if (said.empty()) return {""};
  std::vector<std::string> out;
  for (const Said<T>& one : said) out.push_back(key_of(one.value));
  return out;
}

// How surely something holds of a man.
enum class Holds : uint8_t { kNo, kPerhaps, kYes };
Holds both(Holds a, Holds b) { return std::min(a, b); }

template <class T>
Holds holds(const std::vector<Said<T>>& said, const T& wanted) {
  const bool there = std::ranges::any_of(said, [&](const Said<T>& one) { return one.value == wanted; });
  if (!there) return Holds::kNo;
  return said.size() == 1 ? Holds::kYes : Holds::kPerhaps;
}

class Tabulation {
 public:
  explicit Tabulation(const Question& question) : question_(question), unit_(plain_key(question.unit)) {}

  void add(const Man& man, size_t one_of);  // men of one number may be the same
  void add(const KeptList& list, size_t cut_of);
  Table table();

 private:
  using Key = std::pair<std::string, std::string>;
  struct Cell {
    std::set<size_t> sure, confirmed;
    uint32_t most = 0;
    std::map<Ref, uint32_t> lists;
    std::map<size_t, std::map<Ref, uint32_t>> cuts;
  };

  std::vector<std::string> keys(By by, const Man& man);
  std::string key(By by, const KeptList& list, const CountRow& row) const;
  Holds in_months(const std::optional<Month>& month) const;
  Holds asked_for(const Man& man) const;
  bool asked_for(const KeptList& list, const CountRow& row) const;
  std::optional<Month> month(const Man& man) const {
    const std::optional<Span>& span = question_.month_of == MonthOf::kKnown ? man.known : man.agreed.died;
    const bool differs = question_.month_of == MonthOf::kDied && man.agreed.died_differs;
    return span && !differs ? month_of(*span) : std::nullopt;
  }
  static void add_man(Cell& cell, const Man& man, size_t one_of, bool sure);
  static Count count(const Cell& cell);
  static std::vector<FromList> from_lists(const Cell& cell);

  const Question& question_;
  const std::string unit_;
  std::map<Key, Cell> cells_;
  Cell total_;
  std::map<std::string, std::map<std::string, uint32_t>> units_;  // plain key → spelling → how often
};

std::vector<std::string> Tabulation::keys(By by, const Man& man) {
  switch (by) {
    case By::kRegion:
      return keys_of(man.agreed.regions);
    case By::kMonth:
      return {key_of_month(month(man))};
    case By::kState:
      return keys_of(man.agreed.states);
    case By::kCategory:
      return keys_of(man.agreed.categories);
    default: {
      std::vector<std::string> out;
      for (const Said<std::string>& unit : man.agreed.units) {
        out.push_back(plain_key(unit.value));
        units_[out.back()][unit.value] += unit.sources;
      }
      if (out.empty()) out.emplace_back();
      return out;
    }
  }
}

std::string Tabulation::key(By by, const KeptList& list, const CountRow& row) const {
  switch (by) {
    case By::kRegion:
      return row.region;
    case By::kMonth:
      return list.said.month_of == question_.month_of ? key_of_month(row.month) : "";
    case By::kState:
      return key_of(row.state);
    case By::kCategory:
      return row.category ? key_of(*row.category) : "";
    default:
      return "";
  }
}

Holds Tabulation::in_months(const std::optional<Month>& month) const {
  if (!question_.from && !question_.until) return Holds::kYes;
  if (!month) return Holds::kNo;
  const bool in =
      (!question_.from || *month >= *question_.from) && (!question_.until || *month <= *question_.until);
  return in ? Holds::kYes : Holds::kNo;
}

Holds Tabulation::asked_for(const Man& man) const {
  Holds out = in_months(month(man));
  if (question_.confirmed_only && !man.confirmed) return Holds::kNo;
  if (question_.state) out = both(out, holds(man.agreed.states, *question_.state));
  if (!question_.region.empty()) out = both(out, holds(man.agreed.regions, question_.region));
  if (question_.category) out = both(out, holds(man.agreed.categories, *question_.category));
  if (!unit_.empty()) {
    std::vector<Said<std::string>> units;
    for (const Said<std::string>& one : man.agreed.units)
      units.push_back({plain_key(one.value), one.sources});
    out = both(out, holds(units, unit_));
  }
  return out;
}

bool Tabulation::asked_for(const KeptList& list, const CountRow& row) const {
  if (question_.confirmed_only || !unit_.empty()) return false;
  if (question_.state && row.state != *question_.state) return false;
  if (!question_.region.empty() && row.region != question_.region) return false;
  if (question_.category && row.category != question_.category) return false;
  const bool same_months = list.said.month_of == question_.month_of;
  return in_months(same_months ? row.month : std::nullopt) == Holds::kYes;
}

void Tabulation::add_man(Cell& cell, const Man& man, size_t one_of, bool sure) {
  ++cell.most;
  if (!sure) return;
  cell.sure.insert(one_of);
  if (man.confirmed) cell.confirmed.insert(one_of);
}

void Tabulation::add(const Man& man, size_t one_of) {
  const Holds asked = asked_for(man);
  if (asked == Holds::kNo) return;
  const std::vector<std::string> first = keys(question_.by, man);
  const std::vector<std::string> second =
      question_.also_by ? keys(*question_.also_by, man) : std::vector<std::string>{""};
  const bool sure = asked == Holds::kYes && first.size() == 1 && second.size() == 1;
  for (const std::string& one : first)
    for (const std::string& other : second) add_man(cells_[{one, other}], man, one_of, sure);
  add_man(total_, man, one_of, asked == Holds::kYes);
}

void Tabulation::add(const KeptList& list, size_t cut_of) {
  for (const CountRow& row : list.said.rows) {
    if (row.men == 0 || !asked_for(list, row)) continue;
    const Key at{key(question_.by, list, row),
                 question_.also_by ? key(*question_.also_by, list, row) : std::string()};
    for (Cell* cell : {&cells_[at], &total_}) {
      cell->lists[list.id] += row.men;
      cell->cuts[cut_of][list.id] += row.men;
    }
  }
}

Count Tabulation::count(const Cell& cell) {
  Count out;
  out.records = static_cast<uint32_t>(cell.sure.size());
  out.confirmed = static_cast<uint32_t>(cell.confirmed.size());
  out.records_most = cell.most;
  for (const auto& [list, men] : cell.lists) out.lists = std::max(out.lists, men);
  out.at_least = std::max(out.records, out.lists);
  out.at_most = cell.most;
  for (const auto& [cut, lists] : cell.cuts) {
    uint32_t largest = 0;
    for (const auto& [list, men] : lists) largest = std::max(largest, men);
    out.at_most += largest;
  }
  return out;
}

std::vector<FromList> Tabulation::from_lists(const Cell& cell) {
  std::vector<FromList> out;
  for (const auto& [list, men] : cell.lists) out.push_back({list, men});
  return out;
}

Table Tabulation::table() {
  Table out;
  const auto row = [&](const Key& key, const Cell& cell) {
    Row made{.key = key.first,
             .also = key.second,
             .label = key.first,
             .count = count(cell),
             .lists = from_lists(cell)};
    if (const auto unit = units_.find(key.first); question_.by == By::kUnit && unit != units_.end())
      made.label =
          std::ranges::max_element(unit->second, {}, [](const auto& one) { return one.second; })->first;
    return made;
  };
  for (const auto& [key, cell] : cells_) out.rows.push_back(row(key, cell));
  out.total = row({}, total_);
  return out;
}

// Of each list, the first of those that are cuts of one.
size_t first_cut(const std::vector<KeptList>& lists, size_t at) {
  for (size_t steps = 0; lists[at].said.same_men_as && steps < lists.size(); ++steps) {
    const auto found = std::ranges::find(lists, *lists[at].said.same_men_as, &KeptList::id);
    if (found == lists.end()) break;
    at = static_cast<size_t>(found - lists.begin());
  }
  return at;
}

bool is_unresolved(const DecidedPair& pair) {
  const bool unsure =
      std::ranges::any_of(pair.words, [](const Word& word) { return word.verdict == Verdict::kUnsure; });
  return pair.outcome == Outcome::kWaits || pair.outcome == Outcome::kDisputed ||
         (pair.outcome == Outcome::kOpen && unsure);
}

}  // namespace

std::vector<Man> men(Rows& rows, const GroupKey& group) {
  return men_of(records_that_count(rows, group), decided_pairs(rows, group));
}

Table tabulate(Rows& rows, const GroupKey& group, const Question& question) {
  const std::vector<DecidedPair> pairs = decided_pairs(rows, group);
  const std::vector<Man> all = men_of(records_that_count(rows, group), pairs);
  std::map<RecordId, size_t> man_of_record;
  for (size_t i = 0; i < all.size(); ++i)
    for (const RecordId& record : all[i].records) man_of_record[record] = i;

  Sets may_be_same(all.size());
  size_t unresolved = 0;
  for (const DecidedPair& pair : pairs) {
    const auto a = man_of_record.find(pair.pair.a);
    const auto b = man_of_record.find(pair.pair.b);
    if (!is_unresolved(pair) || a == man_of_record.end() || b == man_of_record.end()) continue;
    may_be_same.join(a->second, b->second);
    ++unresolved;
  }
  Tabulation work(question);
  for (size_t i = 0; i < all.size(); ++i) work.add(all[i], may_be_same.of(i));
  const std::vector<KeptList> known = lists(rows, group);
  for (size_t i = 0; i < known.size(); ++i)
    if (known[i].counts()) work.add(known[i], first_cut(known, i));
  Table out = work.table();
  out.records = all.size();
  out.unresolved = unresolved;
  return out;
}

}  // namespace homeward::domain::losses
