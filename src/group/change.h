// A change of the policy on the wire (docs/formats/group.md): what members approve of and a commit carries.
#pragma once

#include "codec/codec.h"
#include "group/types.h"

namespace homeward::group {

inline constexpr size_t kMostRoleChanges = 32;
// 1 to kMostRelays different addresses, each 1 to kMostRelayBytes of text without spaces or control
// characters.
bool are_relays(const std::vector<std::string>& relays);

// The encoding has one form: roles rise by person, the closing time is in whole minutes.
void encode(Writer& out, const Change& change);
// Fails `in` for what `encode` would not write, and for a change of nothing.
Change decode_change(Reader& in);
// In the form that `encode` writes: roles sorted, the last word about a person counts, times to the minute.
Change normal_form(Change change);
bool same_but_nonce(const Change& a, const Change& b);
// The person whose own role goes down, if the change does nothing else.
std::optional<PersonId> only_person_of(const Change& change);

}  // namespace homeward::group
