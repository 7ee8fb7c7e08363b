// The weights of linkage (Fellegi and Sunter 1969): how probable each level of agreement is for two records
// of one person (m) and for records of two people (u), and how probable it is that two records are of one.
//
// Agreement on a value counts by how common the value is (Winkler 1989), within the region where both records
// are of the same one, and likewise for other fields of which one says much about the other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "losses_stats/compare.h"
#include "losses_stats/people.h"

namespace homeward::losses_stats {

struct FieldWeights {
  std::array<double, kLevels> m{};
  std::array<double, kLevels> u{};
  double near_share = 0;  // mean logarithm of the rarer value's share among near ones of two people
};

struct LinkModel {
  std::vector<FieldWeights> fields;  // as People::fields
  double swapped = 0.02;             // how often the names of one person stand crosswise
  // By pair of groups, g * group_count + h: that a pair of records is of one person.
  std::vector<double> prior;
};

// The weights before any data.
LinkModel model_before_data(const People& people);

// For each field another one that says much about it, as a region does about a place and a postcode about
// both: who agrees on it agrees on the field more often than chance has it, without being one person.
using Parents = std::vector<std::optional<size_t>>;
// The region, for all but itself and dates.
Parents parents_before_data(const People& people);
// Found from how often people who agree on one agree on the other.
Parents find_parents(const People& people, const std::vector<float>& weights);

// How common values are, each record counting with its weight; among those with the same parent, if it is
// the same in both records.
class Shares {
 public:
  Shares(const People& people, const std::vector<float>& weights, Parents parents);

  double of_value(size_t field, ValueId id) const { return share_[field][id]; }
  // Among records that have this value of the field's parent.
  double of_value_within(size_t field, ValueId id, ValueId parent) const;
  std::optional<size_t> parent(size_t field) const { return parents_[field]; }
  double of_initial(size_t field, char first) const { return initial_[field][static_cast<uint8_t>(first)]; }
  double of_year(size_t field, uint16_t year) const;

 private:
  std::vector<std::vector<float>> share_;
  std::vector<std::array<float, 256>> initial_;
  std::vector<std::unordered_map<uint16_t, float>> year_;
  Parents parents_;
  std::unordered_map<uint64_t, float> within_;     // field, value, value of the parent: weight
  std::vector<std::vector<float>> parent_weight_;  // by field and value of the parent
  std::vector<float> total_;                       // weight of the records that have the field
};

// The levels of two records, and for each field the logarithm of how probable they are for two people.
struct WeighedPair {
  Comparison comparison;
  std::array<float, kMaximumLinkFields> log_u{};
};
WeighedPair weigh(const People& people, const Shares& shares, const LinkModel& model, size_t a, size_t b);

// ln(m/u) of one field of a weighed pair; 0 where it is missing.
double evidence(const LinkModel& model, const WeighedPair& pair, size_t field);

}  // namespace homeward::losses_stats
