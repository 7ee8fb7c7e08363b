// Cases between the API's types and the domain's; shared by the files of their commands.
#pragma once

#include "api/types_cases.h"
#include "api/view.h"
#include "client/cases.h"
#include "client/features.h"

namespace homeward::api {

// The enumerators stand in the same order in both; the domain's begin at 1.
template <class Domain, class Api>
constexpr Domain domain_word(Api value) {
  return static_cast<Domain>(static_cast<int>(value) + 1);
}
template <class Api, class Domain>
constexpr Api api_word(Domain value) {
  return static_cast<Api>(static_cast<int>(value) - 1);
}

inline domain::Ref case_ref(const std::string& text) {
  return parse_id<domain::Ref>(text, ErrorCode::no_case);
}
// "YYYY-MM-DD", or the field is named in a refusal.
domain::cases::Day day_field(const std::string& text, const char* field);
domain::cases::When when_of(const WhenField& when);
WhenField when_field(const domain::cases::When& when);
domain::cases::Card card_of(const CardFields& card);
client::SealedCaseFields sealed_of(const SealedFields& fields);
SealedFields sealed_fields(const client::SealedCaseFields& fields);
MemberRef member_ref(const group::Group& group, const domain::Author& person);
CaseCard case_card(const client::Client::Look& look, const domain::cases::CaseRow& row);
// no_case.
Result<domain::cases::CaseRow> case_row(const client::Client::Look& look, const domain::Ref& ref);
// A deadline in words of the language.
DeadlineItem deadline_item(const domain::cases::Deadline& deadline, domain::cases::Day today,
                           const std::string& language);

// The case, or the refusal that there is none.
inline domain::cases::CaseRow find_case(const client::Client::Look& view, const domain::Ref& ref) {
  return take(case_row(view, ref));
}
// A case as it is, and who reads it, for a command that follows.
struct KnownCase {
  domain::cases::CaseRow row;
  std::vector<group::PersonId> readers;  // speaker and readers that are members
  bool i_speak = false;
  bool i_read = false;  // who speaks reads
};
KnownCase known_case(Node& node, const std::string& group, const std::string& case_id);

// Of node_cases_more.cpp.
struct CommandList;
void add_cases_more(CommandList& list);
// Cases of mine that may be of the same man as another's, for Today.
void today_doubles(const client::Client::Look& look, TodayList& out);

}  // namespace homeward::api
