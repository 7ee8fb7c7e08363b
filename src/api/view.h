// One look at a group, for commands that only read it or throw a refusal.
#pragma once

#include "api/case_words.h"

namespace homeward::api {

template <class Act>
void on_view(Node& node, const std::string& group, Act&& act) {
  look_at(node, group, [&](const client::Client::Look& look) -> Result<> {
    act(look);
    return success();
  });
}

// The case, or the refusal that there is none.
inline domain::cases::CaseRow find_case(const client::Client::Look& view, const domain::Ref& ref) {
  return take(case_row(view, ref));
}

}  // namespace homeward::api
