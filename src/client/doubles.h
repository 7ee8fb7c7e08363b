// Doubles in the client: fingerprints of what is sealed, made and published by who speaks for a case.
//
// A fingerprint is HMAC-SHA-256 under the group's key of what it is of and the words of the name as they
// sound (domain/names); docs/formats/doubles.md. A client announces a key where a group has none, and
// publishes anew what a newer name, birth day or key makes outdated, by itself.
#pragma once

#include "client/client.h"
#include "domain/doubles/doubles.h"

namespace homeward::client {

// What is published for a man: rising, no two alike; none if the name says too little. `birth_day` is
// "YYYY-MM-DD", or begins with the year, or is empty.
std::vector<domain::doubles::Fingerprint> fingerprints_of_man(const domain::doubles::Key& key,
                                                              std::string_view name,
                                                              std::string_view birth_day);
// Of one word as it sounds, as the surname of somebody.
domain::doubles::Fingerprint surname_fingerprint(const domain::doubles::Key& key, std::string_view sound);

// Announces a key if the group has none, and publishes what is due of my cases. Costs one look where nothing
// changed since the last time. For a transaction of this client (`Hand::rows` as the vault has them).
Result<> keep_doubles(const Client::Hand& hand);
// The same as a command of its own; nothing is written where nothing is due.
Result<> keep_doubles(Client& client, const group::GroupId& group, Instant now);
// What `keep_doubles` remembers of a group.
void forget_doubles(Rows& rows, const group::GroupId& group);

// --- Commands and queries ---
// That the pair is mine to answer is for the caller to have asked (`pairs_of`).
Result<> answer_double(const Client::Hand& hand, const domain::doubles::Answer& answer);
// Of cases I speak for: those that may be of the same man as another's.
std::vector<domain::doubles::Pair> my_doubles(const Client::Look& look);

}  // namespace homeward::client
