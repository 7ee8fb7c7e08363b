#include "sql/sql.h"

#include <sqlite3.h>

#include <utility>

namespace homeward::sql {

Error error_of(int code, const char* context) {
  switch (code) {
    case SQLITE_IOERR_NOMEM:
      return {SqlError::kOutOfMemory, context};
    case SQLITE_CANTOPEN_DIRTYWAL:
      return {SqlError::kDamaged, context};
    case SQLITE_IOERR_CORRUPTFS:
      return {SqlError::kDamaged, context};
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_CANTOPEN:
      return {SqlError::kCannotOpen, context};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {SqlError::kCannotOpen, context};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {SqlError::kInUse, context};
    case SQLITE_FULL:
      return {SqlError::kDiskFull, context};
    case SQLITE_IOERR:
      return {SqlError::kIo, context};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return {SqlError::kDamaged, context};
    case SQLITE_CONSTRAINT:
      return {SqlError::kConstraint, context};
    case SQLITE_READONLY:
      return {SqlError::kReadOnly, context};
    case SQLITE_NOMEM:
      return {SqlError::kOutOfMemory, context};
    case SQLITE_TOOBIG:
      return {SqlError::kTooLarge, context};
    default:
      return {SqlError::kOther, context};
  }
}

// --- Statement ---

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), failed_(other.failed_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    statement_ = std::exchange(other.statement_, nullptr);
    failed_ = other.failed_;
  }
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::reset() {
  sqlite3_reset(statement_);  // answers the last step's error, which was seen
  sqlite3_clear_bindings(statement_);
  failed_ = SQLITE_OK;
  return *this;
}

Statement& Statement::bind(int parameter, int64_t value) {
  const int code = sqlite3_bind_int64(statement_, parameter, value);
  if (code != SQLITE_OK) failed_ = code;
  return *this;
}

Statement& Statement::bind(int parameter, BytesView value) {
  // A null pointer would bind NULL, not an empty blob.
  const void* data = value.empty() ? "" : static_cast<const void*>(value.data());
  const int code = sqlite3_bind_blob64(statement_, parameter, data, value.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) failed_ = code;
  return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  const int code = sqlite3_bind_text64(statement_, parameter, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) failed_ = code;
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  const int code = sqlite3_bind_null(statement_, parameter);
  if (code != SQLITE_OK) failed_ = code;
  return *this;
}

Result<bool> Statement::step() {
  HW_ASSERT(statement_ != nullptr);
  if (failed_ != SQLITE_OK) return error_of(failed_, "bind");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  failed_ = code;
  return error_of(code, "step");
}

Result<> Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (!row.ok()) {
      reset();
      return row.error();
    }
    if (!*row) break;
  }
  reset();
  return success();
}

int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

BytesView Statement::bytes(int column) const {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? BytesView{} : BytesView{data, static_cast<size_t>(size)};
}

std::string_view Statement::text(int column) const {
  const BytesView view = bytes(column);
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

// --- Database ---

Result<Database> Database::open(const std::string& path, const Options& options) {
  int flags = SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, options.vfs);
  if (code != SQLITE_OK) {
    sqlite3_close(handle);
    return error_of(code, "open");
  }
  return Database(handle);
}

Database::Database(Database&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    close();
    database_ = std::exchange(other.database_, nullptr);
  }
  return *this;
}

Database::~Database() { close(); }

void Database::close() {
  if (database_ == nullptr) return;
  HW_ASSERT(sqlite3_close(database_) == SQLITE_OK);  // fails only for statements left
  database_ = nullptr;
}

Result<> Database::run(const char* statements) {
  HW_ASSERT(database_ != nullptr);
  const int code = sqlite3_exec(database_, statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(code, "run");
  return success();
}

Result<Statement> Database::prepare(std::string_view statement) {
  HW_ASSERT(database_ != nullptr);
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database_, statement.data(), static_cast<int>(statement.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return error_of(code, "prepare");
  HW_ASSERT(handle != nullptr);  // an empty statement
  return Statement(handle);
}

Result<std::optional<int64_t>> Database::number(std::string_view statement) {
  HW_LET(Statement prepared, prepare(statement));
  HW_LET(const bool row, prepared.step());
  if (!row) return std::optional<int64_t>{};
  return std::optional<int64_t>(prepared.number(0));
}

Result<std::optional<std::string>> Database::text(std::string_view statement) {
  HW_LET(Statement prepared, prepare(statement));
  HW_LET(const bool row, prepared.step());
  if (!row) return std::optional<std::string>{};
  return std::optional<std::string>(std::string(prepared.text(0)));
}

int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(database_); }
int64_t Database::changes() const { return sqlite3_changes64(database_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

// --- Transaction ---

Result<Transaction> Transaction::begin(Database& database) {
  HW_TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Result<> Transaction::commit() {
  HW_ASSERT(database_ != nullptr);
  Result<> committed = database_->run("COMMIT");
  if (!committed.ok()) {
    rollback();
    return committed;
  }
  database_ = nullptr;
  return committed;
}

void Transaction::rollback() {
  if (database_ == nullptr) return;
  // After some failures SQLite has rolled back by itself; a second ROLLBACK would only complain.
  if (database_->in_transaction()) (void)database_->run("ROLLBACK");
  database_ = nullptr;
}

}  // namespace homeward::sql
