#include "client/transfers.h"

#include "crypto/crypto.h"

namespace homeward::client {
namespace {

namespace files = domain::files;

// Chunks on their way at once: enough to fill a line, few enough that messages do not wait long behind them.
constexpr size_t kUpAtOnce = 2;
constexpr size_t kDownAtOnce = 4;
constexpr int64_t kShortestPause_ms = 2'000;
constexpr int64_t kLongestPause_ms = 60'000;

Bytes piece_at(Rows& rows, const domain::GroupKey& group, const domain::Ref& file, uint32_t piece) {
  Bytes out = rows.get(files::kPieceSpace, files::piece_key(group, file, piece)).value_or(Bytes{});
  out.resize(kPieceBytes);  // the padding is zeros
  return out;
}

}  // namespace

// --- What is kept ---

wire::WriteAccess KeptFile::write_access() const {
  return {.token = write_token, .read_hash = sha256(what.read_token.view())};
}

wire::ReadAccess KeptFile::read_access() const {
  return {.token = wire::ReadToken::from(what.read_token), .write_hash = what.write_hash};
}

uint32_t KeptFile::pieces() const {
  return static_cast<uint32_t>((what.size_bytes + kPieceBytes - 1) / kPieceBytes);
}

uint16_t KeptFile::chunks() const { return wire::chunk_count_for(pieces()); }

std::optional<KeptFile> kept_file(Rows& rows, const domain::GroupKey& group, const domain::Ref& file) {
  const auto row = rows.get(files::kTransferSpace, files::file_key(group, file));
  if (!row) return std::nullopt;
  Reader in(*row);
  KeptFile out;
  const uint8_t state = in.u8();
  out.state = static_cast<FileState>(state);
  out.what = files::decode_attachment(in);
  out.write_token = in.fixed<wire::WriteToken>();
  out.received_bytes = in.u64();
  out.done = in.u16();
  out.stream = Secret(in.opaque(SecretStream::kSavedBytes));
  out.since.ms = static_cast<int64_t>(in.u64());
  const bool fits = state >= 1 && state <= static_cast<uint8_t>(FileState::kDamaged) &&
                    (out.stream.empty() || out.stream.size() == SecretStream::kSavedBytes);
  if (!in.finish().ok() || !fits) return std::nullopt;
  return out;
}

void keep_file(Rows& rows, const domain::GroupKey& group, const domain::Ref& file, const KeptFile& kept) {
  Writer out;
  out.u8(static_cast<uint8_t>(kept.state));
  files::encode(out, kept.what);
  out.raw(kept.write_token).u64(kept.received_bytes).u16(kept.done).opaque(kept.stream.view());
  out.u64(static_cast<uint64_t>(kept.since.ms));
  rows.put(files::kTransferSpace, files::file_key(group, file), out.view());
  out.wipe_all();
}

void draw_blob(KeptFile& kept, Random& random) {
  kept.what.read_token = random.fixed<files::BlobToken>();
  kept.write_token = random.fixed<wire::WriteToken>();
  kept.what.write_hash = sha256(kept.write_token.view());
  kept.what.key = random.fixed<files::StreamKey>();
  kept.what.header = random.fixed<files::StreamHeader>();
  kept.done = 0;
  kept.stream.clear();
}

Bytes content_of(Rows& rows, const domain::GroupKey& group, const domain::Ref& file, const KeptFile& kept) {
  Bytes out;
  out.reserve(kept.what.size_bytes);
  rows.scan(files::kPieceSpace, prefix_range(files::file_key(group, file)), [&](BytesView, BytesView piece) {
    append(out, piece);
    return out.size() <= kept.what.size_bytes;
  });
  if (out.size() != kept.what.size_bytes) out.clear();
  return out;
}

// --- Which are moved ---

std::optional<Transfers::Moving> Transfers::moving(const domain::Ref& file, const KeptFile& kept) {
  Moving out;
  out.serial = next_serial_++;
  out.file = file;
  out.is_up = kept.state == FileState::kSending;
  out.count = kept.chunks();
  if (out.count == 0 || kept.done > out.count) return std::nullopt;
  out.next = out.done = kept.done;
  out.stream = kept.stream.empty() ? SecretStream(kept.what.key, kept.what.header)
                                   : SecretStream::restored(kept.stream.view());
  return out;
}

// The file that waits for longest each way; one that is moving stays.
void Transfers::begin(const Setting& setting) {
  is_stale_ = false;
  struct Oldest {
    domain::Ref file;
    Instant since;
  };
  std::optional<Oldest> oldest[2];
  bool is_left[2] = {false, false};
  Rows& rows = setting.rows;
  std::vector<domain::Ref> all;
  rows.scan(files::kTransferSpace, prefix_range(setting.group), [&](BytesView key, BytesView row) {
    const auto state = static_cast<FileState>(row[0]);
    if (state == FileState::kSending || state == FileState::kFetching)
      all.push_back(domain::Ref::from(key.last(domain::Ref::kSize)));
    return true;
  });
  for (const domain::Ref& file : all) {
    const auto kept = kept_file(rows, setting.group, file);
    if (!kept) continue;
    const size_t way = kept->state == FileState::kSending ? 0 : 1;
    const std::optional<Moving>& now_moving = way == 0 ? up_ : down_;
    if (now_moving && now_moving->file == file && now_moving->done == kept->done) is_left[way] = true;
    if (!oldest[way] || kept->since < oldest[way]->since) oldest[way] = {file, kept->since};
  }
  for (size_t way = 0; way < 2; ++way) {
    std::optional<Moving>& place = way == 0 ? up_ : down_;
    if (is_left[way]) continue;
    place.reset();
    if (!oldest[way]) continue;
    if (const auto kept = kept_file(rows, setting.group, oldest[way]->file))
      place = moving(oldest[way]->file, *kept);
  }
}

void Transfers::disconnected() {
  up_.reset();
  down_.reset();
  asked_.clear();
  pause_.reset();
  is_stale_ = true;
}

std::optional<Instant> Transfers::next_due() const {
  return pause_ ? std::optional(pause_->ends()) : std::nullopt;
}

void Transfers::wait(uint16_t at_least_s, Instant now) {
  pause_ms_ = std::clamp(pause_ms_ * 2, kShortestPause_ms, kLongestPause_ms);
  const int64_t least_ms = std::min<int64_t>(int64_t{at_least_s} * 1000, 10 * kLongestPause_ms);
  pause_ = Pause{now, std::max(pause_ms_, least_ms)};
}

// --- Asking ---

Transfers::Want Transfers::ask(Moving& moving, uint16_t index, wire::Body&& body) {
  ++moving.asked;
  asked_[next_handle_] = {moving.serial, index};
  return {next_handle_++, std::move(body)};
}

std::vector<Transfers::Want> Transfers::next(const Setting& setting, uint16_t days) {
  std::vector<Want> out;
  if (pause_ && !pause_->over(setting.now)) return out;
  pause_.reset();
  is_answering_ = false;
  if (is_stale_) begin(setting);
  if (up_) next_up(*up_, setting, days, out);
  if (down_) next_down(*down_, setting, out);
  return out;
}

void Transfers::next_up(Moving& up, const Setting& setting, uint16_t days, std::vector<Want>& out) {
  const auto kept = kept_file(setting.rows, setting.group, up.file);
  if (!kept || kept->state != FileState::kSending) {
    is_stale_ = true;
    return up_.reset();
  }
  if (!up.is_status_asked) {
    up.is_status_asked = true;
    out.push_back(ask(up, 0, wire::ReadBlobStatus{kept->write_access()}));
  }
  if (!up.is_status_known) return;
  while (up.next < up.count && up.asked < kUpAtOnce) {
    const uint16_t index = up.next++;
    const bool is_last = index + 1 == up.count;
    Bytes sealed = up.stream->seal(piece_at(setting.rows, setting.group, up.file, index), is_last);
    up.sealed[index] = up.stream->save();
    // The last one is put in any case: its answer is what ends the transfer.
    up.is_there[index] = !is_last && index < up.present.size() && up.present[index];
    if (up.is_there[index]) continue;
    out.push_back(ask(up, index,
                      wire::PutChunk{.access = kept->write_access(),
                                     .index = index,
                                     .count = up.count,
                                     .days = days,
                                     .chunk = std::move(sealed)}));
  }
}

void Transfers::next_down(Moving& down, const Setting& setting, std::vector<Want>& out) {
  const auto kept = kept_file(setting.rows, setting.group, down.file);
  if (!kept || kept->state != FileState::kFetching) {
    is_stale_ = true;
    return down_.reset();
  }
  while (down.next < down.count && down.asked < kDownAtOnce) {
    const uint16_t index = down.next++;
    out.push_back(ask(down, index, wire::GetChunk{kept->read_access(), index}));
  }
}

// --- Answers ---

Transfers::Moving* Transfers::find(uint64_t serial) {
  if (up_ && up_->serial == serial) return &*up_;
  if (down_ && down_->serial == serial) return &*down_;
  return nullptr;
}

Transfers::Outcome Transfers::answer(uint64_t handle, const wire::AnswerBody& body, const Setting& setting,
                                     Random& random) {
  const auto found = asked_.find(handle);
  if (found == asked_.end()) return Outcome::kNothing;
  const Asked asked = found->second;
  asked_.erase(found);
  Moving* moving = find(asked.serial);
  if (moving == nullptr) return Outcome::kNothing;
  --moving->asked;
  is_answering_ = true;
  if (const auto* refusal = std::get_if<wire::Refusal>(&body))
    return refused(*moving, *refusal, setting, random);
  pause_ms_ = 0;
  const bool waits_for_status = moving->is_up && !moving->is_status_known;
  if (const auto* status = std::get_if<wire::BlobStatus>(&body); status != nullptr && waits_for_status)
    return status_known(*moving, *status, setting, random);
  if (const auto* was_stored = std::get_if<wire::ChunkStored>(&body);
      was_stored != nullptr && moving->is_up && !waits_for_status)
    return stored(*moving, asked.index, was_stored->ends_s, setting);
  if (const auto* chunk = std::get_if<wire::Chunk>(&body); chunk != nullptr && !moving->is_up)
    return arrived(*moving, asked.index, chunk->chunk, setting);
  return Outcome::kMisbehaved;
}

Transfers::Outcome Transfers::status_known(Moving& up, const wire::BlobStatus& status, const Setting& setting,
                                           Random& random) {
  if (status.count != 0 && status.count != up.count) return begin_anew(up, setting, &random);
  for (uint16_t i = 0; i < up.done; ++i) {
    // What it had it has no more: its disk was lost, or the time ran out.
    if (status.count == 0 || !status.present[i]) return begin_anew(up, setting, nullptr);
  }
  up.present = status.present;
  up.is_status_known = true;
  return Outcome::kNothing;
}

// From the first chunk; under a new name if randomness is given.
Transfers::Outcome Transfers::begin_anew(Moving& up, const Setting& setting, Random* random) {
  auto kept = kept_file(setting.rows, setting.group, up.file);
  if (!kept) return Outcome::kNothing;
  if (random != nullptr) draw_blob(*kept, *random);
  kept->done = 0;
  kept->stream.clear();
  keep_file(setting.rows, setting.group, up.file, *kept);
  up_ = moving(domain::Ref(up.file), *kept);
  return Outcome::kMoved;
}

Transfers::Outcome Transfers::stored(Moving& up, uint16_t index, uint64_t ends_s, const Setting& setting) {
  auto kept = kept_file(setting.rows, setting.group, up.file);
  if (!kept || kept->state != FileState::kSending || !up.sealed.contains(index)) return Outcome::kNothing;
  up.is_there[index] = true;
  while (up.done < up.next && up.is_there[up.done]) {
    kept->stream = std::move(up.sealed[up.done]);
    up.sealed.erase(up.done);
    up.is_there.erase(up.done);
    ++up.done;
  }
  kept->done = up.done;
  kept->what.ends_s = ends_s;
  const bool is_whole = up.done == up.count;
  if (is_whole) {
    kept->state = FileState::kSent;
    kept->stream.clear();
    kept->write_token = {};
  }
  keep_file(setting.rows, setting.group, up.file, *kept);
  if (!is_whole) return Outcome::kMoved;
  up_.reset();
  is_stale_ = true;
  return Outcome::kSentWhole;
}

Transfers::Outcome Transfers::arrived(Moving& down, uint16_t index, const Bytes& chunk,
                                      const Setting& setting) {
  auto kept = kept_file(setting.rows, setting.group, down.file);
  if (!kept || kept->state != FileState::kFetching) {
    down_.reset();
    is_stale_ = true;
    return Outcome::kNothing;
  }
  down.arrived[index] = chunk;
  bool is_moved = false;
  for (auto next = down.arrived.find(down.done); next != down.arrived.end();
       next = down.arrived.find(down.done)) {
    const auto piece = down.stream->open(next->second, down.done + 1 == down.count);
    if (!piece.ok()) return ended(down, std::move(*kept), FileState::kDamaged, setting);
    const size_t begins = size_t{down.done} * kPieceBytes;
    if (begins < kept->what.size_bytes) {
      const size_t size = std::min<size_t>(kPieceBytes, kept->what.size_bytes - begins);
      setting.rows.put(files::kPieceSpace, files::piece_key(setting.group, down.file, down.done),
                       piece->view().first(std::min(size, piece->size())));
    }
    down.arrived.erase(next);
    ++down.done;
    is_moved = true;
  }
  if (!is_moved) return Outcome::kNothing;
  if (down.done == down.count) {
    const bool fits = sha256(content_of(setting.rows, setting.group, down.file, *kept)) == kept->what.hash;
    return ended(down, std::move(*kept), fits ? FileState::kHere : FileState::kDamaged, setting);
  }
  kept->done = down.done;
  kept->stream = down.stream->save();
  keep_file(setting.rows, setting.group, down.file, *kept);
  return Outcome::kMoved;
}

Transfers::Outcome Transfers::ended(Moving& down, KeptFile&& kept, FileState state, const Setting& setting) {
  if (state != FileState::kHere) {
    files::drop(setting.rows, setting.group, down.file);
    kept.done = 0;
  } else {
    kept.done = down.count;
  }
  kept.state = state;
  kept.stream.clear();
  keep_file(setting.rows, setting.group, down.file, kept);
  down_.reset();
  is_stale_ = true;
  return Outcome::kMoved;
}

Transfers::Outcome Transfers::refused(Moving& moving, const wire::Refusal& refusal, const Setting& setting,
                                      Random& random) {
  auto kept = kept_file(setting.rows, setting.group, moving.file);
  switch (refusal.reason) {
    case wire::Reason::kNoChunk:
      if (!moving.is_up && kept) return ended(moving, std::move(*kept), FileState::kGone, setting);
      break;
    case wire::Reason::kChunkDiffers:
      if (moving.is_up) return begin_anew(moving, setting, &random);
      break;
    default:
      break;
  }
  // Whatever else it is, it is asked again after a while, from what is known to be done.
  const uint16_t again_s = refusal.retry_after_s;
  disconnected();
  wait(again_s, setting.now);
  return Outcome::kNothing;
}

}  // namespace homeward::client
