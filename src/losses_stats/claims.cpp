#include "losses_stats/claims.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "losses_stats/compare.h"
#include "losses_stats/csv.h"

namespace homeward::losses_stats {
namespace {

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// A number of at least 0 with an optional fraction.
Parsed<double> amount(const Field& field) {
  const Problem wrong{field.line, field.column, "a number of at least 0, such as 1351 or 30.86"};
  size_t points = 0;
  for (const char c : field.text) {
    if (c == '.') {
      ++points;
    } else if (c < '0' || c > '9') {
      return wrong;
    }
  }
  if (field.text.empty() || field.text.size() > 18 || points > 1 || field.text.front() == '.' ||
      field.text.back() == '.')
    return wrong;
  return std::strtod(field.text.c_str(), nullptr);
}

Parsed<Date> day_of(const Field& field) {
  const Date date = read_date(field.text);
  if (date.year == 0 || date.month > 12 || date.day > 31 || (date.day != 0 && date.month == 0))
    return Problem{field.line, field.column, "a date such as 2022-07-20, 2022-07 or 2022"};
  return date;
}

std::optional<Problem> read_amounts(const CsvTable& table, const CsvRow& row, Claim& claim) {
  const auto read = [&](const char* name, std::optional<double>& to) -> std::optional<Problem> {
    const auto column = table.find(name);
    if (!column || row[*column].text.empty()) return {};
    const auto number = amount(row[*column]);
    if (!number.ok()) return number.problem();
    to = *number;
    return {};
  };
  if (auto wrong = read("value", claim.value)) return wrong;
  if (auto wrong = read("low", claim.low)) return wrong;
  if (auto wrong = read("high", claim.high)) return wrong;
  const size_t line = row[0].line;
  if (claim.low.has_value() != claim.high.has_value())
    return Problem{line, 0, "both low and high, or neither"};
  if (claim.low && *claim.low > *claim.high) return Problem{line, 0, "low not above high"};
  if (!claim.value && !claim.low) return Problem{line, 0, "a value, or low and high"};
  return {};
}

// Numbers that a slip of the hand makes of each other: the same digits in another order, one digit, or two
// where one claimant reports the other.
bool may_be_misprint(const Claim& a, const Claim& b) {
  if (!a.value || !b.value || *a.value == *b.value || std::min(*a.value, *b.value) < 100) return false;
  std::string x = std::to_string(std::llround(*a.value));
  std::string y = std::to_string(std::llround(*b.value));
  if (x.size() != y.size()) return false;
  const bool reports = a.claimant.starts_with(b.claimant) || b.claimant.starts_with(a.claimant);
  if (edits(x, y, 2) <= (reports ? 2U : x.size() >= 4 ? 1U : 0U)) return true;
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return x == y;
}

bool same_thing(const Claim& a, const Claim& b) {
  return a.subject == b.subject && a.region == b.region && a.kind == b.kind && a.unit == b.unit;
}

int64_t day_number(const Date& date) { return date.year * 10'000 + date.month * 100 + date.day; }

}  // namespace

Parsed<std::vector<Claim>> read_claims(std::string_view csv) {
  const auto table = parse_csv(csv);
  if (!table.ok()) return table.problem();
  const auto as_of = table->find("as_of");
  const auto claimant = table->find("claimant");
  if (!as_of || !claimant || (!table->find("value") && !table->find("low")))
    return Problem{1, 1, "the columns as_of, claimant and value, or low and high"};
  std::vector<Claim> out;
  for (const CsvRow& row : table->rows) {
    const auto text = [&](const char* name) {
      const auto column = table->find(name);
      return column ? row[*column].text : std::string();
    };
    Claim claim;
    claim.id = text("id");
    claim.subject = text("subject");
    claim.region = text("region_iso");
    claim.kind = text("kind");
    claim.unit = text("unit");
    claim.claimant = text("claimant");
    claim.basis = text("basis");
    claim.note = text("quality_note");
    claim.line = row[0].line;
    if (claim.claimant.empty()) return Problem{row[*claimant].line, row[*claimant].column, "who claims it"};
    const auto date = day_of(row[*as_of]);
    if (!date.ok()) return date.problem();
    claim.as_of = *date;
    if (auto wrong = read_amounts(*table, row, claim)) return *wrong;
    out.push_back(std::move(claim));
  }
  if (out.empty()) return Problem{2, 0, "at least one claim"};
  return out;
}

Parsed<std::vector<FloorPoint>> read_floor(std::string_view csv) {
  const auto table = parse_csv(csv);
  if (!table.ok()) return table.problem();
  const auto date_column = table->find("date");
  const auto count = table->find("count");
  if (!date_column || !count) return Problem{1, 1, "the columns date and count"};
  std::vector<FloorPoint> out;
  for (const CsvRow& row : table->rows) {
    const auto date = day_of(row[*date_column]);
    if (!date.ok()) return date.problem();
    const auto number = whole_number(row[*count]);
    if (!number.ok()) return number.problem();
    if (!out.empty() && day_number(*date) <= day_number(out.back().date))
      return Problem{row[*date_column].line, row[*date_column].column, "a later day than in the line before"};
    out.push_back({*date, static_cast<double>(*number)});
  }
  return out;
}

Basis basis_of(const Claim& claim) {
  if (holds(claim.kind, "by name") || holds(claim.basis, "named list")) return Basis::kNamedList;
  if (holds(claim.basis, "intelligence")) return Basis::kIntelligence;
  if (holds(claim.basis, "estimate")) return Basis::kEstimate;
  if (holds(claim.basis, "open-source")) return Basis::kNamedList;
  if (holds(claim.basis, "official")) return Basis::kOfficial;
  return Basis::kOther;
}

std::vector<std::string> claim_warnings(const std::vector<Claim>& claims, size_t of,
                                        const std::vector<FloorPoint>& floor) {
  const Claim& claim = claims[of];
  std::vector<std::string> out;
  if (!claim.note.empty()) out.push_back(claim.note);
  for (const Claim& other : claims) {
    if (&other == &claim || !same_thing(claim, other) || claim.as_of != other.as_of) continue;
    if (may_be_misprint(claim, other)) {
      out.push_back("Hardly other digits than the " + csv_number(*other.value) + " of " + other.claimant +
                    " on the same day: one of the two may be a misprint.");
    }
  }
  const Claim* before = nullptr;
  for (const Claim& other : claims) {
    if (other.claimant != claim.claimant || other.subject != claim.subject || other.region != claim.region)
      continue;
    if (day_number(other.as_of) >= day_number(claim.as_of)) continue;
    if (before == nullptr || day_number(other.as_of) > day_number(before->as_of)) before = &other;
  }
  if (before != nullptr && (before->kind != claim.kind || before->unit != claim.unit)) {
    const bool counted_before = std::any_of(claims.begin(), claims.end(), [&](const Claim& other) {
      return other.claimant == claim.claimant && same_thing(other, claim) &&
             day_number(other.as_of) < day_number(claim.as_of);
    });
    const bool counts_both = std::any_of(claims.begin(), claims.end(), [&](const Claim& other) {
      return other.claimant == claim.claimant && same_thing(other, *before) && other.as_of == claim.as_of;
    });
    if (!counted_before && !counts_both)
      out.push_back("Not the same as the claimant counted before: " + claim.kind + " (" + claim.unit +
                    ") instead of " + before->kind + " (" + before->unit + ").");
  }
  if (claim.region.empty() && claim.kind == "killed" && claim.value && !floor.empty()) {
    const FloorPoint* known = nullptr;
    for (const FloorPoint& point : floor) {
      if (day_number(point.date) <= day_number(claim.as_of)) known = &point;
    }
    if (known != nullptr && *claim.value < known->count)
      out.push_back("Less than the " + csv_number(known->count) + " that the register knew on that day.");
  }
  return out;
}

}  // namespace homeward::losses_stats
