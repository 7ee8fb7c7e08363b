#include "domain/questions/events.h"

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::questions {
namespace {

void write_no_fields(Writer& out) {
  out.vector([](Writer&) {});
}
void skip_fields(Reader& in) {
  Reader fields = in.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.ok()) in.fail(CodecError::kMalformed);
}

template <class Enum>
void write_enum(Writer& out, const std::optional<Enum>& value) {
  out.u8(value ? static_cast<uint8_t>(*value) : 0);
}
template <class Enum>
std::optional<Enum> read_enum(Reader& in) {
  const uint8_t value = in.u8();
  if (value == 0) return std::nullopt;
  return static_cast<Enum>(value);
}

}  // namespace

Result<> check(const Words& words) {
  if (words.text.size() > kMostTextBytes) return QuestionError::kTextTooLong;
  if (!is_utf8(view_of(words.text))) return QuestionError::kTextInvalid;
  if (words.text.find_first_not_of(" \t\r\n") == std::string::npos) return QuestionError::kTextEmpty;
  return success();
}

Bytes encode(const Words& words) {
  HW_ASSERT(check(words).ok());
  Writer out;
  out.text(words.text);
  write_enum(out, words.audience);
  write_enum(out, words.situation);
  out.optional(words.article.has_value(), [&](Writer& inner) { inner.raw(*words.article); });
  write_no_fields(out);
  return out.take();
}

Result<Words> decode_words(BytesView bytes) {
  Reader in(bytes);
  Words words;
  words.text = in.text(kMostTextBytes);
  words.audience = read_enum<guidance::Audience>(in);
  words.situation = read_enum<guidance::Situation>(in);
  if (in.optional()) words.article = in.fixed<guidance::ArticleId>();
  skip_fields(in);
  if (!in.finish().ok() || !check(words).ok()) return QuestionError::kMalformed;
  return words;
}

Bytes encode(const Asked& event) {
  Writer out;
  out.u8(static_cast<uint8_t>(event.reach)).u8(event.urgent ? 1 : 0);
  out.vector([&](Writer& inner) {
    for (const Author& reader : event.readers) inner.raw(reader);
  });
  out.opaque(event.content);
  write_no_fields(out);
  return out.take();
}

Bytes encode(const Reply& event) {
  Writer out;
  out.raw(event.question).opaque(event.content);
  write_no_fields(out);
  return out.take();
}

Bytes encode_closed(const Ref& question) {
  Writer out;
  out.raw(question);
  write_no_fields(out);
  return out.take();
}

Result<Asked> decode_asked(BytesView body) {
  Reader in(body);
  Asked event;
  const uint8_t reach = in.u8(), urgent = in.u8();
  if (reach < 1 || reach > 2 || urgent > 1) return QuestionError::kMalformed;
  event.reach = static_cast<Reach>(reach);
  event.urgent = urgent == 1;
  for (Reader readers = in.vector(kMostReaders * Author::kSize); !readers.empty();) {
    event.readers.push_back(readers.fixed<Author>());
    if (!readers.ok()) in.fail(CodecError::kMalformed);
  }
  event.content = copy_of(in.opaque(kMostSealedBytes));
  skip_fields(in);
  if (!in.finish().ok()) return QuestionError::kMalformed;
  if ((event.reach == Reach::kEveryone) != event.readers.empty()) return QuestionError::kMalformed;
  if (event.reach == Reach::kEveryone && !decode_words(event.content).ok()) return QuestionError::kMalformed;
  return event;
}

Result<Reply> decode_reply(BytesView body) {
  Reader in(body);
  Reply event;
  event.question = in.fixed<Ref>();
  event.content = copy_of(in.opaque(kMostSealedBytes));
  skip_fields(in);
  if (!in.finish().ok()) return QuestionError::kMalformed;
  return event;
}

Result<Ref> decode_closed(BytesView body) {
  Reader in(body);
  const Ref question = in.fixed<Ref>();
  skip_fields(in);
  if (!in.finish().ok()) return QuestionError::kMalformed;
  return question;
}

}  // namespace homeward::domain::questions
