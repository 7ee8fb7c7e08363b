#include "domain/talk/events.h"

#include <algorithm>

#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::talk {
namespace {

constexpr int64_t kMinute_ms = 60'000;
enum Field : uint16_t { kReplyTo = 1, kMentions = 2, kFiles = 3 };

struct Fields {
  std::optional<Ref> reply_to;
  std::vector<Author> mentions;
  std::vector<files::Attachment> files;
};

void encode_fields(Writer& out, const std::optional<Ref>& reply_to, const std::vector<Author>& mentions,
                   const std::vector<files::Attachment>& files = {}) {
  out.vector([&](Writer& fields) {
    if (reply_to) fields.u16(kReplyTo).opaque(*reply_to);
    if (!mentions.empty()) {
      fields.u16(kMentions).vector([&](Writer& persons) {
        for (const Author& person : mentions) persons.raw(person);
      });
    }
    if (!files.empty()) fields.u16(kFiles).opaque(files::encode_attachments(files));
  });
}

Result<std::vector<Author>> decode_mentions(BytesView value) {
  Reader reader(value);
  std::vector<Author> out;
  while (!reader.empty()) {
    const Author person = reader.fixed<Author>();
    if (!out.empty() && !(out.back() < person)) return TalkError::kMalformed;
    out.push_back(person);
  }
  if (!reader.finish().ok() || out.empty() || out.size() > kMostMentions) return TalkError::kMalformed;
  return out;
}

Result<Fields> decode_fields(Reader& reader) {
  Fields out;
  Reader fields = reader.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    const BytesView value = fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
    if (!fields.ok()) break;
    if (number == kReplyTo) {
      if (value.size() != Ref::kSize) return TalkError::kMalformed;
      out.reply_to = Ref::from(value);
    } else if (number == kMentions) {
      HW_LET(out.mentions, decode_mentions(value));
    } else if (number == kFiles) {
      auto files = files::decode_attachments(value);
      if (!files) return TalkError::kMalformed;
      out.files = std::move(*files);
    }
  }
  if (!fields.status().ok()) return TalkError::kMalformed;
  return out;
}

}  // namespace

Result<> check_text(std::string_view text) {
  if (text.size() > kMostTextBytes) return TalkError::kTextTooLong;
  if (!is_utf8(view_of(text))) return TalkError::kTextInvalid;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return TalkError::kTextEmpty;
  return success();
}

Result<> check_said(const MessageSaid& said) {
  const Result<> text = check_text(said.text);
  return said.text.empty() && !said.files.empty() ? success() : text;
}

Bytes encode(const MessageSaid& message) {
  HW_ASSERT(check_said(message).ok());
  Writer writer;
  writer.reserve(message.text.size() + 8);
  writer.text(message.text);
  encode_fields(writer, message.reply_to, message.mentions, message.files);
  return writer.take();
}

Bytes encode(const MessageEdited& edited) {
  HW_ASSERT(check_text(edited.text).ok());
  Writer writer;
  writer.raw(edited.message).text(edited.text);
  encode_fields(writer, std::nullopt, edited.mentions);
  return writer.take();
}

Bytes encode(const SignGiven& sign) {
  Writer writer;
  writer.raw(sign.message).u8(static_cast<uint8_t>(sign.sign));
  return writer.take();
}

Bytes encode(const MessagePinned& pinned) {
  HW_ASSERT(check_text(pinned.text).ok());
  Writer writer;
  writer.raw(pinned.message).u32(static_cast<uint32_t>(pinned.at.ms / kMinute_ms)).text(pinned.text);
  return writer.take();
}

Bytes encode_ref(const Ref& message) { return copy_of(message); }

Result<MessageSaid> decode_message(BytesView body) {
  Reader reader(body);
  MessageSaid message;
  message.text = text_of(reader.opaque());
  HW_LET(Fields fields, decode_fields(reader));
  if (!reader.finish().ok()) return TalkError::kMalformed;
  message.reply_to = fields.reply_to;
  message.mentions = std::move(fields.mentions);
  message.files = std::move(fields.files);
  HW_TRY(check_said(message));
  return message;
}

Result<MessageEdited> decode_edited(BytesView body) {
  Reader reader(body);
  MessageEdited edited;
  edited.message = reader.fixed<Ref>();
  edited.text = text_of(reader.opaque());
  HW_LET(Fields fields, decode_fields(reader));
  if (!reader.finish().ok()) return TalkError::kMalformed;
  edited.mentions = std::move(fields.mentions);
  HW_TRY(check_text(edited.text));
  return edited;
}

Result<SignGiven> decode_sign(BytesView body) {
  Reader reader(body);
  SignGiven sign;
  sign.message = reader.fixed<Ref>();
  const uint8_t which = reader.u8();
  if (!reader.finish().ok() || which > static_cast<uint8_t>(Sign::kImportant)) return TalkError::kMalformed;
  sign.sign = static_cast<Sign>(which);
  return sign;
}

Result<MessagePinned> decode_pinned(BytesView body) {
  Reader reader(body);
  MessagePinned pinned;
  pinned.message = reader.fixed<Ref>();
  pinned.at = {static_cast<int64_t>(reader.u32()) * kMinute_ms};
  pinned.text = text_of(reader.opaque());
  if (!reader.finish().ok()) return TalkError::kMalformed;
  HW_TRY(check_text(pinned.text));
  return pinned;
}

Result<Ref> decode_ref(BytesView body) {
  Reader reader(body);
  const Ref message = reader.fixed<Ref>();
  if (!reader.finish().ok()) return TalkError::kMalformed;
  return message;
}

}  // namespace homeward::domain::talk
