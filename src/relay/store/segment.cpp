#include "relay/store/segment.h"

#include <sqlite3.h>

namespace homeward::relay {

namespace {

constexpr int kNumberBits = 14;
static_assert(wire::kEntriesPerQueue < (1u << kNumberBits));
constexpr int64_t kPageSize_bytes = 4096;

int64_t row_id(int64_t key, uint64_t number) { return (key << kNumberBits) | static_cast<int64_t>(number); }
uint64_t number_of(int64_t row) { return static_cast<uint64_t>(row & ((int64_t{1} << kNumberBits) - 1)); }

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS queues(
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries(
  id INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,
  body BLOB NOT NULL);
)";

}  // namespace

Result<> set_up(sql::Database& database, bool one_connection) {
  // Without shared memory the index of the WAL is kept on the heap, which needs the exclusive lock.
  if (one_connection) HW_TRY(database.run("PRAGMA locking_mode=EXCLUSIVE"));
  HW_TRY(database.run(
      "PRAGMA busy_timeout=2000; PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=33554432; PRAGMA cache_size=-8192"));
  return success();
}

void leave_checkpoints_to_writer(sql::Database& database) {
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<std::unique_ptr<Segment>> Segment::open(const Options& options) {
  HW_LET(sql::Database database,
         sql::Database::open(options.path,
                             {.create = options.writable, .read_only = false, .vfs = options.vfs}));
  std::unique_ptr<Segment> out(new Segment(std::move(database)));
  HW_TRY(out->prepare(options));
  return out;
}

Result<> Segment::prepare(const Options& options) {
  HW_TRY(set_up(database_, options.one_connection));
  if (!options.writable) leave_checkpoints_to_writer(database_);
  if (options.writable) {
    HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
    HW_TRY(database_.run(kSchema));
    HW_TRY(transaction.commit());
  }
  HW_LET(find_, database_.prepare("SELECT key, first, last FROM queues WHERE id = ?1"));
  HW_LET(read_, database_.prepare("SELECT id, body FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id"));
  HW_LET(hashes_, database_.prepare("SELECT hash FROM entries WHERE id >= ?1 AND id <= ?2 ORDER BY id"));
  HW_LET(pages_, database_.prepare("PRAGMA page_count"));
  HW_LET(queues_, database_.prepare("SELECT key, id, last FROM queues WHERE key > ?1 ORDER BY key LIMIT ?2"));
  HW_LET(add_queue_, database_.prepare("INSERT INTO queues(id, first, last) VALUES (?1, ?2, ?2 - 1)"));
  HW_LET(add_entry_, database_.prepare("INSERT INTO entries(id, hash, body) VALUES (?1, ?2, ?3)"));
  HW_LET(set_last_, database_.prepare("UPDATE queues SET last = ?2 WHERE key = ?1"));
  return success();
}

Result<std::optional<Run>> Segment::find(const wire::QueueId& queue) {
  HW_LET(const bool found, find_.reset().bind(1, queue.view()).step());
  std::optional<Run> out;
  if (found) {
    out =
        Run{find_.number(0), static_cast<uint64_t>(find_.number(1)), static_cast<uint64_t>(find_.number(2))};
  }
  find_.reset();
  return out;
}

Result<bool> Segment::read(const Run& run, uint64_t after, size_t most_bytes, StoreReader::Page& page) {
  size_t size_bytes = 0;
  for (const Bytes& entry : page.entries) size_bytes += entry.size();
  read_.reset().bind(1, row_id(run.key, std::max(after, run.first - 1))).bind(2, row_id(run.key, run.last));
  for (;;) {
    HW_LET(const bool found, read_.step());
    if (!found) break;
    const BytesView body = read_.bytes(1);
    if (!page.entries.empty() && size_bytes + body.size() > most_bytes) {
      read_.reset();
      return false;
    }
    if (page.entries.empty()) page.first = number_of(read_.number(0));
    size_bytes += body.size();
    page.entries.push_back(copy_of(body));
  }
  read_.reset();
  return true;
}

Result<std::optional<Bytes>> Segment::entry(const Run& run, uint64_t number) {
  HW_LET(const bool found,
         read_.reset().bind(1, row_id(run.key, number) - 1).bind(2, row_id(run.key, number)).step());
  std::optional<Bytes> out;
  if (found) out = copy_of(read_.bytes(1));
  read_.reset();
  return out;
}

Result<> Segment::append_hashes(const Run& run, std::vector<uint64_t>& hashes) {
  hashes_.reset().bind(1, row_id(run.key, run.first)).bind(2, row_id(run.key, run.last));
  for (;;) {
    HW_LET(const bool found, hashes_.step());
    if (!found) break;
    hashes.push_back(static_cast<uint64_t>(hashes_.number(0)));
  }
  hashes_.reset();
  return success();
}

Result<uint64_t> Segment::size_bytes() {
  HW_LET(const bool found, pages_.reset().step());
  const int64_t pages = found ? pages_.number(0) : 0;
  pages_.reset();
  return static_cast<uint64_t>(pages * kPageSize_bytes);
}

Result<std::vector<Segment::QueueRow>> Segment::queues(int64_t after_key, size_t most) {
  std::vector<QueueRow> out;
  queues_.reset().bind(1, after_key).bind(2, static_cast<int64_t>(most));
  for (;;) {
    HW_LET(const bool found, queues_.step());
    if (!found) break;
    out.push_back(
        {queues_.number(0), wire::QueueId::from(queues_.bytes(1)), static_cast<uint64_t>(queues_.number(2))});
  }
  queues_.reset();
  return out;
}

Result<int64_t> Segment::add_queue(const wire::QueueId& queue, uint64_t first) {
  HW_TRY(add_queue_.reset().bind(1, queue.view()).bind(2, static_cast<int64_t>(first)).run());
  return database_.last_row_id();
}

Result<> Segment::add_entry(const Run& run, uint64_t hash, BytesView entry) {
  return add_entry_.reset()
      .bind(1, row_id(run.key, run.last))
      .bind(2, static_cast<int64_t>(hash))
      .bind(3, entry)
      .run();
}

Result<> Segment::set_last(const Run& run) {
  return set_last_.reset().bind(1, run.key).bind(2, static_cast<int64_t>(run.last)).run();
}

}  // namespace homeward::relay
