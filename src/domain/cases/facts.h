// What follows from a case's timeline: where he stands, how it is with him, since when, and whether reports
// contradict each other.
//
// Of each kind of entry the newest counts, one that was corrected never. Rumours stand apart: they say where
// he stands only if nothing surer does. Facts are kept by kind, so that one more entry costs no look at the
// others.
#pragma once

#include <array>

#include "codec/codec.h"
#include "domain/cases/events.h"

namespace homeward::domain::cases {

// Numbered from 1 in the order of the API's.
enum class CaseState : uint8_t {
  kUnknown = 1,
  kExercises,
  kInTouch,
  kAtFront,
  kRefused,
  kReportServed,
  kThreatened,
  kHeld,
  kCharged,
  kMoved,
  kSentBack,
  kWounded,
  kMissing,
  kKilled,
  kReleased,
  kHome
};
inline constexpr size_t kCaseStates = 16;

// Home, or killed: nothing is due by silence any more.
constexpr bool is_over(CaseState state) { return state == CaseState::kHome || state == CaseState::kKilled; }

// One entry as evidence.
struct Evidence {
  EntryKind kind = EntryKind::kNote;
  Precision precision = Precision::kDay;
  Sureness sureness = Sureness::kSure;
  Day first, last;
  Place place;  // of the entry's event
  bool operator==(const Evidence&) const = default;
};

// Newer by its last possible day; then surer; then narrower; then later in the group's order.
bool is_newer(const Evidence& a, const Evidence& b);

struct Facts {
  // By kind, [0] sure or likely, [1] rumour.
  std::array<std::array<std::optional<Evidence>, 2>, kEntryKinds> newest;
  std::optional<Day> contact;  // newest day on which he was heard himself, by entries that are no rumour

  void add(const Evidence& evidence, KnownBy known_by);
  bool operator==(const Facts&) const = default;
};
void encode(Writer& out, const Facts& facts);
Facts decode_facts(Reader& in);

struct Standing {
  CaseState state = CaseState::kUnknown;
  CaseState fate = CaseState::kUnknown;  // unknown, in touch, wounded, missing, killed, home
  std::optional<Evidence> because;       // the entry that says the state
  std::optional<Evidence> where;         // the newest that says where he is
  // Entries that contradict the state, by place. Empty: none does.
  std::vector<Place> against;
  bool operator==(const Standing&) const = default;
};
Standing standing_of(const Facts& facts);

}  // namespace homeward::domain::cases
