#include "losses_stats/link_em.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace homeward::losses_stats {
namespace {

constexpr size_t kSampledPairs = 500'000;
constexpr size_t kMostRounds = 60;
constexpr double kPairsBefore = 25;
constexpr double kMostDifferentNames = 0.25;
constexpr double kMostDifferent = 0.4;
constexpr double kSettled = 1e-4;
constexpr size_t kChunk = 1 << 16;

// ln m by field and level, and of the order of the names.
struct LogWeights {
  explicit LogWeights(const LinkModel& model)
      : swapped(std::log(model.swapped)), straight(std::log1p(-model.swapped)) {
    for (const FieldWeights& field : model.fields) {
      std::array<double, kLevels> row{};
      for (size_t level = 1; level < kLevels; ++level) row[level] = std::log(std::max(field.m[level], 1e-9));
      m.push_back(row);
    }
    for (const double prior : model.prior) odds.push_back(std::log(prior) - std::log1p(-prior));
  }
  double of(const People& people, const CandidatePair& pair) const {
    double out = odds[people.group[pair.a] * people.group_count + people.group[pair.b]] - pair.log_u;
    out += (pair.levels & kSwappedBit) != 0 ? swapped : straight;
    for (size_t f = 0; f < m.size(); ++f) out += m[f][level_at(pair.levels & ~kSwappedBit, f)];
    return out;
  }
  std::vector<std::array<double, kLevels>> m;
  std::vector<double> odds;
  double swapped;
  double straight;
};

// Two records of one person agree on anything more often than not, at least nearly. Without this the best
// that EM finds in a list without duplicates may be neighbours.
void keep_plausible(FieldKind kind, std::array<double, kLevels>& m) {
  const size_t different = kind == FieldKind::kDate ? static_cast<size_t>(DateLevel::kDifferent)
                                                    : static_cast<size_t>(TextLevel::kDifferent);
  const bool name =
      kind == FieldKind::kSurname || kind == FieldKind::kGiven || kind == FieldKind::kPatronymic;
  const double most = name ? kMostDifferentNames : kMostDifferent;
  if (m[different] <= most) return;
  const double others = (1 - most) / (1 - m[different]);
  for (size_t level = 1; level < kLevels; ++level) m[level] = level == different ? most : m[level] * others;
}

float logistic(double log_odds) { return static_cast<float>(1 / (1 + std::exp(-log_odds))); }

}  // namespace

CandidatePair candidate(const People& people, const WeighedPair& pair, uint32_t a, uint32_t b) {
  CandidatePair out{a, b, pair.comparison.swapped ? kSwappedBit : 0, 0, 0};
  for (size_t f = 0; f < people.fields.size(); ++f) {
    out.levels |= uint64_t{pair.comparison.level[f]} << (4 * f);
    out.log_u += pair.log_u[f];
  }
  return out;
}

double log_odds(const People& people, const LinkModel& model, const CandidatePair& pair) {
  return LogWeights(model).of(people, pair);
}

void estimate_u(const People& people, const Shares& shares, RandomSource& random, LinkModel& model) {
  const size_t width = people.fields.size();
  std::vector<std::array<double, kLevels>> counts(width);
  std::vector<double> near_sum(width, 0);
  std::vector<double> near_count(width, 0);
  const uint64_t n = people.size();
  const auto look = [&](size_t a, size_t b) {
    const Comparison comparison = compare_records(people, a, b);
    for (size_t f = 0; f < width; ++f) {
      const uint8_t level = comparison.level[f];
      counts[f][level] += 1;
      const auto text = static_cast<TextLevel>(level);
      if (people.fields[f].kind == FieldKind::kDate || comparison.swapped) continue;
      if (text != TextLevel::kNear && text != TextLevel::kFar) continue;
      near_sum[f] +=
          std::log(std::min(shares.of_value(f, people.id(a, f)), shares.of_value(f, people.id(b, f))));
      near_count[f] += 1;
    }
  };
  if (n * (n - 1) / 2 <= kSampledPairs * 4) {
    for (size_t a = 0; a < n; ++a) {
      for (size_t b = a + 1; b < n; ++b) look(a, b);
    }
  } else {
    for (size_t i = 0; i < kSampledPairs; ++i) {
      const size_t a = random.next() % n;
      const size_t b = random.next() % n;
      if (a != b) look(a, b);
    }
  }
  double prior = 0;
  for (const double p : model.prior) prior += p / static_cast<double>(model.prior.size());
  for (size_t f = 0; f < width; ++f) {
    double known = 0;
    for (size_t level = 1; level < kLevels; ++level) known += counts[f][level];
    known = std::max(known, 1.0);
    FieldWeights& weights = model.fields[f];
    for (size_t level = 1; level < kLevels; ++level) {
      const double other = counts[f][level] - known * prior * weights.m[level];
      weights.u[level] = std::max(other, 0.5) / known;
    }
    weights.near_share =
        near_count[f] > 0 ? near_sum[f] / near_count[f] : std::log(1.0 / static_cast<double>(n));
  }
}

void estimate_m(const People& people, const std::vector<CandidatePair>& pairs, const LinkModel& before,
                LinkModel& model) {
  const size_t width = people.fields.size();
  std::vector<std::array<double, kLevels>> counts(width);
  const size_t groups = people.group_count;
  std::vector<double> of_groups(groups * groups, 0);
  double swapped = 0;
  double total = 0;
  for (const CandidatePair& pair : pairs) {
    const double p = pair.probability;
    if (p < 1e-6) continue;
    const uint64_t levels = pair.levels & ~kSwappedBit;
    for (size_t f = 0; f < width; ++f) counts[f][level_at(levels, f)] += p;
    of_groups[people.group[pair.a] * groups + people.group[pair.b]] += p;
    if ((pair.levels & kSwappedBit) != 0) swapped += p;
    total += p;
  }
  for (size_t f = 0; f < width; ++f) {
    double known = kPairsBefore;
    for (size_t level = 1; level < kLevels; ++level) known += counts[f][level];
    for (size_t level = 1; level < kLevels; ++level)
      model.fields[f].m[level] = (counts[f][level] + kPairsBefore * before.fields[f].m[level]) / known;
  }
  for (size_t f = 0; f < width; ++f) keep_plausible(people.fields[f].kind, model.fields[f].m);
  model.swapped = (swapped + kPairsBefore * before.swapped) / (total + kPairsBefore);
  std::vector<double> sizes(groups, 0);
  for (const uint8_t group : people.group) sizes[group] += 1;
  const auto n = static_cast<double>(people.size());
  const double everywhere = std::max(total, 0.5) / (n * (n - 1) / 2 + 1);
  for (size_t g = 0; g < groups; ++g) {
    for (size_t h = g; h < groups; ++h) {
      const double possible = g == h ? sizes[g] * (sizes[g] - 1) / 2 : sizes[g] * sizes[h];
      const double found =
          g == h ? of_groups[g * groups + h] : of_groups[g * groups + h] + of_groups[h * groups + g];
      const double prior = std::min((found + 1) / (possible + 1 / everywhere), 0.5);
      model.prior[g * groups + h] = model.prior[h * groups + g] = prior;
    }
  }
}

void expectation_maximisation(const People& people, const LinkModel& before, const std::vector<float>& fixed,
                              const Parallel& parallel, std::vector<CandidatePair>& pairs, LinkModel& model) {
  for (size_t round = 0; round < kMostRounds; ++round) {
    const LogWeights weights(model);
    const size_t chunks = (pairs.size() + kChunk - 1) / kChunk;
    std::vector<double> moved(chunks, 0);
    parallel(chunks, [&](size_t chunk) {
      for (size_t i = chunk * kChunk; i < std::min(pairs.size(), (chunk + 1) * kChunk); ++i) {
        const float p = !fixed.empty() && fixed[i] >= 0 ? fixed[i] : logistic(weights.of(people, pairs[i]));
        moved[chunk] += std::abs(p - pairs[i].probability);
        pairs[i].probability = p;
      }
    });
    estimate_m(people, pairs, before, model);
    double total = 0;
    for (const CandidatePair& pair : pairs) total += pair.probability;
    double change = 0;
    for (const double part : moved) change += part;
    if (change < kSettled * total + 1e-3) break;
  }
}

}  // namespace homeward::losses_stats
