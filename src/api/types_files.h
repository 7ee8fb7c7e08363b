// The API's words about photos, papers and voice notes. The manner is that of types.h; content is base64, in
// pieces of at most 196,557 bytes.
#pragma once

#include "api/types.h"

namespace homeward::api {

enum class RevealsName {
  place,
  date,
  camera,
  serial,
  author,
  thumbnail,
  maker_notes,
  comment,
  program,
  settings,
  hidden,
  unseen,
  broken
};
BOOST_DESCRIBE_ENUM(RevealsName, place, date, camera, serial, author, thumbnail, maker_notes, comment,
                    program, settings, hidden, unseen, broken)

struct NewFileArgs {
  HW_API(NewFileArgs);
  std::string group, name;
  FileKindName kind;
  int64_t size;                // bytes
  std::optional<int> seconds;  // of a voice note
};
BOOST_DESCRIBE_STRUCT(NewFileArgs, (), (group, name, kind, size, seconds))
struct NewFileRef {
  HW_API(NewFileRef);
  std::string file;
  int64_t piece;  // bytes of a piece at most
};
BOOST_DESCRIBE_STRUCT(NewFileRef, (), (file, piece))
struct PutFileArgs {
  HW_API(PutFileArgs);
  std::string group, file;
  int64_t at;
  std::string content;
};
BOOST_DESCRIBE_STRUCT(PutFileArgs, (), (group, file, at, content))
struct FileReceived {
  HW_API(FileReceived);
  int64_t received;
};
BOOST_DESCRIBE_STRUCT(FileReceived, (), (received))
struct FinishFileArgs {
  HW_API(FinishFileArgs);
  std::string group, file;
  std::optional<std::string> preview;  // a small picture, base64, at most 8 KiB
  std::optional<bool> keep_original;   // a picture may keep what its camera wrote into it
};
BOOST_DESCRIBE_STRUCT(FinishFileArgs, (), (group, file, preview, keep_original))
struct FileReveals {
  HW_API(FileReveals);
  std::vector<RevealsName> reveals;
};
BOOST_DESCRIBE_STRUCT(FileReveals, (), (reveals))
struct FileArgs {
  HW_API(FileArgs);
  std::string group, file;
};
BOOST_DESCRIBE_STRUCT(FileArgs, (), (group, file))
struct FetchFileArgs {
  HW_API(FetchFileArgs);
  std::string group, message, file;
};
BOOST_DESCRIBE_STRUCT(FetchFileArgs, (), (group, message, file))
struct ReadFileArgs {
  HW_API(ReadFileArgs);
  std::string group, file;
  int64_t at;
};
BOOST_DESCRIBE_STRUCT(ReadFileArgs, (), (group, file, at))
struct FilePiece {
  HW_API(FilePiece);
  std::string content;
  int64_t size;      // of the whole
  std::string type;  // a media type that may be shown, or application/octet-stream
};
BOOST_DESCRIBE_STRUCT(FilePiece, (), (content, size, type))
struct WaitingMessageItem {
  HW_API(WaitingMessageItem);
  std::string waiting, text;
  int64_t at;
  std::vector<FileItem> files;
};
BOOST_DESCRIBE_STRUCT(WaitingMessageItem, (), (waiting, text, at, files))
struct FileList {
  HW_API(FileList);
  std::vector<WaitingMessageItem> sending;
  std::vector<FileItem> fetching;
};
BOOST_DESCRIBE_STRUCT(FileList, (), (sending, fetching))

}  // namespace homeward::api
