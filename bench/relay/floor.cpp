#include "bench/relay/floor.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "bench/relay/relay_process.h"

namespace homeward::bench {

namespace {

struct Waiting {
  int socket = -1;
  size_t sent = 0;
};

[[noreturn]] void serve(int listening, int control, uint64_t connections, size_t message_bytes) {
  const int epoll = ::epoll_create1(0);
  std::vector<int> all;
  const Bytes message(message_bytes, 7);
  epoll_event of_control{};
  of_control.events = EPOLLIN;
  of_control.data.fd = control;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, control, &of_control);
  while (all.size() < connections) {
    const int socket = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
    all.push_back(socket);
  }
  for (;;) {
    std::array<epoll_event, 64> events;
    ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    char what = 0;
    if (::read(control, &what, 1) != 1) ::_exit(0);
    for (const int socket : all) {
      // The measurement waits until all was taken, so that there is room.
      const ssize_t size = ::send(socket, message.data(), message.size(), MSG_NOSIGNAL);
      HW_ASSERT(size == static_cast<ssize_t>(message.size()));
    }
  }
}

}  // namespace

Floor::Floor(uint64_t connections, size_t message_bytes) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool listens = ::bind(listening, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
                       ::listen(listening, 4'096) == 0 &&
                       ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  HW_ASSERT(listens);
  port_ = ntohs(at.sin_port);
  int pair[2];
  const int paired = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
  HW_ASSERT(paired == 0);
  process_ = ::fork();
  if (process_ == 0) {
    ::close(pair[0]);
    serve(listening, pair[1], connections, message_bytes);
  }
  ::close(pair[1]);
  ::close(listening);
  control_ = pair[0];
}

Floor::~Floor() {
  ::close(control_);
  ::waitpid(process_, nullptr, 0);
}

void Floor::deliver() {
  const ssize_t size = ::write(control_, "d", 1);
  HW_ASSERT(size == 1);
}

uint64_t Floor::cpu_ns() const { return bench::cpu_ns(process_); }

}  // namespace homeward::bench
