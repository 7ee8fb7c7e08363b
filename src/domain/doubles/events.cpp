#include "domain/doubles/events.h"

#include "codec/codec.h"

namespace homeward::domain::doubles {
namespace {

bool skip_further_fields(Reader& reader) {
  Reader fields = reader.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) return false;
    last = number;
  }
  return fields.status().ok() && reader.finish().ok();
}

}  // namespace

Bytes encode(const KeyAnnounced& body) {
  Writer out;
  out.raw(body.key).raw(body.name).vector([](Writer&) {});
  return out.take();
}

Bytes encode(const FingerprintsPublished& body) {
  HW_ASSERT(body.fingerprints.size() <= kMostFingerprints);
  Writer out;
  out.raw(body.case_ref).raw(body.key);
  out.vector([&](Writer& all) {
    for (const Fingerprint& one : body.fingerprints) all.raw(one);
  });
  out.vector([](Writer&) {});
  return out.take();
}

Bytes encode(const Answer& body) {
  Writer out;
  out.raw(body.mine).raw(body.other).u8(body.agree ? 1 : 0).vector([](Writer&) {});
  return out.take();
}

Result<KeyAnnounced> decode_key(BytesView body) {
  Reader reader(body);
  KeyAnnounced out;
  out.key = reader.fixed<Key>();
  out.name = reader.fixed<KeyName>();
  if (!skip_further_fields(reader)) return DoubleError::kMalformed;
  return out;
}

Result<FingerprintsPublished> decode_fingerprints(BytesView body) {
  Reader reader(body);
  FingerprintsPublished out;
  out.case_ref = reader.fixed<Ref>();
  out.key = reader.fixed<KeyName>();
  Reader all = reader.vector(kMostFingerprints * Fingerprint::kSize);
  while (!all.empty()) {
    const auto one = all.fixed<Fingerprint>();
    if (!out.fingerprints.empty() && one <= out.fingerprints.back()) return DoubleError::kMalformed;
    if (one.data[0] < 1 || one.data[0] > static_cast<uint8_t>(Of::kSurname)) return DoubleError::kMalformed;
    out.fingerprints.push_back(one);
  }
  if (!all.status().ok() || !skip_further_fields(reader)) return DoubleError::kMalformed;
  return out;
}

Result<Answer> decode_answer(BytesView body) {
  Reader reader(body);
  Answer out;
  out.mine = reader.fixed<Ref>();
  out.other = reader.fixed<Ref>();
  const uint8_t agree = reader.u8();
  if (agree > 1 || out.mine == out.other || !skip_further_fields(reader)) return DoubleError::kMalformed;
  out.agree = agree == 1;
  return out;
}

}  // namespace homeward::domain::doubles
