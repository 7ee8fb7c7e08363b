// Legal deadlines by rules in data (deadlines.txt), not in code: which entry starts one, how long it is,
// what meets it, by which law as of which date.
#pragma once

#include <span>
#include <string_view>

#include "domain/cases/events.h"

namespace homeward::domain::cases {

struct TwoWords {
  std::string_view ru, en;
};

struct DeadlineRule {
  std::string_view id;
  EntryKind from = EntryKind::kComplaint;
  std::optional<ComplaintTo> to;  // only where the entry names this addressee
  enum class Unit : uint8_t { kDays = 1, kWorkingDays, kMonths };
  int32_t length = 0;
  Unit unit = Unit::kDays;
  EntryKind met_by = EntryKind::kAnswer;  // of that day or later, naming the same addressee or none…
  std::optional<ComplaintTo> met_to;      // …or this one
  TwoWords title;
  TwoWords law;            // with its article
  TwoWords next;           // what to do when it is missed
  std::string_view as_of;  // the law as it stood on this day
  bool checked = false;    // by an adviser; else it is a sample and says so
};

// All rules, in the order of the data.
std::span<const DeadlineRule> deadline_rules();
const DeadlineRule* find_rule(std::string_view id);
// Nothing if the data does not read: a test asks.
std::optional<std::vector<DeadlineRule>> parse_rules(std::string_view text);
Day due_day(const DeadlineRule& rule, Day from);

// An entry as deadlines see it; corrected ones are left out.
struct LegalEntry {
  Ref entry;
  EntryKind kind = EntryKind::kNote;
  std::optional<ComplaintTo> to;
  Day day;  // its last possible
};
struct Deadline {
  const DeadlineRule* rule = nullptr;
  Ref entry;  // that started it
  Day due;
  bool met = false;
};
// In order of their days.
std::vector<Deadline> deadlines_of(std::span<const LegalEntry> entries);

}  // namespace homeward::domain::cases
