#include "domain/files/kept.h"

#include "domain/words/words.h"

namespace homeward::domain::files {
namespace {

Bytes owner_key(const GroupKey& group, const Ref& file, const Place& place) {
  Bytes key = file_key(group, file);
  words::append_place(key, place);
  return key;
}

}  // namespace

Bytes file_key(const GroupKey& group, const Ref& file) {
  Bytes key = copy_of(group);
  append(key, file);
  return key;
}

Bytes piece_key(const GroupKey& group, const Ref& file, uint32_t piece) {
  Bytes key = file_key(group, file);
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<uint8_t>(piece >> shift));
  return key;
}

void own(Rows& rows, const GroupKey& group, const Author& author, const std::vector<Attachment>& files,
         const Place& place) {
  for (const Attachment& file : files)
    rows.put(kOwnerSpace, owner_key(group, ref_of(author, file.id), place), {});
}

void disown(Rows& rows, const GroupKey& group, const Author& author, const std::vector<Attachment>& files,
            const Place& place) {
  for (const Attachment& file : files) {
    const Ref ref = ref_of(author, file.id);
    rows.erase(kOwnerSpace, owner_key(group, ref, place));
    if (!is_owned(rows, group, ref)) drop(rows, group, ref);
  }
}

bool is_owned(Rows& rows, const GroupKey& group, const Ref& file) {
  bool found = false;
  Rows::Range range = prefix_range(file_key(group, file));
  range.limit = 1;
  rows.scan(kOwnerSpace, range, [&](BytesView, BytesView) {
    found = true;
    return false;
  });
  return found;
}

void drop(Rows& rows, const GroupKey& group, const Ref& file) {
  rows.erase(kTransferSpace, file_key(group, file));
  rows.erase_range(kPieceSpace, prefix_range(file_key(group, file)));
}

void forget(Rows& rows, const GroupKey& group) {
  for (const Space space : {kOwnerSpace, kTransferSpace, kPieceSpace, kWaitingSpace})
    rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain::files
