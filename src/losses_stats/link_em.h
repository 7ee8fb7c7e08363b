// The weights from the data themselves, without knowing which records are of one person (EM; Winkler 1988,
// Jaro 1989).
#pragma once

#include <cstdint>
#include <vector>

#include "losses_stats/parallel.h"
#include "losses_stats/random.h"
#include "losses_stats/weights.h"

namespace homeward::losses_stats {

// A pair that may be of one person, with what its probability is made of. 24 bytes, since there are millions.
struct CandidatePair {
  uint32_t a = 0;
  uint32_t b = 0;
  uint64_t levels = 0;    // four bits a field; the highest bit: swapped
  float log_u = 0;        // sum over the fields
  float probability = 0;  // that they are of one person
};

CandidatePair candidate(const People& people, const WeighedPair& pair, uint32_t a, uint32_t b);
inline size_t level_at(uint64_t levels, size_t field) { return (levels >> (4 * field)) & 15U; }
constexpr uint64_t kSwappedBit = uint64_t{1} << 63;

// ln of the odds that the pair is of one person.
double log_odds(const People& people, const LinkModel& model, const CandidatePair& pair);

// u from pairs drawn at random, of which the share `prior` are of one person with the model's m.
void estimate_u(const People& people, const Shares& shares, RandomSource& random, LinkModel& model);

// m and the priors from the pairs' probabilities, with `before` weighing as much as a few pairs. How many
// pairs there are between groups is counted here.
void estimate_m(const People& people, const std::vector<CandidatePair>& pairs, const LinkModel& before,
                LinkModel& model);

// Both steps in turn until they stay: every pair's probability, m and the priors. `fixed` pairs (0, 1, or
// less than 0 for "not decided") keep theirs.
void expectation_maximisation(const People& people, const LinkModel& before, const std::vector<float>& fixed,
                              const Parallel& parallel, std::vector<CandidatePair>& pairs, LinkModel& model);

}  // namespace homeward::losses_stats
