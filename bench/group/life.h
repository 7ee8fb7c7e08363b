// The life of a group: how it comes to be, and what a day in it is like.
#pragma once

#include <set>

#include "bench/group/world.h"

namespace homeward::bench {

// What happens in one day.
struct Day {
  size_t messages = 200;
  size_t joins = 20;
  size_t removals = 5;
};

class Life {
 public:
  Life(World& world, size_t members);

  // Founds the group and lets everybody in; `fifty` is set to what it took to add fifty at once.
  struct Fifty {
    uint64_t commits = 0;
    uint64_t received_bytes = 0;  // by a member who was there, from the first proposal on
    size_t persons = 0;
  };
  Fifty begin();
  // One day, from now on. Those who sleep sleep on.
  void live(const Day& day);

  Member& founder() { return *founder_; }
  const group::GroupId& id() const { return group_; }
  uint64_t epoch();
  size_t size();
  // Members who write and vouch; they are never removed.
  const std::vector<Member*>& active() const { return active_; }
  // Everybody else who is a member.
  std::vector<Member*> quiet();
  std::set<const Member*> kept;     // these are not removed either
  bool rest_after_joining = false;  // newcomers sleep once they have settled in
  size_t only_first = SIZE_MAX;     // of the active are awake

 private:
  group::RequestId ask(Member& sponsor, Member& newcomer);
  void propose(Member& sponsor, const group::RequestId& request);
  void confirm(Member& member, const group::RequestId& request);
  // Answers by how many commits they came in.
  uint64_t bring_in(size_t count, std::span<Member* const> sponsors, Member& second);
  void say(Member& member);
  Member& some_active();

  World& world_;
  size_t wanted_;
  group::GroupId group_;
  Member* founder_ = nullptr;
  std::vector<Member*> active_;
};

}  // namespace homeward::bench
