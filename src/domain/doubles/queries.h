// Doubles, what the page asks.
#pragma once

#include "domain/doubles/state.h"

namespace homeward::domain::doubles {

// The group's key; nothing until one was announced.
std::optional<KeyAnnounced> key(Rows& rows, const GroupKey& group);

enum class Said : uint8_t { kNothing, kYes, kNo };
struct Pair {
  Ref mine;
  Ref other;
  Said i_said = Said::kNothing;
  Said other_said = Said::kNothing;
  bool joined() const { return i_said == Said::kYes && other_said == Said::kYes; }
  // Somebody said that these are two men.
  bool refused() const { return i_said == Said::kNo || other_said == Said::kNo; }
  bool operator==(const Pair&) const = default;
};
// Of cases that `person` speaks for: those whose fingerprints fit another's, and those somebody answered
// about.
std::vector<Pair> pairs_of(Rows& rows, const GroupKey& group, const Author& person,
                           std::span<const Ref> cases_of_person);
// Cases with this fingerprint.
std::vector<Ref> with(Rows& rows, const GroupKey& group, const Fingerprint& fingerprint);
// The cases joined with this one, by themselves or through others; without it.
std::vector<Ref> joined_with(Rows& rows, const GroupKey& group, const Ref& case_ref);
// Every pair that is joined, once each.
std::vector<std::pair<Ref, Ref>> joined(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::doubles
