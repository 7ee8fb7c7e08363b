#include "losses_stats/loglinear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>

#include "losses_stats/csv.h"
#include "losses_stats/random.h"
#include "losses_stats/test_data.h"

namespace homeward::losses_stats {
namespace {

Cells cells_of(const std::string& text) {
  const auto cells = read_cells(text);
  EXPECT_TRUE(cells.ok());
  return *cells;
}

void expect_close(double value, double wanted, const std::string& what) {
  EXPECT_NEAR(value, wanted, 1e-6 * std::max(1.0, std::abs(wanted))) << what;
}

void expect_all_models_as_in(const std::string& cells_text, const std::string& models_text) {
  const auto wanted = parse_csv(models_text);
  ASSERT_TRUE(wanted.ok());
  std::map<std::string, ModelResult> made;
  for (ModelResult& result : fit_models(cells_of(cells_text))) made.emplace(result.name, std::move(result));
  ASSERT_EQ(made.size(), wanted->rows.size());
  for (const CsvRow& row : wanted->rows) {
    const auto number = [&](const char* name) {
      return std::strtod(row[*wanted->find(name)].text.c_str(), nullptr);
    };
    const std::string name = row[*wanted->find("fit")].text;
    ASSERT_TRUE(made.contains(name)) << name;
    const ModelResult& model = made.at(name);
    EXPECT_EQ(model.exists, number("infoFit") == 0) << name;
    EXPECT_EQ(model.df, number("df")) << name;
    if (!model.exists) continue;
    expect_close(model.estimate, number("abundance"), name);
    // The reference takes the information one step of the search before its end.
    EXPECT_NEAR(model.standard_error, number("stderr"), 2e-5 * number("stderr")) << name;
    expect_close(model.deviance, number("deviance"), name);
    expect_close(model.aic, number("AIC"), name);
    expect_close(model.bic, number("BIC"), name);
  }
}

TEST(Loglinear, EveryModelOfKosovo) {
  REFERENCE(cells, "mse/kosovo_cells.csv");
  REFERENCE(models, "mse/kosovo_all_models.csv");
  expect_all_models_as_in(cells, models);
}

TEST(Loglinear, EveryModelOfHiv) {
  REFERENCE(cells, "mse/HIV_cells.csv");
  REFERENCE(models, "mse/HIV_all_models.csv");
  expect_all_models_as_in(cells, models);
}

TEST(Loglinear, EveryModelOfSpinaBifida) {
  REFERENCE(cells, "mse/spina_bifida_cells.csv");
  REFERENCE(models, "mse/spina_bifida_all_models.csv");
  expect_all_models_as_in(cells, models);
}

TEST(Loglinear, BestModelOfKosovoWithItsIntervals) {
  REFERENCE(text, "mse/kosovo_cells.csv");
  const Cells cells = cells_of(text);
  const ModelResult best = fit_models(cells).front();
  EXPECT_EQ(best.name, "[123,14,34]");
  EXPECT_NEAR(best.estimate, 10356.51895725, 0.01);
  EXPECT_NEAR(best.standard_error, 785.9022242, 0.001);
  const auto profile = profile_interval(cells, best.terms, 0.95);
  ASSERT_TRUE(profile.has_value());
  EXPECT_NEAR(profile->low, 8994.25670711, 0.002 * 8994);
  EXPECT_NEAR(profile->high, 12110.40811247, 0.002 * 12110);
  const Interval bootstrap = bootstrap_interval(cells, best.terms, 0.95, {.seed = 1, .repetitions = 400});
  EXPECT_NEAR(bootstrap.low, profile->low, 0.06 * profile->low);
  EXPECT_NEAR(bootstrap.high, profile->high, 0.06 * profile->high);
  const Interval again = bootstrap_interval(cells, best.terms, 0.95, {.seed = 1, .repetitions = 400});
  EXPECT_EQ(again.low, bootstrap.low);
}

TEST(Loglinear, ModelsOfFiveLists) {
  EXPECT_EQ(all_models(3).size(), 8U);
  EXPECT_EQ(all_models(4).size(), 113U);
  EXPECT_EQ(all_models(5).size(), 6893U);
}

}  // namespace
}  // namespace homeward::losses_stats
