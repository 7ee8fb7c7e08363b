// Questions, the fold over the log: where each question stands.
//
// A question is open until an adviser answers it or it is marked as answered; asked back, it waits for the
// asker, and what she adds opens it again.
//
// Rows, each key beginning with the group's id:
//   0x2300  log                             0x2301  question's ref → where it stands
//   0x2302  question's ref ‖ place → reply  0x2303  refused events
#pragma once

#include "domain/log/log.h"
#include "domain/log/refused.h"
#include "domain/questions/events.h"

namespace homeward::domain::questions {

inline constexpr Log kLog{.space = 0x2300};
inline constexpr RefusedList kRefusedList{.space = 0x2303};
inline constexpr Space kQuestionSpace = 0x2301;
inline constexpr Space kReplySpace = 0x2302;

enum class QuestionState : uint8_t { kOpen = 1, kAskedBack, kAnswered };

struct Question {
  Ref ref;
  Place place;
  Instant at;
  Instant waits_since;  // when it was asked, or when the asker last added to it
  Reach reach = Reach::kEveryone;
  bool urgent = false;
  QuestionState state = QuestionState::kOpen;
  uint32_t answers = 0;
  Author asker() const { return author_of(ref); }
  bool operator==(const Question&) const = default;
};

class State {
 public:
  // Unknown kinds, malformed bodies and what makes no sense change nothing; what the author had no right to
  // is noted besides.
  void fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  void forget(Rows& rows, const GroupKey& group);

 private:
  bool ask(const Context& context, const Event& event);
  bool reply(const Context& context, const Event& event);
  bool close(const Context& context, const Event& event);
};

Bytes question_key(const GroupKey& group, const Ref& question);
std::optional<Question> decode_question(BytesView key, BytesView value);
std::optional<Question> question(Rows& rows, const GroupKey& group, const Ref& ref);

}  // namespace homeward::domain::questions
