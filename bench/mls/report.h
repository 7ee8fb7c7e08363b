// The figures as text and as JSON.
#pragma once

#include <vector>

#include "bench/mls/scenario.h"

namespace homeward::bench {

void print_text(const Primitives& primitives, const std::vector<Scenario>& scenarios);
// {"machine", "primitives_us": {…}, "operations": [{"name", "members", "time_us", "floor_us", "ratio"}],
//  "footprints": [{"members", …}]}
void print_json(const Primitives& primitives, const std::vector<Scenario>& scenarios);

}  // namespace homeward::bench
