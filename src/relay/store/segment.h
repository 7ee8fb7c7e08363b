// One day's entries in one SQLite file of its own, so that expiry is the deletion of a file: it stalls no
// append and gives the space back (docs/formats/relay_store.md).
//
// A segment knows the queues that got an entry while it was the newest, each under an integer key, with the
// numbers it holds of it (a run without gaps). Entries lie one after the other as they came; a table of their
// places, whose row id is key · 2^14 + number, leads from a queue's numbers to them. So an append writes to
// the end of the entries and to one page of places, however many queues there are.
#pragma once

#include <optional>

#include "relay/store/store.h"
#include "sql/sql.h"

namespace homeward::relay {

// What a segment holds of a queue.
struct Run {
  int64_t key = 0;  // the queue's, in this segment
  uint64_t first = 0;
  uint64_t last = 0;
};

class Segment {
 public:
  struct Options {
    std::string path;
    const char* vfs = nullptr;
    bool one_connection = false;
    bool writable = false;  // creates it if it is missing
  };
  static Result<std::unique_ptr<Segment>> open(const Options& options);

  // --- Reading ---
  Result<std::optional<Run>> find(const wire::QueueId& queue);
  // The run's entries after `after`, in order, until `page` holds `most_bytes` (but at least one). True: all
  // were taken.
  Result<bool> read(const Run& run, uint64_t after, size_t most_bytes, StoreReader::Page& page);
  Result<std::optional<Bytes>> entry(const Run& run, uint64_t number);
  // The first eight bytes of each entry's SHA-256, in order of numbers.
  Result<> append_hashes(const Run& run, std::vector<uint64_t>& hashes);
  Result<uint64_t> size_bytes();
  struct QueueRow {
    int64_t key = 0;
    wire::QueueId queue;
    uint64_t last = 0;
  };
  // Queues with larger keys than `after_key`, in order of keys, `most` of them.
  Result<std::vector<QueueRow>> queues(int64_t after_key, size_t most);

  // --- Writing, inside a transaction of `database()` ---
  // The queue's key. `first` is the number that its next entry gets.
  Result<int64_t> add_queue(const wire::QueueId& queue, uint64_t first);
  Result<> add_entry(const Run& run, uint64_t hash, BytesView entry);  // as number run.last
  // Files of the first format are only read.
  bool may_append() const { return !is_of_first_format_; }
  sql::Database& database() { return database_; }

 private:
  explicit Segment(sql::Database database) : database_(std::move(database)) {}
  Result<> prepare(const Options& options);

  sql::Database database_;  // before its statements, so that it goes after them
  sql::Statement find_, read_, hashes_, pages_, queues_, add_queue_, add_entry_, add_place_;
  bool is_of_first_format_ = false;
};

// The pragmas of every file of the store.
Result<> set_up(sql::Database& database, bool one_connection);
// For a reader's connection: where it is the last to close, it does not begin to write.
void leave_checkpoints_to_writer(sql::Database& database);

}  // namespace homeward::relay
