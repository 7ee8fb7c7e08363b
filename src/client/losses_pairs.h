// Records of the register that may be of one man, found on a verifier's device (losses_stats/link.h): only
// there are the names. Nothing is merged by this; verifiers decide, and their decisions hold and teach the
// weights.
//
// Which pairs take two persons is policy in code: those between `kHardFrom` and `kHardTo`
// (domain/losses/queries.h); docs/formats/loss_register.md says what error that leaves.
#pragma once

#include "client/losses.h"

namespace homeward::client {

// One man's names and birth as this person may read them, published ones included.
SealedMan man_of(Rows& rows, const group::Group& group, const domain::losses::KeptRecord& record);

struct LossPair {
  domain::losses::Pair pair;
  uint16_t permille = 0;  // how probable it is that they are one man
};

// The pairs of a group, worked out anew when records or decisions changed. In memory only.
class LossPairs {
 public:
  // Least probable that is proposed, in thousandths.
  static constexpr uint16_t kLeast = 50;

  // Most doubtful first: what a person's word changes most. Withdrawn records take no part.
  const std::vector<LossPair>& pairs(Rows& rows, const group::Group& group);
  std::optional<uint16_t> permille(Rows& rows, const group::Group& group, const domain::losses::Pair& pair);
  size_t compared() const { return records_; }

 private:
  std::vector<LossPair> pairs_;
  std::optional<Hash> made_of_;
  size_t records_ = 0;
};

}  // namespace homeward::client
