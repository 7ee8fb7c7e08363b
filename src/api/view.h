// How a command looks at a group and changes it: what it throws passes by the client, which has no
// exceptions.
#pragma once

#include <exception>

#include "api/parse.h"

namespace homeward::api {

// What `act` throws is thrown on when the client is done: it has no exceptions and must not be left in the
// middle of a look or a change.
template <class Act, class With>
Result<> guarded(std::exception_ptr& refusal, const Act& act, const With& with) {
  try {
    return act(with);
  } catch (...) {
    refusal = std::current_exception();
  }
  return client::ClientError::kNotAllowed;
}
// Runs `act` on one view of the group; refusals are thrown.
template <class Act>
void look_at(Node& node, const std::string& group, Act&& act) {
  const group::GroupId id = group_id(group);
  node.find_group(group);
  std::exception_ptr refusal;
  auto done = node.open_client().look(id, [&](const client::Client::Look& look) -> Result<> {
    // By the clock of now: the client was last shown it when something happened.
    return guarded(refusal, act, client::Client::Look{look.rows, look.group, look.analyzer, node.now()});
  });
  if (refusal) std::rethrow_exception(refusal);
  take(std::move(done));
}
// Everything that `act` posts becomes durable together.
template <class Act>
void change_in(Node& node, const std::string& group, Act&& act) {
  const group::GroupId id = group_id(group);
  std::exception_ptr refusal;
  auto done = node.open_client().change(id, node.now(), [&](const client::Client::Hand& hand) -> Result<> {
    return guarded(refusal, act, hand);
  });
  if (refusal) std::rethrow_exception(refusal);
  take(std::move(done));
}
// One look, for commands that only read or throw a refusal.
template <class Act>
void on_view(Node& node, const std::string& group, Act&& act) {
  look_at(node, group, [&](const client::Client::Look& look) -> Result<> {
    act(look);
    return success();
  });
}

inline std::string name_of(const client::Client::Look& view, const domain::Author& author) {
  return view.group.name_of(group::PersonId::from(author));
}

}  // namespace homeward::api
