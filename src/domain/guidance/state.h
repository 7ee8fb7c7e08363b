// Guidance, the fold over the log: articles with their revisions, opinions, withdrawals and proposals.
//
// The revisions of an article are numbered in the group's order from 1 (`index`). Its newest is the one with
// the largest number of its own (one more than the revision it was made from) and, of equal ones, the later
// in the group's order: of two advisers who change the same revision at once the later one stands, and both
// are kept. A revision from a file that is not newer than what is there is kept and is not the newest.
//
// A withdrawal is final and beats every copy of the article whenever it comes, also one that comes after it;
// it is kept for articles that are not there. Who wants the text back publishes another article.
//
// Rows, each key beginning with the group's id (search.h has the others):
//   0x2200  log                                          0x2201  article → card
//   0x2202  article ‖ u32 index → revision               0x2203  revision's ref → article, index
//   0x2204  article ‖ u32 index ‖ author → opinion       0x2205  article → withdrawal
//   0x2206  proposal's ref → proposal                    0x2207  refused events
//   0x220D  signer ‖ author → signature
#pragma once

#include "domain/guidance/events.h"
#include "domain/guidance/search.h"
#include "domain/log/log.h"
#include "domain/log/refused.h"
#include "domain/words/words.h"

namespace homeward::domain::guidance {

inline constexpr Log kLog{.space = 0x2200};
inline constexpr RefusedList kRefusedList{.space = 0x2207};
inline constexpr Space kCardSpace = 0x2201;
inline constexpr Space kRevisionSpace = 0x2202;
inline constexpr Space kRefSpace = 0x2203;
inline constexpr Space kOpinionSpace = 0x2204;
inline constexpr Space kWithdrawalSpace = 0x2205;
inline constexpr Space kProposalSpace = 0x2206;
inline constexpr Space kSignerSpace = 0x220D;

// A revision without its text, which stands in the log at `place`.
struct RevisionRow {
  uint32_t index = 1;
  Place place;
  Ref ref;
  Instant at;  // of the event
  bool from_file = false;
  uint32_t number = 1;
  Signer signer;
  Signature signature;
  Date valid_from, check_by, law_date;
  Author author() const { return author_of(ref); }
  bool operator==(const RevisionRow&) const = default;
};

// What a list shows of an article: its newest revision.
struct Card {
  ArticleId article;
  DocumentNumber document = 0;
  uint32_t count = 0;  // of its revisions
  RevisionRow newest;
  std::string title, summary, language;
  std::vector<Audience> audiences;
  std::vector<Situation> situations;
  bool sample = false;
  bool withdrawn = false;
  uint32_t endorsed = 0, disagreed = 0;  // of the newest revision
  bool operator==(const Card&) const = default;
};

class State {
 public:
  explicit State(words::Analyzer& analyzer) : analyzer_(analyzer) {}

  // Unknown kinds, malformed bodies and what makes no sense change nothing; what the author had no right to
  // is noted besides.
  void fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);

 private:
  bool publish(const Context& context, const Event& event);
  bool import(const Context& context, const Event& event);
  bool propose(const Context& context, const Event& event);
  bool turn_down(const Context& context, const Event& event);
  bool opine(const Context& context, const Event& event);
  bool withdraw(const Context& context, const Event& event);
  bool add_revision(const Context& context, const Event& event, const Revision& revision,
                    const Signature& signature);
  void add_withdrawal(const Context& context, const Event& event, const Withdrawal& withdrawal);
  void refresh(const Context& context, const Revision& newest, Card card);

  words::Analyzer& analyzer_;
};

// For `queries`: keys, and what a row says; nothing if it does not read.
Bytes article_key(const GroupKey& group, const ArticleId& article);
Bytes revision_key(const GroupKey& group, const ArticleId& article, uint32_t index);
std::optional<RevisionRow> decode_revision_row(BytesView key, BytesView value);
std::optional<Card> decode_card(BytesView value);
std::optional<Card> card_of(Rows& rows, const GroupKey& group, const ArticleId& article);

enum class ProposalState : uint8_t { kOpen = 1, kTakenIn, kTurnedDown };
struct ProposalRow {
  Place place;
  ProposalState state = ProposalState::kOpen;
  std::string reason;
  std::optional<Author> by;  // who took it in or turned it down
};
std::optional<ProposalRow> proposal_row(Rows& rows, const GroupKey& group, const Ref& proposal);
std::optional<ProposalRow> decode_proposal_row(BytesView value);

}  // namespace homeward::domain::guidance
