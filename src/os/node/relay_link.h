// One connection to a relay, kept up for as long as it is wanted: a WebSocket, or, where something on the way
// breaks WebSockets, plain requests that do all the same (long polling for live delivery).
//
// Runs on the thread of its `io_context`; callbacks come from there. After a loss it tries again by itself,
// waiting 0.25 s and up to 30 s longer each time, with jitter. It never resends: the client knows what was
// not answered.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "wire/wire.h"

namespace homeward::os {

class RelayLink {
 public:
  struct Callbacks {
    std::function<void()> up;
    std::function<void()> lost;
    std::function<void(wire::Answer)> answer;
  };
  // `url` is http://HOST[:PORT] or https://HOST[:PORT]; anything else never comes up.
  RelayLink(boost::asio::io_context& io, const std::string& url, Callbacks callbacks);
  ~RelayLink();  // closes; no callback comes afterwards
  // Drops the request if the link is not up.
  void send(wire::Request request);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace homeward::os
