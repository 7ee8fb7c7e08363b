// Cases, what can happen, and who may say it.
//
// A case is one man. Who opens it speaks for him. Everybody may add entries to its timeline; the card, the
// clock, next steps, papers and what is sealed are changed by who speaks for him and by the readers she
// named; only she names the readers, seals anew what others wrote, and erases the case. State enforces this
// on every device (state.h).
//
// Kinds 0x0400 to 0x04FF. A body ends with a list of further fields, each with a number and a length,
// ascending, which this version skips. What is *sealed* is opaque here: the client makes and opens it
// (client/sealing.h). docs/formats/cases.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/cases/days.h"
#include "domain/log/log.h"

namespace homeward::domain::cases {

enum class CaseError : uint16_t {
  kMalformed = 0x0401,  // a body that does not read
  kLabelEmpty,
  kTextTooLong,
  kTextInvalid,  // no UTF-8, a NUL in it, or a line break where one line is asked for
  kTooMany,      // readers, parts
  kWrongDay,
  kWrongClock,  // thresholds that do not rise, or over a year
};
constexpr Room room_of(CaseError) { return Room::kDomain; }

inline constexpr uint16_t kFirstKind = 0x0400;
inline constexpr uint16_t kOpened = 0x0400;
inline constexpr uint16_t kCardEdited = 0x0401;
inline constexpr uint16_t kSealed = 0x0402;
inline constexpr uint16_t kEntryAdded = 0x0403;
inline constexpr uint16_t kSilenceSet = 0x0404;
inline constexpr uint16_t kStepAdded = 0x0405;
inline constexpr uint16_t kStepDone = 0x0406;
inline constexpr uint16_t kPaperSaved = 0x0407;
inline constexpr uint16_t kSealedAnew = 0x0408;
inline constexpr uint16_t kErased = 0x0409;

inline constexpr size_t kMostLineBytes = 256;  // of a label, a unit, a rank, an article of law
inline constexpr size_t kMostTextBytes = 8 * 1024;
inline constexpr size_t kMostSealedBytes = 64 * 1024;
inline constexpr size_t kMostReaders = 32;
inline constexpr size_t kMostParts = 5'000;  // entries, steps, papers… of one case

// --- Words; numbered from 1 in the order of the API's ---
enum class Category : uint8_t { kContract = 1, kConscript, kMobilised, kVolunteer, kOfficer, kFamily };
enum class EntryKind : uint8_t {
  kExercises = 1,
  kContact,
  kRefused,
  kReportServed,
  kAnswer,
  kThreatened,
  kHeld,
  kComplaint,
  kMoved,
  kSentBack,
  kReleased,
  kHome,
  kWounded,
  kMissing,
  kKilled,
  kCharged,
  kNote
};
inline constexpr size_t kEntryKinds = 17;
enum class Precision : uint8_t { kExact = 1, kDay, kWeek, kMonth, kBefore };
enum class KnownBy : uint8_t { kHeCalled = 1, kComradeFamily, kUnit, kOffice, kPress, kFamily, kOther };
enum class Sureness : uint8_t { kSure = 1, kLikely, kRumour };
enum class ServedHow : uint8_t { kInPersonStamp = 1, kByPost, kRefusedToTake };
enum class ComplaintTo : uint8_t { kCommander = 1, kMilitaryProsecutor, kOmbudsman, kCourt };

// --- Parts ---
// What the group sees of him.
struct Card {
  std::string label;  // a nickname, initials: never his name unless the family wants it
  Category category = Category::kContract;
  std::string unit;
  std::string region;  // ISO 3166-2, or empty
  std::string rank;
  bool operator==(const Card&) const = default;
};
struct When {
  Precision precision = Precision::kDay;
  Day day;                         // of a week or month its first; with kBefore the day before which
  std::optional<uint16_t> minute;  // of the day, only with kExact
  bool operator==(const When&) const = default;
};
// The days on which it may have been: a week is seven days from its first. `first` of kBefore is kFirstDay.
struct Span {
  Day first, last;
};
Span span_of(const When& when);
// Days of silence: what is usual for him, and from when on to watch, to act, to act urgently.
struct Clock {
  uint16_t usual = 14;
  uint16_t watch = 17;
  uint16_t act = 28;
  uint16_t urgent = 42;
  bool operator==(const Clock&) const = default;
};
// Watch three days after what is usual, act at twice that (a week at least), urgently at three times that.
Clock clock_of(uint16_t usual_days);
// What of an entry is either open to the group or sealed to the readers.
struct Details {
  std::string text;
  std::string place;
  std::string held_with;
  bool empty() const { return text.empty() && place.empty() && held_with.empty(); }
  bool operator==(const Details&) const = default;
};
Bytes encode(const Details& details);
Result<Details> decode_details(BytesView bytes);

// --- Events ---
struct Opened {  // anybody
  Card card;
  std::optional<Day> last_contact;
  Clock clock;
  bool operator==(const Opened&) const = default;
};
struct CardEdited {  // speaker, readers
  Ref case_ref;
  Card card;
  std::string reason;
  bool operator==(const CardEdited&) const = default;
};
// What identifies him, sealed to the readers and to who speaks for him. A reader may seal only to the very
// same readers.
struct Sealed {  // speaker, readers
  Ref case_ref;
  std::vector<Author> readers;  // without the speaker, who always is one; rising, no two alike
  Bytes sealed;
  bool operator==(const Sealed&) const = default;
};
struct EntryAdded {  // anybody; a correction: the entry's author, speaker, readers
  Ref case_ref;
  EntryKind kind = EntryKind::kNote;
  When when;
  KnownBy known_by = KnownBy::kFamily;
  Sureness sureness = Sureness::kSure;
  std::optional<ServedHow> how;
  std::string law_article;
  std::string by_rank;
  std::optional<ComplaintTo> to;
  std::optional<Ref> corrects;
  Details open;
  Bytes sealed;  // Details, sealed to the readers and the author; empty if there are none
  bool operator==(const EntryAdded&) const = default;
};
struct SilenceSet {  // speaker, readers
  Ref case_ref;
  Clock clock;
  bool operator==(const SilenceSet&) const = default;
};
struct StepAdded {  // speaker, readers
  Ref case_ref;
  std::optional<Day> due;
  Author who;    // who does it
  Bytes sealed;  // its text, sealed to the readers and to `who`
  bool operator==(const StepAdded&) const = default;
};
struct StepDone {  // speaker, readers, and who does it
  Ref case_ref;
  Ref step;
  bool dropped = false;
  bool operator==(const StepDone&) const = default;
};
struct PaperSaved {  // speaker, readers
  Ref case_ref;
  std::string article;  // guidance that it was made from, by its id; empty: none. Open, for its outcomes
  Bytes sealed;         // title, paper, values
  bool operator==(const PaperSaved&) const = default;
};
// The same content for other keys: what the parts (entries, steps, papers) held sealed is from now on this.
struct SealedAnew {  // speaker
  struct Part {
    Ref part;
    Bytes sealed;
    bool operator==(const Part&) const = default;
  };
  Ref case_ref;
  std::vector<Part> parts;
  bool operator==(const SealedAnew&) const = default;
};
// Everything of the case leaves every device for good. Who comes later learns only that there was one.
struct Erased {  // speaker
  Ref case_ref;
  bool operator==(const Erased&) const = default;
};

// The same checks that decoding makes. `check` of what is to be encoded must have succeeded.
Result<> check(const Card& card);
Result<> check(const When& when);
Result<> check(const Clock& clock);
Result<> check(const Details& details);
Result<> check(const Opened& body);
Result<> check(const CardEdited& body);
Result<> check(const Sealed& body);
Result<> check(const EntryAdded& body);
Result<> check(const SilenceSet& body);
Result<> check(const StepAdded& body);
Result<> check(const StepDone& body);
Result<> check(const PaperSaved& body);
Result<> check(const SealedAnew& body);
Result<> check(const Erased& body);

Bytes encode(const Opened& body);
Bytes encode(const CardEdited& body);
Bytes encode(const Sealed& body);
Bytes encode(const EntryAdded& body);
Bytes encode(const SilenceSet& body);
Bytes encode(const StepAdded& body);
Bytes encode(const StepDone& body);
Bytes encode(const PaperSaved& body);
Bytes encode(const SealedAnew& body);
Bytes encode(const Erased& body);

// decode<Opened>(body)… for each of the events above. kMalformed, or what `check` says.
template <class Body>
Result<Body> decode(BytesView body);
template <>
Result<Opened> decode<Opened>(BytesView body);
template <>
Result<CardEdited> decode<CardEdited>(BytesView body);
template <>
Result<Sealed> decode<Sealed>(BytesView body);
template <>
Result<EntryAdded> decode<EntryAdded>(BytesView body);
template <>
Result<SilenceSet> decode<SilenceSet>(BytesView body);
template <>
Result<StepAdded> decode<StepAdded>(BytesView body);
template <>
Result<StepDone> decode<StepDone>(BytesView body);
template <>
Result<PaperSaved> decode<PaperSaved>(BytesView body);
template <>
Result<SealedAnew> decode<SealedAnew>(BytesView body);
template <>
Result<Erased> decode<Erased>(BytesView body);

}  // namespace homeward::domain::cases
