// mls_bench [--members N,…] [--json] [--once] [--threads N] [--libraries]: the time of each MLS operation,
// its floor and their ratio. bench/README.md says what is measured and how.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/mls/libraries.h"
#include "bench/mls/measure.h"
#include "bench/mls/report.h"
#include "bench/mls/threads.h"

namespace {

struct Options {
  std::vector<size_t> members = {10, 100, 1000, 5000, 10000};
  bool json = false;
  bool once = false;
  size_t threads = 0;
  bool libraries = false;
};

[[noreturn]] void usage() {
  std::fprintf(stderr,
               "mls_bench [--members N,…] [--json | --once | --threads N | --libraries]\n"
               "  --members  sizes of the groups, 4 to 50000 (default 10,100,1000,5000,10000)\n"
               "  --json     the figures as JSON\n"
               "  --once     every operation once: to count instructions (bench/instructions)\n"
               "  --threads  only joining, with one verifying thread and with N (2 to 64)\n"
               "  --libraries  only the primitives, in libsodium and in OpenSSL\n");
  std::exit(2);
}

std::vector<size_t> sizes_of(std::string_view text) {
  std::vector<size_t> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const unsigned long size = std::strtoul(std::string(text.substr(at, end - at)).c_str(), nullptr, 10);
    if (size < 4 || size > 50'000) usage();
    out.push_back(size);
    at = end + 1;
  }
  return out;
}

Options options_of(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--json") {
      out.json = true;
    } else if (option == "--once") {
      out.once = true;
    } else if (option == "--libraries") {
      out.libraries = true;
    } else if (option == "--threads" && i + 1 < argc) {
      out.threads = std::strtoul(argv[++i], nullptr, 10);
      if (out.threads < 2 || out.threads > 64) usage();
    } else if (option == "--members" && i + 1 < argc) {
      out.members = sizes_of(argv[++i]);
    } else {
      usage();
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace homeward::bench;
  const Options options = options_of(argc, argv);
  if (options.libraries) {
    print_libraries();
    return 0;
  }
  if (options.threads > 0) {
    for (const size_t members : options.members) print_join_with_threads(members, options.threads);
    return 0;
  }
  // Read before and after each group, so that a machine that speeds up or slows down meanwhile does so for
  // the floors too.
  std::vector<Primitives> readings{measure_primitives()};
  std::vector<Scenario> scenarios;
  for (const size_t members : options.members) {
    scenarios.push_back(run_scenario(members, options.once));
    readings.push_back(measure_primitives());
  }
  (options.json ? print_json : print_text)(median(readings), scenarios);
  return 0;
}
