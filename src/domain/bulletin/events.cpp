#include "domain/bulletin/events.h"

#include <algorithm>

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::bulletin {
namespace {

constexpr size_t kMostKeyBytes = 16;

Result<> check_text(std::string_view text, size_t most, bool one_line, bool may_be_empty) {
  if (text.size() > most) return BulletinError::kTextTooLong;
  if (!is_utf8(view_of(text))) return BulletinError::kTextInvalid;
  const auto forbidden = [&](char c) {
    return static_cast<unsigned char>(c) < 0x20 && (one_line || c != '\n');
  };
  if (std::ranges::any_of(text, forbidden)) return BulletinError::kTextInvalid;
  if (!may_be_empty && text.find_first_not_of(" \n") == std::string_view::npos)
    return BulletinError::kTextEmpty;
  return success();
}

bool is_key(const std::string& key) {
  return key.size() <= kMostKeyBytes && std::ranges::all_of(key, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool are_keys(const std::vector<std::string>& keys, size_t most) {
  return !keys.empty() && keys.size() <= most && std::ranges::all_of(keys, is_key) &&
         std::ranges::adjacent_find(keys, std::greater_equal<>()) == keys.end();
}

bool all_different(std::vector<Ref> refs) {
  std::ranges::sort(refs);
  return std::ranges::adjacent_find(refs) == refs.end();
}

void no_fields(Writer& out) {
  out.vector([](Writer&) {});
}

void skip_fields(Reader& reader) {
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

void write(Writer& out, const Table& table) {
  for (const auto* keys : {&table.rows, &table.columns}) {
    out.vector([&](Writer& all) {
      for (const std::string& key : *keys) all.text(key);
    });
  }
  out.vector([&](Writer& all) {
    for (const uint32_t count : table.counts) all.u32(count);
  });
}

Table read_table(Reader& reader) {
  Table out;
  for (const auto& [keys, most] : {std::pair{&out.rows, kMostRows}, {&out.columns, kMostColumns}}) {
    Reader all = reader.vector(most * (kMostKeyBytes + 1));
    while (!all.empty()) keys->push_back(all.text(kMostKeyBytes));
    if (!all.status().ok()) reader.fail(CodecError::kMalformed);
  }
  Reader counts = reader.vector(kMostRows * kMostColumns * 4);
  while (!counts.empty()) out.counts.push_back(counts.u32());
  if (!counts.status().ok()) reader.fail(CodecError::kMalformed);
  return out;
}

void write(Writer& out, const std::vector<Ref>& refs) {
  out.vector([&](Writer& all) {
    for (const Ref& ref : refs) all.raw(ref);
  });
}

std::vector<Ref> read_refs(Reader& reader, size_t most) {
  std::vector<Ref> out;
  Reader all = reader.vector(most * Ref::kSize);
  while (!all.empty()) out.push_back(all.fixed<Ref>());
  if (!all.status().ok()) reader.fail(CodecError::kMalformed);
  return out;
}

// What every decoding ends with.
template <class Body>
Result<Body> whole(Reader& reader, Body&& body) {
  skip_fields(reader);
  if (!reader.finish().ok()) return BulletinError::kMalformed;
  return std::forward<Body>(body);
}

}  // namespace

Result<> check(const Statement& statement) {
  HW_TRY(check_text(statement.text, kMostTextBytes, false, false));
  return check_text(statement.attribution, kMostLineBytes, true, false);
}

Result<> check(const Table& table) {
  if (!are_keys(table.rows, kMostRows) || !are_keys(table.columns, kMostColumns))
    return BulletinError::kTableInvalid;
  if (table.counts.size() != table.rows.size() * table.columns.size()) return BulletinError::kTableInvalid;
  if (std::ranges::any_of(table.counts, [](uint32_t count) { return count > kMostMen; }))
    return BulletinError::kTableInvalid;
  return success();
}

Result<> check(const Draft& draft) {
  if (draft.as_of < 0 || draft.as_of > kLastDay) return BulletinError::kDayInvalid;
  if (draft.threshold < kLeastThreshold || draft.threshold > kMostThreshold)
    return BulletinError::kThresholdInvalid;
  HW_TRY(check_text(draft.publisher, kMostLineBytes, true, true));
  if (draft.earlier.size() > kMostEarlier || !all_different(draft.earlier)) return BulletinError::kTooMany;
  for (const Table* table : {&draft.losses, &draft.others, &draft.tallies}) HW_TRY(check(*table));
  if (draft.statements.size() > kMostStatements || !all_different(draft.statements))
    return BulletinError::kTooMany;
  return success();
}

Result<> check(const Discarded& discarded) {
  return check_text(discarded.reason, kMostTextBytes, false, true);
}

Bytes encode(const Statement& statement) {
  HW_ASSERT(check(statement).ok());
  Writer out;
  out.raw(statement.speaker).text(statement.text).text(statement.attribution);
  no_fields(out);
  return out.take();
}

Bytes encode(const Consent& consent) {
  Writer out;
  out.raw(consent.statement).text(consent.text).text(consent.attribution);
  no_fields(out);
  return out.take();
}

Bytes encode(const TakenBack& taken_back) {
  Writer out;
  out.raw(taken_back.statement);
  no_fields(out);
  return out.take();
}

Bytes encode(const Draft& draft) {
  HW_ASSERT(check(draft).ok());
  Writer out;
  out.u16(draft.form).u32(static_cast<uint32_t>(draft.as_of)).u8(draft.threshold).text(draft.publisher);
  write(out, draft.earlier);
  for (const Table* table : {&draft.losses, &draft.others, &draft.tallies}) write(out, *table);
  write(out, draft.statements);
  out.raw(draft.digest);
  no_fields(out);
  return out.take();
}

Bytes encode(const Approval& approval) {
  Writer out;
  out.raw(approval.draft).raw(approval.digest);
  no_fields(out);
  return out.take();
}

Bytes encode(const Discarded& discarded) {
  HW_ASSERT(check(discarded).ok());
  Writer out;
  out.raw(discarded.draft).text(discarded.reason);
  no_fields(out);
  return out.take();
}

Result<Statement> decode_statement(BytesView body) {
  Reader reader(body);
  Statement out;
  out.speaker = reader.fixed<Author>();
  out.text = text_of(reader.opaque(kMostTextBytes));
  out.attribution = text_of(reader.opaque(kMostLineBytes));
  HW_LET(Statement read, whole(reader, std::move(out)));
  HW_TRY(check(read));
  return read;
}

Result<Consent> decode_consent(BytesView body) {
  Reader reader(body);
  Consent out;
  out.statement = reader.fixed<Ref>();
  out.text = text_of(reader.opaque(kMostTextBytes));
  out.attribution = text_of(reader.opaque(kMostLineBytes));
  return whole(reader, std::move(out));
}

Result<TakenBack> decode_taken_back(BytesView body) {
  Reader reader(body);
  TakenBack out{reader.fixed<Ref>()};
  return whole(reader, std::move(out));
}

Result<Draft> decode_draft(BytesView body) {
  Reader reader(body);
  Draft out;
  out.form = reader.u16();
  const uint32_t as_of = reader.u32();
  if (as_of > static_cast<uint32_t>(kLastDay)) reader.fail(CodecError::kMalformed);
  out.as_of = static_cast<Day>(as_of);
  out.threshold = reader.u8();
  out.publisher = text_of(reader.opaque(kMostLineBytes));
  out.earlier = read_refs(reader, kMostEarlier);
  for (Table* table : {&out.losses, &out.others, &out.tallies}) *table = read_table(reader);
  out.statements = read_refs(reader, kMostStatements);
  out.digest = reader.fixed<Digest>();
  HW_LET(Draft read, whole(reader, std::move(out)));
  HW_TRY(check(read));
  return read;
}

Result<Approval> decode_approval(BytesView body) {
  Reader reader(body);
  Approval out;
  out.draft = reader.fixed<Ref>();
  out.digest = reader.fixed<Digest>();
  return whole(reader, std::move(out));
}

Result<Discarded> decode_discarded(BytesView body) {
  Reader reader(body);
  Discarded out;
  out.draft = reader.fixed<Ref>();
  out.reason = text_of(reader.opaque(kMostTextBytes));
  HW_LET(Discarded read, whole(reader, std::move(out)));
  HW_TRY(check(read));
  return read;
}

}  // namespace homeward::domain::bulletin
