// Cases, what the page asks.
#pragma once

#include "domain/cases/deadlines.h"
#include "domain/cases/state.h"

namespace homeward::domain::cases {

std::optional<CaseRow> find(Rows& rows, const GroupKey& group, const Ref& case_ref);
// Every case, in order of their refs; `visit` answers false to stop and must not write.
void for_each(Rows& rows, const GroupKey& group, const std::function<bool(const CaseRow&)>& visit);

struct Filter {
  std::optional<CaseState> state;
  std::optional<std::string> unit;
  std::optional<std::string> region;
  std::optional<Author> person;      // cases that this person speaks for, reads or has a step in
  std::optional<std::string> query;  // words of the label and the unit
  bool empty() const { return !state && !unit && !region && !person && !query; }
};
struct Page {
  std::vector<CaseRow> cases;
  uint64_t total = 0;
  bool more = false;
};
struct Limits {
  size_t limit = 50;
  std::optional<Ref> after;  // the last case shown; unknown ones begin anew
};
// Those that need somebody first: by the day on which something is due or silence asks to act; cases that are
// over come last.
Page list(Rows& rows, const GroupKey& group, words::Analyzer& analyzer, const Filter& filter,
          const Limits& limits);
struct Counts {
  uint64_t total = 0;
  uint64_t silent = 0;  // silence asks to act
  uint64_t due = 0;     // a step or deadline is due today or was
};
Counts counts(Rows& rows, const GroupKey& group, Day today);
// Cases that are not over, of the same unit; by the unit's name in any case of letters, spaces aside.
uint64_t same_unit(Rows& rows, const GroupKey& group, words::Analyzer& analyzer, std::string_view unit);
// Cases that a person speaks for, reads or has a step in.
std::vector<Ref> cases_of(Rows& rows, const GroupKey& group, const Author& person);

enum class SilenceLevel : uint8_t { kNone = 1, kWatch, kAct, kUrgent };
struct Silence {
  SilenceLevel level = SilenceLevel::kNone;
  std::optional<int32_t> days;  // since he was last heard; nothing if he never was
  Day since;                    // the day on which this level was reached
};
Silence silence_of(const CaseRow& row, Day today);

// What is sealed, and by whom: the author is bound to it.
struct SealedPart {
  Bytes sealed;
  Author author;
};
// The sealed fields; nothing if there are none.
std::optional<SealedPart> sealed_fields(Rows& rows, const GroupKey& group, const CaseRow& row);

struct Entry {
  Ref ref;
  Place place;
  Instant at;
  EntryAdded body;  // `body.sealed` as it was first; what counts is `sealed`
  std::optional<SealedPart> sealed;
  bool corrected = false;
  bool contradicts = false;
};
struct Step {
  Ref ref;
  Place place;
  std::optional<Day> due;
  Author who;
  SealedPart sealed;
  bool done = false;
  bool dropped = false;
};
struct Paper {
  Ref ref;
  Place place;
  Instant at;
  std::string article;
  SealedPart sealed;
};
struct CardChange {
  Author author;
  Instant at;
  std::string reason;
  Place place;
};
struct Parts {
  std::vector<Entry> entries;  // by the day of what happened, oldest first
  std::vector<Step> steps;     // open ones first, by due day
  std::vector<Paper> papers;   // newest first
  std::vector<CardChange> changes;
};
Parts parts(Rows& rows, const GroupKey& group, const CaseRow& row);
std::optional<Paper> paper(Rows& rows, const GroupKey& group, const Ref& case_ref, const Ref& ref);
std::vector<Deadline> deadlines(const Parts& parts);

// Whether somebody wrote an entry that this device's person has not seen.
bool has_news(Rows& rows, const GroupKey& group, const CaseRow& row, const Author& me);

// How it went for those who kept a paper made from this article, by state.
std::array<uint32_t, kCaseStates> outcomes(Rows& rows, const GroupKey& group, std::string_view article);

// Events that were not allowed, newest first.
std::vector<Refused> refused(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::cases
