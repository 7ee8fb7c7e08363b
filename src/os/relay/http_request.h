// One HTTP/1.1 request (RFC 9112) from bytes as they come, and heads of answers, without sockets.
//
// A head has at most 8 KiB, a body what was named. A request with a content encoding is refused: nothing that
// unfolds in memory is taken. What a peer sent is never put into a problem's words.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace homeward::os {

inline constexpr size_t kMostHeadBytes = 8 * 1024;

class HttpRequestReader {
 public:
  explicit HttpRequestReader(size_t most_body_bytes);
  ~HttpRequestReader();

  enum class Stage : uint8_t { kHead, kBody, kWhole, kWrong };
  struct Problem {
    int status = 0;
    const char* words = "";
  };
  // Takes what it can use of `received`, which is what came and was not used yet; says how many bytes that
  // is. Nothing after the end of the request is used.
  size_t take(BytesView received);
  Stage stage() const;
  // Of the body, so far.
  size_t held_bytes() const;
  // Of a wrong request.
  const Problem& problem() const;

  // Once the head is there:
  bool is_get() const;
  bool is_post() const;
  std::string_view target() const;
  bool has(std::string_view field) const;
  std::string_view field(std::string_view name) const;  // empty if there is none
  bool keeps_alive() const;
  // Whether it asks for a WebSocket as RFC 6455, section 4.2.1, says.
  bool is_websocket() const;
  // Once it is whole.
  BytesView body() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One answer to a request of ours, likewise.
class HttpAnswerReader {
 public:
  explicit HttpAnswerReader(size_t most_body_bytes);
  ~HttpAnswerReader();
  // Takes all that belongs to the answer; says how many bytes that is.
  size_t take(BytesView received);
  bool is_whole() const;
  bool is_wrong() const;
  // Of a whole one: whether another request may follow on the connection.
  bool keeps_alive() const;
  Bytes take_body();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct HttpAnswerHead {
  int status = 200;
  std::string_view content_type;
  size_t body_bytes = 0;
  uint16_t retry_after_s = 0;  // 0: none
  std::string_view allow;      // with 405
  bool closes = false;
};
// The head with the empty line after it.
std::string http_answer_head(const HttpAnswerHead& head);
// That of an agreement on a WebSocket; `accept` as websocket_accept says.
std::string http_websocket_head(std::string_view accept);

}  // namespace homeward::os
