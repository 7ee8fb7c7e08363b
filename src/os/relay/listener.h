// A socket that the relay's server listens on: TCP, or a Unix socket for programs of the same machine.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "os/relay/poller.h"

namespace homeward::os {

class Listener final : public Polled {
 public:
  // A connection, which does not block; `is_local`: from this machine.
  using Accepted = std::function<void(int socket, bool is_local)>;
  struct Opened {
    std::unique_ptr<Listener> listener;  // null if it could not listen
    std::string problem;                 // then: why, for the operator
  };
  // `address` is an IP address, v4 or v6; port 0 takes a free one.
  static Opened on_tcp(const std::string& address, uint16_t port);
  // Takes the place of a socket that nobody listens on any more. User and group may connect.
  static Opened on_unix(const std::string& path);
  ~Listener() override;

  bool start(Poller& poller, Accepted accepted);
  // Until it is resumed nobody is accepted.
  void pause();
  void resume();
  // IP address, as in a URL, and port; or the path.
  std::string name() const { return name_; }

  void ready(bool readable, bool writable) override;
  // Whether accepting failed for want of file handles; then it is paused.
  bool has_paused() const { return is_paused_; }

 private:
  explicit Listener(int socket) : socket_(socket) {}

  int socket_ = -1;
  std::string name_;
  std::string unix_path_;
  Poller* poller_ = nullptr;
  Accepted accepted_;
  bool is_paused_ = false;
};

}  // namespace homeward::os
