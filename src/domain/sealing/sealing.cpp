#include "domain/sealing/sealing.h"

#include "codec/codec.h"

namespace homeward::domain::sealing {
namespace {

Bytes person_key(const GroupKey& group, const Author& person) {
  Bytes key = copy_of(group);
  append(key, person);
  return key;
}

struct Kept {
  Announced announced;
  Place place;
};

std::optional<Kept> kept_of(Rows& rows, const GroupKey& group, const Author& person) {
  const std::optional<Bytes> value = rows.get(kKeySpace, person_key(group, person));
  if (!value) return std::nullopt;
  Reader in(*value);
  Kept out;
  out.announced.number = in.u32();
  out.announced.key = in.fixed<PublicKey>();
  out.place.epoch = in.u64();
  out.place.number = in.u64();
  if (!in.finish().ok()) return std::nullopt;
  return out;
}

}  // namespace

Bytes encode(const Announced& body) {
  Writer out;
  out.u32(body.number).raw(body.key).vector([](Writer&) {});
  return out.take();
}

Result<Announced> decode_announced(BytesView body) {
  Reader in(body);
  Announced out;
  out.number = in.u32();
  out.key = in.fixed<PublicKey>();
  Reader fields = in.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.ok() || !in.finish().ok() || out.number == 0) return SealingKeyError::kMalformed;
  return out;
}

void State::fold(const Context& context, const Event& event) {
  if (event.kind != kAnnounced) return;
  const Result<Announced> body = decode_announced(event.body);
  if (!body.ok()) return;
  Rows& rows = context.rows;
  const std::optional<Kept> before = kept_of(rows, context.group, context.author);
  if (before && before->announced.number >= body->number) return;
  if (before) kLog.erase(rows, context.group, before->place);
  Writer out;
  out.u32(body->number).raw(body->key).u64(context.place.epoch).u64(context.place.number);
  rows.put(kKeySpace, person_key(context.group, context.author), out.view());
  kLog.append(context, event);
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget(Rows& rows, const GroupKey& group) {
  rows.erase_range(kKeySpace, prefix_range(group));
  kLog.forget(rows, group);
}

std::optional<Announced> key_of(Rows& rows, const GroupKey& group, const Author& person) {
  const std::optional<Kept> kept = kept_of(rows, group, person);
  if (!kept) return std::nullopt;
  return kept->announced;
}

}  // namespace homeward::domain::sealing
