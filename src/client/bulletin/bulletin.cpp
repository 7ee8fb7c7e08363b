#include "client/bulletin/bulletin.h"

#include <algorithm>

#include "client/features.h"
#include "domain/losses/facts.h"

namespace homeward::client::bulletin {
namespace {

namespace domain_bulletin = domain::bulletin;
using domain_bulletin::KeptStatement;
using domain_bulletin::Standing;

constexpr int64_t kDay_ms = 86'400'000;

std::vector<Quote> quotes_of(Rows& rows, const domain::GroupKey& group, const Draft& draft) {
  std::vector<Quote> out;
  for (const domain::Ref& id : draft.statements) {
    const std::optional<KeptStatement> kept = domain_bulletin::statement(rows, group, id);
    if (!kept) continue;
    const auto day =
        static_cast<Day>(std::clamp<int64_t>(kept->at.ms / kDay_ms, 0, domain_bulletin::kLastDay));
    out.push_back({kept->said.text, kept->said.attribution, domain::losses::month_of({day})});
  }
  return out;
}

std::vector<Draft> earlier_of(Rows& rows, const domain::GroupKey& group, const Draft& draft) {
  std::vector<Draft> out;
  for (const domain::Ref& id : draft.earlier)
    if (const auto kept = domain_bulletin::draft(rows, group, id)) out.push_back(kept->said);
  return out;
}

Made made_of(Rows& rows, const domain::GroupKey& group, const Draft& draft) {
  Made out;
  out.edition = edition_of(earlier_of(rows, group, draft), draft, quotes_of(rows, group, draft));
  out.folder = folder_of(out.edition);
  out.digest = digest_of(out.folder);
  return out;
}

bool is_organizer(const group::Group& group) { return group.my_role() == group::Role::kOrganizer; }

Wanted wanted_by(const Draft& draft) {
  return {draft.as_of, draft.threshold, draft.publisher, draft.statements};
}

}  // namespace

Result<domain_bulletin::Consent> consent_to(Rows& rows, const group::Group& group,
                                            const domain::Ref& statement) {
  const auto kept = domain_bulletin::statement(rows, key_of(group.id()), statement);
  if (!kept || kept->consented || kept->taken_back) return ClientError::kNotAllowed;
  if (!equal(kept->said.speaker, group.me())) return ClientError::kNotAllowed;
  return domain_bulletin::Consent{statement, kept->said.text, kept->said.attribution};
}

Result<domain_bulletin::TakenBack> taking_back(Rows& rows, const group::Group& group,
                                               const domain::Ref& statement) {
  const auto kept = domain_bulletin::statement(rows, key_of(group.id()), statement);
  if (!kept || kept->taken_back) return ClientError::kNotAllowed;
  if (!equal(kept->said.speaker, group.me()) && !equal(kept->author(), group.me()))
    return ClientError::kNotAllowed;
  return domain_bulletin::TakenBack{statement};
}

Result<Draft> draft_now(Rows& rows, const group::Group& group, const Wanted& wanted) {
  if (!is_organizer(group)) return ClientError::kNotAllowed;
  const domain::GroupKey key = key_of(group.id());
  Draft draft = figures_now(rows, group.id(), wanted);
  HW_TRY(domain_bulletin::check(draft));
  if (!draft.earlier.empty()) {
    const auto last = domain_bulletin::draft(rows, key, draft.earlier.back());
    if (!last || last->said.threshold != draft.threshold || last->said.as_of > draft.as_of)
      return ClientError::kNotAllowed;
  }
  if (domain_bulletin::standing(rows, key, KeptDraft{.said = draft}) != Standing::kOpen)
    return ClientError::kNotAllowed;
  draft.form = kForm;
  draft.digest = made_of(rows, key, draft).digest;
  return draft;
}

Result<domain_bulletin::Approval> approval_of(Rows& rows, const group::Group& group, const domain::Ref& draft,
                                              const Digest& shown) {
  const domain::GroupKey key = key_of(group.id());
  const auto kept = domain_bulletin::draft(rows, key, draft);
  if (!kept || !is_organizer(group) || kept->said.digest != shown) return ClientError::kNotAllowed;
  if (domain_bulletin::standing(rows, key, *kept) != Standing::kOpen) return ClientError::kNotAllowed;
  if (std::ranges::any_of(kept->approved_by,
                          [&](const domain::Author& one) { return equal(one, group.me()); }))
    return ClientError::kNotAllowed;
  if (!changed_since(rows, group.id(), *kept).empty()) return ClientError::kNotAllowed;
  if (made_of(rows, key, kept->said).digest != shown) return ClientError::kNotAllowed;
  return domain_bulletin::Approval{draft, shown};
}

Result<domain_bulletin::Discarded> discarding(Rows& rows, const group::Group& group, const domain::Ref& draft,
                                              const std::string& reason) {
  const auto kept = domain_bulletin::draft(rows, key_of(group.id()), draft);
  if (!kept || kept->discarded || kept->is_bulletin() || !is_organizer(group))
    return ClientError::kNotAllowed;
  domain_bulletin::Discarded body{draft, reason};
  HW_TRY(domain_bulletin::check(body));
  return body;
}

Made made_of(Rows& rows, const group::GroupId& group, const KeptDraft& draft) {
  return made_of(rows, key_of(group), draft.said);
}

std::vector<std::string> changed_since(Rows& rows, const group::GroupId& group, const KeptDraft& draft) {
  Draft now = figures_now(rows, group, wanted_by(draft.said));
  now.form = kForm;
  return differences(draft.said, now);
}

}  // namespace homeward::client::bulletin
