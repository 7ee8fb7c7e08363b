#include "relay/store/blob_files.h"

#include "relay/store/catalogue.h"

namespace homeward::relay {

namespace {

constexpr int64_t kFormat = 1;
constexpr int kIndexBits = 9;
static_assert(wire::kMostChunks <= (1u << kIndexBits));
constexpr int64_t kPageSize_bytes = 4096;
constexpr size_t kMostKnown = 20'000;

int64_t row_id(int64_t key, uint16_t index) { return (key << kIndexBits) | index; }

constexpr const char* kListSchema = R"(
CREATE TABLE IF NOT EXISTS files(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  day INTEGER NOT NULL,
  is_doomed INTEGER NOT NULL DEFAULT 0);
PRAGMA user_version = 1;
)";

constexpr const char* kFileSchema = R"(
CREATE TABLE IF NOT EXISTS blobs(
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS chunks(
  id INTEGER PRIMARY KEY,
  body BLOB NOT NULL);
)";

}  // namespace

// --- One day's file ---

Result<std::unique_ptr<BlobFile>> BlobFile::open(const Options& options) {
  HW_LET(sql::Database database,
         sql::Database::open(options.path,
                             {.create = options.writable, .read_only = false, .vfs = options.vfs}));
  std::unique_ptr<BlobFile> out(new BlobFile(std::move(database)));
  HW_TRY(out->prepare(options));
  return out;
}

Result<> BlobFile::prepare(const Options& options) {
  HW_TRY(set_up(database_, options.one_connection));
  // There may be a file for each day to come, all of them in use: a smaller WAL and cache for each.
  HW_TRY(database_.run(
      "PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-2048"));
  if (options.writable) {
    HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
    HW_TRY(database_.run(kFileSchema));
    HW_TRY(transaction.commit());
  }
  HW_LET(find_, database_.prepare("SELECT key, count FROM blobs WHERE id = ?1"));
  HW_LET(chunk_, database_.prepare("SELECT body FROM chunks WHERE id = ?1"));
  HW_LET(present_, database_.prepare("SELECT id FROM chunks WHERE id >= ?1 AND id < ?2"));
  HW_LET(pages_, database_.prepare("PRAGMA page_count"));
  HW_LET(add_, database_.prepare("INSERT INTO blobs(id, count) VALUES (?1, ?2)"));
  HW_LET(add_chunk_, database_.prepare("INSERT INTO chunks(id, body) VALUES (?1, ?2)"));
  return success();
}

Result<std::optional<BlobFile::Row>> BlobFile::find(const wire::BlobId& blob) {
  HW_LET(const bool found, find_.reset().bind(1, blob.view()).step());
  std::optional<Row> out;
  if (found) out = Row{find_.number(0), static_cast<uint16_t>(find_.number(1))};
  find_.reset();
  return out;
}

Result<std::optional<Bytes>> BlobFile::chunk(const Row& row, uint16_t index) {
  HW_LET(const bool found, chunk_.reset().bind(1, row_id(row.key, index)).step());
  std::optional<Bytes> out;
  if (found) out = copy_of(chunk_.bytes(0));
  chunk_.reset();
  return out;
}

Result<std::vector<bool>> BlobFile::present(const Row& row) {
  std::vector<bool> out(row.count);
  present_.reset().bind(1, row_id(row.key, 0)).bind(2, row_id(row.key + 1, 0));
  for (;;) {
    HW_LET(const bool found, present_.step());
    if (!found) break;
    const auto index = static_cast<size_t>(present_.number(0) - row_id(row.key, 0));
    if (index < out.size()) out[index] = true;
  }
  present_.reset();
  return out;
}

Result<uint64_t> BlobFile::size_bytes() {
  HW_LET(const bool found, pages_.reset().step());
  const int64_t pages = found ? pages_.number(0) : 0;
  pages_.reset();
  return static_cast<uint64_t>(pages * kPageSize_bytes);
}

Result<BlobFile::Row> BlobFile::add(const wire::BlobId& blob, uint16_t count) {
  HW_TRY(add_.reset().bind(1, blob.view()).bind(2, int64_t{count}).run());
  return Row{database_.last_row_id(), count};
}

Result<> BlobFile::add_chunk(const Row& row, uint16_t index, BytesView chunk) {
  return add_chunk_.reset().bind(1, row_id(row.key, index)).bind(2, chunk).run();
}

// --- All files ---

Result<std::unique_ptr<BlobFiles>> BlobFiles::open(const SqliteStoreOptions& options, bool writable) {
  auto out = std::make_unique<BlobFiles>(options, writable);
  HW_LET(out->database_, sql::Database::open(options.folder + "/blobs.db",
                                             {.create = writable, .read_only = false, .vfs = options.vfs}));
  HW_TRY(out->prepare());
  HW_TRY(out->refresh());
  return out;
}

Result<> BlobFiles::prepare() {
  HW_TRY(set_up(database_, options_.one_connection));
  HW_LET(const std::optional<int64_t> format, database_.number("PRAGMA user_version"));
  if (format.value_or(0) > kFormat) return Error(RelayError::kNewerFormat, "blobs.db");
  if (writable_) {
    HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
    HW_TRY(database_.run(kListSchema));
    HW_TRY(transaction.commit());
  }
  HW_LET(list_, database_.prepare("SELECT day, number FROM files WHERE is_doomed = 0"));
  HW_LET(add_, database_.prepare("INSERT INTO files(day) VALUES (?1)"));
  HW_LET(doom_, database_.prepare("UPDATE files SET is_doomed = 1 WHERE number = ?1"));
  HW_LET(remove_, database_.prepare("DELETE FROM files WHERE number = ?1"));
  return success();
}

std::string BlobFiles::path(int64_t number) const {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return options_.folder + "/blobs-" + digits + ".db";
}

Result<> BlobFiles::refresh() {
  std::map<int64_t, File> renewed;
  list_.reset();
  for (;;) {
    HW_LET(const bool found, list_.step());
    if (!found) break;
    renewed[list_.number(0)] = {.number = list_.number(1), .opened = nullptr};
  }
  list_.reset();
  for (auto& [day, file] : renewed) {
    const auto old = files_.find(day);
    if (old != files_.end() && old->second.number == file.number) file = std::move(old->second);
  }
  files_ = std::move(renewed);
  known_.clear();
  return success();
}

Result<BlobFile*> BlobFiles::opened(File& file) {
  if (!file.opened) {
    HW_LET(file.opened, BlobFile::open({.path = path(file.number),
                                        .vfs = options_.vfs,
                                        .one_connection = options_.one_connection,
                                        .writable = writable_}));
  }
  return file.opened.get();
}

Result<BlobFiles::File*> BlobFiles::file_for(int64_t day) {
  const auto found = files_.find(day);
  if (found != files_.end()) return &found->second;
  HW_LET(sql::Transaction transaction, sql::Transaction::begin(database_));
  HW_TRY(add_.reset().bind(1, day).run());
  File file{.number = database_.last_row_id(), .opened = nullptr};
  // The file stands before the list names it; a file that no list names is made anew under the same number.
  HW_TRY(opened(file));
  HW_TRY(transaction.commit());
  layout_changed_ = true;
  return &(files_[day] = std::move(file));
}

Result<std::optional<BlobFiles::Place>> BlobFiles::find(const wire::BlobId& blob) {
  const auto known = known_.find(blob);
  if (known != known_.end()) return std::optional(known->second);
  for (auto& [day, file] : files_) {
    HW_LET(BlobFile * opened_file, opened(file));
    HW_LET(const std::optional<BlobFile::Row> row, opened_file->find(blob));
    if (!row) continue;
    if (known_.size() >= kMostKnown) known_.clear();
    return std::optional(known_[blob] = {day, *row});
  }
  return std::optional<Place>{};
}

Result<StoreReader::Blob> BlobFiles::status(const wire::BlobId& blob) {
  StoreReader::Blob out;
  HW_LET(const std::optional<Place> place, find(blob));
  if (!place) return out;
  HW_LET(BlobFile * file, opened(files_.at(place->day)));
  HW_LET(out.present, file->present(place->row));
  out.count = place->row.count;
  out.ends_s = blob_ends_s(place->day);
  return out;
}

Result<std::optional<Bytes>> BlobFiles::chunk(const wire::BlobId& blob, uint16_t index) {
  HW_LET(const std::optional<Place> place, find(blob));
  if (!place) return std::optional<Bytes>{};
  HW_LET(BlobFile * file, opened(files_.at(place->day)));
  return file->chunk(place->row, index);
}

// --- Writing ---

Result<> BlobFiles::put(std::span<StoreChunk> batch, const StoreWriter::Rules& rules) {
  Fresh fresh;
  std::map<int64_t, std::vector<StoreChunk*>> by_day;
  for (StoreChunk& chunk : batch) {
    HW_LET(const std::optional<Place> goes_to, place(chunk, rules, fresh));
    if (goes_to) by_day[goes_to->day].push_back(&chunk);
  }
  for (const auto& [day, chunks] : by_day) {
    const Result<> stored = store_day(day, chunks);
    if (stored.ok()) continue;
    known_.clear();
    for (StoreChunk* chunk : chunks) {
      chunk->outcome = Outcome::kPending;
      chunk->ends_s = 0;
      chunk->created = false;
    }
    return stored.error();
  }
  return success();
}

Result<std::optional<BlobFiles::Place>> BlobFiles::place(StoreChunk& chunk, const StoreWriter::Rules& rules,
                                                         Fresh& fresh) {
  HW_LET(std::optional<Place> out, find(chunk.blob));
  if (const auto made = fresh.find(chunk.blob); !out && made != fresh.end()) out = made->second;
  if (!out && (!chunk.may_create || fresh.size() >= rules.most_new_blobs)) {
    chunk.outcome = chunk.may_create ? Outcome::kTooManyQueues : Outcome::kMayNotCreate;
    return out;
  }
  if (!out) {
    out = Place{blob_day(rules.wall, chunk.days, rules.most_blob_days), {.key = 0, .count = chunk.count}};
    fresh.emplace(chunk.blob, *out);
  }
  if (out->row.count == chunk.count) return out;
  chunk.outcome = Outcome::kDiffers;
  return std::optional<Place>{};
}

Result<> BlobFiles::store_day(int64_t day, std::span<StoreChunk* const> chunks) {
  HW_LET(File * file, file_for(day));
  HW_LET(BlobFile * opened_file, opened(*file));
  HW_LET(sql::Transaction transaction, sql::Transaction::begin(opened_file->database()));
  for (StoreChunk* chunk : chunks) HW_TRY(store(*chunk, *opened_file, day));
  HW_TRY(transaction.commit());
  if (const Result<uint64_t> size = opened_file->size_bytes(); size.ok()) file->size_bytes = *size;
  return success();
}

Result<> BlobFiles::store(StoreChunk& chunk, BlobFile& file, int64_t day) {
  HW_LET(std::optional<BlobFile::Row> row, file.find(chunk.blob));
  chunk.created = !row;
  if (!row) {
    HW_LET(row, file.add(chunk.blob, chunk.count));
  }
  HW_LET(const std::optional<Bytes> there, file.chunk(*row, chunk.index));
  chunk.outcome = !there ? Outcome::kStored : *there == chunk.chunk ? Outcome::kRepeated : Outcome::kDiffers;
  if (chunk.outcome != Outcome::kDiffers) chunk.ends_s = blob_ends_s(day);
  if (there) return success();
  return file.add_chunk(*row, chunk.index, chunk.chunk);
}

Result<bool> BlobFiles::remove_ended(int64_t today) {
  if (files_.empty() || files_.begin()->first >= today) return false;
  const int64_t number = files_.begin()->second.number;
  HW_TRY(doom_.reset().bind(1, number).run());
  files_.erase(files_.begin());
  known_.clear();
  layout_changed_ = true;
  HW_TRY(delete_database(options_.vfs, path(number)));
  HW_TRY(remove_.reset().bind(1, number).run());
  return true;
}

Result<> BlobFiles::clean_up() {
  for (;;) {
    HW_LET(const std::optional<int64_t> number,
           database_.number("SELECT number FROM files WHERE is_doomed = 1"));
    if (!number) break;
    HW_TRY(delete_database(options_.vfs, path(*number)));
    HW_TRY(remove_.reset().bind(1, *number).run());
  }
  for (auto& [day, file] : files_) {
    HW_LET(BlobFile * opened_file, opened(file));
    HW_LET(file.size_bytes, opened_file->size_bytes());
  }
  return success();
}

uint64_t BlobFiles::stored_bytes() const {
  uint64_t out = 0;
  for (const auto& [day, file] : files_) out += file.size_bytes;
  return out;
}

}  // namespace homeward::relay
