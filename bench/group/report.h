// What a run found, as text and as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace homeward::bench {

// The device of one member.
struct Cost {
  double received_kb = 0, sent_kb = 0, cpu_ms = 0, vault_kb = 0;
};

struct CaughtUp {
  int days = 0;
  uint64_t messages = 0, epochs = 0;
  double received_kb = 0, cpu_s = 0, vault_kb = 0;
  uint64_t round_trips = 0;
  double seconds_at(double round_trip_s) const {
    return cpu_s + round_trip_s * static_cast<double>(round_trips);
  }
};

struct Found {
  size_t members = 0;
  double build_cpu_s = 0;
  size_t fifty_persons = 0;
  uint64_t fifty_commits = 0;
  double fifty_kb = 0;
  Cost joined;                                   // one newcomer in the whole group
  size_t messages = 0, joins = 0, removals = 0;  // of the day with everybody awake
  uint64_t epochs = 0;
  Cost median, most;  // of those who were there all day
  std::map<size_t, uint64_t> entries_by_size;
  double later_kb = 0;  // a day's traffic of one member, the mean of all later days
  std::vector<CaughtUp> caught_up;
};

void print_text(const Found& found);
void print_json(const std::vector<Found>& all);
// What the issue asks for: false, and said why, if a figure is over its limit.
bool within_limits(const Found& found);

}  // namespace homeward::bench
