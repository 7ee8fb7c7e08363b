// For tests: a blocking client of a relay, over HTTP and over the WebSocket; over TLS on request, where it
// takes any certificate.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "wire/wire.h"

namespace homeward::os {

struct HttpAnswer {
  int status = 0;    // 0: no answer, the connection ended
  std::string head;  // header fields, a line each
  Bytes body;
  // The body as an answer frame.
  std::optional<wire::AnswerBody> frame() const;
};

class HttpClient {
 public:
  explicit HttpClient(uint16_t port, bool over_tls = false);
  ~HttpClient();
  HttpAnswer call(const wire::Request& request, const std::string& access_key = {});
  HttpAnswer post(BytesView body, const std::string& extra_head = {});
  HttpAnswer get(const std::string& target, const std::string& extra_head = {});
  // Sends bytes as they are; then what comes back.
  HttpAnswer raw(std::string_view bytes);
  // Sends bytes and does not wait.
  void send_only(std::string_view bytes);
  // Waits for an answer or the end.
  HttpAnswer receive();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class LiveClient {
 public:
  explicit LiveClient(uint16_t port, bool over_tls = false);
  ~LiveClient();
  bool is_open() const;
  void send(const wire::Request& request);
  void send_bytes(BytesView bytes);
  void send_text(std::string_view text);
  // The next frame; nothing when the connection has ended.
  std::optional<wire::Answer> receive();
  const std::string& handshake_head() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace homeward::os
