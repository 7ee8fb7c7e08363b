#include "apps/homeward/losses.h"

#include <charconv>
#include <iostream>

#include "apps/homeward/losses_tools.h"
#include "losses_stats/claims.h"
#include "losses_stats/estimate.h"
#include "losses_stats/link.h"
#include "losses_stats/link_files.h"
#include "losses_stats/rates_table.h"

namespace homeward::app {
namespace {

namespace stats = homeward::losses_stats;

constexpr const char* kUsage = R"(homeward losses: counts of losses, from files

  homeward losses import --home DIR FILE.csv [--group NAME] [--publisher WHO] [--link URL] [--date DAY]
                         [--public-names] [--check]
  homeward losses link A.csv [B.csv …] --out pairs.csv [--model MODEL.json] [--decisions DECISIONS.csv]
                       [--least PROBABILITY] [--seed NUMBER]
  homeward losses rates DEATHS.csv --regions REGIONS.csv [--by month [--cumulative]] [--denominator COLUMN]
                        --out rates.csv
  homeward losses estimate CELLS.csv [--method loglinear|average|sparse|bayes|all] [--seed NUMBER] [--json]
  homeward losses claims CLAIMS.csv [--floor FLOOR.csv] --out chart.svg
)";

int rates(const std::vector<std::string>& words) {
  const Arguments arguments = parse(words, {"--regions", "--by", "--denominator", "--out"}, {"--cumulative"});
  if (arguments.files.size() != 1) throw Stop{kWrongUsage, "rates takes one file of deaths"};
  const std::string by = arguments.option("--by", "");
  if (!by.empty() && by != "month") throw Stop{kWrongUsage, "--by takes month"};
  const bool cumulative = arguments.options.contains("--cumulative");
  if (cumulative && by.empty()) throw Stop{kWrongUsage, "--cumulative goes with --by month"};
  const std::string regions_file = arguments.needed("--regions");
  const std::string out = arguments.needed("--out");
  const auto regions =
      good(regions_file, stats::read_region_sizes(read_file(regions_file),
                                                  arguments.option("--denominator", "men_16_61_census2021")));
  const std::string& deaths_file = arguments.files[0];
  const auto deaths = good(deaths_file, stats::read_deaths(read_file(deaths_file), regions, by == "month"));
  write_files(
      {{out, stats::rates_csv(stats::make_rates(cumulative ? stats::cumulative(deaths) : deaths, regions))}});
  if (deaths.without_region > 0)
    std::cerr << deaths.without_region << " deaths without a region are in no rate\n";
  if (deaths.without_month > 0)
    std::cerr << deaths.without_month << " deaths without a month are in no rate\n";
  return 0;
}

stats::EstimateMethods methods_of(const std::string& name) {
  if (name == "all") return {};
  const stats::EstimateMethods out{name == "loglinear", name == "average", name == "sparse", name == "bayes"};
  if (!out.loglinear && !out.average && !out.sparse && !out.bayes) {
    throw Stop{kWrongUsage, "--method takes loglinear, average, sparse, bayes or all"};
  }
  return out;
}

uint64_t seed_of(const std::string& text) {
  uint64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    throw Stop{kWrongUsage, "--seed takes a number"};
  return out;
}

int estimate(const std::vector<std::string>& words) {
  const Arguments arguments = parse(words, {"--method", "--seed"}, {"--json"});
  if (arguments.files.size() != 1) throw Stop{kWrongUsage, "estimate takes one file of cells"};
  stats::EstimateOptions options;
  options.methods = methods_of(arguments.option("--method", "all"));
  options.seed = seed_of(arguments.option("--seed", "1"));
  Progress progress;
  options.work = {.parallel = on_all_cores, .progress = [&](double share) { progress.show(share); }};
  const auto cells = good(arguments.files[0], stats::read_cells(read_file(arguments.files[0])));
  const stats::Estimate made = stats::estimate(cells, options);
  std::cout << (arguments.options.contains("--json") ? stats::estimate_json(made)
                                                     : stats::estimate_text(made));
  return made.exists ? 0 : kNoEstimate;
}

double share_of(const std::string& text) {
  double out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !(out > 0 && out <= 1))
    throw Stop{kWrongUsage, "--least takes a probability above 0 and at most 1"};
  return out;
}

stats::People people_of(const std::vector<std::string>& files) {
  std::vector<std::string> texts;
  for (const std::string& file : files) texts.push_back(read_file(file));
  auto read = stats::read_people(texts);
  if (const auto* wrong = std::get_if<stats::FileProblem>(&read))
    throw Stop{kWrongFile, stats::describe(files[wrong->file], wrong->problem)};
  return std::move(*std::get_if<stats::People>(&read));
}

int link(const std::vector<std::string>& words) {
  const Arguments arguments = parse(words, {"--out", "--model", "--decisions", "--least", "--seed"}, {});
  if (arguments.files.empty() || arguments.files.size() > 100)
    throw Stop{kWrongUsage, "link takes one list or several, at most 100"};
  const std::string out = arguments.needed("--out");
  const std::string model_file = arguments.option("--model", "");
  const std::string decisions_file = arguments.option("--decisions", "");
  stats::LinkOptions options;
  options.least = share_of(arguments.option("--least", "0.5"));
  options.seed = seed_of(arguments.option("--seed", "1"));
  options.parallel = on_all_cores;
  Progress progress;
  options.progress = [&](double share) { progress.show(share); };
  const stats::People people = people_of(arguments.files);
  if (!model_file.empty() && file_exists(model_file))
    options.model = good(model_file, stats::read_link_model(read_file(model_file), people));
  if (!decisions_file.empty())
    options.decisions = good(decisions_file, stats::read_decisions(read_file(decisions_file), people));
  const bool learns = !options.model || !options.decisions.empty();
  const stats::LinkResult made = stats::link(people, options);
  const stats::PairsFile pairs = stats::pairs_csv(people, made.pairs);
  std::vector<NewFile> files = {{out, pairs.csv}};
  if (!model_file.empty() && learns)
    files.push_back({model_file, stats::link_model_json(people, made.model)});
  write_files(files);
  std::cerr << people.size() << " records, " << made.pairs.size() << " pairs, " << made.clusters
            << " people\n";
  if (pairs.left_out > 0) {
    std::cerr
        << pairs.left_out
        << " pairs within one file are left out: their ids stand in several files and would not tell which\n";
  }
  return 0;
}

int claims(const std::vector<std::string>& words) {
  const Arguments arguments = parse(words, {"--out", "--floor"}, {});
  if (arguments.files.size() != 1) throw Stop{kWrongUsage, "claims takes one file of claims"};
  const std::string out = arguments.needed("--out");
  const std::string floor_file = arguments.option("--floor", "");
  const auto read = good(arguments.files[0], stats::read_claims(read_file(arguments.files[0])));
  std::vector<stats::FloorPoint> floor;
  if (!floor_file.empty()) floor = good(floor_file, stats::read_floor(read_file(floor_file)));
  write_files({{out, stats::claims_chart(read, floor)}});
  return 0;
}

}  // namespace

int losses(const std::vector<std::string>& words) {
  const std::string command = words.empty() ? "" : words[0];
  try {
    if (command == "link") return link(words);
    if (command == "rates") return rates(words);
    if (command == "estimate") return estimate(words);
    if (command == "claims") return claims(words);
    if (command == "help" || command == "--help") {
      std::cout << kUsage;
      return 0;
    }
    throw Stop{kWrongUsage, command.empty() ? "say what to do" : "there is no command losses " + command};
  } catch (const Stop& stop) {
    std::cerr << "homeward: " << stop.why << "\n";
    if (stop.status == kWrongUsage) std::cerr << "\n" << kUsage;
    return stop.status;
  }
}

}  // namespace homeward::app
