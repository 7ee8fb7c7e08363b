// The loss register's rows as bytes: keys and values, for state.cpp and queries.cpp.
#pragma once

#include "domain/losses/queries.h"

namespace homeward::domain::losses {

Bytes group_key(const GroupKey& group, BytesView rest);
Bytes record_place_key(const GroupKey& group, const RecordId& id, const Place& place);
Bytes order_key(const GroupKey& group, const Place& place, uint32_t number);
Bytes piece_prefix(const GroupKey& group, const Author& author, const ImportId& import);
Bytes piece_key(const GroupKey& group, const Author& author, const Piece& piece);
Bytes pair_prefix(const GroupKey& group, const Pair& pair);
Bytes claim_key(const GroupKey& group, const Ref& event, uint32_t number);

Bytes encode_record(const KeptRecord& record);
std::optional<KeptRecord> decode_record(const RecordId& id, BytesView value);
Bytes encode_batch(const KeptBatch& batch);
std::optional<KeptBatch> decode_batch(BytesView value);
Bytes encode_list(const KeptList& list);
std::optional<KeptList> decode_list(const Ref& id, BytesView value);
Bytes encode_claim(const KeptClaim& claim);
std::optional<KeptClaim> decode_claim_row(const Ref& event, uint32_t number, BytesView value);
Bytes encode_word(const Word& word);
std::optional<Word> decode_word(const Author& by, BytesView value);

// A piece of an import that may still lack others.
struct KeptPiece {
  uint16_t kind = 0;
  uint16_t of = 1;
  Place place;
  Ref event;
  bool operator==(const KeptPiece&) const = default;
};
Bytes encode_piece(const KeptPiece& piece);
std::optional<KeptPiece> decode_piece(BytesView value);
std::vector<KeptPiece> pieces(Rows& rows, const GroupKey& group, const Author& author,
                              const ImportId& import);

}  // namespace homeward::domain::losses
