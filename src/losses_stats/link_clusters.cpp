#include "losses_stats/link_clusters.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace homeward::losses_stats {
namespace {

// Pairs below these odds do not bring records together for a closer look.
constexpr double kWorthALook = -2.2;
constexpr size_t kMostTogether = 60;
constexpr double kDecided = 40;
constexpr size_t kChunk = 512;
constexpr size_t kMostSweeps = 8;

uint64_t pair_key(uint32_t a, uint32_t b) { return (uint64_t{std::min(a, b)} << 32) | std::max(a, b); }

using Decided = std::unordered_map<uint64_t, bool>;

// A few records that may be of one person or of several.
class Knot {
 public:
  Knot(const People& people, const Shares& shares, const LinkModel& model, const Decided& decided,
       std::vector<uint32_t> records)
      : people_(people), model_(model), records_(std::move(records)) {
    const size_t n = records_.size();
    const size_t width = people.fields.size() + 1;
    evidence_.assign(width * n * n, 0);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i + 1; j < n; ++j) fill(shares, decided, i, j);
    }
    solve();
  }

  const std::vector<uint32_t>& records() const { return records_; }
  const std::vector<uint32_t>& cluster() const { return cluster_; }
  double probability(size_t i, size_t j) const;

 private:
  using Set = std::vector<uint32_t>;  // positions in records_

  void fill(const Shares& shares, const Decided& decided, size_t i, size_t j);
  double& at(size_t field, size_t i, size_t j) {
    return evidence_[(field * records_.size() + i) * records_.size() + j];
  }
  double at(size_t field, size_t i, size_t j) const {
    return evidence_[(field * records_.size() + i) * records_.size() + j];
  }
  double score(const Set& set) const;
  double prior(const Set& set) const;
  void solve();
  bool merge_best();
  bool move_records();
  void number();
  static Set with(const Set& set, uint32_t i) {
    Set out = set;
    out.push_back(i);
    return out;
  }
  static Set without(const Set& set, uint32_t i) {
    Set out = set;
    std::erase(out, i);
    return out;
  }
  double apart(const Set& set, uint32_t i, uint32_t j) const;

  const People& people_;
  const LinkModel& model_;
  std::vector<uint32_t> records_;
  std::vector<double> evidence_;  // field, i, j; the last field: order of names, and decisions
  std::vector<Set> sets_;
  std::vector<uint32_t> cluster_;
};

void Knot::fill(const Shares& shares, const Decided& decided, size_t i, size_t j) {
  const WeighedPair pair = weigh(people_, shares, model_, records_[i], records_[j]);
  const size_t width = people_.fields.size();
  for (size_t f = 0; f < width; ++f) at(f, i, j) = at(f, j, i) = evidence(model_, pair, f);
  double last = pair.comparison.swapped ? std::log(model_.swapped) : std::log1p(-model_.swapped);
  const auto found = decided.find(pair_key(records_[i], records_[j]));
  if (found != decided.end()) last += found->second ? kDecided : -kDecided;
  at(width, i, j) = at(width, j, i) = last;
}

// ln of the prior odds that these are one person: one factor for each further list, and one for each further
// record of the same list, which is rare where lists have no duplicates.
double Knot::prior(const Set& set) const {
  std::vector<uint8_t> groups;
  double out = 0;
  for (const uint32_t i : set) {
    const uint8_t group = people_.group[records_[i]];
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) {
      groups.push_back(group);
    } else {
      out += std::log(model_.prior[group * people_.group_count + group]);
    }
  }
  if (groups.size() < 2) return out;
  double between = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t h = g + 1; h < groups.size(); ++h)
      between += std::log(model_.prior[groups[g] * people_.group_count + groups[h]]);
  }
  const auto k = static_cast<double>(groups.size());
  return out + between / (k * (k - 1) / 2) * (k - 1);
}

double Knot::score(const Set& set) const {
  if (set.size() < 2) return 0;
  double out = prior(set);
  for (size_t f = 0; f <= people_.fields.size(); ++f) {
    double best = -1e300;
    for (const uint32_t centre : set) {
      if (f < people_.fields.size() && people_.id(records_[centre], f) == kNoValue) continue;
      double sum = 0;
      for (const uint32_t i : set) sum += i == centre ? 0 : at(f, i, centre);
      best = std::max(best, sum);
    }
    if (best > -1e300) out += best;
  }
  return out;
}

bool Knot::merge_best() {
  double best = 0;
  size_t best_a = 0;
  size_t best_b = 0;
  for (size_t a = 0; a < sets_.size(); ++a) {
    for (size_t b = a + 1; b < sets_.size(); ++b) {
      Set both = sets_[a];
      both.insert(both.end(), sets_[b].begin(), sets_[b].end());
      const double gain = score(both) - score(sets_[a]) - score(sets_[b]);
      if (gain > best) {
        best = gain;
        best_a = a;
        best_b = b;
      }
    }
  }
  if (best <= 0) return false;
  sets_[best_a].insert(sets_[best_a].end(), sets_[best_b].begin(), sets_[best_b].end());
  sets_.erase(sets_.begin() + static_cast<ptrdiff_t>(best_b));
  return true;
}

bool Knot::move_records() {
  bool moved = false;
  for (uint32_t i = 0; i < records_.size(); ++i) {
    const auto from = std::find_if(sets_.begin(), sets_.end(), [&](const Set& set) {
      return std::find(set.begin(), set.end(), i) != set.end();
    });
    const size_t home = static_cast<size_t>(from - sets_.begin());
    const double loss = score(*from) - score(without(*from, i));
    double best = 1e-9;
    size_t to = sets_.size() + 1;
    if (-loss > best) {
      best = -loss;
      to = sets_.size();
    }
    for (size_t s = 0; s < sets_.size(); ++s) {
      if (s == home) continue;
      const double gain = score(with(sets_[s], i)) - score(sets_[s]) - loss;
      if (gain > best) {
        best = gain;
        to = s;
      }
    }
    if (to > sets_.size()) continue;
    moved = true;
    std::erase(sets_[home], i);
    if (to == sets_.size()) {
      sets_.push_back({i});
    } else {
      sets_[to].push_back(i);
    }
    std::erase_if(sets_, [](const Set& set) { return set.empty(); });
  }
  return moved;
}

void Knot::solve() {
  for (uint32_t i = 0; i < records_.size(); ++i) sets_.push_back({i});
  for (size_t sweep = 0; sweep < kMostSweeps; ++sweep) {
    while (merge_best()) {
    }
    if (!move_records()) break;
  }
  number();
}

void Knot::number() {
  cluster_.assign(records_.size(), 0);
  for (uint32_t s = 0; s < sets_.size(); ++s) {
    std::sort(sets_[s].begin(), sets_[s].end());
    for (const uint32_t i : sets_[s]) cluster_[i] = s;
  }
}

// The best that can be made of a set with i and j in different halves.
double Knot::apart(const Set& set, uint32_t i, uint32_t j) const {
  double best = std::max(score(without(set, i)), score(without(set, j)));
  for (size_t s = 0; s < sets_.size(); ++s) {
    if (s == cluster_[i]) continue;
    for (const uint32_t leaving : {i, j}) {
      best = std::max(best, score(without(set, leaving)) + score(with(sets_[s], leaving)) - score(sets_[s]));
    }
  }
  if (set.size() > 3) {
    Set left = {i};
    Set right = {j};
    for (const uint32_t x : set) {
      if (x == i || x == j) continue;
      const double to_left = score(with(left, x)) - score(left);
      const double to_right = score(with(right, x)) - score(right);
      (to_left > to_right ? left : right).push_back(x);
    }
    best = std::max(best, score(left) + score(right));
  }
  return best;
}

double Knot::probability(size_t i, size_t j) const {
  const auto a = static_cast<uint32_t>(i);
  const auto b = static_cast<uint32_t>(j);
  const Set& of_a = sets_[cluster_[i]];
  const Set& of_b = sets_[cluster_[j]];
  double difference = 0;
  if (cluster_[i] == cluster_[j]) {
    difference = score(of_a) - apart(of_a, a, b);
  } else {
    Set both = of_a;
    both.insert(both.end(), of_b.begin(), of_b.end());
    const double now = score(of_a) + score(of_b);
    const double together = std::max({score(both), score(with(of_a, b)) + score(without(of_b, b)),
                                      score(with(of_b, a)) + score(without(of_a, a))});
    difference = together - now;
  }
  return 1 / (1 + std::exp(-difference));
}

// Sets of records that edges above a threshold connect.
class Union {
 public:
  explicit Union(size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), 0U); }
  uint32_t find(uint32_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  void join(uint32_t a, uint32_t b) { parent_[std::max(find(a), find(b))] = std::min(find(a), find(b)); }

 private:
  std::vector<uint32_t> parent_;
};

struct Edge {
  uint32_t a, b;
  float odds;
};

// Connected records, at most kMostTogether in one: where there are more, weak edges are left out.
std::vector<std::vector<uint32_t>> knots_of(size_t records, std::vector<Edge> edges) {
  std::vector<std::vector<uint32_t>> out;
  double threshold = kWorthALook;
  while (!edges.empty()) {
    Union sets(records);
    for (const Edge& edge : edges) {
      if (edge.odds > threshold) sets.join(edge.a, edge.b);
    }
    std::unordered_map<uint32_t, std::vector<uint32_t>> members;
    std::vector<uint32_t> seen;
    for (const Edge& edge : edges) {
      if (edge.odds > threshold) {
        seen.push_back(edge.a);
        seen.push_back(edge.b);
      }
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const uint32_t r : seen) members[sets.find(r)].push_back(r);
    std::unordered_map<uint32_t, bool> large;
    for (auto& [root, list] : members) {
      large[root] = list.size() > kMostTogether && threshold < 60;
      if (!large[root]) out.push_back(std::move(list));
    }
    std::erase_if(edges,
                  [&](const Edge& edge) { return edge.odds <= threshold || !large[sets.find(edge.a)]; });
    threshold += 1;
  }
  // The order of a hash table is no order.
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Clusters make_clusters(const People& people, const Shares& shares, const LinkModel& model,
                       const std::vector<CandidatePair>& pairs, const std::vector<LinkDecision>& decisions,
                       double least, const Parallel& parallel) {
  Decided decided;
  std::vector<Edge> edges;
  for (const CandidatePair& pair : pairs) {
    const double p = std::clamp(static_cast<double>(pair.probability), 1e-12, 1 - 1e-7);
    edges.push_back({pair.a, pair.b, static_cast<float>(std::log(p / (1 - p)))});
  }
  for (const LinkDecision& decision : decisions) {
    decided[pair_key(decision.a, decision.b)] = decision.same;
    if (decision.same) edges.push_back({decision.a, decision.b, 100});
  }
  const auto groups = knots_of(people.size(), std::move(edges));
  struct Part {
    std::vector<std::vector<uint32_t>> sets;
    std::vector<LinkedPair> pairs;
  };
  std::vector<Part> parts((groups.size() + kChunk - 1) / kChunk);
  parallel(parts.size(), [&](size_t chunk) {
    for (size_t k = chunk * kChunk; k < std::min(groups.size(), (chunk + 1) * kChunk); ++k) {
      const Knot knot(people, shares, model, decided, groups[k]);
      std::vector<std::vector<uint32_t>> sets;
      for (size_t i = 0; i < knot.records().size(); ++i) {
        if (knot.cluster()[i] >= sets.size()) sets.resize(knot.cluster()[i] + 1);
        sets[knot.cluster()[i]].push_back(knot.records()[i]);
        for (size_t j = i + 1; j < knot.records().size(); ++j) {
          const bool together = knot.cluster()[i] == knot.cluster()[j];
          const double p = knot.probability(i, j);
          if (together || p >= least)
            parts[chunk].pairs.push_back({knot.records()[i], knot.records()[j], p, together ? 1U : 0U});
        }
      }
      for (auto& set : sets) parts[chunk].sets.push_back(std::move(set));
    }
  });
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> root(people.size(), kNone);
  Clusters out;
  for (const Part& part : parts) {
    for (const auto& set : part.sets) {
      for (const uint32_t r : set) root[r] = set.front();
    }
    out.pairs.insert(out.pairs.end(), part.pairs.begin(), part.pairs.end());
  }
  out.of_record.assign(people.size(), 0);
  for (uint32_t r = 0; r < people.size(); ++r) {
    const bool first = root[r] == kNone || root[r] == r;
    out.of_record[r] = first ? static_cast<uint32_t>(out.count++) : out.of_record[root[r]];
  }
  std::sort(out.pairs.begin(), out.pairs.end(),
            [](const LinkedPair& x, const LinkedPair& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
  for (LinkedPair& pair : out.pairs) pair.cluster = pair.cluster == 0 ? 0 : out.of_record[pair.a] + 1;
  return out;
}

}  // namespace homeward::losses_stats
