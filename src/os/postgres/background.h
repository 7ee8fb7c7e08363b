// Work that may block, on a thread of its own; what comes of it is handed back on the loop's thread, unless
// whoever asked for it is gone.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace homeward::os::postgres {

class Background {
 public:
  explicit Background(boost::asio::io_context& loop) : bridge_(std::make_shared<Bridge>()) {
    bridge_->loop = &loop;
  }
  // Threads that are still at work find the bridge cut.
  ~Background() {
    const std::lock_guard lock(bridge_->mutex);
    bridge_->loop = nullptr;
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  template <class Outcome>
  void run(std::function<Outcome()> work, std::function<void(Outcome)> done) {
    std::thread([bridge = bridge_, work = std::move(work), done = std::move(done)] {
      auto outcome = std::make_shared<Outcome>(work());
      const std::lock_guard lock(bridge->mutex);
      if (bridge->loop == nullptr) return;
      boost::asio::post(*bridge->loop, [bridge, outcome, done] {
        if (bridge->loop != nullptr) done(std::move(*outcome));
      });
    }).detach();
  }

 private:
  struct Bridge {
    std::mutex mutex;
    boost::asio::io_context* loop = nullptr;
  };
  std::shared_ptr<Bridge> bridge_;
};

}  // namespace homeward::os::postgres
