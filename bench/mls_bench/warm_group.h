// A group of N for benchmarks, with every parent of its tree filled, without N members that follow each
// commit.
//
// The founder follows all commits. Whoever else has to speak is made from the founder's saved rows by putting
// another member's leaf, leaf key and signature key in their place: enough to make a commit or a message,
// which needs no private keys of the tree above.
#pragma once

#include <functional>
#include <map>

#include "mls/group/group.h"

namespace homeward::mls::bench {

struct Made {
  KeyPair signature_key;
  KeyPackage package;
  KeyPackageSecrets secrets;
};
Made new_member(const Suite& suite, Random& random);

class WarmGroup {
 public:
  WarmGroup(const Suite& suite, Random& random, size_t members);

  void create_and_add();  // the founder's group of all, by one commit
  void join_last();       // the last member, by the Welcome of `create_and_add`
  void warm();            // fills the tree's parents

  void commit(const std::vector<Proposal>& proposals);                // the founder's; dropped
  void prepare_other_commit(const std::vector<Proposal>& proposals);  // another's, in this epoch
  void process();  // the founder takes it, up to the staged epoch
  void protect();
  void prepare_message();
  void unprotect();

  const Made& stranger() const { return stranger_; }
  size_t tree_bytes() const { return founder_->tree().encode().size(); }

  // Notes how long `work` takes, by the caller's clock, in `last_us`.
  std::function<double()> clock;
  double last_us = 0;
  template <class Work>
  void timed(Work&& work) {
    const double begin = clock();
    work();
    last_us = clock() - begin;
  }

 private:
  // Member `at` at this moment.
  Group speaker(size_t at) const;

  const Suite& suite_;
  Random& random_;
  std::vector<Made> members_;  // of leaf i + 1
  Made stranger_;
  std::optional<Group> founder_;
  std::optional<Group> other_;
  Bytes welcome_;
  Bytes message_;
};

}  // namespace homeward::mls::bench
