#include "client/features.h"

#include "client/guidance.h"
#include "codec/codec.h"

namespace homeward::client {
namespace {

// What the table needs to know of a feature. A feature without shared state has no `snapshot` and no
// `restore`.
struct Feature {
  uint16_t block;  // its kinds are block … block + 0xFF
  void (*fold)(Features& features, const domain::Context& context, const domain::Event& event);
  Bytes (*snapshot)(Features& features, Rows& rows, const domain::GroupKey& group);
  Result<> (*restore)(Features& features, Rows& rows, const domain::GroupKey& group, BytesView state);
  void (*forget)(Features& features, Rows& rows, const domain::GroupKey& group);
};

constexpr Feature kFeatures[] = {
    {.block = domain::talk::kFirstKind,
     .fold = [](Features& features, const domain::Context& context,
                const domain::Event& event) { features.talk().fold(context, event); },
     .snapshot = nullptr,
     .restore = nullptr,
     .forget = [](Features& features, Rows& rows,
                  const domain::GroupKey& group) { features.talk().forget(rows, group); }},
    {.block = domain::guidance::kFirstKind,
     .fold = [](Features& features, const domain::Context& context,
                const domain::Event& event) { features.guidance().fold(context, event); },
     .snapshot = [](Features& features, Rows& rows,
                    const domain::GroupKey& group) { return features.guidance().snapshot(rows, group); },
     .restore = [](Features& features, Rows& rows, const domain::GroupKey& group,
                   BytesView state) { return features.guidance().restore(rows, group, state); },
     .forget =
         [](Features& features, Rows& rows, const domain::GroupKey& group) {
           features.guidance().forget(rows, group);
           guidance::forget_opened(rows, group);
         }},
};

static_assert(domain::talk::kFirstKind == group::kTalkKinds);

}  // namespace

domain::GroupKey key_of(const group::GroupId& group) { return domain::GroupKey::from(group); }

void Features::fold(const Context& context, const group::Event& event) {
  const uint16_t block = event.kind & 0xFF00;
  for (const Feature& feature : kFeatures) {
    if (feature.block != block) continue;
    const domain::Context inner{.rows = context.rows,
                                .group = key_of(context.group),
                                .author = domain::Author::from(context.author),
                                .author_is_me = context.author_is_me,
                                .author_role = static_cast<domain::AuthorRole>(context.author_role),
                                .place = {context.position.epoch, context.position.number}};
    feature.fold(*this, inner, {domain::EventKey::from(event.id), event.kind, event.at, event.body});
  }
}

Bytes Features::snapshot(Rows& rows, const group::GroupId& group) {
  Writer writer;
  writer.vector([&](Writer& blocks) {
    for (const Feature& feature : kFeatures)
      if (feature.snapshot != nullptr)
        blocks.u16(feature.block).opaque(feature.snapshot(*this, rows, key_of(group)));
  });
  return writer.take();
}

Result<> Features::restore(Rows& rows, const group::GroupId& group, BytesView snapshot) {
  Reader reader(snapshot);
  Reader blocks = reader.vector();
  int32_t last = -1;
  while (!blocks.empty()) {
    const int32_t block = blocks.u16();
    const BytesView state = blocks.opaque();
    if (block <= last) blocks.fail(CodecError::kMalformed);
    last = block;
    if (!blocks.ok()) break;
    for (const Feature& feature : kFeatures)
      if (feature.block == block && feature.restore != nullptr)
        HW_TRY(feature.restore(*this, rows, key_of(group), state));
  }
  HW_TRY(blocks.status());
  return reader.finish();
}

void Features::forget(Rows& rows, const group::GroupId& group) {
  for (const Feature& feature : kFeatures) feature.forget(*this, rows, key_of(group));
}

}  // namespace homeward::client
