#include "losses_stats/link.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "losses_stats/blocking.h"
#include "losses_stats/csv.h"
#include "losses_stats/link_em.h"

namespace homeward::losses_stats {
namespace {

constexpr size_t kRecordsATask = 2'000;
// Pairs below these odds with weights before any data are not looked at again.
constexpr double kKeep = -5;
// What a region can add to the weight of names that are rare in it.
constexpr double kMargin = 2;

// The most that the odds of a pair can be, without looking into texts that differ.
class QuickBound {
 public:
  QuickBound(const People& people, const Shares& shares, const LinkModel& model)
      : people_(people), prior_(std::log(model.prior[0])) {
    for (size_t f = 0; f < people.fields.size(); ++f) {
      const FieldWeights& weights = model.fields[f];
      std::array<float, kLevels> row{};
      float most = 0;
      for (size_t level = 1; level < kLevels; ++level) {
        row[level] = static_cast<float>(std::log(std::max(weights.m[level], 1e-9) / weights.u[level]));
        if (level > 1) most = std::max(most, row[level]);
      }
      levels_.push_back(row);
      most_.push_back(most + static_cast<float>(kMostForRarity));
      std::vector<float> same(people.dictionaries[people.fields[f].dictionary].values.size());
      for (ValueId id = 1; id < same.size(); ++id)
        same[id] = static_cast<float>(std::log(weights.m[1] / shares.of_value(f, id)));
      same_.push_back(std::move(same));
      std::vector<uint64_t> letters;
      std::vector<Date> dates;
      for (const Value& value : people.dictionaries[people.fields[f].dictionary].values) {
        letters.push_back(value.letters);
        dates.push_back(value.date);
      }
      dates_.push_back(std::move(dates));
      letters_.push_back(std::move(letters));
    }
    crosswise_ = people.fields.size() > 1 && people.fields[1].kind == FieldKind::kGiven;
  }

  bool may_exceed(size_t a, size_t b, double least) const {
    const size_t width = people_.fields.size();
    const ValueId* x = &people_.values[a * width];
    const ValueId* y = &people_.values[b * width];
    if (crosswise_ && x[0] != y[0] && x[1] != y[1] && (x[0] == y[1] || x[1] == y[0])) return true;
    double odds = prior_;
    for (size_t f = 0; f < width; ++f) {
      if (x[f] == kNoValue || y[f] == kNoValue) continue;
      if (x[f] == y[f]) {
        odds += same_[f][x[f]];
      } else if (people_.fields[f].kind == FieldKind::kDate) {
        odds += levels_[f][static_cast<size_t>(compare_dates(dates_[f][x[f]], dates_[f][y[f]]))];
      } else {
        odds += far_apart(f, x[f], y[f]) ? levels_[f][static_cast<size_t>(TextLevel::kDifferent)] : most_[f];
      }
    }
    return odds > least;
  }

 private:
  // Too many letters that only one of the two has, for any level but "different" (compare.cpp). Names may
  // still agree by their consonants, and initials have one letter only.
  bool far_apart(size_t field, ValueId x, ValueId y) const {
    const FieldKind kind = people_.fields[field].kind;
    const uint64_t of_x = letters_[field][x];
    const uint64_t of_y = letters_[field][y];
    const int differing = std::popcount(of_x ^ of_y);
    if (kind == FieldKind::kText) return differing > kMostOfText;
    if (differing <= kMostOfName) return false;
    if (kind == FieldKind::kCode) return true;
    const auto& values = people_.dictionaries[people_.fields[field].dictionary].values;
    return std::has_single_bit(of_x) || std::has_single_bit(of_y) ? false : values[x].code != values[y].code;
  }

  static constexpr int kMostOfName = 4;
  static constexpr int kMostOfText = 6;
  static constexpr double kMostForRarity = 1.5;

  const People& people_;
  double prior_;
  std::vector<std::array<float, kLevels>> levels_;
  std::vector<float> most_;
  std::vector<std::vector<float>> same_;
  // Beside the values themselves, which are too large to be looked up so often.
  std::vector<std::vector<uint64_t>> letters_;
  std::vector<std::vector<Date>> dates_;
  bool crosswise_ = false;
};

class Work {
 public:
  Work(const People& people, const LinkOptions& options)
      : people_(people),
        options_(options),
        learns_(!options.model || !options.decisions.empty()),
        before_(options.model.value_or(model_before_data(people))),
        model_(before_),
        random_(options.seed),
        shares_(people, std::vector<float>(people.size(), 1), parents_before_data(people)) {}

  LinkResult run();

 private:
  void say(double share) const {
    if (options_.progress) options_.progress(share);
  }
  void find_candidates();
  void weigh_candidates();
  void decide();
  void learn();
  std::vector<float> weights_of(const Clusters& clusters) const;

  const People& people_;
  const LinkOptions& options_;
  bool learns_;
  LinkModel before_;
  LinkModel model_;
  RandomSource random_;
  Shares shares_;
  std::vector<CandidatePair> pairs_;
  std::vector<float> fixed_;
  uint64_t compared_ = 0;
};

void Work::find_candidates() {
  const Blocks blocks(people_, options_.parallel);
  say(0.2);
  const QuickBound bound(people_, shares_, model_);
  const size_t tasks = (people_.size() + kRecordsATask - 1) / kRecordsATask;
  std::vector<std::vector<CandidatePair>> found(tasks);
  std::vector<uint64_t> compared(tasks, 0);
  const size_t at_once = 16;
  for (size_t begin = 0; begin < tasks; begin += at_once) {
    options_.parallel(std::min(at_once, tasks - begin), [&](size_t offset) {
      const size_t task = begin + offset;
      std::vector<uint32_t> seen(people_.size(), UINT32_MAX);
      const size_t end = std::min(people_.size(), (task + 1) * kRecordsATask);
      for (size_t a = task * kRecordsATask; a < end; ++a) {
        blocks.partners(static_cast<uint32_t>(a), seen, [&](uint32_t b) {
          ++compared[task];
          if (!bound.may_exceed(a, b, kKeep - kMargin)) return;
          const WeighedPair pair = weigh(people_, shares_, model_, a, b);
          double odds = std::log(model_.prior[0]);
          for (size_t f = 0; f < people_.fields.size(); ++f) odds += evidence(model_, pair, f);
          if (odds > kKeep) found[task].push_back(candidate(people_, pair, static_cast<uint32_t>(a), b));
        });
      }
    });
    say(0.2 + 0.5 * static_cast<double>(begin + at_once) / static_cast<double>(tasks + at_once));
  }
  for (size_t task = 0; task < tasks; ++task) {
    compared_ += compared[task];
    pairs_.insert(pairs_.end(), found[task].begin(), found[task].end());
    std::vector<CandidatePair>().swap(found[task]);
  }
}

void Work::weigh_candidates() {
  constexpr size_t kChunk = 1 << 14;
  options_.parallel((pairs_.size() + kChunk - 1) / kChunk, [&](size_t chunk) {
    for (size_t i = chunk * kChunk; i < std::min(pairs_.size(), (chunk + 1) * kChunk); ++i) {
      const float p = pairs_[i].probability;
      pairs_[i] = candidate(people_, weigh(people_, shares_, model_, pairs_[i].a, pairs_[i].b), pairs_[i].a,
                            pairs_[i].b);
      pairs_[i].probability = p;
    }
  });
}

// Decided pairs that no key brought are candidates too.
void Work::decide() {
  if (options_.decisions.empty()) return;
  std::unordered_map<uint64_t, bool> decided;
  for (const LinkDecision& decision : options_.decisions)
    decided[(uint64_t{decision.a} << 32) | decision.b] = decision.same;
  fixed_.assign(pairs_.size(), -1);
  for (size_t i = 0; i < pairs_.size(); ++i) {
    const auto found = decided.find((uint64_t{pairs_[i].a} << 32) | pairs_[i].b);
    if (found == decided.end()) continue;
    fixed_[i] = found->second ? 1.0F : 0.0F;
    decided.erase(found);
  }
  for (const LinkDecision& decision : options_.decisions) {
    if (!decided.contains((uint64_t{decision.a} << 32) | decision.b)) continue;
    pairs_.push_back({decision.a, decision.b, 0, 0, 0});
    fixed_.push_back(decision.same ? 1.0F : 0.0F);
  }
}

// A person of many records makes his names no more common.
std::vector<float> Work::weights_of(const Clusters& clusters) const {
  std::vector<uint32_t> sizes(clusters.count, 0);
  for (const uint32_t cluster : clusters.of_record) ++sizes[cluster];
  std::vector<float> out(people_.size());
  for (size_t r = 0; r < people_.size(); ++r)
    out[r] = 1.0F / static_cast<float>(sizes[clusters.of_record[r]]);
  return out;
}

void Work::learn() {
  expectation_maximisation(people_, before_, fixed_, options_.parallel, pairs_, model_);
  say(0.8);
  // Once more with what the first people say: how common names are among people rather than records, and
  // which pairs are of one person when all records are looked at together.
  const Clusters first =
      make_clusters(people_, shares_, model_, pairs_, options_.decisions, 1.1, options_.parallel);
  const std::vector<float> weights = weights_of(first);
  shares_ = Shares(people_, weights, find_parents(people_, weights));
  estimate_u(people_, shares_, random_, model_);
  weigh_candidates();
  // From the start again: the first weights may be those of neighbours.
  model_.prior = before_.prior;
  for (size_t f = 0; f < model_.fields.size(); ++f) model_.fields[f].m = before_.fields[f].m;
  expectation_maximisation(people_, before_, fixed_, options_.parallel, pairs_, model_);
  say(0.9);
}

LinkResult Work::run() {
  say(0);
  if (learns_) estimate_u(people_, shares_, random_, model_);
  find_candidates();
  decide();
  weigh_candidates();
  if (learns_) {
    learn();
  } else {
    for (CandidatePair& pair : pairs_)
      pair.probability = static_cast<float>(1 / (1 + std::exp(-log_odds(people_, model_, pair))));
  }
  Clusters last =
      make_clusters(people_, shares_, model_, pairs_, options_.decisions, options_.least, options_.parallel);
  std::erase_if(last.pairs, [&](const LinkedPair& pair) { return pair.probability < options_.least; });
  say(1);
  return {std::move(model_), std::move(last.pairs), last.count, compared_};
}

}  // namespace

LinkResult link(const People& people, const LinkOptions& options) { return Work(people, options).run(); }

PairsFile pairs_csv(const People& people, const std::vector<LinkedPair>& pairs) {
  std::unordered_set<std::string_view> ids;
  for (const std::string& id : people.ids) ids.insert(id);
  const bool unique = ids.size() == people.size();
  PairsFile out{"a,b,probability,cluster\n", 0};
  for (const LinkedPair& pair : pairs) {
    if (!unique && people.file[pair.a] == people.file[pair.b]) {
      ++out.left_out;
      continue;
    }
    char numbers[40];
    std::snprintf(numbers, sizeof numbers, ",%.6f,", pair.probability);
    out.csv += csv_field(people.ids[pair.a]) + "," + csv_field(people.ids[pair.b]) + numbers +
               (pair.cluster == 0 ? "" : std::to_string(pair.cluster)) + "\n";
  }
  return out;
}

}  // namespace homeward::losses_stats
