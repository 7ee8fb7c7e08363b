#include "os/relay/other_relays.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>

#include "os/relay/http_request.h"
#include "os/relay/transport.h"
#include "os/relay/writer_thread.h"

namespace homeward::os {

using boost::asio::ip::tcp;

namespace {

constexpr int64_t kAnswerWithin_ms = 5'000;
constexpr int64_t kKeepIdle_ms = 20'000;  // less than a relay keeps an idle connection
constexpr size_t kMostIdle = 32;

}  // namespace

std::optional<RelayAddress> parse_relay_url(const std::string& url) {
  RelayAddress out;
  out.over_tls = url.starts_with("https://");
  if (!out.over_tls && !url.starts_with("http://")) return std::nullopt;
  std::string rest = url.substr(out.over_tls ? 8 : 7);
  if (rest.find_first_of("/?#@ \t\r\n") != std::string::npos) return std::nullopt;
  const size_t bracket = rest.starts_with("[") ? rest.find(']') : std::string::npos;
  const size_t colon = rest.find(':', bracket == std::string::npos ? 0 : bracket);
  out.port = colon == std::string::npos ? (out.over_tls ? "443" : "80") : rest.substr(colon + 1);
  out.host = rest.substr(0, colon);
  if (bracket != std::string::npos) out.host = rest.substr(1, bracket - 1);
  const bool is_number = !out.port.empty() && out.port.size() <= 5 &&
                         out.port.find_first_not_of("0123456789") == std::string::npos;
  if (out.host.empty() || !is_number || std::stoi(out.port) > 65'535) return std::nullopt;
  return out;
}

struct OtherRelays::Trust {
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  Trust() {
    HW_ASSERT(tls != nullptr);
    SSL_CTX_set_min_proto_version(tls.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(tls.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_verify_paths(tls.get());
  }
};

// A connection to one relay, with one call on it at a time.
class OtherRelays::Exchange final : public Polled {
 public:
  Exchange(OtherRelays& owner, std::string url, RelayAddress address)
      : owner_(owner), url_(std::move(url)), address_(std::move(address)) {}
  ~Exchange() override { close(); }

  const std::string& url() const { return url_; }
  const RelayAddress& address() const { return address_; }
  relay::ForwardId call() const { return call_.id; }
  bool is_late(Instant now) const { return now >= deadline_; }
  bool may_be_kept() const { return keeps_; }
  void give_up() { is_given_up_ = true; }
  // On a connection that was there: the other relay may have closed it meanwhile, which says nothing yet.
  bool may_try_again() const { return !is_given_up_ && was_used_ && !has_heard_; }
  bool may_try_next_address() const { return !is_given_up_ && sent_bytes_ == 0 && addresses_.size() > 1; }

  void take_call(relay::ForwardCall call);
  relay::ForwardCall give_call() { return std::move(call_); }
  void take_addresses(std::vector<tcp::endpoint> addresses) { addresses_ = std::move(addresses); }
  std::vector<tcp::endpoint> other_addresses() const { return {addresses_.begin() + 1, addresses_.end()}; }
  // To the first of the addresses.
  bool connect();
  // Asks on a connection that rested.
  void ask_again();
  void rest();
  void close();
  void ready(bool, bool) override { go_on(); }

 private:
  enum class Stage : uint8_t { kConnecting, kAgreeing, kSending, kReceiving, kIdle, kOver };

  void go_on();
  Transport::State send();
  Transport::State receive();
  void over(std::optional<Bytes> answer) {
    stage_ = Stage::kOver;
    owner_.finish(*this, std::move(answer));
  }

  OtherRelays& owner_;
  const std::string url_;
  const RelayAddress address_;
  std::vector<tcp::endpoint> addresses_;
  Stage stage_ = Stage::kConnecting;
  relay::ForwardCall call_;
  Instant deadline_{0};
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<HttpAnswerReader> reader_;
  Bytes out_, in_;
  size_t sent_bytes_ = 0;
  bool was_used_ = false;
  bool has_heard_ = false;
  bool keeps_ = false;
  bool is_given_up_ = false;
};

void OtherRelays::Exchange::take_call(relay::ForwardCall call) {
  call_ = std::move(call);
  deadline_ = steady_clock_now().after_ms(kAnswerWithin_ms + int64_t{call_.wait_s} * 1000);
  const bool is_v6 = address_.host.find(':') != std::string::npos;
  out_ = copy_of(
      view_of("POST /v1/call HTTP/1.1\r\nHost: " + (is_v6 ? "[" + address_.host + "]" : address_.host) + ":" +
              address_.port + "\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
              std::to_string(call_.request.size()) + "\r\n\r\n"));
  append(out_, call_.request);
  sent_bytes_ = 0;
  keeps_ = false;
  reader_ = std::make_unique<HttpAnswerReader>(wire::kLargestAnswer);
}

bool OtherRelays::Exchange::connect() {
  const tcp::endpoint& to = addresses_.front();
  const int socket =
      ::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (socket < 0) return false;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  transport_ = address_.over_tls
                   ? std::make_unique<Transport>(socket, owner_.trust_->tls.get(), address_.host)
                   : std::make_unique<Transport>(socket);
  if (transport_->socket() < 0) return false;
  const int connected = ::connect(socket, to.data(), static_cast<socklen_t>(to.size()));
  return (connected == 0 || errno == EINPROGRESS) &&
         owner_.poller_.add(socket, *this, {.reading = true, .writing = true});
}

void OtherRelays::Exchange::ask_again() {
  was_used_ = true;
  has_heard_ = false;
  stage_ = Stage::kSending;
  go_on();
}

void OtherRelays::Exchange::rest() {
  stage_ = Stage::kIdle;
  reader_.reset();
  deadline_ = steady_clock_now().after_ms(kKeepIdle_ms);
  owner_.poller_.change(transport_->socket(), *this, {.reading = true, .writing = false});
}

void OtherRelays::Exchange::close() {
  if (transport_ == nullptr || transport_->socket() < 0) return;
  owner_.poller_.remove(transport_->socket());
  transport_->close();
}

void OtherRelays::Exchange::go_on() {
  if (stage_ == Stage::kOver) return;
  if (stage_ == Stage::kIdle) return over(std::nullopt);        // nothing is awaited: this is its end
  if (stage_ == Stage::kConnecting) stage_ = Stage::kAgreeing;  // what failed shows at the first use
  Transport::State state = Transport::State::kDone;
  if (stage_ == Stage::kAgreeing) {
    state = transport_->agree();
    if (state == Transport::State::kDone) stage_ = Stage::kSending;
  }
  if (stage_ == Stage::kSending) state = send();
  if (stage_ == Stage::kReceiving) state = receive();
  if (stage_ == Stage::kOver || stage_ == Stage::kIdle) return;
  if (state == Transport::State::kEnded) return over(std::nullopt);
  owner_.poller_.change(transport_->socket(), *this,
                        {.reading = true, .writing = state == Transport::State::kNotWritable});
}

Transport::State OtherRelays::Exchange::send() {
  while (sent_bytes_ < out_.size()) {
    const auto moved = transport_->write(BytesView(out_).subspan(sent_bytes_));
    if (moved.state != Transport::State::kDone) return moved.state;
    sent_bytes_ += moved.size_bytes;
  }
  stage_ = Stage::kReceiving;
  return Transport::State::kDone;
}

Transport::State OtherRelays::Exchange::receive() {
  std::array<uint8_t, 16 * 1024> scratch;
  for (;;) {
    const auto moved = transport_->read(scratch);
    if (moved.state != Transport::State::kDone) return moved.state;
    has_heard_ = true;
    append(in_, BytesView(scratch).first(moved.size_bytes));
    const size_t used_bytes = reader_->take(in_);
    in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(used_bytes));
    if (reader_->is_wrong()) return Transport::State::kEnded;
    if (!reader_->is_whole()) continue;
    keeps_ = reader_->keeps_alive() && in_.empty();
    Bytes().swap(out_);
    over(reader_->take_body());
    return Transport::State::kDone;
  }
}

OtherRelays::OtherRelays(boost::asio::io_context& io, Poller& poller, Done done)
    : io_(io), poller_(poller), done_(std::move(done)), trust_(std::make_shared<Trust>()), resolver_(io) {}
OtherRelays::~OtherRelays() { *is_here_ = false; }

void OtherRelays::ask(relay::ForwardCall call) {
  const auto kept = std::ranges::find_if(idle_, [&](const auto& each) { return each->url() == call.url; });
  if (kept != idle_.end()) {
    const std::shared_ptr<Exchange> exchange = *kept;
    idle_.erase(kept);
    exchange->take_call(std::move(call));
    busy_.emplace(exchange.get(), exchange);
    return exchange->ask_again();
  }
  auto address = parse_relay_url(call.url);
  if (!address)
    return boost::asio::post(io_, [this, here = is_here_, id = call.id] {
      if (*here) done_(id, std::nullopt);
    });
  auto exchange = std::make_shared<Exchange>(*this, call.url, *address);
  exchange->take_call(std::move(call));
  busy_.emplace(exchange.get(), exchange);
  start(std::move(exchange));
}

void OtherRelays::start(std::shared_ptr<Exchange> exchange) {
  const RelayAddress& address = exchange->address();
  resolver_.async_resolve(
      address.host, address.port,
      [this, here = is_here_, exchange](const boost::system::error_code& error, const auto& found) {
        if (*here && busy_.contains(exchange.get()))
          resolved(exchange, error ? tcp::resolver::results_type{} : found);
      });
}

void OtherRelays::resolved(std::shared_ptr<Exchange> exchange, const tcp::resolver::results_type& found) {
  std::vector<tcp::endpoint> addresses;
  for (const auto& each : found) addresses.push_back(each.endpoint());
  exchange->take_addresses(std::move(addresses));
  connect(*exchange, found.empty());
}

void OtherRelays::connect(Exchange& exchange, bool has_no_address) {
  if (has_no_address || !exchange.connect()) finish(exchange, std::nullopt);
}

void OtherRelays::finish(Exchange& exchange, std::optional<Bytes> answer) {
  const auto idle = std::ranges::find_if(idle_, [&](const auto& each) { return each.get() == &exchange; });
  if (idle != idle_.end()) {
    exchange.close();
    gone_.push_back(std::move(*idle));
    idle_.erase(idle);
    return;
  }
  const auto found = busy_.find(&exchange);
  if (found == busy_.end()) return;
  std::shared_ptr<Exchange> ended = std::move(found->second);
  busy_.erase(found);
  const relay::ForwardId id = ended->call();
  const bool is_next_address = !answer && ended->may_try_next_address();
  if (is_next_address || (!answer && ended->may_try_again())) {
    auto anew = std::make_shared<Exchange>(*this, ended->url(), ended->address());
    anew->take_call(ended->give_call());
    busy_.emplace(anew.get(), anew);
    if (is_next_address) anew->take_addresses(ended->other_addresses());
    is_next_address ? connect(*anew, false) : start(anew);
  } else {
    done_(id, std::move(answer));
  }
  if (ended->may_be_kept() && idle_.size() < kMostIdle) {
    ended->rest();
    idle_.push_back(std::move(ended));
  } else {
    ended->close();
    gone_.push_back(std::move(ended));
  }
}

void OtherRelays::look_at_clock(Instant now) {
  gone_.clear();
  std::vector<std::shared_ptr<Exchange>> late;
  for (const auto& [key, exchange] : busy_)
    if (exchange->is_late(now)) late.push_back(exchange);
  for (const auto& exchange : idle_)
    if (exchange->is_late(now)) late.push_back(exchange);
  for (const auto& exchange : late) {
    exchange->give_up();
    finish(*exchange, std::nullopt);
  }
}

}  // namespace homeward::os
