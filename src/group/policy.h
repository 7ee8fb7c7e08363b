// The policy of a group: an extension of the GroupContext (RFC 9420, section 8.1) that every member
// authenticates.
//
// Its encoding has one form: lists are sorted and without doubles. What may change in it, and by whom, is
// `rules.h`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "group/types.h"
#include "mls/tree/leaf_node.h"
#include "wire/wire.h"

namespace homeward::group {

// Private use (RFC 9420, section 17.3).
inline constexpr auto kPolicyExtension = static_cast<mls::ExtensionType>(0xF0A0);
inline constexpr auto kBundleKeyExtension = static_cast<mls::ExtensionType>(0xF0A1);  // in a GroupInfo

inline constexpr uint8_t kMostVouches = 5;
inline constexpr size_t kMostRelays = 8;
inline constexpr size_t kMostRelayBytes = 512;

struct ReturnSeedTag;
using ReturnSeed = FixedBytes<32, ReturnSeedTag>;

// What no commit may bring in any more up to and with epoch `until`: a person or a device that was removed, a
// replacement
// that was made (by the hash of its key package), a change that was made (by its action's hash). Approvals
// that were signed before cannot outlive it.
struct Spent {
  Hash what;
  uint64_t until = 0;
  auto operator<=>(const Spent&) const = default;
};

// What later versions add to a policy. A type that this version does not know is kept as it came, so that
// every device works out the same policy.
struct PolicyField {
  uint16_t type = 0;
  Bytes data;
  bool operator==(const PolicyField&) const = default;
};
inline constexpr size_t kMostPolicyFields = 64;
inline constexpr size_t kMostFieldBytes = 64 * 1024;
inline constexpr size_t kMostLeft = 2'000;  // who were left behind by starting anew

struct Policy {
  std::string name;
  std::vector<PersonId> organizers;  // may be empty: then members elect one
  std::vector<PersonId> advisers;
  uint8_t vouches = 1;              // 1 to kMostVouches
  uint16_t retention_days = 0;      // of talk; 0: forever
  std::vector<std::string> relays;  // the first orders
  ReturnSeed return_seed;
  std::vector<Spent> spent;
  Instant closes;  // to the minute; 0: it does not
  std::optional<Porch> porch;
  std::optional<uint16_t> is_porch;  // the days that one stays; set by the founder and for good
  std::vector<PolicyField> further;  // of unknown types, rising
  // Who was left behind when the group was started anew and may come back by herself, each as H(identity);
  // rising.
  std::vector<Hash> left;
  bool operator==(const Policy&) const = default;

  bool is_organizer(const PersonId& person) const;
  bool is_adviser(const PersonId& person) const;
  Role role(const PersonId& person) const;
  bool is_spent(const Hash& what, uint64_t epoch) const;
  bool is_left(const struct Identity& identity) const;
};
Bytes encode(const Policy& policy);
// kMalformed for anything but what `encode` writes.
Result<Policy> decode_policy(BytesView extension_data);
// The policy in a GroupContext whose only extension it is; else kMalformed.
Result<Policy> policy_of(const std::vector<mls::Extension>& group_extensions);
std::vector<mls::Extension> group_extensions_of(const Policy& policy);

// Who a leaf is: the identity of its basic credential.
struct Identity {
  PersonId person;
  DeviceId device;
  bool operator==(const Identity&) const = default;
  // The device that its person came with.
  bool is_first() const { return equal(person, device); }
};
Hash hash_of(const Identity& identity);
mls::Credential credential_of(const Identity& identity);
// What Homeward's leaves can do: the library's own and the policy extension.
mls::Capabilities our_capabilities();
// kMalformed unless the credential is {person, device} and device = SHA-256 of the leaf's signature key.
// Whose further device it is (person is another) was judged when it came in: rules.h.
Result<Identity> identity_of(const mls::LeafNode& leaf);

}  // namespace homeward::group
