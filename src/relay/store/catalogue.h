// The list of a store's segments, oldest first, and where the queues ended of which nothing is kept any more.
//
// It lives in `relay.db`; the segments are opened when they are first needed. The store's writer and reader
// have one each (or share one, see SqliteStoreOptions::one_connection).
#pragma once

#include "relay/store/segment.h"

namespace homeward::relay {

// Deletes a SQLite database with all its files; those that are not there are of no matter.
Result<> delete_database(const char* vfs, const std::string& path);
// The same in steps for large ones: takes up to so many bytes from its end. True: it is gone. Nobody may look
// into it any more.
Result<bool> delete_database_step(const char* vfs, const std::string& path, int64_t most_bytes);

class Catalogue {
 public:
  static Result<std::unique_ptr<Catalogue>> open(const SqliteStoreOptions& options, bool writable);
  Catalogue(const SqliteStoreOptions& options, bool writable) : options_(options), writable_(writable) {}

  struct Entry {
    int64_t number = 0;                // never used twice
    int64_t day = 0;                   // since 1970-01-01 UTC; never decreases from one segment to the next
    std::unique_ptr<Segment> segment;  // null until it is needed
  };
  std::vector<Entry>& entries() { return entries_; }
  Result<Segment*> segment(Entry& entry);
  // Reads the list anew; segments that are still in it stay open.
  Result<> refresh();

  struct Found {
    Segment* segment = nullptr;
    Run run;
  };
  // The queue's runs that are kept, newest first, until one begins at or before number `until`.
  Result<std::vector<Found>> find(const wire::QueueId& queue, uint64_t until);
  // Number of the last entry of a queue of which nothing is kept; 0 if it is not known.
  Result<uint64_t> ended_at(const wire::QueueId& queue);

  // --- Writing ---
  // Adds a segment for `day` as the newest.
  Result<> add(int64_t day);
  // Dates the segments of days after `after` to `day`.
  Result<> date_back(int64_t after, int64_t day);
  // Remembers where these queues ended. `day` is the day of their last entry.
  Result<> remember_ends(const std::vector<Segment::QueueRow>& queues, int64_t day);
  // Forgets ends of before `day`, `most` of them. True: all of them were forgotten.
  Result<bool> forget_ends(int64_t day, int64_t most);
  // Takes the oldest segment from the list; its files are to be deleted once no reader has them open.
  Result<> doom_oldest();
  // Deletes a part of what is doomed. False: there is nothing.
  Result<bool> delete_doomed_step();
  // Deletes what a crash left of removed segments.
  Result<> clean_up();

 private:
  Result<> prepare();
  Result<> write_ends(const std::vector<Segment::QueueRow>& queues, int64_t day);
  std::string path(int64_t number) const;

  const SqliteStoreOptions options_;
  const bool writable_;
  sql::Database database_;  // before its statements, so that it goes after them
  sql::Statement list_, ended_, add_, date_back_, remember_, forget_, doom_, doomed_, remove_;
  std::vector<Entry> entries_;
};

}  // namespace homeward::relay
