// Commands about tallies and reports.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_cases.h"

namespace homeward::api {
namespace {

ReportRef report_add(Node&, const AddReportArgs&) { throw CallError{ErrorCode::not_possible_now}; }
ReportList report_list(Node&, const GroupArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing report_withdraw(Node&, const ReportArgs&) { throw CallError{ErrorCode::not_possible_now}; }
TallyTable tally_view(Node&, const TallyArgs&) { throw CallError{ErrorCode::not_possible_now}; }
TallySources tally_sources(Node&, const TallyCellArgs&) { throw CallError{ErrorCode::not_possible_now}; }
CalendarFile tally_csv(Node&, const TallyArgs&) { throw CallError{ErrorCode::not_possible_now}; }

}  // namespace

void add_tallies(CommandList& list) {
  list.add_function<&report_add>("report.add", "Adds a reported figure with its source.");
  list.add_function<&report_list>("report.list", "Reported figures of a group, newest first.");
  list.add_function<&report_withdraw>("report.withdraw", "Takes a reported figure back, with a reason.");
  list.add_function<&tally_view>("tally.view", "The tally by unit, region or month.");
  list.add_function<&tally_sources>("tally.sources",
                                    "What one figure of a tally is made of, as far as I may see.");
  list.add_function<&tally_csv>("tally.csv", "The tally as a CSV file.");
}

}  // namespace homeward::api
