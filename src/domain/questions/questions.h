// Questions: a member asks, in the open or sealed to the advisers; advisers answer.
#pragma once

#include "domain/questions/events.h"   // IWYU pragma: export
#include "domain/questions/queries.h"  // IWYU pragma: export
#include "domain/questions/state.h"    // IWYU pragma: export
