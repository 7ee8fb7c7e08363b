#include "os/relay/session.h"

#include "base/secret.h"

namespace homeward::os {

namespace {

// A connection that has this much to take in is not asked for more requests.
constexpr size_t kPauseReading_bytes = 8u << 20;
// When all together have too much to take in, connections with more than this are dropped.
constexpr size_t kDropAbove_bytes = 1u << 20;
// For a peer to end its side once it has its last answer.
constexpr int64_t kWaitForPeer_ms = 2'000;
// Reads in a row for one connection before others have their turn.
constexpr int kReadsInARow = 8;
constexpr size_t kPiecesInAWrite = 64;
// So much of a request may always come.
constexpr size_t kHoldAlways_bytes = 4 * 1024;
// Frames of this size are not copied to stand behind their head.
constexpr size_t kFrameApart_bytes = 32 * 1024;

int64_t ms(uint32_t seconds) { return int64_t{seconds} * 1000; }

std::shared_ptr<const Bytes> share(Bytes bytes) { return std::make_shared<const Bytes>(std::move(bytes)); }

}  // namespace

Connection::Connection(ServerCore& core, int socket, bool is_local, SSL_CTX* tls)
    : core_(core), transport_(socket, tls), is_local_(is_local) {}

void Connection::start() {
  id_ = core_.add(shared_from_this());
  if (transport_.socket() < 0 || !core_.poller().add(transport_.socket(), *this, interest_)) return leave();
  set_deadline(ms(core_.options().request_timeout_s));
  if (!transport_.is_secured()) stage_ = Stage::kRequest;
}

// --- Readiness ---

void Connection::ready(bool readable, bool writable) {
  if (stage_ == Stage::kLeft) return;
  // Nothing was to be read: then this is the connection's end.
  if (readable && !interest_.reading) return leave();
  if (stage_ == Stage::kAgreeing) {
    agree();
  } else {
    if (writable || waits_to_read_) flush();
    if (readable && stage_ != Stage::kLeft) read();
  }
  if (stage_ != Stage::kLeft) set_interest();
}

bool Connection::reads() const {
  switch (stage_) {
    case Stage::kCalling:
    case Stage::kAnswering:
    case Stage::kLeft:
      return waits_to_read_;
    case Stage::kLive:
      return queued_bytes_ <= kPauseReading_bytes || waits_to_read_;
    default:
      return true;
  }
}

void Connection::set_interest() {
  const Poller::Interest wanted{.reading = reads(), .writing = waits_to_write_};
  if (wanted == interest_) return;
  interest_ = wanted;
  core_.poller().change(transport_.socket(), *this, wanted);
}

void Connection::set_deadline(int64_t after_ms) { deadline_ = steady_clock_now().after_ms(after_ms); }

void Connection::look_at_clock(Instant now) {
  if (stage_ == Stage::kLive) {
    const int64_t silent_ms = now.ms - heard_.ms;
    const int64_t most_ms = ms(core_.options().live_timeout_s);
    if (silent_ms >= most_ms) return leave();
    if (silent_ms < most_ms / 2 || std::exchange(was_pinged_, true)) return;
    static const std::shared_ptr<const Bytes> ping = share(websocket_frame(Opcode::kPing, {}));
    queue(ping);
    write_out();
    if (stage_ != Stage::kLeft) set_interest();
  } else if (now >= deadline_) {
    leave();
  }
}

// --- Taking in ---

void Connection::agree() {
  switch (transport_.agree()) {
    case Transport::State::kDone:
      waits_to_write_ = false;
      stage_ = Stage::kRequest;
      set_deadline(ms(core_.options().request_timeout_s));
      return read();
    case Transport::State::kNotReadable:
      waits_to_write_ = false;
      return;
    case Transport::State::kNotWritable:
      waits_to_write_ = true;
      return;
    case Transport::State::kEnded:
      return leave();
  }
}

void Connection::read() {
  for (int i = 0; i < kReadsInARow && reads() && stage_ != Stage::kLeft; ++i) {
    const MutableBytes scratch = core_.read_scratch();
    const Transport::Moved moved = transport_.read(scratch);
    if (moved.state == Transport::State::kEnded) return leave();
    if (moved.state != Transport::State::kDone) return;
    if (stage_ == Stage::kLive || stage_ == Stage::kParting) {
      heard_ = steady_clock_now();
      was_pinged_ = false;
    }
    if (left_.empty()) {
      take(scratch.first(moved.size_bytes));
    } else {
      append(left_, scratch.first(moved.size_bytes));
    }
    take_what_is_left();
    count_held();
    const bool is_all = !transport_.is_secured() && moved.size_bytes < scratch.size();
    if (is_all) return;
  }
}

void Connection::count_held() {
  if (stage_ == Stage::kLeft) return;
  const size_t now_bytes = left_.size() + (reader_ == nullptr ? 0 : reader_->held_bytes());
  core_.count_held(std::exchange(held_bytes_, now_bytes), now_bytes);
  if (now_bytes < kHoldAlways_bytes || !core_.has_too_much_held()) return;
  if (stage_ == Stage::kRequest) {
    refuse({503, "too many requests at once"});
  } else if (stage_ == Stage::kLive) {
    receiver_.reset();
    Bytes().swap(left_);
    part(CloseCode::kPolicy);
  }
}

// Takes what it can of bytes that came just now, and keeps the rest.
bool Connection::take(MutableBytes received) {
  const bool is_live = stage_ == Stage::kLive || stage_ == Stage::kParting;
  const size_t used_bytes = is_live ? take_messages(received) : take_requests(received);
  if (stage_ == Stage::kLeft || stage_ == Stage::kDraining) return false;
  append(left_, received.subspan(used_bytes));
  return used_bytes > 0;
}

void Connection::take_what_is_left() {
  while (!left_.empty() && stage_ != Stage::kLeft) {
    if (stage_ == Stage::kCalling || stage_ == Stage::kAnswering || stage_ == Stage::kAgreeing) return;
    if (receiver_ != nullptr && left_.size() < receiver_->wanted_bytes()) return;
    Bytes now = std::move(left_);
    left_ = {};
    if (!take(now)) return;
  }
}

size_t Connection::drain(MutableBytes received) {
  drained_bytes_ += received.size();
  if (drained_bytes_ > 2 * wire::kLargestRequest) leave();
  return received.size();
}

size_t Connection::take_requests(MutableBytes received) {
  if (stage_ == Stage::kDraining) return drain(received);
  size_t used_bytes = 0;
  while (used_bytes < received.size() && stage_ == Stage::kRequest) {
    if (core_.is_ending()) {
      leave();
      break;
    }
    if (reader_ == nullptr) reader_ = std::make_unique<HttpRequestReader>(wire::kLargestRequest);
    const bool had_head = reader_->stage() != HttpRequestReader::Stage::kHead;
    const size_t step_bytes = reader_->take(received.subspan(used_bytes));
    used_bytes += step_bytes;
    if (reader_->stage() == HttpRequestReader::Stage::kWrong) {
      refuse(reader_->problem());
    } else if (!had_head && reader_->stage() != HttpRequestReader::Stage::kHead) {
      on_head();
    } else if (reader_->stage() == HttpRequestReader::Stage::kWhole) {
      on_request();
    } else if (step_bytes == 0) {
      break;
    }
  }
  return used_bytes;
}

size_t Connection::take_messages(MutableBytes received) {
  if (receiver_ == nullptr) return drain(received);
  size_t used_bytes = 0;
  while (used_bytes < received.size() && reads() && receiver_ != nullptr) {
    const WebSocketReceiver::Step step = receiver_->take(received.subspan(used_bytes));
    used_bytes += step.used_bytes;
    if (step.what == WebSocketReceiver::What::kNothing) {
      if (step.used_bytes == 0) break;
    } else {
      on_message(step);
    }
  }
  return used_bytes;
}

// --- Requests ---

void Connection::on_head() {
  if (reader_->is_websocket()) {
    if (reader_->target() != "/v1/live") return refuse({404, "nothing here"});
    return upgrade();
  }
  set_deadline(ms(core_.options().body_timeout_s));
  if (reader_->stage() == HttpRequestReader::Stage::kWhole) on_request();
}

void Connection::on_request() {
  const std::string_view target = reader_->target();
  if (target == "/v1/call") return reader_->is_post() ? call() : refuse({405, "POST only"});
  const bool is_known = target == "/v1/health" || (target == "/metrics" && may_see_metrics());
  if (!is_known) return refuse({404, "nothing here"});
  if (!reader_->is_get()) return refuse({405, "GET only"});
  respond_text(target == "/metrics" ? relay::metrics_text(core_.relay().counters()) : "ok\n");
}

bool Connection::may_create_queues() const {
  const std::vector<std::string>& keys = core_.options().access_keys;
  bool is_shown = keys.empty();
  for (const std::string& key : keys) {
    is_shown |= constant_time_equal(view_of(reader_->field("Authorization")), view_of("Bearer " + key));
  }
  return is_shown;
}

// Counts show an onlooker when others write; they are for the operator's own machine.
bool Connection::may_see_metrics() const {
  return is_local_ && !reader_->has("X-Forwarded-For") && !reader_->has("Forwarded") && !reader_->has("Via");
}

void Connection::upgrade() {
  const std::string accept = websocket_accept(reader_->field("Sec-WebSocket-Key"));
  if (accept.empty()) return refuse({400, "not a WebSocket's key"});
  const bool may_create = may_create_queues();
  if (std::exchange(is_known_to_relay_, true)) core_.relay().close(id_);
  receiver_ = std::make_unique<WebSocketReceiver>(wire::kLargestRequest);
  reader_.reset();
  stage_ = Stage::kLive;
  heard_ = steady_clock_now();
  queue(share(copy_of(view_of(http_websocket_head(accept)))));
  write_out();
  if (stage_ != Stage::kLive) return;
  core_.relay().open(id_, {.live = true, .may_create_queues = may_create}, heard_);
  core_.wake();
}

void Connection::call() {
  const bool may_create = may_create_queues();
  if (!std::exchange(is_known_to_relay_, true)) {
    core_.relay().open(id_, {.live = false, .may_create_queues = may_create}, steady_clock_now());
  }
  core_.relay().set_may_create_queues(id_, may_create);
  stage_ = Stage::kCalling;
  deadline_ = {INT64_MAX};  // the relay answers in the time that the request names
  core_.receive(id_, reader_->body());
}

void Connection::refuse(const HttpRequestReader::Problem& problem) {
  const std::string words = std::string(problem.words) + "\n";
  respond({.status = problem.status,
           .content_type = "text/plain",
           .retry_after_s = problem.status == 503 ? uint16_t{5} : uint16_t{0},
           .allow = problem.status != 405       ? ""
                    : words.starts_with("POST") ? "POST"
                                                : "GET",
           .closes = true},
          share(copy_of(view_of(words))));
}

void Connection::respond_text(std::string_view text) {
  respond({.content_type = "text/plain; version=0.0.4"}, share(copy_of(view_of(text))));
}

void Connection::respond(HttpAnswerHead head, std::shared_ptr<const Bytes> body) {
  const bool may_stay =
      reader_->stage() == HttpRequestReader::Stage::kWhole && reader_->keeps_alive() && !core_.is_ending();
  head.closes = head.closes || !may_stay || is_ending_;
  head.body_bytes = body->size();
  closes_after_answer_ = head.closes;
  reader_.reset();
  core_.count_held(std::exchange(held_bytes_, left_.size()), left_.size());
  stage_ = Stage::kAnswering;
  set_deadline(ms(core_.options().body_timeout_s));
  queue(share(copy_of(view_of(http_answer_head(head)))));
  queue(std::move(body));
  write_out();
}

void Connection::answered() {
  set_deadline(ms(core_.options().request_timeout_s));
  if (!closes_after_answer_ && !is_ending_ && !core_.is_ending()) {
    stage_ = Stage::kRequest;
    return;
  }
  transport_.end_sending();
  if (is_ending_ || core_.is_ending()) return leave();
  stage_ = Stage::kDraining;
  Bytes().swap(left_);
  set_deadline(kWaitForPeer_ms);
}

// --- Messages ---

void Connection::on_message(const WebSocketReceiver::Step& step) {
  using What = WebSocketReceiver::What;
  const bool is_wrong = step.what == What::kWrong || step.what == What::kTooLarge;
  if (is_wrong) {
    receiver_.reset();
    part(step.what == What::kWrong ? CloseCode::kProtocolError : CloseCode::kTooLarge);
    if (out_.empty()) transport_.end_sending();
  }
  // What comes after our own close is not heard.
  if (is_wrong || (stage_ == Stage::kParting && step.what != What::kClose)) return;
  switch (step.what) {
    case What::kBinary:
      return core_.receive(id_, step.payload);
    case What::kText:
      return core_.receive(id_, {});  // text is no frame, whatever it says
    case What::kPing:
      queue(share(websocket_frame(Opcode::kPong, step.payload)));
      return write_out();
    case What::kClose:
      if (stage_ == Stage::kLive) {
        queue(share(
            websocket_frame(Opcode::kClose, step.payload.first(std::min<size_t>(2, step.payload.size())))));
        write_out();
      }
      transport_.end_sending();
      return leave();
    case What::kWrong:
    case What::kTooLarge:
    case What::kPong:
    case What::kNothing:
      return;
  }
}

void Connection::part(CloseCode code) {
  if (stage_ != Stage::kLive) return;
  stage_ = Stage::kParting;
  set_deadline(kWaitForPeer_ms);
  queue(share(websocket_close_frame(code)));
  write_out();
}

// Tells it why; it subscribes again and goes on where it stood.
void Connection::drop_slow_reader() {
  if (transport_.is_secured() && waits_to_write_) return leave();  // TLS has begun with what would be dropped
  size_t first_whole = out_at_ + (front_sent_bytes_ > 0 ? 1 : 0);
  while (first_whole < out_.size() && out_[first_whole].goes_on) ++first_whole;
  for (size_t i = first_whole; i < out_.size(); ++i) {
    queued_bytes_ -= out_[i].bytes->size();
    core_.count_sent(out_[i].bytes->size());
  }
  out_.resize(std::min(first_whole, out_.size()));
  const wire::Refusal refusal{.reason = wire::Reason::kTooManyRequests,
                              .retry_after_s = 5,
                              .words = "too slow to take in what it subscribed to; subscribe again"};
  queue(share(websocket_frame(Opcode::kBinary, wire::encode(wire::Answer{0, refusal}))));
  part(CloseCode::kPolicy);
}

// --- Sending ---

void Connection::deliver(relay::Delivery delivery) {
  if (stage_ == Stage::kLive) {
    if (delivery.frame->size() < kFrameApart_bytes) {
      queue(core_.framed(delivery.frame), delivery.close_after);
    } else {
      queue(share(websocket_frame_head(Opcode::kBinary, delivery.frame->size())));
      queue(std::move(delivery.frame), delivery.close_after, true);
    }
    if (core_.has_too_much_queued() && queued_bytes_ > kDropAbove_bytes) drop_slow_reader();
  } else if (stage_ == Stage::kCalling) {
    respond({.status = delivery.refused ? wire::http_status(*delivery.refused) : 200,
             .content_type = "application/octet-stream",
             .retry_after_s = delivery.retry_after_s,
             .closes = delivery.close_after},
            std::move(delivery.frame));
  }
}

void Connection::queue(std::shared_ptr<const Bytes> bytes, bool close_after, bool goes_on) {
  queued_bytes_ += bytes->size();
  core_.count_queued(bytes->size());
  out_.push_back({std::move(bytes), close_after, goes_on});
}

void Connection::flush() {
  write_out();
  take_what_is_left();
  if (stage_ != Stage::kLeft) set_interest();
}

void Connection::write_out() {
  waits_to_write_ = false;
  waits_to_read_ = false;
  while (out_at_ < out_.size() && stage_ != Stage::kLeft) {
    if (!write_some()) return;
  }
  if (stage_ == Stage::kLeft) return;
  out_at_ = 0;
  out_.clear();
  if (out_.capacity() > 8) std::vector<Out>().swap(out_);
  if (stage_ == Stage::kAnswering) answered();
  if (stage_ == Stage::kLive && is_ending_) part(CloseCode::kGoingAway);
}

bool Connection::write_some() {
  std::array<BytesView, kPiecesInAWrite> pieces;
  size_t count = 0;
  for (size_t i = out_at_; i < out_.size() && count < pieces.size(); ++i) {
    const BytesView whole = *out_[i].bytes;
    pieces[count] = i == out_at_ ? whole.subspan(front_sent_bytes_) : whole;
    ++count;
    if (out_[i].close_after) break;
  }
  const Transport::Moved moved = transport_.write(std::span(pieces).first(count), core_.write_scratch());
  switch (moved.state) {
    case Transport::State::kDone:
      count_written(moved.size_bytes);
      return true;
    case Transport::State::kNotWritable:
      waits_to_write_ = true;
      return false;
    case Transport::State::kNotReadable:
      waits_to_read_ = true;
      return false;
    case Transport::State::kEnded:
      leave();
      return false;
  }
  return false;
}

void Connection::count_written(size_t size_bytes) {
  queued_bytes_ -= size_bytes;
  core_.count_sent(size_bytes);
  while (size_bytes > 0) {
    const size_t left_bytes = out_[out_at_].bytes->size() - front_sent_bytes_;
    if (size_bytes < left_bytes) {
      front_sent_bytes_ += size_bytes;
      return;
    }
    size_bytes -= left_bytes;
    front_sent_bytes_ = 0;
    const bool close_after = out_[out_at_].close_after;
    out_[out_at_++].bytes.reset();
    if (close_after) {
      for (size_t i = out_at_; i < out_.size(); ++i) {
        queued_bytes_ -= out_[i].bytes->size();
        core_.count_sent(out_[i].bytes->size());
      }
      out_.resize(out_at_);
      return part(CloseCode::kPolicy);
    }
  }
}

// --- Ending ---

void Connection::end() {
  is_ending_ = true;
  switch (stage_) {
    case Stage::kLive:
      write_out();
      if (stage_ != Stage::kLeft) set_interest();
      return;
    case Stage::kCalling:
    case Stage::kAnswering:
    case Stage::kParting:
      return;
    case Stage::kRequest:
      if (reader_ != nullptr && reader_->stage() == HttpRequestReader::Stage::kBody) return;
      return leave();
    default:
      return leave();
  }
}

void Connection::abort() { leave(); }

void Connection::leave() {
  if (std::exchange(stage_, Stage::kLeft) == Stage::kLeft) return;
  core_.count_sent(queued_bytes_);
  core_.count_held(std::exchange(held_bytes_, 0), 0);
  queued_bytes_ = 0;
  if (transport_.socket() >= 0) core_.poller().remove(transport_.socket());
  transport_.close();
  core_.remove(id_);
}

void start_session(ServerCore& core, int socket, bool is_local, SSL_CTX* tls) {
  std::make_shared<Connection>(core, socket, is_local, tls)->start();
}

}  // namespace homeward::os
