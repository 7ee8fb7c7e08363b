// One PostgreSQL cluster as a relay uses it: sessions that write, two that read, one that hears of what other
// relays stored, and the keeper.
#pragma once

#include <map>
#include <optional>

#include "os/postgres/keeper.h"
#include "relay/relay.h"

namespace homeward::os::postgres {

class Cluster {
 public:
  using Heard = std::function<void(const wire::QueueId& queue, uint64_t last)>;
  struct Options {
    Target target;
    Identity identity;
    size_t writers = 4;           // transactions at once; of one queue always the same writer's
    int32_t day = kDayOfCluster;  // for tests: the day that entries belong to
    Heard heard;
    std::function<void()> other_stores;  // creating a queue was refused: the list of clusters has changed
  };
  Cluster(boost::asio::io_context& loop, Options options);
  ~Cluster();

  const std::string& id() const { return options_.identity.id; }
  size_t writers() const { return writers_.size(); }
  void set_generation(int64_t generation) { options_.identity.generation = generation; }
  void set_day(int32_t day) { options_.day = day; }

  // Stores in one transaction and sets outcomes as StoreWriter::append. `done` is called later, with the
  // reason for which appends are still kPending, if any are. The appends must live until then.
  using Appends = std::vector<relay::StoreAppend*>;
  using Stored = std::function<void(std::optional<Error>)>;
  void append(size_t writer, Appends appends, const relay::StoreWriter::Rules& rules, Stored done);
  void read(const relay::StoreLink::Query& query, relay::StoreLink::Read done);
  // The same for chunks of blobs, as StoreWriter::put.
  using Chunks = std::vector<relay::StoreChunk*>;
  void put(size_t writer, Chunks chunks, const relay::StoreWriter::Rules& rules, Stored done);
  void read_blob(const wire::BlobId& blob, relay::StoreLink::ReadBlob done);
  void read_chunk(const wire::BlobId& blob, uint16_t index, relay::StoreLink::ReadChunk done);
  // Which of the queues or blobs are known here; none if that cannot be found out.
  using Found = std::function<void(std::optional<std::vector<bool>>)>;
  void find(const std::vector<wire::QueueId>& queues, Found done);
  void find(const std::vector<wire::BlobId>& blobs, Found done);

  void listen(const wire::QueueId& queue, bool wanted);
  // Tells other relays.
  void publish(const wire::QueueId& queue, uint64_t last);

  // A turn of the keeper, now or after the one that is at work; `done`, if any, is called after it.
  void keep(uint32_t retention_days, std::function<void()> done);
  uint64_t stored_bytes() const { return stored_bytes_; }

 private:
  struct Appending;
  void ask(const std::shared_ptr<Appending>& appending);
  void answered(const std::shared_ptr<Appending>& appending, Answer answer);
  struct Putting;
  void ask(const std::shared_ptr<Putting>& putting);
  void answered(const std::shared_ptr<Putting>& putting, Answer answer);
  // Why a transaction failed; nothing if it is to be tried again by `again`, which is then called later.
  std::optional<Error> reason(const Answer& answer, int& tries, std::function<void()> again);
  void find(std::vector<Call> calls, Found done);
  Session& reader() { return *readers_[next_reader_++ % readers_.size()]; }
  void hear(std::string_view payload);
  void news_of(const wire::QueueId& queue, uint64_t last);
  void send_news();
  void poll();
  // For the operator, once when it begins and once when it is over.
  void complain(const std::string& problem);
  // Does it later, unless this is gone.
  void post(std::function<void()> work);

  boost::asio::io_context& loop_;
  Options options_;
  std::vector<std::unique_ptr<Session>> writers_;
  std::vector<std::unique_ptr<Session>> readers_;
  std::unique_ptr<Session> listener_;
  size_t next_reader_ = 0;
  std::string problem_;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);

  std::map<wire::QueueId, uint64_t> listened_;  // with the last number heard of
  std::map<wire::QueueId, uint64_t> news_;      // to be told
  bool is_telling_ = false;
  boost::asio::steady_timer poll_timer_;
  wire::QueueId polled_{};  // up to which queues were looked at in this round
  bool hears_all_ = false;  // a round was made since news come
  bool is_polling_ = false;

  Background background_;
  bool is_keeping_ = false;
  std::vector<std::function<void()>> after_keeping_;  // of the turn that is at work
  std::vector<std::function<void()>> next_keeping_;
  bool keep_again_ = false;
  uint32_t retention_days_ = 30;
  uint64_t stored_bytes_ = 0;
};

}  // namespace homeward::os::postgres
