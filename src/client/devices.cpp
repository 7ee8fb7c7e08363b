#include "client/devices.h"

#include <algorithm>
#include <set>

#include "client/guidance.h"
#include "client/impl.h"
#include "client/sealing.h"
#include "codec/codec.h"

namespace homeward::client {
namespace {

enum Part : uint16_t { kSealingKeys = 1, kSigner, kTalkKeeping };
constexpr int64_t kDay_ms = 24ll * 3600 * 1000;

}  // namespace

// vector<V> of {u16 part; opaque content<V>}, parts ascending, unknown ones are skipped.
Bytes own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person) {
  Writer out;
  out.vector([&](Writer& parts) {
    Bytes keys = sealing_keys_of(rows, group, person);
    parts.u16(kSealingKeys).opaque(keys);
    wipe(keys);
    if (std::optional<Bytes> signer = guidance::signer_of(rows, group, person)) {
      parts.u16(kSigner).opaque(*signer);
      wipe(*signer);
    }
    if (const auto keeping = rows.get(kSettingSpace, talk_keeping_key(group)))
      parts.u16(kTalkKeeping).opaque(*keeping);
  });
  return out.take();
}

void take_own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                     BytesView things) {
  Reader in(things);
  Reader parts = in.vector();
  while (!parts.empty()) {
    const uint16_t part = parts.u16();
    const BytesView content = parts.opaque();
    if (!parts.ok()) return;
    if (part == kSealingKeys) take_sealing_keys(rows, group, person, content);
    if (part == kSigner) guidance::take_signer(rows, content);
    if (part == kTalkKeeping && content.size() == 2 && !rows.get(kSettingSpace, talk_keeping_key(group)))
      rows.put(kSettingSpace, talk_keeping_key(group), content);
  }
}

bool lost_a_device(Rows& rows, const group::Group& group) {
  const auto row = rows.get(kDevicesSeenSpace, group.id());
  if (!row) return false;
  std::set<group::DeviceId> now;
  for (const group::MemberDevice& one : group.devices(group.me())) now.insert(one.device);
  Reader in(*row);
  while (in.left() >= group::DeviceId::kSize)
    if (!now.contains(in.fixed<group::DeviceId>())) return true;
  return false;
}

void remember_devices(Rows& rows, const group::Group& group) {
  Bytes value;
  for (const group::MemberDevice& one : group.devices(group.me())) append(value, one.device);
  const auto before = rows.get(kDevicesSeenSpace, group.id());
  if (before != value) rows.put(kDevicesSeenSpace, group.id(), value);
}

bool may_ask_own(Rows& rows, const group::GroupId& group, Instant now) {
  if (const auto row = rows.get(kAskedOwnSpace, group)) {
    Reader in(*row);
    const Instant asked{static_cast<int64_t>(in.u64())};
    if (in.ok() && now >= asked && now.ms - asked.ms < kDay_ms) return false;
  }
  Writer out;
  out.u64(static_cast<uint64_t>(now.ms));
  rows.put(kAskedOwnSpace, group, out.view());
  return true;
}

void forget_devices(Rows& rows, const group::GroupId& group) {
  rows.erase(kDevicesSeenSpace, group);
  rows.erase(kAskedOwnSpace, group);
}

}  // namespace homeward::client
