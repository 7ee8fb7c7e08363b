#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "os/relay/server_core.h"

namespace homeward::os {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using beast::error_code;

namespace {

constexpr uint32_t kMostHeaderBytes = 8 * 1024;
// A connection that has this much to take in is not asked for more requests.
constexpr size_t kPauseReading_bytes = 8u << 20;
// When all together have too much to take in, connections with more than this are dropped.
constexpr size_t kDropAbove_bytes = 1u << 20;
// For a peer to end its side once it has its last answer.
constexpr std::chrono::seconds kWaitForPeer{2};

// What a session speaks over: the socket itself, or TLS on it.
using Plain = beast::tcp_stream;
using Secured = beast::ssl_stream<beast::tcp_stream>;

using Parser = http::request_parser<http::vector_body<uint8_t>>;
using HttpRequest = Parser::value_type;
using HttpResponse = http::response<http::vector_body<uint8_t>>;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool may_create_queues(const ServerCore& core, const HttpRequest& request) {
  const std::string& key = core.options().access_key;
  return key.empty() ||
         constant_time_equal(view_of(view(request[http::field::authorization])), view_of("Bearer " + key));
}

// --- WebSocket ---

template <class Stream>
class HttpSession;

template <class Stream>
class LiveSession final : public Session, public std::enable_shared_from_this<LiveSession<Stream>> {
 public:
  LiveSession(ServerCore& core, Stream&& stream) : core_(core), socket_(std::move(stream)) {}

  void start(HttpRequest&& request) {
    id_ = core_.add(this->shared_from_this());
    request_ = std::move(request);
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = std::chrono::seconds(core_.options().request_timeout_s);
    timeout.idle_timeout = std::chrono::seconds(core_.options().live_timeout_s);
    timeout.keep_alive_pings = true;
    beast::get_lowest_layer(socket_).expires_never();
    socket_.set_option(timeout);
    socket_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(http::field::server, "");  // else the library names itself
    }));
    socket_.read_message_max(wire::kLargestRequest);
    socket_.auto_fragment(false);
    socket_.binary(true);
    socket_.async_accept(request_,
                         [self = this->shared_from_this()](error_code error) { self->on_accepted(error); });
  }

  void deliver(relay::Delivery delivery) override {
    const size_t size_bytes = delivery.frame->size();
    queued_bytes_ += size_bytes;
    core_.count_queued(size_bytes);
    queue_.push_back(std::move(delivery));
    if (core_.has_too_much_queued() && queued_bytes_ > kDropAbove_bytes) return abort();
    write();
  }

  void end() override {
    is_ending_ = true;
    write();
  }

  void abort() override {
    error_code ignored;
    beast::get_lowest_layer(socket_).socket().close(ignored);
    leave();
  }

 private:
  void on_accepted(error_code error) {
    request_ = {};
    if (error || has_left_) return leave();
    is_open_ = true;
    const bool may_create = may_create_;
    core_.relay().open(id_, {.live = true, .may_create_queues = may_create}, steady_clock_now());
    read();
    write();
  }

  void read() {
    if (is_reading_ || is_closing_ || queued_bytes_ > kPauseReading_bytes) return;
    is_reading_ = true;
    socket_.async_read(buffer_,
                       [self = this->shared_from_this()](error_code error, size_t) { self->on_read(error); });
  }

  void on_read(error_code error) {
    is_reading_ = false;
    if (error || has_left_) return leave();
    const auto bytes = buffer_.cdata();
    // Text is no frame, whatever it says.
    const size_t size_bytes = socket_.got_binary() ? bytes.size() : 0;
    core_.receive(id_, {static_cast<const uint8_t*>(bytes.data()), size_bytes});
    buffer_.consume(bytes.size());
    read();
  }

  void write() {
    if (!is_open_ || is_writing_ || is_closing_) return;
    if (queue_.empty()) {
      if (is_ending_) close(websocket::close_code::going_away);
      return;
    }
    is_writing_ = true;
    const Bytes& frame = *queue_.front().frame;
    socket_.async_write(asio::buffer(frame), [self = this->shared_from_this()](error_code error, size_t) {
      self->on_written(error);
    });
  }

  void on_written(error_code error) {
    is_writing_ = false;
    if (error || has_left_) return leave();
    const size_t size_bytes = queue_.front().frame->size();
    const bool close_after = queue_.front().close_after;
    queue_.pop_front();
    queued_bytes_ -= size_bytes;
    core_.count_sent(size_bytes);
    if (close_after) return close(websocket::close_code::policy_error);
    read();
    write();
  }

  void close(websocket::close_code code) {
    is_closing_ = true;
    // Beast's own timeout bounds the wait for the peer's answer.
    socket_.async_close(code, [self = this->shared_from_this()](error_code) { self->leave(); });
  }

  void leave() {
    if (std::exchange(has_left_, true)) return;
    core_.count_sent(queued_bytes_);
    queued_bytes_ = 0;
    is_closing_ = true;
    core_.remove(id_);
  }

  friend class HttpSession<Stream>;
  ServerCore& core_;
  websocket::stream<Stream> socket_;
  beast::flat_buffer buffer_;
  HttpRequest request_;
  relay::ConnectionId id_ = 0;
  std::deque<relay::Delivery> queue_;
  size_t queued_bytes_ = 0;
  bool may_create_ = true;
  bool is_open_ = false;
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_ending_ = false;
  bool is_closing_ = false;
  bool has_left_ = false;
};

// --- HTTP ---

template <class Stream>
class HttpSession final : public Session, public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  template <class... Of>
  explicit HttpSession(ServerCore& core, Of&&... stream)
      : core_(core), stream_(std::forward<Of>(stream)...) {}

  void start() {
    id_ = core_.add(this->shared_from_this());
    if constexpr (kIsSecured) {
      tcp_stream().expires_after(std::chrono::seconds(core_.options().request_timeout_s));
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (error || self->has_left_) return self->leave();
                                self->read();
                              });
    } else {
      read();
    }
  }

  void deliver(relay::Delivery delivery) override {
    if (!is_calling_) return;
    is_calling_ = false;
    const auto status =
        delivery.refused ? static_cast<http::status>(wire::http_status(*delivery.refused)) : http::status::ok;
    HttpResponse response(status, 11);
    response.set(http::field::content_type, "application/octet-stream");
    if (delivery.retry_after_s > 0)
      response.set(http::field::retry_after, std::to_string(delivery.retry_after_s));
    response.body() = *delivery.frame;
    respond(std::move(response), !delivery.close_after);
  }

  void end() override {
    is_ending_ = true;
    if (!is_busy_) abort();
  }

  void abort() override {
    tcp_stream().close();
    leave();
  }

 private:
  static constexpr bool kIsSecured = std::is_same_v<Stream, Secured>;

  beast::tcp_stream& tcp_stream() { return beast::get_lowest_layer(stream_); }

  void read() {
    is_busy_ = false;
    if (is_ending_ || core_.is_ending()) return abort();
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(wire::kLargestRequest);
    tcp_stream().expires_after(std::chrono::seconds(core_.options().request_timeout_s));
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code error, size_t) { self->on_header(error); });
  }

  void on_header(error_code error) {
    if (has_left_) return;
    is_busy_ = true;
    if (error == http::error::header_limit)
      return refuse(http::status::request_header_fields_too_large, "too long a head");
    if (error == http::error::body_limit) return refuse(http::status::payload_too_large, "too long a body");
    if (error.category() == http::make_error_code(http::error::bad_value).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return refuse(http::status::bad_request, "not HTTP/1.1");
    }
    if (error) return leave();
    const HttpRequest& request = parser_->get();
    if (request.count(http::field::content_encoding) != 0) {
      return refuse(http::status::unsupported_media_type, "no content encoding is accepted");
    }
    if (websocket::is_upgrade(request))
      return view(request.target()) == "/v1/live" ? upgrade()
                                                  : refuse(http::status::not_found, "nothing here");
    tcp_stream().expires_after(std::chrono::seconds(core_.options().body_timeout_s));
    http::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code failed, size_t) { self->on_request(failed); });
  }

  void upgrade() {
    const auto live = std::make_shared<LiveSession<Stream>>(core_, std::move(stream_));
    live->may_create_ = may_create_queues(core_, parser_->get());
    leave();
    live->start(parser_->release());
  }

  void on_request(error_code error) {
    if (has_left_) return;
    if (error == http::error::body_limit) return refuse(http::status::payload_too_large, "too long a body");
    if (error) return leave();
    const std::string_view target = view(parser_->get().target());
    const http::verb method = parser_->get().method();
    if (target == "/v1/call")
      return method == http::verb::post ? call() : refuse(http::status::method_not_allowed, "POST only");
    const bool is_known = target == "/v1/health" || (target == "/metrics" && may_see_metrics());
    if (!is_known) return refuse(http::status::not_found, "nothing here");
    if (method != http::verb::get) return refuse(http::status::method_not_allowed, "GET only");
    respond_text(target == "/metrics" ? relay::metrics_text(core_.relay().counters()) : "ok\n");
  }

  void call() {
    const HttpRequest& request = parser_->get();
    const bool may_create = may_create_queues(core_, request);
    if (!std::exchange(is_known_to_relay_, true)) {
      core_.relay().open(id_, {.live = false, .may_create_queues = may_create}, steady_clock_now());
    }
    core_.relay().set_may_create_queues(id_, may_create);
    is_calling_ = true;
    tcp_stream().expires_never();  // the relay answers in the time that the request names
    core_.receive(id_, request.body());
  }

  // Counts show an onlooker when others write; they are for the operator's own machine.
  bool may_see_metrics() {
    error_code error;
    const tcp::endpoint peer = tcp_stream().socket().remote_endpoint(error);
    const HttpRequest& request = parser_->get();
    return !error && peer.address().is_loopback() && request.count("X-Forwarded-For") == 0 &&
           request.count(http::field::forwarded) == 0 && request.count(http::field::via) == 0;
  }

  void refuse(http::status status, std::string_view words) {
    HttpResponse response(status, 11);
    response.set(http::field::content_type, "text/plain");
    if (status == http::status::method_not_allowed)
      response.set(http::field::allow, words.starts_with("POST") ? "POST" : "GET");
    response.body() = copy_of(view_of(std::string(words) + "\n"));
    respond(std::move(response), false);
  }

  void respond_text(std::string_view text) {
    HttpResponse response(http::status::ok, 11);
    response.set(http::field::content_type, "text/plain; version=0.0.4");
    response.body() = copy_of(view_of(text));
    respond(std::move(response), true);
  }

  void respond(HttpResponse&& response, bool may_stay) {
    response_ = std::move(response);
    response_.set(http::field::cache_control, "no-store");
    response_.keep_alive(may_stay && parser_->keep_alive() && !core_.is_ending());
    response_.prepare_payload();
    tcp_stream().expires_after(std::chrono::seconds(core_.options().body_timeout_s));
    http::async_write(stream_, response_, [self = this->shared_from_this()](error_code error, size_t) {
      self->on_written(error);
    });
  }

  void on_written(error_code error) {
    if (error || has_left_) return leave();
    const bool stays = response_.keep_alive();
    response_ = {};
    if (stays) return read();
    if constexpr (kIsSecured) {
      // Says that this was all. What the peer sends meanwhile ends the wait for its word and is drained.
      tcp_stream().expires_after(kWaitForPeer);
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->end_sending(); });
    } else {
      end_sending();
    }
  }

  void end_sending() {
    if (has_left_) return;
    error_code ignored;
    tcp_stream().socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (is_ending_ || core_.is_ending()) return abort();
    drain();
  }

  // Takes in what the peer still sends, as it comes from the network, so that it sees the answer and not a
  // reset.
  void drain() {
    is_busy_ = false;
    tcp_stream().expires_after(kWaitForPeer);
    buffer_.clear();
    tcp_stream().async_read_some(buffer_.prepare(64 * 1024), [self = this->shared_from_this()](
                                                                 error_code error, size_t size_bytes) {
      self->drained_bytes_ += size_bytes;
      if (error || self->is_ending_ || self->has_left_ || self->drained_bytes_ > 2 * wire::kLargestRequest) {
        self->abort();
      } else {
        self->drain();
      }
    });
  }

  void leave() {
    if (std::exchange(has_left_, true)) return;
    core_.remove(id_);
  }

  ServerCore& core_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpResponse response_;
  relay::ConnectionId id_ = 0;
  size_t drained_bytes_ = 0;
  bool is_known_to_relay_ = false;
  bool is_calling_ = false;
  bool is_busy_ = false;  // between a request's head and its answer
  bool is_ending_ = false;
  bool has_left_ = false;
};

}  // namespace

void start_session(ServerCore& core, tcp::socket socket, asio::ssl::context* tls) {
  if (tls == nullptr) {
    std::make_shared<HttpSession<Plain>>(core, std::move(socket))->start();
  } else {
    std::make_shared<HttpSession<Secured>>(core, std::move(socket), *tls)->start();
  }
}

}  // namespace homeward::os
