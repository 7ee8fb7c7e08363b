// Guidance, what the page asks.
#pragma once

#include "domain/guidance/state.h"

namespace homeward::domain::guidance {

enum class ArticleState : uint8_t { kCurrent = 1, kNotYet, kStale, kWithdrawn };
// Withdrawn beats all; a day before `valid_from` it is not yet valid; the day after `check_by` it is stale.
ArticleState state_on(Date today, const RevisionRow& revision, bool is_withdrawn);

struct Listed {
  Card card;
  std::string snippet;  // where the query was found; may be empty
};
struct Listing {
  std::vector<Listed> articles;
  size_t total = 0;  // also beyond the limit
};
// Newest first.
Listing list(Rows& rows, const GroupKey& group, const Filter& filter, size_t limit);
// Best first; a query without a word in it finds nothing.
Listing search(Rows& rows, words::Analyzer& analyzer, const GroupKey& group, std::string_view query,
               const Filter& filter, size_t limit);

std::vector<RevisionRow> revisions(Rows& rows, const GroupKey& group, const ArticleId& article);
std::optional<RevisionRow> revision(Rows& rows, const GroupKey& group, const ArticleId& article,
                                    uint32_t index);
// The statement of an event of the log that carries one, with its bytes as they were signed.
struct WholeStatement {
  Signed bytes;
  Statement statement;
};
std::optional<WholeStatement> statement_at(Rows& rows, const GroupKey& group, const Place& place);

struct OpinionRow {
  uint32_t index = 1;  // of the revision
  Author author;
  bool agrees = false;
  Instant at;
  std::string text;
  bool operator==(const OpinionRow&) const = default;
};
// Of all revisions of the article.
std::vector<OpinionRow> opinions(Rows& rows, const GroupKey& group, const ArticleId& article);

struct WithdrawalRow {
  ArticleId article;
  Place place;
  Author author;
  Instant at;
  bool from_file = false;
  bool operator==(const WithdrawalRow&) const = default;
};
std::optional<WithdrawalRow> withdrawal(Rows& rows, const GroupKey& group, const ArticleId& article);
std::vector<WithdrawalRow> withdrawals(Rows& rows, const GroupKey& group);

struct OpenProposal {
  Ref ref;
  Instant at;
  Proposed proposed;
};
// Oldest first.
std::vector<OpenProposal> open_proposals(Rows& rows, const GroupKey& group);

// Who says that this key is hers; whether it is, the signature tells.
struct SignerClaim {
  Author author;
  Signature signature;
};
std::vector<SignerClaim> signer_claims(Rows& rows, const GroupKey& group, const Signer& signer);

}  // namespace homeward::domain::guidance
