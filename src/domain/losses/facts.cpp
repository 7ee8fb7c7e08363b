#include "domain/losses/facts.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.h"
#include "domain/tallies/count.h"

namespace homeward::domain::losses {
namespace {

using cases::kFirstDay;
using cases::kLastDay;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Day end_of_year(Day first) { return cases::plus_months(first, 12).plus(-1); }

std::string two(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }

template <class T>
void add(std::vector<Said<T>>& to, const T& value) {
  for (Said<T>& one : to) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (plain_key(one.value) != plain_key(value)) continue;
    } else if (one.value != value) {
      continue;
    }
    ++one.sources;
    return;
  }
  to.push_back({value, 1});
}

template <class T>
void order(std::vector<Said<T>>& said) {
  std::ranges::stable_sort(said, [](const Said<T>& x, const Said<T>& y) { return x.sources > y.sources; });
}

void add_day(Agreed& agreed, const Span& died, Span& whole) {
  if (!agreed.died) {
    agreed.died = whole = died;
    return;
  }
  whole = {Precision::kRange, std::min(whole.first, died.first), std::max(whole.last, died.last)};
  if (agreed.died_differs) {
    agreed.died = whole;
    return;
  }
  const Span known = *agreed.died;
  const Day first = std::max(known.first, died.first);
  const Day last = std::min(known.last, died.last);
  if (last < first) {
    agreed.died_differs = true;
    agreed.died = whole;
  } else if (first == died.first && last == died.last) {
    agreed.died = died;
  } else if (first != known.first || last != known.last) {
    agreed.died = Span{first == last ? Precision::kDay : Precision::kRange, first, last};
  }
}

}  // namespace

// --- Days ---

std::optional<Span> parse_span(std::string_view text) {
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    const auto first = cases::parse_day(text.substr(0, slash));
    const auto last = cases::parse_day(text.substr(slash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return Span{Precision::kRange, *first, *last};
  }
  if (text.size() == 4 && is_digits(text)) {
    const auto first = cases::parse_day(std::string(text) + "-01-01");
    if (!first) return std::nullopt;
    return Span{Precision::kYear, *first, end_of_year(*first)};
  }
  if (text.size() == 7) {
    const auto first = cases::parse_day(std::string(text) + "-01");
    if (!first) return std::nullopt;
    return Span{Precision::kMonth, *first, cases::end_of_month(*first)};
  }
  const auto day = cases::parse_day(text);
  if (!day) return std::nullopt;
  return Span{Precision::kDay, *day, *day};
}

std::string text_of_span(const Span& span) {
  const std::string first = cases::text_of_day(span.first);
  switch (span.precision) {
    case Precision::kYear:
      return first.substr(0, 4);
    case Precision::kMonth:
      return first.substr(0, 7);
    case Precision::kRange:
      return first + "/" + cases::text_of_day(span.last);
    default:
      return first;
  }
}

Month month_of(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day.number}}};
  return (static_cast<int>(date.year()) - 1970) * 12 +
         static_cast<Month>(static_cast<unsigned>(date.month())) - 1;
}

std::string text_of_month(Month month) {
  const int year = 1970 + (month >= 0 ? month / 12 : -((11 - month) / 12));
  return std::to_string(year) + "-" + two(static_cast<unsigned>(month - (year - 1970) * 12 + 1));
}

std::optional<Month> month_of(const Span& span) {
  const Month first = month_of(span.first);
  if (month_of(span.last) != first) return std::nullopt;
  return first;
}

std::string plain_key(std::string_view text) { return tallies::unit_key(text); }

// --- Checks ---

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Result<> check_text(std::string_view text, size_t most) {
  if (text.size() > most) return LossError::kTextTooLong;
  if (!is_utf8(view_of(text))) return LossError::kTextInvalid;
  return success();
}

Result<> check_line(std::string_view text, size_t most) {
  HW_TRY(check_text(text, most));
  const bool control = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (control) return LossError::kTextInvalid;
  return success();
}

Result<> check(const Span& span) {
  if (span.first < kFirstDay || span.last > kLastDay || span.last < span.first) return LossError::kWrongDay;
  const bool begins_month = cases::text_of_day(span.first).ends_with("-01");
  const bool begins_year = cases::text_of_day(span.first).ends_with("-01-01");
  const bool fits = span.precision == Precision::kDay ? span.first == span.last
                    : span.precision == Precision::kMonth
                        ? begins_month && span.last == cases::end_of_month(span.first)
                    : span.precision == Precision::kYear ? begins_year && span.last == end_of_year(span.first)
                                                         : true;
  if (!fits) return LossError::kWrongDay;
  return success();
}

Result<> check(const Facts& facts) {
  for (const std::string* line : {&facts.place, &facts.district, &facts.unit, &facts.rank})
    HW_TRY(check_line(*line));
  HW_TRY(check_line(facts.region, kMostRegionBytes));
  if (facts.died) HW_TRY(check(*facts.died));
  if (facts.age_low.has_value() != facts.age_high.has_value()) return LossError::kWrongFigure;
  if (facts.age_low && (*facts.age_low > *facts.age_high || *facts.age_high > 120))
    return LossError::kWrongFigure;
  return success();
}

// --- Codec ---

void no_fields(Writer& out) {
  out.vector([](Writer&) {});
}

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

void encode(Writer& out, const Span& span) {
  out.u8(static_cast<uint8_t>(span.precision));
  out.u32(static_cast<uint32_t>(span.first.number)).u32(static_cast<uint32_t>(span.last.number));
}

Span decode_span(Reader& in) {
  Span span;
  span.precision = read_word(in, Precision::kRange);
  span.first.number = static_cast<int32_t>(in.u32());
  span.last.number = static_cast<int32_t>(in.u32());
  return span;
}

void encode(Writer& out, const Facts& facts) {
  out.optional(facts.state.has_value(), [&](Writer& some) { some.u8(static_cast<uint8_t>(*facts.state)); });
  out.optional(facts.died.has_value(), [&](Writer& some) { encode(some, *facts.died); });
  out.text(facts.place).text(facts.region).text(facts.district);
  out.optional(facts.category.has_value(),
               [&](Writer& some) { some.u8(static_cast<uint8_t>(*facts.category)); });
  out.text(facts.unit).text(facts.rank);
  out.optional(facts.age_low.has_value(), [&](Writer& some) { some.u8(*facts.age_low).u8(*facts.age_high); });
}

Facts decode_facts(Reader& in) {
  Facts facts;
  if (in.optional()) facts.state = read_word(in, LossState::kPrisoner);
  if (in.optional()) facts.died = decode_span(in);
  facts.place = in.text(kMostLineBytes);
  facts.region = in.text(kMostRegionBytes);
  facts.district = in.text(kMostLineBytes);
  if (in.optional()) facts.category = read_word(in, Category::kInmate);
  facts.unit = in.text(kMostLineBytes);
  facts.rank = in.text(kMostLineBytes);
  if (in.optional()) {
    facts.age_low = in.u8();
    facts.age_high = in.u8();
  }
  return facts;
}

// --- Together ---

Agreed agree(std::span<const Facts> sources) {
  Agreed out;
  Span whole;
  for (const Facts& facts : sources) {
    if (facts.state) add(out.states, *facts.state);
    if (facts.died) add_day(out, *facts.died, whole);
    if (!facts.place.empty()) add(out.places, facts.place);
    if (!facts.region.empty()) add(out.regions, facts.region);
    if (!facts.district.empty()) add(out.districts, facts.district);
    if (facts.category) add(out.categories, *facts.category);
    if (!facts.unit.empty()) add(out.units, facts.unit);
    if (!facts.rank.empty()) add(out.ranks, facts.rank);
    if (!facts.age_low) continue;
    out.age_low = std::min(out.age_low.value_or(UINT8_MAX), *facts.age_low);
    out.age_high = std::max(out.age_high.value_or(0), *facts.age_high);
  }
  order(out.states);
  order(out.categories);
  for (auto* said : {&out.places, &out.regions, &out.districts, &out.units, &out.ranks}) order(*said);
  return out;
}

}  // namespace homeward::domain::losses
