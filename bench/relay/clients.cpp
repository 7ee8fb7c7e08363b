#include "bench/relay/clients.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/assert.h"
#include "base/environment.h"
#include "bench/relay/relay_process.h"

namespace homeward::bench {

namespace {

constexpr size_t kAcknowledgeAfter_bytes = wire::kPushWindowBytes / 4;  // as the members' client does

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "bench: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

void write_all(int to, const void* from, size_t size) {
  if (::write(to, from, size) != static_cast<ssize_t>(size)) give_up("a process of the load ended");
}

void read_all(int from, void* into, size_t size) {
  auto* at = static_cast<uint8_t*>(into);
  while (size > 0) {
    const ssize_t got = ::read(from, at, size);
    if (got <= 0) give_up("a process of the load ended");
    at += got;
    size -= static_cast<size_t>(got);
  }
}

SSL_CTX* client_tls() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
    return made;
  }();
  return context;
}

}  // namespace

wire::QueueAccess queue(uint64_t index) {
  SeededRandom random(index + 1);
  return wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
}

// --- One connection ---

Peer::Peer(uint16_t port, bool over_tls) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) give_up("connect");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!over_tls) return;
  ssl_ = SSL_new(client_tls());
  SSL_set_fd(ssl_, socket_);
  if (SSL_connect(ssl_) != 1) give_up("TLS");
}

Peer::Peer(Peer&& other) noexcept
    : has_ended_(other.has_ended_),
      socket_(std::exchange(other.socket_, -1)),
      ssl_(std::exchange(other.ssl_, nullptr)) {}

Peer::~Peer() {
  SSL_free(ssl_);
  if (socket_ >= 0) ::close(socket_);
}

void Peer::write(BytesView bytes) {
  while (!bytes.empty()) {
    size_t sent = 0;
    if (ssl_ != nullptr) {
      if (SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent) != 1) give_up("TLS write");
    } else {
      const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) give_up("write");
      sent = static_cast<size_t>(size);
    }
    bytes = bytes.subspan(sent);
  }
}

size_t Peer::read(MutableBytes into) {
  if (ssl_ != nullptr) {
    size_t size = 0;
    const int result = SSL_read_ex(ssl_, into.data(), into.size(), &size);
    has_ended_ = result != 1 && SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ;
    return result == 1 ? size : 0;
  }
  const ssize_t size = ::recv(socket_, into.data(), into.size(), 0);
  has_ended_ = size == 0;
  return size > 0 ? static_cast<size_t>(size) : 0;
}

void Peer::do_not_block() { ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK); }
bool Peer::has_pending() const { return ssl_ != nullptr && SSL_pending(ssl_) > 0; }

void Peer::go_live() {
  write(
      view_of("GET /v1/live HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    uint8_t one = 0;
    if (read({&one, 1}) != 1) give_up("no WebSocket");
    head += static_cast<char>(one);
  }
  if (!head.starts_with("HTTP/1.1 101")) give_up("no WebSocket");
}

Bytes message(const wire::Request& request) {
  const Bytes frame = wire::encode(request);
  Bytes out{0x82};
  if (frame.size() < 126) {
    out.push_back(static_cast<uint8_t>(0x80 | frame.size()));
  } else if (frame.size() < 65'536) {
    out.insert(out.end(),
               {0xFE, static_cast<uint8_t>(frame.size() >> 8), static_cast<uint8_t>(frame.size() & 0xFF)});
  } else {
    out.insert(out.end(), {0xFF, 0, 0, 0, 0});
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(frame.size() >> shift));
  }
  out.insert(out.end(), {0, 0, 0, 0});  // a mask that leaves the bytes as they are
  append(out, frame);
  return out;
}

Bytes post(const wire::Request& request) {
  const Bytes frame = wire::encode(request);
  Bytes out = copy_of(view_of("POST /v1/call HTTP/1.1\r\nHost: relay\r\nContent-Length: " +
                              std::to_string(frame.size()) + "\r\n\r\n"));
  append(out, frame);
  return out;
}

std::optional<BytesView> Messages::next() {
  const BytesView left = BytesView(left_).subspan(at_);
  if (left.size() < 2) return std::nullopt;
  size_t head = 2;
  uint64_t size = left[1];
  if (size >= 126) {
    head = size == 126 ? 4 : 10;
    if (left.size() < head) return std::nullopt;
    size = 0;
    for (size_t i = 2; i < head; ++i) size = size << 8 | left[i];
  }
  if (left.size() < head + size) return std::nullopt;
  at_ += head + size;
  const uint8_t opcode = left[0] & 0x0F;
  was_pinged_ = was_pinged_ || opcode == 9;
  if (opcode >= 8) return next();
  return left.subspan(head, size);
}

void Messages::compact() {
  left_.erase(left_.begin(), left_.begin() + static_cast<ptrdiff_t>(std::exchange(at_, 0)));
}

wire::Answer Live::receive() {
  static Bytes scratch(256 * 1024);
  for (;;) {
    if (const auto next = messages_.next()) {
      auto answer = wire::decode_answer(*next);
      HW_ASSERT(answer.ok());
      return std::move(*answer);
    }
    messages_.compact();
    const size_t size = peer_.read(scratch);
    if (size == 0) give_up("the relay ended a connection");
    messages_.add(BytesView(scratch).first(size));
  }
}

void Live::await_appended(size_t count) {
  while (count > 0) {
    const wire::Answer answer = receive();
    if (const auto* refusal = std::get_if<wire::Refusal>(&answer.body)) {
      std::fprintf(stderr, "bench: an append was refused: %s\n", refusal->words.c_str());
      std::exit(1);
    }
    count -= std::holds_alternative<wire::Appended>(answer.body) ? 1 : 0;
  }
}

Bytes stamped_entry(size_t size_bytes, uint64_t serial) {
  static const Bytes noise = SeededRandom(99).bytes(wire::kLargestEntry);
  Bytes out(noise.begin(), noise.begin() + static_cast<ptrdiff_t>(size_bytes));
  const uint64_t now = now_ns();
  std::memcpy(out.data(), &now, 8);
  std::memcpy(out.data() + 8, &serial, 8);
  return out;
}

double Latencies::quantile_ms(double share) const {
  uint64_t all = 0;
  for (const uint32_t each : count) all += each;
  uint64_t below = 0;
  for (size_t i = 0; i < count.size(); ++i) {
    below += count[i];
    if (static_cast<double>(below) >= share * static_cast<double>(all)) return static_cast<double>(i) / 100;
  }
  return 1000;
}

// --- Subscribers ---

namespace {

class SubscribersProcess {
 public:
  SubscribersProcess(const Subscribers::Options& options, int control)
      : options_(options), control_(control), epoll_(::epoll_create1(0)) {}

  [[noreturn]] void run() {
    connect();
    write_all(control_, "r", 1);
    for (;;) {
      std::array<epoll_event, 512> events;
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const uint64_t index = events[static_cast<size_t>(i)].data.u64;
        index == UINT64_MAX ? obey() : take(all_[index]);
      }
      if (expected_ > 0 && taken_ >= expected_) {
        taken_ -= std::exchange(expected_, 0);
        write_all(control_, &last_ns_, sizeof last_ns_);
      }
    }
  }

 private:
  struct One {
    explicit One(Peer&& of) : peer(std::move(of)) {}
    Peer peer;
    Messages messages;
    size_t not_acknowledged_bytes = 0;
  };

  void connect() {
    all_.reserve(options_.connections);
    for (uint64_t i = 0; i < options_.connections; ++i) {
      all_.emplace_back(Peer(options_.port, options_.over_tls));
      One& one = all_.back();
      if (!options_.is_raw) subscribe(one, i);
      if (!options_.raw_greeting.empty()) {
        one.peer.write(view_of(options_.raw_greeting));
        while (text_of(BytesView(scratch_).first(one.peer.read(scratch_))).find("PONG") ==
               std::string::npos) {
        }
      }
      one.peer.do_not_block();
      watch(one.peer.socket(), i);
    }
    watch(control_, UINT64_MAX);
  }

  void subscribe(One& one, uint64_t index) {
    one.peer.go_live();
    uint64_t asked = 0;
    for (uint64_t at = options_.all_to_the_first ? 0 : index; at < options_.queues;
         at += options_.connections) {
      one.peer.write(message({1, wire::Subscribe{queue(options_.first_queue + at).read, options_.after}}));
      ++asked;
      if (options_.all_to_the_first) break;
    }
    while (asked > 0) {
      const size_t size = one.peer.read(scratch_);
      if (size == 0) give_up("the relay ended a connection");
      one.messages.add(BytesView(scratch_).first(size));
      while (const auto next = one.messages.next()) {
        constexpr uint8_t kEntries = 2, kDone = 3;
        const uint8_t kind = next->size() > 4 ? (*next)[4] : uint8_t{0};
        if (kind != kEntries && kind != kDone) give_up("not subscribed");
        kind == kDone ? void(--asked) : see(one, *next);
      }
      one.messages.compact();
    }
  }

  void watch(int socket, uint64_t index) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void obey() {
    char what = 0;
    if (::read(control_, &what, 1) != 1) ::_exit(0);
    if (what == 'l') write_all(control_, latencies_.count.data(), latencies_.count.size() * 4);
    if (what == 'e') read_all(control_, &expected_, sizeof expected_);
  }

  void take(One& one) {
    do {
      const size_t size = one.peer.read(scratch_);
      if (one.peer.has_ended()) give_up("the relay ended a subscriber's connection");
      if (size == 0) return;
      last_ns_ = now_ns();
      if (options_.is_raw) {
        raw_bytes_ += size;
        taken_ += raw_bytes_ / options_.raw_bytes;
        raw_bytes_ %= options_.raw_bytes;
        continue;
      }
      one.messages.add(BytesView(scratch_).first(size));
      while (const auto next = one.messages.next()) see(one, *next);
      one.messages.compact();
      if (one.messages.take_ping()) one.peer.write(Bytes{0x8A, 0x80, 0, 0, 0, 0});
    } while (one.peer.has_pending());
  }

  // A push: request id, kind, queue id, first, last, entries.
  void see(One& one, BytesView frame) {
    Reader in(frame);
    in.u32();
    if (in.u8() != 2) return;
    const auto id = in.fixed<wire::QueueId>();
    uint64_t number = in.u64();
    in.u64();
    Reader entries = in.vector();
    while (!entries.empty()) {
      const BytesView entry = entries.opaque();
      uint64_t sent_ns = 0;
      std::memcpy(&sent_ns, entry.data(), 8);
      const uint64_t hundredths = (last_ns_ - sent_ns) / 10'000;
      ++latencies_.count[std::min<uint64_t>(hundredths, latencies_.count.size() - 1)];
      ++number;
      ++taken_;
    }
    one.not_acknowledged_bytes += frame.size();
    if (one.not_acknowledged_bytes < kAcknowledgeAfter_bytes) return;
    one.not_acknowledged_bytes = 0;
    one.peer.write(message({0, wire::Acknowledge{id, number - 1}}));
  }

  const Subscribers::Options options_;
  const int control_;
  const int epoll_;
  std::vector<One> all_;
  Bytes scratch_ = Bytes(256 * 1024);
  uint64_t expected_ = 0;
  uint64_t taken_ = 0;
  uint64_t last_ns_ = 0;
  size_t raw_bytes_ = 0;
  Latencies latencies_;
};

}  // namespace

Subscribers::Subscribers(const Options& options) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) give_up("socketpair");
  process_ = ::fork();
  if (process_ == 0) {
    ::close(pair[0]);
    SubscribersProcess(options, pair[1]).run();
  }
  ::close(pair[1]);
  control_ = pair[0];
  char ready = 0;
  read_all(control_, &ready, 1);
}

Subscribers::~Subscribers() {
  ::close(control_);
  ::waitpid(process_, nullptr, 0);
}

void Subscribers::expect(uint64_t deliveries) {
  std::array<uint8_t, 9> order{'e'};
  std::memcpy(order.data() + 1, &deliveries, 8);
  write_all(control_, order.data(), order.size());
}

uint64_t Subscribers::await() {
  uint64_t at = 0;
  read_all(control_, &at, sizeof at);
  return at;
}

Latencies Subscribers::latencies() {
  write_all(control_, "l", 1);
  Latencies out;
  read_all(control_, out.count.data(), out.count.size() * 4);
  return out;
}

// --- Appends over HTTP ---

namespace {

constexpr size_t kAppendedAnswer_bytes = 13;

struct Appender {
  explicit Appender(uint16_t port) : peer(port, false) {}
  Peer peer;
  std::string answer;
  uint64_t count = 0;
};

class HttpAppendsProcess {
 public:
  explicit HttpAppendsProcess(const HttpAppends::Options& options)
      : options_(options), epoll_(::epoll_create1(0)) {
    for (size_t i = 0; i < options_.connections; ++i) {
      all_.push_back(std::make_unique<Appender>(options_.port));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, all_[i]->peer.socket(), &event);
      resting_.push_back(i);
    }
  }

  double run() {
    start_ns_ = now_ns();
    const uint64_t end_ns = start_ns_ + static_cast<uint64_t>(options_.seconds * 1e9);
    while (now_ns() < end_ns) {
      while (!resting_.empty() && may_ask()) {
        ask(resting_.back());
        resting_.pop_back();
      }
      std::array<epoll_event, 256> events;
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1);
      for (int i = 0; i < count; ++i) take(events[static_cast<size_t>(i)].data.u64);
    }
    return static_cast<double>(answered_) * 1e9 / static_cast<double>(now_ns() - start_ns_);
  }

 private:
  bool may_ask() const {
    return static_cast<double>(asked_) <
           options_.most_per_second * static_cast<double>(now_ns() - start_ns_) / 1e9;
  }

  void ask(size_t index) {
    const uint64_t turn = all_[index]->count++ / wire::kEntriesPerQueue;
    const uint64_t in_queue = options_.first_queue + turn * options_.connections + index;
    all_[index]->peer.write(post({0, wire::Append{queue(in_queue).write, stamped_entry(1024, ++asked_)}}));
  }

  void take(size_t index) {
    std::string& answer = all_[index]->answer;
    const size_t size = all_[index]->peer.read(scratch_);
    if (size == 0) give_up("the relay ended a connection");
    answer += text_of(BytesView(scratch_).first(size));
    const size_t head = answer.find("\r\n\r\n");
    const bool is_refused = !answer.starts_with("HTTP/1.1 200");
    if (head == std::string::npos || answer.size() < head + 4 + (is_refused ? 0 : kAppendedAnswer_bytes))
      return;
    if (is_refused && !options_.takes_refusals) give_up("an append over HTTP was refused");
    answer.clear();
    ++answered_;
    may_ask() ? ask(index) : resting_.push_back(index);
  }

  const HttpAppends::Options options_;
  const int epoll_;
  std::vector<std::unique_ptr<Appender>> all_;
  std::vector<size_t> resting_;
  Bytes scratch_ = Bytes(4096);
  uint64_t start_ns_ = 0;
  uint64_t asked_ = 0;
  uint64_t answered_ = 0;
};

}  // namespace

HttpAppends::HttpAppends(const Options& options) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) give_up("pipe");
  process_ = ::fork();
  if (process_ == 0) {
    const double rate = HttpAppendsProcess(options).run();
    write_all(pipe[1], &rate, sizeof rate);
    ::_exit(0);
  }
  ::close(pipe[1]);
  result_ = pipe[0];
}

HttpAppends::~HttpAppends() {
  ::close(result_);
  ::waitpid(process_, nullptr, 0);
}

double HttpAppends::await() {
  double rate = 0;
  read_all(result_, &rate, sizeof rate);
  return rate;
}

}  // namespace homeward::bench
