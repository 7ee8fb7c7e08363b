#include "domain/cases/deadlines.h"

#include <algorithm>
#include <array>

namespace homeward::domain::cases {
namespace {

constexpr std::string_view kData =
#include "domain/cases/deadlines.txt"
    ;

template <class Enum>
using Names = std::span<const std::pair<std::string_view, Enum>>;

constexpr std::array<std::pair<std::string_view, EntryKind>, 6> kKinds{
    {{"report_served", EntryKind::kReportServed},
     {"complaint", EntryKind::kComplaint},
     {"answer", EntryKind::kAnswer},
     {"held", EntryKind::kHeld},
     {"threatened", EntryKind::kThreatened},
     {"charged", EntryKind::kCharged}}};
constexpr std::array<std::pair<std::string_view, ComplaintTo>, 4> kAddressees{
    {{"commander", ComplaintTo::kCommander},
     {"military_prosecutor", ComplaintTo::kMilitaryProsecutor},
     {"ombudsman", ComplaintTo::kOmbudsman},
     {"court", ComplaintTo::kCourt}}};
using Unit = DeadlineRule::Unit;
constexpr std::array<std::pair<std::string_view, Unit>, 3> kUnits{
    {{"days", Unit::kDays}, {"working_days", Unit::kWorkingDays}, {"months", Unit::kMonths}}};

template <class Enum>
std::optional<Enum> named(Names<Enum> names, std::string_view name) {
  for (const auto& [text, value] : names)
    if (text == name) return value;
  return std::nullopt;
}

// Cuts the text up to `mark` off the front.
std::string_view cut(std::string_view& text, char mark) {
  const size_t at = std::min(text.find(mark), text.size());
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return out;
}

bool set_length(DeadlineRule& rule, std::string_view value) {
  for (const char c : cut(value, ' ')) {
    if (c < '0' || c > '9' || rule.length > 1'000) return false;
    rule.length = rule.length * 10 + (c - '0');
  }
  const auto unit = named<Unit>(kUnits, value);
  if (!unit || rule.length == 0) return false;
  rule.unit = *unit;
  return true;
}

template <class Enum>
bool set(Enum& field, std::optional<Enum> value) {
  if (value) field = *value;
  return value.has_value();
}

bool set_text(std::string_view& field, std::string_view value) {
  field = value;
  return !value.empty();
}

bool set_field(DeadlineRule& rule, std::string_view name, std::string_view value) {
  if (name == "from") return set(rule.from, named<EntryKind>(kKinds, value));
  if (name == "to") return (rule.to = named<ComplaintTo>(kAddressees, value)).has_value();
  if (name == "length") return set_length(rule, value);
  if (name == "met_by") return set(rule.met_by, named<EntryKind>(kKinds, value));
  if (name == "met_to") return (rule.met_to = named<ComplaintTo>(kAddressees, value)).has_value();
  if (name == "title.ru") return set_text(rule.title.ru, value);
  if (name == "title.en") return set_text(rule.title.en, value);
  if (name == "law.ru") return set_text(rule.law.ru, value);
  if (name == "law.en") return set_text(rule.law.en, value);
  if (name == "next.ru") return set_text(rule.next.ru, value);
  if (name == "next.en") return set_text(rule.next.en, value);
  if (name == "as_of") return set_text(rule.as_of, value) && parse_day(value).has_value();
  if (name == "checked") {
    rule.checked = value == "yes";
    return value == "yes" || value == "no";
  }
  return false;
}

bool is_whole(const DeadlineRule& rule) {
  for (const TwoWords* words : {&rule.title, &rule.law, &rule.next})
    if (words->ru.empty() || words->en.empty()) return false;
  return rule.length > 0 && !rule.as_of.empty();
}

// An answer meets what was asked of its addressee, or of anybody if it names none.
bool meets(const DeadlineRule& rule, const LegalEntry& asked, const LegalEntry& entry) {
  if (entry.kind != rule.met_by || entry.day < asked.day || entry.entry == asked.entry) return false;
  if (rule.met_to) return entry.to == rule.met_to;
  return !entry.to || !asked.to || entry.to == asked.to;
}

}  // namespace

std::optional<std::vector<DeadlineRule>> parse_rules(std::string_view text) {
  std::vector<DeadlineRule> out;
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    const std::string_view name = cut(line, ' ');
    if (name == "rule") {
      if (line.empty()) return std::nullopt;
      out.push_back({.id = line});
    } else if (out.empty() || !set_field(out.back(), name, line)) {
      return std::nullopt;
    }
  }
  if (!std::ranges::all_of(out, is_whole)) return std::nullopt;
  return out;
}

std::span<const DeadlineRule> deadline_rules() {
  static const std::vector<DeadlineRule> rules = *parse_rules(kData);
  return rules;
}

const DeadlineRule* find_rule(std::string_view id) {
  for (const DeadlineRule& rule : deadline_rules())
    if (rule.id == id) return &rule;
  return nullptr;
}

Day due_day(const DeadlineRule& rule, Day from) {
  Day due = from;
  switch (rule.unit) {
    case Unit::kDays:
      due = from.plus(rule.length);
      break;
    case Unit::kWorkingDays:
      due = plus_working_days(from, rule.length);
      break;
    case Unit::kMonths:
      due = plus_months(from, rule.length);
      break;
  }
  return std::min(due, kLastDay);
}

std::vector<Deadline> deadlines_of(std::span<const LegalEntry> entries) {
  std::vector<Deadline> out;
  for (const LegalEntry& asked : entries) {
    for (const DeadlineRule& rule : deadline_rules()) {
      if (rule.from != asked.kind || (rule.to && rule.to != asked.to)) continue;
      const bool met =
          std::ranges::any_of(entries, [&](const LegalEntry& entry) { return meets(rule, asked, entry); });
      out.push_back({&rule, asked.entry, due_day(rule, asked.day), met});
    }
  }
  std::ranges::sort(out, [](const Deadline& a, const Deadline& b) {
    return std::tie(a.due, a.entry, a.rule) < std::tie(b.due, b.entry, b.rule);
  });
  return out;
}

}  // namespace homeward::domain::cases
