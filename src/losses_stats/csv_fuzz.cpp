// Any bytes as each of the files that the room reads. What reads as CSV reads the same after being written,
// and what reads as counts can be worked on.
#include <cstdint>
#include <string>
#include <string_view>

#include "losses_stats/cells.h"
#include "losses_stats/csv.h"
#include "losses_stats/rates_table.h"

using namespace homeward::losses_stats;

namespace {

std::string written(const CsvTable& table) {
  std::string out;
  for (size_t i = 0; i < table.names.size(); ++i) out += (i > 0 ? "," : "") + csv_field(table.names[i]);
  for (const CsvRow& row : table.rows) {
    out += "\n";
    for (size_t i = 0; i < row.size(); ++i) out += (i > 0 ? "," : "") + csv_field(row[i].text);
  }
  return out + "\n";
}

void check_round_trip(const CsvTable& table) {
  // A single empty field is an empty line, which is not the same.
  if (table.names.size() == 1) return;
  const auto again = parse_csv(written(table));
  HW_ASSERT(again.ok());
  HW_ASSERT(again->names == table.names && again->rows.size() == table.rows.size());
  for (size_t r = 0; r < table.rows.size(); ++r) {
    for (size_t c = 0; c < table.names.size(); ++c)
      HW_ASSERT(again->rows[r][c].text == table.rows[r][c].text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto table = parse_csv(text); table.ok()) check_round_trip(*table);
  if (const auto cells = read_cells(text); cells.ok())
    HW_ASSERT(cells->observed() > 0 && cells->counts[0] == 0);
  if (const auto regions = read_region_sizes(text, "count"); regions.ok()) HW_ASSERT(!regions->empty());
  const std::vector<RegionSize> regions = {{"XX-A", 1'000}, {"XX-B", 0}};
  for (const bool by_month : {false, true}) {
    const auto deaths = read_deaths(text, regions, by_month);
    if (deaths.ok()) HW_ASSERT(parse_csv(rates_csv(make_rates(*deaths, regions))).ok());
  }
  return 0;
}
