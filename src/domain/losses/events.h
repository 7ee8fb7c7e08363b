// The loss register, what can happen, and who may say it.
//
// A *loss record* is one man as its sources tell of him: each source says its own facts (facts.h), so that
// what differs stays side by side. Names are sealed to those who verify, one box for all records of an event,
// unless they are published already. A *counted list* is a list that somebody published as numbers only: a
// register without names, in which no man is invented. A *claim* is one aggregate figure.
//
// *Verifiers* are the organizers, the advisers and whom an organizer named. Any member adds one record or one
// source at a time; it counts as checked when a verifier says so or added it herself. Lists, imports and
// decisions on pairs are the verifiers'. Every change after the first has a reason. State enforces this on
// every device (state.h).
//
// Kinds 0x0900 to 0x09FF. A body ends with a list of further fields, each with a number and a length,
// ascending, which this version skips. docs/formats/loss_register.md.
#pragma once

#include "domain/log/log.h"
#include "domain/losses/facts.h"

namespace homeward::domain::losses {

inline constexpr uint16_t kFirstKind = 0x0900;
inline constexpr uint16_t kRecordsAdded = 0x0900;
inline constexpr uint16_t kSourceAdded = 0x0901;
inline constexpr uint16_t kSourceJudged = 0x0902;
inline constexpr uint16_t kFactsCorrected = 0x0903;
inline constexpr uint16_t kNamesSealed = 0x0904;
inline constexpr uint16_t kWithdrawn = 0x0905;
inline constexpr uint16_t kPairDecided = 0x0906;
inline constexpr uint16_t kListAdded = 0x0907;
inline constexpr uint16_t kClaimsAdded = 0x0908;
inline constexpr uint16_t kVerifierNamed = 0x0909;

inline constexpr size_t kMostRecords = 2'000;  // of one event
inline constexpr size_t kMostSources = 64;     // of one record
inline constexpr size_t kMostNames = 16;       // of one record
inline constexpr size_t kMostCountRows = 8'000;
inline constexpr size_t kMostClaims = 1'000;  // of one event
inline constexpr size_t kMostPieces = 1'024;  // of one import
inline constexpr size_t kMostSealedBytes = 64 * 1024;
inline constexpr uint32_t kMostMen = 10'000'000;
// Of claimed numbers, which are kept in thousandths so that rates fit as well.
inline constexpr uint64_t kMostThousandths = 1'000'000'000'000;

struct RecordIdTag;
// The event that added the record, and which of its records it is (32 bits, from 0).
using RecordId = FixedBytes<52, RecordIdTag>;
RecordId record_id(const Ref& event, uint32_t number);
Ref batch_of(const RecordId& id);
uint32_t number_of(const RecordId& id);

struct ImportIdTag;
using ImportId = FixedBytes<16, ImportIdTag>;  // random; unique per author

// --- Parts ---
enum class SourceKind : uint8_t {
  kOfficial = 1,
  kPress,
  kSocial,    // a page of a social network, a channel
  kCemetery,  // a grave, a memorial
  kFamily,
  kComrade,
  kList,  // a list that others keep
  kOther
};
struct Source {
  SourceKind kind = SourceKind::kPress;
  std::string publisher;           // who says so; two sources of one publisher are one voice
  std::string link;                // where it can be looked up; may be empty
  std::optional<Span> date;        // when it was said
  std::optional<uint16_t> quotes;  // the source of this record that it repeats
  std::string note;
  Facts facts;
  bool operator==(const Source&) const = default;
};
// A part of an import: it shows only when all its pieces are there, from the same author.
struct Piece {
  ImportId import;
  uint16_t index = 0;
  uint16_t of = 1;
  bool operator==(const Piece&) const = default;
};
struct NewRecord {
  std::vector<std::string> open_names;  // only such as a source with a link names already
  std::vector<Source> sources;          // at least one; may quote earlier ones
  bool operator==(const NewRecord&) const = default;
};

// --- Events ---
struct RecordsAdded {  // one record in one piece: anybody; else verifiers
  Piece piece;
  std::vector<NewRecord> records;
  Bytes sealed;  // names of all of them (the client's); empty: none
  bool operator==(const RecordsAdded&) const = default;
};
struct SourceAdded {  // anybody
  RecordId record;
  Source source;
  std::string reason;
  bool operator==(const SourceAdded&) const = default;
};
// Whether the source may count towards two independent ones, and whether it only repeats another.
struct SourceJudged {  // verifiers
  RecordId record;
  uint16_t source = 0;
  bool counts = true;
  std::optional<uint16_t> quotes;
  std::string reason;
  bool operator==(const SourceJudged&) const = default;
};
// The source says something else than was written down.
struct FactsCorrected {  // who added the source, verifiers
  RecordId record;
  uint16_t source = 0;
  Facts facts;
  std::string reason;
  bool operator==(const FactsCorrected&) const = default;
};
// The names of an event's records anew: for other keys (no reason), or corrected.
struct NamesSealed {  // who added the records, verifiers
  Ref batch;
  Bytes sealed;
  std::string reason;
  bool operator==(const NamesSealed&) const = default;
};
// A record, a list, a claim or a whole import no longer counts, or counts again; it stays readable.
struct Withdrawn {  // to withdraw: who added it; both ways: verifiers
  enum class Kind : uint8_t { kRecord = 1, kList, kClaim, kImport };
  Kind kind = Kind::kRecord;
  Ref event;            // of an import: its author and its id
  uint32_t number = 0;  // of a record or claim within its event
  bool withdrawn = true;
  std::string reason;
  bool operator==(const Withdrawn&) const = default;
};
enum class Verdict : uint8_t { kNone = 0, kSame, kDifferent, kUnsure };
// One verifier's word on whether two records are of one man; her newest holds, kNone takes it back.
struct PairDecided {  // verifiers
  RecordId a, b;      // a < b
  Verdict verdict = Verdict::kNone;
  uint16_t permille = 0;  // how probable her device held it, 0 to 1000
  std::string reason;     // may be empty
  bool operator==(const PairDecided&) const = default;
};
enum class MonthOf : uint8_t { kKnown = 1, kDied };
struct CountRow {
  std::string region;  // empty: not known
  std::optional<Month> month;
  LossState state = LossState::kKilled;
  std::optional<Category> category;
  uint32_t men = 0;
  bool operator==(const CountRow&) const = default;
};
struct ListAdded {  // verifiers
  Source source;    // without facts; of whom the list is
  MonthOf month_of = MonthOf::kKnown;
  std::vector<CountRow> rows;
  std::optional<Ref> same_men_as;  // another cut of a list that is here
  std::optional<Ref> replaces;     // an older edition, which no longer counts
  bool operator==(const ListAdded&) const = default;
};
enum class Basis : uint8_t { kNamedList = 1, kOfficial, kIntelligence, kEstimate, kBelligerent, kSecondary };
struct Claim {
  std::string key;  // the line's id in the file that it came from
  std::string subject;
  std::string region;
  std::string kind;  // what is counted: "killed", "rate per 100,000"
  Span as_of;
  std::optional<uint64_t> value, low, high;  // thousandths
  std::string unit;
  std::string claimant;
  Basis basis = Basis::kOfficial;
  std::string basis_text;  // as the file words it; may be empty
  std::string link;
  std::string via;
  std::string warning;  // a misprint, a changed definition
  bool operator==(const Claim&) const = default;
};
struct ClaimsAdded {  // one claim in one piece: anybody; else verifiers
  Piece piece;
  std::vector<Claim> claims;
  std::optional<Ref> replaces;  // a claim's event and number: that one no longer counts
  uint32_t replaces_number = 0;
  bool operator==(const ClaimsAdded&) const = default;
};
struct VerifierNamed {  // organizers
  Author person;
  bool verifies = true;
  std::string reason;
  bool operator==(const VerifierNamed&) const = default;
};

// The same checks that decoding makes. `check` of what is to be encoded must have succeeded.
Result<> check(const Source& source);
Result<> check(const Claim& claim);
Result<> check(const RecordsAdded& body);
Result<> check(const SourceAdded& body);
Result<> check(const SourceJudged& body);
Result<> check(const FactsCorrected& body);
Result<> check(const NamesSealed& body);
Result<> check(const Withdrawn& body);
Result<> check(const PairDecided& body);
Result<> check(const ListAdded& body);
Result<> check(const ClaimsAdded& body);
Result<> check(const VerifierNamed& body);

Bytes encode(const RecordsAdded& body);
Bytes encode(const SourceAdded& body);
Bytes encode(const SourceJudged& body);
Bytes encode(const FactsCorrected& body);
Bytes encode(const NamesSealed& body);
Bytes encode(const Withdrawn& body);
Bytes encode(const PairDecided& body);
Bytes encode(const ListAdded& body);
Bytes encode(const ClaimsAdded& body);
Bytes encode(const VerifierNamed& body);
void encode(Writer& out, const Source& source);
void encode(Writer& out, const Claim& claim);
Source decode_source(Reader& in);
Claim decode_claim(Reader& in);

// decode<RecordsAdded>(body)… for each of the events above. kMalformed, or what `check` says.
template <class Body>
Result<Body> decode(BytesView body);
template <>
Result<RecordsAdded> decode<RecordsAdded>(BytesView body);
template <>
Result<SourceAdded> decode<SourceAdded>(BytesView body);
template <>
Result<SourceJudged> decode<SourceJudged>(BytesView body);
template <>
Result<FactsCorrected> decode<FactsCorrected>(BytesView body);
template <>
Result<NamesSealed> decode<NamesSealed>(BytesView body);
template <>
Result<Withdrawn> decode<Withdrawn>(BytesView body);
template <>
Result<PairDecided> decode<PairDecided>(BytesView body);
template <>
Result<ListAdded> decode<ListAdded>(BytesView body);
template <>
Result<ClaimsAdded> decode<ClaimsAdded>(BytesView body);
template <>
Result<VerifierNamed> decode<VerifierNamed>(BytesView body);

}  // namespace homeward::domain::losses
