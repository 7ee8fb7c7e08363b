// The API's words: arguments and answers of every command, and the notices. Field names and values are those
// of the JSON; the TypeScript types of the page are generated from here (typescript.cpp), and `commands.cpp`
// lists the commands.
//
// Ids are base64url and mean nothing to the caller; times are milliseconds since 1970 UTC. Enumerators are
// spelled as the JSON spells them.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace homeward::api {

// The name that a struct of the API has in TypeScript.
#define HW_API(Name) static constexpr const char* kName = #Name

enum class VaultState { none, locked, open };
BOOST_DESCRIBE_ENUM(VaultState, none, locked, open)
enum class GroupState { active, leaving, left, removed, stuck, closed, device_removed };
BOOST_DESCRIBE_ENUM(GroupState, active, leaving, left, removed, stuck, closed, device_removed)
enum class SignName { thanks, agree, hug, read, important };
BOOST_DESCRIBE_ENUM(SignName, thanks, agree, hug, read, important)
enum class RoleName { member, adviser, organizer };
BOOST_DESCRIBE_ENUM(RoleName, member, adviser, organizer)
enum class InviteState { open, asked, used, expired };
BOOST_DESCRIBE_ENUM(InviteState, open, asked, used, expired)
enum class JoinState { sending, waiting, expired, failed, joined };
BOOST_DESCRIBE_ENUM(JoinState, sending, waiting, expired, failed, joined)
enum class MessageState { queued, posted, taken_in };
BOOST_DESCRIBE_ENUM(MessageState, queued, posted, taken_in)
// `idle`: there is nothing to be connected for, no group and no join request.
enum class LinkName { connected, connecting, offline, misbehaving, locked, idle, detour };
BOOST_DESCRIBE_ENUM(LinkName, connected, connecting, offline, misbehaving, locked, idle, detour)
enum class WarningKind {
  relay_order,
  history_differs,
  bad_entry,
  bad_commit,
  bundle_differs,
  old_copy,
  cannot_follow,
  fell_behind,
  started_anew
};
BOOST_DESCRIBE_ENUM(WarningKind, relay_order, history_differs, bad_entry, bad_commit, bundle_differs,
                    old_copy, cannot_follow, fell_behind, started_anew)
enum class TodayKind {
  request,
  confirm,
  returns,
  removed,
  join_waiting,
  warning,
  unread,
  question_urgent,    // an adviser: unanswered for a day
  question_answered,  // the asker: an answer came
  question_open,      // an adviser: `count` wait
  article_withdrawn,  // one that a case of mine relied on, or that I opened
  article_stale,      // its author: past its check-by date
  proposal,           // an adviser: a proposed change of an article
  case_silent,        // a case of mine: silent longer than its clock allows
  case_due,           // a step or deadline is due
  case_told,          // somebody else wrote an entry into a case of mine
  double_found,       // a case of mine may be of the same man as another
  recovery,           // others say that the relay is gone, and ask for my word
  policy_change,      // an organizer: another proposed a change of roles or policy
  objection,          // somebody objects to a join request that I vouched for or proposed
  porch_ready,        // somebody stayed in the porch long enough: bring her further in?
  porch_asked,        // I am asked further in
  porch_help,         // I am asked into the porch of a group, to be there for newcomers
  porch_done,         // I came further in and am still in the porch
  device,             // a further device of mine asks, and I have compared the words
  device_confirm,     // a further device of another member needs one person's yes
  stuck,              // this device fell out of the group
  device_removed,     // this device was taken out, its person is still a member
  started_anew        // an organizer started the group anew, and this device went on without it
};
BOOST_DESCRIBE_ENUM(TodayKind, request, confirm, returns, removed, join_waiting, warning, unread,
                    question_urgent, question_answered, question_open, article_withdrawn, article_stale,
                    proposal, case_silent, case_due, case_told, double_found, policy_change, objection,
                    recovery, porch_ready, porch_asked, porch_help, porch_done, device, device_confirm, stuck,
                    device_removed, started_anew)
enum class NoticeName {
  vault,
  groups,
  group,
  members,
  requests,
  invites,
  talk,
  joins,
  sync,
  warning,
  guidance,
  questions,
  cases,
  tallies,
  files
};
BOOST_DESCRIBE_ENUM(NoticeName, vault, groups, group, members, requests, invites, talk, joins, sync, warning,
                    guidance, questions, cases, tallies, files)

struct Nothing {
  HW_API(Nothing);
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

// --- Arguments ---
struct LanguageArgs {
  HW_API(LanguageArgs);
  std::string language;
};
BOOST_DESCRIBE_STRUCT(LanguageArgs, (), (language))
struct PassphraseArgs {
  HW_API(PassphraseArgs);
  std::string passphrase;
};
BOOST_DESCRIBE_STRUCT(PassphraseArgs, (), (passphrase))
struct ChangePassphraseArgs {
  HW_API(ChangePassphraseArgs);
  std::string old_passphrase, new_passphrase;
};
BOOST_DESCRIBE_STRUCT(ChangePassphraseArgs, (), (old_passphrase, new_passphrase))
struct CreateGroupArgs {
  HW_API(CreateGroupArgs);
  std::string name, my_name;
  std::optional<std::string> relay;
  std::optional<int> vouches;
};
BOOST_DESCRIBE_STRUCT(CreateGroupArgs, (), (name, my_name, relay, vouches))
struct GroupArgs {
  HW_API(GroupArgs);
  std::string group;
};
BOOST_DESCRIBE_STRUCT(GroupArgs, (), (group))
struct InviteArgs {
  HW_API(InviteArgs);
  std::string group;
  std::optional<int> days;
};
BOOST_DESCRIBE_STRUCT(InviteArgs, (), (group, days))
struct RevokeInviteArgs {
  HW_API(RevokeInviteArgs);
  std::string group, invite;
};
BOOST_DESCRIBE_STRUCT(RevokeInviteArgs, (), (group, invite))
struct JoinArgs {
  HW_API(JoinArgs);
  std::string link, my_name;
  std::optional<std::string> greeting;
};
BOOST_DESCRIBE_STRUCT(JoinArgs, (), (link, my_name, greeting))
struct CancelJoinArgs {
  HW_API(CancelJoinArgs);
  std::string join;
};
BOOST_DESCRIBE_STRUCT(CancelJoinArgs, (), (join))
struct ProposeArgs {
  HW_API(ProposeArgs);
  std::string group, request;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(ProposeArgs, (), (group, request, note))
struct RequestArgs {
  HW_API(RequestArgs);
  std::string group, request;
};
BOOST_DESCRIBE_STRUCT(RequestArgs, (), (group, request))
struct MemberArgs {
  HW_API(MemberArgs);
  std::string group, member;
};
BOOST_DESCRIBE_STRUCT(MemberArgs, (), (group, member))
// With `files` (ready ones) the text may be empty; the message goes out once they are with the relay.
struct PostArgs {
  HW_API(PostArgs);
  std::string group, text;
  std::optional<std::string> reply_to;
  std::optional<std::vector<std::string>> mentions, files;
};
BOOST_DESCRIBE_STRUCT(PostArgs, (), (group, text, reply_to, mentions, files))
struct TalkListArgs {
  HW_API(TalkListArgs);
  std::string group;
  std::optional<int> limit;
  std::optional<std::string> before;
};
BOOST_DESCRIBE_STRUCT(TalkListArgs, (), (group, limit, before))
struct SearchArgs {
  HW_API(SearchArgs);
  std::string query;
  std::optional<std::string> group;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(SearchArgs, (), (query, group, limit))

// --- Answers ---
struct AppState {
  HW_API(AppState);
  VaultState vault;
  std::string language, version, relay;
};
BOOST_DESCRIBE_STRUCT(AppState, (), (vault, language, version, relay))
struct Strength {
  HW_API(Strength);
  int score;
  double guesses_log10;
  bool enough;
};
BOOST_DESCRIBE_STRUCT(Strength, (), (score, guesses_log10, enough))
struct GroupRef {
  HW_API(GroupRef);
  std::string group;
};
BOOST_DESCRIBE_STRUCT(GroupRef, (), (group))
struct LastMessage {
  HW_API(LastMessage);
  std::string author_name, text;
  int64_t at;
};
BOOST_DESCRIBE_STRUCT(LastMessage, (), (author_name, text, at))
struct GroupItem {
  HW_API(GroupItem);
  std::string group, name;
  int64_t members, epoch;
  GroupState state;
  std::string my_name;
  RoleName my_role;
  int64_t requests, waiting, unread, mentions;
  LinkName link;
  std::optional<LastMessage> last;
  bool is_porch;  // talk and guidance only
};
BOOST_DESCRIBE_STRUCT(GroupItem, (),
                      (group, name, members, epoch, state, my_name, my_role, requests, waiting, unread,
                       mentions, link, last, is_porch))
struct GroupList {
  HW_API(GroupList);
  std::vector<GroupItem> groups;
};
BOOST_DESCRIBE_STRUCT(GroupList, (), (groups))
struct NewInvite {
  HW_API(NewInvite);
  std::string invite, link;
  int64_t ends_at;
};
BOOST_DESCRIBE_STRUCT(NewInvite, (), (invite, link, ends_at))
struct InviteItem {
  HW_API(InviteItem);
  std::string invite;
  int64_t ends_at;
  InviteState state;
  bool for_device;  // of my own
};
BOOST_DESCRIBE_STRUCT(InviteItem, (), (invite, ends_at, state, for_device))
struct InviteList {
  HW_API(InviteList);
  std::vector<InviteItem> invites;
};
BOOST_DESCRIBE_STRUCT(InviteList, (), (invites))
struct NewJoin {
  HW_API(NewJoin);
  std::string join;
  std::vector<std::string> words, words_other;
};
BOOST_DESCRIBE_STRUCT(NewJoin, (), (join, words, words_other))
struct JoinItem {
  HW_API(JoinItem);
  std::string join, my_name;
  std::vector<std::string> words, words_other;
  JoinState state;
  int64_t ends_at, at;
  std::optional<std::string> group;
  bool device;  // a further device of somebody who is a member
};
BOOST_DESCRIBE_STRUCT(JoinItem, (), (join, my_name, words, words_other, state, ends_at, at, group, device))
struct JoinList {
  HW_API(JoinList);
  std::vector<JoinItem> joins;
};
BOOST_DESCRIBE_STRUCT(JoinList, (), (joins))
struct PersonItem {
  HW_API(PersonItem);
  std::string member, name;
};
BOOST_DESCRIBE_STRUCT(PersonItem, (), (member, name))
struct ObjectionItem {
  HW_API(ObjectionItem);
  PersonItem by;
  std::string reason;
  int64_t at;
};
BOOST_DESCRIBE_STRUCT(ObjectionItem, (), (by, reason, at))
struct RequestItem {
  HW_API(RequestItem);
  std::string request, name, greeting, note;
  std::vector<std::string> words, words_other;
  int64_t at;
  bool mine;
  std::optional<PersonItem> proposed_by;
  std::vector<PersonItem> confirmed_by;
  int64_t needed;
  bool can_propose, can_confirm;
  bool can_decline, can_object;  // decline: for everybody, once it is proposed
  std::vector<ObjectionItem> objections;
  bool comes_back;  // a member whose device fell out: one member's group.propose puts her back
  bool device;      // a further device of a member, not a newcomer
  std::optional<PersonItem> accuses;  // who comes back could not follow a commit of this person's
};
BOOST_DESCRIBE_STRUCT(RequestItem, (),
                      (request, name, greeting, note, words, words_other, at, mine, proposed_by, confirmed_by,
                       needed, can_propose, can_confirm, can_decline, can_object, objections, comes_back,
                       device, accuses))
struct RequestList {
  HW_API(RequestList);
  std::vector<RequestItem> requests;
};
BOOST_DESCRIBE_STRUCT(RequestList, (), (requests))
struct MemberItem {
  HW_API(MemberItem);
  std::string member, name;
  RoleName role;
  bool me;
  int64_t since;
  std::string sponsor_name;
  std::vector<std::string> confirmed_names;
  std::vector<PersonItem> removal_by;  // who said that she should go
  int64_t devices;
};
BOOST_DESCRIBE_STRUCT(MemberItem, (),
                      (member, name, role, me, since, sponsor_name, confirmed_names, removal_by, devices))
struct MemberList {
  HW_API(MemberList);
  std::vector<MemberItem> members;
};
BOOST_DESCRIBE_STRUCT(MemberList, (), (members))
struct SafetyWords {
  HW_API(SafetyWords);
  std::vector<std::string> words, words_other;
  int64_t epoch;
};
BOOST_DESCRIBE_STRUCT(SafetyWords, (), (words, words_other, epoch))
struct WarningItem {
  HW_API(WarningItem);
  WarningKind kind;
  int64_t at;
  std::optional<std::string> member_name;
};
BOOST_DESCRIBE_STRUCT(WarningItem, (), (kind, at, member_name))
struct WarningList {
  HW_API(WarningList);
  std::vector<WarningItem> warnings;
};
BOOST_DESCRIBE_STRUCT(WarningList, (), (warnings))
struct NewMessage {
  HW_API(NewMessage);
  std::string message;
};
BOOST_DESCRIBE_STRUCT(NewMessage, (), (message))
struct AnsweredItem {
  HW_API(AnsweredItem);
  std::optional<std::string> message;  // if it is here
  std::string author, author_name, text;
  bool removed;
};
BOOST_DESCRIBE_STRUCT(AnsweredItem, (), (message, author, author_name, text, removed))
struct SignItem {
  HW_API(SignItem);
  SignName sign;
  bool mine;
  std::vector<std::string> names;
};
BOOST_DESCRIBE_STRUCT(SignItem, (), (sign, mine, names))
enum class FileKindName { picture, paper, voice };
BOOST_DESCRIBE_ENUM(FileKindName, picture, paper, voice)
enum class FileStateName {
  not_fetched,
  taking,
  ready,
  sending,
  sent,
  here,
  fetching,
  stopped,
  gone,
  damaged
};
BOOST_DESCRIBE_ENUM(FileStateName, not_fetched, taking, ready, sending, sent, here, fetching, stopped, gone,
                    damaged)
struct FileItem {
  HW_API(FileItem);
  std::string file, name;
  FileKindName kind;
  int64_t size;   // bytes
  bool original;  // a picture with what its camera wrote into it
  FileStateName state;
  int64_t done, count;                 // parts, while it is on its way
  std::optional<int64_t> seconds;      // of a voice note
  std::optional<int64_t> until;        // when the relay may drop it
  std::optional<std::string> preview;  // a small picture, base64
};
BOOST_DESCRIBE_STRUCT(FileItem, (),
                      (file, name, kind, size, original, state, done, count, seconds, until, preview))
struct MessageItem {
  HW_API(MessageItem);
  std::string message, author, author_name;
  bool mine;
  std::string text;
  int64_t at;
  MessageState state;
  std::optional<std::string> group, group_name;  // in search answers
  std::optional<AnsweredItem> reply_to;
  std::vector<std::string> mentions;
  bool mentions_me, edited;
  std::optional<PersonItem> removed_by;  // then there is no text
  std::vector<SignItem> signs;
  bool pinned, can_edit, can_remove, can_pin;
  std::vector<FileItem> files;
};
BOOST_DESCRIBE_STRUCT(MessageItem, (),
                      (message, author, author_name, mine, text, at, state, group, group_name, reply_to,
                       mentions, mentions_me, edited, removed_by, signs, pinned, can_edit, can_remove,
                       can_pin, files))
struct MessageList {
  HW_API(MessageList);
  std::vector<MessageItem> messages;
  bool more;
};
BOOST_DESCRIBE_STRUCT(MessageList, (), (messages, more))
struct GroupSync {
  HW_API(GroupSync);
  std::string group;
  LinkName state;
  int64_t waiting;
};
BOOST_DESCRIBE_STRUCT(GroupSync, (), (group, state, waiting))
struct SyncStatus {
  HW_API(SyncStatus);
  LinkName state;
  int64_t waiting;
  bool disk_full;
  std::vector<GroupSync> groups;
};
BOOST_DESCRIBE_STRUCT(SyncStatus, (), (state, waiting, disk_full, groups))
struct TodayItem {
  HW_API(TodayItem);
  TodayKind kind;
  std::optional<std::string> group, group_name, name, request, join;
  std::optional<int64_t> count;
  // Of a case: `name` is its label. `due` is a day, `count` days of silence.
  std::optional<std::string> case_id, question, article, due;
};
BOOST_DESCRIBE_STRUCT(TodayItem, (),
                      (kind, group, group_name, name, request, join, count, case_id, question, article, due))
struct TodayList {
  HW_API(TodayList);
  std::vector<TodayItem> items;
};
BOOST_DESCRIBE_STRUCT(TodayList, (), (items))

struct Notice {
  HW_API(Notice);
  NoticeName notice;
  std::optional<std::string> group;
};
BOOST_DESCRIBE_STRUCT(Notice, (), (notice, group))

}  // namespace homeward::api
