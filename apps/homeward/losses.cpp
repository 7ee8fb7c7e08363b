#include "apps/homeward/losses.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "losses_stats/estimate.h"
#include "losses_stats/problem.h"
#include "losses_stats/rates_table.h"

namespace homeward::app {
namespace {

namespace stats = homeward::losses_stats;

constexpr const char* kUsage = R"(homeward losses: counts of losses, from files

  homeward losses rates DEATHS.csv --regions REGIONS.csv [--by month] [--denominator COLUMN] --out rates.csv
  homeward losses estimate CELLS.csv [--method loglinear|average|sparse|bayes|all] [--seed NUMBER] [--json]
)";

constexpr int kWrongFile = 1;
constexpr int kWrongUsage = 2;
constexpr int kNoEstimate = 4;

// What ends a command early: its exit status and what to say.
struct Stop {
  int status;
  std::string why;
};

struct Arguments {
  std::vector<std::string> files;
  std::map<std::string, std::string> options;

  std::string needed(const std::string& name) const {
    const auto found = options.find(name);
    if (found == options.end()) throw Stop{kWrongUsage, name + " is needed"};
    return found->second;
  }
  std::string option(const std::string& name, const std::string& otherwise) const {
    const auto found = options.find(name);
    return found == options.end() ? otherwise : found->second;
  }
};

// Options of `valued` take the next word; those of `flags` stand alone.
Arguments parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                const std::vector<std::string>& flags) {
  const auto among = [](const std::vector<std::string>& names, const std::string& word) {
    return std::find(names.begin(), names.end(), word) != names.end();
  };
  Arguments out;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with("--")) {
      out.files.push_back(word);
    } else if (among(flags, word)) {
      out.options[word] = "yes";
    } else if (!among(valued, word)) {
      throw Stop{kWrongUsage, "there is no option " + word};
    } else if (i + 1 == words.size()) {
      throw Stop{kWrongUsage, word + " needs a value"};
    } else {
      out.options[word] = words[++i];
    }
  }
  return out;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) throw Stop{kWrongFile, path + ": cannot be read"};
  return text;
}

// The whole file or nothing: written beside it and moved into place.
void write_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".part";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(beside, path, failed);
  if (!file || failed) {
    std::filesystem::remove(beside, failed);
    throw Stop{kWrongFile, path + ": cannot be written"};
  }
}

template <class T>
T good(const std::string& file, const stats::Parsed<T>& parsed) {
  if (!parsed.ok()) throw Stop{kWrongFile, stats::describe(file, parsed.problem())};
  return *parsed;
}

int rates(const std::vector<std::string>& words) {
  const Arguments arguments = parse(words, {"--regions", "--by", "--denominator", "--out"}, {});
  if (arguments.files.size() != 1) throw Stop{kWrongUsage, "rates takes one file of deaths"};
  const std::string by = arguments.option("--by", "");
  if (!by.empty() && by != "month") throw Stop{kWrongUsage, "--by takes month"};
  const std::string regions_file = arguments.needed("--regions");
  const std::string out = arguments.needed("--out");
  const auto regions =
      good(regions_file, stats::read_region_sizes(read_file(regions_file),
                                                  arguments.option("--denominator", "men_16_61_census2021")));
  const std::string& deaths_file = arguments.files[0];
  const auto deaths = good(deaths_file, stats::read_deaths(read_file(deaths_file), regions, by == "month"));
  write_file(out, stats::rates_csv(stats::make_rates(deaths, regions)));
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

// A bar on standard error, where somebody is looking.
void show_progress(double share) {
  if (!isatty(STDERR_FILENO)) return;
  constexpr int kWidth = 40;
  const int filled = static_cast<int>(share * kWidth);
  std::cerr << "\r[" << std::string(static_cast<size_t>(filled), '#')
            << std::string(static_cast<size_t>(kWidth - filled), ' ') << "]" << (share >= 1 ? "\n" : "")
            << std::flush;
}

int estimate(const std::vector<std::string>& words) {
  const Arguments arguments = parse(words, {"--method", "--seed"}, {"--json"});
  if (arguments.files.size() != 1) throw Stop{kWrongUsage, "estimate takes one file of cells"};
  stats::EstimateOptions options;
  options.methods = methods_of(arguments.option("--method", "all"));
  options.seed = seed_of(arguments.option("--seed", "1"));
  options.progress = show_progress;
  const auto cells = good(arguments.files[0], stats::read_cells(read_file(arguments.files[0])));
  const stats::Estimate made = stats::estimate(cells, options);
  std::cout << (arguments.options.contains("--json") ? stats::estimate_json(made)
                                                     : stats::estimate_text(made));
  return made.exists ? 0 : kNoEstimate;
}

}  // namespace

int losses(const std::vector<std::string>& words) {
  const std::string command = words.empty() ? "" : words[0];
  try {
    if (command == "rates") return rates(words);
    if (command == "estimate") return estimate(words);
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
