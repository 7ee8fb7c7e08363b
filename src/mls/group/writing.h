// What writing.cpp and committing.cpp share.
#pragma once

#include "mls/group/state.h"

namespace homeward::mls {

// Error kReinitialised.
Result<> check_can_send(const EpochState& epoch);

// Content signed with my leaf's key. The confirmation tag of a commit is still to be set.
Result<AuthenticatedContent> sign_by_me(const EpochState& epoch, WireFormat format, Bytes authenticated_data,
                                        std::variant<ApplicationData, Proposal, Commit> body);

// The MLSMessage for content of mine. Uses up a key of my ratchet for a PrivateMessage, as the last thing:
// after an error nothing changed.
Result<Bytes> frame(Group::State& state, const AuthenticatedContent& content, const TargetSize& size,
                    Random& random);

// My leaf with these changes; its encryption key is the old one.
LeafContent changed_leaf(const LeafNode& leaf, const LeafChange& change);

}  // namespace homeward::mls
