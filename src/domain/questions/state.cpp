#include "domain/questions/state.h"

#include "codec/codec.h"
#include "domain/words/words.h"

namespace homeward::domain::questions {
namespace {

void put(Rows& rows, const GroupKey& group, const Question& question) {
  Writer out;
  out.u64(question.place.epoch).u64(question.place.number);
  out.u64(static_cast<uint64_t>(question.at.ms)).u64(static_cast<uint64_t>(question.waits_since.ms));
  out.u8(static_cast<uint8_t>(question.reach)).u8(question.urgent ? 1 : 0);
  out.u8(static_cast<uint8_t>(question.state)).u32(question.answers);
  rows.put(kQuestionSpace, question_key(group, question.ref), out.view());
}

bool is_adviser(const Context& context) { return context.author_role == AuthorRole::kAdviser; }

}  // namespace

Bytes question_key(const GroupKey& group, const Ref& question) {
  Bytes key = copy_of(group);
  append(key, question);
  return key;
}

std::optional<Question> decode_question(BytesView key, BytesView value) {
  Question out;
  out.ref = Ref::from(key.last(Ref::kSize));
  Reader in(value);
  out.place.epoch = in.u64();
  out.place.number = in.u64();
  out.at.ms = static_cast<int64_t>(in.u64());
  out.waits_since.ms = static_cast<int64_t>(in.u64());
  out.reach = static_cast<Reach>(in.u8());
  out.urgent = in.u8() != 0;
  out.state = static_cast<QuestionState>(in.u8());
  out.answers = in.u32();
  if (!in.finish().ok()) return std::nullopt;
  return out;
}

std::optional<Question> question(Rows& rows, const GroupKey& group, const Ref& ref) {
  const Bytes key = question_key(group, ref);
  const std::optional<Bytes> row = rows.get(kQuestionSpace, key);
  return row ? decode_question(key, *row) : std::nullopt;
}

void State::fold(const Context& context, const Event& event) {
  bool accepted = false;
  switch (event.kind) {
    case kAskedKind:
      accepted = ask(context, event);
      break;
    case kAnsweredKind:
    case kAskedBackKind:
    case kAddedKind:
      accepted = reply(context, event);
      break;
    case kClosedKind:
      accepted = close(context, event);
      break;
    default:
      break;
  }
  if (accepted) kLog.append(context, event);
}

bool State::ask(const Context& context, const Event& event) {
  const Result<Asked> asked = decode_asked(event.body);
  if (!asked) return false;
  const Ref ref = ref_of(context.author, event.id);
  if (question(context.rows, context.group, ref)) return false;
  put(context.rows, context.group,
      {.ref = ref,
       .place = context.place,
       .at = event.at,
       .waits_since = event.at,
       .reach = asked->reach,
       .urgent = asked->urgent});
  return true;
}

bool State::reply(const Context& context, const Event& event) {
  const Result<Reply> said = decode_reply(event.body);
  if (!said) return false;
  const bool by_asker = author_of(said->question) == context.author;
  if (event.kind == kAddedKind ? !by_asker : !is_adviser(context)) {
    kRefusedList.note(context, event);
    return false;
  }
  std::optional<Question> about = question(context.rows, context.group, said->question);
  if (!about) return false;
  if (about->reach == Reach::kEveryone && !decode_words(said->content).ok()) return false;
  switch (event.kind) {
    case kAnsweredKind:
      ++about->answers;
      about->state = QuestionState::kAnswered;
      break;
    case kAskedBackKind:
      about->state = QuestionState::kAskedBack;
      break;
    default:
      about->state = QuestionState::kOpen;
      about->waits_since = event.at;
      break;
  }
  put(context.rows, context.group, *about);
  Bytes key = question_key(context.group, said->question);
  words::append_place(key, context.place);
  context.rows.put(kReplySpace, key, {});
  return true;
}

bool State::close(const Context& context, const Event& event) {
  const Result<Ref> closed = decode_closed(event.body);
  if (!closed) return false;
  if (author_of(*closed) != context.author && !is_adviser(context)) {
    kRefusedList.note(context, event);
    return false;
  }
  std::optional<Question> about = question(context.rows, context.group, *closed);
  if (!about || about->state == QuestionState::kAnswered) return false;
  about->state = QuestionState::kAnswered;
  put(context.rows, context.group, *about);
  return true;
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget(Rows& rows, const GroupKey& group) {
  kLog.forget(rows, group);
  kRefusedList.forget(rows, group);
  for (const Space space : {kQuestionSpace, kReplySpace}) rows.erase_range(space, prefix_range(group));
}

}  // namespace homeward::domain::questions
