// Of the roster: open changes of the policy and objections to join requests.
#include <algorithm>

#include "group/roster.h"
#include "group/spaces.h"

namespace homeward::group {

bool OpenChange::has_approval_of(const PersonId& person) const {
  return std::ranges::any_of(approvals, [&](const auto& item) { return item.first == person; });
}

std::vector<Approval> OpenChange::plain_approvals() const {
  std::vector<Approval> out;
  for (const auto& [person, approval] : approvals) out.push_back(approval);
  return out;
}

void encode(Writer& out, const OpenChange& open) {
  encode(out, open.change);
  out.u64(static_cast<uint64_t>(open.at.ms));
  out.vector([&](Writer& inner) {
    for (const auto& [person, approval] : open.approvals) {
      inner.raw(person);
      encode(inner, approval);
    }
  });
}

OpenChange decode_open_change(Reader& in) {
  OpenChange open;
  open.change = decode_change(in);
  open.at.ms = static_cast<int64_t>(in.u64());
  Reader approvals = in.vector();
  while (!approvals.empty() && open.approvals.size() <= kMostApprovals) {
    const PersonId person = approvals.fixed<PersonId>();
    open.approvals.emplace_back(person, decode_approval(approvals));
  }
  if (!approvals.finish().ok() || open.approvals.empty()) in.fail(CodecError::kMalformed);
  return open;
}

void encode(Writer& out, const Objections& objections) {
  out.vector([&](Writer& inner) {
    for (const auto& [person, objection] : objections)
      inner.raw(person).text(objection.reason).u64(static_cast<uint64_t>(objection.at.ms));
  });
}

Objections decode_objections(Reader& in) {
  Objections out;
  Reader inner = in.vector();
  while (!inner.empty() && out.size() <= kMostObjections) {
    const PersonId person = inner.fixed<PersonId>();
    Objection objection;
    objection.reason = inner.text(kMostNoteBytes);
    objection.at.ms = static_cast<int64_t>(inner.u64());
    out.emplace(person, std::move(objection));
  }
  if (!inner.finish().ok()) in.fail(CodecError::kMalformed);
  return out;
}

void Roster::save_change(const ChangeId& id, Rows& rows) const {
  Writer out;
  encode(out, changes_.at(id));
  rows.put(kChangeRows, row_key(id_, id.view()), out.view());
}

void Roster::erase_change(const ChangeId& id, Rows& rows) {
  changes_.erase(id);
  rows.erase(kChangeRows, row_key(id_, id.view()));
}

void Roster::save_objections(const RequestId& id, Rows& rows) const {
  Writer out;
  encode(out, objections_.at(id));
  rows.put(kObjectionRows, row_key(id_, id.view()), out.view());
}

void Roster::fold_change(const Court& court, const Author& author, const Event& event, Rows& rows) {
  auto body = decode_change_proposed(event.body);
  if (!body.ok() || body->approval.leaf != author.leaf.value || changes_.size() >= kMostOpenChanges) return;
  const ChangeId id = change_id(body->change);
  const auto mine =
      std::ranges::count_if(changes_, [&](const auto& item) { return item.second.by() == author.person; });
  if (changes_.contains(id) || static_cast<size_t>(mine) >= kMostOpenByProposer) return;
  if (!policy_changed(court, body->change).ok() || !has_a_say(court, body->change, author.person)) return;
  if (!approval_holds(court, ChangeAction{body->change}, body->approval)) return;
  changes_[id] = {std::move(body->change), event.at, {{author.person, std::move(body->approval)}}};
  save_change(id, rows);
}

void Roster::fold_change_approved(const Court& court, const Author& author, const Event& event, Rows& rows) {
  auto body = decode_change_approved(event.body);
  if (!body.ok() || body->approval.leaf != author.leaf.value) return;
  const auto at = changes_.find(body->change);
  if (at == changes_.end() || at->second.has_approval_of(author.person) ||
      at->second.approvals.size() >= kMostApprovals || !has_a_say(court, at->second.change, author.person))
    return;
  if (!approval_holds(court, ChangeAction{at->second.change}, body->approval)) return;
  at->second.approvals.emplace_back(author.person, std::move(body->approval));
  save_change(body->change, rows);
}

// By who proposed it, or by an organizer.
void Roster::fold_change_rejected(const Court& court, const Author& author, const Event& event, Rows& rows) {
  const auto id = decode_rejected(event.body);
  if (!id.ok()) return;
  const auto at = changes_.find(*id);
  if (at == changes_.end()) return;
  if (at->second.by() == author.person || court.policy.is_organizer(author.person)) erase_change(*id, rows);
}

// What was made, can be made no more, or has lost its proposer goes.
void Roster::settle_changes(const Court& now, Rows& rows) {
  std::vector<ChangeId> over;
  for (const auto& [id, open] : changes_) {
    const bool stands = now.is_present(open.by()) && policy_changed(now, open.change).ok() &&
                        open.approvals.front().second.last_epoch >= now.group.epoch();
    if (!stands) over.push_back(id);
  }
  for (const ChangeId& id : over) erase_change(id, rows);
}

bool Roster::fold_objection(const Author& author, const Event& event, Rows& rows) {
  auto body = decode_objected(event.body);
  if (!body.ok() || !requests_.contains(body->request)) return false;
  Objections& all = objections_[body->request];
  if (all.size() >= kMostObjections && !all.contains(author.person)) return false;
  all[author.person] = {std::move(body->reason), event.at};
  save_objections(body->request, rows);
  return true;
}

void encode(Writer& out, const FromPorch& from) {
  out.raw(from.person).u64(static_cast<uint64_t>(from.since.ms));
}

FromPorch decode_from_porch(Reader& in) {
  FromPorch from;
  from.person = in.fixed<PersonId>();
  from.since.ms = static_cast<int64_t>(in.u64());
  return from;
}

void Roster::save_from_porch(const RequestId& id, Rows& rows) const {
  Writer out;
  encode(out, from_porch_.at(id));
  rows.put(kFromPorchRows, row_key(id_, id.view()), out.view());
}

// Her sponsor says it once.
void Roster::set_answer_at(const RequestId& id, std::string relay, Rows& rows) {
  rows.put(kAnswerAtRows, row_key(id_, id.view()), view_of(relay));
  answer_at_[id] = std::move(relay);
}

bool Roster::fold_answer_at(const Author& author, const Event& event, Rows& rows) {
  auto body = decode_answer_at(event.body);
  if (!body.ok()) return false;
  const auto at = requests_.find(body->request);
  if (at == requests_.end() || at->second.sponsor != author.person) return false;
  set_answer_at(body->request, std::move(body->relay), rows);
  return false;
}

void Roster::answers_stay_at(const std::string& relay, Rows& rows) {
  for (const auto& [id, open] : requests_)
    if (!answer_at_.contains(id)) set_answer_at(id, relay, rows);
}

bool Roster::fold_from_porch(const Author& author, const Event& event, Rows& rows) {
  const auto body = decode_request_from_porch(event.body);
  if (!body.ok()) return false;
  const auto at = requests_.find(body->request);
  if (at == requests_.end() || at->second.sponsor != author.person) return false;
  if (!from_porch_.emplace(body->request, body->from).second) return false;
  save_from_porch(body->request, rows);
  return true;
}

}  // namespace homeward::group
