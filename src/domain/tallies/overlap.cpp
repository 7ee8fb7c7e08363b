#include "domain/tallies/overlap.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace homeward::domain::tallies {
namespace {

struct Groups {  // union-find
  explicit Groups(size_t count) : parent(count) { std::iota(parent.begin(), parent.end(), size_t{0}); }
  size_t root(size_t one) {
    while (parent[one] != one) one = parent[one] = parent[parent[one]];
    return one;
  }
  void join(size_t a, size_t b) { parent[root(a)] = root(b); }
  std::vector<size_t> parent;
};

// Reports that hang together, renumbered, with the known men they may count by the set of reports that may.
struct Part {
  std::vector<uint32_t> sure;
  std::vector<std::vector<bool>> conflict;
  std::map<std::vector<size_t>, uint32_t> known;
};

// How many more men than the known ones the best choice of reports is sure to add.
int64_t best_exact(const Part& part) {
  const size_t count = part.sure.size();
  std::vector<uint32_t> conflicts(count, 0);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = 0; j < count; ++j)
      if (part.conflict[i][j]) conflicts[i] |= 1u << j;
  std::vector<std::pair<uint32_t, uint32_t>> known;
  for (const auto& [reports, men] : part.known) {
    uint32_t mask = 0;
    for (const size_t report : reports) mask |= 1u << report;
    known.emplace_back(mask, men);
  }
  int64_t best = 0;
  for (uint32_t chosen = 1; chosen < 1u << count; ++chosen) {
    int64_t gain = 0;
    bool allowed = true;
    for (size_t i = 0; i < count && allowed; ++i) {
      if ((chosen >> i & 1u) == 0) continue;
      allowed = (conflicts[i] & chosen) == 0;
      gain += part.sure[i];
    }
    if (!allowed || gain <= best) continue;
    for (const auto& [mask, men] : known)
      if ((mask & chosen) != 0) gain -= men;
    best = std::max(best, gain);
  }
  return best;
}

// Any choice without conflicts is a true lower bound; this one takes the best next report each time.
int64_t best_greedy(const Part& part) {
  const size_t count = part.sure.size();
  std::vector<bool> closed(count, false);
  std::map<std::vector<size_t>, uint32_t> known = part.known;
  int64_t total = 0;
  for (;;) {
    int64_t best = 0;
    size_t best_at = count;
    for (size_t i = 0; i < count; ++i) {
      if (closed[i]) continue;
      int64_t gain = part.sure[i];
      for (const auto& [reports, men] : known)
        if (std::ranges::binary_search(reports, i)) gain -= men;
      if (gain > best) {
        best = gain;
        best_at = i;
      }
    }
    if (best_at == count) return total;
    total += best;
    closed[best_at] = true;
    for (size_t j = 0; j < count; ++j)
      if (part.conflict[best_at][j]) closed[j] = true;
    for (auto& [reports, men] : known)
      if (std::ranges::binary_search(reports, best_at)) men = 0;
  }
}

}  // namespace

uint32_t at_least(const Overlaps& overlaps) {
  const size_t count = overlaps.reports.size();
  Groups groups(count);
  for (const auto& [a, b] : overlaps.pairs) groups.join(a, b);
  int64_t sum = 0;
  for (const KnownMen& men : overlaps.known) {
    sum += men.count;
    for (const size_t report : men.reports) groups.join(report, men.reports.front());
  }
  std::map<size_t, std::vector<size_t>> parts;
  for (size_t i = 0; i < count; ++i) parts[groups.root(i)].push_back(i);
  std::vector<size_t> new_number(count, 0);
  std::map<size_t, Part> built;
  for (const auto& [root, reports] : parts) {
    Part& part = built[root];
    for (const size_t report : reports) {
      new_number[report] = part.sure.size();
      part.sure.push_back(overlaps.reports[report].sure);
    }
    part.conflict.assign(reports.size(), std::vector<bool>(reports.size(), false));
  }
  for (const auto& [a, b] : overlaps.pairs) {
    if (a == b) continue;
    Part& part = built[groups.root(a)];
    part.conflict[new_number[a]][new_number[b]] = part.conflict[new_number[b]][new_number[a]] = true;
  }
  for (const KnownMen& men : overlaps.known) {
    if (men.reports.empty()) continue;
    std::vector<size_t> numbers;
    for (const size_t report : men.reports) numbers.push_back(new_number[report]);
    std::ranges::sort(numbers);
    built[groups.root(men.reports.front())].known[numbers] += men.count;
  }
  for (const auto& [root, part] : built)
    sum += part.sure.size() <= kExact ? best_exact(part) : best_greedy(part);
  return static_cast<uint32_t>(std::min<int64_t>(sum, UINT32_MAX));
}

uint32_t at_most_of_reports(std::span<const Figures> reports) {
  std::map<size_t, uint64_t> by_men;
  for (const Figures& one : reports) by_men[one.same_men_as] += one.most;
  uint64_t sum = 0;
  for (const auto& [first, men] : by_men) {
    const auto of = std::ranges::find(reports, first, &Figures::same_men_as);
    sum += of->out_of == 0 ? men : std::min<uint64_t>(men, of->out_of);
  }
  return static_cast<uint32_t>(std::min<uint64_t>(sum, UINT32_MAX));
}

}  // namespace homeward::domain::tallies
