#include "group/change.h"

#include <algorithm>
#include <map>
#include <set>

#include "group/event.h"
#include "group/policy.h"

namespace homeward::group {
namespace {

constexpr int64_t kMinute_ms = 60'000;

enum Part : uint8_t {
  kName = 1,
  kVouches = 2,
  kRetention = 4,
  kCloses = 8,
  kRoles = 16,
  kPorch = 32,
  kRelays = 64,
  kAllParts = 127
};

uint8_t parts_of(const Change& change) {
  return static_cast<uint8_t>((change.name ? kName : 0) | (change.vouches ? kVouches : 0) |
                              (change.retention_days ? kRetention : 0) | (change.closes ? kCloses : 0) |
                              (change.roles.empty() ? 0 : kRoles) | (change.porch ? kPorch : 0) |
                              (change.relays.empty() ? 0 : kRelays));
}

bool is_role(uint8_t role) {
  return role >= static_cast<uint8_t>(Role::kMember) && role <= static_cast<uint8_t>(Role::kOrganizer);
}

std::vector<RoleChange> decode_roles(Reader& in) {
  std::vector<RoleChange> out;
  Reader inner = in.vector(kMostRoleChanges * (PersonId::kSize + 1));
  while (!inner.empty()) {
    const PersonId person = inner.fixed<PersonId>();
    const uint8_t role = inner.u8();
    if (!is_role(role) || (!out.empty() && !(out.back().person < person))) inner.fail(CodecError::kMalformed);
    out.push_back({person, static_cast<Role>(role)});
  }
  if (!inner.ok() || out.empty()) in.fail(CodecError::kMalformed);
  return out;
}

}  // namespace

bool are_relays(const std::vector<std::string>& relays) {
  if (relays.empty() || relays.size() > kMostRelays) return false;
  const auto fits = [](const std::string& relay) {
    return !relay.empty() && relay.size() <= kMostRelayBytes &&
           std::ranges::all_of(relay, [](unsigned char byte) { return byte > 0x20 && byte != 0x7f; });
  };
  const std::set<std::string> different(relays.begin(), relays.end());
  return different.size() == relays.size() && std::ranges::all_of(relays, fits);
}

void encode(Writer& out, const Change& change) {
  out.raw(change.nonce).u8(parts_of(change));
  if (change.name) out.text(*change.name);
  if (change.vouches) out.u8(*change.vouches);
  if (change.retention_days) out.u16(*change.retention_days);
  if (change.closes) out.u32(static_cast<uint32_t>(to_the_minute(*change.closes).ms / kMinute_ms));
  if (!change.roles.empty()) {
    out.vector([&](Writer& inner) {
      for (const RoleChange& item : change.roles) inner.raw(item.person).u8(static_cast<uint8_t>(item.role));
    });
  }
  if (change.porch) out.raw(change.porch->group).u16(change.porch->days);
  if (change.relays.empty()) return;
  out.vector([&](Writer& inner) {
    for (const std::string& relay : change.relays) inner.text(relay);
  });
}

Change decode_change(Reader& in) {
  Change change;
  change.nonce = in.fixed<ChangeNonce>();
  const uint8_t parts = in.u8();
  if (parts == 0 || parts > kAllParts) in.fail(CodecError::kMalformed);
  if (parts & kName) change.name = in.text(kMostNameBytes);
  if (parts & kVouches) change.vouches = in.u8();
  if (parts & kRetention) change.retention_days = in.u16();
  if (parts & kCloses) change.closes = Instant{static_cast<int64_t>(in.u32()) * kMinute_ms};
  if (parts & kRoles) change.roles = decode_roles(in);
  if (parts & kPorch) {
    change.porch.emplace().group = in.fixed<GroupId>();
    change.porch->days = in.u16();
  }
  if (parts & kRelays) {
    Reader inner = in.vector(kMostRelays * (kMostRelayBytes + 2));
    while (!inner.empty() && inner.ok()) change.relays.push_back(inner.text(kMostRelayBytes));
    if (!inner.finish().ok() || !are_relays(change.relays)) in.fail(CodecError::kMalformed);
  }
  const bool fits = (!change.name || is_name(*change.name)) &&
                    (!change.vouches || (*change.vouches >= 1 && *change.vouches <= kMostVouches)) &&
                    (!change.porch || change.porch->days <= kMostPorchDays);
  if (!fits) in.fail(CodecError::kMalformed);
  return change;
}

Change normal_form(Change change) {
  std::map<PersonId, Role> roles;
  for (const RoleChange& item : change.roles) roles[item.person] = item.role;
  change.roles.clear();
  for (const auto& [person, role] : roles) change.roles.push_back({person, role});
  if (change.closes) change.closes = to_the_minute(*change.closes);
  return change;
}

bool same_but_nonce(const Change& a, const Change& b) {
  Change other = b;
  other.nonce = a.nonce;
  return a == other;
}

std::optional<PersonId> only_person_of(const Change& change) {
  if (parts_of(change) != kRoles || change.roles.size() != 1) return {};
  return change.roles.front().person;
}

}  // namespace homeward::group
