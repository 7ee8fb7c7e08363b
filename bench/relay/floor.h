// The least that delivering can cost: a process that does nothing but write a message to each connection.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace homeward::bench {

class Floor {
 public:
  Floor(uint64_t connections, size_t message_bytes);
  ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  uint16_t port() const { return port_; }
  // One message to each.
  void deliver();
  uint64_t cpu_ns() const;

 private:
  pid_t process_ = -1;
  int control_ = -1;
  uint16_t port_ = 0;
};

// nats-server, where it is installed: the fastest of the brokers that we know of, though it writes nothing to
// disk. Microseconds of its processor time for a message to one of `subscribers`; nothing if it is not there.
std::optional<double> deliver_by_nats(uint64_t subscribers, size_t message_bytes, uint64_t times);

}  // namespace homeward::bench
