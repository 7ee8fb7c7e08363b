// What a client asks a relay and what it answers: the one list of both (docs/formats/wire.md).
//
// A queue has two tokens of 32 random bytes. Its id is SHA-256(SHA-256(read token) ‖ SHA-256(write token));
// who reads shows the read token and the hash of the other, who appends the write token and the hash of the
// other, so that the relay can compute the id and nobody can use a queue whose tokens he does not have.
// Numbers of entries start at 1.
//
// A frame is one request or one answer. Over the WebSocket each binary message is one frame; over plain HTTP
// the body of POST /v1/call is one request frame and the answer's body is one answer frame (or a Refusal with
// a fitting status).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "codec/codec.h"

namespace homeward::wire {

struct QueueIdTag;
using QueueId = FixedBytes<32, QueueIdTag>;
struct ReadTokenTag;
using ReadToken = FixedBytes<32, ReadTokenTag>;
struct WriteTokenTag;
using WriteToken = FixedBytes<32, WriteTokenTag>;
// A blob's name is made of two tokens as a queue's is. Blobs and queues know nothing of each other.
struct BlobIdTag;
using BlobId = FixedBytes<32, BlobIdTag>;

// What allows to read a queue or blob, and to write to it.
struct ReadAccess {
  ReadToken token;
  Hash write_hash;  // SHA-256 of the write token
  auto operator<=>(const ReadAccess&) const = default;
};
struct WriteAccess {
  WriteToken token;
  Hash read_hash;  // SHA-256 of the read token
  auto operator<=>(const WriteAccess&) const = default;
};
// Both halves, for who knows both tokens.
struct QueueAccess {
  ReadAccess read;
  WriteAccess write;
  static QueueAccess from_tokens(const ReadToken& read, const WriteToken& write);
};
QueueId queue_id(const ReadAccess& access);
QueueId queue_id(const WriteAccess& access);
BlobId blob_id(const ReadAccess& access);
BlobId blob_id(const WriteAccess& access);
// SHA-256 of an entry: what makes a retry of the same bytes answer the first number.
Hash entry_hash(BytesView entry);

// Entries come in these sizes only: 512 B, 1, 2, 4 … 256 KiB.
inline constexpr size_t kSmallestEntry = 512;
inline constexpr size_t kLargestEntry = 256 * 1024;
bool is_entry_size(size_t size_bytes);
// The smallest allowed size that holds `size_bytes`, 0 if there is none.
size_t entry_size_for(size_t size_bytes);

// A blob is a number of chunks of one size; the number is one of 18: 1, 2, 3, 4, 6, 8, 12 … 256, 384, 512.
inline constexpr size_t kChunkBytes = 64 * 1024;
inline constexpr uint16_t kMostChunks = 512;
bool is_chunk_count(uint32_t chunks);
// The smallest allowed number that is at least `chunks`, 0 if there is none or nothing is asked for.
uint16_t chunk_count_for(size_t chunks);

inline constexpr uint64_t kEntriesPerQueue = 10'000;
// One answer frame holds entries of at most this many bytes together (but always at least one entry).
inline constexpr size_t kReadAnswerBytes = 1024 * 1024;
// No request and no answer is longer, so that whoever receives can refuse before he reads on. A Forward may
// be as long as the largest of the others with the name of a relay around it.
inline constexpr size_t kLargestDirectRequest = kLargestEntry + 128;
inline constexpr size_t kLargestUrl = 256;
inline constexpr size_t kLargestRequest = kLargestDirectRequest + kLargestUrl + 16;
inline constexpr size_t kLargestAnswer = kReadAnswerBytes + 16 * 1024;
inline constexpr size_t kLargestWords = 512;  // of a refusal
inline constexpr uint16_t kLongestWait_s = 60;

using RequestId = uint32_t;  // chosen by the client, echoed by the relay; 0 on plain HTTP

struct Append {
  WriteAccess access;
  Bytes entry;
  bool operator==(const Append&) const = default;
};
struct Read {
  ReadAccess access;
  uint64_t after = 0;   // entries with larger numbers
  uint16_t wait_s = 0;  // how long to wait if there are none (at most kLongestWait_s)
  bool operator==(const Read&) const = default;
};
// WebSocket only: push what comes after `after`, in order, until Unsubscribe or the connection ends.
struct Subscribe {
  ReadAccess access;
  uint64_t after = 0;
  bool operator==(const Subscribe&) const = default;
};
struct Unsubscribe {
  QueueId queue;
  bool operator==(const Unsubscribe&) const = default;
};
// Flow control: the client has taken in pushed entries of this queue up to `number`. The relay keeps at most
// kPushWindowBytes of pushed and not acknowledged entries a connection.
struct Acknowledge {
  QueueId queue;
  uint64_t number = 0;
  bool operator==(const Acknowledge&) const = default;
};
inline constexpr size_t kPushWindowBytes = 4 * 1024 * 1024;

// Stores one chunk. The first chunk of a blob says how many there will be and for how many whole days the
// blob is asked to be kept (the relay may keep it for less); what later ones say of the days is of no matter.
struct PutChunk {
  WriteAccess access;
  uint16_t index = 0;  // from 0
  uint16_t count = 0;
  uint16_t days = 0;
  Bytes chunk;
  bool operator==(const PutChunk&) const = default;
};
struct GetChunk {
  ReadAccess access;
  uint16_t index = 0;
  bool operator==(const GetChunk&) const = default;
};
// Which chunks of a blob are there. Who may read asks with the read token, who may write with the write
// token.
struct ReadBlobStatus {
  std::variant<ReadAccess, WriteAccess> access;
  bool operator==(const ReadBlobStatus&) const = default;
};

// To another relay, which this one's operator must have named: `request` is a frame of an Append or a Read,
// and the answer is what the other relay answers. What was read so is kept, and answered from the copy while
// the other relay does not answer.
struct Forward {
  std::string url;  // as the other relay's clients write it
  Bytes request;
  bool operator==(const Forward&) const = default;
};

using Body = std::variant<Append, Read, Subscribe, Unsubscribe, Acknowledge, PutChunk, GetChunk,
                          ReadBlobStatus, Forward>;
struct Request {
  RequestId id = 0;
  Body body;
  bool operator==(const Request&) const = default;
};

struct Appended {
  uint64_t number = 0;  // also for a retry: the first number of the same bytes in this queue
  bool operator==(const Appended&) const = default;
};
// Answer to Read, and pushed (request id 0) after Subscribe.
struct Entries {
  QueueId queue;
  uint64_t first = 0;          // number of entries[0]; consecutive
  uint64_t last_in_queue = 0;  // what the queue ends with now; 0 for an empty queue
  std::vector<Bytes> entries;
  bool operator==(const Entries&) const = default;
};
// Answer to Subscribe and Unsubscribe; `last_in_queue` as above.
struct Done {
  uint64_t last_in_queue = 0;
  bool operator==(const Done&) const = default;
};
// Answer to PutChunk: it is on disk, and the blob is kept at least until `ends_s` (seconds since 1970).
struct ChunkStored {
  uint64_t ends_s = 0;
  bool operator==(const ChunkStored&) const = default;
};
struct Chunk {
  Bytes chunk;  // kChunkBytes
  bool operator==(const Chunk&) const = default;
};
// `count` is 0 for a blob that is not there: never begun, or ended.
struct BlobStatus {
  uint16_t count = 0;
  uint64_t ends_s = 0;
  std::vector<bool> present;  // `count` of them
  bool operator==(const BlobStatus&) const = default;
};
enum class Reason : uint8_t {
  kBadRequest = 1,   // not a well-formed frame
  kEntrySize,        // not one of the allowed sizes, of an entry or a chunk
  kQueueFull,        // kEntriesPerQueue reached
  kTooManyRequests,  // slow down; retry_after_s says how long
  kTooManyQueues,    // this relay creates no more queues now
  kAccessKey,        // this relay asks for an access key
  kDiskFull,         // nothing is lost, nothing new is taken
  kShuttingDown,
  kTooManySubscriptions,
  kExpired,  // entries after `after` were kept once and are gone: the reader missed some
  kInternal,
  kOtherRelay,    // the relay to forward to does not answer, and there is no copy of what was asked
  kNoForwarding,  // this relay does not forward to that one, or not this
  kChunkDiffers,  // other bytes, or another number of chunks, are there already
  kNoChunk,       // not there: never put, or ended
};
inline constexpr Reason kLastReason = Reason::kNoChunk;
struct Refusal {
  Reason reason = Reason::kInternal;
  uint16_t retry_after_s = 0;
  std::string words;  // English, for an operator or developer; people see their own language
  bool operator==(const Refusal&) const = default;
};

using AnswerBody = std::variant<Appended, Entries, Done, Refusal, ChunkStored, Chunk, BlobStatus>;
struct Answer {
  RequestId id = 0;
  AnswerBody body;
  bool operator==(const Answer&) const = default;
};

Bytes encode(const Request& request);
Bytes encode(const Answer& answer);
// The same frame as encode(Answer{id, Entries{…}}), without owning the entries.
struct EntriesView {
  QueueId queue;
  uint64_t first = 0;
  uint64_t last_in_queue = 0;
  std::span<const BytesView> entries;
};
Bytes encode_entries(RequestId id, const EntriesView& view);

// kMalformed, kTruncated, kTrailing, kTooLarge (a frame over its largest size, an entry over kLargestEntry).
// Memory used is bounded by the frame's size. A request's entry may have any size up to the largest (the
// relay refuses it by name); an answer's entries have allowed sizes and numbers that do not wrap.
Result<Request> decode_request(BytesView frame);
Result<Answer> decode_answer(BytesView frame);

// HTTP status for a refusal: 400, 401, 403, 404, 409, 410, 413, 429, 500, 502, 503, 507.
int http_status(Reason reason);

}  // namespace homeward::wire
