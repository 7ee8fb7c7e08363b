#include "losses_stats/cells.h"

#include <numeric>
#include <set>

#include "losses_stats/csv.h"

namespace homeward::losses_stats {

double Cells::observed() const { return std::accumulate(counts.begin(), counts.end(), 0.0); }

double Cells::overlap(ListSet lists_all) const {
  double sum = 0;
  for (ListSet cell = 0; cell < counts.size(); ++cell) {
    if ((cell & lists_all) == lists_all) sum += counts[cell];
  }
  return sum;
}

Parsed<Cells> read_cells(std::string_view csv) {
  const auto table = parse_csv(csv);
  if (!table.ok()) return table.problem();
  const auto count = table->find("count");
  if (!count) return Problem{1, 0, "a column count in the header"};
  Cells out;
  for (size_t i = 0; i < table->names.size(); ++i) {
    if (i != *count) out.lists.push_back(table->names[i]);
  }
  if (out.lists.empty() || out.lists.size() > kMaximumLists) {
    return Problem{1, 0, "columns for 1 to " + std::to_string(kMaximumLists) + " lists beside count"};
  }
  out.counts.assign(size_t{1} << out.lists.size(), 0);
  std::set<ListSet> seen;
  for (const CsvRow& row : table->rows) {
    ListSet cell = 0;
    size_t list = 0;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i == *count) continue;
      if (row[i].text != "0" && row[i].text != "1") return Problem{row[i].line, row[i].column, "0 or 1"};
      if (row[i].text == "1") cell |= ListSet{1} << list;
      ++list;
    }
    if (cell == 0) return Problem{row[0].line, 0, "at least one list with 1: those on no list are not known"};
    if (!seen.insert(cell).second) return Problem{row[0].line, 0, "a set of lists that has no line yet"};
    const auto number = whole_number(row[*count], 1'000'000'000);
    if (!number.ok()) return number.problem();
    out.counts[cell] = static_cast<double>(*number);
  }
  if (out.observed() == 0) return Problem{0, 0, "at least one count above 0"};
  return out;
}

}  // namespace homeward::losses_stats
