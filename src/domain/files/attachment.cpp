#include "domain/files/attachment.h"

#include <algorithm>

#include "base/text.h"

namespace homeward::domain::files {

bool is_file_name(std::string_view name) {
  if (name.empty() || name.size() > kMostNameBytes || name == "." || name == "..") return false;
  const bool has_odd = std::ranges::any_of(
      name, [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7F || c == '/' || c == '\\'; });
  return !has_odd && is_utf8(view_of(name));
}

void encode(Writer& out, const Attachment& attachment) {
  HW_ASSERT(is_file_name(attachment.name) && attachment.preview.size() <= kMostPreviewBytes);
  out.raw(attachment.id).raw(attachment.read_token).raw(attachment.write_hash);
  out.raw(attachment.key).raw(attachment.header).raw(attachment.hash);
  out.u64(attachment.size_bytes).u64(attachment.ends_s).u8(static_cast<uint8_t>(attachment.kind));
  out.u8(attachment.is_original ? 1 : 0).u16(attachment.seconds);
  out.text(attachment.name).opaque(attachment.preview);
}

Attachment decode_attachment(Reader& in) {
  Attachment out;
  out.id = in.fixed<EventKey>();
  out.read_token = in.fixed<BlobToken>();
  out.write_hash = in.fixed<Hash>();
  out.key = in.fixed<StreamKey>();
  out.header = in.fixed<StreamHeader>();
  out.hash = in.fixed<Hash>();
  out.size_bytes = in.u64();
  out.ends_s = in.u64();
  const uint8_t kind = in.u8();
  const uint8_t original = in.u8();
  out.seconds = in.u16();
  out.name = in.text(kMostNameBytes);
  out.preview = copy_of(in.opaque(kMostPreviewBytes));
  const bool fits = kind >= 1 && kind <= static_cast<uint8_t>(FileKind::kVoice) && original <= 1 &&
                    out.size_bytes >= 1 && out.size_bytes <= kMostFileBytes && is_file_name(out.name);
  if (in.ok() && !fits) in.fail(CodecError::kMalformed);
  out.kind = static_cast<FileKind>(kind);
  out.is_original = original == 1;
  return out;
}

Bytes encode_attachments(const std::vector<Attachment>& attachments) {
  Writer out;
  for (const Attachment& one : attachments) encode(out, one);
  return out.take();
}

std::optional<std::vector<Attachment>> decode_attachments(BytesView value) {
  std::vector<Attachment> out;
  Reader in(value);
  while (!in.empty()) {
    Attachment one = decode_attachment(in);
    if (!in.ok() || out.size() == kMostAttachments) return std::nullopt;
    if (std::ranges::find(out, one.id, &Attachment::id) != out.end()) return std::nullopt;
    out.push_back(std::move(one));
  }
  if (out.empty() || !in.finish().ok()) return std::nullopt;
  return out;
}

}  // namespace homeward::domain::files
