#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "losses_stats/average.h"
#include "losses_stats/estimate.h"
#include "losses_stats/latent_class.h"
#include "losses_stats/loglinear.h"
#include "losses_stats/random.h"
#include "losses_stats/sparse.h"
#include "losses_stats/test_data.h"

namespace homeward::losses_stats {
namespace {

Cells cells_of(const std::string& text) {
  const auto cells = read_cells(text);
  EXPECT_TRUE(cells.ok());
  return *cells;
}

TEST(Cells, SaysWhichLineIsWrong) {
  const auto wrong = [](std::string_view text) { return read_cells(text).problem().line; };
  EXPECT_EQ(wrong("a,b\n1,1\n"), 1U);
  EXPECT_EQ(wrong("a,b,count\n1,2,5\n"), 2U);
  EXPECT_EQ(wrong("a,b,count\n1,1,5\n1,1,6\n"), 3U);
  EXPECT_EQ(wrong("a,b,count\n0,0,5\n"), 2U);
  EXPECT_EQ(wrong("a,b,count\n1,0,five\n"), 2U);
  EXPECT_EQ(wrong("a,b,count\n1,0,0\n"), 0U);
  EXPECT_EQ(wrong("count\n1\n"), 1U);
}

struct WantedAverage {
  const char* file;
  size_t most_missing;
  double mean, median, mode, low, high, top;
};

TEST(Average, IsThatOfTheReference) {
  for (const WantedAverage& wanted :
       {WantedAverage{"mse/spina_bifida_cells.csv", 6260, 733.7923274, 731, 729, 694, 787, 0.72247382},
        WantedAverage{"mse/kosovo_cells.csv", 44000, 12749.34445138, 12595, 12267, 9827, 16544, 0.98551318},
        WantedAverage{"mse/HIV_cells.csv", 37920, 11357.1319605, 11220, 10992, 9404, 14095, 0.53865753},
        WantedAverage{"mse/UKdat_5_cells.csv", 27440, 20228.44840022, 22365, 11718, 10343, 29446,
                      0.43989581}}) {
    REFERENCE(text, wanted.file);
    const Average made =
        average_over_graphs(cells_of(text), {.most_missing = wanted.most_missing, .log_prior = {}});
    EXPECT_NEAR(made.mean, wanted.mean, 1e-3) << wanted.file;
    EXPECT_NEAR(made.median, wanted.median, 1) << wanted.file;
    EXPECT_NEAR(made.mode, wanted.mode, 1) << wanted.file;
    EXPECT_NEAR(made.interval.low, wanted.low, 1) << wanted.file;
    EXPECT_NEAR(made.interval.high, wanted.high, 1) << wanted.file;
    EXPECT_NEAR(made.best_graph_share, wanted.top, 1e-6) << wanted.file;
  }
}

TEST(Average, SpinaBifidaAsPublished) {
  REFERENCE(text, "mse/spina_bifida_cells.csv");
  const Cells cells = cells_of(text);
  AverageOptions options{.delta = 1, .most_missing = 300, .log_prior = {}};
  // Negative binomial, a = 13.14 and b = 55.17 (Madigan and York 1997).
  for (int missing = 0; missing <= 300; ++missing) {
    const double total = cells.observed() + missing;
    options.log_prior.push_back(std::lgamma(total + 13.14) - std::lgamma(total + 1) +
                                total * std::log(55.17 / 56.17));
  }
  const Average made = average_over_graphs(cells, options);
  EXPECT_EQ(std::round(made.least_relative_loss), 731);
  EXPECT_EQ(made.mode, 728);
  EXPECT_EQ(made.median, 731);
  // The reference does not say to how many digits it took the prior.
  EXPECT_NEAR(made.mean, 733.45236911, 0.1);
  EXPECT_NEAR(made.best_graph_share, 0.3737674, 1e-3);
}

struct WantedSparse {
  const char* file;
  double estimate, low, high;
};

TEST(Sparse, StepwiseIsThatOfTheReference) {
  for (const WantedSparse& wanted :
       {WantedSparse{"mse/spina_bifida_cells.csv", 730.92857143, 707.47684594, 761.13047756},
        WantedSparse{"mse/kosovo_cells.csv", 14341.66380043, 12541.28082824, 16540.18791464},
        WantedSparse{"mse/HIV_cells.csv", 11124.57846918, 9519.53496126, 13067.54456492},
        WantedSparse{"mse/UKdat_5_cells.csv", 11312.99028944, 9884.40283062, 13027.39665454},
        WantedSparse{"mse/UKdat_cells.csv", 11417.9910915, 9977.28263976, 13145.65650958}}) {
    REFERENCE(text, wanted.file);
    const SparseResult made = sparse_estimate(cells_of(text));
    ASSERT_TRUE(made.exists) << wanted.file;
    EXPECT_NEAR(made.estimate, wanted.estimate, 1e-6 * wanted.estimate) << wanted.file << " " << made.model;
    EXPECT_NEAR(made.interval.low, wanted.low, 1e-5 * wanted.low) << wanted.file;
    EXPECT_NEAR(made.interval.high, wanted.high, 1e-5 * wanted.high) << wanted.file;
  }
}

TEST(Sparse, ListsThatNeverMeetGiveNoEstimate) {
  const SparseResult made = sparse_estimate(cells_of("a,b,c,count\n1,0,0,50\n0,1,0,40\n0,0,1,60\n"));
  EXPECT_FALSE(made.exists);
  for (const ModelResult& model : fit_models(cells_of("a,b,c,count\n1,0,0,50\n0,1,0,40\n0,0,1,60\n"))) {
    EXPECT_FALSE(model.exists) << model.name;
  }
}

TEST(Loglinear, FitsOfFiveLists) {
  REFERENCE(text, "mse/UKdat_5_cells.csv");
  const Cells cells = cells_of(text);
  const auto pair = [](int a, int b) { return ListSet{1} << (a - 1) | ListSet{1} << (b - 1); };
  const ModelResult first =
      fit_model(cells, terms_of({pair(1, 2), pair(1, 3), pair(2, 3), pair(2, 5), pair(3, 4)}, 5));
  EXPECT_EQ(first.name, "[12,13,23,25,34]");
  EXPECT_TRUE(first.exists);
  EXPECT_NEAR(first.estimate, 22991.33131416, 0.01);
  EXPECT_NEAR(first.bic, 196.53975555, 1e-5);
  const auto profile = profile_interval(cells, first.terms, 0.95);
  ASSERT_TRUE(profile.has_value());
  EXPECT_NEAR(profile->low, 17990.95089021, 0.002 * 17990);
  EXPECT_NEAR(profile->high, 30141.90423001, 0.002 * 30141);
}

TEST(LatentClass, AgreesWithTheReference) {
  REFERENCE(kosovo, "mse/kosovo_cells.csv");
  REFERENCE(hiv, "mse/HIV_cells.csv");
  // Few steps, and the reference is a simulation itself: a few per cent.
  const LatentClassOptions options{.chains = 4, .discarded = 3'000, .kept = 12'000};
  const LatentClassResult first = latent_class_estimate(cells_of(kosovo), options);
  EXPECT_NEAR(first.median, 10'460, 0.04 * 10'460);
  EXPECT_NEAR(first.interval.low, 9'130, 0.05 * 9'130);
  EXPECT_LT(first.rhat, 1.1);
  const LatentClassResult second = latent_class_estimate(cells_of(hiv), options);
  EXPECT_NEAR(second.median, 10'940, 0.04 * 10'940);
  EXPECT_NEAR(second.interval.low, 9'380, 0.05 * 9'380);
  EXPECT_LT(second.rhat, 1.1);
}

TEST(LatentClass, IsTheSameForTheSameSeed) {
  const Cells cells =
      cells_of("a,b,c,count\n1,0,0,50\n0,1,0,40\n0,0,1,60\n1,1,0,12\n1,0,1,9\n0,1,1,14\n1,1,1,4\n");
  const LatentClassOptions options{.seed = 7, .chains = 2, .discarded = 50, .kept = 100};
  EXPECT_EQ(latent_class_estimate(cells, options).mean, latent_class_estimate(cells, options).mean);
}

const char* const kFewLists =
    "a,b,c,count\n1,0,0,50\n0,1,0,40\n0,0,1,60\n1,1,0,12\n1,0,1,9\n0,1,1,14\n1,1,1,4\n";

TEST(LatentClass, SaysHowManyDrawsItsChainsAreWorth) {
  const LatentClassResult few =
      latent_class_estimate(cells_of(kFewLists), {.chains = 2, .discarded = 200, .kept = 2'000});
  const LatentClassResult many =
      latent_class_estimate(cells_of(kFewLists), {.chains = 2, .discarded = 200, .kept = 16'000});
  EXPECT_GT(few.effective, 20);
  EXPECT_LT(few.effective, 4'000);
  // Eight times as many draws are worth about eight times as much.
  EXPECT_GT(many.effective, 3 * few.effective);
  EXPECT_LT(many.effective, 30 * few.effective);
}

// Six lists that know nothing of each other, of 1,500 people.
Cells six_lists() {
  Cells out{{"a", "b", "c", "d", "e", "f"}, std::vector<double>(64, 0)};
  RandomSource random(8);
  const double listed[] = {0.3, 0.25, 0.35, 0.2, 0.3, 0.4};
  for (int person = 0; person < 1'500; ++person) {
    ListSet on = 0;
    for (size_t list = 0; list < 6; ++list)
      if (random.uniform() < listed[list]) on |= ListSet{1} << list;
    if (on != 0) out.counts[on] += 1;
  }
  return out;
}

TEST(Average, OfSixListsFindsHowManyThereWereInAnyOrder) {
  const Cells cells = six_lists();
  const Average made = average_over_graphs(cells, {.most_missing = 1'000});
  EXPECT_NEAR(made.median, 1'500, 45);
  EXPECT_LT(made.interval.high - made.interval.low, 150);
  Cells turned = cells;
  for (ListSet on = 1; on < 64; ++on) {
    ListSet mirrored = 0;
    for (size_t list = 0; list < 6; ++list) mirrored |= (on >> list & 1) << (5 - list);
    turned.counts[mirrored] = cells.counts[on];
  }
  EXPECT_NEAR(average_over_graphs(turned, {.most_missing = 1'000}).mean, made.mean, 1e-6);
}

TEST(Estimate, DoesNotDependOnWhoRunsTheTasks) {
  // The last task first.
  const Parallel backwards = [](size_t tasks, const std::function<void(size_t)>& task) {
    for (size_t i = tasks; i-- > 0;) task(i);
  };
  const Cells cells = cells_of(kFewLists);
  EstimateOptions one;
  one.bayes = {.discarded = 100, .kept = 1'000};
  EstimateOptions other = one;
  other.work.parallel = backwards;
  EXPECT_EQ(estimate_json(estimate(cells, one)), estimate_json(estimate(cells, other)));
  const Cells more = six_lists();
  EXPECT_EQ(fit_models(more).front().name, fit_models(more, {.parallel = backwards}).front().name);
}

TEST(Estimate, TellsHowFarItIsAndStopsWhenAsked) {
  std::vector<double> told;
  EstimateOptions options;
  options.bayes = {.discarded = 100, .kept = 1'000};
  options.work.progress = [&](double share) { told.push_back(share); };
  const Estimate whole = estimate(cells_of(kFewLists), options);
  EXPECT_FALSE(whole.stopped);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), 1);
  EXPECT_GT(told.size(), 100U);

  for (const size_t after : {size_t{0}, told.size() / 4, told.size() / 2, told.size() - 2}) {
    size_t heard = 0;
    options.work.progress = [&](double) { ++heard; };
    options.work.stopped = [&] { return heard >= after; };
    EXPECT_TRUE(estimate(cells_of(kFewLists), options).stopped) << after;
    EXPECT_LE(heard, after + 2);
  }
}

TEST(RandomSource, HasTheMomentsItShould) {
  RandomSource random(3);
  constexpr int kDraws = 20'000;
  for (const double mean : {0.3, 4.0, 60.0, 5'000.0}) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const auto x = static_cast<double>(random.poisson(mean));
      sum += x;
      squares += (x - mean) * (x - mean);
    }
    EXPECT_NEAR(sum / kDraws, mean, 5 * std::sqrt(mean / kDraws));
    EXPECT_NEAR(squares / kDraws / mean, 1, 0.08);
  }
  for (const double p : {0.001, 0.2, 0.9}) {
    const double mean = 3'000 * p;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const auto x = static_cast<double>(random.binomial(3'000, p));
      sum += x;
      squares += (x - mean) * (x - mean);
    }
    EXPECT_NEAR(sum / kDraws, mean, 5 * std::sqrt(mean * (1 - p) / kDraws));
    EXPECT_NEAR(squares / kDraws / (mean * (1 - p)), 1, 0.08);
  }
}

}  // namespace
}  // namespace homeward::losses_stats
