// The page's server: HTTP on loopback only, for one person's browser and for `homeward call` and `homeward
// watch`.
//
// Who may ask: a browser that opened the address with the one-time token (it then holds a cookie: HttpOnly,
// SameSite=Strict), or a program that shows the control token. Host must name this loopback address and
// Origin, where there is one, this very page, so that neither a rebound DNS name nor another local page gets
// in. Answers are never stored (Cache-Control: no-store) and the page may load nothing from elsewhere
// (Content-Security-Policy).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

namespace homeward::os {

class PageServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";  // must be a loopback address
    uint16_t port = 0;               // 0: any free one
    std::string control_token;
  };
  // `call(body)` answers the body of POST /api/call, which is JSON both ways; it runs on the context's
  // thread.
  using Call = std::function<std::string(std::string& body)>;

  // Throws std::runtime_error with words for a person if it cannot listen there.
  PageServer(boost::asio::io_context& io, Options options, Call call);
  ~PageServer();

  uint16_t port() const;
  // An address for the person's browser, good once.
  std::string new_address();
  // To everybody who listens on /api/notices.
  void broadcast(const std::string& json);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace homeward::os
