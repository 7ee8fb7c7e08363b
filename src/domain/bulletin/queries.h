// The bulletin, what the page asks.
#pragma once

#include "domain/bulletin/state.h"

namespace homeward::domain::bulletin {

// Newest first, those taken back as well.
std::vector<KeptStatement> statements(Rows& rows, const GroupKey& group);
// Newest first, whatever became of them.
std::vector<KeptDraft> drafts(Rows& rows, const GroupKey& group);
// In order: the first bulletin first.
std::vector<KeptDraft> bulletins(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::bulletin
