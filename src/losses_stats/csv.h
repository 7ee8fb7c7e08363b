// Comma-separated values (RFC 4180), strictly: UTF-8 without NUL, a header line with distinct names, as many
// fields in every line as in the header. Accepted beyond the RFC: a byte order mark, LF for CRLF, blanks
// around a field that is not quoted (they are dropped), and empty lines at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "losses_stats/problem.h"

namespace homeward::losses_stats {

struct Field {
  std::string text;
  size_t line = 0;    // where it begins
  size_t column = 0;  // in characters
};
using CsvRow = std::vector<Field>;

struct CsvTable {
  std::vector<std::string> names;
  std::vector<CsvRow> rows;  // each as long as `names`

  std::optional<size_t> find(std::string_view name) const;
};

Parsed<CsvTable> parse_csv(std::string_view text);

// A whole number from 0 to `limit`, digits only.
Parsed<uint64_t> whole_number(const Field& field, uint64_t limit = 1'000'000'000'000);

// The field as it has to stand in a file: quoted if it holds a comma, a quote or a line's end.
std::string csv_field(std::string_view text);

// Nine significant digits; "" for what is no finite number.
std::string csv_number(double value);

}  // namespace homeward::losses_stats
