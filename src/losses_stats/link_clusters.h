// From pairs to people: which records together are one person.
//
// A set of records is as good as the evidence of its records against one value for each field, the one that
// fits the others best, and the prior of so many records of one person. Pairs that only a third record brings
// together are found so, and pairs that a third record speaks against are parted.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "losses_stats/link_em.h"
#include "losses_stats/parallel.h"

namespace homeward::losses_stats {

struct LinkedPair {
  uint32_t a = 0;  // a < b
  uint32_t b = 0;
  double probability = 0;
  uint32_t cluster = 0;  // from 1; 0: the two are in different ones
};

// What a person said about a pair.
struct LinkDecision {
  uint32_t a = 0;
  uint32_t b = 0;
  bool same = false;
};

struct Clusters {
  std::vector<uint32_t> of_record;  // from 0, in the order of their first records
  size_t count = 0;
  // Pairs within a cluster, and those between clusters that are at least `least` probable; by a, then b.
  std::vector<LinkedPair> pairs;
};

Clusters make_clusters(const People& people, const Shares& shares, const LinkModel& model,
                       const std::vector<CandidatePair>& pairs, const std::vector<LinkDecision>& decisions,
                       double least, const Parallel& parallel);

}  // namespace homeward::losses_stats
