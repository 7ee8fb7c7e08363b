// The group's own shared state: who its members are to each other, open join requests and objections to
// them, asked-for removals, open changes of the policy, and which events were seen.
//
// Rows with a cache in memory. It depends only on the events and commits folded, so it is the same on every
// device at the same position. A departed member stays by name, so that what she wrote keeps its author.
#pragma once

#include <map>

#include "base/rows.h"
#include "group/event.h"
#include "group/rules.h"

namespace homeward::group {

inline constexpr size_t kMostOpenBySponsor = 20;
inline constexpr size_t kMostOpenRequests = 1'000;
inline constexpr size_t kMostOpenChanges = 50;
inline constexpr size_t kMostOpenByProposer = 10;
inline constexpr size_t kMostObjections = 20;  // to one request
// (person, event id) pairs that are known not to be new; older ones are forgotten, by everybody alike.
inline constexpr size_t kSeenWindow = 1'024;

struct Person {
  std::string name;
  Instant since;
  PersonId sponsor;
  std::vector<PersonId> confirmed_by;
};

struct OpenRequest {
  Candidate candidate;
  std::string note;
  Instant at;
  PersonId sponsor;
  Identity newcomer;  // a new person's, or a further device of the sponsor's own
  std::vector<std::pair<PersonId, Approval>> approvals;  // the sponsor's first
  bool is_device() const { return !newcomer.is_first(); }
  Action action() const { return action_of(candidate, newcomer); }
  bool has_approval_of(const PersonId& person) const;
  std::vector<Approval> plain_approvals() const;
};

struct OpenChange {
  Change change;
  Instant at;
  std::vector<std::pair<PersonId, Approval>> approvals;  // in order; the proposer's first
  const PersonId& by() const { return approvals.front().first; }
  bool has_approval_of(const PersonId& person) const;
  std::vector<Approval> plain_approvals() const;
};

// A further device of a person, as long as it is in the group.
struct FurtherDevice {
  PersonId person;
  Instant since;
  std::vector<PersonId> approved_by;
};

struct Objection {
  std::string reason;
  Instant at;
};
using Objections = std::map<PersonId, Objection>;

void encode(Writer& out, const OpenChange& open);
OpenChange decode_open_change(Reader& in);
void encode(Writer& out, const FromPorch& from);
FromPorch decode_from_porch(Reader& in);
void encode(Writer& out, const Objections& objections);
Objections decode_objections(Reader& in);

class Roster {
 public:
  void load(const GroupId& id, Rows& rows);

  const std::map<PersonId, Person>& persons() const { return persons_; }
  const std::map<RequestId, OpenRequest>& requests() const { return requests_; }
  const std::map<PersonId, std::map<PersonId, Approval>>& removals() const { return removals_; }
  const std::map<ChangeId, OpenChange>& changes() const { return changes_; }
  const std::map<RequestId, Objections>& objections() const { return objections_; }
  const std::map<RequestId, FromPorch>& from_porch() const { return from_porch_; }
  const std::map<DeviceId, FurtherDevice>& devices() const { return devices_; }
  // Where a request is answered, if its newcomer waits at another relay than the one that orders.
  const std::map<RequestId, std::string>& answer_at() const { return answer_at_; }
  // The group went to another relay: who asked before waits at the one that it left.
  void answers_stay_at(const std::string& relay, Rows& rows);
  std::string name_of(const PersonId& person) const;

  void set_person(const PersonId& id, Person person, Rows& rows);
  // Folds one of the group's own events; malformed or not allowed: changes nothing. True if requests changed.
  struct Author {
    mls::LeafIndex leaf;
    PersonId person;
  };
  bool fold(const Court& court, const Author& author, const Event& event, Rows& rows);
  // After a commit: newcomers get their names, requests and removals that came to nothing go.
  void enter_epoch(std::span<const Seat> before, const Court& now, Rows& rows);

  // True the first time.
  bool mark_seen(const PersonId& person, const EventId& event, Rows& rows);

  Bytes snapshot(Rows& rows) const;
  // kMalformed; the roster must be empty.
  Result<> restore(const GroupId& id, BytesView snapshot, Rows& rows);

 private:
  void enter(const OpenRequest& request, Rows& rows);
  void save_device(const DeviceId& device, Rows& rows) const;
  void drop_devices(const Court& now, Rows& rows);
  void save_request(const RequestId& id, Rows& rows) const;
  void erase_request(const RequestId& id, Rows& rows);
  void save_removal(const PersonId& person, Rows& rows) const;
  void save_change(const ChangeId& id, Rows& rows) const;
  void erase_change(const ChangeId& id, Rows& rows);
  void save_objections(const RequestId& id, Rows& rows) const;
  void fold_change(const Court& court, const Author& author, const Event& event, Rows& rows);
  void fold_change_approved(const Court& court, const Author& author, const Event& event, Rows& rows);
  void fold_change_rejected(const Court& court, const Author& author, const Event& event, Rows& rows);
  bool fold_objection(const Author& author, const Event& event, Rows& rows);
  bool fold_from_porch(const Author& author, const Event& event, Rows& rows);
  bool fold_answer_at(const Author& author, const Event& event, Rows& rows);
  void set_answer_at(const RequestId& id, std::string relay, Rows& rows);
  void save_from_porch(const RequestId& id, Rows& rows) const;
  void settle_changes(const Court& now, Rows& rows);
  bool fold_proposed(const Court& court, const Author& author, const Event& event, Rows& rows);
  bool fold_confirmed(const Court& court, const Author& author, const Event& event, Rows& rows);
  bool fold_removal(const Court& court, const Author& author, const Event& event, Rows& rows);

  GroupId id_;
  std::map<PersonId, Person> persons_;
  std::map<RequestId, OpenRequest> requests_;
  std::map<PersonId, std::map<PersonId, Approval>> removals_;
  std::map<ChangeId, OpenChange> changes_;
  std::map<RequestId, Objections> objections_;
  std::map<RequestId, FromPorch> from_porch_;
  std::map<DeviceId, FurtherDevice> devices_;
  std::map<RequestId, std::string> answer_at_;
  uint64_t next_seen_ = 1;
};

}  // namespace homeward::group
