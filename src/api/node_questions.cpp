// Commands about questions.
#include "api/command_list.h"
#include "api/guidance_words.h"
#include "api/view.h"
#include "client/features.h"
#include "client/questions.h"

namespace homeward::api {
namespace {

namespace questions = client::questions;
namespace domain = homeward::domain::questions;
using homeward::domain::Author;
using questions::ReplyKind;

questions::QuestionRef question_ref(const std::string& text) {
  return parse_id<questions::QuestionRef>(text, ErrorCode::no_question);
}

bool is_adviser(const group::Group& group) { return group.my_role() == group::Role::kAdviser; }

QuestionState state_name(domain::QuestionState state) {
  return state == domain::QuestionState::kAnswered    ? QuestionState::answered
         : state == domain::QuestionState::kAskedBack ? QuestionState::asked_back
                                                      : QuestionState::open;
}

QuestionItem item_of(const client::Client::Look& view, const questions::Shown& shown) {
  const domain::Question& question = shown.question;
  QuestionItem out{
      .question = text_id(question.ref),
      .author_name = {},
      .mine = question.asker() == Author::from(view.group.me()),
      .text = {},
      .reach = question.reach == domain::Reach::kEveryone ? QuestionReach::everyone : QuestionReach::advisers,
      .audience = {},
      .situation = {},
      .urgency = question.urgent ? Urgency::urgent : Urgency::normal,
      .state = state_name(question.state),
      .at = question.at.ms,
      .answers = question.answers,
      .overdue = domain::is_overdue(question, view.now),
      .queued = homeward::domain::is_queued(question.place)};
  // Who asked the advisers alone is shown to those who can read it.
  if (question.reach == domain::Reach::kEveryone || shown.words)
    out.author_name = name_of(view, question.asker());
  if (shown.words) {
    out.text = shown.words->text;
    out.audience = from_domain<Audience>(shown.words->audience);
    out.situation = from_domain<Situation>(shown.words->situation);
  }
  return out;
}

QuestionRef question_ask(Node& node, const AskArgs& args) {
  node.find_group(args.group);
  const bool is_open = args.reach == QuestionReach::everyone;
  questions::Asking asking{
      .words = {.text = args.text,
                .audience = to_domain<homeward::domain::guidance::Audience>(args.audience),
                .situation = to_domain<homeward::domain::guidance::Situation>(args.situation),
                .article = {}},
      .reach = is_open ? domain::Reach::kEveryone : domain::Reach::kAdvisers,
      .urgent = args.urgency == Urgency::urgent};
  return {text_id(take(questions::ask(node.open_client(), group_id(args.group), asking, node.now())))};
}

QuestionList question_list(Node& node, const QuestionsArgs& args) {
  QuestionList out;
  const size_t limit = checked_limit(args.limit, 100);
  look_at(node, args.group, [&](const client::Client::Look& view) {
    for (const questions::Shown& one : questions::queue(view)) {
      if (args.state && state_name(one.question.state) != *args.state) continue;
      if (out.questions.size() == limit) break;
      out.questions.push_back(item_of(view, one));
    }
    out.i_am_adviser = is_adviser(view.group);
    for (const group::Member& member : view.group.members())
      if (member.role == group::Role::kAdviser) ++out.advisers;
    return success();
  });
  return out;
}

const char* kind_name(ReplyKind kind) {
  return kind == ReplyKind::kAnswer ? "answer" : kind == ReplyKind::kAskBack ? "asks_back" : "asker";
}

ReplyItem reply_of(const client::Client::Look& view, const questions::ShownReply& reply, bool may_read) {
  ReplyItem out{.author_name = {},
                .adviser = reply.kind != ReplyKind::kAdd,
                .mine = reply.said.author == Author::from(view.group.me()),
                .kind = kind_name(reply.kind),
                .text = {},
                .at = reply.said.at.ms,
                .article = {},
                .article_title = {},
                .queued = homeward::domain::is_queued(reply.said.place)};
  if (may_read || reply.kind != ReplyKind::kAdd) out.author_name = name_of(view, reply.said.author);
  if (!reply.words) return out;
  out.text = reply.words->text;
  if (reply.words->article) {
    out.article = text_id(*reply.words->article);
    if (const auto card = homeward::domain::guidance::card_of(view.rows, client::key_of(view.group.id()),
                                                              *reply.words->article))
      out.article_title = card->title;
  }
  return out;
}

QuestionView question_view(Node& node, const QuestionArgs& args) {
  QuestionView out;
  const questions::QuestionRef ref = question_ref(args.question);
  look_at(node, args.group, [&](const client::Client::Look& view) -> Result<> {
    HW_LET(const questions::Whole whole, questions::whole(view, ref));
    out.item = item_of(view, whole.shown);
    const bool may_read = whole.shown.words.has_value();
    for (const questions::ShownReply& reply : whole.replies)
      out.replies.push_back(reply_of(view, reply, may_read || whole.readers.empty()));
    out.can_answer = is_adviser(view.group) && may_read;
    out.can_close = (out.item.mine || is_adviser(view.group)) && out.item.state != QuestionState::answered;
    if (may_read && !whole.readers.empty()) {
      out.seen_by.push_back(name_of(view, whole.shown.question.asker()));
      for (const Author& reader : whole.readers) out.seen_by.push_back(name_of(view, reader));
    }
    return success();
  });
  questions::seen(node.open_client(), group_id(args.group), ref, node.now());
  return out;
}

Nothing say(Node& node, const AnswerArgs& args, ReplyKind kind) {
  node.find_group(args.group);
  questions::Replying replying{question_ref(args.question), kind, {.text = args.text}};
  if (args.article) replying.words.article = parse_id<ArticleId>(*args.article, ErrorCode::no_article);
  take(questions::reply(node.open_client(), group_id(args.group), replying, node.now()));
  return {};
}
Nothing question_answer(Node& node, const AnswerArgs& args) { return say(node, args, ReplyKind::kAnswer); }
Nothing question_ask_back(Node& node, const AnswerArgs& args) { return say(node, args, ReplyKind::kAskBack); }
Nothing question_add(Node& node, const AnswerArgs& args) { return say(node, args, ReplyKind::kAdd); }

Nothing question_close(Node& node, const QuestionArgs& args) {
  node.find_group(args.group);
  take(questions::close(node.open_client(), group_id(args.group), question_ref(args.question), node.now()));
  return {};
}

DraftAnswer question_to_article(Node& node, const QuestionArgs& args) {
  DraftAnswer out;
  look_at(node, args.group, [&](const client::Client::Look& view) -> Result<> {
    HW_LET(const auto content, questions::draft(view, question_ref(args.question), node.language()));
    out.content = from_domain(content);
    return success();
  });
  return out;
}

}  // namespace

void today_questions(Node& node, const client::GroupSummary& group, TodayList& out) {
  look_at(node, text_id(group.id), [&](const client::Client::Look& view) -> Result<> {
    const auto add = [&](TodayKind kind) -> TodayItem& {
      out.items.push_back({.kind = kind, .group = text_id(group.id), .group_name = group.name});
      return out.items.back();
    };
    if (is_adviser(view.group)) {
      int64_t open = 0;
      for (const questions::Shown& one : questions::queue(view)) {
        if (one.question.state != domain::QuestionState::kOpen || !one.words) continue;
        if (domain::is_overdue(one.question, view.now)) {
          TodayItem& item = add(TodayKind::question_urgent);
          item.question = text_id(one.question.ref);
          item.name = name_of(view, one.question.asker());
        } else {
          ++open;
        }
      }
      if (open > 0) add(TodayKind::question_open).count = open;
    }
    for (const questions::QuestionRef& ref : questions::with_news(view))
      add(TodayKind::question_answered).question = text_id(ref);
    return success();
  });
}

void add_questions(CommandList& list) {
  list.add_function<&question_ask>("question.ask", "Asks the group, or its advisers alone.");
  list.add_function<&question_list>("question.list",
                                    "Questions: the overdue ones first, then by urgency and age.");
  list.add_function<&question_view>("question.view", "One question with its answers.");
  list.add_function<&question_answer>("question.answer", "An adviser's answer to a question.");
  list.add_function<&question_ask_back>("question.ask_back",
                                        "An adviser asks the asker for what is missing.");
  list.add_function<&question_add>("question.add", "The asker adds to her question.");
  list.add_function<&question_close>("question.close", "Marks a question as answered.");
  list.add_function<&question_to_article>(
      "question.to_article", "The draft of an article made from an answered question, without the asker.");
}

}  // namespace homeward::api
