// Commands about figures of the loss register: rates, growth, and the estimate.
#include <cmath>
#include <map>

#include "api/case_words.h"
#include "api/command_list.h"
#include "api/estimate_job.h"
#include "api/types_figures.h"
#include "client/features.h"
#include "domain/losses/losses.h"
#include "losses_stats/rates.h"
#include "losses_stats/regions.h"

namespace homeward::api {
namespace {

namespace losses = domain::losses;
namespace stats = losses_stats;

constexpr double kLevel = 0.95;
constexpr double kPer = 100'000;
constexpr size_t kMostCellBytes = 256 * 1024;
constexpr size_t kMostModels = 200;
constexpr size_t kMostPublishers = 40;

losses::Month month_field(const std::string& text, const char* field) {
  const auto span = losses::parse_span(text);
  if (!span || span->precision != losses::Precision::kMonth) throw BadField{field, "\"YYYY-MM\""};
  return losses::month_of(span->first);
}

losses::Question killed(losses::By by, bool confirmed_only) {
  losses::Question out;
  out.by = by;
  out.state = losses::LossState::kKilled;
  out.confirmed_only = confirmed_only;
  return out;
}

losses::Question question_of(const RateArgs& args) {
  losses::Question out = killed(losses::By::kRegion, args.confirmed.value_or(false));
  if (args.from_month && !args.from_month->empty()) out.from = month_field(*args.from_month, "from_month");
  if (args.until_month && !args.until_month->empty())
    out.until = month_field(*args.until_month, "until_month");
  return out;
}

// --- Rates ---

struct Regions {
  std::vector<const stats::Region*> regions;
  std::vector<stats::Exposure> exposures;
  std::vector<losses::Count> counts;
};

Regions regions_of(const losses::Table& table, RatePer per) {
  std::map<std::string, losses::Count> counts;
  for (const losses::Row& row : table.rows) counts[row.key] = row.count;
  Regions out;
  for (const stats::Region& region : stats::regions()) {
    const auto found = counts.find(std::string(region.iso));
    const losses::Count count = found == counts.end() ? losses::Count{} : found->second;
    out.regions.push_back(&region);
    out.counts.push_back(count);
    out.exposures.push_back(
        {count.at_least,
         static_cast<double>(per == RatePer::men ? region.men_16_61 : region.residents_2022)});
  }
  return out;
}

struct Comparison {
  std::vector<stats::Rank> ranks;
  std::vector<double> first;
  std::vector<stats::FunnelPlace> places;
  stats::Overdispersion spread;
  double deaths = 0;
  double people = 0;
};

Comparison compare(const Regions& regions) {
  Comparison out;
  for (const stats::Exposure& one : regions.exposures) {
    out.deaths += static_cast<double>(one.count);
    out.people += one.denominator;
  }
  out.ranks = stats::ranks(regions.exposures, kLevel);
  out.first = stats::probabilities_first(regions.exposures);
  out.places.assign(regions.exposures.size(), stats::FunnelPlace::kWithin);
  if (out.deaths == 0) return out;
  std::vector<stats::Expectation> expectations;
  for (const stats::Exposure& one : regions.exposures)
    expectations.push_back({one.count, out.deaths * one.denominator / out.people});
  out.spread = stats::overdispersion(expectations);
  for (size_t i = 0; i < expectations.size(); ++i)
    out.places[i] = stats::funnel_place(expectations[i], out.spread);
  return out;
}

void show_ratio(const stats::Exposure& region, const stats::Exposure& reference, RegionRate& out) {
  const stats::RateRatio ratio = stats::rate_ratio(region, reference, kLevel);
  const auto finite = [](double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; };
  out.ratio = finite(ratio.ratio);
  out.ratio_low = finite(ratio.exact.low);
  out.ratio_high = finite(ratio.exact.high);
}

std::vector<FunnelPoint> funnel_of(const Regions& regions, const Comparison& compared) {
  constexpr size_t kPoints = 60;
  std::vector<FunnelPoint> out;
  if (compared.deaths == 0) return out;
  double least = regions.exposures[0].denominator;
  double most = least;
  for (const stats::Exposure& one : regions.exposures) {
    least = std::min(least, one.denominator);
    most = std::max(most, one.denominator);
  }
  for (size_t i = 0; i <= kPoints; ++i) {
    // Close together where the funnel is steep.
    const double people = least * std::pow(most / least, static_cast<double>(i) / kPoints);
    const double expected = compared.deaths * people / compared.people;
    const stats::Interval inner = stats::funnel_limits(expected, compared.spread, 0.95);
    const stats::Interval outer = stats::funnel_limits(expected, compared.spread, 0.998);
    const double scale = kPer / people;
    out.push_back({people, inner.low * scale, inner.high * scale, outer.low * scale, outer.high * scale});
  }
  return out;
}

RateTable losses_rates(Node& node, const RateArgs& args) {
  const losses::Question question = question_of(args);
  losses::Table table;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    table = losses::tabulate(view.rows, client::key_of(view.group.id()), question);
  });
  const Regions regions = regions_of(table, args.per);
  const Comparison compared = compare(regions);
  const stats::Exposure* reference = nullptr;
  RateTable out{.per = args.per, .year = args.per == RatePer::men ? 2021 : 2022};
  if (args.reference && !args.reference->empty()) {
    for (size_t i = 0; i < regions.regions.size(); ++i)
      if (regions.regions[i]->iso == *args.reference) reference = &regions.exposures[i];
    if (reference == nullptr) throw BadField{"reference", "the code of a region"};
  }
  for (size_t i = 0; i < regions.regions.size(); ++i) {
    const stats::Exposure& one = regions.exposures[i];
    const double scale = kPer / one.denominator;
    const stats::Interval exact = stats::garwood_interval(one.count, kLevel);
    const stats::Interval midp = stats::midp_interval(one.count, kLevel);
    const stats::Interval byar = stats::byar_interval(one.count, kLevel);
    RegionRate row{.region = std::string(regions.regions[i]->iso),
                   .deaths = static_cast<int64_t>(one.count),
                   .at_most = regions.counts[i].at_most,
                   .confirmed = regions.counts[i].confirmed,
                   .people = static_cast<int64_t>(one.denominator),
                   .rate = static_cast<double>(one.count) * scale,
                   .low = exact.low * scale,
                   .high = exact.high * scale,
                   .midp_low = midp.low * scale,
                   .midp_high = midp.high * scale,
                   .byar_low = byar.low * scale,
                   .byar_high = byar.high * scale,
                   .rank = static_cast<int64_t>(compared.ranks[i].rank),
                   .rank_low = static_cast<int64_t>(compared.ranks[i].low),
                   .rank_high = static_cast<int64_t>(compared.ranks[i].high),
                   .first = compared.first[i],
                   .funnel = static_cast<FunnelName>(compared.places[i])};
    if (reference != nullptr) show_ratio(one, *reference, row);
    if (row.rank_low == 1) ++out.could_be_first;
    out.regions.push_back(std::move(row));
  }
  std::ranges::stable_sort(out.regions, std::greater<>(), &RegionRate::rate);
  out.overall = compared.deaths / compared.people * kPer;
  out.deaths = table.total.count.at_least;
  out.at_most = table.total.count.at_most;
  out.without_region = std::max<int64_t>(0, out.deaths - static_cast<int64_t>(compared.deaths));
  out.funnel = funnel_of(regions, compared);
  out.spread = std::sqrt(compared.spread.tau2);
  return out;
}

// --- Growth ---

Growth losses_growth(Node& node, const GrowthArgs& args) {
  const bool confirmed = args.confirmed.value_or(false);
  losses::Table by_month;
  losses::Table by_both;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const domain::GroupKey group = client::key_of(view.group.id());
    by_month = losses::tabulate(view.rows, group, killed(losses::By::kMonth, confirmed));
    losses::Question both = killed(losses::By::kRegion, confirmed);
    both.also_by = losses::By::kMonth;
    by_both = losses::tabulate(view.rows, group, both);
  });
  constexpr losses::Month kMostMonths = 600;
  std::optional<losses::Month> first, last;
  const auto month_of = [](const std::string& key) -> std::optional<losses::Month> {
    const auto span = losses::parse_span(key);
    return span ? std::optional(losses::month_of(span->first)) : std::nullopt;
  };
  for (const losses::Row& row : by_month.rows) {
    const auto month = month_of(row.key);
    if (!month || row.count.at_least == 0) continue;
    first = first ? std::min(*first, *month) : *month;
    last = last ? std::max(*last, *month) : *month;
  }
  Growth out;
  if (!first) return out;
  first = std::max(*first, *last - kMostMonths);
  for (losses::Month month = *first; month <= *last; ++month)
    out.months.push_back(losses::text_of_month(month));
  std::map<std::string, std::vector<int64_t>> counts;
  std::vector<int64_t> all(out.months.size(), 0);
  const auto add = [&](std::vector<int64_t>& to, const std::string& key, int64_t men) {
    const auto month = month_of(key);
    if (month && *month >= *first && *month <= *last) to[static_cast<size_t>(*month - *first)] += men;
  };
  int64_t dated = 0;
  for (const losses::Row& row : by_month.rows) {
    add(all, row.key, row.count.at_least);
    if (month_of(row.key)) dated += row.count.at_least;
  }
  for (const losses::Row& row : by_both.rows) {
    if (stats::find_region(row.key) == nullptr) continue;
    std::vector<int64_t>& of_region = counts[row.key];
    of_region.resize(out.months.size(), 0);
    add(of_region, row.also, row.count.at_least);
  }
  out.undated = std::max<int64_t>(0, static_cast<int64_t>(by_month.total.count.at_least) - dated);
  for (auto& [region, of_region] : counts) out.rows.push_back({region, std::move(of_region)});
  const auto sum = [](const GrowthRow& row) {
    int64_t total = 0;
    for (const int64_t count : row.counts) total += count;
    return total;
  };
  std::ranges::stable_sort(out.rows, std::greater<>(), sum);
  out.rows.insert(out.rows.begin(), GrowthRow{"", std::move(all)});
  return out;
}

// --- The estimate ---

constexpr const char* kKinds[] = {"official", "press",   "social", "cemetery",
                                  "family",   "comrade", "list",   "other"};

// On which lists each man of the register is; the lists by key, with the words that most use.
struct Listed {
  std::map<std::string, std::string> words;
  std::vector<std::vector<std::string>> men;  // keys, each once
};

Listed listed_men(const client::Client::Look& view, ListsBy by) {
  const domain::GroupKey group = client::key_of(view.group.id());
  Listed out;
  for (const losses::Man& man : losses::men(view.rows, group)) {
    std::vector<std::string> keys;
    for (const losses::RecordId& id : man.records) {
      const auto record = losses::record(view.rows, group, id);
      if (!record || record->withdrawn) continue;
      for (const losses::KeptSource& source : record->sources) {
        if (!source.checked) continue;
        std::string key = by == ListsBy::kind ? kKinds[static_cast<size_t>(source.said.kind) - 1]
                                              : losses::plain_key(source.said.publisher);
        if (key.empty()) continue;
        out.words.emplace(key, by == ListsBy::kind ? key : source.said.publisher);
        keys.push_back(std::move(key));
      }
    }
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (!keys.empty()) out.men.push_back(std::move(keys));
  }
  return out;
}

EstimateLists losses_estimate_lists(Node& node, const EstimateListsArgs& args) {
  EstimateLists out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const Listed listed = listed_men(view, args.by);
    std::map<std::string, int64_t> counts;
    for (const auto& man : listed.men)
      for (const std::string& key : man) ++counts[key];
    for (const auto& [key, men] : counts) out.lists.push_back({listed.words.at(key), men});
  });
  std::ranges::stable_sort(out.lists, std::greater<>(), &EstimateList::men);
  if (out.lists.size() > kMostPublishers) out.lists.resize(kMostPublishers);
  return out;
}

stats::Cells cells_of(Node& node, const EstimateArgs& args) {
  if (args.cells) {
    if (args.cells->size() > kMostCellBytes) throw CallError{ErrorCode::too_many};
    auto read = stats::read_cells(*args.cells);
    if (!read.ok()) throw CallError{ErrorCode::bad_cells};
    return *read;
  }
  if (args.lists.empty() || args.lists.size() > stats::kMaximumLists)
    throw BadField{"lists", "one to nine lists"};
  const ListsBy by = args.by.value_or(ListsBy::kind);
  stats::Cells out{args.lists, std::vector<double>(size_t{1} << args.lists.size(), 0)};
  std::vector<std::string> keys;
  for (const std::string& list : args.lists)
    keys.push_back(by == ListsBy::kind ? list : losses::plain_key(list));
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const auto& man : listed_men(view, by).men) {
      stats::ListSet on = 0;
      for (size_t i = 0; i < keys.size(); ++i)
        if (std::ranges::binary_search(man, keys[i])) on |= stats::ListSet{1} << i;
      if (on != 0) out.counts[on] += 1;
    }
  });
  if (out.observed() == 0) throw CallError{ErrorCode::bad_cells};
  return out;
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

EstimateRange range_of(double estimate, const stats::Interval& interval) {
  return {estimate, finite(interval.low), finite(interval.high)};
}

EstimateAnswer answer_of(const stats::Estimate& made) {
  EstimateAnswer out{.observed = static_cast<int64_t>(made.observed),
                     .lists = made.lists,
                     .too_few_lists = made.lists.size() < 3,
                     .model_count = static_cast<int64_t>(made.models.size())};
  for (const stats::ModelResult& model : made.models) {
    if (!model.exists) ++out.without_estimate;
    if (model.exists && model.bic <= made.models.front().bic + 6) {
      out.models_low = std::min(out.models_low.value_or(model.estimate), model.estimate);
      out.models_high = std::max(out.models_high.value_or(model.estimate), model.estimate);
    }
    if (out.models.size() == kMostModels) continue;
    EstimateModel row{.model = model.name, .exists = model.exists};
    if (model.exists) {
      row.estimate = finite(model.estimate);
      row.se = finite(model.standard_error);
      row.bic = finite(model.bic);
      row.aic = finite(model.aic);
    }
    out.models.push_back(std::move(row));
  }
  const bool best = !made.models.empty() && made.models.front().exists;
  if (best && made.profile) out.profile = range_of(made.models.front().estimate, *made.profile);
  if (best && made.bootstrap) out.bootstrap = range_of(made.models.front().estimate, *made.bootstrap);
  if (made.average) {
    out.average = range_of(made.average->median, made.average->interval);
    out.average_unbounded = made.average->at_bound > 1e-3;
  }
  if (made.sparse) {
    out.sparse_exists = made.sparse->exists;
    if (made.sparse->exists) {
      out.sparse = range_of(made.sparse->estimate, made.sparse->interval);
      out.sparse_model = made.sparse->model;
    }
  }
  if (made.bayes) {
    out.bayes = range_of(made.bayes->median, made.bayes->interval);
    out.rhat = made.bayes->rhat;
    out.effective = static_cast<int64_t>(made.bayes->effective);
  }
  return out;
}

EstimateStatus losses_estimate_state(Node& node, const GroupArgs& args) {
  node.find_group(args.group);
  const EstimateJob* job = node.estimate(group_id(args.group));
  if (job == nullptr) return {EstimateState::none, 0, std::nullopt};
  const auto permille = static_cast<int64_t>(job->share() * 1'000);
  const std::optional<stats::Estimate> made = job->result();
  if (!made) return {EstimateState::running, permille, std::nullopt};
  if (made->stopped) return {EstimateState::stopped, permille, std::nullopt};
  return {EstimateState::done, 1'000, answer_of(*made)};
}

EstimateStatus losses_estimate(Node& node, const EstimateArgs& args) {
  node.find_group(args.group);
  stats::Cells cells = cells_of(node, args);
  const auto seed = static_cast<uint64_t>(args.seed.value_or(1));
  node.start_estimate(group_id(args.group), std::make_unique<EstimateJob>(std::move(cells), seed));
  return losses_estimate_state(node, {args.group});
}

EstimateStatus losses_estimate_stop(Node& node, const GroupArgs& args) {
  node.find_group(args.group);
  if (EstimateJob* job = node.estimate(group_id(args.group))) job->stop();
  return losses_estimate_state(node, args);
}

}  // namespace

void add_figures(CommandList& list) {
  list.add_function<&losses_rates>(
      "losses.rates", "Deaths by region over residents or men, with intervals, ranks and funnel.");
  list.add_function<&losses_growth>("losses.growth", "Deaths month by month, in all and by region.");
  list.add_function<&losses_estimate_lists>("losses.estimate_lists",
                                            "What the register's sources are as lists for an estimate.");
  list.add_function<&losses_estimate>("losses.estimate",
                                      "Begins to estimate those on no list; one at a time in a group.");
  list.add_function<&losses_estimate_state>("losses.estimate_state",
                                            "How far the estimate is, and its answer.");
  list.add_function<&losses_estimate_stop>("losses.estimate_stop", "Stops the estimate.");
}

}  // namespace homeward::api
