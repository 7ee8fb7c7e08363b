// Guidance between the API's types and the domain's, and its words in both languages.
#pragma once

#include "api/types_guidance.h"
#include "client/guidance.h"

namespace homeward::api {

using client::guidance::ArticleId;

// The enumerators stand in the same order in both; the domain's begin at 1, and values of later versions that
// the API does not know are left out.
template <class Api>
constexpr size_t count_of() {
  return boost::mp11::mp_size<boost::describe::describe_enumerators<Api>>::value;
}
template <class Domain, class Api>
std::optional<Domain> to_domain(const std::optional<Api>& value) {
  if (!value) return std::nullopt;
  return static_cast<Domain>(static_cast<int>(*value) + 1);
}
template <class Api, class Domain>
std::optional<Api> from_domain(const std::optional<Domain>& value) {
  if (!value || static_cast<size_t>(*value) == 0 || static_cast<size_t>(*value) > count_of<Api>())
    return std::nullopt;
  return static_cast<Api>(static_cast<int>(*value) - 1);
}
template <class Api, class Domain>
std::vector<Api> from_domain(const std::vector<Domain>& values) {
  std::vector<Api> out;
  for (const Domain value : values)
    if (const std::optional<Api> known = from_domain<Api>(std::optional(value))) out.push_back(*known);
  return out;
}

domain::guidance::Content to_domain(const ArticleContent& content);
ArticleContent from_domain(const domain::guidance::Content& content);
ArticleState state_name(domain::guidance::ArticleState state);

std::string problem_words(domain::guidance::Problem problem, const std::string& language);
// What is printed above a paper made from this article: withdrawn, stale, not yet valid, a sample.
std::optional<std::string> paper_warning(const client::guidance::Whole& whole,
                                         domain::guidance::ArticleState state, const std::string& language);
// How it went for those who followed it here; counts under 3 have no number.
std::vector<OutcomeCount> outcomes_of(const client::Client::Look& view, const ArticleId& article);

}  // namespace homeward::api
