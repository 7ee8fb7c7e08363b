#include "domain/tallies/queries.h"

namespace homeward::domain::tallies {

std::vector<KeptReport> reports(Rows& rows, const GroupKey& group) {
  std::vector<Ref> ids;
  Rows::Range newest = prefix_range(group);
  newest.backwards = true;
  rows.scan(kOrderSpace, newest, [&](BytesView, BytesView value) {
    if (value.size() == Ref::kSize) ids.push_back(Ref::from(value));
    return true;
  });
  std::vector<KeptReport> out;
  for (const Ref& id : ids)
    if (std::optional<KeptReport> one = report(rows, group, id)) out.push_back(std::move(*one));
  return out;
}

}  // namespace homeward::domain::tallies
