// The API's words for figures of the loss register: rates by region, growth over time, and the estimate of
// those who are on no list. Rates and limits are per 100,000; months are "YYYY-MM"; regions are ISO 3166-2
// codes.
#pragma once

#include "api/types_cases.h"

namespace homeward::api {

// Of whom a rate is taken: all residents on 1 January of the year named, or men aged 16 to 61 and a half.
enum class RatePer { residents, men };
BOOST_DESCRIBE_ENUM(RatePer, residents, men)
// Beyond the limits of 99.8 % or 95 % around the rate of all regions together.
enum class FunnelName { very_low, low, within, high, very_high };
BOOST_DESCRIBE_ENUM(FunnelName, very_low, low, within, high, very_high)
// What a list of the estimate is: all sources of one kind, or of one publisher.
enum class ListsBy { kind, publisher };
BOOST_DESCRIBE_ENUM(ListsBy, kind, publisher)
enum class EstimateState { none, running, done, stopped };
BOOST_DESCRIBE_ENUM(EstimateState, none, running, done, stopped)

struct RateArgs {
  HW_API(RateArgs);
  std::string group;
  RatePer per{};
  std::optional<std::string> from_month, until_month;
  std::optional<bool> confirmed;         // only records with two independent sources
  std::optional<std::string> reference;  // the region with which the others are compared
};
BOOST_DESCRIBE_STRUCT(RateArgs, (), (group, per, from_month, until_month, confirmed, reference))
struct RegionRate {
  HW_API(RegionRate);
  std::string region;
  int64_t deaths{};  // at least
  int64_t at_most{};
  int64_t confirmed{};
  int64_t people{};
  double rate{}, low{}, high{};  // Garwood
  double midp_low{}, midp_high{};
  double byar_low{}, byar_high{};
  int64_t rank{}, rank_low{}, rank_high{};
  double first{};  // how probable it is that its true rate is the highest
  FunnelName funnel{};
  // Against the reference region; infinite limits are absent.
  std::optional<double> ratio, ratio_low, ratio_high;
};
BOOST_DESCRIBE_STRUCT(RegionRate, (),
                      (region, deaths, at_most, confirmed, people, rate, low, high, midp_low, midp_high,
                       byar_low, byar_high, rank, rank_low, rank_high, first, funnel, ratio, ratio_low,
                       ratio_high))
struct FunnelPoint {
  HW_API(FunnelPoint);
  double people{};
  double low_95{}, high_95{}, low_998{}, high_998{};
};
BOOST_DESCRIBE_STRUCT(FunnelPoint, (), (people, low_95, high_95, low_998, high_998))
struct RateTable {
  HW_API(RateTable);
  RatePer per{};
  int64_t year{};                   // of the denominators
  std::vector<RegionRate> regions;  // the highest rate first
  double overall{};                 // of all regions together
  int64_t deaths{};                 // in all, at least
  int64_t at_most{};
  int64_t without_region{};         // are in no rate
  std::vector<FunnelPoint> funnel;  // rising by people
  double spread{};                  // tau, by which the limits are widened; 0 if chance explains it all
  int64_t could_be_first{};         // regions that no other surely precedes
};
BOOST_DESCRIBE_STRUCT(RateTable, (),
                      (per, year, regions, overall, deaths, at_most, without_region, funnel, spread,
                       could_be_first))

struct GrowthArgs {
  HW_API(GrowthArgs);
  std::string group;
  std::optional<bool> confirmed;
};
BOOST_DESCRIBE_STRUCT(GrowthArgs, (), (group, confirmed))
struct GrowthRow {
  HW_API(GrowthRow);
  std::string region;  // "" for all together
  std::vector<int64_t> counts;
};
BOOST_DESCRIBE_STRUCT(GrowthRow, (), (region, counts))
struct Growth {
  HW_API(Growth);
  std::vector<std::string> months;  // without a gap
  std::vector<GrowthRow> rows;      // all together first, then regions by how many
  int64_t undated{};                // are in no month
};
BOOST_DESCRIBE_STRUCT(Growth, (), (months, rows, undated))

struct EstimateListsArgs {
  HW_API(EstimateListsArgs);
  std::string group;
  ListsBy by{};
};
BOOST_DESCRIBE_STRUCT(EstimateListsArgs, (), (group, by))
struct EstimateList {
  HW_API(EstimateList);
  std::string key;  // a kind's word, or the publisher as most write it
  int64_t men{};
};
BOOST_DESCRIBE_STRUCT(EstimateList, (), (key, men))
struct EstimateLists {
  HW_API(EstimateLists);
  std::vector<EstimateList> lists;  // the largest first
};
BOOST_DESCRIBE_STRUCT(EstimateLists, (), (lists))
// Of lists of the register, or of a file of cells (docs/formats/losses.md).
struct EstimateArgs {
  HW_API(EstimateArgs);
  std::string group;
  std::optional<ListsBy> by;
  std::vector<std::string> lists;
  std::optional<std::string> cells;
  std::optional<int64_t> seed;
};
BOOST_DESCRIBE_STRUCT(EstimateArgs, (), (group, by, lists, cells, seed))
struct EstimateRange {
  HW_API(EstimateRange);
  double estimate{};
  std::optional<double> low, high;  // absent: no limit
};
BOOST_DESCRIBE_STRUCT(EstimateRange, (), (estimate, low, high))
struct EstimateModel {
  HW_API(EstimateModel);
  std::string model;
  bool exists{};
  std::optional<double> estimate, se, bic, aic;
};
BOOST_DESCRIBE_STRUCT(EstimateModel, (), (model, exists, estimate, se, bic, aic))
struct EstimateAnswer {
  HW_API(EstimateAnswer);
  int64_t observed{};
  std::vector<std::string> lists;
  bool too_few_lists{};                  // under three: nothing is estimated
  std::optional<EstimateRange> profile;  // of the best model by BIC
  std::optional<EstimateRange> bootstrap;
  std::vector<EstimateModel> models;  // the best first, at most 200
  int64_t model_count{};
  int64_t without_estimate{};                     // models for which these counts give no number
  std::optional<double> models_low, models_high;  // among those hardly worse than the best
  std::optional<EstimateRange> average;
  bool average_unbounded{};  // it leans on the largest number considered
  std::optional<EstimateRange> sparse;
  std::optional<std::string> sparse_model;
  bool sparse_exists{};
  std::optional<EstimateRange> bayes;
  double rhat{};
  int64_t effective{};
};
BOOST_DESCRIBE_STRUCT(EstimateAnswer, (),
                      (observed, lists, too_few_lists, profile, bootstrap, models, model_count,
                       without_estimate, models_low, models_high, average, average_unbounded, sparse,
                       sparse_model, sparse_exists, bayes, rhat, effective))
struct EstimateStatus {
  HW_API(EstimateStatus);
  EstimateState state{};
  int64_t permille{};
  std::optional<EstimateAnswer> answer;
};
BOOST_DESCRIBE_STRUCT(EstimateStatus, (), (state, permille, answer))

}  // namespace homeward::api
