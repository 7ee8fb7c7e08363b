// Reading JSON (RFC 8259) that a person may have changed by hand: what is wrong is said by line and column.
//
// Stricter than the RFC where that hides mistakes: no member twice, at most 32 levels, and only \u escapes
// that are whole characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "losses_stats/problem.h"

namespace homeward::losses_stats {

struct JsonMember;

struct Json {
  enum class Kind : uint8_t { kNull, kFalse, kTrue, kNumber, kText, kList, kObject };
  Kind kind = Kind::kNull;
  double number = 0;
  std::string text;
  std::vector<Json> items;          // of a list
  std::vector<JsonMember> members;  // of an object
  size_t line = 0;                  // where it begins
  size_t column = 0;

  // Nothing if this is no object, or has no such member.
  const Json* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  Json value;
};

Parsed<Json> parse_json(std::string_view text);

// The text in quotes (RFC 8259, section 7), and the number with 17 digits; "null" for what is not finite.
std::string json_text(std::string_view text);
std::string json_exact(double value);

}  // namespace homeward::losses_stats
