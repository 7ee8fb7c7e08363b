#include "group/policy.h"

#include "crypto/crypto.h"
#include "group/event.h"

namespace homeward::group {
namespace {

// The second form adds when the group closes, the third that and further fields; each is written only where
// there is what it adds.
constexpr uint8_t kVersion = 1;
constexpr uint8_t kClosingVersion = 2;
constexpr uint8_t kFieldsVersion = 3;

enum FieldType : uint16_t {
  kPorchField = 1,
  kIsPorchField = 2,
  kLeftField = 3,
  kLastKnownField = kLeftField
};

constexpr int64_t kMinute_ms = 60'000;

template <class T>
bool strictly_rising(const std::vector<T>& list) {
  return std::ranges::adjacent_find(list, [](const T& a, const T& b) { return !(a < b); }) == list.end();
}

void encode_persons(Writer& out, const std::vector<PersonId>& persons) {
  out.vector([&](Writer& inner) {
    for (const PersonId& person : persons) inner.raw(person);
  });
}

std::vector<PersonId> decode_persons(Reader& in) {
  std::vector<PersonId> out;
  Reader inner = in.vector();
  while (!inner.empty()) out.push_back(inner.fixed<PersonId>());
  if (!inner.ok() || !strictly_rising(out)) in.fail(CodecError::kMalformed);
  return out;
}

bool has_fields(const Policy& policy) {
  return policy.porch || policy.is_porch || !policy.left.empty() || !policy.further.empty();
}

void encode_fields(Writer& out, const Policy& policy) {
  out.vector([&](Writer& fields) {
    if (policy.porch) {
      Writer data;
      data.raw(policy.porch->group).u16(policy.porch->days);
      fields.u16(kPorchField).opaque(data.view());
    }
    if (policy.is_porch) {
      Writer data;
      data.u16(*policy.is_porch);
      fields.u16(kIsPorchField).opaque(data.view());
    }
    if (!policy.left.empty()) {
      Writer data;
      for (const Hash& one : policy.left) data.raw(one);
      fields.u16(kLeftField).opaque(data.view());
    }
    for (const PolicyField& field : policy.further) fields.u16(field.type).opaque(field.data);
  });
}

uint16_t decode_days(Reader& in) {
  const uint16_t days = in.u16();
  if (days > kMostPorchDays) in.fail(CodecError::kMalformed);
  return days;
}

void decode_field(Reader& in, PolicyField field, Policy& policy) {
  Reader data(field.data);
  if (field.type == kPorchField) {
    policy.porch.emplace().group = data.fixed<GroupId>();
    policy.porch->days = decode_days(data);
    if (policy.porch->group == GroupId{}) data.fail(CodecError::kMalformed);
  } else if (field.type == kIsPorchField) {
    policy.is_porch = decode_days(data);
  } else if (field.type == kLeftField) {
    while (!data.empty() && data.ok()) policy.left.push_back(data.fixed<Hash>());
    if (policy.left.empty() || policy.left.size() > kMostLeft || !strictly_rising(policy.left))
      data.fail(CodecError::kMalformed);
  } else {
    if (field.type == 0) in.fail(CodecError::kMalformed);
    policy.further.push_back(std::move(field));
    return;
  }
  if (!data.finish().ok()) in.fail(CodecError::kMalformed);
}

void decode_fields(Reader& in, Policy& policy) {
  Reader fields = in.vector();
  int32_t last = -1;
  size_t count = 0;
  while (!fields.empty() && fields.ok()) {
    PolicyField field{fields.u16(), copy_of(fields.opaque(kMostFieldBytes))};
    if (field.type <= last || ++count > kMostPolicyFields) fields.fail(CodecError::kMalformed);
    last = field.type;
    decode_field(fields, std::move(field), policy);
  }
  if (!fields.finish().ok() || !has_fields(policy) || (policy.porch && policy.is_porch))
    in.fail(CodecError::kMalformed);
}

}  // namespace

bool Policy::is_organizer(const PersonId& person) const {
  return std::ranges::binary_search(organizers, person);
}
bool Policy::is_adviser(const PersonId& person) const { return std::ranges::binary_search(advisers, person); }

Role Policy::role(const PersonId& person) const {
  if (is_organizer(person)) return Role::kOrganizer;
  return is_adviser(person) ? Role::kAdviser : Role::kMember;
}

bool Policy::is_spent(const Hash& what, uint64_t epoch) const {
  return std::ranges::any_of(spent,
                             [&](const Spent& item) { return item.what == what && epoch <= item.until; });
}

Hash hash_of(const Identity& identity) {
  return sha256({view_of("homeward left"), identity.person.view(), identity.device.view()});
}

bool Policy::is_left(const Identity& identity) const {
  return !left.empty() && std::ranges::binary_search(left, hash_of(identity));
}

Bytes encode(const Policy& policy) {
  Writer out;
  const bool closes = policy.closes.ms != 0;
  const bool fields = has_fields(policy);
  out.u8(fields ? kFieldsVersion : closes ? kClosingVersion : kVersion).text(policy.name);
  encode_persons(out, policy.organizers);
  encode_persons(out, policy.advisers);
  out.u8(policy.vouches).u16(policy.retention_days);
  out.vector([&](Writer& relays) {
    for (const std::string& relay : policy.relays) relays.text(relay);
  });
  out.raw(policy.return_seed);
  out.vector([&](Writer& spent) {
    for (const Spent& item : policy.spent) spent.raw(item.what).u64(item.until);
  });
  if (closes || fields) out.u32(static_cast<uint32_t>(to_the_minute(policy.closes).ms / kMinute_ms));
  if (fields) encode_fields(out, policy);
  return out.take();
}

Result<Policy> decode_policy(BytesView extension_data) {
  Reader in(extension_data);
  Policy policy;
  const uint8_t version = in.u8();
  if (version < kVersion || version > kFieldsVersion) in.fail(CodecError::kMalformed);
  policy.name = in.text(kMostNameBytes);
  policy.organizers = decode_persons(in);
  policy.advisers = decode_persons(in);
  policy.vouches = in.u8();
  policy.retention_days = in.u16();
  Reader relays = in.vector(kMostRelays * (kMostRelayBytes + 2));
  while (!relays.empty()) policy.relays.push_back(relays.text(kMostRelayBytes));
  policy.return_seed = in.fixed<ReturnSeed>();
  Reader spent = in.vector();
  while (!spent.empty()) {
    const Hash what = spent.fixed<Hash>();
    policy.spent.push_back({what, spent.u64()});
  }
  if (version != kVersion) policy.closes = {static_cast<int64_t>(in.u32()) * kMinute_ms};
  if (version == kClosingVersion && policy.closes.ms == 0) in.fail(CodecError::kMalformed);
  if (version == kFieldsVersion) decode_fields(in, policy);
  HW_TRY(relays.finish());
  HW_TRY(spent.finish());
  HW_TRY(in.finish());
  const bool fits = is_name(policy.name) && policy.vouches >= 1 && policy.vouches <= kMostVouches &&
                    !policy.relays.empty() && policy.relays.size() <= kMostRelays &&
                    strictly_rising(policy.spent);
  if (!fits) return Error(GroupError::kMalformed, "a policy out of its bounds");
  return policy;
}

Result<Policy> policy_of(const std::vector<mls::Extension>& group_extensions) {
  if (group_extensions.size() != 1 || group_extensions[0].type != kPolicyExtension)
    return Error(GroupError::kMalformed, "group extensions other than the policy");
  return decode_policy(group_extensions[0].data);
}

std::vector<mls::Extension> group_extensions_of(const Policy& policy) {
  return {{kPolicyExtension, encode(policy)}};
}

mls::Credential credential_of(const Identity& identity) {
  Writer out;
  out.raw(identity.person).raw(identity.device);
  return mls::Credential::basic(out.view());
}

mls::Capabilities our_capabilities() {
  mls::Capabilities out = mls::Capabilities::ours();
  out.extensions.push_back(static_cast<uint16_t>(kPolicyExtension));
  return out;
}

Result<Identity> identity_of(const mls::LeafNode& leaf) {
  if (leaf.credential_type() != mls::CredentialType::kBasic)
    return Error(GroupError::kMalformed, "not a basic credential");
  Reader in(leaf.identity());
  Identity identity;
  identity.person = in.fixed<PersonId>();
  identity.device = in.fixed<DeviceId>();
  HW_TRY(in.finish());
  if (!equal(identity.device, sha256(leaf.signature_key())))
    return Error(GroupError::kMalformed, "a device that is not its signature key's");
  return identity;
}

}  // namespace homeward::group
