// The words of a closed group: who is in it, what an event is, where it stands, what went wrong.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/environment.h"
#include "base/result.h"

namespace homeward::group {

enum class GroupError : uint16_t {
  kMalformed = 1,  // bytes that are no event, invite, policy… of ours
  kBadInvite,      // the link is broken
  kInviteExpired,
  kNameInvalid,     // empty, longer than kMostNameBytes, or not text
  kNotAllowed,      // the policy does not let this member do it
  kNotPossibleNow,  // the group was left, or this device was removed or cannot follow
  kNoSuchMember,
  kNoSuchRequest,
  kNoSuchInvite,
  kAlreadyDone,    // vouched twice, say
  kTooLarge,       // does not fit the largest entry
  kDamaged,        // the saved state does not read
  kLastOrganizer,  // the only organizer names another before she goes
  kNoSuchChange,
  kNoSuchDevice,
  kTooManyDevices,  // kMostDevices of one person
};
constexpr Room room_of(GroupError) { return Room::kGroup; }

inline constexpr size_t kMostNameBytes = 128;  // of a group or of a person, UTF-8
inline constexpr size_t kMostGreetingBytes = 1024;
inline constexpr size_t kMostDevices = 5;  // of one person

struct GroupIdTag;
using GroupId = FixedBytes<16, GroupIdTag>;  // MLS group_id; random
struct PersonIdTag;
using PersonId = FixedBytes<32, PersonIdTag>;  // device of the person's first device in this group
struct DeviceIdTag;
using DeviceId = FixedBytes<32, DeviceIdTag>;  // SHA-256 of the leaf's signature public key
struct EventIdTag;
using EventId = FixedBytes<16, EventIdTag>;  // random; unique per person
struct RequestIdTag;
using RequestId = FixedBytes<32, RequestIdTag>;  // SHA-256 over the newcomer's two key packages
struct InviteIdTag;
using InviteId = FixedBytes<16, InviteIdTag>;
struct ChangeIdTag;
using ChangeId = FixedBytes<32, ChangeIdTag>;  // hash of the action that approvals of the change sign
struct ChangeNonceTag;
using ChangeNonce = FixedBytes<16, ChangeNonceTag>;
struct JoinIdTag;
using JoinId = FixedBytes<16, JoinIdTag>;

// A place in the group's one order. Entries are numbered through all queues of an epoch.
struct Position {
  uint64_t epoch = 0;
  uint64_t number = 0;
  auto operator<=>(const Position&) const = default;
};

// What an application message carries. Author and position are not in it: the author is the authenticated
// person, the position the queue's.
struct Event {
  EventId id;
  uint16_t kind = 0;
  Instant at;  // the author's claim, to the minute
  Bytes body;
};

// Kinds below 0x100 are the group's own; each feature of `domain` has a block of 0x100.
inline constexpr uint16_t kGroupKinds = 0x0000;
inline constexpr uint16_t kTalkKinds = 0x0100;

enum class Role : uint8_t { kMember = 1, kAdviser, kOrganizer };

// A change of the policy: what is named in it, and nothing else. The nonce makes each change one of its own:
// an approval of it serves once, and says nothing of another change in the same words.
struct RoleChange {
  PersonId person;
  Role role = Role::kMember;
  auto operator<=>(const RoleChange&) const = default;
};
// The porch of a group: another group, where newcomers stay for so many days before they are proposed.
struct Porch {
  GroupId group;
  uint16_t days = 0;
  bool operator==(const Porch&) const = default;
};
inline constexpr uint16_t kMostPorchDays = 365;
struct Change {
  ChangeNonce nonce;
  std::optional<std::string> name;
  std::optional<uint8_t> vouches;
  std::optional<uint16_t> retention_days;  // 0: forever
  std::optional<Instant> closes;           // to the minute; 0: it does not
  std::vector<RoleChange> roles;           // rising by person, each person once
  std::vector<std::string> relays = {};    // all of them anew, the first orders; empty: they stay
  std::optional<Porch> porch;              // a group of zeros: none any more; in a porch: its own days
  bool operator==(const Change&) const = default;
};

// The rules of a group as they are now.
struct PolicyView {
  std::string name;
  uint8_t vouches = 1;
  uint16_t retention_days = 0;
  Instant closes;  // 0: never
  std::vector<std::string> relays;
  std::vector<PersonId> organizers, advisers;
  uint32_t persons_for_removal = 0;  // where none is an organizer
  bool elects = false;               // no organizer is left: members choose one
  std::optional<Porch> porch;        // where newcomers of this group stay first
  std::optional<uint16_t> is_porch;  // this group is one, for so many days: talk and guidance, no cases
};

// A change that waits for the approvals it needs.
struct PendingChange {
  ChangeId id;
  Change change;
  Instant at;
  PersonId by;
  std::vector<PersonId> approved_by;  // the first is `by`
  uint32_t needed = 1;                // persons in all
  bool can_approve = false;
  bool can_reject = false;
};

// A leaf of a person's. The one that she came with carries her own id.
struct MemberDevice {
  DeviceId device;
  bool this_one = false;
  bool first = false;                 // the one that she came with
  Instant since;                      // claimed time of its request; the first: of hers
  std::vector<PersonId> approved_by;  // others who said yes to it
};

struct Member {
  PersonId person;
  std::string name;
  Role role = Role::kMember;
  bool me = false;
  Instant since;     // claimed time of the request's proposal; the founder's: creation
  PersonId sponsor;  // the founder: herself
  std::vector<PersonId> confirmed_by;
  std::vector<PersonId> removal_by;  // who said that she should go
  size_t devices = 1;
};

// A member who is here because of another's word.
struct Brought {
  Member member;
  size_t depth = 0;  // 1: brought in by that person, 2: by one of those…; 0: only vouched for by her
};

// Where a newcomer was before, as her sponsor says: who she is in the group's porch and since when.
struct FromPorch {
  PersonId person;
  Instant since;
  bool operator==(const FromPorch&) const = default;
};

// A join request as the members see it.
struct JoinRequest {
  RequestId id;
  std::string name;
  std::string greeting;
  std::string note;             // the sponsor's words when she proposed
  std::vector<uint16_t> words;  // four numbers below 1024: made from the key packages, to compare by voice
  Instant at;
  bool mine = false;  // it came by an invite of mine
  bool proposed = false;
  PersonId proposed_by;
  std::vector<PersonId> confirmed_by;
  uint32_t needed = 1;  // persons needed in all, the sponsor included
  bool can_propose = false;
  bool can_confirm = false;
  bool can_decline = false;  // for everybody: its sponsor, an organizer
  bool can_object = false;
  struct Objection {
    PersonId by;
    std::string reason;
    Instant at;
  };
  std::vector<Objection> objections;
  bool comes_back = false;            // a member whose device fell out; one member's `propose` puts her back
  std::optional<PersonId> device_of;  // a further device of this member, not a newcomer
  std::optional<PersonId> accuses;    // who comes back could not follow a commit of this person's
  std::optional<InviteId> invite;     // by which of mine it came, until it is proposed
  std::optional<FromPorch> from_porch;
};

struct Invite {
  enum class State : uint8_t { kOpen = 1, kAsked, kUsed, kExpired };
  InviteId id;
  Instant ends;
  State state = State::kOpen;
  bool for_device = false;  // of my own
};

enum class Standing : uint8_t {
  kActive = 1,
  kLeaving,  // my leave waits for a member to commit it
  kLeft,
  kRemoved,
  kStuck,          // this device cannot follow (an old copy put back, a commit good for some): it asked to be
                   // replaced
  kClosed,         // the group's closing date came
  kDeviceRemoved,  // this device alone; its person is still a member
};
// Why this device is stuck, and what an organizer can do about it where nobody can follow.
struct Stuck {
  enum class Why : uint8_t { kOldCopy = 1, kCannotFollow, kFellBehind, kStartedAnew };
  Why why = Why::kOldCopy;
  Instant since;
  std::optional<PersonId> accused;  // whose commit it could not follow
  std::vector<PersonId> also;       // others who could not, as far as this device knows
  bool can_start_anew = false;
  bool starting_anew = false;  // this device said so, and waits for the relay
};

// Out of the group for good: it neither reads nor sends.
inline bool is_out(Standing standing) {
  return standing == Standing::kLeft || standing == Standing::kRemoved || standing == Standing::kClosed ||
         standing == Standing::kDeviceRemoved;
}

struct Warning {
  enum class Kind : uint8_t {
    kRelayOrder = 1,  // the relay changed, dropped or invented: numbers with gaps, my acknowledged entry not
                      // at its place
    kHistoryDiffers,  // a member's running hash is not mine: the relay shows different things, or her device
                      // lies
    kBadEntry,        // a proven member posted what is not valid
    kBadCommit,       // a proven member's commit broke the policy
    kBundleDiffers,   // the newcomer's bundle is not what another member computed
    kOldCopy,         // this vault is an old copy: an entry of its own that it does not remember
    kCannotFollow,    // a commit that is good for some, not for this device
    kFellBehind,      // away longer than the relay keeps entries
    kStartedAnew,     // this organizer started the group anew without a committer whom nobody could follow
  };
  Kind kind = Kind::kBadEntry;
  Instant at;
  bool about_member = false;
  PersonId member;  // if about_member
};

}  // namespace homeward::group
