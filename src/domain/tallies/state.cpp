#include "domain/tallies/state.h"

#include "codec/codec.h"
#include "domain/words/words.h"

namespace homeward::domain::tallies {
namespace {

Bytes report_key(const GroupKey& group, const Ref& id) {
  Bytes key = copy_of(group);
  append(key, id);
  return key;
}

void put(Rows& rows, const GroupKey& group, const KeptReport& kept) {
  Writer out;
  out.u64(kept.place.epoch).u64(kept.place.number).u64(static_cast<uint64_t>(kept.at.ms));
  out.u8(kept.withdrawn ? 1 : 0).text(kept.reason);
  out.optional(kept.corrected_by.has_value(), [&](Writer& some) { some.raw(*kept.corrected_by); });
  out.opaque(encode(kept.said));
  rows.put(kReportSpace, report_key(group, kept.id), out.view());
}

bool fold_report(const Context& context, const Event& event) {
  Result<Report> said = decode_report(event.body);
  if (!said) return false;
  Rows& rows = context.rows;
  const Ref id = ref_of(context.author, event.id);
  if (report(rows, context.group, id)) return false;
  if (said->corrects) {
    std::optional<KeptReport> old = report(rows, context.group, *said->corrects);
    const bool may = old && (old->author() == context.author || context.author_role != AuthorRole::kMember);
    if (old && !may) kRefused.note(context, event);
    if (!may || !old->counts()) return false;
    old->corrected_by = id;
    put(rows, context.group, *old);
  }
  put(rows, context.group,
      {.id = id, .said = std::move(*said), .place = context.place, .at = event.at, .reason = {}});
  Bytes order = copy_of(context.group);
  words::append_place(order, context.place);
  rows.put(kOrderSpace, order, id);
  return true;
}

bool fold_withdrawal(const Context& context, const Event& event) {
  Result<Withdrawal> said = decode_withdrawal(event.body);
  if (!said) return false;
  std::optional<KeptReport> old = report(context.rows, context.group, said->report);
  const bool may = old && (old->author() == context.author || context.author_role == AuthorRole::kOrganizer);
  if (old && !may) kRefused.note(context, event);
  if (!may || old->withdrawn) return false;
  old->withdrawn = true;
  old->reason = std::move(said->reason);
  put(context.rows, context.group, *old);
  return true;
}

}  // namespace

std::optional<KeptReport> report(Rows& rows, const GroupKey& group, const Ref& id) {
  const std::optional<Bytes> row = rows.get(kReportSpace, report_key(group, id));
  if (!row) return std::nullopt;
  Reader reader(*row);
  KeptReport kept;
  kept.id = id;
  kept.place.epoch = reader.u64();
  kept.place.number = reader.u64();
  kept.at.ms = static_cast<int64_t>(reader.u64());
  kept.withdrawn = reader.u8() != 0;
  kept.reason = reader.text(kMostNoteBytes);
  if (reader.optional()) kept.corrected_by = reader.fixed<Ref>();
  Result<Report> said = decode_report(reader.opaque());
  if (!said || !reader.finish().ok()) return std::nullopt;
  kept.said = std::move(*said);
  return kept;
}

bool State::fold(const Context& context, const Event& event) {
  bool accepted = false;
  if (event.kind == kReportKind) accepted = fold_report(context, event);
  if (event.kind == kWithdrawalKind) accepted = fold_withdrawal(context, event);
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
  for (const Space space : {kReportSpace, kOrderSpace}) rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain::tallies
