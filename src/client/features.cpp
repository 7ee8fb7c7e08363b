#include "client/features.h"

#include <algorithm>

#include "client/devices.h"
#include "client/doubles.h"
#include "client/guidance.h"
#include "client/questions.h"
#include "codec/codec.h"
#include "domain/bulletin/state.h"
#include "domain/cases/queries.h"
#include "domain/losses/state.h"
#include "domain/rolls/rolls.h"
#include "domain/tallies/state.h"

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
  bool in_porch = false;
  // What is to go before another state is restored, where that is less than all that is forgotten.
  void (*clear)(Features& features, Rows& rows, const domain::GroupKey& group) = nullptr;
};

// A feature that newcomers get and that keeps nothing outside of its rows.
template <class State>
constexpr Feature shared(uint16_t block) {
  return {
      .block = block,
      .fold = [](Features&, const domain::Context& context,
                 const domain::Event& event) { State{}.fold(context, event); },
      .snapshot = [](Features&, Rows& rows,
                     const domain::GroupKey& group) { return State{}.snapshot(rows, group); },
      .restore = [](Features&, Rows& rows, const domain::GroupKey& group,
                    BytesView state) { return State{}.restore(rows, group, state); },
      .forget = [](Features&, Rows& rows, const domain::GroupKey& group) { State{}.forget(rows, group); }};
}

// What was said of a case elsewhere goes when the case is erased.
void forget_erased(const domain::Context& context, const domain::Event& event) {
  if (event.kind != domain::cases::kErased || event.body.size() < domain::Ref::kSize) return;
  const auto ref = domain::Ref::from(event.body.first(domain::Ref::kSize));
  if (!domain::cases::find(context.rows, context.group, ref))
    domain::doubles::State{}.forget_case(context.rows, context.group, ref);
}

constexpr Feature kFeatures[] = {
    {.block = domain::talk::kFirstKind,
     .fold = [](Features& features, const domain::Context& context,
                const domain::Event& event) { features.talk().fold(context, event); },
     .snapshot = [](Features& features, Rows& rows,
                    const domain::GroupKey& group) { return features.talk().snapshot(rows, group); },
     .restore = [](Features& features, Rows& rows, const domain::GroupKey& group,
                   BytesView state) { return features.talk().restore(rows, group, state); },
     .forget = [](Features& features, Rows& rows,
                  const domain::GroupKey& group) { features.talk().forget(rows, group); },
     .in_porch = true},
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
         },
     .in_porch = true,
     .clear = [](Features& features, Rows& rows,
                 const domain::GroupKey& group) { features.guidance().forget(rows, group); }},
    {.block = domain::questions::kFirstKind,
     .fold = [](Features& features, const domain::Context& context,
                const domain::Event& event) { features.questions().fold(context, event); },
     .snapshot = [](Features& features, Rows& rows,
                    const domain::GroupKey& group) { return features.questions().snapshot(rows, group); },
     .restore = [](Features& features, Rows& rows, const domain::GroupKey& group,
                   BytesView state) { return features.questions().restore(rows, group, state); },
     .forget =
         [](Features& features, Rows& rows, const domain::GroupKey& group) {
           features.questions().forget(rows, group);
           questions::forget_seen(rows, group);
         },
     .in_porch = true,
     .clear = [](Features& features, Rows& rows,
                 const domain::GroupKey& group) { features.questions().forget(rows, group); }},
    {.block = domain::cases::kFirstKind,
     .fold =
         [](Features& features, const domain::Context& context, const domain::Event& event) {
           features.cases().fold(context, event);
           forget_erased(context, event);
         },
     .snapshot = [](Features& features, Rows& rows,
                    const domain::GroupKey& group) { return features.cases().snapshot(rows, group); },
     .restore = [](Features& features, Rows& rows, const domain::GroupKey& group,
                   BytesView state) { return features.cases().restore(rows, group, state); },
     .forget = [](Features& features, Rows& rows,
                  const domain::GroupKey& group) { features.cases().forget(rows, group); }},
    shared<domain::tallies::State>(domain::tallies::kFirstKind),
    {.block = domain::sealing::kFirstKind,
     .fold = [](Features& features, const domain::Context& context,
                const domain::Event& event) { features.sealing().fold(context, event); },
     .snapshot = [](Features& features, Rows& rows,
                    const domain::GroupKey& group) { return features.sealing().snapshot(rows, group); },
     .restore = [](Features& features, Rows& rows, const domain::GroupKey& group,
                   BytesView state) { return features.sealing().restore(rows, group, state); },
     .forget = [](Features& features, Rows& rows,
                  const domain::GroupKey& group) { features.sealing().forget(rows, group); },
     .in_porch = true},
    shared<domain::rolls::State>(domain::rolls::kFirstKind),
    {.block = domain::doubles::kFirstKind,
     .fold = shared<domain::doubles::State>(0).fold,
     .snapshot = shared<domain::doubles::State>(0).snapshot,
     .restore = shared<domain::doubles::State>(0).restore,
     .forget =
         [](Features&, Rows& rows, const domain::GroupKey& group) {
           domain::doubles::State{}.forget(rows, group);
           forget_doubles(rows, group::GroupId::from(group));
         },
     .clear = shared<domain::doubles::State>(0).forget},
    shared<domain::losses::State>(domain::losses::kFirstKind),
    shared<domain::bulletin::State>(domain::bulletin::kFirstKind),
};

static_assert(domain::talk::kFirstKind == group::kTalkKinds);

}  // namespace

domain::GroupKey key_of(const group::GroupId& group) { return domain::GroupKey::from(group); }

void Features::fold(const Context& context, const group::Event& event) {
  const uint16_t block = event.kind & 0xFF00;
  for (const Feature& feature : kFeatures) {
    if (feature.block != block || (context.in_porch && !feature.in_porch)) continue;
    const domain::Context inner{.rows = context.rows,
                                .group = key_of(context.group),
                                .author = domain::Author::from(context.author),
                                .author_is_me = context.author_is_me,
                                .author_role = static_cast<domain::AuthorRole>(context.author_role),
                                .place = {context.position.epoch, context.position.number}};
    feature.fold(*this, inner, {domain::EventKey::from(event.id), event.kind, event.at, event.body});
  }
}

bool Features::may_be_in_porch(uint16_t kind) {
  return kind < group::kTalkKinds ||
         std::ranges::any_of(
             kFeatures,
             [&](const Feature& feature) { return feature.block == (kind & 0xFF00) && feature.in_porch; });
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

Result<> Features::restore(Rows& rows, const group::GroupId& group, BytesView snapshot, bool in_porch) {
  Reader reader(snapshot);
  Reader blocks = reader.vector();
  int32_t last = -1;
  while (!blocks.empty()) {
    const int32_t block = blocks.u16();
    const BytesView state = blocks.opaque();
    if (block <= last) blocks.fail(CodecError::kMalformed);
    last = block;
    if (!blocks.ok()) break;
    for (const Feature& feature : kFeatures) {
      if (feature.block != block || feature.restore == nullptr || (!feature.in_porch && in_porch)) continue;
      // Who comes back may have taken in what the group went on without. Talk is not part of the state.
      if (feature.block != domain::talk::kFirstKind)
        (feature.clear ? feature.clear : feature.forget)(*this, rows, key_of(group));
      HW_TRY(feature.restore(*this, rows, key_of(group), state));
    }
  }
  HW_TRY(blocks.status());
  return reader.finish();
}

Bytes Features::own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person) {
  return client::own_things(rows, group, person);
}

void Features::take_own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                               BytesView things) {
  client::take_own_things(rows, group, person, things);
}

void Features::forget(Rows& rows, const group::GroupId& group) {
  for (const Feature& feature : kFeatures) feature.forget(*this, rows, key_of(group));
}

}  // namespace homeward::client
