// The speed that is asked of the statistics of losses: all models of five lists in 5 s, rates for 85 regions
// and 24 months in 50 ms.
#include <benchmark/benchmark.h>

#include "losses_stats/loglinear.h"
#include "losses_stats/random.h"
#include "losses_stats/rates_table.h"

namespace {

namespace stats = homeward::losses_stats;

// Five lists that overlap little, so that many cells are empty.
stats::Cells five_lists() {
  stats::Cells out{{"a", "b", "c", "d", "e"}, std::vector<double>(32, 0)};
  stats::RandomSource random(5);
  for (stats::ListSet cell = 1; cell < 32; ++cell) {
    double mean = 3'000;
    for (stats::ListSet rest = cell; rest != 0; rest &= rest - 1) mean *= 0.12;
    out.counts[cell] = static_cast<double>(random.poisson(mean));
  }
  return out;
}

void all_models_of_five_lists(benchmark::State& state) {
  const stats::Cells cells = five_lists();
  for (auto _ : state) benchmark::DoNotOptimize(stats::fit_models(cells));
}
BENCHMARK(all_models_of_five_lists)->Unit(benchmark::kMillisecond);

void rates_of_85_regions_in_24_months(benchmark::State& state) {
  stats::RandomSource random(6);
  std::vector<stats::RegionSize> regions;
  stats::DeathCounts deaths;
  for (int region = 0; region < 85; ++region) {
    const std::string iso = "XX-" + std::to_string(region);
    regions.push_back({iso, 20'000 + random.next() % 3'000'000});
    for (int month = 0; month < 24; ++month) {
      const std::string number = std::to_string(month % 12 + 1);
      const std::string period =
          std::to_string(2022 + month / 12) + (number.size() == 1 ? "-0" : "-") + number;
      deaths.rows.push_back(
          {iso, period, random.poisson(static_cast<double>(regions.back().denominator) * 2e-5)});
    }
  }
  for (auto _ : state) benchmark::DoNotOptimize(stats::rates_csv(stats::make_rates(deaths, regions)));
}
BENCHMARK(rates_of_85_regions_in_24_months)->Unit(benchmark::kMillisecond);

}  // namespace
