#include "vault/state.h"
#include "vault/vfs_file.h"

namespace homeward {

Transaction::Transaction(Vault& vault, Access access) : state_(vault.state_.get()), access_(access) {
  HW_ASSERT(state_ != nullptr && !state_->in_transaction);
  sql::Statement& begin = access == Access::kRead ? state_->begin_read : state_->begin_write;
  const Result<> begun = begin.run();
  if (begun.ok()) {
    state_->in_transaction = true;
  } else {
    fail(begun.error());
  }
}

Transaction::~Transaction() {
  if (over_) return;
  over_ = true;
  if (!state_->in_transaction) return;
  // After some failures SQLite has rolled back by itself.
  if (state_->database.in_transaction()) (void)state_->rollback.run();
  state_->in_transaction = false;
}

bool Transaction::usable() const {
  HW_ASSERT(!over_);
  return !failure_.has_value();
}

void Transaction::fail(const Error& error) {
  if (!failure_.has_value()) failure_ = vault::vault_error_of(error);
}

std::optional<Bytes> Transaction::get(Space space, BytesView key) {
  if (!usable()) return std::nullopt;
  sql::Statement& get = state_->get.reset().bind(1, int64_t{space}).bind(2, key);
  const Result<bool> row = get.step();
  std::optional<Bytes> out;
  if (!row.ok()) {
    fail(row.error());
  } else if (*row) {
    out = copy_of(get.bytes(0));
  }
  get.reset();
  return out;
}

void Transaction::put(Space space, BytesView key, BytesView value) {
  HW_ASSERT(access_ == Access::kWrite && visiting_ == 0);
  if (!usable()) return;
  const Result<> done = state_->put.reset().bind(1, int64_t{space}).bind(2, key).bind(3, value).run();
  if (!done.ok()) fail(done.error());
}

void Transaction::erase(Space space, BytesView key) {
  HW_ASSERT(access_ == Access::kWrite && visiting_ == 0);
  if (!usable()) return;
  const Result<> done = state_->erase.reset().bind(1, int64_t{space}).bind(2, key).run();
  if (!done.ok()) fail(done.error());
}

void Transaction::erase_range(Space space, const Range& range) {
  HW_ASSERT(access_ == Access::kWrite && visiting_ == 0);
  if (!usable()) return;
  const bool open_end = range.until.empty();
  sql::Statement& statement = open_end ? state_->erase_from : state_->erase_between;
  statement.reset().bind(1, int64_t{space}).bind(2, BytesView(range.from));
  if (!open_end) statement.bind(3, BytesView(range.until));
  const Result<> done = statement.run();
  if (!done.ok()) fail(done.error());
}

void Transaction::scan(Space space, const Range& range, const Visit& visit) {
  if (!usable()) return;
  const bool open_end = range.until.empty();
  sql::Statement& cached = range.backwards
                               ? (open_end ? state_->scan_from_backwards : state_->scan_between_backwards)
                               : (open_end ? state_->scan_from : state_->scan_between);
  // Taken out while in use: a visit may scan again.
  sql::Statement statement = std::move(cached);
  if (statement.empty()) {
    Result<sql::Statement> fresh = state_->prepare_scan(range.backwards, open_end);
    if (!fresh.ok()) return fail(fresh.error());
    statement = std::move(*fresh);
  }
  statement.reset().bind(1, int64_t{space}).bind(2, BytesView(range.from));
  if (!open_end) statement.bind(3, BytesView(range.until));
  ++visiting_;
  for (size_t left = range.limit; left > 0; --left) {
    const Result<bool> row = statement.step();
    if (!row.ok()) fail(row.error());
    if (!row.ok() || !*row || !visit(statement.bytes(0), statement.bytes(1))) break;
  }
  --visiting_;
  statement.reset();
  cached = std::move(statement);
}

Result<> Transaction::commit() {
  HW_ASSERT(!over_ && visiting_ == 0);
  if (!failure_.has_value()) {
    const Result<> done = state_->commit.run();
    if (!done.ok()) fail(done.error());
  }
  if (failure_.has_value()) {
    if (state_->in_transaction && state_->database.in_transaction()) (void)state_->rollback.run();
  }
  state_->in_transaction = false;
  over_ = true;
  if (failure_.has_value()) return *failure_;
  if (access_ == Access::kWrite) state_->checkpoint_if_long();
  return success();
}

}  // namespace homeward
