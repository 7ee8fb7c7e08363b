// The store of a relay's server: what runs the batches of the rules and answers their reads, without keeping
// the loop waiting. Everything is called, and calls back, on the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>

#include "relay/relay.h"

namespace homeward::os {

class ServerStore : public relay::StoreLink {
 public:
  using Ran = std::function<void(relay::Batch)>;
  using Heard = std::function<void(const wire::QueueId& queue, uint64_t last)>;

  // As relay::run. `ran` is called later, once, unless the store goes first.
  virtual void run(relay::Batch batch, Ran ran) = 0;
  // Where to say what came to queues that are listened to (Relay::heard).
  virtual void set_heard(Heard) {}
  // What to call after a read was answered later than at once.
  virtual void set_answered(std::function<void()>) {}
};

struct OpenedStore {
  std::unique_ptr<ServerStore> store;  // null if it could not be opened
  std::string problem;                 // then: why, for the operator
};

// SQLite in a folder, which is made if it is missing; its transactions run on a thread of their own.
OpenedStore open_local_store(boost::asio::io_context& loop, const std::string& folder);

}  // namespace homeward::os
