// The speed that is asked of the statistics of losses: all models of five lists in 5 s, rates for 85 regions
// and 24 months in 50 ms, two lists of 200,000 people with realistic errors linked in 60 s and 2 GB on two
// cores.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>

#include "apps/homeward/losses_tools.h"
#include "losses_stats/invented_people.h"
#include "losses_stats/link.h"
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
  for (auto _ : state)
    benchmark::DoNotOptimize(stats::fit_models(cells, {.parallel = homeward::app::on_all_cores}));
}
BENCHMARK(all_models_of_five_lists)->Unit(benchmark::kMillisecond)->UseRealTime();

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

double peak_megabytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

// From the bytes of the files to the pairs; how right they are stands beside the time.
void link_two_lists(benchmark::State& state, stats::InventedLists (*invent)(const stats::Invention&)) {
  const auto records = static_cast<size_t>(state.range(0));
  const stats::InventedLists lists =
      invent({.seed = 7, .people = records * 4 / 3, .listed = 0.75, .surnames = 8'000});
  std::vector<uint32_t> person;
  for (const auto& list : lists.person) person.insert(person.end(), list.begin(), list.end());
  std::vector<uint8_t> listed(records * 4 / 3, 0);
  for (const uint32_t one : person) ++listed[one];
  const auto both = std::count(listed.begin(), listed.end(), 2);
  double right = 0;
  size_t found = 0;
  for (auto _ : state) {
    const auto people = stats::read_people(lists.csv);
    stats::LinkOptions options;
    options.parallel = homeward::app::on_all_cores;
    const auto made = stats::link(*std::get_if<stats::People>(&people), options);
    benchmark::DoNotOptimize(stats::pairs_csv(*std::get_if<stats::People>(&people), made.pairs).csv);
    found = made.pairs.size();
    right = 0;
    for (const stats::LinkedPair& pair : made.pairs) right += person[pair.a] == person[pair.b];
  }
  state.counters["precision"] = right / static_cast<double>(std::max<size_t>(found, 1));
  state.counters["recall"] = right / static_cast<double>(both);
  state.counters["peak_MB"] = peak_megabytes();
}
BENCHMARK_CAPTURE(link_two_lists, soldiers, stats::invented_soldiers)
    ->Arg(200'000)
    ->Unit(benchmark::kSecond)
    ->Iterations(1)
    ->UseRealTime();
BENCHMARK_CAPTURE(link_two_lists, customers, stats::invented_customers)
    ->Arg(200'000)
    ->Unit(benchmark::kSecond)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
