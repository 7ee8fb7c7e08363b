// Guidance, what can happen: an adviser publishes a revision of an article, stands by one, disagrees with
// one, withdraws an article, takes one in from a file; a member proposes a change, an adviser turns it down.
//
// Kinds 0x0200 to 0x02FF. Only advisers may say kPublishedKind, kOpinionKind, kWithdrawnKind, kImportedKind
// and kSignerKind (strictly advisers: an organizer names them and is none herself); any member may say
// kProposedKind; a proposal is turned down by an adviser or by who made it.
//
// Revisions and withdrawals are *statements*: bytes of one form, signed with the adviser's own Ed25519 key so
// that they keep their meaning in another group or in a file. An article is the same everywhere by its random
// id. This room checks forms; signatures are checked by the client (client/guidance.h). Formats:
// docs/formats/guidance.md.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "domain/context.h"
#include "domain/log/log.h"

namespace homeward::domain::guidance {

enum class GuidanceError : uint16_t {
  kMalformed = 100,  // bytes that do not read
  kTextEmpty,        // an article without a title, a withdrawal without a reason
  kTextTooLong,
  kTextInvalid,   // no UTF-8, or a NUL in it
  kDateInvalid,   // no day of the calendar
  kPaperInvalid,  // a paper without a name, a field twice, a {{field}} that is none, a choice without choices
  kTooMany,       // more steps, papers, fields… than an article has
};
constexpr Room room_of(GuidanceError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0200;
inline constexpr uint16_t kPublishedKind = 0x0200;
inline constexpr uint16_t kProposedKind = 0x0201;
inline constexpr uint16_t kTurnedDownKind = 0x0202;
inline constexpr uint16_t kOpinionKind = 0x0203;
inline constexpr uint16_t kWithdrawnKind = 0x0204;
inline constexpr uint16_t kImportedKind = 0x0205;
inline constexpr uint16_t kSignerKind = 0x0206;

inline constexpr size_t kMostShortBytes = 600;          // a title, a label, a name
inline constexpr size_t kMostTextBytes = 24 * 1024;     // a step, the body of a paper
inline constexpr size_t kMostStatementBytes = 200'000;  // so that a revision fits one entry
inline constexpr size_t kMostSteps = 60;
inline constexpr size_t kMostPapers = 20;
inline constexpr size_t kMostFields = 60;
inline constexpr size_t kMostOthers = 60;  // threats, sources, contacts, choices
inline constexpr uint32_t kMostRevisionNumber = 1'000'000;

struct ArticleIdTag;
using ArticleId = FixedBytes<16, ArticleIdTag>;  // random, the same in every group and file
struct SignerTag;
using Signer = FixedBytes<32, SignerTag>;  // an adviser's Ed25519 public key
struct SignatureTag;
using Signature = FixedBytes<64, SignatureTag>;

// A day of the calendar as the number YYYYMMDD; 0 is none. Sorts as days do.
struct Date {
  uint32_t value = 0;
  auto operator<=>(const Date&) const = default;
};
bool is_date(Date date);  // 1900 to 2999, and there is such a day
// "YYYY-MM-DD"; nothing if it is no such day.
std::optional<Date> parse_date(std::string_view text);
std::string text_of(Date date);
Date date_of(Instant at);  // in UTC

enum class Audience : uint8_t { kContract = 1, kConscript, kMobilised, kVolunteer, kOfficer, kFamily };
enum class Situation : uint8_t {
  kNotYetSent = 1,
  kOnLeave,
  kAtFront,
  kRefused,
  kHeld,
  kWounded,
  kMissing,
  kKilled
};
enum class FieldType : uint8_t { kText = 1, kLongText, kDate, kNumber, kChoice, kName, kUnit };

struct Step {
  std::string title, text, say, write;  // what to say and what to write, word for word; may be empty
  bool operator==(const Step&) const = default;
};
struct Threat {
  std::string threat, truth;
  bool operator==(const Threat&) const = default;
};
struct Source {
  std::string title, date, text;  // the date as "YYYY-MM-DD" or empty
  bool operator==(const Source&) const = default;
};
struct Contact {
  std::string name, how;
  bool operator==(const Contact&) const = default;
};
struct Field {
  std::string name, label, explain;
  FieldType type = FieldType::kText;
  bool required = false;
  std::vector<std::string> choices;
  bool operator==(const Field&) const = default;
};
struct Paper {
  std::string paper;  // unique in the article
  std::string title, addressed_to, body;
  std::vector<Field> fields;
  uint8_t copies = 2;  // 1 to 10
  bool operator==(const Paper&) const = default;
};
struct Content {
  std::string title, language, summary;
  std::vector<Audience> audiences;  // ascending; none: for everyone
  std::vector<Situation> situations;
  std::vector<Step> steps;
  std::vector<Paper> papers;
  std::vector<Threat> threats;
  std::vector<Source> sources;
  std::vector<Contact> contacts;
  bool sample = false;
  bool operator==(const Content&) const = default;
};
// Everything that `encode` needs of a content that people typed.
Result<> check(const Content& content);

// --- Statements ---
struct Revision {
  ArticleId article;
  uint32_t number = 1;  // one more than the revision it was made from
  Signer signer;
  Instant at;
  Date valid_from, check_by, law_date;
  Content content;
  bool operator==(const Revision&) const = default;
};
struct Withdrawal {
  ArticleId article;
  Signer signer;
  Instant at;
  std::string reason;
  std::optional<ArticleId> replacement;
  bool operator==(const Withdrawal&) const = default;
};
using Statement = std::variant<Revision, Withdrawal>;
ArticleId article_of(const Statement& statement);
Signer signer_of(const Statement& statement);

// What the signature is over: the label and the statement (`signed_bytes`).
struct Signed {
  Bytes statement;
  Signature signature;
  bool operator==(const Signed&) const = default;
};
// The statement must have passed `check`.
Bytes encode(const Statement& statement);
Result<Statement> decode_statement(BytesView bytes);
Bytes signed_bytes(BytesView statement);
// That a signer's key is this person's in this group: what kSignerKind's signature is over.
Bytes signer_bytes(const GroupKey& group, const Author& author);

// --- Events ---
struct Published {
  Signed revision;
  std::optional<Ref> proposal;  // the one that this takes in
};
struct Proposed {
  std::optional<ArticleId> article;
  Content content;
  std::string note;
  bool operator==(const Proposed&) const = default;
};
struct TurnedDown {
  Ref proposal;
  std::string reason;
};
struct Opinion {
  ArticleId article;
  Ref revision;  // of the event that brought it
  bool agrees = false;
  std::string text;
};
struct SignerSaid {
  Signer signer;
  Signature signature;
};
Bytes encode(const Published& event);
Bytes encode(const Proposed& event);
Bytes encode(const TurnedDown& event);
Bytes encode(const Opinion& event);
Bytes encode(const SignerSaid& event);
Bytes encode(const Signed& event);  // kWithdrawnKind, kImportedKind
Result<Published> decode_published(BytesView body);
Result<Proposed> decode_proposed(BytesView body);
Result<TurnedDown> decode_turned_down(BytesView body);
Result<Opinion> decode_opinion(BytesView body);
Result<SignerSaid> decode_signer(BytesView body);
Result<Signed> decode_signed(BytesView body);

// --- A file of statements, carried from group to group ---
inline constexpr size_t kMostFileBytes = 32 * 1024 * 1024;
Bytes encode_file(const std::vector<Signed>& statements);
// kMalformed if any statement in it does not read. Signatures are the caller's.
Result<std::vector<Signed>> decode_file(BytesView file);

}  // namespace homeward::domain::guidance
