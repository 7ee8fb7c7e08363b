// Of a cluster: blobs.
#include "os/postgres/cluster.h"

namespace homeward::os::postgres {

using relay::Outcome;
using relay::RelayError;
using relay::StoreChunk;

// The chunks of one transaction, those of a blob together, blobs in the order in which every relay locks
// them.
struct Cluster::Putting {
  size_t writer = 0;
  relay::StoreWriter::Rules rules;
  uint64_t new_blobs_left = 0;
  Chunks chunks;
  std::map<wire::BlobId, bool> may_be_new;  // blobs for which there is room, if they are not there
  int tries = 0;
  Stored done;
};

void Cluster::put(size_t writer, Chunks chunks, const relay::StoreWriter::Rules& rules, Stored done) {
  auto putting = std::make_shared<Putting>();
  putting->writer = writer;
  putting->rules = rules;
  putting->new_blobs_left = rules.most_new_blobs;
  putting->chunks = std::move(chunks);
  putting->done = std::move(done);
  if (stored_bytes_ >= rules.most_store_bytes) {
    post([putting] { putting->done(Error(RelayError::kDiskFull, "bound of the store")); });
    return;
  }
  ask(putting);
}

void Cluster::ask(const std::shared_ptr<Putting>& putting) {
  uint64_t left = putting->new_blobs_left;
  putting->may_be_new.clear();
  for (const StoreChunk* chunk : putting->chunks) {
    if (!chunk->may_create || putting->may_be_new.contains(chunk->blob)) continue;
    putting->may_be_new[chunk->blob] = left > 0;
    if (left > 0) --left;
  }
  std::ranges::stable_sort(putting->chunks, {}, &StoreChunk::blob);
  std::vector<Call> all;
  for (const StoreChunk* chunk : putting->chunks) {
    const auto days = std::min<int32_t>(chunk->days, static_cast<int32_t>(putting->rules.most_blob_days));
    all.push_back({kPut,
                   {copy_of(chunk->blob.view()), int4(options_.day), int4(chunk->index), int4(chunk->count),
                    int4(days), chunk->chunk, boolean(chunk->may_create && putting->may_be_new[chunk->blob]),
                    int8(options_.identity.generation), boolean(options_.target.is_alone)}});
  }
  writers_.at(putting->writer)
      ->call({.calls = calls(std::move(all)), .is_transaction = true, .done = [this, putting](Answer answer) {
                answered(putting, std::move(answer));
              }});
}

void Cluster::answered(const std::shared_ptr<Putting>& putting, Answer answer) {
  if (!answer.ok()) {
    const auto failed = reason(answer, putting->tries, [this, putting] { ask(putting); });
    if (failed) putting->done(failed);
    return;
  }
  Chunks unknown;
  for (size_t i = 0; i < putting->chunks.size(); ++i) {
    StoreChunk& chunk = *putting->chunks[i];
    const Rows& rows = answer.rows.at(i);
    if (rows.count() == 0) continue;
    chunk.ends_s = relay::blob_ends_s(rows.number(0, 1));
    switch (static_cast<Ending>(rows.number(0, 0))) {
      case Ending::kStoredFirst:
        chunk.created = true;
        --putting->new_blobs_left;
        [[fallthrough]];
      case Ending::kStored:
        chunk.outcome = Outcome::kStored;
        stored_bytes_ += chunk.chunk.size();
        break;
      case Ending::kRepeated:
        chunk.outcome = Outcome::kRepeated;
        break;
      case Ending::kUnknown:
        chunk.outcome = chunk.may_create ? Outcome::kTooManyQueues : Outcome::kMayNotCreate;
        if (chunk.may_create) unknown.push_back(&chunk);
        break;
      case Ending::kDiffers:
      case Ending::kQueueFull:
        chunk.outcome = Outcome::kDiffers;
        break;
    }
  }
  // Some that were allowed to be created were there already, which leaves room for others.
  if (unknown.empty() || putting->new_blobs_left == 0) return putting->done(std::nullopt);
  putting->chunks = std::move(unknown);
  ask(putting);
}

void Cluster::read_blob(const wire::BlobId& blob, relay::StoreLink::ReadBlob done) {
  const Bytes id = copy_of(blob.view());
  reader().call({.calls = calls({{kBlob, {id, int4(options_.day)}}, {kPlaces, {id}}}),
                 .done = [done = std::move(done)](Answer answer) {
                   if (!answer.ok()) return done(Error(RelayError::kStore, "cluster"));
                   relay::StoreReader::Blob out;
                   const Rows& head = answer.rows.at(0);
                   const Rows& places = answer.rows.at(1);
                   if (head.count() == 0) return done(std::move(out));
                   out.count = static_cast<uint16_t>(head.number(0, 0));
                   out.ends_s = relay::blob_ends_s(head.number(0, 1));
                   out.present.assign(out.count, false);
                   for (int row = 0; row < places.count(); ++row) {
                     const auto place = static_cast<size_t>(places.number(row, 0));
                     if (place < out.present.size()) out.present[place] = true;
                   }
                   done(std::move(out));
                 }});
}

void Cluster::read_chunk(const wire::BlobId& blob, uint16_t index, relay::StoreLink::ReadChunk done) {
  reader().call({.calls = calls({{kChunk, {copy_of(blob.view()), int4(options_.day), int4(index)}}}),
                 .done = [done = std::move(done)](Answer answer) {
                   if (!answer.ok()) return done(Error(RelayError::kStore, "cluster"));
                   const Rows& rows = answer.rows.at(0);
                   if (rows.count() == 0) return done(std::optional<Bytes>{});
                   done(std::optional<Bytes>(copy_of(rows.bytes(0, 0))));
                 }});
}

}  // namespace homeward::os::postgres
