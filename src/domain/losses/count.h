// The loss register, figures: how many men, by what, and what each figure is made of. No man counts twice.
//
// Men come from two places: loss records (known one by one; those decided to be one man are one) and counted
// lists (numbers only, of men who may be the same as those of the records and of other lists). So a figure is
// a range. At least: the largest of the records' men and of any single list, never their sum. At most: all of
// them together; of lists that are cuts of one list the largest. A total is counted in the same way from the
// records and from each list as a whole, and is not the sum of the rows.
//
// Within the records, a man of whom sources say different things (two regions, missing and killed) is sure in
// no row of that table: he counts in "at most" of each, and once in the total. Two records on which verifiers
// are not agreed count once at least and twice at most.
//
// Pure but for the reading of rows. docs/formats/loss_register.md, "Figures".
#pragma once

#include "domain/losses/queries.h"

namespace homeward::domain::losses {

enum class By : uint8_t { kRegion = 1, kMonth, kState, kCategory, kUnit };

struct Question {
  By by = By::kRegion;
  std::optional<By> also_by = {};  // a row for each pair of values: regions by months
  MonthOf month_of = MonthOf::kKnown;
  // Only these. A man of whom it is not known is left out; one of whom it is disputed counts in "at most".
  std::optional<LossState> state = {};
  std::string region = {};
  std::optional<Category> category = {};
  std::string unit = {};
  std::optional<Month> from = {}, until = {};  // both included
  bool confirmed_only = false;                 // only records with two independent sources, no lists
};

struct Count {
  uint32_t at_least = 0;
  uint32_t at_most = 0;
  uint32_t records = 0;       // men of the records that surely belong here
  uint32_t confirmed = 0;     // of them, those with two independent sources
  uint32_t records_most = 0;  // with those who may belong here
  uint32_t lists = 0;         // the largest that a single list has here
  uint32_t provisional() const { return records - confirmed; }
  bool operator==(const Count&) const = default;
};
struct FromList {
  Ref list;
  uint32_t men = 0;
  bool operator==(const FromList&) const = default;
};
struct Row {
  // ISO code, "YYYY-MM", or the number of a state or category; of a unit its plain_key. "": not known.
  std::string key;
  std::string also;   // of `also_by`, likewise
  std::string label;  // of a unit as most write it; else the key
  Count count;
  std::vector<FromList> lists;  // what each list has here
};
struct Table {
  std::vector<Row> rows;  // by key, then `also`
  Row total;
  size_t records = 0;     // that count, as men
  size_t unresolved = 0;  // pairs on which the verifiers are not agreed
};
Table tabulate(Rows& rows, const GroupKey& group, const Question& question);

// Which records are one man by the standing decisions: every record that is not withdrawn, in sets, each
// ascending; "different" between two of a set keeps the later "same" from joining them.
struct Man {
  std::vector<RecordId> records;
  Agreed agreed;              // over the sources of all of them
  std::optional<Span> known;  // earliest
  bool confirmed = false;     // two independent sources over all of them
};
std::vector<Man> men(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::losses
