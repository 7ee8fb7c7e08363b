// Papers: templates with named fields, filled in with what a person typed.
//
// {{name}} in the body and in the address stands for a field; what the form leaves out becomes a line to
// write on by hand. Nothing that is typed is kept here.
#pragma once

#include "domain/guidance/events.h"

namespace homeward::domain::guidance {

// The names between {{ and }}, in order, as often as they stand there.
std::vector<std::string> names_in(std::string_view body);

struct Value {
  std::string name, value;
};
enum class Problem : uint8_t {
  kMissing = 1,  // required and empty
  kNotADate,
  kNotANumber,
  kNotAChoice,
  kTooLong,
  kNotText,       // no UTF-8
  kUnknownField,  // the paper has no such field
};
struct FieldProblem {
  std::string name;
  Problem problem = Problem::kMissing;
  bool operator==(const FieldProblem&) const = default;
};
struct Filled {
  std::string addressed_to, text;  // Markdown
  std::vector<FieldProblem> problems;
};
// Dates are written out in the article's language ("15 июля 2022 г."); "ru" has Russian words, others
// English.
Filled fill(const Paper& paper, std::string_view language, const std::vector<Value>& values);

}  // namespace homeward::domain::guidance
