#include "client/guidance.h"

#include "base/text.h"
#include "client/features.h"
#include "codec/codec.h"
#include "crypto/crypto.h"

namespace homeward::client::guidance {
namespace {

using homeward::domain::Author;
using homeward::domain::GroupKey;

constexpr Space kKeySpace = 0x3100;
constexpr Space kOpenedSpace = 0x3101;
constexpr std::string_view kKeyRow = "signer";

const Suite& suite() {
  const Suite* found = Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  HW_ASSERT(found != nullptr);
  return *found;
}

Bytes opened_key(const GroupKey& group, const ArticleId& article) {
  return domain::article_key(group, article);
}

// The vault's key; made at its first use.
Result<KeyPair> my_key(Rows& rows, Random& random) {
  if (std::optional<Bytes> row = rows.get(kKeySpace, view_of(kKeyRow))) {
    Reader in(*row);
    KeyPair pair;
    pair.private_key = Secret::adopt(copy_of(in.opaque()));
    pair.public_key = copy_of(in.opaque());
    const bool is_whole = in.finish().ok() && pair.public_key.size() == domain::Signer::kSize;
    wipe(*row);
    if (!is_whole) return ClientError::kVaultFailed;
    return pair;
  }
  KeyPair pair = suite().generate_signature_key_pair(random);
  Writer out;
  out.opaque(pair.private_key.view()).opaque(pair.public_key);
  rows.put(kKeySpace, view_of(kKeyRow), out.view());
  out.wipe_all();
  return pair;
}

Result<domain::Signature> sign(const KeyPair& key, BytesView content) {
  HW_LET(const Bytes signature, suite().sign(key.private_key.view(), content));
  HW_ASSERT(signature.size() == domain::Signature::kSize);
  return domain::Signature::from(signature);
}

Result<domain::Signed> sign_statement(const KeyPair& key, const domain::Statement& statement) {
  domain::Signed out;
  out.statement = domain::encode(statement);
  if (out.statement.size() > domain::kMostStatementBytes) return domain::GuidanceError::kTextTooLong;
  HW_LET(out.signature, sign(key, domain::signed_bytes(out.statement)));
  return out;
}

GroupKey key_of_look(const Client::Look& look) { return key_of(look.group.id()); }

bool is_adviser(const group::Group& group) { return group.my_role() == group::Role::kAdviser; }

// The members' clocks are not their signatures' business: to the minute, as events are.
Instant to_minute(Instant at) { return {at.ms - at.ms % 60'000}; }

// Tells the group whose key it is, before the first statement signed with it there.
Result<> announce(const Client::Hand& hand, const KeyPair& key) {
  const auto signer = domain::Signer::from(key.public_key);
  const GroupKey group = key_of(hand.group.id());
  const auto me = Author::from(hand.group.me());
  for (const domain::SignerClaim& claim : domain::signer_claims(hand.rows, group, signer))
    if (claim.author == me) return success();
  HW_LET(const domain::Signature signature, sign(key, domain::signer_bytes(group, me)));
  HW_TRY(hand.post(domain::kSignerKind, domain::encode(domain::SignerSaid{signer, signature})));
  return success();
}

std::optional<Author> owner_of(Rows& rows, const GroupKey& group, const domain::Signer& signer) {
  for (const domain::SignerClaim& claim : domain::signer_claims(rows, group, signer))
    if (suite().verify(signer, domain::signer_bytes(group, claim.author), claim.signature).ok())
      return claim.author;
  return std::nullopt;
}

// What a withdrawal or a revision starts from; fails where a member may not.
struct Base {
  std::optional<domain::Card> card;
};
Result<Base> base(Client& client, const group::GroupId& group, const std::optional<ArticleId>& article) {
  Base out;
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    if (!is_adviser(look.group)) return GuidanceRefusal::kAdvisersOnly;
    if (article) out.card = domain::card_of(look.rows, key_of_look(look), *article);
    return success();
  }));
  return out;
}

Result<> check_words(std::string_view text, bool may_be_empty) {
  if (text.size() > domain::kMostTextBytes) return domain::GuidanceError::kTextTooLong;
  if (!is_utf8(view_of(text))) return domain::GuidanceError::kTextInvalid;
  if (!may_be_empty && text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return domain::GuidanceError::kTextEmpty;
  return success();
}

}  // namespace

std::optional<Bytes> signer_of(Rows& rows, const group::GroupId& group, const group::PersonId& person) {
  std::optional<Bytes> row = rows.get(kKeySpace, view_of(kKeyRow));
  if (!row) return std::nullopt;
  Reader in(*row);
  in.opaque();
  const BytesView key = in.opaque();
  if (!in.finish().ok() || key.size() != domain::Signer::kSize) return std::nullopt;
  for (const domain::SignerClaim& claim :
       domain::signer_claims(rows, key_of(group), domain::Signer::from(key)))
    if (claim.author == Author::from(person)) return row;
  wipe(*row);
  return std::nullopt;
}

void take_signer(Rows& rows, BytesView row) {
  if (rows.get(kKeySpace, view_of(kKeyRow))) return;
  Reader in(row);
  const Secret private_key(in.opaque());
  const Bytes public_key = copy_of(in.opaque());
  if (!in.finish().ok() || public_key.size() != domain::Signer::kSize) return;
  const Bytes proof = copy_of(view_of("a key and its other half"));
  const auto signature = suite().sign(private_key.view(), proof);
  if (signature.ok() && suite().verify(public_key, proof, *signature).ok())
    rows.put(kKeySpace, view_of(kKeyRow), row);
}

std::string fingerprint(const domain::Signer& signer) {
  const std::string hex = to_hex(sha256(signer).view().first(16));
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 4) out += (i == 0 ? "" : " ") + hex.substr(i, 4);
  return out;
}

bool is_good(const domain::Signed& bytes, const domain::Signer& signer) {
  return suite().verify(signer, domain::signed_bytes(bytes.statement), bytes.signature).ok();
}

// --- Commands ---

Result<PublishedAs> publish(Client& client, const group::GroupId& group, const Draft& draft, Instant now) {
  HW_TRY(domain::check(draft.content));
  for (const domain::Date date : {draft.valid_from, draft.check_by, draft.law_date})
    if (!domain::is_date(date)) return domain::GuidanceError::kDateInvalid;
  if (draft.check_by < draft.valid_from) return domain::GuidanceError::kDateInvalid;
  HW_LET(const Base from, base(client, group, draft.article));
  if (draft.article && !from.card) return GuidanceRefusal::kNoSuchArticle;
  if (from.card && from.card->withdrawn) return GuidanceRefusal::kArticleWithdrawn;

  PublishedAs out;
  const Result<> done = client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    HW_LET(const KeyPair key, my_key(hand.rows, hand.random));
    HW_TRY(announce(hand, key));
    out.article = draft.article.value_or(hand.random.fixed<ArticleId>());
    const uint32_t number = from.card ? from.card->newest.number + 1 : 1;
    HW_LET(const domain::Signed signed_one,
           sign_statement(key, domain::Revision{.article = out.article,
                                                .number = std::min(number, domain::kMostRevisionNumber),
                                                .signer = domain::Signer::from(key.public_key),
                                                .at = to_minute(hand.now),
                                                .valid_from = draft.valid_from,
                                                .check_by = draft.check_by,
                                                .law_date = draft.law_date,
                                                .content = draft.content}));
    HW_TRY(hand.post(domain::kPublishedKind, domain::encode(domain::Published{signed_one, draft.proposal})));
    return success();
  });
  HW_TRY(done);
  out.index = from.card ? from.card->count + 1 : 1;
  return out;
}

Result<> propose(Client& client, const group::GroupId& group, const domain::Proposed& proposed, Instant now) {
  HW_TRY(domain::check(proposed.content));
  HW_TRY(check_words(proposed.note, true));
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    if (proposed.article && !domain::card_of(look.rows, key_of_look(look), *proposed.article))
      return GuidanceRefusal::kNoSuchArticle;
    return success();
  }));
  return client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(hand.post(domain::kProposedKind, domain::encode(proposed)));
    return success();
  });
}

Result<> turn_down(Client& client, const group::GroupId& group, const DomainRef& proposal,
                   std::string_view reason, Instant now) {
  HW_TRY(check_words(reason, true));
  const Result<> looked = client.look(group, [&](const Client::Look& look) -> Result<> {
    const auto row = domain::proposal_row(look.rows, key_of_look(look), proposal);
    if (!row || row->state != domain::ProposalState::kOpen) return GuidanceRefusal::kNoSuchProposal;
    const bool is_mine = homeward::domain::author_of(proposal) == Author::from(look.group.me());
    if (!is_mine && !is_adviser(look.group)) return GuidanceRefusal::kAdvisersOnly;
    return success();
  });
  HW_TRY(looked);
  return client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(hand.post(domain::kTurnedDownKind,
                     domain::encode(domain::TurnedDown{proposal, std::string(reason)})));
    return success();
  });
}

Result<> opine(Client& client, const group::GroupId& group, const Opining& opinion, Instant now) {
  HW_TRY(check_words(opinion.text, opinion.agrees));
  DomainRef revision;
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    if (!is_adviser(look.group)) return GuidanceRefusal::kAdvisersOnly;
    const auto row = domain::revision(look.rows, key_of_look(look), opinion.article, opinion.index);
    if (!row) return GuidanceRefusal::kNoSuchRevision;
    if (row->author() == Author::from(look.group.me())) return GuidanceRefusal::kOwnRevision;
    revision = row->ref;
    return success();
  }));
  return client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(hand.post(domain::kOpinionKind, domain::encode(domain::Opinion{opinion.article, revision,
                                                                          opinion.agrees, opinion.text})));
    return success();
  });
}

Result<> withdraw(Client& client, const group::GroupId& group, const Withdrawing& withdrawing, Instant now) {
  HW_TRY(check_words(withdrawing.reason, false));
  HW_LET(const Base from, base(client, group, withdrawing.article));
  if (!from.card) return GuidanceRefusal::kNoSuchArticle;
  if (withdrawing.replacement) {
    HW_LET(const Base other, base(client, group, withdrawing.replacement));
    if (!other.card || withdrawing.replacement == withdrawing.article) return GuidanceRefusal::kNoSuchArticle;
  }
  return client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    HW_LET(const KeyPair key, my_key(hand.rows, hand.random));
    HW_TRY(announce(hand, key));
    HW_LET(const domain::Signed signed_one,
           sign_statement(key, domain::Withdrawal{.article = withdrawing.article,
                                                  .signer = domain::Signer::from(key.public_key),
                                                  .at = to_minute(hand.now),
                                                  .reason = withdrawing.reason,
                                                  .replacement = withdrawing.replacement}));
    HW_TRY(hand.post(domain::kWithdrawnKind, domain::encode(signed_one)));
    return success();
  });
}

// --- Queries ---

Result<Whole> whole(const Client::Look& look, const ArticleId& article, std::optional<uint32_t> index) {
  const GroupKey group = key_of_look(look);
  Whole out;
  std::optional<domain::Card> card = domain::card_of(look.rows, group, article);
  if (!card) return GuidanceRefusal::kNoSuchArticle;
  out.card = std::move(*card);
  out.shown = out.card.newest;
  if (index) {
    const auto row = domain::revision(look.rows, group, article, *index);
    if (!row) return GuidanceRefusal::kNoSuchRevision;
    out.shown = *row;
  }
  std::optional<domain::WholeStatement> text = domain::statement_at(look.rows, group, out.shown.place);
  auto* revision = text ? std::get_if<domain::Revision>(&text->statement) : nullptr;
  if (revision == nullptr) return GuidanceRefusal::kNoSuchRevision;
  out.signature_good = is_good(text->bytes, revision->signer);
  if (out.signature_good) out.signer = owner_of(look.rows, group, revision->signer);
  out.revision = std::move(*revision);
  out.revisions = domain::revisions(look.rows, group, article);
  out.opinions = domain::opinions(look.rows, group, article);
  if (const auto row = domain::withdrawal(look.rows, group, article)) {
    if (const auto said = domain::statement_at(look.rows, group, row->place))
      if (const auto* statement = std::get_if<domain::Withdrawal>(&said->statement)) {
        out.withdrawn = Whole::Withdrawn{*row, *statement, ""};
        if (statement->replacement)
          if (const auto other = domain::card_of(look.rows, group, *statement->replacement))
            out.withdrawn->replacement_title = other->title;
      }
  }
  return out;
}

void opened(Client& client, const group::GroupId& group, const ArticleId& article, Instant now) {
  bool is_marked = false, should_be = false;
  const Result<> looked = client.look(group, [&](const Client::Look& look) -> Result<> {
    const auto card = domain::card_of(look.rows, key_of_look(look), article);
    is_marked = look.rows.get(kOpenedSpace, opened_key(key_of_look(look), article)).has_value();
    should_be = card && !card->withdrawn;
    return success();
  });
  if (!looked.ok() || is_marked == should_be) return;
  // A full disk does not keep anybody from reading.
  (void)client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    const Bytes key = opened_key(key_of(hand.group.id()), article);
    if (should_be)
      hand.rows.put(kOpenedSpace, key, {});
    else
      hand.rows.erase(kOpenedSpace, key);
    return success();
  });
}

std::vector<ArticleId> withdrawn_since_opened(const Client::Look& look) {
  std::vector<ArticleId> out;
  for (const domain::WithdrawalRow& row : domain::withdrawals(look.rows, key_of_look(look)))
    if (look.rows.get(kOpenedSpace, opened_key(key_of_look(look), row.article))) out.push_back(row.article);
  return out;
}

void forget_opened(Rows& rows, const GroupKey& group) { rows.erase_range(kOpenedSpace, prefix_range(group)); }

// --- Files ---

Result<Bytes> export_file(Client& client, const group::GroupId& group,
                          const std::vector<ArticleId>& articles) {
  std::vector<domain::Signed> out;
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    const GroupKey key = key_of_look(look);
    const auto add = [&](const homeward::domain::Place& place) {
      const auto found = domain::statement_at(look.rows, key, place);
      if (found && is_good(found->bytes, domain::signer_of(found->statement))) out.push_back(found->bytes);
    };
    if (articles.empty()) {
      const domain::Listing all =
          domain::list(look.rows, key, {.audience = {}, .situation = {}, .with_withdrawn = true}, SIZE_MAX);
      for (const domain::Listed& one : all.articles) add(one.card.newest.place);
      for (const domain::WithdrawalRow& row : domain::withdrawals(look.rows, key)) add(row.place);
      return success();
    }
    for (const ArticleId& article : articles) {
      const auto card = domain::card_of(look.rows, key, article);
      if (!card) return GuidanceRefusal::kNoSuchArticle;
      add(card->newest.place);
      if (const auto row = domain::withdrawal(look.rows, key, article)) add(row->place);
    }
    return success();
  }));
  return domain::encode_file(out);
}

namespace {

struct Judged {
  domain::Signed bytes;
  domain::Statement statement;
  Imported shown;
  bool is_wanted = false;
};

ImportOutcome compare(const Client::Look& look, const domain::Revision& revision,
                      const domain::Signature& signature, bool is_withdrawn_in_file) {
  const GroupKey group = key_of_look(look);
  if (is_withdrawn_in_file || domain::withdrawal(look.rows, group, revision.article))
    return ImportOutcome::kWithdrawn;
  const auto card = domain::card_of(look.rows, group, revision.article);
  if (!card) return ImportOutcome::kNew;
  for (const domain::RevisionRow& row : domain::revisions(look.rows, group, revision.article))
    if (row.signature == signature) return ImportOutcome::kSame;
  return revision.number > card->newest.number ? ImportOutcome::kNewer : ImportOutcome::kOlder;
}

Result<std::vector<Judged>> judge(const Client::Look& look, BytesView file) {
  const Result<std::vector<domain::Signed>> read = domain::decode_file(file);
  if (!read) return GuidanceRefusal::kBadFile;
  std::vector<Judged> out;
  std::map<ArticleId, std::string> titles;
  std::map<ArticleId, bool> is_withdrawn;
  for (const domain::Signed& bytes : *read) {
    HW_LET(domain::Statement statement, domain::decode_statement(bytes.statement));
    const domain::Signer signer = domain::signer_of(statement);
    const bool good = is_good(bytes, signer);
    if (const auto* revision = std::get_if<domain::Revision>(&statement))
      titles[revision->article] = revision->content.title;
    else if (good)
      is_withdrawn[domain::article_of(statement)] = true;
    Imported shown{.title = "",
                   .signer = signer,
                   .signed_by = owner_of(look.rows, key_of_look(look), signer),
                   .outcome = good ? ImportOutcome::kNew : ImportOutcome::kBadSignature};
    out.push_back({bytes, std::move(statement), std::move(shown), false});
  }
  for (Judged& one : out) {
    const ArticleId article = domain::article_of(one.statement);
    one.shown.title = titles[article];
    if (one.shown.title.empty())
      if (const auto card = domain::card_of(look.rows, key_of_look(look), article))
        one.shown.title = card->title;
    if (one.shown.outcome == ImportOutcome::kBadSignature) continue;
    if (const auto* revision = std::get_if<domain::Revision>(&one.statement)) {
      one.shown.outcome = compare(look, *revision, one.bytes.signature, is_withdrawn[article]);
      one.is_wanted = one.shown.outcome == ImportOutcome::kNew ||
                      one.shown.outcome == ImportOutcome::kNewer ||
                      one.shown.outcome == ImportOutcome::kOlder;
    } else {
      const bool is_known = domain::withdrawal(look.rows, key_of_look(look), article).has_value();
      one.shown.outcome = is_known ? ImportOutcome::kSame : ImportOutcome::kWithdrawn;
      one.is_wanted = !is_known;
    }
  }
  return out;
}

std::vector<Imported> shown(const std::vector<Judged>& judged) {
  std::vector<Imported> out;
  for (const Judged& one : judged) out.push_back(one.shown);
  return out;
}

}  // namespace

Result<std::vector<Imported>> preview(Client& client, const group::GroupId& group, BytesView file) {
  std::vector<Judged> judged;
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    HW_LET(judged, judge(look, file));
    return success();
  }));
  return shown(judged);
}

Result<std::vector<Imported>> import_file(Client& client, const group::GroupId& group, BytesView file,
                                          Instant now) {
  std::vector<Judged> judged;
  HW_TRY(client.look(group, [&](const Client::Look& look) -> Result<> {
    if (!is_adviser(look.group)) return GuidanceRefusal::kAdvisersOnly;
    HW_LET(judged, judge(look, file));
    for (const Judged& one : judged)
      if (one.shown.outcome == ImportOutcome::kBadSignature) return GuidanceRefusal::kBadSignature;
    return success();
  }));
  const Result<> done = client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    for (const Judged& one : judged)
      if (one.is_wanted) HW_TRY(hand.post(domain::kImportedKind, domain::encode(one.bytes)));
    return success();
  });
  HW_TRY(done);
  return shown(judged);
}

}  // namespace homeward::client::guidance
