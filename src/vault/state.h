// What is behind a `Vault`: its connection, its statements, and the log's length.
#pragma once

#include "sql/sql.h"
#include "vault/vault.h"

namespace homeward {

struct Vault::State {
  // The order matters: statements go before their database.
  VaultFiles files;
  std::string log_name;  // `a-wal` or `b-wal`
  sql::Database database;
  sql::Statement begin_read, begin_write, commit, rollback;
  sql::Statement get, put, erase;
  sql::Statement erase_from, erase_between;
  sql::Statement scan_from, scan_between, scan_from_backwards, scan_between_backwards;
  int log_pages = 0;  // in the log since it was last emptied
  bool in_transaction = false;

  Result<> prepare();
  // A statement like the scan_… ones.
  Result<sql::Statement> prepare_scan(bool backwards, bool open_end);
  Result<> checkpoint();
  // After a commit: empties the log once it is long. What fails here is tried again after the next commit.
  void checkpoint_if_long();
};

}  // namespace homeward
