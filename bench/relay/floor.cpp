#include "bench/relay/floor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "bench/relay/clients.h"
#include "bench/relay/relay_process.h"

namespace homeward::bench {

namespace {

uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool is_bound = ::bind(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
                        ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  HW_ASSERT(is_bound);
  ::close(socket);
  return ntohs(at.sin_port);
}

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

std::optional<double> deliver_by_nats(uint64_t subscribers, size_t message_bytes, uint64_t times) {
  if (std::system("command -v nats-server >/dev/null") != 0) return std::nullopt;
  const uint16_t port = free_port();
  const pid_t process = ::fork();
  if (process == 0) {
    const std::string text = std::to_string(port);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, 1);
    ::dup2(nowhere, 2);
    ::execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", text.c_str(), nullptr);
    ::_exit(127);
  }
  ::sleep(1);
  const std::string hello = "CONNECT {\"verbose\":false}\r\n";
  const std::string size = std::to_string(message_bytes);
  const std::string head = "MSG q 1 " + size + "\r\n";
  std::optional<double> out;
  {
    Subscribers all({.port = port,
                     .is_raw = true,
                     .raw_bytes = head.size() + message_bytes + 2,
                     .raw_greeting = hello + "SUB q 1\r\nPING\r\n",
                     .connections = subscribers});
    Peer author(port, false);
    author.write(view_of(hello));
    const std::string message = "PUB q " + size + "\r\n" + std::string(message_bytes, 'x') + "\r\n";
    const auto once = [&] {
      all.expect(subscribers);
      author.write(view_of(message));
      all.await();
    };
    for (int i = 0; i < 5; ++i) once();
    const uint64_t before = bench::cpu_ns(process);
    for (uint64_t i = 0; i < times; ++i) once();
    out = static_cast<double>(bench::cpu_ns(process) - before) / static_cast<double>(subscribers * times) /
          1'000;
  }
  ::kill(process, SIGTERM);
  ::waitpid(process, nullptr, 0);
  return out;
}

}  // namespace homeward::bench
