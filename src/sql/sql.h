// SQLite behind a small door: one connection, its statements, and errors as values.
//
// Used by the vault (encrypted files) and by the relay's store (plain files); both link the same SQLite3
// Multiple Ciphers. A `Database` belongs to one thread at a time. Statements are prepared once and reused:
// `statement.reset()` first, bind, `step()` until it answers false. A statement must be gone before its
// database is (the database asserts it).
//
//   HW_LET(sql::Database db, sql::Database::open("relay.db", {}));
//   HW_TRY(db.run("CREATE TABLE …"));
//   HW_LET(sql::Statement insert, db.prepare("INSERT INTO t(id, body) VALUES (?1, ?2)"));
//   HW_TRY(insert.reset().bind(1, id).bind(2, body).run());
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace homeward::sql {

enum class SqlError : uint16_t {
  kCannotOpen = 1,  // no such file or folder, no permission
  kInUse,           // another connection holds the lock
  kDiskFull,
  kIo,
  kDamaged,     // not a database, or its pages contradict each other
  kConstraint,  // a UNIQUE or CHECK of ours
  kReadOnly,
  kOutOfMemory,
  kTooLarge,  // a value over SQLite's limit
  kOther,     // a bug of ours: wrong SQL, wrong use
};
constexpr Room room_of(SqlError) { return Room::kSql; }

// The error for a result code of SQLite (extended or not); `code` must be a failure. `context` is a literal.
Error error_of(int code, const char* context);

// A prepared statement. Binding and reading columns cannot fail on their own: a failed bind is remembered and
// answered by the next `step()`.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  bool empty() const { return statement_ == nullptr; }  // never prepared, or moved away

  // Ready to run anew, with all parameters null. What was read from its columns is no longer valid.
  Statement& reset();

  // Parameters count from 1. Bytes and texts are borrowed until the next `reset()`.
  Statement& bind(int parameter, int64_t value);
  Statement& bind(int parameter, BytesView value);
  Statement& bind_text(int parameter, std::string_view value);
  Statement& bind_null(int parameter);

  // True: a row is there. False: done.
  Result<bool> step();
  // For statements that answer no rows: steps to the end and resets (parameters included).
  Result<> run();

  // Columns of the current row, from 0. Views live until the next step or reset.
  int64_t number(int column) const;
  BytesView bytes(int column) const;
  std::string_view text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_ = nullptr;
  int failed_ = 0;
};

class Database {
 public:
  struct Options {
    bool create = true;  // make the file if it is missing
    bool read_only = false;
    const char* vfs = nullptr;  // a registered sqlite3_vfs; null: the operating system's files
  };
  // Opens without reading the file; a wrong or damaged one shows at the first statement. Extended result
  // codes on.
  static Result<Database> open(const std::string& path, const Options& options);

  Database() = default;
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // Runs one or more statements and ignores their rows.
  Result<> run(const char* statements);
  Result<Statement> prepare(std::string_view statement);
  // The first column of the first row, as a number or text; nothing if there is no row. For pragmas.
  Result<std::optional<int64_t>> number(std::string_view statement);
  Result<std::optional<std::string>> text(std::string_view statement);

  int64_t last_row_id() const;
  int64_t changes() const;  // rows changed by the last statement
  bool in_transaction() const;
  bool is_open() const { return database_ != nullptr; }
  // Every statement must be gone.
  void close();
  sqlite3* handle() const { return database_; }  // for what this door leaves out (keys, file control)

 private:
  explicit Database(sqlite3* database) : database_(database) {}
  sqlite3* database_ = nullptr;
};

// BEGIN IMMEDIATE … COMMIT; rolled back when it goes uncommitted. The database must outlive it and not move.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() { rollback(); }

  // After a failure nothing was changed and the transaction is over.
  Result<> commit();
  void rollback();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_ = nullptr;
};

}  // namespace homeward::sql
