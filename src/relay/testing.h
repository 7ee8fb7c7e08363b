// For tests: a relay with its store in a folder of its own, driven from one thread, and what a client would
// see.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "relay/relay.h"

namespace homeward::relay {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "homeward_relay_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline constexpr int64_t kTestDay_ms = 86'400'000;
// The noon of an invented day.
inline constexpr Instant kTestNoon{20'000 * kTestDay_ms + kTestDay_ms / 2};

class RelayHarness {
 public:
  explicit RelayHarness(const Limits& limits = {}) : limits_(limits) {
    folder_.emplace();
    start();
  }
  // Over a store of the caller's.
  RelayHarness(const Limits& limits, Store store) : limits_(limits), store_(std::move(store)) {
    relay_.emplace(*store_.reader, limits_, now);
  }

  void start() {
    Result<Store> opened = open_sqlite_store({.folder = folder_->path()});
    HW_ASSERT(opened.ok());
    store_ = std::move(*opened);
    relay_.emplace(*store_.reader, limits_, now);
  }
  void restart() {
    relay_.reset();
    store_.reader.reset();
    store_.writer.reset();
    answers_.clear();
    start();
  }

  Relay& relay() { return *relay_; }
  Store& store() { return store_; }

  ConnectionId connect(ConnectionOptions options = {.live = true}) {
    relay_->open(next_connection_, options, now);
    return next_connection_++;
  }
  void send(ConnectionId connection, const wire::Request& request) {
    relay_->receive(connection, wire::encode(request), now);
  }
  // Runs batches and reads until nothing is left to do, and keeps what was delivered.
  void settle() {
    for (;;) {
      if (auto batch = relay_->next_batch(now)) {
        run(*batch, *store_.writer, wall);
        relay_->committed(std::move(*batch), now);
      } else if (relay_->has_work()) {
        relay_->work(now);
      } else {
        break;
      }
    }
    for (Delivery& delivery : relay_->take_deliveries()) {
      auto answer = wire::decode_answer(*delivery.frame);
      HW_ASSERT(answer.ok());
      answers_[delivery.to].push_back(std::move(*answer));
    }
  }
  std::vector<wire::Answer> take(ConnectionId connection) {
    settle();
    return std::exchange(answers_[connection], {});
  }
  // The answer to one request; what was pushed meanwhile is left for `take`.
  wire::AnswerBody call(ConnectionId connection, const wire::Body& body) {
    send(connection, {7, body});
    settle();
    std::vector<wire::Answer>& answers = answers_[connection];
    const auto answer = std::ranges::find(answers, wire::RequestId{7}, &wire::Answer::id);
    HW_ASSERT(answer != answers.end());
    const wire::AnswerBody out = answer->body;
    answers.erase(answer);
    return out;
  }
  // Number of the stored entry, 0 for a refusal.
  uint64_t append(ConnectionId connection, const wire::QueueAccess& access, const Bytes& entry) {
    const wire::AnswerBody body = call(connection, wire::Append{access.write, entry});
    const auto* appended = std::get_if<wire::Appended>(&body);
    return appended == nullptr ? 0 : appended->number;
  }
  std::optional<wire::Reason> refused(ConnectionId connection, const wire::Body& body) {
    const wire::AnswerBody answer = call(connection, body);
    const auto* refusal = std::get_if<wire::Refusal>(&answer);
    if (refusal == nullptr) return std::nullopt;
    EXPECT_FALSE(refusal->words.empty());
    return refusal->reason;
  }

  wire::QueueAccess queue() {
    return wire::QueueAccess::from_tokens(random.fixed<wire::ReadToken>(), random.fixed<wire::WriteToken>());
  }
  Bytes entry(size_t size_bytes = 512) { return random.bytes(size_bytes); }

  Instant now{1'000};
  Instant wall = kTestNoon;
  SeededRandom random{11};

 private:
  std::optional<TemporaryFolder> folder_;
  Limits limits_;
  Store store_;
  std::optional<Relay> relay_;
  ConnectionId next_connection_ = 1;
  std::map<ConnectionId, std::vector<wire::Answer>> answers_;
};

}  // namespace homeward::relay
