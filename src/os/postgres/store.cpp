#include "os/postgres/store.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdio>
#include <set>
#include <thread>

#include "os/postgres/cluster.h"
#include "os/postgres/places.h"

namespace homeward::os {

using namespace postgres;
using relay::Batch;
using relay::RelayError;

namespace {

constexpr std::chrono::milliseconds kConnectAgain{500};

class Store final : public PostgresStore {
 public:
  Store(boost::asio::io_context& loop, const PostgresStoreOptions& options)
      : loop_(loop), options_(options), background_(loop) {}

  // What keeps it from opening; empty if nothing does.
  std::string open();

  void run(Batch batch, Ran ran) override;
  void read(const Query& query, Read done) override;
  void read_blob(const wire::BlobId& blob, ReadBlob done) override;
  void read_chunk(const wire::BlobId& blob, uint16_t index, ReadChunk done) override;
  void listen(const wire::QueueId& queue, bool wanted) override {
    for (const auto& cluster : clusters_) cluster->listen(queue, wanted);
  }
  void set_heard(Heard heard) override { heard_ = std::move(heard); }
  void set_answered(std::function<void()> answered) override { answered_ = std::move(answered); }

  size_t lanes() const override { return clusters_.size() * options_.writers; }
  size_t lane_of(const wire::QueueId& queue) const override { return lane_of_id(queue.view()); }
  size_t lane_of(const wire::BlobId& blob) const override { return lane_of_id(blob.view()); }

  void set_day(int32_t day) override {
    options_.day = day;
    for (const auto& cluster : clusters_) cluster->set_day(day);
  }
  void keep(std::function<void()> done) override;

 private:
  struct Running;
  // Of the places of `ids`: called with a place for each, or none if they cannot be found out.
  using Located = std::function<void(std::optional<std::vector<size_t>>)>;

  std::string reach(const Target& target, Identity& identity) const;
  std::string agree(std::vector<Identity>& identities);
  bool looks_elsewhere() const;
  size_t lane_of_id(BytesView id) const {
    return home_of(id, ids_) * options_.writers + id[0] % options_.writers;
  }
  template <class Id>
  void locate(Places<Id>& places, std::vector<Id> ids, Located located);
  template <class Id, class Outcome>
  void read_from(Places<Id>& places, const Id& id, std::function<void(Result<Outcome>)> done,
                 std::function<void(Cluster&, std::function<void(Result<Outcome>)>)> read);
  void run_appends(const std::shared_ptr<Running>& running, const std::vector<size_t>& places);
  void run_chunks(const std::shared_ptr<Running>& running, const std::vector<size_t>& places);
  void finish(const std::shared_ptr<Running>& running);
  void look_at_list(size_t cluster);

  boost::asio::io_context& loop_;
  PostgresStoreOptions options_;
  std::vector<Target> targets_;
  std::vector<std::string> ids_;
  std::string list_;  // of the ids, as clusters keep it
  int64_t since_day_ = 0;
  std::vector<std::unique_ptr<Cluster>> clusters_;
  Places<wire::QueueId> queues_;
  Places<wire::BlobId> blobs_;
  Heard heard_;
  std::function<void()> answered_;
  Background background_;
  bool said_list_changed_ = false;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
};

// --- Opening ---

std::string Store::reach(const Target& target, Identity& identity) const {
  const auto until = std::chrono::steady_clock::now() + options_.patience;
  for (;;) {
    const Attempt attempt = connect(target, [&](PGconn* connection) {
      std::string problem = prepare_keeper(target.is_alone)(connection);
      if (problem.empty()) problem = make_schema(connection);
      if (problem.empty()) problem = read_identity(connection, identity);
      return problem;
    });
    if (attempt.connected != nullptr) return {};
    if (std::chrono::steady_clock::now() >= until) return attempt.problem;
    std::this_thread::sleep_for(kConnectAgain);
  }
}

std::string Store::open() {
  std::vector<Identity> identities;
  for (const std::string& conninfo : options_.stores) {
    targets_.push_back({.conninfo = conninfo, .is_alone = options_.is_alone});
    identities.emplace_back();
    if (std::string problem = reach(targets_.back(), identities.back()); !problem.empty()) {
      return "store " + std::to_string(targets_.size()) + ": " + problem;
    }
    ids_.push_back(identities.back().id);
  }
  if (std::set<std::string>(ids_.begin(), ids_.end()).size() != ids_.size()) {
    return "two of the stores are the same cluster";
  }
  if (std::string problem = agree(identities); !problem.empty()) return problem;
  for (const Target& target : targets_) {
    const Kept kept = postgres::keep(
        target, {.day = options_.day, .latest_day = day_now(), .retention_days = options_.retention_days});
    if (!kept.problem.empty()) return kept.problem;
  }
  for (size_t i = 0; i < targets_.size(); ++i) {
    clusters_.push_back(std::make_unique<Cluster>(
        loop_, Cluster::Options{.target = targets_[i],
                                .identity = identities[i],
                                .writers = options_.writers,
                                .day = options_.day,
                                .heard =
                                    [this](const wire::QueueId& queue, uint64_t last) {
                                      if (heard_) heard_(queue, last);
                                    },
                                .other_stores = [this, i] { look_at_list(i); }}));
  }
  return {};
}

// Every cluster keeps the list of all. Where it is not this one, it is renewed with a new generation, and
// relays that know only the earlier list create no more queues: none can come to lie in two clusters.
std::string Store::agree(std::vector<Identity>& identities) {
  std::vector<std::string> sorted = ids_;
  std::ranges::sort(sorted);
  for (const std::string& id : sorted) list_ += (list_.empty() ? "" : ",") + id;
  int64_t newest = 0;
  bool is_agreed = true;
  bool is_first = true;
  for (const Identity& identity : identities) {
    is_agreed = is_agreed && identity.stores == list_ && identity.generation == identities[0].generation;
    is_first = is_first && identity.stores.empty();
    newest = std::max(newest, identity.generation);
    since_day_ = std::max(since_day_, identity.since_day);
    for (size_t at = 0; at < identity.stores.size(); at += identity.id.size() + 1) {
      const std::string known = identity.stores.substr(at, identity.id.size());
      if (options_.forget_stores || std::ranges::find(ids_, known) != ids_.end()) continue;
      return "a cluster that was used with these is missing, and with it its queues; say --forget-stores to "
             "do "
             "without it for good";
    }
  }
  if (is_agreed) return {};
  since_day_ = is_first ? 0 : day_now();
  for (size_t i = 0; i < identities.size(); ++i) {
    identities[i].generation = newest + 1;
    identities[i].stores = list_;
    identities[i].since_day = since_day_;
    const Attempt attempt = connect(targets_[i], [&](PGconn* connection) {
      std::string problem = prepare_keeper(targets_[i].is_alone)(connection);
      return problem.empty() ? write_identity(connection, identities[i]) : problem;
    });
    if (attempt.connected == nullptr) return attempt.problem;
  }
  return {};
}

// A cluster refused to create a queue because the list of clusters is another one, or only its generation.
void Store::look_at_list(size_t number) {
  background_.run<Identity>(
      [target = targets_[number]] {
        Identity identity;
        (void)connect(target, [&](PGconn* connection) { return read_identity(connection, identity); });
        return identity;
      },
      [this, number](Identity identity) {
        if (identity.stores == list_) {
          clusters_[number]->set_generation(identity.generation);
          since_day_ = std::max(since_day_, identity.since_day);
        } else if (!identity.stores.empty() && !std::exchange(said_list_changed_, true)) {
          std::fputs(
              "homeward-relay: another relay was started with another list of stores; this one creates no "
              "queues any more. Start it again with the same list\n",
              stderr);
        }
      });
}

// A queue that was there before the list changed is looked for as long as its number is remembered: none is
// given twice because a group was silent for a month.
bool Store::looks_elsewhere() const {
  return clusters_.size() > 1 && since_day_ != 0 &&
         day_now() <= since_day_ + options_.retention_days + kRememberEnd_days;
}

// --- Places ---

template <class Id>
void Store::locate(Places<Id>& places, std::vector<Id> ids, Located located) {
  struct Search {
    std::vector<Id> ids;
    std::vector<size_t> places;
    std::vector<size_t> asked;               // which of the ids are looked for
    std::vector<std::vector<bool>> answers;  // of each cluster, about those
    size_t waiting = 0;
    bool is_failed = false;
  };
  auto search = std::make_shared<Search>();
  search->ids = std::move(ids);
  std::vector<Id> unknown;
  const bool looks = looks_elsewhere();
  for (size_t i = 0; i < search->ids.size(); ++i) {
    const size_t* known = looks ? places.find(search->ids[i]) : nullptr;
    search->places.push_back(known != nullptr ? *known : home_of(search->ids[i].view(), ids_));
    if (!looks || known != nullptr) continue;
    search->asked.push_back(i);
    unknown.push_back(search->ids[i]);
  }
  if (unknown.empty()) return located(std::move(search->places));
  search->waiting = clusters_.size();
  search->answers.resize(clusters_.size());
  for (size_t number = 0; number < clusters_.size(); ++number) {
    clusters_[number]->find(unknown, [this, &places, search, number, located](auto found) {
      if (found) search->answers[number] = std::move(*found);
      search->is_failed = search->is_failed || search->answers[number].size() != search->asked.size();
      if (--search->waiting > 0) return;
      if (search->is_failed) return located(std::nullopt);
      for (size_t i = 0; i < search->asked.size(); ++i) {
        size_t& place = search->places[search->asked[i]];
        bool is_there = search->answers[place][i];
        for (size_t other = 0; other < clusters_.size() && !is_there; ++other) {
          if (!search->answers[other][i]) continue;
          is_there = true;
          place = other;
        }
        if (is_there) places.put(search->ids[search->asked[i]], place);
      }
      located(std::move(search->places));
    });
  }
}

// --- Batches ---

struct Store::Running {
  Batch batch;
  Ran ran;
  size_t waiting = 0;
};

void Store::run(Batch batch, Ran ran) {
  auto running = std::make_shared<Running>(Running{.batch = std::move(batch), .ran = std::move(ran)});
  options_.retention_days = running->batch.retention_days;
  // The keeper works beside the batch; one lane of each cluster is enough to call it.
  if (running->batch.expire && running->batch.lane % options_.writers == 0) {
    clusters_[running->batch.lane / options_.writers]->keep(options_.retention_days, nullptr);
  }
  running->waiting = 1;
  if (!running->batch.appends.empty()) {
    ++running->waiting;
    std::vector<wire::QueueId> queues;
    for (const auto& append : running->batch.appends) queues.push_back(append.queue);
    locate(queues_, std::move(queues), [this, running](std::optional<std::vector<size_t>> places) {
      if (places) {
        run_appends(running, *places);
      } else {
        running->batch.failed = Error(RelayError::kStore, "a cluster is not there");
      }
      finish(running);
    });
  }
  if (!running->batch.chunks.empty()) {
    ++running->waiting;
    std::vector<wire::BlobId> blobs;
    for (const auto& chunk : running->batch.chunks) blobs.push_back(chunk.blob);
    locate(blobs_, std::move(blobs), [this, running](std::optional<std::vector<size_t>> places) {
      if (places) {
        run_chunks(running, *places);
      } else {
        running->batch.chunks_failed = Error(RelayError::kStore, "a cluster is not there");
      }
      finish(running);
    });
  }
  boost::asio::post(loop_, [this, running, is_alive = std::weak_ptr<bool>(is_alive_)] {
    if (!is_alive.expired()) finish(running);
  });
}

void Store::run_appends(const std::shared_ptr<Running>& running, const std::vector<size_t>& places) {
  std::map<size_t, Cluster::Appends> parts;
  for (size_t i = 0; i < places.size(); ++i) parts[places[i]].push_back(&running->batch.appends[i]);
  for (auto& [number, appends] : parts) {
    ++running->waiting;
    clusters_[number]->append(running->batch.lane % options_.writers, appends, running->batch.rules,
                              [this, running, number = number, appends](std::optional<Error> failed) {
                                if (failed) running->batch.failed = failed;
                                for (const relay::StoreAppend* append : appends) {
                                  if (append->outcome != relay::Outcome::kStored) continue;
                                  clusters_[number]->publish(append->queue, append->number);
                                }
                                finish(running);
                              });
  }
}

void Store::run_chunks(const std::shared_ptr<Running>& running, const std::vector<size_t>& places) {
  std::map<size_t, Cluster::Chunks> parts;
  for (size_t i = 0; i < places.size(); ++i) parts[places[i]].push_back(&running->batch.chunks[i]);
  for (auto& [number, chunks] : parts) {
    ++running->waiting;
    clusters_[number]->put(running->batch.lane % options_.writers, chunks, running->batch.rules,
                           [this, running](std::optional<Error> failed) {
                             if (failed) running->batch.chunks_failed = failed;
                             finish(running);
                           });
  }
}

void Store::finish(const std::shared_ptr<Running>& running) {
  if (--running->waiting > 0) return;
  for (const auto& cluster : clusters_) running->batch.stored_bytes += cluster->stored_bytes();
  // A batch that was sent again finds its entries there: whoever listens has not been given them.
  std::map<wire::QueueId, uint64_t> repeated;
  for (const auto& append : running->batch.appends) {
    if (append.outcome != relay::Outcome::kRepeated) continue;
    uint64_t& last = repeated[append.queue];
    last = std::max(last, append.number);
  }
  running->ran(std::move(running->batch));
  for (const auto& [queue, last] : repeated) {
    if (heard_) heard_(queue, last);
  }
}

// --- Reads ---

template <class Id, class Outcome>
void Store::read_from(Places<Id>& places, const Id& id, std::function<void(Result<Outcome>)> done,
                      std::function<void(Cluster&, std::function<void(Result<Outcome>)>)> read) {
  auto then = [this, done = std::move(done)](Result<Outcome> outcome) {
    done(std::move(outcome));
    if (answered_) answered_();
  };
  locate(places, std::vector<Id>{id}, [this, then, read = std::move(read)](auto found) {
    if (!found) return then(Error(RelayError::kStore, "a cluster is not there"));
    read(*clusters_[found->front()], then);
  });
}

void Store::read(const Query& query, Read done) {
  read_from<wire::QueueId, relay::StoreReader::Page>(
      queues_, query.queue, std::move(done),
      [query](Cluster& cluster, Read then) { cluster.read(query, std::move(then)); });
}

void Store::read_blob(const wire::BlobId& blob, ReadBlob done) {
  read_from<wire::BlobId, relay::StoreReader::Blob>(
      blobs_, blob, std::move(done),
      [blob](Cluster& cluster, ReadBlob then) { cluster.read_blob(blob, std::move(then)); });
}

void Store::read_chunk(const wire::BlobId& blob, uint16_t index, ReadChunk done) {
  read_from<wire::BlobId, std::optional<Bytes>>(
      blobs_, blob, std::move(done),
      [blob, index](Cluster& cluster, ReadChunk then) { cluster.read_chunk(blob, index, std::move(then)); });
}

void Store::keep(std::function<void()> done) {
  auto waiting = std::make_shared<size_t>(clusters_.size());
  for (const auto& cluster : clusters_) {
    cluster->keep(options_.retention_days, [waiting, done] {
      if (--*waiting == 0) done();
    });
  }
}

}  // namespace

std::string problem_of_store(const std::string& conninfo, bool may_have_password) {
  PQconninfoOption* options = PQconninfoParse(conninfo.c_str(), nullptr);
  if (options == nullptr) return "is no connection that PostgreSQL knows (postgres://...)";
  bool has_password = false;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    has_password =
        has_password || (option->val != nullptr && std::string_view(option->keyword) == "password");
  }
  PQconninfoFree(options);
  if (has_password && !may_have_password) {
    return "holds a password, which everybody on this machine could read: write it into a file and say @FILE";
  }
  return {};
}

PostgresStore::Opened PostgresStore::open(boost::asio::io_context& loop,
                                          const PostgresStoreOptions& options) {
  auto store = std::make_unique<Store>(loop, options);
  std::string problem = store->open();
  if (!problem.empty()) return {.store = nullptr, .problem = std::move(problem)};
  return {.store = std::move(store), .problem = {}};
}

}  // namespace homeward::os
