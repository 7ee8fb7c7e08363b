#include "domain/rolls/rolls.h"

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::rolls {
namespace {

template <class Enum>
Enum read_word(Reader& reader, Enum last) {
  const uint8_t value = reader.u8();
  if (value < 1 || value > static_cast<uint8_t>(last)) reader.fail(CodecError::kMalformed);
  return static_cast<Enum>(value);
}

constexpr size_t kLineBytes = Ref::kSize * 2 + 1;

}  // namespace

Result<> check(const RollNoted& roll) {
  if (roll.lines.empty() || roll.lines.size() > kMostLines) return RollError::kLineCount;
  if (roll.unit.size() > cases::kMostLineBytes || roll.caller.size() > kMostCallerBytes)
    return RollError::kTextTooLong;
  if (!is_utf8(view_of(roll.unit))) return RollError::kTextInvalid;
  return cases::check(roll.when);
}

Bytes encode(const RollNoted& roll) {
  HW_ASSERT(check(roll).ok());
  Writer out;
  out.u8(static_cast<uint8_t>(roll.when.precision)).u32(static_cast<uint32_t>(roll.when.day.number));
  out.optional(roll.when.minute.has_value(), [&](Writer& some) { some.u16(*roll.when.minute); });
  out.u8(static_cast<uint8_t>(roll.known_by)).u8(static_cast<uint8_t>(roll.sureness));
  out.text(roll.unit).opaque(roll.caller);
  out.vector([&](Writer& lines) {
    for (const RollLine& line : roll.lines)
      lines.raw(line.case_ref).raw(line.entry).u8(line.new_case ? 1 : 0);
  });
  out.vector([](Writer&) {});
  return out.take();
}

Result<RollNoted> decode_roll(BytesView body) {
  Reader reader(body);
  RollNoted roll;
  roll.when.precision = read_word(reader, cases::Precision::kBefore);
  roll.when.day.number = static_cast<int32_t>(reader.u32());
  if (reader.optional()) roll.when.minute = reader.u16();
  roll.known_by = read_word(reader, cases::KnownBy::kOther);
  roll.sureness = read_word(reader, cases::Sureness::kRumour);
  roll.unit = text_of(reader.opaque(cases::kMostLineBytes));
  roll.caller = copy_of(reader.opaque(kMostCallerBytes));
  Reader lines = reader.vector(kMostLines * kLineBytes);
  while (!lines.empty()) {
    RollLine line;
    line.case_ref = lines.fixed<Ref>();
    line.entry = lines.fixed<Ref>();
    const uint8_t is_new = lines.u8();
    if (is_new > 1) lines.fail(CodecError::kMalformed);
    line.new_case = is_new == 1;
    roll.lines.push_back(line);
  }
  if (!lines.status().ok()) return RollError::kMalformed;
  Reader fields = reader.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.status().ok() || !reader.finish().ok()) return RollError::kMalformed;
  HW_TRY(check(roll));
  return roll;
}

bool State::fold(const Context& context, const Event& event) {
  if (event.kind != kRollKind || !decode_roll(event.body)) return false;
  if (roll(context.rows, context.group, ref_of(context.author, event.id))) return false;
  kLog.append(context, event);
  return true;
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget(Rows& rows, const GroupKey& group) { kLog.forget(rows, group); }

std::vector<KeptRoll> rolls(Rows& rows, const GroupKey& group) {
  std::vector<KeptRoll> out;
  kLog.scan(rows, group, [&](const Context& context, const Event& event) {
    if (Result<RollNoted> said = decode_roll(event.body))
      out.push_back({ref_of(context.author, event.id), context.place, event.at, std::move(*said)});
    return true;
  });
  std::ranges::reverse(out);
  return out;
}

std::optional<KeptRoll> roll(Rows& rows, const GroupKey& group, const Ref& id) {
  std::optional<KeptRoll> out;
  kLog.scan(rows, group, [&](const Context& context, const Event& event) {
    if (ref_of(context.author, event.id) != id) return true;
    if (Result<RollNoted> said = decode_roll(event.body))
      out = KeptRoll{id, context.place, event.at, std::move(*said)};
    return false;
  });
  return out;
}

}  // namespace homeward::domain::rolls
