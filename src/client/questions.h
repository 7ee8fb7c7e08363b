// One member's questions: the commands and questions of `domain/questions`, with what is for the advisers
// alone sealed to them and to the asker (sealing.h).
//
// That somebody asked the advisers, how urgent it is and whom it is sealed to is known to every device of the
// group; what was asked, for whom and about what is not. The page shows the asker's name only to those who
// can read the question.
//
//   0x3102  group ‖ question → replies that its asker has seen
#pragma once

#include "client/client.h"
#include "domain/questions/questions.h"

namespace homeward::client::questions {

namespace domain = homeward::domain::questions;
using QuestionRef = homeward::domain::Ref;
using homeward::domain::Author;

enum class QuestionRefusal : uint16_t {
  kAdvisersOnly = 120,
  kNoSuchQuestion,
  kNotYours,   // only the asker adds to a question
  kNoAdviser,  // nobody there to seal it to
  kSealed,     // it is not sealed to this person, who therefore cannot answer it
  kNoSuchArticle,
};
constexpr Room room_of(QuestionRefusal) { return Room::kClient; }

struct Asking {
  domain::Words words;
  domain::Reach reach = domain::Reach::kEveryone;
  bool urgent = false;
};
Result<QuestionRef> ask(Client& client, const group::GroupId& group, const Asking& asking, Instant now);
enum class ReplyKind : uint8_t { kAnswer = 1, kAskBack, kAdd };
struct Replying {
  QuestionRef question;
  ReplyKind kind = ReplyKind::kAnswer;
  domain::Words words;
};
Result<> reply(Client& client, const group::GroupId& group, const Replying& replying, Instant now);
Result<> close(Client& client, const group::GroupId& group, const QuestionRef& question, Instant now);

struct Shown {
  domain::Question question;
  std::optional<domain::Words> words;  // nothing: not for this person
};
// The whole queue, in its order.
std::vector<Shown> queue(const Client::Look& look);
struct ShownReply {
  ReplyKind kind = ReplyKind::kAnswer;
  domain::Said said;
  std::optional<domain::Words> words;
};
struct Whole {
  Shown shown;
  std::vector<Author> readers;  // besides the asker; none: everyone
  std::vector<ShownReply> replies;
};
// kNoSuchQuestion.
Result<Whole> whole(const Client::Look& look, const QuestionRef& question);

// The asker has seen the replies that are there.
void seen(Client& client, const group::GroupId& group, const QuestionRef& question, Instant now);
// Questions of this person with an adviser's reply that she has not seen.
std::vector<QuestionRef> with_news(const Client::Look& look);
void forget_seen(Rows& rows, const homeward::domain::GroupKey& group);

// The draft of an article made from the answers alone: not a word of the asker's, and where an answer has her
// name, a number long enough for a telephone, or an address of mail, it has "…" instead. The adviser writes
// the rest.
Result<homeward::domain::guidance::Content> draft(const Client::Look& look, const QuestionRef& question,
                                                  std::string_view language);
// For tests: the text without the names and numbers.
std::string without_details(std::string_view text, const std::vector<std::string>& names);

}  // namespace homeward::client::questions
