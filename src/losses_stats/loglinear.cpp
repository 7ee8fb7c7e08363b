#include "losses_stats/loglinear.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "losses_stats/quantiles.h"
#include "losses_stats/random.h"

namespace homeward::losses_stats {
namespace {

constexpr double kLargestBias = 0.1;
constexpr size_t kMostListsForAll = 5;

// By size, then by number: every term after its subsets.
void sort_terms(Terms& terms) {
  std::sort(terms.begin(), terms.end(), [](ListSet a, ListSet b) {
    return std::pair(std::popcount(a), a) < std::pair(std::popcount(b), b);
  });
}

std::string digits(ListSet term) {
  std::string out;
  for (size_t list = 0; list < kMaximumLists; ++list) {
    if (term >> list & 1) out += std::to_string(list + 1);
  }
  return out;
}

bool has_all_parts(const std::set<ListSet>& terms, ListSet term) {
  for (ListSet rest = term; rest != 0; rest &= rest - 1) {
    if (!terms.contains(term & ~(rest & -rest))) return false;
  }
  return true;
}

bool is_largest(const Terms& terms, ListSet term) {
  return std::none_of(terms.begin(), terms.end(),
                      [&](ListSet other) { return other != term && (other & term) == term; });
}

std::vector<uint8_t> observable(size_t cells) {
  std::vector<uint8_t> out(cells, 1);
  out[0] = 0;
  return out;
}

// The models one term away.
std::vector<Terms> neighbours(const Terms& terms, size_t lists) {
  const std::set<ListSet> have(terms.begin(), terms.end());
  const ListSet all = (ListSet{1} << lists) - 1;
  std::vector<Terms> out;
  for (ListSet term = 1; term < all; ++term) {
    if (std::popcount(term) < 2) continue;
    Terms next = terms;
    if (!have.contains(term)) {
      if (!has_all_parts(have, term)) continue;
      next.push_back(term);
      sort_terms(next);
    } else {
      if (!is_largest(terms, term)) continue;
      next.erase(std::find(next.begin(), next.end(), term));
    }
    out.push_back(std::move(next));
  }
  return out;
}

bool better(const ModelResult& a, const ModelResult& b) {
  if (a.exists != b.exists) return a.exists;
  return a.exists && a.bic < b.bic;
}

std::vector<ModelResult> search(const Cells& cells, const LongWork& work) {
  std::map<Terms, ModelResult> met;
  const auto fit_new = [&](std::vector<Terms> wanted) {
    std::erase_if(wanted, [&](const Terms& terms) { return met.contains(terms); });
    std::vector<ModelResult> fits(wanted.size());
    work.run(wanted.size(), [&](size_t i) { fits[i] = fit_model(cells, wanted[i]); });
    for (ModelResult& fit : fits) {
      if (!fit.terms.empty()) met.emplace(fit.terms, std::move(fit));
    }
  };
  Terms current = terms_of({}, cells.list_count());
  fit_new({current});
  // How many steps it takes is not known: the rest counts as long as four steps.
  for (double steps = 1; !work.should_stop(); ++steps) {
    const std::vector<Terms> next = neighbours(current, cells.list_count());
    fit_new(next);
    const ModelResult* best = &met.at(current);
    for (const Terms& terms : next) {
      const auto tried = met.find(terms);
      if (tried != met.end() && better(tried->second, *best)) best = &tried->second;
    }
    if (best->terms == current) break;
    current = best->terms;
    work.tell(steps / (steps + 4));
  }
  std::vector<ModelResult> out;
  for (auto& [terms, made] : met) out.push_back(std::move(made));
  return out;
}

// The multinomial profile likelihood at these many on no list.
class Profile {
 public:
  Profile(const Cells& cells, const Terms& terms)
      : observed_(cells.observed()), counts_(cells.counts), terms_(terms) {
    used_ = facial_set(counts_, observable(counts_.size()), terms);
    used_[0] = 1;
  }

  double operator()(double missing) {
    counts_[0] = missing;
    const double total = observed_ + missing;
    const PoissonFit fit(counts_, used_, terms_);
    double sum = std::lgamma(total + 1) - std::lgamma(missing + 1);
    for (size_t cell = 0; cell < counts_.size(); ++cell) {
      if (counts_[cell] > 0) sum += counts_[cell] * std::log(fit.expected()[cell] / total);
    }
    return sum;
  }

 private:
  double observed_;
  std::vector<double> counts_;
  std::vector<uint8_t> used_;
  const Terms& terms_;
};

// Golden section on the logarithm: the maximum of a function with one.
double peak(Profile& profile, double low, double high) {
  const double golden = (std::sqrt(5.0) - 1) / 2;
  double a = std::log(low);
  double b = std::log(high);
  double c = b - golden * (b - a);
  double d = a + golden * (b - a);
  double at_c = profile(std::exp(c));
  double at_d = profile(std::exp(d));
  while (b - a > 1e-7) {
    if (at_c > at_d) {
      b = d;
      d = c;
      at_d = at_c;
      c = b - golden * (b - a);
      at_c = profile(std::exp(c));
    } else {
      a = c;
      c = d;
      at_c = at_d;
      d = a + golden * (b - a);
      at_d = profile(std::exp(d));
    }
  }
  return std::exp((a + b) / 2);
}

// Where the profile passes `level` between a point inside the interval and one outside.
double crossing(Profile& profile, double inside, double outside, double level) {
  for (int i = 0; i < 60 && std::abs(inside - outside) > 1e-7 * (1 + inside); ++i) {
    const double middle = (inside + outside) / 2;
    (profile(middle) >= level ? inside : outside) = middle;
  }
  return inside;
}

}  // namespace

Terms terms_of(const std::vector<ListSet>& generators, size_t lists) {
  std::set<ListSet> all{0};
  for (size_t list = 0; list < lists; ++list) all.insert(ListSet{1} << list);
  for (const ListSet generator : generators) {
    for (ListSet part = generator; part != 0; part = (part - 1) & generator) all.insert(part);
  }
  Terms out(all.begin(), all.end());
  sort_terms(out);
  return out;
}

std::string model_name(const Terms& terms) {
  std::vector<std::string> names;
  for (const ListSet term : terms) {
    if (term != 0 && is_largest(terms, term)) names.push_back(digits(term));
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "[" : ",") + name;
  return out + "]";
}

std::vector<Terms> all_models(size_t lists) {
  HW_ASSERT(lists >= 2 && lists <= kMostListsForAll);
  std::vector<ListSet> candidates;
  const ListSet all = (ListSet{1} << lists) - 1;
  for (ListSet term = 1; term < all; ++term) {
    if (std::popcount(term) >= 2) candidates.push_back(term);
  }
  sort_terms(candidates);
  std::vector<Terms> out;
  std::set<ListSet> chosen;
  for (const ListSet term : terms_of({}, lists)) chosen.insert(term);
  const std::function<void(size_t)> extend = [&](size_t at) {
    if (at == candidates.size()) {
      out.emplace_back(chosen.begin(), chosen.end());
      sort_terms(out.back());
      return;
    }
    extend(at + 1);
    if (!has_all_parts(chosen, candidates[at])) return;
    chosen.insert(candidates[at]);
    extend(at + 1);
    chosen.erase(candidates[at]);
  };
  extend(0);
  return out;
}

ModelResult fit_model(const Cells& cells, const Terms& terms) {
  ModelResult out;
  out.terms = terms;
  out.name = model_name(terms);
  out.df = static_cast<int>(cells.counts.size()) - 1 - static_cast<int>(terms.size());
  const std::vector<uint8_t> used = facial_set(cells.counts, observable(cells.counts.size()), terms);
  const PoissonFit fit(cells.counts, used, terms);
  if (!fit.converged() || !fit.determined(0)) return out;
  const double missing = fit.expected()[0];
  const double observed = cells.observed();
  out.estimate = observed + missing;
  out.exists =
      std::isfinite(missing) && missing > 1e-6 && fit.bias_of_empty_cell() <= kLargestBias * out.estimate;
  out.standard_error = std::sqrt(missing + missing * missing * fit.variance(0));
  out.deviance = fit.deviance();
  const auto parameters = static_cast<double>(terms.size());
  out.aic = -2 * fit.log_likelihood() + 2 * parameters;
  out.bic = -2 * fit.log_likelihood() + std::log(observed) * parameters;
  return out;
}

std::vector<ModelResult> fit_models(const Cells& cells, const LongWork& work) {
  std::vector<ModelResult> out;
  if (cells.list_count() > kMostListsForAll) {
    out = search(cells, work);
  } else {
    constexpr size_t kModelsATask = 32;
    constexpr size_t kTasksARound = 16;
    const std::vector<Terms> models = all_models(cells.list_count());
    out.resize(models.size());
    for (size_t from = 0; from < models.size(); from += kModelsATask * kTasksARound) {
      const size_t left = (models.size() - from + kModelsATask - 1) / kModelsATask;
      work.run(std::min(left, kTasksARound), [&](size_t task) {
        const size_t first = from + task * kModelsATask;
        for (size_t i = first; i < std::min(models.size(), first + kModelsATask); ++i)
          out[i] = fit_model(cells, models[i]);
      });
      work.tell(static_cast<double>(from) / static_cast<double>(models.size()));
    }
  }
  std::sort(out.begin(), out.end(), [](const ModelResult& a, const ModelResult& b) {
    return better(a, b) || (!better(b, a) && a.name < b.name);
  });
  return out;
}

std::optional<Interval> profile_interval(const Cells& cells, const Terms& terms, double level) {
  Profile profile(cells, terms);
  const ModelResult fit = fit_model(cells, terms);
  const double observed = cells.observed();
  const double missing = fit.estimate - observed;
  const double best = peak(profile, missing / 2, missing * 2);
  const double depth = normal_quantile(0.5 + level / 2);
  const double wanted = profile(best) - depth * depth / 2;
  double high = best;
  while (profile(high) >= wanted) {
    if (high > 1000 * observed) return {};
    high *= 1.5;
  }
  const double low = profile(0) >= wanted ? 0 : crossing(profile, best, 0, wanted);
  return Interval{observed + low, observed + crossing(profile, best, high, wanted)};
}

Interval bootstrap_interval(const Cells& cells, const Terms& terms, double level, const Bootstrap& how,
                            const LongWork& work) {
  constexpr size_t kTablesATask = 25;
  const ModelResult fit = fit_model(cells, terms);
  std::vector<double> weights = cells.counts;
  weights[0] = fit.estimate - cells.observed();
  // Drawn one after another, so that a seed gives the same tables however many cores fit them.
  RandomSource random(how.seed);
  std::vector<std::vector<uint64_t>> tables;
  for (size_t i = 0; i < how.repetitions; ++i)
    tables.push_back(random.multinomial(static_cast<uint64_t>(std::llround(fit.estimate)), weights));
  std::vector<double> estimates(tables.size());
  work.run((tables.size() + kTablesATask - 1) / kTablesATask, [&](size_t task) {
    Cells drawn = cells;
    for (size_t i = task * kTablesATask; i < std::min(tables.size(), (task + 1) * kTablesATask); ++i) {
      std::transform(tables[i].begin(), tables[i].end(), drawn.counts.begin(),
                     [](uint64_t n) { return static_cast<double>(n); });
      drawn.counts[0] = 0;
      const ModelResult again = fit_model(drawn, terms);
      estimates[i] = again.exists ? again.estimate : std::numeric_limits<double>::infinity();
    }
  });
  std::sort(estimates.begin(), estimates.end());
  const auto at = [&](double p) {
    return estimates[std::min(estimates.size() - 1,
                              static_cast<size_t>(p * static_cast<double>(estimates.size())))];
  };
  return {at((1 - level) / 2), at((1 + level) / 2)};
}

}  // namespace homeward::losses_stats
