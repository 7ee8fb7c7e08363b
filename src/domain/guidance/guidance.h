// Guidance: legal advice as articles that advisers sign, revise and withdraw, with papers to fill in, found
// by what people would call their trouble.
#pragma once

#include "domain/guidance/events.h"   // IWYU pragma: export
#include "domain/guidance/papers.h"   // IWYU pragma: export
#include "domain/guidance/queries.h"  // IWYU pragma: export
#include "domain/guidance/search.h"   // IWYU pragma: export
#include "domain/guidance/state.h"    // IWYU pragma: export
