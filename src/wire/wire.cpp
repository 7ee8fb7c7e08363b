#include "wire/wire.h"

#include "crypto/crypto.h"

namespace homeward::wire {

namespace {

enum class RequestKind : uint8_t {
  kAppend = 1,
  kRead,
  kSubscribe,
  kUnsubscribe,
  kAcknowledge,
  kPutChunk,
  kGetChunk,
  kBlobStatus,
  kForward
};
enum class AnswerKind : uint8_t {
  kAppended = 1,
  kEntries,
  kDone,
  kRefusal,
  kChunkStored,
  kChunk,
  kBlobStatus
};
// Which token a request for a blob's status shows.
enum class AccessKind : uint8_t { kRead = 1, kWrite };

constexpr uint8_t number_of(RequestKind kind) { return static_cast<uint8_t>(kind); }
constexpr uint8_t number_of(AnswerKind kind) { return static_cast<uint8_t>(kind); }

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;  // clang 14 does not deduce it for aggregates

size_t length_size(size_t size_bytes) { return size_bytes < 64 ? 1 : size_bytes < 16384 ? 2 : 4; }

void write(Writer& out, const ReadAccess& access) { out.raw(access.token).raw(access.write_hash); }
void write(Writer& out, const WriteAccess& access) { out.raw(access.token).raw(access.read_hash); }

ReadAccess read_access(Reader& in) {
  ReadAccess out;
  out.token = in.fixed<ReadToken>();
  out.write_hash = in.fixed<Hash>();
  return out;
}

WriteAccess write_access(Reader& in) {
  WriteAccess out;
  out.token = in.fixed<WriteToken>();
  out.read_hash = in.fixed<Hash>();
  return out;
}

PutChunk read_put_chunk(Reader& in) {
  PutChunk out{.access = write_access(in), .chunk = {}};
  out.index = in.u16();
  out.count = in.u16();
  out.days = in.u16();
  out.chunk = copy_of(in.opaque(kChunkBytes));
  if (!is_chunk_count(out.count) || out.index >= out.count) in.fail(CodecError::kMalformed);
  return out;
}

ReadBlobStatus read_status_request(Reader& in) {
  switch (static_cast<AccessKind>(in.u8())) {
    case AccessKind::kRead:
      return {read_access(in)};
    case AccessKind::kWrite:
      return {write_access(in)};
  }
  in.fail(CodecError::kMalformed);
  return {};
}

Body read_body(Reader& in) {
  switch (static_cast<RequestKind>(in.u8())) {
    case RequestKind::kAppend: {
      Append out{.access = write_access(in), .entry = {}};
      out.entry = copy_of(in.opaque(kLargestEntry));
      return out;
    }
    case RequestKind::kRead: {
      Read out{.access = read_access(in)};
      out.after = in.u64();
      out.wait_s = in.u16();
      if (out.wait_s > kLongestWait_s) in.fail(CodecError::kMalformed);
      return out;
    }
    case RequestKind::kSubscribe: {
      Subscribe out{.access = read_access(in)};
      out.after = in.u64();
      return out;
    }
    case RequestKind::kUnsubscribe:
      return Unsubscribe{in.fixed<QueueId>()};
    case RequestKind::kAcknowledge: {
      Acknowledge out{.queue = in.fixed<QueueId>()};
      out.number = in.u64();
      return out;
    }
    case RequestKind::kPutChunk:
      return read_put_chunk(in);
    case RequestKind::kGetChunk: {
      GetChunk out{.access = read_access(in)};
      out.index = in.u16();
      if (out.index >= kMostChunks) in.fail(CodecError::kMalformed);
      return out;
    }
    case RequestKind::kBlobStatus:
      return read_status_request(in);
    case RequestKind::kForward: {
      Forward out{.url = in.text(kLargestUrl), .request = {}};
      out.request = copy_of(in.opaque(kLargestDirectRequest));
      return out;
    }
  }
  in.fail(CodecError::kMalformed);
  return Unsubscribe{};
}

Entries read_entries(Reader& in) {
  Entries out;
  out.queue = in.fixed<QueueId>();
  out.first = in.u64();
  out.last_in_queue = in.u64();
  Reader entries = in.vector();
  size_t total_bytes = 0;
  while (!entries.empty() && in.ok()) {
    const BytesView entry = entries.opaque(kLargestEntry);
    total_bytes += entry.size();
    if (!entries.ok() || !is_entry_size(entry.size()) ||
        (total_bytes > kReadAnswerBytes && !out.entries.empty())) {
      in.fail(entries.ok() ? CodecError::kMalformed : CodecError::kTruncated);
      break;
    }
    out.entries.push_back(copy_of(entry));
  }
  if (!out.entries.empty() && (out.first == 0 || out.first > UINT64_MAX - out.entries.size())) {
    in.fail(CodecError::kMalformed);
  }
  return out;
}

Chunk read_chunk(Reader& in) {
  Chunk out{copy_of(in.opaque(kChunkBytes))};
  if (out.chunk.size() != kChunkBytes) in.fail(CodecError::kMalformed);
  return out;
}

BlobStatus read_blob_status(Reader& in) {
  BlobStatus out;
  out.count = in.u16();
  out.ends_s = in.u64();
  const BytesView bits = in.opaque(kMostChunks / 8);
  const bool fits = out.count == 0 ? out.ends_s == 0 : is_chunk_count(out.count);
  if (!fits || bits.size() != (size_t{out.count} + 7) / 8) {
    in.fail(CodecError::kMalformed);
    return out;
  }
  for (size_t i = 0; i < bits.size() * 8; ++i) {
    const bool is_there = (bits[i / 8] >> (i % 8) & 1) != 0;
    if (i < out.count) out.present.push_back(is_there);
    if (i >= out.count && is_there) in.fail(CodecError::kMalformed);
  }
  return out;
}

Refusal read_refusal(Reader& in) {
  Refusal out;
  const uint8_t reason = in.u8();
  if (reason < static_cast<uint8_t>(Reason::kBadRequest) || reason > static_cast<uint8_t>(kLastReason)) {
    in.fail(CodecError::kMalformed);
  }
  out.reason = static_cast<Reason>(reason);
  out.retry_after_s = in.u16();
  out.words = in.text(kLargestWords);
  return out;
}

AnswerBody read_answer_body(Reader& in) {
  switch (static_cast<AnswerKind>(in.u8())) {
    case AnswerKind::kAppended:
      return Appended{in.u64()};
    case AnswerKind::kEntries:
      return read_entries(in);
    case AnswerKind::kDone:
      return Done{in.u64()};
    case AnswerKind::kRefusal:
      return read_refusal(in);
    case AnswerKind::kChunkStored:
      return ChunkStored{in.u64()};
    case AnswerKind::kChunk:
      return read_chunk(in);
    case AnswerKind::kBlobStatus:
      return read_blob_status(in);
  }
  in.fail(CodecError::kMalformed);
  return Done{};
}

void write(Writer& out, const BlobStatus& status) {
  Bytes bits((size_t{status.count} + 7) / 8);
  for (size_t i = 0; i < status.present.size(); ++i) {
    if (status.present[i]) bits[i / 8] |= static_cast<uint8_t>(1u << (i % 8));
  }
  out.u8(number_of(AnswerKind::kBlobStatus)).u16(status.count).u64(status.ends_s).opaque(bits);
}

void write(Writer& out, const PutChunk& body) {
  out.reserve(body.chunk.size() + 96);
  out.u8(number_of(RequestKind::kPutChunk));
  write(out, body.access);
  out.u16(body.index).u16(body.count).u16(body.days).opaque(body.chunk);
}

void write(Writer& out, const ReadBlobStatus& body) {
  out.u8(number_of(RequestKind::kBlobStatus));
  const auto* read = std::get_if<ReadAccess>(&body.access);
  out.u8(static_cast<uint8_t>(read != nullptr ? AccessKind::kRead : AccessKind::kWrite));
  if (read != nullptr) return write(out, *read);
  write(out, *std::get_if<WriteAccess>(&body.access));
}

}  // namespace

QueueAccess QueueAccess::from_tokens(const ReadToken& read, const WriteToken& write) {
  return {.read = {.token = read, .write_hash = sha256(write.view())},
          .write = {.token = write, .read_hash = sha256(read.view())}};
}

QueueId queue_id(const ReadAccess& access) {
  return QueueId::from(sha256({sha256(access.token.view()).view(), access.write_hash.view()}));
}

QueueId queue_id(const WriteAccess& access) {
  return QueueId::from(sha256({access.read_hash.view(), sha256(access.token.view()).view()}));
}

BlobId blob_id(const ReadAccess& access) { return BlobId::from(queue_id(access).view()); }
BlobId blob_id(const WriteAccess& access) { return BlobId::from(queue_id(access).view()); }

Hash entry_hash(BytesView entry) { return sha256(entry); }

bool is_entry_size(size_t size_bytes) {
  return size_bytes >= kSmallestEntry && size_bytes <= kLargestEntry && (size_bytes & (size_bytes - 1)) == 0;
}

size_t entry_size_for(size_t size_bytes) {
  size_t allowed_bytes = kSmallestEntry;
  while (allowed_bytes < size_bytes && allowed_bytes <= kLargestEntry) allowed_bytes *= 2;
  return allowed_bytes <= kLargestEntry ? allowed_bytes : 0;
}

bool is_chunk_count(uint32_t chunks) {
  if (chunks == 0 || chunks > kMostChunks) return false;
  const bool is_power = (chunks & (chunks - 1)) == 0;
  const uint32_t third = chunks / 3;
  return is_power || (chunks % 3 == 0 && (third & (third - 1)) == 0);
}

uint16_t chunk_count_for(size_t chunks) {
  if (chunks == 0 || chunks > kMostChunks) return 0;
  auto count = static_cast<uint16_t>(chunks);
  while (!is_chunk_count(count)) ++count;
  return count;
}

Bytes encode(const Request& request) {
  Writer out;
  out.u32(request.id);
  std::visit(
      Overload{
          [&](const Append& body) {
            out.reserve(body.entry.size() + 80);
            out.u8(number_of(RequestKind::kAppend));
            write(out, body.access);
            out.opaque(body.entry);
          },
          [&](const Read& body) {
            out.u8(number_of(RequestKind::kRead));
            write(out, body.access);
            out.u64(body.after).u16(body.wait_s);
          },
          [&](const Subscribe& body) {
            out.u8(number_of(RequestKind::kSubscribe));
            write(out, body.access);
            out.u64(body.after);
          },
          [&](const Unsubscribe& body) { out.u8(number_of(RequestKind::kUnsubscribe)).raw(body.queue); },
          [&](const Acknowledge& body) {
            out.u8(number_of(RequestKind::kAcknowledge)).raw(body.queue).u64(body.number);
          },
          [&](const PutChunk& body) { write(out, body); },
          [&](const GetChunk& body) {
            out.u8(number_of(RequestKind::kGetChunk));
            write(out, body.access);
            out.u16(body.index);
          },
          [&](const ReadBlobStatus& body) { write(out, body); },
          [&](const Forward& body) {
            out.reserve(body.request.size() + body.url.size() + 16);
            out.u8(number_of(RequestKind::kForward)).text(body.url).opaque(body.request);
          },
      },
      request.body);
  return out.take();
}

Bytes encode_entries(RequestId id, const EntriesView& view) {
  size_t content_bytes = 0;
  for (const BytesView entry : view.entries) content_bytes += length_size(entry.size()) + entry.size();
  Writer out;
  out.reserve(content_bytes + 64);
  out.u32(id).u8(number_of(AnswerKind::kEntries)).raw(view.queue).u64(view.first).u64(view.last_in_queue);
  out.length(content_bytes);
  for (const BytesView entry : view.entries) out.opaque(entry);
  return out.take();
}

Bytes encode(const Answer& answer) {
  if (const auto* entries = std::get_if<Entries>(&answer.body)) {
    const std::vector<BytesView> views(entries->entries.begin(), entries->entries.end());
    return encode_entries(answer.id, {entries->queue, entries->first, entries->last_in_queue, views});
  }
  Writer out;
  out.u32(answer.id);
  if (const auto* appended = std::get_if<Appended>(&answer.body)) {
    out.u8(number_of(AnswerKind::kAppended)).u64(appended->number);
  } else if (const auto* done = std::get_if<Done>(&answer.body)) {
    out.u8(number_of(AnswerKind::kDone)).u64(done->last_in_queue);
  } else if (const auto* refusal = std::get_if<Refusal>(&answer.body)) {
    out.u8(number_of(AnswerKind::kRefusal))
        .u8(static_cast<uint8_t>(refusal->reason))
        .u16(refusal->retry_after_s);
    out.text(std::string_view(refusal->words).substr(0, kLargestWords));
  } else if (const auto* stored = std::get_if<ChunkStored>(&answer.body)) {
    out.u8(number_of(AnswerKind::kChunkStored)).u64(stored->ends_s);
  } else if (const auto* chunk = std::get_if<Chunk>(&answer.body)) {
    out.reserve(chunk->chunk.size() + 16);
    out.u8(number_of(AnswerKind::kChunk)).opaque(chunk->chunk);
  } else if (const auto* status = std::get_if<BlobStatus>(&answer.body)) {
    write(out, *status);
  }
  return out.take();
}

Result<Request> decode_request(BytesView frame) {
  if (frame.size() > kLargestRequest) return Error(CodecError::kTooLarge, "request");
  Reader in(frame);
  Request out;
  out.id = in.u32();
  out.body = read_body(in);
  HW_TRY(in.finish());
  if (frame.size() > kLargestDirectRequest && !std::holds_alternative<Forward>(out.body)) {
    return Error(CodecError::kTooLarge, "request");
  }
  return out;
}

Result<Answer> decode_answer(BytesView frame) {
  if (frame.size() > kLargestAnswer) return Error(CodecError::kTooLarge, "answer");
  Reader in(frame);
  Answer out;
  out.id = in.u32();
  out.body = read_answer_body(in);
  HW_TRY(in.finish());
  return out;
}

int http_status(Reason reason) {
  switch (reason) {
    case Reason::kBadRequest:
      return 400;
    case Reason::kEntrySize:
      return 413;
    case Reason::kQueueFull:
    case Reason::kChunkDiffers:
      return 409;
    case Reason::kNoChunk:
      return 404;
    case Reason::kTooManyRequests:
    case Reason::kTooManyQueues:
    case Reason::kTooManySubscriptions:
      return 429;
    case Reason::kAccessKey:
      return 401;
    case Reason::kDiskFull:
      return 507;
    case Reason::kShuttingDown:
      return 503;
    case Reason::kExpired:
      return 410;
    case Reason::kInternal:
      return 500;
    case Reason::kOtherRelay:
      return 502;
    case Reason::kNoForwarding:
      return 403;
  }
  return 500;
}

}  // namespace homeward::wire
