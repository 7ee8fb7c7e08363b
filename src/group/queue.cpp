#include "group/queue.h"

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

template <class Token>
Token exported(const mls::Group& group, std::string_view label, uint64_t continuation) {
  Writer context;
  context.u64(continuation);
  return Token::from(group.export_secret(label, context.view(), Token::kSize).view());
}

}  // namespace

wire::QueueAccess epoch_queue(const mls::Group& group, uint64_t continuation) {
  return wire::QueueAccess::from_tokens(exported<wire::ReadToken>(group, "homeward read", continuation),
                                        exported<wire::WriteToken>(group, "homeward write", continuation));
}

Secret epoch_seal_key(const mls::Group& group) { return group.export_secret("homeward seal", {}, 32); }

Hash first_history(const wire::QueueId& first_queue) {
  return sha256({view_of("homeward queue"), first_queue.view()});
}

Hash next_history(const Hash& before, const Hash& entry) { return sha256({before.view(), entry.view()}); }

void EpochQueue::open_continuation(const mls::Group& group) {
  access_ = epoch_queue(group, continuation());
  queue_id_ = wire::queue_id(access_.read);
}

void EpochQueue::enter(const mls::Group& group, const GroupId& id) {
  group_ = id;
  taken_ = 0;
  seal_key_ = epoch_seal_key(group);
  open_continuation(group);
  first_history_ = first_history(queue_id_);
  history_ = first_history_;
}

void EpochQueue::resume(const mls::Group& group, const GroupId& id, uint64_t taken, const Hash& history) {
  enter(group, id);
  taken_ = taken;
  history_ = history;
  open_continuation(group);
}

void EpochQueue::advance(const mls::Group& group, const Hash& entry, Rows& rows) {
  history_ = next_history(history_, entry);
  ++taken_;
  rows.put(kHashRows, row_key(group_, taken_), history_);
  if (taken_ > kLookBack) rows.erase(kHashRows, row_key(group_, taken_ - kLookBack));
  if (taken_in_queue() == 0) open_continuation(group);
}

std::optional<Hash> EpochQueue::history_at(uint64_t number, Rows& rows) const {
  if (number > taken_ || taken_ - number >= kLookBack) return {};
  if (number == taken_) return history_;
  if (number == 0) return first_history_;
  const auto row = rows.get(kHashRows, row_key(group_, number));
  if (!row || row->size() != Hash::kSize) return {};
  return Hash::from(*row);
}

void EpochQueue::forget(const GroupId& id, Rows& rows) { rows.erase_range(kHashRows, prefix_range(id)); }

}  // namespace homeward::group
