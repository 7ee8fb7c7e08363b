// Tallies, the fold over the log: the reports of a group and what became of them.
//
// Rows, each key beginning with the group's id:
//   0x2500  the log (log.h)                      0x2501  report → what is kept of it
//   0x2502  place → report, for those newest first  0x2503  refused events (refused.h)
// A newcomer gets all reports.
#pragma once

#include "domain/log/refused.h"
#include "domain/tallies/events.h"

namespace homeward::domain::tallies {

inline constexpr Log kLog{0x2500};
inline constexpr Space kReportSpace = 0x2501;
inline constexpr Space kOrderSpace = 0x2502;
inline constexpr RefusedList kRefused{0x2503};

struct KeptReport {
  Ref id;
  Report said;
  Place place;
  Instant at;
  bool withdrawn = false;
  std::string reason;               // of the withdrawal
  std::optional<Ref> corrected_by;  // the report that took its place
  // Neither withdrawn nor corrected.
  bool counts() const { return !withdrawn && !corrected_by; }
  Author author() const { return author_of(id); }
};

class State {
 public:
  // False if the event changed nothing: of an unknown kind, malformed, there already, or not the author's to
  // say, which is noted.
  bool fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) const { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);
};

// For `queries`. Nothing if there is none.
std::optional<KeptReport> report(Rows& rows, const GroupKey& group, const Ref& id);

}  // namespace homeward::domain::tallies
