// What a relay says to PostgreSQL: the schema, and the statements that each kind of session prepares
// (docs/formats/relay_store.md). Every statement about entries carries one queue id and touches nothing of
// another queue; only the keeper's (keeper.h) do not.
#pragma once

#include "os/postgres/session.h"

namespace homeward::os::postgres {

inline constexpr int64_t kSchemaVersion = 1;

// SQLSTATEs that relay_append raises itself, and two of PostgreSQL's.
inline constexpr const char* kNoStandby = "HW001";    // nothing would confirm what is committed
inline constexpr const char* kOtherStores = "HW002";  // the list of clusters has changed
inline constexpr const char* kNoPartition = "23514";  // for the day
inline constexpr const char* kDiskIsFull = "53100";

// How relay_append and relay_put end.
enum class Ending : uint8_t { kStored = 1, kRepeated, kQueueFull, kUnknown, kStoredFirst, kDiffers };

// Names of prepared statements, with their parameters.
inline constexpr const char* kAppend =
    "append";                                 // queue, day, hashes, bodies, creator, most, generation, alone
inline constexpr const char* kLast = "last";  // queue
inline constexpr const char* kPage = "page";  // queue, after, most bytes, most rows
inline constexpr const char* kPut =
    "put";  // blob, day, index, count, days, chunk, may create, generation, alone
inline constexpr const char* kBlob = "blob";      // blob, day
inline constexpr const char* kPlaces = "places";  // blob
inline constexpr const char* kChunk = "chunk";    // blob, day, index
inline constexpr const char* kNotify = "notify";  // payload

// As a day: the one that the cluster's own clock shows. Relays need not agree about the time.
inline constexpr int32_t kDayOfCluster = -1;

// Runs one command without parameters: true if it went well.
bool run(PGconn* connection, const char* sql);
// The same with rows, in text form; null if it failed.
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using TextRows = std::unique_ptr<PGresult, ClearResult>;
TextRows ask(PGconn* connection, const std::string& sql);

// Makes the tables where they are missing. What is wrong, or empty.
std::string make_schema(PGconn* connection);

// What a cluster says of itself.
struct Identity {
  std::string id;  // random, of the cluster wherever it moves
  int64_t generation = 0;
  std::string stores;     // ids of all clusters that are used together, in order; empty: not used yet
  int64_t since_day = 0;  // of that list; 0: of the first one
};
std::string read_identity(PGconn* connection, Identity& out);
// After this no relay that knows only an earlier generation creates a queue here.
std::string write_identity(PGconn* connection, const Identity& identity);

// What a session is told before it is used. Any of them refuses a cluster without a synchronous standby that
// is not said to be alone.
Prepare prepare_writer(bool is_alone);
// Waits until the standby has all that the server shows: nothing is read that could be lost with the server.
Prepare prepare_reader(bool is_alone);
Prepare prepare_listener();
Prepare prepare_keeper(bool is_alone);

}  // namespace homeward::os::postgres
