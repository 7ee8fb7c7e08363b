#include "bench/mls/report.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace homeward::bench {
namespace {

// The kind of processor and how many it has; no name of the machine or its owner.
std::string machine() {
  std::ifstream info("/proc/cpuinfo");
  std::string kind = "unknown processor";
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name")) continue;
    kind = line.substr(line.find(':') + 2);
    break;
  }
  std::string out;
  for (const char c : kind) {
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= ' ') out += c;
  }
  return out + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " threads";
}

double floor_of(const Primitives& p, const Measured& at) { return operation(at.name).floor_us(p, at.shape); }

}  // namespace

void print_text(const Primitives& primitives, const std::vector<Scenario>& scenarios) {
  std::printf("machine: %s\n\nprimitives, us\n", machine().c_str());
  for (const PrimitiveName& each : primitive_names()) {
    std::printf("  %-20s %10.2f\n", each.name, each.value(primitives));
  }
  std::printf("\nfloors\n");
  for (const Operation& each : operations()) {
    std::printf("  %-15.*s %.*s\n", static_cast<int>(each.name.size()), each.name.data(),
                static_cast<int>(each.formula.size()), each.formula.data());
  }
  std::printf("%.*s\n", static_cast<int>(legend().size()), legend().data());
  for (const Scenario& scenario : scenarios) {
    const Footprint& size = scenario.footprint;
    std::printf("%zu members\n  %-15s %12s %12s %7s %7s\n", size.members, "operation", "time us", "floor us",
                "ratio", "target");
    for (const Measured& each : scenario.operations) {
      const double floor = floor_of(primitives, each);
      const double target = operation(each.name).target;
      const double ratio = each.time_us / floor;
      std::printf("  %-15.*s %12.1f %12.1f %7.2f %7.1f%s", static_cast<int>(each.name.size()),
                  each.name.data(), each.time_us, floor, ratio, target, ratio > target ? "  over" : "");
      if (each.shape.path_nodes > 0)
        std::printf("  d %zu, r %zu", each.shape.path_nodes, each.shape.path_seals);
      std::printf("\n");
    }
    std::printf(
        "  join into a warm tree %.1f us; memory per member %.0f bytes above its leaf's %.0f;\n"
        "  state written per message: %zu bytes sent, %zu received; growth over the messages: %zu\n\n",
        size.warm_join_us, size.memory_per_member_bytes, size.leaf_wire_bytes, size.state_per_sent_bytes,
        size.state_per_received_bytes, size.state_growth_bytes);
  }
}

void print_json(const Primitives& primitives, const std::vector<Scenario>& scenarios) {
  std::printf("{\"machine\": \"%s\",\n \"primitives_us\": {", machine().c_str());
  const char* comma = "";
  for (const PrimitiveName& each : primitive_names()) {
    std::printf("%s\"%s\": %.3f", comma, each.name, each.value(primitives));
    comma = ", ";
  }
  std::printf("},\n \"operations\": [");
  comma = "";
  for (const Scenario& scenario : scenarios) {
    for (const Measured& each : scenario.operations) {
      const double floor = floor_of(primitives, each);
      std::printf(
          "%s\n  {\"name\": \"%.*s\", \"members\": %zu, \"time_us\": %.1f, \"floor_us\": %.1f, "
          "\"ratio\": %.3f}",
          comma, static_cast<int>(each.name.size()), each.name.data(), each.shape.members, each.time_us,
          floor, each.time_us / floor);
      comma = ",";
    }
  }
  std::printf("],\n \"footprints\": [");
  comma = "";
  for (const Scenario& scenario : scenarios) {
    const Footprint& size = scenario.footprint;
    std::printf(
        "%s\n  {\"members\": %zu, \"memory_per_member_bytes\": %.0f, \"leaf_wire_bytes\": %.0f, "
        "\"state_per_sent_bytes\": %zu, \"state_per_received_bytes\": %zu, "
        "\"state_growth_bytes\": %zu, \"warm_join_us\": %.1f}",
        comma, size.members, size.memory_per_member_bytes, size.leaf_wire_bytes, size.state_per_sent_bytes,
        size.state_per_received_bytes, size.state_growth_bytes, size.warm_join_us);
    comma = ",";
  }
  std::printf("]}\n");
}

}  // namespace homeward::bench
