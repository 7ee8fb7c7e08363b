// The API's words about the relays of a group. The manner is that of types.h.
#pragma once

#include "api/types.h"

namespace homeward::api {

struct RelaysArgs {
  HW_API(RelaysArgs);
  std::string group;
  std::vector<std::string> relays;  // all of them anew; the first orders
};
BOOST_DESCRIBE_STRUCT(RelaysArgs, (), (group, relays))
struct RecoverArgs {
  HW_API(RecoverArgs);
  std::string group, relay;
};
BOOST_DESCRIBE_STRUCT(RecoverArgs, (), (group, relay))
struct RelayItem {
  HW_API(RelayItem);
  std::string relay;
  bool connected, orders, listed;  // not listed: it is looked at for who asked there
};
BOOST_DESCRIBE_STRUCT(RelayItem, (), (relay, connected, orders, listed))
// Members say that the relay that orders is gone for good and where the group goes on.
struct RecoveryItem {
  HW_API(RecoveryItem);
  std::string relay;
  std::vector<PersonItem> approved_by;
  int64_t needed;  // persons in all
  bool mine;
};
BOOST_DESCRIBE_STRUCT(RecoveryItem, (), (relay, approved_by, needed, mine))
struct RelaysAnswer {
  HW_API(RelaysAnswer);
  std::vector<RelayItem> relays;
  std::vector<RecoveryItem> recoveries;
  bool reachable;   // the one that orders, by any way
  bool can_change;  // my word counts
  int64_t agree;    // organizers that must agree on a change
};
BOOST_DESCRIBE_STRUCT(RelaysAnswer, (), (relays, recoveries, reachable, can_change, agree))

}  // namespace homeward::api
