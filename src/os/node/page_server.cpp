#include "os/node/page_server.h"

#include <sodium.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <list>
#include <set>

#include "base/text.h"
#include "os/node/assets.h"
#include "os/node/os_random.h"

namespace homeward::os {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr size_t kMostBodyBytes = 1024 * 1024;
constexpr size_t kMostNoticesWaiting = 1000;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; "
    "connect-src "
    "'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

auto quietly(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

bool same(std::string_view a, std::string_view b) { return constant_time_equal(view_of(a), view_of(b)); }

std::string random_token() {
  OsRandom random;
  return to_base64url(random.bytes(32));
}

// The value of our cookie in a Cookie header, empty if it is not there.
std::string_view cookie_of(std::string_view header, std::string name) {
  name += '=';
  while (!header.empty()) {
    const size_t end = header.find(';');
    std::string_view one = header.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name)) return one.substr(name.size());
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace

struct PageServer::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, Options given, Call handler)
      : io(context), options(std::move(given)), call(std::move(handler)), acceptor(context) {}

  asio::io_context& io;
  Options options;
  Call call;
  tcp::acceptor acceptor;
  std::set<std::string> one_time;  // tokens of addresses that were not opened yet
  std::set<std::string> sessions;  // cookies
  struct Listener {
    explicit Listener(asio::io_context& context) : wake(context) {}
    asio::steady_timer wake;
    std::deque<std::string> waiting;
    beast::tcp_stream* stream = nullptr;
  };
  std::list<std::shared_ptr<Listener>> listeners;
  std::list<beast::tcp_stream*> streams;
  bool stopped = false;

  // Cookies know no ports: with the port in the name, several nodes on one machine do not overwrite each
  // other's.
  std::string cookie_name() const { return "homeward_" + std::to_string(acceptor.local_endpoint().port()); }
  std::string authority() const {
    return options.host + ":" + std::to_string(acceptor.local_endpoint().port());
  }

  void listen() {
    error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (error || !address.is_loopback())
      throw std::runtime_error("the page listens on a loopback address only");
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint, error);
    if (error)
      throw std::runtime_error("port " + std::to_string(options.port) +
                               " is taken; choose another with --page");
    acceptor.listen();
  }

  awaitable<void> accept_all() {
    const auto self = shared_from_this();
    while (!stopped) {
      error_code error;
      tcp::socket socket = co_await acceptor.async_accept(quietly(error));
      if (stopped) co_return;
      if (!error) asio::co_spawn(io, serve(std::move(socket)), asio::detached);
    }
  }

  awaitable<void> serve(tcp::socket socket) {
    const auto self = shared_from_this();
    error_code unset;
    socket.set_option(tcp::no_delay(true), unset);
    beast::tcp_stream stream(std::move(socket));
    const auto place = streams.insert(streams.end(), &stream);
    beast::flat_buffer buffer;
    error_code error;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kMostBodyBytes);
      stream.expires_after(std::chrono::seconds(75));
      co_await http::async_read(stream, buffer, parser, quietly(error));
      if (error || stopped) break;
      Request request = parser.release();
      if (request.target() == "/api/notices" && allowed(request)) {
        co_await stream_notices(stream);
        break;
      }
      Response response = answer(request);
      response.keep_alive(request.keep_alive());
      response.prepare_payload();
      co_await http::async_write(stream, response, quietly(error));
      sodium_memzero(response.body().data(), response.body().size());
      if (error || stopped || !response.keep_alive()) break;
    }
    streams.erase(place);
  }

  static void harden(Response& response) {
    response.set(http::field::cache_control, "no-store");
    response.set("Content-Security-Policy", kPolicy);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    response.set("X-Frame-Options", "DENY");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    response.set("Cross-Origin-Resource-Policy", "same-origin");
    response.set("Permissions-Policy", "camera=(), microphone=(self), geolocation=(), interest-cohort=()");
  }

  static Response text(http::status status, std::string body) {
    Response response{status, 11};
    harden(response);
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    response.body() = std::move(body);
    return response;
  }

  // Host names this address and Origin, where there is one, this page.
  bool local(const Request& request) const {
    const std::string_view host = request[http::field::host];
    const std::string port = ":" + std::to_string(acceptor.local_endpoint().port());
    if (host != authority() && host != "localhost" + port) return false;
    const std::string_view origin = request[http::field::origin];
    if (!origin.empty() && origin != "http://" + std::string(host)) return false;
    const std::string_view site = request["Sec-Fetch-Site"];
    return site.empty() || site == "same-origin" || site == "none" || request.method() == http::verb::get;
  }

  bool allowed(const Request& request) const {
    if (!local(request)) return false;
    const std::string_view bearer = request[http::field::authorization];
    if (bearer.starts_with("Bearer ")) return same(bearer.substr(7), options.control_token);
    const std::string_view cookie = cookie_of(request[http::field::cookie], cookie_name());
    for (const std::string& session : sessions) {
      if (same(session, cookie)) return true;
    }
    return false;
  }

  Response answer(Request& request) {
    if (!local(request))
      return text(http::status::forbidden, "This address is for this device's own page only.\n");
    const std::string_view target = request.target();
    if (request.method() == http::verb::get && target.starts_with("/?token="))
      return open_session(target.substr(8));
    if (target == "/api/call") {
      if (!allowed(request))
        return text(http::status::unauthorized, "Open the page by the address that the node printed.\n");
      if (request.method() != http::verb::post) return text(http::status::method_not_allowed, "POST only.\n");
      return answer_call(request);
    }
    if (request.method() != http::verb::get) return text(http::status::method_not_allowed, "GET only.\n");
    if (!allowed(request)) {
      return text(http::status::unauthorized,
                  "Откройте страницу по адресу, который напечатала программа.\n"
                  "Open the page by the address that the program printed.\n");
    }
    return answer_asset(target == "/" ? "/index.html" : target);
  }

  Response open_session(std::string_view token) {
    const auto found =
        std::find_if(one_time.begin(), one_time.end(), [&](const std::string& t) { return same(t, token); });
    if (found == one_time.end()) {
      return text(http::status::forbidden,
                  "Этот адрес уже открывали. Новый адрес: homeward address\n"
                  "This address was opened before. A new one: homeward address\n");
    }
    one_time.erase(found);
    const std::string session = *sessions.insert(random_token()).first;
    Response response = text(http::status::see_other, "");
    response.set(http::field::location, "/");
    response.set(http::field::set_cookie,
                 cookie_name() + "=" + session + "; Path=/; HttpOnly; SameSite=Strict");
    return response;
  }

  Response answer_call(Request& request) {
    std::string body = call(request.body());
    sodium_memzero(request.body().data(), request.body().size());
    Response response = text(http::status::ok, std::move(body));
    response.set(http::field::content_type, "application/json");
    return response;
  }

  static Response answer_asset(std::string_view path) {
    for (const Asset& asset : assets()) {
      if (asset.path != path) continue;
      Response response = text(http::status::ok, std::string(asset.body.begin(), asset.body.end()));
      response.set(http::field::content_type, asset.content_type);
      return response;
    }
    return text(http::status::not_found, "There is nothing at this address.\n");
  }

  awaitable<void> stream_notices(beast::tcp_stream& stream) {
    const auto self = shared_from_this();
    const auto listener = std::make_shared<Listener>(io);
    const auto place = listeners.insert(listeners.end(), listener);
    error_code error;
    Response head = text(http::status::ok, "");
    head.set(http::field::content_type, "text/event-stream; charset=utf-8");
    head.keep_alive(false);
    http::response_serializer<http::string_body> serializer(head);
    stream.expires_after(std::chrono::seconds(30));
    co_await http::async_write_header(stream, serializer, quietly(error));
    while (!error && !stopped) {
      std::string out;
      for (const std::string& one : listener->waiting) out += "data: " + one + "\n\n";
      listener->waiting.clear();
      if (out.empty()) out = ":\n\n";  // tells a gone browser from a quiet one
      stream.expires_after(std::chrono::seconds(30));
      co_await asio::async_write(stream, asio::buffer(out), quietly(error));
      if (error || stopped) break;
      if (!listener->waiting.empty()) continue;
      stream.expires_never();
      listener->wake.expires_after(std::chrono::seconds(20));
      error_code woken;
      co_await listener->wake.async_wait(quietly(woken));
    }
    listeners.erase(place);
  }
};

PageServer::PageServer(asio::io_context& io, Options options, Call call)
    : state_(std::make_shared<State>(io, std::move(options), std::move(call))) {
  state_->listen();
  asio::co_spawn(io, [state = state_] { return state->accept_all(); }, asio::detached);
}

PageServer::~PageServer() {
  state_->stopped = true;
  error_code ignored;
  state_->acceptor.close(ignored);
  for (beast::tcp_stream* stream : state_->streams) stream->cancel();
  for (const auto& listener : state_->listeners) listener->wake.cancel();
}

uint16_t PageServer::port() const { return state_->acceptor.local_endpoint().port(); }

std::string PageServer::new_address() {
  const std::string token = *state_->one_time.insert(random_token()).first;
  return "http://" + state_->authority() + "/?token=" + token;
}

void PageServer::broadcast(const std::string& json) {
  for (const auto& listener : state_->listeners) {
    if (listener->waiting.size() >= kMostNoticesWaiting) continue;  // it fetches everything again anyway
    listener->waiting.push_back(json);
    listener->wake.cancel();
  }
}

}  // namespace homeward::os
