// The API's words about a member's devices and about falling out. The manner is that of types.h.
#pragma once

#include "api/types.h"

namespace homeward::api {

// Whose devices; mine if nobody is named.
struct DevicesArgs {
  HW_API(DevicesArgs);
  std::string group;
  std::optional<std::string> member;
};
BOOST_DESCRIBE_STRUCT(DevicesArgs, (), (group, member))
struct DeviceArgs {
  HW_API(DeviceArgs);
  std::string group, device;
};
BOOST_DESCRIBE_STRUCT(DeviceArgs, (), (group, device))
struct AddDeviceArgs {
  HW_API(AddDeviceArgs);
  std::string group;
  std::optional<int> hours;
};
BOOST_DESCRIBE_STRUCT(AddDeviceArgs, (), (group, hours))
struct JoinDeviceArgs {
  HW_API(JoinDeviceArgs);
  std::string link;
};
BOOST_DESCRIBE_STRUCT(JoinDeviceArgs, (), (link))

struct DeviceItem {
  HW_API(DeviceItem);
  std::string device;
  bool this_one, first;  // first: the one that she came with
  int64_t since;
  std::vector<PersonItem> approved_by;
  bool can_remove;
};
BOOST_DESCRIBE_STRUCT(DeviceItem, (), (device, this_one, first, since, approved_by, can_remove))
struct DeviceList {
  HW_API(DeviceList);
  std::vector<DeviceItem> devices;
  bool can_add;
};
BOOST_DESCRIBE_STRUCT(DeviceList, (), (devices, can_add))
// A member's further device, for the notes of the talk and of People; the newest first.
struct NewDeviceItem {
  HW_API(NewDeviceItem);
  PersonItem member;
  bool me;
  int64_t since, count;
  std::vector<PersonItem> approved_by;
};
BOOST_DESCRIBE_STRUCT(NewDeviceItem, (), (member, me, since, count, approved_by))
struct NewDeviceList {
  HW_API(NewDeviceList);
  std::vector<NewDeviceItem> devices;
};
BOOST_DESCRIBE_STRUCT(NewDeviceList, (), (devices))
enum class StuckWhy { old_copy, cannot_follow, fell_behind, started_anew };
BOOST_DESCRIBE_ENUM(StuckWhy, old_copy, cannot_follow, fell_behind, started_anew)
struct StuckAnswer {
  HW_API(StuckAnswer);
  bool stuck;
  std::optional<StuckWhy> why;
  std::optional<int64_t> since;
  std::optional<PersonItem> accused;  // whose change this device could not follow
  std::vector<PersonItem> also;       // others who could not
  bool can_restart, restarting;
  std::optional<PersonItem> started_anew_by;  // this device went on; its person may go along
};
BOOST_DESCRIBE_STRUCT(StuckAnswer, (),
                      (stuck, why, since, accused, also, can_restart, restarting, started_anew_by))
struct LinkKind {
  HW_API(LinkKind);
  bool device;
  int64_t ends_at;
};
BOOST_DESCRIBE_STRUCT(LinkKind, (), (device, ends_at))

}  // namespace homeward::api
