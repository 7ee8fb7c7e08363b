// What the connections of a relay's server and its loop know of each other. Everything here runs on the
// loop's thread.
#pragma once

#include "os/relay/poller.h"
#include "os/relay/relay_server.h"
#include "os/relay/transport.h"
#include "os/relay/writer_thread.h"

namespace homeward::os {

class Session {
 public:
  virtual ~Session() = default;
  // Takes a frame to send; it goes out with `flush`, together with others of the same turn.
  virtual void deliver(relay::Delivery delivery) = 0;
  virtual void flush() = 0;
  // Once a second: ends what has taken too long.
  virtual void look_at_clock(Instant now) = 0;
  // Closes once what is to be sent is sent.
  virtual void end() = 0;
  // Closes now. The session removes itself from the core.
  virtual void abort() = 0;
};

class ServerCore {
 public:
  ServerCore(const RelayServerOptions& options, boost::asio::io_context& io)
      : options_(options), poller_(io, [this] { removed_.clear(); }) {}
  virtual ~ServerCore() = default;

  const RelayServerOptions& options() const { return options_; }
  relay::Relay& relay() { return *relay_; }
  Poller& poller() { return poller_; }
  // The session is kept until it is removed, and then until whoever called it has returned to the loop.
  relay::ConnectionId add(std::shared_ptr<Session> session) {
    sessions_.emplace(next_connection_, std::move(session));
    return next_connection_++;
  }
  void remove(relay::ConnectionId id) {
    relay_->close(id);
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return;
    removed_.push_back(std::move(found->second));
    sessions_.erase(found);
    wake();
  }
  void receive(relay::ConnectionId id, BytesView frame) {
    relay_->receive(id, frame, steady_clock_now());
    wake();
  }
  // Makes the loop take a turn after all that is ready now has been handled, so that one transaction takes it
  // all.
  virtual void wake() = 0;
  // A WebSocket message of `frame`: made once for all who are sent the same frame in a row.
  std::shared_ptr<const Bytes> framed(const std::shared_ptr<const Bytes>& frame);
  // Bytes that wait to be sent, of all sessions.
  void count_queued(size_t size_bytes) { queued_bytes_ += size_bytes; }
  void count_sent(size_t size_bytes) { queued_bytes_ -= size_bytes; }
  bool has_too_much_queued() const { return queued_bytes_ > options_.most_queued_bytes; }
  // Bytes of requests that are not whole yet, of all sessions.
  void count_held(size_t before_bytes, size_t now_bytes) { held_bytes_ += now_bytes - before_bytes; }
  bool has_too_much_held() const { return held_bytes_ > options_.most_held_bytes; }
  bool is_ending() const { return is_ending_; }
  // For one read or write at a time; nothing stays in them.
  MutableBytes read_scratch() { return read_scratch_; }
  MutableBytes write_scratch() { return write_scratch_; }

 protected:
  const RelayServerOptions options_;
  Poller poller_;
  std::optional<relay::Relay> relay_;
  std::unordered_map<relay::ConnectionId, std::shared_ptr<Session>> sessions_;
  std::vector<std::shared_ptr<Session>> removed_;
  relay::ConnectionId next_connection_ = 1;
  size_t queued_bytes_ = 0;
  size_t held_bytes_ = 0;
  bool is_ending_ = false;
  std::shared_ptr<const Bytes> framed_of_, framed_;
  Bytes read_scratch_ = Bytes(64 * 1024);
  Bytes write_scratch_ = Bytes(16 * 1024);
};

// Serves one connection until it ends; over TLS if `tls` is given. Takes the socket, which does not block.
// `is_local`: it comes from this machine.
void start_session(ServerCore& core, int socket, bool is_local, SSL_CTX* tls);

}  // namespace homeward::os
