// Of the rules: blobs. Chunks wait in their lane beside entries and are answered after the same batch.
#include <utility>

#include "relay/relay.h"

namespace homeward::relay {

void Relay::handle(ConnectionId id, wire::RequestId request, wire::PutChunk&& body) {
  if (body.chunk.size() != wire::kChunkBytes) return refuse(id, request, wire::Reason::kEntrySize);
  if (counters_.waiting_append_bytes + body.chunk.size() > limits_.waiting_append_bytes) {
    return refuse(id, request, wire::Reason::kTooManyRequests);
  }
  StoreChunk chunk{.blob = wire::blob_id(body.access),
                   .index = body.index,
                   .count = body.count,
                   .days = body.days,
                   .chunk = std::move(body.chunk),
                   .may_create = connections_.at(id).options.may_create_queues};
  Lane& lane = lanes_.at(store_.lane_of(chunk.blob));
  if (lane.is_stalled) return refuse_unconfirmed(id, request);
  counters_.waiting_append_bytes += chunk.chunk.size();
  lane.chunks.emplace_back(std::move(chunk), Batch::Origin{id, request});
}

void Relay::take_chunks(Lane& lane, Batch& batch, Instant now) {
  while (!lane.chunks.empty() && batch.chunks.size() < limits_.batch_chunks) {
    batch.chunks.push_back(std::move(lane.chunks.front().first));
    batch.chunk_origins.push_back(lane.chunks.front().second);
    lane.chunks.pop_front();
  }
  batch.rules.most_new_blobs = new_blobs_.available(now);
  batch.rules.most_blob_days = limits_.retention_days;
}

void Relay::answer_chunks(const Batch& batch, bool were_refused, Instant now) {
  for (size_t i = 0; i < batch.chunks.size(); ++i) {
    const StoreChunk& chunk = batch.chunks[i];
    const Batch::Origin& origin = batch.chunk_origins[i];
    counters_.waiting_append_bytes -= chunk.chunk.size();
    if (chunk.created) new_blobs_.take(1, now);
    if (were_refused) continue;
    if (chunk.outcome == Outcome::kPending && batch.chunks_failed) {
      refuse(
          origin.connection, origin.request,
          batch.chunks_failed->is(RelayError::kDiskFull) ? wire::Reason::kDiskFull : wire::Reason::kInternal);
    } else {
      answer_put(chunk, origin);
    }
  }
  if (!batch.chunks.empty()) ++(batch.chunks_failed ? counters_.failed_commits : counters_.commits);
}

void Relay::answer_put(const StoreChunk& chunk, const Batch::Origin& origin) {
  const bool is_stored = chunk.outcome == Outcome::kStored;
  if (!is_stored && chunk.outcome != Outcome::kRepeated) return refuse_outcome(chunk.outcome, origin);
  ++(is_stored ? counters_.chunks_stored : counters_.chunks_repeated);
  counters_.blobs_created += chunk.created ? 1 : 0;
  answer(origin.connection, {origin.request, wire::ChunkStored{chunk.ends_s}});
}

void Relay::handle(ConnectionId id, wire::RequestId request, const wire::GetChunk& body) {
  store_.read_chunk(wire::blob_id(body.access), body.index,
                    [this, id, request](Result<std::optional<Bytes>> chunk) {
                      if (!chunk.ok()) return refuse(id, request, wire::Reason::kInternal);
                      if (!*chunk) return refuse(id, request, wire::Reason::kNoChunk);
                      ++counters_.chunks_sent;
                      answer(id, {request, wire::Chunk{std::move(**chunk)}});
                    });
}

void Relay::handle(ConnectionId id, wire::RequestId request, const wire::ReadBlobStatus& body) {
  ++counters_.blob_status_reads;
  const wire::BlobId named =
      std::visit([](const auto& access) { return wire::blob_id(access); }, body.access);
  store_.read_blob(named, [this, id, request](Result<StoreReader::Blob> blob) {
    if (!blob.ok()) return refuse(id, request, wire::Reason::kInternal);
    answer(id, {request, wire::BlobStatus{blob->count, blob->ends_s, std::move(blob->present)}});
  });
}

}  // namespace homeward::relay
