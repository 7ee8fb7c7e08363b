#include <list>
#include <unordered_map>

#include "relay/store/blob_files.h"
#include "relay/store/catalogue.h"

namespace homeward::relay {

namespace {

constexpr int64_t kDay_ms = 86'400'000;
// How long the end of a queue is remembered after its last entry.
constexpr int64_t kRememberEnd_days = 400;
constexpr size_t kExpireStep = 500;  // rows moved in one step
// A million queues in use.
constexpr size_t kCacheBytes = 288u << 20;

Error in_store_terms(const Error& error) {
  if (error.room() == Room::kRelay) return error;
  if (error.is(sql::SqlError::kDiskFull)) return {RelayError::kDiskFull, error.context()};
  const bool cannot_open = error.is(sql::SqlError::kCannotOpen) || error.is(sql::SqlError::kInUse) ||
                           error.is(sql::SqlError::kReadOnly);
  return {cannot_open ? RelayError::kCannotOpen : RelayError::kStore, error.context()};
}

uint64_t short_hash(BytesView entry) {
  const Hash hash = wire::entry_hash(entry);
  uint64_t out = 0;
  for (size_t i = 0; i < 8; ++i) out = out << 8 | hash.data[i];
  return out;
}

// What the writer remembers of a queue, so that appending to a queue in use costs no look-up.
struct QueueState {
  uint64_t last = 0;    // 0: unknown queue
  int64_t segment = 0;  // number of the segment that `run` is in; 0: of none yet
  Run run;
  std::vector<uint64_t> hashes;  // of the entries up to `last`, as far back as they are kept
  uint64_t touched_in = 0;       // number of the batch that last stored in it
};

class QueueCache {
 public:
  QueueState* find(const wire::QueueId& queue) {
    const auto found = by_id_.find(queue);
    if (found == by_id_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }
  QueueState* put(const wire::QueueId& queue, QueueState state) {
    order_.emplace_front(queue, std::move(state));
    by_id_[queue] = order_.begin();
    return &order_.front().second;
  }
  void drop(const wire::QueueId& queue) {
    const auto found = by_id_.find(queue);
    if (found == by_id_.end()) return;
    order_.erase(found->second);
    by_id_.erase(found);
  }
  // Forgets the queues not used for longest, until the rest fits. Counting costs, so only every 256th call
  // counts.
  void shrink() {
    if (++calls_ % 256 != 0) return;
    size_t size_bytes = 0;
    for (auto item = order_.begin(); item != order_.end();) {
      size_bytes += 256 + 8 * item->second.hashes.capacity();
      if (size_bytes <= kCacheBytes) {
        ++item;
      } else {
        by_id_.erase(item->first);
        item = order_.erase(item);
      }
    }
  }

 private:
  using Order = std::list<std::pair<wire::QueueId, QueueState>>;  // used last first
  Order order_;
  std::unordered_map<wire::QueueId, Order::iterator> by_id_;
  uint64_t calls_ = 0;
};

class SqliteWriter final : public StoreWriter {
 public:
  SqliteWriter(std::shared_ptr<Catalogue> catalogue, std::shared_ptr<BlobFiles> blobs)
      : catalogue_(std::move(catalogue)), blobs_(std::move(blobs)) {}

  Result<> start() {
    HW_TRY(catalogue_->clean_up());
    HW_TRY(blobs_->clean_up());
    for (auto& entry : catalogue_->entries()) {
      HW_LET(Segment * segment, catalogue_->segment(entry));
      older_bytes_ += newest_bytes_;
      HW_LET(newest_bytes_, segment->size_bytes());
    }
    return success();
  }

  Result<> append(std::span<StoreAppend> batch, const Rules& rules) override {
    touched_.clear();
    ++batch_;
    const Result<> stored = append_all(batch, rules);
    if (stored.ok()) {
      cache_.shrink();
      return success();
    }
    for (const wire::QueueId& queue : touched_) cache_.drop(queue);
    for (StoreAppend& append : batch) {
      append.outcome = Outcome::kPending;
      append.number = 0;
      append.created = false;
    }
    return in_store_terms(stored.error());
  }

  Result<> put(std::span<StoreChunk> batch, const Rules& rules) override {
    if (stored_bytes() >= rules.most_store_bytes) return Error(RelayError::kDiskFull, "bound of the store");
    const Result<> stored = blobs_->put(batch, rules);
    layout_changed_ |= blobs_->take_layout_changed();
    if (!stored.ok()) return in_store_terms(stored.error());
    return success();
  }

  Result<bool> expire(Instant wall, uint32_t retention_days) override {
    const Result<bool> more = expire_step(day_of(wall), retention_days);
    if (!more.ok()) return in_store_terms(more.error());
    return more;
  }

  Result<> correct_dates(Instant dating) override {
    const Result<> corrected = catalogue_->date_back(day_of(dating) + 1, day_of(dating));
    if (!corrected.ok()) return in_store_terms(corrected.error());
    return success();
  }

  Instant last_dated() const override {
    const auto& entries = catalogue_->entries();
    return {entries.empty() ? 0 : (entries.back().day + 1) * kDay_ms};
  }

  bool take_layout_changed() override { return std::exchange(layout_changed_, false); }
  uint64_t stored_bytes() const override { return older_bytes_ + newest_bytes_ + blobs_->stored_bytes(); }

 private:
  static int64_t day_of(Instant wall) { return std::max<int64_t>(wall.ms, 0) / kDay_ms; }

  Result<> append_all(std::span<StoreAppend> batch, const Rules& rules) {
    if (stored_bytes() >= rules.most_store_bytes) return Error(RelayError::kDiskFull, "bound of the store");
    HW_TRY(open_day(day_of(rules.wall)));
    HW_LET(Segment * newest, catalogue_->segment(catalogue_->entries().back()));
    HW_LET(sql::Transaction transaction, sql::Transaction::begin(newest->database()));
    uint64_t new_queues_left = rules.most_new_queues;
    for (StoreAppend& append : batch) {
      HW_LET(QueueState * state, state_of(append.queue));
      HW_LET(const bool is_new, decide(append, *state, rules, new_queues_left));
      if (is_new) HW_TRY(store(append, *state, *newest));
    }
    HW_TRY(transaction.commit());
    // Nothing is stored any more in queues that are full: what a repetition needs is read anew.
    for (const wire::QueueId& queue : touched_) {
      if (cache_.find(queue)->last >= rules.entries_per_queue) cache_.drop(queue);
    }
    if (const Result<uint64_t> size = newest->size_bytes(); size.ok()) newest_bytes_ = *size;
    return success();
  }

  // Segments follow the clock forwards: where it is set back by a day, the newest one goes on. Where it had
  // been set forward by more, what was dated to days that are yet to come is dated anew, or it and all that
  // comes would be kept until then.
  Result<> open_day(int64_t day) {
    HW_TRY(catalogue_->date_back(day + 1, day));
    auto& entries = catalogue_->entries();
    if (!entries.empty() && entries.back().day >= day) {
      HW_LET(Segment * newest, catalogue_->segment(entries.back()));
      if (newest->may_append()) return success();
      day = entries.back().day;
    }
    HW_TRY(catalogue_->add(day));
    older_bytes_ += std::exchange(newest_bytes_, 0);
    layout_changed_ = true;
    return success();
  }

  Result<QueueState*> state_of(const wire::QueueId& queue) {
    if (QueueState* known = cache_.find(queue)) return known;
    QueueState state;
    HW_LET(const std::vector<Catalogue::Found> kept, catalogue_->find(queue, 1));
    if (kept.empty()) {
      HW_LET(state.last, catalogue_->ended_at(queue));
      return cache_.put(queue, std::move(state));
    }
    for (auto found = kept.rbegin(); found != kept.rend(); ++found) {
      HW_TRY(found->segment->append_hashes(found->run, state.hashes));
    }
    state.last = kept.front().run.last;
    const Catalogue::Entry& newest = catalogue_->entries().back();
    if (kept.front().segment == newest.segment.get()) {
      state.segment = newest.number;
      state.run = kept.front().run;
    }
    return cache_.put(queue, std::move(state));
  }

  // True if the entry is to be stored; else its outcome is set.
  Result<bool> decide(StoreAppend& append, const QueueState& state, const Rules& rules,
                      uint64_t& new_queues_left) {
    HW_LET(const uint64_t repeated, find_repeated(append, state));
    append.number = repeated;
    if (repeated != 0) {
      append.outcome = Outcome::kRepeated;
    } else if (state.last >= rules.entries_per_queue) {
      append.outcome = Outcome::kQueueFull;
    } else if (state.last == 0 && !append.may_create) {
      append.outcome = Outcome::kMayNotCreate;
    } else if (state.last == 0 && new_queues_left == 0) {
      append.outcome = Outcome::kTooManyQueues;
    } else {
      append.created = state.last == 0;
      new_queues_left -= append.created ? 1 : 0;
      append.outcome = Outcome::kStored;
    }
    return append.outcome == Outcome::kStored;
  }

  Result<> store(StoreAppend& append, QueueState& state, Segment& newest) {
    if (std::exchange(state.touched_in, batch_) != batch_) touched_.push_back(append.queue);
    const int64_t newest_number = catalogue_->entries().back().number;
    if (state.segment != newest_number) {
      state.run = {.key = 0, .first = state.last + 1, .last = state.last};
      HW_LET(state.run.key, newest.add_queue(append.queue, state.run.first));
      state.segment = newest_number;
    }
    const uint64_t hash = short_hash(append.entry);
    state.run.last = ++state.last;
    state.hashes.push_back(hash);
    append.number = state.last;
    return newest.add_entry(state.run, hash, append.entry);
  }

  // Number of the entry with the same bytes, 0 if there is none.
  Result<uint64_t> find_repeated(const StoreAppend& append, const QueueState& state) {
    if (state.hashes.empty()) return uint64_t{0};
    const uint64_t hash = short_hash(append.entry);
    auto found = std::ranges::find(state.hashes, hash);
    while (found != state.hashes.end()) {
      const uint64_t number = state.last - static_cast<uint64_t>(state.hashes.end() - found) + 1;
      HW_LET(const std::optional<Bytes> body, entry(append.queue, state, number));
      if (!body || equal(*body, append.entry))
        return number;  // without a body: expired since, its number stands
      found = std::find(found + 1, state.hashes.end(), hash);
    }
    return uint64_t{0};
  }

  Result<std::optional<Bytes>> entry(const wire::QueueId& queue, const QueueState& state, uint64_t number) {
    const Catalogue::Entry& newest = catalogue_->entries().back();
    // A run of this very batch is not in the table of queues yet.
    if (state.segment == newest.number && number >= state.run.first) {
      HW_LET(Segment * segment, catalogue_->segment(catalogue_->entries().back()));
      return segment->entry(state.run, number);
    }
    HW_LET(const std::vector<Catalogue::Found> kept, catalogue_->find(queue, number));
    if (kept.empty() || kept.back().run.first > number) return std::optional<Bytes>{};
    return kept.back().segment->entry(kept.back().run, number);
  }

  Result<bool> expire_step(int64_t today, uint32_t retention_days) {
    HW_LET(const bool removed, blobs_->remove_ended(today));
    layout_changed_ |= blobs_->take_layout_changed();
    if (removed) return true;
    HW_LET(const bool deleted, catalogue_->delete_doomed_step());
    if (deleted) return true;
    auto& entries = catalogue_->entries();
    if (entries.empty() || today - entries.front().day <= int64_t{retention_days}) {
      HW_LET(const bool all, catalogue_->forget_ends(today - kRememberEnd_days, kExpireStep));
      return !all;
    }
    HW_LET(Segment * oldest, catalogue_->segment(entries.front()));
    HW_LET(const auto queues, oldest->queues(moved_key_, kExpireStep));
    HW_TRY(catalogue_->remember_ends(queues, entries.front().day));
    if (!queues.empty()) moved_key_ = queues.back().key;
    if (queues.size() == kExpireStep) return true;
    HW_LET(const uint64_t size_bytes, oldest->size_bytes());
    moved_key_ = 0;
    layout_changed_ = true;
    HW_TRY(catalogue_->doom_oldest());
    (entries.empty() ? newest_bytes_ : older_bytes_) -= entries.empty() ? newest_bytes_ : size_bytes;
    return true;
  }

  std::shared_ptr<Catalogue> catalogue_;
  std::shared_ptr<BlobFiles> blobs_;
  QueueCache cache_;
  std::vector<wire::QueueId> touched_;  // queues that this batch stores in
  uint64_t batch_ = 0;
  uint64_t older_bytes_ = 0;  // of all segments but the newest
  uint64_t newest_bytes_ = 0;
  int64_t moved_key_ = 0;  // up to which the oldest segment's queues are among the ends
  bool layout_changed_ = false;
};

class SqliteReader final : public StoreReader {
 public:
  SqliteReader(std::shared_ptr<Catalogue> catalogue, std::shared_ptr<BlobFiles> blobs, bool is_shared)
      : catalogue_(std::move(catalogue)), blobs_(std::move(blobs)), is_shared_(is_shared) {}

  Result<Page> read(const wire::QueueId& queue, uint64_t after, size_t most_bytes) override {
    Result<Page> page = read_once(queue, after, most_bytes);
    // A segment may have been removed since the last refresh.
    if (!page.ok() && refresh().ok()) page = read_once(queue, after, most_bytes);
    if (!page.ok()) return in_store_terms(page.error());
    return page;
  }

  Result<Blob> blob(const wire::BlobId& blob) override {
    Result<Blob> status = blobs_->status(blob);
    if (!status.ok() && refresh().ok()) status = blobs_->status(blob);
    if (!status.ok()) return in_store_terms(status.error());
    return status;
  }

  Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index) override {
    Result<std::optional<Bytes>> chunk = blobs_->chunk(blob, index);
    if (!chunk.ok() && refresh().ok()) chunk = blobs_->chunk(blob, index);
    if (!chunk.ok()) return in_store_terms(chunk.error());
    return chunk;
  }

  Result<> refresh() override {
    if (is_shared_) return success();  // the writer keeps it current
    Result<> renewed = catalogue_->refresh();
    if (renewed.ok()) renewed = blobs_->refresh();
    if (!renewed.ok()) return in_store_terms(renewed.error());
    return success();
  }

 private:
  Result<Page> read_once(const wire::QueueId& queue, uint64_t after, size_t most_bytes) {
    Page page;
    const uint64_t wanted = after == UINT64_MAX ? after : after + 1;
    HW_LET(const std::vector<Catalogue::Found> kept, catalogue_->find(queue, wanted));
    if (kept.empty()) {
      HW_LET(page.last_in_queue, catalogue_->ended_at(queue));
      page.expired = after < page.last_in_queue;
      return page;
    }
    page.last_in_queue = kept.front().run.last;
    if (after >= page.last_in_queue) return page;
    page.expired = kept.back().run.first > wanted;
    if (page.expired) return page;
    for (auto found = kept.rbegin(); found != kept.rend(); ++found) {
      HW_LET(const bool all, found->segment->read(found->run, after, most_bytes, page));
      if (!all) break;
    }
    return page;
  }

  std::shared_ptr<Catalogue> catalogue_;
  std::shared_ptr<BlobFiles> blobs_;
  const bool is_shared_;
};

Result<Store> open_store(const SqliteStoreOptions& options) {
  HW_LET(std::shared_ptr<Catalogue> for_writer, Catalogue::open(options, true));
  HW_LET(std::shared_ptr<BlobFiles> blobs_for_writer, BlobFiles::open(options, true));
  auto writer = std::make_unique<SqliteWriter>(for_writer, blobs_for_writer);
  HW_TRY(writer->start());
  std::shared_ptr<Catalogue> for_reader = for_writer;
  std::shared_ptr<BlobFiles> blobs_for_reader = blobs_for_writer;
  if (!options.one_connection) {
    HW_LET(for_reader, Catalogue::open(options, false));
    HW_LET(blobs_for_reader, BlobFiles::open(options, false));
  }
  Store out;
  out.reader = std::make_unique<SqliteReader>(std::move(for_reader), std::move(blobs_for_reader),
                                              options.one_connection);
  out.writer = std::move(writer);
  return out;
}

}  // namespace

Result<Store> open_sqlite_store(const SqliteStoreOptions& options) {
  Result<Store> out = open_store(options);
  if (!out.ok()) return in_store_terms(out.error());
  return out;
}

}  // namespace homeward::relay
