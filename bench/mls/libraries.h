// Each primitive in libsodium and in OpenSSL, so that the choice in src/crypto can be checked on another
// machine.
#pragma once

namespace homeward::bench {

// Measures and prints microseconds of processor time, and which of the two src/crypto uses.
void print_libraries();

}  // namespace homeward::bench
