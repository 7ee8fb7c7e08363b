// The bulletin, what can happen: statements and the consent of who speaks, drafts, and the approvals of two
// organizers to exactly the bytes that go out.
//
// A draft carries the whole figures, small ones too: every device makes the same folder from it
// (client/bulletin leaves out what must be left out), and later bulletins need them so that no two together
// tell what neither tells alone. Nothing here is sent anywhere outside the group.
//
// Kinds 0x0A00 to 0x0AFF; docs/formats/bulletin.md. A body ends with a list of further fields, each with a
// number and a length, ascending: what this version does not know it skips.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "domain/log/log.h"

namespace homeward::domain::bulletin {

enum class BulletinError : uint16_t {
  kMalformed = 0x0A01,  // a body that does not read
  kTextEmpty,           // nothing but white space
  kTextTooLong,         // over its limit
  kTextInvalid,         // no UTF-8, a NUL, or a line break where there is none to be
  kTableInvalid,        // keys out of form, twice or too many, or counts that are not one for each cell
  kThresholdInvalid,    // not within kLeastThreshold to kMostThreshold
  kDayInvalid,
  kTooMany  // statements or earlier bulletins, or one twice
};
constexpr Room room_of(BulletinError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0A00;
inline constexpr uint16_t kStatementKind = 0x0A00;
inline constexpr uint16_t kConsentKind = 0x0A01;
inline constexpr uint16_t kTakenBackKind = 0x0A02;
inline constexpr uint16_t kDraftKind = 0x0A03;
inline constexpr uint16_t kApprovalKind = 0x0A04;
inline constexpr uint16_t kDiscardedKind = 0x0A05;

inline constexpr size_t kMostTextBytes = 4 * 1024;
inline constexpr size_t kMostLineBytes = 256;
inline constexpr uint8_t kLeastThreshold = 3;
inline constexpr uint8_t kDefaultThreshold = 5;
inline constexpr uint8_t kMostThreshold = 100;
inline constexpr size_t kMostRows = 100;
inline constexpr size_t kMostColumns = 120;
inline constexpr size_t kMostStatements = 50;
inline constexpr size_t kMostEarlier = 1'000;
inline constexpr uint32_t kMostMen = 10'000'000;
// Different persons whose word makes a draft a bulletin.
inline constexpr size_t kApprovals = 2;

using Day = int32_t;                     // since 1970-01-01
inline constexpr Day kLastDay = 73'048;  // 2169-12-31

struct DigestTag;
using Digest = FixedBytes<32, DigestTag>;  // SHA-256

// What somebody says and wants said. Of any member, for the person who speaks: her own word is its own
// consent, what another wrote down needs hers.
struct Statement {
  Author speaker;
  std::string text;         // exactly as it is printed
  std::string attribution;  // how she wants to be named: "мать, Бурятия"; one line
  bool operator==(const Statement&) const = default;
};
// Of the speaker: to exactly this text with this attribution, which she repeats.
struct Consent {
  Ref statement;
  std::string text;
  std::string attribution;
  bool operator==(const Consent&) const = default;
};
// Of the speaker, or of who wrote it down: it is not to be printed, from now on and for good.
struct TakenBack {
  Ref statement;
  bool operator==(const TakenBack&) const = default;
};

// Counts by row and column, without totals. Keys are capital letters, digits and dashes, at most 16 bytes;
// rising, and one of them may be empty (not known, or elsewhere).
struct Table {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<uint32_t> counts;
  bool operator==(const Table&) const = default;
};

// Of an organizer.
struct Draft {
  uint16_t form = 1;  // of the folder that is made of it
  Day as_of = 0;
  uint8_t threshold = kDefaultThreshold;
  std::string publisher;        // who publishes, as printed; may be empty
  std::vector<Ref> earlier;     // the bulletins approved before, in their order
  Table losses;                 // killed, by home region and month in which it became known
  Table others;                 // wounded, missing, prisoners: one row, a column each
  Table tallies;                // by region and what is told of the men
  std::vector<Ref> statements;  // in the order in which they are printed
  Digest digest;                // of the folder's list of files
  bool operator==(const Draft&) const = default;
};
// Of an organizer; two different persons make it a bulletin.
struct Approval {
  Ref draft;
  Digest digest;  // of the folder as her own device made it
  bool operator==(const Approval&) const = default;
};
// Of an organizer, before it is approved.
struct Discarded {
  Ref draft;
  std::string reason;
  bool operator==(const Discarded&) const = default;
};

Result<> check(const Statement& statement);
Result<> check(const Table& table);
Result<> check(const Draft& draft);
Result<> check(const Discarded& discarded);

// Bodies of events; what they hold must have passed `check`.
Bytes encode(const Statement& statement);
Bytes encode(const Consent& consent);
Bytes encode(const TakenBack& taken_back);
Bytes encode(const Draft& draft);
Bytes encode(const Approval& approval);
Bytes encode(const Discarded& discarded);
// kMalformed, or what `check` says.
Result<Statement> decode_statement(BytesView body);
Result<Consent> decode_consent(BytesView body);
Result<TakenBack> decode_taken_back(BytesView body);
Result<Draft> decode_draft(BytesView body);
Result<Approval> decode_approval(BytesView body);
Result<Discarded> decode_discarded(BytesView body);

}  // namespace homeward::domain::bulletin
