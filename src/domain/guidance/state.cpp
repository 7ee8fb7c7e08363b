#include "domain/guidance/state.h"

#include "codec/codec.h"

namespace homeward::domain::guidance {
namespace {

Bytes ref_key(const GroupKey& group, const Ref& ref) {
  Bytes key = copy_of(group);
  append(key, ref);
  return key;
}

void write_place(Writer& out, const Place& place) { out.u64(place.epoch).u64(place.number); }
Place read_place(Reader& in) {
  Place place;
  place.epoch = in.u64();
  place.number = in.u64();
  return place;
}

void write(Writer& out, const RevisionRow& row) {
  out.u32(row.index);
  write_place(out, row.place);
  out.raw(row.ref).u64(static_cast<uint64_t>(row.at.ms)).u8(row.from_file ? 1 : 0).u32(row.number);
  out.raw(row.signer).raw(row.signature);
  for (const Date date : {row.valid_from, row.check_by, row.law_date}) out.u32(date.value);
}

RevisionRow read_row(Reader& in) {
  RevisionRow row;
  row.index = in.u32();
  row.place = read_place(in);
  row.ref = in.fixed<Ref>();
  row.at.ms = static_cast<int64_t>(in.u64());
  row.from_file = in.u8() != 0;
  row.number = in.u32();
  row.signer = in.fixed<Signer>();
  row.signature = in.fixed<Signature>();
  for (Date* date : {&row.valid_from, &row.check_by, &row.law_date}) date->value = in.u32();
  return row;
}

template <class Enum>
void write_set(Writer& out, const std::vector<Enum>& values) {
  out.vector([&](Writer& inner) {
    for (const Enum value : values) inner.u8(static_cast<uint8_t>(value));
  });
}
template <class Enum>
std::vector<Enum> read_set(Reader& in) {
  std::vector<Enum> out;
  for (Reader inner = in.vector(); !inner.empty();) out.push_back(static_cast<Enum>(inner.u8()));
  return out;
}

void put_card(Rows& rows, const GroupKey& group, const Card& card) {
  Writer out;
  out.raw(card.article).u32(card.document).u32(card.count);
  write(out, card.newest);
  out.text(card.title).text(card.summary).text(card.language);
  write_set(out, card.audiences);
  write_set(out, card.situations);
  out.u8(card.sample ? 1 : 0).u8(card.withdrawn ? 1 : 0).u32(card.endorsed).u32(card.disagreed);
  rows.put(kCardSpace, article_key(group, card.article), out.view());
}

// Opinions of one revision, counted.
void count_opinions(Rows& rows, const GroupKey& group, Card& card) {
  card.endorsed = card.disagreed = 0;
  rows.scan(kOpinionSpace, prefix_range(revision_key(group, card.article, card.newest.index)),
            [&](BytesView, BytesView value) {
              const bool agrees = !value.empty() && value[0] == 1;
              ++(agrees ? card.endorsed : card.disagreed);
              return true;
            });
}

void put_proposal(Rows& rows, const GroupKey& group, const Ref& ref, const ProposalRow& row) {
  Writer out;
  write_place(out, row.place);
  out.u8(static_cast<uint8_t>(row.state)).text(row.reason);
  out.optional(row.by.has_value(), [&](Writer& inner) { inner.raw(*row.by); });
  rows.put(kProposalSpace, ref_key(group, ref), out.view());
}

bool is_adviser(const Context& context) { return context.author_role == AuthorRole::kAdviser; }

}  // namespace

// --- Rows ---

Bytes article_key(const GroupKey& group, const ArticleId& article) {
  Bytes key = copy_of(group);
  append(key, article);
  return key;
}

Bytes revision_key(const GroupKey& group, const ArticleId& article, uint32_t index) {
  Bytes key = article_key(group, article);
  Writer out;
  out.u32(index);
  append(key, out.view());
  return key;
}

std::optional<RevisionRow> decode_revision_row(BytesView, BytesView value) {
  Reader in(value);
  RevisionRow row = read_row(in);
  if (!in.finish().ok()) return std::nullopt;
  return row;
}

std::optional<Card> decode_card(BytesView value) {
  Reader in(value);
  Card card;
  card.article = in.fixed<ArticleId>();
  card.document = in.u32();
  card.count = in.u32();
  card.newest = read_row(in);
  card.title = in.text(kMostShortBytes);
  card.summary = in.text(kMostTextBytes);
  card.language = in.text(kMostShortBytes);
  card.audiences = read_set<Audience>(in);
  card.situations = read_set<Situation>(in);
  card.sample = in.u8() != 0;
  card.withdrawn = in.u8() != 0;
  card.endorsed = in.u32();
  card.disagreed = in.u32();
  if (!in.finish().ok()) return std::nullopt;
  return card;
}

std::optional<Card> card_of(Rows& rows, const GroupKey& group, const ArticleId& article) {
  const std::optional<Bytes> row = rows.get(kCardSpace, article_key(group, article));
  return row ? decode_card(*row) : std::nullopt;
}

std::optional<ProposalRow> decode_proposal_row(BytesView value) {
  Reader in(value);
  ProposalRow out;
  out.place = read_place(in);
  out.state = static_cast<ProposalState>(in.u8());
  out.reason = in.text(kMostTextBytes);
  if (in.optional()) out.by = in.fixed<Author>();
  if (!in.finish().ok()) return std::nullopt;
  return out;
}

std::optional<ProposalRow> proposal_row(Rows& rows, const GroupKey& group, const Ref& proposal) {
  const std::optional<Bytes> row = rows.get(kProposalSpace, ref_key(group, proposal));
  return row ? decode_proposal_row(*row) : std::nullopt;
}

// --- Fold ---

void State::fold(const Context& context, const Event& event) {
  const bool needs_adviser = event.kind == kPublishedKind || event.kind == kOpinionKind ||
                             event.kind == kWithdrawnKind || event.kind == kImportedKind ||
                             event.kind == kSignerKind;
  if (needs_adviser && !is_adviser(context)) return kRefusedList.note(context, event);
  bool accepted = false;
  switch (event.kind) {
    case kPublishedKind:
      accepted = publish(context, event);
      break;
    case kImportedKind:
      accepted = import(context, event);
      break;
    case kProposedKind:
      accepted = propose(context, event);
      break;
    case kTurnedDownKind:
      accepted = turn_down(context, event);
      break;
    case kOpinionKind:
      accepted = opine(context, event);
      break;
    case kWithdrawnKind:
      accepted = withdraw(context, event);
      break;
    case kSignerKind:
      if (const Result<SignerSaid> said = decode_signer(event.body); said.ok()) {
        Bytes key = copy_of(context.group);
        append(key, said->signer);
        append(key, context.author);
        context.rows.put(kSignerSpace, key, said->signature);
        accepted = true;
      }
      break;
    default:
      break;
  }
  if (accepted) kLog.append(context, event);
}

// The card of the newest revision, its words, and whether it is withdrawn.
void State::refresh(const Context& context, const Revision& newest, Card card) {
  Rows& rows = context.rows;
  const Content& content = newest.content;
  card.title = content.title;
  card.summary = content.summary;
  card.language = content.language;
  card.audiences = content.audiences;
  card.situations = content.situations;
  card.sample = content.sample;
  card.withdrawn = rows.get(kWithdrawalSpace, article_key(context.group, card.article)).has_value();
  count_opinions(rows, context.group, card);
  put_card(rows, context.group, card);
  index::put(rows, analyzer_, context.group, card.document, card.article, content);
  if (card.withdrawn) index::set_withdrawn(rows, context.group, card.document);
}

bool State::add_revision(const Context& context, const Event& event, const Revision& revision,
                         const Signature& signature) {
  Rows& rows = context.rows;
  const Ref ref = ref_of(context.author, event.id);
  if (rows.get(kRefSpace, ref_key(context.group, ref))) return false;
  std::optional<Card> card = card_of(rows, context.group, revision.article);
  const bool is_new = !card.has_value();
  if (is_new) {
    card.emplace();
    card->article = revision.article;
    card->document = index::new_document(rows, context.group);
  }
  RevisionRow row{.index = card->count + 1,
                  .place = context.place,
                  .ref = ref,
                  .at = event.at,
                  .from_file = event.kind == kImportedKind,
                  .number = revision.number,
                  .signer = revision.signer,
                  .signature = signature,
                  .valid_from = revision.valid_from,
                  .check_by = revision.check_by,
                  .law_date = revision.law_date};
  Writer out;
  write(out, row);
  rows.put(kRevisionSpace, revision_key(context.group, revision.article, row.index), out.view());
  Writer by_ref;
  by_ref.raw(revision.article).u32(row.index);
  rows.put(kRefSpace, ref_key(context.group, ref), by_ref.view());

  card->count = row.index;
  const bool is_newest =
      is_new || row.number > card->newest.number || (row.number == card->newest.number && !row.from_file);
  if (is_newest) {
    card->newest = row;
    refresh(context, revision, *card);
  } else {
    put_card(rows, context.group, *card);
  }
  return true;
}

bool State::publish(const Context& context, const Event& event) {
  const Result<Published> published = decode_published(event.body);
  if (!published) return false;
  const Result<Statement> statement = decode_statement(published->revision.statement);
  const auto* revision = statement.ok() ? std::get_if<Revision>(&*statement) : nullptr;
  if (revision == nullptr) return false;
  // A number far ahead would keep every later revision from being the newest.
  const std::optional<Card> card = card_of(context.rows, context.group, revision->article);
  if (revision->number > (card ? card->newest.number : 0) + 1) return false;
  if (!add_revision(context, event, *revision, published->revision.signature)) return false;
  if (published->proposal) {
    std::optional<ProposalRow> proposal = proposal_row(context.rows, context.group, *published->proposal);
    if (proposal && proposal->state == ProposalState::kOpen) {
      proposal->state = ProposalState::kTakenIn;
      proposal->by = context.author;
      put_proposal(context.rows, context.group, *published->proposal, *proposal);
    }
  }
  return true;
}

bool State::import(const Context& context, const Event& event) {
  const Result<Signed> imported = decode_signed(event.body);
  if (!imported) return false;
  const Result<Statement> statement = decode_statement(imported->statement);
  if (!statement) return false;
  if (const auto* withdrawal = std::get_if<Withdrawal>(&*statement)) {
    if (context.rows.get(kWithdrawalSpace, article_key(context.group, withdrawal->article))) return false;
    add_withdrawal(context, event, *withdrawal);
    return true;
  }
  const auto& revision = std::get<Revision>(*statement);
  bool is_known = false;
  context.rows.scan(kRevisionSpace, prefix_range(article_key(context.group, revision.article)),
                    [&](BytesView key, BytesView value) {
                      const std::optional<RevisionRow> row = decode_revision_row(key, value);
                      is_known = row && row->signature == imported->signature;
                      return !is_known;
                    });
  return !is_known && add_revision(context, event, revision, imported->signature);
}

bool State::propose(const Context& context, const Event& event) {
  const Result<Proposed> proposed = decode_proposed(event.body);
  if (!proposed) return false;
  if (proposed->article && !card_of(context.rows, context.group, *proposed->article)) return false;
  const Ref ref = ref_of(context.author, event.id);
  if (proposal_row(context.rows, context.group, ref)) return false;
  put_proposal(context.rows, context.group, ref,
               {.place = context.place, .state = ProposalState::kOpen, .reason = "", .by = std::nullopt});
  return true;
}

bool State::turn_down(const Context& context, const Event& event) {
  const Result<TurnedDown> turned = decode_turned_down(event.body);
  if (!turned) return false;
  if (!is_adviser(context) && author_of(turned->proposal) != context.author) {
    kRefusedList.note(context, event);
    return false;
  }
  std::optional<ProposalRow> proposal = proposal_row(context.rows, context.group, turned->proposal);
  if (!proposal || proposal->state != ProposalState::kOpen) return false;
  proposal->state = ProposalState::kTurnedDown;
  proposal->reason = turned->reason;
  proposal->by = context.author;
  put_proposal(context.rows, context.group, turned->proposal, *proposal);
  return true;
}

bool State::opine(const Context& context, const Event& event) {
  const Result<Opinion> opinion = decode_opinion(event.body);
  if (!opinion || author_of(opinion->revision) == context.author) return false;
  Rows& rows = context.rows;
  const std::optional<Bytes> where = rows.get(kRefSpace, ref_key(context.group, opinion->revision));
  if (!where) return false;
  Reader in(*where);
  if (in.fixed<ArticleId>() != opinion->article) return false;
  const uint32_t index = in.u32();
  Bytes key = revision_key(context.group, opinion->article, index);
  append(key, context.author);
  Writer out;
  out.u8(opinion->agrees ? 1 : 0).u64(static_cast<uint64_t>(event.at.ms)).text(opinion->text);
  rows.put(kOpinionSpace, key, out.view());
  if (std::optional<Card> card = card_of(rows, context.group, opinion->article)) {
    count_opinions(rows, context.group, *card);
    put_card(rows, context.group, *card);
  }
  return true;
}

void State::add_withdrawal(const Context& context, const Event& event, const Withdrawal& withdrawal) {
  Rows& rows = context.rows;
  Writer out;
  write_place(out, context.place);
  out.raw(context.author).u64(static_cast<uint64_t>(event.at.ms)).u8(event.kind == kImportedKind ? 1 : 0);
  rows.put(kWithdrawalSpace, article_key(context.group, withdrawal.article), out.view());
  if (std::optional<Card> card = card_of(rows, context.group, withdrawal.article)) {
    card->withdrawn = true;
    put_card(rows, context.group, *card);
    index::set_withdrawn(rows, context.group, card->document);
  }
}

// A later one of this group takes the earlier one's place, so that a reason or a replacement can be added.
bool State::withdraw(const Context& context, const Event& event) {
  const Result<Signed> signed_one = decode_signed(event.body);
  if (!signed_one) return false;
  const Result<Statement> statement = decode_statement(signed_one->statement);
  const auto* withdrawal = statement.ok() ? std::get_if<Withdrawal>(&*statement) : nullptr;
  if (withdrawal == nullptr) return false;
  add_withdrawal(context, event, *withdrawal);
  return true;
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget(Rows& rows, const GroupKey& group) {
  kLog.forget(rows, group);
  kRefusedList.forget(rows, group);
  for (const Space space :
       {kCardSpace, kRevisionSpace, kRefSpace, kOpinionSpace, kWithdrawalSpace, kProposalSpace, kSignerSpace})
    rows.erase_range(space, prefix_range(group));
  index::forget(rows, group);
}

}  // namespace homeward::domain::guidance
