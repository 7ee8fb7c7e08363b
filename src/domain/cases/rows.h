// Keys of the rows of cases, for the fold and the queries alone.
#pragma once

#include "domain/cases/state.h"

namespace homeward::domain::cases {

inline Bytes case_key(const GroupKey& group, const Ref& case_ref) {
  Bytes key = copy_of(group);
  append(key, case_ref);
  return key;
}

inline Bytes part_key(const GroupKey& group, const Ref& case_ref, const Ref& part) {
  Bytes key = case_key(group, case_ref);
  append(key, part);
  return key;
}

inline Bytes person_key(const GroupKey& group, const Author& person) {
  Bytes key = copy_of(group);
  append(key, person);
  return key;
}

inline Bytes article_key(const GroupKey& group, std::string_view article) {
  Bytes key = copy_of(group);
  append(key, view_of(article));
  key.push_back(0);
  return key;
}

// Days sort as their numbers do.
inline void append_key_day(Bytes& key, Day day) {
  const uint32_t number = static_cast<uint32_t>(day.number) ^ 0x8000'0000u;
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<uint8_t>(number >> shift));
}

inline Bytes count_key(const GroupKey& group, CountOf what) {
  Bytes key = copy_of(group);
  key.push_back(static_cast<uint8_t>(what));
  return key;
}
inline Bytes count_key(const GroupKey& group, CountOf what, Day day) {
  Bytes key = count_key(group, what);
  append_key_day(key, day);
  return key;
}
// A unit's name as its words, whatever their case and order.
inline Bytes unit_key(const GroupKey& group, words::Analyzer& analyzer, std::string_view unit) {
  Bytes key = count_key(group, CountOf::kUnit);
  for (const std::string& term : analyzer.terms(unit)) {
    append(key, view_of(term));
    key.push_back(0);
  }
  return key;
}

Bytes encode_case(const CaseRow& row);
Bytes encode_part(const PartRow& part);
// Calls `visit` for each part of a case, by their refs.
void scan_parts(Rows& rows, const GroupKey& group, const Ref& case_ref,
                const std::function<void(const Ref& ref, const PartRow& part)>& visit);

}  // namespace homeward::domain::cases
