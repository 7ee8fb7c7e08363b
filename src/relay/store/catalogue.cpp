#include "relay/store/catalogue.h"

#include <sqlite3.h>

namespace homeward::relay {

namespace {

constexpr int64_t kFormat = 1;

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
PRAGMA user_version = 1;
)";

}  // namespace

Result<> delete_database(const char* vfs_name, const std::string& path) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name);
  HW_ASSERT(vfs != nullptr);
  Bytes full_path(static_cast<size_t>(vfs->mxPathname) + 1);
  auto* text = reinterpret_cast<char*>(full_path.data());
  if (vfs->xFullPathname(vfs, path.c_str(), static_cast<int>(full_path.size()), text) > SQLITE_OK_SYMLINK) {
    return Error(RelayError::kStore, "path of a file of the store");
  }
  for (const char* ending : {"", "-wal", "-shm"}) {
    const int code = vfs->xDelete(vfs, (std::string(text) + ending).c_str(), 0);
    if (code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT)
      return Error(RelayError::kStore, "delete a file of the store");
  }
  return success();
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
  HW_LET(remember_,
         database_.prepare("INSERT INTO ended(id, last, day) VALUES (?1, ?2, ?3) ON CONFLICT(id) DO UPDATE "
                           "SET last = max(last, excluded.last), day = max(day, excluded.day)"));
  HW_LET(forget_,
         database_.prepare("DELETE FROM ended WHERE id IN (SELECT id FROM ended WHERE day < ?1 LIMIT ?2)"));
  HW_LET(doom_, database_.prepare("UPDATE segments SET is_doomed = 1 WHERE number = ?1"));
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

Result<> Catalogue::remember_ends(const std::vector<Segment::QueueRow>& queues, int64_t day) {
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

Result<> Catalogue::remove_oldest() {
  HW_ASSERT(!entries_.empty());
  const int64_t number = entries_.front().number;
  HW_TRY(doom_.reset().bind(1, number).run());
  entries_.erase(entries_.begin());
  HW_TRY(delete_database(options_.vfs, path(number)));
  return remove_.reset().bind(1, number).run();
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
