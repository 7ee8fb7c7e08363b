// What a message says of a picture, paper or voice note that belongs to it: where its chunks lie, with what
// they are opened, and enough to show it before they are fetched (docs/formats/blobs.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/codec.h"
#include "domain/log/log.h"

namespace homeward::domain::files {

inline constexpr uint64_t kMostFileBytes = 25ull << 20;
inline constexpr size_t kMostPreviewBytes = 8 * 1024;
inline constexpr size_t kMostNameBytes = 200;
inline constexpr size_t kMostAttachments = 8;  // of one message

struct BlobTokenTag;
using BlobToken = FixedBytes<32, BlobTokenTag>;
struct StreamKeyTag;
using StreamKey = FixedBytes<32, StreamKeyTag>;
struct StreamHeaderTag;
using StreamHeader = FixedBytes<24, StreamHeaderTag>;

enum class FileKind : uint8_t { kPicture = 1, kPaper, kVoice };

struct Attachment {
  EventKey id;  // drawn by the author; with the author it names the file
  BlobToken read_token;
  Hash write_hash;
  StreamKey key;
  StreamHeader header;
  Hash hash;  // SHA-256 of the content
  uint64_t size_bytes = 0;
  uint64_t ends_s = 0;  // until when the relay said it keeps it, seconds since 1970
  FileKind kind = FileKind::kPaper;
  bool is_original = false;  // kept on purpose with what its camera wrote into it
  uint16_t seconds = 0;      // of a voice note
  std::string name;
  Bytes preview;  // a small picture, may be empty
  bool operator==(const Attachment&) const = default;
};

// Not empty, at most kMostNameBytes of UTF-8, and nothing that a system could take for a path or a line end.
bool is_file_name(std::string_view name);

void encode(Writer& out, const Attachment& attachment);
// Fails the reader for anything that `encode` would not write of a fitting attachment.
Attachment decode_attachment(Reader& in);
// A vector of 1 to kMostAttachments, no id twice. Nothing if it does not read.
Bytes encode_attachments(const std::vector<Attachment>& attachments);
std::optional<std::vector<Attachment>> decode_attachments(BytesView value);

}  // namespace homeward::domain::files
