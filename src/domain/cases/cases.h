// Cases: one man, one case. What the group sees of him, what is sealed to those the family names, what
// happened when and how it is known, what is due.
#pragma once

#include "domain/cases/events.h"   // IWYU pragma: export
#include "domain/cases/queries.h"  // IWYU pragma: export
#include "domain/cases/state.h"    // IWYU pragma: export
