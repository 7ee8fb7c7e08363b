// A connection to a cluster that comes back: whenever it is lost, a new one is made to whichever of the
// cluster's servers takes writes now, and what was not answered is sent again.
//
// So a request may be carried out twice: those that write find what the first time left (statements.h).
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "os/postgres/background.h"
#include "os/postgres/connection.h"

namespace homeward::os::postgres {

// How to reach a cluster, as libpq reads it. It may hold a password: it is never printed.
struct Target {
  std::string conninfo;
  // A cluster without a synchronous standby is good enough for this operator.
  bool is_alone = false;
};

// Makes the connection ready for its work, on a thread where it may block; what is wrong, or empty.
using Prepare = std::function<std::string(PGconn*)>;

struct Attempt {
  Connected connected;  // null if it failed
  std::string problem;  // for the operator; says nothing of requests
};
// Blocks until it is connected and prepared, or is not.
Attempt connect(const Target& target, const Prepare& prepare);

class Session {
 public:
  struct Options {
    Target target;
    Prepare prepare;
    std::function<void(bool is_up)> changed;         // may be empty
    std::function<void(const std::string&)> failed;  // why a connection was not made; may be empty
    Connection::Notified notified;                   // may be empty
    size_t depth = 1;                                // requests that are out at once
    int64_t patience_ms = 0;  // without a connection requests fail after this; 0: never
  };
  Session(boost::asio::io_context& loop, Options options);
  ~Session();

  // `done` is called later, once, unless the session goes first: with rows, or with what cannot be mended by
  // sending it again.
  void call(Request request);
  bool is_up() const { return connection_ != nullptr; }
  size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    Request request;
    std::chrono::steady_clock::time_point since;
  };
  void reconnect();
  void reconnect_after(std::chrono::milliseconds delay);
  void came(Attempt attempt);
  void lost();
  void pump();
  void answered(Waiting waiting, Answer answer);
  void again_after(std::chrono::milliseconds delay);
  void give_up_late();

  boost::asio::io_context& loop_;
  Options options_;
  Background background_;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
  std::unique_ptr<Connection> connection_;
  std::deque<Waiting> waiting_;
  size_t out_ = 0;
  boost::asio::steady_timer reconnect_timer_;
  boost::asio::steady_timer again_timer_;
  boost::asio::steady_timer patience_timer_;
  std::chrono::milliseconds backoff_{};
  bool is_paused_ = false;
};

}  // namespace homeward::os::postgres
