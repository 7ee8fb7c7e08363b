// Relays before PostgreSQL, as an operator runs them: processes of the program, a primary and a synchronous
// standby. HOMEWARD_FAILOVERS says how often the primary is killed (2).
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "os/postgres/testing.h"
#include "os/relay/http_client.h"
#include "relay/testing.h"

namespace homeward::os {
namespace {

using postgres::TestCluster;
using relay::TemporaryFolder;
using wire::Append;
using wire::Appended;
using wire::Entries;
using wire::Read;
using wire::Refusal;
using wire::Subscribe;

class RelayProcess {
 public:
  explicit RelayProcess(const std::string& conninfo) {
    const std::string stores = folder_.path() + "/stores";
    std::ofstream(stores) << "# the one cluster\n" << conninfo << "\n";
    const std::string store_option = "@" + stores;
    int out[2];
    HW_ASSERT(::pipe(out) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(out[1], 1);
      ::close(out[0]);
      ::close(out[1]);
      ::execl(HOMEWARD_RELAY_PROGRAM, HOMEWARD_RELAY_PROGRAM, "serve", "--store", store_option.c_str(),
              "--listen", "127.0.0.1:0", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    HW_ASSERT(line.starts_with("relay: http://"));
    port_ = static_cast<uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
  }
  ~RelayProcess() { end(SIGKILL); }
  // Its exit status, -1 if a signal ended it.
  int end(int signal) {
    if (pid_ <= 0) return -1;
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  uint16_t port() const { return port_; }

 private:
  TemporaryFolder folder_;
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

TestCluster& cluster() {
  static TestCluster made({.with_standby = true});
  return made;
}

wire::QueueAccess queue(SeededRandom& random) {
  return wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
}

// The answer to one request on a connection of its own; nothing if the relay did not answer.
std::optional<wire::AnswerBody> ask(uint16_t port, const wire::Body& body) {
  return HttpClient(port).call({0, body}).frame();
}

uint64_t append(uint16_t port, const wire::QueueAccess& access, const Bytes& entry) {
  const auto answer = ask(port, Append{access.write, entry});
  const auto* appended = answer ? std::get_if<Appended>(&*answer) : nullptr;
  return appended == nullptr ? 0 : appended->number;
}

std::vector<Bytes> read_all(uint16_t port, const wire::QueueAccess& access) {
  std::vector<Bytes> out;
  for (;;) {
    const auto answer = ask(port, Read{access.read, out.size(), 0});
    const auto* entries = answer ? std::get_if<Entries>(&*answer) : nullptr;
    if (entries == nullptr) {
      ADD_FAILURE() << "a read failed";
      return out;
    }
    if (entries->entries.empty()) return out;
    EXPECT_EQ(entries->first, out.size() + 1);
    out.insert(out.end(), entries->entries.begin(), entries->entries.end());
  }
}

TEST(RelaysBeforePostgres, WhatOneTakesTheOtherDeliversLive) {
  ASSERT_TRUE(cluster().sql("create database live"));
  RelayProcess one(cluster().conninfo("live"));
  RelayProcess other(cluster().conninfo("live"));
  SeededRandom random(7);
  const auto access = queue(random);
  LiveClient live(other.port());
  live.send({1, Subscribe{access.read, 0}});
  ASSERT_TRUE(std::holds_alternative<wire::Done>(live.receive()->body));
  std::vector<int> waits_ms;
  for (uint64_t number = 1; number <= 50; ++number) {
    const Bytes entry = random.bytes(512);
    ASSERT_EQ(append(one.port(), access, entry), number);
    const auto began = std::chrono::steady_clock::now();
    const auto pushed = live.receive();
    waits_ms.push_back(
        static_cast<int>((std::chrono::steady_clock::now() - began) / std::chrono::milliseconds(1)));
    ASSERT_TRUE(pushed);
    const auto* entries = std::get_if<Entries>(&pushed->body);
    ASSERT_NE(entries, nullptr);
    EXPECT_EQ(entries->first, number);
    EXPECT_EQ(entries->entries, std::vector<Bytes>{entry});
  }
  std::ranges::sort(waits_ms);
  // Well below what looking without news takes.
  EXPECT_LT(waits_ms[25], 200);
  std::printf("delivered by the other relay %d ms after the answer (median of 50), at most %d ms\n",
              waits_ms[25], waits_ms[49]);
  // A read that waits, too.
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    append(one.port(), access, random.bytes(512));
  });
  const auto answer = ask(other.port(), Read{access.read, 50, 20});
  later.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<Entries>(*answer).last_in_queue, 51u);
  EXPECT_EQ(one.end(SIGTERM), 0);
  EXPECT_EQ(other.end(SIGTERM), 0);
  // The servers wrote down no queue.
  std::string id;
  for (const uint8_t byte : wire::queue_id(access.read).data) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    id += digits;
  }
  for (int server = 0; server < 2; ++server) {
    EXPECT_FALSE(cluster().log(server).empty());
    EXPECT_EQ(cluster().log(server).find(id), std::string::npos);
  }
}

TEST(RelaysBeforePostgres, WithoutTheStandbyNothingIsConfirmedAndReadsGoOn) {
  ASSERT_TRUE(cluster().sql("create database lonely"));
  RelayProcess process(cluster().conninfo("lonely"));
  SeededRandom random(8);
  const auto access = queue(random);
  const Bytes entry = random.bytes(512);
  ASSERT_EQ(append(process.port(), access, random.bytes(512)), 1u);
  ASSERT_EQ(read_all(process.port(), access).size(), 1u);
  cluster().kill(cluster().standby());
  std::thread waiting([&] {
    const auto refused = ask(process.port(), Append{access.write, entry});
    ASSERT_TRUE(refused);
    const auto* refusal = std::get_if<Refusal>(&*refused);
    ASSERT_NE(refusal, nullptr);
    EXPECT_NE(refusal->words.find("does not confirm"), std::string::npos) << refusal->words;
    EXPECT_GT(refusal->retry_after_s, 0);
  });
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(read_all(process.port(), access).size(), 1u);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  waiting.join();
  // While it waits, the next is refused at once, and it can be stopped in time.
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(append(process.port(), access, entry), 0u);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  EXPECT_EQ(process.end(SIGTERM), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(7));
  cluster().start(cluster().standby());
  RelayProcess again(cluster().conninfo("lonely"));
  EXPECT_EQ(append(again.port(), access, entry), 2u);
  EXPECT_EQ(read_all(again.port(), access).size(), 2u);
}

// --- Failover ---

// What appenders were answered, and what a reader saw meanwhile, of the queues of one round.
class Load {
 public:
  Load(std::vector<uint16_t> ports, uint64_t seed) : ports_(std::move(ports)) {
    SeededRandom random(seed);
    for (int i = 0; i < kQueues; ++i) queues_.push_back(queue(random));
    for (int i = 0; i < kAppenders; ++i)
      threads_.emplace_back([this, i, seed] { append_all(i, seed * 1'000 + i); });
    threads_.emplace_back([this] { watch(); });
  }
  // Appenders end after what they are at is answered.
  void stop() {
    is_ending_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  ~Load() { stop(); }
  uint64_t acknowledged() const { return acknowledged_; }

  void check(uint16_t port) {
    size_t found = 0;
    for (int i = 0; i < kQueues; ++i) {
      const std::vector<Bytes> kept = read_all(port, queues_[i]);
      const std::set<Bytes> distinct(kept.begin(), kept.end());
      EXPECT_EQ(distinct.size(), kept.size()) << "an entry is there twice";
      for (const auto& [number, entry] : answered_[i]) {
        ASSERT_LE(number, kept.size()) << "an acknowledged entry is gone";
        EXPECT_EQ(kept[number - 1], entry) << "an acknowledged number holds another entry";
        ++found;
      }
      EXPECT_EQ(answered_[i].size(), kept.size()) << "an entry is there that nobody was told of";
      for (const auto& [number, entry] : seen_[i]) {
        ASSERT_LE(number, kept.size()) << "an entry that was read is gone";
        EXPECT_EQ(kept[number - 1], entry) << "a reader saw another order";
      }
    }
    EXPECT_EQ(found, acknowledged_);
    EXPECT_GT(seen_.size(), 0u);
  }

 private:
  static constexpr int kQueues = 16;
  static constexpr int kAppenders = 64;

  void append_all(int appender, uint64_t seed) {
    SeededRandom random(seed);
    auto client = std::make_unique<HttpClient>(port_of(appender));
    uint64_t last = 0;
    while (!is_ending_) {
      const Bytes entry = random.bytes(512);
      const auto number = persist(client, appender, entry);
      EXPECT_GT(number, last) << "an appender's entries are out of order";
      last = number;
      ++acknowledged_;
      {
        const std::lock_guard lock(mutex_);
        EXPECT_TRUE(answered_[appender % kQueues].emplace(number, entry).second)
            << "a number was given twice";
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  uint16_t port_of(int appender) const { return ports_[static_cast<size_t>(appender) % ports_.size()]; }
  // Until it is answered with a number, as a client does.
  uint64_t persist(std::unique_ptr<HttpClient>& client, int appender, const Bytes& entry) {
    for (;;) {
      const auto answer = client->call({0, Append{queues_[appender % kQueues].write, entry}}).frame();
      const auto* appended = answer ? std::get_if<Appended>(&*answer) : nullptr;
      if (appended != nullptr) return appended->number;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (!answer) client = std::make_unique<HttpClient>(port_of(appender));
    }
  }
  void watch() {
    while (!is_ending_) {
      for (int i = 0; i < kQueues; ++i) {
        const uint64_t after = seen_[i].empty() ? 0 : seen_[i].rbegin()->first;
        const auto answer = ask(ports_.back(), Read{queues_[i].read, after, 0});
        const auto* entries = answer ? std::get_if<Entries>(&*answer) : nullptr;
        if (entries == nullptr) continue;
        for (size_t k = 0; k < entries->entries.size(); ++k)
          seen_[i][entries->first + k] = entries->entries[k];
      }
    }
  }

  const std::vector<uint16_t> ports_;
  std::vector<wire::QueueAccess> queues_;
  std::mutex mutex_;
  std::map<int, std::map<uint64_t, Bytes>> answered_;  // by queue
  std::map<int, std::map<uint64_t, Bytes>> seen_;      // by queue; the reader's alone until it has ended
  std::atomic<uint64_t> acknowledged_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::vector<std::thread> threads_;
};

TEST(RelaysBeforePostgres, NothingAcknowledgedIsLostWhenThePrimaryIsKilled) {
  const char* wanted = std::getenv("HOMEWARD_FAILOVERS");
  const int rounds = wanted != nullptr ? std::atoi(wanted) : 2;
  ASSERT_TRUE(cluster().sql("create database failover"));
  RelayProcess one(cluster().conninfo("failover"));
  RelayProcess other(cluster().conninfo("failover"));
  uint64_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    Load load({one.port(), other.port()}, static_cast<uint64_t>(round) + 1);
    const auto more = [&](uint64_t count) {
      const uint64_t goal = load.acknowledged() + count;
      return TestCluster::await([&] { return load.acknowledged() >= goal; });
    };
    ASSERT_TRUE(more(1'000));
    // In every other round the standby hears of nothing in the last moments: whatever is confirmed then
    // would be lost.
    if (round % 2 == 1) {
      cluster().pause(cluster().standby());
      std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    }
    cluster().kill(cluster().primary());
    cluster().resume(cluster().standby());
    cluster().fail_over();
    cluster().rejoin();
    ASSERT_TRUE(more(500)) << "appends do not go on after the failover";
    load.stop();
    load.check(round % 2 == 0 ? one.port() : other.port());
    acknowledged += load.acknowledged();
  }
  std::printf("%d failovers, %llu entries acknowledged\n", rounds,
              static_cast<unsigned long long>(acknowledged));
}

}  // namespace
}  // namespace homeward::os
