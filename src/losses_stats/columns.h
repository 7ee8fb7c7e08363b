// What the columns of a list of people hold, from their names and from what stands in them.
#pragma once

#include <string>
#include <vector>

#include "losses_stats/csv.h"

namespace homeward::losses_stats {

enum class ColumnRole : uint8_t {
  kIgnored,  // empty, the same everywhere, or said to be the truth (true_id, entity_id, cluster …)
  kId,
  kSource,  // which list the line is from, where one file holds several
  kSurname,
  kGiven,
  kPatronymic,
  kWholeName,
  kDate,
  kYear,  // with the month and the day in columns of their own
  kMonth,
  kDay,
  kCode,  // digits: house, postcode, number of a document
  kText
};

struct Column {
  ColumnRole role = ColumnRole::kIgnored;
  // What makes it the same field as another file's column: a word for what is known (birth, postcode), else
  // the column's name.
  std::string label;
};

// A column for each of the table's. There is one kId, and at most one of each name and of kSource; a whole
// name is ignored where surname and given name stand by themselves.
std::vector<Column> recognise_columns(const CsvTable& table);

}  // namespace homeward::losses_stats
