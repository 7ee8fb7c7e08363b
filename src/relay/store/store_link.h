// A store as the relay's rules see it: one that may be far away, answer later and be written to by other
// relays. What is written goes there in batches (relay.h); this is the rest.
//
// A store has lanes. A queue or blob is always in the same lane; batches of different lanes may be on their
// way at once, so that a part of the store that is slow or gone holds up only what is its own.
#pragma once

#include <functional>

#include "relay/store/store.h"

namespace homeward::relay {

class StoreLink {
 public:
  struct Query {
    wire::QueueId queue;
    uint64_t after = 0;
    size_t most_bytes = 0;
  };
  using Read = std::function<void(Result<StoreReader::Page>)>;
  virtual ~StoreLink() = default;

  // As StoreReader::read. `done` is called once, on the thread of the rules: before this returns, or later.
  virtual void read(const Query& query, Read done) = 0;
  // As StoreReader::blob and StoreReader::chunk, called back likewise.
  using ReadBlob = std::function<void(Result<StoreReader::Blob>)>;
  using ReadChunk = std::function<void(Result<std::optional<Bytes>>)>;
  virtual void read_blob(const wire::BlobId& blob, ReadBlob done) = 0;
  virtual void read_chunk(const wire::BlobId& blob, uint16_t index, ReadChunk done) = 0;
  // Another batch said `layout_changed`.
  virtual void refresh() {}

  // The rules want to hear (Relay::heard) of entries that come to this queue by another way than their own
  // batches, until it is told that they do not.
  virtual void listen(const wire::QueueId&, bool /*wanted*/) {}

  virtual size_t lanes() const { return 1; }
  virtual size_t lane_of(const wire::QueueId&) const { return 0; }
  virtual size_t lane_of(const wire::BlobId&) const { return 0; }
};

// An embedded store, which answers at once and has no other writers.
class LocalStoreLink final : public StoreLink {
 public:
  // The reader must outlive it.
  explicit LocalStoreLink(StoreReader& reader) : reader_(reader) {}
  void read(const Query& query, Read done) override {
    done(reader_.read(query.queue, query.after, query.most_bytes));
  }
  void read_blob(const wire::BlobId& blob, ReadBlob done) override { done(reader_.blob(blob)); }
  void read_chunk(const wire::BlobId& blob, uint16_t index, ReadChunk done) override {
    done(reader_.chunk(blob, index));
  }
  // A reader that cannot renew its view keeps the old one and tries at the next change; what it cannot find
  // it refuses.
  void refresh() override { (void)reader_.refresh(); }

 private:
  StoreReader& reader_;
};

}  // namespace homeward::relay
