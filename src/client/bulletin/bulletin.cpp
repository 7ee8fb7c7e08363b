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

bool is_organizer(const Client::Hand& hand) { return hand.group.my_role() == group::Role::kOrganizer; }

Result<> post(const Client::Hand& hand, uint16_t kind, const Bytes& body) {
  HW_TRY(hand.post(kind, body));
  return success();
}

Wanted wanted_by(const Draft& draft) {
  return {draft.as_of, draft.threshold, draft.publisher, draft.statements};
}

}  // namespace

Result<domain::Ref> write_statement(const Client::Hand& hand, const domain_bulletin::Statement& statement) {
  HW_TRY(domain_bulletin::check(statement));
  HW_LET(const group::EventId id,
         hand.post(domain_bulletin::kStatementKind, domain_bulletin::encode(statement)));
  return domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id));
}

Result<> consent(const Client::Hand& hand, const domain::Ref& statement) {
  const auto kept = domain_bulletin::statement(hand.rows, key_of(hand.group.id()), statement);
  if (!kept || kept->consented || kept->taken_back) return ClientError::kNotAllowed;
  if (!equal(kept->said.speaker, hand.group.me())) return ClientError::kNotAllowed;
  return post(
      hand, domain_bulletin::kConsentKind,
      domain_bulletin::encode(domain_bulletin::Consent{statement, kept->said.text, kept->said.attribution}));
}

Result<> take_back(const Client::Hand& hand, const domain::Ref& statement) {
  const auto kept = domain_bulletin::statement(hand.rows, key_of(hand.group.id()), statement);
  if (!kept || kept->taken_back) return ClientError::kNotAllowed;
  if (!equal(kept->said.speaker, hand.group.me()) && !equal(kept->author(), hand.group.me()))
    return ClientError::kNotAllowed;
  return post(hand, domain_bulletin::kTakenBackKind,
              domain_bulletin::encode(domain_bulletin::TakenBack{statement}));
}

Result<domain::Ref> prepare(const Client::Hand& hand, const Wanted& wanted) {
  if (!is_organizer(hand)) return ClientError::kNotAllowed;
  const domain::GroupKey group = key_of(hand.group.id());
  Draft draft = figures_now(hand.rows, hand.group.id(), wanted);
  HW_TRY(domain_bulletin::check(draft));
  if (!draft.earlier.empty()) {
    const auto last = domain_bulletin::draft(hand.rows, group, draft.earlier.back());
    if (!last || last->said.threshold != draft.threshold || last->said.as_of > draft.as_of)
      return ClientError::kNotAllowed;
  }
  if (domain_bulletin::standing(hand.rows, group, KeptDraft{.said = draft}) != Standing::kOpen)
    return ClientError::kNotAllowed;
  draft.form = kForm;
  draft.digest = made_of(hand.rows, group, draft).digest;
  HW_LET(const group::EventId id, hand.post(domain_bulletin::kDraftKind, domain_bulletin::encode(draft)));
  return domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id));
}

Result<> approve(const Client::Hand& hand, const domain::Ref& draft, const Digest& shown) {
  const domain::GroupKey group = key_of(hand.group.id());
  const auto kept = domain_bulletin::draft(hand.rows, group, draft);
  if (!kept || !is_organizer(hand) || kept->said.digest != shown) return ClientError::kNotAllowed;
  if (domain_bulletin::standing(hand.rows, group, *kept) != Standing::kOpen) return ClientError::kNotAllowed;
  if (std::ranges::any_of(kept->approved_by,
                          [&](const domain::Author& one) { return equal(one, hand.group.me()); }))
    return ClientError::kNotAllowed;
  if (!changed_since(hand.rows, hand.group.id(), *kept).empty()) return ClientError::kNotAllowed;
  if (made_of(hand.rows, group, kept->said).digest != shown) return ClientError::kNotAllowed;
  return post(hand, domain_bulletin::kApprovalKind,
              domain_bulletin::encode(domain_bulletin::Approval{draft, shown}));
}

Result<> discard(const Client::Hand& hand, const domain::Ref& draft, const std::string& reason) {
  const auto kept = domain_bulletin::draft(hand.rows, key_of(hand.group.id()), draft);
  if (!kept || kept->discarded || kept->is_bulletin() || !is_organizer(hand)) return ClientError::kNotAllowed;
  const domain_bulletin::Discarded body{draft, reason};
  HW_TRY(domain_bulletin::check(body));
  return post(hand, domain_bulletin::kDiscardedKind, domain_bulletin::encode(body));
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
