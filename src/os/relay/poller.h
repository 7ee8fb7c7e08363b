// Readiness of many sockets with no more memory than the kernel's: one epoll set, itself waited for by the
// loop of Asio that everything else of the server runs on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace homeward::os {

class Polled {
 public:
  virtual ~Polled() = default;
  // The socket can be read (or has ended), or written. Until what is to be read was read it is told again.
  virtual void ready(bool readable, bool writable) = 0;
};

class Poller {
 public:
  struct Interest {
    bool reading = true;
    bool writing = false;
    bool operator==(const Interest&) const = default;
  };

  // `after_each` is called after each round of readiness: only then may what was polled be destroyed.
  Poller(boost::asio::io_context& io, std::function<void()> after_each);

  bool is_open() const { return epoll_.is_open(); }
  void start();
  void stop();

  // False if the kernel has no room for it.
  bool add(int socket, Polled& polled, Interest interest);
  void change(int socket, Polled& polled, Interest interest);
  // Closing a socket removes it, too.
  void remove(int socket);

 private:
  void wait();
  void harvest();

  boost::asio::posix::stream_descriptor epoll_;
  const std::function<void()> after_each_;
};

}  // namespace homeward::os
