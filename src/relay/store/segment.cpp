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
  first INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries(
  id INTEGER PRIMARY KEY,
  body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS places(
  at INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL,
  hash INTEGER NOT NULL);
)";

struct Texts {
  const char* find;
  const char* read;
  const char* hashes;
  const char* queues;
};
constexpr Texts kTexts = {
    .find =
        "SELECT key, first, coalesce((SELECT at & 16383 FROM places WHERE at BETWEEN key << 14 AND "
        "(key << 14) + 16383 ORDER BY at DESC LIMIT 1), first - 1) FROM queues WHERE id = ?1",
    .read =
        "SELECT p.at, e.body FROM places p CROSS JOIN entries e ON e.id = p.entry "
        "WHERE p.at > ?1 AND p.at <= ?2 ORDER BY p.at",
    .hashes = "SELECT hash FROM places WHERE at >= ?1 AND at <= ?2 ORDER BY at",
    .queues =
        "SELECT key, id, coalesce((SELECT at & 16383 FROM places WHERE at BETWEEN key << 14 AND "
        "(key << 14) + 16383 ORDER BY at DESC LIMIT 1), first - 1) FROM queues WHERE key > ?1 "
        "ORDER BY key LIMIT ?2"};
// Of the first format, in which entries lay by queue and the queues' ends beside their ids.
constexpr Texts kFirstTexts = {
    .find = "SELECT key, first, last FROM queues WHERE id = ?1",
    .read = "SELECT id, body FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id",
    .hashes = "SELECT hash FROM entries WHERE id >= ?1 AND id <= ?2 ORDER BY id",
    .queues = "SELECT key, id, last FROM queues WHERE key > ?1 ORDER BY key LIMIT ?2"};

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
  HW_LET(const std::optional<int64_t> ends,
         database_.number("SELECT count(*) FROM pragma_table_info('queues') WHERE name = 'last'"));
  is_of_first_format_ = ends.value_or(0) != 0;
  const Texts& texts = is_of_first_format_ ? kFirstTexts : kTexts;
  if (options.writable && !is_of_first_format_) {
    // What is written to lies in few pages; those that an append touches are wherever its queue is.
    HW_TRY(database_.run("PRAGMA cache_size=-32768"));
    HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
    HW_TRY(database_.run(kSchema));
    HW_TRY(transaction.commit());
  }
  HW_LET(find_, database_.prepare(texts.find));
  HW_LET(read_, database_.prepare(texts.read));
  HW_LET(hashes_, database_.prepare(texts.hashes));
  HW_LET(pages_, database_.prepare("PRAGMA page_count"));
  HW_LET(queues_, database_.prepare(texts.queues));
  if (is_of_first_format_) return success();
  HW_LET(add_queue_, database_.prepare("INSERT INTO queues(id, first) VALUES (?1, ?2)"));
  HW_LET(add_entry_, database_.prepare("INSERT INTO entries(body) VALUES (?1)"));
  HW_LET(add_place_, database_.prepare("INSERT INTO places(at, entry, hash) VALUES (?1, ?2, ?3)"));
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
  HW_TRY(add_entry_.reset().bind(1, entry).run());
  return add_place_.reset()
      .bind(1, row_id(run.key, run.last))
      .bind(2, database_.last_row_id())
      .bind(3, static_cast<int64_t>(hash))
      .run();
}

}  // namespace homeward::relay
