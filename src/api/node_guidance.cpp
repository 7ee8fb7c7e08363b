// Commands about guidance.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_guidance.h"

namespace homeward::api {
namespace {

ArticleList guidance_list(Node&, const ArticlesArgs&) { throw CallError{ErrorCode::not_possible_now}; }
ArticleView guidance_article(Node&, const ArticleArgs&) { throw CallError{ErrorCode::not_possible_now}; }
ArticleRef guidance_publish(Node&, const PublishArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing guidance_propose(Node&, const ProposeArticleArgs&) { throw CallError{ErrorCode::not_possible_now}; }
ProposedList guidance_proposals(Node&, const GroupArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing guidance_turn_down(Node&, const ProposalArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing guidance_endorse(Node&, const OpinionArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing guidance_disagree(Node&, const OpinionArgs&) { throw CallError{ErrorCode::not_possible_now}; }
Nothing guidance_withdraw(Node&, const WithdrawArgs&) { throw CallError{ErrorCode::not_possible_now}; }
FilledPaper guidance_fill(Node&, const FillPaperArgs&) { throw CallError{ErrorCode::not_possible_now}; }
FileAnswer guidance_export(Node&, const ExportArticlesArgs&) { throw CallError{ErrorCode::not_possible_now}; }
ImportAnswer guidance_import(Node&, const ImportArticlesArgs&) {
  throw CallError{ErrorCode::not_possible_now};
}

}  // namespace

void today_guidance(Node&, const client::GroupSummary&, TodayList&) {}

void add_guidance(CommandList& list) {
  list.add_function<&guidance_list>(
      "guidance.list", "Guidance articles of a group: the best found first, else the newest first.");
  list.add_function<&guidance_article>(
      "guidance.article",
      "One article, whole: its text, who signed it, who disagrees, how it went for others.");
  list.add_function<&guidance_publish>("guidance.publish",
                                       "Publishes an article or a new revision of one; advisers only.");
  list.add_function<&guidance_propose>("guidance.propose",
                                       "Proposes an article or a change of one to the advisers.");
  list.add_function<&guidance_proposals>(
      "guidance.proposals", "Changes that members proposed and no adviser took in or turned down.");
  list.add_function<&guidance_turn_down>("guidance.turn_down",
                                         "An adviser turns a proposed change down, with a reason.");
  list.add_function<&guidance_endorse>("guidance.endorse", "Another adviser stands by a revision.");
  list.add_function<&guidance_disagree>(
      "guidance.disagree", "Another adviser disagrees with a revision and says why; everyone sees it.");
  list.add_function<&guidance_withdraw>("guidance.withdraw",
                                        "Withdraws an article everywhere; it beats every older copy.");
  list.add_function<&guidance_fill>("guidance.fill", "Fills a paper in and checks it; nothing is kept.");
  list.add_function<&guidance_export>("guidance.export",
                                      "Articles and withdrawals as one signed file for another group.");
  list.add_function<&guidance_import>(
      "guidance.import", "What a file of articles holds and, with trust, takes it into the group.");
}

}  // namespace homeward::api
