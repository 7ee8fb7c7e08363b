// The loss register, the fold over the log: records with what became of their sources, lists, claims,
// decisions on pairs, and who verifies.
//
// Rows, each key beginning with the group's id:
//   0x2900  the log (log.h)                        0x2901  record → what is kept of it
//   0x2902  event with records → where its names are sealed
//   0x2903  author ‖ import ‖ index → place and number of the pieces; all of an import that is not whole yet
//           is nowhere else
//   0x2904  record ‖ place → kind of an event about it   0x2905  place ‖ number → record, for those newest
//   first 0x2906  a ‖ b ‖ verifier → her word             0x2907  list → what is kept of it 0x2908  event ‖
//   number → claim                  0x2909  person → named a verifier 0x290A  refused events (refused.h)
// A newcomer gets the whole log; what is sealed in it she reads only if it is sealed to her.
#pragma once

#include <set>

#include "domain/log/refused.h"
#include "domain/losses/events.h"

namespace homeward::domain::losses {

inline constexpr Log kLog{0x2900};
inline constexpr Space kRecordSpace = 0x2901;
inline constexpr Space kBatchSpace = 0x2902;
inline constexpr Space kPieceSpace = 0x2903;
inline constexpr Space kHistorySpace = 0x2904;
inline constexpr Space kOrderSpace = 0x2905;
inline constexpr Space kDecisionSpace = 0x2906;
inline constexpr Space kListSpace = 0x2907;
inline constexpr Space kClaimSpace = 0x2908;
inline constexpr Space kVerifierSpace = 0x2909;
inline constexpr RefusedList kRefused{0x290A};

// A source and what verifiers say of it.
struct KeptSource {
  Source said;  // its facts as last corrected
  Author by;
  Ref event;  // that added it
  Place place;
  bool checked = false;  // a verifier added it or said that it counts
  bool corrected = false;
};
struct KeptRecord {
  RecordId id;
  std::vector<std::string> open_names;
  std::vector<KeptSource> sources;
  Place place;
  Instant at;
  std::optional<ImportId> import;  // only of imports
  bool withdrawn = false;
  std::string reason;  // of the last withdrawal or return

  Author author() const { return author_of(batch_of(id)); }
  Agreed agreed() const;
  // Publishers among the checked sources that do not repeat each other: a source that quotes another is the
  // other's voice, along the whole chain. Two make a record confirmed.
  size_t independent() const;
  bool confirmed() const { return independent() >= 2; }
  // When it became known: the earliest day of a source.
  std::optional<Span> known() const;
};
struct KeptBatch {
  Piece piece;
  Place place;         // of the event that added the records
  Place sealed_place;  // of the event that holds their names now
  Author sealed_by;
  uint32_t records = 0;
  bool has_names = false;
};
struct KeptList {
  Ref id;
  ListAdded said;
  Place place;
  Instant at;
  bool withdrawn = false;
  std::string reason;
  std::optional<Ref> replaced_by;
  bool counts() const { return !withdrawn && !replaced_by; }
};
struct KeptClaim {
  Ref event;
  uint32_t number = 0;
  Claim said;
  Place place;
  Instant at;
  bool withdrawn = false;
  std::string reason;
  bool replaced = false;
  bool counts() const { return !withdrawn && !replaced; }
};
struct Word {  // on a pair
  Author by;
  Verdict verdict = Verdict::kUnsure;
  uint16_t permille = 0;
  Place place;
  Instant at;
  std::string reason;
};

// Publishers (plain_key) of the checked sources, each by the voice that it repeats in the end.
std::set<std::string> voices(std::span<const KeptSource> sources);
std::optional<Span> earliest(std::span<const KeptSource> sources);

class State {
 public:
  // False if the event changed nothing: of an unknown kind, malformed, there already, about what is not here,
  // or not the author's to say, which is noted.
  bool fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) const { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);
};

}  // namespace homeward::domain::losses
