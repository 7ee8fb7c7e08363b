// What claimants said about losses, side by side: reading the claims and drawing them over time against what
// is known by name (docs/formats/losses.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "losses_stats/dates.h"
#include "losses_stats/problem.h"

namespace homeward::losses_stats {

struct Claim {
  std::string id;
  std::string subject;  // whose losses: an army, "home region", an event
  std::string region;   // its code where the subject is a region
  std::string kind;     // killed, wounded, confirmed by name …
  Date as_of;           // the year at least
  std::optional<double> value;
  std::optional<double> low, high;  // both or neither
  std::string unit;
  std::string claimant;
  std::string basis;
  std::string note;
  size_t line = 0;
};

// Columns `as_of`, `claimant` and at least one of `value` or `low` and `high`; `id`, `subject`, `region_iso`,
// `kind`, `unit`, `basis` and `quality_note` are used where they are there.
Parsed<std::vector<Claim>> read_claims(std::string_view csv);

struct FloorPoint {
  Date date;
  double count = 0;
};
// Columns `date` and `count`: how many the register itself knew on a day, day by day.
Parsed<std::vector<FloorPoint>> read_floor(std::string_view csv);

// What a reader has to know of claim `of`, a sentence each: the note; digits that a slip makes of another
// claim of the same day; a claimant who counts something else than before; less than the register knows by
// name.
std::vector<std::string> claim_warnings(const std::vector<Claim>& claims, size_t of,
                                        const std::vector<FloorPoint>& floor);

// How a claim was come by, as it is drawn.
enum class Basis : uint8_t { kNamedList, kOfficial, kIntelligence, kEstimate, kOther };
Basis basis_of(const Claim& claim);

// One SVG 1.1 document in UTF-8 that needs nothing beside it: a panel for each subject and unit, a line for
// each claimant and kind with its name at the end, intervals, marks by basis, the register's floor, numbered
// warnings in words below, and the same as text for those who cannot see it.
std::string claims_chart(const std::vector<Claim>& claims, const std::vector<FloorPoint>& floor);

}  // namespace homeward::losses_stats
