// The relay as a server: HTTP/1.1 and one WebSocket on one port, around `relay::Relay` and its store.
//
//   POST /v1/call      one request frame in, one answer frame out (docs/formats/wire.md)
//   GET  /v1/live      WebSocket; each binary message is a frame
//   GET  /v1/health    "ok" while it runs
//   GET  /metrics      counts for Prometheus; to the machine itself only, and not through a proxy
//
// With a certificate and its key all of it is spoken over TLS only (os/relay/tls.h), and SIGHUP makes it read
// both files again, for the connections that come after. A Unix socket is for a reverse proxy or an onion
// service on the same machine; user and group of the relay may connect.
//
// Two threads: one for all sockets and rules, one for the transactions of SQLite; PostgreSQL is spoken to by
// the first. It writes no log line about a
// request, and no address, id or size leaves it. Requests with a content encoding are refused; nothing is
// ever compressed.
#pragma once

#include <memory>
#include <string>

#include "relay/limits.h"

namespace homeward::os {

struct RelayServerOptions {
  std::string address = "127.0.0.1";  // empty: no TCP
  uint16_t port = 8470;               // 0: a free one
  std::string unix_socket;            // path of a Unix socket to listen on as well, without TLS; empty: none
  std::string folder;                 // made if it is missing; for this process alone
  // PostgreSQL clusters to keep everything in instead of SQLite in the folder (os/postgres/store.h).
  std::vector<std::string> stores;
  bool stores_are_alone = false;
  bool forget_stores = false;
  std::vector<std::string> access_keys;  // if any, "Authorization: Bearer KEY" with one is needed to create
                                         // queues
  std::string tls_certificate_file;      // PEM; empty: HTTP without TLS
  std::string tls_key_file;              // PEM; given where the certificate is
  relay::Limits limits;
  uint32_t most_connections = 20'000;
  uint32_t request_timeout_s = 30;        // for TLS to be agreed on and for a request's head to come; an idle
                                          // connection is closed after it, too
  uint32_t body_timeout_s = 120;          // for the rest of it
  uint32_t live_timeout_s = 90;           // without a sign of life on a WebSocket
  size_t most_queued_bytes = 512u << 20;  // answers and pushes that connections have not yet taken
  size_t most_held_bytes = 256u << 20;    // of requests that have come in part
  bool ends_on_signals = true;            // SIGINT and SIGTERM end `run`; SIGHUP, see above
};

class RelayServer {
 public:
  struct Started {
    std::unique_ptr<RelayServer> server;  // null if it could not start
    std::string problem;                  // then: why, for the operator
  };
  // Opens the store and listens.
  static Started start(const RelayServerOptions& options);
  ~RelayServer();

  std::string url() const;  // http://ADDRESS:PORT or https://ADDRESS:PORT; unix:PATH without TCP
  // Serves until `stop` or a signal: then connections are told, what was acknowledged is on disk, and it
  // returns within five seconds.
  void run();
  void stop();  // from any thread

 private:
  class State;
  explicit RelayServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace homeward::os
