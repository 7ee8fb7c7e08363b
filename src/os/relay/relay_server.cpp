#include "os/relay/relay_server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>

#include "os/postgres/store.h"
#include "os/relay/listener.h"
#include "os/relay/other_relays.h"
#include "os/relay/server_core.h"
#include "os/relay/server_store.h"
#include "os/relay/tls.h"
#include "os/relay/websocket.h"

namespace homeward::os {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kShutdown = std::chrono::milliseconds(3'500);
constexpr auto kShutdownStep = std::chrono::milliseconds(10);
constexpr auto kLookAtClock = std::chrono::seconds(1);
constexpr int64_t kLongestSleep_ms = 60'000;

// Each connection is a file handle.
void raise_handle_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

namespace {
// The loop, before everything that runs on it.
struct Loop {
  asio::io_context io_{1};
};
}  // namespace

class RelayServer::State final : private Loop, public ServerCore {
 public:
  explicit State(const RelayServerOptions& options) : ServerCore(options, io_) {}
  ~State() override {
    listeners_.clear();
    sessions_.clear();
    removed_.clear();
    others_.reset();
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
  std::string open_store();
  std::string listen();
  void listen_to_signals();
  void await_reload();
  bool accept();
  void wake() override;
  void turn();
  void send(std::vector<relay::Delivery> deliveries);
  void look_at_clock();
  void set_timer();
  void begin_ending();
  void go_on_ending();

  std::vector<std::unique_ptr<Listener>> listeners_;
  std::optional<OtherRelays> others_;
  asio::steady_timer timer_{io_};
  asio::steady_timer clock_timer_{io_};
  asio::steady_timer ending_timer_{io_};
  asio::signal_set signals_{io_};
  asio::signal_set reload_signal_{io_};

  std::shared_ptr<SSL_CTX> tls_;  // null: none
  std::unique_ptr<ServerStore> store_;
  Instant timer_due_{INT64_MAX};
  bool is_awake_ = false;
  bool sessions_were_ended_ = false;
  std::vector<std::shared_ptr<Session>> to_flush_;
  std::chrono::steady_clock::time_point ending_until_{};
};

// --- Starting ---

std::string RelayServer::State::prepare() {
  raise_handle_limit();
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose peers may have gone
  HW_ASSERT(options_.tls_certificate_file.empty() == options_.tls_key_file.empty());
  if (!options_.tls_certificate_file.empty()) {
    Tls loaded = load_tls(options_.tls_certificate_file, options_.tls_key_file);
    if (loaded.context == nullptr) return loaded.problem;
    tls_ = std::move(loaded.context);
  }
  if (const std::string problem = open_store(); !problem.empty()) return problem;
  if (const std::string problem = listen(); !problem.empty()) return problem;
  relay_.emplace(*store_, options_.limits, steady_clock_now());
  others_.emplace(io_, poller_, [this](relay::ForwardId id, std::optional<Bytes> answer) {
    relay_->forwarded(id, std::move(answer));
    wake();
  });
  store_->set_answered([this] { wake(); });
  store_->set_heard([this](const wire::QueueId& queue, uint64_t last) {
    relay_->heard(queue, last);
    wake();
  });
  return {};
}

std::string RelayServer::State::open_store() {
  if (options_.stores.empty()) {
    OpenedStore opened = open_local_store(io_, options_.folder);
    store_ = std::move(opened.store);
    return opened.problem;
  }
  PostgresStore::Opened opened = PostgresStore::open(io_, {.stores = options_.stores,
                                                           .is_alone = options_.stores_are_alone,
                                                           .forget_stores = options_.forget_stores,
                                                           .retention_days = options_.limits.retention_days});
  store_ = std::move(opened.store);
  return opened.problem;
}

std::string RelayServer::State::listen() {
  std::vector<Listener::Opened> opened;
  if (!options_.address.empty()) opened.push_back(Listener::on_tcp(options_.address, options_.port));
  if (!options_.unix_socket.empty()) opened.push_back(Listener::on_unix(options_.unix_socket));
  if (opened.empty()) return "neither an address nor a Unix socket to listen on";
  for (Listener::Opened& each : opened) {
    if (each.listener == nullptr) return each.problem;
    listeners_.push_back(std::move(each.listener));
  }
  return poller_.is_open() ? "" : "no room for more file handles";
}

std::string RelayServer::State::url() const {
  const std::string name = listeners_.front()->name();
  if (options_.address.empty()) return "unix:" + name;
  return (tls_ ? "https://" : "http://") + name;
}

// --- The loop ---

void RelayServer::State::run() {
  if (options_.ends_on_signals) listen_to_signals();
  if (!accept()) return;
  poller_.start();
  look_at_clock();
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

bool RelayServer::State::accept() {
  for (const auto& listener : listeners_) {
    const bool is_tcp = listener == listeners_.front() && !options_.address.empty();
    const bool is_heard = listener->start(poller_, [this, is_tcp](int socket, bool is_local) {
      if (is_ending_ || sessions_.size() >= options_.most_connections) {
        ::close(socket);
        return;
      }
      start_session(*this, socket, is_local, is_tcp ? tls_.get() : nullptr);
    });
    if (!is_heard) return false;
  }
  return true;
}

// Ends what has taken too long, and accepts again where handles were short: they come back when connections
// end.
void RelayServer::State::look_at_clock() {
  const Instant now = steady_clock_now();
  std::vector<std::shared_ptr<Session>> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) sessions.push_back(session);
  for (const auto& session : sessions) session->look_at_clock(now);
  others_->look_at_clock(now);
  for (const auto& listener : listeners_) listener->resume();
  clock_timer_.expires_after(kLookAtClock);
  clock_timer_.async_wait([this](error_code error) {
    if (!error) look_at_clock();
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
  for (relay::ForwardCall& call : relay_->take_forwards()) others_->ask(std::move(call));
  send(relay_->take_deliveries());
  if (relay_->has_work()) wake();
  set_timer();
}

// All that a session is sent in one turn goes out at once.
void RelayServer::State::send(std::vector<relay::Delivery> deliveries) {
  for (relay::Delivery& delivery : deliveries) {
    const auto found = sessions_.find(delivery.to);
    if (found == sessions_.end()) continue;
    to_flush_.push_back(found->second);
    to_flush_.back()->deliver(std::move(delivery));
  }
  for (const auto& session : to_flush_) session->flush();
  to_flush_.clear();
  framed_of_.reset();
  framed_.reset();
}

std::shared_ptr<const Bytes> ServerCore::framed(const std::shared_ptr<const Bytes>& frame) {
  if (framed_of_ != frame) {
    framed_ = std::make_shared<const Bytes>(websocket_frame(Opcode::kBinary, *frame));
    framed_of_ = frame;
  }
  return framed_;
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
  listeners_.clear();
  clock_timer_.cancel();
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
