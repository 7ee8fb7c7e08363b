// Talk: what members say to each other. Messages in the group's order, unread ones counted, found again by
// their words.
#pragma once

#include "domain/talk/events.h"   // IWYU pragma: export
#include "domain/talk/queries.h"  // IWYU pragma: export
#include "domain/talk/state.h"    // IWYU pragma: export
