// Photos, papers and voice notes: what a person does with them. A file is given piece by piece, looked into,
// and goes out with a message once all of it is with the relay; others fetch it when they want to see it.
//
// A picture must be of a kind that is looked into and carry nothing beside what it shows, whatever it is
// called, unless its sender keeps it as it is on purpose.
#pragma once

#include "client/transfers.h"
#include "domain/files/inspect.h"

namespace homeward::client {

enum class FileError : uint16_t {
  kNoSuchFile = 0x0C01,
  kTooLarge,  // over 25 MiB, or a piece or preview over its bound
  kNameInvalid,
  kOutOfPlace,      // a piece that does not follow the one before
  kNotWhole,        // less was given than was said
  kReveals,         // a picture that carries more than it shows
  kUnknownPicture,  // a picture of a kind that is not looked into
  kPreviewInvalid,
  kNotHere,  // not fetched yet
  kTooManyFiles,
};
constexpr Room room_of(FileError) { return Room::kClient; }

namespace files {

using domain::files::FileKind;
using domain::files::Findings;

inline constexpr size_t kMostPieceBytes = 3 * kPieceBytes;  // of one `put` or `read`
inline constexpr size_t kMostUnsent = 32;                   // files of a group that are taken and not sent

struct NewFile {
  FileKind kind = FileKind::kPaper;
  std::string name;
  uint64_t size_bytes = 0;
  uint16_t seconds = 0;
};
Result<domain::Ref> begin(const Client::Hand& hand, const NewFile& file);
// The next piece, at the place where the last one ended. How much is there then.
Result<uint64_t> put(const Client::Hand& hand, const domain::Ref& file, uint64_t at, BytesView piece);
struct Finishing {
  Bytes preview;
  bool keeps_original = false;
};
// Looks into it, after which it can be sent. kReveals, kUnknownPicture for a picture that may not go;
// `look_into` says what it reveals.
Result<Findings> finish(const Client::Hand& hand, const domain::Ref& file, const Finishing& finishing);
Result<Findings> look_into(const Client::Look& look, const domain::Ref& file);

// A message with files, which waits in the vault until they are with the relay. kNoSuchFile for a file that
// is not ready.
Result<domain::EventKey> queue_message(const Client::Hand& hand, domain::talk::MessageSaid said,
                                       std::span<const domain::Ref> files);
// Messages whose files are all sent are posted; true if any was.
bool post_ready(const Client::Hand& hand);
// What was not sent goes: waiting messages, and files that no waiting message names.
struct Unsent {
  Instant messages;
  Instant files;
};
void drop_unsent(Rows& rows, const domain::GroupKey& group, const Unsent& from_before);

// One that waits to be sent goes with its whole message; one that is fetched stays as far as it is here.
Result<> stop(const Client::Hand& hand, const domain::Ref& file);
// From a message that is the group's.
Result<> fetch(const Client::Hand& hand, const group::EventId& message, const domain::Ref& file);

struct Piece {
  Bytes content;
  uint64_t size_bytes = 0;  // of the whole
  domain::files::Container container = domain::files::Container::kOther;
};
Result<Piece> read(const Client::Look& look, const domain::Ref& file, uint64_t at, size_t most);

// What is on its way.
struct WaitingMessage {
  domain::EventKey id;
  std::string text;
  Instant since;
  std::vector<ShownFile> files;
};
struct OnTheWay {
  std::vector<WaitingMessage> sending;  // oldest first
  std::vector<ShownFile> fetching;
};
OnTheWay on_the_way(const Client::Look& look);

// How a file of a message stands here.
ShownFile shown_file(Rows& rows, const domain::GroupKey& group, const domain::Author& author,
                     const domain::files::Attachment& file);

}  // namespace files
}  // namespace homeward::client
