#include "domain/talk/events.h"

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::talk {

Result<> check_text(std::string_view text) {
  if (text.size() > kMostTextBytes) return TalkError::kTextTooLong;
  if (!is_utf8(view_of(text))) return TalkError::kTextInvalid;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return TalkError::kTextEmpty;
  return success();
}

Bytes encode(const MessageSaid& message) {
  HW_ASSERT(check_text(message.text).ok());
  Writer writer;
  writer.reserve(message.text.size() + 8);
  writer.text(message.text).vector([](Writer&) {});
  return writer.take();
}

Result<MessageSaid> decode_message(BytesView body) {
  Reader reader(body);
  MessageSaid message;
  const BytesView text = reader.opaque();
  Reader fields = reader.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.status().ok() || !reader.finish().ok()) return TalkError::kMalformed;
  message.text = text_of(text);
  HW_TRY(check_text(message.text));
  return message;
}

}  // namespace homeward::domain::talk
