// What the connections of a relay's server and its loop know of each other. Everything here runs on the
// loop's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "os/relay/relay_server.h"
#include "os/relay/writer_thread.h"

namespace boost::asio::ssl {
class context;
}

namespace homeward::os {

class Session {
 public:
  virtual ~Session() = default;
  virtual void deliver(relay::Delivery delivery) = 0;
  // Closes once what is to be sent is sent.
  virtual void end() = 0;
  // Closes now. The session removes itself from the core.
  virtual void abort() = 0;
};

class ServerCore {
 public:
  explicit ServerCore(const RelayServerOptions& options) : options_(options) {}
  virtual ~ServerCore() = default;

  const RelayServerOptions& options() const { return options_; }
  relay::Relay& relay() { return *relay_; }
  // The session is kept until it is removed.
  relay::ConnectionId add(std::shared_ptr<Session> session) {
    sessions_.emplace(next_connection_, std::move(session));
    return next_connection_++;
  }
  void remove(relay::ConnectionId id) {
    relay_->close(id);
    sessions_.erase(id);
    wake();
  }
  void receive(relay::ConnectionId id, BytesView frame) {
    relay_->receive(id, frame, steady_clock_now());
    wake();
  }
  // Bytes that wait to be sent, of all sessions.
  void count_queued(size_t size_bytes) { queued_bytes_ += size_bytes; }
  void count_sent(size_t size_bytes) { queued_bytes_ -= size_bytes; }
  bool has_too_much_queued() const { return queued_bytes_ > options_.most_queued_bytes; }
  bool is_ending() const { return is_ending_; }

 protected:
  // Makes the loop take a turn after all that is ready now has been handled, so that one transaction takes it
  // all.
  virtual void wake() = 0;

  const RelayServerOptions options_;
  std::optional<relay::Relay> relay_;
  std::unordered_map<relay::ConnectionId, std::shared_ptr<Session>> sessions_;
  relay::ConnectionId next_connection_ = 1;
  size_t queued_bytes_ = 0;
  bool is_ending_ = false;
};

// Serves one connection until it ends; over TLS if `tls` is given, which may go once this has returned.
void start_session(ServerCore& core, boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

}  // namespace homeward::os
