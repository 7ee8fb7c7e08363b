// The API's words for guidance and questions. Dates are "YYYY-MM-DD" (a day, no hour); times are
// milliseconds since 1970 UTC. Text that may be formatted is Markdown in a small safe subset (paragraphs,
// lists,
// **bold**, *slanted*, links as text): the page renders it without raw HTML.
#pragma once

#include "api/types.h"

namespace homeward::api {

// --- Words ---
enum class Audience { contract, conscript, mobilised, volunteer, officer, family };
BOOST_DESCRIBE_ENUM(Audience, contract, conscript, mobilised, volunteer, officer, family)
enum class Situation { not_yet_sent, on_leave, at_front, refused, held, wounded, missing, killed };
BOOST_DESCRIBE_ENUM(Situation, not_yet_sent, on_leave, at_front, refused, held, wounded, missing, killed)
enum class ArticleState { current, not_yet, stale, withdrawn };
BOOST_DESCRIBE_ENUM(ArticleState, current, not_yet, stale, withdrawn)
enum class FieldType { text, long_text, date, number, choice, name, unit };
BOOST_DESCRIBE_ENUM(FieldType, text, long_text, date, number, choice, name, unit)
enum class QuestionState { open, asked_back, answered };
BOOST_DESCRIBE_ENUM(QuestionState, open, asked_back, answered)
enum class QuestionReach { everyone, advisers };
BOOST_DESCRIBE_ENUM(QuestionReach, everyone, advisers)
enum class Urgency { normal, urgent };
BOOST_DESCRIBE_ENUM(Urgency, normal, urgent)

// --- Content of an article ---
struct NamedValue {
  HW_API(NamedValue);
  std::string name;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(NamedValue, (), (name, value))
struct ArticleStep {
  HW_API(ArticleStep);
  std::string title;
  std::string text;
  std::optional<std::string> say;    // what to say, word for word
  std::optional<std::string> write;  // what to write, word for word
};
BOOST_DESCRIBE_STRUCT(ArticleStep, (), (title, text, say, write))
struct ThreatItem {
  HW_API(ThreatItem);
  std::string threat;  // what they may threaten
  std::string truth;   // what of it is true
};
BOOST_DESCRIBE_STRUCT(ThreatItem, (), (threat, truth))
struct LawSource {
  HW_API(LawSource);
  std::string title;
  std::string date;
  std::string text;  // the place in the law, or where to read it
};
BOOST_DESCRIBE_STRUCT(LawSource, (), (title, date, text))
struct ContactItem {
  HW_API(ContactItem);
  std::string name;
  std::string how;
};
BOOST_DESCRIBE_STRUCT(ContactItem, (), (name, how))
struct PaperField {
  HW_API(PaperField);
  std::string name;  // as it stands in the body: {{name}}
  std::string label;
  std::string explain;
  FieldType type{};
  bool required{};
  std::vector<std::string> choices;
};
BOOST_DESCRIBE_STRUCT(PaperField, (), (name, label, explain, type, required, choices))
struct PaperTemplate {
  HW_API(PaperTemplate);
  std::string paper;  // unique in the article
  std::string title;
  std::string addressed_to;
  std::string body;  // Markdown with {{name}} where a field goes
  std::vector<PaperField> fields;
  int64_t copies{};  // how many to print, one stays with the person, with a stamp
};
BOOST_DESCRIBE_STRUCT(PaperTemplate, (), (paper, title, addressed_to, body, fields, copies))
struct ArticleContent {
  HW_API(ArticleContent);
  std::string title;
  std::string language;
  std::string summary;
  std::vector<Audience> audiences;
  std::vector<Situation> situations;
  std::vector<ArticleStep> steps;
  std::vector<PaperTemplate> papers;
  std::vector<ThreatItem> threats;
  std::vector<LawSource> sources;
  std::vector<ContactItem> contacts;
  bool sample{};  // shown as a sample, not legal advice
};
BOOST_DESCRIBE_STRUCT(ArticleContent, (),
                      (title, language, summary, audiences, situations, steps, papers, threats, sources,
                       contacts, sample))

// --- Guidance, arguments ---
struct ArticlesArgs {
  HW_API(ArticlesArgs);
  std::string group;
  std::optional<std::string> query;
  std::optional<Audience> audience;
  std::optional<Situation> situation;
  std::optional<bool> withdrawn;  // also those, else they are left out
  std::optional<int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(ArticlesArgs, (), (group, query, audience, situation, withdrawn, limit))
struct ArticleArgs {
  HW_API(ArticleArgs);
  std::string group;
  std::string article;
  std::optional<int64_t> revision;  // the newest if none is named
};
BOOST_DESCRIBE_STRUCT(ArticleArgs, (), (group, article, revision))
struct PublishArgs {
  HW_API(PublishArgs);
  std::string group;
  std::optional<std::string> article;  // a new revision of it, a new article if none is named
  ArticleContent content{};
  std::string valid_from;
  std::string check_by;
  std::string law_date;
  std::optional<std::string> proposal;  // the proposed change that this takes in
};
BOOST_DESCRIBE_STRUCT(PublishArgs, (), (group, article, content, valid_from, check_by, law_date, proposal))
struct ProposeArticleArgs {
  HW_API(ProposeArticleArgs);
  std::string group;
  std::optional<std::string> article;
  ArticleContent content{};
  std::string note;
};
BOOST_DESCRIBE_STRUCT(ProposeArticleArgs, (), (group, article, content, note))
struct ProposalArgs {
  HW_API(ProposalArgs);
  std::string group;
  std::string proposal;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ProposalArgs, (), (group, proposal, reason))
struct OpinionArgs {
  HW_API(OpinionArgs);
  std::string group;
  std::string article;
  int64_t revision{};
  std::string text;  // may be empty when endorsing
};
BOOST_DESCRIBE_STRUCT(OpinionArgs, (), (group, article, revision, text))
struct WithdrawArgs {
  HW_API(WithdrawArgs);
  std::string group;
  std::string article;
  std::string reason;
  std::optional<std::string> replacement;
};
BOOST_DESCRIBE_STRUCT(WithdrawArgs, (), (group, article, reason, replacement))
struct ExportArticlesArgs {
  HW_API(ExportArticlesArgs);
  std::string group;
  std::vector<std::string> articles;
};
BOOST_DESCRIBE_STRUCT(ExportArticlesArgs, (), (group, articles))
struct ImportArticlesArgs {
  HW_API(ImportArticlesArgs);
  std::string group;
  std::string file;           // base64
  std::optional<bool> trust;  // false: only show what is in it
};
BOOST_DESCRIBE_STRUCT(ImportArticlesArgs, (), (group, file, trust))
struct FillPaperArgs {
  HW_API(FillPaperArgs);
  std::string group;
  std::string article;
  std::optional<int64_t> revision;
  std::string paper;
  std::vector<NamedValue> values;
};
BOOST_DESCRIBE_STRUCT(FillPaperArgs, (), (group, article, revision, paper, values))

// --- Guidance, answers ---
struct ArticleItem {
  HW_API(ArticleItem);
  std::string article;
  int64_t revision{};
  std::string title;
  std::string summary;
  std::string language;
  std::vector<Audience> audiences;
  std::vector<Situation> situations;
  ArticleState state{};
  std::string author_name;
  std::string valid_from;
  std::string check_by;
  std::string law_date;
  int64_t endorsed{};
  bool disputed{};  // an adviser disagrees
  bool sample{};
  bool queued{};                       // written here, not yet taken in by the group
  std::optional<std::string> snippet;  // where the query was found
};
BOOST_DESCRIBE_STRUCT(ArticleItem, (),
                      (article, revision, title, summary, language, audiences, situations, state, author_name,
                       valid_from, check_by, law_date, endorsed, disputed, sample, queued, snippet))
struct ArticleList {
  HW_API(ArticleList);
  std::vector<ArticleItem> articles;
  int64_t total{};
  bool can_publish{};   // I am an adviser
  int64_t proposals{};  // open ones
};
BOOST_DESCRIBE_STRUCT(ArticleList, (), (articles, total, can_publish, proposals))
struct OpinionItem {
  HW_API(OpinionItem);
  std::string member;
  std::string name;
  int64_t revision{};
  bool agrees{};
  std::string text;
  int64_t at{};
  bool mine{};
};
BOOST_DESCRIBE_STRUCT(OpinionItem, (), (member, name, revision, agrees, text, at, mine))
struct RevisionItem {
  HW_API(RevisionItem);
  int64_t revision{};
  std::string author_name;
  int64_t at{};
  std::string valid_from;
  std::string check_by;
  std::string law_date;
  std::optional<int64_t> beside;  // written without knowing this earlier one: the same text was changed twice
};
BOOST_DESCRIBE_STRUCT(RevisionItem, (), (revision, author_name, at, valid_from, check_by, law_date, beside))
struct WithdrawalItem {
  HW_API(WithdrawalItem);
  std::string reason;
  std::string by_name;
  int64_t at{};
  std::optional<std::string> replacement;
  std::optional<std::string> replacement_title;
};
BOOST_DESCRIBE_STRUCT(WithdrawalItem, (), (reason, by_name, at, replacement, replacement_title))
struct OutcomeCount {
  HW_API(OutcomeCount);
  std::string state;             // of a case: home, released, held, sent_back, …
  std::optional<int64_t> count;  // absent: fewer than 3
};
BOOST_DESCRIBE_STRUCT(OutcomeCount, (), (state, count))
struct ArticleView {
  HW_API(ArticleView);
  ArticleItem item{};
  ArticleContent content{};
  std::vector<RevisionItem> revisions;
  std::vector<OpinionItem> opinions;
  std::optional<WithdrawalItem> withdrawal;
  std::vector<OutcomeCount> outcomes;
  std::string signer;                      // fingerprint of the adviser's own key, in groups of characters
  std::optional<std::string> signer_name;  // a member whose key it is, proven in this group
  bool signature_good{};
  bool from_file{};
  bool can_publish{};
  std::optional<bool> my_opinion;
  std::optional<int64_t>
      newest;  // the newest revision; another one is shown if it differs from item.revision
};
BOOST_DESCRIBE_STRUCT(ArticleView, (),
                      (item, content, revisions, opinions, withdrawal, outcomes, signer, signer_name,
                       signature_good, from_file, can_publish, my_opinion, newest))
struct ArticleRef {
  HW_API(ArticleRef);
  std::string article;
  int64_t revision{};
};
BOOST_DESCRIBE_STRUCT(ArticleRef, (), (article, revision))
struct ProposedItem {
  HW_API(ProposedItem);
  std::string proposal;
  std::optional<std::string> article;
  std::string by_name;
  bool mine{};
  int64_t at{};
  std::string note;
  ArticleContent content{};
};
BOOST_DESCRIBE_STRUCT(ProposedItem, (), (proposal, article, by_name, mine, at, note, content))
struct ProposedList {
  HW_API(ProposedList);
  std::vector<ProposedItem> proposals;
};
BOOST_DESCRIBE_STRUCT(ProposedList, (), (proposals))
struct FileAnswer {
  HW_API(FileAnswer);
  std::string name;
  std::string file;  // base64
};
BOOST_DESCRIBE_STRUCT(FileAnswer, (), (name, file))
struct ImportedArticle {
  HW_API(ImportedArticle);
  std::string title;
  std::string signer;
  std::optional<std::string> signed_by_name;  // if the key is a member's
  std::string outcome;                        // new, newer, older, same, withdrawn, bad_signature
};
BOOST_DESCRIBE_STRUCT(ImportedArticle, (), (title, signer, signed_by_name, outcome))
struct ImportAnswer {
  HW_API(ImportAnswer);
  std::vector<ImportedArticle> articles;
};
BOOST_DESCRIBE_STRUCT(ImportAnswer, (), (articles))
struct FieldProblem {
  HW_API(FieldProblem);
  std::string name;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(FieldProblem, (), (name, message))
struct FilledPaper {
  HW_API(FilledPaper);
  std::string title;
  std::string addressed_to;
  std::string text;  // Markdown
  int64_t copies{};
  std::vector<FieldProblem> problems;
  ArticleState state{};
  std::optional<std::string> warning;  // in words: stale, withdrawn, sample, printed above the text
};
BOOST_DESCRIBE_STRUCT(FilledPaper, (), (title, addressed_to, text, copies, problems, state, warning))

// --- Questions ---
struct AskArgs {
  HW_API(AskArgs);
  std::string group;
  std::string text;
  QuestionReach reach{};
  std::optional<Audience> audience;
  std::optional<Situation> situation;
  Urgency urgency{};
};
BOOST_DESCRIBE_STRUCT(AskArgs, (), (group, text, reach, audience, situation, urgency))
struct QuestionsArgs {
  HW_API(QuestionsArgs);
  std::string group;
  std::optional<QuestionState> state;
  std::optional<int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(QuestionsArgs, (), (group, state, limit))
struct QuestionArgs {
  HW_API(QuestionArgs);
  std::string group;
  std::string question;
};
BOOST_DESCRIBE_STRUCT(QuestionArgs, (), (group, question))
struct AnswerArgs {
  HW_API(AnswerArgs);
  std::string group;
  std::string question;
  std::string text;
  std::optional<std::string> article;
};
BOOST_DESCRIBE_STRUCT(AnswerArgs, (), (group, question, text, article))
struct QuestionItem {
  HW_API(QuestionItem);
  std::string question;
  std::optional<std::string> author_name;  // absent where it is not for me to know
  bool mine{};
  std::optional<std::string> text;  // absent: sealed to the advisers, and I am none
  QuestionReach reach{};
  std::optional<Audience> audience;
  std::optional<Situation> situation;
  Urgency urgency{};
  QuestionState state{};
  int64_t at{};
  int64_t answers{};
  bool overdue{};  // urgent and without an answer for a day
  bool queued{};
};
BOOST_DESCRIBE_STRUCT(QuestionItem, (),
                      (question, author_name, mine, text, reach, audience, situation, urgency, state, at,
                       answers, overdue, queued))
struct QuestionList {
  HW_API(QuestionList);
  std::vector<QuestionItem> questions;
  bool i_am_adviser{};
  int64_t advisers{};
};
BOOST_DESCRIBE_STRUCT(QuestionList, (), (questions, i_am_adviser, advisers))
struct ReplyItem {
  HW_API(ReplyItem);
  std::string author_name;
  bool adviser{};
  bool mine{};
  std::string kind;  // answer, asks_back, asker
  std::optional<std::string> text;
  int64_t at{};
  std::optional<std::string> article;
  std::optional<std::string> article_title;
  bool queued{};
};
BOOST_DESCRIBE_STRUCT(ReplyItem, (),
                      (author_name, adviser, mine, kind, text, at, article, article_title, queued))
struct QuestionView {
  HW_API(QuestionView);
  QuestionItem item{};
  std::vector<ReplyItem> replies;
  bool can_answer{};
  bool can_close{};
  std::vector<std::string> seen_by;  // names of those who can read it, empty: everyone
};
BOOST_DESCRIBE_STRUCT(QuestionView, (), (item, replies, can_answer, can_close, seen_by))
struct QuestionRef {
  HW_API(QuestionRef);
  std::string question;
};
BOOST_DESCRIBE_STRUCT(QuestionRef, (), (question))
struct DraftAnswer {
  HW_API(DraftAnswer);
  ArticleContent content{};  // for the adviser to complete, nothing of the asker in it
};
BOOST_DESCRIBE_STRUCT(DraftAnswer, (), (content))

// --- Refused events ---
struct RefusedItem {
  HW_API(RefusedItem);
  std::string member;
  std::string member_name;
  std::string what;  // guidance, questions, cases
  int64_t kind{};    // of the event, as docs/formats number them
  int64_t at{};
};
BOOST_DESCRIBE_STRUCT(RefusedItem, (), (member, member_name, what, kind, at))
struct RefusedItems {
  HW_API(RefusedItems);
  std::vector<RefusedItem> refused;
};
BOOST_DESCRIBE_STRUCT(RefusedItems, (), (refused))

}  // namespace homeward::api
