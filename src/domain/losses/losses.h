// The loss register: men and their sources, counted lists, claims, and which records are of one man.
#pragma once

#include "domain/losses/count.h"    // IWYU pragma: export
#include "domain/losses/events.h"   // IWYU pragma: export
#include "domain/losses/queries.h"  // IWYU pragma: export
#include "domain/losses/state.h"    // IWYU pragma: export
