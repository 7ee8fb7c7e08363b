#include "domain/tallies/events.h"

#include <chrono>

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::tallies {
namespace {

Result<> check_text(std::string_view text, size_t most, bool may_be_empty) {
  if (text.size() > most) return TallyError::kTextTooLong;
  if (!is_utf8(view_of(text))) return TallyError::kTextInvalid;
  if (!may_be_empty && text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return TallyError::kTextEmpty;
  return success();
}

Result<> check_figures(const Report& report) {
  if (report.out_of.value_or(0) > kMostMen) return TallyError::kFigureInvalid;
  if (report.figures.empty() || report.figures.size() > kCountedStates) return TallyError::kFigureInvalid;
  uint32_t seen = 0;
  for (const Figure& figure : report.figures) {
    const auto state = static_cast<uint32_t>(figure.state);
    if (state < 1 || state > kCountedStates || (seen >> state & 1u) != 0) return TallyError::kFigureInvalid;
    if (figure.count > report.out_of.value_or(kMostMen)) return TallyError::kFigureInvalid;
    seen |= 1u << state;
  }
  return success();
}

void skip_further_fields(Reader& reader) {
  Reader fields = reader.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.status().ok()) reader.fail(CodecError::kMalformed);
}

template <class Enum>
Enum read_word(Reader& reader, Enum last) {
  const uint8_t value = reader.u8();
  if (value < 1 || value > static_cast<uint8_t>(last)) reader.fail(CodecError::kMalformed);
  return static_cast<Enum>(value);
}

}  // namespace

Month month_of(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return (static_cast<int>(date.year()) - 1970) * 12 +
         static_cast<Month>(static_cast<unsigned>(date.month())) - 1;
}

Result<> check(const Report& report) {
  HW_TRY(check_text(report.text, kMostTextBytes, false));
  HW_TRY(check_text(report.unit, kMostUnitBytes, true));
  HW_TRY(check_text(report.region, kMostRegionBytes, true));
  HW_TRY(check_text(report.source_note, kMostNoteBytes, true));
  if (report.from < 0 || report.until > kLastDay || report.until < report.from ||
      report.until - report.from > kLongestPeriod)
    return TallyError::kPeriodInvalid;
  if (report.overlaps.size() > kMostOverlaps) return TallyError::kTooManyOverlaps;
  std::vector<Ref> sorted = report.overlaps;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return TallyError::kTooManyOverlaps;
  return check_figures(report);
}

Result<> check(const Withdrawal& withdrawal) { return check_text(withdrawal.reason, kMostNoteBytes, true); }

Bytes encode(const Report& report) {
  HW_ASSERT(check(report).ok());
  Writer out;
  out.text(report.text).text(report.unit).text(report.region);
  out.u32(static_cast<uint32_t>(report.from)).u32(static_cast<uint32_t>(report.until));
  out.vector([&](Writer& figures) {
    for (const Figure& figure : report.figures)
      figures.u8(static_cast<uint8_t>(figure.state)).u32(figure.count);
  });
  out.optional(report.out_of.has_value(), [&](Writer& some) { some.u32(*report.out_of); });
  out.u8(static_cast<uint8_t>(report.source)).text(report.source_note);
  out.u8(static_cast<uint8_t>(report.sureness));
  out.vector([&](Writer& refs) {
    for (const Ref& ref : report.overlaps) refs.raw(ref);
  });
  out.optional(report.corrects.has_value(), [&](Writer& some) { some.raw(*report.corrects); });
  out.vector([](Writer&) {});
  return out.take();
}

Bytes encode(const Withdrawal& withdrawal) {
  HW_ASSERT(check(withdrawal).ok());
  Writer out;
  out.raw(withdrawal.report).text(withdrawal.reason).vector([](Writer&) {});
  return out.take();
}

Result<Report> decode_report(BytesView body) {
  Reader reader(body);
  Report report;
  report.text = text_of(reader.opaque());
  report.unit = text_of(reader.opaque());
  report.region = text_of(reader.opaque());
  report.from = static_cast<Day>(reader.u32());
  report.until = static_cast<Day>(reader.u32());
  Reader figures = reader.vector(kCountedStates * 5);
  while (!figures.empty()) {
    Figure figure;
    figure.state = static_cast<Counted>(figures.u8());
    figure.count = figures.u32();
    report.figures.push_back(figure);
  }
  if (!figures.status().ok()) return TallyError::kMalformed;
  if (reader.optional()) report.out_of = reader.u32();
  report.source = read_word(reader, KnownBy::kOther);
  report.source_note = text_of(reader.opaque());
  report.sureness = read_word(reader, Sureness::kRumour);
  Reader refs = reader.vector(kMostOverlaps * Ref::kSize);
  while (!refs.empty()) report.overlaps.push_back(refs.fixed<Ref>());
  if (!refs.status().ok()) return TallyError::kMalformed;
  if (reader.optional()) report.corrects = reader.fixed<Ref>();
  skip_further_fields(reader);
  if (!reader.finish().ok()) return TallyError::kMalformed;
  HW_TRY(check(report));
  return report;
}

Result<Withdrawal> decode_withdrawal(BytesView body) {
  Reader reader(body);
  Withdrawal withdrawal;
  withdrawal.report = reader.fixed<Ref>();
  withdrawal.reason = text_of(reader.opaque());
  skip_further_fields(reader);
  if (!reader.finish().ok()) return TallyError::kMalformed;
  HW_TRY(check(withdrawal));
  return withdrawal;
}

}  // namespace homeward::domain::tallies
