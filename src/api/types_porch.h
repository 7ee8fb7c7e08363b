// The API's words about a group's porch, notes that ask somebody further in, and who went. The manner is that
// of types.h.
#pragma once

#include "api/types.h"

namespace homeward::api {

struct OpenPorchArgs {
  HW_API(OpenPorchArgs);
  std::string group, name, my_name;
  int days;
  std::optional<int> vouches;
};
BOOST_DESCRIBE_STRUCT(OpenPorchArgs, (), (group, name, my_name, days, vouches))
struct PorchDaysArgs {
  HW_API(PorchDaysArgs);
  std::string group;
  int days;
};
BOOST_DESCRIBE_STRUCT(PorchDaysArgs, (), (group, days))
struct PorchMemberArgs {
  HW_API(PorchMemberArgs);
  std::string group, member;
  std::optional<std::string> words;
};
BOOST_DESCRIBE_STRUCT(PorchMemberArgs, (), (group, member, words))
struct LeaveOutArgs {
  HW_API(LeaveOutArgs);
  std::string group, member;
  bool out;
};
BOOST_DESCRIBE_STRUCT(LeaveOutArgs, (), (group, member, out))
struct EnterByNoteArgs {
  HW_API(EnterByNoteArgs);
  std::string group, note, my_name;
  std::optional<std::string> greeting;
};
BOOST_DESCRIBE_STRUCT(EnterByNoteArgs, (), (group, note, my_name, greeting))

enum class NoteKind { further_in, into_porch };
BOOST_DESCRIBE_ENUM(NoteKind, further_in, into_porch)
// `foreign`: it led to a group that does not name this one as its porch.
enum class NoteState { fresh, asked, in, expired, foreign };
BOOST_DESCRIBE_ENUM(NoteState, fresh, asked, in, expired, foreign)
enum class OriginCheck { not_from_porch, unseen, good, early, gone };
BOOST_DESCRIBE_ENUM(OriginCheck, not_from_porch, unseen, good, early, gone)
enum class PorchChangeName { opens, closes, days };
BOOST_DESCRIBE_ENUM(PorchChangeName, opens, closes, days)

struct PorchOpened {
  HW_API(PorchOpened);
  std::string porch, change;  // the change of the group's rules that names it
};
BOOST_DESCRIBE_STRUCT(PorchOpened, (), (porch, change))
struct NoteItem {
  HW_API(NoteItem);
  std::string note;
  NoteKind kind;
  PersonItem from;
  std::string words;
  int64_t at, ends_at;
  NoteState state;
  std::optional<std::string> join, group;
};
BOOST_DESCRIBE_STRUCT(NoteItem, (), (note, kind, from, words, at, ends_at, state, join, group))
// Of a group that is a porch, and of one that has one.
struct PorchStatus {
  HW_API(PorchStatus);
  bool is_porch, has_porch;
  int64_t days;                                  // that one stays, by the rules that this vault knows
  bool can_change;                               // an organizer
  bool waits;                                    // a change about the porch waits for another organizer
  std::optional<std::string> porch, porch_name;  // if this vault is in it
  std::optional<std::string> inner, inner_name;  // of a porch, if this vault is further in
  std::optional<int64_t> since, until;           // in a porch: mine
  std::vector<NoteItem> notes;                   // for me, newest first
};
BOOST_DESCRIBE_STRUCT(PorchStatus, (),
                      (is_porch, has_porch, days, can_change, waits, porch, porch_name, inner, inner_name,
                       since, until, notes))
struct StayItem {
  HW_API(StayItem);
  std::string member, name;
  RoleName role;
  bool me;
  int64_t since, until;
  bool over;
  std::optional<int64_t> asked_at;  // I asked her further in
  bool left_out;                    // I do not want to be reminded of her
};
BOOST_DESCRIBE_STRUCT(StayItem, (), (member, name, role, me, since, until, over, asked_at, left_out))
struct StayList {
  HW_API(StayList);
  int64_t days;
  std::vector<StayItem> stays;
};
BOOST_DESCRIBE_STRUCT(StayList, (), (days, stays))
struct OriginItem {
  HW_API(OriginItem);
  std::string request;
  OriginCheck check;
  std::string name;              // in the porch, where this vault can look
  std::optional<int64_t> since;  // from then on
};
BOOST_DESCRIBE_STRUCT(OriginItem, (), (request, check, name, since))
struct OriginList {
  HW_API(OriginList);
  bool has_porch;
  int64_t days;
  std::vector<OriginItem> requests;
};
BOOST_DESCRIBE_STRUCT(OriginList, (), (has_porch, days, requests))
struct CopiedGuidance {
  HW_API(CopiedGuidance);
  int64_t taken, known;  // articles that are new there, and those that were there
};
BOOST_DESCRIBE_STRUCT(CopiedGuidance, (), (taken, known))
struct DepartedItem {
  HW_API(DepartedItem);
  std::string member, name;
  int64_t noticed_at;               // by this device: from then at the latest she reads nothing
  std::optional<LastMessage> last;  // the newest message that she could read, of those that are here
};
BOOST_DESCRIBE_STRUCT(DepartedItem, (), (member, name, noticed_at, last))
struct DepartedList {
  HW_API(DepartedList);
  std::vector<DepartedItem> departed;
};
BOOST_DESCRIBE_STRUCT(DepartedList, (), (departed))

}  // namespace homeward::api
