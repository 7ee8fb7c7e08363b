#include "os/relay/relay_server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>

#include "os/relay/server_core.h"
#include "os/relay/server_store.h"
#include "os/relay/tls.h"

namespace homeward::os {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kShutdown = std::chrono::milliseconds(3'500);
constexpr auto kShutdownStep = std::chrono::milliseconds(10);
constexpr auto kAcceptAgain = std::chrono::milliseconds(100);
constexpr int64_t kLongestSleep_ms = 60'000;

// Each connection is a file handle.
void raise_handle_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

class RelayServer::State final : public ServerCore {
 public:
  explicit State(const RelayServerOptions& options) : ServerCore(options) {}
  ~State() override {
    sessions_.clear();
    store_.reset();  // before the rules that it answers
    relay_.reset();
  }

  // What keeps it from starting; empty if nothing does.
  std::string prepare();
  std::string url() const;
  void run();
  void stop() {
    asio::post(io_, [this] { begin_ending(); });
  }

 private:
  std::string listen();
  void listen_to_signals();
  void await_reload();
  void accept();
  void wake() override;
  void turn();
  void set_timer();
  void begin_ending();
  void go_on_ending();

  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_};
  asio::steady_timer accept_timer_{io_};
  asio::steady_timer ending_timer_{io_};
  asio::signal_set signals_{io_};
  asio::signal_set reload_signal_{io_};

  std::shared_ptr<asio::ssl::context> tls_;  // null: none
  std::unique_ptr<ServerStore> store_;
  Instant timer_due_{INT64_MAX};
  bool is_awake_ = false;
  bool sessions_were_ended_ = false;
  std::chrono::steady_clock::time_point ending_until_{};
};

// --- Starting ---

std::string RelayServer::State::prepare() {
  raise_handle_limit();
  HW_ASSERT(options_.tls_certificate_file.empty() == options_.tls_key_file.empty());
  if (!options_.tls_certificate_file.empty()) {
    Tls loaded = load_tls(options_.tls_certificate_file, options_.tls_key_file);
    if (loaded.context == nullptr) return loaded.problem;
    tls_ = std::move(loaded.context);
  }
  OpenedStore opened = open_local_store(io_, options_.folder);
  if (opened.store == nullptr) return opened.problem;
  if (const std::string problem = listen(); !problem.empty()) return problem;
  store_ = std::move(opened.store);
  relay_.emplace(*store_, options_.limits, steady_clock_now());
  store_->set_heard([this](const wire::QueueId& queue, uint64_t last) {
    relay_->heard(queue, last);
    wake();
  });
  return {};
}

std::string RelayServer::State::listen() {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options_.address, error);
  if (error) return "not an IP address to listen on";
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(1024, error);
  if (error) return "cannot listen on that address: " + error.message();
  return {};
}

std::string RelayServer::State::url() const {
  error_code error;
  const tcp::endpoint endpoint = acceptor_.local_endpoint(error);
  const std::string address = endpoint.address().to_string();
  return (tls_ ? "https://" : "http://") + (endpoint.address().is_v6() ? "[" + address + "]" : address) +
         ":" + std::to_string(endpoint.port());
}

// --- The loop ---

void RelayServer::State::run() {
  if (options_.ends_on_signals) listen_to_signals();
  accept();
  wake();
  io_.run();
}

void RelayServer::State::listen_to_signals() {
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  signals_.async_wait([this](error_code error, int) {
    if (!error) begin_ending();
  });
  if (!tls_) return;
  reload_signal_.add(SIGHUP);
  await_reload();
}

void RelayServer::State::await_reload() {
  reload_signal_.async_wait([this](error_code error, int) {
    if (error) return;
    Tls loaded = load_tls(options_.tls_certificate_file, options_.tls_key_file);
    if (loaded.context != nullptr) {
      tls_ = std::move(loaded.context);  // open connections keep the one they began with
    } else {
      std::fprintf(stderr, "homeward-relay: the earlier certificate stays. %s\n", loaded.problem.c_str());
    }
    await_reload();
  });
}

void RelayServer::State::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (is_ending_ || error == asio::error::operation_aborted) return;
    if (error) {  // out of file handles, say: they come back when connections end
      accept_timer_.expires_after(kAcceptAgain);
      accept_timer_.async_wait([this](error_code cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    if (sessions_.size() < options_.most_connections) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      start_session(*this, std::move(socket), tls_.get());
    }
    accept();
  });
}

void RelayServer::State::wake() {
  if (std::exchange(is_awake_, true)) return;
  asio::post(io_, [this] {
    is_awake_ = false;
    turn();
  });
}

void RelayServer::State::turn() {
  const Instant now = steady_clock_now();
  relay_->tick(now);
  while (auto batch = relay_->next_batch(now)) {
    store_->run(std::move(*batch), [this](relay::Batch ran) {
      relay_->committed(std::move(ran), steady_clock_now());
      wake();
    });
  }
  if (relay_->has_work()) relay_->work(now);
  for (relay::Delivery& delivery : relay_->take_deliveries()) {
    const auto found = sessions_.find(delivery.to);
    if (found == sessions_.end()) continue;
    const std::shared_ptr<Session> session = found->second;  // which may remove itself
    session->deliver(std::move(delivery));
  }
  if (relay_->has_work()) wake();
  set_timer();
}

void RelayServer::State::set_timer() {
  const Instant due = relay_->next_due();
  if (due == timer_due_) return;
  timer_due_ = due;
  const int64_t wait_ms = std::clamp<int64_t>(due.ms - steady_clock_now().ms, 0, kLongestSleep_ms);
  timer_.expires_after(std::chrono::milliseconds(wait_ms));
  timer_.async_wait([this](error_code error) {
    if (error) return;
    timer_due_ = {INT64_MAX};
    wake();
  });
}

// --- Ending ---

void RelayServer::State::begin_ending() {
  if (std::exchange(is_ending_, true)) return;
  error_code ignored;
  acceptor_.close(ignored);
  accept_timer_.cancel();
  signals_.cancel(ignored);
  reload_signal_.cancel(ignored);
  ending_until_ = std::chrono::steady_clock::now() + kShutdown;
  relay_->shut_down();
  wake();
  go_on_ending();
}

void RelayServer::State::go_on_ending() {
  const bool is_late = std::chrono::steady_clock::now() >= ending_until_;
  std::vector<std::shared_ptr<Session>> sessions;
  for (const auto& [id, session] : sessions_) sessions.push_back(session);
  if (is_late) {
    for (const auto& session : sessions) session->abort();
  } else if (relay_->settled() && !is_awake_ && !std::exchange(sessions_were_ended_, true)) {
    for (const auto& session : sessions) session->end();
  }
  // What a store has not confirmed by then was not answered either.
  if ((relay_->settled() || is_late) && sessions_.empty()) {
    io_.stop();
    return;
  }
  ending_timer_.expires_after(kShutdownStep);
  ending_timer_.async_wait([this](error_code error) {
    if (!error) go_on_ending();
  });
}

// --- The public face ---

RelayServer::RelayServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RelayServer::~RelayServer() = default;

RelayServer::Started RelayServer::start(const RelayServerOptions& options) {
  auto state = std::make_unique<State>(options);
  std::string problem = state->prepare();
  if (!problem.empty()) return {.server = nullptr, .problem = std::move(problem)};
  return {.server = std::unique_ptr<RelayServer>(new RelayServer(std::move(state))), .problem = {}};
}

std::string RelayServer::url() const { return state_->url(); }
void RelayServer::run() { state_->run(); }
void RelayServer::stop() { state_->stop(); }

}  // namespace homeward::os
