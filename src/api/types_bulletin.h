// The API's words for bulletins. Days are "YYYY-MM-DD"; digests are lower-case hexadecimal.
#pragma once

#include "api/types_cases.h"

namespace homeward::api {

enum class DraftStanding { open, bulletin, discarded, overtaken, statement_missing };
BOOST_DESCRIBE_ENUM(DraftStanding, open, bulletin, discarded, overtaken, statement_missing)

struct StatementItem {
  HW_API(StatementItem);
  std::string statement;
  MemberRef speaker{};
  MemberRef by{};
  std::string text;  // empty once taken back
  std::string attribution;
  bool consented{};
  bool taken_back{};
  bool queued{};
  bool may_consent{};
  bool may_take_back{};
};
BOOST_DESCRIBE_STRUCT(StatementItem, (),
                      (statement, speaker, by, text, attribution, consented, taken_back, queued, may_consent,
                       may_take_back))
struct DraftItem {
  HW_API(DraftItem);
  std::string draft;
  int64_t number{};  // it is, or would be, the bulletin of this number
  std::string as_of;
  MemberRef by{};
  int64_t at{};
  DraftStanding standing{};
  std::vector<MemberRef> approved_by;
  bool queued{};  // it, or the word that makes it a bulletin, waits to be sent
  std::string digest;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(DraftItem, (),
                      (draft, number, as_of, by, at, standing, approved_by, queued, digest, reason))
struct BulletinView {
  HW_API(BulletinView);
  std::vector<StatementItem> statements;  // newest first
  std::vector<DraftItem> drafts;          // newest first, the bulletins among them
  bool may_prepare{};                     // an organizer
  int64_t organizers{};
  int64_t threshold{};  // of the next bulletin; fixed by the first
  bool threshold_fixed{};
};
BOOST_DESCRIBE_STRUCT(BulletinView, (),
                      (statements, drafts, may_prepare, organizers, threshold, threshold_fixed))
struct NewStatementArgs {
  HW_API(NewStatementArgs);
  std::string group;
  std::optional<std::string> speaker;  // a member; me if absent
  std::string text;
  std::string attribution;
};
BOOST_DESCRIBE_STRUCT(NewStatementArgs, (), (group, speaker, text, attribution))
struct StatementArgs {
  HW_API(StatementArgs);
  std::string group;
  std::string statement;
};
BOOST_DESCRIBE_STRUCT(StatementArgs, (), (group, statement))
struct StatementRef {
  HW_API(StatementRef);
  std::string statement;
};
BOOST_DESCRIBE_STRUCT(StatementRef, (), (statement))
struct PrepareArgs {
  HW_API(PrepareArgs);
  std::string group;
  std::optional<std::string> as_of;  // today if absent
  std::optional<int64_t> threshold;
  std::optional<std::string> publisher;
  std::vector<std::string> statements;
};
BOOST_DESCRIBE_STRUCT(PrepareArgs, (), (group, as_of, threshold, publisher, statements))
struct DraftRef {
  HW_API(DraftRef);
  std::string draft;
};
BOOST_DESCRIBE_STRUCT(DraftRef, (), (draft))
struct BulletinDraftArgs {
  HW_API(BulletinDraftArgs);
  std::string group;
  std::string draft;
};
BOOST_DESCRIBE_STRUCT(BulletinDraftArgs, (), (group, draft))
struct ApproveArgs {
  HW_API(ApproveArgs);
  std::string group;
  std::string draft;
  std::string digest;  // of what she was shown
};
BOOST_DESCRIBE_STRUCT(ApproveArgs, (), (group, draft, digest))
struct DiscardArgs {
  HW_API(DiscardArgs);
  std::string group;
  std::string draft;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(DiscardArgs, (), (group, draft, reason))
struct BulletinFile {
  HW_API(BulletinFile);
  std::string name;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(BulletinFile, (), (name, text))
struct DraftView {
  HW_API(DraftView);
  DraftItem draft{};
  std::vector<BulletinFile> files;   // what goes out, byte by byte
  bool same_bytes{};                 // this device makes the same folder of the draft
  std::vector<std::string> changed;  // what would differ if it were prepared now: "losses RU-BU 2022-07"
  int64_t cells_shown{}, cells_hidden{};
  bool may_approve{}, may_discard{};
};
BOOST_DESCRIBE_STRUCT(DraftView, (),
                      (draft, files, same_bytes, changed, cells_shown, cells_hidden, may_approve,
                       may_discard))
struct BulletinFilesArgs {
  HW_API(BulletinFilesArgs);
  std::string group;
  std::optional<std::string> draft;  // the newest bulletin if absent
};
BOOST_DESCRIBE_STRUCT(BulletinFilesArgs, (), (group, draft))
struct BulletinFolder {
  HW_API(BulletinFolder);
  int64_t number{};
  std::string digest;
  std::string name;     // of the archive
  std::string archive;  // ZIP, base64
  std::vector<BulletinFile> files;
};
BOOST_DESCRIBE_STRUCT(BulletinFolder, (), (number, digest, name, archive, files))

}  // namespace homeward::api
