// The rules of a group, as functions of the epoch's MLS state and a message: the same answer on every
// member's device.
//
//   Add      by value; sponsor and min(vouches, persons − 1) other persons, over the newcomer's key packages
//   Device   Add of a further leaf of a person who is here; a leaf of hers that stays, and min(1, persons −
//   1)
//            other persons
//   Remove   of all devices of a person, by an organizer, by as many persons as the vouches (two at least),
//   or
//            of oneself; by value or by reference
//   Remove   of one device alone, by any device of the same person or an organizer; by reference
//   Replace  Remove and Add of the same leaf's identity and key, by anyone, with the word of that leaf
//   Policy   a change, by an organizer, two where there are several; none left: an election by as many
//   persons
//            as remove; one's own role down: alone; the return seed alone: anyone
//   Back     Add of one who was left behind when the group was started anew, by anyone, with the word of her
//   key Update   anyone
//
// An authorised Remove by reference must be covered by whatever commit comes next, with all other devices of
// the person that it names; who is named by one can approve of and propose nothing any more.
#pragma once

#include <map>
#include <set>

#include "group/claims.h"
#include "group/event.h"
#include "group/policy.h"
#include "mls/group/group.h"

namespace homeward::group {

inline constexpr size_t kMostAdds = 200;  // in one commit
inline constexpr size_t kMostRemoves = 200;
inline constexpr uint32_t kLeastRemovers = 2;  // persons, where none is an organizer

const Suite& group_suite();

struct Seat {
  mls::LeafIndex leaf;
  Identity identity;
};
// Everybody in the tree, by leaf. kMalformed if a leaf's credential is none of ours.
Result<std::vector<Seat>> seats_of(const mls::RatchetTree& tree);
size_t count_persons(std::span<const Seat> seats);

// A Remove by reference that was taken in and authorised; by its target's leaf. One of a whole person names
// all her devices, and the commit removes the others by value.
struct PendingRemoval {
  Bytes ref;
  PersonId person;
  mls::LeafIndex by;
  uint64_t number = 0;  // of its entry
  bool whole = true;    // the person; else this device alone
};
using PendingRemovals = std::map<mls::LeafIndex, PendingRemoval>;

// What all rules look at.
struct Court {
  const GroupId& id;
  const mls::Group& group;  // the epoch before
  const Policy& policy;
  std::span<const Seat> seats;
  const PendingRemovals& pending;
  const Identity* identity(mls::LeafIndex leaf) const;  // null: nobody sits there
  bool is_named(mls::LeafIndex leaf) const;
  bool is_named_whole(const PersonId& person) const;
  uint32_t needed_for_add() const;       // persons, the sponsor included
  uint32_t needed_for_device() const;    // persons, she herself included
  uint32_t needed_for_removal() const;   // persons, where none is an organizer
  uint32_t needed_for_election() const;  // persons, where no organizer is left
  bool is_present(const PersonId& person) const;
  size_t devices_of(const PersonId& person) const;
  std::optional<mls::LeafIndex> leaf_of(const DeviceId& device) const;
};

// Both key packages of a request: ours in form, signed, of one new identity. Answers it.
Result<Identity> check_candidate(const Candidate& candidate,
                                 const std::vector<mls::Extension>& group_extensions);
// What approvals of this request sign: of a newcomer, or of a further device.
// Whether the one who was left behind and has this key package gave her word for it.
bool left_one_asks(const Court& court, const mls::KeyPackage& key_package, const Approval& approval);
// The policy of a group that is started anew by those who stay, without a committer.
Policy policy_anew(const Court& court, const PersonId& without, const std::set<DeviceId>& come,
                   const ReturnSeed& seed);
Action action_of(const Candidate& candidate, const Identity& identity);
uint32_t needed_for(const Court& court, const Identity& identity);
// Whether a leaf of the person herself is among those whose approval holds.
bool has_own_word(const Court& court, const Action& action, const PersonId& person,
                  std::span<const Approval> approvals, const std::set<mls::LeafIndex>& but_not = {});
AddAction add_action(const Candidate& candidate);
Hash key_package_hash(const mls::KeyPackage& key_package);

// True if the approval is by a leaf of this epoch, for this action, and holds now.
bool approval_holds(const Court& court, const Action& action, const Approval& approval);
// The persons whose approvals hold, without those who are named by a pending removal.
std::set<PersonId> approvers_of(const Court& court, const Action& action,
                                std::span<const Approval> approvals);
bool removal_is_allowed(const Court& court, const PersonId& person, std::set<PersonId> approvers);

// A Remove by reference: is it authorised? Error kNotAllowed.
Result<PendingRemoval> judge_removal(const Court& court, const mls::Opened& opened, const Claims& claims);
// My own, of which I know leaf and target.
Result<PendingRemoval> judge_own_removal(const Court& court, mls::LeafIndex mine, mls::LeafIndex target,
                                         const Claims& claims, BytesView ref);
// What a Remove of one device alone carries.
Grant device_removal_grant(const DeviceId& device);

// The policy after persons go and replacements are made.
struct Departures {
  std::set<PersonId> persons;       // who go for good
  std::set<DeviceId> devices;       // that go alone
  std::set<Hash> back;              // who were left behind and come back
  std::vector<Spent> replacements;  // key packages that were used up
  bool empty() const { return persons.empty() && devices.empty() && replacements.empty(); }
};
Policy policy_after(const Court& court, const Departures& departures);

// A change of the policy: what it leads to, with the change itself spent. kNotAllowed if it changes nothing,
// gives a role to someone who is not here, takes the last organizer's role, was made already, or, where no
// organizer is left, does anything but name one.
Result<Policy> policy_changed(const Court& court, const Change& change);
ChangeId change_id(const Change& change);
// Whether this person's approval of it counts, and whether these are enough.
bool has_a_say(const Court& court, const Change& change, const PersonId& person);
bool change_is_allowed(const Court& court, const Change& change, const std::set<PersonId>& approvers);
uint32_t needed_for_change(const Court& court, const Change& change, const PersonId& proposer);

// The policy after a recovery: the new relay before those that are left, a return seed of its own.
Policy policy_recovered(const Court& court, const Departures& departures, const RecoverAction& move,
                        const ReturnSeed& seed);
// A commit by another member. Answers the new policy; error kNotAllowed naming the rule that it breaks.
// `move` if it stands in a recovery log, where more than half of the persons approved of exactly that.
Result<Policy> judge_commit(const Court& court, const mls::CommitCandidate& candidate, const Claims& claims,
                            const RecoverAction* move = nullptr);

}  // namespace homeward::group
