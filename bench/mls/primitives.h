// What the primitives of cipher suite 3 cost on this machine, taken straight from the libraries (libsodium
// and, for SHA-256 and long texts, OpenSSL), so that a detour in our own crypto room shows in the ratios.
#pragma once

#include <span>

namespace homeward::bench {

// Microseconds of processor time.
struct Primitives {
  double keygen = 0;    // K: X25519, public key of a private one
  double agree = 0;     // DH: X25519
  double sign = 0;      // S: Ed25519, 200 bytes, the key expanded before
  double verify = 0;    // V: Ed25519, 200 bytes
  double hmac = 0;      // HMAC-SHA-256, 32-byte key, 48 bytes
  double aead = 0;      // ChaCha20-Poly1305, sealing 100 bytes
  double hash = 0;      // SHA-256, 200 bytes: about a leaf
  double sign_mib = 0;  // per MiB more that is signed (SHA-512, twice)
  double aead_mib = 0;  // per MiB more that is sealed
  double hash_mib = 0;  // per MiB more that is hashed
  // Made of the above (RFC 9180): what HPKE cannot do without.
  double seal() const { return keygen + agree + 6 * hmac + aead; }
  double open() const { return agree + 6 * hmac + aead; }
  double derive() const { return keygen + 2 * hmac; }  // DeriveKeyPair
  // The same three as our crypto room does them.
  double our_seal = 0;
  double our_open = 0;
  double our_derive = 0;
  double our_sign = 0;
};

struct PrimitiveName {
  const char* name;
  double (*value)(const Primitives&);
};
// All of them, in the order in which they are printed.
std::span<const PrimitiveName> primitive_names();

// One reading; a few tens of milliseconds.
Primitives measure_primitives();
// Field by field.
Primitives median(std::span<const Primitives> readings);

}  // namespace homeward::bench
