#include "domain/losses/events.h"

#include <algorithm>

namespace homeward::domain::losses {
namespace {

// --- Checks ---

Result<> check_needed(std::string_view text, size_t most = kMostLineBytes) {
  if (is_blank(text)) return LossError::kTextEmpty;
  return check_line(text, most);
}

Result<> check_reason(std::string_view text) {
  if (is_blank(text)) return LossError::kTextEmpty;
  return check_text(text, kMostReasonBytes);
}

Result<> check_piece(const Piece& piece) {
  if (piece.of == 0 || piece.of > kMostPieces || piece.index >= piece.of) return LossError::kWrongPiece;
  return success();
}

Result<> check_sealed(const Bytes& sealed) {
  if (sealed.size() > kMostSealedBytes) return LossError::kTextTooLong;
  return success();
}

Result<> check(const NewRecord& record) {
  if (record.sources.empty() || record.sources.size() > kMostSources || record.open_names.size() > kMostNames)
    return LossError::kTooMany;
  for (size_t i = 0; i < record.sources.size(); ++i) {
    const Source& source = record.sources[i];
    HW_TRY(check(source));
    if (source.quotes && *source.quotes >= i) return LossError::kMalformed;
  }
  for (const std::string& name : record.open_names) HW_TRY(check_needed(name));
  const bool published =
      std::ranges::any_of(record.sources, [](const Source& source) { return !source.link.empty(); });
  if (!record.open_names.empty() && !published) return LossError::kNotPublished;
  return success();
}

Result<> check(const CountRow& row) {
  HW_TRY(check_line(row.region, kMostRegionBytes));
  if (row.month && (*row.month < month_of(cases::kFirstDay) || *row.month > month_of(cases::kLastDay)))
    return LossError::kWrongDay;
  if (row.men > kMostMen) return LossError::kWrongFigure;
  return success();
}

// --- Codec of the parts ---

void write(Writer& out, const Piece& piece) { out.raw(piece.import).u16(piece.index).u16(piece.of); }

Piece read_piece(Reader& in) {
  Piece piece;
  piece.import = in.fixed<ImportId>();
  piece.index = in.u16();
  piece.of = in.u16();
  return piece;
}

void write_quotes(Writer& out, const std::optional<uint16_t>& quotes) {
  out.optional(quotes.has_value(), [&](Writer& some) { some.u16(*quotes); });
}

std::optional<uint16_t> read_quotes(Reader& in) {
  if (!in.optional()) return std::nullopt;
  return in.u16();
}

bool read_bool(Reader& in) {
  const uint8_t value = in.u8();
  if (value > 1) in.fail(CodecError::kMalformed);
  return value == 1;
}

void write(Writer& out, const NewRecord& record) {
  out.vector([&](Writer& names) {
    for (const std::string& name : record.open_names) names.text(name);
  });
  out.vector([&](Writer& sources) {
    for (const Source& source : record.sources) encode(sources, source);
  });
}

NewRecord read_record(Reader& in) {
  NewRecord record;
  Reader names = in.vector();
  while (!names.empty()) {
    record.open_names.push_back(names.text(kMostLineBytes));
    if (record.open_names.size() > kMostNames) names.fail(CodecError::kTooLarge);
  }
  Reader sources = in.vector();
  while (!sources.empty()) {
    record.sources.push_back(decode_source(sources));
    if (record.sources.size() > kMostSources) sources.fail(CodecError::kTooLarge);
  }
  if (!names.ok() || !sources.ok()) in.fail(CodecError::kMalformed);
  return record;
}

void write(Writer& out, const std::optional<Ref>& ref) {
  out.optional(ref.has_value(), [&](Writer& some) { some.raw(*ref); });
}

std::optional<Ref> read_ref(Reader& in) {
  if (!in.optional()) return std::nullopt;
  return in.fixed<Ref>();
}

void write_number(Writer& out, const std::optional<uint64_t>& number) {
  out.optional(number.has_value(), [&](Writer& some) { some.u64(*number); });
}

std::optional<uint64_t> read_number(Reader& in) {
  if (!in.optional()) return std::nullopt;
  return in.u64();
}

void write(Writer& out, const CountRow& row) {
  out.text(row.region);
  out.optional(row.month.has_value(), [&](Writer& some) { some.u32(static_cast<uint32_t>(*row.month)); });
  out.u8(static_cast<uint8_t>(row.state)).u8(row.category ? static_cast<uint8_t>(*row.category) : 0);
  out.u32(row.men);
}

CountRow read_row(Reader& in) {
  CountRow row;
  row.region = in.text(kMostRegionBytes);
  if (in.optional()) row.month = static_cast<Month>(in.u32());
  row.state = read_word(in, LossState::kPrisoner);
  const uint8_t category = in.u8();
  if (category > kCategories) in.fail(CodecError::kMalformed);
  if (category != 0) row.category = static_cast<Category>(category);
  row.men = in.u32();
  return row;
}

template <class Item, class Read>
std::vector<Item> read_list(Reader& in, size_t most, const Read& read) {
  std::vector<Item> out;
  Reader items = in.vector();
  while (!items.empty()) {
    out.push_back(read(items));
    if (out.size() > most) items.fail(CodecError::kTooLarge);
  }
  if (!items.ok()) in.fail(CodecError::kMalformed);
  return out;
}

// A body is whole, and what it says keeps the rules.
template <class Body>
Result<Body> finished(Reader& in, Body&& body) {
  skip_fields(in);
  if (!in.finish().ok()) return LossError::kMalformed;
  HW_TRY(check(body));
  return std::forward<Body>(body);
}

template <class Body>
void checked(const Body& body) {
  HW_ASSERT(check(body).ok());
}

}  // namespace

RecordId record_id(const Ref& event, uint32_t number) {
  Writer out;
  out.raw(event).u32(number);
  return RecordId::from(out.view());
}

Ref batch_of(const RecordId& id) { return Ref::from(id.view().first(Ref::kSize)); }

uint32_t number_of(const RecordId& id) { return Reader(id.view().last(4)).u32(); }

// --- Checks ---

Result<> check(const Source& source) {
  HW_TRY(check_needed(source.publisher));
  HW_TRY(check_line(source.link, kMostLinkBytes));
  HW_TRY(check_text(source.note, kMostReasonBytes));
  if (source.date) HW_TRY(check(*source.date));
  return check(source.facts);
}

Result<> check(const Claim& claim) {
  HW_TRY(check_needed(claim.claimant));
  HW_TRY(check_needed(claim.subject));
  for (const std::string* line : {&claim.key, &claim.kind, &claim.unit, &claim.basis_text, &claim.via})
    HW_TRY(check_line(*line));
  HW_TRY(check_line(claim.region, kMostRegionBytes));
  HW_TRY(check_line(claim.link, kMostLinkBytes));
  HW_TRY(check_text(claim.warning, kMostReasonBytes));
  HW_TRY(check(claim.as_of));
  if (claim.low.has_value() != claim.high.has_value() || (!claim.value && !claim.low))
    return LossError::kWrongFigure;
  for (const auto& number : {claim.value, claim.low, claim.high})
    if (number.value_or(0) > kMostThousandths) return LossError::kWrongFigure;
  if (claim.low && *claim.low > *claim.high) return LossError::kWrongFigure;
  return success();
}

Result<> check(const RecordsAdded& body) {
  HW_TRY(check_piece(body.piece));
  if (body.records.empty() || body.records.size() > kMostRecords) return LossError::kTooMany;
  for (const NewRecord& record : body.records) HW_TRY(check(record));
  return check_sealed(body.sealed);
}

Result<> check(const SourceAdded& body) {
  HW_TRY(check(body.source));
  return check_reason(body.reason);
}

Result<> check(const SourceJudged& body) {
  if (body.quotes && *body.quotes == body.source) return LossError::kMalformed;
  return check_reason(body.reason);
}

Result<> check(const FactsCorrected& body) {
  HW_TRY(check(body.facts));
  return check_reason(body.reason);
}

Result<> check(const NamesSealed& body) {
  HW_TRY(check_sealed(body.sealed));
  return check_text(body.reason, kMostReasonBytes);
}

Result<> check(const Withdrawn& body) { return check_reason(body.reason); }

Result<> check(const PairDecided& body) {
  if (!(body.a < body.b) || body.permille > 1000) return LossError::kMalformed;
  return check_text(body.reason, kMostReasonBytes);
}

Result<> check(const ListAdded& body) {
  HW_TRY(check(body.source));
  if (body.source.facts != Facts{} || body.source.quotes) return LossError::kMalformed;
  if (body.rows.empty() || body.rows.size() > kMostCountRows) return LossError::kTooMany;
  uint64_t men = 0;
  for (const CountRow& row : body.rows) {
    HW_TRY(check(row));
    men += row.men;
  }
  if (men > kMostMen) return LossError::kWrongFigure;
  return success();
}

Result<> check(const ClaimsAdded& body) {
  HW_TRY(check_piece(body.piece));
  if (body.claims.empty() || body.claims.size() > kMostClaims) return LossError::kTooMany;
  if (body.replaces && (body.claims.size() != 1 || body.piece.of != 1)) return LossError::kMalformed;
  for (const Claim& claim : body.claims) HW_TRY(check(claim));
  return success();
}

Result<> check(const VerifierNamed& body) { return check_reason(body.reason); }

// --- Codec ---

void encode(Writer& out, const Source& source) {
  out.u8(static_cast<uint8_t>(source.kind)).text(source.publisher).text(source.link);
  out.optional(source.date.has_value(), [&](Writer& some) { encode(some, *source.date); });
  write_quotes(out, source.quotes);
  out.text(source.note);
  encode(out, source.facts);
  no_fields(out);
}

Source decode_source(Reader& in) {
  Source source;
  source.kind = read_word(in, SourceKind::kOther);
  source.publisher = in.text(kMostLineBytes);
  source.link = in.text(kMostLinkBytes);
  if (in.optional()) source.date = decode_span(in);
  source.quotes = read_quotes(in);
  source.note = in.text(kMostReasonBytes);
  source.facts = decode_facts(in);
  skip_fields(in);
  return source;
}

void encode(Writer& out, const Claim& claim) {
  out.text(claim.key).text(claim.subject).text(claim.region).text(claim.kind);
  encode(out, claim.as_of);
  for (const auto& number : {claim.value, claim.low, claim.high}) write_number(out, number);
  out.text(claim.unit).text(claim.claimant).u8(static_cast<uint8_t>(claim.basis)).text(claim.basis_text);
  out.text(claim.link).text(claim.via).text(claim.warning);
  no_fields(out);
}

Claim decode_claim(Reader& in) {
  Claim claim;
  claim.key = in.text(kMostLineBytes);
  claim.subject = in.text(kMostLineBytes);
  claim.region = in.text(kMostRegionBytes);
  claim.kind = in.text(kMostLineBytes);
  claim.as_of = decode_span(in);
  for (auto* number : {&claim.value, &claim.low, &claim.high}) *number = read_number(in);
  claim.unit = in.text(kMostLineBytes);
  claim.claimant = in.text(kMostLineBytes);
  claim.basis = read_word(in, Basis::kSecondary);
  claim.basis_text = in.text(kMostLineBytes);
  claim.link = in.text(kMostLinkBytes);
  claim.via = in.text(kMostLineBytes);
  claim.warning = in.text(kMostReasonBytes);
  skip_fields(in);
  return claim;
}

Bytes encode(const RecordsAdded& body) {
  checked(body);
  Writer out;
  write(out, body.piece);
  out.vector([&](Writer& records) {
    for (const NewRecord& record : body.records) write(records, record);
  });
  out.opaque(body.sealed);
  no_fields(out);
  return out.take();
}

template <>
Result<RecordsAdded> decode<RecordsAdded>(BytesView bytes) {
  Reader in(bytes);
  RecordsAdded body;
  body.piece = read_piece(in);
  body.records = read_list<NewRecord>(in, kMostRecords, read_record);
  body.sealed = copy_of(in.opaque(kMostSealedBytes));
  return finished(in, std::move(body));
}

Bytes encode(const SourceAdded& body) {
  checked(body);
  Writer out;
  out.raw(body.record);
  encode(out, body.source);
  out.text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<SourceAdded> decode<SourceAdded>(BytesView bytes) {
  Reader in(bytes);
  SourceAdded body;
  body.record = in.fixed<RecordId>();
  body.source = decode_source(in);
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

Bytes encode(const SourceJudged& body) {
  checked(body);
  Writer out;
  out.raw(body.record).u16(body.source).u8(body.counts ? 1 : 0);
  write_quotes(out, body.quotes);
  out.text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<SourceJudged> decode<SourceJudged>(BytesView bytes) {
  Reader in(bytes);
  SourceJudged body;
  body.record = in.fixed<RecordId>();
  body.source = in.u16();
  body.counts = read_bool(in);
  body.quotes = read_quotes(in);
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

Bytes encode(const FactsCorrected& body) {
  checked(body);
  Writer out;
  out.raw(body.record).u16(body.source);
  encode(out, body.facts);
  out.text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<FactsCorrected> decode<FactsCorrected>(BytesView bytes) {
  Reader in(bytes);
  FactsCorrected body;
  body.record = in.fixed<RecordId>();
  body.source = in.u16();
  body.facts = decode_facts(in);
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

Bytes encode(const NamesSealed& body) {
  checked(body);
  Writer out;
  out.raw(body.batch).opaque(body.sealed).text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<NamesSealed> decode<NamesSealed>(BytesView bytes) {
  Reader in(bytes);
  NamesSealed body;
  body.batch = in.fixed<Ref>();
  body.sealed = copy_of(in.opaque(kMostSealedBytes));
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

Bytes encode(const Withdrawn& body) {
  checked(body);
  Writer out;
  out.u8(static_cast<uint8_t>(body.kind)).raw(body.event).u32(body.number).u8(body.withdrawn ? 1 : 0);
  out.text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<Withdrawn> decode<Withdrawn>(BytesView bytes) {
  Reader in(bytes);
  Withdrawn body;
  body.kind = read_word(in, Withdrawn::Kind::kImport);
  body.event = in.fixed<Ref>();
  body.number = in.u32();
  body.withdrawn = read_bool(in);
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

Bytes encode(const PairDecided& body) {
  checked(body);
  Writer out;
  out.raw(body.a).raw(body.b).u8(static_cast<uint8_t>(body.verdict)).u16(body.permille).text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<PairDecided> decode<PairDecided>(BytesView bytes) {
  Reader in(bytes);
  PairDecided body;
  body.a = in.fixed<RecordId>();
  body.b = in.fixed<RecordId>();
  const uint8_t verdict = in.u8();
  if (verdict > static_cast<uint8_t>(Verdict::kUnsure)) in.fail(CodecError::kMalformed);
  body.verdict = static_cast<Verdict>(verdict);
  body.permille = in.u16();
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

Bytes encode(const ListAdded& body) {
  checked(body);
  Writer out;
  encode(out, body.source);
  out.u8(static_cast<uint8_t>(body.month_of));
  out.vector([&](Writer& rows) {
    for (const CountRow& row : body.rows) write(rows, row);
  });
  write(out, body.same_men_as);
  write(out, body.replaces);
  no_fields(out);
  return out.take();
}

template <>
Result<ListAdded> decode<ListAdded>(BytesView bytes) {
  Reader in(bytes);
  ListAdded body;
  body.source = decode_source(in);
  body.month_of = read_word(in, MonthOf::kDied);
  body.rows = read_list<CountRow>(in, kMostCountRows, read_row);
  body.same_men_as = read_ref(in);
  body.replaces = read_ref(in);
  return finished(in, std::move(body));
}

Bytes encode(const ClaimsAdded& body) {
  checked(body);
  Writer out;
  write(out, body.piece);
  out.vector([&](Writer& claims) {
    for (const Claim& claim : body.claims) encode(claims, claim);
  });
  write(out, body.replaces);
  out.u32(body.replaces_number);
  no_fields(out);
  return out.take();
}

template <>
Result<ClaimsAdded> decode<ClaimsAdded>(BytesView bytes) {
  Reader in(bytes);
  ClaimsAdded body;
  body.piece = read_piece(in);
  body.claims = read_list<Claim>(in, kMostClaims, decode_claim);
  body.replaces = read_ref(in);
  body.replaces_number = in.u32();
  return finished(in, std::move(body));
}

Bytes encode(const VerifierNamed& body) {
  checked(body);
  Writer out;
  out.raw(body.person).u8(body.verifies ? 1 : 0).text(body.reason);
  no_fields(out);
  return out.take();
}

template <>
Result<VerifierNamed> decode<VerifierNamed>(BytesView bytes) {
  Reader in(bytes);
  VerifierNamed body;
  body.person = in.fixed<Author>();
  body.verifies = read_bool(in);
  body.reason = in.text(kMostReasonBytes);
  return finished(in, std::move(body));
}

}  // namespace homeward::domain::losses
