// The relay's program as an operator starts it: its options, its end, and what it says meanwhile.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "os/relay/test_server.h"

namespace homeward::os {
namespace {

using wire::Append;
using wire::Appended;
using wire::Entries;
using wire::Read;
using wire::Reason;
using wire::Refusal;
using wire::Subscribe;

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

// All ways of asking, of every size, in good order and in bad.
void keep_busy(uint16_t port, const wire::QueueAccess& access, SeededRandom& random) {
  HttpClient client(port);
  LiveClient live(port);
  live.send({1, Subscribe{access.read, 0}});
  for (size_t size = wire::kSmallestEntry; size <= wire::kLargestEntry; size *= 2) {
    EXPECT_EQ(
        client.call({0, Append{access.write, random.bytes(size)}}, "a key that is not asked for").status,
        200);
    live.send({2, Append{access.write, random.bytes(size)}});
  }
  EXPECT_EQ(client.call({0, Read{access.read, 0, 0}}).status, 200);
  EXPECT_EQ(client.call({0, Append{access.write, Bytes(77)}}).status, 413);
  EXPECT_EQ(client.post(random.bytes(80)).status, 400);
  EXPECT_EQ(HttpClient(port).get("/v1/health").status, 200);
  EXPECT_EQ(HttpClient(port).get("/metrics").status, 200);
  EXPECT_EQ(HttpClient(port).get("/nothing").status, 404);
  EXPECT_EQ(HttpClient(port).raw("nonsense\r\n\r\n").status, 400);
  HttpClient(port).send_only("POST /v1/call HTTP/1.1\r\nContent-Length: 500\r\n\r\nhalf");
  LiveClient(port).send_bytes(random.bytes(100));
  LiveClient(port).send_text("text");
  EXPECT_EQ(HttpClient(port).call({0, wire::Forward{"http://127.0.0.1:9", {}}}).status, 403);
}

TEST(RelayProgram, SigtermEndsItInOrderAndItSaysNothingOfWhatItServed) {
  TemporaryFolder folder;
  SeededRandom random(5);
  Program program({"serve", "--listen", "127.0.0.1:0", "--data", folder.path()});
  const std::string ready = program.line();
  ASSERT_TRUE(ready.starts_with("relay: http://127.0.0.1:")) << ready;
  const auto access =
      wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
  for (int i = 0; i < 3; ++i) keep_busy(port_of(ready), access, random);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(program.end(SIGTERM), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  // No address, no id, no size: no word.
  EXPECT_EQ(program.rest(), "relay: stopped\n");
}

TEST(RelayProgram, AStopUnderLoadLosesNothingThatWasAcknowledged) {
  TemporaryFolder folder;
  Load load(2);
  for (int round = 0; round < 3; ++round) {
    Program program(
        {"serve", "--listen", "127.0.0.1:0", "--data", folder.path(), "--max-requests-per-second", "100000"});
    const uint16_t port = port_of(program.line());
    if (round > 0) load.check(port);
    if (testing::Test::HasFatalFailure()) return;
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < 8; ++i)
      threads.emplace_back(
          [&load, port, round, i] { load.run(port, static_cast<uint64_t>(round) * 50 + i); });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const auto started = std::chrono::steady_clock::now();
    EXPECT_EQ(program.end(SIGTERM), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
    for (std::thread& thread : threads) thread.join();
  }
  Program program({"serve", "--listen", "127.0.0.1:0", "--data", folder.path()});
  load.check(port_of(program.line()));
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(RelayProgram, AConfigurationFileSaysWhatFlagsSay) {
  TemporaryFolder folder;
  const std::string config = folder.path() + "/relay.toml";
  write_file(config, "# a relay\ndata = \"" + folder.path() +
                         "/data\"\nlisten = '127.0.0.1:0'\nmax_store_mib = 100\n"
                         "access_key = ['an invented access key', 'one more invented key']\n");
  Program program({"serve", "--config", config, "--retention-days", "3"});
  const std::string ready = program.line();
  ASSERT_TRUE(ready.starts_with("relay: http://127.0.0.1:")) << ready;
  SeededRandom random(6);
  const auto access =
      wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
  HttpClient client(port_of(ready));
  EXPECT_EQ(client.call({0, Append{access.write, random.bytes(512)}}).status, 401);
  EXPECT_EQ(client.call({0, Append{access.write, random.bytes(512)}}, "one more invented key").status, 200);
  EXPECT_EQ(program.end(SIGTERM), 0);

  const std::vector<std::pair<std::string, std::string>> cases = {
      {"data = \"x\"\nlisten = 5\n", "line 2: listen takes ADDRESS:PORT"},
      {"data = \"x\"\n\ncolour = \"red\"\n", "line 3: colour is no option"},
      {"retention_days = 1.5\n", "line 1: retention_days takes a text or a whole number"},
      {"retention_days = 0\n", "line 1: retention_days takes a whole number from 1"},
      {"data = \n", "line 1: "},
      {"forward_to = ['https://r.example', 'ftp://r.example']\n", "line 1: forward_to takes http://"},
      {"config = 'other.toml'\n", "line 1: config is no option"},
  };
  for (const auto& [text, words] : cases) {
    write_file(config, text);
    Program wrong({"serve", "--config", config});
    const std::string said = wrong.rest();
    EXPECT_NE(said.find(words), std::string::npos) << said.substr(0, 200);
    EXPECT_EQ(wrong.end(0), 2);
  }
}

// What a Unix socket answers to a GET.
std::string get_over_unix(const std::string& path, const std::string& target) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path.copy(to.sun_path, sizeof to.sun_path - 1);
  std::string out;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: r\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(::send(socket, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    char c = 0;
    while (::recv(socket, &c, 1, 0) == 1) out += c;
  }
  ::close(socket);
  return out;
}

TEST(RelayProgram, AUnixSocketIsListenedOnAloneOrBesideTcp) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/socket";
  for (const bool is_killed : {true, false}) {  // what a killed one left is replaced
    Program program({"serve", "--listen", "none", "--listen-unix", path, "--data", folder.path() + "/data"});
    EXPECT_EQ(program.line(), "relay: unix:" + path);
    EXPECT_NE(get_over_unix(path, "/v1/health").find("200 OK"), std::string::npos);
    EXPECT_NE(get_over_unix(path, "/metrics").find("homeward_relay_connections"), std::string::npos);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0660u);
    program.end(is_killed ? SIGKILL : SIGTERM);
    EXPECT_EQ(::access(path.c_str(), F_OK), is_killed ? 0 : -1);
  }
  Program both(
      {"serve", "--listen", "127.0.0.1:0", "--listen-unix", path, "--data", folder.path() + "/data"});
  EXPECT_EQ(HttpClient(port_of(both.line())).get("/v1/health").status, 200);
  EXPECT_NE(get_over_unix(path, "/v1/health").find("200 OK"), std::string::npos);
  // Where another relay listens its socket is left to it.
  Program second({"serve", "--listen", "none", "--listen-unix", path, "--data", folder.path() + "/other"});
  EXPECT_NE(second.rest().find("cannot listen"), std::string::npos);
  EXPECT_EQ(second.end(0), 1);
  EXPECT_NE(get_over_unix(path, "/v1/health").find("200 OK"), std::string::npos);
}

// A disk of six megabytes for one process, half of it taken by a file; false where the system allows no such
// thing.
bool mount_small_disk(const std::string& at) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (::mount("tmpfs", at.c_str(), "tmpfs", 0, "size=6m") != 0) return false;
  const int file = ::open((at + "/filler").c_str(), O_CREAT | O_WRONLY, 0600);
  const bool is_filled = ::posix_fallocate(file, 0, 3 << 20) == 0;
  ::close(file);
  return is_filled;
}

TEST(RelayProgram, AFullDiskRefusesServesReadsAndIsBackByItself) {
  TemporaryFolder folder;
  SeededRandom random(7);
  Program program({"serve", "--listen", "127.0.0.1:0", "--data", folder.path()},
                  [&] { return mount_small_disk(folder.path()); });
  const std::string ready = program.line();
  if (ready.empty() && program.end(0) == 126) GTEST_SKIP() << "no file system can be mounted here";
  const auto access =
      wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
  HttpClient client(port_of(ready));
  uint64_t stored = 0;
  HttpAnswer answer;
  Bytes refused;
  for (;;) {
    refused = random.bytes(64 * 1024);
    answer = client.call({0, Append{access.write, refused}});
    if (answer.status != 200) break;
    ASSERT_LT(++stored, 100u);
  }
  EXPECT_GT(stored, 3u);
  EXPECT_EQ(answer.status, 507);
  EXPECT_NE(answer.head.find("Retry-After: "), std::string::npos);
  EXPECT_EQ(body_of<Refusal>(answer).reason, Reason::kDiskFull);
  uint64_t read = 0;
  while (read < stored) {
    const auto page = body_of<Entries>(client.call({0, Read{access.read, read, 0}}));
    ASSERT_FALSE(page.entries.empty());
    read += page.entries.size();
  }
  EXPECT_EQ(client.get("/v1/health").status, 200);
  const std::string filler =
      "/proc/" + std::to_string(program.process()) + "/root" + folder.path() + "/filler";
  ASSERT_EQ(::unlink(filler.c_str()), 0);
  const HttpAnswer again = client.call({0, Append{access.write, refused}});
  ASSERT_EQ(again.status, 200);
  EXPECT_EQ(body_of<Appended>(again).number, stored + 1);
  EXPECT_EQ(program.end(SIGTERM), 0);
}

// HOMEWARD_KILL_ROUNDS: how many times; a few in a normal run.
TEST(RelayProgram, WhatItAcknowledgedSurvivesKill) {
  const char* wanted = std::getenv("HOMEWARD_KILL_ROUNDS");
  const int rounds = wanted == nullptr ? 10 : std::atoi(wanted);
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
