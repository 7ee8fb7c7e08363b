// Tallies in the client: what the cases of a group say, man by man, for the count.
#pragma once

#include "client/client.h"
#include "domain/cases/cases.h"
#include "domain/tallies/tallies.h"

namespace homeward::client {

// --- Commands; each posts what it says ---
// What it says must have passed `check`. That its author may correct or withdraw is for the caller to have
// asked (`may_correct`, `may_withdraw`).
Result<domain::Ref> add_report(const Client::Hand& hand, const domain::tallies::Report& report);
Result<> withdraw_report(const Client::Hand& hand, const domain::tallies::Withdrawal& withdrawal);
bool may_correct(const group::Group& group, const domain::tallies::KeptReport& report);
bool may_withdraw(const group::Group& group, const domain::tallies::KeptReport& report);

// --- Queries ---
struct Men {
  std::vector<domain::tallies::Man> men;  // in order of their cases' refs
  size_t cases = 0;
  size_t joined() const { return cases - men.size(); }  // counted with another case as one man
};
// Every man of the group's cases; cases joined as doubles are one man.
Men men_of(Rows& rows, const group::GroupId& group);
// What one case says by itself (docs/formats/tallies.md, "What is counted").
domain::tallies::Man man_of(const domain::cases::CaseRow& row);

}  // namespace homeward::client
