// The whole answer about those on no list: what `homeward losses estimate` says, as JSON and in plain words.
// The members are described in docs/formats/losses.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "losses_stats/average.h"
#include "losses_stats/cells.h"
#include "losses_stats/latent_class.h"
#include "losses_stats/loglinear.h"
#include "losses_stats/sparse.h"

namespace homeward::losses_stats {

struct EstimateMethods {
  bool loglinear = true;
  bool average = true;
  bool sparse = true;
  bool bayes = true;
};

struct EstimateOptions {
  EstimateMethods methods;
  uint64_t seed = 1;
  LongWork work = {};
  LatentClassOptions bayes = {};  // but for its seed and its work, which are those above
};

struct Estimate {
  double observed = 0;
  std::vector<std::string> lists;
  bool stopped = false;  // then nothing below means anything
  // Whether every method asked for that can be without an answer has one. Never for fewer than three lists.
  bool exists = false;
  std::vector<std::string> warnings;  // sentences for people
  EstimateMethods methods;            // as asked for
  std::vector<ModelResult> models;    // the best first
  std::optional<Interval> profile;    // of the best
  std::optional<Interval> bootstrap;
  std::optional<Average> average;
  std::optional<SparseResult> sparse;
  std::optional<LatentClassResult> bayes;
};

Estimate estimate(const Cells& cells, const EstimateOptions& options);

std::string estimate_json(const Estimate& estimate);
// The results, what they assume, and how much they change between models.
std::string estimate_text(const Estimate& estimate);

}  // namespace homeward::losses_stats
