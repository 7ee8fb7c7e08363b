#include "domain/cases/rows.h"

#include <algorithm>

#include "codec/codec.h"

namespace homeward::domain::cases {
namespace {

void write(Writer& out, const Place& place) { out.u64(place.epoch).u64(place.number); }
Place read_place(Reader& in) {
  Place place;
  place.epoch = in.u64();
  place.number = in.u64();
  return place;
}

void write(Writer& out, const std::optional<Day>& day) {
  out.optional(day.has_value(), [&](Writer& inner) { inner.u32(static_cast<uint32_t>(day->number)); });
}
std::optional<Day> read_day(Reader& in) {
  if (!in.optional()) return std::nullopt;
  return Day{static_cast<int32_t>(in.u32())};
}

}  // namespace

bool CaseRow::is_reader(const Author& person) const {
  return person == speaker() || std::ranges::binary_search(readers, person);
}

std::optional<Day> CaseRow::contact() const {
  if (!told_contact) return facts.contact;
  return facts.contact ? std::max(*facts.contact, *told_contact) : *told_contact;
}

std::optional<Day> CaseRow::next_due() const {
  if (!step_due) return legal_due;
  return legal_due ? std::min(*step_due, *legal_due) : *step_due;
}

Day CaseRow::silent_since() const { return contact().value_or(day_of(opened_at)); }

Bytes encode_case(const CaseRow& row) {
  Writer out;
  out.reserve(512);
  out.text(row.card.label).u8(static_cast<uint8_t>(row.card.category)).text(row.card.unit);
  out.text(row.card.region).text(row.card.rank);
  out.u16(row.clock.usual).u16(row.clock.watch).u16(row.clock.act).u16(row.clock.urgent);
  out.u64(static_cast<uint64_t>(row.opened_at.ms));
  write(out, row.opened);
  out.vector([&](Writer& readers) {
    for (const Author& reader : row.readers) readers.raw(reader);
  });
  write(out, row.sealed);
  write(out, row.told_contact);
  encode(out, row.facts);
  out.u32(row.entries).u32(row.parts).u64(static_cast<uint64_t>(row.newest_at.ms));
  write(out, row.newest_place);
  out.raw(row.newest_author);
  write(out, row.step_due);
  write(out, row.legal_due);
  out.vector([&](Writer& marks) {
    for (const CaseRow::LegalMark& mark : row.legal) {
      marks.u8(static_cast<uint8_t>(mark.kind)).u8(mark.to ? static_cast<uint8_t>(*mark.to) : 0);
      marks.u32(static_cast<uint32_t>(mark.day.number));
    }
  });
  return out.take();
}

std::optional<CaseRow> decode_case(const Ref& ref, BytesView value) {
  Reader in(value);
  CaseRow row;
  row.ref = ref;
  row.card.label = in.text(kMostLineBytes);
  row.card.category = static_cast<Category>(in.u8());
  row.card.unit = in.text(kMostLineBytes);
  row.card.region = in.text(kMostLineBytes);
  row.card.rank = in.text(kMostLineBytes);
  row.clock = {in.u16(), in.u16(), in.u16(), in.u16()};
  row.opened_at.ms = static_cast<int64_t>(in.u64());
  row.opened = read_place(in);
  Reader readers = in.vector();
  while (!readers.empty()) row.readers.push_back(readers.fixed<Author>());
  row.sealed = read_place(in);
  row.told_contact = read_day(in);
  row.facts = decode_facts(in);
  row.entries = in.u32();
  row.parts = in.u32();
  row.newest_at.ms = static_cast<int64_t>(in.u64());
  row.newest_place = read_place(in);
  row.newest_author = in.fixed<Author>();
  row.step_due = read_day(in);
  row.legal_due = read_day(in);
  Reader marks = in.vector();
  while (!marks.empty()) {
    CaseRow::LegalMark mark;
    mark.kind = static_cast<EntryKind>(marks.u8());
    if (const uint8_t to = marks.u8(); to != 0) mark.to = static_cast<ComplaintTo>(to);
    mark.day.number = static_cast<int32_t>(marks.u32());
    row.legal.push_back(mark);
  }
  if (!marks.ok() || !readers.ok() || !in.finish().ok()) return std::nullopt;
  row.standing = standing_of(row.facts);
  return row;
}

Bytes encode_part(const PartRow& part) {
  Writer out;
  out.u16(part.kind);
  write(out, part.place);
  write(out, part.sealed_place);
  if (part.kind == kEntryAdded) {
    out.u8(static_cast<uint8_t>(part.evidence.kind)).u8(static_cast<uint8_t>(part.evidence.precision));
    out.u8(static_cast<uint8_t>(part.evidence.sureness)).u8(static_cast<uint8_t>(part.known_by));
    out.u32(static_cast<uint32_t>(part.evidence.first.number));
    out.u32(static_cast<uint32_t>(part.evidence.last.number));
    out.u8(part.to ? static_cast<uint8_t>(*part.to) : 0).u8(part.corrected ? 1 : 0);
  } else if (part.kind == kStepAdded) {
    write(out, part.due);
    out.raw(part.who).u8(part.done);
  }
  return out.take();
}

std::optional<PartRow> decode_part(BytesView value) {
  Reader in(value);
  PartRow part;
  part.kind = in.u16();
  part.place = read_place(in);
  part.sealed_place = read_place(in);
  if (part.kind == kEntryAdded) {
    part.evidence.kind = static_cast<EntryKind>(in.u8());
    part.evidence.precision = static_cast<Precision>(in.u8());
    part.evidence.sureness = static_cast<Sureness>(in.u8());
    part.known_by = static_cast<KnownBy>(in.u8());
    part.evidence.first.number = static_cast<int32_t>(in.u32());
    part.evidence.last.number = static_cast<int32_t>(in.u32());
    part.evidence.place = part.place;
    if (const uint8_t to = in.u8(); to != 0) part.to = static_cast<ComplaintTo>(to);
    part.corrected = in.u8() != 0;
  } else if (part.kind == kStepAdded) {
    part.due = read_day(in);
    part.who = in.fixed<Author>();
    part.done = in.u8();
  }
  if (!in.finish().ok()) return std::nullopt;
  return part;
}

void scan_parts(Rows& rows, const GroupKey& group, const Ref& case_ref,
                const std::function<void(const Ref& ref, const PartRow& part)>& visit) {
  rows.scan(kPartSpace, prefix_range(case_key(group, case_ref)), [&](BytesView key, BytesView value) {
    if (const std::optional<PartRow> part = decode_part(value)) visit(Ref::from(key.last(Ref::kSize)), *part);
    return true;
  });
}

std::optional<Brief> decode_brief(BytesView value) {
  Reader in(value);
  Brief brief;
  brief.state = static_cast<CaseState>(in.u8());
  brief.unit = in.text(kMostLineBytes);
  brief.region = in.text(kMostLineBytes);
  if (!in.finish().ok()) return std::nullopt;
  return brief;
}

Bytes attention_key(const GroupKey& group, const CaseRow& row) {
  const bool over = is_over(row.standing.state);
  Day day = row.silent_since().plus(row.clock.act);
  if (const std::optional<Day> due = row.next_due()) day = std::min(day, *due);
  if (over) day = {-day_of(row.newest_at).number};
  Bytes key = copy_of(group);
  key.push_back(over ? 1 : 0);
  append_key_day(key, day);
  append(key, row.ref);
  return key;
}

}  // namespace homeward::domain::cases
