// The loss register, what a source says of a man, and what many sources say of him together.
//
// A fact that a source does not give is absent, never guessed. Where sources differ nothing is overwritten: a
// day becomes the range that holds all of them, an age likewise, and of words every one is kept
// (`Agreed`). docs/formats/loss_register.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/codec.h"
#include "domain/cases/days.h"

namespace homeward::domain::losses {

using cases::Day;

enum class LossError : uint16_t {
  kMalformed = 0x0901,  // a body that does not read
  kTextEmpty,           // a publisher, a claimant, a reason that is needed
  kTextTooLong,
  kTextInvalid,   // no UTF-8, a NUL, or a line break where one line is asked for
  kWrongDay,      // a day out of range, or a span that its precision does not have
  kWrongFigure,   // an age, a count or a claimed number out of range, a low above its high
  kTooMany,       // records, sources, names, rows
  kNotPublished,  // an open name without a source that can be looked up
  kWrongPiece,    // a piece that is not of its import
};
constexpr Room room_of(LossError) { return Room::kDomain; }

inline constexpr size_t kMostLineBytes = 256;
inline constexpr size_t kMostLinkBytes = 2048;
inline constexpr size_t kMostReasonBytes = 1024;
inline constexpr size_t kMostRegionBytes = 16;

// --- Words; numbered from 1 in the order of the API's ---
enum class LossState : uint8_t { kKilled = 1, kWounded, kMissing, kPrisoner };
inline constexpr size_t kLossStates = 4;
enum class Category : uint8_t {
  kContract = 1,
  kConscript,
  kMobilised,
  kVolunteer,
  kOfficer,
  kGuard,    // national guard, police, border troops
  kCompany,  // private military company
  kInmate
};
inline constexpr size_t kCategories = 8;
enum class Precision : uint8_t { kDay = 1, kMonth, kYear, kRange };

// Days on which something may have been, both included.
struct Span {
  Precision precision = Precision::kDay;
  Day first, last;
  bool operator==(const Span&) const = default;
};
// "2022-07-20", "2022-07", "2022" or "2022-07-01/2022-07-20"; nothing if it is none of them.
std::optional<Span> parse_span(std::string_view text);
std::string text_of_span(const Span& span);

// Months since January 1970.
using Month = int32_t;
Month month_of(Day day);
std::string text_of_month(Month month);  // "YYYY-MM"
// The one month that the span lies in; nothing if it may be several.
std::optional<Month> month_of(const Span& span);

// What one source says of one man.
struct Facts {
  std::optional<LossState> state;
  std::optional<Span> died;  // or was wounded, went missing, was taken
  std::string place;
  std::string region;  // home region, ISO 3166-2; empty: not said
  std::string district;
  std::optional<Category> category;
  std::string unit;
  std::string rank;
  std::optional<uint8_t> age_low, age_high;  // both or none
  bool operator==(const Facts&) const = default;
};
Result<> check(const Span& span);
Result<> check(const Facts& facts);
void encode(Writer& out, const Span& span);
void encode(Writer& out, const Facts& facts);
Span decode_span(Reader& in);
Facts decode_facts(Reader& in);

// One value and how many of the sources say it; the most frequent first, then the earlier one.
template <class T>
struct Said {
  T value;
  uint32_t sources = 0;
  bool operator==(const Said&) const = default;
};
// Sources that do not say a thing have no part in it. A day that some know better than others is what all of
// them allow; where they exclude each other it is the range over all, and `died_differs` is true.
struct Agreed {
  std::vector<Said<LossState>> states;
  std::optional<Span> died;
  bool died_differs = false;
  std::vector<Said<std::string>> places, regions, districts, units, ranks;
  std::vector<Said<Category>> categories;
  std::optional<uint8_t> age_low, age_high;
  bool operator==(const Agreed&) const = default;
};
Agreed agree(std::span<const Facts> sources);

// Texts are the same if their letters and digits are, in any case of letters, with ё = е. Used for units,
// publishers and the like.
std::string plain_key(std::string_view text);

// --- For every file of this feature ---
Result<> check_line(std::string_view text, size_t most = kMostLineBytes);
Result<> check_text(std::string_view text, size_t most);
bool is_blank(std::string_view text);
void no_fields(Writer& out);
// The fields of later versions: numbered, rising.
void skip_fields(Reader& in);
template <class Enum>
Enum read_word(Reader& in, Enum last) {
  const uint8_t value = in.u8();
  if (value < 1 || value > static_cast<uint8_t>(last)) {
    in.fail(CodecError::kMalformed);
    return static_cast<Enum>(1);
  }
  return static_cast<Enum>(value);
}

}  // namespace homeward::domain::losses
