// Commands about photos, papers and voice notes: given in pieces, looked into, sent with a message, fetched,
// read in pieces, stopped.
#include "api/base64.h"
#include "api/command_list.h"
#include "api/types_files.h"
#include "api/view.h"
#include "client/files.h"

namespace homeward::api {
namespace {

namespace files = client::files;
using domain::files::Container;

static_assert(static_cast<int>(RevealsName::broken) + 1 == static_cast<int>(domain::files::Reveals::kBroken));
static_assert(static_cast<int>(FileKindName::voice) + 1 == static_cast<int>(domain::files::FileKind::kVoice));
static_assert(static_cast<int>(FileStateName::damaged) == static_cast<int>(client::FileState::kDamaged));

domain::Ref file_ref(const std::string& text) { return parse_id<domain::Ref>(text, ErrorCode::no_file); }

Bytes content_of(const std::string& text, const char* field) {
  auto bytes = from_base64(text);
  if (!bytes) throw BadField{field, "base64"};
  return std::move(*bytes);
}

FileReveals reveals_of(const files::Findings& findings) {
  FileReveals out;
  for (const domain::files::Reveals one : findings.reveals)
    out.reveals.push_back(static_cast<RevealsName>(static_cast<int>(one) - 1));
  return out;
}

// Only what a browser shows without running anything of it is named; the rest can be saved.
const char* media_type(Container container) {
  switch (container) {
    case Container::kJpeg:
      return "image/jpeg";
    case Container::kPng:
      return "image/png";
    case Container::kWebp:
      return "image/webp";
    case Container::kPdf:
      return "application/pdf";
    case Container::kWebm:
      return "audio/webm";
    case Container::kOgg:
      return "audio/ogg";
    case Container::kMp4Audio:
      return "audio/mp4";
    case Container::kOtherPicture:
    case Container::kOther:
      break;
  }
  return "application/octet-stream";
}

NewFileRef file_begin(Node& node, const NewFileArgs& args) {
  NewFileRef out{{}, static_cast<int64_t>(files::kMostPieceBytes)};
  const auto kind = static_cast<domain::files::FileKind>(static_cast<int>(args.kind) + 1);
  change_in(node, args.group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(
        const domain::Ref file,
        files::begin(hand, {.kind = kind,
                            .name = args.name,
                            .size_bytes = static_cast<uint64_t>(args.size),
                            .seconds = static_cast<uint16_t>(std::min(args.seconds.value_or(0), 0xFFFF))}));
    out.file = text_id(file);
    return success();
  });
  return out;
}

FileReceived file_put(Node& node, const PutFileArgs& args) {
  const Bytes piece = content_of(args.content, "content");
  FileReceived out{};
  change_in(node, args.group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(const uint64_t there,
           files::put(hand, file_ref(args.file), static_cast<uint64_t>(args.at), piece));
    out.received = static_cast<int64_t>(there);
    return success();
  });
  return out;
}

FileReveals file_finish(Node& node, const FinishFileArgs& args) {
  files::Finishing finishing{.preview = {}, .keeps_original = args.keep_original.value_or(false)};
  if (args.preview) finishing.preview = content_of(*args.preview, "preview");
  FileReveals out;
  change_in(node, args.group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(const files::Findings findings, files::finish(hand, file_ref(args.file), finishing));
    out = reveals_of(findings);
    return success();
  });
  return out;
}

FileReveals file_reveals(Node& node, const FileArgs& args) {
  FileReveals out;
  look_at(node, args.group, [&](const client::Client::Look& look) -> Result<> {
    HW_LET(const files::Findings findings, files::look_into(look, file_ref(args.file)));
    out = reveals_of(findings);
    return success();
  });
  return out;
}

Nothing file_fetch(Node& node, const FetchFileArgs& args) {
  change_in(node, args.group, [&](const client::Client::Hand& hand) {
    return files::fetch(hand, parse_id<group::EventId>(args.message, ErrorCode::no_message),
                        file_ref(args.file));
  });
  return {};
}

Nothing file_stop(Node& node, const FileArgs& args) {
  change_in(node, args.group,
            [&](const client::Client::Hand& hand) { return files::stop(hand, file_ref(args.file)); });
  return {};
}

FilePiece file_read(Node& node, const ReadFileArgs& args) {
  FilePiece out;
  look_at(node, args.group, [&](const client::Client::Look& look) -> Result<> {
    HW_LET(const files::Piece piece,
           files::read(look, file_ref(args.file), static_cast<uint64_t>(args.at), files::kMostPieceBytes));
    out = {to_base64(piece.content), static_cast<int64_t>(piece.size_bytes), media_type(piece.container)};
    return success();
  });
  return out;
}

FileList file_list(Node& node, const GroupArgs& args) {
  FileList out;
  on_view(node, args.group, [&](const client::Client::Look& look) {
    const files::OnTheWay all = files::on_the_way(look);
    for (const files::WaitingMessage& message : all.sending) {
      WaitingMessageItem item{text_id(message.id), message.text, message.since.ms, {}};
      for (const client::ShownFile& file : message.files) item.files.push_back(file_item(file));
      out.sending.push_back(std::move(item));
    }
    for (const client::ShownFile& file : all.fetching) out.fetching.push_back(file_item(file));
  });
  return out;
}

}  // namespace

FileItem file_item(const client::ShownFile& shown) {
  const domain::files::Attachment& what = shown.what;
  FileItem out{text_id(shown.file),
               what.name,
               static_cast<FileKindName>(static_cast<int>(what.kind) - 1),
               static_cast<int64_t>(what.size_bytes),
               what.is_original,
               static_cast<FileStateName>(shown.state),
               shown.done,
               shown.count,
               {},
               {},
               {}};
  if (what.kind == domain::files::FileKind::kVoice) out.seconds = what.seconds;
  if (what.ends_s != 0 && what.ends_s < 100'000'000'000u)
    out.until = static_cast<int64_t>(what.ends_s) * 1000;
  // Who sent it may have sent anything: only what was found to be a small clean picture is shown.
  if (!what.preview.empty() && domain::files::is_clean_picture(domain::files::inspect(what.preview)))
    out.preview = to_base64(what.preview);
  return out;
}

void add_files(CommandList& list) {
  list.add_function<&file_begin>(
      "file.begin", "A photo, paper or voice note to be sent, of up to 25 MiB; then its pieces.");
  list.add_function<&file_put>("file.put",
                               "The next piece of a file, at the place where the last one ended.");
  list.add_function<&file_finish>("file.finish",
                                  "Looks into a whole file: what it gives away; refuses pictures that do.");
  list.add_function<&file_reveals>("file.reveals", "What a file gives away beside what it shows.");
  list.add_function<&file_fetch>("file.fetch", "Fetches a file of a message, or goes on where it stopped.");
  list.add_function<&file_stop>("file.stop",
                                "Stops fetching; or takes a message back whose files are not sent yet.");
  list.add_function<&file_read>("file.read", "A piece of a file that is here, from a place on.");
  list.add_function<&file_list>("file.list",
                                "Files on their way: messages that wait for theirs, and fetched ones.");
}

}  // namespace homeward::api
