#include "losses_stats/csv.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/text.h"

namespace homeward::losses_stats {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }

  // One line into `row`; the first thing wrong, if any.
  std::optional<Problem> line(CsvRow& row) {
    while (true) {
      Field field;
      field.line = line_;
      field.column = column_;
      if (auto wrong = peek() == '"' ? quoted(field) : plain(field)) return wrong;
      row.push_back(std::move(field));
      if (done()) return {};
      if (next() == '\n') return {};
    }
  }

 private:
  char peek() const { return done() ? '\n' : text_[at_]; }
  char next() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if (begins_character(c)) {
      ++column_;
    }
    return c;
  }
  Problem here(const char* expected) const { return {line_, column_, expected}; }
  // "\r\n" counts as the end of a line; a lone "\r" does not.
  void skip_return() {
    if (at_ + 1 < text_.size() ? text_[at_] == '\r' && text_[at_ + 1] == '\n' : !done() && text_[at_] == '\r')
      next();
  }

  std::optional<Problem> quoted(Field& field) {
    next();
    while (true) {
      if (done()) return Problem{field.line, field.column, "a closing quote for the one that opens here"};
      const char c = next();
      if (c != '"') {
        field.text.push_back(c);
      } else if (!done() && peek() == '"') {
        field.text.push_back(next());
      } else {
        break;
      }
    }
    while (!done() && peek() == ' ') next();
    skip_return();
    if (!done() && peek() != ',' && peek() != '\n')
      return here("a comma or the end of the line after a closing quote");
    return {};
  }

  std::optional<Problem> plain(Field& field) {
    while (!done() && peek() == ' ') next();
    field.column = column_;
    while (!done() && peek() != ',' && peek() != '\n') {
      skip_return();
      if (peek() == '\n') break;
      if (peek() == '"') return here("no quote inside a field that does not begin with one");
      if (static_cast<unsigned char>(peek()) < 0x20 && peek() != '\t') return here("no control character");
      field.text.push_back(next());
    }
    while (!field.text.empty() && field.text.back() == ' ') field.text.pop_back();
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t column_ = 1;
};

bool is_blank(const CsvRow& row) { return row.size() == 1 && row[0].text.empty(); }

std::optional<Problem> read_header(Scanner& scanner, CsvTable& table) {
  CsvRow header;
  if (auto wrong = scanner.line(header)) return wrong;
  std::set<std::string> seen;
  for (Field& field : header) {
    if (field.text.empty()) return Problem{field.line, field.column, "the name of a column"};
    if (!seen.insert(field.text).second)
      return Problem{field.line, field.column, "a column's name only once"};
    table.names.push_back(std::move(field.text));
  }
  return {};
}

}  // namespace

std::string describe(const std::string& file, const Problem& problem) {
  std::string out = file;
  if (problem.line > 0) out += ":" + std::to_string(problem.line);
  if (problem.column > 0) out += ":" + std::to_string(problem.column);
  return out + ": expected " + problem.expected;
}

std::optional<size_t> CsvTable::find(std::string_view name) const {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return {};
  return static_cast<size_t>(at - names.begin());
}

Parsed<CsvTable> parse_csv(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  if (!is_utf8(BytesView(bytes, text.size()))) return Problem{0, 0, "UTF-8 text"};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.empty()) return Problem{1, 1, "a header line with the names of the columns"};
  Scanner scanner(text);
  CsvTable table;
  if (auto wrong = read_header(scanner, table)) return *wrong;
  std::optional<size_t> blank_line;
  while (!scanner.done()) {
    CsvRow row;
    if (auto wrong = scanner.line(row)) return *wrong;
    if (is_blank(row) && table.names.size() > 1) {
      if (!blank_line) blank_line = row[0].line;
      continue;
    }
    if (blank_line) return Problem{*blank_line, 0, "no empty line before the end of the file"};
    if (row.size() != table.names.size()) {
      return Problem{
          row[0].line, row.back().column,
          std::to_string(table.names.size()) + " fields as in the header, not " + std::to_string(row.size())};
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Parsed<uint64_t> whole_number(const Field& field, uint64_t limit) {
  const Problem wrong{field.line, field.column, "a whole number from 0 to " + std::to_string(limit)};
  if (field.text.empty() || field.text.size() > 18) return wrong;
  uint64_t value = 0;
  for (const char c : field.text) {
    if (c < '0' || c > '9') return wrong;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > limit) return wrong;
  return value;
}

std::string csv_field(std::string_view text) {
  const bool padded = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (!padded && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

std::string csv_number(double value) {
  if (!std::isfinite(value)) return "";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.9g", value);
  return buffer;
}

}  // namespace homeward::losses_stats
