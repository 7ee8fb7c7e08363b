#include "losses_stats/latent_class.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "losses_stats/random.h"

namespace homeward::losses_stats {
namespace {

class Chain {
 public:
  Chain(const Cells& cells, const LatentClassOptions& options, uint64_t seed)
      : options_(options), random_(seed), lists_(cells.list_count()), observed_(cells.observed()) {
    for (ListSet cell = 1; cell < cells.counts.size(); ++cell) {
      if (cells.counts[cell] > 0) cells_.push_back({cell, static_cast<uint64_t>(cells.counts[cell])});
    }
    listed_.assign(options.classes, std::vector<double>(lists_, 0));
    for (auto& of_class : listed_) {
      for (double& probability : of_class) probability = random_.uniform();
    }
    // Most begin in one class with the lists' own shares, and chains differ in how many: from many equal
    // classes a chain is long in leaving what fits the data by chance.
    for (size_t j = 0; j < lists_; ++j) {
      listed_[0][j] = std::min(0.9, cells.overlap(ListSet{1} << j) / observed_ * random_.uniform());
    }
    const double first = 0.5 + random_.uniform() / 2;
    share_.assign(options.classes, (1 - first) / static_cast<double>(options.classes - 1));
    share_[0] = first;
  }

  // One round through all conditional distributions; the whole number.
  double step() {
    size_.assign(options_.classes, 0);
    on_list_.assign(options_.classes, std::vector<double>(lists_, 0));
    for (const auto& [cell, count] : cells_) place(cell, count);
    const std::vector<double> weights = weights_of(0);
    const double none = std::min(std::accumulate(weights.begin(), weights.end(), 0.0), 1 - 1e-12);
    const auto missing = random_.poisson(random_.gamma(observed_) * none / (1 - none));
    place(0, missing);
    for (size_t i = 0; i < size_.size(); ++i) exchange_labels();
    draw_probabilities();
    draw_shares();
    return observed_ + static_cast<double>(missing);
  }

 private:
  std::vector<double> weights_of(ListSet cell) const {
    std::vector<double> out = share_;
    for (size_t k = 0; k < out.size(); ++k) {
      for (size_t j = 0; j < lists_; ++j) out[k] *= (cell >> j & 1) ? listed_[k][j] : 1 - listed_[k][j];
    }
    return out;
  }

  void place(ListSet cell, uint64_t count) {
    std::vector<double> weights = weights_of(cell);
    // Every class may be all but impossible for a cell; then none is more so than another.
    if (std::accumulate(weights.begin(), weights.end(), 0.0) <= 0)
      std::fill(weights.begin(), weights.end(), 1.0);
    const std::vector<uint64_t> placed = random_.multinomial(count, weights);
    for (size_t k = 0; k < placed.size(); ++k) {
      const auto number = static_cast<double>(placed[k]);
      size_[k] += number;
      for (size_t j = 0; j < lists_; ++j) {
        if (cell >> j & 1) on_list_[k][j] += number;
      }
    }
  }

  // Two classes exchange their people and keep their shares, by Metropolis: without it large classes stay
  // caught behind small ones in the order of the stick (Papaspiliopoulos and Roberts 2008).
  void exchange_labels() {
    const auto a = static_cast<size_t>(random_.uniform() * static_cast<double>(size_.size()));
    const auto b = static_cast<size_t>(random_.uniform() * static_cast<double>(size_.size()));
    if (share_[a] <= 0 || share_[b] <= 0) return;
    if (std::log(random_.uniform()) >= (size_[b] - size_[a]) * (std::log(share_[a]) - std::log(share_[b])))
      return;
    std::swap(size_[a], size_[b]);
    std::swap(on_list_[a], on_list_[b]);
  }

  void draw_probabilities() {
    for (size_t k = 0; k < size_.size(); ++k) {
      for (size_t j = 0; j < lists_; ++j) {
        listed_[k][j] = random_.beta(1 + on_list_[k][j], 1 + size_[k] - on_list_[k][j]);
      }
    }
  }

  void draw_shares() {
    double after = std::accumulate(size_.begin(), size_.end(), 0.0);
    double stick = 1;
    double log_rest = 0;
    for (size_t k = 0; k + 1 < size_.size(); ++k) {
      after -= size_[k];
      const double taken = std::min(random_.beta(1 + size_[k], concentration_ + after), 1 - 1e-12);
      share_[k] = stick * taken;
      stick *= 1 - taken;
      log_rest += std::log1p(-taken);
    }
    share_.back() = stick;
    const auto classes = static_cast<double>(size_.size());
    concentration_ = std::max(1e-6, random_.gamma(options_.shape + classes - 1) / (options_.rate - log_rest));
  }

  struct Counted {
    ListSet cell;
    uint64_t count;
  };
  const LatentClassOptions& options_;
  RandomSource random_;
  size_t lists_;
  double observed_;
  std::vector<Counted> cells_;
  std::vector<std::vector<double>> listed_;  // by class and list
  std::vector<double> share_;                // by class
  double concentration_ = 1;
  std::vector<double> size_;                  // by class, in the present step
  std::vector<std::vector<double>> on_list_;  // by class and list
};

double mean_of(const double* first, size_t count) {
  return std::accumulate(first, first + count, 0.0) / static_cast<double>(count);
}

double split_rhat(const std::vector<std::vector<double>>& chains) {
  const size_t half = chains[0].size() / 2;
  std::vector<double> means;
  double within = 0;
  for (const std::vector<double>& chain : chains) {
    for (const size_t begin : {size_t{0}, half}) {
      const double mean = mean_of(&chain[begin], half);
      double squares = 0;
      for (size_t i = begin; i < begin + half; ++i) squares += (chain[i] - mean) * (chain[i] - mean);
      within += squares / static_cast<double>(half - 1);
      means.push_back(mean);
    }
  }
  const auto parts = static_cast<double>(means.size());
  within /= parts;
  const double middle = mean_of(means.data(), means.size());
  double between = 0;
  for (const double mean : means) between += (mean - middle) * (mean - middle);
  between /= parts - 1;
  const auto length = static_cast<double>(half);
  return std::sqrt(((length - 1) / length * within + between) / within);
}

double autocovariance(const std::vector<double>& chain, double mean, size_t lag) {
  double sum = 0;
  for (size_t i = 0; i + lag < chain.size(); ++i) sum += (chain[i] - mean) * (chain[i + lag] - mean);
  return sum / static_cast<double>(chain.size());
}

double effective_draws(const std::vector<std::vector<double>>& chains) {
  const auto length = static_cast<double>(chains[0].size());
  const auto number = static_cast<double>(chains.size());
  std::vector<double> means;
  for (const std::vector<double>& chain : chains) means.push_back(mean_of(chain.data(), chain.size()));
  const double middle = mean_of(means.data(), means.size());
  const auto within = [&](size_t lag) {
    double sum = 0;
    for (size_t c = 0; c < chains.size(); ++c) sum += autocovariance(chains[c], means[c], lag);
    return sum / number;
  };
  double between = 0;
  for (const double mean : means) between += (mean - middle) * (mean - middle);
  between /= std::max(1.0, number - 1);
  const double at_once = within(0) * length / (length - 1);
  const double whole = within(0) + between;
  if (whole <= 0) return number * length;
  const auto correlation = [&](size_t lag) { return 1 - (at_once - within(lag)) / whole; };
  // Sums of two lags in a row are positive in truth; noise takes over where they no longer are.
  double sum = 1;
  for (size_t lag = 1; lag + 1 < chains[0].size() / 2; lag += 2) {
    const double pair = correlation(lag) + correlation(lag + 1);
    if (pair <= 0) break;
    sum += 2 * pair;
  }
  return std::min(number * length, number * length / sum);
}

}  // namespace

LatentClassResult latent_class_estimate(const Cells& cells, const LatentClassOptions& options) {
  HW_ASSERT(options.classes >= 2 && options.chains >= 1 && options.kept >= 4);
  constexpr size_t kParts = 200;
  const size_t length = options.discarded + options.kept;
  std::vector<Chain> chains;
  for (size_t c = 0; c < options.chains; ++c)
    chains.emplace_back(cells, options, options.seed * 1'000'003 + c);
  std::vector<std::vector<double>> numbers(options.chains);
  for (size_t part = 0; part < kParts; ++part) {
    if (options.work.should_stop()) return {};
    options.work.run(options.chains, [&](size_t c) {
      for (size_t i = part * length / kParts; i < (part + 1) * length / kParts; ++i) {
        const double number = chains[c].step();
        if (i >= options.discarded) numbers[c].push_back(number);
      }
    });
    options.work.tell(static_cast<double>(part) / kParts);
  }
  if (options.work.should_stop()) return {};
  std::vector<std::vector<double>> logs(options.chains);
  std::vector<double> draws;
  for (size_t c = 0; c < options.chains; ++c) {
    for (const double number : numbers[c]) logs[c].push_back(std::log(number));
    draws.insert(draws.end(), numbers[c].begin(), numbers[c].end());
  }
  options.work.tell(1);
  LatentClassResult out;
  out.rhat = split_rhat(logs);
  out.effective = effective_draws(logs);
  out.mean = mean_of(draws.data(), draws.size());
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double p) {
    return draws[static_cast<size_t>(p * static_cast<double>(draws.size() - 1))];
  };
  out.median = at(0.5);
  out.interval = {at(0.025), at(0.975)};
  return out;
}

}  // namespace homeward::losses_stats
