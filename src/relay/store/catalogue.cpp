#include "relay/store/catalogue.h"

#include <sqlite3.h>

namespace homeward::relay {

namespace {

constexpr int64_t kFormat = 2;
// A large file is deleted from its end on, in steps of so much: freeing a gigabyte at once stalls the disk.
constexpr int64_t kDeleteStep_bytes = 32 << 20;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS segments(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  day INTEGER NOT NULL,
  is_doomed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS ended(
  id BLOB PRIMARY KEY,
  last INTEGER NOT NULL,
  day INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ended_by_day ON ended(day);
PRAGMA user_version = 2;
)";

}  // namespace

namespace {

// A file's full path in the form that methods of a VFS take: with zeros after it.
Result<Bytes> full_path_of(sqlite3_vfs* vfs, const std::string& path) {
  Bytes out(static_cast<size_t>(vfs->mxPathname) + 16);
  const int code =
      vfs->xFullPathname(vfs, path.c_str(), vfs->mxPathname, reinterpret_cast<char*>(out.data()));
  if (code > SQLITE_OK_SYMLINK) return Error(RelayError::kStore, "path of a file of the store");
  return out;
}

// A file opened past SQLite, only to be cut.
class CutFile {
 public:
  CutFile(sqlite3_vfs* vfs, const Bytes& full_path) : memory_(static_cast<size_t>(vfs->szOsFile)) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB;
    code_ = vfs->xOpen(vfs, reinterpret_cast<const char*>(full_path.data()), file(), flags, nullptr);
  }
  ~CutFile() {
    if (file()->pMethods != nullptr) file()->pMethods->xClose(file());
  }
  CutFile(const CutFile&) = delete;
  CutFile& operator=(const CutFile&) = delete;

  // True: nothing is left of it that takes long to delete.
  bool shorten(int64_t by_bytes) {
    if (code_ != SQLITE_OK) return true;  // not there, or deleting says what is wrong with it
    sqlite3_int64 size_bytes = 0;
    if (file()->pMethods->xFileSize(file(), &size_bytes) != SQLITE_OK || size_bytes <= by_bytes) return true;
    return file()->pMethods->xTruncate(file(), size_bytes - by_bytes) != SQLITE_OK;
  }

 private:
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

  std::vector<uint64_t> memory_;  // more than enough, and aligned
  int code_ = SQLITE_ERROR;
};

}  // namespace

Result<> delete_database(const char* vfs_name, const std::string& path) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name);
  HW_ASSERT(vfs != nullptr);
  HW_LET(const Bytes full_path, full_path_of(vfs, path));
  const auto* text = reinterpret_cast<const char*>(full_path.data());
  for (const char* ending : {"", "-wal", "-shm"}) {
    const int code = vfs->xDelete(vfs, (std::string(text) + ending).c_str(), 0);
    if (code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT)
      return Error(RelayError::kStore, "delete a file of the store");
  }
  return success();
}

Result<bool> delete_database_step(const char* vfs_name, const std::string& path, int64_t most_bytes) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name);
  HW_ASSERT(vfs != nullptr);
  HW_LET(const Bytes full_path, full_path_of(vfs, path));
  if (!CutFile(vfs, full_path).shorten(most_bytes)) return false;
  HW_TRY(delete_database(vfs_name, path));
  return true;
}

Result<std::unique_ptr<Catalogue>> Catalogue::open(const SqliteStoreOptions& options, bool writable) {
  auto out = std::make_unique<Catalogue>(options, writable);
  HW_LET(out->database_, sql::Database::open(options.folder + "/relay.db",
                                             {.create = writable, .read_only = false, .vfs = options.vfs}));
  HW_TRY(out->prepare());
  HW_TRY(out->refresh());
  return out;
}

Result<> Catalogue::prepare() {
  HW_TRY(set_up(database_, options_.one_connection));
  if (!writable_) leave_checkpoints_to_writer(database_);
  // Small checkpoints: what expiry writes here lies all over the table of ends, and appends wait for it.
  HW_TRY(database_.run("PRAGMA wal_autocheckpoint=500"));
  HW_LET(const std::optional<int64_t> format, database_.number("PRAGMA user_version"));
  if (format.value_or(0) > kFormat) return Error(RelayError::kNewerFormat, "relay.db");
  if (writable_) {
    HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
    HW_TRY(database_.run(kSchema));
    HW_TRY(transaction.commit());
  }
  HW_LET(list_, database_.prepare("SELECT number, day FROM segments WHERE is_doomed = 0 ORDER BY number"));
  HW_LET(ended_, database_.prepare("SELECT last FROM ended WHERE id = ?1"));
  HW_LET(add_, database_.prepare("INSERT INTO segments(day) VALUES (?1)"));
  HW_LET(date_back_, database_.prepare("UPDATE segments SET day = ?2 WHERE day > ?1"));
  HW_LET(remember_,
         database_.prepare("INSERT INTO ended(id, last, day) VALUES (?1, ?2, ?3) ON CONFLICT(id) DO UPDATE "
                           "SET last = max(last, excluded.last), day = max(day, excluded.day)"));
  HW_LET(forget_,
         database_.prepare("DELETE FROM ended WHERE id IN (SELECT id FROM ended WHERE day < ?1 LIMIT ?2)"));
  HW_LET(doom_, database_.prepare("UPDATE segments SET is_doomed = 1 WHERE number = ?1"));
  HW_LET(doomed_, database_.prepare("SELECT number FROM segments WHERE is_doomed = 1 LIMIT 1"));
  HW_LET(remove_, database_.prepare("DELETE FROM segments WHERE number = ?1"));
  return success();
}

std::string Catalogue::path(int64_t number) const {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return options_.folder + "/entries-" + digits + ".db";
}

Result<Segment*> Catalogue::segment(Entry& entry) {
  if (!entry.segment) {
    HW_LET(entry.segment, Segment::open({.path = path(entry.number),
                                         .vfs = options_.vfs,
                                         .one_connection = options_.one_connection,
                                         .writable = writable_}));
  }
  return entry.segment.get();
}

Result<> Catalogue::refresh() {
  std::vector<Entry> renewed;
  list_.reset();
  for (;;) {
    HW_LET(const bool found, list_.step());
    if (!found) break;
    renewed.push_back({.number = list_.number(0), .day = list_.number(1), .segment = nullptr});
  }
  list_.reset();
  for (Entry& entry : renewed) {
    const auto old = std::ranges::find(entries_, entry.number, &Entry::number);
    if (old != entries_.end()) entry.segment = std::move(old->segment);
  }
  entries_ = std::move(renewed);
  return success();
}

Result<std::vector<Catalogue::Found>> Catalogue::find(const wire::QueueId& queue, uint64_t until) {
  std::vector<Found> out;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    HW_LET(Segment * opened, segment(*entry));
    HW_LET(const std::optional<Run> run, opened->find(queue));
    if (!run || run->last < run->first) continue;
    out.push_back({opened, *run});
    if (run->first <= until) break;
  }
  return out;
}

Result<uint64_t> Catalogue::ended_at(const wire::QueueId& queue) {
  HW_LET(const bool found, ended_.reset().bind(1, queue.view()).step());
  const uint64_t last = found ? static_cast<uint64_t>(ended_.number(0)) : 0;
  ended_.reset();
  return last;
}

Result<> Catalogue::add(int64_t day) {
  HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
  HW_TRY(add_.reset().bind(1, day).run());
  Entry entry{.number = database_.last_row_id(), .day = day, .segment = nullptr};
  // The file stands before the list names it; a file that no list names is made anew under the same number.
  HW_TRY(segment(entry));
  HW_TRY(transaction.commit());
  entries_.push_back(std::move(entry));
  return success();
}

Result<> Catalogue::date_back(int64_t after, int64_t day) {
  if (entries_.empty() || entries_.back().day <= after) return success();
  HW_TRY(date_back_.reset().bind(1, after).bind(2, day).run());
  for (Entry& entry : entries_) {
    if (entry.day > after) entry.day = day;
  }
  return success();
}

Result<> Catalogue::remember_ends(const std::vector<Segment::QueueRow>& queues, int64_t day) {
  // The disk need not have them before the segment is doomed, and that is synced with all that came before.
  HW_TRY(database_.run("PRAGMA synchronous=NORMAL"));
  const Result<> remembered = write_ends(queues, day);
  HW_TRY(database_.run("PRAGMA synchronous=FULL"));
  return remembered;
}

Result<> Catalogue::write_ends(const std::vector<Segment::QueueRow>& queues, int64_t day) {
  HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
  for (const Segment::QueueRow& row : queues) {
    HW_TRY(remember_.reset()
               .bind(1, row.queue.view())
               .bind(2, static_cast<int64_t>(row.last))
               .bind(3, day)
               .run());
  }
  return transaction.commit();
}

Result<bool> Catalogue::forget_ends(int64_t day, int64_t most) {
  HW_TRY(forget_.reset().bind(1, day).bind(2, most).run());
  return database_.changes() < most;
}

Result<> Catalogue::doom_oldest() {
  HW_ASSERT(!entries_.empty());
  HW_TRY(doom_.reset().bind(1, entries_.front().number).run());
  entries_.erase(entries_.begin());
  return success();
}

Result<bool> Catalogue::delete_doomed_step() {
  HW_LET(const bool found, doomed_.reset().step());
  const int64_t number = found ? doomed_.number(0) : 0;
  doomed_.reset();
  if (!found) return false;
  HW_LET(const bool is_gone, delete_database_step(options_.vfs, path(number), kDeleteStep_bytes));
  if (is_gone) HW_TRY(remove_.reset().bind(1, number).run());
  return true;
}

Result<> Catalogue::clean_up() {
  for (;;) {
    HW_LET(const std::optional<int64_t> number,
           database_.number("SELECT number FROM segments WHERE is_doomed = 1"));
    if (!number) return success();
    HW_TRY(delete_database(options_.vfs, path(*number)));
    HW_TRY(remove_.reset().bind(1, *number).run());
  }
}

}  // namespace homeward::relay
