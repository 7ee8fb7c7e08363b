#include "vault/vault.h"

#include <sqlite3.h>

#include "vault/slots.h"
#include "vault/state.h"
#include "vault/vfs_file.h"

namespace homeward {
namespace vault {
namespace {

constexpr const char* kFileNames[] = {"a", "b"};
constexpr uint64_t kPageBytes = 4096;
constexpr int kLongLogPages = 256;  // 1 MiB
constexpr int64_t kCacheKiB = 8 * 1024;
constexpr int kChaCha20 = 3;  // SQLite3MC's CODEC_TYPE_CHACHA20

// SQLite3MC makes its encrypting layer over any other VFS when it is asked for by this prefix.
std::string encrypting_vfs(const VaultFiles& files) {
  return files.vfs == nullptr ? "" : std::string("multipleciphers-") + files.vfs;
}

int note_log_pages(void* state, sqlite3*, const char*, int pages) {
  static_cast<Vault::State*>(state)->log_pages = pages;
  return SQLITE_OK;
}

// "legacy" is SQLite3MC's name for encrypting the first page whole; its own default leaves eight bytes of
// SQLite's header in clear, which would tell a database from random bytes.
Result<> set_key(sqlite3* handle, const SecretBytes<32>& key) {
  sqlite3mc_config(handle, "cipher", kChaCha20);
  sqlite3mc_config_cipher(handle, "chacha20", "legacy", 1);
  sqlite3mc_config_cipher(handle, "chacha20", "legacy_page_size", static_cast<int>(kPageBytes));
  Secret raw(4 + key.size());
  std::ranges::copy(view_of("raw:"), raw.bytes().begin());
  std::ranges::copy(key.view(), raw.bytes().begin() + 4);
  const int code = sqlite3_key_v2(handle, "main", raw.view().data(), static_cast<int>(raw.size()));
  if (code != SQLITE_OK) return vault_error_of(code, "key");
  return success();
}

// Exclusive locking keeps the log's index in memory, so that no third file with plain page numbers appears,
// and refuses a second opener.
Result<> configure(sql::Database& database) {
  HW_SQL(
      database.run("PRAGMA memory_security=1;"
                   "PRAGMA page_size=4096;"
                   "PRAGMA locking_mode=EXCLUSIVE;"
                   "PRAGMA secure_delete=ON;"
                   "PRAGMA synchronous=FULL;"
                   "PRAGMA temp_store=MEMORY;"
                   "PRAGMA mmap_size=0;"
                   "PRAGMA cell_size_check=ON;"
                   "PRAGMA trusted_schema=OFF;"));
  HW_SQL(database.run(("PRAGMA cache_size=-" + std::to_string(kCacheKiB)).c_str()));
  return success();
}

Result<sql::Database> open_database(const VaultFiles& files, const Payload& payload, bool create) {
  const char* name = kFileNames[payload.file];
  HW_LET(const bool there, VfsFile::exists(files, name));
  if (!there && !create) return Error(VaultError::kDamaged, "database file");
  const std::string vfs = encrypting_vfs(files);
  Result<sql::Database> database = sql::Database::open(
      path_of(files, name), {.create = create, .vfs = vfs.empty() ? nullptr : vfs.c_str()});
  if (!database.ok()) return vault_error_of(database.error());
  HW_TRY(set_key(database->handle(), payload.key));
  HW_TRY(configure(*database));
  return database;
}

// The whole database is on disk before any slot names it.
Result<> create_database(const VaultFiles& files, const Payload& payload) {
  HW_LET(sql::Database database, open_database(files, payload, true));
  HW_SQL(
      database.run("PRAGMA journal_mode=WAL;"
                   "BEGIN IMMEDIATE;"
                   "CREATE TABLE rows(space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
                   "                  PRIMARY KEY(space, key)) WITHOUT ROWID;"
                   "PRAGMA user_version=1;"
                   "COMMIT;"));
  HW_SQL(database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
  database.close();
  return success();
}

// The other file: random bytes of the size of a fresh database.
Result<> create_random_file(const VaultFiles& files, uint8_t database_file, Random& random) {
  HW_LET(VfsFile database, VfsFile::open(files, kFileNames[database_file], VfsFile::Mode::kRead));
  HW_LET(const uint64_t size, database.size_bytes());
  HW_LET(VfsFile other, VfsFile::open(files, kFileNames[1 - database_file], VfsFile::Mode::kCreate));
  HW_TRY(other.write(0, random.bytes(size)));
  return other.sync();
}

Result<> remove_leftovers(const VaultFiles& files) {
  for (const char* name : {kSlotsFile, "a", "b", "a-wal", "b-wal", "a-journal", "b-journal"}) {
    HW_TRY(VfsFile::remove(files, name));
  }
  return success();
}

Result<> create_files(const VaultFiles& files, const Payload& payload, BytesView passphrase,
                      PassphraseCost cost, Random& random) {
  HW_TRY(create_database(files, payload));
  HW_TRY(create_random_file(files, payload.file, random));
  return create_slots(files, payload, passphrase, cost, random);
}

// A database that its key opens and that is not ours cannot be; an older or later one can.
Result<> check_version(sql::Database& database) {
  Result<std::optional<int64_t>> version = database.number("PRAGMA user_version");
  if (!version.ok()) return vault_error_of(version.error());
  const int64_t number = version->value_or(0);
  if (number > kFormatVersion) return Error(VaultError::kTooNew, "database");
  if (number != kFormatVersion) return Error(VaultError::kDamaged, "database");
  return success();
}

Result<std::unique_ptr<Vault::State>> open_state(const VaultFiles& files, const Payload& payload) {
  auto state = std::make_unique<Vault::State>();
  state->files = files;
  state->log_name = std::string(kFileNames[payload.file]) + "-wal";
  HW_LET(state->database, open_database(files, payload, false));
  HW_TRY(check_version(state->database));
  HW_SQL(state->database.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0"));
  sqlite3_wal_hook(state->database.handle(), note_log_pages, state.get());
  HW_TRY(state->prepare());
  // A log left by a crash: its used keys go now.
  if (!state->checkpoint().ok()) state->log_pages = 1;
  return state;
}

// Overwrites the log, all of whose pages stand in the database and are synced there. Its header goes first
// and for good: a log with a header and only some of its pages would bring back old pages after a crash.
Result<> overwrite_log(const VaultFiles& files, const char* name) {
  HW_LET(const bool there, VfsFile::exists(files, name));
  if (!there) return success();
  HW_LET(VfsFile log, VfsFile::open(files, name, VfsFile::Mode::kWrite));
  HW_LET(const uint64_t size, log.size_bytes());
  if (size == 0) return success();
  const Bytes zeros(64 * 1024);
  const uint64_t header = std::min<uint64_t>(size, kPageBytes);
  HW_TRY(log.write(0, BytesView(zeros).first(header)));
  HW_TRY(log.sync());
  if (size == header) return success();
  for (uint64_t at = header; at < size; at += zeros.size()) {
    HW_TRY(log.write(at, BytesView(zeros).first(std::min<uint64_t>(zeros.size(), size - at))));
  }
  return log.sync();
}

// The cipher leaves its key where it worked.
[[gnu::noinline]] void wipe_stack() {
  std::array<uint8_t, 32 * 1024> below;
  wipe(below);
}

}  // namespace
}  // namespace vault

using vault::vault_error_of;

Result<> Vault::State::prepare() {
  struct Row {
    sql::Statement* statement;
    const char* text;
  };
  const Row rows[] = {
      {&begin_read, "BEGIN"},
      {&begin_write, "BEGIN IMMEDIATE"},
      {&commit, "COMMIT"},
      {&rollback, "ROLLBACK"},
      {&get, "SELECT value FROM rows WHERE space=?1 AND key=?2"},
      {&put, "REPLACE INTO rows(space, key, value) VALUES (?1, ?2, ?3)"},
      {&erase, "DELETE FROM rows WHERE space=?1 AND key=?2"},
      {&erase_from, "DELETE FROM rows WHERE space=?1 AND key>=?2"},
      {&erase_between, "DELETE FROM rows WHERE space=?1 AND key>=?2 AND key<?3"},
  };
  for (const Row& row : rows) {
    Result<sql::Statement> statement = database.prepare(row.text);
    if (!statement.ok()) return vault_error_of(statement.error());
    *row.statement = std::move(*statement);
  }
  return success();
}

Result<sql::Statement> Vault::State::prepare_scan(bool backwards, bool open_end) {
  std::string text = "SELECT key, value FROM rows WHERE space=?1 AND key>=?2";
  if (!open_end) text += " AND key<?3";
  text += backwards ? " ORDER BY key DESC" : " ORDER BY key";
  return database.prepare(text);
}

Result<> Vault::State::checkpoint() {
  HW_ASSERT(!in_transaction);
  int pages = 0;
  int moved = 0;
  int code = sqlite3_wal_checkpoint_v2(database.handle(), "main", SQLITE_CHECKPOINT_RESTART, &pages, &moved);
  if (code != SQLITE_OK) return vault_error_of(code, "checkpoint");
  if (pages != moved) return Error(VaultError::kIo, "checkpoint");
  HW_TRY(vault::overwrite_log(files, log_name.c_str()));
  code = sqlite3_wal_checkpoint_v2(database.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) return vault_error_of(code, "checkpoint");
  log_pages = 0;
  return success();
}

void Vault::State::checkpoint_if_long() {
  if (log_pages >= vault::kLongLogPages) (void)checkpoint();
}

Result<bool> Vault::exists(const VaultFiles& files) { return vault::slots_exist(files); }

Result<Vault> Vault::create(const VaultFiles& files, BytesView passphrase, PassphraseCost cost,
                            Random& random) {
  HW_LET(const bool there, vault::slots_exist(files));
  if (there) return Error(VaultError::kExists, "create");
  HW_TRY(vault::remove_leftovers(files));
  vault::Payload payload;
  random.fill(payload.key.bytes());
  payload.file = random.bytes(1)[0] & 1;
  const Result<> created = vault::create_files(files, payload, passphrase, cost, random);
  if (!created.ok()) {
    (void)vault::remove_leftovers(files);
    return created.error();
  }
  HW_LET(std::unique_ptr<State> state, vault::open_state(files, payload));
  return Vault(std::move(state));
}

Result<Vault> Vault::open(const VaultFiles& files, BytesView passphrase, PassphraseCost cost) {
  HW_LET(const vault::Payload payload, vault::open_slots(files, passphrase, cost));
  HW_LET(std::unique_ptr<State> state, vault::open_state(files, payload));
  return Vault(std::move(state));
}

Result<> Vault::change_passphrase(const Passphrases& passphrases, PassphraseCost cost, Random& random) {
  return vault::rewrap_slot(state_->files, passphrases, cost, random);
}

Result<> Vault::checkpoint() { return state_->log_pages == 0 ? success() : state_->checkpoint(); }

Result<uint64_t> Vault::size_bytes() {
  Result<std::optional<int64_t>> pages = state_->database.number("PRAGMA page_count");
  if (!pages.ok()) return vault_error_of(pages.error());
  return static_cast<uint64_t>(pages->value_or(0)) * vault::kPageBytes;
}

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::Vault(Vault&&) noexcept = default;

Vault& Vault::operator=(Vault&& other) noexcept {
  if (this != &other) {
    Vault old(std::move(state_));  // locks
    state_ = std::move(other.state_);
  }
  return *this;
}

Vault::~Vault() {
  if (state_ == nullptr) return;
  HW_ASSERT(!state_->in_transaction);
  if (state_->log_pages > 0) (void)state_->checkpoint();
  state_.reset();
  vault::wipe_stack();
}

}  // namespace homeward
