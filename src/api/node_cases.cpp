// Commands about cases.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_cases.h"

namespace homeward::api {
namespace {

CaseList case_list(Node&, const CasesArgs&) { throw CallError{ErrorCode::not_possible_now}; }
CaseRef case_create(Node&, const NewCaseArgs&) { throw CallError{ErrorCode::not_possible_now}; }
CaseFile case_view(Node&, const CaseArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_edit_card(Node&, const CardArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_seal(Node&, const SealArgs&) { throw CallError{ErrorCode::not_possible_now}; }
EntryRef case_add_entry(Node&, const AddEntryArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_set_silence(Node&, const SilenceArgs&) { throw CallError{ErrorCode::not_possible_now}; }
StepRef case_add_step(Node&, const StepArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_done_step(Node&, const StepDoneArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_save_paper(Node&, const SavePaperArgs&) { throw CallError{ErrorCode::not_possible_now}; }
PaperValues case_read_paper(Node&, const ReadPaperArgs&) { throw CallError{ErrorCode::not_possible_now}; }
CalendarFile case_calendar(Node&, const CaseArgs&) { throw CallError{ErrorCode::not_possible_now}; }
DueList case_due(Node&, const Nothing&) { throw CallError{ErrorCode::not_possible_now}; }
DoubleList case_doubles(Node&, const GroupArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_answer_double(Node&, const DoubleArgs&) { throw CallError{ErrorCode::not_possible_now}; }
FileAnswer case_take_away(Node&, const TakeAwayArgs&) { throw CallError{ErrorCode::not_possible_now}; }
CaseRef case_bring(Node&, const BringCaseArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing case_erase(Node&, const EraseCaseArgs&) { throw CallError{ErrorCode::not_possible_now}; }

}  // namespace

void today_cases(Node&, const client::GroupSummary&, TodayList&) {}

void add_cases(CommandList& list) {
  list.add_function<&case_list>("case.list", "Cases of a group: those that need somebody first.");
  list.add_function<&case_create>("case.create", "Opens a case for one man.");
  list.add_function<&case_view>("case.view", "One case, as far as I may see it.");
  list.add_function<&case_edit_card>("case.edit_card", "Changes what the group sees of him.");
  list.add_function<&case_seal>("case.seal", "Seals the fields that identify him to the people named.");
  list.add_function<&case_add_entry>("case.add_entry",
                                     "Adds an entry to the timeline; a correction is an entry too.");
  list.add_function<&case_set_silence>("case.set_silence",
                                       "How long silence is usual for him and when to act.");
  list.add_function<&case_add_step>("case.add_step", "Adds a next step with its due date.");
  list.add_function<&case_done_step>("case.done_step", "A next step is done, or dropped.");
  list.add_function<&case_save_paper>("case.save_paper",
                                      "Keeps a paper that was filled in, sealed to the readers of the case.");
  list.add_function<&case_read_paper>("case.read_paper", "What was typed into a kept paper.");
  list.add_function<&case_calendar>("case.calendar", "Deadlines and steps of a case as a calendar file.");
  list.add_function<&case_due>("case.due", "What is due in all groups, soonest first.");
  list.add_function<&case_doubles>("case.doubles", "Cases that may be of the same man as one of mine.");
  list.add_function<&case_answer_double>(
      "case.answer_double", "Agrees that two cases are of the same man, or says that they are not.");
  list.add_function<&case_take_away>("case.take_away",
                                     "A case as an encrypted file, for the family to take along.");
  list.add_function<&case_bring>("case.bring", "Brings a case from such a file into a group.");
  list.add_function<&case_erase>("case.erase", "Erases a case from the group; only who speaks for him.");
}

}  // namespace homeward::api
