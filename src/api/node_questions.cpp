// Commands about questions.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_guidance.h"

namespace homeward::api {
namespace {

QuestionRef question_ask(Node&, const AskArgs&) { throw CallError{ErrorCode::not_possible_now}; }
QuestionList question_list(Node&, const QuestionsArgs&) { throw CallError{ErrorCode::not_possible_now}; }
QuestionView question_view(Node&, const QuestionArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing question_answer(Node&, const AnswerArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing question_ask_back(Node&, const AnswerArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing question_add(Node&, const AnswerArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing question_close(Node&, const QuestionArgs&) { throw CallError{ErrorCode::not_possible_now}; }
DraftAnswer question_to_article(Node&, const QuestionArgs&) { throw CallError{ErrorCode::not_possible_now}; }

}  // namespace

void today_questions(Node&, const client::GroupSummary&, TodayList&) {}

void add_questions(CommandList& list) {
  list.add_function<&question_ask>("question.ask", "Asks the group, or its advisers alone.");
  list.add_function<&question_list>("question.list",
                                    "Questions: the overdue ones first, then by urgency and age.");
  list.add_function<&question_view>("question.view", "One question with its answers.");
  list.add_function<&question_answer>("question.answer", "An answer to a question.");
  list.add_function<&question_ask_back>("question.ask_back", "Asks the asker for what is missing.");
  list.add_function<&question_add>("question.add", "The asker adds to her question.");
  list.add_function<&question_close>("question.close", "Marks a question as answered.");
  list.add_function<&question_to_article>(
      "question.to_article", "The draft of an article made from an answered question, without the asker.");
}

}  // namespace homeward::api
