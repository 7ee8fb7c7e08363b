// A bulletin's figures: what the group knows, what of it may be shown, and what stays out.
//
// Safe by construction (docs/formats/bulletin.md, "What is shown"): only counts; those below the threshold,
// and those that changed by less since they were last shown, stay out, with as many others as it takes so
// that nobody computes them back from totals or from earlier bulletins (losses_stats/suppress.h). Everything
// that a page of the bulletin says is made from an `Edition`, which holds nothing that is not shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/rows.h"
#include "domain/bulletin/bulletin.h"
#include "group/types.h"

namespace homeward::client::bulletin {

using domain::bulletin::Day;
using domain::bulletin::Draft;
using domain::bulletin::Table;

// --- The group's figures ---
struct Wanted {
  Day as_of = 0;
  uint8_t threshold = domain::bulletin::kDefaultThreshold;
  std::string publisher;
  std::vector<domain::Ref> statements;
};
// A draft of what the register and the tallies say now, without its digest. The same shared state and the
// same wishes give the same draft on every device.
Draft figures_now(Rows& rows, const group::GroupId& group, const Wanted& wanted);
// The cells in which two drafts differ, as "losses RU-BU 2022-07"; and "form", "earlier", "statements" …
std::vector<std::string> differences(const Draft& a, const Draft& b);

// --- What is shown of them ---
struct Shown {
  uint32_t count = 0;
  Day as_of = 0;  // of this bulletin, or of the last one that showed it
  bool operator==(const Shown&) const = default;
};
using Cell = std::optional<Shown>;  // nothing: it stays out

// The last row and the last column are totals; their keys are kTotal.
inline constexpr std::string_view kTotal = "TOTAL";
struct ShownTable {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<Cell> cells;
  const Cell& at(size_t row, size_t column) const { return cells[row * columns.size() + column]; }
  size_t left_out() const;  // cells
  bool operator==(const ShownTable&) const = default;
};
struct Quote {
  std::string text;
  std::string attribution;
  int32_t month = 0;  // since January 1970, in which it was said
  bool operator==(const Quote&) const = default;
};
struct Edition {
  size_t number = 1;
  Day as_of = 0;
  uint8_t threshold = 0;
  std::string publisher;
  ShownTable losses;   // by region and month
  ShownTable others;   // one row, and no total: a man is in one of them today and may be in another tomorrow
  ShownTable tallies;  // by region; a column for each word; a row of totals, no column of them
  std::vector<Quote> quotes;
  bool operator==(const Edition&) const = default;
};

// `earlier` are the drafts that became the bulletins before it, in order. Pure; what was shown earlier is
// worked out anew and comes out the same.
Edition edition_of(const std::vector<Draft>& earlier, const Draft& draft, std::vector<Quote> quotes);

}  // namespace homeward::client::bulletin
