#include "domain/questions/queries.h"

#include <tuple>

#include "domain/words/words.h"

namespace homeward::domain::questions {

bool is_overdue(const Question& question, Instant now) {
  return question.urgent && question.state == QuestionState::kOpen &&
         now.ms - question.waits_since.ms >= kOverdueAfter_ms;
}

std::vector<Question> queue(Rows& rows, const GroupKey& group, Instant now) {
  std::vector<Question> out;
  rows.scan(kQuestionSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    if (const auto one = decode_question(key, value)) out.push_back(*one);
    return true;
  });
  const auto rank = [&](const Question& one) {
    const int64_t age = one.state == QuestionState::kAnswered ? -one.at.ms : one.at.ms;
    return std::tuple(!is_overdue(one, now), one.state, !one.urgent, age);
  };
  std::ranges::sort(out, [&](const Question& a, const Question& b) {
    return std::tuple(rank(a), a.place) < std::tuple(rank(b), b.place);
  });
  return out;
}

std::optional<AskedAs> asked(Rows& rows, const GroupKey& group, const Question& question) {
  std::optional<AskedAs> out;
  kLog.at(rows, group, question.place, [&](const Context& context, const Event& event) {
    Result<Asked> body = decode_asked(event.body);
    if (body.ok())
      out = AskedAs{{event.kind, context.author, context.author_role, context.place, event.at,
                     std::move(body->content)},
                    std::move(body->readers)};
    return false;
  });
  return out;
}

std::vector<Said> replies(Rows& rows, const GroupKey& group, const Ref& question) {
  std::vector<Place> places;
  rows.scan(kReplySpace, prefix_range(question_key(group, question)), [&](BytesView key, BytesView) {
    places.push_back(words::read_place(key.last(16)));
    return true;
  });
  std::vector<Said> out;
  for (const Place& place : places) {
    kLog.at(rows, group, place, [&](const Context& context, const Event& event) {
      Result<Reply> body = decode_reply(event.body);
      if (body.ok())
        out.push_back({event.kind, context.author, context.author_role, context.place, event.at,
                       std::move(body->content)});
      return false;
    });
  }
  return out;
}

}  // namespace homeward::domain::questions
