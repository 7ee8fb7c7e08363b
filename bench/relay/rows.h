// The rows of the table: each measures one thing and says what it must be.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace homeward::bench {

struct Row {
  std::string name;
  std::string unit;
  double measured = 0;
  std::optional<double> at_most;   // the target
  std::optional<double> at_least;  // likewise
  std::optional<double> floor;     // what it cannot be below, or what it is compared with
  std::string floor_name = {};
  bool holds() const { return !(at_most && measured > *at_most) && !(at_least && measured < *at_least); }
};

struct Wanted {
  double scale = 1;  // of rounds and seconds; below 1 for a quick look
};

using Rows = std::vector<Row>;
struct Measurement {
  std::string name;
  std::function<Rows(const Wanted&)> run;
};

Rows live_delivery(const Wanted& wanted);
Rows delivery_latency(const Wanted& wanted);
Rows idle_memory(const Wanted& wanted);
Rows durable_appends(const Wanted& wanted);
Rows backlog(const Wanted& wanted);
Rows expiry(const Wanted& wanted);
Rows growth(const Wanted& wanted);
Rows overload(const Wanted& wanted);

// Half load for so long; what grew, and whether it may.
Rows soak(double seconds);

}  // namespace homeward::bench
