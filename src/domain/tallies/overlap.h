// The smallest and the largest number of different men that some sets can hold together, when of every two
// sets it is known whether they may share men.
//
// Inside count.cpp; apart so that a test can compare it with trying every way to share.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace homeward::domain::tallies {

// Men who are known one by one, different from each other, all of whom the same reports may count too.
struct KnownMen {
  uint32_t count = 0;
  std::vector<size_t> reports;  // ascending
};
struct Figures {
  uint32_t sure = 0;  // 0 for a rumour
  uint32_t most = 0;
  uint32_t out_of = 0;     // of how many men; 0 if not said
  size_t same_men_as = 0;  // the first report that speaks of the very same men; its own index if none
};
struct Overlaps {
  std::vector<Figures> reports;
  std::vector<std::pair<size_t, size_t>> pairs;  // of reports that may share men
  std::vector<KnownMen> known;
};

// Never more than the true smallest number; equal to it wherever at most kExact reports hang together and
// their overlaps have no odd ring.
inline constexpr size_t kExact = 12;
uint32_t at_least(const Overlaps& overlaps);
// The sum of the figures of `reports`; of those that speak of the same men, no more than how many these are.
uint32_t at_most_of_reports(std::span<const Figures> reports);

}  // namespace homeward::domain::tallies
