#include "os/relay/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace homeward::os {

namespace {

using boost::asio::ip::tcp;

constexpr int kBacklog = 4'096;
// Connections accepted in a row before those that are there have their turn.
constexpr int kAcceptsInARow = 64;

bool is_loopback(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_UNIX) return true;
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  std::memcpy(out.sun_path, path.data(), std::min(path.size(), sizeof out.sun_path - 1));
  return out;
}

// A socket's file that nobody listens on is what a relay left that was killed.
bool is_abandoned(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const int connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool is_refused = connected != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return is_refused;
}

std::string problem_of_errno() {
  return std::string("cannot listen on that address: ") + std::strerror(errno);
}

}  // namespace

Listener::Opened Listener::on_tcp(const std::string& address, uint16_t port) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address, error);
  if (error) return {nullptr, "not an IP address to listen on"};
  tcp::endpoint endpoint(ip, port);
  const int socket =
      ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  std::unique_ptr<Listener> out(new Listener(socket));
  const int on = 1;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (socket < 0 || ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      // Those that are accepted inherit it.
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      ::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      ::listen(socket, kBacklog) != 0 || ::getsockname(socket, endpoint.data(), &size) != 0) {
    return {nullptr, problem_of_errno()};
  }
  endpoint.resize(size);
  out->name_ =
      (ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string()) + ":" + std::to_string(endpoint.port());
  return {std::move(out), {}};
}

Listener::Opened Listener::on_unix(const std::string& path) {
  const sockaddr_un address = unix_address(path);
  if (path.size() >= sizeof address.sun_path) return {nullptr, "too long a path for a Unix socket"};
  if (is_abandoned(path, address)) ::unlink(path.c_str());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::unique_ptr<Listener> out(new Listener(socket));
  if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {nullptr, problem_of_errno()};
  out->unix_path_ = path;
  out->name_ = path;
  if (::chmod(path.c_str(), 0660) != 0 || ::listen(socket, kBacklog) != 0)
    return {nullptr, problem_of_errno()};
  return {std::move(out), {}};
}

Listener::~Listener() {
  if (poller_ != nullptr && !is_paused_) poller_->remove(socket_);
  if (socket_ >= 0) ::close(socket_);
  if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

bool Listener::start(Poller& poller, Accepted accepted) {
  accepted_ = std::move(accepted);
  if (!poller.add(socket_, *this, {})) return false;
  poller_ = &poller;
  return true;
}

void Listener::pause() {
  if (!std::exchange(is_paused_, true)) poller_->remove(socket_);
}

void Listener::resume() {
  if (std::exchange(is_paused_, false)) poller_->add(socket_, *this, {});
}

void Listener::ready(bool, bool) {
  for (int i = 0; i < kAcceptsInARow && !is_paused_; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int socket =
        ::accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      accepted_(socket, is_loopback(peer));
      continue;
    }
    const bool is_short_of_handles =
        errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (is_short_of_handles) pause();
    return;
  }
}

}  // namespace homeward::os
