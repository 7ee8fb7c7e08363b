// What a vault holds of files: rows that go with the messages they belong to, so that nothing outlives them.
//
// Rows, each key beginning with the group's id:
//   0x2108  ref ‖ place → nothing: which message the file belongs to
//   0x2109  ref → how far its transfer is (the client's)      0x210A  ref ‖ u32 piece → content
//   0x210B  id → a message that waits for its files (the client's)
// A file is named by its author and the id she drew (`Ref`).
#pragma once

#include "base/rows.h"
#include "domain/files/attachment.h"

namespace homeward::domain::files {

inline constexpr Space kOwnerSpace = 0x2108;
inline constexpr Space kTransferSpace = 0x2109;
inline constexpr Space kPieceSpace = 0x210A;
inline constexpr Space kWaitingSpace = 0x210B;

Bytes file_key(const GroupKey& group, const Ref& file);
Bytes piece_key(const GroupKey& group, const Ref& file, uint32_t piece);

// The message at `place` has these files.
void own(Rows& rows, const GroupKey& group, const Author& author, const std::vector<Attachment>& files,
         const Place& place);
// It has them no more: what belongs to no other message is erased with its content.
void disown(Rows& rows, const GroupKey& group, const Author& author, const std::vector<Attachment>& files,
            const Place& place);
bool is_owned(Rows& rows, const GroupKey& group, const Ref& file);
// Content and transfer of one file.
void drop(Rows& rows, const GroupKey& group, const Ref& file);
// Every row of the group.
void forget(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::files
