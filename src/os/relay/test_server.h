// For tests: a relay's server in this process, and its program as an operator starts it.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <thread>

#include "os/relay/http_client.h"
#include "os/relay/relay_server.h"
#include "relay/testing.h"

namespace homeward::os {

using relay::TemporaryFolder;

inline uint16_t port_of(const std::string& url) {
  return static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

// Certificates for tests, made by the openssl command: two keys, and a certificate for the first.
class TestCertificate {
 public:
  TestCertificate() {
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=localhost -keyout '" +
        key() + "' -out '" + file() +
        "' 2>/dev/null && "
        "openssl genpkey -algorithm ed25519 -out '" +
        other_key() + "'";
    HW_ASSERT(std::system(make.c_str()) == 0);
  }
  std::string file() const { return folder_.path() + "/cert.pem"; }
  std::string key() const { return folder_.path() + "/key.pem"; }
  std::string other_key() const { return folder_.path() + "/other.pem"; }

 private:
  TemporaryFolder folder_;
};

inline const TestCertificate& certificate() {
  static const TestCertificate made;
  return made;
}

// A server in this process.
class Served {
 public:
  explicit Served(RelayServerOptions options = {}) {
    options.port = 0;
    options.folder = folder_.path() + "/data";
    options.ends_on_signals = false;
    auto started = RelayServer::start(options);
    HW_ASSERT(started.server != nullptr);
    server_ = std::move(started.server);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Served() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  uint16_t port() const { return port_of(url()); }
  std::string url() const { return server_->url(); }
  std::string data() const { return folder_.path() + "/data"; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<RelayServer> server_;
  std::thread thread_;
};

// The program, as an operator starts it.
class Program {
 public:
  // `prepare` is called in its process before it begins; nothing comes of it if that says false.
  explicit Program(const std::vector<std::string>& arguments, const std::function<bool()>& prepare = {}) {
    int out[2];
    HW_ASSERT(::pipe(out) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], 1);
      ::dup2(out[1], 2);
      ::close(out[0]);
      ::close(out[1]);
      if (prepare && !prepare()) ::_exit(126);
      std::vector<char*> argv{const_cast<char*>(HOMEWARD_RELAY_PROGRAM)};
      for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
      argv.push_back(nullptr);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    out_ = out[0];
  }
  ~Program() {
    if (pid_ > 0) end(SIGKILL);
    ::close(out_);
  }
  // What it prints, up to the end of the line.
  std::string line() {
    std::string text;
    char c = 0;
    while (::read(out_, &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  std::string rest() {
    std::string text;
    char c = 0;
    while (::read(out_, &c, 1) == 1) text += c;
    return text;
  }
  pid_t process() const { return pid_; }
  // Its exit status, -1 if a signal ended it.
  int end(int signal) {
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

template <class Body>
Body body_of(const HttpAnswer& answer) {
  const auto frame = answer.frame();
  HW_ASSERT(frame && std::holds_alternative<Body>(*frame));
  return std::get<Body>(*frame);
}

}  // namespace homeward::os
