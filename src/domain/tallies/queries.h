// Tallies, what the page asks: the reports of a group. The count itself is count.h.
#pragma once

#include "domain/tallies/state.h"

namespace homeward::domain::tallies {

// Newest first, also those that no longer count.
std::vector<KeptReport> reports(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::tallies
