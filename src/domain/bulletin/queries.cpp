#include "domain/bulletin/queries.h"

namespace homeward::domain::bulletin {
namespace {

std::vector<Ref> newest_first(Rows& rows, const GroupKey& group, Space order) {
  std::vector<Ref> out;
  Rows::Range newest = prefix_range(group);
  newest.backwards = true;
  rows.scan(order, newest, [&](BytesView, BytesView value) {
    if (value.size() == Ref::kSize) out.push_back(Ref::from(value));
    return true;
  });
  return out;
}

}  // namespace

std::vector<KeptStatement> statements(Rows& rows, const GroupKey& group) {
  std::vector<KeptStatement> out;
  for (const Ref& id : newest_first(rows, group, kStatementOrderSpace))
    if (std::optional<KeptStatement> one = statement(rows, group, id)) out.push_back(std::move(*one));
  return out;
}

std::vector<KeptDraft> drafts(Rows& rows, const GroupKey& group) {
  std::vector<KeptDraft> out;
  for (const Ref& id : newest_first(rows, group, kDraftOrderSpace))
    if (std::optional<KeptDraft> one = draft(rows, group, id)) out.push_back(std::move(*one));
  return out;
}

std::vector<KeptDraft> bulletins(Rows& rows, const GroupKey& group) {
  std::vector<KeptDraft> out;
  for (const Ref& id : approved(rows, group))
    if (std::optional<KeptDraft> one = draft(rows, group, id)) out.push_back(std::move(*one));
  return out;
}

}  // namespace homeward::domain::bulletin
