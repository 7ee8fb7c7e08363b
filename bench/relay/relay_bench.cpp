// relay_bench [--scale X] [--only NAME,…] [--json]: starts the release relay, loads it from other processes,
// and prints what was measured, what it must be and what it is compared with. Never a test: speed is only
// measured here. --check ends with 1 where a target is missed.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "bench/relay/relay_process.h"
#include "bench/relay/rows.h"

using namespace homeward::bench;

namespace {

std::vector<Measurement> measurements() {
  return {{"live", live_delivery},      {"latency", delivery_latency}, {"memory", idle_memory},
          {"appends", durable_appends}, {"backlog", backlog},          {"expiry", expiry},
          {"growth", growth},           {"overload", overload}};
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value >= 1000 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  return text;
}

void print(const Row& row) {
  const std::string target = row.at_most    ? "<= " + number(*row.at_most)
                             : row.at_least ? ">= " + number(*row.at_least)
                                            : "";
  const std::string floor = row.floor ? number(*row.floor) + " (" + row.floor_name + ")" : "";
  std::printf("%-70s %10s %-9s %-10s %-6s %s\n", row.name.c_str(), number(row.measured).c_str(),
              row.unit.c_str(), target.c_str(),
              target.empty() ? ""
              : row.holds()  ? "holds"
                             : "MISSED",
              floor.c_str());
  std::fflush(stdout);
}

void print_json(const Rows& rows) {
  std::printf("[\n");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::printf(R"(  {"name": "%s", "unit": "%s", "measured": %.4f)", row.name.c_str(), row.unit.c_str(),
                row.measured);
    if (row.at_most) std::printf(R"(, "at_most": %.4f)", *row.at_most);
    if (row.at_least) std::printf(R"(, "at_least": %.4f)", *row.at_least);
    if (row.floor) std::printf(R"(, "floor": %.4f, "floor_name": "%s")", *row.floor, row.floor_name.c_str());
    std::printf("}%s\n", i + 1 < rows.size() ? "," : "");
  }
  std::printf("]\n");
}

bool is_wanted(std::string_view only, std::string_view name) {
  return only.empty() ||
         ("," + std::string(only) + ",").find("," + std::string(name) + ",") != std::string::npos;
}

}  // namespace

int main(int argc, char** argv) {
  Wanted wanted;
  std::string_view only;
  bool is_json = false, is_check = false;
  double soak_seconds = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") {
      is_json = true;
    } else if (argument == "--check") {
      is_check = true;
    } else if (argument == "--scale" && i + 1 < argc) {
      wanted.scale = std::atof(argv[++i]);
    } else if (argument == "--soak" && i + 1 < argc) {
      soak_seconds = std::atof(argv[++i]);
      is_check = true;
    } else if (argument == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else {
      std::fprintf(stderr,
                   "usage: relay_bench [--scale X] [--only "
                   "live,latency,memory,appends,backlog,expiry,growth,overload] "
                   "[--json] [--check] [--soak SECONDS]\n");
      return 2;
    }
  }
  raise_handle_limit();
  Rows all;
  std::vector<Measurement> all_measurements = measurements();
  if (soak_seconds > 0) all_measurements = {{"soak", [&](const Wanted&) { return soak(soak_seconds); }}};
  for (const Measurement& measurement : all_measurements) {
    if (!is_wanted(only, measurement.name)) continue;
    const Rows rows = measurement.run(wanted);
    if (!is_json)
      for (const Row& row : rows) print(row);
    all.insert(all.end(), rows.begin(), rows.end());
  }
  if (is_json) print_json(all);
  bool is_held = true;
  for (const Row& row : all) is_held = is_held && row.holds();
  return is_check && !is_held ? 1 : 0;
}
