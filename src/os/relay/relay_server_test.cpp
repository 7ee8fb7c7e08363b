#include "os/relay/relay_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "os/relay/test_server.h"

namespace homeward::os {
namespace {

using wire::Append;
using wire::Appended;
using wire::Done;
using wire::Entries;
using wire::Read;
using wire::Reason;
using wire::Refusal;
using wire::Subscribe;

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

TEST(RelayServerOverload, WhoAsksForMoreThanHeTakesIsToldAndCutOff) {
  Served served({.most_queued_bytes = 2u << 20});
  SeededRandom random(4);
  const auto access =
      wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
  HttpClient writer(served.port());
  for (int i = 0; i < 8; ++i)
    ASSERT_EQ(writer.call({0, Append{access.write, random.bytes(wire::kLargestEntry)}}).status, 200);
  LiveClient greedy(served.port());
  for (uint32_t id = 1; id <= 60; ++id) greedy.send({id, Read{access.read, 0, 0}});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  std::optional<wire::Answer> last;
  for (auto answer = greedy.receive(); answer; answer = greedy.receive()) last = std::move(answer);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->id, 0u);
  EXPECT_EQ(std::get<Refusal>(last->body).reason, Reason::kTooManyRequests);
  EXPECT_EQ(writer.get("/v1/health").status, 200);
}

TEST(RelayServerOverload, RequestsThatComeInPartOnlyFillNoMemory) {
  Served served({.most_held_bytes = 64 * 1024});
  const std::string half =
      "POST /v1/call HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + std::string(40'000, 'x');
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 2; ++i) {
    slow.push_back(std::make_unique<HttpClient>(served.port()));
    slow.back()->send_only(half);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  const HttpAnswer refused = slow.back()->receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.head.find("Retry-After: 5"), std::string::npos);
  EXPECT_EQ(HttpClient(served.port()).get("/v1/health").status, 200);
  // With the one gone that held it, there is room again.
  slow.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(HttpClient(served.port()).post(Bytes(50'000)).status, 400);
}

// A relay that forwards to another one, over HTTP or HTTPS.
class ForwardingTest : public RelayServerTest {
 protected:
  ForwardingTest() {
    ::setenv("SSL_CERT_FILE", certificate().file().c_str(), 1);
    far_ = std::make_unique<Served>(options());
    url_ = (GetParam() ? "https://localhost:" : "http://localhost:") + std::to_string(far_->port());
    RelayServerOptions near;
    near.limits.other_relays = {url_};
    near_ = std::make_unique<Served>(near);
  }
  wire::Request forward(const wire::Body& body) {
    return {9, wire::Forward{url_, wire::encode(wire::Request{1, body})}};
  }
  std::unique_ptr<Served> far_, near_;
  std::string url_;
};

TEST_P(ForwardingTest, TheOtherRelayIsAskedAndItsCopyAnswersWhenItIsGone) {
  const auto access = queue();
  HttpClient plain(near_->port());
  std::vector<Bytes> entries;
  for (uint64_t number = 1; number <= 20; ++number) {
    entries.push_back(random_.bytes(1024));
    const HttpAnswer appended = plain.call(forward(Append{access.write, entries.back()}));
    ASSERT_EQ(appended.status, 200);
    EXPECT_EQ(body_of<Appended>(appended).number, number);
  }
  EXPECT_EQ(body_of<Entries>(http_client(far_->port()).call({0, Read{access.read, 0, 0}})).entries, entries);
  LiveClient live(near_->port());
  live.send(forward(Read{access.read, 0, 0}));
  const auto answer = live.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id, 9u);
  EXPECT_EQ(std::get<Entries>(answer->body).entries, entries);
  EXPECT_EQ(plain.call(forward(Append{access.write, Bytes(100)})).status, 413);
  far_->stop();
  // The copy is written beside the answer.
  HttpAnswer copy;
  for (int tried = 0; copy.status != 200 && tried < 500; ++tried) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    copy = plain.call(forward(Read{access.read, 5, 0}));
  }
  EXPECT_EQ(body_of<Entries>(copy).entries.size(), 15u);
  EXPECT_EQ(plain.call(forward(Append{access.write, random_.bytes(512)})).status, 502);
  EXPECT_EQ(plain.call({1, wire::Forward{"http://localhost:1", {}}}).status, 403);
}

TEST_P(ForwardingTest, WhoIsAskedAndSaysNothingIsNotWaitedForLong) {
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(::listen(silent, 8), 0);
  ASSERT_EQ(::getsockname(silent, reinterpret_cast<sockaddr*>(&at), &size), 0);
  RelayServerOptions near;
  url_ = (GetParam() ? "https://localhost:" : "http://localhost:") + std::to_string(ntohs(at.sin_port));
  near.limits.other_relays = {url_};
  Served asked(near);
  HttpClient client(asked.port());
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(client.call(forward(Read{queue().read, 0, 0})).status, 502);
  const auto took = std::chrono::steady_clock::now() - started;
  EXPECT_GE(took, std::chrono::seconds(4));
  EXPECT_LT(took, std::chrono::seconds(9));
  ::close(silent);
}

TEST(ForwardingTls, ARelayWhoseCertificateIsNotTrustedIsNotAsked) {
  const TestCertificate stranger;
  ::setenv("SSL_CERT_FILE", stranger.file().c_str(), 1);
  Served far({.tls_certificate_file = certificate().file(), .tls_key_file = certificate().key()});
  RelayServerOptions options;
  const std::string url = "https://localhost:" + std::to_string(far.port());
  options.limits.other_relays = {url};
  Served near(options);
  const wire::Read read{{}, 0, 0};
  HttpClient client(near.port());
  EXPECT_EQ(client.call({0, wire::Forward{url, wire::encode(wire::Request{0, read})}}).status, 502);
}

INSTANTIATE_TEST_SUITE_P(OverHttp, ForwardingTest, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(OverHttps, ForwardingTest, testing::Values(true));

}  // namespace
}  // namespace homeward::os
