// Lists of invented people with the errors that lists have: for tests and measurements only, and made apart
// from the code that finds people again (other tables of letters, other ways of spoiling).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "losses_stats/random.h"

namespace homeward::losses_stats {

struct InventedLists {
  std::vector<std::string> csv;
  // For each list, the person of each of its records in order: the same number, the same person.
  std::vector<std::vector<uint32_t>> person;
};

struct Invention {
  uint64_t seed = 1;
  size_t people = 1'000;
  size_t lists = 2;
  double listed = 0.75;     // the share of people on each list
  double doubled = 0;       // of those on a list, the share that is there twice
  size_t surnames = 3'000;  // of which some are much more common than others
};

// Soldiers of invented names: `rec_id,surname,given,patronymic,birth,death,region_iso,settlement,rank`, the
// even lists in Russian, the odd ones in Russian, Latin or Ukrainian spelling.
InventedLists invented_soldiers(const Invention& how);

// Customers as the Febrl generator makes them, with other words and other column names:
// `rec_id,first_name,last_name,house_no,street,locality,zip,state,dob,doc_no`.
InventedLists invented_customers(const Invention& how);

// Given name, surname and the three parts of the birth date: `id,first,last,birth_year,birth_month,birth_day`
// under other names (`vorname,nachname,year,month,day`), with at most one error a record.
InventedLists invented_patients(const Invention& how);

}  // namespace homeward::losses_stats
