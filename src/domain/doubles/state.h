// Doubles, the fold over the log: the group's key, the fingerprints of each case, and what the speakers of
// two cases answered.
//
// Whether a case exists is asked of `cases`, so its events are folded first. Fingerprints and answers of a
// case that is erased leave with it (`forget_case`).
//
// Rows, each key beginning with the group's id:
//   0x2800  the log (log.h)                          0x2801  nothing → the group's key
//   0x2802  fingerprint ‖ case → nothing             0x2803  case → its fingerprints and the places they came
//   from 0x2804  case ‖ other → what the first's speaker answered, and where 0x2805  refused events
//   (refused.h)
#pragma once

#include <optional>

#include "domain/doubles/events.h"
#include "domain/log/refused.h"

namespace homeward::domain::doubles {

inline constexpr Log kLog{0x2800};
inline constexpr Space kKeySpace = 0x2801;
inline constexpr Space kByFingerprintSpace = 0x2802;
inline constexpr Space kCaseSpace = 0x2803;
inline constexpr Space kAnswerSpace = 0x2804;
inline constexpr RefusedList kRefused{0x2805};

class State {
 public:
  // False if the event changed nothing. Fingerprints and answers that are not their author's to say are
  // noted.
  bool fold(const Context& context, const Event& event);
  // A case was erased: what was said of it leaves the log and the views.
  void forget_case(Rows& rows, const GroupKey& group, const Ref& case_ref);
  Bytes snapshot(Rows& rows, const GroupKey& group) const { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);
};

// For `queries`.
struct CaseFingerprints {
  KeyName key;
  std::vector<Fingerprint> fingerprints;
  std::vector<Place> places;  // of every event about this case, its answers among them
};
std::optional<CaseFingerprints> fingerprints_of(Rows& rows, const GroupKey& group, const Ref& case_ref);

}  // namespace homeward::domain::doubles
