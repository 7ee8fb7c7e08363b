#include "domain/cases/events.h"

#include <algorithm>

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::cases {
namespace {

// --- Checks ---

Result<> check_text(std::string_view text, size_t most) {
  if (text.size() > most) return CaseError::kTextTooLong;
  if (!is_utf8(view_of(text))) return CaseError::kTextInvalid;
  return success();
}

Result<> check_line(std::string_view text) {
  HW_TRY(check_text(text, kMostLineBytes));
  const bool control = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (control) return CaseError::kTextInvalid;
  return success();
}

Result<> check_day(Day day) {
  if (day < kFirstDay || day > kLastDay) return CaseError::kWrongDay;
  return success();
}

Result<> check_sealed(const Bytes& sealed) {
  if (sealed.size() > kMostSealedBytes) return CaseError::kTextTooLong;
  return success();
}

// --- Codec of the parts ---

void no_fields(Writer& out) {
  out.vector([](Writer&) {});
}

// The fields of later versions.
void skip_fields(Reader& in) {
  Reader fields = in.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.ok()) in.fail(CodecError::kMalformed);
}

template <class Enum>
void write(Writer& out, Enum value)
  requires std::is_enum_v<Enum>
{
  out.u8(static_cast<uint8_t>(value));
}

template <class Enum>
Enum read(Reader& in, Enum last) {
  const uint8_t value = in.u8();
  if (value < 1 || value > static_cast<uint8_t>(last)) {
    in.fail(CodecError::kMalformed);
    return static_cast<Enum>(1);
  }
  return static_cast<Enum>(value);
}

// Absent is 0.
template <class Enum>
void write_maybe(Writer& out, const std::optional<Enum>& value) {
  out.u8(value ? static_cast<uint8_t>(*value) : 0);
}

template <class Enum>
std::optional<Enum> read_maybe(Reader& in, Enum last) {
  const uint8_t value = in.u8();
  if (value > static_cast<uint8_t>(last)) in.fail(CodecError::kMalformed);
  if (value == 0 || value > static_cast<uint8_t>(last)) return std::nullopt;
  return static_cast<Enum>(value);
}

void write(Writer& out, Day day) { out.u32(static_cast<uint32_t>(day.number)); }
Day read_day(Reader& in) { return {static_cast<int32_t>(in.u32())}; }

void write(Writer& out, const Card& card) {
  out.text(card.label);
  write(out, card.category);
  out.text(card.unit).text(card.region).text(card.rank);
}

Card read_card(Reader& in) {
  Card card;
  card.label = in.text(kMostLineBytes);
  card.category = read(in, Category::kFamily);
  card.unit = in.text(kMostLineBytes);
  card.region = in.text(kMostLineBytes);
  card.rank = in.text(kMostLineBytes);
  return card;
}

void write(Writer& out, const When& when) {
  write(out, when.precision);
  write(out, when.day);
  out.optional(when.minute.has_value(), [&](Writer& inner) { inner.u16(*when.minute); });
}

When read_when(Reader& in) {
  When when;
  when.precision = read(in, Precision::kBefore);
  when.day = read_day(in);
  if (in.optional()) when.minute = in.u16();
  return when;
}

void write(Writer& out, const Clock& clock) {
  out.u16(clock.usual).u16(clock.watch).u16(clock.act).u16(clock.urgent);
}

Clock read_clock(Reader& in) {
  Clock clock;
  clock.usual = in.u16();
  clock.watch = in.u16();
  clock.act = in.u16();
  clock.urgent = in.u16();
  return clock;
}

void write(Writer& out, const Details& details) {
  out.text(details.text).text(details.place).text(details.held_with);
}

Details read_details(Reader& in) {
  Details details;
  details.text = in.text(kMostTextBytes);
  details.place = in.text(kMostTextBytes);
  details.held_with = in.text(kMostTextBytes);
  return details;
}

Bytes read_sealed(Reader& in) { return copy_of(in.opaque(kMostSealedBytes)); }

// A body is whole, and what it says keeps the rules.
template <class Body>
Result<Body> finished(Reader& in, Body&& body) {
  skip_fields(in);
  if (!in.finish().ok()) return CaseError::kMalformed;
  HW_TRY(check(body));
  return std::forward<Body>(body);
}

template <class Body>
void checked(const Body& body) {
  HW_ASSERT(check(body).ok());
}

}  // namespace

Span span_of(const When& when) {
  switch (when.precision) {
    case Precision::kWeek:
      return {when.day, std::min(when.day.plus(6), kLastDay)};
    case Precision::kMonth:
      return {when.day, end_of_month(when.day)};
    case Precision::kBefore:
      return {kFirstDay, std::max(when.day.plus(-1), kFirstDay)};
    default:
      return {when.day, when.day};
  }
}

Clock clock_of(uint16_t usual_days) {
  const auto at_least = [](int a, int b) { return static_cast<uint16_t>(std::min(std::max(a, b), 365)); };
  const int usual = std::clamp<int>(usual_days, 1, 365);
  Clock clock;
  clock.usual = static_cast<uint16_t>(usual);
  clock.watch = at_least(usual + 3, 0);
  clock.act = at_least(2 * usual, usual + 7);
  clock.urgent = at_least(3 * usual, usual + 14);
  return clock;
}

// --- Checks ---

Result<> check(const Card& card) {
  if (card.label.find_first_not_of(' ') == std::string::npos) return CaseError::kLabelEmpty;
  for (const std::string* line : {&card.label, &card.unit, &card.region, &card.rank})
    HW_TRY(check_line(*line));
  return success();
}

Result<> check(const When& when) {
  if (when.minute && (when.precision != Precision::kExact || *when.minute >= 24 * 60))
    return CaseError::kWrongDay;
  return check_day(when.day);
}

Result<> check(const Clock& clock) {
  const bool rises = clock.usual >= 1 && clock.watch >= 1 && clock.watch <= clock.act &&
                     clock.act <= clock.urgent && clock.usual <= 365 && clock.urgent <= 365;
  if (!rises) return CaseError::kWrongClock;
  return success();
}

Result<> check(const Details& details) {
  for (const std::string* text : {&details.text, &details.place, &details.held_with})
    HW_TRY(check_text(*text, kMostTextBytes));
  return success();
}

Result<> check(const Opened& body) {
  HW_TRY(check(body.card));
  if (body.last_contact) HW_TRY(check_day(*body.last_contact));
  return check(body.clock);
}

Result<> check(const CardEdited& body) {
  HW_TRY(check(body.card));
  return check_text(body.reason, kMostTextBytes);
}

Result<> check(const Sealed& body) {
  if (body.readers.size() > kMostReaders) return CaseError::kTooMany;
  for (size_t i = 1; i < body.readers.size(); ++i)
    if (body.readers[i] <= body.readers[i - 1]) return CaseError::kMalformed;
  if (std::ranges::binary_search(body.readers, author_of(body.case_ref))) return CaseError::kMalformed;
  return check_sealed(body.sealed);
}

Result<> check(const EntryAdded& body) {
  HW_TRY(check(body.when));
  HW_TRY(check_line(body.law_article));
  HW_TRY(check_line(body.by_rank));
  HW_TRY(check(body.open));
  return check_sealed(body.sealed);
}

Result<> check(const SilenceSet& body) { return check(body.clock); }

Result<> check(const StepAdded& body) {
  if (body.due) HW_TRY(check_day(*body.due));
  return check_sealed(body.sealed);
}

Result<> check(const StepDone&) { return success(); }

Result<> check(const PaperSaved& body) {
  HW_TRY(check_line(body.article));
  return check_sealed(body.sealed);
}

Result<> check(const SealedAnew& body) {
  if (body.parts.empty()) return CaseError::kMalformed;
  for (const SealedAnew::Part& part : body.parts) HW_TRY(check_sealed(part.sealed));
  for (size_t i = 1; i < body.parts.size(); ++i)
    if (body.parts[i].part <= body.parts[i - 1].part) return CaseError::kMalformed;
  return success();
}

Result<> check(const Erased&) { return success(); }

// --- Details alone ---

Bytes encode(const Details& details) {
  checked(details);
  Writer out;
  write(out, details);
  no_fields(out);
  return out.take();
}

Result<Details> decode_details(BytesView bytes) {
  Reader in(bytes);
  return finished(in, read_details(in));
}

// --- Events ---

Bytes encode(const Opened& body) {
  checked(body);
  Writer out;
  write(out, body.card);
  out.optional(body.last_contact.has_value(), [&](Writer& inner) { write(inner, *body.last_contact); });
  write(out, body.clock);
  no_fields(out);
  return out.take();
}

template <>
Result<Opened> decode<Opened>(BytesView bytes) {
  Reader in(bytes);
  Opened body;
  body.card = read_card(in);
  if (in.optional()) body.last_contact = read_day(in);
  body.clock = read_clock(in);
  return finished(in, std::move(body));
}

Bytes encode(const CardEdited& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref);
  write(out, body.card);
  out.text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<CardEdited> decode<CardEdited>(BytesView bytes) {
  Reader in(bytes);
  CardEdited body;
  body.case_ref = in.fixed<Ref>();
  body.card = read_card(in);
  body.reason = in.text(kMostTextBytes);
  return finished(in, std::move(body));
}

Bytes encode(const Sealed& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref);
  out.vector([&](Writer& readers) {
    for (const Author& reader : body.readers) readers.raw(reader);
  });
  out.opaque(body.sealed);
  no_fields(out);
  return out.take();
}

template <>
Result<Sealed> decode<Sealed>(BytesView bytes) {
  Reader in(bytes);
  Sealed body;
  body.case_ref = in.fixed<Ref>();
  Reader readers = in.vector(kMostReaders * Author::kSize);
  while (!readers.empty()) body.readers.push_back(readers.fixed<Author>());
  if (!readers.ok()) in.fail(CodecError::kMalformed);
  body.sealed = read_sealed(in);
  return finished(in, std::move(body));
}

Bytes encode(const EntryAdded& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref);
  write(out, body.kind);
  write(out, body.when);
  write(out, body.known_by);
  write(out, body.sureness);
  write_maybe(out, body.how);
  out.text(body.law_article).text(body.by_rank);
  write_maybe(out, body.to);
  out.optional(body.corrects.has_value(), [&](Writer& inner) { inner.raw(*body.corrects); });
  write(out, body.open);
  out.opaque(body.sealed);
  no_fields(out);
  return out.take();
}

template <>
Result<EntryAdded> decode<EntryAdded>(BytesView bytes) {
  Reader in(bytes);
  EntryAdded body;
  body.case_ref = in.fixed<Ref>();
  body.kind = read(in, EntryKind::kNote);
  body.when = read_when(in);
  body.known_by = read(in, KnownBy::kOther);
  body.sureness = read(in, Sureness::kRumour);
  body.how = read_maybe(in, ServedHow::kRefusedToTake);
  body.law_article = in.text(kMostLineBytes);
  body.by_rank = in.text(kMostLineBytes);
  body.to = read_maybe(in, ComplaintTo::kCourt);
  if (in.optional()) body.corrects = in.fixed<Ref>();
  body.open = read_details(in);
  body.sealed = read_sealed(in);
  return finished(in, std::move(body));
}

Bytes encode(const SilenceSet& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref);
  write(out, body.clock);
  no_fields(out);
  return out.take();
}

template <>
Result<SilenceSet> decode<SilenceSet>(BytesView bytes) {
  Reader in(bytes);
  SilenceSet body;
  body.case_ref = in.fixed<Ref>();
  body.clock = read_clock(in);
  return finished(in, std::move(body));
}

Bytes encode(const StepAdded& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref);
  out.optional(body.due.has_value(), [&](Writer& inner) { write(inner, *body.due); });
  out.raw(body.who).opaque(body.sealed);
  no_fields(out);
  return out.take();
}

template <>
Result<StepAdded> decode<StepAdded>(BytesView bytes) {
  Reader in(bytes);
  StepAdded body;
  body.case_ref = in.fixed<Ref>();
  if (in.optional()) body.due = read_day(in);
  body.who = in.fixed<Author>();
  body.sealed = read_sealed(in);
  return finished(in, std::move(body));
}

Bytes encode(const StepDone& body) {
  Writer out;
  out.raw(body.case_ref).raw(body.step).u8(body.dropped ? 1 : 0);
  no_fields(out);
  return out.take();
}

template <>
Result<StepDone> decode<StepDone>(BytesView bytes) {
  Reader in(bytes);
  StepDone body;
  body.case_ref = in.fixed<Ref>();
  body.step = in.fixed<Ref>();
  body.dropped = in.optional();
  return finished(in, std::move(body));
}

Bytes encode(const PaperSaved& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref).text(body.article).opaque(body.sealed);
  no_fields(out);
  return out.take();
}

template <>
Result<PaperSaved> decode<PaperSaved>(BytesView bytes) {
  Reader in(bytes);
  PaperSaved body;
  body.case_ref = in.fixed<Ref>();
  body.article = in.text(kMostLineBytes);
  body.sealed = read_sealed(in);
  return finished(in, std::move(body));
}

Bytes encode(const SealedAnew& body) {
  checked(body);
  Writer out;
  out.raw(body.case_ref);
  out.vector([&](Writer& parts) {
    for (const SealedAnew::Part& part : body.parts) parts.raw(part.part).opaque(part.sealed);
  });
  no_fields(out);
  return out.take();
}

template <>
Result<SealedAnew> decode<SealedAnew>(BytesView bytes) {
  Reader in(bytes);
  SealedAnew body;
  body.case_ref = in.fixed<Ref>();
  Reader parts = in.vector();
  while (!parts.empty()) {
    SealedAnew::Part part;
    part.part = parts.fixed<Ref>();
    part.sealed = read_sealed(parts);
    body.parts.push_back(std::move(part));
  }
  if (!parts.ok()) in.fail(CodecError::kMalformed);
  return finished(in, std::move(body));
}

Bytes encode(const Erased& body) {
  Writer out;
  out.raw(body.case_ref);
  no_fields(out);
  return out.take();
}

template <>
Result<Erased> decode<Erased>(BytesView bytes) {
  Reader in(bytes);
  Erased body;
  body.case_ref = in.fixed<Ref>();
  return finished(in, std::move(body));
}

}  // namespace homeward::domain::cases
