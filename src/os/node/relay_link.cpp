#include "os/node/relay_link.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <map>
#include <random>

namespace homeward::os {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr size_t kMostFrameBytes = 2 * wire::kReadAnswerBytes;
constexpr seconds kConnectTimeout{15};
constexpr seconds kRequestTimeout{90};
constexpr uint16_t kPollSeconds = 25;

struct Address {
  bool tls = false;
  std::string host, port;
};

std::optional<Address> parse_url(const std::string& url) {
  Address out;
  std::string rest;
  if (url.starts_with("http://")) {
    rest = url.substr(7);
  } else if (url.starts_with("https://")) {
    out.tls = true;
    rest = url.substr(8);
  } else {
    return std::nullopt;
  }
  if (const size_t slash = rest.find('/'); slash != std::string::npos) rest.resize(slash);
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  out.host = has_port ? rest.substr(0, colon) : rest;
  out.port = has_port ? rest.substr(colon + 1) : out.tls ? "443" : "80";
  if (out.host.starts_with('[') && out.host.ends_with(']'))
    out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host.empty() || out.port.empty()) return std::nullopt;
  return out;
}

// For awaiting without exceptions.
auto quietly(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

}  // namespace

struct RelayLink::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, const std::string& url, Callbacks given)
      : io(context),
        address(parse_url(url)),
        callbacks(std::move(given)),
        retry(context),
        wake(context),
        tls(asio::ssl::context::tls_client) {
    tls.set_default_verify_paths();
    tls.set_verify_mode(asio::ssl::verify_peer);
  }

  asio::io_context& io;
  std::optional<Address> address;
  Callbacks callbacks;
  asio::steady_timer retry;
  asio::steady_timer wake;  // cancelled when something is to be written
  asio::ssl::context tls;
  std::deque<wire::Request> outbox;
  std::function<void()> abort;                           // closes the socket in use
  std::map<wire::QueueId, std::shared_ptr<bool>> polls;  // plain mode: queue → still wanted
  bool stopped = false;
  bool up = false;
  bool plain = false;    // plain requests: the last WebSocket handshake was refused
  uint64_t attempt = 0;  // which connection is current, so that leftovers of older ones end

  void set_up() {
    up = true;
    callbacks.up();
  }
  void set_lost() {
    if (!std::exchange(up, false)) return;
    outbox.clear();
    if (!stopped) callbacks.lost();
  }
  void got(const wire::Answer& answer) {
    if (!stopped) callbacks.answer(answer);
  }

  awaitable<void> run() {
    const auto self = shared_from_this();
    std::minstd_rand jitter(std::random_device{}());
    milliseconds wait{250};
    while (!stopped && address) {
      ++attempt;
      const auto began = std::chrono::steady_clock::now();
      if (address->tls) {
        co_await connect<beast::ssl_stream<beast::tcp_stream>>();
      } else {
        co_await connect<beast::tcp_stream>();
      }
      abort = nullptr;
      for (auto& [queue, wanted] : polls) *wanted = false;
      polls.clear();
      set_lost();
      if (stopped) co_return;
      if (std::chrono::steady_clock::now() - began > seconds(30)) wait = milliseconds(250);
      retry.expires_after(wait + milliseconds(jitter() % (wait.count() / 2)));
      error_code ignored;
      co_await retry.async_wait(quietly(ignored));
      wait = std::min(wait * 2, milliseconds(30'000));
    }
  }

  template <class Stream>
  Stream make_stream() {
    if constexpr (std::is_same_v<Stream, beast::tcp_stream>) {
      return beast::tcp_stream(io);
    } else {
      return Stream(io, tls);
    }
  }

  // Connected, TLS included; false on failure.
  template <class Stream>
  awaitable<bool> open(Stream& stream) {
    error_code error;
    tcp::resolver resolver(io);
    const auto found = co_await resolver.async_resolve(address->host, address->port, quietly(error));
    if (error || stopped) co_return false;
    auto& socket = beast::get_lowest_layer(stream);
    socket.expires_after(kConnectTimeout);
    co_await socket.async_connect(found, quietly(error));
    if (error || stopped) co_return false;
    socket.socket().set_option(tcp::no_delay(true), error);
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
      asio::ip::make_address(address->host, error);
      if (error) {  // RFC 6066, section 3: a server name is no literal address
        SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 address->host.data());
      }
      stream.set_verify_callback(asio::ssl::host_name_verification(address->host));
      co_await stream.async_handshake(asio::ssl::stream_base::client, quietly(error));
      if (error || stopped) co_return false;
    }
    co_return true;
  }

  template <class Stream>
  awaitable<void> connect() {
    if (plain) {
      co_await run_plain<Stream>();
      plain = false;  // the next time the WebSocket has its chance again
      co_return;
    }
    websocket::stream<Stream> ws(make_stream<Stream>());
    abort = [&ws] { beast::get_lowest_layer(ws).cancel(); };
    if (!co_await open(ws.next_layer())) co_return;
    beast::get_lowest_layer(ws).expires_never();
    websocket::stream_base::timeout timeout{kConnectTimeout, seconds(40), true};
    ws.set_option(timeout);
    ws.read_message_max(kMostFrameBytes);
    ws.binary(true);
    error_code error;
    co_await ws.async_handshake(address->host + ":" + address->port, "/v1/live", quietly(error));
    if (error || stopped) {
      plain = true;
      co_return;
    }
    set_up();
    bool reading = true;
    asio::co_spawn(io, write_frames(ws, reading), asio::detached);
    beast::flat_buffer buffer;
    for (;;) {
      co_await ws.async_read(buffer, quietly(error));
      if (error || stopped) break;
      const auto answer = wire::decode_answer(
          BytesView(static_cast<const uint8_t*>(buffer.data().data()), buffer.data().size()));
      if (!answer.ok()) break;
      buffer.consume(buffer.size());
      got(*answer);
    }
    // The writer shares this frame's socket: let it end first.
    set_lost();
    reading = false;
    beast::get_lowest_layer(ws).cancel();
    wake.cancel();
    while (writing) {
      asio::steady_timer pause(io, milliseconds(1));
      co_await pause.async_wait(quietly(error));
    }
  }

  bool writing = false;
  template <class Socket>
  awaitable<void> write_frames(Socket& ws, const bool& reading) {
    const auto self = shared_from_this();
    writing = true;
    error_code error;
    while (reading && !stopped) {
      if (outbox.empty()) {
        wake.expires_after(seconds(3600));
        co_await wake.async_wait(quietly(error));
        continue;
      }
      const Bytes frame = wire::encode(outbox.front());
      outbox.pop_front();
      co_await ws.async_write(asio::buffer(frame), quietly(error));
      if (error) {
        beast::get_lowest_layer(ws).cancel();
        break;
      }
    }
    writing = false;
  }

  // --- Plain requests ---

  template <class Stream>
  awaitable<std::optional<wire::Answer>> ask(Stream& stream, beast::flat_buffer& buffer,
                                             const wire::Request& request) {
    http::request<http::vector_body<uint8_t>> post{http::verb::post, "/v1/call", 11};
    post.set(http::field::host, address->host + ":" + address->port);
    post.set(http::field::content_type, "application/octet-stream");
    post.body() = wire::encode(request);
    post.prepare_payload();
    error_code error;
    beast::get_lowest_layer(stream).expires_after(kRequestTimeout);
    co_await http::async_write(stream, post, quietly(error));
    if (error || stopped) co_return std::nullopt;
    http::response_parser<http::vector_body<uint8_t>> parser;
    parser.body_limit(kMostFrameBytes);
    co_await http::async_read(stream, buffer, parser, quietly(error));
    if (error || stopped) co_return std::nullopt;
    auto answer = wire::decode_answer(parser.get().body());
    if (!answer.ok() || !parser.get().keep_alive()) co_return std::nullopt;
    answer->id = request.id;
    co_return std::move(answer).value();
  }

  // One connection for what is asked, one more for each subscribed queue.
  template <class Stream>
  awaitable<void> run_plain() {
    const uint64_t mine = attempt;
    Stream stream = make_stream<Stream>();
    abort = [&stream] { beast::get_lowest_layer(stream).cancel(); };
    if (!co_await open(stream)) co_return;
    set_up();
    beast::flat_buffer buffer;
    error_code error;
    while (!stopped && mine == attempt && up) {
      if (outbox.empty()) {
        wake.expires_after(seconds(3600));
        co_await wake.async_wait(quietly(error));
        continue;
      }
      const wire::Request request = std::move(outbox.front());
      outbox.pop_front();
      if (const auto* subscribe = std::get_if<wire::Subscribe>(&request.body)) {
        auto wanted = std::make_shared<bool>(true);
        auto& poll = polls[wire::queue_id(subscribe->access)];
        if (poll) *poll = false;
        poll = wanted;
        asio::co_spawn(io, run_poll<Stream>(request.id, *subscribe, wanted, mine), asio::detached);
      } else if (const auto* unsubscribe = std::get_if<wire::Unsubscribe>(&request.body)) {
        if (const auto poll = polls.find(unsubscribe->queue); poll != polls.end()) {
          *poll->second = false;
          polls.erase(poll);
        }
        got({request.id, wire::Done{}});
      } else if (!std::holds_alternative<wire::Acknowledge>(request.body)) {
        const auto answer = co_await ask(stream, buffer, request);
        if (!answer) co_return;
        got(*answer);
      }
    }
  }

  // Long polling in place of a subscription. A failure ends the whole link.
  template <class Stream>
  awaitable<void> run_poll(wire::RequestId id, wire::Subscribe subscribe, std::shared_ptr<bool> wanted,
                           uint64_t mine) {
    const auto self = shared_from_this();
    Stream stream = make_stream<Stream>();
    beast::flat_buffer buffer;
    bool first = true;
    const auto current = [&] { return !stopped && *wanted && mine == attempt; };
    if (co_await open(stream)) {
      while (current()) {
        const wire::Request read{
            0, wire::Read{subscribe.access, subscribe.after, first ? uint16_t{0} : kPollSeconds}};
        const auto answer = co_await ask(stream, buffer, read);
        if (!answer || !current()) break;
        const auto* entries = std::get_if<wire::Entries>(&answer->body);
        if (first) {
          got(entries != nullptr ? wire::Answer{id, wire::Done{entries->last_in_queue}}
                                 : wire::Answer{id, answer->body});
          first = false;
        }
        if (entries == nullptr) co_return;  // refused: the subscriber was told, or will be when it asks again
        if (entries->entries.empty() || !current()) continue;
        subscribe.after = entries->first + entries->entries.size() - 1;
        got({0, *entries});
      }
    }
    if (current()) {
      set_lost();
      wake.cancel();
      if (abort) abort();
    }
  }
};

RelayLink::RelayLink(asio::io_context& io, const std::string& url, Callbacks callbacks)
    : state_(std::make_shared<State>(io, url, std::move(callbacks))) {
  asio::co_spawn(io, [state = state_] { return state->run(); }, asio::detached);
}

RelayLink::~RelayLink() {
  state_->stopped = true;
  state_->retry.cancel();
  state_->wake.cancel();
  if (state_->abort) state_->abort();
}

void RelayLink::send(wire::Request request) {
  if (!state_->up) return;
  state_->outbox.push_back(std::move(request));
  state_->wake.cancel();
}

}  // namespace homeward::os
