// The relay's own TLS: what is spoken, and the operator's certificate and key.
//
// TLS 1.2 and 1.3 (RFC 8446) with ephemeral X25519 or P-256 and authenticated ciphers only. No session is
// resumed, so nothing in memory opens an earlier connection; no compression, no renegotiation. ALPN
// (RFC 7301): http/1.1 or nothing.
#pragma once

#include <memory>
#include <string>

using SSL_CTX = struct ssl_ctx_st;

namespace homeward::os {

struct Tls {
  std::shared_ptr<SSL_CTX> context;  // null if the files do not serve
  std::string problem;               // then: why, for the operator; never what a file holds
};

// Both files are PEM: the certificate with those that lead to its issuer after it, and the certificate's
// private key, without a passphrase.
Tls load_tls(const std::string& certificate_file, const std::string& key_file);

}  // namespace homeward::os
