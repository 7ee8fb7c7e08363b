#include "os/postgres/session.h"

#include <algorithm>

namespace homeward::os::postgres {

using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kFirstBackoff{50};
constexpr std::chrono::milliseconds kLongestBackoff{1'000};
constexpr std::chrono::milliseconds kTryAgain{20};
constexpr std::chrono::milliseconds kLookForLate{500};

// The server is going, or no longer the one that takes writes: another connection may find the one that does.
bool is_lost(const std::string& state) {
  return state == kLost || state == "25006" || state.starts_with("08") || state.starts_with("57P");
}

// Serialization failure, deadlock, a lock not got in time, cancelled.
bool is_worth_repeating(const std::string& state) {
  return state == "40001" || state == "40P01" || state == "55P03" || state == "57014";
}

bool is_given(const PQconninfoOption* options, std::string_view name) {
  for (; options->keyword != nullptr; ++options) {
    if (options->keyword == name) return options->val != nullptr;
  }
  return false;
}

}  // namespace

Attempt connect(const Target& target, const Prepare& prepare) {
  // What is not said otherwise: the server that takes writes, found and missed within seconds.
  static constexpr std::pair<const char*, const char*> kUnlessGiven[] = {
      {"target_session_attrs", "read-write"}, {"connect_timeout", "5"},  {"keepalives_idle", "5"},
      {"keepalives_interval", "3"},           {"keepalives_count", "3"}, {"tcp_user_timeout", "15000"},
      {"application_name", "homeward-relay"}};
  PQconninfoOption* parsed = PQconninfoParse(target.conninfo.c_str(), nullptr);
  if (parsed == nullptr) return {.connected = nullptr, .problem = "not a connection that PostgreSQL knows"};
  std::vector<const char*> names{"dbname"};
  std::vector<const char*> values{target.conninfo.c_str()};
  for (const auto& [name, value] : kUnlessGiven) {
    if (is_given(parsed, name)) continue;
    names.push_back(name);
    values.push_back(value);
  }
  PQconninfoFree(parsed);
  names.push_back(nullptr);
  values.push_back(nullptr);
  Connected connected(PQconnectdbParams(names.data(), values.data(), 1));
  if (connected == nullptr || PQstatus(connected.get()) != CONNECTION_OK) {
    return {.connected = nullptr, .problem = "no server of the cluster that takes writes can be reached"};
  }
  PQsetNoticeReceiver(connected.get(), [](void*, const PGresult*) {}, nullptr);
  std::string problem = prepare(connected.get());
  if (!problem.empty()) return {.connected = nullptr, .problem = std::move(problem)};
  return {.connected = std::move(connected), .problem = {}};
}

Session::Session(boost::asio::io_context& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      background_(loop),
      reconnect_timer_(loop),
      again_timer_(loop),
      patience_timer_(loop) {
  reconnect();
  if (options_.patience_ms > 0) give_up_late();
}

Session::~Session() { *is_alive_ = false; }

void Session::reconnect() {
  background_.run<Attempt>(
      [target = options_.target, prepare = options_.prepare] {
        Attempt attempt = connect(target, prepare);
        PGconn* connection = attempt.connected.get();
        if (connection != nullptr &&
            (PQenterPipelineMode(connection) == 0 || PQsetnonblocking(connection, 1) != 0)) {
          attempt.connected = nullptr;
        }
        return attempt;
      },
      [this](Attempt attempt) { came(std::move(attempt)); });
}

void Session::came(Attempt attempt) {
  if (attempt.connected == nullptr) {
    if (options_.failed) options_.failed(attempt.problem);
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    return reconnect_after(backoff_);
  }
  backoff_ = {};
  out_ = 0;
  connection_ = std::make_unique<Connection>(
      loop_, std::move(attempt.connected), [this] { lost(); },
      [this](std::string_view payload, bool is_own) {
        if (options_.notified) options_.notified(payload, is_own);
      });
  if (options_.changed) options_.changed(true);
  pump();
}

void Session::lost() {
  connection_ = nullptr;
  if (options_.changed) options_.changed(false);
  reconnect_after(kFirstBackoff);
}

void Session::reconnect_after(std::chrono::milliseconds delay) {
  reconnect_timer_.expires_after(delay);
  reconnect_timer_.async_wait([this](error_code error) {
    if (!error) reconnect();
  });
}

void Session::call(Request request) {
  waiting_.push_back({.request = std::move(request), .since = std::chrono::steady_clock::now()});
  pump();
}

void Session::pump() {
  while (connection_ != nullptr && !is_paused_ && !waiting_.empty() && out_ < options_.depth) {
    auto waiting = std::make_shared<Waiting>(std::move(waiting_.front()));
    waiting_.pop_front();
    ++out_;
    Request sent{.calls = waiting->request.calls,
                 .is_transaction = waiting->request.is_transaction,
                 .done = [this, waiting, is_alive = is_alive_](Answer answer) {
                   if (!*is_alive) return;
                   answered(std::move(*waiting), std::move(answer));
                 }};
    connection_->send(std::move(sent));
  }
}

void Session::answered(Waiting waiting, Answer answer) {
  if (out_ > 0) --out_;
  if (is_lost(answer.failed)) {
    // Answers of one lost connection come oldest first; they go back in that order, by their time.
    const auto place = std::ranges::upper_bound(waiting_, waiting.since, {}, &Waiting::since);
    waiting_.insert(place, std::move(waiting));
    if (answer.failed != kLost && connection_ != nullptr) connection_->lose();
    return;
  }
  if (is_worth_repeating(answer.failed)) {
    waiting_.push_front(std::move(waiting));
    return again_after(kTryAgain);
  }
  const auto is_alive = is_alive_;
  waiting.request.done(std::move(answer));
  if (*is_alive) pump();
}

void Session::again_after(std::chrono::milliseconds delay) {
  is_paused_ = true;
  again_timer_.expires_after(delay);
  again_timer_.async_wait([this](error_code error) {
    if (error) return;
    is_paused_ = false;
    pump();
  });
}

void Session::give_up_late() {
  patience_timer_.expires_after(kLookForLate);
  patience_timer_.async_wait([this](error_code error) {
    if (error) return;
    const auto late = std::chrono::steady_clock::now() - std::chrono::milliseconds(options_.patience_ms);
    while (connection_ == nullptr && !waiting_.empty() && waiting_.front().since < late) {
      const Waiting given_up = std::move(waiting_.front());
      waiting_.pop_front();
      Answer answer;
      answer.failed = kLost;
      given_up.request.done(std::move(answer));
    }
    give_up_late();
  });
}

}  // namespace homeward::os::postgres
