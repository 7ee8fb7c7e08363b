#include "os/relay/http_request.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace homeward::os {

namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }
boost::beast::string_view view(std::string_view text) { return {text.data(), text.size()}; }

HttpRequestReader::Problem problem_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit) return {431, "too long a head"};
  if (error == http::error::body_limit) return {413, "too long a body"};
  return {400, "not HTTP/1.1"};
}

}  // namespace

struct HttpRequestReader::State {
  http::request_parser<http::vector_body<uint8_t>> parser;
  bool is_wrong = false;
  Problem problem;

  const auto& request() const { return parser.get(); }
  void refuse(const Problem& why) {
    is_wrong = true;
    problem = why;
  }
};

HttpRequestReader::HttpRequestReader(size_t most_body_bytes) : state_(std::make_unique<State>()) {
  state_->parser.header_limit(kMostHeadBytes);
  state_->parser.body_limit(most_body_bytes);
  state_->parser.eager(true);
}
HttpRequestReader::~HttpRequestReader() = default;

size_t HttpRequestReader::take(BytesView received) {
  auto& parser = state_->parser;
  size_t used_bytes = 0;
  while (!state_->is_wrong && !parser.is_done() && used_bytes < received.size()) {
    boost::system::error_code error;
    const size_t step_bytes =
        parser.put(boost::asio::buffer(received.data() + used_bytes, received.size() - used_bytes), error);
    used_bytes += step_bytes;
    if (error && error != http::error::need_more) {
      state_->refuse(problem_of(error));
    } else if (parser.is_header_done() && has("Content-Encoding")) {
      state_->refuse({415, "no content encoding is accepted"});
    } else if (error || step_bytes == 0) {
      break;
    }
  }
  return used_bytes;
}

HttpRequestReader::Stage HttpRequestReader::stage() const {
  if (state_->is_wrong) return Stage::kWrong;
  if (state_->parser.is_done()) return Stage::kWhole;
  return state_->parser.is_header_done() ? Stage::kBody : Stage::kHead;
}

size_t HttpRequestReader::held_bytes() const { return state_->request().body().size(); }
const HttpRequestReader::Problem& HttpRequestReader::problem() const { return state_->problem; }
bool HttpRequestReader::is_get() const { return state_->request().method() == http::verb::get; }
bool HttpRequestReader::is_post() const { return state_->request().method() == http::verb::post; }
std::string_view HttpRequestReader::target() const { return view(state_->request().target()); }
bool HttpRequestReader::has(std::string_view field) const {
  return state_->request().count(view(field)) != 0;
}
std::string_view HttpRequestReader::field(std::string_view name) const {
  return view(state_->request()[view(name)]);
}
bool HttpRequestReader::keeps_alive() const { return state_->parser.keep_alive(); }
bool HttpRequestReader::is_websocket() const {
  return boost::beast::websocket::is_upgrade(state_->request()) && field("Sec-WebSocket-Version") == "13";
}
BytesView HttpRequestReader::body() const { return state_->request().body(); }

struct HttpAnswerReader::State {
  http::response_parser<http::vector_body<uint8_t>> parser;
  bool is_wrong = false;
};

HttpAnswerReader::HttpAnswerReader(size_t most_body_bytes) : state_(std::make_unique<State>()) {
  state_->parser.header_limit(kMostHeadBytes);
  state_->parser.body_limit(most_body_bytes);
  state_->parser.eager(true);
}
HttpAnswerReader::~HttpAnswerReader() = default;

size_t HttpAnswerReader::take(BytesView received) {
  auto& parser = state_->parser;
  size_t used_bytes = 0;
  while (!state_->is_wrong && !parser.is_done() && used_bytes < received.size()) {
    boost::system::error_code error;
    const size_t step_bytes =
        parser.put(boost::asio::buffer(received.data() + used_bytes, received.size() - used_bytes), error);
    used_bytes += step_bytes;
    // Without a length it would end with the connection, and nobody could tell whether it is whole.
    state_->is_wrong = (error && error != http::error::need_more) ||
                       (parser.is_header_done() && !parser.chunked() && !parser.content_length());
    if (error || step_bytes == 0) break;
  }
  return used_bytes;
}

bool HttpAnswerReader::is_whole() const { return !state_->is_wrong && state_->parser.is_done(); }
bool HttpAnswerReader::is_wrong() const { return state_->is_wrong; }
bool HttpAnswerReader::keeps_alive() const { return state_->parser.keep_alive(); }
Bytes HttpAnswerReader::take_body() { return std::move(state_->parser.get().body()); }

std::string http_answer_head(const HttpAnswerHead& head) {
  std::string out = "HTTP/1.1 " + std::to_string(head.status) + " ";
  out += view(http::obsolete_reason(static_cast<http::status>(head.status)));
  out.append("\r\nContent-Type: ").append(head.content_type);
  if (head.retry_after_s > 0) out += "\r\nRetry-After: " + std::to_string(head.retry_after_s);
  if (!head.allow.empty()) out.append("\r\nAllow: ").append(head.allow);
  out += "\r\nCache-Control: no-store";
  if (head.closes) out += "\r\nConnection: close";
  return out + "\r\nContent-Length: " + std::to_string(head.body_bytes) + "\r\n\r\n";
}

std::string http_websocket_head(std::string_view accept) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         std::string(accept) + "\r\n\r\n";
}

}  // namespace homeward::os
