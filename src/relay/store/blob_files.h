// The blobs of a SQLite store: those that end on one day lie in one file of their own, so that expiry is the
// deletion of a file (docs/formats/relay_store.md).
//
// The list of files is in `blobs.db`; a file is opened when it is first needed. The store's writer and reader
// have one each (or share one, see SqliteStoreOptions::one_connection).
#pragma once

#include <map>
#include <unordered_map>

#include "relay/store/store.h"
#include "sql/sql.h"

namespace homeward::relay {

// One day's blobs.
class BlobFile {
 public:
  struct Options {
    std::string path;
    const char* vfs = nullptr;
    bool one_connection = false;
    bool writable = false;  // creates it if it is missing
  };
  static Result<std::unique_ptr<BlobFile>> open(const Options& options);

  struct Row {
    int64_t key = 0;
    uint16_t count = 0;
  };
  Result<std::optional<Row>> find(const wire::BlobId& blob);
  Result<std::optional<Bytes>> chunk(const Row& row, uint16_t index);
  Result<std::vector<bool>> present(const Row& row);
  Result<uint64_t> size_bytes();

  // --- Writing, inside a transaction of `database()` ---
  Result<Row> add(const wire::BlobId& blob, uint16_t count);
  Result<> add_chunk(const Row& row, uint16_t index, BytesView chunk);
  sql::Database& database() { return database_; }

 private:
  explicit BlobFile(sql::Database database) : database_(std::move(database)) {}
  Result<> prepare(const Options& options);

  sql::Database database_;  // before its statements, so that it goes after them
  sql::Statement find_, chunk_, present_, pages_, add_, add_chunk_;
};

class BlobFiles {
 public:
  static Result<std::unique_ptr<BlobFiles>> open(const SqliteStoreOptions& options, bool writable);
  BlobFiles(const SqliteStoreOptions& options, bool writable) : options_(options), writable_(writable) {}

  Result<StoreReader::Blob> status(const wire::BlobId& blob);
  Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index);
  // Reads the list anew; files that are still in it stay open.
  Result<> refresh();

  // --- Writing ---
  // As StoreWriter::put.
  Result<> put(std::span<StoreChunk> batch, const StoreWriter::Rules& rules);
  // Deletes one file whose day is before `today`. False: there is none.
  Result<bool> remove_ended(int64_t today);
  // Deletes what a crash left of removed files, and measures the others.
  Result<> clean_up();
  bool take_layout_changed() { return std::exchange(layout_changed_, false); }
  uint64_t stored_bytes() const;

 private:
  struct File {
    int64_t number = 0;  // never used twice
    std::unique_ptr<BlobFile> opened;
    uint64_t size_bytes = 0;  // the writer's
  };
  struct Place {
    int64_t day = 0;
    BlobFile::Row row;  // key 0: about to be made
  };
  Result<> prepare();
  std::string path(int64_t number) const;
  Result<BlobFile*> opened(File& file);
  // The file for `day`, which is made if there is none.
  Result<File*> file_for(int64_t day);
  Result<std::optional<Place>> find(const wire::BlobId& blob);
  // Where the chunk is to go; nothing if its outcome is decided already.
  using Fresh = std::map<wire::BlobId, Place>;
  Result<std::optional<Place>> place(StoreChunk& chunk, const StoreWriter::Rules& rules, Fresh& fresh);
  Result<> store_day(int64_t day, std::span<StoreChunk* const> chunks);
  Result<> store(StoreChunk& chunk, BlobFile& file, int64_t day);

  const SqliteStoreOptions options_;
  const bool writable_;
  sql::Database database_;  // before its statements, so that it goes after them
  sql::Statement list_, add_, doom_, remove_;
  std::map<int64_t, File> files_;                  // by day
  std::unordered_map<wire::BlobId, Place> known_;  // where blobs lie that were asked for lately
  bool layout_changed_ = false;
};

}  // namespace homeward::relay
