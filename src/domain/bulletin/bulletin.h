// The bulletin: what a group publishes of its figures, and whose word stands behind it.
#pragma once

#include "domain/bulletin/events.h"   // IWYU pragma: export
#include "domain/bulletin/queries.h"  // IWYU pragma: export
#include "domain/bulletin/state.h"    // IWYU pragma: export
