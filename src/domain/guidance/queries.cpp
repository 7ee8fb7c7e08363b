#include "domain/guidance/queries.h"

#include "codec/codec.h"

namespace homeward::domain::guidance {
namespace {

std::optional<WithdrawalRow> decode_withdrawal_row(BytesView key, BytesView value) {
  WithdrawalRow out;
  out.article = ArticleId::from(key.last(ArticleId::kSize));
  Reader in(value);
  out.place.epoch = in.u64();
  out.place.number = in.u64();
  out.author = in.fixed<Author>();
  out.at.ms = static_cast<int64_t>(in.u64());
  out.from_file = in.u8() != 0;
  if (!in.finish().ok()) return std::nullopt;
  return out;
}

}  // namespace

ArticleState state_on(Date today, const RevisionRow& revision, bool is_withdrawn) {
  if (is_withdrawn) return ArticleState::kWithdrawn;
  if (today < revision.valid_from) return ArticleState::kNotYet;
  return today > revision.check_by ? ArticleState::kStale : ArticleState::kCurrent;
}

Listing list(Rows& rows, const GroupKey& group, const Filter& filter, size_t limit) {
  std::vector<Card> cards;
  rows.scan(kCardSpace, prefix_range(group), [&](BytesView, BytesView value) {
    std::optional<Card> card = decode_card(value);
    if (card && fits(filter, card->audiences, card->situations, card->withdrawn))
      cards.push_back(std::move(*card));
    return true;
  });
  std::ranges::sort(cards, [](const Card& a, const Card& b) { return a.newest.place > b.newest.place; });
  Listing out;
  out.total = cards.size();
  for (size_t i = 0; i < std::min(limit, cards.size()); ++i)
    out.articles.push_back({std::move(cards[i]), ""});
  return out;
}

Listing search(Rows& rows, words::Analyzer& analyzer, const GroupKey& group, std::string_view query,
               const Filter& filter, size_t limit) {
  const Findings found = index::find(rows, analyzer, group, query, filter);
  Listing out;
  out.total = found.documents.size();
  for (size_t i = 0; i < std::min(limit, found.documents.size()); ++i) {
    std::optional<Card> card = card_of(rows, group, found.documents[i].article);
    if (!card) continue;
    std::string where;
    if (const std::optional<WholeStatement> whole = statement_at(rows, group, card->newest.place))
      if (const auto* text = std::get_if<Revision>(&whole->statement))
        where = index::snippet(text->content, found.terms);
    out.articles.push_back({std::move(*card), std::move(where)});
  }
  return out;
}

std::vector<RevisionRow> revisions(Rows& rows, const GroupKey& group, const ArticleId& article) {
  std::vector<RevisionRow> out;
  rows.scan(kRevisionSpace, prefix_range(article_key(group, article)), [&](BytesView key, BytesView value) {
    if (const auto row = decode_revision_row(key, value)) out.push_back(*row);
    return true;
  });
  return out;
}

std::optional<RevisionRow> revision(Rows& rows, const GroupKey& group, const ArticleId& article,
                                    uint32_t index) {
  const Bytes key = revision_key(group, article, index);
  const std::optional<Bytes> row = rows.get(kRevisionSpace, key);
  return row ? decode_revision_row(key, *row) : std::nullopt;
}

std::optional<WholeStatement> statement_at(Rows& rows, const GroupKey& group, const Place& place) {
  std::optional<WholeStatement> out;
  kLog.at(rows, group, place, [&](const Context&, const Event& event) {
    std::optional<Signed> bytes;
    if (event.kind == kPublishedKind) {
      if (Result<Published> published = decode_published(event.body); published.ok())
        bytes = std::move(published->revision);
    } else if (event.kind == kImportedKind || event.kind == kWithdrawnKind) {
      if (Result<Signed> read = decode_signed(event.body); read.ok()) bytes = std::move(*read);
    }
    if (!bytes) return false;
    Result<Statement> statement = decode_statement(bytes->statement);
    if (statement.ok()) out = WholeStatement{std::move(*bytes), std::move(*statement)};
    return false;
  });
  return out;
}

std::vector<OpinionRow> opinions(Rows& rows, const GroupKey& group, const ArticleId& article) {
  std::vector<OpinionRow> out;
  rows.scan(kOpinionSpace, prefix_range(article_key(group, article)), [&](BytesView key, BytesView value) {
    OpinionRow row;
    Reader place(key.last(4 + Author::kSize));
    row.index = place.u32();
    row.author = place.fixed<Author>();
    Reader in(value);
    row.agrees = in.u8() == 1;
    row.at.ms = static_cast<int64_t>(in.u64());
    row.text = in.text(kMostTextBytes);
    if (in.finish().ok()) out.push_back(std::move(row));
    return true;
  });
  return out;
}

std::optional<WithdrawalRow> withdrawal(Rows& rows, const GroupKey& group, const ArticleId& article) {
  const Bytes key = article_key(group, article);
  const std::optional<Bytes> row = rows.get(kWithdrawalSpace, key);
  return row ? decode_withdrawal_row(key, *row) : std::nullopt;
}

std::vector<WithdrawalRow> withdrawals(Rows& rows, const GroupKey& group) {
  std::vector<WithdrawalRow> out;
  rows.scan(kWithdrawalSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    if (const auto row = decode_withdrawal_row(key, value)) out.push_back(*row);
    return true;
  });
  return out;
}

std::vector<OpenProposal> open_proposals(Rows& rows, const GroupKey& group) {
  std::vector<std::pair<Place, Ref>> open;
  rows.scan(kProposalSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    const std::optional<ProposalRow> row = decode_proposal_row(value);
    if (row && row->state == ProposalState::kOpen)
      open.emplace_back(row->place, Ref::from(key.last(Ref::kSize)));
    return true;
  });
  std::ranges::sort(open);
  std::vector<OpenProposal> out;
  for (const auto& [place, ref] : open) {
    kLog.at(rows, group, place, [&](const Context&, const Event& event) {
      if (Result<Proposed> proposed = decode_proposed(event.body); proposed.ok())
        out.push_back({ref, event.at, std::move(*proposed)});
      return false;
    });
  }
  return out;
}

std::vector<SignerClaim> signer_claims(Rows& rows, const GroupKey& group, const Signer& signer) {
  std::vector<SignerClaim> out;
  Bytes prefix = copy_of(group);
  append(prefix, signer);
  rows.scan(kSignerSpace, prefix_range(prefix), [&](BytesView key, BytesView value) {
    if (value.size() == Signature::kSize)
      out.push_back({Author::from(key.last(Author::kSize)), Signature::from(value)});
    return true;
  });
  return out;
}

}  // namespace homeward::domain::guidance
