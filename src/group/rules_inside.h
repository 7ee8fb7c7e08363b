// What the rules and the judging of commits share, and nobody else needs.
#pragma once

#include "group/rules.h"

namespace homeward::group {

inline Error broken(const char* rule) { return {GroupError::kNotAllowed, rule}; }

// The first grant whose action fits.
inline const Grant* find_grant(const Claims& claims, const auto& fits) {
  for (const Grant& grant : claims.grants)
    if (fits(grant.action)) return &grant;
  return nullptr;
}

}  // namespace homeward::group
