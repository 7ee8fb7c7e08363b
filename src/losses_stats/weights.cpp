#include "losses_stats/weights.h"

#include <algorithm>
#include <cmath>

namespace homeward::losses_stats {
namespace {

// What is common everywhere weighs as so many records of the parent's value itself.
constexpr double kParentPrior = 20;
// Fields depend on each other if people agree on both so many times more often than chance has it, and so
// many pairs of people do.
constexpr double kLift = 3;
constexpr double kLeastAgreeing = 20;
constexpr size_t kSampledRecords = 40'000;
// Of values rarer than this one cannot say in which regions they are.
constexpr float kSeldom = 3;

constexpr std::array<double, kLevels> kTextBefore = {0, 0.80, 0.08, 0.03, 0.05, 0.04, 0, 0};
constexpr std::array<double, kLevels> kCodeBefore = {0, 0.85, 0.06, 0.02, 0.00, 0.07, 0, 0};
constexpr std::array<double, kLevels> kFreeBefore = {0, 0.80, 0.06, 0.04, 0.00, 0.10, 0, 0};
constexpr std::array<double, kLevels> kDateBefore = {0, 0.75, 0.08, 0.06, 0.04, 0.02, 0.02, 0.03};

uint64_t within_key(size_t field, ValueId id, ValueId region) {
  return (uint64_t{field} << 60) ^ (uint64_t{region} << 32) ^ id;
}

double share_of(const People& people, const Shares& shares, size_t field, size_t a, size_t b, ValueId id) {
  if (const auto parent = shares.parent(field)) {
    const ValueId same = people.id(a, *parent);
    if (same != kNoValue && same == people.id(b, *parent)) return shares.of_value_within(field, id, same);
  }
  return shares.of_value(field, id);
}

size_t distinct(const People& people, size_t field) {
  return people.dictionaries[people.fields[field].dictionary].values.size();
}

// Twice the number of pairs of people, rather than of records, that agree.
double agreeing(const std::unordered_map<uint64_t, float>& weights) {
  double out = 0;
  for (const auto& [value, weight] : weights) out += weight > 1 ? weight * (weight - 1) : 0;
  return out;
}

}  // namespace

LinkModel model_before_data(const People& people) {
  LinkModel out;
  for (const LinkField& field : people.fields) {
    FieldWeights weights;
    switch (field.kind) {
      case FieldKind::kDate:
        weights.m = kDateBefore;
        break;
      case FieldKind::kCode:
        weights.m = kCodeBefore;
        break;
      case FieldKind::kText:
        weights.m = kFreeBefore;
        break;
      default:
        weights.m = kTextBefore;
    }
    for (double& m : weights.m) m = std::max(m, 1e-4);
    weights.u.fill(0.01);
    out.fields.push_back(weights);
  }
  out.prior.assign(people.group_count * people.group_count, 1.0 / (static_cast<double>(people.size()) + 10));
  return out;
}

Parents parents_before_data(const People& people) {
  Parents out(people.fields.size());
  for (size_t f = 0; people.category && f < out.size(); ++f) {
    if (f != *people.category && people.fields[f].kind != FieldKind::kDate) out[f] = people.category;
  }
  return out;
}

Parents find_parents(const People& people, const std::vector<float>& weights) {
  Parents out = parents_before_data(people);
  const size_t n = std::min(people.size(), kSampledRecords);
  const size_t step = people.size() / n;
  for (size_t child = 0; child < out.size(); ++child) {
    double best = kLift;
    for (size_t parent = 0; parent < out.size(); ++parent) {
      // Of two fields the one of fewer values is the parent, so that none is its own grandparent.
      const bool before = distinct(people, parent) < distinct(people, child) ||
                          (distinct(people, parent) == distinct(people, child) && parent < child);
      if (parent == child || !before || people.fields[child].kind == FieldKind::kDate ||
          people.fields[parent].kind == FieldKind::kDate || people.fields[parent].dictionary == 0)
        continue;
      std::unordered_map<uint64_t, float> of_child;
      std::unordered_map<uint64_t, float> of_parent;
      std::unordered_map<uint64_t, float> of_both;
      double total = 0;
      for (size_t r = 0; r < n * step; r += step) {
        const ValueId x = people.id(r, child);
        const ValueId y = people.id(r, parent);
        if (x == kNoValue || y == kNoValue) continue;
        of_child[x] += weights[r];
        of_parent[y] += weights[r];
        of_both[(uint64_t{x} << 32) | y] += weights[r];
        total += weights[r];
      }
      const double both = agreeing(of_both);
      const double by_chance = agreeing(of_child) * agreeing(of_parent) / std::max(total * total, 1.0);
      if (both < 2 * kLeastAgreeing || both < best * by_chance) continue;
      best = both / std::max(by_chance, 1e-9);
      out[child] = parent;
    }
  }
  return out;
}

Shares::Shares(const People& people, const std::vector<float>& weights, Parents parents)
    : parents_(std::move(parents)) {
  const size_t width = people.fields.size();
  share_.resize(width);
  initial_.resize(width);
  year_.resize(width);
  total_.assign(width, 1);
  parent_weight_.resize(width);
  for (size_t f = 0; f < width; ++f) {
    const auto& values = people.dictionaries[people.fields[f].dictionary].values;
    auto& share = share_[f];
    share.assign(values.size(), 0);
    double total = 0;
    for (size_t r = 0; r < people.size(); ++r) {
      const ValueId id = people.id(r, f);
      if (id == kNoValue) continue;
      share[id] += weights[r];
      total += weights[r];
    }
    if (parents_[f]) parent_weight_[f].assign(distinct(people, *parents_[f]), 0);
    for (size_t r = 0; parents_[f] && r < people.size(); ++r) {
      const ValueId id = people.id(r, f);
      const ValueId parent = people.id(r, *parents_[f]);
      if (id == kNoValue || parent == kNoValue) continue;
      parent_weight_[f][parent] += weights[r];
      if (share[id] >= kSeldom) within_[within_key(f, id, parent)] += weights[r];
    }
    // A value that has hardly been seen is as common as half a record.
    const auto whole = static_cast<float>(std::max(total, 1.0));
    total_[f] = whole;
    initial_[f].fill(0.001F);
    for (ValueId id = 1; id < values.size(); ++id) {
      const float seen = share[id];
      share[id] = std::max(seen, 0.5F) / whole;
      if (seen <= 0) continue;
      const Value& value = values[id];
      if (!value.text.empty()) initial_[f][static_cast<uint8_t>(value.text[0])] += seen / whole;
      if (people.fields[f].kind == FieldKind::kDate) year_[f][value.date.year] += seen / whole;
    }
  }
}

double Shares::of_value_within(size_t field, ValueId id, ValueId parent) const {
  if (share_[field][id] * total_[field] < kSeldom) return share_[field][id];
  const auto found = within_.find(within_key(field, id, parent));
  const double seen = found == within_.end() ? 0 : found->second;
  return (seen + kParentPrior * share_[field][id]) / (parent_weight_[field][parent] + kParentPrior);
}

double Shares::of_year(size_t field, uint16_t year) const {
  const auto found = year_[field].find(year);
  return found == year_[field].end() ? 0.001 : found->second;
}

namespace {

double log_u_of_date(const People& people, const Shares& shares, const FieldWeights& weights, size_t field,
                     size_t a, size_t b, DateLevel level) {
  if (level == DateLevel::kSame) return std::log(share_of(people, shares, field, a, b, people.id(a, field)));
  if (level == DateLevel::kPart) {
    const Date& x = people.value(a, field).date;
    const Date& y = people.value(b, field).date;
    if (x.year != 0 && x.year == y.year) {
      const double months = x.month != 0 && y.month != 0 ? 1.0 / 12 : 1.0;
      return std::log(std::max(shares.of_year(field, x.year) * months, 1e-6));
    }
  }
  return std::log(weights.u[static_cast<size_t>(level)]);
}

double log_u_of_text(const People& people, const Shares& shares, const FieldWeights& weights, size_t field,
                     size_t a, size_t b, const Comparison& comparison) {
  const auto level = static_cast<TextLevel>(comparison.level[field]);
  const bool swapped = comparison.swapped && field < 2;
  const ValueId x = people.id(a, field);
  const ValueId y = people.id(b, swapped ? 1 - field : field);
  switch (level) {
    case TextLevel::kSame: {
      const double share = share_of(people, shares, field, a, b, x);
      return std::log(swapped ? std::max(share, share_of(people, shares, 1 - field, a, b, x)) : share);
    }
    case TextLevel::kInitial: {
      const auto& text = people.dictionaries[people.fields[field].dictionary].values[x].text;
      return std::log(shares.of_initial(field, text[0]));
    }
    case TextLevel::kNear:
    case TextLevel::kFar: {
      const double of_x = shares.of_value(field, x);
      const double of_y = shares.of_value(field, y);
      const double rarer = std::log(std::min(of_x, of_y)) - weights.near_share;
      const double usual = std::log(weights.u[static_cast<size_t>(level)]) + std::clamp(rarer, -1.5, 1.5);
      // A misspelling of a common name is no rarer evidence than the name itself: others misspell it too.
      return std::max(usual, std::log(weights.m[static_cast<size_t>(level)] * std::max(of_x, of_y)));
    }
    default:
      return std::log(weights.u[static_cast<size_t>(level)]);
  }
}

}  // namespace

WeighedPair weigh(const People& people, const Shares& shares, const LinkModel& model, size_t a, size_t b) {
  WeighedPair out;
  out.comparison = compare_records(people, a, b);
  for (size_t f = 0; f < people.fields.size(); ++f) {
    if (out.comparison.level[f] == 0) continue;
    const FieldWeights& weights = model.fields[f];
    const double log_u =
        people.fields[f].kind == FieldKind::kDate
            ? log_u_of_date(people, shares, weights, f, a, b, static_cast<DateLevel>(out.comparison.level[f]))
            : log_u_of_text(people, shares, weights, f, a, b, out.comparison);
    out.log_u[f] = static_cast<float>(log_u);
  }
  return out;
}

double evidence(const LinkModel& model, const WeighedPair& pair, size_t field) {
  const uint8_t level = pair.comparison.level[field];
  return level == 0 ? 0 : std::log(model.fields[field].m[level]) - pair.log_u[field];
}

}  // namespace homeward::losses_stats
