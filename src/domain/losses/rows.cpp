#include "domain/losses/rows.h"

#include "domain/words/words.h"

namespace homeward::domain::losses {
namespace {

void write(Writer& out, const Place& place) { out.u64(place.epoch).u64(place.number); }
Place read_place(Reader& in) {
  Place place;
  place.epoch = in.u64();
  place.number = in.u64();
  return place;
}

void write(Writer& out, const KeptSource& source) {
  encode(out, source.said);
  out.raw(source.by).raw(source.event);
  write(out, source.place);
  out.u8(static_cast<uint8_t>((source.checked ? 1 : 0) | (source.corrected ? 2 : 0)));
}

KeptSource read_source(Reader& in) {
  KeptSource source;
  source.said = decode_source(in);
  source.by = in.fixed<Author>();
  source.event = in.fixed<Ref>();
  source.place = read_place(in);
  const uint8_t flags = in.u8();
  source.checked = (flags & 1) != 0;
  source.corrected = (flags & 2) != 0;
  return source;
}

}  // namespace

// --- Keys ---

Bytes group_key(const GroupKey& group, BytesView rest) {
  Bytes key = copy_of(group);
  append(key, rest);
  return key;
}

Bytes record_place_key(const GroupKey& group, const RecordId& id, const Place& place) {
  Bytes key = group_key(group, id);
  words::append_place(key, place);
  return key;
}

Bytes order_key(const GroupKey& group, const Place& place, uint32_t number) {
  Bytes key = copy_of(group);
  words::append_place(key, place);
  Writer last;
  last.u32(number);
  append(key, last.view());
  return key;
}

Bytes piece_prefix(const GroupKey& group, const Author& author, const ImportId& import) {
  Bytes key = group_key(group, author);
  append(key, import);
  return key;
}

Bytes piece_key(const GroupKey& group, const Author& author, const Piece& piece) {
  Bytes key = piece_prefix(group, author, piece.import);
  Writer last;
  last.u16(piece.index);
  append(key, last.view());
  return key;
}

Bytes pair_prefix(const GroupKey& group, const Pair& pair) {
  Bytes key = group_key(group, pair.a);
  append(key, pair.b);
  return key;
}

Bytes claim_key(const GroupKey& group, const Ref& event, uint32_t number) {
  return group_key(group, record_id(event, number));
}

// --- Values ---

Bytes encode_record(const KeptRecord& record) {
  Writer out;
  out.vector([&](Writer& names) {
    for (const std::string& name : record.open_names) names.text(name);
  });
  out.vector([&](Writer& sources) {
    for (const KeptSource& source : record.sources) write(sources, source);
  });
  write(out, record.place);
  out.u64(static_cast<uint64_t>(record.at.ms));
  out.optional(record.import.has_value(), [&](Writer& some) { some.raw(*record.import); });
  out.u8(record.withdrawn ? 1 : 0).text(record.reason);
  return out.take();
}

std::optional<KeptRecord> decode_record(const RecordId& id, BytesView value) {
  Reader in(value);
  KeptRecord record;
  record.id = id;
  Reader names = in.vector();
  while (!names.empty()) record.open_names.push_back(names.text(kMostLineBytes));
  Reader sources = in.vector();
  while (!sources.empty()) record.sources.push_back(read_source(sources));
  record.place = read_place(in);
  record.at.ms = static_cast<int64_t>(in.u64());
  if (in.optional()) record.import = in.fixed<ImportId>();
  record.withdrawn = in.u8() != 0;
  record.reason = in.text(kMostReasonBytes);
  if (!names.ok() || !sources.ok() || !in.finish().ok()) return std::nullopt;
  return record;
}

Bytes encode_batch(const KeptBatch& batch) {
  Writer out;
  out.raw(batch.piece.import).u16(batch.piece.index).u16(batch.piece.of);
  write(out, batch.place);
  write(out, batch.sealed_place);
  out.raw(batch.sealed_by).u32(batch.records).u8(batch.has_names ? 1 : 0);
  return out.take();
}

std::optional<KeptBatch> decode_batch(BytesView value) {
  Reader in(value);
  KeptBatch batch;
  batch.piece.import = in.fixed<ImportId>();
  batch.piece.index = in.u16();
  batch.piece.of = in.u16();
  batch.place = read_place(in);
  batch.sealed_place = read_place(in);
  batch.sealed_by = in.fixed<Author>();
  batch.records = in.u32();
  batch.has_names = in.u8() != 0;
  if (!in.finish().ok()) return std::nullopt;
  return batch;
}

Bytes encode_list(const KeptList& list) {
  Writer out;
  write(out, list.place);
  out.u64(static_cast<uint64_t>(list.at.ms)).u8(list.withdrawn ? 1 : 0).text(list.reason);
  out.optional(list.replaced_by.has_value(), [&](Writer& some) { some.raw(*list.replaced_by); });
  out.opaque(encode(list.said));
  return out.take();
}

std::optional<KeptList> decode_list(const Ref& id, BytesView value) {
  Reader in(value);
  KeptList list;
  list.id = id;
  list.place = read_place(in);
  list.at.ms = static_cast<int64_t>(in.u64());
  list.withdrawn = in.u8() != 0;
  list.reason = in.text(kMostReasonBytes);
  if (in.optional()) list.replaced_by = in.fixed<Ref>();
  Result<ListAdded> said = decode<ListAdded>(in.opaque());
  if (!said.ok() || !in.finish().ok()) return std::nullopt;
  list.said = std::move(*said);
  return list;
}

Bytes encode_claim(const KeptClaim& claim) {
  Writer out;
  write(out, claim.place);
  out.u64(static_cast<uint64_t>(claim.at.ms));
  out.u8(static_cast<uint8_t>((claim.withdrawn ? 1 : 0) | (claim.replaced ? 2 : 0))).text(claim.reason);
  encode(out, claim.said);
  return out.take();
}

std::optional<KeptClaim> decode_claim_row(const Ref& event, uint32_t number, BytesView value) {
  Reader in(value);
  KeptClaim claim;
  claim.event = event;
  claim.number = number;
  claim.place = read_place(in);
  claim.at.ms = static_cast<int64_t>(in.u64());
  const uint8_t flags = in.u8();
  claim.withdrawn = (flags & 1) != 0;
  claim.replaced = (flags & 2) != 0;
  claim.reason = in.text(kMostReasonBytes);
  claim.said = decode_claim(in);
  if (!in.finish().ok()) return std::nullopt;
  return claim;
}

Bytes encode_word(const Word& word) {
  Writer out;
  out.u8(static_cast<uint8_t>(word.verdict)).u16(word.permille);
  write(out, word.place);
  out.u64(static_cast<uint64_t>(word.at.ms)).text(word.reason);
  return out.take();
}

std::optional<Word> decode_word(const Author& by, BytesView value) {
  Reader in(value);
  Word word;
  word.by = by;
  word.verdict = read_word(in, Verdict::kUnsure);
  word.permille = in.u16();
  word.place = read_place(in);
  word.at.ms = static_cast<int64_t>(in.u64());
  word.reason = in.text(kMostReasonBytes);
  if (!in.finish().ok()) return std::nullopt;
  return word;
}

Bytes encode_piece(const KeptPiece& piece) {
  Writer out;
  out.u16(piece.kind).u16(piece.of);
  write(out, piece.place);
  out.raw(piece.event);
  return out.take();
}

std::optional<KeptPiece> decode_piece(BytesView value) {
  Reader in(value);
  KeptPiece piece;
  piece.kind = in.u16();
  piece.of = in.u16();
  piece.place = read_place(in);
  piece.event = in.fixed<Ref>();
  if (!in.finish().ok()) return std::nullopt;
  return piece;
}

std::vector<KeptPiece> pieces(Rows& rows, const GroupKey& group, const Author& author,
                              const ImportId& import) {
  std::vector<KeptPiece> out;
  rows.scan(kPieceSpace, prefix_range(piece_prefix(group, author, import)), [&](BytesView, BytesView value) {
    if (const auto piece = decode_piece(value)) out.push_back(*piece);
    return true;
  });
  return out;
}

}  // namespace homeward::domain::losses
