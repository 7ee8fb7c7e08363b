// What is one person's own and travels from one of her devices to another: the private sealing keys, the
// adviser's signature key, how long she keeps talk. Never drafts, and not what was said before.
//
// Each device makes it sure by itself that it has what it needs (docs/formats/devices.md): it asks the others
// where it lacks the key that its person announced, and tells them when it made a new one.
#pragma once

#include "client/client.h"

namespace homeward::client {

// For group::Fold of the same names.
Bytes own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person);
void take_own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                     BytesView things);

// What was seen of this person's devices when it was last looked: rows by group.
inline constexpr Space kDevicesSeenSpace = 0x3130;  // group → this person's devices
inline constexpr Space kAskedOwnSpace = 0x3131;     // group → when the other devices were last asked

// A device of hers went since it was last looked: what it knew of keys is to be replaced.
bool lost_a_device(Rows& rows, const group::Group& group);
void remember_devices(Rows& rows, const group::Group& group);
// True at most once a day.
bool may_ask_own(Rows& rows, const group::GroupId& group, Instant now);
void forget_devices(Rows& rows, const group::GroupId& group);

}  // namespace homeward::client
