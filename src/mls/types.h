// What all of `mls` shares: the indices of the ratchet tree and the room's closed set of errors.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/result.h"

namespace homeward::mls {

// A member's place among the leaves, from 0 (RFC 9420, section 4.1; the wire's `uint32 leaf_index`).
struct LeafIndex {
  uint32_t value = 0;
  auto operator<=>(const LeafIndex&) const = default;
};

// A node's place in the tree written as an array: leaf L is node 2·L, parents have odd numbers (RFC 9420,
// appendix C). It stays the same when the tree is extended or truncated.
struct NodeIndex {
  uint32_t value = 0;
  auto operator<=>(const NodeIndex&) const = default;
};

using Epoch = uint64_t;

enum class ProtocolVersion : uint16_t { kMls10 = 1 };

// What can go wrong in `mls`, by what the caller can do about it. The error's context names the clause that
// was broken.
enum class MlsError : uint16_t {
  kMalformed = 1,       // cannot be read as what it should be
  kUnsupported,         // a cipher suite, proposal or credential type that this library does not know
  kUnsupportedVersion,  // another protocol version than mls10
  kBadParams,           // the caller asked for what the RFC does not allow
  kInvalidTree,         // a ratchet tree that breaks sections 4.1, 7.8 or 12.4.3
  kInvalidLeaf,         // a leaf that breaks section 7.3
  kInvalidKeyPackage,   // a key package that breaks section 10.1
  kBadSignature,
  kParentHashMismatch,   // section 7.9.2
  kTreeHashMismatch,     // section 12.4.3.1
  kNotMember,            // a blank leaf, or one outside the tree
  kUnknownSender,        // a sender that has no key here
  kInvalidProposal,      // section 12.1
  kInvalidProposalList,  // section 12.2
  kMissingProposal,      // a reference to a proposal that was not seen
  kPathMissing,          // a commit that needs a path has none, section 12.4
  kPathMismatch,         // an update path that does not fit the tree, sections 7.5 and 7.6
  kDuplicateKey,         // a key that another node already has, section 7.3
  kWrongEpoch,
  kWrongGroup,
  kDecryptFailed,
  kGenerationTooFar,  // further ahead than the limit
  kGenerationUsed,    // its key is gone
  kOwnMessage,        // sent from my own leaf
  kBadMembershipTag,  // section 6.2
  kConfirmationTag,   // section 6.1
  kMissingPsk,        // a pre-shared key that the caller does not have
  kProposalsPending,  // a commit must come first, section 12.4
  kRemoved,           // the commit removes me
  kReinitialised,     // the group goes on as another one, section 11.2
};
constexpr Room room_of(MlsError) { return Room::kMls; }

// Runs check(0) … check(count - 1) in any order, on as many threads as it likes, and answers whether all were
// true; it may stop at the first false. An empty one means: one after the other. Checks only read.
using CheckRunner = std::function<bool(size_t count, const std::function<bool(size_t)>& check)>;

}  // namespace homeward::mls
