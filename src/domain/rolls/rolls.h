// Rolls: one call, many men. What a call said of each man is an entry in his case; the roll keeps together
// which entries came from one call, so that it can be read again as it was written down.
//
// Kinds 0x0700 to 0x07FF: one, `RollNoted`, which any member may say. Who called is sealed to the author
// alone. Rows, each key beginning with the group's id:
//   0x2700  the log (log.h), which is all there is: a group has few rolls
// docs/formats/rolls.md.
#pragma once

#include <vector>

#include "base/result.h"
#include "domain/cases/events.h"
#include "domain/log/log.h"

namespace homeward::domain::rolls {

enum class RollError : uint16_t {
  kMalformed = 0x0701,
  kLineCount,  // none, or over kMostLines
  kTextInvalid,
  kTextTooLong
};
constexpr Room room_of(RollError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0700;
inline constexpr uint16_t kRollKind = 0x0700;
inline constexpr Log kLog{0x2700};
inline constexpr size_t kMostLines = 200;
inline constexpr size_t kMostCallerBytes = 8 * 1024;

struct RollLine {
  Ref case_ref;
  Ref entry;
  bool new_case = false;  // made for this line
  bool operator==(const RollLine&) const = default;
};
struct RollNoted {
  cases::When when;
  cases::KnownBy known_by = cases::KnownBy::kHeCalled;
  cases::Sureness sureness = cases::Sureness::kSure;
  std::string unit;
  Bytes caller;  // sealed to the author; may be empty
  std::vector<RollLine> lines;
  bool operator==(const RollNoted&) const = default;
};

Result<> check(const RollNoted& roll);
Bytes encode(const RollNoted& roll);  // must have passed `check`
Result<RollNoted> decode_roll(BytesView body);

class State {
 public:
  bool fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) const { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);
};

struct KeptRoll {
  Ref id;
  Place place;
  Instant at;
  RollNoted said;
  Author author() const { return author_of(id); }
};
// Newest first.
std::vector<KeptRoll> rolls(Rows& rows, const GroupKey& group);
std::optional<KeptRoll> roll(Rows& rows, const GroupKey& group, const Ref& id);

}  // namespace homeward::domain::rolls
