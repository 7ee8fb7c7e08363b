#include "os/relay/writer_thread.h"

#include <chrono>

namespace homeward::os {

namespace {

template <class Clock>
Instant milliseconds_of() {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count()};
}

}  // namespace

Instant wall_clock_now() { return milliseconds_of<std::chrono::system_clock>(); }
Instant steady_clock_now() { return milliseconds_of<std::chrono::steady_clock>(); }

WriterThread::WriterThread(relay::StoreWriter& writer, Done done)
    : writer_(writer), wall_(writer.last_dated()), done_(std::move(done)), thread_([this] { work(); }) {}

WriterThread::~WriterThread() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WriterThread::give(relay::Batch batch) {
  {
    const std::lock_guard lock(mutex_);
    HW_ASSERT(!batch_);
    batch_.emplace(std::move(batch));
  }
  wake_.notify_one();
}

void WriterThread::work() {
  for (;;) {
    std::optional<relay::Batch> batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return batch_ || is_ending_; });
      if (!batch_) return;
      batch = std::exchange(batch_, std::nullopt);
    }
    relay::run(*batch, writer_, wall_.at(wall_clock_now(), steady_clock_now()));
    done_(std::move(*batch));
  }
}

}  // namespace homeward::os
