// What a feature of `domain` is told when an event is folded into it.
//
// A feature is always the same three files in its folder: `events` (what can happen, who may say it), `state`
// (the fold over the log) and `queries` (what the page asks). It keeps everything in rows: spaces 0x2000 +
// 0x100 × its number, each key beginning with the group's id; its kinds of events are the block 0x100 × its
// number. It knows neither MLS nor the group machine: the client translates.
#pragma once

#include "base/environment.h"
#include "base/rows.h"

namespace homeward::domain {

struct GroupKeyTag;
using GroupKey = FixedBytes<16, GroupKeyTag>;  // the group's id
struct AuthorTag;
using Author = FixedBytes<32, AuthorTag>;  // the person, as authenticated
struct EventKeyTag;
using EventKey = FixedBytes<16, EventKeyTag>;  // the event's id; unique per author

// A place in the group's one order; no two events share one.
struct Place {
  uint64_t epoch = 0;
  uint64_t number = 0;
  auto operator<=>(const Place&) const = default;
};

enum class AuthorRole : uint8_t { kMember = 1, kAdviser, kOrganizer };

struct Event {
  EventKey id;
  uint16_t kind = 0;
  Instant at;  // the author's claim
  BytesView body;
};

struct Context {
  Rows& rows;
  GroupKey group;
  Author author;
  bool author_is_me = false;
  AuthorRole author_role = AuthorRole::kMember;
  Place place;
};

}  // namespace homeward::domain
