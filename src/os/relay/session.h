// One connection to the relay's server: TLS where it is spoken, then HTTP requests one after the other, or a
// WebSocket after one of them. Memory is bounded whatever the peer does, and next to none while it is idle.
#pragma once

#include "os/relay/http_request.h"
#include "os/relay/server_core.h"
#include "os/relay/websocket.h"

namespace homeward::os {

class Connection final : public Session, public Polled, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerCore& core, int socket, bool is_local, SSL_CTX* tls);
  void start();

  void deliver(relay::Delivery delivery) override;
  void flush() override;
  void look_at_clock(Instant now) override;
  void end() override;
  void abort() override;
  void ready(bool readable, bool writable) override;

 private:
  enum class Stage : uint8_t {
    kAgreeing,   // on TLS
    kRequest,    // waits for a request, or takes one in
    kCalling,    // the relay has the request
    kAnswering,  // the answer goes out
    kDraining,   // all was said; what the peer still sends is taken in, so that it sees the answer and no
                 // reset
    kLive,       // a WebSocket
    kParting,    // a WebSocket whose close was sent
    kLeft,
  };
  struct Out {
    std::shared_ptr<const Bytes> bytes;
    bool close_after = false;
    bool goes_on = false;  // with the one before makes one frame
  };

  // --- Taking in ---
  void agree();
  void read();
  // Whether anything was used.
  bool take(MutableBytes received);
  size_t take_requests(MutableBytes received);
  size_t take_messages(MutableBytes received);
  void take_what_is_left();
  // Counts what is held of a request that is not whole; ends the request if all sessions hold too much.
  void count_held();
  bool reads() const;
  size_t drain(MutableBytes received);

  // --- Requests ---
  void on_head();
  void on_request();
  void upgrade();
  void call();
  bool may_create_queues() const;
  bool may_see_metrics() const;
  void refuse(const HttpRequestReader::Problem& problem);
  void respond_text(std::string_view text);
  void respond(HttpAnswerHead head, std::shared_ptr<const Bytes> body);
  void answered();

  // --- Messages ---
  void on_message(const WebSocketReceiver::Step& step);
  void part(CloseCode code);
  void drop_slow_reader();

  // --- Sending ---
  void write_out();
  void queue(std::shared_ptr<const Bytes> bytes, bool close_after = false, bool goes_on = false);
  bool write_some();
  void count_written(size_t size_bytes);
  void set_interest();
  void set_deadline(int64_t after_ms);
  void leave();

  ServerCore& core_;
  Transport transport_;
  Stage stage_ = Stage::kAgreeing;
  const bool is_local_;
  bool is_ending_ = false;
  bool is_known_to_relay_ = false;
  bool closes_after_answer_ = false;
  bool was_pinged_ = false;
  bool waits_to_write_ = false;
  bool waits_to_read_ = false;  // TLS has to read before it can write
  Poller::Interest interest_;
  relay::ConnectionId id_ = 0;
  Instant deadline_{INT64_MAX};  // of the stage
  Instant heard_{0};             // when the peer last sent anything
  size_t drained_bytes_ = 0;
  std::unique_ptr<HttpRequestReader> reader_;    // while a request is taken in or answered
  std::unique_ptr<WebSocketReceiver> receiver_;  // of a WebSocket
  Bytes left_;                                   // came and was not used yet
  std::vector<Out> out_;
  size_t out_at_ = 0;            // index of the first that is not sent as a whole
  size_t front_sent_bytes_ = 0;  // of that one
  size_t queued_bytes_ = 0;
  size_t held_bytes_ = 0;
};

}  // namespace homeward::os
