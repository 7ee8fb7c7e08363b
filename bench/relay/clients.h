// Clients of a relay as cheap as they can be, so that two processors suffice for both sides: in processes of
// their own where there are many.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "wire/wire.h"

using SSL = struct ssl_st;

namespace homeward::bench {

// Queue number `index` of this run; the same in every process.
wire::QueueAccess queue(uint64_t index);

// One connection. Blocking.
class Peer {
 public:
  Peer(uint16_t port, bool over_tls);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;

  void go_live();  // to a WebSocket
  void write(BytesView bytes);
  // Some bytes; zero where nothing came at once and the socket does not block, or at the end.
  size_t read(MutableBytes into);
  void do_not_block();
  int socket() const { return socket_; }
  bool has_pending() const;
  bool has_ended() const { return has_ended_; }

 private:
  bool has_ended_ = false;
  int socket_ = -1;
  SSL* ssl_ = nullptr;
};

// A request as a message of a client's WebSocket.
Bytes message(const wire::Request& request);
// The same as a POST.
Bytes post(const wire::Request& request);

// Messages of a server, out of a stream of bytes.
class Messages {
 public:
  void add(BytesView bytes) { append(left_, bytes); }
  // The next whole one of data; what it gives is there until the next call.
  std::optional<BytesView> next();
  // Whether a ping came since this was last asked.
  bool take_ping() { return std::exchange(was_pinged_, false); }
  // Gives the room of what was taken back.
  void compact();

 private:
  Bytes left_;
  size_t at_ = 0;
  bool was_pinged_ = false;
};

// A peer on a WebSocket that asks and waits.
class Live {
 public:
  Live(uint16_t port, bool over_tls) : peer_(port, over_tls) { peer_.go_live(); }
  void send(BytesView bytes) { peer_.write(bytes); }
  wire::Answer receive();
  // Receives `count` answers that say `appended`.
  void await_appended(size_t count);

 private:
  Peer peer_;
  Messages messages_;
};

// Entries with the time of their sending in their first eight bytes.
Bytes stamped_entry(size_t size_bytes, uint64_t serial);

struct Latencies {
  // How many deliveries took so many hundredths of a millisecond; the last one: longer.
  std::vector<uint32_t> count = std::vector<uint32_t>(100'000);
  double quantile_ms(double share) const;
};

// Subscribers in a process of their own.
class Subscribers {
 public:
  struct Options {
    uint16_t port = 0;
    bool over_tls = false;
    bool is_raw = false;  // no WebSocket, messages of `raw_bytes`
    size_t raw_bytes = 0;
    std::string raw_greeting = {};  // sent once connected; then something is awaited
    uint64_t connections = 1'000;
    uint64_t queues = 1;           // connection i subscribes to queues i, i + connections, … below this,
    bool all_to_the_first = true;  // or all to queue 0
    uint64_t first_queue = 0;      // counts from here
    uint64_t after = 0;
  };
  // Returns when all are subscribed.
  explicit Subscribers(const Options& options);
  ~Subscribers();
  Subscribers(const Subscribers&) = delete;
  Subscribers& operator=(const Subscribers&) = delete;

  // Lets them take `deliveries` entries, all together.
  void expect(uint64_t deliveries);
  // Waits for that; nanoseconds at which the last came.
  uint64_t await();
  Latencies latencies();  // of all so far

 private:
  pid_t process_ = -1;
  int control_ = -1;
};

// Appends over HTTP, each connection with one request under way, in a process of its own.
class HttpAppends {
 public:
  struct Options {
    uint16_t port = 0;
    size_t connections = 64;
    double seconds = 1;
    double most_per_second = 1e9;
    uint64_t first_queue = 0;  // it appends to this and later ones
    bool takes_refusals = false;
  };
  explicit HttpAppends(const Options& options);
  ~HttpAppends();
  HttpAppends(const HttpAppends&) = delete;
  HttpAppends& operator=(const HttpAppends&) = delete;
  // Waits for its end; entries a second.
  double await();

 private:
  pid_t process_ = -1;
  int result_ = -1;
};

}  // namespace homeward::bench
