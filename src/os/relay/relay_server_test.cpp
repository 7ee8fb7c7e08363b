#include "os/relay/relay_server.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <csignal>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "os/relay/http_client.h"
#include "relay/testing.h"

namespace homeward::os {
namespace {

using relay::TemporaryFolder;
using wire::Append;
using wire::Appended;
using wire::Done;
using wire::Entries;
using wire::Read;
using wire::Reason;
using wire::Refusal;
using wire::Subscribe;

uint16_t port_of(const std::string& url) {
  return static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

// Certificates for tests, made by the openssl command: two keys, and a certificate for the first.
class TestCertificate {
 public:
  TestCertificate() {
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=localhost -keyout '" +
        key() + "' -out '" + file() +
        "' 2>/dev/null && "
        "openssl genpkey -algorithm ed25519 -out '" +
        other_key() + "'";
    HW_ASSERT(std::system(make.c_str()) == 0);
  }
  std::string file() const { return folder_.path() + "/cert.pem"; }
  std::string key() const { return folder_.path() + "/key.pem"; }
  std::string other_key() const { return folder_.path() + "/other.pem"; }

 private:
  TemporaryFolder folder_;
};

const TestCertificate& certificate() {
  static const TestCertificate made;
  return made;
}

// A server in this process.
class Served {
 public:
  explicit Served(RelayServerOptions options = {}) {
    options.port = 0;
    options.folder = folder_.path() + "/data";
    options.ends_on_signals = false;
    auto started = RelayServer::start(options);
    HW_ASSERT(started.server != nullptr);
    server_ = std::move(started.server);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Served() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  uint16_t port() const { return port_of(server_->url()); }
  std::string data() const { return folder_.path() + "/data"; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<RelayServer> server_;
  std::thread thread_;
};

// The program, as an operator starts it.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments) {
    int out[2];
    HW_ASSERT(::pipe(out) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], 1);
      ::dup2(out[1], 2);
      ::close(out[0]);
      ::close(out[1]);
      std::vector<char*> argv{const_cast<char*>(HOMEWARD_RELAY_PROGRAM)};
      for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
      argv.push_back(nullptr);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    out_ = out[0];
  }
  ~Program() {
    if (pid_ > 0) end(SIGKILL);
    ::close(out_);
  }
  // What it prints, up to the end of the line.
  std::string line() {
    std::string text;
    char c = 0;
    while (::read(out_, &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  std::string rest() {
    std::string text;
    char c = 0;
    while (::read(out_, &c, 1) == 1) text += c;
    return text;
  }
  // Its exit status, -1 if a signal ended it.
  int end(int signal) {
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

// Each test twice: without TLS and over it.
class RelayServerTest : public testing::TestWithParam<bool> {
 protected:
  static RelayServerOptions options(RelayServerOptions of = {}) {
    if (GetParam()) {
      of.tls_certificate_file = certificate().file();
      of.tls_key_file = certificate().key();
    }
    return of;
  }
  static HttpClient http_client(uint16_t port) { return HttpClient(port, GetParam()); }
  static LiveClient live_client(uint16_t port) { return LiveClient(port, GetParam()); }

  wire::QueueAccess queue() {
    return wire::QueueAccess::from_tokens(random_.fixed<wire::ReadToken>(),
                                          random_.fixed<wire::WriteToken>());
  }
  SeededRandom random_{23};
};

template <class Body>
Body body_of(const HttpAnswer& answer) {
  const auto frame = answer.frame();
  HW_ASSERT(frame && std::holds_alternative<Body>(*frame));
  return std::get<Body>(*frame);
}

TEST_P(RelayServerTest, PlainRequestsDoEverything) {
  Served served(options());
  HttpClient client = http_client(served.port());
  const auto access = queue();
  const Bytes entry = random_.bytes(1024);
  const HttpAnswer first = client.call({0, Append{access.write, entry}});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(body_of<Appended>(first).number, 1u);
  EXPECT_EQ(first.head.find("Server"), std::string::npos);
  EXPECT_EQ(body_of<Appended>(client.call({0, Append{access.write, entry}})).number, 1u);
  EXPECT_EQ(body_of<Entries>(client.call({0, Read{access.read, 0, 0}})).entries, std::vector<Bytes>{entry});
  EXPECT_EQ(client.call({0, Append{access.write, Bytes(100)}}).status, 413);
  EXPECT_EQ(client.get("/v1/health").status, 200);
  const HttpAnswer metrics = client.get("/metrics");
  EXPECT_NE(text_of(metrics.body).find("homeward_relay_appended_total 1\n"), std::string::npos);
  EXPECT_EQ(client.get("/metrics", "X-Forwarded-For: 203.0.113.1\r\n").status, 404);

  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    http_client(served.port()).call({0, Append{access.write, random_.bytes(512)}});
  });
  HttpClient waiting = http_client(served.port());
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(body_of<Entries>(waiting.call({0, Read{access.read, 1, 20}})).entries.size(), 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  later.join();
  EXPECT_TRUE(body_of<Entries>(waiting.call({0, Read{access.read, 2, 1}})).entries.empty());
}

TEST_P(RelayServerTest, TwoSubscribersGetEntriesLiveAndInOrder) {
  Served served(options());
  const auto access = queue();
  constexpr uint64_t kCount = 300;
  std::atomic<int> complete = 0;
  std::atomic<int> subscribed = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      LiveClient client = live_client(served.port());
      client.send({1, Subscribe{access.read, 0}});
      uint64_t after = 0;
      while (after < kCount) {
        const auto answer = client.receive();
        if (!answer) return;
        if (std::holds_alternative<Done>(answer->body)) ++subscribed;
        const auto* entries = std::get_if<Entries>(&answer->body);
        if (entries == nullptr) continue;
        EXPECT_EQ(entries->first, after + 1);
        for (const Bytes& entry : entries->entries) {
          ++after;
          EXPECT_EQ(entry[0] * 256u + entry[1], after);
        }
        client.send({0, wire::Acknowledge{entries->queue, after}});
      }
      ++complete;
    });
  }
  while (subscribed < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  LiveClient writer = live_client(served.port());
  for (uint64_t number = 1; number <= kCount; ++number) {
    Bytes entry = random_.bytes(512 << (number % 4));
    entry[0] = static_cast<uint8_t>(number / 256);
    entry[1] = static_cast<uint8_t>(number % 256);
    writer.send({static_cast<uint32_t>(number), Append{access.write, entry}});
  }
  for (uint64_t number = 1; number <= kCount; ++number) {
    const auto answer = writer.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->id, number);
    EXPECT_EQ(std::get<Appended>(answer->body).number, number);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(complete, 2);
}

TEST_P(RelayServerTest, BlobsGoOverBothCarriers) {
  Served served(options());
  const auto access = queue();
  std::vector<Bytes> chunks;
  for (int i = 0; i < 4; ++i) chunks.push_back(random_.bytes(wire::kChunkBytes));
  HttpClient plain = http_client(served.port());
  LiveClient live = live_client(served.port());
  for (uint16_t index = 0; index < 4; ++index) {
    const wire::PutChunk put{access.write, index, 4, 7, chunks[index]};
    if (index % 2 == 0) {
      EXPECT_GT(body_of<wire::ChunkStored>(plain.call({0, put})).ends_s, 0u);
    } else {
      live.send({index, put});
      const auto answer = live.receive();
      ASSERT_TRUE(answer && std::holds_alternative<wire::ChunkStored>(answer->body));
      EXPECT_EQ(answer->id, index);
    }
  }
  EXPECT_EQ(plain.call({0, wire::PutChunk{access.write, 1, 4, 7, chunks[0]}}).status, 409);
  EXPECT_EQ(plain.call({0, wire::GetChunk{queue().read, 0}}).status, 404);
  EXPECT_EQ(body_of<wire::BlobStatus>(plain.call({0, wire::ReadBlobStatus{access.write}})).present,
            std::vector<bool>(4, true));
  for (uint16_t index = 0; index < 4; ++index) {
    EXPECT_EQ(body_of<wire::Chunk>(plain.call({0, wire::GetChunk{access.read, index}})).chunk, chunks[index]);
    live.send({uint32_t{index} + 10, wire::GetChunk{access.read, index}});
    const auto answer = live.receive();
    ASSERT_TRUE(answer && std::holds_alternative<wire::Chunk>(answer->body));
    EXPECT_EQ(std::get<wire::Chunk>(answer->body).chunk, chunks[index]);
  }
}

TEST_P(RelayServerTest, GarbageIsRefusedAndOthersAreServed) {
  Served served(options());
  const uint16_t port = served.port();
  EXPECT_EQ(http_client(port).post(random_.bytes(60)).status, 400);
  EXPECT_EQ(http_client(port).post({}).status, 400);
  EXPECT_EQ(http_client(port).post(Bytes(wire::kLargestRequest + 1)).status, 413);
  EXPECT_EQ(http_client(port)
                .raw("POST /v1/call HTTP/1.1\r\nHost: r\r\nContent-Length: 99999999999\r\n\r\n")
                .status,
            413);
  EXPECT_EQ(http_client(port).post(random_.bytes(60), "Content-Encoding: gzip\r\n").status, 415);
  EXPECT_EQ(http_client(port).get("/v1/health", "X: " + std::string(10'000, 'x') + "\r\n").status, 431);
  EXPECT_EQ(http_client(port).get("/v1/call").status, 405);
  EXPECT_EQ(http_client(port).get("/../../etc/passwd").status, 404);
  EXPECT_EQ(http_client(port).raw("\x16\x03\x01nonsense\r\n\r\n").status, 400);
  http_client(port).send_only("POST /v1/call HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");

  LiveClient garbage = live_client(port);
  EXPECT_EQ(garbage.handshake_head().find("Beast"), std::string::npos);
  garbage.send_bytes(random_.bytes(100));
  const auto refusal = garbage.receive();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(std::get<Refusal>(refusal->body).reason, Reason::kBadRequest);
  EXPECT_FALSE(garbage.receive());
  LiveClient text = live_client(port);
  text.send_text("hello");
  EXPECT_TRUE(text.receive());
  EXPECT_FALSE(text.receive());
  LiveClient oversize = live_client(port);
  oversize.send_bytes(Bytes(wire::kLargestRequest + 1));
  EXPECT_FALSE(oversize.receive());

  const auto access = queue();
  HttpClient client = http_client(port);
  EXPECT_EQ(body_of<Appended>(client.call({0, Append{access.write, random_.bytes(512)}})).number, 1u);
}

TEST_P(RelayServerTest, WhoSendsSlowlyIsCutOffAndWhoComesTooManyIsNotServed) {
  Served served(options({.most_connections = 3, .request_timeout_s = 1, .body_timeout_s = 1}));
  HttpClient slow_head = http_client(served.port());
  slow_head.send_only("POST /v1/call HT");
  HttpClient slow_body = http_client(served.port());
  slow_body.send_only("POST /v1/call HTTP/1.1\r\nContent-Length: 100\r\n\r\n");
  HttpClient idle = http_client(served.port());
  EXPECT_EQ(idle.get("/v1/health").status, 200);
  EXPECT_EQ(http_client(served.port()).get("/v1/health").status, 0);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(slow_head.receive().status, 0);
  EXPECT_EQ(slow_body.receive().status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  EXPECT_EQ(http_client(served.port()).get("/v1/health").status, 200);
}

TEST_P(RelayServerTest, TheAccessKeyIsAskedForNewQueues) {
  Served served(options({.access_keys = {"another one, also invented", "an invented access key"}}));
  const auto access = queue();
  HttpClient client = http_client(served.port());
  const wire::Request append{0, Append{access.write, random_.bytes(512)}};
  EXPECT_EQ(client.call(append).status, 401);
  EXPECT_EQ(client.call(append, "another invented key!").status, 401);
  EXPECT_EQ(client.call(append, "an invented access key").status, 200);
  EXPECT_EQ(client.call({0, Append{access.write, random_.bytes(512)}}).status, 200);
  EXPECT_EQ(client.call({0, Append{queue().write, random_.bytes(512)}}).status, 401);
}

TEST_P(RelayServerTest, RefusalsCarryTheirStatusAndWhenToComeBack) {
  Served served(options({.limits = {.requests_per_second = 1}}));
  HttpClient client = http_client(served.port());
  const auto access = queue();
  HttpAnswer answer;
  for (int i = 0; i < 4; ++i) answer = client.call({0, Read{access.read, 0, 0}});
  EXPECT_EQ(answer.status, 429);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(body_of<Refusal>(answer).reason, Reason::kTooManyRequests);
}

TEST_P(RelayServerTest, ASubscriberWhoReadsNothingHoldsUpNobody) {
  Served served(options());
  const auto access = queue();
  LiveClient sleeping = live_client(served.port());
  sleeping.send({1, Subscribe{access.read, 0}});
  ASSERT_TRUE(sleeping.receive());
  HttpClient writer = http_client(served.port());
  for (uint64_t number = 1; number <= 60; ++number) {
    ASSERT_EQ(
        body_of<Appended>(writer.call({0, Append{access.write, random_.bytes(wire::kLargestEntry)}})).number,
        number);
  }
  // Awake again, it gets all from where it stood.
  uint64_t after = 0;
  while (after < 60) {
    const auto answer = sleeping.receive();
    ASSERT_TRUE(answer);
    const auto& entries = std::get<Entries>(answer->body);
    ASSERT_EQ(entries.first, after + 1);
    after += entries.entries.size();
    sleeping.send({0, wire::Acknowledge{entries.queue, after}});
  }
}

TEST_P(RelayServerTest, StoppingTellsConnectionsAndIsQuick) {
  Served served(options());
  const auto access = queue();
  LiveClient live = live_client(served.port());
  live.send({1, Subscribe{access.read, 0}});
  ASSERT_TRUE(live.receive());
  HttpAnswer waited;
  std::thread waiting([&] { waited = http_client(served.port()).call({0, Read{access.read, 0, 60}}); });
  HttpClient idle = http_client(served.port());
  EXPECT_EQ(idle.get("/v1/health").status, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::thread told([&] {
    const auto answer = live.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(std::get<Refusal>(answer->body).reason, Reason::kShuttingDown);
    EXPECT_FALSE(live.receive());
  });
  const auto started = std::chrono::steady_clock::now();
  served.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
  told.join();
  waiting.join();
  EXPECT_EQ(waited.status, 503);
}

TEST_P(RelayServerTest, OneFolderHasOneRelay) {
  Served served(options());
  const auto second = RelayServer::start({.port = 0, .folder = served.data(), .ends_on_signals = false});
  EXPECT_EQ(second.server, nullptr);
  EXPECT_NE(second.problem.find("another relay"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(OverHttp, RelayServerTest, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(OverHttps, RelayServerTest, testing::Values(true));

TEST(RelayServerTls, WhoDoesNotAgreeOnTlsIsCutOffAndOthersAreServed) {
  Served served({.tls_certificate_file = certificate().file(),
                 .tls_key_file = certificate().key(),
                 .request_timeout_s = 1});
  EXPECT_EQ(HttpClient(served.port()).get("/v1/health").status, 0);
  HttpClient silent(served.port());
  HttpClient half(served.port());
  half.send_only("\x16\x03\x01\x02");
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(silent.receive().status, 0);
  EXPECT_EQ(half.receive().status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  EXPECT_EQ(HttpClient(served.port(), true).get("/v1/health").status, 200);
}

TEST(RelayServerTls, StoppingDoesNotWaitForWhoAgreesOnNothing) {
  Served served({.tls_certificate_file = certificate().file(), .tls_key_file = certificate().key()});
  HttpClient half(served.port());
  half.send_only("\x16\x03\x01\x02");
  EXPECT_EQ(HttpClient(served.port(), true).get("/v1/health").status, 200);
  const auto started = std::chrono::steady_clock::now();
  served.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
}

TEST(RelayProgram, WrongUseIsExplained) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "serve"},
      {{"dance"}, "serve"},
      {{"serve"}, "--data"},
      {{"serve", "--data"}, "needs a value"},
      {{"serve", "--bogus", "1"}, "unknown option --bogus"},
      {{"serve", "--data", "x", "--listen", "here"}, "ADDRESS:PORT"},
      {{"serve", "--data", "x", "--retention-days", "0"}, "whole number from 1"},
      {{"serve", "--data", "x", "--tls-cert", "c"}, "--tls-cert FILE and --tls-key FILE go together"},
      {{"serve", "--data", "x", "--tls-key", "k"}, "--tls-cert FILE and --tls-key FILE go together"},
  };
  for (const auto& [arguments, words] : cases) {
    Program program(arguments);
    EXPECT_NE(program.rest().find(words), std::string::npos) << words;
    EXPECT_EQ(program.end(0), 2);
  }
}

TEST(RelayProgram, ACertificateThatDoesNotServeIsExplained) {
  TemporaryFolder folder;
  const TestCertificate& made = certificate();
  struct Case {
    std::string certificate, key, words;
  };
  const std::vector<Case> cases = {
      {folder.path() + "/none", made.key(), "--tls-cert: the file cannot be read"},
      {made.key(), made.key(), "--tls-cert: "},
      {made.file(), folder.path() + "/none", "--tls-key: the file cannot be read"},
      {made.file(), made.file(), "--tls-key: "},
      {made.file(), made.other_key(), "--tls-key: the key does not belong to the certificate of --tls-cert"},
  };
  for (const Case& each : cases) {
    Program program({"serve", "--listen", "127.0.0.1:0", "--data", folder.path() + "/data", "--tls-cert",
                     each.certificate, "--tls-key", each.key});
    const std::string said = program.rest();
    EXPECT_NE(said.find(each.words), std::string::npos) << said;
    EXPECT_EQ(said.find('\n'), said.size() - 1) << said;
    EXPECT_EQ(program.end(0), 1);
  }
}

TEST(RelayProgram, SigtermEndsItInOrderAndItSaysNothingOfWhatItServed) {
  TemporaryFolder folder;
  SeededRandom random(5);
  Program program({"serve", "--listen", "127.0.0.1:0", "--data", folder.path()});
  const std::string ready = program.line();
  ASSERT_TRUE(ready.starts_with("relay: http://127.0.0.1:")) << ready;
  const auto access =
      wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
  HttpClient client(port_of(ready));
  EXPECT_EQ(client.call({0, Append{access.write, random.bytes(512)}}).status, 200);
  EXPECT_EQ(client.post(random.bytes(80)).status, 400);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(program.end(SIGTERM), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  EXPECT_EQ(program.rest(), "relay: stopped\n");
}

// Appends from several threads until the relay is gone, and remembers what was acknowledged.
class Load {
 public:
  struct Acknowledged {
    size_t queue = 0;
    uint64_t number = 0;
    Bytes entry;
  };
  static constexpr size_t kQueues = 3;

  explicit Load(uint64_t seed) : random_(seed) {
    for (auto& queue : queues_) {
      queue =
          wire::QueueAccess::from_tokens(random_.fixed<wire::ReadToken>(), random_.fixed<wire::WriteToken>());
    }
  }

  void run(uint16_t port, uint64_t seed) {
    SeededRandom random(seed);
    HttpClient client(port);
    for (;;) {
      const size_t queue = random.below(kQueues);
      Bytes entry = random.bytes(512);
      const auto answer = client.call({0, Append{queues_[queue].write, entry}});
      const std::lock_guard lock(mutex_);
      if (answer.status != 200) {
        unanswered_.push_back({queue, 0, std::move(entry)});
        return;
      }
      acknowledged_.push_back({queue, std::get<Appended>(*answer.frame()).number, std::move(entry)});
    }
  }

  void check(uint16_t port) {
    HttpClient client(port);
    // What was not answered is sent again, as a client does: it is there once, whether or not it had been
    // stored.
    for (Acknowledged& each : unanswered_) {
      const auto answer = client.call({0, Append{queues_[each.queue].write, each.entry}});
      ASSERT_EQ(answer.status, 200);
      each.number = std::get<Appended>(*answer.frame()).number;
      acknowledged_.push_back(std::move(each));
    }
    unanswered_.clear();
    std::array<std::vector<Bytes>, kQueues> logs;
    for (size_t queue = 0; queue < kQueues; ++queue) {
      for (;;) {
        const auto page =
            body_of<Entries>(client.call({0, Read{queues_[queue].read, logs[queue].size(), 0}}));
        if (page.entries.empty()) break;
        ASSERT_EQ(page.first, logs[queue].size() + 1);
        logs[queue].insert(logs[queue].end(), page.entries.begin(), page.entries.end());
      }
      EXPECT_EQ(std::set<Bytes>(logs[queue].begin(), logs[queue].end()).size(), logs[queue].size());
    }
    size_t stored = 0;
    for (const auto& log : logs) stored += log.size();
    EXPECT_EQ(stored, acknowledged_.size());
    for (const Acknowledged& each : acknowledged_) {
      ASSERT_LE(each.number, logs[each.queue].size());
      EXPECT_EQ(logs[each.queue][each.number - 1], each.entry);
    }
  }
  size_t acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_.size();
  }

 private:
  std::mutex mutex_;
  SeededRandom random_;
  std::array<wire::QueueAccess, kQueues> queues_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<Acknowledged> unanswered_;
};

// HOMEWARD_KILL_ROUNDS: how many times; a few in a normal run.
TEST(RelayProgram, WhatItAcknowledgedSurvivesKill) {
  const char* wanted = std::getenv("HOMEWARD_KILL_ROUNDS");
  const int rounds = wanted == nullptr ? 3 : std::atoi(wanted);
  TemporaryFolder folder;
  Load load(1);
  SeededRandom random(static_cast<uint64_t>(rounds));
  for (int round = 0; round < rounds; ++round) {
    Program program(
        {"serve", "--listen", "127.0.0.1:0", "--data", folder.path(), "--max-requests-per-second", "100000"});
    const uint16_t port = port_of(program.line());
    if (round > 0) load.check(port);
    if (testing::Test::HasFatalFailure()) return;
    const size_t before = load.acknowledged();
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < 8; ++i) {
      threads.emplace_back(
          [&load, port, round, i] { load.run(port, static_cast<uint64_t>(round) * 100 + i); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random.below(300)));
    EXPECT_EQ(program.end(SIGKILL), -1);
    for (std::thread& thread : threads) thread.join();
    EXPECT_GT(load.acknowledged(), before);
  }
  Program program({"serve", "--listen", "127.0.0.1:0", "--data", folder.path()});
  load.check(port_of(program.line()));
}

}  // namespace
}  // namespace homeward::os
