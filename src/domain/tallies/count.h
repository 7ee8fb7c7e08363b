// The count: men from cases and figures from reports become a table in which no man counts twice.
//
// What is sure is counted as "at least", what may be as "at most"; the rule, with its reasons, is in
// docs/formats/tallies.md. In short: men of cases are known one by one and are different men. A report is a
// number of men of whom we know only the scope (unit, region, period), so it may count the same men as a case
// or another report whose scope fits. At least = the largest sum over sets of which no two may share a man;
// at most = the sum of all, where reports of the same men are capped by their denominator. Rumours count only
// towards "at most".
//
// Pure: no rows, no clock. 20,000 men and 100 reports take some milliseconds (bench/domain).
#pragma once

#include <array>
#include <span>

#include "domain/tallies/state.h"

namespace homeward::domain::tallies {

enum class By : uint8_t { kUnit = 1, kRegion, kMonth };
enum class Certainty : uint8_t { kNo, kPerhaps, kYes };
inline constexpr Month kUndated = -1;

// One man as the cases tell of him; cases joined as one man are one.
struct Man {
  Ref id;                    // the case, or the first of the cases
  std::vector<Ref> further;  // the others of the same man
  std::string unit;
  std::string region;
  struct Mark {
    Certainty certainty = Certainty::kNo;
    Month month = kUndated;  // when it first was so; of what is true now, since when
  };
  std::array<Mark, kCountedStates> marks;
  Mark& mark(Counted state) { return marks[static_cast<size_t>(state) - 1]; }
  const Mark& mark(Counted state) const { return marks[static_cast<size_t>(state) - 1]; }
};

struct Question {
  By by = By::kUnit;
  std::string unit;  // only these; empty: all
  std::string region;
  std::optional<Month> from, until;  // only what was first so in these months
};

struct Count {
  uint32_t at_least = 0;
  uint32_t at_most = 0;
  uint32_t from_cases = 0;
  // So few that the figure may point at somebody.
  bool small() const { return (at_most > 0 && at_most < 3) || (from_cases > 0 && from_cases < 3); }
  bool operator==(const Count&) const = default;
};

struct Row {
  std::string key;    // unit_key, region or "YYYY-MM"; empty: not known
  std::string label;  // as most write it
  Count men;          // everyone known of: the denominator
  std::array<Count, kCountedStates> cells;
  const Count& cell(Counted state) const { return cells[static_cast<size_t>(state) - 1]; }
};

struct Table {
  std::vector<Row> rows;  // months ascending, others by how many men
  Row total;              // not the sum of the rows: what overlaps between rows counts once here too
  size_t reports = 0;     // that count
};

// Reports that do not count (withdrawn, corrected) are left out here.
Table tabulate(std::span<const Man> men, std::span<const KeptReport> reports, const Question& question);

// What a cell is made of, as indices; with no state, what the row's men are.
struct Sources {
  std::vector<size_t> men;
  std::vector<size_t> reports;
};
struct Cell {
  std::string key;
  std::optional<Counted> state;
  bool total = false;  // of the total row; the key means nothing then
};
Sources sources(std::span<const Man> men, std::span<const KeptReport> reports, const Question& question,
                const Cell& cell);

// The same unit however it is typed: case, ё, blanks, dashes, dots and quotes make no difference.
std::string unit_key(std::string_view unit);
std::string month_key(Month month);  // "YYYY-MM", "" for kUndated

}  // namespace homeward::domain::tallies
