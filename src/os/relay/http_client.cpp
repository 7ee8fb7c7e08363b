#include "os/relay/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <sstream>
#include <variant>

namespace homeward::os {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using beast::error_code;

namespace {

tcp::socket connect(asio::io_context& io, uint16_t port) {
  tcp::socket socket(io);
  error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  if (!error) socket.set_option(tcp::no_delay(true), error);
  return socket;
}

using Secured = beast::ssl_stream<tcp::socket>;

Secured connect_secured(asio::io_context& io, asio::ssl::context& tls, uint16_t port) {
  Secured stream(connect(io, port), tls);
  error_code error;  // is met again by what is asked
  stream.handshake(asio::ssl::stream_base::client, error);
  return stream;
}

}  // namespace

std::optional<wire::AnswerBody> HttpAnswer::frame() const {
  auto decoded = wire::decode_answer(body);
  if (!decoded.ok()) return std::nullopt;
  return decoded->body;
}

struct HttpClient::State {
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::variant<tcp::socket, Secured> socket;
  beast::flat_buffer buffer;
  State(uint16_t port, bool over_tls) : socket(tcp::socket(io)) {
    if (over_tls) {
      socket.emplace<1>(connect_secured(io, tls, port));
    } else {
      std::get<0>(socket) = connect(io, port);
    }
  }
};

HttpClient::HttpClient(uint16_t port, bool over_tls) : state_(std::make_unique<State>(port, over_tls)) {}
HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::call(const wire::Request& request, const std::string& access_key) {
  return post(wire::encode(request),
              access_key.empty() ? "" : "Authorization: Bearer " + access_key + "\r\n");
}

HttpAnswer HttpClient::post(BytesView body, const std::string& extra_head) {
  std::string request =
      "POST /v1/call HTTP/1.1\r\nHost: relay\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
      extra_head + "\r\n";
  request.append(body.begin(), body.end());
  return raw(request);
}

HttpAnswer HttpClient::get(const std::string& target, const std::string& extra_head) {
  return raw("GET " + target + " HTTP/1.1\r\nHost: relay\r\n" + extra_head + "\r\n");
}

HttpAnswer HttpClient::raw(std::string_view bytes) {
  send_only(bytes);
  return receive();
}

void HttpClient::send_only(std::string_view bytes) {
  error_code error;
  std::visit([&](auto& socket) { asio::write(socket, asio::buffer(bytes), error); }, state_->socket);
}

HttpAnswer HttpClient::receive() {
  http::response_parser<http::vector_body<uint8_t>> parser;
  parser.body_limit(8u << 20);
  error_code error;
  std::visit([&](auto& socket) { http::read(socket, state_->buffer, parser, error); }, state_->socket);
  HttpAnswer out;
  if (error) return out;
  out.status = static_cast<int>(parser.get().result_int());
  std::ostringstream head;
  head << parser.get().base();
  out.head = head.str();
  out.body = std::move(parser.get().body());
  return out;
}

struct LiveClient::State {
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::variant<websocket::stream<tcp::socket>, websocket::stream<Secured>> socket;
  beast::flat_buffer buffer;
  std::string head;
  bool is_open = false;
  State(uint16_t port, bool over_tls) : socket(std::in_place_index<0>, io) {
    if (over_tls) {
      socket.emplace<1>(connect_secured(io, tls, port));
    } else {
      std::get<0>(socket).next_layer() = connect(io, port);
    }
  }
  template <class Do>
  void with_socket(Do&& act) {
    std::visit(std::forward<Do>(act), socket);
  }
};

LiveClient::LiveClient(uint16_t port, bool over_tls) : state_(std::make_unique<State>(port, over_tls)) {
  error_code error;
  websocket::response_type response;
  state_->with_socket([&](auto& socket) {
    socket.handshake(response, "relay", "/v1/live", error);
    socket.binary(true);
  });
  state_->is_open = !error;
  std::ostringstream head;
  head << response.base();
  state_->head = head.str();
}
LiveClient::~LiveClient() = default;

bool LiveClient::is_open() const { return state_->is_open; }
const std::string& LiveClient::handshake_head() const { return state_->head; }
void LiveClient::send(const wire::Request& request) { send_bytes(wire::encode(request)); }

void LiveClient::send_bytes(BytesView bytes) {
  error_code error;
  state_->with_socket([&](auto& socket) { socket.write(asio::buffer(bytes.data(), bytes.size()), error); });
}

void LiveClient::send_text(std::string_view text) {
  state_->with_socket([](auto& socket) { socket.text(true); });
  send_bytes(view_of(text));
  state_->with_socket([](auto& socket) { socket.binary(true); });
}

std::optional<wire::Answer> LiveClient::receive() {
  state_->buffer.clear();
  error_code error;
  state_->with_socket([&](auto& socket) { socket.read(state_->buffer, error); });
  if (error) {
    state_->is_open = false;
    return std::nullopt;
  }
  const auto bytes = state_->buffer.cdata();
  auto answer = wire::decode_answer({static_cast<const uint8_t*>(bytes.data()), bytes.size()});
  HW_ASSERT(answer.ok());
  return std::move(*answer);
}

}  // namespace homeward::os
