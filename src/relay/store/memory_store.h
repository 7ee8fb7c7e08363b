// For tests and fuzzing: a store in memory. Nothing expires and nothing is durable.
#pragma once

#include <map>

#include "relay/store/store.h"

namespace homeward::relay {

class MemoryQueues {
 public:
  std::map<wire::QueueId, std::vector<Bytes>> queues;
  struct Blob {
    uint16_t count = 0;
    uint64_t ends_s = 0;
    std::map<uint16_t, Bytes> chunks;
  };
  std::map<wire::BlobId, Blob> blobs;
};

class MemoryWriter final : public StoreWriter {
 public:
  explicit MemoryWriter(std::shared_ptr<MemoryQueues> kept) : kept_(std::move(kept)) {}

  Result<> append(std::span<StoreAppend> batch, const Rules& rules) override {
    uint64_t new_queues_left = rules.most_new_queues;
    for (StoreAppend& append : batch) {
      const auto found = kept_->queues.find(append.queue);
      if (found == kept_->queues.end()) {
        const bool may_create = append.may_create && new_queues_left > 0;
        append.outcome = append.may_create ? Outcome::kTooManyQueues : Outcome::kMayNotCreate;
        if (!may_create) continue;
        append.created = true;
        --new_queues_left;
      }
      std::vector<Bytes>& entries = kept_->queues[append.queue];
      const auto same = std::ranges::find(entries, append.entry);
      append.number = static_cast<uint64_t>(same - entries.begin()) + 1;
      append.outcome = Outcome::kRepeated;
      if (same != entries.end()) continue;
      append.outcome = entries.size() < rules.entries_per_queue ? Outcome::kStored : Outcome::kQueueFull;
      if (append.outcome == Outcome::kStored) entries.push_back(append.entry);
    }
    return success();
  }
  Result<> put(std::span<StoreChunk> batch, const Rules& rules) override {
    uint64_t new_blobs_left = rules.most_new_blobs;
    for (StoreChunk& chunk : batch) {
      auto found = kept_->blobs.find(chunk.blob);
      if (found == kept_->blobs.end()) {
        chunk.outcome = chunk.may_create ? Outcome::kTooManyQueues : Outcome::kMayNotCreate;
        if (!chunk.may_create || new_blobs_left == 0) continue;
        --new_blobs_left;
        chunk.created = true;
        const uint64_t ends_s = blob_ends_s(blob_day(rules.wall, chunk.days, rules.most_blob_days));
        found = kept_->blobs.emplace(chunk.blob, MemoryQueues::Blob{chunk.count, ends_s, {}}).first;
      }
      MemoryQueues::Blob& blob = found->second;
      const auto there = blob.chunks.find(chunk.index);
      const bool differs =
          blob.count != chunk.count || (there != blob.chunks.end() && there->second != chunk.chunk);
      chunk.outcome = differs                      ? Outcome::kDiffers
                      : there != blob.chunks.end() ? Outcome::kRepeated
                                                   : Outcome::kStored;
      if (chunk.outcome == Outcome::kStored) blob.chunks.emplace(chunk.index, chunk.chunk);
      if (!differs) chunk.ends_s = blob.ends_s;
    }
    return success();
  }
  Result<bool> expire(Instant, uint32_t) override { return false; }
  bool take_layout_changed() override { return false; }
  uint64_t stored_bytes() const override { return 0; }

 private:
  std::shared_ptr<MemoryQueues> kept_;
};

class MemoryReader final : public StoreReader {
 public:
  explicit MemoryReader(std::shared_ptr<MemoryQueues> kept) : kept_(std::move(kept)) {}

  Result<Page> read(const wire::QueueId& queue, uint64_t after, size_t most_bytes) override {
    Page page;
    const auto found = kept_->queues.find(queue);
    if (found == kept_->queues.end()) return page;
    const std::vector<Bytes>& entries = found->second;
    page.last_in_queue = entries.size();
    size_t size_bytes = 0;
    for (uint64_t number = after; number < entries.size(); ++number) {
      const Bytes& entry = entries[number];
      if (!page.entries.empty() && size_bytes + entry.size() > most_bytes) break;
      if (page.entries.empty()) page.first = number + 1;
      size_bytes += entry.size();
      page.entries.push_back(entry);
    }
    return page;
  }
  Result<Blob> blob(const wire::BlobId& blob) override {
    const auto found = kept_->blobs.find(blob);
    if (found == kept_->blobs.end()) return Blob{};
    Blob out{.count = found->second.count, .ends_s = found->second.ends_s, .present = {}};
    for (uint16_t i = 0; i < out.count; ++i) out.present.push_back(found->second.chunks.contains(i));
    return out;
  }
  Result<std::optional<Bytes>> chunk(const wire::BlobId& blob, uint16_t index) override {
    const auto found = kept_->blobs.find(blob);
    if (found == kept_->blobs.end() || !found->second.chunks.contains(index)) return std::optional<Bytes>{};
    return std::optional<Bytes>(found->second.chunks.at(index));
  }
  Result<> refresh() override { return success(); }

 private:
  std::shared_ptr<MemoryQueues> kept_;
};

inline Store open_memory_store() {
  const auto kept = std::make_shared<MemoryQueues>();
  return {.writer = std::make_unique<MemoryWriter>(kept), .reader = std::make_unique<MemoryReader>(kept)};
}

}  // namespace homeward::relay
