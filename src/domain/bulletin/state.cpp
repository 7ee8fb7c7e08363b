#include "domain/bulletin/state.h"

#include <algorithm>

#include "codec/codec.h"
#include "domain/words/words.h"

namespace homeward::domain::bulletin {
namespace {

Bytes key_of(const GroupKey& group, const Ref& id) {
  Bytes key = copy_of(group);
  append(key, id);
  return key;
}

Bytes order_key(const GroupKey& group, const Place& place) {
  Bytes key = copy_of(group);
  words::append_place(key, place);
  return key;
}

Bytes number_key(const GroupKey& group, size_t number) {
  Writer key;
  key.raw(group).u32(static_cast<uint32_t>(number));
  return key.take();
}

void put(Rows& rows, const GroupKey& group, const KeptStatement& kept) {
  Writer out;
  out.u64(kept.place.epoch).u64(kept.place.number).u64(static_cast<uint64_t>(kept.at.ms));
  out.u8(kept.consented ? 1 : 0).u8(kept.taken_back ? 1 : 0).opaque(encode(kept.said));
  rows.put(kStatementSpace, key_of(group, kept.id), out.view());
}

void put(Rows& rows, const GroupKey& group, const KeptDraft& kept) {
  Writer out;
  out.u64(kept.place.epoch).u64(kept.place.number).u64(static_cast<uint64_t>(kept.at.ms));
  out.vector([&](Writer& all) {
    for (const Author& one : kept.approved_by) all.raw(one);
  });
  out.optional(kept.approved.has_value(),
               [&](Writer& some) { some.u64(kept.approved->epoch).u64(kept.approved->number); });
  out.u8(kept.discarded ? 1 : 0).text(kept.reason).opaque(encode(kept.said));
  rows.put(kDraftSpace, key_of(group, kept.id), out.view());
}

// The fold of one event.
class Folding {
 public:
  Folding(const Context& context, const Event& event) : context_(context), event_(event) {}

  bool statement_made(Statement&& said);
  bool consent(const Consent& said);
  bool taken_back(const TakenBack& said);
  bool draft_made(Draft&& said);
  bool approval(const Approval& said);
  bool discarded(Discarded&& said);

 private:
  Rows& rows() { return context_.rows; }
  const GroupKey& group() const { return context_.group; }
  bool is_organizer() const { return context_.author_role == AuthorRole::kOrganizer; }
  bool refuse() {
    kRefused.note(context_, event_);
    return false;
  }

  const Context& context_;
  const Event& event_;
};

bool Folding::statement_made(Statement&& said) {
  const Ref id = ref_of(context_.author, event_.id);
  if (statement(rows(), group(), id)) return false;
  const bool own = said.speaker == context_.author;
  put(rows(), group(),
      KeptStatement{
          .id = id, .said = std::move(said), .place = context_.place, .at = event_.at, .consented = own});
  rows().put(kStatementOrderSpace, order_key(group(), context_.place), id);
  return true;
}

bool Folding::consent(const Consent& said) {
  std::optional<KeptStatement> kept = statement(rows(), group(), said.statement);
  if (!kept) return false;
  if (kept->said.speaker != context_.author) return refuse();
  if (kept->consented || kept->taken_back) return false;
  if (kept->said.text != said.text || kept->said.attribution != said.attribution) return false;
  kept->consented = true;
  put(rows(), group(), *kept);
  return true;
}

bool Folding::taken_back(const TakenBack& said) {
  std::optional<KeptStatement> kept = statement(rows(), group(), said.statement);
  if (!kept) return false;
  if (kept->said.speaker != context_.author && kept->author() != context_.author) return refuse();
  if (kept->taken_back) return false;
  kept->taken_back = true;
  put(rows(), group(), *kept);
  return true;
}

bool Folding::draft_made(Draft&& said) {
  if (!is_organizer()) return refuse();
  const Ref id = ref_of(context_.author, event_.id);
  if (draft(rows(), group(), id)) return false;
  const std::vector<Ref> earlier = approved(rows(), group());
  if (said.earlier != earlier) return false;
  if (!earlier.empty()) {
    // One threshold for all, and time goes forward: what is left out is worked out over all of them.
    const std::optional<KeptDraft> last = draft(rows(), group(), earlier.back());
    if (!last || last->said.threshold != said.threshold || last->said.as_of > said.as_of) return false;
  }
  KeptDraft kept{.id = id, .said = std::move(said), .place = context_.place, .at = event_.at};
  if (standing(rows(), group(), kept) != Standing::kOpen) return false;
  put(rows(), group(), kept);
  rows().put(kDraftOrderSpace, order_key(group(), context_.place), id);
  return true;
}

bool Folding::approval(const Approval& said) {
  if (!is_organizer()) return refuse();
  std::optional<KeptDraft> kept = draft(rows(), group(), said.draft);
  if (!kept || kept->said.digest != said.digest) return false;
  if (standing(rows(), group(), *kept) != Standing::kOpen) return false;
  if (std::ranges::find(kept->approved_by, context_.author) != kept->approved_by.end()) return false;
  kept->approved_by.push_back(context_.author);
  if (kept->approved_by.size() == kApprovals) {
    kept->approved = context_.place;
    rows().put(kApprovedSpace, number_key(group(), kept->said.earlier.size()), kept->id);
  }
  put(rows(), group(), *kept);
  return true;
}

bool Folding::discarded(Discarded&& said) {
  if (!is_organizer()) return refuse();
  std::optional<KeptDraft> kept = draft(rows(), group(), said.draft);
  if (!kept || kept->discarded || kept->is_bulletin()) return false;
  kept->discarded = true;
  kept->reason = std::move(said.reason);
  put(rows(), group(), *kept);
  return true;
}

template <class Body, class Fold>
bool with(Result<Body> body, const Fold& fold) {
  return body.ok() && fold(std::move(body).value());
}

}  // namespace

std::optional<KeptStatement> statement(Rows& rows, const GroupKey& group, const Ref& id) {
  const std::optional<Bytes> row = rows.get(kStatementSpace, key_of(group, id));
  if (!row) return std::nullopt;
  Reader reader(*row);
  KeptStatement kept;
  kept.id = id;
  kept.place.epoch = reader.u64();
  kept.place.number = reader.u64();
  kept.at.ms = static_cast<int64_t>(reader.u64());
  kept.consented = reader.u8() != 0;
  kept.taken_back = reader.u8() != 0;
  Result<Statement> said = decode_statement(reader.opaque());
  if (!said || !reader.finish().ok()) return std::nullopt;
  kept.said = std::move(*said);
  return kept;
}

std::optional<KeptDraft> draft(Rows& rows, const GroupKey& group, const Ref& id) {
  const std::optional<Bytes> row = rows.get(kDraftSpace, key_of(group, id));
  if (!row) return std::nullopt;
  Reader reader(*row);
  KeptDraft kept;
  kept.id = id;
  kept.place.epoch = reader.u64();
  kept.place.number = reader.u64();
  kept.at.ms = static_cast<int64_t>(reader.u64());
  Reader all = reader.vector(kApprovals * Author::kSize);
  while (!all.empty()) kept.approved_by.push_back(all.fixed<Author>());
  if (reader.optional()) {
    Place place;
    place.epoch = reader.u64();
    place.number = reader.u64();
    kept.approved = place;
  }
  kept.discarded = reader.u8() != 0;
  kept.reason = reader.text(kMostTextBytes);
  Result<Draft> said = decode_draft(reader.opaque());
  if (!said || !reader.finish().ok()) return std::nullopt;
  kept.said = std::move(*said);
  return kept;
}

std::vector<Ref> approved(Rows& rows, const GroupKey& group) {
  std::vector<Ref> out;
  rows.scan(kApprovedSpace, prefix_range(group), [&](BytesView, BytesView value) {
    if (value.size() == Ref::kSize) out.push_back(Ref::from(value));
    return true;
  });
  return out;
}

Standing standing(Rows& rows, const GroupKey& group, const KeptDraft& draft) {
  if (draft.is_bulletin()) return Standing::kBulletin;
  if (draft.discarded) return Standing::kDiscarded;
  if (draft.said.earlier != approved(rows, group)) return Standing::kOvertaken;
  for (const Ref& one : draft.said.statements) {
    const std::optional<KeptStatement> kept = statement(rows, group, one);
    if (!kept || !kept->may_be_printed()) return Standing::kStatementMissing;
  }
  return Standing::kOpen;
}

bool State::fold(const Context& context, const Event& event) {
  Folding folding(context, event);
  bool accepted = false;
  if (event.kind == kStatementKind)
    accepted =
        with(decode_statement(event.body), [&](auto&& it) { return folding.statement_made(std::move(it)); });
  if (event.kind == kConsentKind)
    accepted = with(decode_consent(event.body), [&](auto&& it) { return folding.consent(it); });
  if (event.kind == kTakenBackKind)
    accepted = with(decode_taken_back(event.body), [&](auto&& it) { return folding.taken_back(it); });
  if (event.kind == kDraftKind)
    accepted = with(decode_draft(event.body), [&](auto&& it) { return folding.draft_made(std::move(it)); });
  if (event.kind == kApprovalKind)
    accepted = with(decode_approval(event.body), [&](auto&& it) { return folding.approval(it); });
  if (event.kind == kDiscardedKind)
    accepted =
        with(decode_discarded(event.body), [&](auto&& it) { return folding.discarded(std::move(it)); });
  if (accepted) kLog.append(context, event);
  return accepted;
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget(Rows& rows, const GroupKey& group) {
  kLog.forget(rows, group);
  kRefused.forget(rows, group);
  for (const Space space :
       {kStatementSpace, kDraftSpace, kApprovedSpace, kStatementOrderSpace, kDraftOrderSpace})
    rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain::bulletin
