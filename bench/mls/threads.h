// Joining with more threads than one: the caller's verifier (mls::CheckRunner) shares out the leaves'
// signatures.
#pragma once

#include <cstddef>

namespace homeward::bench {

// Joins a group of this size again and again, with one verifying thread and with this many, and prints the
// time that passes. Wall-clock time: on a machine that does other things it says little.
void print_join_with_threads(size_t members, size_t threads);

}  // namespace homeward::bench
