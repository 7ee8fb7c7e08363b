#include "group/invite.h"

#include "base/text.h"
#include "group/seal.h"

namespace homeward::group {
namespace {

constexpr std::string_view kPrefix = "homeward:1:";
constexpr std::string_view kDevicePrefix = "homeward-device:1:";
constexpr std::string_view kRequestInfo = "homeward join request";
constexpr size_t kChecksumBytes = 4;
constexpr size_t kMostRelayUrlBytes = 512;
constexpr uint8_t kVersion = 1;

const Suite& suite() { return *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519); }

// Keeps requests random to the eye: an HPKE encapsulation alone is a curve point.
Hash outer_key(BytesView request_key) { return sha256({view_of("homeward ask"), request_key}); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

// What HPKE seals is padded to one size, so that all requests look alike.
size_t request_plain_bytes() {
  const size_t sealed = kRequestEntryBytes - 40 - 2;  // box, length of the content
  return sealed - (1 + suite().kem_output_size()) - 2 - suite().tag_size();
}

}  // namespace

std::string encode_link(const Link& link) {
  Writer out;
  out.text(link.relay);
  encode(out, link.ask);
  out.u64(static_cast<uint64_t>(std::max<int64_t>(link.ends.ms, 0) / 1000))
      .opaque(link.request_key)
      .raw(link.sponsor);
  if (link.person) out.raw(*link.person);
  Bytes bytes = out.take();
  append(bytes, sha256(bytes).view().first(kChecksumBytes));
  return std::string(link.person ? kDevicePrefix : kPrefix) + to_base64url(bytes);
}

Result<Link> decode_link(std::string_view text) {
  text = trimmed(text);
  const bool for_device = text.starts_with(kDevicePrefix);
  if (!for_device && !text.starts_with(kPrefix))
    return Error(GroupError::kBadInvite, "not a link of this kind");
  const auto bytes = from_base64url(text.substr(for_device ? kDevicePrefix.size() : kPrefix.size()));
  if (!bytes || bytes->size() <= kChecksumBytes) return Error(GroupError::kBadInvite, "not base64url");
  const BytesView fields = BytesView(*bytes).first(bytes->size() - kChecksumBytes);
  if (!equal(sha256(fields).view().first(kChecksumBytes), BytesView(*bytes).last(kChecksumBytes)))
    return Error(GroupError::kBadInvite, "the checksum does not fit");
  Reader in(fields);
  Link link;
  link.relay = in.text(kMostRelayUrlBytes);
  link.ask = decode_write_access(in);
  const uint64_t ends_s = in.u64();
  link.request_key = copy_of(in.opaque(64));
  link.sponsor = in.fixed<DeviceId>();
  if (for_device) link.person = in.fixed<PersonId>();
  if (!in.finish().ok() || link.relay.empty() || ends_s > UINT32_MAX * 4ull)
    return Error(GroupError::kBadInvite, "fields out of bounds");
  if (!suite().check_hpke_public_key(link.request_key).ok())
    return Error(GroupError::kBadInvite, "not a key");
  link.ends = {static_cast<int64_t>(ends_s) * 1000};
  return link;
}

Result<Bytes> seal_request(const Link& link, const Candidate& candidate, Random& random) {
  Writer out;
  out.u8(kVersion);
  encode(out, candidate);
  Bytes plain = out.take();
  if (plain.size() > request_plain_bytes()) return Error(GroupError::kTooLarge, "a request over its size");
  plain.resize(request_plain_bytes());
  const wire::QueueId ask = wire::queue_id(link.ask);
  auto sealed = suite().hpke_seal(link.request_key, view_of(kRequestInfo), ask, plain, random);
  wipe(plain);
  if (!sealed.ok()) return sealed.error();
  Writer content;
  content.opaque(sealed->kem_output).opaque(sealed->ciphertext);
  HW_LET(Bytes entry, seal_entry(outer_key(link.request_key), ask, content.view(), random));
  HW_ASSERT(entry.size() == kRequestEntryBytes);
  return entry;
}

Result<Candidate> open_request(const wire::QueueId& ask, const KeyPair& request_key, BytesView entry) {
  if (entry.size() != kRequestEntryBytes) return Error(GroupError::kMalformed, "not a request's size");
  HW_LET(const Secret content, open_entry(outer_key(request_key.public_key), ask, entry));
  Reader in(content.view());
  HpkeCiphertext sealed;
  sealed.kem_output = copy_of(in.opaque(256));
  sealed.ciphertext = copy_of(in.opaque());
  HW_TRY(in.finish());
  HW_LET(const Secret plain,
         suite().hpke_open(request_key.private_key.view(), sealed, view_of(kRequestInfo), ask));
  if (plain.size() != request_plain_bytes())
    return Error(GroupError::kMalformed, "a request of another size");
  Reader fields(plain.view());
  if (fields.u8() != kVersion) fields.fail(CodecError::kMalformed);
  Candidate candidate = decode_candidate(fields);
  HW_TRY(fields.status());
  if (!std::ranges::all_of(fields.rest(), [](uint8_t byte) { return byte == 0; }))
    return Error(GroupError::kMalformed, "padding that is not zeros");
  return candidate;
}

std::vector<uint16_t> words_of(const Hash& hash, size_t count) {
  std::vector<uint16_t> out;
  uint32_t bits = 0;
  int have = 0;
  for (size_t i = 0; out.size() < count && i < Hash::kSize; ++i) {
    bits = (bits << 8 | hash.data[i]) & 0xFFFFF;
    have += 8;
    if (have < 10) continue;
    have -= 10;
    out.push_back(static_cast<uint16_t>((bits >> have) & 0x3FF));
  }
  HW_ASSERT(out.size() == count);
  return out;
}

std::vector<uint16_t> request_words(const RequestId& request) {
  return words_of(sha256({view_of("homeward request words"), request.view()}), kRequestWords);
}

Bytes encode(const Answer& answer) {
  Writer out;
  out.u8(kVersion)
      .opaque(answer.welcome)
      .u64(answer.last_epoch)
      .opaque(answer.sponsor_signature)
      .opaque(answer.bundle);
  return out.take();
}

Result<Answer> decode_answer(BytesView bytes) {
  Reader in(bytes);
  Answer answer;
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  answer.welcome = copy_of(in.opaque());
  answer.last_epoch = in.u64();
  answer.sponsor_signature = copy_of(in.opaque(128));
  answer.bundle = copy_of(in.opaque());
  HW_TRY(in.finish());
  return answer;
}

Bytes encode(const Piece& piece) {
  Writer out;
  out.raw(piece.parcel).u16(piece.index).u16(piece.count).opaque(piece.bytes);
  return out.take();
}

Result<Piece> decode_piece(BytesView content) {
  Reader in(content);
  Piece piece;
  piece.parcel = in.fixed<ParcelId>();
  piece.index = in.u16();
  piece.count = in.u16();
  piece.bytes = copy_of(in.opaque(kPieceBytes));
  HW_TRY(in.finish());
  if (piece.count == 0 || piece.count > kMostPieces || piece.index >= piece.count)
    return Error(GroupError::kMalformed, "a piece that fits no parcel");
  return piece;
}

Result<std::vector<Bytes>> seal_parcel(const AnswerAccess& to, BytesView content, Random& random) {
  const size_t count = std::max<size_t>(1, (content.size() + kPieceBytes - 1) / kPieceBytes);
  if (count > kMostPieces) return Error(GroupError::kTooLarge, "an answer over its largest size");
  const wire::QueueId queue = wire::queue_id(to.access);
  Piece piece{random.fixed<ParcelId>(), 0, static_cast<uint16_t>(count), {}};
  std::vector<Bytes> out;
  for (size_t i = 0; i < count; ++i) {
    const size_t from = i * kPieceBytes;
    piece.index = static_cast<uint16_t>(i);
    piece.bytes = copy_of(content.subspan(from, std::min(kPieceBytes, content.size() - from)));
    HW_LET(Bytes entry, seal_entry(to.key, queue, encode(piece), random));
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace homeward::group
