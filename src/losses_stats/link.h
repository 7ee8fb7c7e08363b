// Which records of lists are of one person: what `homeward losses link` does (docs/formats/losses.md).
//
// Fellegi and Sunter's linkage with weights from the data, agreement counted by how common a value is, and
// records brought together as people (link_clusters.h). The same records, decisions and seed give the same
// answer, however many cores work on it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "losses_stats/link_clusters.h"
#include "losses_stats/parallel.h"
#include "losses_stats/people.h"
#include "losses_stats/weights.h"

namespace homeward::losses_stats {

struct LinkOptions {
  Parallel parallel = one_after_another;
  std::function<void(double)> progress;  // told the share done, from 0 to 1; from one thread
  uint64_t seed = 1;
  double least = 0.5;  // pairs that are less probable are left out
  // Weights that are taken as they are; with decisions, what is known before they are learnt again.
  std::optional<LinkModel> model;
  std::vector<LinkDecision> decisions;  // hold whatever the weights say
};

struct LinkResult {
  LinkModel model;
  std::vector<LinkedPair> pairs;  // by a, then b
  size_t clusters = 0;            // people, those of a single record among them
  uint64_t compared = 0;          // pairs that shared a key
};

LinkResult link(const People& people, const LinkOptions& options);

// `a,b,probability,cluster` by record id. Where an id stands in more than one file, only pairs across files
// can be told by ids; `left_out` counts the others.
struct PairsFile {
  std::string csv;
  size_t left_out = 0;
};
PairsFile pairs_csv(const People& people, const std::vector<LinkedPair>& pairs);

}  // namespace homeward::losses_stats
