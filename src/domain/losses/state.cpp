#include "domain/losses/state.h"

#include <algorithm>

#include "domain/losses/rows.h"
#include "domain/words/words.h"

namespace homeward::domain::losses {
namespace {

// The fold of one event.
class Folding {
 public:
  Folding(const Context& context, const Event& event)
      : context_(context), event_(event), ref_(ref_of(context.author, event.id)) {}

  bool records_added(const RecordsAdded& body);
  bool source_added(const SourceAdded& body);
  bool source_judged(const SourceJudged& body);
  bool facts_corrected(const FactsCorrected& body);
  bool names_sealed(const NamesSealed& body);
  bool withdrawn(const Withdrawn& body);
  bool pair_decided(const PairDecided& body);
  bool list_added(const ListAdded& body);
  bool claims_added(const ClaimsAdded& body);
  bool verifier_named(const VerifierNamed& body);

  // After the event is in the log: if it was the last piece of its import, everything of that shows.
  void complete(const Piece& piece);

 private:
  Rows& rows() { return context_.rows; }
  const GroupKey& group() const { return context_.group; }
  bool verifies() {
    return context_.author_role != AuthorRole::kMember ||
           is_named_verifier(context_.rows, context_.group, context_.author);
  }
  bool refuse() {
    kRefused.note(context_, event_);
    return false;
  }
  void put(const KeptRecord& record) {
    rows().put(kRecordSpace, group_key(group(), record.id), encode_record(record));
  }
  void put(const KeptList& list) { rows().put(kListSpace, group_key(group(), list.id), encode_list(list)); }
  void put(const KeptClaim& claim) {
    rows().put(kClaimSpace, claim_key(group(), claim.event, claim.number), encode_claim(claim));
  }
  void tell(const RecordId& record, const Place& place, uint16_t kind) {
    Writer value;
    value.u16(kind);
    rows().put(kHistorySpace, record_place_key(group(), record, place), value.view());
  }
  void tell(const RecordId& record) { tell(record, context_.place, event_.kind); }

  bool take_piece(const Piece& piece, bool single);
  void show_records(const Context& context, const Event& event, const RecordsAdded& body);
  void show_claims(const Context& context, const Event& event, const ClaimsAdded& body);
  bool withdraw_record(const RecordId& id, const Withdrawn& body);
  bool withdraw_list(const Withdrawn& body);
  bool withdraw_claim(const Ref& event, uint32_t number, const Withdrawn& body);
  bool withdraw_import(const Withdrawn& body);
  void withdraw_piece(const KeptPiece& piece, const Withdrawn& body);

  const Context& context_;
  const Event& event_;
  const Ref ref_;
};

// --- Records, claims and the pieces that they come in ---

bool Folding::take_piece(const Piece& piece, bool single) {
  if (!verifies() && !(single && piece.of == 1)) return refuse();
  const Bytes key = piece_key(group(), context_.author, piece);
  if (rows().get(kPieceSpace, key)) return false;
  for (const KeptPiece& other : pieces(rows(), group(), context_.author, piece.import))
    if (other.kind != event_.kind || other.of != piece.of) return false;
  rows().put(kPieceSpace, key,
             encode_piece({.kind = event_.kind, .of = piece.of, .place = context_.place, .event = ref_}));
  return true;
}

bool Folding::records_added(const RecordsAdded& body) {
  return take_piece(body.piece, body.records.size() == 1);
}

bool Folding::claims_added(const ClaimsAdded& body) {
  if (body.replaces) {
    std::optional<KeptClaim> old = claim(rows(), group(), *body.replaces, body.replaces_number);
    if (!old || !old->counts()) return false;
    if (author_of(old->event) != context_.author && !verifies()) return refuse();
    if (!take_piece(body.piece, true)) return false;
    old->replaced = true;
    put(*old);
    return true;
  }
  return take_piece(body.piece, body.claims.size() == 1);
}

void Folding::complete(const Piece& piece) {
  const std::vector<KeptPiece> all = pieces(rows(), group(), context_.author, piece.import);
  if (all.size() != piece.of) return;
  for (const KeptPiece& one : all) {
    kLog.at(rows(), group(), one.place, [&](const Context& context, const Event& event) {
      if (event.kind == kRecordsAdded) {
        if (const auto body = decode<RecordsAdded>(event.body)) show_records(context, event, *body);
      } else if (const auto body = decode<ClaimsAdded>(event.body)) {
        show_claims(context, event, *body);
      }
      return true;
    });
  }
}

void Folding::show_records(const Context& context, const Event& event, const RecordsAdded& body) {
  const Ref batch = ref_of(context.author, event.id);
  const bool checked =
      context.author_role != AuthorRole::kMember || is_named_verifier(rows(), group(), context.author);
  rows().put(kBatchSpace, group_key(group(), batch),
             encode_batch({.piece = body.piece,
                           .place = context.place,
                           .sealed_place = context.place,
                           .sealed_by = context.author,
                           .records = static_cast<uint32_t>(body.records.size()),
                           .has_names = !body.sealed.empty()}));
  uint32_t number = 0;
  for (const NewRecord& said : body.records) {
    KeptRecord record{.id = record_id(batch, number),
                      .open_names = said.open_names,
                      .sources = {},
                      .place = context.place,
                      .at = event.at,
                      .import = std::nullopt,
                      .withdrawn = false,
                      .reason = {}};
    if (body.records.size() > 1 || body.piece.of > 1) record.import = body.piece.import;
    for (const Source& source : said.sources)
      record.sources.push_back({.said = source,
                                .by = context.author,
                                .event = batch,
                                .place = context.place,
                                .checked = checked,
                                .corrected = false});
    put(record);
    Bytes id = copy_of(record.id);
    rows().put(kOrderSpace, order_key(group(), context.place, number), id);
    tell(record.id, context.place, kRecordsAdded);
    ++number;
  }
}

void Folding::show_claims(const Context& context, const Event& event, const ClaimsAdded& body) {
  const Ref ref = ref_of(context.author, event.id);
  uint32_t number = 0;
  for (const Claim& said : body.claims)
    put(KeptClaim{.event = ref,
                  .number = number++,
                  .said = said,
                  .place = context.place,
                  .at = event.at,
                  .withdrawn = false,
                  .reason = {},
                  .replaced = false});
}

// --- Sources ---

bool Folding::source_added(const SourceAdded& body) {
  std::optional<KeptRecord> found = record(rows(), group(), body.record);
  if (!found || found->sources.size() >= kMostSources) return false;
  if (body.source.quotes && *body.source.quotes >= found->sources.size()) return false;
  for (const KeptSource& source : found->sources)
    if (source.event == ref_) return false;
  found->sources.push_back({.said = body.source,
                            .by = context_.author,
                            .event = ref_,
                            .place = context_.place,
                            .checked = verifies(),
                            .corrected = false});
  put(*found);
  tell(body.record);
  return true;
}

bool Folding::source_judged(const SourceJudged& body) {
  std::optional<KeptRecord> found = record(rows(), group(), body.record);
  if (!found || body.source >= found->sources.size()) return false;
  if (!verifies()) return refuse();
  // No ring of quotes.
  for (std::optional<uint16_t> at = body.quotes; at; at = found->sources[*at].said.quotes)
    if (*at >= found->sources.size() || *at == body.source) return false;
  KeptSource& source = found->sources[body.source];
  source.checked = body.counts;
  source.said.quotes = body.quotes;
  put(*found);
  tell(body.record);
  return true;
}

bool Folding::facts_corrected(const FactsCorrected& body) {
  std::optional<KeptRecord> found = record(rows(), group(), body.record);
  if (!found || body.source >= found->sources.size()) return false;
  KeptSource& source = found->sources[body.source];
  const bool verifier = verifies();
  if (source.by != context_.author && !verifier) return refuse();
  source.said.facts = body.facts;
  source.corrected = true;
  // What a verifier has checked was something else.
  if (!verifier) source.checked = false;
  put(*found);
  tell(body.record);
  return true;
}

bool Folding::names_sealed(const NamesSealed& body) {
  std::optional<KeptBatch> found = batch(rows(), group(), body.batch);
  if (!found) return false;
  if (author_of(body.batch) != context_.author && !verifies()) return refuse();
  found->sealed_place = context_.place;
  found->sealed_by = context_.author;
  found->has_names = !body.sealed.empty();
  rows().put(kBatchSpace, group_key(group(), body.batch), encode_batch(*found));
  // For other keys only: nothing that a reader of the record has to know.
  if (!body.reason.empty())
    for (uint32_t number = 0; number < found->records; ++number) tell(record_id(body.batch, number));
  return true;
}

// --- Withdrawals ---

bool Folding::withdraw_record(const RecordId& id, const Withdrawn& body) {
  std::optional<KeptRecord> found = record(rows(), group(), id);
  if (!found || found->withdrawn == body.withdrawn) return false;
  found->withdrawn = body.withdrawn;
  found->reason = body.reason;
  put(*found);
  tell(id);
  return true;
}

bool Folding::withdraw_list(const Withdrawn& body) {
  std::optional<KeptList> found = list(rows(), group(), body.event);
  if (!found || found->withdrawn == body.withdrawn) return false;
  found->withdrawn = body.withdrawn;
  found->reason = body.reason;
  put(*found);
  return true;
}

bool Folding::withdraw_claim(const Ref& event, uint32_t number, const Withdrawn& body) {
  std::optional<KeptClaim> found = claim(rows(), group(), event, number);
  if (!found || found->withdrawn == body.withdrawn) return false;
  found->withdrawn = body.withdrawn;
  found->reason = body.reason;
  put(*found);
  return true;
}

void Folding::withdraw_piece(const KeptPiece& piece, const Withdrawn& body) {
  if (piece.kind == kRecordsAdded) {
    const std::optional<KeptBatch> found = batch(rows(), group(), piece.event);
    for (uint32_t number = 0; found && number < found->records; ++number)
      withdraw_record(record_id(piece.event, number), body);
    return;
  }
  for (uint32_t number = 0; claim(rows(), group(), piece.event, number); ++number)
    withdraw_claim(piece.event, number, body);
}

bool Folding::withdraw_import(const Withdrawn& body) {
  const auto import = ImportId::from(body.event.view().last(ImportId::kSize));
  const std::vector<KeptPiece> all = pieces(rows(), group(), author_of(body.event), import);
  if (all.empty() || all.size() != all.front().of) return false;
  for (const KeptPiece& piece : all) withdraw_piece(piece, body);
  return true;
}

bool Folding::withdrawn(const Withdrawn& body) {
  const bool may = verifies() || (body.withdrawn && author_of(body.event) == context_.author);
  if (!may) return refuse();
  switch (body.kind) {
    case Withdrawn::Kind::kRecord:
      return withdraw_record(record_id(body.event, body.number), body);
    case Withdrawn::Kind::kList:
      return withdraw_list(body);
    case Withdrawn::Kind::kClaim:
      return withdraw_claim(body.event, body.number, body);
    default:
      return withdraw_import(body);
  }
}

// --- Pairs ---

bool Folding::pair_decided(const PairDecided& body) {
  if (!record(rows(), group(), body.a) || !record(rows(), group(), body.b)) return false;
  if (!verifies()) return refuse();
  Bytes key = pair_prefix(group(), {body.a, body.b});
  append(key, context_.author);
  if (body.verdict == Verdict::kNone) {
    if (!rows().get(kDecisionSpace, key)) return false;
    rows().erase(kDecisionSpace, key);
  } else {
    rows().put(kDecisionSpace, key,
               encode_word({.by = context_.author,
                            .verdict = body.verdict,
                            .permille = body.permille,
                            .place = context_.place,
                            .at = event_.at,
                            .reason = body.reason}));
  }
  tell(body.a);
  tell(body.b);
  return true;
}

// --- Lists ---

bool Folding::list_added(const ListAdded& body) {
  if (!verifies()) return refuse();
  if (list(rows(), group(), ref_)) return false;
  if (body.same_men_as && !list(rows(), group(), *body.same_men_as)) return false;
  if (body.replaces) {
    std::optional<KeptList> old = list(rows(), group(), *body.replaces);
    if (!old || !old->counts()) return false;
    old->replaced_by = ref_;
    put(*old);
  }
  put(KeptList{.id = ref_,
               .said = body,
               .place = context_.place,
               .at = event_.at,
               .withdrawn = false,
               .reason = {},
               .replaced_by = std::nullopt});
  return true;
}

// --- Verifiers ---

bool Folding::verifier_named(const VerifierNamed& body) {
  if (context_.author_role != AuthorRole::kOrganizer) return refuse();
  if (is_named_verifier(rows(), group(), body.person) == body.verifies) return false;
  const Bytes key = group_key(group(), body.person);
  if (body.verifies) {
    rows().put(kVerifierSpace, key, {});
  } else {
    rows().erase(kVerifierSpace, key);
  }
  return true;
}

template <class Body>
bool run(Folding& folding, bool (Folding::*act)(const Body&), const Event& event) {
  const Result<Body> body = decode<Body>(event.body);
  return body.ok() && (folding.*act)(*body);
}

// The same; what comes in pieces shows when the last of them is in the log.
template <class Body>
bool run_piece(Folding& folding, bool (Folding::*act)(const Body&), const Context& context,
               const Event& event) {
  const Result<Body> body = decode<Body>(event.body);
  if (!body.ok() || !(folding.*act)(*body)) return false;
  kLog.append(context, event);
  folding.complete(body->piece);
  return true;
}

}  // namespace

// --- What is kept ---

std::set<std::string> voices(std::span<const KeptSource> sources) {
  std::set<std::string> out;
  for (const KeptSource& source : sources) {
    if (!source.checked) continue;
    const KeptSource* origin = &source;
    // There are no rings; the count of steps is for rows that somebody damaged.
    for (size_t steps = 0; origin->said.quotes && steps < sources.size(); ++steps) {
      if (*origin->said.quotes >= sources.size()) break;
      origin = &sources[*origin->said.quotes];
    }
    out.insert(plain_key(origin->said.publisher));
  }
  return out;
}

std::optional<Span> earliest(std::span<const KeptSource> sources) {
  std::optional<Span> out;
  for (const KeptSource& source : sources) {
    if (!source.said.date) continue;
    const Span& date = *source.said.date;
    if (!out || date.first < out->first || (date.first == out->first && date.last < out->last)) out = date;
  }
  return out;
}

Agreed KeptRecord::agreed() const {
  std::vector<Facts> facts;
  for (const KeptSource& source : sources) facts.push_back(source.said.facts);
  return agree(facts);
}

size_t KeptRecord::independent() const { return voices(sources).size(); }

std::optional<Span> KeptRecord::known() const { return earliest(sources); }

bool State::fold(const Context& context, const Event& event) {
  Folding folding(context, event);
  bool accepted = false;
  switch (event.kind) {
    case kRecordsAdded:
      return run_piece(folding, &Folding::records_added, context, event);
    case kClaimsAdded:
      return run_piece(folding, &Folding::claims_added, context, event);
    case kSourceAdded:
      accepted = run(folding, &Folding::source_added, event);
      break;
    case kSourceJudged:
      accepted = run(folding, &Folding::source_judged, event);
      break;
    case kFactsCorrected:
      accepted = run(folding, &Folding::facts_corrected, event);
      break;
    case kNamesSealed:
      accepted = run(folding, &Folding::names_sealed, event);
      break;
    case kWithdrawn:
      accepted = run(folding, &Folding::withdrawn, event);
      break;
    case kPairDecided:
      accepted = run(folding, &Folding::pair_decided, event);
      break;
    case kListAdded:
      accepted = run(folding, &Folding::list_added, event);
      break;
    case kVerifierNamed:
      accepted = run(folding, &Folding::verifier_named, event);
      break;
    default:
      break;
  }
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
  for (Space space = kRecordSpace; space <= kVerifierSpace; ++space)
    rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain::losses
