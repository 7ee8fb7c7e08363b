// Commands about rolls: many men from one call.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_cases.h"

namespace homeward::api {
namespace {

RollMatches roll_match(Node&, const RollMatchArgs&) { throw CallError{ErrorCode::not_possible_now}; }
RollSaved roll_save(Node&, const SaveRollArgs&) { throw CallError{ErrorCode::not_possible_now}; }
RollList roll_list(Node&, const GroupArgs&) { throw CallError{ErrorCode::not_possible_now}; }
RollView roll_view(Node&, const RollArgs&) { throw CallError{ErrorCode::not_possible_now}; }

}  // namespace

void add_rolls(CommandList& list) {
  list.add_function<&roll_match>("roll.match", "Cases that a name or nickname may belong to.");
  list.add_function<&roll_save>("roll.save",
                                "Writes down a whole roll: entries for known men, new cases for the others.");
  list.add_function<&roll_list>("roll.list", "Rolls of a group, newest first.");
  list.add_function<&roll_view>("roll.view", "One roll with the cases it touched.");
}

}  // namespace homeward::api
