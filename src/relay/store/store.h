// Where a relay keeps queues: one small interface, with a half that writes and a half that reads.
//
// A queue is a run of entries numbered 1, 2, 3 … without gaps. What `append` answered is on disk, keeps its
// number for as long as it is kept, and no number is ever given to a second entry, not even after the first
// has expired. The same bytes in the same queue are stored once.
//
// A blob is a number of chunks that come in any order, each stored once, until the blob's day of ending,
// which its first chunk sets.
//
// The writer belongs to one thread and the reader to one thread, which may be two threads. After a batch that
// says `layout_changed` the reader is told with `refresh` before it is asked again.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "wire/wire.h"

namespace homeward::relay {

enum class RelayError : uint16_t {
  kDiskFull = 1,  // nothing of the batch was stored
  kCannotOpen,    // no such folder, no permission, in use
  kStore,         // the disk or database failed; nothing of the batch was stored
  kNewerFormat,   // written by a later version
};
constexpr Room room_of(RelayError) { return Room::kRelay; }

enum class Outcome : uint8_t {
  kPending,  // not tried, or the batch failed
  kStored,
  kRepeated,  // the same bytes were there; `number` is theirs
  kQueueFull,
  kTooManyQueues,  // unknown queue or blob, and the batch may create no more
  kMayNotCreate,   // unknown queue or blob, and this request may create none
  kDiffers,        // of a chunk: other bytes, or another number of chunks, are there
};

struct StoreAppend {
  wire::QueueId queue;
  Bytes entry;
  bool may_create = true;

  Outcome outcome = Outcome::kPending;  // set by `append`
  uint64_t number = 0;
  bool created = false;  // the queue was unknown
};

struct StoreChunk {
  wire::BlobId blob;
  uint16_t index = 0;  // less than `count`
  uint16_t count = 0;
  uint16_t days = 0;  // to keep the blob, if this is its first chunk
  Bytes chunk;
  bool may_create = true;

  Outcome outcome = Outcome::kPending;  // set by `put`
  uint64_t ends_s = 0;                  // if it is stored: until when it is kept at least
  bool created = false;                 // the blob was unknown
};

class StoreWriter {
 public:
  struct Rules {
    Instant wall;  // wall-clock time, for the day that entries belong to
    uint32_t entries_per_queue = wire::kEntriesPerQueue;
    uint64_t most_new_queues = UINT64_MAX;
    uint64_t most_new_blobs = UINT64_MAX;
    uint32_t most_blob_days = 30;  // bounds StoreChunk::days
    uint64_t most_store_bytes = UINT64_MAX;
  };
  virtual ~StoreWriter() = default;

  // Stores all in order in one transaction, which is on disk when this returns, and says for each what became
  // of it. After an error (kDiskFull, kStore) nothing was stored and a later call may work again.
  virtual Result<> append(std::span<StoreAppend> batch, const Rules& rules) = 0;

  // Stores all, and says for each what became of it; what is said to be stored is on disk when this returns.
  // After an error (kDiskFull, kStore) those that say kPending were not stored and a later call may work
  // again.
  virtual Result<> put(std::span<StoreChunk> batch, const Rules& rules) = 0;

  // Drops entries older than `retention_days` whole days before `wall`, and blobs that have ended, a small
  // step a call, so that appends between steps do not wait. True: there is more to do.
  virtual Result<bool> expire(Instant wall, uint32_t retention_days) = 0;

  // True once after the reader's view of what exists must be renewed.
  virtual bool take_layout_changed() = 0;

  virtual uint64_t stored_bytes() const = 0;

  // What was dated to days well after `dating` is dated to it: the clock had been set forward.
  virtual Result<> correct_dates(Instant /*dating*/) { return success(); }

  // The day that entries were last dated to, its end; zero if there are none.
  virtual Instant last_dated() const { return {0}; }
};

class StoreReader {
 public:
  struct Page {
    uint64_t first = 0;          // number of entries[0]
    uint64_t last_in_queue = 0;  // 0 for a queue that never held an entry
    bool expired = false;        // the entry after `after` was there once and is gone; `entries` is empty
    std::vector<Bytes> entries;
  };
  virtual ~StoreReader() = default;

  // Entries after `after` in order, of `most_bytes` together but at least one if there is any.
  virtual Result<Page> read(const wire::QueueId& queue, uint64_t after, size_t most_bytes) = 0;

  struct Blob {
    uint16_t count = 0;  // 0: not there
    uint64_t ends_s = 0;
    std::vector<bool> present;
  };
  virtual Result<Blob> blob(const wire::BlobId& blob) = 0;
  // Nothing if it is not there.
  virtual Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index) = 0;

  virtual Result<> refresh() = 0;
};

// A blob that ends on `day` (since 1970-01-01 UTC) is kept to the end of that day.
constexpr int64_t blob_day(Instant wall, uint16_t days, uint32_t most_days) {
  return std::max<int64_t>(wall.ms, 0) / 86'400'000 + std::min<int64_t>(days, most_days);
}
constexpr uint64_t blob_ends_s(int64_t day) { return static_cast<uint64_t>(day + 1) * 86'400; }

// The reader must go before the writer.
struct Store {
  std::unique_ptr<StoreWriter> writer;
  std::unique_ptr<StoreReader> reader;
};

struct SqliteStoreOptions {
  std::string folder;         // exists; used by this process alone
  const char* vfs = nullptr;  // a registered sqlite3_vfs; null: the operating system's files
  // One connection for both halves, which then belong to one thread, and no shared memory: for a simulated
  // VFS without the shared-memory methods.
  bool one_connection = false;
};
// kCannotOpen, kNewerFormat, kDiskFull, kStore.
Result<Store> open_sqlite_store(const SqliteStoreOptions& options);

}  // namespace homeward::relay
