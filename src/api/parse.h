// Small things that every command needs: ids as the API writes them, limits, refusals.
#pragma once

#include <algorithm>

#include "api/node.h"
#include "base/text.h"

namespace homeward::api {

inline constexpr size_t kMostListed = 500;

// An id as the API writes it; what does not read names nothing, so the caller's "there is no such" error
// fits.
template <class Id>
Id parse_id(const std::string& text, ErrorCode none) {
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != Id::kSize) throw CallError{none};
  return Id::from(*bytes);
}

template <class Id>
std::string text_id(const Id& id) {
  return to_base64url(id.view());
}

template <class T>
T take(Result<T> result) {
  if (!result.ok()) throw CallError{code_of(result.error())};
  return std::move(result).value();
}

inline group::GroupId group_id(const std::string& text) {
  return parse_id<group::GroupId>(text, ErrorCode::no_group);
}
inline group::RequestId request_id(const std::string& text) {
  return parse_id<group::RequestId>(text, ErrorCode::no_request);
}
inline group::PersonId person_id(const std::string& text) {
  return parse_id<group::PersonId>(text, ErrorCode::no_member);
}

template <class Number>
size_t checked_limit(const std::optional<Number>& limit, size_t otherwise) {
  return std::min(kMostListed, limit ? static_cast<size_t>(*limit) : otherwise);
}

}  // namespace homeward::api
