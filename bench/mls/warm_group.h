// Groups in which every member but two is made up: with keys of its own and a valid tree, but nobody to act
// for it, so that a warm tree of any size is there in a moment.
#pragma once

#include <string>
#include <vector>

#include "mls/group/group.h"

namespace homeward::bench {

const Suite& bench_suite();  // 0x0003, for which the floors are counted

struct Person {
  KeyPair signature_key;
  mls::KeyPackage package;
  mls::KeyPackageSecrets secrets;
};
Person make_person(size_t number, Random& random);
mls::CreateParams create_params(const Person& person);

// Two members of a group of `members` (at least 4), at the first and the last leaf, after each of them has
// committed: no parent is blank that has anything below, and none has unmerged leaves.
struct WarmGroup {
  mls::Group first;
  mls::Group last;
};
WarmGroup make_warm_group(size_t members, Random& random);

// Reads a commit to its end.
Result<> process(mls::Group& group, BytesView message);

}  // namespace homeward::bench
