// The one thread that writes to a relay's store: it takes a batch, runs it, and hands it back.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "relay/relay.h"

namespace homeward::os {

Instant wall_clock_now();
// Milliseconds of a clock that never goes back.
Instant steady_clock_now();

class WriterThread {
 public:
  // `done` is called on the writer's thread. The store's writer must outlive this.
  using Done = std::function<void(relay::Batch)>;
  WriterThread(relay::StoreWriter& writer, Done done);
  // Finishes the batch that it has.
  ~WriterThread();

  // One batch at a time: the next only after `done`.
  void give(relay::Batch batch);

 private:
  void work();

  relay::StoreWriter& writer_;
  relay::SteadyWall wall_;  // the writer's thread's alone
  const Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<relay::Batch> batch_;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace homeward::os
