// For tests: clients on vaults in memory and a relay of a few lines over the real requests.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <set>

#include "client/client.h"
#include "sim/sim_disk.h"

namespace homeward::client {

inline constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};
inline constexpr int64_t kMinute_ms = 60'000;

struct Person {
  Person(std::string called, uint64_t seed) : name(std::move(called)), random(seed) { start(); }
  void start() {
    const VaultFiles files{"home", disk.vfs_name()};
    auto vault = *Vault::exists(files) ? Vault::open(files, view_of("слово"), kCheap)
                                       : Vault::create(files, view_of("слово"), kCheap, random);
    ASSERT_TRUE(vault.ok());
    auto loaded = Client::load(std::move(*vault), {.default_relay = "relay", .cost = kCheap}, random,
                               Instant{1'700'000'000'000});
    ASSERT_TRUE(loaded.ok());
    client = std::move(*loaded);
  }
  void stop() { client.reset(); }

  std::string name;
  SeededRandom random;
  sim::SimDisk disk;
  std::unique_ptr<Client> client;
  bool is_online = true;
  std::set<ConnectionId> wanted, up;
  std::map<std::pair<ConnectionId, wire::QueueId>, uint64_t> pushed;  // subscriptions: the last number sent
};

class ClientTest : public testing::Test {
 protected:
  Person& person(const std::string& name) { return people_.emplace_back(name, people_.size() + 1); }

  // Does what everybody asks for until nobody asks for anything; time passes in small steps for `minutes`.
  void settle(int64_t minutes = 0) {
    const Instant until = now_.after_ms(minutes * kMinute_ms);
    for (;;) {
      while (pump()) {
      }
      if (now_ >= until) return;
      now_ = now_.after_ms(2'000);
      for (Person& one : people_)
        if (one.client && one.client->next_tick().value_or(Instant{INT64_MAX}) <= now_)
          one.client->tick(now_);
    }
  }
  bool pump() {
    bool did = false;
    for (Person& one : people_) {
      if (!one.client) continue;
      for (Effect& effect : one.client->take_effects()) {
        did = did || !std::holds_alternative<Notice>(effect);
        obey(one, effect);
      }
      did = connect(one) || push(one) || did;
    }
    return did;
  }
  void obey(Person& one, Effect& effect) {
    if (const auto* open = std::get_if<OpenConnection>(&effect)) {
      one.wanted.insert(open->connection);
    } else if (const auto* close = std::get_if<CloseConnection>(&effect)) {
      one.wanted.erase(close->connection);
      forget(one, close->connection);
    } else if (auto* send = std::get_if<SendRequest>(&effect)) {
      if (one.up.contains(send->connection)) serve(one, send->connection, send->request);
    }
  }
  bool connect(Person& one) {
    for (const ConnectionId id : one.wanted) {
      if (!one.is_online || one.up.contains(id)) continue;
      one.up.insert(id);
      one.client->connection_up(id, now_);
      return true;
    }
    return false;
  }
  void forget(Person& one, ConnectionId id) {
    one.up.erase(id);
    std::erase_if(one.pushed, [&](const auto& entry) { return entry.first.first == id; });
  }
  void go_offline(Person& one) {
    one.is_online = false;
    for (const ConnectionId id : std::set(one.up)) {
      forget(one, id);
      one.client->connection_lost(id, now_);
    }
  }
  void restart(Person& one) {
    one.stop();
    one.up.clear();
    one.wanted.clear();
    one.pushed.clear();
    one.start();
  }

  // --- The relay ---
  void serve(Person& one, ConnectionId connection, const wire::Request& request) {
    ASSERT_TRUE(wire::decode_request(wire::encode(request)).ok());
    const auto answer = [&](wire::AnswerBody body) {
      one.client->answer(connection, {request.id, std::move(body)}, now_);
    };
    if (const auto* append = std::get_if<wire::Append>(&request.body)) {
      if (refuse_) return answer(wire::Refusal{*refuse_, 3, ""});
      auto& queue = queues_[wire::queue_id(append->access)];
      const auto same = std::ranges::find(queue, append->entry);
      const auto number = static_cast<uint64_t>(same - queue.begin()) + 1;
      if (same == queue.end()) queue.push_back(append->entry);
      answer(wire::Appended{number});
    } else if (const auto* subscribe = std::get_if<wire::Subscribe>(&request.body)) {
      const wire::QueueId id = wire::queue_id(subscribe->access);
      if (expired_ == id && subscribe->after < queues_[id].size())
        return answer(wire::Refusal{wire::Reason::kExpired, 0, ""});
      one.pushed[{connection, id}] = subscribe->after;
      answer(wire::Done{queues_[id].size()});
    } else if (const auto* unsubscribe = std::get_if<wire::Unsubscribe>(&request.body)) {
      one.pushed.erase({connection, unsubscribe->queue});
      answer(wire::Done{0});
    } else {
      serve_blob(one, request, answer);
    }
  }
  template <class Answer>
  void serve_blob(Person& one, const wire::Request& request, const Answer& answer) {
    if (const auto* put = std::get_if<wire::PutChunk>(&request.body)) {
      if (refuse_) return answer(wire::Refusal{*refuse_, 3, ""});
      Blob& blob = blobs_[wire::blob_id(put->access)];
      if (blob.count == 0) blob.count = put->count;
      const auto [there, is_new] = blob.chunks.emplace(put->index, put->chunk);
      if (blob.count != put->count || there->second != put->chunk)
        return answer(wire::Refusal{wire::Reason::kChunkDiffers, 0, ""});
      ++puts_;
      blob.days = put->days;
      answer(wire::ChunkStored{1'800'000'000});
    } else if (const auto* get = std::get_if<wire::GetChunk>(&request.body)) {
      const auto blob = blobs_.find(wire::blob_id(get->access));
      if (blob == blobs_.end() || !blob->second.chunks.contains(get->index))
        return answer(wire::Refusal{wire::Reason::kNoChunk, 0, ""});
      ++gets_;
      answer(wire::Chunk{blob->second.chunks.at(get->index)});
    } else if (const auto* status = std::get_if<wire::ReadBlobStatus>(&request.body)) {
      const auto id = std::visit([](const auto& access) { return wire::blob_id(access); }, status->access);
      const auto blob = blobs_.find(id);
      if (blob == blobs_.end()) return answer(wire::BlobStatus{});
      wire::BlobStatus out{blob->second.count, 1'800'000'000, {}};
      for (uint16_t i = 0; i < out.count; ++i) out.present.push_back(blob->second.chunks.contains(i));
      answer(std::move(out));
    }
    if (after_chunk_) after_chunk_(one);
  }
  struct Blob {
    uint16_t count = 0, days = 0;
    std::map<uint16_t, Bytes> chunks;
  };
  bool push(Person& one) {
    for (auto& [where, last] : one.pushed) {
      const auto& queue = queues_[where.second];
      if (last >= queue.size() || is_paused_) continue;
      wire::Answer pushed{0, wire::Entries{where.second,
                                           last + 1,
                                           queue.size(),
                                           {queue.begin() + static_cast<std::ptrdiff_t>(last), queue.end()}}};
      last = queue.size();
      if (distort_) distort_(one, std::get<wire::Entries>(pushed.body));
      one.client->answer(where.first, pushed, now_);
      return true;
    }
    return false;
  }

  // --- What the tests begin with ---
  group::GroupId found(Person& one) {
    const auto group =
        one.client->create_group({.name = "Дом", .my_name = one.name, .relay = "", .vouches = 1}, now_);
    EXPECT_TRUE(group.ok());
    settle();
    return *group;
  }
  void bring_in(Person& sponsor, const group::GroupId& group, Person& guest, Person* second = nullptr) {
    const auto invite = sponsor.client->invite(group, now_.after_ms(60 * kMinute_ms), now_);
    ASSERT_TRUE(invite.ok());
    ASSERT_TRUE(
        guest.client->join({.link = invite->link, .my_name = guest.name, .greeting = "это я"}, now_).ok());
    settle();
    const auto requests = sponsor.client->find(group)->requests(now_);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].words, guest.client->joins()[0].words);
    ASSERT_TRUE(sponsor.client->propose(group, requests[0].id, "соседка", now_).ok());
    settle();
    if (second != nullptr) {
      ASSERT_TRUE(second->client->confirm(group, requests[0].id, now_).ok());
    }
    settle(2);
    ASSERT_NE(guest.client->find(group), nullptr);
  }
  std::vector<std::string> texts(Person& one, const group::GroupId& group) {
    std::vector<std::string> out;
    const auto page = one.client->talk(group, 100, std::nullopt);
    for (const TalkMessage& message : page->messages)
      out.push_back(message.text + (message.state == group::SendState::kTakenIn ? "" : " …"));
    return out;
  }
  using Texts = std::vector<std::string>;

  Instant now_{1'700'000'000'000};
  std::deque<Person> people_;
  std::map<wire::QueueId, std::vector<Bytes>> queues_;
  std::map<wire::BlobId, Blob> blobs_;
  size_t puts_ = 0, gets_ = 0;                // chunks that were really carried
  std::function<void(Person&)> after_chunk_;  // for cutting lines
  std::optional<wire::Reason> refuse_;
  std::optional<wire::QueueId> expired_;  // a queue of which the relay keeps nothing
  bool is_paused_ = false;
  std::function<void(Person&, wire::Entries&)> distort_;
};

}  // namespace homeward::client
