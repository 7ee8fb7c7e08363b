#include "losses_stats/estimate.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "losses_stats/json.h"

namespace homeward::losses_stats {
namespace {

constexpr double kLevel = 0.95;

std::string json_number(double value, bool exists = true) {
  if (!exists || !std::isfinite(value)) return "null";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.12g", value);
  return buffer;
}

std::string json_interval(const char* prefix, const std::optional<Interval>& interval) {
  const std::string name = prefix;
  return ",\"" + name + "low\":" + json_number(interval ? interval->low : 0, interval.has_value()) + ",\"" +
         name + "high\":" + json_number(interval ? interval->high : 0, interval.has_value());
}

std::string json_best(const Estimate& made) {
  const ModelResult none;
  const ModelResult& best = made.models.empty() ? none : made.models.front();
  return "{\"model\":" + (best.exists ? json_text(best.name) : "null") +
         ",\"estimate\":" + json_number(best.estimate, best.exists) +
         ",\"se\":" + json_number(best.standard_error, best.exists) + json_interval("", made.profile) +
         ",\"bic\":" + json_number(best.bic, best.exists) + json_interval("bootstrap_", made.bootstrap) + "}";
}

std::string json_model(const ModelResult& model) {
  return "{\"model\":" + json_text(model.name) +
         ",\"estimate\":" + json_number(model.estimate, model.exists) +
         ",\"se\":" + json_number(model.standard_error, model.exists) +
         ",\"deviance\":" + json_number(model.deviance, model.exists) +
         ",\"df\":" + std::to_string(model.df) + ",\"aic\":" + json_number(model.aic, model.exists) +
         ",\"bic\":" + json_number(model.bic, model.exists) +
         ",\"exists\":" + (model.exists ? "true" : "false") + "}";
}

std::string json_loglinear(const Estimate& made) {
  std::string out = ",\"loglinear\":{\"best\":" + json_best(made) + ",\"models\":[";
  for (size_t i = 0; i < made.models.size(); ++i) out += (i > 0 ? "," : "") + json_model(made.models[i]);
  return out + "]}";
}

std::string json_average(const std::optional<Average>& average) {
  const Average made = average.value_or(Average());
  return ",\"average\":{\"estimate\":" + json_number(made.median, average.has_value()) +
         json_interval("", average ? std::optional(average->interval) : std::nullopt) +
         ",\"mean\":" + json_number(made.mean, average.has_value()) +
         ",\"mode\":" + json_number(made.mode, average.has_value()) + "}";
}

std::string json_sparse(const std::optional<SparseResult>& sparse) {
  const SparseResult made = sparse.value_or(SparseResult());
  return ",\"sparse\":{\"exists\":" + std::string(made.exists ? "true" : "false") +
         ",\"model\":" + (made.exists ? json_text(made.model) : "null") +
         ",\"estimate\":" + json_number(made.estimate, made.exists) +
         json_interval("", made.exists ? std::optional(made.interval) : std::nullopt) + "}";
}

std::string json_bayes(const std::optional<LatentClassResult>& bayes) {
  const LatentClassResult made = bayes.value_or(LatentClassResult());
  return ",\"bayes\":{\"median\":" + json_number(made.median, bayes.has_value()) +
         json_interval("", bayes ? std::optional(bayes->interval) : std::nullopt) +
         ",\"rhat\":" + json_number(made.rhat, bayes.has_value()) +
         ",\"effective\":" + json_number(std::floor(made.effective), bayes.has_value()) + "}";
}

std::string whole(double value) {
  return std::isfinite(value) ? std::to_string(std::llround(value)) : "no limit";
}

std::string range(const Interval& interval) { return whole(interval.low) + " to " + whole(interval.high); }

// The lowest and highest estimate among the models hardly worse than the best by BIC.
Interval range_of_models(const std::vector<ModelResult>& models) {
  Interval out{models.front().estimate, models.front().estimate};
  for (const ModelResult& model : models) {
    if (!model.exists || model.bic > models.front().bic + 6) continue;
    out.low = std::min(out.low, model.estimate);
    out.high = std::max(out.high, model.estimate);
  }
  return out;
}

void add_loglinear(const Cells& cells, const EstimateOptions& options, const LongWork& work, Estimate& out) {
  out.models = fit_models(cells, work.part(0, 0.5));
  if (work.should_stop()) return;
  const ModelResult& best = out.models.front();
  const auto without =
      std::count_if(out.models.begin(), out.models.end(), [](const auto& model) { return !model.exists; });
  if (without > 0) {
    out.warnings.push_back(
        std::to_string(without) + " of " + std::to_string(out.models.size()) +
        " log-linear models have no finite estimate, or none that these counts determine.");
  }
  if (!best.exists) {
    out.exists = false;
    return;
  }
  out.profile = profile_interval(cells, best.terms, kLevel);
  out.bootstrap = bootstrap_interval(cells, best.terms, kLevel, {.seed = options.seed}, work.part(0.6, 1));
  const Interval others = range_of_models(out.models);
  if (others.high > 1.25 * others.low) {
    out.warnings.push_back("Models that fit almost as well as the best give from " + range(others) +
                           ": the choice of the model matters more than its own interval says.");
  }
}

void add_average(const Cells& cells, const LongWork& work, Estimate& out) {
  if (cells.list_count() > kMostListsForAverage) {
    out.warnings.emplace_back("The average over decomposable graphs is made for up to six lists.");
    return;
  }
  out.average = average_over_graphs(cells, {}, work);
  if (out.average->at_bound > 1e-3) {
    out.warnings.emplace_back(
        "The average gives weight to the largest number considered, ten times those observed: "
        "these counts do not bound it.");
  }
}

void add_bayes(const Cells& cells, const EstimateOptions& options, const LongWork& work, Estimate& out) {
  LatentClassOptions how = options.bayes;
  how.seed = options.seed;
  how.work = work;
  out.bayes = latent_class_estimate(cells, how);
  if (out.bayes->rhat > 1.05) {
    out.warnings.emplace_back(
        "The chains of the Bayesian model do not agree (R-hat above 1.05): do not use its result.");
  } else if (out.bayes->effective < 400) {
    out.warnings.emplace_back(
        "The chains of the Bayesian model are worth fewer than 400 independent draws: its limits are loose.");
  }
}

}  // namespace

Estimate estimate(const Cells& cells, const EstimateOptions& options) {
  Estimate out;
  out.observed = cells.observed();
  out.lists = cells.lists;
  out.methods = options.methods;
  if (cells.list_count() < 3) {
    out.warnings.emplace_back(
        "Fewer than three lists give no estimate fit to publish: whether those on one list are more or less "
        "likely to "
        "be on the other cannot be seen from the counts, and the answer depends on it entirely. Bring a "
        "third list.");
    return out;
  }
  out.exists = true;
  // Shares of the whole in parts of what each method takes, roughly.
  const EstimateMethods& asked = options.methods;
  const double weights[] = {asked.loglinear ? 1.0 : 0, asked.average ? 1.0 : 0, asked.bayes ? 4.0 : 0};
  const double sum = std::max(1.0, weights[0] + weights[1] + weights[2]);
  double done = 0;
  const auto next = [&](size_t part) {
    const double from = done;
    done += weights[part] / sum;
    return options.work.part(from, done);
  };
  const auto goes_on = [&] {
    out.stopped = out.stopped || options.work.should_stop();
    return !out.stopped;
  };
  if (asked.loglinear && goes_on()) add_loglinear(cells, options, next(0), out);
  if (asked.average && goes_on()) add_average(cells, next(1), out);
  if (asked.sparse && goes_on()) {
    out.sparse = sparse_estimate(cells);
    if (!out.sparse->exists) {
      out.exists = false;
      out.warnings.emplace_back("With these overlaps the stepwise model has no finite estimate.");
    }
  }
  if (asked.bayes && goes_on()) add_bayes(cells, options, next(2), out);
  if (goes_on()) options.work.tell(1);
  return out;
}

std::string estimate_json(const Estimate& made) {
  std::string out = "{\"observed\":" + json_number(made.observed) + ",\"lists\":[";
  for (size_t i = 0; i < made.lists.size(); ++i) out += (i > 0 ? "," : "") + json_text(made.lists[i]);
  out += std::string("],\"exists\":") + (made.exists ? "true" : "false") + ",\"warnings\":[";
  for (size_t i = 0; i < made.warnings.size(); ++i) out += (i > 0 ? "," : "") + json_text(made.warnings[i]);
  out += "]";
  if (made.methods.loglinear) out += json_loglinear(made);
  if (made.methods.average) out += json_average(made.average);
  if (made.methods.sparse) out += json_sparse(made.sparse);
  if (made.methods.bayes) out += json_bayes(made.bayes);
  return out + "}\n";
}

std::string estimate_text(const Estimate& made) {
  std::string out =
      whole(made.observed) + " are on at least one of " + std::to_string(made.lists.size()) + " lists.\n";
  if (!made.models.empty()) {
    const ModelResult& best = made.models.front();
    out += "\nLog-linear models: " + std::to_string(made.models.size()) + "\n";
    if (best.exists) {
      out += "  best by BIC " + best.name + ": " + whole(best.estimate) + ", standard error " +
             whole(best.standard_error) + "\n";
      if (made.profile) out += "  95 % by profile likelihood: " + range(*made.profile) + "\n";
      if (made.bootstrap) out += "  95 % by bootstrap: " + range(*made.bootstrap) + "\n";
      out += "  models within 6 of its BIC: " + range(range_of_models(made.models)) + "\n";
    } else {
      out += "  none has a finite estimate that these counts determine\n";
    }
  }
  if (made.average) {
    out += "\nAverage over decomposable graphs: " + whole(made.average->median) + ", 95 % " +
           range(made.average->interval) + "\n";
  }
  if (made.sparse && made.sparse->exists) {
    out += "\nStepwise for sparse overlaps, " + made.sparse->model + ": " + whole(made.sparse->estimate) +
           ", 95 % " + range(made.sparse->interval) + "\n";
  }
  if (made.bayes) {
    char rhat[40];
    std::snprintf(rhat, sizeof rhat, "%.3f", made.bayes->rhat);
    out += "\nBayesian latent classes: " + whole(made.bayes->median) + ", 95 % " +
           range(made.bayes->interval) + ", R-hat " + rhat + "\n";
  }
  if (!made.warnings.empty()) out += "\n";
  for (const std::string& warning : made.warnings) out += "Beware: " + warning + "\n";
  return out +
         "\nAssumed throughout: the same people count as one on every list and different people as two; the "
         "group is\n"
         "closed; nobody is certain to be on no list; and the dependence between lists is of the kind the "
         "model has. The\n"
         "counts cannot show whether the last holds for those on no list. Where the methods differ, so does "
         "what they\n"
         "assume: give the whole range, not one of them.\n";
}

}  // namespace homeward::losses_stats
