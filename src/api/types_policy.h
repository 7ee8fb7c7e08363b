// The API's words about roles and rules of a group, who brought in whom, and objections. The manner is that
// of types.h.
#pragma once

#include "api/types_porch.h"

namespace homeward::api {

struct RoleArgs {
  HW_API(RoleArgs);
  std::string group, member;
  RoleName role;
};
BOOST_DESCRIBE_STRUCT(RoleArgs, (), (group, member, role))
// What is not named stays. `closes_at` 0: the group does not close.
struct PolicyArgs {
  HW_API(PolicyArgs);
  std::string group;
  std::optional<std::string> name;
  std::optional<int> vouches, retention_days;
  std::optional<int64_t> closes_at;
};
BOOST_DESCRIBE_STRUCT(PolicyArgs, (), (group, name, vouches, retention_days, closes_at))
struct ChangeArgs {
  HW_API(ChangeArgs);
  std::string group, change;
};
BOOST_DESCRIBE_STRUCT(ChangeArgs, (), (group, change))
struct ObjectArgs {
  HW_API(ObjectArgs);
  std::string group, request, reason;
};
BOOST_DESCRIBE_STRUCT(ObjectArgs, (), (group, request, reason))
struct ChainArgs {
  HW_API(ChainArgs);
  std::string group, member;
  std::optional<int64_t> since;
};
BOOST_DESCRIBE_STRUCT(ChainArgs, (), (group, member, since))
// Who goes is named one by one, as they were shown.
struct RemoveChainArgs {
  HW_API(RemoveChainArgs);
  std::string group;
  std::vector<std::string> members;
};
BOOST_DESCRIBE_STRUCT(RemoveChainArgs, (), (group, members))

struct RoleItem {
  HW_API(RoleItem);
  std::string member, name;
  RoleName role;
};
BOOST_DESCRIBE_STRUCT(RoleItem, (), (member, name, role))
// A change that waits for others; only what it would change is named.
struct ChangeItem {
  HW_API(ChangeItem);
  std::string change;
  int64_t at;
  PersonItem by;
  std::vector<PersonItem> approved_by;
  int64_t needed;  // persons in all
  bool mine, can_approve, can_reject;
  std::optional<std::string> name;
  std::optional<int64_t> vouches, retention_days, closes_at;
  std::vector<RoleItem> roles;
  std::vector<std::string> relays;  // all of them anew
  std::optional<PorchChangeName> porch;
  std::optional<int64_t> porch_days;  // where `porch` is not closes
};
BOOST_DESCRIBE_STRUCT(ChangeItem, (),
                      (change, at, by, approved_by, needed, mine, can_approve, can_reject, name, vouches,
                       retention_days, closes_at, roles, relays, porch, porch_days))
// Members said that she should go.
struct RemovalItem {
  HW_API(RemovalItem);
  PersonItem person;
  std::vector<PersonItem> by;
  int64_t needed;
  bool can_approve;
};
BOOST_DESCRIBE_STRUCT(RemovalItem, (), (person, by, needed, can_approve))
struct PolicyAnswer {
  HW_API(PolicyAnswer);
  std::string name;
  int64_t vouches, retention_days;
  std::optional<int64_t> closes_at;
  std::vector<std::string> relays;
  std::vector<PersonItem> organizers, advisers;
  bool elects;            // no organizer is left: members make one
  bool can_change;        // my word counts
  int64_t agree;          // organizers that must agree on a change
  int64_t removal_needs;  // persons, where none is an organizer
  std::vector<ChangeItem> changes;
  std::vector<RemovalItem> removals;
};
BOOST_DESCRIBE_STRUCT(PolicyAnswer, (),
                      (name, vouches, retention_days, closes_at, relays, organizers, advisers, elects,
                       can_change, agree, removal_needs, changes, removals))
struct ChangeRef {
  HW_API(ChangeRef);
  std::string change;
};
BOOST_DESCRIBE_STRUCT(ChangeRef, (), (change))
struct ChainItem {
  HW_API(ChainItem);
  std::string member, name;
  int64_t since;
  PersonItem sponsor;
  int64_t depth;  // 1: brought in by herself, 2: by one of those…
  std::vector<PersonItem> vouched;
};
BOOST_DESCRIBE_STRUCT(ChainItem, (), (member, name, since, sponsor, depth, vouched))
struct ChainAnswer {
  HW_API(ChainAnswer);
  std::vector<ChainItem> brought_in;
  std::vector<ChainItem> vouched_for;  // not brought in by her: depth 0
};
BOOST_DESCRIBE_STRUCT(ChainAnswer, (), (brought_in, vouched_for))

}  // namespace homeward::api
