// One member's guidance: the commands and questions of `domain/guidance`, with what that room leaves to
// others: signing keys, signatures, names, files.
//
// An adviser's signing key is one per vault, made when she first publishes, and the same in all her groups:
// so an article that is carried from group to group still shows who signed it, and whoever is in two of her
// groups sees by its fingerprint that the adviser is the same. The page says so before the first publishing.
//
//   0x3100  "signer" → Ed25519 key pair of this vault    0x3101  group ‖ article → this person opened it
#pragma once

#include "client/client.h"
#include "domain/guidance/guidance.h"

namespace homeward::client::guidance {

namespace domain = homeward::domain::guidance;
using domain::ArticleId;
using DomainRef = homeward::domain::Ref;

enum class GuidanceRefusal : uint16_t {
  kAdvisersOnly = 100,
  kNoSuchArticle,
  kNoSuchRevision,
  kNoSuchProposal,
  kNoSuchPaper,
  kArticleWithdrawn,  // withdrawn ones get no revisions: publish another article
  kBadFile,
  kBadSignature,
  kOwnRevision,  // who wrote it cannot endorse it
};
constexpr Room room_of(GuidanceRefusal) { return Room::kClient; }

struct Draft {
  std::optional<ArticleId> article;  // a new revision of it
  domain::Content content;
  domain::Date valid_from, check_by, law_date;
  std::optional<DomainRef> proposal;
};
struct PublishedAs {
  ArticleId article;
  uint32_t index = 1;  // as it stands until others' revisions come before it
};
Result<PublishedAs> publish(Client& client, const group::GroupId& group, const Draft& draft, Instant now);
Result<> propose(Client& client, const group::GroupId& group, const domain::Proposed& proposed, Instant now);
Result<> turn_down(Client& client, const group::GroupId& group, const DomainRef& proposal,
                   std::string_view reason, Instant now);
struct Opining {
  ArticleId article;
  uint32_t index = 1;
  bool agrees = false;
  std::string text;
};
Result<> opine(Client& client, const group::GroupId& group, const Opining& opinion, Instant now);
struct Withdrawing {
  ArticleId article;
  std::string reason;
  std::optional<ArticleId> replacement;
};
Result<> withdraw(Client& client, const group::GroupId& group, const Withdrawing& withdrawing, Instant now);

struct Whole {
  domain::Card card;
  domain::RevisionRow shown;
  domain::Revision revision;
  bool signature_good = false;
  std::optional<homeward::domain::Author> signer;  // whose key it is, proven in this group
  std::vector<domain::RevisionRow> revisions;
  std::vector<domain::OpinionRow> opinions;
  struct Withdrawn {
    domain::WithdrawalRow row;
    domain::Withdrawal statement;
    std::string replacement_title;
  };
  std::optional<Withdrawn> withdrawn;
};
// Inside a `look`. kNoSuchArticle, kNoSuchRevision.
Result<Whole> whole(const Client::Look& look, const ArticleId& article, std::optional<uint32_t> index);

// That this person opened the article, so that she is told when it is withdrawn; opening a withdrawn one ends
// the telling.
void opened(Client& client, const group::GroupId& group, const ArticleId& article, Instant now);
// Withdrawn articles that this person opened before and not since.
std::vector<ArticleId> withdrawn_since_opened(const Client::Look& look);
void forget_opened(Rows& rows, const homeward::domain::GroupKey& group);

// --- Files ---
// The newest revision of each article, or its withdrawal with it; no article named: everything, also the
// withdrawals of articles that are not there. What has no good signature is left out.
Result<Bytes> export_file(Client& client, const group::GroupId& group,
                          const std::vector<ArticleId>& articles);

enum class ImportOutcome : uint8_t { kNew = 1, kNewer, kOlder, kSame, kWithdrawn, kBadSignature };
struct Imported {
  std::string title;
  domain::Signer signer;
  std::optional<homeward::domain::Author> signed_by;  // a member, where the key is proven
  ImportOutcome outcome = ImportOutcome::kNew;
};
// What is in the file and what taking it in would do.
Result<std::vector<Imported>> preview(Client& client, const group::GroupId& group, BytesView file);
// Takes in what is new. kAdvisersOnly, kBadFile; kBadSignature if any signature in it is bad, and then
// nothing is taken in.
Result<std::vector<Imported>> import_file(Client& client, const group::GroupId& group, BytesView file,
                                          Instant now);

// This vault's signature key, for another device of the same person: only where she announced it in this
// group.
std::optional<Bytes> signer_of(Rows& rows, const group::GroupId& group, const group::PersonId& person);
// Kept if this vault has none; one that has its own goes on signing with that, and both are hers.
void take_signer(Rows& rows, BytesView row);

// The first half of the key's SHA-256 as eight groups of four hexadecimal digits.
std::string fingerprint(const domain::Signer& signer);
bool is_good(const domain::Signed& bytes, const domain::Signer& signer);

}  // namespace homeward::client::guidance
