// Doubles: two cases of the same man, found by keyed fingerprints, joined when both speakers agree.
#pragma once

#include "domain/doubles/events.h"   // IWYU pragma: export
#include "domain/doubles/queries.h"  // IWYU pragma: export
#include "domain/doubles/state.h"    // IWYU pragma: export
