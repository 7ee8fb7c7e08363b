// Tallies: who refused, who is home, who is held, by unit, region and month, from cases and from reports.
#pragma once

#include "domain/tallies/count.h"    // IWYU pragma: export
#include "domain/tallies/events.h"   // IWYU pragma: export
#include "domain/tallies/queries.h"  // IWYU pragma: export
#include "domain/tallies/state.h"    // IWYU pragma: export
