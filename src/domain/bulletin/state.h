// The bulletin, the fold over the log: statements with their consent, drafts with their approvals, and the
// bulletins that two organizers approved, in their order.
//
// A draft builds on the bulletins approved before it: it is taken in only if it names exactly those, and its
// approvals count only as long as it does. So of two drafts side by side one becomes a bulletin, and the
// other has to be made anew. A statement that is taken back, or to which consent is missing, stops every
// draft with it.
//
// Rows, each key beginning with the group's id:
//   0x2A00  the log (log.h)                     0x2A01  statement → what is kept of it
//   0x2A02  draft → what is kept of it          0x2A03  number (u32) → the draft that is this bulletin
//   0x2A04  refused events (refused.h)          0x2A05  place → statement, for those newest first
//   0x2A06  place → draft, likewise
// A newcomer gets all of it.
#pragma once

#include <optional>

#include "domain/bulletin/events.h"
#include "domain/log/refused.h"

namespace homeward::domain::bulletin {

inline constexpr Log kLog{0x2A00};
inline constexpr Space kStatementSpace = 0x2A01;
inline constexpr Space kDraftSpace = 0x2A02;
inline constexpr Space kApprovedSpace = 0x2A03;
inline constexpr RefusedList kRefused{0x2A04};
inline constexpr Space kStatementOrderSpace = 0x2A05;
inline constexpr Space kDraftOrderSpace = 0x2A06;

struct KeptStatement {
  Ref id;
  Statement said;
  Place place;
  Instant at;
  bool consented = false;  // by who speaks, to exactly this
  bool taken_back = false;
  Author author() const { return author_of(id); }
  bool may_be_printed() const { return consented && !taken_back; }
};

struct KeptDraft {
  Ref id;
  Draft said;
  Place place;
  Instant at;
  std::vector<Author> approved_by;  // in order; at most kApprovals
  std::optional<Place> approved;    // of the approval that made it a bulletin
  bool discarded = false;
  std::string reason;
  Author author() const { return author_of(id); }
  bool is_bulletin() const { return approved.has_value(); }
};

class State {
 public:
  // False if the event changed nothing: of an unknown kind, malformed, there already, about what is not here
  // or no longer stands, or not the author's to say, which is noted.
  bool fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) const { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);
};

// For `queries` and the client.
std::optional<KeptStatement> statement(Rows& rows, const GroupKey& group, const Ref& id);
std::optional<KeptDraft> draft(Rows& rows, const GroupKey& group, const Ref& id);
std::vector<Ref> approved(Rows& rows, const GroupKey& group);  // in order

// Why a draft cannot be approved any more, or can.
enum class Standing : uint8_t {
  kOpen = 1,
  kBulletin,
  kDiscarded,
  kOvertaken,        // another draft became a bulletin meanwhile
  kStatementMissing  // one of its statements may no longer be printed
};
Standing standing(Rows& rows, const GroupKey& group, const KeptDraft& draft);

}  // namespace homeward::domain::bulletin
