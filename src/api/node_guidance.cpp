// Commands about guidance.
#include "api/base64.h"
#include "api/command_list.h"
#include "api/guidance_words.h"
#include "api/types_guidance.h"
#include "api/view.h"
#include "client/features.h"
#include "domain/cases/queries.h"
#include "domain/doubles/state.h"
#include "domain/questions/state.h"
#include "domain/tallies/state.h"

namespace homeward::api {
namespace {

namespace guidance = client::guidance;
namespace domain = homeward::domain::guidance;
using homeward::domain::Author;
using homeward::domain::GroupKey;

ArticleId article_id(const std::string& text) { return parse_id<ArticleId>(text, ErrorCode::no_article); }
guidance::DomainRef proposal_ref(const std::string& text) {
  return parse_id<guidance::DomainRef>(text, ErrorCode::no_proposal);
}

domain::Date date(const std::string& text, const char* field) {
  const std::optional<domain::Date> read = domain::parse_date(text);
  if (!read) throw BadField{field, "\"YYYY-MM-DD\""};
  return *read;
}

std::optional<uint32_t> revision_number(const std::optional<int64_t>& revision) {
  if (!revision) return std::nullopt;
  if (*revision < 1 || *revision > UINT32_MAX) throw CallError{ErrorCode::no_revision};
  return static_cast<uint32_t>(*revision);
}

ArticleItem item_of(const client::Client::Look& view, const domain::Card& card,
                    const domain::RevisionRow& row, domain::Date today) {
  return {.article = text_id(card.article),
          .revision = row.index,
          .title = card.title,
          .summary = card.summary,
          .language = card.language,
          .audiences = from_domain<Audience>(card.audiences),
          .situations = from_domain<Situation>(card.situations),
          .state = state_name(domain::state_on(today, row, card.withdrawn)),
          .author_name = name_of(view, row.author()),
          .valid_from = domain::text_of(row.valid_from),
          .check_by = domain::text_of(row.check_by),
          .law_date = domain::text_of(row.law_date),
          .endorsed = card.endorsed,
          .disputed = card.disagreed > 0,
          .sample = card.sample,
          .queued = homeward::domain::is_queued(row.place),
          .snippet = {}};
}

bool can_publish(const group::Group& group) { return group.my_role() == group::Role::kAdviser; }

ArticleList guidance_list(Node& node, const ArticlesArgs& args) {
  ArticleList out;
  const domain::Date today = domain::date_of(node.now());
  domain::Filter filter{.audience = to_domain<domain::Audience>(args.audience),
                        .situation = to_domain<domain::Situation>(args.situation),
                        .with_withdrawn = args.withdrawn.value_or(false)};
  look_at(node, args.group, [&](const client::Client::Look& view) {
    const GroupKey key = client::key_of(view.group.id());
    const size_t limit = checked_limit(args.limit, 100);
    const bool asks = args.query && args.query->find_first_not_of(" \t\r\n") != std::string::npos;
    const domain::Listing found =
        asks ? domain::search(view.rows, view.analyzer, key, *args.query, filter, limit)
             : domain::list(view.rows, key, filter, limit);
    for (const domain::Listed& one : found.articles) {
      out.articles.push_back(item_of(view, one.card, one.card.newest, today));
      if (!one.snippet.empty()) out.articles.back().snippet = one.snippet;
    }
    out.total = static_cast<int64_t>(found.total);
    out.can_publish = can_publish(view.group);
    out.proposals = static_cast<int64_t>(domain::open_proposals(view.rows, key).size());
    return success();
  });
  return out;
}

std::vector<RevisionItem> revision_items(const client::Client::Look& view, const guidance::Whole& whole) {
  std::vector<RevisionItem> out;
  for (const domain::RevisionRow& row : whole.revisions) {
    out.push_back({.revision = row.index,
                   .author_name = name_of(view, row.author()),
                   .at = row.at.ms,
                   .valid_from = domain::text_of(row.valid_from),
                   .check_by = domain::text_of(row.check_by),
                   .law_date = domain::text_of(row.law_date),
                   .beside = {}});
    for (const domain::RevisionRow& before : whole.revisions)
      if (before.index < row.index && before.number == row.number) out.back().beside = before.index;
  }
  return out;
}

ArticleView view_of_whole(const client::Client::Look& view, const guidance::Whole& whole,
                          domain::Date today) {
  ArticleView out;
  out.content = from_domain(whole.revision.content);
  // What is shown is this revision, which need not be the newest, of which the card tells.
  domain::Card card = whole.card;
  card.title = whole.revision.content.title;
  card.summary = whole.revision.content.summary;
  card.language = whole.revision.content.language;
  card.audiences = whole.revision.content.audiences;
  card.situations = whole.revision.content.situations;
  card.sample = whole.revision.content.sample;
  card.endorsed = card.disagreed = 0;
  const auto me = Author::from(view.group.me());
  for (const domain::OpinionRow& opinion : whole.opinions) {
    out.opinions.push_back({.member = text_id(opinion.author),
                            .name = name_of(view, opinion.author),
                            .revision = opinion.index,
                            .agrees = opinion.agrees,
                            .text = opinion.text,
                            .at = opinion.at.ms,
                            .mine = opinion.author == me});
    if (opinion.index != whole.shown.index) continue;
    ++(opinion.agrees ? card.endorsed : card.disagreed);
    if (opinion.author == me) out.my_opinion = opinion.agrees;
  }
  out.item = item_of(view, card, whole.shown, today);
  out.revisions = revision_items(view, whole);
  if (whole.withdrawn) {
    const auto& [row, statement, title] = *whole.withdrawn;
    out.withdrawal = WithdrawalItem{statement.reason, name_of(view, row.author), row.at.ms, {}, {}};
    if (statement.replacement) out.withdrawal->replacement = text_id(*statement.replacement);
    if (!title.empty()) out.withdrawal->replacement_title = title;
  }
  out.signer = guidance::fingerprint(whole.revision.signer);
  out.signature_good = whole.signature_good;
  if (whole.signer) out.signer_name = name_of(view, *whole.signer);
  out.from_file = whole.shown.from_file;
  out.can_publish = can_publish(view.group);
  out.newest = whole.card.newest.index;
  out.outcomes = outcomes_of(view, whole.card.article);
  return out;
}

ArticleView guidance_article(Node& node, const ArticleArgs& args) {
  ArticleView out;
  const ArticleId article = article_id(args.article);
  const std::optional<uint32_t> index = revision_number(args.revision);
  look_at(node, args.group, [&](const client::Client::Look& view) -> Result<> {
    HW_LET(const guidance::Whole whole, guidance::whole(view, article, index));
    out = view_of_whole(view, whole, domain::date_of(node.now()));
    return success();
  });
  guidance::opened(node.open_client(), group_id(args.group), article, node.now());
  return out;
}

ArticleRef guidance_publish(Node& node, const PublishArgs& args) {
  node.find_group(args.group);
  guidance::Draft draft{.article = {},
                        .content = to_domain(args.content),
                        .valid_from = date(args.valid_from, "valid_from"),
                        .check_by = date(args.check_by, "check_by"),
                        .law_date = date(args.law_date, "law_date"),
                        .proposal = {}};
  if (draft.check_by < draft.valid_from) throw BadField{"check_by", "a day not before valid_from"};
  if (args.article) draft.article = article_id(*args.article);
  if (args.proposal) draft.proposal = proposal_ref(*args.proposal);
  const guidance::PublishedAs made =
      take(guidance::publish(node.open_client(), group_id(args.group), draft, node.now()));
  return {text_id(made.article), made.index};
}

Nothing guidance_propose(Node& node, const ProposeArticleArgs& args) {
  node.find_group(args.group);
  domain::Proposed proposed{.article = {}, .content = to_domain(args.content), .note = args.note};
  if (args.article) proposed.article = article_id(*args.article);
  take(guidance::propose(node.open_client(), group_id(args.group), proposed, node.now()));
  return {};
}

ProposedList guidance_proposals(Node& node, const GroupArgs& args) {
  ProposedList out;
  look_at(node, args.group, [&](const client::Client::Look& view) {
    for (const domain::OpenProposal& open :
         domain::open_proposals(view.rows, client::key_of(view.group.id()))) {
      const Author author = homeward::domain::author_of(open.ref);
      ProposedItem item{.proposal = text_id(open.ref),
                        .article = {},
                        .by_name = name_of(view, author),
                        .mine = author == Author::from(view.group.me()),
                        .at = open.at.ms,
                        .note = open.proposed.note,
                        .content = from_domain(open.proposed.content)};
      if (open.proposed.article) item.article = text_id(*open.proposed.article);
      out.proposals.push_back(std::move(item));
    }
    return success();
  });
  return out;
}

Nothing guidance_turn_down(Node& node, const ProposalArgs& args) {
  node.find_group(args.group);
  take(guidance::turn_down(node.open_client(), group_id(args.group), proposal_ref(args.proposal),
                           args.reason.value_or(""), node.now()));
  return {};
}

Nothing opine(Node& node, const OpinionArgs& args, bool agrees) {
  node.find_group(args.group);
  const uint32_t index = *revision_number(args.revision);
  take(guidance::opine(node.open_client(), group_id(args.group),
                       {article_id(args.article), index, agrees, args.text}, node.now()));
  return {};
}
Nothing guidance_endorse(Node& node, const OpinionArgs& args) { return opine(node, args, true); }
Nothing guidance_disagree(Node& node, const OpinionArgs& args) { return opine(node, args, false); }

Nothing guidance_withdraw(Node& node, const WithdrawArgs& args) {
  node.find_group(args.group);
  guidance::Withdrawing withdrawing{article_id(args.article), args.reason, {}};
  if (args.replacement) withdrawing.replacement = article_id(*args.replacement);
  take(guidance::withdraw(node.open_client(), group_id(args.group), withdrawing, node.now()));
  return {};
}

FilledPaper guidance_fill(Node& node, const FillPaperArgs& args) {
  FilledPaper out;
  const std::optional<uint32_t> index = revision_number(args.revision);
  const std::string language = node.language();
  look_at(node, args.group, [&](const client::Client::Look& view) -> Result<> {
    HW_LET(const guidance::Whole whole, guidance::whole(view, article_id(args.article), index));
    const domain::Content& content = whole.revision.content;
    const auto paper = std::ranges::find(content.papers, args.paper, &domain::Paper::paper);
    if (paper == content.papers.end()) return guidance::GuidanceRefusal::kNoSuchPaper;
    std::vector<domain::Value> values;
    for (const NamedValue& one : args.values) values.push_back({one.name, one.value});
    const domain::Filled filled = domain::fill(*paper, content.language, values);
    const domain::ArticleState state =
        domain::state_on(domain::date_of(node.now()), whole.shown, whole.card.withdrawn);
    out = {.title = paper->title,
           .addressed_to = filled.addressed_to,
           .text = filled.text,
           .copies = paper->copies,
           .problems = {},
           .state = state_name(state),
           .warning = paper_warning(whole, state, language)};
    for (const domain::FieldProblem& one : filled.problems)
      out.problems.push_back({one.name, problem_words(one.problem, language)});
    return success();
  });
  return out;
}

FileAnswer guidance_export(Node& node, const ExportArticlesArgs& args) {
  node.find_group(args.group);
  std::vector<ArticleId> articles;
  for (const std::string& one : args.articles) articles.push_back(article_id(one));
  const Bytes file = take(guidance::export_file(node.open_client(), group_id(args.group), articles));
  return {"guidance-" + domain::text_of(domain::date_of(node.now())) + ".hwg", to_base64(file)};
}

const char* outcome_name(guidance::ImportOutcome outcome) {
  switch (outcome) {
    case guidance::ImportOutcome::kNew:
      return "new";
    case guidance::ImportOutcome::kNewer:
      return "newer";
    case guidance::ImportOutcome::kOlder:
      return "older";
    case guidance::ImportOutcome::kSame:
      return "same";
    case guidance::ImportOutcome::kWithdrawn:
      return "withdrawn";
    case guidance::ImportOutcome::kBadSignature:
      break;
  }
  return "bad_signature";
}

ImportAnswer guidance_import(Node& node, const ImportArticlesArgs& args) {
  const group::Group& group = node.find_group(args.group);
  const std::optional<Bytes> file = from_base64(args.file);
  if (!file) throw CallError{ErrorCode::bad_file};
  client::Client& client = node.open_client();
  const bool trust = args.trust.value_or(false);
  const auto found = take(trust ? guidance::import_file(client, group.id(), *file, node.now())
                                : guidance::preview(client, group.id(), *file));
  ImportAnswer out;
  for (const guidance::Imported& one : found) {
    ImportedArticle item{one.title, guidance::fingerprint(one.signer), {}, outcome_name(one.outcome)};
    if (one.signed_by) item.signed_by_name = group.name_of(group::PersonId::from(*one.signed_by));
    out.articles.push_back(std::move(item));
  }
  return out;
}

// Every feature's list of events that their authors had no right to, newest first.
RefusedItems group_refused(Node& node, const GroupArgs& args) {
  RefusedItems out;
  look_at(node, args.group, [&](const client::Client::Look& view) {
    if (view.group.my_role() != group::Role::kOrganizer) throw CallError{ErrorCode::not_allowed};
    const GroupKey key = client::key_of(view.group.id());
    const auto add = [&](const char* what, const auto& list) {
      for (const auto& one : list)
        out.refused.push_back({text_id(one.author), name_of(view, one.author), what, one.kind, one.at.ms});
    };
    add("guidance", domain::kRefusedList.list(view.rows, key));
    add("tallies", homeward::domain::tallies::kRefused.list(view.rows, key));
    add("doubles", homeward::domain::doubles::kRefused.list(view.rows, key));
    add("questions", homeward::domain::questions::kRefusedList.list(view.rows, key));
    add("cases", homeward::domain::cases::refused(view.rows, key));
    return success();
  });
  std::ranges::sort(out.refused, [](const RefusedItem& a, const RefusedItem& b) { return a.at > b.at; });
  if (out.refused.size() > kMostListed) out.refused.resize(kMostListed);
  return out;
}

}  // namespace

void today_guidance(Node& node, const client::GroupSummary& group, TodayList& out) {
  look_at(node, text_id(group.id), [&](const client::Client::Look& view) -> Result<> {
    const GroupKey key = client::key_of(group.id);
    const domain::Date today = domain::date_of(node.now());
    const auto add = [&](TodayKind kind, const domain::Card& card) {
      TodayItem item{.kind = kind, .group = text_id(group.id), .group_name = group.name, .name = card.title};
      item.article = text_id(card.article);
      if (kind == TodayKind::article_stale) item.due = domain::text_of(card.newest.check_by);
      out.items.push_back(std::move(item));
    };
    for (const ArticleId& article : guidance::withdrawn_since_opened(view))
      if (const auto card = domain::card_of(view.rows, key, article))
        add(TodayKind::article_withdrawn, *card);
    if (!can_publish(view.group)) return success();
    const auto me = Author::from(view.group.me());
    constexpr int kMostStale = 5;  // the newest: a list of fifty moves nobody
    int stale = 0;
    for (const domain::Listed& one : domain::list(view.rows, key, {}, SIZE_MAX).articles)
      if (one.card.newest.author() == me && stale < kMostStale &&
          domain::state_on(today, one.card.newest, false) == domain::ArticleState::kStale) {
        add(TodayKind::article_stale, one.card);
        ++stale;
      }
    if (const auto open = domain::open_proposals(view.rows, key); !open.empty()) {
      TodayItem item{.kind = TodayKind::proposal, .group = text_id(group.id), .group_name = group.name};
      item.count = static_cast<int64_t>(open.size());
      out.items.push_back(std::move(item));
    }
    return success();
  });
}

void add_guidance(CommandList& list) {
  list.add_function<&guidance_list>(
      "guidance.list", "Guidance articles of a group: the best found first, else the newest first.");
  list.add_function<&guidance_article>(
      "guidance.article",
      "One article, whole: its text, who signed it, who disagrees, how it went for others.");
  list.add_function<&guidance_publish>("guidance.publish",
                                       "Publishes an article or a new revision of one; advisers only.");
  list.add_function<&guidance_propose>("guidance.propose",
                                       "Proposes an article or a change of one to the advisers.");
  list.add_function<&guidance_proposals>(
      "guidance.proposals", "Changes that members proposed and no adviser took in or turned down.");
  list.add_function<&guidance_turn_down>("guidance.turn_down",
                                         "An adviser turns a proposed change down, with a reason.");
  list.add_function<&guidance_endorse>("guidance.endorse", "Another adviser stands by a revision.");
  list.add_function<&guidance_disagree>(
      "guidance.disagree", "Another adviser disagrees with a revision and says why; everyone sees it.");
  list.add_function<&guidance_withdraw>("guidance.withdraw",
                                        "Withdraws an article everywhere; it beats every older copy.");
  list.add_function<&guidance_fill>("guidance.fill", "Fills a paper in and checks it; nothing is kept.");
  list.add_function<&guidance_export>(
      "guidance.export", "Articles and withdrawals as one file for another group; no article named: all.");
  list.add_function<&guidance_import>(
      "guidance.import", "What a file of articles holds and, with trust, takes it into the group.");
  list.add_function<&group_refused>(
      "group.refused",
      "Events that changed nothing because their authors had no right to them; for organizers.");
}

}  // namespace homeward::api
