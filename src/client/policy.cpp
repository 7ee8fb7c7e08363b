// Roles and rules of a group, objections, and removing several persons at once.
#include "client/impl.h"

namespace homeward::client {
namespace {

template <class Impl, class Run>
Result<> with_group(Impl& impl, const group::GroupId& id, Instant now, Run&& run) {
  impl.now = now;
  Peer* peer = impl.find_group(id);
  if (peer == nullptr) return ClientError::kNoSuchGroup;
  return impl.step(*peer, [&](group::Turn turn) { return run(*peer->group, turn); });
}

}  // namespace

Result<group::ChangeId> Client::change_policy(const group::GroupId& group, const group::Change& change,
                                              Instant now) {
  group::ChangeId id;
  HW_TRY(with_group(*impl_, group, now, [&](group::Group& of, group::Turn turn) -> Result<> {
    HW_LET(id, of.change(change, turn));
    return success();
  }));
  return id;
}

Result<> Client::approve_change(const group::GroupId& group, const group::ChangeId& change, Instant now) {
  return with_group(*impl_, group, now,
                    [&](group::Group& of, group::Turn turn) { return of.approve_change(change, turn); });
}

Result<> Client::reject_change(const group::GroupId& group, const group::ChangeId& change, Instant now) {
  return with_group(*impl_, group, now,
                    [&](group::Group& of, group::Turn turn) { return of.reject_change(change, turn); });
}

Result<> Client::object(const group::GroupId& group, const group::RequestId& request, std::string_view reason,
                        Instant now) {
  return with_group(*impl_, group, now,
                    [&](group::Group& of, group::Turn turn) { return of.object(request, reason, turn); });
}

Result<> Client::remove_all(const group::GroupId& group, std::span<const group::PersonId> persons,
                            Instant now) {
  return with_group(*impl_, group, now, [&](group::Group& of, group::Turn turn) -> Result<> {
    for (const group::PersonId& person : persons) {
      const Result<> done = of.my_role() == group::Role::kOrganizer ? of.remove(person, turn)
                                                                    : of.approve_removal(person, turn);
      // Somebody may have begun already, or she is gone: the rest still stands.
      const bool nothing_to_do = !done.ok() && (done.error().is(group::GroupError::kAlreadyDone) ||
                                                done.error().is(group::GroupError::kNoSuchMember));
      if (!done.ok() && !nothing_to_do) return done;
    }
    return success();
  });
}

}  // namespace homeward::client
