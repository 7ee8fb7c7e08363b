#include "group/seal.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

namespace homeward::group {
namespace {

constexpr size_t kBoxOverhead = 24 + 16;

size_t length_size(size_t size) { return size < 64 ? 1 : size < 16384 ? 2 : 4; }

}  // namespace

Result<Bytes> seal_entry(BytesView key, const wire::QueueId& queue, BytesView content, Random& random) {
  const size_t used = length_size(content.size()) + content.size();
  const size_t size = wire::entry_size_for(used + kBoxOverhead);
  if (size == 0) return Error(GroupError::kTooLarge, "larger than the largest entry");
  Writer out;
  out.reserve(size);
  out.opaque(content);
  Secret plain = out.take_secret();
  Bytes padded = copy_of(plain.view());
  padded.resize(size - kBoxOverhead);
  Bytes entry = box_seal(key, queue, padded, random);
  wipe(padded);
  HW_ASSERT(entry.size() == size);
  return entry;
}

Result<Secret> open_entry(BytesView key, const wire::QueueId& queue, BytesView entry) {
  if (!wire::is_entry_size(entry.size())) return Error(GroupError::kMalformed, "not an entry's size");
  auto opened = box_open(key, queue, entry);
  if (!opened.ok()) return Error(GroupError::kMalformed, "the outer seal does not open");
  Reader in(opened->view());
  const BytesView content = in.opaque();
  HW_TRY(in.status());
  if (!std::ranges::all_of(in.rest(), [](uint8_t byte) { return byte == 0; }))
    return Error(GroupError::kMalformed, "padding that is not zeros");
  const size_t used = opened->size() - in.left();
  if (wire::entry_size_for(used + kBoxOverhead) != entry.size())
    return Error(GroupError::kMalformed, "larger than need be");
  return Secret(content);
}

Bytes encode(const SignedMessage& entry) {
  Writer out;
  out.opaque(entry.message).opaque(entry.signature);
  return out.take();
}

Result<SignedMessage> decode_signed_message(BytesView content) {
  Reader in(content);
  SignedMessage out;
  out.message = copy_of(in.opaque());
  out.signature = copy_of(in.opaque(128));
  HW_TRY(in.finish());
  return out;
}

Bytes entry_signature_content(const wire::QueueId& queue, BytesView message) {
  Bytes out = copy_of(queue);
  append(out, sha256(message));
  return out;
}

}  // namespace homeward::group
