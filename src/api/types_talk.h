// The API's words about talk beyond a message itself: edits, signs, pins, drafts, how long it lives. The
// manner is that of types.h.
#pragma once

#include "api/types.h"

namespace homeward::api {

struct MessageArgs {
  HW_API(MessageArgs);
  std::string group, message;
};
BOOST_DESCRIBE_STRUCT(MessageArgs, (), (group, message))
struct EditArgs {
  HW_API(EditArgs);
  std::string group, message, text;
  std::optional<std::vector<std::string>> mentions;
};
BOOST_DESCRIBE_STRUCT(EditArgs, (), (group, message, text, mentions))
// Without a sign: mine is taken back.
struct SignArgs {
  HW_API(SignArgs);
  std::string group, message;
  std::optional<SignName> sign;
};
BOOST_DESCRIBE_STRUCT(SignArgs, (), (group, message, sign))
struct UnpinArgs {
  HW_API(UnpinArgs);
  std::string group, author, pin;
};
BOOST_DESCRIBE_STRUCT(UnpinArgs, (), (group, author, pin))
struct DraftArgs {
  HW_API(DraftArgs);
  std::string group, text;
  std::optional<std::string> reply_to;
};
BOOST_DESCRIBE_STRUCT(DraftArgs, (), (group, text, reply_to))
struct RetentionArgs {
  HW_API(RetentionArgs);
  std::string group;
  int days;  // 0: as the group
};
BOOST_DESCRIBE_STRUCT(RetentionArgs, (), (group, days))

struct PinItem {
  HW_API(PinItem);
  std::string pin, author, author_name, text;
  int64_t at;
  PersonItem by;
  std::optional<std::string> message;  // if it is here
  bool can_unpin;
};
BOOST_DESCRIBE_STRUCT(PinItem, (), (pin, author, author_name, text, at, by, message, can_unpin))
struct PinList {
  HW_API(PinList);
  std::vector<PinItem> pins;
};
BOOST_DESCRIBE_STRUCT(PinList, (), (pins))
struct Draft {
  HW_API(Draft);
  std::string text;
  std::optional<std::string> reply_to;
};
BOOST_DESCRIBE_STRUCT(Draft, (), (text, reply_to))
// Days; 0 is forever.
struct Keeping {
  HW_API(Keeping);
  int64_t group, mine, days;
  std::optional<int64_t> closes_at;
};
BOOST_DESCRIBE_STRUCT(Keeping, (), (group, mine, days, closes_at))

}  // namespace homeward::api
