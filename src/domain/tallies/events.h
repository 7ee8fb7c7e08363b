// Tallies, what can happen: a member reports figures that somebody gave ("of about 100 men sent back last
// week 10 were killed and 20 wounded"), or takes such a report back.
//
// Kinds 0x0500 to 0x05FF; docs/formats/tallies.md. A body ends with a list of further fields, each with a
// number and a length, ascending: what this version does not know it skips.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/log/log.h"

namespace homeward::domain::tallies {

enum class TallyError : uint16_t {
  kMalformed = 0x0501,  // a body that does not read
  kTextEmpty,           // nothing but white space
  kTextTooLong,         // over its limit
  kTextInvalid,         // no UTF-8, or a NUL in it
  kFigureInvalid,       // none, one state twice, over kMostMen, or more than the denominator
  kPeriodInvalid,       // a day out of range, the last before the first, or over kLongestPeriod
  kTooManyOverlaps      // over kMostOverlaps, or one twice
};
constexpr Room room_of(TallyError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0500;
inline constexpr uint16_t kReportKind = 0x0500;
inline constexpr uint16_t kWithdrawalKind = 0x0501;

inline constexpr size_t kMostTextBytes = 4 * 1024;
inline constexpr size_t kMostNoteBytes = 1024;  // source and reason
inline constexpr size_t kMostUnitBytes = 256;
inline constexpr size_t kMostRegionBytes = 16;
inline constexpr size_t kMostOverlaps = 64;
inline constexpr uint32_t kMostMen = 1'000'000;

// What a man is counted as; one man may be several (docs/formats/tallies.md, "What is counted").
enum class Counted : uint8_t {
  kSent = 1,
  kRefused,
  kHeld,
  kThreatened,
  kReleased,
  kHome,
  kSentBack,
  kWounded,
  kMissing,
  kKilled,
  kUnknown
};
inline constexpr size_t kCountedStates = 11;
// Counts everyone to whom it ever happened; the others count those of whom it is true now.
constexpr bool is_ever(Counted state) {
  return state != Counted::kHeld && state != Counted::kHome && state != Counted::kMissing &&
         state != Counted::kUnknown;
}

enum class KnownBy : uint8_t { kHeCalled = 1, kComradeFamily, kUnit, kOffice, kPress, kFamily, kOther };
enum class Sureness : uint8_t { kSure = 1, kLikely, kRumour };

// Days since 1970-01-01; months since January 1970.
using Day = int32_t;
using Month = int32_t;
inline constexpr Day kLastDay = 73'048;  // 2169-12-31
inline constexpr Day kLongestPeriod = 3'660;
Month month_of(Day day);

struct Figure {
  Counted state = Counted::kSent;
  uint32_t count = 0;
  bool operator==(const Figure&) const = default;
};

// Any member may report. A report that corrects another takes its place: only its author, an adviser or an
// organizer may say one.
struct Report {
  std::string text;
  std::string unit;    // empty: of no unit in particular
  std::string region;  // likewise
  Day from = 0;        // the period it speaks of, both days included
  Day until = 0;
  std::vector<Figure> figures;
  std::optional<uint32_t> out_of;  // of how many men it speaks
  KnownBy source = KnownBy::kOther;
  std::string source_note;
  Sureness sureness = Sureness::kSure;
  std::vector<Ref> overlaps;  // reports that may count the same men
  std::optional<Ref> corrects;
  bool operator==(const Report&) const = default;
};

// By the report's author or an organizer.
struct Withdrawal {
  Ref report;
  std::string reason;
  bool operator==(const Withdrawal&) const = default;
};

Result<> check(const Report& report);
Result<> check(const Withdrawal& withdrawal);
// Bodies of events; what they hold must have passed `check`.
Bytes encode(const Report& report);
Bytes encode(const Withdrawal& withdrawal);
// kMalformed, or what `check` says: a hostile member's report obeys the same limits.
Result<Report> decode_report(BytesView body);
Result<Withdrawal> decode_withdrawal(BytesView body);

}  // namespace homeward::domain::tallies
