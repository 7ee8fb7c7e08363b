// The relay's store in one or several PostgreSQL clusters (docs/formats/relay_store.md, docs/operations.md).
//
// Nothing is confirmed before the transaction that holds it is applied at a synchronous standby. When a
// cluster fails over, the store finds the server that takes writes now and sends again what was not
// confirmed. Any number of relays may use the same clusters; what one stores the others hear of.
//
// With several clusters a new queue goes to the one that rendezvous hashing of its id names. When a cluster
// is added nothing moves: a queue that its cluster does not know is looked for in the others for as long as
// it may be remembered there.
#pragma once

#include "os/relay/server_store.h"

namespace homeward::os {

struct PostgresStoreOptions {
  std::vector<std::string> stores;  // connections as libpq reads them, one for each cluster
  bool is_alone = false;            // clusters without a synchronous standby are accepted
  bool forget_stores = false;       // clusters that were used before may be missing
  uint32_t retention_days = 30;
  std::chrono::seconds patience{30};  // for the clusters to be reached when it opens
  size_t writers = 4;                 // transactions at once in each cluster
  int32_t day = -1;                   // for tests: today; -1: what the clusters' clocks say
};

// What is wrong with a connection as it was given, or empty. One with a password is not to stand where other
// people of the machine can read it, as in a list of processes.
std::string problem_of_store(const std::string& conninfo, bool may_have_password);

// Several of these may be open at once. What is stored is theirs all the time; the wall clock of the rules is
// not looked at.
class PostgresStore : public ServerStore {
 public:
  struct Opened {
    std::unique_ptr<PostgresStore> store;  // null if it could not be opened
    std::string problem;                   // then: why; names no host, user or password
  };
  // Blocks.
  static Opened open(boost::asio::io_context& loop, const PostgresStoreOptions& options);

  // For tests: it is another day from now on, and the keepers have done their work when `done` is called.
  virtual void set_day(int32_t day) = 0;
  virtual void keep(std::function<void()> done) = 0;
};

}  // namespace homeward::os
