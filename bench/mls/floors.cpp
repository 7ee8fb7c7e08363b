#include "bench/mls/floors.h"

#include <algorithm>

#include "base/assert.h"

namespace homeward::bench {
namespace {

// Extract and expand for joiner_secret, extract for member_secret, expand for epoch_secret and
// welcome_secret, nine secrets of the epoch, confirmation_tag; confirmed and interim transcript hash (RFC
// 9420, section 8).
double schedule(const Primitives& p) { return 15 * p.hmac + 2 * p.hash; }

// A hash per leaf and per parent (section 7.8).
double tree_hash(const Primitives& p, const Shape& at) {
  return static_cast<double>(2 * at.members - 1) * p.hash;
}

// Signed, sealed, and hashed once as the HPKE info of the Welcome (section 12.4.3.1).
double group_info(const Primitives& p, const Shape& at) {
  return p.sign + p.aead + at.group_info_mib * (p.sign_mib + p.aead_mib + p.hash_mib);
}

double path(const Primitives& p, const Shape& at) {
  return static_cast<double>(at.path_nodes + 1) * p.derive() + static_cast<double>(at.path_seals) * p.seal();
}

double count(size_t number) { return static_cast<double>(number); }

double make_commit(const Primitives& p, const Shape& at) { return path(p, at) + 2 * p.sign + schedule(p); }
double read_commit(const Primitives& p, const Shape&) {
  return 2 * p.verify + p.open() + p.derive() + schedule(p);
}

constexpr Operation kOperations[] = {
    {"key_package", "2K + 2S", 1.3,
     [](const Primitives& p, const Shape&) { return 2 * p.keygen + 2 * p.sign; }},
    {"create_and_add", "(N-1)(2V + seal) + 2S + (2N-1) hash", 1.4,
     [](const Primitives& p, const Shape& at) {
       return count(at.members - 1) * (2 * p.verify + p.seal()) + 2 * p.sign + tree_hash(p, at);
     }},
    {"join", "(N+1) V + open + 0.4 us N", 1.2,
     [](const Primitives& p, const Shape& at) {
       return count(at.members + 1) * p.verify + p.open() + 0.4 * count(at.members);
     }},
    {"commit", "(d+1) derive + d seal + 2S + schedule", 1.5, make_commit},
    {"process_commit", "2V + open + derive + schedule", 2, read_commit},
    {"add_create", "2V + seal + S + GroupInfo", 1.5,
     [](const Primitives& p, const Shape& at) {
       return 2 * p.verify + p.seal() + p.sign + group_info(p, at);
     }},
    {"add_process", "3V + schedule", 2,
     [](const Primitives& p, const Shape&) { return 3 * p.verify + schedule(p); }},
    {"remove_create", "(d+1) derive + r seal + 2S + schedule", 1.5, make_commit},
    {"remove_process", "2V + open + derive + schedule", 2, read_commit},
    {"protect", "S + 5 HMAC + 2 AEAD", 1.4,
     [](const Primitives& p, const Shape&) { return p.sign + 5 * p.hmac + 2 * p.aead; }},
    {"unprotect", "V + 5 HMAC + 2 AEAD", 1.4,
     [](const Primitives& p, const Shape&) { return p.verify + 5 * p.hmac + 2 * p.aead; }},
};

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Operation& operation(std::string_view name) {
  const auto* found = std::ranges::find(kOperations, name, &Operation::name);
  HW_ASSERT(found != std::end(kOperations));
  return *found;
}

std::string_view legend() {
  return "K, DH: X25519 key and agreement; S, V: Ed25519\n"
         "seal = K + DH + 6 HMAC + AEAD, open = DH + 6 HMAC + AEAD, derive = K + 2 HMAC\n"
         "schedule = 15 HMAC + 2 hash, GroupInfo = S + AEAD + m MiB of (signing + sealing + hashing)\n"
         "N: members, d: nodes of the committer's path, r: ciphertexts to the path's resolutions, m: size\n";
}

}  // namespace homeward::bench
